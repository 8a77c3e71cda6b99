//! The words about what is looked for, kept by a star, selected and forwarded.

use super::{count, isolated};

/// What cannot be sent on.
pub(super) fn forward_invalid(messages: u32, chats: u32) -> String {
    format!("Only texts can be forwarded: 1 to {messages} of them, to 1 to {chats} chats.")
}

/// Heard after a search, and nothing of what was found.
pub fn found(number: usize, has_more: bool) -> String {
    match number {
        0 => NOTHING_FOUND.into(),
        _ if has_more => format!("More than {number} messages found"),
        _ => format!("{} found", messages(number)),
    }
}

/// While an older database is made ready for searching.
pub fn not_indexed(left: u64) -> String {
    format!("Still indexing older messages: {left} left")
}

/// "1 message", "2 messages"
pub fn messages(number: usize) -> String {
    count(number as u64, "message", "messages")
}

/// How many are selected.
pub fn selected(number: usize) -> String {
    format!("{number} selected")
}

/// After several were starred, or not any more.
pub fn starred(number: usize, on: bool) -> String {
    format!("{} {}", messages(number), if on { "starred" } else { "no longer starred" })
}

/// The title of the dialog.
pub fn forward_title(number: usize) -> String {
    if number == 1 { "Forward message".into() } else { format!("Forward {}", messages(number)) }
}

/// To whom it will go.
pub fn forward_to(titles: &[String]) -> String {
    let titles: Vec<String> = titles.iter().map(|title| isolated(title)).collect();
    format!("To {}", titles.join(", "))
}

/// It went.
pub fn forwarded_to(titles: &[String]) -> String {
    match titles {
        [title] => format!("Forwarded to {}", isolated(title)),
        titles => format!("Forwarded to {}", count(titles.len() as u64, "chat", "chats")),
    }
}

pub const CARRIED: &str = "Media, files and links";
pub const CARRIED_PICTURES: &str = "Photos and videos";
pub const CARRIED_FILES: &str = "Files";
pub const CARRIED_LINKS: &str = "Links";
pub const NOTHING_CARRIED: &str = "Nothing of this kind was sent here yet";
pub const MESSAGES: &str = "Messages";
pub const SEARCHING: &str = "Searching…";
pub const NOTHING_FOUND: &str = "No messages found";
pub const SHOW_MORE: &str = "Show more";
pub const FOUND_FULL: &str = "More were found: add a word to see them";
pub const YOU_SAID: &str = "You: ";
pub const SEARCH_IN_CHAT: &str = "Search in this chat";
pub const SEARCH_IN_CHAT_TEXT: &str =
    "Type words that a message holds, or choose who sent it, what it carries or the days that it is from.";
pub const SEARCH_MESSAGES: &str = "Search messages";
pub const FILTER_MESSAGES: &str = "Filter messages";
pub const SENDER: &str = "Sender";
pub const ANYBODY: &str = "Anybody";
pub const KIND: &str = "Kind";
pub const ANY_KIND: &str = "Everything";
pub const FROM_DAY: &str = "From";
pub const TO_DAY: &str = "To";
pub const STARRED_MESSAGES: &str = "Starred messages";
pub const NO_STARS: &str =
    "Messages that you star will be here. To star one, open its menu and choose Star, or press S on it.";
pub const SELECT: &str = "Select";
pub const SELECTED: &str = "Selected";
pub const SELECTION: &str = "Selected messages";
pub const STOP_SELECTING: &str = "Stop selecting";
pub const CHOSEN_FULL: &str = "At most 100 messages can be selected.";
pub const FORWARD: &str = "Forward";
pub const FORWARDED: &str = "Forwarded";
pub const SEARCH_RECIPIENTS: &str = "Search whom to send it to";
pub const FORWARD_FULL: &str = "These are 5 chats: no more at a time.";
pub const FORWARD_NONE: &str = "No chat has this name or number.";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_said_as_they_are_known() {
        assert_eq!(found(1, false), "1 message found");
        assert_eq!(found(40, true), "More than 40 messages found");
        assert_eq!(found(0, false), NOTHING_FOUND);
        assert_eq!(forwarded_to(&["Ada".into()]), "Forwarded to \u{2068}Ada\u{2069}");
        assert_eq!(forwarded_to(&["Ada".into(), "Bob".into()]), "Forwarded to 2 chats");
        assert_eq!(starred(2, false), "2 messages no longer starred");
    }
}
