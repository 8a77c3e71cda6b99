//! Numbers between the user and the server: what somebody types is the server's to read, since only it has the numbering
//! plans and knows its region. What is kept, proved and looked up is the form that it answers with.

use client_api::UserError;
use client_api::number::e164_digits;

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
    e164_digits(&number).is_some().then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_server_says_counts_and_must_be_a_number() {
        let canonical = |told: &str, typed| canonical(told.to_owned(), typed);
        assert_eq!(canonical("+4915177700033", "0151 77700033").as_deref(), Some("+4915177700033"));
        assert_eq!(canonical("", "+49 151 77700033").as_deref(), Some("+4915177700033"));
        for (told, typed) in [("", "0151 77700033"), ("0151", "+49 151 77700033"), ("+49 151", "+49 151 77700033")] {
            assert_eq!(canonical(told, typed), None, "{told:?} for {typed:?}");
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
