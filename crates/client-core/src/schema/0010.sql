-- Messages that name this account (mentions.rs), few in a chat; none that was deleted.
ALTER TABLE message ADD COLUMN names_me INTEGER NOT NULL DEFAULT 0;
CREATE INDEX message_names_me ON message (chat, seq) WHERE names_me = 1;
