-- Blobs that whoever has a session and knows the name may read: files of messages. Archives are their owner's alone.
ALTER TABLE blob ADD COLUMN shared INTEGER NOT NULL DEFAULT 0;
