//! One device of a world: a real client core over a database in memory, and the turns of its driver: inputs into one
//! transaction, commit, and only then what follows. Dies where it is told to. Knows no network.

use crate::plan::{CrashPoint, DeviceRef};
use crate::screen::Screen;
use anyhow::{Context as _, Result};
use client_api::Role;
use client_core::{Client, Clock, Config, Input, Output};
use proto::ids::Lease;
use rand_chacha::ChaCha20Rng;
use rand_core::{RngCore as _, SeedableRng as _};
use rusqlite::{Connection, TransactionBehavior};
use std::collections::VecDeque;

/// Inputs in one transaction, as in the driver.
const BATCH_LEN_MAX: usize = 64;
/// Key packages that a device keeps on the server: few, since making them costs more than all else.
const KEY_PACKAGES: usize = 4;

/// See the module.
pub(crate) struct Device {
    pub(crate) name: DeviceRef,
    pub(crate) db: Connection,
    pub(crate) screen: Screen,
    client: Option<Client>,
    rng: ChaCha20Rng,
    commands: VecDeque<Input>,
    others: VecDeque<Input>,
    /// How far its clock is from the world's.
    pub(crate) clock_offset_ms: i64,
    pub(crate) crash: Option<Crash>,
    /// Programs started so far: what was meant for an earlier one is not for this one.
    pub(crate) life: u32,
    /// Its page was not looked at for a while: it may have read what it told nobody.
    pub(crate) hidden: bool,
    /// Whose copy it is.
    pub(crate) clone_of: Option<DeviceRef>,
    /// Empty, and nobody's.
    vacant: bool,
    /// It said why it cannot go on: no honest run gets here.
    pub(crate) halted: Option<String>,
}

/// A death that is to come.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Crash {
    pub(crate) point: CrashPoint,
    pub(crate) turns: u8,
    pub(crate) down_ms: u32,
}

/// What came of a turn.
#[derive(Debug)]
pub(crate) enum Turn {
    /// All of these are to be performed.
    Done(Vec<Output>),
    /// The program died. What it had committed stays; of what follows only `performed` was done.
    Died { committed: Vec<Output>, performed: Vec<Output>, down_ms: u32 },
    /// The core stopped.
    Halted,
}

/// A rule of the driver that is broken on purpose, to see who notices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Driver {
    Honest,
    /// What follows is done before the commit.
    PerformsFirst,
}

impl Device {
    /// An empty one that does not run.
    pub(crate) fn new(name: DeviceRef, seed: u64) -> Result<Self> {
        let seed = seed ^ (u64::from(name.account) << 40) ^ (u64::from(name.slot) << 48);
        Ok(Self {
            name,
            db: Connection::open_in_memory()?,
            screen: Screen::default(),
            client: None,
            rng: ChaCha20Rng::seed_from_u64(seed),
            commands: VecDeque::new(),
            others: VecDeque::new(),
            clock_offset_ms: 0,
            crash: None,
            life: 0,
            hidden: false,
            clone_of: None,
            vacant: true,
            halted: None,
        })
    }

    pub(crate) fn role(&self) -> Role {
        if self.clone_of.unwrap_or(self.name).slot == 0 { Role::Phone } else { Role::Companion }
    }

    /// The copy of a device's database, to be started.
    pub(crate) fn become_clone(&mut self, of: DeviceRef, db: Connection) {
        (self.clone_of, self.db, self.vacant) = (Some(of), db, false);
    }

    pub(crate) fn is_running(&self) -> bool {
        self.client.is_some()
    }

    /// Empty, and nobody's: it may become a new device.
    pub(crate) fn is_vacant(&self) -> bool {
        self.vacant
    }

    /// The same device with a database that was filled before.
    pub(crate) fn with_database(mut self, db: Connection) -> Self {
        self.db = db;
        self.vacant = false;
        self
    }

    /// What its clock shows.
    pub(crate) fn now_ms(&self, world_ms: u64) -> u64 {
        world_ms.saturating_add_signed(self.clock_offset_ms)
    }

    /// Starts the program on the database as it is.
    pub(crate) fn start(&mut self) -> Result<()> {
        client_core::schema::open(&self.db).context("the client's database does not open")?;
        self.db.set_prepared_statement_cache_capacity(256);
        let mut lease = [0; 16];
        self.rng.fill_bytes(&mut lease);
        let config = Config {
            role: self.role(),
            lease: Lease(lease),
            device_name: format!("{:?}", self.name),
            key_packages_target: KEY_PACKAGES,
        };
        self.client = Some(Client::new(config));
        self.vacant = false;
        self.life += 1;
        self.screen = Screen::default();
        self.commands.clear();
        self.others.clear();
        self.commands.push_back(Input::Start);
        Ok(())
    }

    /// The program is gone, its database stays.
    pub(crate) fn end(&mut self) {
        self.client = None;
        self.commands.clear();
        self.others.clear();
        self.crash = None;
    }

    /// The program is gone and its database too.
    pub(crate) fn wipe(&mut self) -> Result<()> {
        self.end();
        self.db = Connection::open_in_memory()?;
        self.screen = Screen::default();
        self.vacant = true;
        self.hidden = false;
        self.clone_of = None;
        // Whoever was to start it again meant what it was.
        self.life += 1;
        Ok(())
    }

    /// Puts an input in line; what the user asks for goes before what the network brings.
    pub(crate) fn push(&mut self, input: Input) {
        match input {
            Input::Command(_) => self.commands.push_back(input),
            _ => self.others.push_back(input),
        }
    }

    /// Forgets what the socket brought: it is no more.
    pub(crate) fn drop_socket_inputs(&mut self) {
        self.others.retain(|input| !matches!(input, Input::Frame(_) | Input::SocketOpened | Input::SocketClosed));
    }

    pub(crate) fn has_inputs(&self) -> bool {
        !self.commands.is_empty() || !self.others.is_empty()
    }

    /// One transaction.
    pub(crate) fn turn(&mut self, world_ms: u64, driver: Driver) -> Turn {
        let now_ms = self.now_ms(world_ms);
        let Some(client) = self.client.as_mut() else { return Turn::Done(Vec::new()) };
        let commands = self.commands.len().min(BATCH_LEN_MAX);
        let others = self.others.len().min(BATCH_LEN_MAX - commands);
        let batch: Vec<Input> = self.commands.drain(..commands).chain(self.others.drain(..others)).collect();
        let dies = match &mut self.crash {
            Some(crash) if crash.turns == 0 => Some(*crash),
            Some(crash) => {
                crash.turns -= 1;
                None
            }
            None => None,
        };
        let outputs = commit(&mut self.db, client, batch, now_ms, &mut self.rng, dies);
        match (outputs, dies) {
            (Err(error), _) => {
                self.halted = Some(format!("{error:#}"));
                self.end();
                Turn::Halted
            }
            (Ok(outputs), None) => Turn::Done(outputs),
            (Ok(outputs), Some(Crash { point, down_ms, .. })) => {
                self.end();
                let flushed = point != CrashPoint::BeforeCommit;
                let performed = match point {
                    CrashPoint::AfterOutputs(count) => outputs.iter().take(usize::from(count)).cloned().collect(),
                    CrashPoint::BeforeCommit if driver == Driver::PerformsFirst => outputs.clone(),
                    CrashPoint::BeforeCommit | CrashPoint::AfterCommit => Vec::new(),
                };
                Turn::Died { committed: if flushed { outputs } else { Vec::new() }, performed, down_ms }
            }
        }
    }
}

fn commit(
    db: &mut Connection,
    client: &mut Client,
    batch: Vec<Input>,
    now_ms: u64,
    rng: &mut ChaCha20Rng,
    dies: Option<Crash>,
) -> Result<Vec<Output>> {
    let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut outputs = Vec::new();
    for input in batch {
        outputs.extend(client.handle(&transaction, input, Clock { now_ms }, rng)?);
        if outputs.contains(&Output::Wipe) {
            break;
        }
    }
    match dies {
        // What is not flushed is as if it had never been: dropping the transaction takes it back.
        Some(Crash { point: CrashPoint::BeforeCommit, .. }) => drop(transaction),
        _ => transaction.commit()?,
    }
    Ok(outputs)
}
