//! The stages of linking, seen from both ends, and the progress of the mirror.

use serde::{Deserialize, Serialize};

/// Linking as the new device shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum LinkStage {
    /// Keys are made, the rendezvous opens.
    Preparing,
    /// Show this code. A fresh one follows by itself before `expires_ms`.
    ShowCode {
        /// The text of the QR code, which can be copied.
        text: String,
        /// When it is void.
        expires_ms: u64,
    },
    /// Codes were shown for some minutes without a scan; ask before making more.
    CodeIdle,
    /// The phone scanned; type the digits that it shows.
    EnterDigits {
        /// The account's name as the phone gives it.
        name: String,
        /// Tries left.
        tries_left: u32,
        /// The last try was wrong.
        wrong: bool,
    },
    /// Digits sent; the phone decides.
    Checking,
    /// The phone certifies this device.
    Certifying,
    /// The overview arrives.
    Opening,
    /// Linked.
    Done,
    /// It did not work.
    Failed(LinkFailure),
}

/// Linking as the phone shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum LinkingStage {
    /// The code's bundle is fetched and checked.
    Fetching,
    /// "This device will be able to read all your messages."
    Confirm {
        /// As the device claims.
        browser: String,
        /// As the device claims.
        system: String,
        /// As the server sees it, e.g. an address; empty where unknown.
        network: String,
        /// The phone is in the same network.
        same_network: bool,
        /// Came by pasting: a stronger warning.
        pasted: bool,
        /// The PIN must be given.
        pin_needed: bool,
        /// The button wakes at this time (pasted codes wait, where no PIN is asked).
        not_before_ms: u64,
    },
    /// Show these digits; the user types them in the browser.
    ShowDigits {
        /// Four digits.
        digits: String,
        /// Tries left in the browser.
        tries_left: u32,
    },
    /// Certificate, device list, overview.
    Finishing,
    /// Linked.
    Done {
        /// The new device's name.
        name: String,
    },
    /// It did not work.
    Failed(LinkFailure),
}

/// Why linking failed; each has words for what happened and what to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum LinkFailure {
    /// The code was older than its time, or used already.
    Expired,
    /// The bundle is not what the code's hash says: somebody tampers.
    Tampered,
    /// The code is of another server.
    OtherServer,
    /// Three wrong tries.
    DigitsWrong,
    /// Stopped on the phone.
    CancelledOnPhone,
    /// Stopped on the new device.
    CancelledOnDevice,
    /// The other side has not answered for two minutes.
    OtherSideGone,
    /// The device is on the account's list, but never said that it has what it needs: it may work, or not.
    NotConfirmed,
    /// Eight companions already.
    TooManyDevices,
    /// Another device was logged out or linked meanwhile.
    DevicesChanged,
    /// No connection.
    Offline,
    /// The server refused or answered nonsense.
    ServerFailed,
}

/// How far the mirror has come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MirrorProgress {
    /// A mirror is under way (or, with `complete`, has just been finished).
    pub active: bool,
    /// Messages stored.
    pub messages_done: u64,
    /// Messages in all.
    pub messages_total: u64,
    /// Chats that this device has joined.
    pub chats_joined: u32,
    /// Chats in all.
    pub chats_total: u32,
    /// Everything is here and was compared with the phone.
    pub complete: bool,
    /// The phone has not been heard for a while: "open Heliograph on your phone to go on".
    pub waiting_for_phone: bool,
}
