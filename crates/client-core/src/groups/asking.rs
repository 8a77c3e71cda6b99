//! Asking to be let into a group with its link: what was asked of whom, and what came back. Owns the tables `join_ask` and `join_ask_admin`.

use super::requests::LIFE_MS;
use super::{clock_ms_of, link, title};
use crate::accounts::{self, code_error};
use crate::chats::{self, Membership, random_id};
use crate::client::{Client, Context};
use crate::io::Halt;
use crate::kept_out::Cut;
use crate::own_state::{self, ChatKey};
use crate::profile::tidy_name;
use crate::{blocking, this};
use client_api::{Answer, Event, JoinCommand, JoinRow, JoinState, UserError};
use identity::ChatKind;
use prost::Message as _;
use proto::content::join_answer::Verdict;
use proto::content::{Content, JoinAnswer, JoinRequest, content};
use proto::ids::{AccountId, ChatId, DeviceAddress, MessageId};
use proto::qr::JoinCode;
use rusqlite::{OptionalExtension as _, params};

/// Links that are remembered as opened here; of more, those of before are forgotten.
const ASKS_MAX: u32 = 16;

type Answered = Result<Result<Answer, UserError>, Halt>;

/// What somebody said in the chat of two about coming into a group; no part of the conversation.
pub(crate) fn is_about_joining(content: &[u8]) -> bool {
    let body = Content::decode(content).ok().and_then(|content| content.body);
    matches!(body, Some(content::Body::JoinRequest(_) | content::Body::JoinAnswer(_)))
}

fn read(cx: &Context<'_>, text: &str) -> Result<Result<JoinCode, UserError>, Halt> {
    let code = match JoinCode::parse(text) {
        Ok(code) => code,
        Err(error) => return Ok(Err(code_error(error))),
    };
    let own = this::server_id(cx.db)?;
    Ok(match own {
        None => Err(UserError::Offline),
        Some(own) if own != code.server_id => Err(UserError::CodeOtherServer),
        Some(_) => Ok(code),
    })
}

/// This device is in the group.
fn is_in(cx: &Context<'_>, chat: ChatId) -> Result<bool, Halt> {
    let stored = chats::find(cx.db, chat)?.filter(|chat| chat.kind == ChatKind::Group);
    Ok(stored.is_some_and(|chat| matches!(chat.membership, Membership::Joined | Membership::Wanted)))
}

/// What has come of it; `None`: nobody was asked with this secret.
fn state(cx: &Context<'_>, code: &JoinCode) -> Result<Option<JoinState>, Halt> {
    if is_in(cx, code.chat)? {
        return Ok(Some(JoinState::In));
    }
    let asked: Option<String> = cx
        .db
        .prepare_cached("SELECT code FROM join_ask WHERE chat = ?1 AND asked_ms > ?2")?
        .query_row(params![code.chat.as_bytes(), cx.now_ms.saturating_sub(LIFE_MS)], |row| row.get(0))
        .optional()?;
    let with_this = |asked: &String| JoinCode::parse(asked).is_ok_and(|asked| asked.secret == code.secret);
    if !asked.as_ref().is_some_and(with_this) {
        return Ok(None);
    }
    let answers: Vec<Verdict> = {
        let mut statement = cx.db.prepare_cached("SELECT answer FROM join_ask_admin WHERE chat = ?1")?;
        let rows = statement.query_map([code.chat.as_bytes()], |row| row.get::<_, i32>(0))?;
        let verdict =
            |answer: rusqlite::Result<i32>| answer.map(|answer| Verdict::try_from(answer).unwrap_or_default());
        rows.map(verdict).collect::<Result<_, _>>()?
    };
    // It was in, and is not any more.
    Ok((!answers.is_empty()).then(|| of_answers(&answers)))
}

/// One admin is enough for all but this: that the link is void they must all say, as one who is no admin any more says so too.
fn of_answers(answers: &[Verdict]) -> JoinState {
    let any = |wanted: &[Verdict]| answers.iter().any(|answer| wanted.contains(answer));
    match () {
        () if any(&[Verdict::IsIn]) => JoinState::In,
        () if any(&[Verdict::LetIn]) => JoinState::Waiting,
        () if any(&[Verdict::Declined]) => JoinState::Declined,
        () if any(&[Verdict::Full]) => JoinState::Full,
        () if any(&[Verdict::Waits]) => JoinState::Waiting,
        () if answers.iter().all(|answer| *answer == Verdict::Void) => JoinState::Void,
        () => JoinState::Asking,
    }
}

/// For the interface. What a link says of a name is as little to be trusted as any other text of strangers: of a group that this device is in, what
/// it has heard there counts.
fn row(cx: &Context<'_>, code: &JoinCode) -> Result<JoinRow, Halt> {
    let state = state(cx, code)?.unwrap_or(JoinState::Open);
    let is_in = is_in(cx, code.chat)?;
    let name = match is_in && clock_ms_of(cx.db, ChatKey::GroupName, code.chat)? > 0 {
        true => title(cx.db, code.chat)?,
        false => tidy_name(&code.name).unwrap_or_default(),
    };
    let link = link::of(cx.db, code.chat)?;
    let call = if is_in && link.clock_ms > 0 { link.call } else { code.call };
    Ok(JoinRow { chat: client_api::ChatId(code.chat.0), name, call, state })
}

fn forget(cx: &mut Context<'_>, chat: ChatId) -> Result<(), Halt> {
    for table in ["join_ask", "join_ask_admin"] {
        cx.db.execute(&format!("DELETE FROM {table} WHERE chat = ?1"), [chat.as_bytes()])?;
    }
    cx.changed.joins = true;
    Ok(())
}

/// What is too old, and what is more than is remembered.
fn forget_old(cx: &mut Context<'_>) -> Result<(), Halt> {
    let old: Vec<[u8; 16]> = {
        let mut statement = cx.db.prepare_cached(
            "SELECT chat FROM join_ask WHERE asked_ms <= ?1
             OR chat NOT IN (SELECT chat FROM join_ask ORDER BY asked_ms DESC, chat LIMIT ?2)",
        )?;
        let rows = statement.query_map(params![cx.now_ms.saturating_sub(LIFE_MS), ASKS_MAX], |row| row.get(0))?;
        rows.collect::<Result<_, _>>()?
    };
    old.into_iter().try_for_each(|chat| forget(cx, ChatId(chat)))
}

/// All links that were opened here.
pub(crate) fn show(cx: &mut Context<'_>) -> Result<(), Halt> {
    let codes: Vec<String> = {
        let mut statement = cx.db.prepare_cached("SELECT code FROM join_ask ORDER BY asked_ms DESC, chat")?;
        let rows = statement.query_map([], |row| row.get(0))?;
        rows.collect::<Result<_, _>>()?
    };
    let rows = codes.iter().filter_map(|code| JoinCode::parse(code).ok()).map(|code| row(cx, &code));
    let rows = rows.collect::<Result<_, _>>()?;
    cx.event(Event::Joins(rows));
    Ok(())
}

/// This device came into the group, or is out: what was asked is done with, and who is put out may ask anew.
pub(super) fn settle(cx: &mut Context<'_>, chat: ChatId) -> Result<(), Halt> {
    cx.db.prepare_cached("DELETE FROM join_ask_admin WHERE chat = ?1")?.execute([chat.as_bytes()])?;
    let mut statement = cx.db.prepare_cached("SELECT EXISTS (SELECT 1 FROM join_ask WHERE chat = ?1)")?;
    cx.changed.joins |= statement.query_row([chat.as_bytes()], |row| row.get::<_, bool>(0))?;
    Ok(())
}

/// An admin's devices answer each by itself. What the owner has decided is final; that the link is void says also one that does not know it yet.
fn take_answer(
    cx: &Context<'_>,
    admin: AccountId,
    request: MessageId,
    verdict: Verdict,
) -> Result<Option<ChatId>, Halt> {
    let number = i32::from;
    let asked = cx
        .db
        .prepare_cached(
            "UPDATE join_ask_admin SET answer = ?3 WHERE admin = ?1 AND request = ?2
             AND answer NOT IN (?4, ?5) AND (answer = ?6 OR ?3 NOT IN (?6, ?7)) RETURNING chat",
        )?
        .query_row(
            params![
                admin.as_bytes(),
                request.as_bytes(),
                number(verdict),
                number(Verdict::Declined),
                number(Verdict::LetIn),
                number(Verdict::Unspecified),
                number(Verdict::Void)
            ],
            |row| row.get(0),
        )
        .optional()?;
    Ok(asked.map(ChatId))
}

impl Client {
    /// Whatever is asked for about links.
    pub(crate) fn on_join_command(&mut self, cx: &mut Context<'_>, command: JoinCommand) -> Answered {
        match command {
            JoinCommand::SetLink { chat, change } => self.set_group_link(cx, chat, change),
            JoinCommand::Decide { chat, account, word } => self.decide_join(cx, chat, account, word),
            JoinCommand::MakeCallLink { name } => self.make_call_link(cx, &name),
            JoinCommand::Read { text } => Ok(match read(cx, &text)? {
                Ok(code) => Ok(Answer::Join(row(cx, &code)?)),
                Err(error) => Err(error),
            }),
            JoinCommand::Ask { text } => self.ask_to_join(cx, &text),
            JoinCommand::Forget { chat } => {
                self.withdraw(cx, ChatId(chat.0))?;
                forget(cx, ChatId(chat.0))?;
                Ok(Ok(Answer::Done))
            }
        }
    }

    fn ask_to_join(&mut self, cx: &mut Context<'_>, text: &str) -> Answered {
        let code = match read(cx, text)? {
            Ok(code) => code,
            Err(error) => return Ok(Err(error)),
        };
        let is_asked = matches!(state(cx, &code)?, Some(JoinState::Asking | JoinState::Waiting));
        if !is_asked
            && !is_in(cx, code.chat)?
            && let Err(error) = self.ask_anew(cx, &code)?
        {
            return Ok(Err(error));
        }
        Ok(Ok(Answer::Join(row(cx, &code)?)))
    }

    fn ask_anew(&mut self, cx: &mut Context<'_>, code: &JoinCode) -> Result<Result<(), UserError>, Halt> {
        let me = cx.me()?.address.account;
        let mut admins = Vec::new();
        for admin in code.admins.iter().filter(|admin| **admin != me) {
            if !blocking::is_blocked(cx.db, *admin)? {
                admins.push(*admin);
            }
        }
        if admins.is_empty() {
            // Nobody is left who could be asked: the own link of before leaving, or of people who are blocked.
            let blocked = code.admins.iter().any(|admin| *admin != me);
            return Ok(Err(if blocked { UserError::Blocked } else { UserError::NotFound }));
        }
        forget(cx, code.chat)?;
        cx.db.prepare_cached("INSERT INTO join_ask (chat, code, asked_ms) VALUES (?1, ?2, ?3)")?.execute(params![
            code.chat.as_bytes(),
            code.to_text(),
            cx.now_ms
        ])?;
        for admin in admins {
            let request = self.ask_admin(cx, admin, code)?;
            cx.db
                .prepare_cached("INSERT INTO join_ask_admin (chat, admin, request) VALUES (?1, ?2, ?3)")?
                .execute(params![code.chat.as_bytes(), admin.as_bytes(), request.as_bytes()])?;
        }
        forget_old(cx)?;
        Ok(Ok(()))
    }

    /// In the chat of two, which is made for it where there is none, and then stands in no list. Its keys are those of the account that
    /// the link names, or it is not made: the id is their hash.
    fn ask_admin(&mut self, cx: &mut Context<'_>, admin: AccountId, code: &JoinCode) -> Result<MessageId, Halt> {
        accounts::know(cx, admin, "")?;
        let is_new = chats::find_with(cx.db, ChatKind::Direct, admin)?.is_none();
        let chat = chats::ensure_direct(cx, admin)?;
        if is_new {
            own_state::set(cx, &ChatKey::Gone.of(chat), Cut::default().encode())?;
        }
        // Whoever lets somebody in wants to know whom.
        self.offer_profile(cx, chat)?;
        self.say_request(
            cx,
            chat,
            JoinRequest { chat: code.chat.to_vec(), secret: code.secret.to_vec(), withdrawn: false },
        )
    }

    fn say_request(&mut self, cx: &mut Context<'_>, chat: ChatId, said: JoinRequest) -> Result<MessageId, Halt> {
        let id = MessageId(random_id(cx));
        let body = Some(content::Body::JoinRequest(said));
        let content = Content { message_id: id.to_vec(), sent_ms: cx.now_ms, profile_version: 0, lifetime_s: 0, body };
        self.enqueue(cx, chat, None, content.encode_to_vec())?;
        Ok(id)
    }

    /// Those who were asked and have not said no need not look at it any more.
    fn withdraw(&mut self, cx: &mut Context<'_>, chat: ChatId) -> Result<(), Halt> {
        if is_in(cx, chat)? {
            return Ok(());
        }
        let open: Vec<AccountId> = {
            let mut statement =
                cx.db.prepare_cached("SELECT admin FROM join_ask_admin WHERE chat = ?1 AND answer IN (?2, ?3)")?;
            let (none, waits) = (i32::from(Verdict::Unspecified), i32::from(Verdict::Waits));
            let rows = statement.query_map(params![chat.as_bytes(), none, waits], |row| Ok(AccountId(row.get(0)?)))?;
            rows.collect::<Result<_, _>>()?
        };
        for admin in open {
            if let Some(direct) = chats::find_with(cx.db, ChatKind::Direct, admin)? {
                let said = JoinRequest { chat: chat.to_vec(), secret: Vec::new(), withdrawn: true };
                self.say_request(cx, direct.chat, said)?;
            }
        }
        Ok(())
    }

    /// An admin answers, or another device of this account has answered somebody.
    pub(crate) fn on_join_answer(
        &mut self,
        cx: &mut Context<'_>,
        chat: &chats::Chat,
        sender: DeviceAddress,
        given: &JoinAnswer,
    ) -> Result<(), Halt> {
        let Ok(request) = MessageId::try_from(given.message_id.as_slice()) else { return Ok(()) };
        if chat.kind != ChatKind::Direct {
            return Ok(());
        }
        if sender.account == cx.me()?.address.account {
            return self.on_siblings_verdict(cx, chat.peer, request, given.verdict());
        }
        let Some(group) = take_answer(cx, sender.account, request, given.verdict())? else { return Ok(()) };
        cx.changed.joins = true;
        // The others need not decide any more.
        if given.verdict() == Verdict::Declined { self.withdraw(cx, group) } else { Ok(()) }
    }
}
