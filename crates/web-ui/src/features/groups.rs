//! Groups: making one, who is in it, and what it shows.

pub mod about;
pub mod members;
pub mod new_group;
pub mod picker;
