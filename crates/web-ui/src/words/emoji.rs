//! Words of the emoji.

use crate::language::says;

says! {
    emoji_label
    search_emoji
    skin_tone
    emoji_groups
    no_emoji_found
    show_emoji
}

/// A sign for each group of the list and what it is called; behind them, those used last.
pub fn emoji_group(at: usize) -> (&'static str, &'static str) {
    match at {
        0 => ("😀", emoji_group_faces()),
        1 => ("👋", emoji_group_people()),
        2 => ("🐻", emoji_group_nature()),
        3 => ("🍎", emoji_group_food()),
        4 => ("🚗", emoji_group_travel()),
        5 => ("⚽", emoji_group_activities()),
        6 => ("💡", emoji_group_things()),
        7 => ("❤️", emoji_group_symbols()),
        8 => ("🏁", emoji_group_flags()),
        _ => ("🕘", emoji_group_last()),
    }
}

says! {
    emoji_group_faces
    emoji_group_people
    emoji_group_nature
    emoji_group_food
    emoji_group_travel
    emoji_group_activities
    emoji_group_things
    emoji_group_symbols
    emoji_group_flags
    emoji_group_last
}
