//! The Heliograph server as a library: the binary, the tests and the benches start the same thing.

pub mod delivery;
