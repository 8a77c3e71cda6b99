//! The connection to the server: who it is, the session token, the socket, Hello, and when to try again.

use crate::calling::Calling;
use crate::client::{Client, Context};
use crate::devices;
use crate::disappearing;
use crate::farewell;
use crate::http::{self, Answer as Reply, Purpose};
use crate::io::{Halt, HttpFailure, HttpMethod, HttpResponse, Output};
use crate::restored;
use crate::sending::Flight;
use crate::this::{self, ServerKey, Stage};
use breakable::{Rule, broken};
use client_api::{Answer, AppStage, Connection, Event, LogoutReason, Notice, Unsupported};
use identity::VerifiedDeviceList;
use prost::Message;
use proto::account::{Challenge, OpenSession, OpenSessionOk, Problem, ServerInfo};
use proto::decode::decode_limited;
use proto::ids::AccountId;
use proto::limits::{FRAME_LEN_MAX, HTTP_BODY_LEN_MAX};
use proto::wire::{
    ClientFrame, Hello, HelloOk, Refused, Reply as WireReply, Revoked, ServerFrame, client_frame, refused, reply,
    server_frame,
};
use proto::{PROTOCOL_VERSION, PROTOCOL_VERSION_MIN};

/// The first wait before another try, in milliseconds; it doubles up to `RETRY_MAX_MS`.
const RETRY_MIN_MS: u64 = 500;
const RETRY_MAX_MS: u64 = 60_000;
/// A Hello without an answer, and a socket without one, count as lost after this.
const HELLO_TIMEOUT_MS: u64 = 20_000;
/// The same where the network may have changed meanwhile.
const GREETING_LEFT_MS: u64 = 5_000;
/// What a chat needs is asked for again after this, where the server did not give it.
pub(crate) const NO_ANSWER_PAUSE_MS: u64 = 5_000;
/// The request number of Hello.
pub(crate) const HELLO_REQUEST: u32 = 1;

/// Where the connection stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Link {
    /// A newer run of this device has its place: nothing more is tried.
    OtherRun,
    /// Nothing under way; `Session::retry_at_ms` says when the next try is due.
    #[default]
    Down,
    /// HTTP calls toward a session token.
    Authenticating,
    /// The socket opens, or Hello has no answer yet; lost at this time.
    Greeting { lost_at_ms: u64 },
    /// What was queued comes in.
    CatchingUp,
    /// In step.
    Up,
}

/// The connection in this run.
#[derive(Debug, Default)]
pub(crate) struct Session {
    link: Link,
    tries: u32,
    retry_at_ms: u64,
}

impl Session {
    /// In step with the server: operations may go out.
    pub(crate) fn is_up(&self) -> bool {
        self.link == Link::Up
    }

    /// As after an empty queue.
    #[cfg(test)]
    pub(crate) fn goes_up(&mut self) {
        self.link = Link::Up;
    }

    /// The wait is over; or the clock was set back, as no wait is that long.
    fn may_retry(&self, now_ms: u64) -> bool {
        now_ms >= self.retry_at_ms || self.retry_at_ms > now_ms + RETRY_MAX_MS
    }
}

impl Client {
    /// Asks the server who it is, before anything else is sent to it.
    pub(crate) fn ask_server_info(&mut self, cx: &mut Context<'_>) {
        if !self.calls.is_under_way(|p| *p == Purpose::ServerInfo) {
            cx.out.push(self.calls.start(Purpose::ServerInfo, HttpMethod::Get, "/v1/server", Vec::new(), None));
        }
    }

    pub(crate) fn on_server_info(&mut self, cx: &mut Context<'_>, reply: Reply<ServerInfo>) -> Result<(), Halt> {
        let Reply::Ok(server) = reply else {
            self.retry_later(cx);
            return Ok(());
        };
        if server.protocol_min > PROTOCOL_VERSION || server.protocol_max < PROTOCOL_VERSION_MIN {
            cx.event(Event::Stage(AppStage::Unsupported(Unsupported::ServerVersion)));
            return Ok(());
        }
        let key = <[u8; 32]>::try_from(server.server_key.as_slice());
        let pinned = key.map_or(Ok(ServerKey::Changed), |key| this::pin_server_key(cx.db, &key))?;
        if pinned == ServerKey::Changed {
            cx.event(Event::Notice(Notice::ServerNotTrusted {
                what: "another server answers at this address".to_owned(),
            }));
            self.retry_later(cx);
            return Ok(());
        }
        self.learn_server(cx, server)?;
        self.link_can_start(cx)?;
        self.connect(cx)
    }

    /// Toward an open socket, as far as it can go now. Needs to be somebody's device.
    pub(crate) fn connect(&mut self, cx: &mut Context<'_>) -> Result<(), Halt> {
        if this::stage(cx.db)? != Stage::Active || !matches!(self.session.link, Link::Down) {
            return Ok(());
        }
        if this::session_token(cx.db)?.is_some() {
            self.session.link = Link::Greeting { lost_at_ms: cx.now_ms + HELLO_TIMEOUT_MS };
            cx.out.push(Output::Connect);
            self.retry_at(cx.now_ms + HELLO_TIMEOUT_MS);
        } else {
            self.session.link = Link::Authenticating;
            cx.out.push(self.calls.start(
                Purpose::Challenge,
                HttpMethod::Post,
                "/v1/session/challenge",
                Vec::new(),
                None,
            ));
        }
        self.show_connection(cx);
        Ok(())
    }

    pub(crate) fn on_challenge(&mut self, cx: &mut Context<'_>, reply: Reply<Challenge>) -> Result<(), Halt> {
        let (Reply::Ok(challenge), Some(server)) = (reply, this::server_id(cx.db)?) else {
            self.retry_later(cx);
            return Ok(());
        };
        let me = cx.me()?;
        let signature =
            identity::session::sign_session_challenge(&me.device_key, server, me.address, &challenge.challenge);
        let body = OpenSession {
            device: Some(me.address.to_account_body()),
            challenge: challenge.challenge,
            signature: signature.to_vec(),
        };
        let call = self.calls.start(Purpose::OpenSession, HttpMethod::Post, "/v1/session", body.encode_to_vec(), None);
        cx.out.push(call);
        Ok(())
    }

    /// A device that is no longer linked gets the signed list that says so, with status 410, instead of a token.
    pub(crate) fn on_session_answer(
        &mut self,
        cx: &mut Context<'_>,
        result: Result<HttpResponse, HttpFailure>,
    ) -> Result<(), Halt> {
        match &result {
            Ok(response) if response.status == 410 => {
                let revoked = decode_limited::<Revoked>(&response.body, HTTP_BODY_LEN_MAX).unwrap_or_default();
                self.on_revoked(cx, &revoked.signed_device_list)
            }
            _ => self.on_session_opened(cx, http::read(result)),
        }
    }

    fn on_session_opened(&mut self, cx: &mut Context<'_>, reply: Reply<OpenSessionOk>) -> Result<(), Halt> {
        match reply {
            Reply::Ok(opened) => {
                if !self.calls.is_under_way(|p| matches!(p, Purpose::DeleteAccount { .. })) {
                    farewell::is_over(cx)?;
                }
                this::set_session_token(cx.db, Some(&opened.token))?;
                self.session.link = Link::Down;
                self.connect(cx)
            }
            Reply::Problem(Problem { code, .. }) if code == "number-moved" => {
                self.log_out(cx, LogoutReason::NumberMoved)
            }
            Reply::Problem(Problem { code, .. }) if code == "account-deleted" && farewell::was_asked_for(cx)? => {
                self.log_out(cx, LogoutReason::ByUser)
            }
            Reply::Problem(_) | Reply::None => {
                self.retry_later(cx);
                Ok(())
            }
        }
    }

    pub(crate) fn on_socket_opened(&mut self, cx: &mut Context<'_>) -> Result<(), Halt> {
        self.media_online();
        self.say_hello(cx)
    }

    /// Says who this is, and how far it has come.
    pub(crate) fn say_hello(&mut self, cx: &mut Context<'_>) -> Result<(), Halt> {
        let Some(session_token) = this::session_token(cx.db)? else {
            return Err(Halt::Broken("a socket opened without a session token"));
        };
        if broken(Rule::KeptUntilVerdict) {
            cx.db.prepare_cached("DELETE FROM outbox WHERE kind = 0 AND frame <> x''")?.execute([])?;
        }
        let (acked, boot_counter, timeline) =
            cx.db.prepare_cached("SELECT acked_queue_seq, boot_counter, timeline FROM this")?.query_row([], |row| {
                Ok((row.get::<_, u64>(0)?, row.get::<_, u64>(1)?, row.get::<_, Option<Vec<u8>>>(2)?))
            })?;
        let hello = Hello {
            protocol_version: PROTOCOL_VERSION,
            session_token,
            acked_queue_seq: acked,
            boot_counter,
            timeline: timeline.unwrap_or_default(),
            lease: self.config.lease.to_vec(),
        };
        send(cx, HELLO_REQUEST, client_frame::Body::Hello(hello));
        Ok(())
    }

    pub(crate) fn on_socket_closed(&mut self, cx: &mut Context<'_>) {
        if !matches!(self.session.link, Link::Down | Link::OtherRun) {
            self.retry_later(cx);
        }
    }

    pub(crate) fn on_frame(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Result<(), Halt> {
        let Ok(frame) = decode_limited::<ServerFrame>(bytes, FRAME_LEN_MAX) else {
            // A server that talks nonsense is left alone for a while; nothing of the frame was taken.
            cx.out.push(Output::Disconnect);
            self.retry_later(cx);
            return Ok(());
        };
        match frame.body {
            Some(server_frame::Body::Reply(reply)) if reply.request == HELLO_REQUEST => {
                self.on_hello_reply(cx, reply.body)
            }
            Some(server_frame::Body::QueueEmpty(_)) if self.session.link == Link::CatchingUp => {
                self.session.link = Link::Up;
                self.show_connection(cx);
                self.phone_stirs(cx)?;
                self.ask_marks(cx)?;
                self.look_around(cx)?;
                self.calls_are_heard(cx);
                self.ask_own_devices(cx)
            }
            Some(server_frame::Body::Reply(reply)) => self.on_reply(cx, reply),
            Some(server_frame::Body::Item(item)) => self.on_item(cx, &item),
            Some(server_frame::Body::DeviceListChanged(changed))
                if changed.account == cx.me()?.address.account.to_vec() =>
            {
                self.ask_own_devices(cx)
            }
            Some(server_frame::Body::DeviceListChanged(changed)) => {
                match AccountId::try_from(changed.account.as_slice()) {
                    Ok(account) => self.want_list(cx, account, changed.version),
                    Err(_) => Ok(()),
                }
            }
            Some(server_frame::Body::Delivered(delivered)) => self.on_delivered(cx, &delivered),
            Some(server_frame::Body::MarkChanged(changed)) => match &changed.mark {
                Some(mark) => self.on_mark(cx, &changed.chat, mark),
                None => Ok(()),
            },
            Some(server_frame::Body::Gap(_)) => self.on_gap(cx),
            Some(server_frame::Body::AccountGroupAdded(added)) => self.on_group_added(cx, &added.chat),
            Some(server_frame::Body::AccountChanged(changed)) => {
                self.on_account_changed(&changed.account);
                Ok(())
            }
            Some(server_frame::Body::Ephemeral(item)) => self.on_ephemeral(cx, &item),
            Some(server_frame::Body::SaidInCall(said)) => {
                self.on_said_in_call(cx, said);
                Ok(())
            }
            Some(server_frame::Body::PutOutOfCall(out)) => self.on_put_out(cx, &out),
            Some(server_frame::Body::RunningCall(call)) => self.on_running_call(cx, &call),
            Some(server_frame::Body::KeyPackagesLow(low)) => self.key_packages_left(cx, low.left),
            Some(server_frame::Body::Revoked(revoked)) => self.on_revoked(cx, &revoked.signed_device_list),
            Some(server_frame::Body::LeaseLost(_)) => self.on_lease_lost(cx),
            // Where it stands now, a new greeting tells.
            Some(server_frame::Body::TimelineChanged(_)) => {
                cx.out.push(Output::Disconnect);
                self.retry_later(cx);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn on_reply(&mut self, cx: &mut Context<'_>, reply: WireReply) -> Result<(), Halt> {
        match (self.flights.finish(reply.request), reply.body) {
            (Some(Flight::Operation { op_id, .. }), body) => self.on_verdict(cx, op_id, body),
            (Some(Flight::FetchLog { chat }), Some(reply::Body::LogPage(page))) => self.on_log_page(cx, chat, &page),
            (Some(Flight::FetchMissed { chat }), Some(reply::Body::LogPage(page))) => {
                self.on_missed_page(cx, chat, &page)
            }
            (Some(Flight::GroupInfo { chat }), Some(reply::Body::GroupInfo(info))) => {
                self.on_group_info(cx, chat, &info)
            }
            (Some(Flight::Compare { chat }), body) => self.on_compared(cx, chat, body),
            (Some(Flight::Groups), Some(reply::Body::GroupHeads(page))) => self.on_group_heads(cx, &page),
            (Some(Flight::JoinCall { number }), body) => self.on_join_answered(cx, number, body),
            (Some(Flight::SayInCall { request, participant }), body) => {
                self.on_say_answered(cx, (request, participant), body)
            }
            (Some(Flight::Calls), Some(reply::Body::Calls(calls))) => self.on_calls(cx, &calls),
            (Some(Flight::Calls), _) => {
                self.ask_calls_again(cx);
                Ok(())
            }
            (Some(Flight::Marks), Some(reply::Body::Marks(marks))) => self.on_marks(cx, &marks),
            (Some(Flight::MarksOnEntry { chats }), body) => self.on_marks_on_entry(cx, chats, body),
            (Some(Flight::GroupInfo { chat } | Flight::FetchMissed { chat }), _) => {
                self.finding.strangers.remove(&chat);
                self.pause(cx, chat, NO_ANSWER_PAUSE_MS);
                Ok(())
            }
            (Some(Flight::FetchLog { .. } | Flight::Groups), _) => {
                self.find_groups_again(cx);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn on_hello_reply(&mut self, cx: &mut Context<'_>, body: Option<reply::Body>) -> Result<(), Halt> {
        match body {
            Some(reply::Body::HelloOk(ok)) => self.on_hello_ok(cx, ok),
            Some(reply::Body::Revoked(revoked)) => self.on_revoked(cx, &revoked.signed_device_list),
            Some(reply::Body::LeaseLost(_)) => self.on_lease_lost(cx),
            Some(reply::Body::Rollback(rollback)) => self.on_rollback(cx, &rollback),
            Some(reply::Body::Refused(Refused { reason, .. })) if reason == refused::Reason::Unauthenticated as i32 => {
                this::set_session_token(cx.db, None)?;
                cx.out.push(Output::Disconnect);
                self.session.link = Link::Down;
                self.connect(cx)
            }
            _ => {
                cx.out.push(Output::Disconnect);
                self.retry_later(cx);
                Ok(())
            }
        }
    }

    fn on_hello_ok(&mut self, cx: &mut Context<'_>, ok: HelloOk) -> Result<(), Halt> {
        let known: Option<Vec<u8>> =
            cx.db.prepare_cached("SELECT timeline FROM this")?.query_row([], |row| row.get(0))?;
        let is_another = known.is_some_and(|known| !known.is_empty() && known != ok.timeline);
        if is_another && !broken(Rule::RestoredServerIsCompared) {
            tracing::warn!("the server was restored from a backup");
            self.abandon_resets(cx)?;
            restored::begin(cx)?;
            self.on_gap(cx)?;
        }
        self.finding.begin_connection();
        self.finding.comparing = restored::has_more(cx.db)?;
        self.finding.marks_due |= self.finding.comparing;
        self.calling.server_time_is(ok.server_time_ms, cx.now_ms);
        disappearing::server_time_is(cx, ok.server_time_ms)?;
        cx.db.prepare_cached("UPDATE this SET timeline = ?1")?.execute([ok.timeline])?;
        self.session.link = Link::CatchingUp;
        self.session.tries = 0;
        self.show_connection(cx);
        self.key_packages_left(cx, ok.key_packages_left)
    }

    /// A device goes only by a signed list of its own account, newer than the one known, that no longer holds it.
    pub(crate) fn on_revoked(&mut self, cx: &mut Context<'_>, signed_list: &[u8]) -> Result<(), Halt> {
        let me = cx.me()?;
        let known: Vec<u8> = cx.db.prepare_cached("SELECT device_list FROM this")?.query_row([], |row| row.get(0))?;
        let known =
            VerifiedDeviceList::verify(&known).map_err(|_| Halt::Broken("the own device list does not verify"))?;
        let without_us = VerifiedDeviceList::verify(signed_list)
            .is_ok_and(|list| list.succeeds(&known).is_ok() && list.device(me.address.device).is_none());
        if without_us {
            // The phone did what the user asked for here.
            let by_user = devices::is_leaving(cx)?;
            return self.log_out(cx, if by_user { LogoutReason::ByUser } else { LogoutReason::Remotely });
        }
        let what = "the server says that this device was logged out, without the phone's signature".to_owned();
        cx.event(Event::Notice(Notice::ServerNotTrusted { what }));
        cx.out.push(Output::Disconnect);
        self.retry_later(cx);
        Ok(())
    }

    pub(crate) fn log_out(&mut self, cx: &mut Context<'_>, reason: LogoutReason) -> Result<(), Halt> {
        this::log_out(cx.db, reason)?;
        self.calling = Calling::default();
        cx.out.push(Output::Disconnect);
        self.session = Session::default();
        cx.event(Event::Stage(AppStage::LoggedOut(reason)));
        cx.out.push(Output::Wipe);
        Ok(())
    }

    /// A newer run of this very device has the lease: this one falls silent, and does not try again by itself.
    fn on_lease_lost(&mut self, cx: &mut Context<'_>) -> Result<(), Halt> {
        cx.out.push(Output::Disconnect);
        self.session = Session { link: Link::OtherRun, ..Session::default() };
        self.calling = Calling::default();
        cx.event(Event::Stage(AppStage::OtherTab));
        Ok(())
    }

    /// Another try after a wait that doubles, with jitter, so that many clients do not come back at once.
    pub(crate) fn retry_later(&mut self, cx: &mut Context<'_>) {
        let wait = RETRY_MAX_MS.min(RETRY_MIN_MS << self.session.tries.min(10));
        let jitter = u64::from(cx.rng.next_u32()) % (wait / 2);
        self.session.tries = self.session.tries.saturating_add(1);
        self.session.link = Link::Down;
        if self.flights.any(|flight| matches!(flight, Flight::FetchLog { .. })) {
            self.find_groups_again(cx);
        }
        self.calls_lost_socket(cx);
        self.marks_wanted.extend(self.flights.entered());
        self.flights.clear();
        self.session.retry_at_ms = cx.now_ms + wait / 2 + jitter;
        self.retry_at(self.session.retry_at_ms);
        self.show_connection(cx);
    }

    /// "Try now", and "the network may have changed".
    pub(crate) fn check_connection(&mut self, cx: &mut Context<'_>, request: u32) -> Result<(), Halt> {
        cx.answer(request, Ok(Answer::Done));
        match &mut self.session.link {
            Link::Down | Link::Authenticating if this::stage(cx.db)? != Stage::LoggedOut => {
                // What was asked of a network that is gone has its answer much later, or never.
                self.calls.drop_where(|p| matches!(p, Purpose::ServerInfo | Purpose::Challenge | Purpose::OpenSession));
                self.session = Session::default();
                self.ask_server_info(cx);
            }
            Link::Greeting { lost_at_ms } => {
                *lost_at_ms = (*lost_at_ms).min(cx.now_ms + GREETING_LEFT_MS);
                let at_ms = *lost_at_ms;
                self.retry_at(at_ms);
            }
            Link::CatchingUp | Link::Up => cx.out.push(Output::CheckSocket),
            Link::Down | Link::Authenticating | Link::OtherRun => {}
        }
        Ok(())
    }

    pub(crate) fn on_wake(&mut self, cx: &mut Context<'_>) -> Result<(), Halt> {
        self.link_tick(cx)?;
        self.linking_tick(cx)?;
        if this::stage(cx.db)? == Stage::Active {
            devices::remind(cx)?;
            self.unsettled_tick(cx)?;
            self.look_for_phone(cx)?;
            self.calling_tick(cx)?;
        }
        match self.session.link {
            Link::Down if self.session.may_retry(cx.now_ms) && this::stage(cx.db)? != Stage::LoggedOut => {
                self.ask_server_info(cx);
            }
            Link::Greeting { lost_at_ms } if cx.now_ms >= lost_at_ms || lost_at_ms > cx.now_ms + HELLO_TIMEOUT_MS => {
                cx.out.push(Output::Disconnect);
                self.retry_later(cx);
            }
            _ => {}
        }
        Ok(())
    }

    /// The banner.
    pub(crate) fn show_connection(&mut self, cx: &mut Context<'_>) {
        cx.event(Event::Connection(match self.session.link {
            Link::Down | Link::OtherRun => Connection::Offline { retry_at_ms: self.session.retry_at_ms },
            Link::Authenticating | Link::Greeting { .. } => Connection::Connecting,
            Link::CatchingUp => Connection::CatchingUp,
            Link::Up => Connection::Online,
        }));
    }
}

/// A frame for the server.
pub(crate) fn send(cx: &mut Context<'_>, request: u32, body: client_frame::Body) {
    cx.out.push(Output::Send(ClientFrame { request, body: Some(body) }.encode_to_vec()));
}
