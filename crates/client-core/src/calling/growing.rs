//! People are added to a call of two: it goes on in a new group of all of them, without hanging up. Who adds them makes the group, says so in
//! the chat of two (`CallWord`, which names group and call), and goes there when that word has its place in the log; the other one follows by
//! itself as soon as it is in the group. Of two who do it at once, the word that the log has first counts.
//!
//! The server has a device in one call: the old place is left by taking the new one.

use super::facts::{self, WentOn};
use super::{CONNECT_MS, LOOKED_FOR_MAX, Own, RING_MS, Ringing, again};
use crate::accounts;
use crate::blocking;
use crate::chat_list;
use crate::chats::{self, Chat, Membership, NO_PEER};
use crate::client::{Client, Context};
use crate::groups;
use crate::groups::changing::{self, Answered};
use crate::io::Halt;
use crate::messages::{self, Kind};
use crate::own_state::{self, ChatKey};
use crate::profile;
use breakable::{Rule, broken};
use client_api::{Answer, CallEnd, CallGrowth, Event, UserError};
use identity::ChatKind;
use proto::content::call_word::Word;
use proto::content::{Call, CallWord, content};
use proto::ids::{AccountId, ChatId, DeviceAddress, MessageId};
use proto::limits::NAME_CHARS_MAX;
use rusqlite::{OptionalExtension as _, params};
use std::collections::BTreeSet;

/// People who are added at once; with the two, as many as a room has (docs/calls.md, "Limits").
const ADDED_MAX: usize = 30;
/// Nobody is led into the call of a group that has more.
const LED_MAX: usize = ADDED_MAX + 2;
/// A group is made within this, and the other one of the two is in its call, or it is told that they are not.
pub(super) const GROW_MS: u64 = 30_000;

/// Where the own call of two is on its way to.
#[derive(Debug, Default)]
pub(super) struct Growth {
    making: Option<Making>,
    /// A word says that it went on: the log is looked at.
    heard: bool,
    /// Until then the group is waited for into which it went on.
    follow_until_ms: Option<u64>,
}

/// The group that this device makes.
#[derive(Debug)]
struct Making {
    group: ChatId,
    /// What the call will be there.
    call: MessageId,
    added: BTreeSet<AccountId>,
    /// What the chat of two is told.
    word: Option<MessageId>,
    until_ms: u64,
}

/// The call of two that an own call was.
#[derive(Debug, Clone, Copy)]
pub(super) struct Origin {
    pub(super) chat: ChatId,
    call: MessageId,
    /// The other one of the two.
    other: AccountId,
    /// Until then they are waited for; `None`: they came, or it was told that they do not.
    until_ms: Option<u64>,
}

impl Growth {
    pub(super) fn is_making(&self) -> bool {
        self.making.is_some()
    }

    pub(super) fn hears(&mut self) {
        self.heard = true;
    }

    #[cfg(test)]
    pub(super) fn group(&self) -> Option<ChatId> {
        self.making.as_ref().map(|making| making.group)
    }

    /// This device has said in the chat of two that the call goes on elsewhere.
    pub(super) fn has_said(&self) -> Option<MessageId> {
        self.making.as_ref().and_then(|making| making.word)
    }
}

impl Origin {
    /// The other one of the two is in the room.
    pub(super) fn meet(&mut self, account: AccountId) {
        if account == self.other {
            self.until_ms = None;
        }
    }
}

impl Client {
    /// "They shall talk along."
    pub(crate) fn grow_call(&mut self, cx: &mut Context<'_>, given: &[client_api::AccountId]) -> Answered {
        let me = cx.me()?.address.account;
        let own = self.calling.own.as_ref();
        let own = own.filter(|own| !own.is_group && own.is_taken && !own.growth.heard && !own.growth.is_making());
        let Some(chat) = own.and_then(|own| own.call.and(Some(own.chat))) else { return Ok(Err(UserError::NotNow)) };
        let Some(stored) = chats::find(cx.db, chat)? else { return Ok(Err(UserError::NotFound)) };
        if !self.session.is_up() {
            return Ok(Err(UserError::Offline));
        }
        let added: BTreeSet<AccountId> = given.iter().map(|account| AccountId(account.0)).collect();
        if added.is_empty() || added.contains(&me) || added.contains(&stored.peer) {
            return Ok(Err(UserError::NotNow));
        }
        if added.len() > ADDED_MAX {
            return Ok(Err(UserError::CallFull));
        }
        let people: Vec<AccountId> = [stored.peer].into_iter().chain(added.iter().copied()).collect();
        let name = name_of(cx, &people)?;
        let people: Vec<_> = people.into_iter().map(profile::ui_account).collect();
        let group = match changing::create(cx, &name, &people)? {
            Ok(Answer::Chat(group)) => ChatId(group.0),
            Ok(_) => return Ok(Err(UserError::NotNow)),
            Err(error) => return Ok(Err(error)),
        };
        let until_ms = cx.now_ms + GROW_MS;
        let call = MessageId(chats::random_id(cx));
        if let Some(own) = &mut self.calling.own {
            own.growth.making = Some(Making { group, call, added, word: None, until_ms });
        }
        self.calling.changed = true;
        self.retry_at(until_ms);
        Ok(Ok(Answer::Done))
    }

    /// Does what can be done next for the call of two, where it is on its way into a group. Before what waits is sent.
    pub(crate) fn go_on_growing(&mut self, cx: &mut Context<'_>) -> Result<(), Halt> {
        let Some(own) = self.calling.own.as_ref().filter(|own| !own.is_group) else { return Ok(()) };
        let (chat, Some(call)) = (own.chat, own.call) else { return Ok(()) };
        let said = own.growth.has_said();
        if !own.growth.heard && !own.growth.is_making() {
            return Ok(());
        }
        let Some(stored) = chats::find(cx.db, chat)? else { return Ok(()) };
        // An own word may have its place before all is here that stands before it.
        let went = facts::went_on(cx.db, chat, call)?.filter(|went| went.seq <= stored.applied_seq);
        match went {
            Some(went) if said == Some(went.word) => self.lead(cx, &stored, went),
            Some(_) if said.is_some() && broken(Rule::FirstGrowthCounts) => Ok(()),
            Some(went) => self.go_along(cx, &stored, went),
            None => {
                if let Some(own) = &mut self.calling.own {
                    own.growth.heard = false;
                }
                self.make_room(cx, &stored, call)
            }
        }
    }

    /// The group is there: the chat of two is told. Or it never will be.
    fn make_room(&mut self, cx: &mut Context<'_>, chat: &Chat, call: MessageId) -> Result<(), Halt> {
        let making = self.calling.own.as_ref().and_then(|own| own.growth.making.as_ref());
        let Some(Making { group, call: next, word, .. }) = making else { return Ok(()) };
        let (group, next, word) = (*group, *next, *word);
        if let Some(word) = word {
            // It waits for its place, however long the server is away; one that has a place and does not count never will.
            let waits: Option<bool> = cx
                .db
                .prepare_cached("SELECT failed = 0 AND (seq = 0 OR seq > ?2) FROM message WHERE message = ?1")?
                .query_row(params![word.as_bytes(), chat.applied_seq], |row| row.get(0))
                .optional()?;
            return if waits == Some(true) { Ok(()) } else { self.growth_fails(cx) };
        }
        match chats::find(cx.db, group)?.map(|group| group.membership) {
            Some(Membership::Joined) if groups::accounts(cx.db, group)?.contains(&chat.peer) => {}
            Some(Membership::Creating) => return Ok(()),
            // The other one of the two had no keys to be added with, or it was ended elsewhere.
            _ => return self.growth_fails(cx),
        }
        let word = CallWord {
            message_id: call.to_vec(),
            word: Word::WentOn.into(),
            chat: group.to_vec(),
            call: next.to_vec(),
            ..CallWord::default()
        };
        let word = self.write(cx, chat.chat, Kind::Amendment, content::Body::CallWord(word))?;
        if let Some(making) = self.calling.own.as_mut().and_then(|own| own.growth.making.as_mut()) {
            making.word = Some(word);
        }
        Ok(())
    }

    /// The own word has its place, and none before it: the call rings in the group, at those who were added, and goes on there.
    fn lead(&mut self, cx: &mut Context<'_>, chat: &Chat, went: WentOn) -> Result<(), Halt> {
        let Some(mut own) = self.calling.own.take() else { return Ok(()) };
        let group = chats::find(cx.db, went.chat)?.filter(|group| group.membership == Membership::Joined);
        let (Some(making), Some(group)) = (own.growth.making.take(), group) else {
            return self.leave_call(cx, own, CallEnd::Failed);
        };
        let members = groups::accounts(cx.db, group.chat)?;
        let (here, later): (BTreeSet<_>, BTreeSet<_>) =
            making.added.into_iter().partition(|account| members.contains(account));
        // Where nobody is named it would ring at all.
        let me = cx.me()?.address.account;
        let at = if here.is_empty() { BTreeSet::from([me]) } else { here };
        let body = Call { video: own.video, accounts: at.iter().map(|account| account.to_vec()).collect() };
        self.write_as(cx, (group.chat, went.call), Kind::Text, content::Body::Call(body))?;
        let ends_ms = Some(cx.now_ms + RING_MS);
        let next = Own { is_caller: true, ends_ms, to_ring: later, ..Own::new(&group, Some(went.call), own.video) };
        self.change_room(cx, chat, &own, next);
        Ok(())
    }

    /// Somebody else's word counts: this device goes along, once it is in that group.
    fn go_along(&mut self, cx: &mut Context<'_>, chat: &Chat, went: WentOn) -> Result<(), Halt> {
        let me = cx.me()?.address;
        let Some(own) = self.calling.own.as_mut().filter(|_| went.by != me) else { return Ok(()) };
        let making = own.growth.making.take();
        let until_ms = *own.growth.follow_until_ms.get_or_insert(cx.now_ms + GROW_MS);
        self.retry_at(until_ms);
        if let Some(making) = making {
            self.give_up_group(cx, making.group)?;
        }
        let Some(group) = chats::find(cx.db, went.chat)?.filter(|group| group.membership == Membership::Joined) else {
            return Ok(());
        };
        if !is_theirs(cx, chat, &group, went)? && !broken(Rule::GrownIntoTheirs) {
            if let Some(own) = &mut self.calling.own {
                own.growth = Growth::default();
            }
            return Ok(());
        }
        if !is_for_everybody(cx, group.chat)? && !broken(Rule::GrownIntoTheirs) {
            return self.ring_instead(cx, group.chat, went);
        }
        let Some(own) = self.calling.own.take() else { return Ok(()) };
        // An own device that has led it there by now is in it: this one has taken it over.
        let moves = own.moved || went.by.account == me.account;
        let answer = self.say_of_call(cx, group.chat, went.call, Word::Answered)?;
        let answer = if moves { self.say_of_call(cx, group.chat, went.call, Word::Moved)? } else { answer };
        let ends_ms = Some(cx.now_ms + CONNECT_MS);
        let next = Own { answer, moved: moves, ends_ms, ..Own::new(&group, Some(went.call), own.video) };
        self.change_room(cx, chat, &own, next);
        if facts::is_here(cx.db, group.chat, went.call)? {
            self.read_own_call(cx, group.chat, went.call)?;
        }
        let (by, title) = (accounts::title_of(cx.db, went.by.account)?, chats::title(cx.db, &group)?);
        cx.event(Event::CallGrowth(CallGrowth::GoesOn { by, title }));
        Ok(())
    }

    /// Nobody comes by somebody else's word alone to whom they block, nor to so many: there it rings as any call of a group that goes on.
    fn ring_instead(&mut self, cx: &mut Context<'_>, group: ChatId, went: WentOn) -> Result<(), Halt> {
        let Some(own) = &mut self.calling.own else { return Ok(()) };
        own.growth = Growth::default();
        let (video, until_ms) = (own.video, cx.now_ms + RING_MS);
        // What another own device leads there is taken over by hand.
        if went.by.account == cx.me()?.address.account {
            return Ok(());
        }
        self.ring_once_seen(
            cx,
            group,
            Ringing { call: went.call, caller: went.by, video, until_ms, again: true, is_shown: false },
        )
    }

    /// Who answers in a group what a call of two became does not end that one: the word would end it for the other one, too.
    pub(super) fn became(&self, cx: &Context<'_>, own: &Own, group: ChatId) -> Result<bool, Halt> {
        let Some(call) = own.call.filter(|_| !own.is_group) else { return Ok(false) };
        Ok(facts::went_on(cx.db, own.chat, call)?.is_some_and(|went| went.chat == group))
    }

    /// From the room of two into that of the group.
    fn change_room(&mut self, cx: &mut Context<'_>, chat: &Chat, before: &Own, next: Own) {
        let until_ms = cx.now_ms + GROW_MS;
        self.retry_at(until_ms);
        // Who follows and meets nobody is out of it by then.
        let until_ms = Some(until_ms).filter(|_| next.is_caller);
        let origin = before.call.map(|call| Origin { chat: chat.chat, call, other: chat.peer, until_ms });
        self.enter_call(cx, Own { answered_ms: before.answered_ms, is_taken: true, origin, ..next });
    }

    /// The call of two goes on as it was.
    fn growth_fails(&mut self, cx: &mut Context<'_>) -> Result<(), Halt> {
        let Some(own) = &mut self.calling.own else { return Ok(()) };
        let Some(making) = own.growth.making.take() else { return Ok(()) };
        self.calling.changed = true;
        cx.event(Event::CallGrowth(CallGrowth::NotMade));
        self.give_up_group(cx, making.group)
    }

    /// What the own call was making is of no use.
    pub(super) fn stop_growing(&mut self, cx: &mut Context<'_>, own: &mut Own) -> Result<(), Halt> {
        match own.growth.making.take() {
            Some(making) => self.give_up_group(cx, making.group),
            None => Ok(()),
        }
    }

    fn give_up_group(&mut self, cx: &mut Context<'_>, group: ChatId) -> Result<(), Halt> {
        if changing::give_up(cx, group)? {
            self.delete_chat(cx, 0, client_api::ChatId(group.0))?;
        }
        Ok(())
    }

    /// What does not come is waited for no longer.
    pub(super) fn growing_tick(&mut self, cx: &mut Context<'_>) -> Result<(), Halt> {
        let (now_ms, me) = (cx.now_ms, cx.me()?.address.account);
        let is_over = |until_ms: u64| until_ms <= now_ms;
        let Some(own) = &mut self.calling.own else { return Ok(()) };
        if own.growth.making.as_ref().is_some_and(|making| making.word.is_none() && is_over(making.until_ms)) {
            return self.growth_fails(cx);
        }
        if own.growth.follow_until_ms.is_some_and(is_over) {
            let others = self.calling.rooms.people(own.chat).iter().any(|(_, device)| device.account != me);
            if others {
                // They are still here, whatever they have said.
                own.growth = Growth::default();
                return Ok(());
            }
            return self.call_ends(cx, CallEnd::LeftBehind);
        }
        if let Some(origin) = own.origin.as_mut().filter(|origin| origin.until_ms.is_some_and(is_over)) {
            origin.until_ms = None;
            let title = accounts::title_of(cx.db, origin.other)?;
            cx.event(Event::CallGrowth(CallGrowth::OtherStays { title }));
        }
        Ok(())
    }

    /// The other one of the two hung up, of the old call or of the new one, while nobody else is there: as it was of two.
    pub(super) fn ends_with_its_two(
        &self,
        me: AccountId,
        (chat, sender): (ChatId, DeviceAddress),
        (call, word): (MessageId, Word),
    ) -> bool {
        let Some(Own { chat: own_chat, call: own_call, origin: Some(origin), .. }) = &self.calling.own else {
            return false;
        };
        let is_this = (chat, Some(call)) == (*own_chat, *own_call) || (chat, call) == (origin.chat, origin.call);
        let of_two = |account: AccountId| account == me || account == origin.other;
        let alone = self.calling.rooms.people(*own_chat).iter().all(|(_, device)| of_two(device.account));
        word == Word::Ended && is_this && sender.account == origin.other && alone
    }

    /// The message of a call comes that this device is in already: its user has noticed it.
    pub(super) fn read_own_call(&mut self, cx: &mut Context<'_>, chat: ChatId, call: MessageId) -> Result<(), Halt> {
        if chat_list::unread(cx, chat)? <= 1 && own_state::chat_value(cx, ChatKey::Unread, chat)?.is_empty() {
            self.mark_read(cx, 0, client_api::ChatId(chat.0), client_api::MessageId(call.0))?;
        }
        Ok(())
    }
}

/// Where the newest call of a chat of two since then went on, and whether it has pictures. Nobody is led by one press elsewhere than where the
/// device of somebody in the call goes by itself: else whoever writes the word says into which room a microphone is opened.
pub(super) fn goes_on_in(cx: &Context<'_>, chat: ChatId, since_ms: u64) -> Result<Option<(WentOn, bool)>, Halt> {
    let Some(stored) = chats::find(cx.db, chat)?.filter(|chat| chat.kind == ChatKind::Direct) else { return Ok(None) };
    let Some((went, video)) = newest_that_went_on(cx, chat, since_ms)? else { return Ok(None) };
    let group = chats::find(cx.db, went.chat)?.filter(|group| group.membership == Membership::Joined);
    let Some(group) = group else { return Ok(None) };
    let leads = is_theirs(cx, &stored, &group, went)?
        && is_for_everybody(cx, group.chat)?
        && again::may_go_on(cx, group.chat, went.call)?;
    Ok(Some((went, video)).filter(|_| leads || broken(Rule::GrownIntoTheirs)))
}

fn newest_that_went_on(cx: &Context<'_>, chat: ChatId, since_ms: u64) -> Result<Option<(WentOn, bool)>, Halt> {
    let mut statement = cx.db.prepare_cached(
        "SELECT message, content FROM message WHERE chat = ?1 AND kind = 0 AND time_ms >= ?3
         ORDER BY time_ms DESC LIMIT ?2",
    )?;
    let mut rows = statement.query(params![chat.as_bytes(), LOOKED_FOR_MAX, since_ms])?;
    while let Some(row) = rows.next()? {
        if let Some(video) = messages::decoded(row.get(1)?).as_ref().and_then(facts::of).map(|call| call.video) {
            let went = facts::went_on(cx.db, chat, MessageId(row.get(0)?))?;
            return Ok(went.map(|went| (went, video)));
        }
    }
    Ok(None)
}

/// Both of the two are in it, one of them has made it, and not before they talked: nor was this account in it already and came back, which is a
/// coming in as any, nor is anything here that was said in it before.
fn is_theirs(cx: &Context<'_>, chat: &Chat, group: &Chat, went: WentOn) -> Result<bool, Halt> {
    let (me, members) = (cx.me()?.address.account, groups::accounts(cx.db, group.chat)?);
    let is_new: bool = cx
        .db
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM chat AS g JOIN message AS w ON w.message = ?2 JOIN message AS c ON c.message = w.target
             WHERE g.chat = ?1 AND g.joined_ms >= c.time_ms
             AND NOT EXISTS (SELECT 1 FROM group_gone WHERE chat = g.chat AND account = ?3)
             AND NOT EXISTS (SELECT 1 FROM message WHERE chat = g.chat AND kind >= 0 AND seq > 0 AND time_ms < c.time_ms))",
        )?
        .query_row(params![group.chat.as_bytes(), went.word.as_bytes(), me.as_bytes()], |row| row.get(0))?;
    let of_both = members.contains(&me) && members.contains(&chat.peer) && chat.peer != NO_PEER;
    let is_makers = groups::only_admin(cx.db, group.chat)? == Some(went.by.account);
    Ok(group.kind == ChatKind::Group && of_both && is_makers && is_new)
}

/// A group into which this account may be led by somebody else's word: nobody in it is blocked, and it has as many as a call that grows.
fn is_for_everybody(cx: &Context<'_>, group: ChatId) -> Result<bool, Halt> {
    let members = groups::accounts(cx.db, group)?;
    for account in &members {
        if blocking::is_blocked(cx.db, *account)? {
            return Ok(false);
        }
    }
    Ok(members.len() <= LED_MAX)
}

/// What the people call themselves, so far as a group's name has room for it: what they are called here is nobody else's business.
fn name_of(cx: &Context<'_>, others: &[AccountId]) -> Result<String, Halt> {
    let mut names = vec![profile::own(cx)?.name];
    let mut statement = cx.db.prepare_cached("SELECT profile_name FROM account WHERE account = ?1")?;
    for account in others {
        let name: Option<String> = statement.query_row([account.as_bytes()], |row| row.get(0)).optional()?;
        names.push(name.unwrap_or_default());
    }
    Ok(joined(&names, NAME_CHARS_MAX))
}

/// The names, and how many more there are, in so many characters.
fn joined(names: &[String], chars_max: usize) -> String {
    /// " +31"
    const MORE_CHARS: usize = 4;
    let (mut name, mut more) = (String::new(), 0);
    for next in names.iter().map(|name| profile::one_line(name)) {
        let comma = if name.is_empty() { "" } else { ", " };
        let is_short = name.chars().count() + comma.len() + next.chars().count() + MORE_CHARS <= chars_max;
        if next.is_empty() || !is_short || more > 0 && name.is_empty() {
            more += 1;
        } else {
            name = format!("{name}{comma}{next}");
        }
    }
    match (name.is_empty(), more) {
        (true, _) => "Group".to_owned(),
        (false, 0) => name,
        (false, more) => format!("{name} +{more}"),
    }
}

#[cfg(test)]
mod tests {
    use super::joined;

    #[test]
    fn a_group_is_called_by_its_people_as_far_as_there_is_room() {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let table: [(&[&str], &str); 6] = [
            (&["Alice", "Bob", "Carol"], "Alice, Bob, Carol"),
            (&["Alice", "", "Carol"], "Alice, Carol +1"),
            (&["", ""], "Group"),
            (&["Alice", "Bob\nby  day"], "Alice, Bob by day"),
            (&["Alice", "Bartholomew the Elder", "Carol"], "Alice, Carol +1"),
            (&["Alice", "Bob", "Carol", "Dave", "Eve"], "Alice, Bob, Carol +2"),
        ];
        for (given, name) in table {
            assert_eq!(joined(&names(given), 22), name, "{given:?}");
        }
    }
}
