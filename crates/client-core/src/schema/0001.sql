-- Who this client is: one row.
CREATE TABLE this (
  only            INTEGER PRIMARY KEY CHECK (only = 1),
  stage           INTEGER NOT NULL DEFAULT 0,   -- this::Stage
  logout_reason   INTEGER NOT NULL DEFAULT 0,   -- this::log_out
  boot_counter    INTEGER NOT NULL DEFAULT 0,
  account         BLOB,                         -- 16 bytes
  device          INTEGER,
  number          TEXT NOT NULL DEFAULT '',
  account_key     BLOB,                         -- secret; the phone's only
  device_key      BLOB,                         -- secret
  server_key      BLOB,                         -- pinned at first contact
  device_list     BLOB,                         -- newest SignedDeviceList of the own account
  signed_list     BLOB NOT NULL DEFAULT x'',    -- the SignedDeviceList that this phone signed last, in force or not (own_list)
  session_token   BLOB,
  timeline        BLOB,
  acked_queue_seq INTEGER NOT NULL DEFAULT 0,   -- all items up to it are applied
  state_clock     INTEGER NOT NULL DEFAULT 0,   -- hybrid clock of own-device state
  last_resort     BLOB NOT NULL DEFAULT x'',    -- the newest last-resort key package
  last_resort_old BLOB NOT NULL DEFAULT x'',    -- the one before, for Welcomes that are under way
  last_resort_due INTEGER NOT NULL DEFAULT 1,   -- key_packages::LastResort
  pin_check       BLOB NOT NULL DEFAULT x'',    -- pin::check_of the registration PIN, where this phone set one
  import_segments INTEGER,                      -- of the history on its way here; NULL while unknown
  import_total    INTEGER,                      -- messages that the phone promised; NULL where no mirror was begun
  import_from_ms  INTEGER,                      -- all chats are here back to this time
  profile_due     INTEGER NOT NULL DEFAULT 0,   -- the own profile is to be published by this device
  setup           INTEGER NOT NULL DEFAULT 0,   -- registration::Setup: what the phone still asks after registering
  registration    BLOB NOT NULL DEFAULT x''     -- account.Register, from before it is sent until it is answered
) STRICT;
INSERT INTO this (only) VALUES (1);

-- Accounts that are known, with the newest device list seen of each.
CREATE TABLE account (
  account         BLOB PRIMARY KEY,
  number          TEXT NOT NULL DEFAULT '',
  device_list     BLOB NOT NULL DEFAULT x'',
  list_heard      INTEGER NOT NULL DEFAULT 0,   -- the newest version that a device of the account said it has
  list_heard_by   INTEGER NOT NULL DEFAULT 0,   -- which device said so
  list_heard_at   INTEGER NOT NULL DEFAULT 0,   -- the version that was known here then
  list_version    INTEGER NOT NULL DEFAULT 0,   -- of `device_list`
  profile_key     BLOB NOT NULL DEFAULT x'',
  profile_version INTEGER NOT NULL DEFAULT 0,   -- of what is stored here
  profile_wanted  INTEGER NOT NULL DEFAULT 0,   -- the newest one heard of
  profile_name    TEXT NOT NULL DEFAULT '',
  profile_about   TEXT NOT NULL DEFAULT '',
  profile_photo   BLOB NOT NULL DEFAULT x'',
  profile_thumb   BLOB NOT NULL DEFAULT x''     -- a small one of the same, for lists
) STRICT, WITHOUT ROWID;

CREATE TABLE chat (
  chat            BLOB PRIMARY KEY,
  kind            INTEGER NOT NULL,             -- identity.ChatPolicy.Kind
  generation      INTEGER NOT NULL,
  peer            BLOB NOT NULL,                -- the other account; the own one for notes and self
  membership      INTEGER NOT NULL,             -- chats::Membership
  epoch           INTEGER NOT NULL DEFAULT 0,
  applied_seq     INTEGER NOT NULL DEFAULT 0,
  join_seq        INTEGER NOT NULL DEFAULT 0,   -- this device can open what comes after
  archived_seq    INTEGER NOT NULL DEFAULT 0,   -- the archive holds what is up to it
  resync_from     INTEGER,                      -- joined anew: what lies between this and join_seq is looked for
  resync_day      INTEGER NOT NULL DEFAULT 0,   -- Unix days
  resyncs         INTEGER NOT NULL DEFAULT 0,   -- on that day
  gap_asked       INTEGER NOT NULL DEFAULT 0,   -- what lies between archive and this join_seq was asked for
  vetted_epoch    INTEGER,                      -- the epoch whose leaves all stand in the newest device lists
  split           INTEGER NOT NULL DEFAULT 0,   -- a member was shown another history; told once
  created_ms      INTEGER NOT NULL,
  activity_ms     INTEGER NOT NULL,
  rank            INTEGER NOT NULL DEFAULT 0,
  announced_seq   INTEGER NOT NULL DEFAULT 0,   -- the own read mark that the chat was told of
  staged_commit   BLOB NOT NULL DEFAULT x'',    -- SHA-256 of the own commit that waits for its echo, or waited last
  told_seq        INTEGER NOT NULL DEFAULT 0,   -- the furthest own read mark that a device of this account sealed for the chat
  tell_again      INTEGER NOT NULL DEFAULT 0,   -- the others may not know of told_seq
  leaf_ms         INTEGER NOT NULL DEFAULT 0,   -- since when the own leaf has its keys; 0: since a key package
  profile_given   INTEGER NOT NULL DEFAULT 0    -- profile::fingerprint of the own profile's key that this chat was given
) STRICT, WITHOUT ROWID;
CREATE INDEX chat_by_peer ON chat (peer, kind);
CREATE INDEX chat_by_activity ON chat (activity_ms);
CREATE INDEX chat_by_membership ON chat (membership, rank, activity_ms, kind);
CREATE INDEX chat_by_gap ON chat (chat, gap_asked) WHERE membership = 1 AND kind <> 1 AND join_seq > archived_seq + 1;
CREATE INDEX chat_to_tell ON chat (chat) WHERE tell_again = 1;
CREATE INDEX chat_by_resync ON chat (chat) WHERE resync_from IS NOT NULL;

CREATE TABLE message (
  chat            BLOB NOT NULL,
  time_ms         INTEGER NOT NULL,             -- the server's, unique in the chat; while unsent beyond all others
  message         BLOB NOT NULL,
  seq             INTEGER NOT NULL,             -- 0 while unsent
  account         BLOB NOT NULL,
  device          INTEGER NOT NULL,
  sent_ms         INTEGER NOT NULL,
  kind            INTEGER NOT NULL,             -- messages::Kind
  content         BLOB NOT NULL,                -- content.Content, or the system line
  failed          INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (chat, time_ms, message)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX message_by_id ON message (message);
CREATE INDEX message_by_seq ON message (chat, seq);
CREATE INDEX message_by_sender ON message (chat, account, seq);
CREATE INDEX message_by_time ON message (time_ms);
CREATE INDEX message_waiting ON message (chat, seq) WHERE kind = 3;

-- Operations on the delivery service that have no verdict yet; sent again byte for byte under the same op_id.
CREATE TABLE outbox (
  place           INTEGER PRIMARY KEY,          -- the order
  op_id           BLOB NOT NULL UNIQUE,
  chat            BLOB NOT NULL,
  kind            INTEGER NOT NULL,             -- outbox::Kind
  message         BLOB NOT NULL DEFAULT x'',    -- of an application message
  content         BLOB NOT NULL DEFAULT x'',    -- plaintext until it is encrypted
  frame           BLOB NOT NULL DEFAULT x''     -- exact bytes once made
) STRICT;
CREATE INDEX outbox_by_chat ON outbox (chat, place);

-- What shall be true of a group; looked at again after every commit. One row per wish: 1, no leaf of this device
-- (removing); 2, new keys for the own leaf (updating).
CREATE TABLE intent (
  chat            BLOB NOT NULL,
  kind            INTEGER NOT NULL,
  account         BLOB NOT NULL,
  device          INTEGER NOT NULL,
  tries           INTEGER NOT NULL DEFAULT 0,
  not_before_ms   INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (chat, kind, account, device)
) STRICT, WITHOUT ROWID;

-- The hash chain over the last entries of each log, to be compared with what members say of it.
CREATE TABLE chain (
  chat            BLOB NOT NULL,
  seq             INTEGER NOT NULL,
  link            BLOB NOT NULL,                -- SHA-256 of the entry's bytes
  hash            BLOB NOT NULL,                -- empty while unknown
  PRIMARY KEY (chat, seq)
) STRICT, WITHOUT ROWID;

-- Delivered and read, per account: only forward.
CREATE TABLE mark (
  chat            BLOB NOT NULL,
  account         BLOB NOT NULL,
  delivered_seq   INTEGER NOT NULL DEFAULT 0,
  read_seq        INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (chat, account)
) STRICT, WITHOUT ROWID;

-- When each step of a mark was made: a message was delivered (read) when the first step at or after it was.
CREATE TABLE mark_step (
  chat            BLOB NOT NULL,
  account         BLOB NOT NULL,
  mark            INTEGER NOT NULL,             -- 0 delivered, 1 read
  seq             INTEGER NOT NULL,
  time_ms         INTEGER NOT NULL,             -- 0 where unknown
  PRIMARY KEY (chat, account, mark, seq)
) STRICT, WITHOUT ROWID;

-- Exporter keys of the last epochs, for read marks and typing.
CREATE TABLE epoch_key (
  chat            BLOB NOT NULL,
  epoch           INTEGER NOT NULL,
  key             BLOB NOT NULL,
  PRIMARY KEY (chat, epoch)
) STRICT, WITHOUT ROWID;

-- Own-device state: last writer wins by (clock, device); keys under "read/" are maxima.
CREATE TABLE state (
  key             TEXT PRIMARY KEY,
  value           BLOB NOT NULL,
  clock           INTEGER NOT NULL,
  device          INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Items that could not be opened; kept raw, asked for again.
CREATE TABLE quarantine (
  chat            BLOB NOT NULL,
  seq             INTEGER NOT NULL,
  op_id           BLOB NOT NULL,
  raw             BLOB NOT NULL,
  asked           INTEGER NOT NULL DEFAULT 0,
  next_ask_ms     INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (chat, seq)
) STRICT, WITHOUT ROWID;

-- History under way, on both sides.
CREATE TABLE export (
  archive         BLOB PRIMARY KEY,
  for_device      INTEGER NOT NULL,
  cursor          BLOB NOT NULL,
  segments        INTEGER NOT NULL DEFAULT 0,
  messages_done   INTEGER NOT NULL DEFAULT 0,
  messages_total  INTEGER NOT NULL DEFAULT 0,
  finished        INTEGER NOT NULL DEFAULT 0     -- 1: all is uploaded; 2: and the server has every announcement
) STRICT, WITHOUT ROWID;
-- On the phone: up to which entry an archive holds each chat.
CREATE TABLE export_chat (
  archive         BLOB NOT NULL,
  chat            BLOB NOT NULL,
  up_to_seq       INTEGER NOT NULL,
  overview_from_ms INTEGER NOT NULL,            -- the overview has its messages since then
  PRIMARY KEY (archive, chat)
) STRICT, WITHOUT ROWID;
-- On the companion: what the phone says each chat holds.
CREATE TABLE completeness (
  chat            BLOB PRIMARY KEY,
  wanted          BLOB NOT NULL,                -- history.ChatCompleteness
  state           INTEGER NOT NULL              -- history::completeness::State
) STRICT, WITHOUT ROWID;
CREATE INDEX completeness_by_state ON completeness (state);
CREATE TABLE import_segment (
  archive         BLOB NOT NULL,
  place           INTEGER NOT NULL,
  segment         BLOB NOT NULL,                -- content.ArchiveSegment
  done            INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (archive, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX import_segment_undone ON import_segment (place) WHERE done = 0;

-- On the phone: devices with which a list was put and whose linking has not come to its end (link::unsettled).
CREATE TABLE unsettled_link (
  device_key      BLOB PRIMARY KEY,
  device          INTEGER NOT NULL,
  list_version    INTEGER NOT NULL              -- of the first list with it
) STRICT, WITHOUT ROWID;

-- Key packages for one use, in the order in which they were made: of the oldest the private halves are forgotten (key_packages).
CREATE TABLE made_key_package (
  place           INTEGER PRIMARY KEY,
  reference       BLOB NOT NULL                 -- KeyPackageRef, in TLS encoding
) STRICT;

-- Notices that are told again later.
CREATE TABLE reminder (
  due_ms          INTEGER NOT NULL,
  device          INTEGER NOT NULL,
  name            TEXT NOT NULL,
  linked_ms       INTEGER NOT NULL,
  PRIMARY KEY (due_ms, device)
) STRICT, WITHOUT ROWID;
