//! Stands in for `openmls_sqlite_storage` 0.3 in Cargo's resolution and holds nothing.
//!
//! `openmls` names that crate behind a weak feature that we never turn on, but Cargo resolves it all the same, and its
//! rusqlite 0.37 carries `links = "sqlite3"` beside our own 0.41, which Cargo refuses. Our storage provider is
//! `e2ee::storage`.
