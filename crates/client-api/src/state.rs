//! Where the program stands: before, during and after being somebody's device.

use serde::{Deserialize, Serialize};

/// Phone or companion, by the page's path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Role {
    /// `/phone`
    Phone,
    /// `/`
    Companion,
}

/// The whole program's stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum AppStage {
    /// The database opens.
    Starting,
    /// Cannot work here.
    Unsupported(Unsupported),
    /// Another tab has the account open; "Use here" takes it over.
    OtherTab,
    /// A phone without an account: `Event::Registration` says which page.
    Registering,
    /// A companion without an account: `Event::Link` says which page.
    Linking,
    /// The account is here.
    Active,
    /// Logged out and wiped; a fresh start follows a click.
    LoggedOut(LogoutReason),
    /// An unknown error: everything stopped, nothing was lost. A reload may help.
    Halted {
        /// For a report; no user data.
        what: String,
    },
}

/// Why the program cannot work here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Unsupported {
    /// Not HTTPS and not localhost.
    InsecureContext,
    /// No OPFS: an old browser, or a private window.
    NoStorage,
    /// No Worker, WebAssembly, Web Locks or WebSocket.
    OldBrowser {
        /// What is missing.
        missing: String,
    },
    /// The database was made by a newer version.
    NewerDatabase,
    /// The disk or the quota is full.
    StorageFull,
    /// The server speaks another range of versions: reload.
    ServerVersion,
}

/// Why the device is no longer linked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum LogoutReason {
    /// By the user, here.
    ByUser,
    /// By the phone or another device of the account.
    Remotely,
    /// The number was registered anew on another phone.
    NumberMoved,
}

/// The connection to the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Connection {
    /// The first try, or a new one.
    Connecting,
    /// Connected; what was missed comes in.
    CatchingUp,
    /// Connected, and in step.
    Online,
    /// No connection.
    Offline {
        /// When the next try is due.
        retry_at_ms: u64,
    },
}

/// Registration on the phone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum RegistrationStage {
    /// Type the number.
    Number {
        /// Of the country whose numbers need no country code; empty where all need one, or while the server has not said.
        default_region: String,
        /// The server's name.
        server_name: String,
    },
    /// Type the code.
    Code {
        /// The number that it went to, in E.164: not as it was typed.
        number: String,
        /// A new code can be asked for at this time.
        next_code_at_ms: u64,
        /// How many digits.
        length: u32,
    },
    /// This number has an account with a PIN.
    Pin,
    /// This number has an account with a backup: restore it, or start anew.
    Restore {
        /// When it was made; 0: the server has none, and it is to come out of a file.
        made_ms: u64,
        /// Its bytes.
        size: u64,
        /// Devices that stay linked if it is restored, as the server names them.
        companions: u32,
    },
    /// Choose a PIN (or later).
    ChoosePin,
    /// Name and photo.
    Profile,
    /// A request is under way.
    Busy,
}

/// Whether this device is notified while no page is open.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum PushState {
    /// No.
    Off,
    /// As long as the browser has a subscription of this address; of another one, or of none, the server has to hear.
    On {
        /// The push service's address for it.
        endpoint: String,
    },
}

/// What a browser gives who subscribes for pushes.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PushSubscription {
    /// The push service's address for it.
    pub endpoint: String,
    /// The browser's key.
    pub p256dh: Vec<u8>,
    /// The browser's secret.
    pub auth: Vec<u8>,
}

/// Without the address: whoever has it can bother this browser.
impl std::fmt::Debug for PushState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Off => "Off",
            Self::On { .. } => "On",
        })
    }
}

/// As of `PushState`.
impl std::fmt::Debug for PushSubscription {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PushSubscription")
    }
}
