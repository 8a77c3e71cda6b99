//! Messages, acknowledgements, marks, and everything that only reads.

use super::public_groups::LoadedGroup;
use super::validate::{self, Place};
use super::{
    Delivery, Effect, Handled, MARK_PUSH_LEAVES_MAX, OpError, Readers, SEALED_LEN_MAX, at_most, id, outcome_reply,
};
use crate::push::{Notice, Urgency};
use openmls::prelude::tls_codec::Serialize;
use proto::ids::{ChatId, DeviceAddress, Generation, OpId};
use proto::limits::{APP_LEN_MAX, LOG_PAGE_LEN_MAX, PUSH_HINT_LEN_MAX, URGENT_FOR_MAX};
use proto::wire::{self, reply};
use server_store::StoreError;
use server_store::groups::{AcceptOutcome, Accepted, Entry, EntryKind, FannedOut, Membership, NewApp, Pointers, Rest};
use server_store::mailboxes::{Further, Mark, PutMarkOutcome};
use std::sync::Arc;

/// Groups in one answer to ListGroups.
const LIST_GROUPS_MAX: u32 = 512;
/// Chats in one GetMarks.
const GET_MARKS_MAX: usize = 256;
/// Devices of a chat whose pointers are written with the message itself. In larger ones the writer would hold everybody up.
const POINTED_AT_ONCE_MAX: u32 = 32;
/// Bytes of log entries in one page, where it has more than one: over a slow line a page has to come before the client takes the socket for
/// lost.
const PAGE_LEN_MAX: usize = 256 * 1024;

impl Delivery {
    pub(super) async fn app(&self, sender: DeviceAddress, app: wire::App, now_ms: u64) -> Result<Handled, OpError> {
        at_most(&app.ciphertext, APP_LEN_MAX)?;
        at_most(&app.push_hint, PUSH_HINT_LEN_MAX)?;
        let chat: ChatId = id(app.chat, "chat")?;
        let op_id: OpId = id(app.op_id, "op_id")?;
        let generation = Generation(app.generation);
        validate::check_app(&app.ciphertext, Place { chat, generation, epoch: app.epoch })?;
        if app.urgent_for.len() > URGENT_FOR_MAX {
            return Err(OpError::TooMany(app.urgent_for.len(), "accounts to wake"));
        }
        let only =
            app.urgent_for.into_iter().map(|account| id(account, "urgent_for")).collect::<Result<Vec<_>, _>>()?;
        let urgency = if app.urgent || !only.is_empty() { Urgency::Call } else { Urgency::Message };
        let notice = notice(Notice { chat, sender, hint: app.push_hint, urgency, only });
        let bytes = Arc::new(app.ciphertext);
        let new = NewApp { op_id, chat, generation, epoch: app.epoch, sender, bytes: bytes.clone(), now_ms };
        let (outcome, pointers) = self.stores.groups.accept_app(new, POINTED_AT_ONCE_MAX).await?;
        let readers = match &pointers {
            Pointers::Own(to) => Readers::These(to.clone()),
            Pointers::Behind(_) | Pointers::Later => Readers::Members,
        };
        let mut effects = match (&outcome, pointers) {
            (AcceptOutcome::Accepted(Accepted { seq, time_ms }), Pointers::Own(to)) => {
                let item = wire::GroupItem {
                    chat: chat.to_vec(),
                    generation: generation.0,
                    seq: *seq,
                    epoch: app.epoch,
                    kind: wire::group_item::Kind::App.into(),
                    sender: Some(sender.to_wire()),
                    op_id: op_id.to_vec(),
                    time_ms: *time_ms,
                    bytes: Arc::unwrap_or_clone(bytes),
                };
                vec![Effect::Pointed { item, to }]
            }
            (AcceptOutcome::Accepted(_), Pointers::Behind(FannedOut { devices, rest: Rest::Done })) => {
                vec![Effect::QueuesGrew(devices)]
            }
            (AcceptOutcome::Accepted(_), Pointers::Behind(FannedOut { devices, rest: Rest::More })) => {
                vec![Effect::QueuesGrew(devices), Effect::FanOut(chat)]
            }
            (AcceptOutcome::Accepted(_), Pointers::Later) => vec![Effect::FanOut(chat)],
            _ => Vec::new(),
        };
        if matches!(outcome, AcceptOutcome::Accepted(_)) {
            effects.extend(notice.map(|notice| Effect::Notify { notice, readers }));
        }
        Ok(Handled { reply: Some(outcome_reply(&outcome)?), effects })
    }

    pub(super) async fn get_group_info(
        &self,
        sender: DeviceAddress,
        get: &wire::GetGroupInfo,
    ) -> Result<Handled, OpError> {
        let chat: ChatId = id(get.chat.clone(), "chat")?;
        self.account_members(sender, chat).await?;
        let state = self.stores.groups.group_state(chat).await?.ok_or(OpError::NotFound)?;
        let loaded = LoadedGroup::load(&state)?;
        let ratchet_tree = loaded.group.export_ratchet_tree().tls_serialize_detached().map_err(OpError::invalid)?;
        Ok(Handled::reply(reply::Body::GroupInfo(wire::GroupInfo {
            chat: chat.to_vec(),
            generation: state.head.generation.0,
            epoch: state.head.epoch,
            head_seq: state.head.head_seq,
            group_info: state.group_info,
            ratchet_tree,
            chain_hash: state.head.chain_hash.to_vec(),
        })))
    }

    pub(super) async fn fetch_log(&self, sender: DeviceAddress, fetch: &wire::FetchLog) -> Result<Handled, OpError> {
        let chat: ChatId = id(fetch.chat.clone(), "chat")?;
        let limit = fetch.limit.clamp(1, LOG_PAGE_LEN_MAX);
        let page = self
            .stores
            .groups
            .fetch_log(chat, sender.account, fetch.from_seq, limit)
            .await?
            .ok_or(OpError::Denied("never a member"))?;
        let mut len = 0;
        let items = page.entries.into_iter().take_while(|entry| {
            // The first one always goes out, or a reader would ask for it for ever.
            let fits = len == 0 || len + entry.bytes.len() <= PAGE_LEN_MAX;
            len += entry.bytes.len();
            fits
        });
        let items = items.map(group_item).collect();
        Ok(Handled::reply(reply::Body::LogPage(wire::LogPage {
            items,
            head_seq: page.head_seq,
            first_kept_seq: page.first_kept_seq,
        })))
    }

    pub(super) async fn list_groups(&self, sender: DeviceAddress, list: &wire::ListGroups) -> Result<Handled, OpError> {
        let after = match list.after_chat.as_slice() {
            [] => None,
            bytes => Some(id::<ChatId>(bytes.to_vec(), "after_chat")?),
        };
        let limit = list.limit.clamp(1, LIST_GROUPS_MAX);
        let mut groups = self.stores.groups.list_groups(sender, after, limit + 1).await?;
        let more = groups.len() > limit as usize;
        groups.truncate(limit as usize);
        let heads = groups.into_iter().map(|group| wire::GroupHead {
            chat: group.head.chat.to_vec(),
            generation: group.head.generation.0,
            epoch: group.head.epoch,
            head_seq: group.head.head_seq,
            joined: group.membership == Membership::Joined,
        });
        Ok(Handled::reply(reply::Body::GroupHeads(wire::GroupHeads { heads: heads.collect(), more })))
    }

    /// Tells of a direct chat only who could be in it: the key cannot be guessed without both accounts, and the chat's
    /// id opens nothing.
    pub(super) async fn find_direct(&self, sender: DeviceAddress, find: &wire::FindDirect) -> Result<Handled, OpError> {
        let key =
            <[u8; 32]>::try_from(find.direct_key.as_slice()).map_err(|_| OpError::invalid("direct_key: 32 bytes"))?;
        let found = match self.stores.groups.find_unique(key).await? {
            Some((chat, generation)) => {
                let members = self.stores.groups.members(chat).await?;
                members.iter().any(|m| m.device.account == sender.account).then_some((chat, generation))
            }
            None => None,
        };
        Ok(Handled::reply(reply::Body::DirectFound(match found {
            Some((chat, generation)) => wire::DirectFound { chat: chat.to_vec(), generation: generation.0 },
            None => wire::DirectFound::default(),
        })))
    }

    pub(super) async fn ack(&self, sender: DeviceAddress, ack: wire::Ack, now_ms: u64) -> Result<Handled, OpError> {
        let effects = self.acknowledge(sender, ack.queue_seq, now_ms).await?;
        Ok(Handled { reply: Some(reply::Body::Done(wire::Done {})), effects })
    }

    /// A device has its queue up to here: who is to be told that its account got further.
    pub(crate) async fn acknowledge(
        &self,
        device: DeviceAddress,
        queue_seq: u64,
        now_ms: u64,
    ) -> Result<Vec<Effect>, StoreError> {
        let account = device.account;
        let further = self.stores.mailboxes.acknowledge(device, queue_seq, now_ms, MARK_PUSH_LEAVES_MAX).await?;
        let told = further.into_iter().filter_map(|Further { up_to, devices }| {
            let to = devices?.into_iter().filter(|other| other.account != account).collect();
            Some(Effect::Delivered { further: up_to, account, time_ms: now_ms, to })
        });
        Ok(told.collect())
    }

    pub(super) async fn read_mark(&self, sender: DeviceAddress, mark: wire::ReadMark) -> Result<Handled, OpError> {
        at_most(&mark.sealed, SEALED_LEN_MAX)?;
        let chat: ChatId = id(mark.chat, "chat")?;
        let stored = match self.stores.mailboxes.put_mark(sender, chat, mark.epoch, mark.sealed).await? {
            PutMarkOutcome::Stored(mark) => mark,
            PutMarkOutcome::Denied => return Err(OpError::Denied("not a member")),
        };
        let to = self.told_of_marks(chat, |device| *device != sender).await?;
        let effects = to.map(|to| Effect::MarkChanged { chat, mark: stored, to }).into_iter().collect();
        Ok(Handled { reply: Some(reply::Body::Done(wire::Done {})), effects })
    }

    pub(super) async fn get_marks(&self, sender: DeviceAddress, get: &wire::GetMarks) -> Result<Handled, OpError> {
        if get.chats.len() > GET_MARKS_MAX {
            return Err(OpError::TooLarge(get.chats.len()));
        }
        let chats = get.chats.iter().map(|chat| id(chat.clone(), "chat")).collect::<Result<Vec<ChatId>, OpError>>()?;
        let marks = self.stores.mailboxes.marks(sender.account, chats).await?;
        let chats = marks.into_iter().map(|(chat, marks)| wire::ChatMarks {
            chat: chat.to_vec(),
            marks: marks.into_iter().map(account_mark).collect(),
        });
        Ok(Handled::reply(reply::Body::Marks(wire::Marks { chats: chats.collect() })))
    }

    /// Never stored, never acknowledged.
    pub(super) async fn ephemeral(
        &self,
        sender: DeviceAddress,
        ephemeral: wire::Ephemeral,
    ) -> Result<Handled, OpError> {
        at_most(&ephemeral.sealed, SEALED_LEN_MAX)?;
        let chat: ChatId = id(ephemeral.chat, "chat")?;
        let members = self.stores.groups.members(chat).await?;
        if !members.iter().any(|m| m.device == sender) {
            return Err(OpError::Denied("not a member"));
        }
        let item = wire::EphemeralItem {
            chat: chat.to_vec(),
            epoch: ephemeral.epoch,
            sealed: ephemeral.sealed,
            sender: Some(sender.to_wire()),
        };
        let to = members.into_iter().map(|m| m.device).filter(|device| *device != sender).collect();
        Ok(Handled { reply: None, effects: vec![Effect::Ephemeral { item, to }] })
    }

    async fn account_members(&self, sender: DeviceAddress, chat: ChatId) -> Result<(), OpError> {
        let members = self.stores.groups.members(chat).await?;
        if members.iter().any(|m| m.device.account == sender.account) {
            Ok(())
        } else if members.is_empty() {
            Err(OpError::NotFound)
        } else {
            Err(OpError::Denied("the account is not a member"))
        }
    }

    /// Whose devices hear of a mark at once; `None` in a chat of so many leaves that a message's marks would be thousands of frames: its
    /// devices ask for them.
    async fn told_of_marks(
        &self,
        chat: ChatId,
        wanted: impl Fn(&DeviceAddress) -> bool,
    ) -> Result<Option<Vec<DeviceAddress>>, StoreError> {
        let members = self.stores.groups.few_members(chat, MARK_PUSH_LEAVES_MAX).await?;
        Ok(members.map(|members| members.into_iter().map(|member| member.device).filter(wanted).collect()))
    }
}

/// An entry as it goes over the wire.
pub fn group_item(entry: Entry) -> wire::GroupItem {
    let kind = match entry.kind {
        EntryKind::App => wire::group_item::Kind::App,
        EntryKind::Commit => wire::group_item::Kind::Commit,
        EntryKind::Create => wire::group_item::Kind::Create,
    };
    wire::GroupItem {
        chat: entry.chat.to_vec(),
        generation: entry.generation.0,
        seq: entry.seq,
        epoch: entry.epoch,
        kind: kind.into(),
        sender: Some(entry.sender.to_wire()),
        op_id: entry.op_id.to_vec(),
        time_ms: entry.time_ms,
        bytes: entry.bytes,
    }
}

/// A mark as it goes over the wire.
pub fn account_mark(mark: Mark) -> wire::AccountMark {
    wire::AccountMark {
        account: mark.account.to_vec(),
        delivered_seq: mark.delivered_seq,
        delivered_ms: mark.delivered_ms,
        epoch: mark.epoch,
        sealed: mark.sealed,
    }
}

/// A message of which people are to be notified has a hint, or is urgent.
fn notice(notice: Notice) -> Option<Arc<Notice>> {
    (notice.urgency == Urgency::Call || !notice.hint.is_empty()).then(|| Arc::new(notice))
}
