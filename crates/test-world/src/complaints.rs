//! What the clients' crates say at the level `error`: a fault of the program, even where it goes on. Played faults are none, so that
//! a run in which something was said is not sound.

use ::tracing::field::{Field, Visit};
use ::tracing::level_filters::LevelFilter;
use ::tracing::span::{Attributes, Id, Record};
use ::tracing::subscriber::DefaultGuard;
use ::tracing::{Event, Level, Metadata, Subscriber};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// Whose errors are faults; the server's also tell of a store that a run stops.
const OF: [&str; 2] = ["client_core", "e2ee"];

/// What was said so far.
#[derive(Debug, Default, Clone)]
pub(crate) struct Complaints(Arc<Mutex<Vec<String>>>);

impl Complaints {
    /// Listens in this thread, as long as the guard lives.
    pub(crate) fn listen(&self) -> DefaultGuard {
        ::tracing::subscriber::set_default(Listener(self.clone()))
    }

    pub(crate) fn all(&self) -> Vec<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn add(&self, what: String) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(what);
    }
}

struct Listener(Complaints);

impl Subscriber for Listener {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        let crate_name = metadata.target().split("::").next();
        *metadata.level() == Level::ERROR && crate_name.is_some_and(|name| OF.contains(&name))
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(LevelFilter::ERROR)
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut message = Message(String::new());
        event.record(&mut message);
        self.0.add(message.0);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

struct Message(String);

impl Visit for Message {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "message" {
            self.0 = format!("{value:?}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_of_the_clients_are_heard_and_nothing_else() {
        let complaints = Complaints::default();
        let listening = complaints.listen();
        ::tracing::error!(target: "client_core::joining", "a fault");
        ::tracing::warn!(target: "client_core::joining", "a warning");
        ::tracing::error!(target: "server::delivery", "the store was stopped");
        drop(listening);
        ::tracing::error!(target: "client_core::joining", "after the run");
        assert_eq!(complaints.all(), ["a fault"]);
    }
}
