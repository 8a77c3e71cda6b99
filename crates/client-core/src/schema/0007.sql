-- Files of messages that were ever on this device, or are on their way to or from it. A message without a row here has its file at the server.
CREATE TABLE media (
  place           INTEGER PRIMARY KEY,          -- the order in which files are moved
  message         BLOB NOT NULL UNIQUE,
  media           BLOB NOT NULL,                -- its name in the store of files; forwarded messages share one
  key             BLOB NOT NULL,                -- secret
  blob            TEXT NOT NULL DEFAULT '',     -- empty until the server has a place for it
  size            INTEGER NOT NULL,             -- of the file itself
  sha256          BLOB NOT NULL DEFAULT x'',    -- of its ciphertext; empty until it is kept
  state           INTEGER NOT NULL,             -- media::State
  trouble         INTEGER NOT NULL DEFAULT 0,   -- media::trouble_number, where it is stopped
  done            INTEGER NOT NULL DEFAULT 0,   -- bytes of ciphertext that are where they shall be
  unsent          INTEGER NOT NULL DEFAULT 0,   -- an own file that is not whole at the server: nobody has heard of its message
  came_ms         INTEGER NOT NULL DEFAULT 0    -- when it began to come by itself; 0: somebody asked for it
) STRICT;
-- The literal states let these few rows be found at every input.
CREATE INDEX media_moving ON media (state, place) WHERE state IN (1, 2, 4, 5);
CREATE INDEX media_by_file ON media (media);
CREATE INDEX media_by_blob ON media (blob);
CREATE INDEX media_came ON media (came_ms, size) WHERE came_ms > 0;

-- Files that nobody needs any more, until the driver is told at the end of the same input. What a driver that died has left is found by its
-- sweep at the next start.
CREATE TABLE media_dropped (
  media           BLOB PRIMARY KEY
) STRICT, WITHOUT ROWID;

-- Blobs of files that were given up before their message left: they are deleted at the server.
CREATE TABLE blob_dropped (
  blob            TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;

CREATE TRIGGER media_message_went AFTER DELETE ON message WHEN OLD.kind = 0 BEGIN
  DELETE FROM media WHERE message = OLD.message;
END;
CREATE TRIGGER media_went AFTER DELETE ON media BEGIN
  INSERT OR REPLACE INTO media_dropped (media) SELECT OLD.media
    WHERE NOT EXISTS (SELECT 1 FROM media WHERE media = OLD.media);
  INSERT OR REPLACE INTO blob_dropped (blob) SELECT OLD.blob WHERE OLD.unsent = 1 AND OLD.blob <> '';
END;

-- What a message carries (search::carried), for the list of a chat's pictures, files and links. Messages of before may hold links: they are
-- looked at again.
ALTER TABLE search_doc ADD COLUMN carries INTEGER NOT NULL DEFAULT 0;
CREATE INDEX search_carries ON search_doc (doc) WHERE carries > 0;
INSERT OR IGNORE INTO search_due SELECT time_ms, message FROM message WHERE kind = 0 AND instr(content, CAST('://' AS BLOB)) > 0;
