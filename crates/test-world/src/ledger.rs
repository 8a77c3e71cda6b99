//! What people said, as they were told that it was taken: what the oracles hold against what the devices show.

use crate::plan::DeviceRef;
use client_api::{Answer, UserError};
use std::collections::BTreeMap;

/// One text that somebody asked a device to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Said {
    pub(crate) device: DeviceRef,
    /// Between these two accounts, the lower one first.
    pub(crate) between: (u8, u8),
    /// The transaction that took it was flushed.
    pub(crate) taken: bool,
    /// The device was wiped before the server had it: it may be lost.
    pub(crate) excused: bool,
}

/// See the module.
#[derive(Debug, Default, Clone)]
pub(crate) struct Ledger {
    pub(crate) said: BTreeMap<u32, Said>,
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

/// Two accounts in order.
pub(crate) fn pair(a: u8, b: u8) -> (u8, u8) {
    (a.min(b), a.max(b))
}

impl Ledger {
    /// Somebody asks a device to send.
    pub(crate) fn asked(&mut self, mark: u32, device: DeviceRef, peer: u8) {
        let between = pair(device.account, peer);
        self.said.insert(mark, Said { device, between, taken: false, excused: false });
    }

    /// A flushed transaction answered a request.
    pub(crate) fn answered(&mut self, request: u32, result: &Result<Answer, UserError>) {
        let Some(said) = request.checked_sub(1).and_then(|mark| self.said.get_mut(&mark)) else { return };
        said.taken |= result.is_ok();
    }

    /// The device goes, and this text had not reached the server.
    pub(crate) fn excuse(&mut self, mark: u32) {
        if let Some(said) = self.said.get_mut(&mark) {
            said.excused = true;
        }
    }
}
