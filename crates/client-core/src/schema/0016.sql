-- Where the server put what this device said, until its entry comes round (echo.rs). An entry of this device's own that is neither here nor in
-- the outbox was said by a later state of this database, or by a copy of it.
CREATE TABLE own_place (
  chat            BLOB NOT NULL,
  seq             INTEGER NOT NULL,
  PRIMARY KEY (chat, seq)
) STRICT, WITHOUT ROWID;
-- From this entry on every own word is noted so; NULL: a chat that was here before, in which nothing was said since.
ALTER TABLE chat ADD COLUMN judged_from INTEGER DEFAULT 0;
UPDATE chat SET judged_from = NULL;
