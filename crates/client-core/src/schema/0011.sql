-- Chats in which rows are still to be hidden, that were cleared or whose other one was blocked (clearing.rs), the newest first.
CREATE TABLE sweep (
  chat            BLOB PRIMARY KEY,
  before_ms       INTEGER NOT NULL              -- what stands here and later has been looked at
) STRICT, WITHOUT ROWID;
-- A version before this one took in what its siblings said of it, and did nothing.
INSERT INTO sweep SELECT c.chat, 1 << 60 FROM chat c WHERE EXISTS (SELECT 1 FROM state s WHERE length(s.value) > 0 AND s.key IN (
  'clear/' || lower(hex(c.chat)), 'clear-unstarred/' || lower(hex(c.chat)), CASE c.kind WHEN 2 THEN 'block/' || lower(hex(c.peer)) END));
-- What is shown of a chat, however much of it is hidden.
CREATE INDEX message_shown ON message (chat, time_ms) WHERE kind >= 0;
