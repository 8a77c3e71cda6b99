//! One search for messages: what is looked for now, and what was found of it so far. An answer that comes after the words have changed is
//! not taken. Knows no field, no worker and no clock.

use client_api::{ChatId, Found, FoundMessage, FoundPlace, MessageId, SearchQuery, UserError};

/// So many are asked for at a time,
const PAGE_FOUND: usize = 40;
/// and so many at most.
const ASKED_MAX: usize = 100;
/// So many are shown at most: whoever has looked through these does better with another word.
pub const FOUND_MAX: usize = 1_000;

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
    /// Of what is looked at again, the page after the one that came last.
    again: Option<Ask>,
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

    /// The first page; or once more all that is shown, page by page, where it may have changed. `None` where nothing is looked for.
    pub fn first(&self) -> Option<Ask> {
        let known = if self.stage == Stage::Searching { 0 } else { self.rows.len() };
        (self.stage != Stage::Idle).then(|| self.ask(None, known))
    }

    /// The page that is to be looked at again after the one that was taken.
    pub fn again(&mut self) -> Option<Ask> {
        self.again.take()
    }

    /// The page behind what is shown.
    pub fn next(&self) -> Option<Ask> {
        let last = self.rows.last().filter(|_| self.has_more && !self.is_full() && self.stage == Stage::Done)?;
        Some(self.ask(Some(place(last)), PAGE_FOUND))
    }

    /// No more are shown than these.
    pub fn is_full(&self) -> bool {
        self.rows.len() >= FOUND_MAX
    }

    fn ask(&self, after: Option<FoundPlace>, number: usize) -> Ask {
        let limit = number.clamp(PAGE_FOUND, ASKED_MAX);
        Ask { turn: self.turn, query: self.query.clone(), after, limit: u16::try_from(limit).unwrap_or(u16::MAX) }
    }

    /// What was answered. Says whether it was still wanted.
    pub fn take(&mut self, ask: &Ask, answer: Result<Found, UserError>) -> bool {
        // What a page comes after may be gone by now.
        let from = match ask.after {
            None => Some(0),
            Some(after) => self.rows.iter().position(|row| place(row) == after).map(|at| at + 1),
        };
        let Some(from) = from.filter(|_| ask.turn == self.turn) else { return false };
        match answer {
            Ok(found) => {
                // What stands behind this page stays till it has been looked at, too.
                let end = found.messages.last().filter(|_| found.has_more && self.stage == Stage::Done).map(place);
                let mut tail = self.rows.split_off(from);
                tail.retain(|row| end.is_some_and(|end| row.time_ms < end.time_ms));
                self.rows.extend(found.messages);
                if tail.is_empty() {
                    self.has_more = found.has_more;
                } else {
                    self.again = Some(self.ask(end, tail.len()));
                    self.rows.append(&mut tail);
                }
                self.not_indexed = found.not_indexed;
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

    /// Messages are none of these any more. Says whether they were.
    pub fn forget(&mut self, chat: ChatId, messages: &[MessageId]) -> bool {
        let before = self.rows.len();
        self.rows.retain(|row| row.chat != chat || !messages.contains(&row.message));
        self.rows.len() < before
    }
}

fn place(row: &FoundMessage) -> FoundPlace {
    FoundPlace { time_ms: row.time_ms, message: row.message }
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
            media: None,
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
        assert!(finding.take(&newest, page(&[10], true)));
        assert_eq!((times(&finding), finding.stage()), (vec![10], &Stage::Done), "nothing of the words before");
        assert_eq!(finding.again(), None);
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
        finding.take(&next, page(&[7], false));
        assert_eq!((times(&finding), finding.next()), (vec![9, 8, 7], None), "scrolled and clicked");
        // A page that does not come leaves what is there, and can be asked for again.
        finding.has_more = true;
        let lost = finding.next().expect("there is more");
        finding.take(&lost, Err(UserError::Internal));
        assert_eq!((times(&finding), finding.next()), (vec![9, 8, 7], Some(lost)));
    }

    #[test]
    fn looking_again_goes_through_all_that_is_shown_and_a_refusal_is_told() {
        let mut finding = Finding::default();
        finding.begin(words("a"));
        let first = finding.first().expect("asked");
        let many: Vec<u8> = (1..=120).rev().collect();
        finding.take(&first, page(&many[..60], true));
        assert_eq!(finding.first().map(|ask| ask.limit), Some(60));
        finding.take(&first, page(&many, true));
        let again = finding.first().expect("something is looked for");
        assert_eq!(again.limit, 100);
        // Two of the first hundred are gone: what is behind those that come instead stays till it has been looked at.
        finding.take(&again, page(&many[2..102], true));
        assert_eq!(times(&finding), many[2..].iter().copied().map(u64::from).collect::<Vec<_>>());
        let behind = finding.again().expect("the rest");
        assert_eq!((behind.after.map(|after| after.time_ms), behind.limit), (Some(19), 40));
        finding.take(&behind, page(&many[103..119], false));
        assert_eq!((finding.rows.len(), finding.has_more, finding.again()), (116, false, None));
        assert!(!times(&finding).contains(&18) && !times(&finding).contains(&1));
        assert!(finding.forget(ChatId([1; 16]), &[MessageId([118; 16])]));
        assert!(!finding.forget(ChatId([2; 16]), &[MessageId([117; 16])]), "in another chat");
        assert_eq!(finding.rows.len(), 115);
        finding.take(&first, Err(UserError::Internal));
        assert_eq!((finding.rows.len(), finding.stage()), (0, &Stage::Refused(UserError::Internal)));
    }

    #[test]
    fn no_more_than_a_thousand_are_shown() {
        let mut finding = Finding::default();
        finding.begin(words("a"));
        let first = finding.first().expect("asked");
        finding.take(&first, page(&[9; FOUND_MAX - 1], true));
        assert!(finding.next().is_some());
        finding.take(&first, page(&[9; FOUND_MAX], true));
        assert_eq!((finding.next(), finding.is_full()), (None, true));
    }
}
