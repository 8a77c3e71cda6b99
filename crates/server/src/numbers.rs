//! Telephone numbers as people write them, and the one form in which the server keeps them and tells them: E.164. Knows no
//! account. Clients have no table of numbering plans: what they show, prove and look up is the form that is made here.

use phonenumber::country::{Id, Source};
use phonenumber::metadata::DATABASE;
use phonenumber::{Mode, PhoneNumber, Type};
use std::str::FromStr;

/// Nobody writes a number longer than this, marks and spaces included.
const TEXT_LEN_MAX: usize = 96;
/// The fewest digits of a number of anybody, and the most that E.164 has.
const DIGITS: std::ops::RangeInclusive<usize> = 5..=15;
/// The international prefix that the ITU recommends, and that no national number begins with.
const INTERNATIONAL_PREFIX: &str = "00";
/// Zeros of the digits that keyboards and contact lists write: ASCII, Arabic, Persian, full width.
const ZEROS: [char; 4] = ['0', '\u{660}', '\u{6F0}', '\u{FF10}'];

/// The country whose numbers may be written without a country code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Region(Id);

/// No country with telephone numbers has this code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no country's code; it has two letters, as in DE or US")]
pub struct UnknownRegion;

impl FromStr for Region {
    type Err = UnknownRegion;

    fn from_str(text: &str) -> Result<Self, UnknownRegion> {
        let id = Id::from_str(&text.trim().to_ascii_uppercase()).map_err(|_| UnknownRegion)?;
        // Some countries have a code and no plan of their own; the parser takes it for granted.
        DATABASE.by_id(id.as_ref()).map(|_| Self(id)).ok_or(UnknownRegion)
    }
}

impl Region {
    /// The ISO 3166 code.
    pub fn code(self) -> String {
        self.0.as_ref().to_owned()
    }

    fn country_code(self) -> String {
        DATABASE.by_id(self.0.as_ref()).map(|plan| plan.country_code().to_string()).unwrap_or_default()
    }
}

/// Why a text is not taken for a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumberError {
    /// It is none, or none that can exist.
    Invalid,
    /// It may be one, but of which country is not said, or two of them are possible.
    NoCountry,
}

/// Reads a number and gives it in E.164. Taken are the international form, after a `+` or the prefix that is dialled in its
/// place; and where a region is known, its national form, and its own country code without a `+` if that cannot be
/// another number. A wrong guess would give somebody else's number: what can be read in two ways is refused.
pub fn read(text: &str, region: Option<Region>) -> Result<String, NumberError> {
    let Written { plus, digits } = Written::tidy(text).ok_or(NumberError::Invalid)?;
    if plus {
        return international(&digits).map(e164).ok_or(NumberError::Invalid);
    }
    if let Some(number) = digits.strip_prefix(INTERNATIONAL_PREFIX).and_then(international) {
        return Ok(e164(number));
    }
    match region {
        Some(region) => without_plus(&digits, region),
        None if digits.starts_with(INTERNATIONAL_PREFIX) || !DIGITS.contains(&digits.len()) => {
            Err(NumberError::Invalid)
        }
        None => Err(NumberError::NoCountry),
    }
}

fn without_plus(digits: &str, region: Region) -> Result<String, NumberError> {
    let national = national(digits, region);
    let with_code = digits.starts_with(&region.country_code()).then(|| international(digits)).flatten();
    match (national, with_code) {
        (Some(national), None) => Ok(e164(national)),
        (None, Some(with_code)) => Ok(e164(with_code)),
        (Some(national), Some(with_code)) => either(digits, national, with_code),
        (None, None) => dialled_abroad(digits, region).map(e164).ok_or(NumberError::Invalid),
    }
}

/// Both readings can exist. A national number that is written as its country writes it is one. Else something was left
/// out, the `+` or the first digit, and a mobile number is what accounts are registered with.
fn either(digits: &str, national: PhoneNumber, with_code: PhoneNumber) -> Result<String, NumberError> {
    let as_written_there = national.format().mode(Mode::National).to_string();
    if as_written_there.chars().filter(char::is_ascii_digit).eq(digits.chars())
        || e164(national.clone()) == e164(with_code.clone())
    {
        return Ok(e164(national));
    }
    match (is_mobile(&national), is_mobile(&with_code)) {
        (true, false) => Ok(e164(national)),
        (false, true) => Ok(e164(with_code)),
        _ => Err(NumberError::NoCountry),
    }
}

/// What follows a country code. A trunk prefix that stands there, with or without brackets, is dropped by the plan of
/// that country: `+49 (0) 151` has one, the 0 of `+39 06` belongs to the number.
fn international(digits: &str) -> Option<PhoneNumber> {
    phonenumber::parse(None, format!("+{digits}")).ok().filter(can_exist)
}

/// The parser knows the trunk prefixes of its region only, and takes a mobile number of Italy's 393 for one with a country
/// code: what it makes of the number alone is looked at first, and then the number behind its country code.
fn national(digits: &str, region: Region) -> Option<PhoneNumber> {
    phonenumber::parse(Some(region.0), digits)
        .ok()
        .filter(|number| number.code().source() == Source::Default && can_exist(number))
        .or_else(|| international(&format!("{}{digits}", region.country_code())))
}

/// After the region's own international prefix, as 011 in America.
fn dialled_abroad(digits: &str, region: Region) -> Option<PhoneNumber> {
    let prefix = DATABASE.by_id(region.0.as_ref())?.international_prefix()?.find(digits)?;
    (prefix.start() == 0).then(|| digits.get(prefix.end()..)).flatten().and_then(international)
}

/// Some plans allow more digits than E.164 has room for behind their country code, and some numbers are read as another one
/// when they are written as they were read. What is given out must be taken again, and as the same number.
fn can_exist(number: &PhoneNumber) -> bool {
    let text = e164(number.clone());
    let again = phonenumber::parse(None, &text).ok().filter(PhoneNumber::is_valid).map(e164);
    number.is_valid() && DIGITS.contains(&text.trim_start_matches('+').len()) && again == Some(text)
}

fn is_mobile(number: &PhoneNumber) -> bool {
    matches!(number.number_type(&DATABASE), Type::Mobile | Type::FixedLineOrMobile)
}

fn e164(number: PhoneNumber) -> String {
    number.format().mode(Mode::E164).to_string()
}

/// A text without what stands between digits.
struct Written {
    plus: bool,
    digits: String,
}

impl Written {
    /// `None` where something is in it that no number has, such as letters or an extension.
    fn tidy(text: &str) -> Option<Self> {
        if text.len() > TEXT_LEN_MAX {
            return None;
        }
        let text = text.trim();
        let text = text
            .get(..4)
            .filter(|start| start.eq_ignore_ascii_case("tel:"))
            .map_or(text, |_| text.get(4..).unwrap_or_default());
        let mut written = Self { plus: false, digits: String::new() };
        for character in text.chars() {
            match character {
                '+' | '\u{FF0B}' if !written.plus && written.digits.is_empty() => written.plus = true,
                // Slashes, dots and dashes of every kind, and the marks of direction that contact lists copy along.
                '-' | '.' | '/' | '(' | ')' | '\u{AD}' | '\u{2010}'..='\u{2015}' | '\u{2212}' => {}
                '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}' => {}
                character if character.is_whitespace() => {}
                character => written.digits.push(digit(character)?),
            }
        }
        Some(written)
    }
}

fn digit(character: char) -> Option<char> {
    let value = |zero: &char| u32::from(character).checked_sub(u32::from(*zero)).filter(|value| *value < 10);
    ZEROS.iter().find_map(value).and_then(|value| char::from_digit(value, 10))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn region(code: &str) -> Option<Region> {
        (!code.is_empty()).then(|| code.parse().unwrap())
    }

    #[track_caller]
    fn check(code: &str, cases: &[(&str, Result<&str, NumberError>)]) {
        for (text, expected) in cases {
            assert_eq!(read(text, region(code)), expected.map(str::to_owned), "{text:?} in {code:?}");
        }
    }

    const MOBILE: Result<&str, NumberError> = Ok("+4915177700033");
    const INVALID: Result<&str, NumberError> = Err(NumberError::Invalid);
    const NO_COUNTRY: Result<&str, NumberError> = Err(NumberError::NoCountry);

    #[test]
    fn every_way_to_write_a_number_is_the_same_number() {
        check(
            "DE",
            &[
                ("+4915177700033", MOBILE),
                ("+49 151 77700033", MOBILE),
                ("+49 (0) 151 / 777-000-33", MOBILE),
                ("+49 0151 77700033", MOBILE),
                ("0049 151 77700033", MOBILE),
                ("0049 (0)151 77700033", MOBILE),
                ("49 151 77700033", MOBILE),
                ("0151 77700033", MOBILE),
                ("(0151) 777.000.33", MOBILE),
                ("(0)151 77700033", MOBILE),
                ("151 77700033", MOBILE),
                ("tel:+49-151-77700033", MOBILE),
                ("\u{202a}+49 151 77700033\u{202c}", MOBILE),
                ("\u{FF0B}٤٩ ١٥١ ٧٧٧٠٠٠٣٣", MOBILE),
                ("030 901820", Ok("+4930901820")),
                ("+39 06 6982", Ok("+39066982")),
                ("0039 06 6982", Ok("+39066982")),
                ("+1 415 555 2671", Ok("+14155552671")),
            ],
        );
    }

    #[test]
    fn a_trunk_prefix_is_dropped_where_it_is_one() {
        check(
            "",
            &[
                ("+49 (0) 151 77700033", MOBILE),
                ("+44 (0) 7400 123456", Ok("+447400123456")),
                ("+39 (0) 6 6982", Ok("+39066982")),
                ("+34 (0) 612 345 678", INVALID),
            ],
        );
    }

    #[test]
    fn without_a_region_the_country_has_to_be_said() {
        check(
            "",
            &[
                ("0049 151 77700033", MOBILE),
                ("0151 77700033", NO_COUNTRY),
                ("4915177700033", NO_COUNTRY),
                ("(415) 555-2671", NO_COUNTRY),
                ("00 151", INVALID),
            ],
        );
    }

    #[test]
    fn other_regions_write_in_their_own_way() {
        check(
            "US",
            &[
                ("(415) 555-2671", Ok("+14155552671")),
                ("1 415 555 2671", Ok("+14155552671")),
                ("011 49 151 77700033", MOBILE),
                ("0049 151 77700033", MOBILE),
                // As many digits as Denmark has after its 45; it is Oregon.
                ("458 234 5678", Ok("+14582345678")),
                ("4915177700033", INVALID),
            ],
        );
        check("IT", &[("06 6982", Ok("+39066982")), ("39 347 1234567", Ok("+393471234567"))]);
        check("IT", &[("393 123 4567", Ok("+393931234567"))]);
        check("ES", &[("672 312 345", Ok("+34672312345"))]);
    }

    #[test]
    fn what_may_be_two_numbers_is_neither() {
        // Without its first 0, or with the country's code and without its +.
        check("DE", &[("49 30 901820", NO_COUNTRY), ("+49 30 901820", Ok("+4930901820"))]);
        check("AT", &[("435260112", NO_COUNTRY), ("+435260112", Ok("+435260112")), ("0435260112", Ok("+43435260112"))]);
    }

    #[test]
    fn what_cannot_be_given_out_is_not_taken() {
        check("", &[("+55 0900 000 000", INVALID), ("+55 900 000 000", INVALID)]);
        check(
            "DE",
            &[
                ("0520 10000000000", INVALID),
                ("+49 520 10000000000", INVALID),
                ("0520 1000000000", Ok("+495201000000000")),
            ],
        );
    }

    #[test]
    fn nonsense_is_no_number() {
        let long = "1".repeat(TEXT_LEN_MAX + 1);
        for code in ["", "DE", "US"] {
            let cases =
                ["", " ", "hello", "+", "+1", "12", "+49", "++49 151 77700033", "49+15177700033", "+999999999999999"];
            check(code, &cases.map(|text| (text, INVALID)));
            let cases = ["+49 151 2345678901234567890123", "+49 151 77700033 ext 5", "+49 151 FLOWERS", "📞", &long];
            check(code, &cases.map(|text| (text, INVALID)));
        }
    }

    #[test]
    fn a_region_is_a_country_with_telephones() {
        assert_eq!("de".parse::<Region>().map(Region::code), Ok("DE".to_owned()));
        for code in ["", "D", "DEU", "XX", "49", "EU", "AQ", "déjà"] {
            assert_eq!(code.parse::<Region>(), Err(UnknownRegion), "{code}");
        }
    }

    proptest! {
        #[test]
        fn what_is_taken_for_a_number_is_e164_and_the_same_everywhere(
            text in r"\+?[0-9 ()/.;=ex\-]{0,40}|(\+|00|0)?(1|39|43|44|49|7|52|54|55|61|81|82|225)?0?[1-9][0-9]{6,10}|.{0,40}",
            code in prop::sample::select(vec!["", "DE", "US", "IT", "AT", "GB", "RU", "AR", "MX", "BR", "JP", "AU", "CI", "KR"]),
        ) {
            if let Ok(number) = read(&text, region(code)) {
                let digits = number.strip_prefix('+').unwrap_or_default();
                prop_assert!(DIGITS.contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()), "{}", number);
                for code in ["", code, "DE", "US", "IT"] {
                    prop_assert_eq!(read(&number, region(code)), Ok(number.clone()), "{} in {:?}", &text, code);
                }
            }
        }

        #[test]
        fn spaces_and_signs_between_the_digits_change_nothing(
            start in prop::sample::select(vec!["+49", "0049", "49", "0", "+490", "00490"]),
            subscriber in "15[127][0-9]{8}",
            between in prop::collection::vec(prop::sample::select(vec!["", "", "", " ", "-", "/", ".", "(", ")", "\u{a0}", "\u{2011}"]), 17),
        ) {
            let digits = format!("{start}{subscriber}");
            let text: String = digits.chars().zip(&between).flat_map(|(digit, sign)| [String::from(digit), (*sign).to_owned()]).collect();
            prop_assert_eq!(read(&text, region("DE")), Ok(format!("+49{subscriber}")), "{}", text);
        }
    }
}
