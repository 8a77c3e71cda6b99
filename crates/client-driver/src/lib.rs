//! Gives the client core what it does not have: a database on a disk, sockets, HTTP, timers, a clock and randomness.
//!
//! Decides nothing: when to connect, to ask again or to give up are outputs of the core. `engine` is the same
//! everywhere; `native` and `web` perform what it gives back. What they do decide is when a socket counts as lost (`liveness`).

pub mod engine;
mod liveness;
mod randomness;

#[cfg(not(target_family = "wasm"))]
pub mod native;
#[cfg(target_family = "wasm")]
pub mod web;
