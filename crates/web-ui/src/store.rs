//! What the pages show, as signals that events feed. No policy: a snapshot replaces what was there, a change set is merged by id.

mod shown;

pub use shown::{Arrival, CallWish, Pane, Section, Toast};

use crate::bridge;
use crate::features::housekeeping::Chore;
use crate::features::media::Offered;
use crate::model::asides::{Aside, Asides};
use crate::model::asking::{Asked, Asks};
use crate::model::attention::{self, Moment, Pace, Tell, tell};
use crate::model::chat_list::{ChatFilter, ChatList, is_unread};
use crate::model::contacts::Contacts;
use crate::model::finding::Finding;
use crate::model::moves::Moves;
use crate::model::people::People;
use crate::model::rich_text::plain;
use crate::model::selection::Selection;
use crate::model::timeline::{Arrived, PAGE_ROWS, Timeline};
use crate::model::toast::{self, Fate};
use crate::platform::{join_link, letters, notify, page, sound};
use crate::words;
use client_api::{
    AccountId, Answer, AppStage, BackupState, BlockedRow, CallLine, Calls, ChatId, ChatInfo, Command, Connection,
    DeviceRow, Event, JoinRow, LinkStage, LinkingStage, MediaKind, MessageBody, MessageChanges, MessageId,
    MirrorProgress, Notice, OwnProfile, Previews, PushState, RegistrationStage, RingingCall, Role, Settings, UserError,
    WindowAnchor,
};
use leptos::prelude::*;
use std::time::Duration;

/// Everything, as handles that copy.
#[derive(Clone, Copy)]
pub struct App {
    pub role: Role,
    pub stage: RwSignal<AppStage>,
    pub connection: RwSignal<Connection>,
    pub registration: RwSignal<RegistrationStage>,
    pub link: RwSignal<LinkStage>,
    pub linking: RwSignal<Option<LinkingStage>>,
    pub mirror: RwSignal<MirrorProgress>,
    pub chats: RwSignal<ChatList>,
    pub filter: RwSignal<ChatFilter>,
    pub query: RwSignal<String>,
    pub open: RwSignal<Option<ChatId>>,
    /// The open chat as it was called when it was opened: a conversation is drawn anew for another chat, not for another
    /// name of the same.
    pub conversation: RwSignal<Option<ChatId>>,
    pub moves: RwSignal<Moves>,
    pub info: RwSignal<Option<ChatInfo>>,
    /// Those of the open chat.
    pub people: Memo<People>,
    pub timeline: RwSignal<Option<Timeline>>,
    /// The message that the conversation of this chat goes to next.
    pub goal: RwSignal<Option<(ChatId, MessageId)>>,
    /// Messages of the open chat are being selected.
    pub selection: RwSignal<Option<Selection>>,
    /// The searches that are shown.
    pub searches: StoredValue<Vec<RwSignal<Finding>>>,
    /// Grows when they may find others.
    pub found_changed: RwSignal<u32>,
    /// What stands above the composers.
    pub asides: RwSignal<Asides>,
    /// Grows with each window that replaces the timeline.
    pub opened: RwSignal<u32>,
    pub arrival: RwSignal<Arrival>,
    pub contacts: RwSignal<Contacts>,
    pub devices: RwSignal<Vec<DeviceRow>>,
    pub profile: RwSignal<Option<OwnProfile>>,
    pub settings: RwSignal<Settings>,
    pub push: RwSignal<PushState>,
    pub backup: RwSignal<BackupState>,
    pub section: RwSignal<Section>,
    pub pane: RwSignal<Pane>,
    pub toasts: RwSignal<Vec<Toast>>,
    pub new_version: RwSignal<bool>,
    /// The chat that it is asked of for how long it is to be muted.
    pub muting: RwSignal<Option<ChatId>>,
    /// What a dialog is writing.
    pub asking: RwSignal<Option<Asked>>,
    /// What is to be confirmed.
    pub chore: RwSignal<Option<Chore>>,
    pub blocked: RwSignal<Vec<BlockedRow>>,
    /// The help for the keys is open.
    pub help: RwSignal<bool>,
    pub visible: RwSignal<bool>,
    /// One pane at a time.
    pub narrow: RwSignal<bool>,
    /// A contact code that the page was opened with.
    pub contact_code: RwSignal<Option<String>>,
    /// The code of a link into a group that was opened, until it is looked at and closed.
    pub join_link: RwSignal<Option<String>>,
    /// How far it is with links that were opened here.
    pub joins: RwSignal<Vec<JoinRow>>,
    /// The code of an invite whose link opened the page; of use until there is an account.
    pub invite: RwSignal<Option<String>>,
    /// What was written when the program stopped, and went nowhere.
    pub unsent: RwSignal<Option<String>>,
    /// Files that were chosen for the open chat and are not sent yet.
    pub offered: RwSignal<Option<Offered>>,
    /// The picture or film that is looked at.
    pub viewing: RwSignal<Option<MessageId>>,
    /// Calls that ring, that go on, and the one that this device is in.
    pub calls: RwSignal<Calls>,
    /// A call that the user wants to be in, until the core knows.
    pub call_wish: RwSignal<Option<CallWish>>,
    /// Grows with each word for the call's connection.
    pub call_stirred: RwSignal<u32>,
    /// The call's window covers the pages.
    pub call_covers: RwSignal<bool>,
    /// Microphone, camera and loudspeaker are being chosen, without a call.
    pub chooses_devices: RwSignal<bool>,
    call_lines: StoredValue<Vec<CallLine>>,
    toast_count: StoredValue<u32>,
    /// Toasts whose time begins when the page is seen again.
    waiting_toasts: StoredValue<Vec<u32>>,
    pointed_ms: StoredValue<Option<u64>>,
    pace: StoredValue<Pace>,
}

impl App {
    /// Nothing is known yet.
    pub fn new(role: Role) -> Self {
        let chats = RwSignal::new(ChatList::new(letters::decompose));
        let contacts = RwSignal::new(Contacts::new(letters::decompose));
        let (open, info) = (RwSignal::new(None), RwSignal::new(None));
        // Apart, as the chats change with every message.
        let title = Memo::new(move |_| {
            let row = open.get().and_then(|chat| chats.with(|chats| chats.get(&chat)));
            row.as_deref().map(words::title).unwrap_or_default()
        });
        let people = Memo::new(move |_| {
            let names = contacts.with(Contacts::names);
            info.with(|info: &Option<ChatInfo>| People::of(title.get(), info.as_ref(), names))
        });
        Self {
            role,
            stage: RwSignal::new(AppStage::Starting),
            connection: RwSignal::new(Connection::Connecting),
            registration: RwSignal::new(RegistrationStage::Busy),
            link: RwSignal::new(LinkStage::Preparing),
            linking: RwSignal::new(None),
            mirror: RwSignal::new(MirrorProgress::default()),
            chats,
            filter: RwSignal::new(ChatFilter::All),
            query: RwSignal::new(String::new()),
            open,
            conversation: RwSignal::new(None),
            moves: RwSignal::new(Moves::default()),
            info,
            people,
            timeline: RwSignal::new(None),
            goal: RwSignal::new(None),
            selection: RwSignal::new(None),
            searches: StoredValue::new(Vec::new()),
            found_changed: RwSignal::new(0),
            asides: RwSignal::new(Asides::default()),
            opened: RwSignal::new(0),
            arrival: RwSignal::new(Arrival::default()),
            contacts,
            devices: RwSignal::new(Vec::new()),
            profile: RwSignal::new(None),
            settings: RwSignal::new(Settings::default()),
            push: RwSignal::new(PushState::Off),
            backup: RwSignal::new(BackupState::default()),
            section: RwSignal::new(Section::Chats),
            pane: RwSignal::new(Pane::List),
            toasts: RwSignal::new(Vec::new()),
            new_version: RwSignal::new(false),
            muting: RwSignal::new(None),
            asking: RwSignal::new(None),
            chore: RwSignal::new(None),
            blocked: RwSignal::new(Vec::new()),
            help: RwSignal::new(false),
            visible: RwSignal::new(true),
            narrow: RwSignal::new(false),
            contact_code: RwSignal::new(None),
            join_link: RwSignal::new(None),
            joins: RwSignal::new(Vec::new()),
            invite: RwSignal::new(None),
            unsent: RwSignal::new(None),
            offered: RwSignal::new(None),
            viewing: RwSignal::new(None),
            calls: RwSignal::new(Calls::default()),
            call_wish: RwSignal::new(None),
            call_stirred: RwSignal::new(0),
            call_covers: RwSignal::new(false),
            chooses_devices: RwSignal::new(false),
            call_lines: StoredValue::new(Vec::new()),
            toast_count: StoredValue::new(0),
            waiting_toasts: StoredValue::new(Vec::new()),
            pointed_ms: StoredValue::new(None),
            pace: StoredValue::new(Pace::default()),
        }
    }

    /// The own account; nobody's until it is known.
    pub fn me(&self) -> AccountId {
        self.profile.with(|profile| profile.as_ref().map_or(AccountId::NOBODY, |profile| profile.account))
    }

    /// This account may write in the chat that is open.
    pub fn may_send(&self) -> bool {
        self.info.with(|info| info.as_ref().is_none_or(|info| info.may_send))
    }

    /// Takes a batch in.
    pub fn take(&self, events: Vec<Event>) {
        for event in events {
            self.apply(event);
        }
    }

    fn apply(&self, event: Event) {
        match event {
            // The bridge keeps these two.
            Event::Ready | Event::Answered { .. } => {}
            Event::Stage(stage) => {
                if stage == AppStage::Linking && self.stage.get_untracked() != AppStage::Linking {
                    self.start_link();
                }
                if stage == AppStage::Active || matches!(stage, AppStage::LoggedOut(_)) {
                    self.unsent.set(None);
                }
                if matches!(stage, AppStage::LoggedOut(_)) {
                    notify::forget(self.push.get_untracked());
                    self.push.set(PushState::Off);
                }
                if self.stage.get_untracked() == AppStage::Active && stage != AppStage::Active {
                    // The page that comes says what happened.
                    self.toasts.set(Vec::new());
                    self.selection.set(None);
                    self.query.set(String::new());
                }
                replace(self.stage, stage);
            }
            Event::Connection(connection) => replace(self.connection, connection),
            Event::Registration(stage) => replace(self.registration, stage),
            Event::Link(stage) => replace(self.link, stage),
            Event::Linking(stage) => replace(self.linking, stage),
            Event::Mirror(progress) => replace(self.mirror, progress),
            Event::Chats(changes) => {
                notify::close_read(attention::read_in(&changes));
                // Deleted, here or on another device.
                let gone = |open| changes.reset && !changes.upserts.iter().any(|row| row.chat == open);
                if self.open.get_untracked().is_some_and(|open| changes.removed.contains(&open) || gone(open)) {
                    self.close_chat();
                }
                self.chats.update(|chats| chats.apply(changes));
            }
            Event::ChatMoved { from, to } => self.follow(from, to),
            Event::ChatInfo(info) => {
                if self.open.get_untracked() == Some(info.chat) {
                    self.info.set(Some(info));
                }
            }
            Event::Window(window) => {
                if self.open.get_untracked() == Some(window.chat) {
                    let replaces = !matches!(window.anchor, WindowAnchor::Before(_) | WindowAnchor::After(_));
                    self.timeline.update(|timeline| match timeline {
                        Some(timeline) if timeline.chat == window.chat => timeline.load(window),
                        _ => *timeline = Some(Timeline::new(window)),
                    });
                    if replaces {
                        self.opened.update(|count| *count = count.wrapping_add(1));
                    }
                }
            }
            Event::FoundChanged => self.found_changed.update(|count| *count = count.wrapping_add(1)),
            Event::Messages(changes) => {
                self.forget_gone(&changes);
                let mut arrived = Arrived::default();
                self.timeline.update(|timeline| {
                    if let Some(timeline) = timeline.as_mut().filter(|timeline| timeline.chat == changes.chat) {
                        arrived = timeline.change(changes);
                    }
                });
                self.arrival
                    .update(|arrival| *arrival = Arrival { count: arrival.count.wrapping_add(1), last: arrived });
            }
            Event::Contacts(changes) => self.contacts.update(|contacts| contacts.apply(changes)),
            Event::Joins(joins) => replace(self.joins, joins),
            Event::Blocked(blocked) => replace(self.blocked, blocked),
            Event::Devices(devices) => replace(self.devices, devices),
            Event::Profile(profile) => replace(self.profile, Some(profile)),
            Event::Settings(settings) => {
                page::set_theme(settings.theme);
                page::set_direction(settings.direction);
                replace(self.settings, settings);
            }
            Event::Push(state) => replace(self.push, state),
            Event::Backup(state) => replace(self.backup, state),
            // The page that links says so itself.
            Event::Notice(Notice::DeviceLinked { again: false, name, .. }) if self.is_linking(&name) => {}
            Event::Notice(notice) => self.toast(words::notice(&notice), true),
            Event::Calls(calls) => self.take_calls(calls),
            Event::CallLine(line) => {
                self.call_lines.update_value(|lines| lines.push(line));
                self.call_stirred.update(|count| *count = count.wrapping_add(1));
            }
            Event::CallGrowth(growth) => self.toast(words::call_growth(&growth), false),
            Event::CallOver { chat, end } => {
                let row = self.chats.with_untracked(|chats| chats.get(&chat));
                if let Some(text) = words::call_end(end, &row.as_deref().map(words::title).unwrap_or_default()) {
                    self.toast(text, false);
                }
            }
            Event::CallMissed { chat, title, video } => {
                if !self.is_muted(chat) && !self.visible.get_untracked() {
                    notify::message(*self, chat, &title, &words::missed_call(video));
                }
            }
            Event::Notify { chat, title, preview, media, in_person, .. } => {
                self.notify((chat, in_person), &title, &preview, media);
            }
        }
    }

    /// There is a call to show.
    pub fn has_call(&self) -> bool {
        self.call_wish.with(Option::is_some)
            || self.calls.with(|calls| calls.own.is_some() || !calls.ringing.is_empty())
    }

    /// The owner does not want to be called away for this chat now.
    pub fn is_muted(&self, chat: ChatId) -> bool {
        let row = self.chats.with_untracked(|chats| chats.get(&chat));
        row.is_some_and(|row| row.muted_until_ms > page::now_ms())
    }

    /// What the call's connection has not heard yet.
    pub fn take_call_lines(&self) -> Vec<CallLine> {
        self.call_lines.try_update_value(std::mem::take).unwrap_or_default()
    }

    /// Whoever does not see the page is told of a call that begins to ring.
    fn take_calls(&self, calls: Calls) {
        let rang =
            self.calls.with_untracked(|calls| calls.ringing.iter().map(|ringing| ringing.call).collect::<Vec<_>>());
        let previews = self.settings.with_untracked(|settings| settings.previews);
        let is_new = |ringing: &&RingingCall| !rang.contains(&ringing.call) && !self.is_muted(ringing.chat);
        for ringing in calls.ringing.iter().filter(is_new).filter(|_| !self.visible.get_untracked()) {
            let (title, text) = match previews {
                Previews::Nothing => (words::app_name(), words::call_kind(ringing.video).to_owned()),
                Previews::Sender | Previews::SenderAndText => (ringing.title.as_str(), words::ringing(ringing)),
            };
            notify::message(*self, ringing.chat, title, &text);
        }
        replace(self.calls, calls);
    }

    /// What is gone is neither found nor chosen any more.
    fn forget_gone(&self, changes: &MessageChanges) {
        if self.open.get_untracked() == Some(changes.chat) {
            self.selection.maybe_update(|selection| selection.as_mut().map(|chosen| chosen.change(changes)).is_some());
        }
        let mut gone = changes.removed.clone();
        gone.extend(changes.upserts.iter().filter(|row| row.body == MessageBody::Deleted).map(|row| row.id));
        if !gone.is_empty() {
            self.searches.with_value(|searches| {
                for finding in searches {
                    let _ = finding.try_maybe_update(|finding| (finding.forget(changes.chat, &gone), ()));
                }
            });
        }
    }

    /// The page stands that says of this device that it is linked.
    fn is_linking(&self, device: &str) -> bool {
        self.linking.with_untracked(|stage| match stage {
            Some(LinkingStage::Finishing) => true,
            Some(LinkingStage::Done { name }) => name == device,
            _ => false,
        })
    }

    /// A chat goes on under another id. Where it is open it stays so: the conversation is not drawn anew, and what is being
    /// written in it stays where it is.
    fn follow(&self, from: ChatId, to: ChatId) {
        self.moves.update(|moves| moves.add(from, to));
        self.asides.update(|asides| asides.follow(from, to));
        if self.muting.get_untracked() == Some(from) {
            self.muting.set(Some(to));
        }
        self.asking.maybe_update(|asked| asked.as_mut().map(|asked| *asked = asked.follow(from, to)).is_some());
        self.chore.maybe_update(|chore| chore.as_mut().map(|chore| *chore = chore.follow(from, to)).is_some());
        if self.open.get_untracked() != Some(from) {
            return;
        }
        self.timeline.update(|timeline| {
            if let Some(timeline) = timeline {
                timeline.chat = to;
            }
        });
        self.info.update(|info| {
            if let Some(info) = info {
                info.chat = to;
            }
        });
        self.open.set(Some(to));
        self.tell(Command::OpenChat { chat: to, anchor: WindowAnchor::Newest, limit: PAGE_ROWS });
    }

    /// A message came: whoever does not see it is told, as they wish it.
    fn notify(&self, (chat, in_person): (ChatId, bool), title: &str, preview: &str, media: Option<MediaKind>) {
        let in_front = !self.narrow.get_untracked() || self.pane.get_untracked() == Pane::Chat;
        let how = tell(Moment {
            muted: self.is_muted(chat),
            in_person,
            page_visible: self.visible.get_untracked(),
            chat_shown: self.open.get_untracked() == Some(chat) && in_front,
        });
        let (sounds, previews) = self.settings.with_untracked(|settings| (settings.sounds, settings.previews));
        let in_pace = || self.pace.try_update_value(|pace| pace.take(page::now_ms())) == Some(true);
        if how != Tell::Not && sounds && in_pace() {
            sound::tone();
        }
        if how == Tell::SoundAndNotification {
            let text = match previews {
                Previews::SenderAndText => words::caption_or_kind(plain(preview), media),
                Previews::Sender | Previews::Nothing => words::new_message().to_owned(),
            };
            let title = if previews == Previews::Nothing { words::app_name() } else { title };
            notify::message(*self, chat, title, &text);
        }
    }

    /// Asks the core, and waits for its answer.
    pub async fn asks(&self, command: Command) -> Result<Answer, UserError> {
        bridge::asks(command).await.unwrap_or(Err(UserError::Internal))
    }

    /// Asks the core without wanting an answer; a refusal is told in a toast.
    pub fn send(&self, command: Command) {
        let app = *self;
        bridge::ask(command, move |result| {
            if let Err(error) = result {
                app.toast(words::error(&error), false);
            }
        });
    }

    /// Asks for something that the user did not click for: a refusal is told where it costs them something.
    pub fn tell(&self, command: Command) {
        let app = *self;
        bridge::ask(command.clone(), move |result| {
            if let Err(error) = result {
                app.toast_refused(&command, &error);
            }
        });
    }

    /// The refusal of something that the user did not click for.
    pub fn toast_refused(&self, command: &Command, error: &UserError) {
        page::log(&format!("{}: {error}", command.name()));
        let active = self.stage.with_untracked(|stage| *stage == AppStage::Active);
        if let Some(text) = words::refused(command, error).filter(|_| active) {
            self.toast(text, false);
        }
    }

    /// Asks, and gets the answer.
    pub fn ask(&self, command: Command, answered: impl FnOnce(Result<Answer, UserError>) + 'static) {
        bridge::ask(command, answered);
    }

    /// Keeps a text that could not be sent or kept as a draft, where the program has stopped: the page that says so shows it.
    pub fn keep_unsent(&self, text: String) {
        if self.stage.with_untracked(|stage| *stage != AppStage::Active) {
            let _ = self.unsent.try_set(Some(text));
        }
    }

    /// The chats that the list shows, in its order; signals that it is read from are tracked.
    pub fn shown_chats(&self) -> Vec<ChatId> {
        let (filter, query) = (self.filter.get(), self.query.get());
        self.chats.with(|chats| chats.shown(filter, &query, self.open.get()))
    }

    /// A new linking code, with what this browser is.
    pub fn start_link(&self) {
        let (browser, system) = page::browser_and_system();
        self.send(Command::StartLink { browser, system });
    }

    /// Shows a chat.
    pub fn open_chat(&self, chat: ChatId) {
        let chat = self.moves.with_untracked(|moves| moves.newest(chat));
        self.pane.set(Pane::Chat);
        page::push_layer();
        if self.open.get_untracked() != Some(chat) {
            self.leave_open_chat();
            self.begin_chat(chat);
            self.tell(Command::OpenChat { chat, anchor: WindowAnchor::FirstUnread, limit: PAGE_ROWS });
        }
    }

    /// Shows a message in its chat. What stands beside the chat stays, where there is room.
    pub fn open_at(&self, chat: ChatId, message: MessageId) {
        let (app, chat) = (*self, self.moves.with_untracked(|moves| moves.newest(chat)));
        let is_open = self.open.get_untracked() == Some(chat);
        if !is_open || self.narrow.get_untracked() {
            self.pane.set(Pane::Chat);
            page::push_layer();
        }
        self.selection.set(None);
        if is_open {
            // Once the conversation is on the screen, and has a size.
            return request_animation_frame(move || app.goal.set(Some((chat, message))));
        }
        self.leave_open_chat();
        self.goal.set(Some((chat, message)));
        self.begin_chat(chat);
        let open = Command::OpenChat { chat, anchor: WindowAnchor::Message(message), limit: PAGE_ROWS };
        self.ask(open.clone(), move |result| match result {
            Ok(_) if app.open.get_untracked() == Some(chat) => {
                let has =
                    |timeline: &Option<Timeline>| timeline.as_ref().is_some_and(|rows| rows.row(message).is_some());
                if !app.timeline.with_untracked(has) {
                    app.toast(words::error(&UserError::NotFound), false);
                }
            }
            Ok(_) => {}
            Err(error) => app.toast_refused(&open, &error),
        });
    }

    fn leave_open_chat(&self) {
        if let Some(before) = self.open.get_untracked() {
            bridge::send(Command::CloseChat { chat: before });
        }
        self.selection.set(None);
        self.leave_media();
        self.timeline.set(None);
        self.info.set(None);
    }

    /// Closes what stands over the conversation: what was to be sent, or what is looked at.
    pub fn leave_media(&self) {
        self.offered.set(None);
        self.viewing.set(None);
    }

    fn begin_chat(&self, chat: ChatId) {
        // What was marked by hand has been looked at now.
        if self.chats.with_untracked(|chats| chats.get(&chat)).is_some_and(|row| row.marked_unread) {
            self.tell(Command::MarkUnread { chat, unread: false });
        }
        self.open.set(Some(chat));
        self.conversation.set(Some(chat));
    }

    /// Shows something beside the open chat.
    pub fn show_beside(&self, pane: Pane) {
        self.pane.set(pane);
        page::push_layer();
    }

    /// Changes what stands above a chat's composer.
    pub fn set_aside<T>(&self, chat: ChatId, change: impl FnOnce(&mut Aside) -> T) -> T {
        let chat = self.moves.with_untracked(|moves| moves.newest(chat));
        let mut aside = self.asides.with_untracked(|asides| asides.get(chat));
        let changed = change(&mut aside);
        self.asides.update(|asides| asides.set(chat, aside));
        changed
    }

    /// Leaves the edit, or the answer, of the open chat; says whether there was one.
    pub fn leave_aside(&self) -> bool {
        self.open.get_untracked().is_some_and(|chat| self.set_aside(chat, Aside::leave))
    }

    /// Back to the list, with no chat open.
    pub fn close_chat(&self) {
        self.pane.set(Pane::List);
        if self.open.get_untracked().is_some() {
            self.leave_open_chat();
            self.open.set(None);
            self.conversation.set(None);
        }
    }

    /// Shows a section of the list pane.
    pub fn show_section(&self, section: Section) {
        self.pane.update(|pane| {
            if !pane.is_beside() || self.narrow.get_untracked() {
                *pane = Pane::List;
            }
        });
        self.section.set(section);
    }

    /// Opens the dialog in which this is written for the open chat.
    pub fn write(&self, asks: Asks) {
        let open = self.open.get_untracked();
        let row = open.and_then(|chat| self.chats.with_untracked(|chats| chats.get(&chat)));
        self.asking.set(row.map(|row| Asked { asks, chat: row.chat, peer: row.peer }));
    }

    pub fn is_blocked(&self, account: AccountId) -> bool {
        self.blocked.with(|blocked| blocked.iter().any(|row| row.account == account))
    }

    /// Looks at a link into a group, or no more. It is kept for this tab: there may be no account yet.
    pub fn open_join(&self, code: Option<String>) {
        join_link::keep(code.as_deref());
        self.join_link.set(code);
    }

    /// Marks a chat as read, up to what its row shows, or as unread.
    pub fn toggle_unread(&self, chat: ChatId) {
        let Some(row) = self.chats.with_untracked(|chats| chats.get(&chat)) else { return };
        self.send(match &row.last {
            Some(last) if row.unread > 0 => Command::MarkRead { chat, up_to: last.id },
            _ => Command::MarkUnread { chat, unread: !is_unread(&row) },
        });
    }

    /// Heard again at once; muted when it was said for how long.
    pub fn toggle_muted(&self, chat: ChatId) {
        if self.is_muted(chat) {
            self.send(Command::SetMuted { chat, until_ms: 0 });
        } else {
            self.muting.set(Some(chat));
        }
    }

    /// To the archive or back, with a way to take that back.
    pub fn toggle_archived(&self, chat: ChatId) {
        let Some(row) = self.chats.with_untracked(|chats| chats.get(&chat)) else { return };
        let (app, archived) = (*self, row.archived);
        self.ask(Command::SetArchived { chat, archived: !archived }, move |result| match result {
            Ok(_) => {
                let text = if archived { words::unarchived() } else { words::now_archived() };
                let undo = (words::undo(), Command::SetArchived { chat, archived });
                app.push_toast(text.to_owned(), false, Some(undo));
            }
            Err(error) => app.toast(words::error(&error), false),
        });
    }

    /// Closes the topmost layer: information, conversation, a section of the list pane.
    pub fn back(&self) -> bool {
        match (self.pane.get_untracked(), self.section.get_untracked()) {
            _ if self.viewing.get_untracked().is_some() || self.offered.get_untracked().is_some() => self.leave_media(),
            (Pane::Info | Pane::Search, _) => self.pane.set(Pane::Chat),
            (Pane::Starred | Pane::Carried, _) => self.pane.set(Pane::Info),
            (Pane::Chat, _) if self.selection.get_untracked().is_some() => self.selection.set(None),
            (Pane::Chat, _) => self.close_chat(),
            (Pane::List, Section::Chats) => return false,
            (Pane::List, Section::Profile | Section::Devices) => self.section.set(Section::Settings),
            (Pane::List, Section::NewGroup) => self.section.set(Section::NewChat),
            (Pane::List, _) => self.section.set(Section::Chats),
        }
        true
    }

    /// The page is seen, or not any more.
    pub fn set_visible(&self, visible: bool) {
        if self.visible.get_untracked() != visible {
            self.visible.set(visible);
        }
        if visible {
            let waiting = self.waiting_toasts.try_update_value(std::mem::take).unwrap_or_default();
            waiting.into_iter().for_each(|id| let_go(*self, id));
        }
        self.tell(Command::SetVisible(visible));
    }

    /// The pointer moves over the toasts.
    pub fn point_at_toasts(&self) {
        self.pointed_ms.set_value(Some(page::now_ms()));
    }

    fn around_toasts(&self) -> toast::Around {
        toast::Around {
            visible: self.visible.get_untracked(),
            focused: page::has_focus() && page::exists(".toasts:focus-within"),
            hovered: page::exists(".toasts:hover"),
            pointed_ms_ago: self.pointed_ms.get_value().map(|then| page::now_ms().saturating_sub(then)),
        }
    }

    /// Says something.
    pub fn toast(&self, text: String, stays: bool) {
        self.push_toast(text, stays, None);
    }

    fn push_toast(&self, text: String, stays: bool, action: Option<(&'static str, Command)>) {
        let id = self.toast_count.try_update_value(|count| {
            *count = count.wrapping_add(1);
            *count
        });
        let Some(id) = id else { return };
        let _ = self.toasts.try_update(|toasts| {
            toasts.retain(|toast| toast.text != text);
            toasts.push(Toast { id, text, stays, action });
            let surplus = toasts.len().saturating_sub(4);
            toasts.drain(..surplus);
        });
        if !stays {
            let_go(*self, id);
        }
    }
}

/// Takes a toast away after its time.
fn let_go(app: App, id: u32) {
    let over = move || match toast::fate(app.around_toasts()) {
        Fate::Stays => let_go(app, id),
        Fate::Waits => app.waiting_toasts.update_value(|waiting| waiting.push(id)),
        Fate::Goes => _ = app.toasts.try_update(|toasts| toasts.retain(|toast| toast.id != id)),
    };
    set_timeout(over, Duration::from_millis(toast::TOAST_MS));
}

/// Sets a signal only where it changes, so that pages do not lose what was typed into them.
fn replace<T: PartialEq + Send + Sync + 'static>(signal: RwSignal<T>, value: T) {
    if signal.with_untracked(|old| *old != value) {
        signal.set(value);
    }
}

/// The store of this page.
pub fn use_app() -> App {
    expect_context::<App>()
}
