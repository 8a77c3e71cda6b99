-- Whom the operator keeps out: sessions open nothing, and the number makes no new account.
ALTER TABLE account ADD COLUMN suspended INTEGER NOT NULL DEFAULT 0;

-- Whom the operator deleted: their keys make no account again, or they would be back in their chats.
CREATE TABLE deleted_account (
    account BLOB NOT NULL PRIMARY KEY
) STRICT, WITHOUT ROWID;
