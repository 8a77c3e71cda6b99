//! Answers that participants owe to their units' offers: an offer follows from what others do, so that its answer is not held against
//! whoever gives it. Knows lengths as words of the allowance, no descriptions.

use sfu::ParticipantId;
use std::collections::BTreeMap;

/// Participants who are remembered beyond those who are here, before it is looked who is.
const STALE_MAX: usize = 1_024;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Owed {
    words: BTreeMap<ParticipantId, u32>,
    /// How many were here when it was looked last.
    here: usize,
}

impl Owed {
    /// The unit has offered something that counts as so many words: one answer may count as as many. One before it is not owed
    /// any more.
    pub(super) fn offered(&mut self, who: ParticipantId, words: u32, is_here: impl Fn(ParticipantId) -> bool) {
        self.words.insert(who, words);
        if self.words.len() > self.here + STALE_MAX {
            self.words.retain(|who, _| is_here(*who));
            self.here = self.words.len();
        }
    }

    /// An answer was given: how many words of it are free.
    pub(super) fn answered(&mut self, who: ParticipantId) -> u32 {
        self.words.remove(&who).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_answer_to_each_offer_is_free() {
        let (mut owed, who) = (Owed::default(), ParticipantId(1));
        assert_eq!(owed.answered(who), 0);
        owed.offered(who, 3, |_| true);
        owed.offered(who, 4, |_| true);
        assert_eq!([owed.answered(who), owed.answered(who)], [4, 0]);
    }

    #[test]
    fn those_who_are_gone_are_forgotten() {
        let mut owed = Owed::default();
        let all = 10 * u64::try_from(STALE_MAX).unwrap();
        for who in 1..=all {
            owed.offered(ParticipantId(who), 1, |who| who.0 <= 5);
            assert!(owed.words.len() <= 5 + STALE_MAX);
        }
        assert_eq!(owed.answered(ParticipantId(1)), 1);
    }
}
