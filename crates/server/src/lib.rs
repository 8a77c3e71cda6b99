//! The Heliograph server as a library: the binary, the tests and the benches start the same thing.

#[cfg(unix)]
pub mod admin;
pub mod app;
pub mod blob_bytes;
pub mod blob_folder;
pub mod bus;
mod calls;
pub mod clock;
pub mod codes;
pub mod config;
pub mod delivery;
mod http;
pub mod hub;
mod invite;
pub mod limits;
mod metrics;
pub mod numbers;
mod off_the_loop;
mod open;
pub mod portless;
mod ports;
pub mod problem;
mod push;
mod server;
mod socket;
mod tls;
mod turn;
pub mod web_app;

pub use config::Config;
pub use push::{PushHost, PushHostError};
#[cfg(unix)]
pub(crate) use server::RESTORING;
pub use server::{Common, Environment, Running, Server, new_timeline};

/// The address by which others in the local network reach this machine, if there is one.
pub fn lan_address() -> Option<std::net::IpAddr> {
    tls::lan_address()
}
