//! A person with one device: gives commands and waits for what the screen would show. Keeps what the interface would.

use crate::World;
use anyhow::{Context, Result, bail};
use client_api::{
    AccountId, Answer, BackupState, ChatId, ChatInfo, ChatRow, Command, Completeness, ContactRow, DeviceRow, Event,
    JoinRow, LinkStage, LinkingStage, MediaFacts, MediaPlace, MessageBody, MessageId, MessageRow, MessageStatus,
    MirrorProgress, Notice, OwnProfile, RegistrationStage, Request, Role, Settings, SystemLine, UserError,
    WindowAnchor,
};
use client_driver::native::{Events, Handle, MediaError, Options, Storage, start};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

/// Nothing here takes this long; a test that waits longer fails with what the screen showed.
const PATIENCE: Duration = Duration::from_secs(60);

/// One running device.
pub struct Person {
    /// For messages of failed tests.
    pub name: String,
    handle: Handle,
    events: Events,
    last_request: u32,
    /// The screen.
    pub screen: Screen,
}

/// What the interface would hold.
#[derive(Debug, Default)]
pub struct Screen {
    /// The chat list has come.
    pub listed: bool,
    /// The chat list.
    pub chats: BTreeMap<ChatId, ChatRow>,
    /// Open chats, by order.
    pub messages: BTreeMap<ChatId, BTreeMap<(u64, MessageId), MessageRow>>,
    /// The last stage of registration.
    pub registration: Option<RegistrationStage>,
    /// The program's stage, in words.
    pub stage: String,
    /// The new device's linking.
    pub link: Option<LinkStage>,
    /// The phone's linking.
    pub linking: Option<LinkingStage>,
    /// The mirror.
    pub mirror: MirrorProgress,
    /// All that was said of it, in order.
    pub mirrored: Vec<MirrorProgress>,
    /// The account's devices.
    pub devices: Vec<DeviceRow>,
    /// The connection, in words.
    pub connection: String,
    /// How much of an open chat's history is here.
    pub completeness: BTreeMap<ChatId, Completeness>,
    /// What the user was told, in order.
    pub notices: Vec<Notice>,
    /// Facts of open chats.
    pub infos: BTreeMap<ChatId, ChatInfo>,
    /// Chats that go on under another id, in order.
    pub moved: Vec<(ChatId, ChatId)>,
    /// The contacts.
    pub contacts: BTreeMap<AccountId, ContactRow>,
    /// The own profile.
    pub profile: Option<OwnProfile>,
    /// Links that were opened.
    pub joins: Vec<JoinRow>,
    /// Who is blocked.
    pub blocked: Vec<AccountId>,
    /// The settings.
    pub settings: Option<Settings>,
    /// Where backups stand.
    pub backup: BackupState,
    answers: BTreeMap<u32, Result<Answer, UserError>>,
}

impl Screen {
    fn take(&mut self, event: Event) {
        match event {
            Event::Stage(stage) => self.stage = format!("{stage:?}"),
            Event::Connection(connection) => self.connection = format!("{connection:?}"),
            Event::Registration(stage) => self.registration = Some(stage),
            Event::Link(stage) => self.link = Some(stage),
            Event::Linking(stage) => self.linking = stage,
            Event::Mirror(progress) => {
                self.mirror = progress;
                self.mirrored.push(progress);
            }
            Event::Devices(devices) => self.devices = devices,
            Event::ChatInfo(info) => {
                self.completeness.insert(info.chat, info.completeness);
                self.infos.insert(info.chat, info);
            }
            Event::Notice(notice) => self.notices.push(notice),
            Event::Chats(changes) => {
                if changes.reset {
                    self.listed = true;
                    self.chats.clear();
                }
                for chat in changes.removed {
                    self.chats.remove(&chat);
                }
                self.chats.extend(changes.upserts.into_iter().map(|row| (row.chat, row)));
            }
            Event::Contacts(changes) => {
                if changes.reset {
                    self.contacts.clear();
                }
                for account in changes.removed {
                    self.contacts.remove(&account);
                }
                self.contacts.extend(changes.upserts.into_iter().map(|row| (row.account, row)));
            }
            // What was loaded stays; the line about encryption, which no row holds, comes with the next window.
            Event::ChatMoved { from, to } => {
                self.moved.push((from, to));
                let mut rows = self.messages.remove(&from).unwrap_or_default();
                rows.retain(|(_, id), _| id.0 != from.0);
                self.messages.entry(to).or_default().extend(rows);
            }
            Event::Blocked(rows) => self.blocked = rows.into_iter().map(|row| row.account).collect(),
            Event::Joins(joins) => self.joins = joins,
            Event::Backup(backup) => self.backup = backup,
            Event::Profile(profile) => self.profile = Some(profile),
            Event::Settings(settings) => self.settings = Some(settings),
            Event::Window(window) => {
                let rows = self.messages.entry(window.chat).or_default();
                rows.extend(window.rows.into_iter().map(|row| ((row.time_ms, row.id), row)));
            }
            Event::Messages(changes) => {
                let rows = self.messages.entry(changes.chat).or_default();
                rows.retain(|(_, id), _| !changes.removed.contains(id));
                for row in changes.upserts {
                    rows.retain(|(_, id), _| *id != row.id);
                    rows.insert((row.time_ms, row.id), row);
                }
            }
            Event::Answered { request, result } => {
                self.answers.insert(request, result);
            }
            _ => {}
        }
    }

    /// The texts of an open chat, oldest first.
    pub fn texts(&self, chat: ChatId) -> Vec<String> {
        let rows = self.messages.get(&chat).into_iter().flat_map(BTreeMap::values);
        rows.filter_map(|row| match &row.body {
            MessageBody::Text(text) => Some(text.clone()),
            _ => None,
        })
        .collect()
    }

    /// How many messages of an open chat are waited for.
    pub fn waiting(&self, chat: ChatId) -> usize {
        let rows = self.messages.get(&chat).into_iter().flat_map(BTreeMap::values);
        rows.filter(|row| row.body == MessageBody::Waiting).count()
    }

    /// The lines that an open chat itself says, oldest first.
    pub fn lines(&self, chat: ChatId) -> Vec<SystemLine> {
        let rows = self.messages.get(&chat).into_iter().flat_map(BTreeMap::values);
        rows.filter_map(|row| match &row.body {
            MessageBody::System(line) => Some(line.clone()),
            _ => None,
        })
        .collect()
    }

    /// Where a message's file is.
    pub fn file_of(&self, chat: ChatId, message: MessageId) -> Option<MediaPlace> {
        let row = self.messages.get(&chat)?.values().find(|row| row.id == message)?;
        row.attachment.as_ref().map(|attachment| attachment.place)
    }

    /// The state of an own message.
    pub fn status_of(&self, chat: ChatId, text: &str) -> Option<MessageStatus> {
        let rows = self.messages.get(&chat)?;
        rows.values().find(|row| row.body == MessageBody::Text(text.to_owned()))?.status
    }
}

impl Person {
    /// Starts a device with an empty (or, at the same name, its old) database.
    pub fn start(world: &World, name: &str, role: Role) -> Result<Self> {
        let options = Options {
            server: world.url()?,
            authority: None,
            storage: Storage::Folder(world.client_folder(name)),
            role,
            device_name: name.to_owned(),
        };
        let (handle, events) = start(options)?;
        Ok(Self { name: name.to_owned(), handle, events, last_request: 0, screen: Screen::default() })
    }

    /// A registered phone.
    pub async fn register(world: &World, name: &str, number: &str) -> Result<Self> {
        let mut person = Self::at_the_number_page(world, name).await?;
        person.does(Command::RequestCode { number: number.to_owned(), invite: None }).await?;
        person.goes_on_with_code(world, number).await
    }

    /// A phone that is about to register.
    pub async fn at_the_number_page(world: &World, name: &str) -> Result<Self> {
        let mut person = Self::start(world, name, Role::Phone)?;
        person.until("the number page", |s| matches!(s.registration, Some(RegistrationStage::Number { .. }))).await?;
        Ok(person)
    }

    /// A code was asked for: all that comes then.
    pub async fn goes_on_with_code(mut self, world: &World, number: &str) -> Result<Self> {
        let code = world.code_for(number).await?;
        self.does(Command::VerifyCode { code }).await?;
        let asks = |s: &Screen| {
            matches!(s.registration, Some(RegistrationStage::Restore { .. } | RegistrationStage::ChoosePin))
        };
        self.until("what comes after the code", asks).await?;
        if matches!(self.screen.registration, Some(RegistrationStage::Restore { .. })) {
            self.does(Command::StartAnew).await?;
        }
        self.does(Command::SetPin { pin: String::new() }).await?;
        let profile = Command::SetProfile { name: self.name.clone(), about: String::new(), photo: None };
        self.does(profile).await?;
        self.until("the chat list", |s| s.listed).await?;
        self.until("being online", |s| s.connection == "Online").await?;
        Ok(self)
    }

    /// Gives a command and waits for its answer.
    pub async fn asks(&mut self, command: Command) -> Result<Result<Answer, UserError>> {
        self.last_request += 1;
        let id = self.last_request;
        self.handle.send(Request { id, command }).await?;
        self.until("an answer", |s| s.answers.contains_key(&id)).await?;
        self.screen.answers.remove(&id).context("the answer was there")
    }

    /// Gives a command that must succeed.
    pub async fn does(&mut self, command: Command) -> Result<Answer> {
        let what = command.name();
        self.asks(command).await?.with_context(|| format!("{}: {what}", self.name))
    }

    /// The chat with a number, made if need be, and opened.
    pub async fn opens_chat_with(&mut self, number: &str) -> Result<ChatId> {
        let answer = self.does(Command::AddContact { number: number.to_owned(), name: String::new() }).await?;
        let Answer::Chat(chat) = answer else { bail!("{answer:?} is no chat") };
        self.opens(chat).await?;
        Ok(chat)
    }

    /// Opens a chat at its newest messages.
    pub async fn opens(&mut self, chat: ChatId) -> Result<()> {
        self.does(Command::OpenChat { chat, anchor: WindowAnchor::Newest, limit: 256 }).await?;
        Ok(())
    }

    /// The one chat that there is, as soon as there is one, opened.
    pub async fn only_chat(&mut self) -> Result<ChatId> {
        self.until("a chat", |s| !s.chats.is_empty()).await?;
        let chat = *self.screen.chats.keys().next().context("there is one")?;
        self.opens(chat).await?;
        Ok(chat)
    }

    /// Sends text.
    pub async fn sends(&mut self, chat: ChatId, text: &str) -> Result<()> {
        self.does(Command::SendText { chat, text: text.to_owned(), written_for: None, answers: None }).await?;
        Ok(())
    }

    /// Gives a file to be sent; the answer, when it is kept, is the message.
    pub async fn sends_file(
        &mut self,
        chat: ChatId,
        path: &Path,
        facts: MediaFacts,
        caption: &str,
    ) -> Result<MessageId> {
        let file = self.handle.give_file(path.to_owned());
        let caption = caption.to_owned();
        let command = Command::SendMedia { chat, file, facts, caption, written_for: None, answers: None };
        match self.does(command).await? {
            Answer::Message(message) => Ok(message),
            other => bail!("{other:?} is no message"),
        }
    }

    /// The file of a message, as the interface reads it.
    pub async fn reads_file(&self, chat: ChatId, message: MessageId) -> Result<Vec<u8>, MediaError> {
        let size = self.handle.media_source(chat, message).await?.size;
        self.handle.read_media(chat, message, 0..size).await
    }

    /// Waits until a message's file is somewhere.
    pub async fn sees_file(&mut self, chat: ChatId, message: MessageId, place: MediaPlace) -> Result<()> {
        self.until(&format!("the file to be {place:?}"), |s| s.file_of(chat, message) == Some(place)).await
    }

    /// Leaves text in the composer, for whoever is in the chat as the screen shows it.
    pub async fn drafts(&mut self, chat: ChatId, text: &str) -> Result<()> {
        let written_for = self.screen.chats.get(&chat).context("the chat is listed")?.peer;
        self.does(Command::SetDraft { chat, text: text.to_owned(), written_for }).await?;
        Ok(())
    }

    /// Waits for a text in an open chat.
    pub async fn sees(&mut self, chat: ChatId, text: &str) -> Result<()> {
        let wanted = text.to_owned();
        self.until(&format!("the message {text:?}"), |s| s.texts(chat).contains(&wanted)).await
    }

    /// Waits for an own message to come this far.
    pub async fn sees_status(&mut self, chat: ChatId, text: &str, least: MessageStatus) -> Result<()> {
        self.until(&format!("{text:?} to be {least:?}"), |s| s.status_of(chat, text) >= Some(least)).await
    }

    /// Waits until the screen shows something.
    pub async fn until(&mut self, what: &str, seen: impl Fn(&Screen) -> bool) -> Result<()> {
        let wait = async {
            while !seen(&self.screen) {
                match self.events.next().await {
                    Some(event) => self.screen.take(event),
                    None => bail!("{} stopped while it waited for {what}", self.name),
                }
            }
            Ok(())
        };
        match tokio::time::timeout(PATIENCE, wait).await {
            Ok(result) => result,
            Err(_) => bail!("{} waited in vain for {what}; the screen: {:#?}", self.name, self.screen),
        }
    }

    /// A new device that shows a code.
    pub async fn shows_code(world: &World, name: &str) -> Result<(Self, String)> {
        let mut device = Self::start(world, name, Role::Companion)?;
        device.does(Command::StartLink { browser: "Firefox".into(), system: "Linux".into() }).await?;
        device.until("a code", |s| matches!(s.link, Some(LinkStage::ShowCode { .. }))).await?;
        match device.screen.link.clone() {
            Some(LinkStage::ShowCode { text, .. }) => Ok((device, text)),
            other => bail!("{other:?} is no code"),
        }
    }

    /// Takes a code as scanned, confirms, and gives the digits that it shows.
    pub async fn scans(&mut self, text: &str) -> Result<String> {
        self.does(Command::ScanLinkCode { text: text.to_owned(), pasted: false }).await?;
        self.until("the warning", |s| matches!(s.linking, Some(LinkingStage::Confirm { .. }))).await?;
        self.does(Command::ConfirmLink { pin: String::new() }).await?;
        self.until("digits", |s| matches!(s.linking, Some(LinkingStage::ShowDigits { .. }))).await?;
        match self.screen.linking.clone() {
            Some(LinkingStage::ShowDigits { digits, .. }) => Ok(digits),
            other => bail!("{other:?} has no digits"),
        }
    }

    /// Waits for the page that asks for the digits.
    pub async fn is_asked_for_digits(&mut self) -> Result<()> {
        self.until("the digits' page", |s| matches!(s.link, Some(LinkStage::EnterDigits { .. }))).await
    }

    /// Links a new device, up to the moment when it is one.
    pub async fn links(&mut self, world: &World, name: &str) -> Result<Self> {
        let (mut device, text) = Self::shows_code(world, name).await?;
        let digits = self.scans(&text).await?;
        device.is_asked_for_digits().await?;
        device.does(Command::EnterLinkDigits { digits }).await?;
        device.until("being linked", |s| s.stage == "Active").await?;
        self.until("the end of linking", |s| matches!(s.linking, Some(LinkingStage::Done { .. }))).await?;
        Ok(device)
    }

    /// Lets time pass for this device alone.
    pub async fn lets_pass(&self, time: Duration) -> Result<()> {
        Ok(self.handle.time_passes(time).await?)
    }

    /// Closes the program; the database stays.
    pub async fn stops(self) {
        self.handle.stop().await;
    }
}
