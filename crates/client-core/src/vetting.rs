//! Who would read what is written: before anything is encrypted for a chat, every leaf of its group must be of a device
//! in its account's newest device list. Asks for lists that are newer than the known ones, wishes unlisted leaves away,
//! and tells the user of what no honest server would have let in. Does not know how a Remove is committed.

use crate::accounts;
use crate::chats::{self, Chat};
use crate::client::{Client, Context};
use crate::http::{Answer as Reply, Purpose};
use crate::io::{Halt, HttpMethod};
use crate::{hearsay, mls, removing, this};
use breakable::{Rule, broken};
use client_api::{Event, Notice};
use e2ee::ChatGroup;
use e2ee::group::AppliedCommit;
use identity::VerifiedCert;
use prost::Message as _;
use proto::account::{DeviceLists, GetDeviceLists};
use proto::ids::{AccountId, DeviceAddress};
use std::collections::{BTreeMap, BTreeSet};

/// A list that was asked for and not given is asked for again after this.
const ASK_AGAIN_MS: u64 = 30_000;
/// Accounts in one request.
const ACCOUNTS_MAX: usize = 64;

/// Device lists that are wanted, in this run.
#[derive(Debug, Default)]
pub(crate) struct Lists {
    /// With the least version that will do.
    wanted: BTreeMap<AccountId, u64>,
    /// Which version was asked for, and when.
    asked: BTreeMap<AccountId, Asked>,
    /// Those whom the server has answered about since, with the version that it was asked for.
    answered: BTreeMap<AccountId, u64>,
    /// About whom the server misleads, and the user was told of it.
    told: BTreeSet<AccountId>,
}

#[derive(Debug, Clone, Copy)]
struct Asked {
    version: u64,
    at_ms: u64,
}

impl Lists {
    /// Whether the user has not been told yet, in this run, that the server misleads about this account.
    pub(crate) fn tell_once(&mut self, account: AccountId) -> bool {
        self.told.insert(account)
    }

    /// The server has answered since it was asked for a list of this version. That it has answered about an earlier one is no reason for
    /// suspicion.
    pub(crate) fn was_given_in_vain(&self, account: AccountId, version: u64) -> bool {
        self.answered.get(&account).is_some_and(|asked| *asked >= version || broken(Rule::HeldBackIfAsked))
    }
}

/// Whether a chat may be written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Writable {
    /// Every leaf is of a listed device.
    Yes,
    /// A list has to come first, or a leaf has to go.
    NotYet,
}

/// What the newest known list says of a leaf.
enum Standing {
    Listed,
    /// Its certificate names a later list than the known one.
    ListWanted,
    Unlisted,
}

impl Client {
    /// There is a device list of this account of at least this version.
    pub(crate) fn want_list(&mut self, cx: &mut Context<'_>, account: AccountId, version: u64) -> Result<(), Halt> {
        let wanted = self.lists.wanted.entry(account).or_default();
        *wanted = version.max(*wanted);
        self.ask_lists(cx)
    }

    /// Asks for what is wanted and was not asked for lately.
    pub(crate) fn ask_lists(&mut self, cx: &mut Context<'_>) -> Result<(), Halt> {
        if self.lists.wanted.is_empty() || self.calls.is_under_way(|p| matches!(p, Purpose::PeerLists { .. })) {
            return Ok(());
        }
        let now_ms = cx.now_ms;
        let asked = &self.lists.asked;
        // News is asked for at once; the same thing not again and again.
        let lately = |account, version| {
            asked.get(account).is_some_and(|a: &Asked| version <= a.version && now_ms < a.at_ms + ASK_AGAIN_MS)
        };
        let due: BTreeMap<AccountId, u64> = self
            .lists
            .wanted
            .iter()
            .filter(|(account, version)| !lately(account, **version))
            .map(|(account, version)| (*account, *version))
            .take(ACCOUNTS_MAX)
            .collect();
        let Some(token) = this::session_token(cx.db)?.filter(|_| !due.is_empty()) else { return Ok(()) };
        let body = GetDeviceLists { accounts: due.keys().map(|account| account.to_vec()).collect() }.encode_to_vec();
        let purpose = Purpose::PeerLists { wanted: due.clone() };
        cx.out.push(self.calls.start(purpose, HttpMethod::Post, "/v1/devices/get", body, Some(token)));
        for (account, version) in due {
            self.lists.wanted.remove(&account);
            self.lists.asked.insert(account, Asked { version, at_ms: now_ms });
            self.lists.answered.remove(&account);
        }
        self.retry_at(now_ms + ASK_AGAIN_MS);
        Ok(())
    }

    pub(crate) fn on_peer_lists(
        &mut self,
        cx: &mut Context<'_>,
        wanted: BTreeMap<AccountId, u64>,
        reply: Reply<DeviceLists>,
    ) -> Result<(), Halt> {
        let Reply::Ok(lists) = reply else {
            self.lists.wanted.extend(wanted);
            return Ok(());
        };
        self.lists.answered.extend(wanted);
        for account in &lists.accounts {
            accounts::learn_list_of(cx, &account.account, &account.signed_device_list)?;
        }
        Ok(())
    }

    /// Whether what is encrypted for this group now is for listed devices only. If not, what is needed for it begins.
    pub(crate) fn vet(&mut self, cx: &mut Context<'_>, chat: &Chat, group: &ChatGroup) -> Result<Writable, Halt> {
        let epoch = group.epoch();
        if chats::vetted_epoch(cx.db, chat.chat)? == Some(epoch) {
            return Ok(Writable::Yes);
        }
        let mut writable = Writable::Yes;
        for leaf in mls::taken(group.roster())?.unwrap_or_default() {
            let account = leaf.address.account;
            let list = hearsay::current_list(cx, account)?;
            let listed = list.as_ref().and_then(|list| list.device(leaf.address.device));
            let fits = listed.is_some_and(|cert| cert.signature_key == leaf.signature_key);
            match standing(fits, list.as_ref().map(|list| list.version()), leaf.list_version) {
                Standing::Listed => continue,
                Standing::ListWanted => self.hold_for_list(cx, account, leaf.list_version)?,
                Standing::Unlisted => removing::want(cx, chat.chat, leaf.address)?,
            }
            writable = Writable::NotYet;
        }
        if writable == Writable::Yes {
            chats::set_vetted(cx, chat.chat, epoch)?;
        }
        Ok(writable)
    }

    /// Nothing is sent until the list is there. If the server was asked and has not given it, it holds it back.
    fn hold_for_list(&mut self, cx: &mut Context<'_>, account: AccountId, version: u64) -> Result<(), Halt> {
        let version = version.max(hearsay::heard_version(cx, account)?);
        if self.lists.was_given_in_vain(account, version) && self.lists.tell_once(account) {
            let name = accounts::title_of(cx.db, account)?;
            let mut what = format!("the newest device list of {name} is held back: nothing is sent there");
            if let Some(device) = hearsay::who_said(cx, account, version)? {
                what += &format!("; it is their device {} that speaks of it", device.0);
            }
            cx.event(Event::Notice(Notice::ServerNotTrusted { what }));
        }
        self.want_list(cx, account, version)
    }

    /// A commit came into force: were those whom it let in, and those whom it put out, in their accounts' lists?
    pub(crate) fn vet_commit(&mut self, cx: &mut Context<'_>, chat: &Chat, commit: &AppliedCommit) -> Result<(), Halt> {
        let joiner = commit.is_external.then_some(&commit.sender);
        for cert in commit.added.iter().chain(joiner) {
            match self.standing_of(cx, cert)? {
                Standing::Listed => {}
                Standing::ListWanted => self.want_list(cx, cert.account, cert.list_version)?,
                Standing::Unlisted => {
                    removing::want(cx, chat.chat, cert.address())?;
                    // A later list may have put it out after it came in: the log does not say which was first.
                    let was_listed =
                        hearsay::current_list(cx, cert.account)?.is_some_and(|list| list.version() > cert.list_version);
                    if !was_listed {
                        let name = accounts::title_of(cx.db, cert.account)?;
                        let what = format!("a device that {name} does not list was let into a chat; it is removed");
                        cx.event(Event::Notice(Notice::ServerNotTrusted { what }));
                    }
                }
            }
        }
        for device in &commit.only_if_revoked {
            self.check_removal(cx, *device)?;
        }
        Ok(())
    }

    /// Only revoked devices may be removed by others; where the list that says so is not here yet, it is asked for.
    fn check_removal(&mut self, cx: &mut Context<'_>, device: DeviceAddress) -> Result<(), Halt> {
        let list = accounts::known_list(cx, device.account)?;
        match list.filter(|list| list.device(device.device).is_some()) {
            Some(list) => self.want_list(cx, device.account, list.version() + 1),
            None => Ok(()),
        }
    }

    fn standing_of(&self, cx: &Context<'_>, cert: &VerifiedCert) -> Result<Standing, Halt> {
        let list = hearsay::current_list(cx, cert.account)?;
        let fits = list.as_ref().is_some_and(|list| list.authorises(cert));
        Ok(standing(fits, list.map(|list| list.version()), cert.list_version))
    }
}

fn standing(fits: bool, known_version: Option<u64>, cert_version: u64) -> Standing {
    match known_version {
        _ if fits => Standing::Listed,
        Some(known) if known >= cert_version => Standing::Unlisted,
        _ => Standing::ListWanted,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn that_the_server_answered_about_an_earlier_list_says_nothing_of_a_later_one() {
        let account = AccountId([7; 16]);
        let mut lists = Lists::default();
        assert!(!lists.was_given_in_vain(account, 2), "it was not asked");
        lists.answered.insert(account, 2);
        assert!(lists.was_given_in_vain(account, 2));
        assert!(!lists.was_given_in_vain(account, 3), "of that one it was not asked");
    }
}
