//! The words about messages that disappear.

use client_api::Disappearing;

pub const DISAPPEARING: &str = "Disappearing messages";
pub const DISAPPEARING_ENTRY: &str = "Disappearing messages…";
pub const DISAPPEARING_TEXT: &str = "New messages in this chat go from everybody’s devices so long after they were sent, with their files, starred ones too. What stands here already stays. Somebody may still have copied what they read, or use an older version that keeps it.";
pub const DISAPPEARING_OFF: &str = "Messages stay from now on";
pub const DISAPPEARS_AT: &str = "Disappears";
pub const DISAPPEARED: &str = "This message has disappeared";
/// Of one message, to a reader.
pub const DISAPPEARS: &str = "disappears";

/// A choice.
pub fn disappearing(after: Disappearing) -> &'static str {
    match after {
        Disappearing::Off => "Off",
        Disappearing::Day => "24 hours",
        Disappearing::Week => "7 days",
        Disappearing::NinetyDays => "90 days",
    }
}

/// Of a chat.
pub fn disappear_after(after: Disappearing) -> String {
    format!("Messages disappear after {}", disappearing(after))
}

/// What somebody did, behind their name.
pub fn disappearing_set(after: Disappearing) -> String {
    match after {
        Disappearing::Off => "turned off disappearing messages".into(),
        after => format!("set messages to disappear after {}", disappearing(after)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_did_what_is_told() {
        assert_eq!(disappearing_set(Disappearing::Week), "set messages to disappear after 7 days");
        assert_eq!(disappearing_set(Disappearing::Off), "turned off disappearing messages");
    }
}
