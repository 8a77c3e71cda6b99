//! What a chat says of a call: read from its message and from all words about it, in the order of the log.

use crate::chats;
use breakable::{Rule, broken};
use client_api::{CallFacts, CallState, MessageBody, MessageRow};
use identity::ChatKind;
use prost::Message as _;
use proto::content::call_word::Word;
use proto::content::{Call, Content, content};
use proto::ids::{AccountId, ChatId, DeviceAddress, DeviceNumber, MessageId};
use rusqlite::{Connection, OptionalExtension as _, params};
use std::collections::BTreeMap;

/// Of one call the first words that are looked at: nobody is to make a row slow by sending more.
const WORDS_READ_MAX: u32 = 256;

/// The call of a content.
pub(crate) fn of(content: &Content) -> Option<&Call> {
    match &content.body {
        Some(content::Body::Call(call)) => Some(call),
        _ => None,
    }
}

/// At whom a message rings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Rings {
    AtNobody,
    AtAll,
    /// At these accounts.
    At(Vec<Vec<u8>>),
}

/// At whom a message rings: who is away is woken for it.
pub(crate) fn rings(content: &[u8]) -> Rings {
    let at = match Content::decode(content).ok().and_then(|content| content.body) {
        Some(content::Body::Call(Call { accounts, .. })) if accounts.is_empty() => return Rings::AtAll,
        Some(content::Body::Call(Call { accounts, .. })) => accounts,
        Some(content::Body::CallWord(word)) if word.word() == Word::Rings => word.accounts,
        _ => return Rings::AtNobody,
    };
    Rings::At(at)
}

/// A word about a call.
#[derive(Debug, Clone, Copy)]
struct Said {
    message: MessageId,
    by: DeviceAddress,
    word: Word,
    /// The server's time and the place in the log; `None` while it is on its way.
    place: Option<(u64, u64)>,
    /// Of `Word::WentOn`: the group, and the call there.
    into: Option<(ChatId, MessageId)>,
}

impl Said {
    fn time_ms(&self) -> Option<u64> {
        self.place.map(|(time_ms, _)| time_ms)
    }
}

/// People were added to a call of two: where it went on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct WentOn {
    /// The word that says so.
    pub(super) word: MessageId,
    /// Its place in the log.
    pub(super) seq: u64,
    pub(super) by: DeviceAddress,
    pub(super) chat: ChatId,
    pub(super) call: MessageId,
}

/// What became of a call, onto its row.
pub(crate) fn apply(db: &Connection, chat: ChatId, row: &mut MessageRow, me: AccountId) -> rusqlite::Result<()> {
    let MessageBody::Call(call) = &mut row.body else { return Ok(()) };
    let of_two = db
        .prepare_cached("SELECT kind <> ?2 FROM chat WHERE chat = ?1")?
        .query_row(params![chat.as_bytes(), chats::kind_number(ChatKind::Group)], |row| row.get(0))?;
    let said = said(db, chat, row.id.0)?;
    let mut state = state(&said, AccountId(row.sender.0), me, of_two);
    if of_two
        && let Some(caller) = caller(db, chat, MessageId(row.id.0))?
        && let Some(went) = went(&said, caller)
    {
        let length_ms = length_ms(&said, caller.account, went.time_ms());
        let into = went.into.map_or(chat, |(chat, _)| chat);
        state = CallState::WentOn { length_ms, chat: client_api::ChatId(into.0) };
    }
    *call = CallFacts { state, ..*call };
    Ok(())
}

/// Where a call of two went on, so far as the log says it.
pub(super) fn went_on(db: &Connection, chat: ChatId, call: MessageId) -> rusqlite::Result<Option<WentOn>> {
    let Some(caller) = caller(db, chat, call)? else { return Ok(None) };
    let said = said(db, chat, call.0)?;
    Ok(went(&said, caller).and_then(|Said { message, by, place, into, .. }| {
        let ((_, seq), (chat, call)) = (place?, into?);
        Some(WentOn { word: message, seq, by, chat, call })
    }))
}

/// The message of a call is here.
pub(super) fn is_here(db: &Connection, chat: ChatId, call: MessageId) -> rusqlite::Result<bool> {
    Ok(caller(db, chat, call)?.is_some())
}

/// The device that called.
fn caller(db: &Connection, chat: ChatId, call: MessageId) -> rusqlite::Result<Option<DeviceAddress>> {
    db.prepare_cached("SELECT account, device FROM message WHERE chat = ?1 AND message = ?2")?
        .query_row(params![chat.as_bytes(), call.as_bytes()], device)
        .optional()
}

/// Of a row that begins with an account and a device.
fn device(row: &rusqlite::Row<'_>) -> rusqlite::Result<DeviceAddress> {
    Ok(DeviceAddress { account: AccountId(row.get(0)?), device: DeviceNumber(row.get(1)?) })
}

/// The first word that says that the call of two went on elsewhere, of a device that is in it then: by the log the one that called or answered
/// first, until another one of its account took it over.
fn went(said: &[Said], caller: DeviceAddress) -> Option<Said> {
    let mut devices = BTreeMap::from([(caller.account, caller.device)]);
    let is_answered = |devices: &BTreeMap<AccountId, DeviceNumber>| devices.len() > 1;
    let is_in = |devices: &BTreeMap<AccountId, DeviceNumber>, by: DeviceAddress| {
        devices.get(&by.account) == Some(&by.device) || broken(Rule::GrownFromWithin)
    };
    for said in said.iter().filter(|said| said.place.is_some()) {
        let DeviceAddress { account, device } = said.by;
        match said.word {
            Word::Answered => _ = devices.entry(account).or_insert(device),
            Word::Moved => _ = devices.insert(account, device),
            Word::Ended if is_answered(&devices) || account == caller.account => return None,
            Word::WentOn if is_answered(&devices) && said.into.is_some() && is_in(&devices, said.by) => {
                return Some(*said);
            }
            _ => {}
        }
    }
    None
}

/// From the first answer until then.
fn length_ms(said: &[Said], caller: AccountId, until_ms: Option<u64>) -> u64 {
    let answer = said.iter().find(|said| said.word == Word::Answered && said.by.account != caller);
    let answered_ms = answer.and_then(Said::time_ms);
    until_ms.unwrap_or(0).saturating_sub(answered_ms.unwrap_or(u64::MAX))
}

/// What was said of a call, in the order of the log.
fn said(db: &Connection, chat: ChatId, call: [u8; 16]) -> rusqlite::Result<Vec<Said>> {
    let mut statement = db.prepare_cached(
        "SELECT account, device, content, time_ms, seq, message FROM message
         WHERE target = ?1 AND about = 6 AND chat = ?2 AND failed = 0 ORDER BY seq = 0, seq, time_ms LIMIT ?3",
    )?;
    let mut rows = statement.query(params![call, chat.as_bytes(), WORDS_READ_MAX])?;
    let mut said = Vec::new();
    while let Some(row) = rows.next()? {
        let (content, time_ms, seq): (Vec<u8>, u64, u64) = (row.get(2)?, row.get(3)?, row.get(4)?);
        if let Ok(Content { body: Some(content::Body::CallWord(word)), .. }) = Content::decode(content.as_slice()) {
            let into = ChatId::try_from(word.chat.as_slice()).ok().zip(MessageId::try_from(word.call.as_slice()).ok());
            let (message, place) = (MessageId(row.get(5)?), Some((time_ms, seq)).filter(|_| seq > 0));
            said.push(Said { message, by: device(row)?, word: word.word(), place, into });
        }
    }
    Ok(said)
}

/// Whoever called said that it is over, before anybody answered.
pub(super) fn is_given_up(db: &Connection, chat: ChatId, call: MessageId) -> rusqlite::Result<bool> {
    let caller = caller(db, chat, call)?.map(|caller| caller.account);
    let said = said(db, chat, call.0)?;
    let first = said.iter().find(|said| {
        let by_caller = Some(said.by.account) == caller;
        said.word == Word::Ended && by_caller || said.word == Word::Answered && !by_caller
    });
    Ok(first.is_some_and(|first| first.word == Word::Ended))
}

/// The state after these words, in this order.
fn state(said: &[Said], caller: AccountId, me: AccountId, of_two: bool) -> CallState {
    let mut state = CallState::Open;
    let (mut answered_ms, mut is_over) = (None, false);
    for said in said {
        let (by, word, time_ms) = (said.by.account, said.word, said.time_ms());
        state = match (state, word) {
            (CallState::Open, Word::Merged) if by == caller => CallState::Merged,
            (CallState::Open | CallState::Declined, Word::Answered) if by != caller && !is_over => {
                answered_ms = time_ms;
                CallState::Taken
            }
            (CallState::Open, Word::Declined) if by != caller && (of_two || by == me) => CallState::Declined,
            (CallState::Taken, Word::Ended) => {
                let length_ms = time_ms.unwrap_or(0).saturating_sub(answered_ms.unwrap_or(u64::MAX));
                CallState::Over { length_ms }
            }
            // Whoever answers after that meets nobody.
            (CallState::Open, Word::Ended) if by == caller => {
                is_over = true;
                state
            }
            (state, _) => state,
        };
    }
    state
}

#[cfg(test)]
mod tests {
    use super::*;

    const CALLER: AccountId = AccountId([1; 16]);
    const OTHER: AccountId = AccountId([2; 16]);
    const THIRD: AccountId = AccountId([3; 16]);
    const GROUP: ChatId = ChatId([4; 16]);

    fn said(words: &[(AccountId, Word)]) -> Vec<Said> {
        (1..).zip(words).map(|(at, (by, word))| by_device(at, (*by, 1), *word)).collect()
    }

    fn by_device(at: u64, (account, device): (AccountId, u32), word: Word) -> Said {
        let by = DeviceAddress { account, device: DeviceNumber(device) };
        let into = (word == Word::WentOn).then_some((GROUP, MessageId([8; 16])));
        Said { message: MessageId([7; 16]), by, word, place: Some((at * 1_000, at)), into }
    }

    fn of_two(words: &[(AccountId, Word)]) -> CallState {
        state(&said(words), CALLER, OTHER, true)
    }

    #[test]
    fn a_call_is_as_long_as_it_lasted_from_its_first_answer() {
        let words = [(OTHER, Word::Answered), (OTHER, Word::Answered), (CALLER, Word::Ended), (OTHER, Word::Ended)];
        assert_eq!(of_two(&words), CallState::Over { length_ms: 2_000 });
        assert_eq!(of_two(&words[..2]), CallState::Taken);
    }

    #[test]
    fn what_nobody_answered_stays_open_whoever_ends_it() {
        for words in [&[][..], &[(CALLER, Word::Ended)], &[(CALLER, Word::Answered)], &[(CALLER, Word::Declined)]] {
            assert_eq!(of_two(words), CallState::Open, "{words:?}");
        }
    }

    #[test]
    fn who_answers_when_the_caller_has_given_up_has_missed_it() {
        assert_eq!(of_two(&[(CALLER, Word::Ended), (OTHER, Word::Answered)]), CallState::Open);
    }

    #[test]
    fn of_declining_and_answering_at_once_the_answer_counts() {
        for words in
            [[(OTHER, Word::Declined), (OTHER, Word::Answered)], [(OTHER, Word::Answered), (OTHER, Word::Declined)]]
        {
            assert_eq!(of_two(&words), CallState::Taken);
        }
        assert_eq!(of_two(&[(OTHER, Word::Declined), (CALLER, Word::Ended)]), CallState::Declined);
    }

    #[test]
    fn in_a_group_everybody_declines_for_themselves() {
        let words = said(&[(THIRD, Word::Declined)]);
        assert_eq!(state(&words, CALLER, OTHER, false), CallState::Open);
        assert_eq!(state(&words, CALLER, THIRD, false), CallState::Declined);
    }

    #[test]
    fn a_call_is_merged_by_its_caller_alone() {
        assert_eq!(of_two(&[(OTHER, Word::Merged)]), CallState::Open);
        assert_eq!(of_two(&[(CALLER, Word::Merged)]), CallState::Merged);
    }

    #[test]
    fn an_end_that_is_on_its_way_has_no_length_yet() {
        let mut words = said(&[(OTHER, Word::Answered), (CALLER, Word::Ended)]);
        words[1].place = None;
        assert_eq!(state(&words, CALLER, OTHER, true), CallState::Over { length_ms: 0 });
    }

    #[test]
    fn who_is_in_a_call_by_the_log_adds_people_to_it() {
        let caller = DeviceAddress { account: CALLER, device: DeviceNumber(1) };
        type SaidBy = ((AccountId, u32), Word);
        let table: &[(&[SaidBy], bool)] = &[
            (&[((OTHER, 1), Word::Answered), ((CALLER, 1), Word::WentOn)], true),
            (&[((OTHER, 1), Word::Answered), ((OTHER, 1), Word::WentOn)], true),
            // Nobody has answered, or it is over.
            (&[((CALLER, 1), Word::WentOn), ((OTHER, 1), Word::Answered)], false),
            (&[((OTHER, 1), Word::WentOn)], false),
            (&[((OTHER, 1), Word::Answered), ((OTHER, 1), Word::Ended), ((CALLER, 1), Word::WentOn)], false),
            (&[((CALLER, 1), Word::Ended), ((OTHER, 1), Word::Answered), ((CALLER, 1), Word::WentOn)], false),
            // Another device of theirs is in it.
            (&[((OTHER, 1), Word::Answered), ((CALLER, 2), Word::WentOn)], false),
            (&[((OTHER, 1), Word::Answered), ((OTHER, 2), Word::Answered), ((OTHER, 2), Word::WentOn)], false),
            (&[((OTHER, 1), Word::Answered), ((CALLER, 2), Word::Moved), ((CALLER, 1), Word::WentOn)], false),
            (&[((OTHER, 1), Word::Answered), ((CALLER, 2), Word::Moved), ((CALLER, 2), Word::WentOn)], true),
        ];
        for (words, counts) in table {
            let said: Vec<Said> = (1..).zip(*words).map(|(at, (by, word))| by_device(at, *by, *word)).collect();
            assert_eq!(went(&said, caller).is_some(), *counts, "{words:?}");
        }
        // Of two words the first one counts, whoever says it; and what is on its way has no place among them yet.
        let words = [(OTHER, Word::Answered), (CALLER, Word::WentOn), (OTHER, Word::WentOn)];
        let mut words = said(&words);
        assert_eq!(went(&words, caller).map(|went| went.by.account), Some(CALLER));
        words[1].place = None;
        assert_eq!(went(&words, caller).map(|went| went.by.account), Some(OTHER));
        words[2].into = None;
        assert!(went(&words, caller).is_none(), "it names no group");
        assert_eq!(length_ms(&words, CALLER, Some(9_000)), 8_000);
    }
}
