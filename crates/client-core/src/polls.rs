//! Polls. Anybody in a chat asks and votes; of several votes by one account the last in the log counts. What is said of a poll is its sender's
//! word: what is beyond the bounds is no poll, and is shown as the text that it asks.

use crate::amending::held;
use crate::client::{Client, Context};
use crate::io::Halt;
use crate::messages::{Kind, MOVED_SEQ};
use crate::profile::{one_line, ui_account};
use crate::sending::Written;
use client_api::{Answer, MessageBody, MessageRow, PollAnswer, UserError};
use prost::Message as _;
use proto::content::{Content, Poll, Vote, content};
use proto::ids::{AccountId, ChatId, MessageId};
use rusqlite::{Connection, params};
use std::collections::BTreeSet;

const QUESTION_CHARS_MAX: usize = 255;
const ANSWER_CHARS_MAX: usize = 100;
const ANSWERS_MIN: usize = 2;
const ANSWERS_MAX: usize = 12;
/// As many as a group has people.
const VOTERS_MAX: u32 = 1_024;
/// Before a question where there is room for one line only.
const SIGN: &str = "📊 ";

/// A question or an answer as it may be kept.
fn tidy(text: &str, chars_max: usize) -> Option<String> {
    Some(one_line(text)).filter(|tidy| (1..=chars_max).contains(&tidy.chars().count()))
}

/// What a poll asks, without its votes; `None` where it is none.
fn asked(poll: &Poll) -> Option<client_api::Poll> {
    if !(ANSWERS_MIN..=ANSWERS_MAX).contains(&poll.answers.len()) {
        return None;
    }
    let question = tidy(&poll.question, QUESTION_CHARS_MAX)?;
    let texts = poll.answers.iter().map(|text| tidy(text, ANSWER_CHARS_MAX)).collect::<Option<Vec<_>>>()?;
    let is_each_another = texts.iter().collect::<BTreeSet<_>>().len() == texts.len();
    let answer = |text| PollAnswer { text, voters: Vec::new(), own: false };
    let answers = texts.into_iter().map(answer).collect();
    is_each_another.then_some(client_api::Poll { question, answers, several: poll.several })
}

/// What a message that asks says by itself.
pub(crate) fn body(poll: &Poll) -> MessageBody {
    match asked(poll) {
        Some(poll) => MessageBody::Poll(poll),
        None => MessageBody::Text(cut(&poll.question)),
    }
}

fn cut(question: &str) -> String {
    question.chars().take(QUESTION_CHARS_MAX).collect()
}

/// The question of a poll, in one line.
pub(crate) fn line(question: &str) -> String {
    format!("{SIGN}{question}")
}

/// What words are found by.
pub(crate) fn words(poll: &client_api::Poll) -> String {
    let answers = poll.answers.iter().map(|answer| answer.text.as_str());
    std::iter::once(poll.question.as_str()).chain(answers).collect::<Vec<_>>().join("\n")
}

/// Who has chosen what, onto a poll's row.
pub(crate) fn apply(db: &Connection, chat: ChatId, row: &mut MessageRow, me: AccountId) -> rusqlite::Result<()> {
    let MessageBody::Poll(poll) = &mut row.body else { return Ok(()) };
    // The last of each account, what is on its way being the last: whoever votes again and again takes nobody's place.
    let mut statement = db.prepare_cached(
        "SELECT account, content, max(CASE seq WHEN 0 THEN time_ms ELSE seq END) AS place FROM message
         WHERE target = ?1 AND about = 8 AND chat = ?2 AND failed = 0 GROUP BY account ORDER BY place LIMIT ?3",
    )?;
    let mut votes = statement.query(params![row.id.0, chat.as_bytes(), VOTERS_MAX])?;
    while let Some(vote) = votes.next()? {
        let (account, content): ([u8; 16], Vec<u8>) = (vote.get(0)?, vote.get(1)?);
        let body = Content::decode(content.as_slice()).ok().and_then(|content| content.body);
        let Some(content::Body::Vote(vote)) = body else { continue };
        for at in chosen(&vote.answers, poll) {
            if let Some(answer) = poll.answers.get_mut(at) {
                answer.voters.push(ui_account(AccountId(account)));
                answer.own |= account == me.0;
            }
        }
    }
    Ok(())
}

/// The answers that a vote names, as far as there are such: one, where one may choose one.
fn chosen(answers: &[u32], poll: &client_api::Poll) -> BTreeSet<usize> {
    let known = answers.iter().take(ANSWERS_MAX).filter_map(|at| usize::try_from(*at).ok());
    let most = if poll.several { ANSWERS_MAX } else { 1 };
    known.filter(|at| *at < poll.answers.len()).take(most).collect()
}

/// Those who are in the chat have a message, or will have it.
fn is_asked(db: &Connection, id: MessageId) -> rusqlite::Result<bool> {
    db.prepare_cached("SELECT EXISTS (SELECT 1 FROM message WHERE message = ?1 AND failed = 0 AND seq <> ?2)")?
        .query_row(params![id.as_bytes(), MOVED_SEQ], |row| row.get(0))
}

impl Client {
    /// "Ask this."
    pub(crate) fn send_poll(
        &mut self,
        cx: &mut Context<'_>,
        request: u32,
        chat: client_api::ChatId,
        poll: Poll,
        written: &Written,
    ) -> Result<(), Halt> {
        let refusal = asked(&poll).is_none().then_some(UserError::PollInvalid);
        self.give(cx, request, chat, written, refusal, content::Body::Poll(poll))
    }

    /// "These are my answers", in place of those before; none takes them back.
    pub(crate) fn vote(
        &mut self,
        cx: &mut Context<'_>,
        request: u32,
        (chat, message): (client_api::ChatId, client_api::MessageId),
        answers: &[u32],
    ) -> Result<(), Halt> {
        let (chat, id) = (ChatId(chat.0), MessageId(message.0));
        let result = match held(cx, chat, id)?.map(|row| row.body) {
            // The others never hear of it, or it was asked of somebody else.
            Some(MessageBody::Poll(_)) if !is_asked(cx.db, id)? => Err(UserError::NotNow),
            Some(MessageBody::Poll(poll)) => {
                let wanted = chosen(answers, &poll);
                let own = poll.answers.iter().enumerate().filter(|(_, answer)| answer.own).map(|(at, _)| at);
                if wanted.len() != answers.len() {
                    Err(UserError::PollInvalid)
                } else if own.collect::<BTreeSet<_>>() == wanted {
                    Ok(Answer::Done)
                } else {
                    let vote = Vote { message_id: id.to_vec(), answers: answers.to_vec() };
                    let written = self.write(cx, chat, Kind::Amendment, content::Body::Vote(vote))?;
                    Ok(Answer::Message(client_api::MessageId(written.0)))
                }
            }
            _ => Err(UserError::NotFound),
        };
        cx.answer(request, result);
        Ok(())
    }
}

#[cfg(test)]
mod polls_tests;
