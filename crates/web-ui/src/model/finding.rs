//! One search for messages: what is looked for now, and what was found of it so far. An answer that comes after the words have changed is
//! not taken. Knows no field, no worker and no clock.

use client_api::{ChatId, Found, FoundMessage, FoundPlace, MessageId, SearchQuery, UserError};

/// So many are asked for at a time,
const PAGE_FOUND: usize = 40;
/// and so many at most.
const ASKED_MAX: usize = 100;

/// A search.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Finding {
    query: SearchQuery,
    turn: u32,
    stage: Stage,
    /// Newest first.
    pub rows: Vec<FoundMessage>,
    /// There are more.
    pub has_more: bool,
    /// So many messages could not be looked into yet.
    pub not_indexed: u64,
}

/// How far it is.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Stage {
    /// Nothing is looked for.
    #[default]
    Idle,
    /// Nothing has come yet; what stands there is of the words before.
    Searching,
    /// This is it.
    Done,
    /// It was refused.
    Refused(UserError),
}

/// What is to be asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Ask {
    /// Belongs to its answer.
    pub turn: u32,
    pub query: SearchQuery,
    pub after: Option<FoundPlace>,
    pub limit: u16,
}

impl Finding {
    /// Other words, or another place to look. Whatever is on its way is late from now on.
    pub fn begin(&mut self, query: SearchQuery) {
        let turn = self.turn.wrapping_add(1);
        if query.is_empty() {
            *self = Self { turn, ..Self::default() };
        } else {
            (self.query, self.turn, self.stage) = (query, turn, Stage::Searching);
        }
    }

    /// How far it is.
    pub fn stage(&self) -> &Stage {
        &self.stage
    }

    /// Which words it is about: the newest.
    pub fn turn(&self) -> u32 {
        self.turn
    }

    /// The first page; or once more all that is shown, where it may have changed. `None` where nothing is looked for.
    pub fn first(&self) -> Option<Ask> {
        let known = if self.stage == Stage::Searching { 0 } else { self.rows.len() };
        (self.stage != Stage::Idle).then(|| self.ask(None, known.clamp(PAGE_FOUND, ASKED_MAX)))
    }

    /// The page behind what is shown.
    pub fn next(&self) -> Option<Ask> {
        let last = self.rows.last().filter(|_| self.has_more && self.stage == Stage::Done)?;
        let after = FoundPlace { time_ms: last.time_ms, message: last.message };
        Some(self.ask(Some(after), PAGE_FOUND))
    }

    fn ask(&self, after: Option<FoundPlace>, limit: usize) -> Ask {
        Ask { turn: self.turn, query: self.query.clone(), after, limit: u16::try_from(limit).unwrap_or(u16::MAX) }
    }

    /// What was answered. Says whether it was still wanted.
    pub fn take(&mut self, ask: &Ask, answer: Result<Found, UserError>) -> bool {
        let end = self.rows.last().map(|last| FoundPlace { time_ms: last.time_ms, message: last.message });
        // The same page may have been asked for twice.
        if ask.turn != self.turn || (ask.after.is_some() && ask.after != end) {
            return false;
        }
        match answer {
            Ok(found) => {
                if ask.after.is_none() {
                    self.rows.clear();
                }
                self.rows.extend(found.messages);
                (self.has_more, self.not_indexed) = (found.has_more, found.not_indexed);
                self.stage = Stage::Done;
            }
            Err(_) if ask.after.is_some() => {}
            Err(error) => {
                self.rows.clear();
                self.stage = Stage::Refused(error);
            }
        }
        true
    }

    /// A message is none of these any more.
    pub fn forget(&mut self, chat: ChatId, message: MessageId) {
        self.rows.retain(|row| (row.chat, row.message) != (chat, message));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use client_api::AccountId;

    fn words(words: &str) -> SearchQuery {
        SearchQuery { words: words.into(), ..SearchQuery::default() }
    }

    fn page(times: &[u8], has_more: bool) -> Result<Found, UserError> {
        let message = |time: &u8| FoundMessage {
            chat: ChatId([1; 16]),
            message: MessageId([*time; 16]),
            time_ms: u64::from(*time),
            sender: AccountId([1; 16]),
            own: false,
            starred: false,
            excerpt: Vec::new(),
        };
        Ok(Found { messages: times.iter().map(message).collect(), has_more, not_indexed: 0 })
    }

    fn times(finding: &Finding) -> Vec<u64> {
        finding.rows.iter().map(|row| row.time_ms).collect()
    }

    #[test]
    fn an_answer_for_words_before_is_not_shown_and_what_stood_there_stays_till_the_newer_one_comes() {
        let mut finding = Finding::default();
        finding.begin(words("li"));
        let early = finding.first().expect("something is looked for");
        assert!(finding.take(&early, page(&[9, 8], false)));
        finding.begin(words("light"));
        let late = finding.first().expect("something is looked for");
        finding.begin(words("lighthouse"));
        let newest = finding.first().expect("something is looked for");
        assert!(!finding.take(&late, page(&[7], false)));
        assert_eq!((times(&finding), finding.stage()), (vec![9, 8], &Stage::Searching), "nothing flickers");
        assert!(finding.take(&newest, page(&[6], false)));
        assert_eq!((times(&finding), finding.stage()), (vec![6], &Stage::Done));
        assert!(!finding.take(&late, page(&[7], false)));
        finding.begin(words(" "));
        assert_eq!((times(&finding), finding.stage(), finding.first()), (vec![], &Stage::Idle, None));
        assert!(!finding.take(&newest, page(&[6], false)), "the field is empty by now");
    }

    #[test]
    fn pages_go_on_behind_the_last_and_none_is_taken_twice() {
        let mut finding = Finding::default();
        finding.begin(words("a"));
        assert_eq!(finding.next(), None, "the first page has not come");
        let first = finding.first().expect("asked");
        assert_eq!((first.after, first.limit), (None, 40));
        finding.take(&first, page(&[9, 8], true));
        let next = finding.next().expect("there is more");
        assert_eq!(next.after, Some(FoundPlace { time_ms: 8, message: MessageId([8; 16]) }));
        assert!(finding.take(&next, page(&[7], false)));
        assert!(!finding.take(&next, page(&[7], false)), "scrolled and clicked");
        assert_eq!((times(&finding), finding.next()), (vec![9, 8, 7], None));
        // A page that does not come leaves what is there, and can be asked for again.
        finding.has_more = true;
        let lost = finding.next().expect("there is more");
        finding.take(&lost, Err(UserError::Internal));
        assert_eq!((times(&finding), finding.next()), (vec![9, 8, 7], Some(lost)));
    }

    #[test]
    fn looking_again_asks_for_as_much_as_is_shown_and_a_refusal_is_told() {
        let mut finding = Finding::default();
        finding.begin(words("a"));
        let first = finding.first().expect("asked");
        let many: Vec<u8> = (1..=120).rev().collect();
        finding.take(&first, page(&many[..60], true));
        assert_eq!(finding.first().map(|ask| ask.limit), Some(60));
        finding.take(&first, page(&many, true));
        assert_eq!(finding.first().map(|ask| ask.limit), Some(100));
        finding.forget(ChatId([1; 16]), MessageId([120; 16]));
        assert_eq!(finding.rows.len(), 119);
        finding.take(&first, Err(UserError::Internal));
        assert_eq!((finding.rows.len(), finding.stage()), (0, &Stage::Refused(UserError::Internal)));
    }
}
