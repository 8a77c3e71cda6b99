-- Words of messages, to be looked for. What stands here is made in portions, after the messages (search.rs); what is no longer true goes
-- at once, with whatever changes the messages, so that no word outlives them.
--
-- A row's number is the message's time in milliseconds * 2^20 and a part of its id: the newest are the highest, and found first.
CREATE VIRTUAL TABLE search USING fts5(
  words,
  tokenize = "unicode61 remove_diacritics 2 categories 'L* N* M* Co'",
  prefix = '1 2'
);
-- What is taken out leaves the index's pages, too; but for the beginning of a word, it may be, until pages are merged: where that word was the
-- first of its page.
INSERT INTO search (search, rank) VALUES ('secure-delete', 1);

CREATE TABLE search_doc (
  doc             INTEGER PRIMARY KEY,          -- rowid in search
  message         BLOB NOT NULL UNIQUE
) STRICT;

-- Messages that are to be looked at; some of them may be gone, or be no texts.
CREATE TABLE search_due (
  time_ms         INTEGER NOT NULL,             -- the newest are looked at first
  message         BLOB NOT NULL,
  PRIMARY KEY (time_ms, message)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER search_doc_went AFTER DELETE ON search_doc BEGIN
  DELETE FROM search WHERE rowid = OLD.doc;
END;

CREATE TRIGGER search_message_came AFTER INSERT ON message WHEN NEW.kind = 0 BEGIN
  INSERT OR IGNORE INTO search_due VALUES (NEW.time_ms, NEW.message);
END;
CREATE TRIGGER search_message_changed AFTER UPDATE OF chat, time_ms, kind, content ON message
WHEN OLD.kind = 0 OR NEW.kind = 0 BEGIN
  DELETE FROM search_doc WHERE message = NEW.message;
  INSERT OR IGNORE INTO search_due VALUES (NEW.time_ms, NEW.message);
END;
CREATE TRIGGER search_message_went AFTER DELETE ON message WHEN OLD.kind = 0 BEGIN
  DELETE FROM search_doc WHERE message = OLD.message;
END;

-- Changes and deletions of messages are messages themselves (amendments::About): what they are about is looked at again, if their sender wrote
-- it in this chat. Those of others change nothing, and cost nothing.
CREATE TRIGGER search_amendment_came AFTER INSERT ON message WHEN NEW.target IS NOT NULL AND NEW.about >= 3 BEGIN
  DELETE FROM search_doc WHERE message =
    (SELECT message FROM message WHERE message = NEW.target AND account = NEW.account AND chat = NEW.chat);
  INSERT OR IGNORE INTO search_due
    SELECT time_ms, message FROM message WHERE message = NEW.target AND account = NEW.account AND chat = NEW.chat;
END;
CREATE TRIGGER search_amendment_changed AFTER UPDATE OF chat, time_ms, kind, content, failed, target, about ON message
WHEN (NEW.target IS NOT NULL AND NEW.about >= 3) OR (OLD.target IS NOT NULL AND OLD.about >= 3) BEGIN
  DELETE FROM search_doc WHERE message IN
    (SELECT message FROM message WHERE message IN (OLD.target, NEW.target) AND account = NEW.account);
  INSERT OR IGNORE INTO search_due
    SELECT time_ms, message FROM message WHERE message IN (OLD.target, NEW.target) AND account = NEW.account;
END;
CREATE TRIGGER search_amendment_went AFTER DELETE ON message WHEN OLD.target IS NOT NULL AND OLD.about >= 3 BEGIN
  DELETE FROM search_doc WHERE message =
    (SELECT message FROM message WHERE message = OLD.target AND account = OLD.account AND chat = OLD.chat);
  INSERT OR IGNORE INTO search_due
    SELECT time_ms, message FROM message WHERE message = OLD.target AND account = OLD.account AND chat = OLD.chat;
END;

-- What is here already.
INSERT INTO search_due SELECT time_ms, message FROM message WHERE kind = 0;
