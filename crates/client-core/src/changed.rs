//! What one input changed of what the interface shows; told to it once, at the end of the input.

use crate::following::{Moved, People};
use proto::ids::{AccountId, ChatId, MessageId};
use std::collections::BTreeSet;

/// Chats and messages whose rows must be read again.
#[derive(Debug, Default)]
pub(crate) struct Changed {
    pub(crate) chats: BTreeSet<ChatId>,
    pub(crate) chats_gone: BTreeSet<ChatId>,
    pub(crate) messages: BTreeSet<(ChatId, MessageId)>,
    /// Rows that held a place and are no longer.
    pub(crate) messages_gone: BTreeSet<(ChatId, MessageId)>,
    /// Chats that go on under another id, in the order in which they were moved.
    pub(crate) moved: Vec<Moved>,
    /// What an open chat's header and information pane say.
    pub(crate) infos: BTreeSet<ChatId>,
    /// Accounts of which something is shown differently.
    pub(crate) people: BTreeSet<AccountId>,
    /// Accounts that a chat is shared with since this input.
    pub(crate) met: BTreeSet<AccountId>,
    /// What the service worker knows of a chat, beside what its information pane says.
    pub(crate) pushing: BTreeSet<ChatId>,
    pub(crate) profile: bool,
    pub(crate) settings: bool,
    pub(crate) devices: bool,
    /// Chats in which nothing rings any more, and no call goes on: their other one is blocked.
    pub(crate) silenced: BTreeSet<ChatId>,
    /// Who is blocked.
    pub(crate) blocked: bool,
    /// How far it is with links that were opened here.
    pub(crate) joins: bool,
    /// How far the mirror has come.
    pub(crate) mirror: bool,
    pub(crate) everything: bool,
}

impl Changed {
    /// A row of the chat list.
    pub(crate) fn chat(&mut self, chat: ChatId) {
        self.chats_gone.remove(&chat);
        self.chats.insert(chat);
    }

    /// What is known of an account: its chat's row and facts, and its contact.
    pub(crate) fn person(&mut self, account: AccountId) {
        self.people.insert(account);
    }

    /// A chat that is no longer.
    pub(crate) fn chat_gone(&mut self, chat: ChatId) {
        self.chats.remove(&chat);
        self.chats_gone.insert(chat);
    }

    /// A chat that goes on under another id.
    pub(crate) fn chat_moved(&mut self, from: ChatId, to: ChatId, people: People) {
        self.chat_gone(from);
        self.chat(to);
        self.infos.insert(to);
        self.moved.push(Moved { from, to, people });
    }

    /// A message, and with it its chat's row.
    pub(crate) fn message(&mut self, chat: ChatId, message: MessageId) {
        self.chat(chat);
        self.messages.insert((chat, message));
    }

    /// A message's row that is no longer.
    pub(crate) fn message_gone(&mut self, chat: ChatId, message: MessageId) {
        self.chat(chat);
        self.messages.remove(&(chat, message));
        self.messages_gone.insert((chat, message));
    }
}
