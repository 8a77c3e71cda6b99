//! Messages that are nothing but a few emoji, which are shown large. Told by the blocks of Unicode that pictures lie in: the table of all
//! emoji is not part of the program.

use std::iter::Peekable;
use std::str::Chars;

/// More are as high as other text.
const ALONE_MAX: usize = 3;
/// Code points between two joiners, and joined ones: families have seven with skins.
const PARTS_MAX: usize = 12;

/// One to three emoji, and nothing else but spaces.
pub fn is_emoji_alone(text: &str) -> bool {
    let mut letters = text.trim().chars().peekable();
    let mut count = 0;
    while letters.peek().is_some() {
        if letters.next_if_eq(&' ').is_some() {
            continue;
        }
        count += 1;
        if count > ALONE_MAX || !take_emoji(&mut letters) {
            return false;
        }
    }
    count > 0
}

/// Takes one; whether it was one.
fn take_emoji(letters: &mut Peekable<Chars<'_>>) -> bool {
    let Some(first) = letters.next() else { return false };
    let has_variant = letters.next_if_eq(&'\u{FE0F}').is_some();
    match first {
        '0'..='9' | '#' | '*' => return letters.next_if_eq(&'\u{20E3}').is_some(),
        '\u{1F1E6}'..='\u{1F1FF}' => {
            return letters.next_if(|letter| ('\u{1F1E6}'..='\u{1F1FF}').contains(letter)).is_some();
        }
        _ if is_picture(first) => {}
        _ if may_be_picture(first) && (has_variant || letters.peek().copied().is_some_and(is_skin)) => {}
        _ => return false,
    }
    for _ in 0..PARTS_MAX {
        if letters.next_if_eq(&'\u{200D}').is_some() {
            if letters.next_if(|letter| is_picture(*letter) || may_be_picture(*letter)).is_none() {
                return false;
            }
        } else if letters
            .next_if(|letter| is_skin(*letter) || matches!(letter, '\u{FE0F}' | '\u{E0020}'..='\u{E007F}'))
            .is_none()
        {
            break;
        }
    }
    // Whoever asks for letters in place of pictures gets them.
    letters.peek() != Some(&'\u{FE0E}')
}

fn is_skin(letter: char) -> bool {
    ('\u{1F3FB}'..='\u{1F3FF}').contains(&letter)
}

/// With the sign of the variant, or joined.
fn may_be_picture(letter: char) -> bool {
    matches!(letter, '\u{A9}' | '\u{AE}' | '\u{203C}' | '\u{2049}' | '\u{2122}' | '\u{2139}' | '\u{2190}'..='\u{21FF}' | '\u{2300}'..='\u{23FF}'
        | '\u{24C2}' | '\u{25A0}'..='\u{27BF}' | '\u{2900}'..='\u{297F}' | '\u{2B00}'..='\u{2BFF}' | '\u{3030}' | '\u{303D}' | '\u{3297}' | '\u{3299}' | '\u{1F100}'..='\u{1F1E5}')
}

/// By itself: of the older blocks only those that Unicode gives colours without the sign of the variant.
fn is_picture(letter: char) -> bool {
    matches!(letter, '\u{1F000}'..='\u{1F0FF}' | '\u{1F18E}' | '\u{1F191}'..='\u{1F19A}' | '\u{1F200}'..='\u{1FAFF}'
        | '\u{231A}' | '\u{231B}' | '\u{23E9}'..='\u{23EC}' | '\u{23F0}' | '\u{23F3}' | '\u{25FD}' | '\u{25FE}' | '\u{2614}' | '\u{2615}'
        | '\u{2648}'..='\u{2653}' | '\u{267F}' | '\u{2693}' | '\u{26A1}' | '\u{26AA}' | '\u{26AB}' | '\u{26BD}' | '\u{26BE}' | '\u{26C4}' | '\u{26C5}'
        | '\u{26CE}' | '\u{26D4}' | '\u{26EA}' | '\u{26F2}' | '\u{26F3}' | '\u{26F5}' | '\u{26FA}' | '\u{26FD}' | '\u{2705}' | '\u{270A}' | '\u{270B}'
        | '\u{2728}' | '\u{274C}' | '\u{274E}' | '\u{2753}'..='\u{2755}' | '\u{2757}' | '\u{2795}'..='\u{2797}' | '\u{27B0}' | '\u{27BF}'
        | '\u{2B1B}' | '\u{2B1C}' | '\u{2B50}' | '\u{2B55}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_emoji_alone_are_told_from_text() {
        for text in ["👍", "👍🏽", "❤️", "👩‍👩‍👧‍👦", "🏳️‍🌈", "1️⃣", "🇩🇪", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "☕", "🧑🏽‍❤️‍💋‍🧑🏻", " 👍 ❤️😂 ", "🇩🇪🇫🇷"]
        {
            assert!(is_emoji_alone(text), "{text:?}");
        }
        for text in [
            "",
            "  ",
            "👍👍👍👍",
            "👍 so",
            "1",
            "#",
            "12",
            "©",
            "→",
            "❤",
            "👍\u{FE0E}",
            "🇩",
            "👍\u{200D}",
            "👍\n👍",
            "\u{200D}",
            "字",
        ] {
            assert!(!is_emoji_alone(text), "{text:?}");
        }
    }

    #[test]
    fn every_emoji_of_the_picker_is_shown_large() {
        for emoji in emojis::iter() {
            assert!(is_emoji_alone(emoji.as_str()), "{emoji}");
            for tone in emoji.skin_tones().into_iter().flatten() {
                assert!(is_emoji_alone(tone.as_str()), "{tone}");
            }
        }
    }
}
