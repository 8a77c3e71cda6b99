//! What people said, as they were told that it was taken: what the oracles hold against what the devices show.

use crate::plan::{Amends, DeviceRef};
use crate::texts::Unsent;
use client_api::{Answer, ChatId, UserError};
use std::collections::{BTreeMap, BTreeSet};

/// Where something was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Talk {
    /// Between two accounts, the lower one first.
    Pair(u8, u8),
    /// In this group of many.
    Group([u8; 16]),
}

/// One text that somebody asked a device to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Said {
    pub(crate) device: DeviceRef,
    pub(crate) talk: Talk,
    /// The transaction that took it was flushed.
    pub(crate) taken: bool,
    /// The device was wiped before the server had it: it may be lost.
    pub(crate) excused: bool,
}

/// What somebody asked a device to say about a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Amended {
    pub(crate) device: DeviceRef,
    pub(crate) talk: Talk,
    pub(crate) how: Amends,
    pub(crate) target: [u8; 16],
    /// The text of the target, as its mark.
    pub(crate) its_mark: Option<u32>,
    /// Its own id, where it is written down as a message.
    pub(crate) id: Option<[u8; 16]>,
    pub(crate) taken: bool,
    pub(crate) excused: bool,
}

/// See the module.
#[derive(Debug, Default, Clone)]
pub(crate) struct Ledger {
    pub(crate) said: BTreeMap<u32, Said>,
    pub(crate) amended: BTreeMap<u32, Amended>,
    /// Texts that somebody asked to delete: they may be there or not.
    pub(crate) may_be_gone: BTreeSet<u32>,
    /// Which chat a plan's group is, once the command that makes it was answered; until then the mark of that step.
    pub(crate) groups: BTreeMap<u8, ChatId>,
    making: BTreeMap<u32, u8>,
    /// Groups of which a device had not said yet what they are called when it went.
    pub(crate) unnamed: BTreeSet<[u8; 16]>,
}

/// Requests are numbered by the mark of their step; 0 would want no answer.
pub(crate) fn request_of(mark: u32) -> u32 {
    mark + 1
}

/// What a step's text says.
pub(crate) fn text_of(mark: u32) -> String {
    format!("text {mark}")
}

/// Which step a text is of.
pub(crate) fn mark_of(text: &str) -> Option<u32> {
    text.strip_prefix("text ")?.parse().ok()
}

/// What two accounts say to each other.
pub(crate) fn pair(a: u8, b: u8) -> Talk {
    Talk::Pair(a.min(b), a.max(b))
}

impl Ledger {
    /// Somebody asks a device to send.
    pub(crate) fn asked(&mut self, mark: u32, device: DeviceRef, talk: Talk) {
        self.said.insert(mark, Said { device, talk, taken: false, excused: false });
    }

    /// Somebody asks a device to say something about a message.
    pub(crate) fn asked_to_amend(
        &mut self,
        mark: u32,
        device: DeviceRef,
        talk: Talk,
        (how, target, its_mark): (Amends, [u8; 16], Option<u32>),
    ) {
        if matches!(how, Amends::Delete | Amends::Hide) {
            self.may_be_gone.extend(its_mark);
        }
        let amended = Amended { device, talk, how, target, its_mark, id: None, taken: false, excused: false };
        self.amended.insert(mark, amended);
    }

    /// Somebody asks a device to make a group.
    pub(crate) fn asked_to_make(&mut self, mark: u32, group: u8) {
        self.making.insert(mark, group);
    }

    /// A flushed transaction answered a request.
    pub(crate) fn answered(&mut self, request: u32, result: &Result<Answer, UserError>) {
        let made = request.checked_sub(1).and_then(|mark| self.making.get(&mark));
        if let (Some(group), Ok(Answer::Chat(chat))) = (made, result) {
            self.groups.insert(*group, *chat);
        }
        if let Some(amended) = request.checked_sub(1).and_then(|mark| self.amended.get_mut(&mark)) {
            amended.taken |= result.is_ok();
            if let Ok(Answer::Message(id)) = result {
                amended.id = Some(id.0);
            }
            return;
        }
        let Some(said) = request.checked_sub(1).and_then(|mark| self.said.get_mut(&mark)) else { return };
        said.taken |= result.is_ok();
    }

    /// The device goes, and this text had not reached the server.
    pub(crate) fn excuse(&mut self, mark: u32) {
        if let Some(said) = self.said.get_mut(&mark) {
            said.excused = true;
        }
    }

    /// The device goes, and these messages had not reached the server. What it deleted for itself alone may not have been told either.
    pub(crate) fn excuse_amendments(&mut self, device: DeviceRef, unsent: &[Unsent]) {
        for amended in self.amended.values_mut().filter(|amended| amended.device == device) {
            let lost = |(id, target): &Unsent| {
                amended.id == Some(*id) || (amended.how == Amends::Delete && *target == Some(amended.target))
            };
            amended.excused |= amended.how == Amends::Hide || unsent.iter().any(lost);
        }
    }
}
