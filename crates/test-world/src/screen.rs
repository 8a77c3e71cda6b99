//! What a device's interface would hold: enough to act on, and to see that nothing was told that must not be.

use client_api::{
    Answer, AppStage, Calls, ChatChanges, ChatId, ChatRow, Connection, DeviceRow, Event, LinkStage, LinkingStage,
    Notice, RegistrationStage, UserError,
};
use std::collections::BTreeMap;

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Screen {
    pub(crate) stage: Option<AppStage>,
    pub(crate) connection: Option<Connection>,
    pub(crate) registration: Option<RegistrationStage>,
    pub(crate) link: Option<LinkStage>,
    pub(crate) linking: Option<LinkingStage>,
    pub(crate) chats: BTreeMap<ChatId, ChatRow>,
    pub(crate) devices: Vec<DeviceRow>,
    pub(crate) calls: Calls,
}

/// What of an event concerns the world.
#[derive(Debug)]
pub(crate) enum Told {
    Nothing,
    Notice(Notice),
    Answer(u32, Result<Answer, UserError>),
}

impl Screen {
    pub(crate) fn take(&mut self, event: Event) -> Told {
        match event {
            Event::Stage(stage) => self.stage = Some(stage),
            Event::Connection(connection) => self.connection = Some(connection),
            Event::Registration(stage) => self.registration = Some(stage),
            Event::Link(stage) => self.link = Some(stage),
            Event::Linking(stage) => self.linking = stage,
            Event::Chats(changes) => self.take_chats(changes),
            Event::Devices(devices) => self.devices = devices,
            Event::Calls(calls) => self.calls = calls,
            Event::Notice(notice) => return Told::Notice(notice),
            Event::Answered { request, result } => return Told::Answer(request, result),
            _ => {}
        }
        Told::Nothing
    }

    fn take_chats(&mut self, changes: ChatChanges) {
        if changes.reset {
            self.chats.clear();
        }
        for chat in changes.removed {
            self.chats.remove(&chat);
        }
        self.chats.extend(changes.upserts.into_iter().map(|row| (row.chat, row)));
    }

    pub(crate) fn is_active(&self) -> bool {
        self.stage == Some(AppStage::Active)
    }

    pub(crate) fn is_online(&self) -> bool {
        self.connection == Some(Connection::Online)
    }
}
