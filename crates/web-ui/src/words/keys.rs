//! Words of the keys.

use crate::model::keys::Key;

/// What a key of the whole page does.
pub fn key(key: Key) -> &'static str {
    match key {
        Key::Help => "This help",
        Key::Search => "Search chats and messages",
        Key::SearchInChat => "Search in the open chat",
        Key::NextChat => "Next chat",
        Key::PreviousChat => "Previous chat",
        Key::NextUnread => "Next unread chat",
        Key::PreviousUnread => "Previous unread chat",
        Key::NextLandmark => "Next part of the page",
        Key::PreviousLandmark => "Previous part of the page",
        Key::NewChat => "New chat",
        Key::Emoji => "Emoji",
        Key::Attach => super::ATTACH,
        Key::Settings => "Settings",
        Key::Archive => "Archive, or take out",
        Key::Mute => "Mute the open chat",
        Key::Pin => "Pin the open chat",
        Key::MarkUnread => "Mark as unread, or as read",
        Key::Close => "Close what is on top",
    }
}
