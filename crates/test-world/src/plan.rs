//! A run as data: who is there, what people do, what goes wrong, and when. Everything else of a run follows from it.
//! Knows no client and no server; making plans from seeds is in `generate`.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A run. The same plan takes the same decisions each time; only bytes of ciphertexts differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Draws delays, ids and keys.
    pub seed: u64,
    /// What there is before the first step.
    pub shape: Shape,
    /// In the order of their times.
    pub steps: Vec<Step>,
    /// How long the server keeps messages, where it is not what operators have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kept_ms: Option<u64>,
}

/// The people and devices at the beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Shape {
    /// Draws what happens before the first step; few, since worlds of one shape are made once and copied.
    pub seed: u64,
    /// How many.
    pub accounts: u8,
    /// Of each account, the phone included; linked before the first step.
    pub devices: u8,
}

/// One thing that happens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Milliseconds after the beginning.
    pub at_ms: u64,
    /// What.
    pub action: Action,
    /// Marks what a text says, so that plans with fewer steps still say the same.
    pub mark: u32,
}

/// A device: 0 is the account's phone.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct DeviceRef {
    /// Which account.
    pub account: u8,
    /// Which of its devices.
    pub slot: u8,
}

impl fmt::Debug for DeviceRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", char::from(b'A'.saturating_add(self.account)), self.slot)
    }
}

/// What people do, and what goes wrong. What is not possible at its time is left out, and counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "do")]
#[allow(missing_docs)]
pub enum Action {
    // What people do.
    Begin {
        device: DeviceRef,
        peer: u8,
    },
    Send {
        device: DeviceRef,
        peer: u8,
    },
    Read {
        device: DeviceRef,
        peer: u8,
    },
    Type {
        device: DeviceRef,
        peer: u8,
        on: bool,
    },
    Open {
        device: DeviceRef,
        peer: u8,
    },
    Close {
        device: DeviceRef,
        peer: u8,
    },
    Draft {
        device: DeviceRef,
        peer: u8,
        empty: bool,
    },
    Pin {
        device: DeviceRef,
        peer: u8,
        on: bool,
    },
    Archive {
        device: DeviceRef,
        peer: u8,
        on: bool,
    },
    Mute {
        device: DeviceRef,
        peer: u8,
        on: bool,
    },
    MarkUnread {
        device: DeviceRef,
        peer: u8,
        on: bool,
    },
    Star {
        device: DeviceRef,
        peer: u8,
        on: bool,
    },
    /// Something is said about a message of a chat: the newest one, or so many before it.
    Amend {
        device: DeviceRef,
        peer: u8,
        how: Amends,
        back: u8,
    },
    /// A group of many begins, with those of these accounts that its maker knows. The plan's number of it names it from then on.
    MakeGroup {
        device: DeviceRef,
        group: u8,
        others: Accounts,
    },
    /// Something is done in a group, or to it.
    InGroup {
        device: DeviceRef,
        group: u8,
        deed: GroupDeed,
    },
    RenameContact {
        device: DeviceRef,
        peer: u8,
    },
    RenameDevice {
        device: DeviceRef,
        slot: u8,
    },
    Profile {
        device: DeviceRef,
    },
    Receipts {
        device: DeviceRef,
        on: bool,
    },
    Visible {
        device: DeviceRef,
        on: bool,
    },
    Link {
        account: u8,
    },
    LogOut {
        device: DeviceRef,
    },
    Unlink {
        account: u8,
        slot: u8,
    },
    // What goes wrong.
    /// The connection is lost: what is under way in a direction is lost with it, and what is said until it is noticed.
    Cut {
        device: DeviceRef,
        loses: Loses,
        client_notices_ms: u32,
        server_notices_ms: u32,
    },
    /// Nothing comes through the connection any more, either way, and neither end is told. The client's page may hear later
    /// that its network has changed.
    Silence {
        device: DeviceRef,
        doubts_ms: Option<u32>,
    },
    Offline {
        device: DeviceRef,
        for_ms: u64,
    },
    /// At a transaction that is to come, in so many turns.
    Crash {
        device: DeviceRef,
        point: CrashPoint,
        turns: u8,
        down_ms: u32,
    },
    /// The device's program is closed and started again later.
    Away {
        device: DeviceRef,
        for_ms: u64,
    },
    /// One of the next requests over HTTP is lost, or its answer.
    LoseHttp {
        device: DeviceRef,
        answer: bool,
        skip: u8,
    },
    ServerRestart {
        down_ms: u32,
    },
    /// The server stops dead at a write that is to come.
    ServerCrash {
        writes: u16,
        down_ms: u32,
    },
    /// Somebody's chat (without a peer: the group of the own devices) gets a commit that nobody can follow, and the server's state of it
    /// cannot be joined any more.
    Poison {
        device: DeviceRef,
        peer: Option<u8>,
    },
    /// The server's database is copied, at a write that is to come; with none, now.
    ServerBackup {
        writes: u16,
    },
    /// The server is put back to the copy. Where there is none it restarts.
    ServerRestore {
        down_ms: u32,
    },
    /// Delays from now on.
    Weather {
        delay_max_ms: u32,
    },
    ClockJump {
        device: DeviceRef,
        by_ms: i64,
    },
    /// Nothing happens for so long, but for what falls due.
    Quiet {
        for_ms: u64,
    },
    /// A device's database is copied, and another program runs on the copy, in this empty slot: two clones of one device.
    Clone {
        device: DeviceRef,
        slot: u8,
    },
    /// The device's program starts again at once: where a newer run of it has its place, "Use here".
    UseHere {
        device: DeviceRef,
    },
    /// One of two clones is closed for good, and its database deleted. Words that only it had are lost, and that is a violation.
    CloneEnds {
        device: DeviceRef,
    },
    /// A fault at exactly one place of all that a device comes to from now on, whether or not its program runs now. Scenarios try
    /// every place; plans of seeds have none.
    At {
        device: DeviceRef,
        place: u16,
        fault: PlacedFault,
    },
}

/// What goes wrong at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum PlacedFault {
    /// At a transaction.
    Dies { point: CrashPoint, down_ms: u32 },
    /// A frame on its way to the server is lost, and its connection with it.
    LosesFrame,
    /// The same with a frame of the server.
    LosesReply,
    /// A request over HTTP is lost,
    LosesRequest,
    /// or its answer.
    LosesAnswer,
}

/// What is said about a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum Amends {
    Answer,
    React,
    TakeBack,
    Edit,
    Delete,
    Hide,
}

/// Accounts, each a bit: the first one is the lowest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accounts(pub u64);

impl Accounts {
    /// One of them.
    pub fn has(self, account: u8) -> bool {
        1u64.checked_shl(u32::from(account)).is_some_and(|bit| self.0 & bit != 0)
    }
}

/// What somebody does in a group or to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum GroupDeed {
    Add { member: u8 },
    Remove { member: u8 },
    MakeAdmin { member: u8 },
    WithdrawAdmin { member: u8 },
    Rename,
    Leave,
    Send,
    Read,
    Type { on: bool },
    Amend { how: Amends, back: u8 },
}

impl GroupDeed {
    fn name(self) -> &'static str {
        match self {
            Self::Add { .. } => "group: add",
            Self::Remove { .. } => "group: remove",
            Self::MakeAdmin { .. } => "group: make an admin",
            Self::WithdrawAdmin { .. } => "group: withdraw an admin",
            Self::Rename => "group: rename",
            Self::Leave => "group: leave",
            Self::Send => "group: send",
            Self::Read => "group: read",
            Self::Type { .. } => "group: type",
            Self::Amend { .. } => "group: say about a message",
        }
    }
}

impl Amends {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Answer, Self::React, Self::TakeBack, Self::Edit, Self::Delete, Self::Hide];
}

/// Which directions of a connection are lost at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum Loses {
    ToServer,
    ToClient,
    Both,
}

/// Where in a turn a client dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CrashPoint {
    /// All of the transaction was written, nothing flushed: it is lost.
    BeforeCommit,
    /// It is durable; nothing of what follows from it was done.
    AfterCommit,
    /// So much of what follows from it was done.
    AfterOutputs(u16),
}

impl Action {
    /// The name under which it is counted.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Begin { .. } => "begin a chat",
            Self::Send { .. } => "send",
            Self::Read { .. } => "read",
            Self::Type { .. } => "type",
            Self::Open { .. } => "open a chat",
            Self::Close { .. } => "close a chat",
            Self::Draft { .. } => "draft",
            Self::Pin { .. } => "pin",
            Self::Archive { .. } => "archive",
            Self::Mute { .. } => "mute",
            Self::MarkUnread { .. } => "mark unread",
            Self::Star { .. } => "star",
            Self::Amend { how: Amends::Answer, .. } => "answer",
            Self::Amend { how: Amends::React, .. } => "react",
            Self::Amend { how: Amends::TakeBack, .. } => "take a reaction back",
            Self::Amend { how: Amends::Edit, .. } => "edit",
            Self::Amend { how: Amends::Delete, .. } => "delete for everyone",
            Self::Amend { how: Amends::Hide, .. } => "delete for oneself",
            Self::MakeGroup { .. } => "make a group",
            Self::InGroup { deed, .. } => deed.name(),
            Self::RenameContact { .. } => "rename a contact",
            Self::RenameDevice { .. } => "rename a device",
            Self::Profile { .. } => "profile",
            Self::Receipts { .. } => "read receipts",
            Self::Visible { .. } => "show or hide",
            Self::Link { .. } => "link",
            Self::LogOut { .. } => "log out",
            Self::Unlink { .. } => "log another out",
            Self::Cut { loses: Loses::ToServer, .. } => "cut: to the server",
            Self::Cut { loses: Loses::ToClient, .. } => "cut: to the client",
            Self::Cut { loses: Loses::Both, .. } => "cut: both ways",
            Self::Silence { .. } => "silent connection",
            Self::Offline { .. } => "offline",
            Self::Crash { point: CrashPoint::BeforeCommit, .. } => "crash before the flush",
            Self::Crash { point: CrashPoint::AfterCommit, .. } => "crash after the flush",
            Self::Crash { point: CrashPoint::AfterOutputs(_), .. } => "crash between outputs",
            Self::Away { .. } => "program closed",
            Self::LoseHttp { answer: false, .. } => "request lost",
            Self::LoseHttp { answer: true, .. } => "answer lost",
            Self::ServerRestart { .. } => "server restart",
            Self::ServerCrash { .. } => "server stops at a write",
            Self::ServerBackup { .. } => "server copied",
            Self::ServerRestore { .. } => "server put back",
            Self::Poison { .. } => "a group that nobody can follow",
            Self::Weather { .. } => "delays",
            Self::ClockJump { .. } => "clock jump",
            Self::Quiet { .. } => "quiet",
            Self::Clone { .. } => "a device is cloned",
            Self::UseHere { .. } => "use here",
            Self::CloneEnds { .. } => "a clone ends",
            Self::At { fault: PlacedFault::Dies { .. }, .. } => "death at a place",
            Self::At { fault: PlacedFault::LosesFrame, .. } => "frame lost at a place",
            Self::At { fault: PlacedFault::LosesReply, .. } => "reply lost at a place",
            Self::At { fault: PlacedFault::LosesRequest, .. } => "request lost at a place",
            Self::At { fault: PlacedFault::LosesAnswer, .. } => "answer lost at a place",
        }
    }

    /// Something goes wrong.
    pub fn is_fault(&self) -> bool {
        matches!(
            self,
            Self::Cut { .. }
                | Self::Silence { .. }
                | Self::Offline { .. }
                | Self::Crash { .. }
                | Self::Away { .. }
                | Self::LoseHttp { .. }
                | Self::ServerRestart { .. }
                | Self::ServerCrash { .. }
                | Self::Poison { .. }
                | Self::ServerBackup { .. }
                | Self::ServerRestore { .. }
                | Self::Weather { .. }
                | Self::ClockJump { .. }
                | Self::Quiet { .. }
                | Self::Clone { .. }
                | Self::UseHere { .. }
                | Self::CloneEnds { .. }
                | Self::At { .. }
        )
    }
}
