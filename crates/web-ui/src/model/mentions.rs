//! Naming people in a text: where a text names somebody, what is offered while somebody is being named, and what is edited. Knows no page.

use client_api::{AccountId, EVERYBODY, MemberRow, Mention};
use std::ops::Range;

/// So many are offered.
const OFFERED_MAX: usize = 6;
/// Characters behind an "@" that may be the beginning of a name.
const TYPED_MAX: usize = 40;

/// Somebody to name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// What is written behind the "@".
    pub label: String,
    /// Who; `None`: everybody.
    pub account: Option<AccountId>,
}

/// The parts of a text that name somebody.
pub fn ranges(mentions: &[Mention]) -> Vec<Range<usize>> {
    let place = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
    mentions.iter().map(|mention| place(mention.at)..place(mention.at).saturating_add(place(mention.length))).collect()
}

/// What is being typed behind an "@" that begins a word, where this text ends.
pub fn typed_mention(before: &str) -> Option<&str> {
    let (text, name) = before.rsplit_once('@')?;
    let begins_word = text.chars().next_back().is_none_or(|letter| !letter.is_alphanumeric() && letter != '@');
    let is_name = name.chars().count() <= TYPED_MAX && !name.contains('\n') && !name.starts_with(char::is_whitespace);
    Some(name).filter(|_| begins_word && is_name)
}

/// Who is offered: those whose name, or a word of it, begins so; everybody last. What is typed in full and goes on is no name any more.
pub fn offered(members: &[MemberRow], me: AccountId, typed: &str) -> Vec<Person> {
    let typed = typed.to_lowercase();
    let begins = |label: &str| {
        let label = label.to_lowercase();
        label.starts_with(&typed) || label.split_whitespace().any(|word| word.starts_with(&typed))
    };
    let others = members.iter().filter(|member| member.account != me);
    let mut people: Vec<Person> = others
        .filter(|member| begins(&member.mention))
        .map(|member| Person { label: member.mention.clone(), account: Some(member.account) })
        .collect();
    people.sort_by_cached_key(|person| {
        let label = person.label.to_lowercase();
        (!label.starts_with(&typed), label)
    });
    let everybody = (members.len() > 1 && begins(EVERYBODY)).then(|| Person { label: EVERYBODY.into(), account: None });
    people.truncate(OFFERED_MAX - usize::from(everybody.is_some()));
    people.extend(everybody);
    people
}

/// A text to edit: whom it names is written as it is typed, so that the same people are named again.
pub fn as_typed(text: &str, mentions: &[Mention], members: &[MemberRow]) -> String {
    let (mut typed, mut from) = (String::new(), 0);
    for (range, mention) in ranges(mentions).into_iter().zip(mentions) {
        let (Some(before), Some(name)) = (text.get(from..range.start), text.get(range.clone())) else { break };
        typed.push_str(before);
        let member = members.iter().find(|member| Some(member.account) == mention.account);
        match member {
            Some(member) => {
                typed.push('@');
                typed.push_str(&member.mention);
            }
            None => typed.push_str(name),
        }
        from = range.end;
    }
    typed.push_str(text.get(from..).unwrap_or_default());
    typed
}

#[cfg(test)]
mod tests {
    use super::*;

    const ME: AccountId = AccountId([9; 16]);

    fn member(number: u8, mention: &str) -> MemberRow {
        let title = mention.split(" (").next().unwrap_or_default().to_owned();
        MemberRow { account: AccountId([number; 16]), title, mention: mention.into(), admin: false }
    }

    fn members() -> Vec<MemberRow> {
        vec![
            member(1, "Ben"),
            member(2, "Élise Abel"),
            member(3, "Anna (+49 1)"),
            member(4, "Anna (+49 2)"),
            member(9, "Me"),
        ]
    }

    fn labels(typed: &str) -> Vec<String> {
        offered(&members(), ME, typed).into_iter().map(|person| person.label).collect()
    }

    #[test]
    fn a_name_begins_behind_an_at_that_begins_a_word() {
        let cases = [
            ("@", Some("")),
            ("hi @an", Some("an")),
            ("(@Anna L", Some("Anna L")),
            ("mail@an", None),
            ("@@an", None),
            ("@ an", None),
            ("@an\nx", None),
            ("an", None),
        ];
        for (before, expected) in cases {
            assert_eq!(typed_mention(before), expected, "{before:?}");
        }
        assert_eq!(typed_mention(&format!("@{}", "x".repeat(TYPED_MAX + 1))), None);
    }

    #[test]
    fn offered_are_the_others_whose_names_go_on_so_and_everybody() {
        assert_eq!(labels("a"), ["Anna (+49 1)", "Anna (+49 2)", "Élise Abel", "all"]);
        assert_eq!(labels("éL"), ["Élise Abel"]);
        assert_eq!(labels("anna (+49 2"), ["Anna (+49 2)"]);
        assert_eq!(labels("me"), [""; 0], "that is oneself");
        assert_eq!(labels("Ben said"), [""; 0]);
        let many: Vec<MemberRow> = (1..=8).map(|number| member(number, &format!("A{number}"))).collect();
        assert_eq!(offered(&many, ME, "a").len(), OFFERED_MAX, "the last place is everybody's");
        assert_eq!(offered(&many, ME, "a")[OFFERED_MAX - 1].account, None);
        assert_eq!(offered(&[], ME, ""), []);
    }

    #[test]
    fn what_is_edited_names_the_same_people_again() {
        let at = |at, length, account| Mention { at, length, account };
        let text = "@Anna and @all, @Gone";
        let (anna, gone) = (AccountId([4; 16]), AccountId([7; 16]));
        let mentions = [at(0, 5, Some(anna)), at(10, 4, None), at(16, 5, Some(gone))];
        assert_eq!(as_typed(text, &mentions, &members()), "@Anna (+49 2) and @all, @Gone");
        assert_eq!(as_typed(text, &[at(40, 2, None)], &members()), text, "beyond its end");
    }
}
