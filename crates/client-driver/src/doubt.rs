//! What became of a batch whose commit failed: where a storage fills up in the middle of a flush, SQLite says that the commit failed, and
//! finds it when it opens the database again. Only the database, opened anew, can tell whether a text is written down or lost.

use client_api::{Answer, Event, UserError};
use client_core::Output;
use proto::ids::MessageId;
use rusqlite::Connection;

/// Texts of a batch whose commit failed: each is in the database, or nowhere.
#[derive(Debug)]
pub struct Doubt {
    /// The commands' numbers, and what they would have written.
    texts: Vec<(u32, client_api::MessageId)>,
    /// What they are answered where nothing is written.
    why: UserError,
}

impl Doubt {
    /// Of what a batch would have given, if it leaves a doubt.
    pub(crate) fn of(outputs: &[Output], why: &UserError) -> Option<Self> {
        let texts: Vec<_> = outputs.iter().filter_map(written).collect();
        (!texts.is_empty()).then(|| Self { texts, why: why.clone() })
    }

    /// The command's answer depends on what the database holds.
    pub(crate) fn holds(&self, request: u32) -> bool {
        self.texts.iter().any(|(held, _)| *held == request)
    }

    /// Answers what stood open by the database, which was closed and is open anew. Where it does not open, nobody knows: whoever wrote
    /// the text gets it back.
    pub fn settle(self, database: Option<&Connection>) -> Vec<Event> {
        let is_written = |id: client_api::MessageId| {
            database.is_some_and(|database| client_core::is_written(database, MessageId(id.0)).unwrap_or(false))
        };
        let answer = |(request, id)| Event::Answered {
            request,
            result: if is_written(id) { Ok(Answer::Message(id)) } else { Err(self.why.clone()) },
        };
        self.texts.iter().copied().map(answer).collect()
    }
}

fn written(output: &Output) -> Option<(u32, client_api::MessageId)> {
    match output {
        Output::Event(Event::Answered { request, result: Ok(Answer::Message(id)) }) => Some((*request, *id)),
        _ => None,
    }
}
