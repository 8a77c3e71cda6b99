//! Every decoder of bytes from outside, as a target that anything can be thrown at: it must not panic, must not take
//! unbounded time or memory, and what it takes must keep an invariant. Owns the targets and where their seeds lie; knows
//! nothing of what drives them: the tests of this crate for a short fixed run, libFuzzer for a long one (docs/reliability.md).

pub mod changes;
pub mod real;
pub mod samples;
pub mod seeds;

mod memory;
mod script;
mod targets;

pub use targets::{TARGETS, Target, find};
