//! A server in this process and people with native clients at it, so that tests read as a story.

pub mod person;
pub mod world;

pub use person::Person;
pub use world::World;
