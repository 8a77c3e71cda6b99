-- The newest whole backup of an account. Its blobs are kept as long as it.
CREATE TABLE backup (
    account BLOB NOT NULL PRIMARY KEY,
    head BLOB NOT NULL,
    made_ms INTEGER NOT NULL,
    size INTEGER NOT NULL
) STRICT;
CREATE TABLE backup_blob (
    account BLOB NOT NULL,
    blob BLOB NOT NULL,
    PRIMARY KEY (account, blob)
) STRICT, WITHOUT ROWID;

-- With this ticket the PIN of this account was given, where it had this one; both must still be so when it is used.
ALTER TABLE ticket ADD COLUMN proved_account BLOB;
ALTER TABLE ticket ADD COLUMN proved_pin_hash TEXT;
-- The ticket by which another phone came last: whoever has it and lost the answer is told again.
ALTER TABLE account ADD COLUMN restored_by BLOB;

-- Who deleted their own account: the last device list, with the phone alone, on which the other devices wipe themselves.
ALTER TABLE deleted_account ADD COLUMN signed_list BLOB NOT NULL DEFAULT x'';
-- So many devices may still ask: their keys, as they have to prove who they are.
CREATE TABLE deleted_device (
    account BLOB NOT NULL,
    device INTEGER NOT NULL,
    signature_key BLOB NOT NULL,
    PRIMARY KEY (account, device)
) STRICT, WITHOUT ROWID;
