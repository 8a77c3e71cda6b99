//! The words about groups: who they are, and what they did.

mod rules;

use super::join::link_news;
use super::{disappearing_set, in_a_row, isolated, you};
use crate::language::{says, told};
use crate::model::people::People;
use client_api::{AccountId, SystemLine, UserError};

pub use rules::*;

/// A line of a group's chat; `None` for one of another kind. `me` is the own account.
pub fn group_line(line: &SystemLine, people: &People, me: AccountId) -> Option<String> {
    let doer = doer(line)?;
    let (who, by) = actor(doer, people, me);
    let objects =
        |accounts: &[AccountId]| listed(accounts, people, me, [listed_you_object(), listed_somebody_object()]);
    let subjects = |accounts: &[AccountId]| capital(&listed(accounts, people, me, [listed_you(), listed_somebody()]));
    Some(match line {
        SystemLine::GroupCreated { .. } => told!(group_line_created, who: who, by: by),
        SystemLine::MembersAdded { accounts, .. } if doer == AccountId::NOBODY => {
            told!(group_line_joined, who: which(accounts, me), names: subjects(accounts))
        }
        SystemLine::MembersAdded { accounts, .. } if doer != me && *accounts == [me] => {
            told!(group_line_added_you, by: by)
        }
        SystemLine::MembersAdded { accounts, .. } => {
            told!(group_line_added, who: who, by: by, whom: objects(accounts))
        }
        SystemLine::MembersRemoved { accounts, .. } if doer == AccountId::NOBODY => {
            told!(group_line_gone, who: which(accounts, me), names: subjects(accounts))
        }
        SystemLine::MembersRemoved { accounts, .. } if doer != me && *accounts == [me] => {
            told!(group_line_removed_you, by: by)
        }
        SystemLine::MembersRemoved { accounts, .. } => {
            told!(group_line_removed, who: who, by: by, whom: objects(accounts))
        }
        SystemLine::MemberLeft { .. } => told!(group_line_left, who: who, by: by),
        SystemLine::AdminsMade { accounts, .. } => {
            told!(group_line_admins_made, who: which(accounts, me), names: subjects(accounts))
        }
        SystemLine::AdminsWithdrawn { accounts, .. } => {
            told!(group_line_admins_withdrawn, who: which(accounts, me), names: subjects(accounts))
        }
        SystemLine::GroupRenamed { name, .. } => {
            told!(group_line_renamed, who: who, by: by, name: isolated(name))
        }
        SystemLine::DisappearingSet { after, .. } => disappearing_set(*after, who, &by),
        SystemLine::GroupLinkChanged { news, .. } => link_news(*news, who, &by),
        SystemLine::MessagePinned { .. } => told!(group_line_pinned, who: who, by: by),
        _ => rules::changed(line, who, &by)?,
    })
}

says! {
    listed_you
    listed_somebody
    listed_you_object
    listed_somebody_object
}

/// Whose doing a line tells; `None` for a line of another kind.
fn doer(line: &SystemLine) -> Option<AccountId> {
    match line {
        SystemLine::GroupCreated { by }
        | SystemLine::MembersAdded { by, .. }
        | SystemLine::MembersRemoved { by, .. }
        | SystemLine::MemberLeft { account: by }
        | SystemLine::AdminsMade { by, .. }
        | SystemLine::AdminsWithdrawn { by, .. }
        | SystemLine::GroupRenamed { by, .. }
        | SystemLine::GroupDescribed { by, .. }
        | SystemLine::GroupPhotoChanged { by, .. }
        | SystemLine::WhoMaySend { by, .. }
        | SystemLine::WhoMayEdit { by, .. }
        | SystemLine::DisappearingSet { by, .. }
        | SystemLine::GroupLinkChanged { by, .. }
        | SystemLine::MessagePinned { by } => Some(*by),
        _ => None,
    }
}

/// By what a line's message chooses its sentence, and the name in it.
fn actor(account: AccountId, people: &People, me: AccountId) -> (&'static str, String) {
    let who = if account == me { "me" } else { "other" };
    (who, people.name(account).map_or_else(|| somebody().to_owned(), isolated))
}

/// The same for several people: their verb may differ by who they are.
fn which(accounts: &[AccountId], me: AccountId) -> &'static str {
    match (accounts.len() > 1, accounts.contains(&me)) {
        (false, true) => "me",
        (true, true) => "us",
        (false, false) => "one",
        (true, false) => "many",
    }
}

/// "Ada", "you and Ada", "Ada, Bob and Carol"; "you" and "somebody" as they are said there.
fn listed(accounts: &[AccountId], people: &People, me: AccountId, [you, somebody]: [&str; 2]) -> String {
    let name = |account: &AccountId| people.name(*account).map_or_else(|| somebody.to_owned(), isolated);
    let mut names: Vec<String> = accounts.iter().filter(|who| **who != me).map(name).collect();
    if accounts.contains(&me) {
        names.insert(0, you.to_owned());
    }
    match names.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => told!(listed_and, others: in_a_row(others), last: last.as_str()),
        None => String::new(),
    }
}

/// Names stay as they are: they have a mark of direction before them.
fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Who wrote a message, in whichever chat.
pub fn author_in(own: bool, sender: AccountId, people: &People) -> String {
    if own { you().to_owned() } else { people.name(sender).unwrap_or(somebody()).to_owned() }
}

/// What a group does not allow.
pub(super) fn group_refused(error: &UserError) -> String {
    match error {
        UserError::GroupTooLarge { max } => told!(group_too_large, max: *max),
        UserError::LastAdmin => group_last_admin().into(),
        _ => group_only_admins().into(),
    }
}

says! {
    group_last_admin
    group_only_admins
}

/// Of the list of members.
pub fn members(number: usize) -> String {
    told!(members, n: number)
}

/// Who is in a group, as much as there is room for.
pub fn listed_members(names: &[String]) -> String {
    let names = names.iter().map(|name| isolated(name)).chain(std::iter::once(you().to_owned()));
    in_a_row(&names.collect::<Vec<_>>())
}

/// Asks before somebody is taken out.
pub fn remove_member(name: &str, group: &str) -> String {
    told!(remove_member, name: isolated(name), group: isolated(group))
}

/// The title of a dialog.
pub fn leave_title(group: &str) -> String {
    told!(leave_title, group: isolated(group))
}

says! {
    somebody
    new_group
    group_name
    create_group
    choose_members
    search_contacts
    no_contact_left
    add_members
    add
    admin
    make_admin
    withdraw_admin
    remove_from_group
    message_member
    remove
    leave_group
    leave
    leave_text
    not_in_group
}

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
