//! What must hold when nothing is under way any more: nothing lost, each once, one order, no fork. Reads databases of
//! devices and server; changes nothing.

mod groups;
mod index;
mod many;
mod messages;
mod own_devices;

use crate::device::Device;
use crate::plan::DeviceRef;
use crate::texts;
use crate::world::World;
use anyhow::Result;
use std::collections::BTreeMap;
use std::fmt;

/// A rule that does not hold, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Which oracle says so.
    pub oracle: Oracle,
    /// In words.
    pub what: String,
}

/// The oracles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Oracle {
    /// No client stops, and no user is alarmed.
    Sound,
    /// A text that was taken is on every device of both accounts: but for what no log has any more and no device of the account either,
    /// and then the user is told.
    NothingLost,
    /// No text is there twice, and none that was not taken.
    ExactlyOnce,
    /// In a group of many nobody has what was said there while their account was not in it.
    OnlyMembers,
    /// Everybody in a group of many knows the same name and the same admins, those of its policy.
    SameNames,
    /// All devices show a conversation in the same order, with the same times; what one device said in the order it was said.
    SameOrder,
    /// All members of a chat and the server are in the same epoch, with the same secrets.
    SameEpoch,
    /// The leaves of a chat are the devices of its accounts, all of them and no others; the server thinks so too.
    SameRoster,
    /// Two accounts have one chat, the same on all devices and on the server.
    OneChat,
    /// No operation, wish or question is left.
    NothingPending,
    /// Own devices agree in state, device list and settings.
    OwnDevicesAgree,
    /// A companion holds all that the phone held, and knows it.
    MirrorComplete,
    /// Ticks say what is so: all is delivered, and read is what was read.
    MarksAgree,
    /// What is found is what is shown: each text by the words that it has now, and nothing else.
    FoundIsShown,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.oracle, self.what)
    }
}

/// What the oracles collect.
#[derive(Debug, Default)]
pub(crate) struct Findings(Vec<Violation>);

impl Findings {
    pub(crate) fn add(&mut self, oracle: Oracle, what: impl Into<String>) {
        self.0.push(Violation { oracle, what: what.into() });
    }

    pub(crate) fn unless(&mut self, holds: bool, oracle: Oracle, what: impl FnOnce() -> String) {
        if !holds {
            self.add(oracle, what());
        }
    }
}

/// A device that is somebody's, as the oracles see it.
pub(crate) struct Alive<'a> {
    pub(crate) device: &'a Device,
    pub(crate) account: [u8; 16],
    pub(crate) number: u32,
    pub(crate) chats: BTreeMap<[u8; 16], Held>,
    /// Parts of chats of which the user was told that they may be missing, as first and last place.
    pub(crate) told_missing: Vec<([u8; 16], u64, u64)>,
}

/// A chat as a device holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Held {
    pub(crate) kind: u32,
    pub(crate) peer: [u8; 16],
    pub(crate) generation: u32,
    pub(crate) membership: u32,
    pub(crate) applied_seq: u64,
}

/// `identity.ChatPolicy.Kind` of a chat of two.
pub(crate) const DIRECT: u32 = 2;
/// The same of a group of many.
pub(crate) const GROUP: u32 = 3;
/// `chats::Membership::Joined`.
const JOINED: u32 = 1;
/// `chats::Membership::Left`.
pub(crate) const LEFT: u32 = 3;

impl Alive<'_> {
    pub(crate) fn name(&self) -> DeviceRef {
        self.device.name
    }

    /// Its user knows that what stood there may be missing.
    pub(crate) fn is_told_of(&self, chat: &[u8; 16], seq: u64) -> bool {
        self.told_missing.iter().any(|(of, from, to)| of == chat && (*from..=*to).contains(&seq))
    }
}

/// What must hold at any time.
pub(crate) fn check_always(world: &World) -> Vec<Violation> {
    let mut findings = Findings::default();
    for device in &world.devices {
        if let Some(why) = &device.halted {
            findings.add(Oracle::Sound, format!("{:?} stopped: {why}", device.name));
        }
    }
    for alarm in &world.alarms {
        findings.add(Oracle::Sound, alarm.clone());
    }
    for complaint in world.complaints.all() {
        findings.add(Oracle::Sound, format!("a client says: {complaint}"));
    }
    findings.0
}

/// All that must hold once nothing is under way.
pub(crate) fn check(world: &World) -> Result<Vec<Violation>> {
    let mut findings = Findings(check_always(world));
    let alive = alive(world)?;
    for device in &alive {
        pending(device, &mut findings)?;
    }
    // The dear ones are looked at when the cheap ones agree: a run that is not done is looked at often.
    if !findings.0.is_empty() {
        return Ok(findings.0);
    }
    check_dear(world, &alive, &mut findings)?;
    Ok(findings.0)
}

/// What was found, and what the dear ones say beside it: for a run that has failed.
pub(crate) fn check_all(world: &World, found: Vec<Violation>) -> Result<Vec<Violation>> {
    let mut findings = Findings::default();
    check_dear(world, &alive(world)?, &mut findings)?;
    let more: Vec<Violation> = findings.0.into_iter().filter(|violation| !found.contains(violation)).collect();
    Ok(found.into_iter().chain(more).collect())
}

fn check_dear(world: &World, alive: &[Alive<'_>], findings: &mut Findings) -> Result<()> {
    groups::check(world, alive, findings)?;
    messages::check(world, alive, findings)?;
    many::check(world, alive, findings)?;
    own_devices::check(world, alive, findings)?;
    index::check(alive, findings)
}

/// The devices that are somebody's.
pub(crate) fn alive(world: &World) -> Result<Vec<Alive<'_>>> {
    let mut alive = Vec::new();
    for device in world.devices.iter().filter(|device| device.is_running() && device.screen.is_active()) {
        let (account, number) = texts::own_address(&device.db)?;
        let mut statement = device
            .db
            .prepare_cached("SELECT chat, kind, peer, generation, membership, applied_seq FROM chat ORDER BY chat")?;
        let rows = statement.query_map([], |row| {
            let held = Held {
                kind: row.get(1)?,
                peer: row.get(2)?,
                generation: row.get(3)?,
                membership: row.get(4)?,
                applied_seq: row.get(5)?,
            };
            Ok((row.get(0)?, held))
        })?;
        let chats = rows.collect::<Result<_, _>>()?;
        let mut statement =
            device.db.prepare_cached("SELECT chat, from_seq, to_seq FROM missing_range WHERE line <> x''")?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        let told_missing = rows.collect::<Result<_, _>>()?;
        alive.push(Alive { device, account: account.0, number, chats, told_missing });
    }
    Ok(alive)
}

/// How many parts of chats users know to be missing.
pub(crate) fn told_missing(world: &World) -> Result<usize> {
    Ok(alive(world)?.iter().map(|device| device.told_missing.len()).sum())
}

fn pending(alive: &Alive<'_>, findings: &mut Findings) -> Result<()> {
    const LEFT: [(&str, &str); 11] = [
        ("operations in the outbox", "SELECT count(*) FROM outbox"),
        ("wishes", "SELECT count(*) FROM intent"),
        ("entries that could not be opened", "SELECT count(*) FROM quarantine"),
        ("messages that are waited for", "SELECT count(*) FROM message WHERE kind = 3"),
        // Of groups `many` says which may.
        (
            "messages that failed",
            "SELECT count(*) FROM message WHERE failed = 1 AND chat NOT IN (SELECT chat FROM chat WHERE kind = 3)",
        ),
        (
            "messages without a place",
            "SELECT count(*) FROM message WHERE kind = 0 AND seq = 0 AND NOT (failed AND chat IN (SELECT chat FROM chat WHERE kind = 3))",
        ),
        (
            "chats that are not joined",
            "SELECT count(*) FROM chat WHERE membership <> 1 AND NOT (kind = 3 AND membership = 3)",
        ),
        ("chats to be filled after joining anew", "SELECT count(*) FROM chat WHERE resync_from IS NOT NULL"),
        (
            "parts of logs that nobody gave and nobody was told of",
            "SELECT count(*) FROM missing_range WHERE line = x''",
        ),
        ("an unpublished profile", "SELECT profile_due FROM this"),
        ("messages whose words are not looked at", "SELECT count(*) FROM search_due"),
    ];
    let name = alive.name();
    for (what, sql) in LEFT {
        let left = texts::number(&alive.device.db, sql)?;
        findings.unless(left == 0, Oracle::NothingPending, || format!("{name:?} has {left} {what}"));
    }
    findings.unless(alive.device.screen.is_online(), Oracle::NothingPending, || {
        format!("{name:?} is not in step with the server: {:?}", alive.device.screen.connection)
    });
    Ok(())
}
