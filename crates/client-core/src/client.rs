//! The client's entry: one input in, outputs out. Sends each input to the feature that it belongs to.

use crate::accounts::{self, PeerLists};
use crate::backup::{self, Backing};
use crate::blocking;
use crate::calling::Calling;
use crate::changed::Changed;
use crate::chats::{self, Chat, Membership};
use crate::config::Config;
use crate::devices::Seen;
use crate::digest::Digests;
use crate::farewell::Farewell;
use crate::finding::Finding;
use crate::following::Moved;
use crate::groups::{self, Heard, changing};
use crate::history::export::Upload;
use crate::history::import::Importing;
use crate::history::progress::PhoneWatch;
use crate::http::{self, Calls, Purpose};
use crate::io::{Clock, Halt, HttpFailure, HttpId, HttpResponse, Input, Output};
use crate::key_packages::Made;
use crate::link::End;
use crate::link::existing_device::ExistingDevice;
use crate::link::new_device::NewDevice;
use crate::media::Moving;
use crate::messages;
use crate::own_state::{self, ChatKey};
use crate::people::People;
use crate::profile;
use crate::pushing;
use crate::receipts;
use crate::registration::Registration;
use crate::registration::restoring;
use crate::sending::{Flights, Pauses, Written};
use crate::session::Session;
use crate::this::{self, Me, Stage};
use crate::typing::Typing;
use crate::vetting::Lists;
use crate::vouching::Vouching;
use breakable::{Rule, broken};
use client_api::{Answer, AppStage, Command, Event, Request, Role, UserError};
use identity::{ChatKind, VerifiedDeviceList};
use proto::content::{Poll, StateOp};
use proto::ids::{ChatId, Generation, LinkId};
use rand_core::CryptoRng;
use rusqlite::Transaction;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

/// A client of the server. All that must survive is in the database; what is here may be lost at any moment.
#[derive(Debug)]
pub struct Client {
    pub(crate) config: Config,
    pub(crate) calls: Calls,
    pub(crate) registration: Registration,
    pub(crate) session: Session,
    pub(crate) flights: Flights,
    pub(crate) pauses: Pauses,
    pub(crate) open_chats: BTreeSet<ChatId>,
    /// Chats by the ids that they had earlier in this run.
    pub(crate) moved: BTreeMap<ChatId, Moved>,
    /// When to look again at what waits; the driver knows of the earliest.
    pub(crate) wakes: BTreeSet<u64>,
    pub(crate) new_device: NewDevice,
    pub(crate) existing_device: ExistingDevice,
    /// Questions to the rendezvous that had no answer, to be asked again at the next wake.
    pub(crate) link_later: Vec<(End, LinkId, u32)>,
    /// When the server is asked again for the own list, for the sake of a linking that was stopped.
    pub(crate) list_at_ms: Option<u64>,
    pub(crate) upload: Option<Upload>,
    pub(crate) backing: Backing,
    pub(crate) importing: Importing,
    pub(crate) farewell: Farewell,
    pub(crate) moving: Moving,
    pub(crate) phone: PhoneWatch,
    /// Key packages that the server has, where it has too few.
    pub(crate) packages_left: Option<u32>,
    pub(crate) packages_made: Made,
    pub(crate) digests: Digests,
    pub(crate) seen: Seen,
    /// When wishes for new keys of the own leaf are looked at next.
    pub(crate) leaves_at_ms: u64,
    pub(crate) lists: Lists,
    pub(crate) finding: Finding,
    own_list: Option<VerifiedDeviceList>,
    peer_lists: PeerLists,
    /// Once it is a device it stays this one; its keys take as long to read as a message takes to open.
    me: Option<Me>,
    /// Chats that were joined anew too often today.
    pub(crate) stuck: BTreeSet<ChatId>,
    /// The user of this run has been told that a copy of this database talks, or talked.
    pub(crate) told_of_copy: bool,
    /// Chats that this device has come into from outside since marks were asked for.
    pub(crate) marks_wanted: BTreeSet<ChatId>,
    /// They are not asked for before.
    pub(crate) marks_not_before_ms: u64,
    /// This companion logs itself out, at the latest at this time.
    pub(crate) leaving_ms: Option<u64>,
    /// When more words are put into the index; `None`: none are due.
    pub(crate) index_at_ms: Option<u64>,
    /// The interface may show what a search found, and was not told since that it may be another.
    pub(crate) found_is_shown: bool,
    /// Requests to be answered when nothing waits to be sent.
    pub(crate) sent_wanted: Vec<u32>,
    pub(crate) people: People,
    pub(crate) typing: Typing,
    pub(crate) calling: Calling,
    pub(crate) vouching: Vouching,
    pub(crate) join_requests: Heard,
    /// The page is visible: what is read there is told to the others.
    pub(crate) visible: bool,
}

/// What every step of one input works with.
pub(crate) struct Context<'a> {
    pub(crate) db: &'a Transaction<'a>,
    pub(crate) now_ms: u64,
    pub(crate) rng: &'a mut dyn CryptoRng,
    pub(crate) out: Vec<Output>,
    pub(crate) changed: Changed,
    /// The own device list as it was last verified: that takes longer than all else about a message.
    pub(crate) own_list: RefCell<Option<VerifiedDeviceList>>,
    /// The same of others: every leaf of a group is held against one.
    pub(crate) peer_lists: RefCell<PeerLists>,
    pub(crate) me: RefCell<Option<Me>>,
    /// What this input set of own-device state, for the siblings.
    pub(crate) state_ops: Vec<StateOp>,
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

    /// This device is the account's phone: it holds the account's key. (What a client may become before it is a device, its `Role` says.)
    pub(crate) fn is_phone(&self) -> Result<bool, Halt> {
        Ok(self.me()?.account_key.is_some())
    }

    /// The device that this is; called only where the stage is `Active`.
    pub(crate) fn me(&self) -> Result<Me, Halt> {
        let mut known = self.me.borrow_mut();
        if known.is_none() {
            *known = this::me(self.db)?;
        }
        known.clone().ok_or(Halt::Broken("an active client has no device"))
    }
}

#[cfg(test)]
impl<'a> Context<'a> {
    /// Of an input at this time, that has done nothing yet.
    pub(crate) fn for_test(db: &'a Transaction<'a>, rng: &'a mut dyn CryptoRng, now_ms: u64) -> Self {
        Self {
            db,
            now_ms,
            rng,
            out: Vec::new(),
            changed: Changed::default(),
            own_list: RefCell::default(),
            peer_lists: RefCell::default(),
            me: RefCell::default(),
            state_ops: Vec::new(),
        }
    }
}

impl Client {
    /// A client that has not started; give it `Input::Start` first.
    pub fn new(config: Config) -> Self {
        Self {
            config,
            calls: Calls::default(),
            registration: Registration::default(),
            session: Session::default(),
            flights: Flights::default(),
            pauses: Pauses::default(),
            open_chats: BTreeSet::new(),
            moved: BTreeMap::new(),
            wakes: BTreeSet::new(),
            new_device: NewDevice::default(),
            existing_device: ExistingDevice::default(),
            link_later: Vec::new(),
            list_at_ms: None,
            upload: None,
            backing: Backing::default(),
            importing: Importing::default(),
            farewell: Farewell::default(),
            moving: Moving::default(),
            phone: PhoneWatch::default(),
            packages_left: None,
            packages_made: Made::default(),
            digests: Digests::default(),
            seen: Seen::default(),
            leaves_at_ms: 0,
            lists: Lists::default(),
            finding: Finding::default(),
            own_list: None,
            peer_lists: PeerLists::default(),
            me: None,
            stuck: BTreeSet::new(),
            told_of_copy: false,
            marks_wanted: BTreeSet::new(),
            marks_not_before_ms: 0,
            leaving_ms: None,
            index_at_ms: None,
            found_is_shown: false,
            sent_wanted: Vec::new(),
            people: People::default(),
            typing: Typing::default(),
            calling: Calling::default(),
            vouching: Vouching::default(),
            join_requests: Heard::default(),
            visible: true,
        }
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
        // A wake uses up what the driver knew, also one that comes too early by a clock that was set back.
        let wake_before = self.wakes.first().copied().filter(|_| !matches!(input, Input::Wake));
        let mut cx = Context {
            db,
            now_ms: clock.now_ms,
            rng,
            out: Vec::new(),
            changed: Changed::default(),
            own_list: RefCell::new(self.own_list.take()),
            peer_lists: RefCell::new(std::mem::take(&mut self.peer_lists)),
            me: RefCell::new(self.me.take()),
            state_ops: Vec::new(),
        };
        // A wish that is due is fulfilled by whatever input comes first: the driver may be told of a later one before it wakes.
        let is_due = matches!(input, Input::Wake) || wake_before.is_some_and(|at_ms| at_ms <= clock.now_ms);
        self.wakes.retain(|at_ms| *at_ms > clock.now_ms);
        self.pauses.pass(clock.now_ms);
        match input {
            Input::Start => {
                // Nothing is shown at first that ended while the program was off.
                if this::stage(cx.db)? == Stage::Active {
                    self.disappear(&mut cx)?;
                }
                self.on_start(&mut cx)?;
            }
            Input::Command(request) => self.on_command(&mut cx, request)?,
            Input::SocketOpened => self.on_socket_opened(&mut cx)?,
            Input::SocketClosed => self.on_socket_closed(&mut cx),
            Input::Frame(bytes) => self.on_frame(&mut cx, &bytes)?,
            Input::Http(id, result) => self.on_http(&mut cx, id, result)?,
            Input::Media(media, report) => self.on_media(&mut cx, media, report)?,
            Input::Wake => {}
        }
        if is_due {
            self.expire_typing(&mut cx);
            self.on_wake(&mut cx)?;
        }
        if this::stage(cx.db)? == Stage::Active {
            self.ensure_self_group(&mut cx)?;
            self.silence(&mut cx)?;
            // Before the siblings are told: stars go with what is hidden.
            self.sweep(&mut cx)?;
            self.disappear(&mut cx)?;
            self.share_state(&mut cx)?;
            self.go_on(&mut cx)?;
            self.sweep_later(&cx)?;
            self.disappear_later(&cx)?;
            self.index_messages(&mut cx)?;
            self.drop_files(&mut cx)?;
            self.show_changes(&mut cx)?;
            self.show_calls(&mut cx)?;
            self.answer_when_sent(&mut cx)?;
            self.leave_if_told(&mut cx)?;
        }
        self.own_list = cx.own_list.take();
        self.peer_lists = cx.peer_lists.take();
        self.me = cx.me.take();
        if let Some(at_ms) = self.wakes.first().copied().filter(|at_ms| Some(*at_ms) != wake_before) {
            cx.out.push(Output::WakeAt(at_ms));
        }
        Ok(cx.out)
    }

    /// Looks again at what waits, at this time.
    pub(crate) fn retry_at(&mut self, at_ms: u64) {
        self.wakes.insert(at_ms);
    }

    /// Whatever can be done next on an open connection; each step looks at the database and finds its own work.
    fn go_on(&mut self, cx: &mut Context<'_>) -> Result<(), Halt> {
        self.note_met(cx);
        if !self.session.is_up() {
            return Ok(());
        }
        self.compare_logs(cx)?;
        if !restoring::awaits_overview(cx)? {
            self.find_groups(cx)?;
        }
        self.fill_key_packages(cx)?;
        self.ask_lists(cx)?;
        self.create_waiting(cx)?;
        self.join_waiting(cx)?;
        self.ask_marks_on_entry(cx);
        self.learn_people(cx)?;
        self.announce_reads(cx)?;
        self.recover(cx)?;
        self.commit_removals(cx)?;
        self.change_groups(cx)?;
        self.ring_wished(cx)?;
        self.go_on_growing(cx)?;
        self.vouch(cx)?;
        self.export_next(cx)?;
        self.import_next(cx)?;
        self.complete_mirror(cx)?;
        self.tell_digest(cx)?;
        self.move_media(cx)?;
        self.back_up(cx)?;
        // After all that others wait for.
        self.update_leaves(cx)?;
        self.send_waiting(cx)
    }

    /// The group of the account's own devices; the phone makes it.
    fn ensure_self_group(&mut self, cx: &mut Context<'_>) -> Result<(), Halt> {
        let me = cx.me()?.address.account;
        if !cx.is_phone()? || chats::find_with(cx.db, ChatKind::SelfGroup, me)?.is_some() {
            return Ok(());
        }
        let chat = Chat {
            chat: ChatId(chats::random_id(cx)),
            kind: ChatKind::SelfGroup,
            generation: Generation(1),
            peer: me,
            membership: Membership::Creating,
            applied_seq: 0,
            activity_ms: cx.now_ms,
        };
        chats::insert(cx, &chat)
    }

    /// All snapshots, for a page that knows nothing yet.
    pub(crate) fn show_all(&mut self, cx: &mut Context<'_>) -> Result<(), Halt> {
        if this::stage(cx.db)? == Stage::Active {
            profile::show(cx)?;
            self.show_chats(cx)?;
            accounts::show_contacts(cx)?;
            own_state::show_settings(cx)?;
            blocking::show(cx)?;
            groups::show_joins(cx)?;
            pushing::show(cx)?;
            self.show_devices(cx)?;
            self.show_mirror(cx)?;
            backup::show(cx)?;
            self.calling.show_again();
        }
        Ok(())
    }

    pub(crate) fn on_start(&mut self, cx: &mut Context<'_>) -> Result<(), Halt> {
        cx.event(Event::Ready);
        self.show_stage(cx)?;
        self.show_all(cx)?;
        match this::stage(cx.db)? {
            Stage::New => self.ask_server_info(cx),
            Stage::Active => {
                messages::read_newer(cx)?;
                pushing::give_book(cx)?;
                self.resume_leaving(cx)?;
                self.resume_media(cx)?;
                self.ask_server_info(cx);
            }
            // The program died, or its page was closed, before the database was deleted.
            Stage::LoggedOut if broken(Rule::WipedAtStart) => {}
            Stage::LoggedOut => cx.out.push(Output::Wipe),
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
            (Stage::LoggedOut, _) => AppStage::LoggedOut(this::logout_reason(cx.db)?),
        };
        let registering = stage == AppStage::Registering;
        let linking = stage == AppStage::Linking;
        cx.event(Event::Stage(stage));
        if registering {
            self.show_registration(cx)?;
        }
        if linking {
            self.show_link(cx);
        }
        Ok(())
    }

    pub(crate) fn on_command(&mut self, cx: &mut Context<'_>, request: Request) -> Result<(), Halt> {
        let Request { id, command } = request;
        if command.needs_account() && this::stage(cx.db)? != Stage::Active {
            cx.answer(id, Err(UserError::NotNow));
            return Ok(());
        }
        let command = self.under_new_id(command);
        if blocking::refuses(cx, &command)? {
            cx.answer(id, Err(UserError::Blocked));
            return Ok(());
        }
        match command {
            Command::Refresh => {
                self.page_is_new(cx)?;
                self.show_stage(cx)?;
                self.show_all(cx)?;
                self.show_connection(cx);
                cx.answer(id, Ok(Answer::Done));
            }
            Command::AwaitSent => self.sent_wanted.push(id),
            Command::SetVisible(visible) => self.set_visible(cx, id, visible)?,
            Command::StartLink { browser, system } => self.start_link(cx, id, browser, system)?,
            Command::EnterLinkDigits { digits } => self.enter_digits(cx, id, &digits),
            Command::CancelLink => self.cancel_link(cx, id),
            Command::ScanLinkCode { text, pasted } => self.scan_link_code(cx, id, &text, pasted)?,
            Command::ConfirmLink { pin } => self.confirm_link(cx, id, &pin)?,
            Command::CancelLinking => self.cancel_linking(cx, id)?,
            Command::UnlinkDevice { device } => self.unlink(cx, id, Some(device))?,
            Command::UnlinkAll => self.unlink(cx, id, None)?,
            Command::LogOut => self.log_out_here(cx, id)?,
            Command::RenameDevice { device, name } => self.rename_device(cx, id, device, &name)?,
            Command::CheckConnection => self.check_connection(cx, id)?,
            Command::RequestCode { number, invite } => self.request_code(cx, id, &number, invite)?,
            Command::VerifyCode { code } => self.verify_code(cx, id, &code),
            Command::EnterPin { pin } => self.enter_pin(cx, id, &pin)?,
            Command::GiveBackup { piece, bytes } => self.give_backup(cx, id, piece, &bytes)?,
            Command::RestoreBackup { key, place } => self.restore_backup(cx, id, &key, place)?,
            Command::StartAnew => self.start_anew(cx, id)?,
            Command::MakeRecoveryKey => Self::make_recovery_key(cx, id),
            Command::TurnBackupOn { key } => self.turn_backup_on(cx, id, &key)?,
            Command::BackUpNow => self.back_up_now(cx, id)?,
            Command::TurnBackupOff => self.turn_backup_off(cx, id)?,
            Command::TakeBackup { piece, key } => self.take_backup(cx, id, piece, &key)?,
            Command::DeleteAccount { pin, number } => self.delete_account(cx, id, &pin, &number)?,
            Command::RestartRegistration => self.restart_registration(cx, id)?,
            Command::SetPin { pin } => self.set_pin(cx, id, &pin)?,
            Command::SetProfile { name, about, photo } => self.set_profile(cx, id, &name, &about, photo)?,
            Command::SetPhoto { photo, thumb } => self.set_photo(cx, id, photo, thumb)?,
            Command::ShowSafetyNumber { account } => self.show_safety_number(cx, id, account)?,
            Command::SetVerified { account, verified } => self.set_verified(cx, id, account, verified)?,
            Command::CompareSafetyCode { account, text } => self.compare_safety_code(cx, id, account, &text)?,
            Command::AddContact { number, name } => self.add_contact(cx, id, &number, &name)?,
            Command::AddContactByCode { text, name } => self.add_contact_by_code(cx, id, &text, &name)?,
            Command::RenameContact { account, name } => self.rename_contact(cx, id, account, &name)?,
            Command::ShowContactCode => self.show_contact_code(cx, id)?,
            Command::StartChat { account } => self.start_chat(cx, id, account)?,
            Command::CreateGroup { name, members } => {
                let answer = changing::create(cx, &name, &members)?;
                cx.answer(id, answer);
            }
            Command::AddMembers { chat, members } => {
                let answer = changing::add_members(cx, chat, &members)?;
                cx.answer(id, answer);
            }
            Command::RemoveMembers { chat, members } => {
                let answer = changing::remove_members(cx, chat, &members)?;
                cx.answer(id, answer);
            }
            Command::SetAdmin { chat, member, admin } => {
                let answer = changing::set_admin(cx, chat, member, admin)?;
                cx.answer(id, answer);
            }
            Command::RenameGroup { chat, name } => {
                let answer = self.rename_group(cx, chat, &name)?;
                cx.answer(id, answer);
            }
            Command::DescribeGroup { chat, description } => {
                let answer = self.describe_group(cx, chat, &description)?;
                cx.answer(id, answer);
            }
            Command::SetGroupPhoto { chat, photo, thumb } => {
                let answer = self.set_group_photo(cx, chat, photo, thumb)?;
                cx.answer(id, answer);
            }
            Command::SetGroupRules { chat, change } => {
                let answer = self.set_group_rules(cx, chat, change)?;
                cx.answer(id, answer);
            }
            Command::Join(command) => {
                let answer = self.on_join_command(cx, command)?;
                cx.answer(id, answer);
            }
            Command::LeaveGroup { chat } => {
                let answer = changing::leave(cx, chat)?;
                cx.answer(id, answer);
            }
            Command::OpenChat { chat, anchor, limit } => self.open_chat(cx, id, chat, anchor, limit)?,
            Command::LoadWindow { chat, anchor, limit } => self.load_window(cx, id, chat, anchor, limit)?,
            Command::CloseChat { chat } => {
                self.open_chats.remove(&ChatId(chat.0));
            }
            Command::SendText { chat, text, written_for, answers } => {
                let written = Written { text, written_for, answers };
                self.send_text(cx, id, chat, written)?;
            }
            Command::SendMedia { chat, file, facts, caption, written_for, answers } => {
                let written = Written { text: caption, written_for, answers };
                self.send_media(cx, id, chat, (file, &facts), written)?;
            }
            Command::DownloadMedia { chat, message } => self.download_media(cx, id, chat, message)?,
            Command::StreamMedia { chat, message, from } => self.stream_media(cx, id, (chat, message), from)?,
            Command::CancelMedia { chat, message } => self.cancel_media(cx, id, chat, message)?,
            Command::AskReceipts { chat, message } => receipts::ask(cx, id, chat, message)?,
            Command::PinMessage { chat, message, pinned } => self.pin_message(cx, id, chat, message, pinned)?,
            Command::SendPoll { chat, question, answers, several, written_for } => {
                self.send_poll(cx, id, chat, Poll { question, answers, several }, &Written::to(written_for))?;
            }
            Command::SendCards { chat, cards, written_for } => {
                self.send_cards(cx, id, chat, cards, &Written::to(written_for))?;
            }
            Command::SendPlace { chat, place, written_for } => {
                self.send_place(cx, id, chat, place, &Written::to(written_for))?;
            }
            Command::Vote { chat, message, answers } => self.vote(cx, id, (chat, message), &answers)?,
            Command::React { chat, message, emoji } => self.react(cx, id, chat, message, emoji)?,
            Command::EditText { chat, message, text } => self.edit_text(cx, id, chat, message, text)?,
            Command::DeleteMessages { chat, messages, for_everyone } => {
                self.delete_messages(cx, id, chat, &messages, for_everyone)?;
            }
            Command::RetryMessage { chat, message } => self.retry_message(cx, id, chat, message)?,
            Command::SetTyping { chat, typing } => self.set_typing(cx, id, chat, typing)?,
            Command::SetDraft { chat, text, written_for } => self.set_draft(cx, id, chat, text, written_for)?,
            Command::SetPinned { chat, pinned } => {
                self.set_chat_value(cx, id, ChatKey::Pin, chat, own_state::flag(pinned))?
            }
            Command::SetArchived { chat, archived } => {
                self.set_chat_value(cx, id, ChatKey::Archive, chat, own_state::flag(archived))?;
            }
            Command::SetMuted { chat, until_ms } => {
                self.set_chat_value(cx, id, ChatKey::Mute, chat, own_state::number(until_ms))?;
            }
            Command::MarkUnread { chat, unread } => {
                self.set_chat_value(cx, id, ChatKey::Unread, chat, own_state::flag(unread))?;
            }
            Command::ClearChat { chat, keep_starred } => self.clear_chat(cx, id, chat, keep_starred)?,
            Command::ExportChat { chat, after, limit } => self.export_chat(cx, id, chat, after, limit)?,
            Command::SetDisappearing { chat, after } => self.set_disappearing(cx, id, chat, after)?,
            Command::DeleteChat { chat } => self.delete_chat(cx, id, chat)?,
            Command::SetBlocked { account, blocked } => self.set_blocked(cx, id, account, blocked)?,
            Command::MarkRead { chat, up_to } => self.mark_read(cx, id, chat, up_to)?,
            Command::SetStarred { chat, message, starred } => self.set_starred(cx, id, chat, message, starred)?,
            Command::ForwardMessages { chat, messages, to } => self.forward_messages(cx, id, chat, &messages, &to)?,
            Command::Search { query, after, limit } => self.search(cx, id, &query, after, limit)?,
            Command::PlaceCall { chat, video } => {
                let answer = self.place_call(cx, ChatId(chat.0), video)?;
                cx.answer(id, answer);
            }
            Command::AnswerCall { chat } => {
                let answer = self.answer_call(cx, ChatId(chat.0))?;
                cx.answer(id, answer);
            }
            Command::DeclineCall { chat } => self.decline_call(cx, id, chat)?,
            Command::RingMembers { chat, members } => self.ring_members(cx, id, chat, &members)?,
            Command::GrowCall { members } => {
                let answer = self.grow_call(cx, &members)?;
                cx.answer(id, answer);
            }
            Command::HangUp => self.hang_up(cx, id)?,
            Command::SayInCall { participant, say } => self.say_in_call(cx, id, participant, say),
            Command::ListCalls { after, limit } => self.log_of_calls(cx, id, after, limit)?,
            Command::ShowSigns { participant, signs } => self.show_signs(cx, id, participant, signs),
            Command::SetSettings(settings) => self.set_settings(cx, id, &settings)?,
            Command::AskPushKey => self.ask_push_key(cx, id)?,
            Command::TurnPushOn(subscription) => self.turn_push_on(cx, id, subscription)?,
            Command::TurnPushOff => self.turn_push_off(cx, id)?,
        }
        Ok(())
    }

    fn on_http(
        &mut self,
        cx: &mut Context<'_>,
        id: HttpId,
        result: Result<HttpResponse, HttpFailure>,
    ) -> Result<(), Halt> {
        let Some(purpose) = self.calls.finish(id) else { return Ok(()) };
        match purpose {
            Purpose::ServerInfo => self.on_server_info(cx, http::read(result)),
            Purpose::RequestCode { request, typed } => self.on_code_requested(cx, request, &typed, http::read(result)),
            Purpose::VerifyCode { request, number } => self.on_code_verified(cx, request, number, http::read(result)),
            Purpose::Register { request } => self.on_registered(cx, request, http::read(result)),
            Purpose::OpenRestore { request } => self.on_restore_opened(cx, request, http::read(result)),
            Purpose::Restore { request } => self.on_restored(cx, request, http::read(result)),
            Purpose::DeleteAccount { request } => self.on_account_deleted(cx, request, http::read(result)),
            Purpose::BackupCreate { archive } => self.on_backup_created(cx, archive, result),
            Purpose::BackupOffset { is_asked } => self.on_backup_offset(cx, is_asked, result),
            Purpose::PutBackup { archive, made_ms, size } => {
                self.on_backup_put(cx, archive, (made_ms, size), http::read(result))
            }
            Purpose::NewestBackup { place } => self.on_newest_backup(cx, place, http::read(result)),
            Purpose::DropBackup => self.on_backup_dropped(cx, &http::read(result)),
            Purpose::Challenge => self.on_challenge(cx, http::read(result)),
            Purpose::OpenSession => self.on_session_answer(cx, result),
            Purpose::LinkOpen { link_id } => self.on_link_opened(cx, link_id, http::read(result)),
            Purpose::LinkGet { end: End::New, link_id } => self.on_slot_new(cx, link_id, http::read(result)),
            Purpose::LinkGet { end: End::Existing, link_id } => self.on_slot_existing(cx, link_id, http::read(result)),
            Purpose::LinkPut { end: End::New, link_id } => {
                self.on_put_new(cx, link_id, http::read(result));
                Ok(())
            }
            Purpose::LinkPut { end: End::Existing, link_id } => {
                self.on_put_existing(cx, link_id, http::read(result));
                Ok(())
            }
            Purpose::LinkClose | Purpose::DropBlob | Purpose::DropPush => Ok(()),
            Purpose::PushKey { request } => {
                self.on_push_key(cx, request, http::read(result));
                Ok(())
            }
            Purpose::PutPush { request, endpoint } => self.on_push_put(cx, request, &endpoint, http::read(result)),
            Purpose::PutLinkedList { device, signed_list } => {
                self.on_linked_list_put(cx, device, &signed_list, http::read(result))
            }
            Purpose::PutShorterList { request, signed_list } => {
                self.on_shorter_list_put(cx, request, &signed_list, http::read(result))
            }
            Purpose::OwnDevices => self.on_own_devices(cx, http::read(result)),
            Purpose::ExportCreate => self.on_export_created(cx, result),
            Purpose::ExportPatch => self.on_export_patched(cx, result),
            Purpose::ImportSegment { place } => self.on_segment_fetched(cx, place, result),
            Purpose::MediaCreate { message } => self.on_media_created(cx, message, result),
            Purpose::MediaHead { message } => self.on_media_offset(cx, message, true, result),
            Purpose::MediaPatch { message } => self.on_media_offset(cx, message, false, result),
            Purpose::MediaFetch { message, media, from, last } => {
                self.on_media_fetched(cx, (message, media), (from, last), result)
            }
            Purpose::MediaDrop { blob } => self.on_media_dropped(cx, &blob, result),
            Purpose::PeerLists { wanted } => self.on_peer_lists(cx, wanted, http::read(result)),
            Purpose::PutKeyPackages => self.on_key_packages_put(cx, http::read(result)),
            Purpose::LookUp { request, name } => self.on_looked_up(cx, request, name, http::read(result)),
            Purpose::AskAbout { accounts } => self.on_asked_about(cx, accounts, http::read(result)),
            Purpose::GetProfiles { accounts } => self.on_profiles(cx, accounts, http::read(result)),
            Purpose::PutProfile { version } => self.on_profile_put(cx, version, http::read(result)),
            Purpose::ListForSafety { request, account } => {
                self.on_list_for_safety(cx, request, account, http::read(result))
            }
            Purpose::ListsForCreating { chat } => self.on_lists_for_creating(cx, chat, http::read(result)),
            Purpose::ClaimForCreating { chat } => self.on_claimed_for_creating(cx, chat, http::read(result)),
            Purpose::SetPin { request, check } => self.on_pin_set(cx, request, &check, http::read(result)),
        }
    }
}
