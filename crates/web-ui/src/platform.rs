//! What the browser gives beyond the page's own elements.

pub mod backup_file;
pub mod call;
pub mod camera;
pub mod capture;
pub mod chat_file;
pub mod editing;
pub mod emoji_file;
pub mod formats;
pub mod join_link;
pub mod letters;
pub mod media;
pub mod microphone;
pub mod notify;
pub mod page;
pub mod photo;
pub mod pressing;
pub mod push;
pub mod push_words;
pub mod sound;
pub mod streams;
pub mod version;
pub mod whereabouts;
