//! The simulator: real client cores, the real server over a real store, a virtual network and clock, one thread, one
//! seed. A plan says who is there, what people do and what goes wrong; a run follows it, lets everything heal and holds the
//! result against the oracles. What it covers: docs/reliability.md.

pub mod backend;
pub mod calls;
pub mod coverage;
pub mod generate;
pub mod oracles;
pub mod places;
pub mod plan;
pub mod recording;
pub mod run;
pub mod shrink;

mod act;
mod base;
mod clones;
mod complaints;
mod device;
mod grouping;
mod ledger;
mod network;
mod people;
mod rooms;
mod screen;
mod silence;
mod texts;
mod tracing;
mod world;

pub use plan::Plan;
pub use run::{Failure, Options, Outcome, run};
