//! The link into a group of many: an admin's word in the chat, in force from its place in the log on, kept as own-device state under the same operation
//! on every device. Who asks with it: `requests`; asking: `asking`.

use super::changing::{self, own_to_change};
use super::{clock_ms_of, is_admin, is_dated, members, own_words, title, was_before};
use crate::chats::{Chat, random_id};
use crate::client::{Client, Context};
use crate::io::Halt;
use crate::messages::Place;
use crate::own_state::ChatKey;
use crate::profile::ui_account;
use crate::{notices, state, this};
use client_api::{Answer, LinkChange, LinkCode, LinkNews, SystemLine, UserError};
use identity::ChatKind;
use prost::Message as _;
use proto::content::{GroupLink, StateOp, content};
use proto::ids::{AccountId, ChatId};
use proto::limits::{JOIN_ADMINS_MAX, JOIN_SECRET_LEN};
use proto::qr::JoinCode;
use rusqlite::Connection;

type Answered = Result<Result<Answer, UserError>, Halt>;

/// What counts of a group's link; without a secret there is none.
pub(super) fn of(db: &Connection, chat: ChatId) -> Result<GroupLink, Halt> {
    let stored = state::get(db, &ChatKey::GroupLink.of(chat))?.unwrap_or_default();
    let link = GroupLink::decode(stored.as_slice()).unwrap_or_default();
    // A sibling may have put anything there.
    Ok(if is_link(&link) { link } else { GroupLink::default() })
}

/// With a secret, or none.
fn is_link(link: &GroupLink) -> bool {
    link.secret.is_empty() || link.secret.len() == JOIN_SECRET_LEN
}

/// What will count when all that this account has said of it is heard.
pub(super) fn newest(db: &Connection, chat: ChatId) -> Result<GroupLink, Halt> {
    let mut newest = of(db, chat)?;
    for body in own_words::under_way(db, chat)? {
        if let content::Body::GroupLink(said) = body
            && said.clock_ms > newest.clock_ms
        {
            newest = said;
        }
    }
    Ok(newest)
}

/// The link as the group's admins have it; nobody else.
pub(crate) fn shown(cx: &Context<'_>, chat: ChatId) -> Result<Option<client_api::GroupLink>, Halt> {
    if !is_admin(cx.db, chat, cx.me()?.address.account)? {
        return Ok(None);
    }
    let link = of(cx.db, chat)?;
    let code = code(cx, chat, &link)?;
    Ok(code.map(|code| client_api::GroupLink { code: code.to_text(), approval: link.approval, call: link.call }))
}

/// Whoever opens it asks this account first, then others who can let in.
fn code(cx: &Context<'_>, chat: ChatId, link: &GroupLink) -> Result<Option<JoinCode>, Halt> {
    let (Some(server_id), Ok(secret)) =
        (this::server_id(cx.db)?, <[u8; JOIN_SECRET_LEN]>::try_from(link.secret.as_slice()))
    else {
        return Ok(None);
    };
    let me = cx.me()?.address.account;
    let others = members(cx.db, chat)?.into_iter().filter(|(account, member)| *account != me && member.stays_admin());
    let admins = std::iter::once(me).chain(others.map(|(account, _)| account)).take(JOIN_ADMINS_MAX).collect();
    Ok(Some(JoinCode { server_id, chat, call: link.call, secret, admins, name: title(cx.db, chat)? }))
}

/// Somebody says with which secret one may ask. Only an admin's word counts.
pub(super) fn on_link(
    cx: &mut Context<'_>,
    chat: &Chat,
    by: AccountId,
    given: &GroupLink,
    place: Place,
) -> Result<(), Halt> {
    let may = chat.kind == ChatKind::Group && is_admin(cx.db, chat.chat, by)?;
    if !may || !is_link(given) || !is_dated(given.clock_ms, place.time_ms) {
        return Ok(());
    }
    let before = of(cx.db, chat.chat)?;
    let value = GroupLink { again: false, ..given.clone() }.encode_to_vec();
    let op = StateOp { key: ChatKey::GroupLink.of(chat.chat), value, clock: given.clock_ms << 16, device: 0 };
    if state::merge(cx.db, &op)? != state::Merge::Changed {
        return Ok(());
    }
    cx.changed.infos.insert(chat.chat);
    let news = match (before.secret.is_empty(), given.secret.is_empty()) {
        (true, false) => LinkNews::On,
        (false, true) => LinkNews::Off,
        (false, false) if before.secret != given.secret => LinkNews::Reset,
        _ => return Ok(()),
    };
    if !(given.again && was_before(cx.db, chat.chat, given.clock_ms)?) {
        let line = SystemLine::GroupLinkChanged { by: ui_account(by), news };
        notices::say_at(cx, chat, &line, place.time_ms)?;
    }
    Ok(())
}

/// The group is over for this device: it lets nobody in any more. As of photos, whoever comes back is told again.
pub(super) fn put_away(cx: &Context<'_>, chat: ChatId) -> Result<(), Halt> {
    cx.db.prepare_cached("UPDATE state SET value = x'' WHERE key = ?1")?.execute([ChatKey::GroupLink.of(chat)])?;
    Ok(())
}

/// What an admin makes of what there is.
fn changed(link: &GroupLink, change: LinkChange, new_secret: [u8; JOIN_SECRET_LEN]) -> GroupLink {
    let kept = || if link.secret.is_empty() { new_secret.to_vec() } else { link.secret.clone() };
    match change {
        LinkChange::On => GroupLink { secret: kept(), ..link.clone() },
        LinkChange::Approval(approval) => GroupLink { secret: kept(), approval, ..link.clone() },
        LinkChange::Reset => GroupLink { secret: new_secret.to_vec(), ..link.clone() },
        LinkChange::Off => GroupLink { secret: Vec::new(), ..link.clone() },
    }
}

impl Client {
    /// "Let there be a link", another one, or none.
    pub(super) fn set_group_link(
        &mut self,
        cx: &mut Context<'_>,
        chat: client_api::ChatId,
        change: LinkChange,
    ) -> Answered {
        let chat = match own_to_change(cx, chat)? {
            Ok(chat) => chat.chat,
            Err(error) => return Ok(Err(error)),
        };
        self.change_link(cx, chat, change)?;
        Ok(Ok(Answer::Done))
    }

    fn change_link(&mut self, cx: &mut Context<'_>, chat: ChatId, change: LinkChange) -> Result<(), Halt> {
        let before = newest(cx.db, chat)?;
        let next = changed(&before, change, random_id(cx));
        if next == before {
            return Ok(());
        }
        let clock_ms = cx.now_ms.max(before.clock_ms + 1);
        self.tell_chat(cx, chat, content::Body::GroupLink(GroupLink { clock_ms, again: false, ..next }))
    }

    /// This device put somebody out, who may have the link: devices that never heard of it would let them in again. Where an admin says of each who
    /// comes in, the link stays.
    pub(super) fn renew_link(&mut self, cx: &mut Context<'_>, chat: ChatId) -> Result<(), Halt> {
        let link = newest(cx.db, chat)?;
        if link.secret.is_empty() || link.approval {
            return Ok(());
        }
        self.change_link(cx, chat, LinkChange::Reset)
    }

    /// "Make a call that I can send to people as a link."
    pub(super) fn make_call_link(&mut self, cx: &mut Context<'_>, name: &str) -> Answered {
        if this::server_id(cx.db)?.is_none() {
            return Ok(Err(UserError::Offline));
        }
        let chat = match changing::create(cx, name, &[])? {
            Ok(Answer::Chat(chat)) => chat,
            other => return Ok(other),
        };
        let id = ChatId(chat.0);
        let secret = random_id(cx).to_vec();
        let link = GroupLink { clock_ms: cx.now_ms, again: false, secret, approval: false, call: true };
        let code = code(cx, id, &link)?.map(|code| code.to_text()).unwrap_or_default();
        // It waits until the group is there.
        self.tell_chat(cx, id, content::Body::GroupLink(link))?;
        Ok(Ok(Answer::CallLink { chat, code: LinkCode(code) }))
    }

    /// Tells those who came: one of them may become an admin.
    pub(super) fn say_link(&mut self, cx: &mut Context<'_>, chat: ChatId) -> Result<(), Halt> {
        if clock_ms_of(cx.db, ChatKey::GroupLink, chat)? == 0 {
            return Ok(());
        }
        let link = of(cx.db, chat)?;
        self.tell_chat(cx, chat, content::Body::GroupLink(GroupLink { again: true, ..link }))
    }
}
