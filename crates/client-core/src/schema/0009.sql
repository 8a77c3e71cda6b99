-- Words about pinned messages (pinning.rs), few in a chat.
CREATE INDEX message_pinned ON message (chat, seq) WHERE about = 7;
