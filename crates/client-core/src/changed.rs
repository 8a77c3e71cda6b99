//! What one input changed of what the interface shows; told to it once, at the end of the input.

use proto::ids::{ChatId, MessageId};
use std::collections::BTreeSet;

/// Chats and messages whose rows must be read again.
#[derive(Debug, Default)]
pub(crate) struct Changed {
    pub(crate) chats: BTreeSet<ChatId>,
    pub(crate) chats_gone: BTreeSet<ChatId>,
    pub(crate) messages: BTreeSet<(ChatId, MessageId)>,
    /// What an open chat's header and information pane say.
    pub(crate) infos: BTreeSet<ChatId>,
    pub(crate) contacts: bool,
    pub(crate) everything: bool,
}

impl Changed {
    /// A row of the chat list.
    pub(crate) fn chat(&mut self, chat: ChatId) {
        self.chats_gone.remove(&chat);
        self.chats.insert(chat);
    }

    /// A chat that is no longer.
    pub(crate) fn chat_gone(&mut self, chat: ChatId) {
        self.chats.remove(&chat);
        self.chats_gone.insert(chat);
    }

    /// A message, and with it its chat's row.
    pub(crate) fn message(&mut self, chat: ChatId, message: MessageId) {
        self.chat(chat);
        self.messages.insert((chat, message));
    }
}
