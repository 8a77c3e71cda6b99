-- When the server took the newest key package of last resort, in Unix milliseconds by the own clock; 0: not known.
ALTER TABLE this ADD COLUMN last_resort_put_ms INTEGER NOT NULL DEFAULT 0;
