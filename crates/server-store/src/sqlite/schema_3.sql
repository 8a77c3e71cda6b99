-- Where the browser of a device takes notifications. An address is one device's.
CREATE TABLE push_subscription (
    account BLOB NOT NULL,
    device INTEGER NOT NULL,
    endpoint TEXT NOT NULL UNIQUE,
    p256dh BLOB NOT NULL,
    auth BLOB NOT NULL,
    PRIMARY KEY (account, device)
) STRICT, WITHOUT ROWID;
