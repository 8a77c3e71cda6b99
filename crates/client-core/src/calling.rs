//! Calls: what rings, which call this device is in, and what its chat is told of it (docs/calls.md).
//!
//! A call is a message, and what became of it are amendments of that message: the order of the chat's log decides who answered first, and
//! of two who call each other, whose call it is. What is here lives as long as this run does: a call needs a page.

mod again;
mod busy;
mod facts;
mod growing;
mod log;
mod room;
mod signs;

pub(crate) use facts::{Rings, apply, of, rings};

use crate::accounts;
use crate::chat_list;
use crate::chats::{self, Chat, Membership};
use crate::client::{Client, Context};
use crate::groups;
use crate::io::Halt;
use crate::messages::{self, Kind};
use crate::own_state::{self, ChatKey};
use breakable::{Rule, broken};
use client_api::{
    Answer, CallEnd, CallFacts, CallPhase, CallState, Calls, Event, MessageBody, OwnCall, RingingCall, UserError,
};
use identity::ChatKind;
use proto::content::call_word::Word;
use proto::content::{Call, CallWord, Content, content};
use proto::ids::{AccountId, ChatId, DeviceAddress, MessageId};
use proto::wire::GroupItem;
use room::Rooms;
use rusqlite::{OptionalExtension, params};
use std::collections::{BTreeMap, BTreeSet};

/// A call rings for so long after the server took it.
const RING_MS: u64 = 45_000;
/// Who answered is connected within this, or the call is over.
const CONNECT_MS: u64 = 30_000;
/// Calls that ring here at once; more are not shown.
const RINGING_MAX: usize = 16;
/// A call that began longer ago is not the one that goes on.
const GOES_ON_MS: u64 = 12 * 3_600_000;
/// Messages of a chat among which the call that goes on in it is looked for.
const LOOKED_FOR_MAX: u32 = 256;

/// Calls, in this run.
#[derive(Debug, Default)]
pub(crate) struct Calling {
    own: Option<Own>,
    ringing: BTreeMap<ChatId, Ringing>,
    /// By whom this device is rung in a call that goes on, until the room shows them: a word alone rings nowhere.
    unseen: BTreeMap<(ChatId, DeviceAddress), Ringing>,
    rooms: Rooms,
    words: signs::Words,
    /// Counts joinings: what comes of an earlier one is of no interest.
    joins: u64,
    /// When to ask again which calls there are.
    ask_at_ms: Option<u64>,
    /// The interface does not know yet how it is now.
    changed: bool,
}

/// The call that this device is in.
#[derive(Debug)]
struct Own {
    chat: ChatId,
    is_group: bool,
    /// The message that it is; `None` where it went on already and is not found.
    call: Option<MessageId>,
    video: bool,
    /// This device rang.
    is_caller: bool,
    /// The word by which it was answered here.
    answer: Option<MessageId>,
    /// It went on at another own device before: that one leaves, whatever it says besides.
    moved: bool,
    /// When somebody answered, or was there, by this device's clock.
    answered_ms: Option<u64>,
    /// The log says that somebody answered this very call: it is the one that goes on.
    is_taken: bool,
    /// Before then somebody is to answer, or to be connected.
    ends_ms: Option<u64>,
    /// Entered alone by a call's link: whoever comes may take their time, and nothing but hanging up ends it.
    waits: bool,
    /// Somebody else was connected.
    met: bool,
    /// Whoever is called is in another call, as they say.
    is_busy_there: bool,
    /// Members who are to be rung: also those who are not in the group yet.
    to_ring: BTreeSet<AccountId>,
    /// Of two: people are being added.
    growth: growing::Growth,
    /// Of a group: the call of two that it was.
    origin: Option<growing::Origin>,
    place: room::Place,
    signs: signs::Signs,
}

impl Calling {
    /// This device is in the call of this chat.
    pub(crate) fn is_in(&self, chat: ChatId) -> bool {
        self.own.as_ref().is_some_and(|own| own.chat == chat)
    }

    /// The interface knows nothing.
    pub(crate) fn show_again(&mut self) {
        self.changed = true;
    }
}

impl Own {
    fn new(chat: &Chat, call: Option<MessageId>, video: bool) -> Self {
        Self {
            chat: chat.chat,
            is_group: chat.kind == ChatKind::Group,
            call,
            video,
            is_caller: false,
            answer: None,
            moved: false,
            answered_ms: None,
            is_taken: false,
            ends_ms: None,
            waits: false,
            met: false,
            is_busy_there: false,
            to_ring: BTreeSet::new(),
            growth: growing::Growth::default(),
            origin: None,
            place: room::Place::default(),
            signs: signs::Signs::default(),
        }
    }

    /// Nobody has answered yet, nor is there.
    fn is_calling(&self) -> bool {
        self.answered_ms.is_none()
    }
}

/// A call that rings here.
#[derive(Debug, Clone, Copy)]
struct Ringing {
    call: MessageId,
    caller: DeviceAddress,
    video: bool,
    until_ms: u64,
    /// It went on already: it is over with the call, whoever says so.
    again: bool,
    /// The interface has it.
    is_shown: bool,
}

impl Ringing {
    /// This word about the call ends the ringing.
    fn is_stopped_by(&self, word: Word, sender: AccountId, is_own: bool, of_two: bool) -> bool {
        let by_caller = sender == self.caller.account;
        match word {
            Word::Answered | Word::Declined | Word::Moved => is_own,
            Word::Ended => by_caller || of_two || self.again,
            Word::Merged => by_caller,
            Word::Rings | Word::WentOn | Word::Unspecified => false,
        }
    }
}

impl Client {
    /// "Call them."
    pub(crate) fn place_call(
        &mut self,
        cx: &mut Context<'_>,
        chat: ChatId,
        video: bool,
    ) -> Result<Result<Answer, UserError>, Halt> {
        let me = cx.me()?.address;
        if self.calling.ringing.contains_key(&chat) || self.calling.rooms.has_others(chat, me) {
            return self.answer_call(cx, chat);
        }
        let stored = match self.to_call(cx, chat)? {
            Ok(stored) => stored,
            Err(error) => return Ok(Err(error)),
        };
        if let Some(refusal) = groups::refusal(cx, chat)? {
            return Ok(Err(refusal));
        }
        if self.calling.own.is_some() {
            return Ok(Err(UserError::InCall));
        }
        let waits = is_alone_by_link(cx, &stored)?;
        // It rings at nobody, not even at who comes meanwhile: where nobody is named it would ring at all.
        let accounts = if waits { vec![me.account.to_vec()] } else { Vec::new() };
        let call = self.write(cx, chat, Kind::Text, content::Body::Call(Call { video, accounts }))?;
        let ends_ms = Some(cx.now_ms + RING_MS).filter(|_| !waits);
        let answered_ms = Some(cx.now_ms).filter(|_| waits);
        let own = Own { is_caller: true, ends_ms, answered_ms, waits, ..Own::new(&stored, Some(call), video) };
        self.enter_call(cx, own);
        Ok(Ok(Answer::Done))
    }

    /// "I take it", or "I want to be in the one that goes on".
    pub(crate) fn answer_call(
        &mut self,
        cx: &mut Context<'_>,
        chat: ChatId,
    ) -> Result<Result<Answer, UserError>, Halt> {
        // People were added to it meanwhile: it is taken over where it goes on.
        let since_ms = self.calling.rooms.server_ms(cx.now_ms).saturating_sub(GOES_ON_MS);
        match growing::goes_on_in(cx, chat, since_ms)?.filter(|_| !self.calling.ringing.contains_key(&chat)) {
            Some((went, video)) => self.join_call(cx, went.chat, Some((Some(went.call), video))),
            None => self.join_call(cx, chat, None),
        }
    }

    /// Joins what rings, or goes on: `known` is its call, where that is not to be looked for.
    fn join_call(
        &mut self,
        cx: &mut Context<'_>,
        chat: ChatId,
        known: Option<(Option<MessageId>, bool)>,
    ) -> Result<Result<Answer, UserError>, Halt> {
        let stored = match self.to_call(cx, chat)? {
            Ok(stored) => stored,
            Err(error) => return Ok(Err(error)),
        };
        if self.calling.own.as_ref().is_some_and(|own| own.chat == chat) {
            return Ok(Err(UserError::InCall));
        }
        let me = cx.me()?.address;
        let ringing = self.calling.ringing.remove(&chat);
        let is_sibling = |device: DeviceAddress| device != me && device.account == me.account;
        // By the log an own device is on its way into what has gone on, whatever the room shows yet.
        let was_led = known.is_some();
        let moves = was_led || self.calling.rooms.people(chat).iter().any(|(_, device)| is_sibling(*device));
        let (call, video) = match &ringing {
            Some(ringing) => (Some(ringing.call), ringing.video),
            None if self.calling.rooms.has_others(chat, me) => {
                let since_ms = self.calling.rooms.server_ms(cx.now_ms).saturating_sub(GOES_ON_MS);
                known.map_or_else(|| newest_call(cx, chat, since_ms), Ok)?
            }
            None => return Ok(Err(UserError::NotFound)),
        };
        if let Some(mut before) = self.calling.own.take() {
            if self.became(cx, &before, chat)? {
                before.call = None;
            }
            self.leave_call(cx, before, CallEnd::HungUp)?;
        }
        // Whoever answers has noticed it: it does not count as unread, where nothing else does.
        if let Some(call) = call.filter(|_| ringing.as_ref().is_some_and(|ringing| !ringing.again))
            && chat_list::unread(cx, chat)? <= 1
            && own_state::chat_value(cx, ChatKey::Unread, chat)?.is_empty()
        {
            self.mark_read(cx, 0, client_api::ChatId(chat.0), client_api::MessageId(call.0))?;
        }
        let mut own = Own {
            answered_ms: Some(cx.now_ms),
            is_taken: true,
            moved: moves,
            ends_ms: Some(cx.now_ms + CONNECT_MS),
            waits: is_alone_by_link(cx, &stored)?,
            ..Own::new(&stored, call, video)
        };
        if let Some(call) = call.filter(|_| was_led) {
            self.say_of_call(cx, chat, call, Word::Answered)?;
        }
        if let Some(call) = call {
            let word = if moves { Word::Moved } else { Word::Answered };
            own.answer = self.say_of_call(cx, chat, call, word)?;
        }
        self.enter_call(cx, own);
        Ok(Ok(Answer::Done))
    }

    /// "Not now."
    pub(crate) fn decline_call(
        &mut self,
        cx: &mut Context<'_>,
        request: u32,
        chat: client_api::ChatId,
    ) -> Result<(), Halt> {
        let chat = ChatId(chat.0);
        let result = match self.calling.ringing.remove(&chat) {
            Some(ringing) => {
                self.calling.changed = true;
                self.say_of_call(cx, chat, ringing.call, Word::Declined)?;
                Ok(Answer::Done)
            }
            None => Err(UserError::NotFound),
        };
        cx.answer(request, result);
        Ok(())
    }

    /// "Hang up."
    pub(crate) fn hang_up(&mut self, cx: &mut Context<'_>, request: u32) -> Result<(), Halt> {
        if let Some(own) = self.calling.own.take() {
            self.leave_call(cx, own, CallEnd::HungUp)?;
        }
        cx.answer(request, Ok(Answer::Done));
        Ok(())
    }

    /// The chat, if somebody can be called in it now.
    fn to_call(&self, cx: &Context<'_>, chat: ChatId) -> Result<Result<Chat, UserError>, Halt> {
        let me = cx.me()?.address.account;
        let Some(stored) = chats::find(cx.db, chat)? else { return Ok(Err(UserError::NotFound)) };
        let is_of_others = match stored.kind {
            ChatKind::SelfGroup => false,
            ChatKind::Direct => stored.peer != me,
            ChatKind::Group => groups::accounts(cx.db, chat)?.len() > 1 || is_alone_by_link(cx, &stored)?,
        };
        Ok(match stored.membership {
            Membership::Left => Err(UserError::CallNobody),
            _ if !is_of_others => Err(UserError::CallNobody),
            _ if !self.session.is_up() => Err(UserError::Offline),
            Membership::Joined => Ok(stored),
            _ => Err(UserError::NotNow),
        })
    }

    fn say_of_call(
        &mut self,
        cx: &mut Context<'_>,
        chat: ChatId,
        call: MessageId,
        word: Word,
    ) -> Result<Option<MessageId>, Halt> {
        // In a chat that was left meanwhile there is nobody to say it to.
        if chats::find(cx.db, chat)?.is_none_or(|chat| chat.membership != Membership::Joined) {
            return Ok(None);
        }
        let word = CallWord { message_id: call.to_vec(), word: word.into(), ..CallWord::default() };
        self.write(cx, chat, Kind::Amendment, content::Body::CallWord(word)).map(Some)
    }

    fn enter_call(&mut self, cx: &mut Context<'_>, own: Own) {
        self.retry_at(own.ends_ms.unwrap_or(cx.now_ms));
        self.calling.own = Some(own);
        self.calling.changed = true;
        self.join_room(cx);
    }

    /// This device is out of a call that it was in; the chat is told where nobody else will.
    fn leave_call(&mut self, cx: &mut Context<'_>, mut own: Own, end: CallEnd) -> Result<(), Halt> {
        self.calling.changed = true;
        self.stop_growing(cx, &mut own)?;
        let me = cx.me()?.address;
        let others = self.calling.rooms.has_others(own.chat, me);
        let is_last = match end {
            CallEnd::AnsweredElsewhere | CallEnd::Moved | CallEnd::Declined | CallEnd::NotMember => false,
            _ if own.is_group => !others,
            _ => true,
        };
        if let Some(call) = own.call.filter(|_| is_last) {
            self.say_of_call(cx, own.chat, call, Word::Ended)?;
        }
        self.leave_room(cx, &own.place);
        cx.event(Event::CallOver { chat: client_api::ChatId(own.chat.0), end });
        Ok(())
    }

    /// A call that is over without a word of this device.
    fn call_ends(&mut self, cx: &mut Context<'_>, end: CallEnd) -> Result<(), Halt> {
        match self.calling.own.take() {
            Some(own) => self.leave_call(cx, own, end),
            None => Ok(()),
        }
    }

    /// A message of a chat that speaks of a call has just come. What came long ago is history.
    pub(crate) fn hear_of_call(
        &mut self,
        cx: &mut Context<'_>,
        chat: &Chat,
        sender: DeviceAddress,
        item: &GroupItem,
        content: &Content,
    ) -> Result<(), Halt> {
        let Ok(id) = MessageId::try_from(content.message_id.as_slice()) else { return Ok(()) };
        match &content.body {
            Some(content::Body::Call(call)) => self.hear_ringing(cx, chat, sender, item, (id, call)),
            Some(content::Body::CallWord(word)) if word.word() == Word::Rings => {
                self.hear_rung(cx, chat, sender, item, word)
            }
            Some(content::Body::CallWord(word)) => {
                let Ok(call) = MessageId::try_from(word.message_id.as_slice()) else { return Ok(()) };
                self.hear_call_word(cx, chat, sender, item.seq, (call, word.word()))
            }
            _ => Ok(()),
        }
    }

    fn hear_ringing(
        &mut self,
        cx: &mut Context<'_>,
        chat: &Chat,
        caller: DeviceAddress,
        item: &GroupItem,
        (call, Call { video, accounts }): (MessageId, &Call),
    ) -> Result<(), Halt> {
        let is_of_own = |own: &Own| own.origin.is_some() && own.call == Some(call) && own.chat == chat.chat;
        if self.calling.own.as_ref().is_some_and(is_of_own) {
            return self.read_own_call(cx, chat.chat, call);
        }
        let (me, video) = (cx.me()?.address.account, *video);
        let age_ms = self.calling.rooms.server_ms(cx.now_ms).saturating_sub(item.time_ms);
        if caller.account == me || age_ms >= RING_MS || chat.kind == ChatKind::SelfGroup {
            return Ok(());
        }
        if let Some(own) = &self.calling.own
            && own.chat == chat.chat
        {
            return self.meet_call(cx, chat.chat, item.seq, call);
        }
        // Who is in a call that has grown hears it not ring anew.
        let is_meant = chat.kind != ChatKind::Group || accounts.is_empty() || again::names(accounts, me);
        if is_meant && self.calling.ringing.len() < RINGING_MAX {
            let until_ms = cx.now_ms + RING_MS - age_ms;
            // One that was not answered makes place for the next.
            self.stop_ringing(cx, chat.chat, true)?;
            self.calling
                .ringing
                .insert(chat.chat, Ringing { call, caller, video, until_ms, again: false, is_shown: false });
            self.calling.changed = true;
            self.retry_at(until_ms);
            self.say_busy(cx, chat.chat, chat.kind)?;
        }
        Ok(())
    }

    /// Somebody calls where this device is in a call: of two calls that nobody has answered, the one that the log has first goes on.
    fn meet_call(&mut self, cx: &mut Context<'_>, chat: ChatId, seq: u64, theirs: MessageId) -> Result<(), Halt> {
        let Some(own) = &self.calling.own else { return Ok(()) };
        let (mine, moved) = (own.call, own.moved);
        // That one goes on: whoever calls finds its room, whatever they say.
        if mine.is_some() && (own.is_taken || !own.is_caller) {
            return Ok(());
        }
        if let Some(mine) = mine
            && is_placed_before(cx, mine, seq)?
        {
            // The other device sees the same, and merges its call into this one.
            return Ok(());
        }
        if let Some(mine) = mine {
            self.say_of_call(cx, chat, mine, Word::Merged)?;
        }
        // It was taken over before its message was here.
        let moves = moved && mine.is_none();
        let word = if moves { Word::Moved } else { Word::Answered };
        let answer = self.say_of_call(cx, chat, theirs, word)?;
        if let Some(own) = &mut self.calling.own {
            own.moved = moves;
            (own.call, own.answer, own.is_caller) = (Some(theirs), answer, false);
            own.is_taken = true;
            own.answered_ms = own.answered_ms.or(Some(cx.now_ms));
            own.ends_ms = Some(cx.now_ms + CONNECT_MS).filter(|_| !own.met);
            self.retry_at(cx.now_ms + CONNECT_MS);
        }
        self.calling.changed = true;
        Ok(())
    }

    fn hear_call_word(
        &mut self,
        cx: &mut Context<'_>,
        chat: &Chat,
        sender: DeviceAddress,
        seq: u64,
        (call, word): (MessageId, Word),
    ) -> Result<(), Halt> {
        let me = cx.me()?.address.account;
        let is_own = sender.account == me;
        let of_two = chat.kind != ChatKind::Group;
        if self.ends_with_its_two(me, (chat.chat, sender), (call, word)) {
            return self.call_ends(cx, CallEnd::ByOther);
        }
        let stops =
            |ringing: &Ringing| ringing.call == call && ringing.is_stopped_by(word, sender.account, is_own, of_two);
        self.calling.unseen.retain(|(rung_in, _), ringing| *rung_in != chat.chat || !stops(ringing));
        if self.calling.ringing.get(&chat.chat).is_some_and(stops) {
            self.stop_ringing(cx, chat.chat, word == Word::Ended)?;
        }
        let Some(own) = self.calling.own.as_mut().filter(|own| own.call == Some(call) && own.chat == chat.chat) else {
            return Ok(());
        };
        let own_word = own.growth.has_said();
        match (word, is_own) {
            (Word::WentOn, _) if of_two => {
                own.growth.hears();
                Ok(())
            }
            (Word::Answered, false) if !own.is_taken => {
                own.is_taken = true;
                own.answered_ms = own.answered_ms.or(Some(cx.now_ms));
                own.ends_ms = Some(cx.now_ms + CONNECT_MS).filter(|_| !own.met);
                self.calling.changed = true;
                self.retry_at(cx.now_ms + CONNECT_MS);
                Ok(())
            }
            (Word::Answered, true) => {
                let (answer, moved) = (own.answer, own.moved);
                let first = match answer {
                    Some(answer) => moved || is_placed_before(cx, answer, seq)?,
                    None => true,
                };
                if first || broken(Rule::FirstAnswerCounts) {
                    Ok(())
                } else {
                    self.call_ends(cx, CallEnd::AnsweredElsewhere)
                }
            }
            (Word::Moved, true) => {
                // Of two that take it over at once, the later one goes on: the earlier one sees this word behind its own.
                let later = match own.answer.filter(|_| own.moved) {
                    Some(answer) => !is_placed_before(cx, answer, seq)?,
                    None => false,
                };
                // Of what has gone on before in a group it takes over nothing here: it comes there.
                let gone = match own_word {
                    Some(word) => is_placed_before(cx, word, seq)?,
                    None => false,
                };
                if later || gone { Ok(()) } else { self.call_ends(cx, CallEnd::Moved) }
            }
            (Word::Declined, false) if of_two && own.is_calling() => self.call_ends(cx, CallEnd::Declined),
            (Word::Ended, _) if of_two => {
                // The chat knows.
                own.call = None;
                self.call_ends(cx, CallEnd::ByOther)
            }
            _ => Ok(()),
        }
    }

    /// Nobody speaks with whom they block: what rings in the chat stops without a word, and the call in it is left.
    pub(crate) fn end_call_with(&mut self, cx: &mut Context<'_>, chat: ChatId) -> Result<(), Halt> {
        if self.calling.is_in(chat) {
            self.hang_up(cx, 0)?;
        }
        self.calling.changed = true;
        self.stop_ringing(cx, chat, false)
    }

    /// Somebody was blocked, maybe on another device.
    pub(crate) fn silence(&mut self, cx: &mut Context<'_>) -> Result<(), Halt> {
        for chat in std::mem::take(&mut cx.changed.silenced) {
            self.end_call_with(cx, chat)?;
        }
        Ok(())
    }

    fn stop_ringing(&mut self, cx: &mut Context<'_>, chat: ChatId, missed: bool) -> Result<(), Halt> {
        let Some(ringing) = self.calling.ringing.remove(&chat) else { return Ok(()) };
        self.calling.changed = true;
        if let Some(stored) = chats::find(cx.db, chat)?.filter(|_| missed) {
            let title = chats::title(cx.db, &stored)?;
            cx.event(Event::CallMissed { chat: client_api::ChatId(chat.0), title, video: ringing.video });
        }
        Ok(())
    }

    /// What has rung for long enough stops, and who waits for somebody in vain is told.
    pub(crate) fn calling_tick(&mut self, cx: &mut Context<'_>) -> Result<(), Halt> {
        let over = |ringing: &Ringing| ringing.until_ms <= cx.now_ms;
        self.calling.unseen.retain(|_, ringing| !over(ringing));
        let stopped: Vec<ChatId> =
            self.calling.ringing.iter().filter(|(_, ringing)| over(ringing)).map(|(chat, _)| *chat).collect();
        for chat in stopped {
            self.stop_ringing(cx, chat, true)?;
        }
        self.room_tick(cx);
        self.growing_tick(cx)?;
        let is_over = |own: &&Own| !own.waits && own.ends_ms.is_some_and(|ends| ends <= cx.now_ms);
        let Some(own) = self.calling.own.as_ref().filter(is_over) else {
            return Ok(());
        };
        let end = if own.is_calling() { CallEnd::NoAnswer } else { CallEnd::Failed };
        self.call_ends(cx, end)
    }

    /// Tells the interface, where something has changed.
    pub(crate) fn show_calls(&mut self, cx: &mut Context<'_>) -> Result<(), Halt> {
        self.tell_call_keys(cx)?;
        self.say_signs(cx)?;
        if !std::mem::take(&mut self.calling.changed) {
            return Ok(());
        }
        let mut calls = Calls { running: self.running_calls(cx)?, ..Calls::default() };
        if let Some(own) = &self.calling.own
            && let Some(stored) = chats::find(cx.db, own.chat)?
        {
            let phase = own.answered_ms.map_or(CallPhase::Calling, |since_ms| CallPhase::Running { since_ms });
            let (chat, title) = (client_api::ChatId(own.chat.0), chats::title(cx.db, &stored)?);
            let people = self.people_in_call(cx, own.chat)?;
            let call = own.call.map(|call| client_api::MessageId(call.0));
            let (video, busy) = (own.video, own.is_busy_there && own.is_calling());
            let absent = self.absent(cx, own)?;
            let came_from = own.origin.map(|origin| client_api::ChatId(origin.chat.0));
            let grows = own.growth.is_making();
            calls.own = Some(OwnCall { chat, call, title, video, busy, came_from, grows, phase, people, absent });
        }
        // What has rung while this device was away may be over: so says what comes before the queue is empty.
        let is_up = self.session.is_up();
        for (chat, ringing) in self.calling.ringing.iter_mut().filter(|(_, ringing)| is_up || ringing.is_shown) {
            ringing.is_shown = true;
            let Some(stored) = chats::find(cx.db, *chat)? else { continue };
            calls.ringing.push(RingingCall {
                chat: client_api::ChatId(chat.0),
                call: client_api::MessageId(ringing.call.0),
                title: chats::title(cx.db, &stored)?,
                caller: client_api::AccountId(ringing.caller.account.0),
                caller_title: accounts::title_of(cx.db, ringing.caller.account)?,
                video: ringing.video,
                is_group: stored.kind == ChatKind::Group,
            });
        }
        cx.event(Event::Calls(calls));
        Ok(())
    }

    /// A page that knows nothing yet: the call that the one before was in is over, since its media was there.
    pub(crate) fn page_is_new(&mut self, cx: &mut Context<'_>) -> Result<(), Halt> {
        self.call_ends(cx, CallEnd::HungUp)
    }
}

/// Nobody else is in the group yet, and it has a link to a call: it is entered all the same.
fn is_alone_by_link(cx: &Context<'_>, chat: &Chat) -> Result<bool, Halt> {
    Ok(chat.kind == ChatKind::Group
        && groups::accounts(cx.db, chat.chat)?.len() <= 1
        && groups::has_call_link(cx.db, chat.chat)?)
}

/// An own message stands in the log, and before this entry.
fn is_placed_before(cx: &Context<'_>, message: MessageId, seq: u64) -> Result<bool, Halt> {
    let placed: Option<u64> = cx
        .db
        .prepare_cached("SELECT seq FROM message WHERE message = ?1")?
        .query_row([message.as_bytes()], |row| row.get(0))
        .optional()?;
    Ok(placed.is_some_and(|placed| placed > 0 && placed < seq))
}

/// The newest call of a chat since then, where it may go on, and whether it has pictures.
fn newest_call(cx: &Context<'_>, chat: ChatId, since_ms: u64) -> Result<(Option<MessageId>, bool), Halt> {
    let mut statement = cx.db.prepare_cached(
        "SELECT message, content FROM message WHERE chat = ?1 AND kind = 0 AND time_ms >= ?3
         ORDER BY time_ms DESC LIMIT ?2",
    )?;
    let mut rows = statement.query(params![chat.as_bytes(), LOOKED_FOR_MAX, since_ms])?;
    let is_group = chats::find(cx.db, chat)?.is_some_and(|chat| chat.kind == ChatKind::Group);
    while let Some(row) = rows.next()? {
        if messages::decoded(row.get(1)?).as_ref().and_then(of).is_none() {
            continue;
        }
        let id = MessageId(row.get(0)?);
        let shown = messages::get_row(cx.db, chat, id, cx.me()?.address.account)?;
        match shown.map(|shown| shown.body) {
            // Another one goes on in its place.
            Some(MessageBody::Call(CallFacts { state: CallState::Merged, .. })) => {}
            // Of two, its caller rings by another one, of which this device has not heard yet; many may be in the one before.
            Some(MessageBody::Call(_)) if facts::is_given_up(cx.db, chat, id)? => {
                if !is_group {
                    break;
                }
            }
            Some(MessageBody::Call(CallFacts { video, state: CallState::Open | CallState::Taken })) => {
                return Ok((Some(id), video));
            }
            _ => break,
        }
    }
    Ok((None, false))
}

#[cfg(test)]
mod calling_tests;
