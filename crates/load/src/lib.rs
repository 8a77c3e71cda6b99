//! Load: the shipped server under many real sockets. The clients here speak the whole protocol as far as the server sees it:
//! accounts, sessions, MLS groups and messages are real. They keep nothing on a disk and open no message they get.
//!
//! Owns what a bench does and prints; `docs/performance.md` says what was seen.

pub mod board;
pub mod cold_devices;
pub mod deliver;
pub mod device;
pub mod disk;
pub mod flood;
pub mod folder;
pub mod group;
pub mod hold;
pub mod http;
pub mod idle;
pub mod mls;
pub mod offline;
pub mod peers;
pub mod people;
pub mod process;
pub mod reconnect;
pub mod report;
pub mod served;
pub mod sfu;
pub mod socket;
pub mod traffic;
