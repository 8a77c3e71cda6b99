//! The client of Heliograph, the same on phone, browser, terminal, simulator: a state machine over one SQLite database.
//!
//! `Client::handle` takes one input inside a transaction that the driver opened and gives outputs that the driver
//! performs after it has committed; so no frame, no acknowledgement and no key package leaves before what it speaks of
//! is durable. Knows no clock, no randomness, no socket and no thread.

pub mod client;
pub mod config;
pub mod io;
pub mod schema;

mod accounts;
mod amending;
mod amendments;
mod backup;
mod blocking;
mod calling;
mod changed;
mod chat_list;
mod chats;
mod clearing;
mod creating;
mod devices;
mod digest;
mod disappearing;
mod draft;
mod echo;
mod ephemeral;
mod exporting;
mod farewell;
mod finding;
mod following;
mod forwarding;
mod given;
mod groups;
mod hearsay;
mod history;
mod http;
mod joining;
mod kept_out;
mod key_packages;
mod link;
mod marks;
mod media;
mod mentions;
mod messages;
mod missing;
mod mls;
mod moving;
mod notices;
mod numbers;
mod outbox;
mod own_list;
mod own_state;
mod people;
mod pin;
mod pinning;
mod polls;
mod profile;
mod pushing;
mod reading;
mod receipts;
mod receiving;
mod recovery;
mod registration;
mod removing;
mod resetting;
mod restored;
mod safety;
mod screens;
mod search;
mod sending;
mod session;
mod spoken;
mod state;
mod this;
mod typing;
mod updating;
mod vetting;
mod vouching;
mod witness;

#[cfg(test)]
mod testing;

pub use client::Client;
pub use config::Config;
pub use io::{
    Beside, Clock, Halt, HttpBody, HttpFailure, HttpId, HttpMethod, HttpRequest, HttpResponse, Input, KeepIn, MediaId,
    MediaKey, MediaReport, MediaTask, Output, PushChat, PushKey, PushTask,
};
pub use media::MediaSource;
pub use media::source as media_source;
pub use messages::is_written;
