//! A server on port 0 with a clock of its own, and clients over real sockets with real MLS groups.

mod blobs;
mod client;
mod delivery;
mod device;
mod links;
mod registration;
mod sessions;
mod sockets;
