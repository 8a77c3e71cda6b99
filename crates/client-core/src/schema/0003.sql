-- Answers and amendments name another message: which one, and what they are to it (amendments::About).
ALTER TABLE message ADD COLUMN target BLOB;
ALTER TABLE message ADD COLUMN about INTEGER NOT NULL DEFAULT 0;
CREATE INDEX message_by_target ON message (target, about) WHERE target IS NOT NULL;
-- What a newer version may be able to show.
CREATE INDEX message_newer ON message (chat) WHERE kind = 1;
-- Kinds below 0 are not shown, and not counted as unread.
DROP INDEX message_by_sender;
CREATE INDEX message_by_sender ON message (chat, account, seq) WHERE kind >= 0;
