//! Real values, made in this process by real clients at the real server: two people with two devices each who registered, linked
//! and wrote. What targets change and seeds are made of. Made once a process; nothing of it outlives the process but seeds.

mod values;

pub use values::{Values, values};

use anyhow::{Context as _, Result};
use e2ee::link::{BundleKey, LinkChannel};
use e2ee::{ChatGroup, OwnDevice, Provider};
use identity::{ChatKind, DeviceKey, VerifiedDeviceList};
use proto::ids::{AccountId, ChatId, DeviceAddress, DeviceNumber, Generation, ServerId};
use proto::link::{Cancelled, Offer, Step, step};
use proto::qr::LinkCode;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng as _;
use rusqlite::Connection;
use rusqlite::backup::Backup;
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use test_world::recording::{Recording, record};

/// The phone of the first person on the tapes.
pub(crate) const PHONE: usize = 0;
/// Its companion.
pub(crate) const COMPANION: usize = 1;

static RECORDING: LazyLock<Mutex<Recording>> =
    LazyLock::new(|| Mutex::new(record().expect("two people can register, link and write")));

/// What was recorded.
pub(crate) fn recording() -> MutexGuard<'static, Recording> {
    RECORDING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The place on the tapes of the other person's phone.
pub(crate) fn peer() -> usize {
    let names = &recording().names;
    names.iter().position(|name| name.account == 1 && name.slot == 0).expect("two people")
}

/// A copy of a database, in memory.
pub(crate) fn copy(from: &Connection) -> Result<Connection> {
    let mut to = Connection::open_in_memory()?;
    Backup::new(from, &mut to)?.run_to_completion(i32::MAX, Duration::ZERO, None)?;
    Ok(to)
}

/// A copy of the database of the device in this place of the tapes.
pub(crate) fn database(place: usize) -> Result<Connection> {
    let recording = recording();
    let name = recording.names.get(place).context("a device on the tapes")?;
    let (_, db) =
        recording.world.devices.iter().find(|(device, _)| device == name).context("a device that was there")?;
    copy(db)
}

/// A device as MLS sees it, from a client's database.
pub(crate) fn own_device(db: &Connection) -> Result<OwnDevice> {
    let (key, list, number) = db.query_row("SELECT device_key, device_list, device FROM this", [], |row| {
        Ok((row.get::<_, [u8; 32]>(0)?, row.get::<_, Vec<u8>>(1)?, row.get::<_, u32>(2)?))
    })?;
    let list = VerifiedDeviceList::verify(&list)?;
    let credential = list.credential_of(DeviceNumber(number)).context("a device that is listed")?;
    Ok(OwnDevice::new(DeviceKey::from_bytes(&key), credential)?)
}

/// A chat as a client's database has it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Chat {
    pub(crate) chat: ChatId,
    pub(crate) generation: Generation,
    pub(crate) applied_seq: u64,
}

/// The chats of a kind, in the order of their ids.
pub(crate) fn chats(db: &Connection, kind: ChatKind) -> Result<Vec<Chat>> {
    let kind = match kind {
        ChatKind::SelfGroup => 1,
        ChatKind::Direct => 2,
        ChatKind::Group => 3,
    };
    let mut statement = db.prepare("SELECT chat, generation, applied_seq FROM chat WHERE kind = ?1 ORDER BY chat")?;
    let rows = statement.query_map([kind], |row| {
        Ok(Chat { chat: ChatId(row.get(0)?), generation: Generation(row.get(1)?), applied_seq: row.get(2)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Encrypts as a device would; whoever sends may say anything.
pub(crate) fn encrypt(
    db: &Connection,
    chat: Chat,
    content: &[u8],
    aad: &[u8],
) -> Result<(DeviceAddress, Vec<u8>, u64)> {
    let device = own_device(db)?;
    let mut rng = ChaCha20Rng::seed_from_u64(chat.applied_seq);
    let provider = Provider::new(db, &mut rng);
    let mut group = ChatGroup::load(&provider, chat.chat, chat.generation)?.context("a group that it is in")?;
    let epoch = group.epoch();
    let bytes = group.encrypt(&provider, &device, content, aad)?;
    Ok((device.cert().address(), bytes, epoch))
}

/// A linking between a code and its first steps.
pub(crate) struct Link {
    pub(crate) key: BundleKey,
    pub(crate) code: LinkCode,
    pub(crate) bundle: Vec<u8>,
    /// The phone's, in their order.
    pub(crate) slots: Vec<Vec<u8>>,
}

static LINK: LazyLock<Link> = LazyLock::new(|| make_link().expect("two ends that mean well"));

pub(crate) fn link() -> &'static Link {
    &LINK
}

fn make_link() -> Result<Link> {
    let mut rng = ChaCha20Rng::seed_from_u64(3);
    let server = ServerId([5; 16]);
    let (account_key, device_key) = (DeviceKey::generate(&mut rng), DeviceKey::generate(&mut rng));
    let key = BundleKey::generate(&mut rng);
    let (bundle, code) = key.bundle(device_key.public(), server, ("Firefox", "Linux"), &mut rng);
    let mut phone = LinkChannel::start(&code, server, &bundle)?;
    let offer = Offer {
        account: AccountId::of_first_key(account_key.public().as_bytes()).to_vec(),
        account_key: account_key.public().to_vec(),
        device: 2,
        list_version: 2,
        name: "Ada".into(),
    };
    let steps = [step::Body::Offer(offer), step::Body::Cancelled(Cancelled { reason: 1 })];
    let slots = steps.map(|body| phone.seal(&Step { body: Some(body) }));
    Ok(Link { key, code, bundle, slots: slots.into_iter().collect::<Result<_, _>>()? })
}
