//! Groups: making one, and who is in it.

pub mod members;
pub mod new_group;
pub mod picker;
