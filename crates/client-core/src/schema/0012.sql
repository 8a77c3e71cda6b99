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
  seq             INTEGER NOT NULL,             -- the entry with which they went, or a later one
  PRIMARY KEY (chat, account)
) STRICT, WITHOUT ROWID;

-- From which entry on somebody is an admin, or is none: what stands before it nobody judges by today's admins.
ALTER TABLE group_member ADD COLUMN admin_seq INTEGER NOT NULL DEFAULT 0;
UPDATE group_member SET admin_seq = coalesce((SELECT applied_seq FROM chat WHERE chat.chat = group_member.chat), 0);

-- When this device came into a group, by the server's clock: what was said before it is told again.
ALTER TABLE chat ADD COLUMN joined_ms INTEGER NOT NULL DEFAULT 0;
