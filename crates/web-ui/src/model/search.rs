//! Finding a person by what is typed: a part of the name, whatever its case, accents and marks; or a part of the number, in any form in
//! which people write it. Knows no list and no field.

/// Takes letters apart from their marks, and gives letters of one meaning one form (Unicode's NFKD). Given from outside: browsers have it.
pub type Decompose = fn(&str) -> String;

/// By what somebody is found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Findable {
    name: String,
    digits: String,
}

/// What was found; what comes first stands first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Found {
    ByName,
    ByNumber,
}

/// What is looked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    words: Vec<String>,
    number: Option<NumberPart>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum NumberPart {
    /// After a plus: the number begins so.
    Start(String),
    /// The number holds this.
    Within(String),
}

impl Findable {
    /// Somebody of a name and a number, which may be empty.
    pub fn new(name: &str, number: &str, decompose: Decompose) -> Self {
        Self { name: folded(name, decompose), digits: digits(number) }
    }

    /// Both are called the same, as far as a reader sees.
    pub fn is_namesake_of(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Query {
    /// What was typed.
    pub fn new(typed: &str, decompose: Decompose) -> Self {
        let typed = folded(typed, decompose);
        Self {
            words: typed.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect(),
            number: number_part(&typed),
        }
    }

    /// Nothing was typed: everything fits.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// Whether and how somebody is found.
    pub fn finds(&self, whom: &Findable) -> Option<Found> {
        if self.words.iter().all(|word| whom.name.contains(word.as_str())) {
            return Some(Found::ByName);
        }
        let fits = match self.number.as_ref()? {
            NumberPart::Start(start) => !whom.digits.is_empty() && whom.digits.starts_with(start.as_str()),
            NumberPart::Within(part) => {
                // At home a zero stands in place of the country, abroad two stand in place of the plus; some countries keep theirs.
                let inner = part.trim_start_matches('0');
                whom.digits.contains(part.as_str()) || (!inner.is_empty() && whom.digits.contains(inner))
            }
        };
        fits.then_some(Found::ByNumber)
    }
}

/// What is typed as a number: "+49 151", "0151/777", "(0151) 777 0", "+49 (0)151"; without hyphens.
fn number_part(typed: &str) -> Option<NumberPart> {
    let written = typed.replace("(0)", "");
    let is_part = |letter: char| letter.is_ascii_digit() || " +()/.".contains(letter);
    if !written.chars().all(is_part) {
        return None;
    }
    let digits = digits(&written);
    if written.trim_start_matches('(').starts_with('+') {
        return Some(NumberPart::Start(digits));
    }
    (!digits.is_empty()).then_some(NumberPart::Within(digits))
}

fn digits(written: &str) -> String {
    written.chars().filter(char::is_ascii_digit).collect()
}

/// As names are compared: letters without their marks, of one case, single spaces; what joins the parts of a name is not looked at.
fn folded(text: &str, decompose: Decompose) -> String {
    let mut plain = String::with_capacity(text.len());
    let text: String = text.chars().filter(|letter| !joins(*letter)).collect();
    if text.is_ascii() {
        plain.push_str(&text.to_ascii_lowercase());
    } else {
        for letter in decompose(&text.to_lowercase()).chars().filter(|letter| !is_mark(*letter)) {
            match twin(letter) {
                Some(twin) => plain.push_str(twin),
                None => plain.push(letter),
            }
        }
    }
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Apostrophes and hyphens, as keyboards, typesetters and scripts have them: "O'Brien" is typed as "obrien", "Anne-Marie" in any way.
fn joins(letter: char) -> bool {
    matches!(letter,
        '\'' | '`' | '\u{b4}' | '\u{2b9}'..='\u{2bf}' | '\u{2c8}' | '\u{2018}'..='\u{201b}' | '\u{2032}' | '\u{2035}' | '\u{a78b}' | '\u{a78c}'
        | '\u{ff07}' | '\u{ff40}' | '\u{55a}' | '\u{5f3}'
        | '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' | '\u{ff0d}' | '\u{58a}' | '\u{5be}')
}

/// What people leave out: accents, vowel points, and signs that are not seen. Marks without which a letter is another one (the vowels of
/// Indic scripts, the voicing of kana) are none of these.
fn is_mark(letter: char) -> bool {
    matches!(letter,
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fe00}'..='\u{fe0f}'
        | '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{fe20}'..='\u{fe2f}'
        // Hebrew.
        | '\u{591}'..='\u{5bd}' | '\u{5bf}' | '\u{5c1}' | '\u{5c2}' | '\u{5c4}' | '\u{5c5}' | '\u{5c7}'
        // Arabic, with the line that makes a word longer.
        | '\u{610}'..='\u{61a}' | '\u{640}' | '\u{64b}'..='\u{65f}' | '\u{670}' | '\u{6d6}'..='\u{6dc}' | '\u{6df}'..='\u{6e4}'
        | '\u{6e7}' | '\u{6e8}' | '\u{6ea}'..='\u{6ed}')
}

/// What a keyboard without the letter has in its place; letters that cannot be taken apart, and the digits of Arabic and Persian.
fn twin(letter: char) -> Option<&'static str> {
    const DIGITS: [&str; 10] = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];
    Some(match letter {
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'ø' => "o",
        'đ' | 'ð' => "d",
        'ł' => "l",
        'ħ' => "h",
        'ı' => "i",
        'þ' => "th",
        'ς' => "σ",
        '\u{649}' | '\u{6cc}' => "\u{64a}",
        '\u{6a9}' => "\u{643}",
        '\u{629}' => "\u{647}",
        '\u{660}'..='\u{669}' => DIGITS.get(letter as usize - 0x660)?,
        '\u{6f0}'..='\u{6f9}' => DIGITS.get(letter as usize - 0x6f0)?,
        _ => return None,
    })
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// As browsers do it, for the letters of these tests.
    pub(crate) fn decompose(text: &str) -> String {
        const APART: [(char, &str); 9] = [
            ('が', "か\u{3099}"),
            ('é', "e\u{301}"),
            ('ü', "u\u{308}"),
            ('ä', "a\u{308}"),
            ('ö', "o\u{308}"),
            ('й', "и\u{306}"),
            ('ё', "е\u{308}"),
            ('ώ', "ω\u{301}"),
            ('أ', "ا\u{654}"),
        ];
        text.chars()
            .map(|letter| {
                APART
                    .iter()
                    .find(|(whole, _)| *whole == letter)
                    .map_or(letter.to_string(), |(_, apart)| (*apart).to_owned())
            })
            .collect()
    }

    fn found(typed: &str, name: &str, number: &str) -> Option<Found> {
        Query::new(typed, decompose).finds(&Findable::new(name, number, decompose))
    }

    #[test]
    fn a_name_is_found_without_its_accents_in_any_case_and_with_them() {
        for (typed, name) in [
            ("jose", "José Marti"),
            ("JOSÉ", "Jose Marti"),
            ("Zurich", "Zürich Tower"),
            ("zürich", "Zürich Tower"),
            ("маиоров", "Майоров"),
            ("МАЙ", "Майоров"),
            ("алена", "Алёна"),
            ("γιωργος", "Γιώργος"),
            ("احمد", "أَحْمَد"),
            ("سارا احمدى", "سارا احمدی"),
            ("strasse", "Straße 7"),
            ("soren", "Søren"),
            ("lukasz", "Łukasz"),
            ("marti jose", "José Marti"),
            ("obrien", "Mary O'Brien"),
            ("o’brien", "O'Brien"),
            ("O'Brien", "O’Brien"),
            ("o´brien", "OBrien"),
            ("ʻokelani", "O'kelani"),
            ("annemarie", "Anne-Marie"),
            ("anne marie", "Anne\u{2011}Marie"),
            ("anne-marie", "Annemarie"),
            ("marie", "Anne–Marie"),
            ("'", "Gerard 't Hooft"),
            ("-", "Ada"),
            ("  ada   love ", "Ada Lovelace"),
            ("", "Ada"),
        ] {
            assert_eq!(found(typed, name, ""), Some(Found::ByName), "{typed} finds {name}");
        }
        // A vowel of Hindi and the voicing of a kana are no accents.
        for (typed, name) in [("josef", "José"), ("ada x", "Ada Lovelace"), ("कि", "का"), ("が", "か")] {
            assert_eq!(found(typed, name, ""), None, "{typed} does not find {name}");
        }
    }

    #[test]
    fn a_number_is_found_in_any_form_in_which_it_is_typed() {
        const NUMBER: &str = "+4915177700033";
        for typed in [
            "0151 777",
            "151777",
            "+49151",
            "+49 151 777",
            "0049 151",
            "+",
            "+49 (0)151 777",
            "+49-151-777",
            "0151\u{2013}777",
            "(0151) 777-000",
            "0151/777.00",
            "٠١٥١",
            "۱۵۱",
            "033",
            "77700033",
            "0",
        ] {
            assert_eq!(found(typed, "Ada", NUMBER), Some(Found::ByNumber), "{typed}");
        }
        for typed in ["+151", "0152", "+49152", "151a", "(", "+4 9 2"] {
            assert_eq!(found(typed, "Ada", NUMBER), None, "{typed}");
        }
        assert_eq!(found("06 123", "Ada", "+39061234567"), Some(Found::ByNumber), "Italy keeps its zero");
        assert_eq!(found("+49", "Ada", ""), None, "there is no number");
        assert_eq!(found("+", "Notes", ""), None, "there is no number");
        assert_eq!(found("42", "Team 42", "+4915142"), Some(Found::ByName), "a name comes before a number");
    }

    #[test]
    fn namesakes_are_those_whom_a_reader_takes_for_one() {
        let named = |name| Findable::new(name, "", decompose);
        assert!(named("José  Marti").is_namesake_of(&named("jose marti\u{200b}")));
        assert!(!named("José").is_namesake_of(&named("Josef")));
    }
}
