//! Telephone numbers as people read them. Everywhere else they are in E.164, which the server makes of what somebody types.

/// Country codes of two digits; 1 and 7 are alone, all others have three (ITU-T E.164).
const OF_TWO_DIGITS: [&str; 44] = [
    "20", "27", "30", "31", "32", "33", "34", "36", "39", "40", "41", "43", "44", "45", "46", "47", "48", "49", "51",
    "52", "53", "54", "55", "56", "57", "58", "60", "61", "62", "63", "64", "65", "66", "81", "82", "84", "86", "90",
    "91", "92", "93", "94", "95", "98",
];

/// `+49 151 77700033` for `+4915177700033`. What is not in E.164 is shown as it is.
pub fn shown(number: &str) -> String {
    let Some(digits) = e164_digits(number) else { return number.to_owned() };
    let (country, rest) = digits.split_at(country_code_len(digits));
    let (area, line) = rest.split_at(rest.len().min(3));
    // North America groups its numbers alike everywhere; of others only the first group is worth a gap.
    match (country, line.split_at_checked(3)) {
        ("1", Some((exchange, line))) if rest.len() == 10 => format!("+1 {area} {exchange} {line}"),
        _ if line.len() < 3 => format!("+{country} {rest}"),
        _ => format!("+{country} {area} {line}"),
    }
}

/// What follows the `+`, where this is a number in E.164.
pub fn e164_digits(number: &str) -> Option<&str> {
    number
        .strip_prefix('+')
        .filter(|digits| (5..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()))
}

fn country_code_len(digits: &str) -> usize {
    match digits.get(..2) {
        Some(start) if start.starts_with(['1', '7']) => 1,
        Some(start) if OF_TWO_DIGITS.contains(&start) => 2,
        _ => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_shown_in_groups_and_anything_else_as_it_is() {
        for (number, expected) in [
            ("+4915177700033", "+49 151 77700033"),
            ("+14155552671", "+1 415 555 2671"),
            ("+35312345678", "+353 123 45678"),
            ("+39066982", "+39 066 982"),
            ("+2901234", "+290 1234"),
            ("+7701234", "+7 701 234"),
            ("", ""),
            ("+49", "+49"),
            ("+49 151", "+49 151"),
            ("hello", "hello"),
            ("+é1234567", "+é1234567"),
            ("+1234567890123456", "+1234567890123456"),
        ] {
            assert_eq!(shown(number), expected);
        }
    }
}
