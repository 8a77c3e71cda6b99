//! A running client as a command sees it: asks and waits for answers, and keeps the newest of what it was shown.

use anyhow::{Result, anyhow, bail};
use client_api::{
    Answer, AppStage, BackupState, BlockedRow, ChatId, ChatRow, Command, Connection, ContactRow, DeviceRow, Event,
    FileId, LinkStage, LinkingStage, LogoutReason, MessageId, MirrorProgress, Notice, OwnProfile, RegistrationStage,
    Request, UserError,
};
use client_driver::native::{self, Events, Handle, Options, StartError};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

/// Nothing came in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct OutOfTime;

impl std::fmt::Display for OutOfTime {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("no answer in time; is the server running, and is its address right?")
    }
}

impl std::error::Error for OutOfTime {}

/// What the client has shown so far.
#[derive(Default)]
pub(crate) struct View {
    pub(crate) stage: Option<AppStage>,
    pub(crate) online: bool,
    pub(crate) registration: Option<RegistrationStage>,
    pub(crate) link: Option<LinkStage>,
    pub(crate) linking: Option<LinkingStage>,
    pub(crate) mirror: Option<MirrorProgress>,
    pub(crate) profile: Option<OwnProfile>,
    pub(crate) chats: BTreeMap<ChatId, ChatRow>,
    pub(crate) contacts: Vec<ContactRow>,
    pub(crate) devices: Vec<DeviceRow>,
    pub(crate) blocked: Vec<BlockedRow>,
    pub(crate) backup: Option<BackupState>,
}

/// A running client.
pub(crate) struct Account {
    handle: Handle,
    events: Events,
    patience: Duration,
    last_request: u32,
    pub(crate) view: View,
}

impl Account {
    pub(crate) fn start(options: Options, patience: Duration) -> Result<Self, StartError> {
        let (handle, events) = native::start(options)?;
        Ok(Self { handle, events, patience, last_request: 0, view: View::default() })
    }

    /// The next event, which the view has already taken. Ends with an error where the client cannot go on.
    pub(crate) async fn next(&mut self) -> Result<Event> {
        let event = self.events.next().await.ok_or_else(|| anyhow!("the client has stopped"))?;
        self.view.take(&event);
        match &event {
            Event::Stage(AppStage::Halted { what }) => bail!("the client stopped ({what}); nothing was lost"),
            Event::Stage(AppStage::Unsupported(why)) => bail!("cannot work here: {}", unsupported(why)),
            Event::Stage(AppStage::LoggedOut(why)) => {
                bail!("{}; its data is deleted", logged_out(*why))
            }
            Event::Notice(Notice::ServerNotTrusted { what }) => bail!("the server is not to be trusted: {what}"),
            _ => Ok(event),
        }
    }

    /// As `next`, but not for ever.
    pub(crate) async fn next_in_time(&mut self) -> Result<Event> {
        let patience = self.patience;
        tokio::time::timeout(patience, self.next()).await.map_err(|_| OutOfTime)?
    }

    /// As `next_in_time`, while a file is on its way: a piece of it, or the look at the whole, takes its time on a slow line or disk.
    pub(crate) async fn next_of_file(&mut self) -> Result<Event> {
        let patience = self.patience * 10;
        tokio::time::timeout(patience, self.next()).await.map_err(|_| OutOfTime)?
    }

    /// Waits until the view is as wanted.
    pub(crate) async fn until(&mut self, wanted: impl Fn(&View) -> bool) -> Result<()> {
        while !wanted(&self.view) {
            self.next_in_time().await?;
        }
        Ok(())
    }

    /// Waits until the account is here; says what to do where there is none.
    pub(crate) async fn active(&mut self) -> Result<OwnProfile> {
        self.until(|view| {
            matches!(view.stage, Some(AppStage::Registering | AppStage::Linking))
                || view.profile.is_some() && view.stage == Some(AppStage::Active)
        })
        .await?;
        match self.view.stage {
            Some(AppStage::Registering) => bail!("registration is not finished; go on with `helio register`"),
            Some(AppStage::Linking) => bail!("this device is not linked; go on with `helio link`"),
            _ => {}
        }
        self.view.profile.clone().ok_or_else(|| anyhow!("the client has no profile"))
    }

    /// Waits until the account is here and in step with the server.
    pub(crate) async fn online(&mut self) -> Result<OwnProfile> {
        let profile = self.active().await?;
        self.until(|view| view.online).await?;
        Ok(profile)
    }

    /// Does something and waits for its answer; what is shown meanwhile goes into the view only.
    pub(crate) async fn ask(&mut self, command: Command) -> Result<Answer> {
        Ok(self.try_ask(command).await??)
    }

    /// As `ask`, with the refusal apart from failures.
    pub(crate) async fn try_ask(&mut self, command: Command) -> Result<Result<Answer, UserError>> {
        let id = self.tell(command).await?;
        loop {
            match self.next_in_time().await? {
                Event::Answered { request, result } if request == id => return Ok(result),
                _ => {}
            }
        }
    }

    /// Does something whose answer, with the number that this gives back, comes among the events.
    pub(crate) async fn tell(&mut self, command: Command) -> Result<u32> {
        self.last_request += 1;
        self.handle.send(Request { id: self.last_request, command }).await?;
        Ok(self.last_request)
    }

    /// Names a file for `Command::SendMedia`.
    pub(crate) fn give_file(&self, path: &Path) -> Result<FileId> {
        // The client may work in another folder by the time it reads it.
        Ok(self.handle.give_file(std::path::absolute(path)?))
    }

    /// Writes the file of a message out.
    pub(crate) async fn save_media(&self, chat: ChatId, message: MessageId, to: &Path) -> Result<()> {
        Ok(self.handle.save_media(chat, message, std::path::absolute(to)?).await?)
    }

    /// The chat that a number, a chat's id or "me" means.
    pub(crate) async fn chat(&mut self, to: &str) -> Result<ChatId> {
        if let Ok(chat) = to.parse::<ChatId>() {
            return Ok(chat);
        }
        let command = if to == "me" {
            let own = self.active().await?.account;
            Command::StartChat { account: own }
        } else {
            Command::AddContact { number: to.to_owned(), name: String::new() }
        };
        match self.ask(command).await? {
            Answer::Chat(chat) => Ok(chat),
            other => bail!("a chat was asked for, but {other:?} came"),
        }
    }

    /// Waits until the server has everything that was to be sent.
    pub(crate) async fn sent(&mut self) -> Result<()> {
        self.ask(Command::AwaitSent).await.map(|_| ())
    }

    /// Does a command's work and ends the client, so that its folder is free; after a failure too, as what was told to
    /// others of it is still on its way.
    pub(crate) async fn run<T>(mut self, work: impl AsyncFnOnce(&mut Self) -> Result<T>) -> Result<T> {
        let done = work(&mut self).await;
        let Self { handle, events, .. } = self;
        // Nobody looks at it any more; a full queue would hold the client up.
        drop(events);
        handle.stop().await;
        done
    }
}

impl View {
    fn take(&mut self, event: &Event) {
        match event {
            Event::Stage(stage) => self.stage = Some(stage.clone()),
            Event::Connection(connection) => self.online = *connection == Connection::Online,
            Event::Registration(stage) => self.registration = Some(stage.clone()),
            Event::Link(stage) => self.link = Some(stage.clone()),
            Event::Linking(stage) => self.linking.clone_from(stage),
            Event::Mirror(progress) => self.mirror = Some(*progress),
            Event::Profile(profile) => self.profile = Some(profile.clone()),
            Event::Backup(backup) => self.backup = Some(*backup),
            Event::Blocked(blocked) => self.blocked.clone_from(blocked),
            Event::Devices(devices) => self.devices.clone_from(devices),
            Event::Chats(changes) => {
                if changes.reset {
                    self.chats.clear();
                }
                changes.removed.iter().for_each(|chat| _ = self.chats.remove(chat));
                self.chats.extend(changes.upserts.iter().map(|row| (row.chat, row.clone())));
            }
            Event::Contacts(changes) => {
                let new = |row: &ContactRow| changes.upserts.iter().any(|upsert| upsert.account == row.account);
                self.contacts.retain(|row| !changes.reset && !changes.removed.contains(&row.account) && !new(row));
                self.contacts.extend(changes.upserts.iter().cloned());
            }
            _ => {}
        }
    }
}

fn logged_out(why: LogoutReason) -> &'static str {
    match why {
        LogoutReason::ByUser => "this device was logged out here",
        LogoutReason::Remotely => "this device was logged out by the account's phone",
        LogoutReason::NumberMoved => "this number was registered on another phone",
    }
}

fn unsupported(why: &client_api::Unsupported) -> &'static str {
    match why {
        client_api::Unsupported::NewerDatabase => "the database was made by a newer helio",
        client_api::Unsupported::StorageFull => "the disk is full; free some space, nothing was lost",
        client_api::Unsupported::ServerVersion => "the server speaks another version; update helio or the server",
        _ => "something is missing on this system",
    }
}
