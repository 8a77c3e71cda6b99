//! What the people of the open chat are called. Knows no page.

use client_api::{AccountId, ChatInfo, ChatKind};
use std::collections::BTreeMap;

/// The people of a chat.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct People {
    title: String,
    /// By account, in a group only: elsewhere whoever is not oneself is the one that the chat is called by.
    names: Option<BTreeMap<AccountId, String>>,
}

impl People {
    /// Of a chat that is called so. Whoever left a group is called as a contact, where they are one.
    pub fn of(title: String, info: Option<&ChatInfo>, contact: impl Fn(AccountId) -> Option<String>) -> Self {
        let group = info.filter(|info| info.kind == ChatKind::Group);
        let names = group.map(|group| {
            let name = |account, title: &String| (account, contact(account).unwrap_or_else(|| title.clone()));
            group.members.iter().map(|member| name(member.account, &member.title)).collect()
        });
        Self { title, names }
    }

    /// It is a group: who wrote a message does not go without saying.
    pub fn is_group(&self) -> bool {
        self.names.is_some()
    }

    /// What the chat is called.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// What somebody else in it is called. `None`: nobody knows any more.
    pub fn name(&self, account: AccountId) -> Option<&str> {
        match &self.names {
            Some(names) => names.get(&account).map(String::as_str),
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

    fn info(kind: ChatKind) -> ChatInfo {
        let member = |account, title: &str| MemberRow { account, title: title.into(), admin: false };
        ChatInfo {
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
        let contact = |account| (account == BOB).then(|| "Bobby".to_owned());
        let people = People::of("Climbers".into(), Some(&info(ChatKind::Group)), contact);
        assert!(people.is_group());
        assert_eq!([ADA, BOB, CAROL].map(|who| people.name(who)), [Some("Ada"), Some("Bobby"), None]);
    }

    #[test]
    fn elsewhere_everybody_else_is_who_the_chat_is_called_by() {
        let people = People::of("Ada".into(), Some(&info(ChatKind::Direct)), |_| None);
        assert!(!people.is_group());
        assert_eq!((people.name(BOB), people.title()), (Some("Ada"), "Ada"));
    }
}
