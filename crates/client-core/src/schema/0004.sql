-- When the server took the entry at applied_seq; 0 where unknown. It says whether what follows can have expired.
ALTER TABLE chat ADD COLUMN applied_ms INTEGER NOT NULL DEFAULT 0;
-- The same of the entry before resync_from.
ALTER TABLE chat ADD COLUMN resync_ms INTEGER NOT NULL DEFAULT 0;
UPDATE chat SET applied_ms = coalesce(
  (SELECT max(m.time_ms) FROM message m WHERE m.chat = chat.chat AND m.seq BETWEEN 1 AND chat.applied_seq), 0);

-- Parts of a log that no log has any more and that nobody has given yet.
CREATE TABLE missing_range (
  chat            BLOB NOT NULL,
  from_seq        INTEGER NOT NULL,
  to_seq          INTEGER NOT NULL,             -- inclusive
  after_ms        INTEGER NOT NULL,             -- the last entry before it was taken then; 0 where unknown
  before_ms       INTEGER NOT NULL,             -- the first one behind it was taken then
  since_ms        INTEGER NOT NULL,             -- known to be missing since
  asked           INTEGER NOT NULL DEFAULT 0,
  next_ask_ms     INTEGER NOT NULL DEFAULT 0,
  line            BLOB NOT NULL DEFAULT x'',    -- the message that says so in the chat; empty until it stands there
  PRIMARY KEY (chat, from_seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX missing_range_due ON missing_range (next_ask_ms);

-- States of a group in a row that could not be joined.
ALTER TABLE chat ADD COLUMN join_fails INTEGER NOT NULL DEFAULT 0;
-- A next generation of the chat is being made here, in the place of the one before in this epoch.
ALTER TABLE chat ADD COLUMN replaces_epoch INTEGER;
-- When this device last began to make one.
ALTER TABLE chat ADD COLUMN reset_ms INTEGER NOT NULL DEFAULT 0;

-- The server named another timeline: the log is compared with what is here from this entry on, and agreed up to that one.
ALTER TABLE chat ADD COLUMN compare_from INTEGER;
ALTER TABLE chat ADD COLUMN agrees_to INTEGER;
CREATE INDEX chat_by_compare ON chat (chat) WHERE compare_from IS NOT NULL;
-- It stood in a part of the log that the server has lost: when it comes again it takes its new place.
ALTER TABLE message ADD COLUMN orphan INTEGER NOT NULL DEFAULT 0;
