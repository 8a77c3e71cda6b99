//! Chats that were given another id while the page was open: what a page still calls by the old one is found here.

use client_api::ChatId;

/// The moves so far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Moves(Vec<(ChatId, ChatId)>);

impl Moves {
    /// A chat goes on under another id.
    pub fn add(&mut self, from: ChatId, to: ChatId) {
        self.0.push((from, to));
    }

    /// The id that a chat has now.
    pub fn newest(&self, chat: ChatId) -> ChatId {
        // In the order in which they happened, each is followed once.
        self.0.iter().fold(chat, |chat, (from, to)| if chat == *from { *to } else { chat })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chat(number: u8) -> ChatId {
        ChatId([number; 16])
    }

    #[test]
    fn a_chat_is_followed_through_all_its_moves_and_no_other() {
        let mut moves = Moves::default();
        assert_eq!(moves.newest(chat(1)), chat(1));
        moves.add(chat(1), chat(2));
        moves.add(chat(7), chat(8));
        moves.add(chat(2), chat(3));
        assert_eq!([1, 2, 3, 7, 9].map(|n| moves.newest(chat(n))), [3, 3, 3, 8, 9].map(chat));
    }

    #[test]
    fn a_circle_ends() {
        let mut moves = Moves::default();
        moves.add(chat(1), chat(2));
        moves.add(chat(2), chat(1));
        assert_eq!(moves.newest(chat(1)), chat(1));
        assert_eq!(moves.newest(chat(2)), chat(1));
    }
}
