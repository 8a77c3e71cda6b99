//! Groups: making one, who is in it, and what it shows.

pub mod about;
pub mod join;
pub mod link;
pub mod members;
pub mod new_group;
pub mod picker;
