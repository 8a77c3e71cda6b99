//! Photos, videos, sounds and documents: in bubbles, before they are sent, and over the whole page. All but this file and `attach` is in a
//! lazily loaded part.

pub mod attach;
pub mod bubble;
pub mod editing;
pub mod offer;
pub mod player;
pub mod viewer;
pub mod voice;

use crate::model::streams::played_type;
use crate::platform::streams;
use client_api::{ChatId, MediaFacts, MediaPlace, MessageId};
use leptos::prelude::*;
use send_wrapper::SendWrapper;
use web_sys::File;

/// The file of a message, in its bubble.
#[derive(Clone)]
pub struct Shown {
    /// Whose.
    pub id: MessageId,
    /// What it is.
    pub facts: MediaFacts,
    /// Where it is by now.
    pub place: Memo<Option<MediaPlace>>,
    /// It was not sent: "Send again" stands below already.
    pub failed: Memo<bool>,
    /// Whether its sender is this account.
    pub own: bool,
    /// Tab stops at its parts.
    pub is_entered: Memo<bool>,
}

impl Shown {
    fn tabindex(&self) -> impl Fn() -> &'static str + Copy + Send + Sync + 'static {
        let is_entered = self.is_entered;
        move || if is_entered.get() { "0" } else { "-1" }
    }

    /// It can be played: from this device, or while it comes.
    fn can_play(&self) -> bool {
        let comes = matches!(self.place.get(), Some(MediaPlace::There | MediaPlace::Downloading { .. }));
        self.is_here() || comes && played_type(&self.facts).is_some() && streams::possible().get()
    }

    /// All of it is on this device, as far as is known.
    fn is_here(&self) -> bool {
        matches!(self.place.get(), Some(MediaPlace::Here | MediaPlace::Uploading { .. }))
            || (self.own && matches!(self.place.get(), Some(MediaPlace::Stopped(_))))
    }
}

/// What is done when something of one's own went into the open conversation: its end is shown.
#[derive(Clone, Copy)]
pub struct OnSent(pub Callback<()>);

/// Files that somebody chose, before they are sent.
#[derive(Clone)]
pub struct Offered {
    /// The chat that they are for.
    pub chat: ChatId,
    /// In the order in which they were chosen.
    pub files: SendWrapper<Vec<File>>,
    /// Nothing is looked into.
    pub as_documents: bool,
    /// What is said below them.
    pub notice: String,
}

impl PartialEq for Offered {
    /// Each choice is another one.
    fn eq(&self, _other: &Self) -> bool {
        false
    }
}
