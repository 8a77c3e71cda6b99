//! Chats that go on under another id: two people began the same one and met in one of the two, or a number leads to
//! another account. The interface is told, what it had open stays open, and what it still asks for under the old id is
//! done under the new one. Moving the rows is `chats`' and `moving`'s.

use crate::client::{Client, Context};
use client_api::{Command, Event};
use proto::ids::ChatId;

/// Who is in the chat that goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum People {
    /// The same two: what was written for the one chat is meant for the other.
    Same,
    /// Another account has the number: what was written for the old one is not sent to the new one unasked.
    Others,
}

/// A chat that goes on under another id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Moved {
    pub(crate) from: ChatId,
    pub(crate) to: ChatId,
    pub(crate) people: People,
}

impl Client {
    /// Tells the interface, and remembers it for this run.
    pub(crate) fn follow_moved(&mut self, cx: &mut Context<'_>, moved: &[Moved]) {
        for Moved { from, to, people } in moved.iter().copied() {
            cx.event(Event::ChatMoved { from: client_api::ChatId(from.0), to: client_api::ChatId(to.0) });
            if self.open_chats.remove(&from) {
                self.open_chats.insert(to);
            }
            for earlier in self.moved.values_mut().filter(|earlier| earlier.to == from) {
                earlier.to = to;
                if people == People::Others {
                    earlier.people = people;
                }
            }
            self.moved.insert(from, Moved { from, to, people });
        }
    }

    /// A command under the id that its chat has now. The page sent it before it heard of the other one.
    pub(crate) fn under_new_id(&self, mut command: Command) -> Command {
        let sends = matches!(command, Command::SendText { .. } | Command::RetryMessage { .. });
        if let Some(chat) = command.chat_mut()
            && let Some(moved) = self.moved.get(&ChatId(chat.0))
            && (moved.people == People::Same || !sends)
        {
            *chat = client_api::ChatId(moved.to.0);
        }
        command
    }
}
