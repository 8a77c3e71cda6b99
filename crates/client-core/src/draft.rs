//! What stands in a composer and is not sent yet: own-device state, so the same on all devices, with the account that it was written
//! for. A number may move to another account, and the draft goes along with the chat; its words were meant for the first.

use crate::client::{Client, Context};
use crate::io::Halt;
use crate::own_state::ChatKey;
use client_api::{AccountId, ChatId, UserError};
use proto::limits::TEXT_LEN_MAX;

/// The first byte of a stored draft. No text begins with it: what a later version stores in another way is a draft for nobody.
const FORM: u8 = 1;

/// A draft, or none where the text is empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Draft {
    pub(crate) text: String,
    pub(crate) written_for: AccountId,
}

impl Draft {
    /// The value in own-device state: form, account, text.
    fn encode(&self) -> Vec<u8> {
        if self.text.is_empty() {
            return Vec::new();
        }
        [&[FORM], self.written_for.0.as_slice(), self.text.as_bytes()].concat()
    }

    /// What cannot be read as a draft with its account is one for nobody, as far as it is text.
    pub(crate) fn decode(stored: &[u8]) -> Self {
        let named = stored.strip_prefix(&[FORM]).and_then(|rest| rest.split_first_chunk::<16>());
        let (written_for, text) =
            named.map_or((AccountId::NOBODY, stored), |(account, text)| (AccountId(*account), text));
        Self { text: String::from_utf8(text.to_vec()).unwrap_or_default(), written_for }
    }
}

impl Client {
    /// Keeps what stands in the composer.
    pub(crate) fn set_draft(
        &mut self,
        cx: &mut Context<'_>,
        request: u32,
        chat: ChatId,
        text: String,
        written_for: AccountId,
    ) -> Result<(), Halt> {
        if text.len() > TEXT_LEN_MAX {
            let max = u32::try_from(TEXT_LEN_MAX).unwrap_or(u32::MAX);
            cx.answer(request, Err(UserError::TextTooLong { max }));
            return Ok(());
        }
        self.set_chat_value(cx, request, ChatKey::Draft, chat, Draft { text, written_for }.encode())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chats;
    use crate::own_state;
    use crate::sending::Written;
    use crate::testing::{CHAT, Peer, phone, step};
    use client_api::{ChatRow, Command};
    use proptest::prelude::*;
    use rusqlite::Connection;

    const OTHER: AccountId = AccountId([7; 16]);

    proptest! {
        #[test]
        fn a_draft_comes_back(text in "\\PC{1,40}", account: [u8; 16]) {
            let draft = Draft { text, written_for: AccountId(account) };
            prop_assert_eq!(&Draft::decode(&draft.encode()), &draft);
        }

        #[test]
        fn whatever_is_stored_can_be_read(stored: Vec<u8>) {
            Draft::decode(&stored);
        }
    }

    #[test]
    fn a_draft_that_names_nobody_is_for_nobody() {
        let plain = Draft { text: "half a sent".into(), written_for: AccountId::NOBODY };
        assert_eq!(Draft::decode(b"half a sent"), plain);
        assert_eq!(Draft { text: String::new(), written_for: OTHER }.encode(), Vec::<u8>::new(), "a tombstone");
    }

    fn row(db: &Connection) -> ChatRow {
        let (rows, _) = step(db, 1, |cx| crate::chat_list::rows(cx, Some(CHAT), &Default::default()).expect("rows"));
        rows.into_iter().next().expect("the chat")
    }

    #[test]
    fn a_draft_that_moves_with_its_chat_stays_for_whom_it_was_written() {
        let (mut client, db) = phone();
        let mut peer = Peer::new();
        peer.shares_chat_with(&db);
        let (_, out) = step(&db, 1, |cx| {
            let chat = chats::ensure_direct(cx, proto::ids::AccountId(OTHER.0)).expect("a chat");
            let drafts = Command::SetDraft {
                chat: client_api::ChatId(chat.0),
                text: "for the one who had the number".into(),
                written_for: OTHER,
            };
            client.on_command(cx, client_api::Request { id: 1, command: drafts }).expect("kept");
            own_state::move_chat_values(cx, chat, CHAT, true).expect("moved");
        });
        assert!(!out.is_empty(), "it was answered");
        let row = row(&db);
        assert_eq!((row.draft.as_str(), row.draft_for), ("for the one who had the number", OTHER));
        assert_ne!(row.draft_for, row.peer);
        // Who loads it after a restart sends it for whom the row names.
        let (_, out) = step(&db, 1, |cx| {
            client
                .send_text(
                    cx,
                    1,
                    row.chat,
                    Written { text: row.draft.clone(), written_for: Some(row.draft_for), answers: None },
                )
                .expect("no halt");
        });
        let refused = client_api::Event::Answered { request: 1, result: Err(UserError::OtherAccount) };
        assert!(out.contains(&crate::io::Output::Event(refused)));
        let still = self::row(&db);
        assert_eq!(still.draft, row.draft, "refused words are kept");
    }
}
