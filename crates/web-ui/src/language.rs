//! The language of the pages: finds words by their names in one Fluent bundle (`web/languages`), and writes numbers, days and times as its
//! readers do. The pages begin in one language and keep it; whoever wants another one opens them anew.
//! Knows neither which language is wanted (`boot.js`) nor what a browser knows of it (`platform::formats`).

use fluent_bundle::{FluentArgs, FluentBundle, FluentResource};
use std::borrow::Cow;
use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;

/// The languages that there are, each by its tag (BCP 47) and its own name.
pub const LANGUAGES: [(&str, &str); 5] =
    [("en", "English"), ("de", "Deutsch"), ("es", "Español"), ("pt", "Português"), ("ar", "العربية")];

/// How numbers, days and times are written.
pub struct Formats {
    /// From Monday on, as they stand alone.
    pub weekdays: [String; 7],
    /// The names of the day's halves, where it has twice twelve hours.
    pub halves: Option<[String; 2]>,
    /// Between thousands.
    pub group: String,
    /// Before tenths.
    pub decimal: String,
    /// Writes a date in full, of year, month (from 1) and day.
    pub date: Box<dyn Fn(i64, usize, i64) -> String>,
}

/// Those of them that are written from right to left.
const RIGHT_TO_LEFT: [&str; 1] = ["ar"];

/// Words and formats of one language.
pub struct Language {
    tag: String,
    bundle: FluentBundle<FluentResource>,
    /// Words that are put together, each once.
    kept: RefCell<HashMap<&'static str, &'static str>>,
    formats: Formats,
}

thread_local! {
    static SPOKEN: OnceCell<&'static Language> = const { OnceCell::new() };
}

impl Language {
    /// Of a tag and the text of a file of words. What cannot be read of it is left out: its name stands in its place.
    #[must_use]
    pub fn new(tag: &str, words: String, formats: Formats) -> Self {
        let resource = FluentResource::try_new(words).unwrap_or_else(|(readable, _)| readable);
        let mut bundle = FluentBundle::new(vec![tag.parse().unwrap_or_default()]);
        // Names of people bring marks of their own; numbers and times need none.
        bundle.set_use_isolating(false);
        bundle.add_resource_overriding(resource);
        Self { tag: tag.to_owned(), bundle, kept: RefCell::default(), formats }
    }

    fn said(&self, name: &'static str, args: Option<&FluentArgs<'_>>) -> Cow<'_, str> {
        let Some(pattern) = self.bundle.get_message(name).and_then(|message| message.value()) else {
            return Cow::Borrowed(name);
        };
        // Of an argument that is not there its name is said: what is said is never nothing.
        self.bundle.format_pattern(pattern, args, &mut Vec::new())
    }

    fn word(&'static self, name: &'static str) -> &'static str {
        match self.said(name, None) {
            Cow::Borrowed(word) => word,
            Cow::Owned(word) => self.kept.borrow_mut().entry(name).or_insert_with(|| Box::leak(word.into_boxed_str())),
        }
    }
}

/// Once, before the pages begin.
pub fn speak(language: Language) {
    SPOKEN.with(|spoken| {
        let _ = spoken.set(Box::leak(Box::new(language)));
    });
}

fn spoken() -> &'static Language {
    SPOKEN.with(|spoken| *spoken.get_or_init(|| Box::leak(Box::new(first()))))
}

/// What is spoken where nobody said: tests look for English words.
#[cfg(not(target_family = "wasm"))]
fn first() -> Language {
    Language::new("en", include_str!("../web/languages/en.ftl").to_owned(), Formats::english())
}

/// Pages begin with the words that `boot.js` brings.
#[cfg(target_family = "wasm")]
fn first() -> Language {
    Language::new("en", String::new(), Formats::english())
}

impl Formats {
    /// As English is written in most of the world.
    #[must_use]
    pub fn english() -> Self {
        const MONTHS: &str = "January February March April May June July August September October November December";
        let weekdays = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
        let date = |year, month: usize, day| {
            let month = MONTHS.split(' ').nth(month.saturating_sub(1)).unwrap_or_default();
            format!("{day} {month} {year}")
        };
        Self {
            weekdays: weekdays.map(str::to_owned),
            halves: None,
            group: ",".to_owned(),
            decimal: ".".to_owned(),
            date: Box::new(date),
        }
    }

    fn time(&self, hour: i64, minute: i64) -> String {
        let Some([before, after]) = &self.halves else { return format!("{hour:02}:{minute:02}") };
        let half = if hour < 12 { before } else { after };
        // Not broken between the two.
        format!("{}:{minute:02}\u{a0}{half}", (hour + 11) % 12 + 1)
    }

    fn tenths(&self, number: f64) -> String {
        format!("{number:.1}").replace('.', &self.decimal)
    }

    fn grouped(&self, number: u64) -> String {
        let digits = number.to_string();
        let mut text = String::with_capacity(digits.len() + digits.len() / 3);
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                text.push_str(&self.group);
            }
            text.push(digit);
        }
        text
    }
}

/// Words that need nothing to be filled in.
pub(crate) fn word(name: &'static str) -> &'static str {
    spoken().word(name)
}

/// Words with something filled in.
pub(crate) fn sentence(name: &'static str, args: &FluentArgs<'_>) -> String {
    spoken().said(name, Some(args)).into_owned()
}

/// The tag of the language that is spoken.
pub fn tag() -> &'static str {
    &spoken().tag
}

/// Its words are written from right to left.
pub fn is_right_to_left() -> bool {
    RIGHT_TO_LEFT.contains(&tag())
}

/// The name of a day of the week, 0 for Monday.
pub(crate) fn weekday(day: usize) -> &'static str {
    spoken().formats.weekdays.get(day).map_or("", String::as_str)
}

/// A date in full, as "3 November 2026": month from 1.
pub(crate) fn date(year: i64, month: usize, day: i64) -> String {
    (spoken().formats.date)(year, month, day)
}

/// A time of the day, as "14:05" or "2:05 PM".
pub(crate) fn time(hour: i64, minute: i64) -> String {
    spoken().formats.time(hour, minute)
}

/// A number with its tenths, as "1.5".
pub(crate) fn tenths(number: f64) -> String {
    spoken().formats.tenths(number)
}

/// A number with its thousands apart, as "12,345".
pub(crate) fn grouped(number: u64) -> String {
    spoken().formats.grouped(number)
}

/// Functions that say the words of their name.
macro_rules! says {
    ($($(#[$about:meta])* $name:ident)*) => {$(
        $(#[$about])*
        #[must_use]
        pub fn $name() -> &'static str {
            $crate::language::word(stringify!($name))
        }
    )*};
}

/// Says the words of a name with arguments filled in: `told!(joined, who: name, chats: 3)`.
macro_rules! told {
    ($name:ident) => {
        $crate::language::word(stringify!($name)).to_owned()
    };
    ($name:ident $(, $arg:ident: $value:expr)+ $(,)?) => {{
        let mut args = fluent_bundle::FluentArgs::new();
        $(args.set(stringify!($arg), $value);)+
        $crate::language::sentence(stringify!($name), &args)
    }};
}

pub(crate) use {says, told};

#[cfg(test)]
#[path = "language/language_tests.rs"]
mod tests;
