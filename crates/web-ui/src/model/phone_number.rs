//! A phone number as people read it: the country's code, and groups. Knows where codes end, and no country's own habits but North America's:
//! the tables of all of them are larger than this program.

/// Country codes of two digits; 1 and 7 have one, all others three.
const TWO_DIGITS: [&str; 44] = [
    "20", "27", "30", "31", "32", "33", "34", "36", "39", "40", "41", "43", "44", "45", "46", "47", "48", "49", "51",
    "52", "53", "54", "55", "56", "57", "58", "60", "61", "62", "63", "64", "65", "66", "81", "82", "84", "86", "90",
    "91", "92", "93", "94", "95", "98",
];

/// "+49 151 77700033"; what is no number of this form stays as it is.
pub fn shown(number: &str) -> String {
    let Some(digits) = number.strip_prefix('+').filter(|digits| digits.bytes().all(|digit| digit.is_ascii_digit()))
    else {
        return number.to_owned();
    };
    let code = match digits.get(..2) {
        Some(start) if start.starts_with(['1', '7']) => 1,
        Some(start) if TWO_DIGITS.contains(&start) => 2,
        _ => 3,
    };
    let Some((code, mut rest)) = digits.split_at_checked(code) else { return number.to_owned() };
    let mut text = format!("+{code}");
    let groups: &[usize] = if code == "1" && rest.len() == 10 { &[3, 3] } else { &[3] };
    for group in groups {
        // What is left is a group too, not a digit or two.
        if let Some((head, tail)) = rest.split_at_checked(*group).filter(|(_, tail)| tail.len() > 2) {
            text.push(' ');
            text.push_str(head);
            rest = tail;
        }
    }
    if !rest.is_empty() {
        text.push(' ');
        text.push_str(rest);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_shown_in_groups() {
        for (number, wanted) in [
            ("+4915177700033", "+49 151 77700033"),
            ("+15550100123", "+1 555 010 0123"),
            ("+79123456789", "+7 912 3456789"),
            ("+989123456789", "+98 912 3456789"),
            ("+351912345678", "+351 912 345678"),
            ("+49110", "+49 110"),
            ("+4911012", "+49 11012"),
            ("+49", "+49"),
            ("+4", "+4"),
            ("+", "+"),
            ("", ""),
            ("0151 7", "0151 7"),
            ("+49 151", "+49 151"),
            ("+é", "+é"),
        ] {
            assert_eq!(shown(number), wanted, "{number}");
        }
    }
}
