-- Somebody asks to come into a group of which this account is an admin, or was declined a short while ago (groups/requests.rs).
CREATE TABLE join_request (
  chat            BLOB NOT NULL,
  account         BLOB NOT NULL,
  request         BLOB NOT NULL,                -- message id of the JoinRequest, which the answer names
  asked_ms        INTEGER NOT NULL,             -- when the server took it
  declined        INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (chat, account)
) STRICT, WITHOUT ROWID;

-- A link into a group that was opened on this device (groups/asking.rs).
CREATE TABLE join_ask (
  chat            BLOB NOT NULL PRIMARY KEY,
  code            TEXT NOT NULL,                -- secret: the link's code
  asked_ms        INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Whom it was asked of, and what came back.
CREATE TABLE join_ask_admin (
  chat            BLOB NOT NULL,
  admin           BLOB NOT NULL,
  request         BLOB NOT NULL,                -- message id of the JoinRequest to them
  answer          INTEGER NOT NULL DEFAULT 0,   -- content.JoinAnswer.Verdict
  PRIMARY KEY (chat, admin)
) STRICT, WITHOUT ROWID;

-- Somebody else began this chat of two, and nothing was said in it that is shown: it stands in no list until then.
ALTER TABLE chat ADD COLUMN quiet INTEGER NOT NULL DEFAULT 0;
