//! The words about links into groups.

use super::isolated;
use crate::language::{says, told};
use client_api::{JoinRow, JoinState, LinkNews};

says! {
    invite_link
    no_link_yet
    link_lets_in
    link_asks
    invite_link_text
    make_link
    copy_invite_link
    share_link
    approve_each
    reset_link
    reset_link_text
    turn_link_off
    let_in_button
    look_at_asking
    join_title
    join_call_title
    ask_to_join
    ask_again
    join_call
    open_group
    join_privacy
    stop_asking
    new_call_link
    call_link
    call_link_text
    invited_first
    invited_to_phone
}

/// What a group for a call is called.
pub fn call_of(name: &str) -> String {
    let whole = told!(call_of, name: name);
    // As long as a group's name may be.
    whole.chars().take(64).collect()
}

/// In the conversation, and above their list.
pub fn asking_to_join(number: usize) -> String {
    told!(asking_to_join, n: number)
}

/// A button beside somebody's name; it begins with what stands on it.
pub fn let_in(name: &str) -> String {
    format!("{}: {}", let_in_button(), isolated(name))
}

/// A button beside somebody's name.
pub fn decline_join(name: &str) -> String {
    format!("{}: {}", super::decline(), isolated(name))
}

/// What an admin did with the link. `who`: me or other; `by`: the other's name.
pub(super) fn link_news(news: LinkNews, who: &str, by: &str) -> String {
    match news {
        LinkNews::On => told!(group_line_link_on, who: who, by: by),
        LinkNews::Reset => told!(group_line_link_reset, who: who, by: by),
        LinkNews::Off => told!(group_line_link_off, who: who, by: by),
    }
}

/// How far it is with a link.
pub fn join_state(row: &JoinRow) -> String {
    let to = match (row.name.as_str(), row.call) {
        ("", true) => "call",
        ("", false) => "group",
        _ => "named",
    };
    let name = isolated(&row.name);
    match (row.state, row.call) {
        (JoinState::Open, _) => told!(join_open, to: to, name: name),
        (JoinState::Asking, true) => told!(join_asking_call, to: to, name: name),
        (JoinState::Asking, false) => told!(join_asking_group, to: to, name: name),
        (JoinState::Waiting, _) => told!(join_waiting, to: to, name: name),
        (JoinState::In, _) => told!(join_in, to: to, name: name),
        (JoinState::Declined, true) => told!(join_declined_call, to: to, name: name),
        (JoinState::Declined, false) => told!(join_declined_group, to: to, name: name),
        (JoinState::Void, _) => told!(join_void, to: to, name: name),
        (JoinState::Full, _) => told!(join_full, to: to, name: name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use client_api::ChatId;

    #[test]
    fn each_state_is_told_in_words() {
        let row = |state, call, name: &str| JoinRow { chat: ChatId([1; 16]), name: name.into(), call, state };
        assert_eq!(join_state(&row(JoinState::Open, false, "")), "This link leads to a group.");
        let states = [
            JoinState::Open,
            JoinState::Asking,
            JoinState::Waiting,
            JoinState::In,
            JoinState::Declined,
            JoinState::Void,
            JoinState::Full,
        ];
        let told: std::collections::BTreeSet<String> = states
            .into_iter()
            .flat_map(|state| [true, false].map(|call| join_state(&row(state, call, "Ours"))))
            .collect();
        assert!(told.len() > states.len() && told.iter().all(|text| text.contains("Ours")), "{told:?}");
        let waits = join_state(&row(JoinState::Asking, true, ""));
        assert_eq!(waits, "Waiting to be let in to a call – somebody of the call has to be online.");
    }

    #[test]
    fn who_asks_is_counted() {
        assert_eq!(asking_to_join(1), "1 person asks to join");
        assert_eq!(asking_to_join(2), "2 people ask to join");
        assert_eq!(call_of(&"x".repeat(80)).chars().count(), 64);
    }
}
