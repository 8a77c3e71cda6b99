//! Worlds before their first step: people registered and devices linked, through the real cores and the real server,
//! without faults. Made once for each shape and copied for every run, since linking takes longer than all that follows.

use crate::backend::Backend;
use crate::device::Device;
use crate::ledger::Ledger;
use crate::oracles;
use crate::people::People;
use crate::plan::{Action, DeviceRef, Shape};
use crate::recording::{Recorded, Tape};
use crate::texts;
use crate::world::{Due, World};
use anyhow::{Context as _, Result, ensure};
use rusqlite::Connection;
use rusqlite::backup::Backup;
use server::blob_bytes::BlobMemory;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Devices that an account may have in a world, beyond those that it begins with.
const SPARE_SLOTS: u8 = 1;
/// The month of `history::completeness`.
const MONTH_MS: u64 = 2_629_800_000;
const DAY_MS: u64 = 86_400_000;
/// Texts of the time before the first step are marked from here on.
pub(crate) const MARKS: u32 = 4_000_000;
/// Nothing of a beginning takes longer than this.
const LIMIT_MS: u64 = 30 * 60_000;

/// A world that stands still.
pub(crate) struct Base {
    now_ms: u64,
    server: Connection,
    blobs: BlobMemory,
    devices: Vec<(DeviceRef, Option<Connection>)>,
    people: People,
    ledger: Ledger,
    /// How it came about, where somebody wants it.
    tape: Option<Tape>,
}

thread_local! {
    static MADE: RefCell<BTreeMap<Shape, Rc<Base>>> = RefCell::default();
}

/// When worlds begin: in the past, since OpenMLS holds key packages against the machine's clock and takes none of the
/// future; less than 84 days ago, for the same reason; at a midnight at the beginning of a month, so that days and months
/// end at the same points of a run whenever it is run.
fn beginning_ms() -> Result<u64> {
    let now_ms = u64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis())?;
    let month_ms = (now_ms / MONTH_MS).saturating_sub(1) * MONTH_MS;
    Ok(month_ms.div_ceil(DAY_MS) * DAY_MS)
}

pub(crate) fn copy(from: &Connection) -> Result<Connection> {
    let mut to = Connection::open_in_memory()?;
    Backup::new(from, &mut to)?.run_to_completion(i32::MAX, Duration::ZERO, None)?;
    Ok(to)
}

/// Parts a run's randomness from that of its beginning, whose seed may be the same: a device that drew its ids again would give an operation
/// the id of another one, which the server answers for as done.
const OF_A_RUN: u64 = 1 << 63;

impl Base {
    /// The world of a shape, made now or before.
    pub(crate) fn of(shape: Shape) -> Result<Rc<Self>> {
        if let Some(made) = MADE.with_borrow(|made| made.get(&shape).cloned()) {
            return Ok(made);
        }
        let base = Rc::new(Self::make(shape, None).with_context(|| format!("the beginning of {shape:?}"))?);
        MADE.with_borrow_mut(|made| made.insert(shape, base.clone()));
        Ok(base)
    }

    /// A copy that runs, with randomness of a run's own.
    pub(crate) fn world(&self, seed: u64) -> Result<World> {
        let mut backend = Backend::new(copy(&self.server)?, Arc::new(self.blobs.copy()), self.now_ms)?;
        backend.start()?;
        let devices = self.devices.iter().map(|(name, db)| {
            let device = Device::new(*name, seed ^ OF_A_RUN)?;
            Ok(match db {
                Some(db) => device.with_database(copy(db)?),
                None => device,
            })
        });
        let devices = devices.collect::<Result<Vec<_>>>()?;
        let mut world = World::new(seed, self.now_ms, backend, devices, self.people.clone());
        world.ledger = self.ledger.clone();
        for index in 0..world.devices.len() {
            let Some(device) = world.devices.get(index).filter(|device| !device.is_vacant()) else { continue };
            let life = device.life;
            let at_ms = world.now_ms + world.network.delay_ms(index, 500);
            world.put(at_ms, Due::Start(index, life));
        }
        Ok(world)
    }

    /// A world that nobody else gets, and what was said on the way to it.
    pub(crate) fn recorded(shape: Shape) -> Result<(Self, Tape)> {
        let mut base = Self::make(shape, Some(Tape::default()))?;
        let tape = base.tape.take().context("a tape that was put in")?;
        Ok((base, tape))
    }

    /// Its databases, for whoever wants a beginning without a world.
    pub(crate) fn into_recorded(self) -> Recorded {
        let devices = self.devices.into_iter().filter_map(|(name, db)| Some((name, db?))).collect();
        Recorded { now_ms: self.now_ms, server: self.server, blobs: self.blobs, devices }
    }

    fn make(shape: Shape, tape: Option<Tape>) -> Result<Self> {
        let now_ms = beginning_ms()?;
        let mut backend = Backend::new(Connection::open_in_memory()?, Arc::default(), now_ms)?;
        backend.start()?;
        let trace = std::env::var_os("SIM_TRACE_BASE").is_some();
        let names = (0..shape.accounts)
            .flat_map(|account| (0..shape.devices + SPARE_SLOTS).map(move |slot| DeviceRef { account, slot }));
        let devices = names.map(|name| Device::new(name, shape.seed)).collect::<Result<Vec<_>>>()?;
        let mut world = World::new(shape.seed, now_ms, backend, devices, People::new(shape.accounts));
        world.trace = trace;
        world.tape = tape;
        for account in 0..shape.accounts {
            let phone = world.index(DeviceRef { account, slot: 0 }).context("a phone")?;
            world.start(phone, 0)?;
            until(&mut world, "a phone to be online", |world| online(world, phone))?;
            let id = world.devices.get(phone).map(|device| texts::own_address(&device.db)).context("a phone")??.0;
            world.people.get_mut(account).context("a person")?.id = Some(client_api::AccountId(id.0));
        }
        let mut marks = MARKS..;
        let first = DeviceRef { account: 0, slot: 0 };
        world.act(Action::Begin { device: first, peer: 1 }, marks.next().unwrap_or(MARKS))?;
        let of_first = world.index(first).context("a phone")?;
        until(&mut world, "a first chat", |world| world.chat_with(of_first, 1).is_some())?;
        for _ in 0..3 {
            world.act(Action::Send { device: first, peer: 1 }, marks.next().unwrap_or(MARKS))?;
        }
        // What waits for a turn is not seen by the oracles.
        world.run_until(world.now_ms + 1_000)?;
        for slot in 1..shape.devices {
            for account in 0..shape.accounts {
                let device = world.index(DeviceRef { account, slot }).context("a companion")?;
                ensure!(world.begin_linking(account), "nobody to link");
                until(&mut world, "a companion to be online", |world| {
                    online(world, device) && world.people.get(account).is_some_and(|person| person.linking.is_none())
                })?;
            }
        }
        until(&mut world, "all to be settled", |world| oracles::check(world).is_ok_and(|found| found.is_empty()))
            .with_context(|| oracles::check(&world).map(|found| format!("{found:#?}")).unwrap_or_default())?;
        Self::stand_still(world)
    }

    fn stand_still(mut world: World) -> Result<Self> {
        let mut devices = Vec::new();
        for device in &mut world.devices {
            let db = if device.is_vacant() { None } else { Some(copy(&device.db)?) };
            device.end();
            devices.push((device.name, db));
        }
        world.backend.stop();
        Ok(Self {
            now_ms: world.now_ms,
            server: world.backend.look(copy)?,
            blobs: world.backend.blobs().copy(),
            devices,
            people: world.people,
            ledger: world.ledger,
            tape: world.tape,
        })
    }
}

fn online(world: &World, index: usize) -> bool {
    world.devices.get(index).is_some_and(|device| device.screen.is_active() && device.screen.is_online())
}

fn until(world: &mut World, what: &str, mut seen: impl FnMut(&mut World) -> bool) -> Result<()> {
    let limit_ms = world.now_ms + LIMIT_MS;
    while !seen(world) {
        ensure!(world.now_ms < limit_ms, "waited in vain for {what}");
        let next_ms = world.now_ms + 2_000;
        world.run_until(next_ms)?;
        if let Some(halted) = world.devices.iter().find_map(|device| device.halted.clone()) {
            anyhow::bail!("a client stopped: {halted}");
        }
    }
    Ok(())
}
