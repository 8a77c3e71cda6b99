-- Keys under which previews of a chat's messages are sealed, for browsers without a page; the newest ones of each chat.
CREATE TABLE preview_key (
  place           INTEGER PRIMARY KEY AUTOINCREMENT, -- the order in which they were made or heard of
  chat            BLOB NOT NULL,
  key             BLOB NOT NULL,                -- secret
  roster          BLOB NOT NULL,                -- who was in the group then (e2ee: roster_hash)
  generation      INTEGER NOT NULL,
  epoch           INTEGER NOT NULL,             -- the last one of which it is known that it has this roster
  since_ms        INTEGER NOT NULL,             -- by this device's clock
  UNIQUE (chat, key)
) STRICT;

-- One row where this device is notified while no page is open.
CREATE TABLE push (
  endpoint        TEXT NOT NULL                 -- secret: whoever has it can bother this browser
) STRICT;
