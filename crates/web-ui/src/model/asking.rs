//! What a dialog writes into a chat that is no text.

use client_api::{AccountId, ChatId};

/// What is being written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asks {
    Poll,
    People,
    Place,
}

/// For whom: the chat, and who was in it when the dialog opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked {
    pub asks: Asks,
    pub chat: ChatId,
    pub peer: AccountId,
}

impl Asked {
    /// As it stands after a chat goes on under another id.
    pub fn follow(self, from: ChatId, to: ChatId) -> Self {
        if self.chat == from { Self { chat: to, ..self } } else { self }
    }
}
