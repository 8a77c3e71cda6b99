//! A phone that has a chat with somebody: what both say about each other's messages, in whatever order it comes.

use super::{CHAT, Peer, now_ms, phone, step};
use crate::client::Client;
use crate::io::Output;
use crate::messages::{self, NewMessage, Place};
use client_api::{Answer, Command, Event, MessageBody, MessageRow, Request, UserError};
use prost::Message as _;
use proto::content::{Content, Deletion, Edit, Quote, Reaction, Text, content};
use proto::ids::{AccountId, DeviceAddress, DeviceNumber, MessageId};
use rusqlite::Connection;

pub(crate) const CHAT_UI: client_api::ChatId = client_api::ChatId(CHAT.0);
pub(crate) const MINUTE_MS: u64 = 60_000;

pub(crate) struct Story {
    pub(crate) client: Client,
    pub(crate) db: Connection,
    pub(crate) peer: AccountId,
    pub(crate) me: AccountId,
    pub(crate) began_ms: u64,
}

pub(crate) fn id(number: u8) -> MessageId {
    MessageId([number; 16])
}

/// What a message with this number says.
pub(crate) fn saying(number: u8, body: content::Body) -> Content {
    Content { message_id: id(number).to_vec(), sent_ms: 1, profile_version: 0, lifetime_s: 0, body: Some(body) }
}

pub(crate) fn text(words: &str) -> content::Body {
    content::Body::Text(Text { text: words.to_owned(), ..Text::default() })
}

pub(crate) fn answer(words: &str, to: MessageId, account: AccountId, excerpt: &str) -> content::Body {
    let quote = Quote { message_id: to.to_vec(), account: account.to_vec(), excerpt: excerpt.to_owned() };
    content::Body::Text(Text { text: words.to_owned(), quote: Some(quote), ..Text::default() })
}

pub(crate) fn reaction(to: MessageId, emoji: &str) -> content::Body {
    content::Body::Reaction(Reaction { message_id: to.to_vec(), emoji: emoji.to_owned() })
}

pub(crate) fn edit(of: MessageId, words: &str) -> content::Body {
    content::Body::Edit(Edit { message_id: of.to_vec(), text: words.to_owned(), ..Edit::default() })
}

pub(crate) fn deletion(of: MessageId) -> content::Body {
    content::Body::Deletion(Deletion { message_id: of.to_vec() })
}

impl Story {
    pub(crate) fn new() -> Self {
        let (client, db) = phone();
        let peer = Peer::new();
        let account = peer.list.account();
        let mut peer = peer;
        peer.shares_chat_with(&db);
        let (me, _) = step(&db, 1, |cx| cx.me().expect("me").address.account);
        Self { client, db, peer: account, me, began_ms: now_ms() - 3_600_000 }
    }

    /// The server's log has this of an account, so many minutes after the chat's beginning, which is its place too.
    pub(crate) fn says(&self, account: AccountId, number: u8, minute: u64, body: content::Body) {
        let content = saying(number, body);
        let kind = messages::kind_of(&content).expect("part of the conversation");
        let message = NewMessage {
            chat: CHAT,
            id: id(number),
            sender: DeviceAddress { account, device: DeviceNumber(1) },
            place: Some(Place { seq: 10 + minute, time_ms: self.began_ms + minute * MINUTE_MS }),
            sent_ms: 1,
            kind,
            content: content.encode_to_vec(),
        };
        step(&self.db, now_ms(), |cx| messages::store(cx, &message).expect("stored"));
    }

    pub(crate) fn row(&self, number: u8) -> Option<MessageRow> {
        messages::get_row(&self.db, CHAT, id(number), self.me).expect("read")
    }

    pub(crate) fn text_of(&self, number: u8) -> (String, bool) {
        match self.row(number).expect("the row") {
            MessageRow { body: MessageBody::Text(text), edited, .. } => (text, edited),
            row => panic!("no text: {:?}", row.body),
        }
    }

    pub(crate) fn reactions(&self, number: u8) -> Vec<(bool, String)> {
        let row = self.row(number).expect("the row");
        row.reactions.into_iter().map(|reaction| (reaction.own, reaction.emoji)).collect()
    }

    pub(crate) fn asks(&mut self, command: Command) -> Result<Answer, UserError> {
        let (client, now) = (&mut self.client, now_ms());
        let (_, out) = step(&self.db, now, |cx| client.on_command(cx, Request { id: 7, command }).expect("no halt"));
        out.into_iter()
            .find_map(|output| match output {
                Output::Event(Event::Answered { request: 7, result }) => Some(result),
                _ => None,
            })
            .expect("an answer")
    }

    pub(crate) fn writes(&mut self, words: &str) -> client_api::MessageId {
        let command = Command::SendText { chat: CHAT_UI, text: words.to_owned(), written_for: None, answers: None };
        match self.asks(command) {
            Ok(Answer::Message(id)) => id,
            other => panic!("not written: {other:?}"),
        }
    }

    pub(crate) fn count(&self, sql: &str) -> u32 {
        self.db.query_row(sql, [], |row| row.get(0)).expect("a number")
    }

    /// Nowhere in the database, as far as it is a table's content.
    pub(crate) fn is_forgotten(&self, words: &str) -> bool {
        let held = "SELECT count(*) FROM message WHERE instr(content, CAST(?1 AS BLOB)) > 0";
        self.db.query_row(held, [words], |row| row.get::<_, u32>(0)).expect("a number") == 0
    }
}
