//! What the devices in a call say of themselves: whether they can be heard and seen, and whether somebody wants to speak. Sealed for the chat's
//! members and signed by the device (`ephemeral.rs`), because nobody is believed for what another one does; never stored. A word may be lost
//! with a connection, or be of an epoch that is not known here yet: whoever may have missed some asks for all.

use super::Calling;
use crate::client::{Client, Context};
use crate::ephemeral::{self, Newest};
use crate::io::Halt;
use breakable::{Rule, broken};
use client_api::{Answer, CallSigns, UserError};
use proto::content::{CallSigns as Said, ephemeral_body};
use proto::ids::{ChatId, DeviceAddress};
use std::collections::BTreeMap;

/// Between two own words there is at least this, whoever asks and however often a button is pressed; the last one counts.
const SAY_EVERY_MS: u64 = 300;
/// The same where only others ask: they may ask without end.
const ANSWER_EVERY_MS: u64 = 1_000;
/// Devices whose signs are kept; no room has more at one time.
const HEARD_MAX: usize = 64;

/// In the call that this device is in.
#[derive(Debug, Default)]
pub(super) struct Signs {
    /// As the interface said last.
    own: Option<CallSigns>,
    /// They are to be said.
    due: bool,
    /// Somebody asks for them.
    asked: bool,
    /// Others are to say theirs.
    asks: bool,
    said_ms: Option<u64>,
    /// By whom, and as which participant.
    heard: BTreeMap<DeviceAddress, (u64, CallSigns)>,
}

impl Signs {
    /// Others may not know of this device, nor this device of others.
    pub(super) fn are_asked_for(&mut self) {
        (self.due, self.asks) = (true, true);
    }

    /// What a device says of itself, as this participant.
    pub(super) fn of(&self, participant: u64, device: DeviceAddress) -> Option<CallSigns> {
        let (said_as, signs) = self.heard.get(&device)?;
        (*said_as == participant || broken(Rule::SignsOfThisCall)).then_some(*signs)
    }

    fn hear(&mut self, device: DeviceAddress, participant: u64, signs: CallSigns, room: &[(u64, DeviceAddress)]) {
        if self.heard.len() >= HEARD_MAX {
            // Who has gone, or never was there.
            self.heard.retain(|device, (participant, _)| room.contains(&(*participant, *device)));
        }
        if self.heard.len() < HEARD_MAX || self.heard.contains_key(&device) {
            self.heard.insert(device, (participant, signs));
        }
    }
}

/// Words of this run: times of own ones, and of others' against repetition.
#[derive(Debug, Default)]
pub(super) struct Words {
    newest: Newest,
    /// The time that the last own word has signed.
    last_ms: u64,
}

impl Words {
    /// A time for the next own word: no two have the same.
    pub(super) fn next_ms(&mut self, now_ms: u64) -> u64 {
        self.last_ms = now_ms.max(self.last_ms + 1);
        self.last_ms
    }

    /// Takes a device's word once.
    pub(super) fn is_new(&mut self, now_ms: u64, device: (ChatId, DeviceAddress), time_ms: u64) -> bool {
        self.newest.is_new(now_ms, device, time_ms)
    }
}

impl Client {
    /// "The others shall know this."
    pub(crate) fn show_signs(&mut self, cx: &mut Context<'_>, request: u32, participant: u64, signs: CallSigns) {
        let result = match self.calling.own_with(participant) {
            Some(own) => {
                own.signs.own = Some(signs);
                own.signs.due = true;
                Ok(Answer::Done)
            }
            None => Err(UserError::NotNow),
        };
        cx.answer(request, result);
    }

    /// Says what is to be said, where that can be: to whom media may not be sealed, nothing is said either.
    pub(super) fn say_signs(&mut self, cx: &mut Context<'_>) -> Result<(), Halt> {
        let is_up = self.session.is_up();
        let Calling { own: Some(own), rooms, words, .. } = &mut self.calling else { return Ok(()) };
        let (Some(signs), Some(participant)) = (own.signs.own, own.place.participant()) else { return Ok(()) };
        if !(own.signs.due || own.signs.asked) || !own.place.may_seal() || !is_up {
            return Ok(());
        }
        let pause_ms = if own.signs.due { SAY_EVERY_MS } else { ANSWER_EVERY_MS };
        let may_at_ms = own.signs.said_ms.map_or(0, |said_ms| said_ms + pause_ms);
        if cx.now_ms < may_at_ms {
            self.retry_at(may_at_ms);
            return Ok(());
        }
        let CallSigns { microphone, camera, hand } = signs;
        let word = Said { participant, microphone, camera, hand, asks: own.signs.asks };
        (own.signs.due, own.signs.asked, own.signs.asks) = (false, false, false);
        own.signs.said_ms = Some(cx.now_ms);
        let (chat, time_ms) = (own.chat, words.next_ms(rooms.server_ms(cx.now_ms)));
        ephemeral::say(cx, chat, time_ms, ephemeral_body::Body::CallSigns(word))
    }

    /// A device said something of itself. Of interest in the own call only.
    pub(crate) fn hear_signs(
        &mut self,
        cx: &Context<'_>,
        (chat, device): (ChatId, DeviceAddress),
        time_ms: u64,
        said: &Said,
    ) {
        let Calling { own: Some(own), rooms, words, changed, .. } = &mut self.calling else { return };
        let is_new = own.chat == chat && words.is_new(rooms.server_ms(cx.now_ms), (chat, device), time_ms);
        if !is_new && !broken(Rule::SignsCountOnce) {
            return;
        }
        let signs = CallSigns { microphone: said.microphone, camera: said.camera, hand: said.hand };
        own.signs.hear(device, said.participant, signs, rooms.people(chat));
        own.signs.asked |= said.asks;
        *changed = true;
    }
}
