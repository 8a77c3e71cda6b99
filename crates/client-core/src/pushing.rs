//! Being notified while no page is open (Web Push): whether this device is, and what its service worker may know for it. The keys of
//! previews, and the previews, are below. Knows no push service: the interface subscribes, the server pushes.

mod keys;

use crate::blocking;
use crate::client::{Client, Context};
use crate::http::{self, Answer as Reply, Purpose};
use crate::io::{Halt, HttpMethod, Output, PushChat, PushKey, PushTask};
use crate::own_state::{self, ChatKey};
use crate::{chats, groups, this};
use client_api::{Answer, Event, PushState, PushSubscription, UserError};
use identity::ChatKind;
pub(crate) use keys::on_key;
use prost::Message as _;
use proto::account;
use proto::ids::ChatId;
use rusqlite::OptionalExtension as _;

/// The address at which this device is notified, if it is.
fn endpoint(cx: &Context<'_>) -> Result<Option<String>, Halt> {
    Ok(cx.db.prepare_cached("SELECT endpoint FROM push")?.query_row([], |row| row.get(0)).optional()?)
}

/// Shows whether it is.
pub(crate) fn show(cx: &mut Context<'_>) -> Result<(), Halt> {
    let state = endpoint(cx)?.map_or(PushState::Off, |endpoint| PushState::On { endpoint });
    cx.event(Event::Push(state));
    Ok(())
}

/// Gives the driver all that the service worker may know, in place of what it knew. Nothing where this device is not notified.
pub(crate) fn give_book(cx: &mut Context<'_>) -> Result<(), Halt> {
    if endpoint(cx)?.is_none() {
        return Ok(());
    }
    let mut all = Vec::new();
    for chat in chats::visible(cx.db)? {
        all.push(page_of(cx, &chat)?);
    }
    let previews = own_state::settings(cx.db)?.previews;
    cx.out.push(Output::Push(PushTask::Keep { previews, chats: all }));
    Ok(())
}

/// The same of what this input changed.
pub(crate) fn give_changes(cx: &mut Context<'_>, changed: impl Iterator<Item = ChatId>) -> Result<(), Halt> {
    let changed: Vec<ChatId> = changed.collect();
    if changed.is_empty() || endpoint(cx)?.is_none() {
        return Ok(());
    }
    let mut pages = Vec::new();
    for chat in changed {
        if let Some(chat) = chats::find(cx.db, chat)?.filter(|chat| chat.kind != ChatKind::SelfGroup) {
            pages.push(page_of(cx, &chat)?);
        }
    }
    if !pages.is_empty() {
        cx.out.push(Output::Push(PushTask::Change(pages)));
    }
    Ok(())
}

fn page_of(cx: &Context<'_>, chat: &chats::Chat) -> Result<PushChat, Halt> {
    let keys = keys::of(cx.db, chat.chat)?.into_iter().map(PushKey).collect();
    let me = client_api::AccountId(cx.me()?.address.account.0);
    // Of two there is no need to say who wrote.
    let people: Vec<_> = match chat.kind {
        ChatKind::Group => groups::rows(cx.db, chat.chat)?.into_iter().map(|row| (row.account, row.title)).collect(),
        ChatKind::Direct | ChatKind::SelfGroup => vec![(client_api::AccountId(chat.peer.0), String::new())],
    };
    let people = people.into_iter().filter(|(account, _)| *account != me).collect();
    Ok(PushChat {
        chat: client_api::ChatId(chat.chat.0),
        title: chats::title(cx.db, chat)?,
        muted_until_ms: own_state::chat_number(cx, ChatKey::Mute, chat.chat)?,
        blocked: blocking::blocks_chat(cx.db, chat)?,
        keys,
        people,
    })
}

impl Client {
    /// "For which key shall the browser subscribe?"
    pub(crate) fn ask_push_key(&mut self, cx: &mut Context<'_>, request: u32) -> Result<(), Halt> {
        let Some(token) = this::session_token(cx.db)? else {
            cx.answer(request, Err(UserError::Offline));
            return Ok(());
        };
        let purpose = Purpose::PushKey { request };
        cx.out.push(self.calls.start(purpose, HttpMethod::Get, "/v1/push/key", Vec::new(), Some(token)));
        Ok(())
    }

    pub(crate) fn on_push_key(&mut self, cx: &mut Context<'_>, request: u32, reply: Reply<account::PushKey>) {
        let answer = match reply {
            Reply::Ok(key) => Ok(Answer::PushKey(key.key)),
            Reply::Problem(problem) => Err(http::user_error(&problem)),
            Reply::None => Err(UserError::Offline),
        };
        cx.answer(request, answer);
    }

    /// The browser has subscribed: the server gets its address, and keeps it as long as this device is one.
    pub(crate) fn turn_push_on(
        &mut self,
        cx: &mut Context<'_>,
        request: u32,
        subscription: PushSubscription,
    ) -> Result<(), Halt> {
        let Some(token) = this::session_token(cx.db)? else {
            cx.answer(request, Err(UserError::Offline));
            return Ok(());
        };
        let PushSubscription { endpoint, p256dh, auth } = subscription;
        let body = account::PutPush { endpoint: endpoint.clone(), p256dh, auth }.encode_to_vec();
        // Of two the later one counts, whichever is answered first.
        self.calls.drop_where(|purpose| matches!(purpose, Purpose::PutPush { .. }));
        let purpose = Purpose::PutPush { request, endpoint };
        cx.out.push(self.calls.start(purpose, HttpMethod::Put, "/v1/push", body, Some(token)));
        Ok(())
    }

    pub(crate) fn on_push_put(
        &mut self,
        cx: &mut Context<'_>,
        request: u32,
        endpoint: &str,
        reply: Reply<()>,
    ) -> Result<(), Halt> {
        match reply {
            Reply::Ok(()) => {}
            Reply::Problem(problem) => {
                cx.answer(request, Err(http::user_error(&problem)));
                return Ok(());
            }
            Reply::None => {
                cx.answer(request, Err(UserError::Offline));
                return Ok(());
            }
        }
        cx.db.prepare_cached("DELETE FROM push")?.execute([])?;
        cx.db.prepare_cached("INSERT INTO push (endpoint) VALUES (?1)")?.execute([endpoint])?;
        give_book(cx)?;
        show(cx)?;
        cx.answer(request, Ok(Answer::Done));
        Ok(())
    }

    /// No more. The interface ends the subscription: should the server not hear of it here, its next push is told that nobody is there.
    pub(crate) fn turn_push_off(&mut self, cx: &mut Context<'_>, request: u32) -> Result<(), Halt> {
        self.calls.drop_where(|purpose| matches!(purpose, Purpose::PutPush { .. }));
        cx.db.prepare_cached("DELETE FROM push")?.execute([])?;
        cx.out.push(Output::Push(PushTask::Forget));
        if let Some(token) = this::session_token(cx.db)? {
            cx.out.push(self.calls.start(Purpose::DropPush, HttpMethod::Delete, "/v1/push", Vec::new(), Some(token)));
        }
        show(cx)?;
        cx.answer(request, Ok(Answer::Done));
        Ok(())
    }
}

#[cfg(test)]
mod pushing_tests;
