//! Calls, told as stories: real `str0m` clients around one unit, in memory, on a virtual clock.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod client;
mod hostile;
mod media;
mod signalling;
mod simulcast;
mod world;
