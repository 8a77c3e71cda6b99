-- Which node has the room of a group's call, and until when.
CREATE TABLE call_room (
    chat BLOB NOT NULL PRIMARY KEY,
    node INTEGER NOT NULL,
    room INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
