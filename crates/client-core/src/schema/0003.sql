-- Answers and amendments name another message: which one, and what they are to it (amendments::About).
ALTER TABLE message ADD COLUMN target BLOB;
ALTER TABLE message ADD COLUMN about INTEGER NOT NULL DEFAULT 0;
CREATE INDEX message_by_target ON message (target, about) WHERE target IS NOT NULL;
-- Changes and deletions count from one account only: those of others, however many, are not looked at.
CREATE INDEX message_by_amender ON message (target, account, about) WHERE about >= 3;
-- What a newer version may be able to show; and which bodies of contents were known when it was looked at last.
CREATE INDEX message_newer ON message (chat) WHERE kind = 1;
ALTER TABLE this ADD COLUMN bodies_known INTEGER NOT NULL DEFAULT 0;
-- Kinds below 0 are not shown, and not counted as unread.
DROP INDEX message_by_sender;
CREATE INDEX message_by_sender ON message (chat, account, seq) WHERE kind >= 0;
-- The bytes of an operation were made once: it may have gone out, also where they are to be made anew.
ALTER TABLE outbox ADD COLUMN went_out INTEGER NOT NULL DEFAULT 0;
UPDATE outbox SET went_out = 1;
