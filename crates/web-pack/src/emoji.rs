//! The list of emoji, a file that the pages fetch when somebody first looks for one: it weighs more than all their words, and most visits
//! need none of it. Knows the table of the `emojis` crate; `web-ui/model/emoji.rs` reads what is written here.
//!
//! A line an emoji, in the order of Unicode, with tabs between: the emoji, the number of its group, its name, its short names with spaces
//! between, and, where it has skins, itself with the lightest one.

use emojis::{Emoji, EmojiVersion, SkinTone};

use crate::assets::Source;

const NAME: &str = "emoji.tsv";
/// Newer ones are boxes on telephones that are in use.
const NEWEST: EmojiVersion = EmojiVersion::new(15, 1);

pub(crate) fn list() -> Source {
    let lines: String = emojis::iter().filter(|emoji| emoji.emoji_version() <= NEWEST).map(line).collect();
    Source { name: NAME.to_owned(), content: lines.into_bytes() }
}

fn line(emoji: &Emoji) -> String {
    let short: Vec<&str> = emoji.shortcodes().collect();
    let light = emoji.with_skin_tone(SkinTone::Light).map_or("", Emoji::as_str);
    format!("{emoji}\t{}\t{}\t{}\t{light}\n", emoji.group() as u8, emoji.name(), short.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_has_its_five_fields_and_groups_are_in_order() {
        let list = String::from_utf8(list().content).unwrap();
        let lines: Vec<Vec<&str>> = list.lines().map(|line| line.split('\t').collect()).collect();
        assert!(lines.len() > 1_500 && lines.iter().all(|fields| fields.len() == 5), "{}", lines.len());
        let groups: Vec<u8> = lines.iter().map(|fields| fields[1].parse().unwrap()).collect();
        assert!(groups.is_sorted() && groups.first() == Some(&0) && groups.last() == Some(&8), "{groups:?}");
        let thumb = lines.iter().find(|fields| fields[0] == "👍").unwrap();
        assert_eq!(thumb[1..], ["1", "thumbs up", "+1 thumbsup", "👍🏻"]);
        let pair = lines.iter().find(|fields| fields[2] == "women holding hands").unwrap();
        assert_eq!(pair[4].matches('\u{1F3FB}').count(), 1, "{pair:?}");
    }
}
