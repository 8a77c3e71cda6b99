-- What this account has said of a group and the server has taken: it counts from its place in the log on, when all before it is followed.
CREATE TABLE group_word (
  chat            BLOB NOT NULL,
  seq             INTEGER NOT NULL,
  time_ms         INTEGER NOT NULL,             -- when the server took it
  content         BLOB NOT NULL,
  PRIMARY KEY (chat, seq)
) STRICT, WITHOUT ROWID;
