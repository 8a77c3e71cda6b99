-- What this account has said of a group and the server has taken: it counts from its place in the log on, when all before it is followed.
CREATE TABLE group_word (
  chat            BLOB NOT NULL,
  seq             INTEGER NOT NULL,
  time_ms         INTEGER NOT NULL,             -- when the server took it
  content         BLOB NOT NULL,
  PRIMARY KEY (chat, seq)
) STRICT, WITHOUT ROWID;

-- Who was in a group and is no more: what they said and did is still called theirs.
CREATE TABLE group_gone (
  chat            BLOB NOT NULL,
  account         BLOB NOT NULL,
  PRIMARY KEY (chat, account)
) STRICT, WITHOUT ROWID;
