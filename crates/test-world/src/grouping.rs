//! What people do in groups of many, and to them.

use crate::ledger::{Talk, text_of};
use crate::plan::{Accounts, DeviceRef, GroupDeed};
use crate::texts;
use crate::world::World;
use anyhow::Result;
use client_api::{AccountId, Command, MessageId};

impl World {
    /// A group of those whom the device's account knows; of nobody else none is made.
    pub(crate) fn make_group(&self, device: DeviceRef, others: Accounts, mark: u32) -> Result<Option<Command>> {
        let Some(maker) = self.active(device).and_then(|index| self.devices.get(index)) else { return Ok(None) };
        let mut members = Vec::new();
        for account in (0..u8::try_from(self.people.0.len())?).filter(|account| *account != device.account) {
            let Some(id) = self.people.get(account).and_then(|person| person.id) else { continue };
            if others.has(account) && texts::knows(&maker.db, id.0)? {
                members.push(id);
            }
        }
        let name = format!("Group {mark}");
        Ok((!members.is_empty()).then_some(Command::CreateGroup { name, members }))
    }

    /// The ledger hears of what is said.
    pub(crate) fn in_group(
        &mut self,
        device: DeviceRef,
        group: u8,
        deed: GroupDeed,
        mark: u32,
    ) -> Result<Option<Command>> {
        let (Some(index), Some(chat)) = (self.active(device), self.ledger.groups.get(&group).copied()) else {
            return Ok(None);
        };
        let Some(actor) = self.devices.get(index).filter(|actor| actor.screen.chats.contains_key(&chat)) else {
            return Ok(None);
        };
        let talk = Talk::Group(chat.0);
        let id = |member: u8| self.people.get(member).and_then(|person| person.id);
        let members = |member: u8| id(member).map(|id| vec![id]);
        Ok(match deed {
            GroupDeed::Add { member } => members(member).map(|members| Command::AddMembers { chat, members }),
            GroupDeed::Remove { member } => members(member).map(|members| Command::RemoveMembers { chat, members }),
            GroupDeed::MakeAdmin { member } => set_admin(chat, id(member), true),
            GroupDeed::WithdrawAdmin { member } => set_admin(chat, id(member), false),
            GroupDeed::Rename => Some(Command::RenameGroup { chat, name: format!("Group {mark}") }),
            GroupDeed::Leave => Some(Command::LeaveGroup { chat }),
            GroupDeed::Read => {
                texts::newest(&actor.db, chat)?.map(|up_to| Command::MarkRead { chat, up_to: MessageId(up_to) })
            }
            GroupDeed::Type { on } => Some(Command::SetTyping { chat, typing: on }),
            GroupDeed::Send => {
                self.ledger.asked(mark, device, talk);
                Some(Command::SendText { chat, text: text_of(mark), written_for: None, answers: None })
            }
            GroupDeed::Amend { how, back } => self.amends(index, (chat, talk), (how, back), mark)?,
        })
    }
}

fn set_admin(chat: client_api::ChatId, member: Option<AccountId>, admin: bool) -> Option<Command> {
    member.map(|member| Command::SetAdmin { chat, member, admin })
}
