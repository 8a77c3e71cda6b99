//! What the people of the open chat are called. Knows no page.

use client_api::{AccountId, ChatInfo, ChatKind, SystemLine};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A line that says who did what.
pub fn is_of_group(line: &SystemLine) -> bool {
    use SystemLine::{
        AdminsMade, AdminsWithdrawn, DisappearingSet, GroupCreated, GroupDescribed, GroupLinkChanged,
        GroupPhotoChanged, GroupRenamed, MemberLeft, MembersAdded, MembersRemoved, MessagePinned, WhoMayEdit,
        WhoMaySend,
    };
    let shows =
        matches!(line, GroupDescribed { .. } | GroupPhotoChanged { .. } | WhoMaySend { .. } | WhoMayEdit { .. });
    let changes = matches!(line, MembersAdded { .. } | MembersRemoved { .. } | MemberLeft { .. } | GroupRenamed { .. });
    shows
        || changes
        || matches!(line, MessagePinned { .. } | DisappearingSet { .. } | GroupLinkChanged { .. })
        || matches!(line, GroupCreated { .. } | AdminsMade { .. } | AdminsWithdrawn { .. })
}

/// The people of a chat.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct People {
    title: String,
    /// By account, in a group only: elsewhere whoever is not oneself is the one that the chat is called by.
    members: Option<BTreeMap<AccountId, String>>,
    contacts: Arc<BTreeMap<AccountId, String>>,
}

impl People {
    /// Of a chat that is called so.
    pub fn of(title: String, info: Option<&ChatInfo>, contacts: Arc<BTreeMap<AccountId, String>>) -> Self {
        let group = info.filter(|info| info.kind == ChatKind::Group);
        let members = group.map(|group| {
            let are = group.members.iter().map(|member| (member.account, member.title.clone()));
            group.gone.iter().cloned().chain(are).collect()
        });
        Self { title, members, contacts }
    }

    /// Of a chat that is called so; `names`: of a group, what the owner calls whom.
    pub fn named(title: String, names: Option<BTreeMap<AccountId, String>>) -> Self {
        Self { title, members: names, contacts: Arc::default() }
    }

    /// It is a group: who wrote a message does not go without saying.
    pub fn is_group(&self) -> bool {
        self.members.is_some()
    }

    /// What the chat is called.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// What somebody else in it is called. `None`: nobody knows any more.
    pub fn name(&self, account: AccountId) -> Option<&str> {
        match &self.members {
            Some(members) => self.contacts.get(&account).or_else(|| members.get(&account)).map(String::as_str),
            None => Some(&self.title),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use client_api::{ChatId, Completeness, MemberRow};

    const ADA: AccountId = AccountId([1; 16]);
    const BOB: AccountId = AccountId([2; 16]);
    const CAROL: AccountId = AccountId([3; 16]);
    const DAVE: AccountId = AccountId([4; 16]);
    const EVE: AccountId = AccountId([5; 16]);

    fn info(kind: ChatKind) -> ChatInfo {
        let member =
            |account, title: &str| MemberRow { account, title: title.into(), mention: title.into(), admin: false };
        ChatInfo {
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
            kind,
            peer: ADA,
            title: "Climbers".into(),
            number: String::new(),
            about: String::new(),
            draft: String::new(),
            photo: Vec::new(),
            devices: 2,
            completeness: Completeness::Complete,
            joined: true,
            verified: false,
            members: vec![member(ADA, "Ada"), member(BOB, "~Bob")],
        }
    }

    #[test]
    fn in_a_group_each_has_a_name_of_their_own() {
        let contacts = [(BOB, "Bobby".to_owned()), (CAROL, "Carol, who left".to_owned())].into();
        let mut info = info(ChatKind::Group);
        info.gone.push((EVE, "~Eve, who left".into()));
        let people = People::of("Climbers".into(), Some(&info), Arc::new(contacts));
        assert!(people.is_group());
        let names = [ADA, BOB, CAROL, DAVE, EVE].map(|who| people.name(who));
        let gone = [Some("Carol, who left"), None, Some("~Eve, who left")];
        assert_eq!(names, [&[Some("Ada"), Some("Bobby")][..], &gone[..]].concat()[..]);
    }

    #[test]
    fn elsewhere_everybody_else_is_who_the_chat_is_called_by() {
        let people = People::of("Ada".into(), Some(&info(ChatKind::Direct)), Arc::default());
        assert!(!people.is_group());
        assert_eq!((people.name(BOB), people.title()), (Some("Ada"), "Ada"));
    }
}
