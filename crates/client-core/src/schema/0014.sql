-- Backups of this account, on its phone: one row.
CREATE TABLE backup (
  only            INTEGER PRIMARY KEY CHECK (only = 1),
  key             BLOB NOT NULL DEFAULT x'',    -- secret: e2ee::backup::BackupKey; empty while there are none
  made_ms         INTEGER NOT NULL DEFAULT 0,   -- of the newest that the server took
  size            INTEGER NOT NULL DEFAULT 0,   -- of that
  next_ms         INTEGER NOT NULL DEFAULT 0,   -- when the next one is due
  failed          INTEGER NOT NULL DEFAULT 0,   -- backup::failure_number of the last one; 0: it was made
  drop_due        INTEGER NOT NULL DEFAULT 0,   -- the server is to delete its backup
  making          BLOB NOT NULL DEFAULT x''     -- backup.Making, of the one on its way to the server
) STRICT;
INSERT INTO backup (only) VALUES (1);
-- A backup's file that is being restored, as it came.
CREATE TABLE restore_piece (
  place           INTEGER PRIMARY KEY,          -- of its first byte in the file
  bytes           BLOB NOT NULL
) STRICT;
-- account.Restore, from before it is sent until it is answered.
ALTER TABLE this ADD COLUMN restoration BLOB NOT NULL DEFAULT x'';
-- The group of the account's own devices, as the backup that is being restored names it.
ALTER TABLE this ADD COLUMN restored_self BLOB NOT NULL DEFAULT x'';
-- This phone asked the server to delete the account, and may not have heard that it did.
ALTER TABLE this ADD COLUMN farewell INTEGER NOT NULL DEFAULT 0;
