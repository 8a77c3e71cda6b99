//! Sending: what may go out now, one operation per chat at a time, and what the server's verdicts do.

use crate::amending;
use crate::calling::{self, Rings};
use crate::chats::{self, Membership};
use crate::client::{Client, Context};
use crate::disappearing;
use crate::echo;
use crate::groups;
use crate::io::Halt;
use crate::media;
use crate::mentions;
use crate::messages::{self, NUMBER_MAX, NewMessage, Place};
use crate::mls;
use crate::outbox::{self, Kind, Operation};
use crate::own_state::{self, ChatKey};
use crate::profile;
use crate::removing;
use crate::restored;
use crate::session::{HELLO_REQUEST, send};
use crate::vetting::Writable;
use crate::vouching;
use crate::witness;
use breakable::{Rule, broken};
use client_api::{Answer, UserError};
use e2ee::MlsError;
use prost::Message as _;
use proto::content::{Content, Quote, Text, content};
use proto::ids::{ChatId, DeviceAddress, MessageId, OpId};
use proto::limits::TEXT_LEN_MAX;
use proto::wire::{Accepted, App, Commit, GroupCreate, ResetGroup, Stale, client_frame, refused, reply};
use rusqlite::OptionalExtension as _;
use std::collections::BTreeMap;

/// Requests on the socket without a reply. They end with the socket: what is in the outbox goes again.
#[derive(Debug, Default)]
pub(crate) struct Flights {
    last: u32,
    under_way: BTreeMap<u32, Flight>,
}

/// What a request on the socket was for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Flight {
    Operation {
        op_id: OpId,
        chat: ChatId,
    },
    FetchLog {
        chat: ChatId,
    },
    FetchMissed {
        chat: ChatId,
    },
    GroupInfo {
        chat: ChatId,
    },
    Compare {
        chat: ChatId,
    },
    Marks,
    /// Of chats that this device came into.
    MarksOnEntry {
        chats: Vec<ChatId>,
    },
    Groups,
    JoinCall {
        number: u64,
    },
    SayInCall {
        request: u32,
        participant: u64,
    },
    Calls,
}

/// Chats that are left alone for a while, after the server refused something of theirs.
#[derive(Debug, Default)]
pub(crate) struct Pauses {
    until_ms: BTreeMap<ChatId, u64>,
}

impl Pauses {
    /// Nothing is asked about this chat now.
    pub(crate) fn hold(&self, chat: ChatId, now_ms: u64) -> bool {
        self.until_ms.get(&chat).is_some_and(|until_ms| now_ms < *until_ms)
    }

    /// Something came that this waited for.
    pub(crate) fn end(&mut self, chat: ChatId) {
        self.until_ms.remove(&chat);
    }

    /// How many there are at most.
    pub(crate) fn len(&self) -> usize {
        self.until_ms.len()
    }

    /// Forgets those that are over.
    pub(crate) fn pass(&mut self, now_ms: u64) {
        self.until_ms.retain(|_, until_ms| now_ms < *until_ms);
    }
}

/// A text as it comes from the composer.
#[derive(Default)]
pub(crate) struct Written {
    pub(crate) text: String,
    /// Who was in the chat when it was written.
    pub(crate) written_for: Option<client_api::AccountId>,
    /// The message that it answers.
    pub(crate) answers: Option<client_api::MessageId>,
}

impl Written {
    /// What is no text, written for these people.
    pub(crate) fn to(written_for: Option<client_api::AccountId>) -> Self {
        Self { written_for, ..Self::default() }
    }
}

/// Why a text is not sent, whoever it is for.
pub(crate) fn refusal_of(text: &str) -> Option<UserError> {
    if text.trim().is_empty() {
        return Some(UserError::TextEmpty);
    }
    let max = u32::try_from(TEXT_LEN_MAX).unwrap_or(u32::MAX);
    (text.len() > TEXT_LEN_MAX).then_some(UserError::TextTooLong { max })
}

impl Flight {
    fn chat(&self) -> Option<ChatId> {
        match self {
            Self::Operation { chat, .. }
            | Self::FetchLog { chat }
            | Self::FetchMissed { chat }
            | Self::GroupInfo { chat }
            | Self::Compare { chat } => Some(*chat),
            Self::Marks
            | Self::MarksOnEntry { .. }
            | Self::Groups
            | Self::JoinCall { .. }
            | Self::SayInCall { .. }
            | Self::Calls => None,
        }
    }
}

impl Flights {
    /// Sends a request and remembers what it is for.
    pub(crate) fn send(&mut self, cx: &mut Context<'_>, flight: Flight, body: client_frame::Body) {
        self.last = self.last.max(HELLO_REQUEST) + 1;
        self.under_way.insert(self.last, flight);
        send(cx, self.last, body);
    }

    /// Chats whose marks were asked for as this device came into them.
    pub(crate) fn entered(&self) -> impl Iterator<Item = ChatId> {
        self.under_way
            .values()
            .filter_map(|flight| match flight {
                Flight::MarksOnEntry { chats } => Some(chats.iter().copied()),
                _ => None,
            })
            .flatten()
    }

    /// A reply came.
    pub(crate) fn finish(&mut self, request: u32) -> Option<Flight> {
        self.under_way.remove(&request)
    }

    /// The chat waits for a reply.
    pub(crate) fn holds(&self, chat: ChatId) -> bool {
        self.under_way.values().any(|flight| flight.chat() == Some(chat))
    }

    /// Something of this kind waits for a reply.
    pub(crate) fn any(&self, wanted: impl Fn(&Flight) -> bool) -> bool {
        self.under_way.values().any(wanted)
    }

    /// The interface's requests that said something in a call and have no answer yet.
    pub(crate) fn said_in_call(&self) -> Vec<u32> {
        let request = |flight: &Flight| match flight {
            Flight::SayInCall { request, .. } => Some(*request),
            _ => None,
        };
        self.under_way.values().filter_map(request).collect()
    }

    /// The socket is gone.
    pub(crate) fn clear(&mut self) {
        self.under_way.clear();
    }
}

impl Client {
    /// "Send this text." It is in the database, and on the screen, before anything is sent.
    pub(crate) fn send_text(
        &mut self,
        cx: &mut Context<'_>,
        request: u32,
        chat: client_api::ChatId,
        written: Written,
    ) -> Result<(), Halt> {
        let chat = ChatId(chat.0);
        let (text, mentions) = mentions::written(cx, chat, &written.text, &[])?;
        let quote = match self.may_write(cx, chat, &written, refusal_of(&text))? {
            Ok(quote) => quote,
            Err(error) => {
                cx.answer(request, Err(error));
                return Ok(());
            }
        };
        let text = Text { text, quote, forwarded: false, mentions };
        let id = self.write(cx, chat, messages::Kind::Text, content::Body::Text(text))?;
        self.typing_was_sent(chat);
        // Who writes has seen what stands there.
        own_state::set(cx, &ChatKey::Unread.of(chat), Vec::new())?;
        cx.answer(request, Ok(Answer::Message(client_api::MessageId(id.0))));
        Ok(())
    }

    /// What a new message quotes, if it may be written here and to whom it was meant for. `refusal` is what speaks against its content.
    pub(crate) fn may_write(
        &self,
        cx: &Context<'_>,
        chat: ChatId,
        written: &Written,
        refusal: Option<UserError>,
    ) -> Result<Result<Option<Quote>, UserError>, Halt> {
        let stored = chats::find(cx.db, chat)?.filter(|chat| chat.membership != Membership::Left);
        if let Some(refusal) = refusal {
            return Ok(Err(refusal));
        }
        if self.is_for_others(chat, stored.as_ref(), written.written_for) {
            return Ok(Err(UserError::OtherAccount));
        }
        if stored.is_none() {
            return Ok(Err(UserError::NotFound));
        }
        if let Some(refusal) = groups::refusal(cx, chat)? {
            return Ok(Err(refusal));
        }
        let Some(answered) = written.answers else { return Ok(Ok(None)) };
        let quote = amending::quoting(cx, chat, MessageId(answered.0))?;
        Ok(quote.map(Some).ok_or(UserError::NotFound))
    }

    /// Writes a message of the conversation down, on the screen and into the outbox.
    pub(crate) fn write(
        &mut self,
        cx: &mut Context<'_>,
        chat: ChatId,
        kind: messages::Kind,
        body: content::Body,
    ) -> Result<MessageId, Halt> {
        let id = MessageId(chats::random_id(cx));
        self.write_as(cx, (chat, id), kind, body)?;
        Ok(id)
    }

    /// The same under an id that was drawn for it before.
    pub(crate) fn write_as(
        &mut self,
        cx: &mut Context<'_>,
        (chat, id): (ChatId, MessageId),
        kind: messages::Kind,
        body: content::Body,
    ) -> Result<(), Halt> {
        let content = Content {
            message_id: id.to_vec(),
            sent_ms: cx.now_ms,
            profile_version: profile::version(cx)?,
            lifetime_s: disappearing::lifetime_s(cx.db, chat, &body)?,
            body: Some(body),
        }
        .encode_to_vec();
        let sender = cx.me()?.address;
        let (sent_ms, content_stored) = (cx.now_ms, content.clone());
        let message = NewMessage { chat, id, sender, place: None, sent_ms, kind, content: content_stored };
        messages::store(cx, &message)?;
        self.offer_profile(cx, chat)?;
        self.enqueue(cx, chat, Some(id), content)
    }

    /// "Try again", after a refusal.
    pub(crate) fn retry_message(
        &mut self,
        cx: &mut Context<'_>,
        request: u32,
        chat: client_api::ChatId,
        id: client_api::MessageId,
    ) -> Result<(), Halt> {
        let (chat, id) = (ChatId(chat.0), MessageId(id.0));
        if let Some(refusal) = groups::refusal(cx, chat)? {
            cx.answer(request, Err(refusal));
            return Ok(());
        }
        let failed: Option<(u32, Vec<u8>)> = cx
            .db
            .prepare_cached("SELECT failed, content FROM message WHERE chat = ?1 AND message = ?2 AND failed > 0")?
            .query_row([chat.as_bytes(), id.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let Some((failed, content)) = failed else {
            cx.answer(request, Err(UserError::NotFound));
            return Ok(());
        };
        cx.db.prepare_cached("UPDATE message SET failed = 0 WHERE message = ?1")?.execute([id.as_bytes()])?;
        if !self.retry_file(cx, id)? {
            self.enqueue(cx, chat, Some(id), content)?;
        }
        // Where it is deleted before it goes, those who may have it are told.
        if failed == messages::FAILED_IN_LOG {
            cx.db
                .prepare_cached("UPDATE outbox SET went_out = 1 WHERE chat = ?1 AND message = ?2")?
                .execute([chat.as_bytes(), id.as_bytes()])?;
        }
        cx.changed.message(chat, id);
        cx.answer(request, Ok(Answer::Done));
        Ok(())
    }

    /// Puts a content into a chat's outbox.
    pub(crate) fn enqueue(
        &mut self,
        cx: &mut Context<'_>,
        chat: ChatId,
        message: Option<MessageId>,
        content: Vec<u8>,
    ) -> Result<(), Halt> {
        let op_id = OpId(chats::random_id(cx));
        outbox::push(cx, &Operation { op_id, chat, kind: Kind::App, message, content, frame: Vec::new() })
    }

    /// Leaves a chat alone for so long.
    pub(crate) fn pause(&mut self, cx: &Context<'_>, chat: ChatId, pause_ms: u64) {
        self.pauses.until_ms.insert(chat, cx.now_ms + pause_ms);
        self.retry_at(cx.now_ms + pause_ms);
    }

    /// Sends the head of every chat that waits for nothing.
    pub(crate) fn send_waiting(&mut self, cx: &mut Context<'_>) -> Result<(), Halt> {
        for chat in outbox::waiting_chats(cx.db)? {
            if self.flights.holds(chat) || self.pauses.hold(chat, cx.now_ms) || self.stuck.contains(&chat) {
                continue;
            }
            if self.finding.comparing && restored::is_comparing(cx.db, chat)? {
                continue;
            }
            if let Some(operation) = groups::next_to_send(cx, chat)? {
                self.send_operation(cx, operation)?;
            }
        }
        Ok(())
    }

    /// Answers those who wait for the server to have everything, if it has.
    pub(crate) fn answer_when_sent(&mut self, cx: &mut Context<'_>) -> Result<(), Halt> {
        if !self.sent_wanted.is_empty()
            && self.session.is_up()
            && outbox::is_empty(cx.db)?
            && !media::is_sending(cx.db)?
        {
            for request in std::mem::take(&mut self.sent_wanted) {
                cx.answer(request, Ok(Answer::Done));
            }
        }
        Ok(())
    }

    fn send_operation(&mut self, cx: &mut Context<'_>, mut operation: Operation) -> Result<(), Halt> {
        if operation.kind == Kind::App && operation.frame.is_empty() {
            let joined = chats::find(cx.db, operation.chat)?.filter(|chat| chat.membership == Membership::Joined);
            let Some(chat) = joined else { return Ok(()) };
            match self.encrypt(cx, &chat, &operation)? {
                Some(frame) => {
                    outbox::set_frame(cx, operation.op_id, &frame)?;
                    operation.frame = frame;
                }
                None => return Ok(()),
            }
        }
        let unreadable = |_| Halt::Broken("an operation in the outbox cannot be read");
        let body = match operation.kind {
            Kind::App => client_frame::Body::App(App::decode(operation.frame.as_slice()).map_err(unreadable)?),
            Kind::Create => {
                client_frame::Body::GroupCreate(GroupCreate::decode(operation.frame.as_slice()).map_err(unreadable)?)
            }
            Kind::Reset => {
                client_frame::Body::ResetGroup(ResetGroup::decode(operation.frame.as_slice()).map_err(unreadable)?)
            }
            Kind::Join | Kind::Commit => {
                client_frame::Body::Commit(Commit::decode(operation.frame.as_slice()).map_err(unreadable)?)
            }
        };
        self.flights.send(cx, Flight::Operation { op_id: operation.op_id, chat: operation.chat }, body);
        Ok(())
    }

    /// The server's verdict on an operation.
    pub(crate) fn on_verdict(
        &mut self,
        cx: &mut Context<'_>,
        op_id: OpId,
        body: Option<reply::Body>,
    ) -> Result<(), Halt> {
        let Some(operation) = outbox::find(cx.db, op_id)? else { return Ok(()) };
        match body {
            // No log is as long, and no time as late: it is no verdict.
            Some(reply::Body::Accepted(accepted)) if accepted.seq.max(accepted.time_ms) > NUMBER_MAX => {
                self.pause(cx, operation.chat, 5_000);
                Ok(())
            }
            Some(reply::Body::Accepted(accepted)) => self.on_accepted(cx, &operation, &accepted),
            Some(reply::Body::Stale(stale)) => self.on_stale(cx, &operation, &stale),
            Some(reply::Body::GroupExists(exists)) => self.on_group_exists(cx, &operation, &exists),
            Some(reply::Body::Refused(refused)) if refused.reason == refused::Reason::Busy as i32 => {
                self.pause(cx, operation.chat, u64::from(refused.retry_after_ms.max(100)));
                Ok(())
            }
            // A leaf of an unlinked device stands in the way: its Remove goes first, then the same plaintext.
            Some(reply::Body::RevokedLeaf(revoked)) => {
                for device in &revoked.devices {
                    if let Ok(device) = DeviceAddress::try_from(device) {
                        removing::want(cx, operation.chat, device)?;
                    }
                }
                let new = OpId(chats::random_id(cx));
                outbox::renew(cx, operation.op_id, new)
            }
            _ => self.on_final_refusal(cx, &operation),
        }
    }

    fn on_accepted(&mut self, cx: &mut Context<'_>, operation: &Operation, accepted: &Accepted) -> Result<(), Halt> {
        outbox::remove(cx, operation.op_id)?;
        let place = Place { seq: accepted.seq, time_ms: accepted.time_ms };
        match operation.kind {
            Kind::App => {
                echo::await_entry(cx, operation.chat, place.seq)?;
                self.want_new_leaf(cx, operation.chat)?;
                groups::said(cx, operation, place)
            }
            Kind::Create | Kind::Reset => self.on_created(cx, operation, place),
            Kind::Join => self.on_joined(cx, operation.chat, place),
            // Merged when its echo comes, after what others sent before it.
            Kind::Commit if broken(Rule::CommitMergedAtEcho) => merge_pending(cx, operation.chat),
            Kind::Commit => Ok(()),
        }
    }

    /// Another commit came first. What it was comes with the log; then the same plaintext is encrypted anew.
    fn on_stale(&mut self, cx: &mut Context<'_>, operation: &Operation, stale: &Stale) -> Result<(), Halt> {
        // All of the log was followed, and still the epoch is another: this device has lost the thread.
        if matches!(operation.kind, Kind::App | Kind::Commit)
            && let Some(chat) = chats::find(cx.db, operation.chat)?
            && chat.membership == Membership::Joined
            && chat.applied_seq >= stale.head_seq
            // The commit may have come in between: then this device is where the server is.
            && mls::load(cx, &chat)?.is_none_or(|group| group.epoch() != stale.epoch)
        {
            self.resync(cx, &chat)?;
        }
        match operation.kind {
            Kind::App => {
                let new = OpId(chats::random_id(cx));
                outbox::renew(cx, operation.op_id, new)?;
                self.fetch_log(cx, operation.chat)
            }
            Kind::Create => self.on_final_refusal(cx, operation),
            Kind::Reset => {
                outbox::remove(cx, operation.op_id)?;
                self.abandon_reset(cx, operation.chat)
            }
            // The winner clears the pending commit; the wish is looked at again then.
            Kind::Commit => {
                outbox::remove(cx, operation.op_id)?;
                self.fetch_log(cx, operation.chat)
            }
            Kind::Join => {
                outbox::remove(cx, operation.op_id)?;
                self.join_again(cx, operation.chat)
            }
        }
    }

    pub(crate) fn on_final_refusal(&mut self, cx: &mut Context<'_>, operation: &Operation) -> Result<(), Halt> {
        outbox::remove(cx, operation.op_id)?;
        match (operation.kind, operation.message) {
            (Kind::App, Some(id)) => messages::fail(cx, operation.chat, id),
            (Kind::Join, _) => self.join_again(cx, operation.chat),
            (Kind::Reset, _) => self.on_reset_refused(cx, operation.chat),
            (Kind::Commit, _) => self.drop_commit(cx, operation.chat),
            // Made anew at the next try, with fresh key packages.
            (Kind::Create | Kind::App, _) => {
                groups::was_refused(cx, operation)?;
                self.pause(cx, operation.chat, 5_000);
                Ok(())
            }
        }
    }

    /// Encrypts and frames a message. `None`: not possible now, the message waits.
    fn encrypt(
        &mut self,
        cx: &mut Context<'_>,
        chat: &chats::Chat,
        operation: &Operation,
    ) -> Result<Option<Vec<u8>>, Halt> {
        let Some(mut group) = mls::load(cx, chat)?.filter(|group| !group.has_pending()) else { return Ok(None) };
        // Who is asked to vouch may be anybody: nothing is told.
        let asks = vouching::is_doubted(cx.db, chat.chat)?;
        if asks && !vouching::is_request(operation) {
            return Ok(None);
        }
        if !asks && self.vet(cx, chat, &group)? == Writable::NotYet && !broken(Rule::VettedBeforeEncryption) {
            return Ok(None);
        }
        let device = mls::own_device(cx)?;
        let aad = witness::authenticated_data(cx, chat)?;
        let epoch = group.epoch();
        let push_hint = self.push_hint(cx, chat, &group, operation)?;
        let ciphertext = match group.encrypt(&mls::provider(cx), &device, &operation.content, &aad) {
            Ok(ciphertext) => ciphertext,
            Err(MlsError::Evicted) => return Ok(None),
            Err(error) => return Err(Halt::Encryption(error.to_string())),
        };
        let (urgent, urgent_for) = match calling::rings(&operation.content) {
            Rings::AtNobody => (false, Vec::new()),
            Rings::AtAll => (true, Vec::new()),
            Rings::At(accounts) => (false, accounts),
        };
        let app = App {
            op_id: operation.op_id.to_vec(),
            chat: chat.chat.to_vec(),
            generation: chat.generation.0,
            epoch,
            ciphertext,
            push_hint,
            urgent,
            urgent_for,
        };
        Ok(Some(app.encode_to_vec()))
    }
}

/// Before its place in the log has come: only where that rule is broken.
fn merge_pending(cx: &mut Context<'_>, chat: ChatId) -> Result<(), Halt> {
    let Some(stored) = chats::find(cx.db, chat)? else { return Ok(()) };
    if let Some(mut group) = mls::load(cx, &stored)?.filter(e2ee::ChatGroup::has_pending) {
        group.confirm_pending(&mls::provider(cx)).map_err(|error| Halt::Encryption(error.to_string()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{CHAT, Peer, now_ms, phone, step};
    use proto::wire::GroupExists;

    #[test]
    fn who_writes_in_a_chat_that_was_marked_as_unread_has_read_it() {
        let (mut client, db) = phone();
        Peer::new().shares_chat_with(&db);
        let (kept, _) = step(&db, now_ms(), |cx| {
            own_state::set(cx, &ChatKey::Unread.of(CHAT), own_state::flag(true)).expect("marked");
            let chat = client_api::ChatId(CHAT.0);
            client
                .send_text(cx, 1, chat, Written { text: "an answer".to_owned(), ..Written::default() })
                .expect("no halt");
            own_state::chat_value(cx, ChatKey::Unread, CHAT).expect("read")
        });
        assert!(kept.is_empty());
    }

    /// Beyond them a database holds no place of what is unsent, and the client would stop at every text from then on.
    #[test]
    fn a_verdict_with_numbers_that_are_none_is_no_verdict() {
        let (mut client, db) = phone();
        Peer::new().shares_chat_with(&db);
        step(&db, now_ms(), |cx| {
            let written = Written { text: "hello".to_owned(), ..Written::default() };
            client.send_text(cx, 1, client_api::ChatId(CHAT.0), written).expect("no halt");
            let waiting = outbox::head(cx.db, CHAT).expect("read").expect("it waits");
            for (seq, time_ms) in [(2, NUMBER_MAX + 1), (NUMBER_MAX + 1, 2)] {
                let accepted = Accepted { seq, time_ms, ..Accepted::default() };
                client.on_verdict(cx, waiting.op_id, Some(reply::Body::Accepted(accepted))).expect("no halt");
                assert!(outbox::find(cx.db, waiting.op_id).expect("read").is_some(), "it goes again");
            }
        });
    }

    /// Else a server could have all that was said to one sent to another.
    #[test]
    fn a_chat_that_exists_already_is_one_with_the_same_account() {
        let (mut client, db) = phone();
        Peer::new().shares_chat_with(&db);
        let (said, out) = step(&db, now_ms(), |cx| {
            let other = chats::ensure_direct(cx, proto::ids::AccountId([9; 16])).expect("a chat");
            let written = Written { text: "for the other alone".to_owned(), ..Written::default() };
            client.send_text(cx, 1, client_api::ChatId(other.0), written).expect("no halt");
            let op_id = OpId([5; 16]);
            let frame = vec![1];
            let create =
                Operation { op_id, chat: other, kind: Kind::Create, message: None, content: Vec::new(), frame };
            outbox::push(cx, &create).expect("it is being made");
            let exists = GroupExists { chat: CHAT.to_vec(), generation: 1 };
            client.on_verdict(cx, op_id, Some(reply::Body::GroupExists(exists))).expect("no halt");
            let count = |table: &str, chat: ChatId| -> u32 {
                let sql = format!("SELECT count(*) FROM {table} WHERE chat = ?1");
                cx.db.query_row(&sql, [chat.as_bytes()], |row| row.get(0)).expect("a number")
            };
            ["message", "outbox", "chat"].map(|table| (count(table, CHAT), count(table, other)))
        });
        assert_eq!(said, [(0, 1), (0, 1), (1, 1)]);
        let told = |output: &crate::io::Output| {
            matches!(
                output,
                crate::io::Output::Event(client_api::Event::Notice(client_api::Notice::ServerNotTrusted { .. }))
            )
        };
        assert!(out.iter().any(told));
    }
}
