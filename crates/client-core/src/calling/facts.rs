//! What a chat says of a call: read from its message and from all words about it, in the order of the log.

use crate::chats;
use client_api::{CallFacts, CallState, MessageBody, MessageRow};
use identity::ChatKind;
use prost::Message as _;
use proto::content::call_word::Word;
use proto::content::{Call, Content, content};
use proto::ids::{AccountId, ChatId, MessageId};
use rusqlite::{Connection, OptionalExtension as _, params};

/// Of one call the first words that are looked at: nobody is to make a row slow by sending more.
const WORDS_READ_MAX: u32 = 256;

/// The call of a content.
pub(crate) fn of(content: &Content) -> Option<&Call> {
    match &content.body {
        Some(content::Body::Call(call)) => Some(call),
        _ => None,
    }
}

/// A message that rings at the others.
pub(crate) fn rings(content: &[u8]) -> bool {
    Content::decode(content).is_ok_and(|content| of(&content).is_some())
}

/// A word about a call.
#[derive(Debug, Clone, Copy)]
struct Said {
    by: AccountId,
    word: Word,
    /// The server's time; `None` while it is on its way.
    time_ms: Option<u64>,
}

/// What became of a call, onto its row.
pub(crate) fn apply(db: &Connection, chat: ChatId, row: &mut MessageRow, me: AccountId) -> rusqlite::Result<()> {
    let MessageBody::Call(call) = &mut row.body else { return Ok(()) };
    let of_two = db
        .prepare_cached("SELECT kind <> ?2 FROM chat WHERE chat = ?1")?
        .query_row(params![chat.as_bytes(), chats::kind_number(ChatKind::Group)], |row| row.get(0))?;
    let said = said(db, chat, row.id.0)?;
    *call = CallFacts { state: state(&said, AccountId(row.sender.0), me, of_two), ..*call };
    Ok(())
}

/// What was said of a call, in the order of the log.
fn said(db: &Connection, chat: ChatId, call: [u8; 16]) -> rusqlite::Result<Vec<Said>> {
    let mut statement = db.prepare_cached(
        "SELECT account, content, time_ms, seq FROM message
         WHERE target = ?1 AND about = 6 AND chat = ?2 AND failed = 0 ORDER BY seq = 0, seq, time_ms LIMIT ?3",
    )?;
    let mut rows = statement.query(params![call, chat.as_bytes(), WORDS_READ_MAX])?;
    let mut said = Vec::new();
    while let Some(row) = rows.next()? {
        let (content, time_ms, seq): (Vec<u8>, u64, u64) = (row.get(1)?, row.get(2)?, row.get(3)?);
        if let Ok(Content { body: Some(content::Body::CallWord(word)), .. }) = Content::decode(content.as_slice()) {
            let by = AccountId(row.get(0)?);
            said.push(Said { by, word: word.word(), time_ms: Some(time_ms).filter(|_| seq > 0) });
        }
    }
    Ok(said)
}

/// Whoever called said that it is over, before anybody answered.
pub(super) fn is_given_up(db: &Connection, chat: ChatId, call: MessageId) -> rusqlite::Result<bool> {
    let caller: Option<[u8; 16]> = db
        .prepare_cached("SELECT account FROM message WHERE chat = ?1 AND message = ?2")?
        .query_row(params![chat.as_bytes(), call.as_bytes()], |row| row.get(0))
        .optional()?;
    let said = said(db, chat, call.0)?;
    let first = said.iter().find(|said| {
        let by_caller = Some(said.by.0) == caller;
        said.word == Word::Ended && by_caller || said.word == Word::Answered && !by_caller
    });
    Ok(first.is_some_and(|first| first.word == Word::Ended))
}

/// The state after these words, in this order.
fn state(said: &[Said], caller: AccountId, me: AccountId, of_two: bool) -> CallState {
    let mut state = CallState::Open;
    let (mut answered_ms, mut is_over) = (None, false);
    for Said { by, word, time_ms } in said.iter().copied() {
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

    fn said(words: &[(AccountId, Word)]) -> Vec<Said> {
        (1..).zip(words).map(|(at, (by, word))| Said { by: *by, word: *word, time_ms: Some(at * 1_000) }).collect()
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
        words[1].time_ms = None;
        assert_eq!(state(&words, CALLER, OTHER, true), CallState::Over { length_ms: 0 });
    }
}
