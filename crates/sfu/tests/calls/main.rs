//! Calls, told as stories: real `str0m` clients around one unit, in memory, on a virtual clock.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod bandwidth;
mod client;
mod hostile;
mod loudest;
mod media;
mod restart;
mod signalling;
mod simulcast;
mod world;
