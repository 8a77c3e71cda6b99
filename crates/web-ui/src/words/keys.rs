//! Words of the keys.

use crate::language::says;
use crate::model::keys::Key;

/// What a key of the whole page does.
pub fn key(key: Key) -> &'static str {
    match key {
        Key::Help => page_key_help(),
        Key::Search => super::search_chats(),
        Key::SearchInChat => page_key_search_in_chat(),
        Key::NextChat => page_key_next_chat(),
        Key::PreviousChat => page_key_previous_chat(),
        Key::NextUnread => page_key_next_unread(),
        Key::PreviousUnread => page_key_previous_unread(),
        Key::NextLandmark => page_key_next_landmark(),
        Key::PreviousLandmark => page_key_previous_landmark(),
        Key::NewChat => super::new_chat(),
        Key::Emoji => super::show_emoji(),
        Key::Attach => super::attach(),
        Key::Settings => super::settings(),
        Key::Archive => page_key_archive(),
        Key::Mute => page_key_mute(),
        Key::Pin => page_key_pin(),
        Key::MarkUnread => page_key_mark_unread(),
        Key::Close => page_key_close(),
    }
}

says! {
    page_key_help
    page_key_search_in_chat
    page_key_next_chat
    page_key_previous_chat
    page_key_next_unread
    page_key_previous_unread
    page_key_next_landmark
    page_key_previous_landmark
    page_key_archive
    page_key_mute
    page_key_pin
    page_key_mark_unread
    page_key_close
}
