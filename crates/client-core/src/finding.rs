//! Finding the groups that this device should be in: the server's list of the account's groups, compared with what is
//! here after each connecting, and again where the server says that something was missed. Joining is in `joining`.

use crate::chats::{self, Membership};
use crate::client::{Client, Context};
use crate::io::Halt;
use crate::recovery;
use crate::sending::Flight;
use breakable::{Rule, broken};
use identity::ChatKind;
use proto::ids::ChatId;
use proto::wire::{GroupHead, GroupHeads, ListGroups, client_frame};
use std::collections::{BTreeMap, BTreeSet};

/// Groups in one answer.
const HEADS_LEN_MAX: u32 = 512;
/// Answers in a row that make up the list: more than that are no account's groups.
const PAGES_MAX: u32 = 64;
/// Groups without a row here that are remembered; what is beyond is found at the next connection.
const STRANGERS_MAX: usize = 4_096;
/// For so long a server that was not believed about a chat is not asked about that again.
const DOUBTED_MS: u64 = 60_000;
/// After a failure the list is gone through again, not at once.
const AGAIN_MS: u64 = 5_000;

/// What this connection knows of the server's list.
#[derive(Debug, Default)]
pub(crate) struct Finding {
    /// The list was gone through since the last greeting, and nothing was missed since.
    listed: bool,
    /// Not before this.
    not_before_ms: u64,
    /// Groups of this account that have no row here yet: who is in them shows when they are joined.
    pub(crate) strangers: BTreeSet<ChatId>,
    /// What the list names, so far.
    heads: BTreeSet<ChatId>,
    /// Answers that were asked for of it, and the group behind which the last one begins.
    pages: u32,
    after_chat: Vec<u8>,
    /// Logs are compared with what is here (`restored`).
    pub(crate) comparing: bool,
    /// Read marks are asked for when that is done.
    pub(crate) marks_due: bool,
    /// Chats of which the server said what no honest one says, and until when it is not asked about that again.
    doubted: BTreeMap<ChatId, u64>,
}

impl Finding {
    /// A group that has no row here.
    pub(crate) fn meet(&mut self, chat: ChatId) {
        if self.strangers.len() < STRANGERS_MAX && !broken(Rule::MissingDeviceJoins) {
            self.strangers.insert(chat);
        }
    }

    /// A connection begins. That a chat began without this device is told to those who are connected, and to nobody later: no queue holds
    /// it, since only who is in a chat has entries of it there.
    pub(crate) fn begin_connection(&mut self) {
        self.listed &= broken(Rule::GroupsListedAnew);
    }

    /// It is not believed now.
    pub(crate) fn is_doubted(&self, chat: ChatId, now_ms: u64) -> bool {
        self.doubted.get(&chat).is_some_and(|until_ms| now_ms < *until_ms)
    }
}

impl Client {
    /// What the server says of a chat is not believed, and is asked again after a while. Whether that is the first time in this run.
    pub(crate) fn doubts_server(&mut self, cx: &Context<'_>, chat: ChatId) -> bool {
        self.find_groups_again_at(cx.now_ms + DOUBTED_MS);
        self.finding.doubted.insert(chat, cx.now_ms + DOUBTED_MS).is_none()
    }

    fn find_groups_again_at(&mut self, at_ms: u64) {
        self.finding.listed = false;
        self.finding.not_before_ms = at_ms;
        self.retry_at(at_ms);
    }

    /// A question about a log, or the list of groups, had no answer: what it was to bring is looked for again.
    pub(crate) fn find_groups_again(&mut self, cx: &Context<'_>) {
        self.find_groups_again_at(cx.now_ms + AGAIN_MS);
    }

    /// Goes through the server's list, once in a connection and after every gap.
    pub(crate) fn find_groups(&mut self, cx: &mut Context<'_>) -> Result<(), Halt> {
        if !self.finding.listed
            && cx.now_ms >= self.finding.not_before_ms
            && !self.flights.any(|flight| *flight == Flight::Groups)
        {
            self.finding.heads.clear();
            self.finding.pages = 0;
            self.ask_groups_after(cx, Vec::new());
        }
        Ok(())
    }

    fn ask_groups_after(&mut self, cx: &mut Context<'_>, after_chat: Vec<u8>) {
        self.finding.pages += 1;
        self.finding.after_chat.clone_from(&after_chat);
        let body = client_frame::Body::ListGroups(ListGroups { after_chat, limit: HEADS_LEN_MAX });
        self.flights.send(cx, Flight::Groups, body);
    }

    /// The server dropped what this device had not fetched for too long: the logs tell it, as far as they are kept.
    pub(crate) fn on_gap(&mut self, cx: &mut Context<'_>) -> Result<(), Halt> {
        self.finding.listed = false;
        if self.session.is_up() { self.find_groups(cx) } else { Ok(()) }
    }

    /// A chat of this account began, and nobody added this device.
    pub(crate) fn on_group_added(&mut self, cx: &mut Context<'_>, chat: &[u8]) -> Result<(), Halt> {
        match ChatId::try_from(chat) {
            Ok(chat) if chats::find(cx.db, chat)?.is_none() => {
                self.finding.meet(chat);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    pub(crate) fn on_group_heads(&mut self, cx: &mut Context<'_>, page: &GroupHeads) -> Result<(), Halt> {
        for head in &page.heads {
            self.on_head(cx, head)?;
        }
        match page.heads.last().filter(|_| page.more) {
            Some(last) if last.chat > self.finding.after_chat && self.finding.pages < PAGES_MAX => {
                self.ask_groups_after(cx, last.chat.clone());
                Ok(())
            }
            // No list of an honest server: the rest is not looked at before the next connection.
            Some(_) => {
                tracing::warn!(pages = self.finding.pages, "the server's list of groups does not end");
                self.finding.listed = true;
                Ok(())
            }
            None => {
                self.finding.listed = true;
                let listed = std::mem::take(&mut self.finding.heads);
                self.look_into_unlisted(cx, &listed)
            }
        }
    }

    fn on_head(&mut self, cx: &mut Context<'_>, head: &GroupHead) -> Result<(), Halt> {
        let Ok(chat) = ChatId::try_from(head.chat.as_slice()) else { return Ok(()) };
        if self.finding.heads.len() < STRANGERS_MAX {
            self.finding.heads.insert(chat);
        }
        match chats::find(cx.db, chat)? {
            None => {
                self.finding.meet(chat);
                Ok(())
            }
            Some(stored) if stored.membership != Membership::Joined => Ok(()),
            // Put out while it was away. Out of a group that is final; in a chat of two a listed device belongs.
            Some(stored) if !head.joined && stored.kind != ChatKind::Group => {
                chats::set_membership(cx, chat, Membership::Wanted, 0)
            }
            Some(stored) if head.head_seq > stored.applied_seq => self.fetch_log(cx, chat),
            Some(_) => Ok(()),
        }
    }

    /// Groups of many that the list does not name any more: their logs tell why. That a group is over is not the server's to say.
    fn look_into_unlisted(&mut self, cx: &mut Context<'_>, listed: &BTreeSet<ChatId>) -> Result<(), Halt> {
        // What is beyond was not looked at.
        if listed.len() >= STRANGERS_MAX {
            return Ok(());
        }
        for chat in chats::in_membership(cx.db, Membership::Joined)? {
            let applied_ms = chats::applied_ms(cx.db, chat.chat)?;
            let is_old = chat.applied_seq > 0 && recovery::may_have_expired(cx, applied_ms);
            if chat.kind == ChatKind::Group && !listed.contains(&chat.chat) && is_old {
                self.fetch_log(cx, chat.chat)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{phone, step};

    #[test]
    fn a_list_of_groups_that_does_not_go_on_or_does_not_end_is_not_followed() {
        let (mut client, db) = phone();
        let mut asks_behind = |first: u64, more: bool| {
            let head = GroupHead { chat: [[0; 8], first.to_be_bytes()].concat(), ..GroupHead::default() };
            let page = GroupHeads { heads: vec![head], more };
            !step(&db, 1, |cx| client.on_group_heads(cx, &page).expect("no halt")).1.is_empty()
        };
        assert!(asks_behind(5, true));
        assert!(!asks_behind(5, true), "it does not go on");
        assert!(!asks_behind(4, true));
        assert!(!asks_behind(6, false), "the end");
        assert_eq!((6..1_000).take_while(|number| asks_behind(*number, true)).count() + 1, PAGES_MAX as usize);
    }
}
