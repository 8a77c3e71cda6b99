//! The words about what is looked for, kept by a star, selected and forwarded.

use super::{in_a_row, isolated};
use crate::language::{says, told};

/// What cannot be sent on.
pub(super) fn forward_invalid(messages: u32, chats: u32) -> String {
    told!(forward_invalid, messages: messages, chats: chats)
}

/// Heard after a search, and nothing of what was found.
pub fn found(number: usize, has_more: bool) -> String {
    match number {
        0 => nothing_found().into(),
        _ if has_more => told!(more_found, n: number),
        _ => told!(found, n: number),
    }
}

/// While an older database is made ready for searching.
pub fn not_indexed(left: u64) -> String {
    told!(not_indexed, n: left)
}

/// How many are selected.
pub fn selected(number: usize) -> String {
    told!(selected, n: number)
}

/// After several were starred, or not any more.
pub fn starred(number: usize, on: bool) -> String {
    if on { told!(starred, n: number) } else { told!(no_longer_starred, n: number) }
}

/// The title of the dialog.
pub fn forward_title(number: usize) -> String {
    told!(forward_title, n: number)
}

/// To whom it will go.
pub fn forward_to(titles: &[String]) -> String {
    let titles: Vec<String> = titles.iter().map(|title| isolated(title)).collect();
    told!(forward_to, chats: in_a_row(&titles))
}

/// It went.
pub fn forwarded_to(titles: &[String]) -> String {
    match titles {
        [title] => told!(forwarded_to, chat: isolated(title)),
        titles => told!(forwarded_to_chats, n: titles.len()),
    }
}

says! {
    carried
    carried_pictures
    carried_files
    carried_links
    nothing_carried
    messages_found
    searching
    nothing_found
    show_more
    found_full
    you_said
    search_in_chat
    search_in_chat_text
    search_messages
    filter_messages
    sender
    anybody
    kind
    any_kind
    from_day
    to_day
    starred_messages
    no_stars
    select
    is_selected
    is_starred
    selection
    stop_selecting
    chosen_full
    forward
    forwarded
    search_recipients
    forward_full
    forward_none
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_said_as_they_are_known() {
        assert_eq!(found(1, false), "1 message found");
        assert_eq!(found(40, true), "More than 40 messages found");
        assert_eq!(found(0, false), nothing_found());
        assert_eq!(forwarded_to(&["Ada".into()]), "Forwarded to \u{2068}Ada\u{2069}");
        assert_eq!(forwarded_to(&["Ada".into(), "Bob".into()]), "Forwarded to 2 chats");
        assert_eq!(starred(2, false), "2 messages no longer starred");
    }
}
