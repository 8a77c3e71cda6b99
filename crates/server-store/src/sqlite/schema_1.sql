CREATE TABLE setting (
    name TEXT NOT NULL PRIMARY KEY,
    value BLOB NOT NULL
) STRICT;

CREATE TABLE account (
    account BLOB NOT NULL PRIMARY KEY,
    number TEXT NOT NULL,
    moved INTEGER NOT NULL,
    pin_hash TEXT,
    pin_wrong INTEGER NOT NULL,
    pin_locked_until_ms INTEGER NOT NULL,
    profile_version INTEGER NOT NULL,
    profile_sealed BLOB,
    created_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE number (
    number TEXT NOT NULL PRIMARY KEY,
    account BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE device_list (
    account BLOB NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    signed BLOB NOT NULL
) STRICT;

CREATE TABLE device (
    account BLOB NOT NULL,
    device INTEGER NOT NULL,
    signature_key BLOB NOT NULL,
    listed INTEGER NOT NULL,
    queue_head INTEGER NOT NULL DEFAULT 0,
    acked_queue_seq INTEGER NOT NULL DEFAULT 0,
    expired_queue_seq INTEGER NOT NULL DEFAULT 0,
    boot_counter INTEGER NOT NULL DEFAULT 0,
    lease BLOB NOT NULL DEFAULT x'',
    last_seen_day_ms INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (account, device)
) STRICT, WITHOUT ROWID;

CREATE TABLE key_package (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account BLOB NOT NULL,
    device INTEGER NOT NULL,
    suite INTEGER NOT NULL,
    last_resort INTEGER NOT NULL,
    bytes BLOB NOT NULL
) STRICT;
CREATE INDEX key_package_by_device ON key_package (account, device, last_resort, suite, id);

CREATE TABLE session (
    token_hash BLOB NOT NULL PRIMARY KEY,
    account BLOB NOT NULL,
    device INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX session_by_device ON session (account, device);

CREATE TABLE used_challenge (
    challenge_hash BLOB NOT NULL PRIMARY KEY,
    expires_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE code (
    number TEXT NOT NULL PRIMARY KEY,
    code_hash BLOB NOT NULL,
    tries_left INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL,
    sent INTEGER NOT NULL,
    sent_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE ticket (
    ticket_hash BLOB NOT NULL PRIMARY KEY,
    number TEXT NOT NULL,
    expires_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE link (
    link BLOB NOT NULL PRIMARY KEY,
    seq INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    opener_network TEXT NOT NULL,
    expires_ms INTEGER NOT NULL,
    ends_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE blob (
    blob BLOB NOT NULL PRIMARY KEY,
    owner BLOB NOT NULL,
    size INTEGER NOT NULL,
    received INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX blob_by_owner ON blob (owner);
CREATE INDEX blob_by_end ON blob (expires_ms);

-- The hot row of a group; what is large lies beside it.
CREATE TABLE chat_group (
    chat BLOB NOT NULL PRIMARY KEY,
    generation INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    head_seq INTEGER NOT NULL,
    fanned_seq INTEGER NOT NULL,
    first_kept_seq INTEGER NOT NULL,
    time_ms INTEGER NOT NULL,
    chain_hash BLOB NOT NULL,
    unique_key BLOB,
    created_op BLOB NOT NULL,
    created_by BLOB NOT NULL,
    created_by_device INTEGER NOT NULL,
    created_seq INTEGER NOT NULL,
    created_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX chat_group_by_key ON chat_group (unique_key) WHERE unique_key IS NOT NULL;
CREATE INDEX chat_group_unfanned ON chat_group (chat) WHERE fanned_seq < head_seq;

CREATE TABLE group_state (
    chat BLOB NOT NULL PRIMARY KEY,
    public_state BLOB NOT NULL,
    group_info BLOB NOT NULL
) STRICT;

-- A leaf: it gets entries with from_seq < seq <= until_seq.
CREATE TABLE member (
    chat BLOB NOT NULL,
    account BLOB NOT NULL,
    device INTEGER NOT NULL,
    from_seq INTEGER NOT NULL,
    until_seq INTEGER,
    revoked INTEGER NOT NULL,
    PRIMARY KEY (chat, account, device, from_seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX member_by_account ON member (account, chat, device) WHERE until_seq IS NULL;
CREATE INDEX member_revoked ON member (chat) WHERE until_seq IS NULL AND revoked = 1;

CREATE TABLE group_log (
    id INTEGER PRIMARY KEY,
    chat BLOB NOT NULL,
    seq INTEGER NOT NULL,
    generation INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    account BLOB NOT NULL,
    device INTEGER NOT NULL,
    op_id BLOB NOT NULL,
    time_ms INTEGER NOT NULL,
    bytes BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX group_log_by_seq ON group_log (chat, seq);
CREATE UNIQUE INDEX group_log_by_op ON group_log (chat, account, device, op_id);

CREATE TABLE welcome (
    id INTEGER PRIMARY KEY,
    chat BLOB NOT NULL,
    seq INTEGER NOT NULL,
    part INTEGER NOT NULL,
    generation INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    account BLOB NOT NULL,
    device INTEGER NOT NULL,
    time_ms INTEGER NOT NULL,
    targets BLOB NOT NULL,
    bytes BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX welcome_by_seq ON welcome (chat, seq, part);

-- Once for all welcomes of a commit.
CREATE TABLE welcome_tree (
    chat BLOB NOT NULL,
    seq INTEGER NOT NULL,
    ratchet_tree BLOB NOT NULL,
    PRIMARY KEY (chat, seq)
) STRICT;

-- part 0 is the log entry, 1 and up a welcome. own = 1: the account sent it itself.
CREATE TABLE mailbox (
    account BLOB NOT NULL,
    device INTEGER NOT NULL,
    queue_seq INTEGER NOT NULL,
    chat BLOB NOT NULL,
    seq INTEGER NOT NULL,
    part INTEGER NOT NULL,
    own INTEGER NOT NULL,
    PRIMARY KEY (account, device, queue_seq)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX mailbox_once ON mailbox (account, device, chat, seq, part);

CREATE TABLE mark (
    chat BLOB NOT NULL,
    account BLOB NOT NULL,
    delivered_seq INTEGER NOT NULL,
    delivered_ms INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    sealed BLOB NOT NULL,
    PRIMARY KEY (chat, account)
) STRICT, WITHOUT ROWID;
