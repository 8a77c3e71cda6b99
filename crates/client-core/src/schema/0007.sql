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
  done            INTEGER NOT NULL DEFAULT 0    -- bytes of ciphertext that are where they shall be
) STRICT;
-- The literal states let these few rows be found at every input.
CREATE INDEX media_moving ON media (state, place) WHERE state IN (1, 2, 4, 5);
CREATE INDEX media_by_file ON media (media);

-- Files that the driver is to delete. Rows stay over two starts: the driver does not say that it has done it.
CREATE TABLE media_dropped (
  media           BLOB PRIMARY KEY,
  starts          INTEGER NOT NULL DEFAULT 0,
  told            INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX media_to_drop ON media_dropped (media) WHERE told = 0;

CREATE TRIGGER media_message_went AFTER DELETE ON message WHEN OLD.kind = 0 BEGIN
  DELETE FROM media WHERE message = OLD.message;
END;
CREATE TRIGGER media_went AFTER DELETE ON media BEGIN
  INSERT OR REPLACE INTO media_dropped (media) SELECT OLD.media
    WHERE NOT EXISTS (SELECT 1 FROM media WHERE media = OLD.media);
END;
