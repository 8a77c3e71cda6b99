-- Whom the operator keeps out: sessions open nothing, and the number makes no new account.
ALTER TABLE account ADD COLUMN suspended INTEGER NOT NULL DEFAULT 0;
