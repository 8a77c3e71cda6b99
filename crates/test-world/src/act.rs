//! What a step of a plan does: a command to a device, or something that goes wrong.

use crate::backend::SocketId;
use crate::device::{Crash, Device};
use crate::ledger::{Talk, pair, request_of, text_of};
use crate::plan::{Action, Amends, CrashPoint, DeviceRef, Loses};
use crate::texts;
use crate::world::{Due, World};
use anyhow::Result;
use client_api::{AccountId, Answer, ChatId, ChatKind, Command, MessageId, Request, Settings, UserError, WindowAnchor};
use client_core::Input;

/// Rows of a window.
const WINDOW: u16 = 50;

impl World {
    /// Does a step, or counts that it was not possible.
    pub(crate) fn act(&mut self, action: Action, mark: u32) -> Result<()> {
        let done = if action.is_fault() { self.go_wrong(action)? } else { self.people_do(action, mark)? };
        if done.is_some() {
            self.coverage.count(action.name());
        } else {
            self.coverage.count("(not possible at its time)");
        }
        Ok(())
    }

    /// The same without being counted.
    pub(crate) fn act_quietly(&mut self, action: Action, mark: u32) -> Result<()> {
        self.people_do(action, mark)?;
        Ok(())
    }

    fn people_do(&mut self, action: Action, mark: u32) -> Result<Option<()>> {
        let (device, command) = match action {
            Action::Link { account } => return Ok(self.begin_linking(account).then_some(())),
            Action::Begin { device, peer } => (device, self.begin(device, peer)),
            Action::Unlink { account, slot } => {
                let phone = DeviceRef { account, slot: 0 };
                (phone, self.number_of(DeviceRef { account, slot })?.map(|device| Command::UnlinkDevice { device }))
            }
            Action::RenameDevice { device, slot } => {
                let number = self.number_of(DeviceRef { slot, ..device })?;
                (device, number.map(|device| Command::RenameDevice { device, name: format!("Device {mark}") }))
            }
            Action::LogOut { device } => (device, (device.slot > 0).then_some(Command::LogOut)),
            Action::Profile { device } => {
                let command = Command::SetProfile { name: format!("Name {mark}"), about: String::new(), photo: None };
                (device, Some(command))
            }
            Action::Receipts { device, on } => {
                (device, Some(Command::SetSettings(Settings { read_receipts: on, ..Settings::default() })))
            }
            Action::Visible { device, on } => (device, Some(Command::SetVisible(on))),
            Action::RenameContact { device, peer } => {
                let account = self.people.get(peer).and_then(|person| person.id).filter(|_| peer != device.account);
                (device, account.map(|account| Command::RenameContact { account, name: format!("Friend {mark}") }))
            }
            Action::MakeGroup { device, others, .. } => (device, self.make_group(device, others, mark)?),
            Action::InGroup { device, group, deed } => (device, self.in_group(device, group, deed, mark)?),
            _ => self.in_chat(action, mark)?,
        };
        let Some(index) = self.active(device) else { return Ok(None) };
        let Some(command) = command else { return Ok(None) };
        if let (Action::Visible { on, .. }, Some(target)) = (action, self.devices.get_mut(index)) {
            target.hidden |= !on;
        }
        match action {
            Action::Send { peer, .. } => self.ledger.asked(mark, device, pair(device.account, peer)),
            Action::MakeGroup { group, .. } => self.ledger.asked_to_make(mark, group),
            _ => {}
        }
        self.give(index, Input::Command(Request { id: request_of(mark), command }));
        Ok(Some(()))
    }

    /// Steps that are about a chat.
    fn in_chat(&mut self, action: Action, mark: u32) -> Result<(DeviceRef, Option<Command>)> {
        let (Action::Send { device, peer }
        | Action::Read { device, peer }
        | Action::Type { device, peer, .. }
        | Action::Open { device, peer }
        | Action::Close { device, peer }
        | Action::Draft { device, peer, .. }
        | Action::Pin { device, peer, .. }
        | Action::Archive { device, peer, .. }
        | Action::Mute { device, peer, .. }
        | Action::MarkUnread { device, peer, .. }
        | Action::Amend { device, peer, .. }
        | Action::Star { device, peer, .. }) = action
        else {
            anyhow::bail!("{action:?} is about no chat");
        };
        let Some((index, chat)) = self.active(device).and_then(|i| Some((i, self.chat_with(i, peer)?))) else {
            return Ok((device, None));
        };
        let newest = self.devices.get(index).map(|device| texts::newest(&device.db, chat)).transpose()?.flatten();
        let newest = newest.map(MessageId);
        let command = match action {
            Action::Send { .. } => {
                Some(Command::SendText { chat, text: text_of(mark), written_for: None, answers: None })
            }
            Action::Read { .. } => newest.map(|up_to| Command::MarkRead { chat, up_to }),
            Action::Type { on, .. } => Some(Command::SetTyping { chat, typing: on }),
            Action::Open { .. } => Some(Command::OpenChat { chat, anchor: WindowAnchor::Newest, limit: WINDOW }),
            Action::Close { .. } => Some(Command::CloseChat { chat }),
            Action::Draft { empty, .. } => {
                let text = if empty { String::new() } else { format!("draft {mark}") };
                Some(Command::SetDraft { chat, text, written_for: AccountId::NOBODY })
            }
            Action::Pin { on, .. } => Some(Command::SetPinned { chat, pinned: on }),
            Action::Archive { on, .. } => Some(Command::SetArchived { chat, archived: on }),
            Action::Mute { on, .. } => Some(Command::SetMuted { chat, until_ms: if on { u64::MAX } else { 0 } }),
            Action::MarkUnread { on, .. } => Some(Command::MarkUnread { chat, unread: on }),
            Action::Amend { how, back, .. } => {
                self.amends(index, (chat, pair(device.account, peer)), (how, back), mark)?
            }
            Action::Star { on, .. } => newest.map(|message| Command::SetStarred { chat, message, starred: on }),
            _ => None,
        };
        Ok((device, command))
    }

    /// Something is said about one of the newest messages; the ledger hears of it.
    pub(crate) fn amends(
        &mut self,
        index: usize,
        (chat, talk): (ChatId, Talk),
        (how, back): (Amends, u8),
        mark: u32,
    ) -> Result<Option<Command>> {
        let Some(target) = self.devices.get(index) else { return Ok(None) };
        let device = target.name;
        let Some((target, its_mark)) = texts::before_newest(&target.db, chat, back)? else { return Ok(None) };
        let message = MessageId(target);
        let emoji = ["👍", "❤️", "😂", "😮"].get(mark as usize % 4).copied().unwrap_or("👍").to_owned();
        if how == Amends::Answer {
            self.ledger.asked(mark, device, talk);
        } else {
            self.ledger.asked_to_amend(mark, device, talk, (how, target, its_mark));
        }
        Ok(Some(match how {
            Amends::Answer => {
                Command::SendText { chat, text: text_of(mark), written_for: None, answers: Some(message) }
            }
            Amends::React => Command::React { chat, message, emoji },
            Amends::TakeBack => Command::React { chat, message, emoji: String::new() },
            Amends::Edit => Command::EditText { chat, message, text: format!("changed {mark}") },
            Amends::Delete => Command::DeleteMessages { chat, messages: vec![message], for_everyone: true },
            Amends::Hide => Command::DeleteMessages { chat, messages: vec![message], for_everyone: false },
        }))
    }

    fn begin(&self, device: DeviceRef, peer: u8) -> Option<Command> {
        let person = self.people.get(peer)?;
        Some(if peer == device.account {
            Command::StartChat { account: person.id? }
        } else {
            Command::AddContact { number: person.number.clone(), name: String::new() }
        })
    }

    /// A device that runs and is somebody's.
    pub(crate) fn active(&self, name: DeviceRef) -> Option<usize> {
        let index = self.index(name)?;
        let device = self.devices.get(index)?;
        (device.is_running() && device.screen.is_active()).then_some(index)
    }

    /// The chat that a device shows with an account.
    pub(crate) fn chat_with(&self, index: usize, peer: u8) -> Option<ChatId> {
        let device = self.devices.get(index)?;
        let id = self.people.get(peer)?.id?;
        let kind = if peer == device.name.account { ChatKind::Notes } else { ChatKind::Direct };
        device.screen.chats.values().find(|row| row.kind == kind && row.peer == id).map(|row| row.chat)
    }

    /// The number under which a device stands in its account's list.
    fn number_of(&self, name: DeviceRef) -> Result<Option<u32>> {
        let Some(device) = self.active(name).and_then(|index| self.devices.get(index)) else { return Ok(None) };
        Ok(Some(texts::own_address(&device.db)?.1))
    }

    /// An answer that somebody saw.
    pub(crate) fn answered(&mut self, index: usize, request: u32, result: &Result<Answer, UserError>) {
        if let Err(error) = result {
            self.coverage.count(&format!("(refused: {error})"));
        }
        if self.trace && result.is_err() {
            let name = self.devices.get(index).map(|device| device.name);
            self.coverage.count(&format!("(refused to {name:?}, request {request})"));
        }
    }

    fn go_wrong(&mut self, action: Action) -> Result<Option<()>> {
        Ok(match action {
            Action::Weather { delay_max_ms } => {
                self.network.delay_max_ms = u64::from(delay_max_ms.max(1));
                Some(())
            }
            Action::ServerRestart { down_ms } => self.backend.is_up().then(|| {
                self.server_stops();
                self.put(self.now_ms + u64::from(down_ms), Due::ServerStarts);
            }),
            Action::ServerCrash { writes, down_ms } => self.backend.is_up().then(|| {
                self.backend.die_after(u32::from(writes).max(1));
                self.server_down_ms = u64::from(down_ms);
            }),
            Action::Poison { device, peer } => self.poison(device, peer)?,
            Action::ServerBackup { writes } => {
                self.back_up_after(writes)?;
                Some(())
            }
            Action::ServerRestore { down_ms } => {
                self.server_stops();
                self.backup_in = None;
                self.backend.put_back()?;
                self.put(self.now_ms + u64::from(down_ms), Due::ServerStarts);
                Some(())
            }
            // The steps behind it stand later by as much.
            Action::Quiet { .. } => Some(()),
            Action::Clone { device, slot } => self.clone_device(device, slot)?,
            Action::CloneEnds { device } => self.clone_ends(device)?,
            Action::UseHere { device } => self.use_here(device),
            Action::At { device, place, fault } => self
                .index(device)
                .and_then(|index| self.places.get_mut(index))
                .map(|places| places.await_fault(place, fault)),
            Action::Cut { device, .. }
            | Action::Silence { device, .. }
            | Action::Offline { device, .. }
            | Action::Crash { device, .. }
            | Action::Away { device, .. }
            | Action::LoseHttp { device, .. }
            | Action::ClockJump { device, .. } => {
                let running = |index: &usize| self.devices.get(*index).is_some_and(Device::is_running);
                match self.index(device).filter(running) {
                    Some(index) => self.goes_wrong_for(index, action),
                    None => None,
                }
            }
            _ => None,
        })
    }

    fn poison(&mut self, device: DeviceRef, peer: Option<u8>) -> Result<Option<()>> {
        let Some(index) = self.active(device).filter(|_| self.backend.is_up()) else { return Ok(None) };
        let chat = match peer {
            Some(peer) => self.chat_with(index, peer).map(|chat| chat.0),
            None => self.devices.get(index).map(|device| texts::own_group(&device.db)).transpose()?,
        };
        let Some(chat) = chat else { return Ok(None) };
        self.backend.poison(chat)?;
        Ok(Some(()))
    }

    fn goes_wrong_for(&mut self, index: usize, action: Action) -> Option<()> {
        match action {
            Action::Cut { loses, client_notices_ms, server_notices_ms, .. } => {
                let id = self.network.lines.get(index)?.socket?;
                self.cut(id, loses, u64::from(client_notices_ms), u64::from(server_notices_ms))
            }
            Action::Silence { doubts_ms, .. } => {
                let id = self.network.lines.get(index)?.socket?;
                self.silence(id);
                if let Some(doubts_ms) = doubts_ms {
                    self.put(self.now_ms + u64::from(doubts_ms), Due::Doubt(index));
                }
                Some(())
            }
            Action::Offline { for_ms, .. } => {
                let line = self.network.lines.get_mut(index)?;
                line.offline += 1;
                let socket = line.socket;
                self.put(self.now_ms + for_ms, Due::Online(index));
                if let Some(id) = socket {
                    // What the server still sends is lost, until it notices by itself.
                    self.cut(id, Loses::Both, 1, 90_000)?;
                }
                Some(())
            }
            Action::Crash { point, turns, down_ms, .. } => {
                self.devices.get_mut(index)?.crash = Some(Crash { point, turns, down_ms });
                Some(())
            }
            Action::Away { for_ms, .. } => {
                self.program_gone(index, for_ms);
                Some(())
            }
            Action::LoseHttp { answer, skip, .. } => {
                self.network.lines.get_mut(index)?.lose_http = Some((answer, skip));
                Some(())
            }
            Action::ClockJump { by_ms, .. } => {
                self.devices.get_mut(index)?.clock_offset_ms += by_ms;
                Some(())
            }
            _ => None,
        }
    }

    pub(crate) fn cut(
        &mut self,
        id: SocketId,
        loses: Loses,
        client_notices_ms: u64,
        server_notices_ms: u64,
    ) -> Option<()> {
        let pipe = self.network.pipes.get_mut(&id)?;
        pipe.to_server_lost |= loses != Loses::ToClient;
        pipe.to_client_lost |= loses != Loses::ToServer;
        self.put(self.now_ms + client_notices_ms, Due::ClientNotices(id));
        self.put(self.now_ms + server_notices_ms, Due::ServerNotices(id));
        Some(())
    }
}

impl CrashPoint {
    /// All of them, for plans.
    pub(crate) const ALL: [Self; 5] =
        [Self::BeforeCommit, Self::AfterCommit, Self::AfterOutputs(1), Self::AfterOutputs(2), Self::AfterOutputs(3)];
}
