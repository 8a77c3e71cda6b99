//! The client's entry: one input in, outputs out. Sends each input to the feature that it belongs to.

use crate::config::Config;
use crate::http::{self, Calls, Purpose};
use crate::io::{Clock, Halt, HttpFailure, HttpId, HttpResponse, Input, Output};
use crate::registration::Registration;
use crate::session::Session;
use crate::this::{self, Me, Stage};
use client_api::{Answer, AppStage, Command, Event, LogoutReason, Request, Role, UserError};
use rand_core::CryptoRng;
use rusqlite::Transaction;

/// A client of the server. All that must survive is in the database; what is here may be lost at any moment.
#[derive(Debug)]
pub struct Client {
    pub(crate) config: Config,
    pub(crate) calls: Calls,
    pub(crate) registration: Registration,
    pub(crate) session: Session,
}

/// What every step of one input works with.
pub(crate) struct Context<'a> {
    pub(crate) db: &'a Transaction<'a>,
    pub(crate) now_ms: u64,
    pub(crate) rng: &'a mut dyn CryptoRng,
    pub(crate) out: Vec<Output>,
}

impl Context<'_> {
    /// Tells the interface.
    pub(crate) fn event(&mut self, event: Event) {
        self.out.push(Output::Event(event));
    }

    /// Answers a command; 0 wants none.
    pub(crate) fn answer(&mut self, request: u32, result: Result<Answer, UserError>) {
        if request != 0 {
            self.event(Event::Answered { request, result });
        }
    }

    /// The device that this is; called only where the stage is `Active`.
    pub(crate) fn me(&self) -> Result<Me, Halt> {
        this::me(self.db)?.ok_or(Halt::Broken("an active client has no device"))
    }
}

impl Client {
    /// A client that has not started; give it `Input::Start` first.
    pub fn new(config: Config) -> Self {
        Self { config, calls: Calls::default(), registration: Registration::default(), session: Session::default() }
    }

    /// Takes one input inside `db`. The driver commits and performs the outputs in their order; at an error it rolls
    /// back and drops this client.
    pub fn handle(
        &mut self,
        db: &Transaction<'_>,
        input: Input,
        clock: Clock,
        rng: &mut dyn CryptoRng,
    ) -> Result<Vec<Output>, Halt> {
        let mut cx = Context { db, now_ms: clock.now_ms, rng, out: Vec::new() };
        match input {
            Input::Start => self.on_start(&mut cx)?,
            Input::Command(request) => self.on_command(&mut cx, request)?,
            Input::SocketOpened => self.on_socket_opened(&mut cx)?,
            Input::SocketClosed => self.on_socket_closed(&mut cx),
            Input::Frame(bytes) => self.on_frame(&mut cx, &bytes)?,
            Input::Http(id, result) => self.on_http(&mut cx, id, result)?,
            Input::Wake => self.on_wake(&mut cx)?,
        }
        Ok(cx.out)
    }

    fn on_start(&mut self, cx: &mut Context<'_>) -> Result<(), Halt> {
        cx.event(Event::Ready);
        self.show_stage(cx)?;
        match this::stage(cx.db)? {
            Stage::New | Stage::Active => self.ask_server_info(cx),
            Stage::LoggedOut => {}
        }
        Ok(())
    }

    /// Where the program stands, from the database and nothing else.
    pub(crate) fn show_stage(&mut self, cx: &mut Context<'_>) -> Result<(), Halt> {
        let stage = match (this::stage(cx.db)?, self.config.role) {
            (Stage::New, Role::Phone) => AppStage::Registering,
            (Stage::New, Role::Companion) => AppStage::Linking,
            (Stage::Active, _) if self.needs_setup(cx)? => AppStage::Registering,
            (Stage::Active, _) => AppStage::Active,
            (Stage::LoggedOut, _) => AppStage::LoggedOut(LogoutReason::Remotely),
        };
        let registering = stage == AppStage::Registering;
        cx.event(Event::Stage(stage));
        if registering {
            self.show_registration(cx)?;
        }
        Ok(())
    }

    fn on_command(&mut self, cx: &mut Context<'_>, request: Request) -> Result<(), Halt> {
        let Request { id, command } = request;
        match command {
            Command::Refresh => {
                self.show_stage(cx)?;
                self.show_connection(cx);
                cx.answer(id, Ok(Answer::Done));
            }
            Command::ReconnectNow => self.reconnect_now(cx)?,
            Command::RequestCode { number } => self.request_code(cx, id, number)?,
            Command::VerifyCode { code } => self.verify_code(cx, id, &code),
            Command::EnterPin { pin } => self.enter_pin(cx, id, &pin)?,
            Command::RestartRegistration => self.restart_registration(cx, id)?,
            Command::SetPin { pin } => self.set_pin(cx, id, &pin)?,
            Command::SetProfile { name, about, photo } => self.set_profile(cx, id, &name, &about, photo)?,
            _ => cx.answer(id, Err(UserError::NotNow)),
        }
        Ok(())
    }

    fn on_http(&mut self, cx: &mut Context<'_>, id: HttpId, result: Result<HttpResponse, HttpFailure>) -> Result<(), Halt> {
        let Some(purpose) = self.calls.finish(id) else { return Ok(()) };
        match purpose {
            Purpose::ServerInfo => self.on_server_info(cx, http::read(result)),
            Purpose::RequestCode { request, number } => self.on_code_requested(cx, request, number, http::read(result)),
            Purpose::VerifyCode { request, number } => self.on_code_verified(cx, request, number, http::read(result)),
            Purpose::Register { request } => self.on_registered(cx, request, http::read(result)),
            Purpose::Challenge => self.on_challenge(cx, http::read(result)),
            Purpose::OpenSession => self.on_session_opened(cx, http::read(result)),
            Purpose::SetPin { request, set } => self.on_pin_set(cx, request, set, http::read(result)),
        }
    }
}
