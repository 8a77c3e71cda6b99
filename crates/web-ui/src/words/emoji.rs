//! Words of the emoji.

pub const EMOJI_LABEL: &str = "Emoji";
pub const SEARCH_EMOJI: &str = "Search emoji";
pub const SKIN_TONE: &str = "Skin tone";
pub const EMOJI_GROUPS: &str = "Kinds of emoji";
pub const NO_EMOJI_FOUND: &str = "No emoji is called so.";
pub const SHOW_EMOJI: &str = "Emoji";

/// A sign for each group of the list and what it is called; behind them, those used last.
pub fn emoji_group(at: usize) -> (&'static str, &'static str) {
    match at {
        0 => ("😀", "Faces and feelings"),
        1 => ("👋", "People"),
        2 => ("🐻", "Animals and nature"),
        3 => ("🍎", "Food and drink"),
        4 => ("🚗", "Travel and places"),
        5 => ("⚽", "Activities"),
        6 => ("💡", "Things"),
        7 => ("❤️", "Symbols"),
        8 => ("🏁", "Flags"),
        _ => ("🕘", "Used last"),
    }
}
