//! A server in this process and people at it, with native clients or with browsers, so that tests read as a story.

pub mod bench;
pub mod browser;
pub mod camera;
pub mod line;
pub mod media_path;
pub mod person;
pub mod program;
#[path = "../../server/tests/server/push_service.rs"]
pub mod push_service;
pub mod samples;
pub mod senders;
pub mod terminal;
pub mod world;

pub use browser::Browser;
pub use line::Line;
pub use media_path::MediaPath;
pub use person::Person;
pub use terminal::Terminal;
pub use world::World;
