//! Chats that go on under another id: two people began the same one and met in one of the two, or a number leads to
//! another account. The interface is told, what it had open stays open, and what it still asks for under the old id is
//! done under the new one. Moving the rows is `chats`' and `moving`'s.

use crate::chats::Chat;
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

    /// Somebody else has the number since this was written.
    pub(crate) fn is_for_others(
        &self,
        chat: ChatId,
        stored: Option<&Chat>,
        written_for: Option<client_api::AccountId>,
    ) -> bool {
        let is_theirs = self.moved.get(&chat).is_some_and(|moved| moved.people == People::Others);
        let is_of_another = |stored: &Chat| written_for.is_some_and(|account| account.0 != stored.peer.0);
        is_theirs || stored.is_some_and(is_of_another)
    }

    /// A command under the id that its chat has now. The page sent it before it heard of the other one.
    pub(crate) fn under_new_id(&self, mut command: Command) -> Command {
        let sends = matches!(
            command,
            Command::SendText { .. }
                | Command::SendMedia { .. }
                | Command::EditText { .. }
                | Command::RetryMessage { .. }
        );
        if let Some(chat) = command.chat_mut()
            && let Some(moved) = self.moved.get(&ChatId(chat.0))
            && (moved.people == People::Same || !sends)
        {
            *chat = client_api::ChatId(moved.to.0);
        }
        if let Command::ForwardMessages { to, .. } = &mut command {
            for (chat, _) in to {
                if let Some(moved) = self.moved.get(&ChatId(chat.0)).filter(|moved| moved.people == People::Same) {
                    *chat = client_api::ChatId(moved.to.0);
                }
            }
        }
        command
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::Output;
    use crate::sending::Written;
    use crate::testing::{CHAT, Peer, now_ms, phone, step};
    use client_api::{AccountId, Answer, UserError};

    #[test]
    fn words_for_one_account_are_not_sent_to_another() {
        let (mut client, db) = phone();
        let mut peer = Peer::new();
        peer.shares_chat_with(&db);
        let mut sent = |chat: ChatId, written_for| {
            let (_, out) = step(&db, now_ms(), |cx| {
                let chat = client_api::ChatId(chat.0);
                client
                    .send_text(cx, 1, chat, Written { text: "for you alone".to_owned(), written_for, answers: None })
                    .expect("no halt");
            });
            out.into_iter().find_map(|output| match output {
                Output::Event(Event::Answered { result, .. }) => Some(result),
                _ => None,
            })
        };
        let peer = AccountId(peer.list.account().0);
        assert_eq!(sent(CHAT, Some(AccountId([9; 16]))), Some(Err(UserError::OtherAccount)));
        assert!(matches!(sent(CHAT, Some(peer)), Some(Ok(Answer::Message(_)))));
        assert!(matches!(sent(CHAT, None), Some(Ok(Answer::Message(_)))), "where nobody knows");
    }
}
