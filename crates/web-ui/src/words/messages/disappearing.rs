//! The words about messages that disappear.

use crate::language::{says, told};
use client_api::Disappearing;

says! {
    disappearing_title
    disappearing_in_new_chats
    disappearing_in_new_chats_text
    disappearing_entry
    disappearing_text
    disappearing_off
    disappears_at
    disappeared
    /// Of one message, to a reader.
    disappears
}

says! {
    disappearing_choice_off
    disappearing_choice_day
    disappearing_choice_week
    disappearing_choice_ninety_days
}

/// A choice.
pub fn disappearing(after: Disappearing) -> &'static str {
    match after {
        Disappearing::Off => disappearing_choice_off(),
        Disappearing::Day => disappearing_choice_day(),
        Disappearing::Week => disappearing_choice_week(),
        Disappearing::NinetyDays => disappearing_choice_ninety_days(),
    }
}

/// Of a chat whose messages disappear.
pub fn disappear_after(after: Disappearing) -> String {
    let after = match after {
        Disappearing::Off => return disappearing_choice_off().to_owned(),
        Disappearing::Day => "day",
        Disappearing::Week => "week",
        Disappearing::NinetyDays => "ninety_days",
    };
    told!(disappear_after, after: after)
}

/// What somebody did. `who`: me or other; `by`: the other's name.
pub fn disappearing_set(after: Disappearing, who: &str, by: &str) -> String {
    match after {
        Disappearing::Off => told!(line_disappearing_off, who: who, by: by),
        Disappearing::Day => told!(line_disappearing_day, who: who, by: by),
        Disappearing::Week => told!(line_disappearing_week, who: who, by: by),
        Disappearing::NinetyDays => told!(line_disappearing_ninety_days, who: who, by: by),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_did_what_is_told() {
        assert_eq!(disappearing_set(Disappearing::Week, "me", ""), "You set messages to disappear after 7 days");
        assert_eq!(disappearing_set(Disappearing::Off, "other", "Ada"), "Ada turned off disappearing messages");
    }
}
