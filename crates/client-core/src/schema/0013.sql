-- How long after the server took it a message disappears; 0: it stays; -1: it has disappeared, and its place alone is here (disappearing.rs).
ALTER TABLE message ADD COLUMN lifetime_ms INTEGER NOT NULL DEFAULT 0;
-- Those that will, in the order of their ends. What is unsent stands at the end of all times.
CREATE INDEX message_going ON message (time_ms + lifetime_ms) WHERE lifetime_ms > 0;
-- What the server's clock said last, when a connection began.
ALTER TABLE this ADD COLUMN server_ms INTEGER NOT NULL DEFAULT 0;
-- How far this device's clock was ahead of it then.
ALTER TABLE this ADD COLUMN ahead_ms INTEGER NOT NULL DEFAULT 0;
-- The newest entry that was followed in any chat.
CREATE INDEX chat_applied ON chat (applied_ms);
