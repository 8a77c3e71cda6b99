-- What an operator gives people so that they may register. The code itself is not here: only a hash of it under the server's secret.
CREATE TABLE invite (
    invite INTEGER PRIMARY KEY AUTOINCREMENT,
    code_hash BLOB NOT NULL UNIQUE,
    uses INTEGER NOT NULL,
    uses_left INTEGER NOT NULL,
    created_ms INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL
) STRICT;

-- By which invite a code was asked for: one of its uses goes when the account is made.
ALTER TABLE code ADD COLUMN invite INTEGER;
ALTER TABLE ticket ADD COLUMN invite INTEGER;
