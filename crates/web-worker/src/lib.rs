//! The client in a Dedicated Worker. `web/worker.js` starts it; the page talks to it in the bytes of
//! `client_api::wire`.
//!
//! Owns the database's place in OPFS and the lock that makes one tab the leader. Knows nothing of what the commands
//! and events mean. Off the browser there is nothing of it.

#[cfg(target_family = "wasm")]
mod worker;
