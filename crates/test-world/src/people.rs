//! The people of a world: who owns which number, and their hands, which type codes and digits and scan what a new device
//! shows. They act on what screens show, and on nothing else.

use crate::plan::DeviceRef;
use crate::world::{Due, World};
use anyhow::Result;
use client_api::{AccountId, AppStage, Command, LinkStage, LinkingStage, RegistrationStage, Request};
use client_core::Input;
use std::collections::BTreeSet;

/// How quickly hands act.
const HANDS_MS: u64 = 700;
/// Nobody tries longer than this to link a device.
const PATIENCE_MS: u64 = 6 * 60_000;
/// Requests of hands; those of steps are below.
const HANDS_REQUEST: u32 = u32::MAX;

/// Everybody.
#[derive(Debug, Default, Clone)]
pub(crate) struct People(pub(crate) Vec<Person>);

/// One.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) number: String,
    pub(crate) id: Option<AccountId>,
    pub(crate) linking: Option<Linking>,
    done: BTreeSet<String>,
    hands_due: bool,
}

/// A device that is being linked.
#[derive(Debug, Clone)]
pub(crate) struct Linking {
    pub(crate) companion: usize,
    until_ms: u64,
}

impl People {
    pub(crate) fn new(accounts: u8) -> Self {
        let person = |account: u8| Person {
            number: format!("+4915123456{account:02}0"),
            id: None,
            linking: None,
            done: BTreeSet::new(),
            hands_due: false,
        };
        Self((0..accounts).map(person).collect())
    }

    pub(crate) fn get(&self, account: u8) -> Option<&Person> {
        self.0.get(usize::from(account))
    }

    pub(crate) fn get_mut(&mut self, account: u8) -> Option<&mut Person> {
        self.0.get_mut(usize::from(account))
    }

    /// Which one an account is.
    pub(crate) fn of(&self, id: AccountId) -> Option<u8> {
        let place = self.0.iter().position(|person| person.id == Some(id))?;
        u8::try_from(place).ok()
    }
}

/// What a pair of hands does next.
struct Deed {
    device: usize,
    key: String,
    command: Command,
}

impl World {
    /// Hands reach for a screen that wants something, a moment after it shows it.
    pub(crate) fn reach_for(&mut self, account: u8) {
        let phone = self.index(DeviceRef { account, slot: 0 });
        let registering = phone
            .and_then(|phone| self.devices.get(phone))
            .is_some_and(|phone| phone.screen.stage == Some(AppStage::Registering));
        let Some(person) = self.people.get_mut(account) else { return };
        if (registering || person.linking.is_some()) && !person.hands_due {
            person.hands_due = true;
            self.put(self.now_ms + HANDS_MS, Due::Hands(account));
        }
    }

    pub(crate) fn hands(&mut self, account: u8) -> Result<()> {
        if let Some(person) = self.people.get_mut(account) {
            person.hands_due = false;
        }
        let mut deed = self.register_next(account);
        if deed.is_none() {
            deed = self.link_next(account)?;
        }
        if let Some(Deed { device, key, command }) = deed
            && self.people.get_mut(account).is_some_and(|person| person.done.insert(key))
        {
            self.give(device, Input::Command(Request { id: HANDS_REQUEST, command }));
        }
        self.reach_for(account);
        Ok(())
    }

    fn register_next(&mut self, account: u8) -> Option<Deed> {
        let device = self.index(DeviceRef { account, slot: 0 })?;
        let screen = &self.devices.get(device)?.screen;
        if screen.stage != Some(AppStage::Registering) {
            return None;
        }
        let number = self.people.get(account)?.number.clone();
        let (key, command) = match screen.registration.as_ref()? {
            RegistrationStage::Number { .. } => ("number", Command::RequestCode { number, invite: None }),
            RegistrationStage::Code { .. } => ("code", Command::VerifyCode { code: self.backend.code_for(&number)? }),
            RegistrationStage::ChoosePin => ("pin", Command::SetPin { pin: String::new() }),
            RegistrationStage::Profile => (
                "profile",
                Command::SetProfile { name: format!("Person {account}"), about: String::new(), photo: None },
            ),
            // Nobody here comes back with a number that has an account.
            RegistrationStage::Pin | RegistrationStage::Restore { .. } | RegistrationStage::Busy => return None,
        };
        Some(Deed { device, key: key.to_owned(), command })
    }

    /// Somebody takes a new device into their hands. `false`: there is none, or they are at it already.
    pub(crate) fn begin_linking(&mut self, account: u8) -> bool {
        let vacant = self
            .devices
            .iter()
            .position(|device| device.name.account == account && device.name.slot > 0 && device.is_vacant());
        let (Some(companion), Some(person)) = (vacant, self.people.get_mut(account)) else { return false };
        if person.linking.is_some() {
            return false;
        }
        person.linking = Some(Linking { companion, until_ms: self.now_ms + PATIENCE_MS });
        person.done.clear();
        let life = self.devices.get(companion).map_or(0, |device| device.life);
        self.put(self.now_ms, Due::Start(companion, life));
        self.reach_for(account);
        true
    }

    fn link_next(&mut self, account: u8) -> Result<Option<Deed>> {
        let linking = self.people.get(account).and_then(|person| person.linking.clone());
        let phone = self.index(DeviceRef { account, slot: 0 });
        let (Some(Linking { companion, until_ms }), Some(phone)) = (linking, phone) else { return Ok(None) };
        if self.devices.get(companion).is_some_and(|device| device.screen.is_active()) {
            self.coverage.count("a device was linked");
            self.end_linking(account);
            return Ok(None);
        }
        if self.now_ms > until_ms {
            self.coverage.count("a linking was given up");
            self.end_linking(account);
            self.put_away(companion)?;
            let key = format!("cancel {}", self.now_ms);
            return Ok(Some(Deed { device: phone, key, command: Command::CancelLinking }));
        }
        Ok(self.link_on(companion, phone))
    }

    fn end_linking(&mut self, account: u8) {
        if let Some(person) = self.people.get_mut(account) {
            person.linking = None;
        }
    }

    fn link_on(&self, companion: usize, phone: usize) -> Option<Deed> {
        let (device, other) = (self.devices.get(companion)?, self.devices.get(phone)?);
        let deed = |device, key: String, command| Some(Deed { device, key, command });
        let start = |key: String| {
            let command = Command::StartLink { browser: "Firefox".into(), system: "Linux".into() };
            deed(companion, key, command)
        };
        if let Some(LinkingStage::Confirm { .. }) = other.screen.linking {
            let key = format!("confirm {}", other.life);
            return deed(phone, format!("{key} {:?}", device.screen.link), Command::ConfirmLink { pin: String::new() });
        }
        match device.screen.link.as_ref() {
            Some(LinkStage::ShowCode { text, .. }) if other.screen.is_online() => {
                let command = Command::ScanLinkCode { text: text.clone(), pasted: false };
                deed(phone, format!("scan {text}"), command)
            }
            Some(LinkStage::EnterDigits { .. }) => match other.screen.linking.as_ref()? {
                LinkingStage::ShowDigits { digits, .. } => {
                    deed(companion, format!("digits {digits}"), Command::EnterLinkDigits { digits: digits.clone() })
                }
                _ => None,
            },
            // Again with another code, once for each minute.
            Some(LinkStage::Failed(_) | LinkStage::CodeIdle) => start(format!("again {}", self.now_ms / 60_000)),
            // A page asks for a code once, when it is opened.
            Some(LinkStage::Preparing) | None if device.screen.stage == Some(AppStage::Linking) => {
                start(format!("start {}", device.life))
            }
            _ => None,
        }
    }
}
