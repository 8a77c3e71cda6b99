//! Coming into groups that exist: by Welcome, or by external commit where none comes.

use crate::accounts;
use crate::chats::{self, Chat, Membership, NO_PEER};
use crate::client::{Client, Context};
use crate::groups::leaving;
use crate::io::Halt;
use crate::messages::{GENERATION_MAX, NUMBER_MAX, Place};
use crate::mls;
use crate::outbox::{self, Kind, Operation};
use crate::registration::restoring;
use crate::resetting;
use crate::sending::Flight;
use crate::updating;
use crate::vouching;
use crate::witness;
use breakable::{Rule, broken};
use client_api::{Event, Notice};
use e2ee::group::{Joining, discard_external, finish_external, join_external, join_welcome};
use e2ee::{ChatGroup, MlsError, RuleError};
use identity::{ChatKind, ChatPolicy};
use prost::Message as _;
use proto::ids::{AccountId, ChatId, Generation, OpId};
use proto::wire::{Commit, GetGroupInfo, GroupInfo, WelcomeItem, client_frame, commit};

/// Chats that this device joins by external commit at the same time.
const JOINS_AT_ONCE: usize = 8;
/// The same while history comes: a join costs as much as some dozen messages, and what is not joined can be read all the same.
const JOINS_DURING_IMPORT: usize = 1;

impl Client {
    /// A Welcome from the queue.
    pub(crate) fn on_welcome(&mut self, cx: &mut Context<'_>, item: &WelcomeItem) -> Result<(), Halt> {
        let Ok(chat) = ChatId::try_from(item.chat.as_slice()) else { return Ok(()) };
        if item.seq.max(item.time_ms) > NUMBER_MAX || item.generation > GENERATION_MAX {
            return Ok(());
        }
        let generation = Generation(item.generation);
        let joined = {
            let provider = mls::provider(cx);
            mls::taken(join_welcome(&provider, chat, generation, &item.welcome, &item.ratchet_tree))?
        };
        match joined {
            Some(Joining::Joined { group, last_resort, by }) => {
                let policy = group.policy().clone();
                if let Some(stored) = chats::find(cx.db, chat)?
                    && !resetting::may_be(cx, &stored, &policy)?
                {
                    return mls::taken(ChatGroup::delete(&mls::provider(cx), chat, generation)).map(|_| ());
                }
                if let Some(stored) = chats::find(cx.db, chat)?
                    && let Some(signer) = mls::taken(group.find(by.address()))?.flatten()
                {
                    vouching::comes_into(cx, &stored, &signer)?;
                }
                let is_new = chats::find(cx.db, chat)?.is_none();
                self.adopt_chat(cx, &policy, item.time_ms)?;
                if is_new && policy.kind == ChatKind::Direct && by.account != cx.me()?.address.account {
                    cx.db.prepare_cached("UPDATE chat SET quiet = 1 WHERE chat = ?1")?.execute([chat.as_bytes()])?;
                }
                witness::begin(cx, chat, item.seq, None)?;
                self.enter(cx, chat, Some(by.account), Place { seq: item.seq, time_ms: item.time_ms })?;
                came_in_at(cx, chat, item.seq)?;
                self.pauses.end(chat);
                self.stuck.remove(&chat);
                chats::set_applied(cx, chat, item.seq, item.time_ms)?;
                updating::came_by_key_package(cx, chat)?;
                self.want_removals_on_entry(cx, chat)?;
                last_resort.map_or(Ok(()), |used| self.renew_last_resort(cx, &used))
            }
            Some(Joining::AlreadyMember) => Ok(()),
            Some(Joining::KeyPackageGone) | None => match chats::find(cx.db, chat)? {
                Some(stored) if stored.membership == Membership::Creating => {
                    chats::set_membership(cx, chat, Membership::Wanted, 0)
                }
                Some(_) => Ok(()),
                None => {
                    self.finding.meet(chat);
                    Ok(())
                }
            },
        }
    }

    /// The row of a chat that others made; what was begun here with the same account goes into it.
    fn adopt_chat(&mut self, cx: &mut Context<'_>, policy: &ChatPolicy, time_ms: u64) -> Result<(), Halt> {
        let me = cx.me()?.address.account;
        let is_group = policy.kind == ChatKind::Group;
        let peer = policy.accounts.iter().copied().find(|account| *account != me).unwrap_or(me);
        let peer = if is_group { NO_PEER } else { peer };
        if peer != me && !is_group {
            accounts::know(cx, peer, "")?;
        }
        let begun = chats::find_with(cx.db, policy.kind, peer)?.filter(|chat| chat.chat != policy.chat && !is_group);
        match (chats::find(cx.db, policy.chat)?, begun) {
            (Some(stored), _) => resetting::go_on_in(cx, &stored, policy.generation)?,
            (None, Some(begun)) if begun.membership == Membership::Creating => {
                if let Some(operation) = outbox::head(cx.db, begun.chat)?.filter(|o| o.kind == Kind::Create) {
                    outbox::remove(cx, operation.op_id)?;
                }
                mls::taken(ChatGroup::delete(&mls::provider(cx), begun.chat, begun.generation))?;
                chats::move_into(cx, begun.chat, policy.chat)?;
                // Nothing is to be made any more: who went on making it would throw away the group that is being joined.
                chats::exists_elsewhere(cx, policy.chat, policy.generation)?;
            }
            (None, _) => {
                let chat = Chat {
                    chat: policy.chat,
                    kind: policy.kind,
                    generation: policy.generation,
                    peer,
                    membership: Membership::Wanted,
                    applied_seq: 0,
                    activity_ms: time_ms,
                };
                chats::insert(cx, &chat)?;
            }
        }
        Ok(())
    }

    /// Goes on with the chats that this device is to join by itself.
    pub(crate) fn join_waiting(&mut self, cx: &mut Context<'_>) -> Result<(), Halt> {
        if restoring::awaits_overview(cx)? {
            return self.join_own_group(cx);
        }
        let importing = self.is_importing(cx)?;
        let at_once = if importing { JOINS_DURING_IMPORT } else { JOINS_AT_ONCE };
        let next = chats::to_join(cx.db, &self.open_chats, at_once + self.pauses.len())?;
        for chat in
            next.into_iter().filter(|chat| !self.pauses.hold(*chat, cx.now_ms)).take(at_once).collect::<Vec<_>>()
        {
            let begun = outbox::head(cx.db, chat)?.is_some_and(|operation| operation.kind == Kind::Join);
            if !begun && !self.flights.holds(chat) {
                let body = client_frame::Body::GetGroupInfo(GetGroupInfo { chat: chat.to_vec() });
                self.flights.send(cx, Flight::GroupInfo { chat }, body);
            }
        }
        // Most of what has no row yet is in the history that comes.
        let at_once = if importing { 0 } else { JOINS_AT_ONCE };
        let strangers: Vec<ChatId> = self.finding.strangers.iter().copied().take(at_once).collect();
        for chat in strangers {
            if !self.flights.holds(chat) {
                let body = client_frame::Body::GetGroupInfo(GetGroupInfo { chat: chat.to_vec() });
                self.flights.send(cx, Flight::GroupInfo { chat }, body);
            }
        }
        Ok(())
    }

    /// The group of the own devices alone: of the others it is not known yet how far this phone had followed them.
    fn join_own_group(&mut self, cx: &mut Context<'_>) -> Result<(), Halt> {
        let me = cx.me()?.address.account;
        let own = chats::find_with(cx.db, ChatKind::SelfGroup, me)?;
        let Some(own) = own.filter(|own| own.membership == Membership::Wanted) else { return Ok(()) };
        let begun = outbox::head(cx.db, own.chat)?.is_some_and(|operation| operation.kind == Kind::Join);
        if !begun && !self.flights.holds(own.chat) && !self.pauses.hold(own.chat, cx.now_ms) {
            let body = client_frame::Body::GetGroupInfo(GetGroupInfo { chat: own.chat.to_vec() });
            self.flights.send(cx, Flight::GroupInfo { chat: own.chat }, body);
        }
        Ok(())
    }

    /// What an external commit needs has come: the commit is made, and goes into the outbox.
    pub(crate) fn on_group_info(&mut self, cx: &mut Context<'_>, chat: ChatId, info: &GroupInfo) -> Result<(), Halt> {
        let stored = chats::find(cx.db, chat)?;
        self.finding.strangers.remove(&chat);
        if stored.as_ref().is_some_and(|chat| chat.membership != Membership::Wanted) {
            return Ok(());
        }
        let generation = Generation(info.generation);
        let device = mls::own_device(cx)?;
        let aad = match &stored {
            Some(stored) => witness::authenticated_data(cx, stored)?,
            None => Vec::new(),
        };
        let join = {
            let provider = mls::provider(cx);
            let scope = (chat, generation);
            mls::taken(join_external(&provider, &device, scope, &info.group_info, &info.ratchet_tree, &aad))?
        };
        let Some(join) = join else { return self.on_join_failed(cx, chat, info) };
        let me = cx.me()?.address.account;
        let accounts: Vec<AccountId> = join.roster.iter().map(|entry| entry.address.account).collect();
        let expected = |stored: &Chat| {
            stored.kind == join.policy.kind && accounts.iter().all(|account| *account == me || *account == stored.peer)
        };
        if stored.as_ref().is_some_and(|stored| stored.kind != ChatKind::Group && !expected(stored)) {
            self.pause(cx, chat, 60_000);
            return Ok(());
        }
        if join.policy.kind == ChatKind::Group && leaving::is_over(cx, chat, &accounts)? {
            mls::taken(discard_external(&mls::provider(cx), chat, generation))?;
            return stored.map_or(Ok(()), |stored| leaving::over(cx, &stored));
        }
        // Never back to a state that is older than the known one.
        let known_epoch = match &stored {
            Some(stored) if stored.generation == generation => mls::load(cx, stored)?.map_or(0, |group| group.epoch()),
            _ => 0,
        };
        if join.base_epoch < known_epoch && !broken(Rule::EpochNeverFalls) {
            let what = "an older state of a chat than this device has seen".to_owned();
            cx.event(Event::Notice(Notice::ServerNotTrusted { what }));
            self.pause(cx, chat, 60_000);
            return Ok(());
        }
        if let Some(stored) = &stored
            && !resetting::may_be(cx, stored, &join.policy)?
        {
            self.pause(cx, chat, 60_000);
            return Ok(());
        }
        if let Some(stored) = &stored {
            vouching::comes_into(cx, stored, &join.vouched_by)?;
        }
        self.adopt_chat(cx, &join.policy, cx.now_ms)?;
        let op_id = OpId(chats::random_id(cx));
        let commit = Commit {
            op_id: op_id.to_vec(),
            chat: chat.to_vec(),
            generation: generation.0,
            base_epoch: join.base_epoch,
            commit: join.commit,
            welcomes: Vec::new(),
            group_info: join.group_info,
            purpose: commit::Purpose::Link.into(),
        };
        let operation = Operation {
            op_id,
            chat,
            kind: Kind::Join,
            message: None,
            content: Vec::new(),
            frame: commit.encode_to_vec(),
        };
        outbox::push(cx, &operation)
    }

    pub(crate) fn on_joined(&mut self, cx: &mut Context<'_>, chat: ChatId, place: Place) -> Result<(), Halt> {
        let Place { seq, time_ms } = place;
        let Some(stored) = chats::find(cx.db, chat)? else { return Ok(()) };
        let provider = mls::provider(cx);
        match finish_external(&provider, chat, stored.generation) {
            Ok(_) => {}
            // A fault of this program's, as what is staged goes with its operation. To stop would be for ever: the leaf that
            // the server took has no keys here, and another joining takes its place.
            Err(MlsError::Rule(RuleError::PendingCommit)) => {
                tracing::error!("a joining was taken that is not staged any more");
                return self.join_again(cx, chat);
            }
            Err(error) => return Err(Halt::Encryption(error.to_string())),
        }
        witness::begin(cx, chat, seq, None)?;
        // What was said before is for this account too. A companion asks the phone for it, with the history.
        // So does a phone that came out of a backup, of groups as well: it was in them.
        let was_there = stored.kind == ChatKind::Direct || (stored.applied_seq > 0 && restoring::is_restored(cx)?);
        if cx.is_phone()? && was_there && stored.applied_seq + 1 < seq {
            cx.db
                .prepare_cached(
                    "UPDATE chat SET resync_ms = CASE WHEN resync_from IS NULL THEN applied_ms ELSE resync_ms END,
                     resync_from = coalesce(resync_from, applied_seq + 1) WHERE chat = ?1",
                )?
                .execute([chat.as_bytes()])?;
        }
        self.enter(cx, chat, None, place)?;
        chats::set_applied(cx, chat, seq, time_ms)?;
        updating::renewed(cx, chat)?;
        came_in_at(cx, chat, seq)?;
        self.stuck.remove(&chat);
        if stored.kind != ChatKind::SelfGroup && !broken(Rule::MarksAskedOnEntry) {
            self.marks_wanted.insert(chat);
        }
        cx.changed.mirror = true;
        self.want_removals_on_entry(cx, chat)
    }

    /// The race was lost, or the attempt refused: from the group's newest state again.
    pub(crate) fn join_again(&mut self, cx: &mut Context<'_>, chat: ChatId) -> Result<(), Halt> {
        let Some(stored) = chats::find(cx.db, chat)? else { return Ok(()) };
        let provider = mls::provider(cx);
        mls::taken(discard_external(&provider, chat, stored.generation))?;
        self.pause(cx, chat, 200);
        Ok(())
    }
}

/// Came in anew where it was before: what lies between is looked for, as far as there is something.
pub(crate) fn came_in_at(cx: &Context<'_>, chat: ChatId, seq: u64) -> Result<(), Halt> {
    cx.db.prepare_cached("UPDATE chat SET join_fails = 0 WHERE chat = ?1")?.execute([chat.as_bytes()])?;
    cx.db
        .prepare_cached(
            "UPDATE chat SET join_seq = ?2, archived_seq = CASE WHEN archived_seq + 1 >= join_seq
             THEN max(archived_seq, ?2 - 1) ELSE archived_seq END,
             resync_from = CASE WHEN resync_from < ?2 THEN resync_from END
             WHERE chat = ?1 AND resync_from IS NOT NULL",
        )?
        .execute(rusqlite::params![chat.as_bytes(), seq])?;
    Ok(())
}

#[cfg(test)]
mod joining_tests;
