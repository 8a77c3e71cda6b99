//! One run of a plan: from its beginning through its steps, then everything heals, then the oracles.

use crate::base::Base;
use crate::coverage::Coverage;
use crate::device::Driver;
use crate::oracles::{self, Violation};
use crate::places::{CourseOf, Places};
use crate::plan::{Action, DeviceRef, GroupDeed, Plan};
use crate::texts;
use crate::world::World;
use anyhow::Result;
use breakable::Rule;
use client_api::{Command, Request};
use client_core::Input;
use std::collections::{BTreeMap, BTreeSet};

/// Devices come up before the first step.
const BEGIN_MS: u64 = 5_000;
/// When it is looked whether everything has healed, after the last step or the look before. The sum is what healing may
/// take: some hours, as the hourly digest of own-device state is a part of it.
const LOOKS_MS: [u64; 12] =
    [20_000, 20_000, 20_000, 60_000, 120_000, 300_000, 600_000, 1_200_000, 1_800_000, 3_600_000, 3_600_000, 3_600_000];
/// Marks of what everybody says at the end.
const LAST_WORDS: u32 = 3_000_000;
/// Requests of the one who heals.
const HEALER_REQUEST: u32 = u32::MAX - 1;

/// How a run is looked at; nothing of it changes what a sound run does.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// Every event as a line on standard error.
    pub trace: bool,
    /// A rule that is broken on purpose from the first step on. All but `FlushBeforeSend` need the feature `breakable`.
    pub broken: Option<Rule>,
}

/// What came of a run.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// What it did.
    pub coverage: Coverage,
    /// Everything it decided, as one number.
    pub digest: u64,
    /// Things that happened.
    pub events: u64,
    /// Time that passed in it.
    pub virtual_ms: u64,
    /// What each device came to from the first step to the last: where something can go wrong.
    pub places: BTreeMap<DeviceRef, Places>,
    /// How often a user was told that messages may be missing.
    pub told_missing: usize,
    /// The most generations that a chat has had.
    pub generations: u32,
    /// What it found.
    pub failure: Option<Failure>,
}

/// A run that failed.
#[derive(Debug, Clone)]
pub struct Failure {
    /// The step after which it showed; `None`: after healing.
    pub step: Option<u32>,
    /// What does not hold.
    pub violations: Vec<Violation>,
}

/// Runs a plan.
pub fn run(plan: &Plan, options: Options) -> Result<Outcome> {
    let base = Base::of(plan.shape)?;
    let mut world = base.world(plan.seed)?;
    if let Some(kept_ms) = plan.kept_ms {
        world.backend.keep_messages(kept_ms)?;
    }
    world.trace = options.trace;
    let _listening = world.complaints.listen();
    world.driver = if options.broken == Some(Rule::FlushBeforeSend) { Driver::PerformsFirst } else { Driver::Honest };
    let _broken = Broken::begin(options.broken);
    world.receipts_always = !plan.steps.iter().any(|step| matches!(step.action, Action::Receipts { .. }));
    let begun_ms = world.now_ms;
    world.run_until(begun_ms + BEGIN_MS)?;
    world.forget_places();
    let stepped = steps(&mut world, plan, begun_ms + BEGIN_MS)?;
    let places = world.places_so_far();
    let failure = match stepped {
        Some(failure) => Some(failure),
        None => heal(&mut world)?.map(|violations| Failure { step: None, violations }),
    };
    let said = world.ledger.said.values().filter(|said| said.taken).count() as u64;
    world.coverage.add("texts taken", said);
    Ok(Outcome {
        digest: world.digest,
        events: world.events,
        virtual_ms: world.now_ms - begun_ms,
        told_missing: oracles::told_missing(&world)?,
        generations: world.backend.look(|db| {
            Ok(db.query_row("SELECT coalesce(max(generation), 0) FROM chat_group", [], |row| row.get(0))?)
        })?,
        coverage: world.coverage,
        places,
        failure,
    })
}

/// A rule of the cores or the server that is broken as long as this lives. Both run in this thread.
struct Broken;

impl Broken {
    #[cfg(feature = "breakable")]
    fn begin(rule: Option<Rule>) -> Self {
        breakable::break_in_this_thread(rule);
        Self
    }

    #[cfg(not(feature = "breakable"))]
    fn begin(_: Option<Rule>) -> Self {
        Self
    }
}

impl Drop for Broken {
    fn drop(&mut self) {
        #[cfg(feature = "breakable")]
        breakable::break_in_this_thread(None);
    }
}

fn steps(world: &mut World, plan: &Plan, from_ms: u64) -> Result<Option<Failure>> {
    let mut quiet_ms = 0;
    for step in &plan.steps {
        world.run_until(from_ms + quiet_ms + step.at_ms)?;
        world.put(world.now_ms, crate::world::Due::Act(step.action, step.mark));
        let now_ms = world.now_ms;
        world.run_until(now_ms)?;
        if let Action::Quiet { for_ms } = step.action {
            quiet_ms += for_ms;
        }
        let violations = oracles::check_always(world);
        if !violations.is_empty() {
            return Ok(Some(Failure { step: Some(step.mark), violations }));
        }
    }
    Ok(None)
}

/// Everything works again: what holds then?
fn heal(world: &mut World) -> Result<Option<Vec<Violation>>> {
    world.mend()?;
    if let Some(violations) = settle(world)? {
        return Ok(Some(violations));
    }
    last_words(world)?;
    settle(world)
}

/// Waits until the oracles hold; what they say if they do not.
fn settle(world: &mut World) -> Result<Option<Vec<Violation>>> {
    let mut violations = Vec::new();
    for look_ms in LOOKS_MS {
        let next_ms = world.now_ms + look_ms;
        world.run_until(next_ms)?;
        world.log_out_the_dead()?;
        violations = oracles::check(world)?;
        if violations.is_empty() {
            return Ok(None);
        }
        if !oracles::check_always(world).is_empty() {
            break;
        }
    }
    // The dear oracles too: they say what the cheap ones came of.
    oracles::check_all(world, violations).map(Some)
}

/// Every device writes in each of its chats: every pair can.
fn last_words(world: &mut World) -> Result<()> {
    let accounts = u8::try_from(world.people.0.len())?;
    let devices: Vec<DeviceRef> = world.devices.iter().map(|device| device.name).collect();
    let mut mark = LAST_WORDS;
    for device in devices {
        for peer in 0..accounts {
            world.act_quietly(Action::Send { device, peer }, mark)?;
            mark += 1;
        }
    }
    // Of each account one device is enough in a group: each message there goes to all of all.
    let groups: Vec<u8> = world.ledger.groups.keys().copied().collect();
    for group in groups {
        for account in 0..accounts {
            let first = world.devices.iter().find(|device| device.name.account == account && device.is_running());
            let Some(device) = first.map(|device| device.name) else { continue };
            world.act_quietly(Action::InGroup { device, group, deed: GroupDeed::Send }, mark)?;
            mark += 1;
        }
    }
    Ok(())
}

impl World {
    fn forget_places(&mut self) {
        self.places.iter_mut().for_each(|course| *course = CourseOf::default());
    }

    fn places_so_far(&self) -> BTreeMap<DeviceRef, Places> {
        self.devices.iter().zip(&self.places).map(|(device, course)| (device.name, course.seen.clone())).collect()
    }

    /// The network is calm, every program runs, the server is up and nothing more goes wrong.
    fn mend(&mut self) -> Result<()> {
        self.network.calm();
        self.backend.live_on();
        if !self.backend.is_up() {
            self.backend.start()?;
        }
        for index in 0..self.devices.len() {
            let Some(device) = self.devices.get_mut(index) else { continue };
            device.crash = None;
            if let Some(course) = self.places.get_mut(index) {
                course.spare();
            }
            let life = device.life;
            if !device.is_running() && !device.is_vacant() {
                self.start(index, life)?;
            }
            // What is read on a page that nobody sees is told when it is seen again.
            self.give(index, Input::Command(Request { id: HEALER_REQUEST, command: Command::SetVisible(true) }));
        }
        Ok(())
    }

    /// What is on a list and not there any more, its owner logs out.
    fn log_out_the_dead(&mut self) -> Result<()> {
        for account in 0..u8::try_from(self.people.0.len())? {
            if self.people.get(account).is_some_and(|person| person.linking.is_some()) {
                continue;
            }
            let Some(phone) = self.active(DeviceRef { account, slot: 0 }) else { continue };
            let own = self.devices.iter().filter(|device| device.name.account == account && device.is_running());
            let there: BTreeSet<u32> =
                own.filter_map(|device| texts::own_address(&device.db).ok()).map(|a| a.1).collect();
            let listed: Vec<u32> = self
                .devices
                .get(phone)
                .map_or(&[][..], |phone| &phone.screen.devices)
                .iter()
                .map(|row| row.device)
                .collect();
            for device in listed.into_iter().filter(|device| !there.contains(device)) {
                self.coverage.count("a device that is gone was logged out");
                let command = Command::UnlinkDevice { device };
                self.give(phone, Input::Command(Request { id: HEALER_REQUEST, command }));
            }
        }
        Ok(())
    }
}
