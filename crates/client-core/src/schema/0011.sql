-- Chats in which rows are still to be hidden, that were cleared or whose other one was blocked (clearing.rs): those between these times, the
-- newest first.
CREATE TABLE sweep (
  chat            BLOB PRIMARY KEY,
  before_ms       INTEGER NOT NULL,             -- what stands here and later has been looked at
  from_ms         INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
