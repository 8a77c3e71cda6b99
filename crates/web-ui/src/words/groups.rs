//! The words about groups: who they are, and what they did.

mod rules;

use super::join::link_news;
use super::{YOU, count, disappearing_set, isolated};
use crate::model::people::People;
use client_api::{AccountId, SystemLine, UserError};

pub use rules::*;

/// A line of a group's chat; `None` for one of another kind. `me` is the own account.
pub fn group_line(line: &SystemLine, people: &People, me: AccountId) -> Option<String> {
    let of = |accounts: &[AccountId]| listed(accounts, people, me);
    Some(match line {
        SystemLine::GroupCreated { by } => format!("{} created this group", actor(*by, people, me)),
        SystemLine::MembersAdded { by, accounts } if *by == AccountId::NOBODY => {
            format!("{} joined", capital(of(accounts)))
        }
        SystemLine::MembersAdded { by, accounts } => format!("{} added {}", actor(*by, people, me), of(accounts)),
        SystemLine::MembersRemoved { by, accounts } if *by == AccountId::NOBODY => {
            format!("{} no longer in this group", are(accounts, of(accounts), me))
        }
        SystemLine::MembersRemoved { by, accounts } => format!("{} removed {}", actor(*by, people, me), of(accounts)),
        SystemLine::MemberLeft { account } => format!("{} left", actor(*account, people, me)),
        SystemLine::AdminsMade { accounts, .. } => {
            format!("{} now {}", are(accounts, of(accounts), me), admins(accounts.len()))
        }
        SystemLine::AdminsWithdrawn { accounts, .. } => {
            format!("{} no longer {}", are(accounts, of(accounts), me), admins(accounts.len()))
        }
        SystemLine::GroupRenamed { by, name } => {
            format!("{} named this group “{}”", actor(*by, people, me), isolated(name))
        }
        SystemLine::GroupDescribed { by, .. }
        | SystemLine::GroupPhotoChanged { by, .. }
        | SystemLine::WhoMaySend { by, .. }
        | SystemLine::WhoMayEdit { by, .. } => format!("{} {}", actor(*by, people, me), rules::changed(line)?),
        SystemLine::DisappearingSet { by, after } => {
            format!("{} {}", actor(*by, people, me), disappearing_set(*after))
        }
        SystemLine::GroupLinkChanged { by, news } => format!("{} {}", actor(*by, people, me), link_news(*news)),
        SystemLine::MessagePinned { by } => format!("{} pinned a message", actor(*by, people, me)),
        _ => return None,
    })
}

fn actor(account: AccountId, people: &People, me: AccountId) -> String {
    if account == me { YOU.to_owned() } else { capital(name(account, people)) }
}

fn name(account: AccountId, people: &People) -> String {
    people.name(account).map_or_else(|| SOMEBODY.to_lowercase(), isolated)
}

/// "Ada", "you and Ada", "Ada, Bob and Carol"
fn listed(accounts: &[AccountId], people: &People, me: AccountId) -> String {
    let mut names: Vec<String> = accounts.iter().filter(|who| **who != me).map(|who| name(*who, people)).collect();
    if accounts.contains(&me) {
        names.insert(0, YOU.to_lowercase());
    }
    match names.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
        None => String::new(),
    }
}

fn capital(text: String) -> String {
    // Names have a mark of direction before them.
    match text.chars().next() {
        Some(first) if first.is_ascii_lowercase() => {
            format!("{}{}", first.to_ascii_uppercase(), text.get(1..).unwrap_or_default())
        }
        _ => text,
    }
}

fn are(accounts: &[AccountId], listed: String, me: AccountId) -> String {
    let verb = if accounts.len() > 1 || accounts.contains(&me) { "are" } else { "is" };
    format!("{} {verb}", capital(listed))
}

fn admins(number: usize) -> &'static str {
    if number > 1 { "admins" } else { "an admin" }
}

/// Who wrote a message, in whichever chat.
pub fn author_in(own: bool, sender: AccountId, people: &People) -> String {
    if own { YOU.to_owned() } else { people.name(sender).unwrap_or(SOMEBODY).to_owned() }
}

/// What a group does not allow.
pub(super) fn group_refused(error: &UserError) -> String {
    match error {
        UserError::GroupTooLarge { max } => format!("A group has at most {max} people."),
        UserError::LastAdmin => "You are the group's only admin. Make somebody else one first.".into(),
        _ => "Only an admin of this group can do that.".into(),
    }
}

/// Of the list of members.
pub fn members(number: usize) -> String {
    count(number as u64, "member", "members")
}

/// Who is in a group, as much as there is room for.
pub fn listed_members(names: &[String]) -> String {
    let names = names.iter().map(|name| isolated(name)).chain(std::iter::once(YOU.to_owned()));
    names.collect::<Vec<_>>().join(", ")
}

/// Asks before somebody is taken out.
pub fn remove_member(name: &str, group: &str) -> String {
    format!("Remove {} from “{}”?", isolated(name), isolated(group))
}

/// The title of a dialog.
pub fn leave_title(group: &str) -> String {
    format!("Leave “{}”?", isolated(group))
}

pub const SOMEBODY: &str = "Somebody";
pub const NEW_GROUP: &str = "New group";
pub const GROUP_NAME: &str = "Group name";
pub const CREATE_GROUP: &str = "Create group";
pub const CHOOSE_MEMBERS: &str = "Who is in it";
pub const SEARCH_CONTACTS: &str = "Search contacts";
pub const NO_CONTACT_LEFT: &str = "All your contacts are in this group.";
pub const ADD_MEMBERS: &str = "Add members";
pub const ADD: &str = "Add";
pub const ADMIN: &str = "Admin";
pub const MAKE_ADMIN: &str = "Make an admin";
pub const WITHDRAW_ADMIN: &str = "No longer an admin";
pub const REMOVE_FROM_GROUP: &str = "Remove from group";
pub const MESSAGE_MEMBER: &str = "Message";
pub const REMOVE: &str = "Remove";
pub const LEAVE_GROUP: &str = "Leave group";
pub const LEAVE: &str = "Leave";
pub const LEAVE_TEXT: &str =
    "You will no longer get its messages. What was said stays on your devices. Only an admin can bring you back.";
pub const NOT_IN_GROUP: &str = "You are no longer in this group.";

#[cfg(test)]
mod tests {
    use super::*;
    use client_api::{ChatId, ChatInfo, ChatKind, Completeness, MemberRow};

    const ME: AccountId = AccountId([1; 16]);
    const ADA: AccountId = AccountId([2; 16]);
    const BOB: AccountId = AccountId([3; 16]);
    const GONE: AccountId = AccountId([4; 16]);

    fn said(line: &SystemLine) -> String {
        let member =
            |account, title: &str| MemberRow { account, title: title.into(), mention: title.into(), admin: false };
        let info = ChatInfo {
            pinned: Vec::new(),
            gone: Vec::new(),
            rules: client_api::GroupRules::default(),
            may_send: true,
            may_edit: false,
            disappearing: client_api::Disappearing::Off,
            in_common: Vec::new(),
            link: None,
            asking: Vec::new(),
            chat: ChatId([9; 16]),
            kind: ChatKind::Group,
            peer: AccountId::NOBODY,
            title: String::new(),
            number: String::new(),
            about: String::new(),
            draft: String::new(),
            photo: Vec::new(),
            devices: 0,
            completeness: Completeness::Complete,
            joined: true,
            verified: false,
            members: vec![member(ME, "Me"), member(ADA, "Ada"), member(BOB, "Bob")],
        };
        let people = People::of("Climbers".into(), Some(&info), std::sync::Arc::default());
        let text = group_line(line, &people, ME).unwrap_or_default();
        text.replace(['\u{2068}', '\u{2069}'], "")
    }

    #[test]
    fn lines_say_who_did_what_to_whom() {
        let (by, accounts) = (ADA, vec![ME]);
        assert_eq!(said(&SystemLine::GroupCreated { by: ME }), "You created this group");
        assert_eq!(said(&SystemLine::MembersAdded { by, accounts: accounts.clone() }), "Ada added you");
        assert_eq!(said(&SystemLine::MembersAdded { by: ME, accounts: vec![ADA, BOB] }), "You added Ada and Bob");
        let nobody = AccountId::NOBODY;
        assert_eq!(said(&SystemLine::MembersAdded { by: nobody, accounts: vec![BOB, ME] }), "You and Bob joined");
        assert_eq!(said(&SystemLine::MembersRemoved { by, accounts: vec![GONE] }), "Ada removed somebody");
        assert_eq!(said(&SystemLine::MembersRemoved { by: nobody, accounts }), "You are no longer in this group");
        assert_eq!(said(&SystemLine::MemberLeft { account: BOB }), "Bob left");
        assert_eq!(said(&SystemLine::MemberLeft { account: GONE }), "Somebody left");
        assert_eq!(said(&SystemLine::AdminsMade { by, accounts: vec![BOB] }), "Bob is now an admin");
        assert_eq!(
            said(&SystemLine::AdminsWithdrawn { by, accounts: vec![ADA, BOB] }),
            "Ada and Bob are no longer admins"
        );
        assert_eq!(said(&SystemLine::GroupRenamed { by, name: "Alps".into() }), "Ada named this group “Alps”");
        let photo = SystemLine::GroupPhotoChanged { by: ME, removed: false };
        assert_eq!(said(&photo), "You changed the group’s photo");
        assert_eq!(
            said(&SystemLine::WhoMaySend { by, only_admins: true }),
            "Ada let only admins send messages from now on"
        );
        let news = client_api::LinkNews::Reset;
        assert_eq!(said(&SystemLine::GroupLinkChanged { by, news }), "Ada reset the invite link");
        assert_eq!(said(&SystemLine::Encrypted), "");
    }
}
