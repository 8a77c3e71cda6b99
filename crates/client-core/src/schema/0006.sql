-- Who is in a group of many, as its MLS group says, or as it shall be made. Its chat's row has no peer (16 bytes 0), and marks under that id
-- are the least of all others'.
CREATE TABLE group_member (
  chat            BLOB NOT NULL,
  account         BLOB NOT NULL,
  admin           INTEGER NOT NULL,
  since_seq       INTEGER NOT NULL,             -- its account was in the group from this entry on, or earlier
  leaves          INTEGER NOT NULL DEFAULT 0,   -- it has said that it leaves; an admin's device is to take its leaves out
  PRIMARY KEY (chat, account)
) STRICT, WITHOUT ROWID;
-- What is wished of groups is asked for at each input, and every chat may have a wish for new keys.
CREATE INDEX intent_of_groups ON intent (chat) WHERE kind > 2;
