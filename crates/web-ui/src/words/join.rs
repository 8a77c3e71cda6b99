//! The words about links into groups.

use super::{count, isolated};
use client_api::{JoinRow, JoinState, LinkNews};

pub const INVITE_LINK: &str = "Invite link";
pub const NO_LINK_YET: &str = "Nobody comes in by a link";
pub const LINK_LETS_IN: &str = "Whoever has it comes in";
pub const LINK_ASKS: &str = "You say who comes in";
pub const INVITE_LINK_TEXT: &str =
    "Whoever has this link can ask to come into this group. Give it to people whom you trust with that.";
pub const MAKE_LINK: &str = "Make a link";
pub const COPY_INVITE_LINK: &str = "Copy link";
pub const SHARE_LINK: &str = "Share link";
pub const APPROVE_EACH: &str = "An admin says of each who comes in";
pub const RESET_LINK: &str = "Reset link";
pub const RESET_LINK_TEXT: &str = "The link of before leads nowhere then. Whoever has it needs the new one.";
pub const TURN_LINK_OFF: &str = "Turn link off";
pub const LET_IN: &str = "Let in";
pub const LOOK_AT_ASKING: &str = "Look";
pub const JOIN_TITLE: &str = "Join a group";
pub const JOIN_CALL_TITLE: &str = "Join a call";
pub const ASK_TO_JOIN: &str = "Ask to join";
pub const ASK_AGAIN: &str = "Ask again";
pub const JOIN_CALL: &str = "Join call";
pub const OPEN_GROUP: &str = "Open group";
pub const JOIN_PRIVACY: &str =
    "The admins of this group see your name and number. The name of the group is what the link says.";
pub const STOP_ASKING: &str = "Stop asking";
pub const NEW_CALL_LINK: &str = "Create call link";
pub const CALL_LINK: &str = "Call link";
pub const CALL_LINK_TEXT: &str =
    "Whoever has this link comes into the call, once you or somebody else of it is online.";
pub const INVITED_FIRST: &str = "You have a link into a group. It goes on once this device has an account.";
pub const INVITED_TO_PHONE: &str = "Is this your phone? Go on there";

/// What a group for a call is called.
pub fn call_of(name: &str) -> String {
    let whole = format!("Call of {name}");
    // As long as a group's name may be.
    whole.chars().take(64).collect()
}

/// In the conversation, and above their list.
pub fn asking_to_join(number: usize) -> String {
    let who = count(number as u64, "person", "people");
    if number == 1 { format!("{who} asks to join") } else { format!("{who} ask to join") }
}

/// A button beside somebody's name; it begins with what stands on it.
pub fn let_in(name: &str) -> String {
    format!("{LET_IN}: {}", isolated(name))
}

/// A button beside somebody's name.
pub fn decline_join(name: &str) -> String {
    format!("{}: {}", super::DECLINE, isolated(name))
}

/// What an admin did with the link, behind their name.
pub(super) fn link_news(news: LinkNews) -> &'static str {
    match news {
        LinkNews::On => "turned the invite link on",
        LinkNews::Reset => "reset the invite link",
        LinkNews::Off => "turned the invite link off",
    }
}

/// How far it is with a link.
pub fn join_state(row: &JoinRow) -> String {
    let (a, the) = if row.call { ("a call", "call") } else { ("a group", "group") };
    let named = match row.name.as_str() {
        "" => a.to_owned(),
        name => format!("“{}”", isolated(name)),
    };
    match row.state {
        JoinState::Open => format!("This link leads to {named}."),
        JoinState::Asking if row.call => {
            format!("Waiting to be let in to {named} – somebody of the call has to be online.")
        }
        JoinState::Asking => format!("Waiting to be let in to {named} – an admin of the group has to be online."),
        JoinState::Waiting => format!("Your request to join {named} was sent. An admin looks at it."),
        JoinState::In => format!("You are in {named}."),
        JoinState::Declined => format!("An admin of the {the} has declined your request to join {named}."),
        JoinState::Void => format!("This link into {named} leads nowhere any more. Ask for another one."),
        JoinState::Full => format!("There is no room left in {named}. As many people as can be are in it."),
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
