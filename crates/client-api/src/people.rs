//! Contacts, devices, the own profile, settings.

use crate::chat::Disappearing;
use crate::id::{AccountId, ChatId};
use serde::{Deserialize, Serialize};

/// A row of the contact list. Order: by `name`, by locale.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactRow {
    /// Whose.
    pub account: AccountId,
    /// The name to show.
    pub name: String,
    /// Their own "about".
    pub about: String,
    /// E.164, or empty.
    pub number: String,
    /// JPEG, or empty.
    pub photo: Vec<u8>,
    /// The chat with them, if there is one.
    pub chat: Option<ChatId>,
    /// The account key was compared by hand.
    pub verified: bool,
}

/// Changes of the contact list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactChanges {
    /// Forget all rows first.
    pub reset: bool,
    /// New and changed rows.
    pub upserts: Vec<ContactRow>,
    /// Rows that are gone.
    pub removed: Vec<AccountId>,
}

/// Somebody whom the owner has blocked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockedRow {
    /// Who.
    pub account: AccountId,
    /// The name to show.
    pub title: String,
    /// E.164, or empty.
    pub number: String,
}

/// Phone or companion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum DeviceKind {
    /// The primary device.
    Phone,
    /// A linked device.
    Companion,
}

/// A row of "Linked devices".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceRow {
    /// Its number.
    pub device: u32,
    /// Phone or companion.
    pub kind: DeviceKind,
    /// "Firefox on Linux", or as renamed.
    pub name: String,
    /// When it was linked.
    pub linked_ms: u64,
    /// When it was last seen, to the day; 0: unknown.
    pub last_seen_ms: u64,
    /// Connected now.
    pub online: bool,
    /// The device that shows this.
    pub this: bool,
}

/// The own profile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnProfile {
    /// The own account.
    pub account: AccountId,
    /// E.164.
    pub number: String,
    /// Display name.
    pub name: String,
    /// "About".
    pub about: String,
    /// JPEG, or empty.
    pub photo: Vec<u8>,
    /// A registration PIN is set.
    pub pin_set: bool,
}

/// A safety number with another account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SafetyNumber {
    /// With whom.
    pub account: AccountId,
    /// Sixty digits.
    pub digits: String,
    /// Text of the QR code for comparison.
    pub qr: String,
    /// Compared by hand.
    pub verified: bool,
}

/// Colours.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Theme {
    /// As the system says.
    #[default]
    Auto,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// Direction of the interface.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum TextDirection {
    /// By language.
    #[default]
    Auto,
    /// Left to right.
    LeftToRight,
    /// Right to left.
    RightToLeft,
}

/// What notifications show of a message.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Previews {
    /// That there is one.
    Nothing,
    /// In which chat.
    Sender,
    /// Its text, too.
    #[default]
    SenderAndText,
}

/// Settings that all devices of the account share.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// Colours.
    pub theme: Theme,
    /// Direction.
    pub direction: TextDirection,
    /// Enter sends; else Ctrl+Enter.
    pub enter_sends: bool,
    /// Others see when this account has read their messages, and the reverse.
    pub read_receipts: bool,
    /// What notifications show.
    pub previews: Previews,
    /// A sound for new messages.
    pub sounds: bool,
    /// With which timer a chat begins that this account makes.
    pub disappearing: Disappearing,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            theme: Theme::Auto,
            direction: TextDirection::Auto,
            enter_sends: true,
            read_receipts: true,
            previews: Previews::SenderAndText,
            sounds: true,
            disappearing: Disappearing::Off,
        }
    }
}
