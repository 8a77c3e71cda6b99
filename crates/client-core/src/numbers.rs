//! Numbers between the user and the server: what somebody types is the server's to read, since only it has the numbering
//! plans and knows its region. What is kept, proved and looked up is the form that it answers with.

use client_api::UserError;
use client_api::number::e164_digits;

/// The last digits of a number, which no way to write it changes.
const TYPED_END_LEN: usize = 6;
/// No way to write a number is longer.
const TYPED_LEN_MAX: usize = 96;

/// What the server is asked about; refused where it cannot be a number at all.
pub(crate) fn typed(text: &str) -> Result<String, UserError> {
    let text = text.trim();
    if text.len() > TYPED_LEN_MAX || !text.chars().any(char::is_numeric) {
        return Err(UserError::NumberInvalid);
    }
    Ok(text.to_owned())
}

/// The form that the server gave to what was typed; an older server says none, and takes numbers of this form only.
/// `None` where it said something that is no number: nothing must be derived from that.
pub(crate) fn canonical(told: String, typed: &str) -> Option<String> {
    let number = if told.is_empty() { typed.split_whitespace().collect() } else { told };
    (e164_digits(&number).is_some() && is_written_so(&number, typed)).then_some(number)
}

/// A number of another account, as the server says it: empty where it is none, as it would stand as a name.
pub(crate) fn of_another(told: &str) -> &str {
    if e164_digits(told).is_some() { told } else { "" }
}

/// Whatever form it has, a number ends as it was typed: the server gives nobody another one. Digits of other scripts are not compared.
fn is_written_so(number: &str, typed: &str) -> bool {
    let last = |text: &str| -> String { text.chars().rev().filter(char::is_ascii_digit).take(TYPED_END_LEN).collect() };
    let typed = last(typed);
    typed.is_empty() || last(number).starts_with(&typed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_server_says_counts_and_must_be_a_number() {
        let canonical = |told: &str, typed| canonical(told.to_owned(), typed);
        assert_eq!(canonical("+4915177700033", "0151 77700033").as_deref(), Some("+4915177700033"));
        assert_eq!(canonical("", "+49 151 77700033").as_deref(), Some("+4915177700033"));
        assert_eq!(canonical("+4915177700033", "٠١٥١ ٧٧٧٠٠٠٣٣").as_deref(), Some("+4915177700033"));
        let wrong = [
            ("", "0151 77700033"),
            ("0151", "+49 151 77700033"),
            ("+49 151", "+49 151 77700033"),
            ("+4915177700034", "+49 151 77700033"),
        ];
        for (told, typed) in wrong {
            assert_eq!(canonical(told, typed), None, "{told:?} for {typed:?}");
        }
    }

    #[test]
    fn a_name_is_nobodys_number() {
        assert_eq!(of_another("+4915177700033"), "+4915177700033");
        for told in ["Mum (new phone)", "", "+49 151", "\u{202e}+4915177700033"] {
            assert_eq!(of_another(told), "");
        }
    }

    #[test]
    fn what_has_no_digit_or_no_end_is_not_asked_about() {
        assert_eq!(typed(" 0151 77700033 ").as_deref(), Ok("0151 77700033"));
        assert!(typed("٠١٥١").is_ok());
        for text in ["", " ", "hello", &"1".repeat(97)] {
            assert_eq!(typed(text), Err(UserError::NumberInvalid), "{text}");
        }
    }
}
