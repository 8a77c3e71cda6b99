//! What stands above the composers: which message is answered, which one is edited. Kept while the page looks at other chats.
//! Knows no page.

use client_api::{ChatId, MessageRow};
use std::sync::Arc;

/// Of one chat.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Aside {
    /// What the next text answers.
    pub answers: Option<Arc<MessageRow>>,
    /// What is edited. The answer waits for so long.
    pub edits: Option<Arc<MessageRow>>,
    /// The text that it shall have.
    pub edited: String,
}

impl Aside {
    /// Takes the upper layer away; says whether there was one.
    pub fn leave(&mut self) -> bool {
        self.edits.take().is_some() || self.answers.take().is_some()
    }
}

/// Of all chats that have one.
#[derive(Debug, Default)]
pub struct Asides(Vec<(ChatId, Aside)>);

impl Asides {
    /// Of a chat.
    pub fn get(&self, chat: ChatId) -> Aside {
        self.0.iter().find(|(other, _)| *other == chat).map(|(_, aside)| aside.clone()).unwrap_or_default()
    }

    /// Puts another one in its place.
    pub fn set(&mut self, chat: ChatId, aside: Aside) {
        self.0.retain(|(other, _)| *other != chat);
        if aside.answers.is_some() || aside.edits.is_some() {
            self.0.push((chat, aside));
        }
    }

    /// The chat goes on under another id.
    pub fn follow(&mut self, from: ChatId, to: ChatId) {
        let aside = self.get(from);
        self.set(from, Aside::default());
        self.set(to, aside);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::deeds::tests::message;
    use client_api::MessageBody;

    const CHAT: ChatId = ChatId([1; 16]);
    const OTHER: ChatId = ChatId([2; 16]);

    fn both() -> Aside {
        let row = |text: &str| Some(Arc::new(message(true, MessageBody::Text(text.into()))));
        Aside { answers: row("a question"), edits: row("mine"), edited: "mine, better".into() }
    }

    #[test]
    fn each_chat_has_its_own_and_takes_it_along() {
        let mut asides = Asides::default();
        asides.set(CHAT, both());
        assert_eq!(asides.get(OTHER), Aside::default());
        asides.follow(CHAT, OTHER);
        assert_eq!(asides.get(CHAT), Aside::default());
        assert_eq!(asides.get(OTHER), both());
    }

    #[test]
    fn layers_go_one_by_one() {
        let mut aside = both();
        assert!(aside.leave());
        assert_eq!((aside.edits.is_some(), aside.answers.is_some()), (false, true), "the answer waited");
        assert!(aside.leave());
        assert!(!aside.leave());
        let mut asides = Asides::default();
        asides.set(CHAT, aside);
        assert!(asides.0.is_empty(), "nothing is kept of nothing");
    }
}
