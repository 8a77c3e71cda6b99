//! A server on port 0 with a clock of its own, and clients over real sockets with real MLS groups.
// Helpers of tests fail by panicking.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]
// Modules of one test program have no outside.
#![allow(unreachable_pub)]

mod admin;
mod backups;
mod binary;
mod blobs;
mod caller;
mod calls;
mod client;
mod codes;
mod connections;
mod creations;
mod delivery;
mod device;
mod invites;
mod links;
mod metrics;
mod noise;
mod push;
mod push_service;
mod refusals;
mod registration;
mod relay_client;
mod rules;
mod sessions;
mod sockets;
