//! The list of emoji as the pages look through it: by group, by words, by the short name that somebody is typing. It comes from a file
//! (`web-pack/emoji.rs` writes it). Knows no page.

/// In the order of the list.
pub const GROUPS: usize = 9;
/// From light to dark.
pub const SKINS: [char; 5] = ['\u{1F3FB}', '\u{1F3FC}', '\u{1F3FD}', '\u{1F3FE}', '\u{1F3FF}'];
/// Those used last that are kept.
const RECENT_MAX: usize = 24;
/// Fewer letters are more often a face of signs.
const TYPED_MIN: usize = 2;

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Emoji {
    text: String,
    group: usize,
    /// What it is called.
    pub name: String,
    short: Vec<String>,
    /// With the lightest skin; empty where it has none.
    light: String,
}

impl Emoji {
    /// With a skin, where it has one.
    pub fn with_skin(&self, skin: Option<char>) -> String {
        match (skin, SKINS.first()) {
            (Some(skin), Some(light)) if !self.light.is_empty() => self.light.replace(*light, &skin.to_string()),
            _ => self.text.clone(),
        }
    }

    /// A word of its names begins so.
    fn begins(&self, typed: &str) -> bool {
        let names = std::iter::once(&self.name).chain(&self.short);
        names.flat_map(|name| name.split([' ', '_', '-', ':'])).any(|word| begins(word, typed))
            || self.short.iter().any(|name| begins(name, typed))
    }
}

fn begins(name: &str, typed: &str) -> bool {
    name.get(..typed.len()).is_some_and(|start| start.eq_ignore_ascii_case(typed))
}

/// All of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EmojiList(Vec<Emoji>);

impl EmojiList {
    /// Reads the file. Lines that are none are left out.
    pub fn read(file: &str) -> Self {
        let line = |line: &str| {
            let mut fields = line.split('\t');
            let mut field = || fields.next().map(str::to_owned);
            Some(Emoji {
                text: field().filter(|text| !text.is_empty())?,
                group: field()?.parse().ok().filter(|group| *group < GROUPS)?,
                name: field()?,
                short: field()?.split_whitespace().map(str::to_owned).collect(),
                light: field()?,
            })
        };
        Self(file.lines().filter_map(line).collect())
    }

    /// Those of a group.
    pub fn of_group(&self, group: usize) -> Vec<Emoji> {
        self.0.iter().filter(|emoji| emoji.group == group).cloned().collect()
    }

    /// Those whose names have all these beginnings of words; what is called so comes first.
    pub fn search(&self, typed: &str, max: usize) -> Vec<Emoji> {
        let words: Vec<&str> = typed.split([' ', '_', ':']).filter(|word| !word.is_empty()).collect();
        let mut found: Vec<&Emoji> =
            self.0.iter().filter(|emoji| words.iter().all(|word| emoji.begins(word))).collect();
        let first = words.first().copied().unwrap_or_default();
        found.sort_by_key(|emoji| !(begins(&emoji.name, first) || emoji.short.iter().any(|name| begins(name, first))));
        found.into_iter().take(max).cloned().collect()
    }

    /// Those whose short names go on from this, with the name: the one that is it, those that begin so, those with a word that does.
    pub fn complete(&self, typed: &str, max: usize) -> Vec<(Emoji, String)> {
        let rank = |name: &str| match () {
            () if name.eq_ignore_ascii_case(typed) => Some(0),
            () if begins(name, typed) => Some(1),
            () if name.split('_').any(|word| begins(word, typed)) => Some(2),
            () => None,
        };
        let best = |emoji: &'_ Emoji| {
            let names = emoji.short.iter().filter_map(|name| rank(name).map(|rank| (rank, name.clone())));
            names.min_by_key(|(rank, _)| *rank)
        };
        let mut found: Vec<_> =
            self.0.iter().filter_map(|emoji| best(emoji).map(|(rank, name)| (rank, emoji, name))).collect();
        found.sort_by_key(|(rank, ..)| *rank);
        found.into_iter().take(max).map(|(_, emoji, name)| (emoji.clone(), name)).collect()
    }

    /// The one of this short name.
    pub fn named(&self, short: &str) -> Option<&Emoji> {
        self.0.iter().find(|emoji| emoji.short.iter().any(|name| name.eq_ignore_ascii_case(short)))
    }
}

/// The short name that is being typed where this text ends: what stands behind a colon that begins a word.
pub fn typed_name(before: &str) -> Option<&str> {
    let (text, name) = before.rsplit_once(':')?;
    let begins_word = text.chars().next_back().is_none_or(|letter| !letter.is_alphanumeric() && letter != ':');
    let is_name = name.chars().all(|letter| letter.is_ascii_alphanumeric() || "_+-".contains(letter));
    Some(name).filter(|name| begins_word && is_name && name.len() >= TYPED_MIN)
}

/// The short name that has just been ended by its second colon.
pub fn ended_name(before: &str) -> Option<&str> {
    before.strip_suffix(':').and_then(typed_name)
}

/// Those used last, the newest first, after one more use. With spaces between.
pub fn used(before: &str, emoji: &str) -> String {
    let others = before.split_whitespace().filter(|other| *other != emoji);
    std::iter::once(emoji).chain(others).take(RECENT_MAX).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "😀\t0\tgrinning face\tgrinning\t\n👍\t1\tthumbs up\t+1 thumbsup\t👍🏻\n☝️\t1\tindex pointing up\tpoint_up\t☝🏻\n\
        🧑‍🚀\t1\tastronaut\tastronaut\t🧑🏻‍🚀\n🚀\t4\trocket\trocket\t\n🌖\t4\twaning gibbous moon\twaning_gibbous_moon\t\n\
        🌙\t4\tcrescent moon\tcrescent_moon\t\n🎑\t5\tmoon viewing ceremony\trice_scene\t\nbroken\t7\n\t0\tx\ty\t\nx\t9\tx\ty\t\n";

    fn list() -> EmojiList {
        EmojiList::read(FILE)
    }

    fn texts(found: Vec<Emoji>) -> String {
        found.into_iter().map(|emoji| emoji.text).collect()
    }

    #[test]
    fn lines_that_are_none_are_left_out() {
        assert_eq!(
            (0..GROUPS).map(|group| list().of_group(group).len()).collect::<Vec<_>>(),
            [1, 3, 0, 0, 3, 1, 0, 0, 0]
        );
        assert_eq!(EmojiList::read(""), EmojiList::default());
    }

    #[test]
    fn skins_are_put_where_there_are_some() {
        let named = |name: &str, skin| list().named(name).unwrap().with_skin(skin);
        assert_eq!(named("+1", Some(SKINS[2])), "👍🏽");
        assert_eq!(named("THUMBSUP", None), "👍");
        assert_eq!(named("point_up", Some(SKINS[4])), "☝🏿");
        assert_eq!(named("astronaut", Some(SKINS[1])), "🧑🏼‍🚀");
        assert_eq!(named("rocket", Some(SKINS[1])), "🚀");
    }

    #[test]
    fn the_search_finds_beginnings_of_words_and_names_first() {
        for (typed, found) in
            [("moon", "🎑🌖🌙"), ("Gib mo", "🌖"), ("+1", "👍"), ("oon", ""), ("point_up", "☝️"), (":rocket:", "🚀")]
        {
            assert_eq!(texts(list().search(typed, 9)), found, "{typed}");
        }
        assert_eq!(texts(list().search("moon", 1)), "🎑");
    }

    #[test]
    fn a_short_name_is_completed_while_it_is_typed() {
        let complete = |typed: &str| list().complete(typed, 9).into_iter().map(|(_, name)| name).collect::<Vec<_>>();
        assert_eq!(complete("moon"), ["waning_gibbous_moon", "crescent_moon"]);
        assert_eq!(complete("po"), ["point_up"]);
        assert_eq!(complete("th"), ["thumbsup"]);
        for (before, name) in [
            (":ro", Some("ro")),
            ("so :+1", Some("+1")),
            ("(:rocket", Some("rocket")),
            ("👍:ro", Some("ro")),
            (":r", None),
            ("10:30", None),
            ("a::ro", None),
            ("http://x", None),
            (":ro ck", None),
            (":)", None),
            ("", None),
        ] {
            assert_eq!(typed_name(before), name, "{before}");
        }
        assert_eq!(ended_name("so :rocket:"), Some("rocket"));
        assert_eq!(ended_name("10:30:"), None);
    }

    #[test]
    fn what_was_used_last_comes_first_and_once() {
        assert_eq!(used("", "👍"), "👍");
        assert_eq!(used("😀 👍 🚀", "👍"), "👍 😀 🚀");
        let many = (0..100).fold(String::new(), |kept, number| used(&kept, &number.to_string()));
        assert_eq!(many.split(' ').count(), RECENT_MAX);
    }
}
