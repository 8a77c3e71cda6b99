//! A registered phone, and another account's phone that knows MLS and nothing else, for this crate's tests.

pub(crate) mod story;

use crate::chats::{self, Chat, Membership};
use crate::client::{Client, Context};
use crate::config::Config;
use crate::io::Output;
use crate::mls;
use crate::this::{self, Me};
use client_api::{Event, Notice, Role};
use e2ee::group::{Joining, join_welcome};
use e2ee::key_packages::{self, KeyPackageUse};
use e2ee::{ChatGroup, OwnDevice, Provider};
use identity::mls::Suite;
use identity::{AccountKey, CertFields, ChatKind, ChatPolicy, DeviceKey, DeviceRole, VerifiedDeviceList};
use proto::identity::SignedDeviceCert;
use proto::ids::{AccountId, ChatId, DeviceAddress, DeviceNumber, Generation, Lease};
use proto::limits::KEY_PACKAGES_TARGET;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use rusqlite::Connection;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};

pub(crate) const CHAT: ChatId = ChatId([0xC; 16]);
const FIRST: Generation = Generation(1);

/// OpenMLS checks lifetimes by the system's clock, so tests stand in the present too.
pub(crate) fn now_ms() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    u64::try_from(since.as_millis()).expect("before the year 500 million")
}

/// Keys and list of an account that has a phone alone.
pub(crate) fn account(seed: u8) -> (AccountKey, DeviceKey, VerifiedDeviceList) {
    let account_key = AccountKey::from_bytes(&[seed; 32]);
    let (device_key, cert) = certified(&account_key, seed + 1, DeviceRole::Phone, 1);
    let list = VerifiedDeviceList::first(&account_key, cert, 1).expect("list");
    (account_key, device_key, list)
}

/// A device whose number is the version of the first list that it is in.
fn certified(account_key: &AccountKey, seed: u8, role: DeviceRole, number: u32) -> (DeviceKey, SignedDeviceCert) {
    let key = DeviceKey::from_bytes(&[seed; 32]);
    let fields = CertFields {
        device: DeviceNumber(number),
        signature_key: key.public(),
        role,
        issued_ms: 1,
        list_version: u64::from(number),
    };
    let cert = identity::cert::issue_own_cert(account_key, &key, &fields);
    (key, cert)
}

/// The list of the account of this seed, and a second device.
fn with_companion(list: &VerifiedDeviceList, seed: u8) -> VerifiedDeviceList {
    let (account_key, ..) = account(seed);
    let (_, cert) = certified(&account_key, seed + 2, DeviceRole::Companion, 2);
    list.next_with(&account_key, cert, 1).expect("list")
}

/// The phone's list is without its second device again.
pub(crate) fn unlinks_companion(phone: &Connection) {
    step(phone, 1, |cx| {
        let shorter = without_companion(cx);
        crate::accounts::learn_device_list(cx, &shorter).expect("learned");
    });
}

/// The phone's list has a second device.
pub(crate) fn links_companion(phone: &Connection) {
    step(phone, 1, |cx| {
        let list = with_companion(&mls::own_device_list(cx).expect("list"), 1);
        crate::accounts::learn_device_list(cx, list.as_bytes()).expect("learned");
    });
}

/// A phone that is nobody's yet.
pub(crate) fn new_phone() -> (Client, Connection) {
    let db = Connection::open_in_memory().expect("memory");
    crate::schema::open(&db).expect("schema");
    let config = Config {
        role: Role::Phone,
        lease: Lease([4; 16]),
        device_name: String::new(),
        key_packages_target: KEY_PACKAGES_TARGET,
    };
    (Client::new(config), db)
}

/// A registered phone with a session.
pub(crate) fn phone() -> (Client, Connection) {
    let (account_key, device_key, list) = account(1);
    let address = DeviceAddress { account: list.account(), device: DeviceNumber(1) };
    let me = Me { address, number: String::new(), device_key, account_key: Some(account_key) };
    let (client, db) = new_phone();
    this::become_device(&db, &me, list.as_bytes()).expect("device");
    this::set_session_token(&db, Some(&[3; 32])).expect("token");
    (client, db)
}

/// A registered companion of the account of [`phone`].
pub(crate) fn companion() -> (Client, Connection) {
    let (mut client, db) = phone();
    let (account_key, _, list) = account(1);
    let (device_key, _) = certified(&account_key, 3, DeviceRole::Companion, 2);
    let address = DeviceAddress { account: list.account(), device: DeviceNumber(2) };
    let me = Me { address, number: String::new(), device_key, account_key: None };
    this::become_device(&db, &me, with_companion(&list, 1).as_bytes()).expect("device");
    client.config.role = Role::Companion;
    (client, db)
}

/// The list of [`companion`]'s account without it.
pub(crate) fn without_companion(cx: &Context<'_>) -> Vec<u8> {
    without(cx, DeviceNumber(2))
}

/// The list of [`phone`]'s account without this device.
pub(crate) fn without(cx: &Context<'_>, device: DeviceNumber) -> Vec<u8> {
    let (account_key, ..) = account(1);
    let list = mls::own_device_list(cx).expect("list");
    list.next_without(&account_key, &[device], 1).expect("list").as_bytes().to_vec()
}

/// The list of [`companion`]'s account with one more.
pub(crate) fn with_third_device(cx: &Context<'_>) -> Vec<u8> {
    let (account_key, ..) = account(1);
    let (_, cert) = certified(&account_key, 4, DeviceRole::Companion, 3);
    let list = mls::own_device_list(cx).expect("list");
    list.next_with(&account_key, cert, 1).expect("list").as_bytes().to_vec()
}

/// Ids and keys are drawn from it: no step may draw what another one drew, nor what a peer does, whose seeds are small numbers.
static STEPS: AtomicU64 = AtomicU64::new(1_000);

/// One step of one input, in a transaction of its own; with what came out of it.
pub(crate) fn step<T>(db: &Connection, now_ms: u64, run: impl FnOnce(&mut Context<'_>) -> T) -> (T, Vec<Output>) {
    let tx = db.unchecked_transaction().expect("transaction");
    let mut rng = ChaCha20Rng::seed_from_u64(STEPS.fetch_add(1, Ordering::Relaxed));
    let mut cx = Context::for_test(&tx, &mut rng, now_ms);
    let result = run(&mut cx);
    let out = cx.out;
    tx.commit().expect("commit");
    (result, out)
}

/// What the user was told of.
pub(crate) fn notices(out: Vec<Output>) -> Vec<Notice> {
    let notice = |output| match output {
        Output::Event(Event::Notice(notice)) => Some(notice),
        _ => None,
    };
    out.into_iter().filter_map(notice).collect()
}

/// The policy of the group [`CHAT`], of which this account is the only admin.
pub(crate) fn group_policy(admin: AccountId) -> ChatPolicy {
    ChatPolicy {
        kind: ChatKind::Group,
        chat: CHAT,
        generation: FIRST,
        accounts: BTreeSet::new(),
        admins: BTreeSet::from([admin]),
    }
}

/// Another account's phone.
pub(crate) struct Peer {
    seed: u8,
    pub(crate) list: VerifiedDeviceList,
    db: Connection,
    device: OwnDevice,
    rng: ChaCha20Rng,
}

impl Peer {
    pub(crate) fn new() -> Self {
        Self::of(101)
    }

    /// A third person's, and so on.
    pub(crate) fn of(seed: u8) -> Self {
        let (_, key, list) = account(seed);
        let credential = list.credential_of(DeviceNumber(1)).expect("listed");
        let db = Connection::open_in_memory().expect("memory");
        db.execute_batch(e2ee::storage::SCHEMA).expect("schema");
        let device = OwnDevice::new(key, credential).expect("device");
        Self { seed, list, db, device, rng: ChaCha20Rng::seed_from_u64(u64::from(seed)) }
    }

    /// Its list with a second device.
    pub(crate) fn links_companion(&mut self) -> VerifiedDeviceList {
        self.list = with_companion(&self.list, self.seed);
        self.list.clone()
    }

    pub(crate) fn act<T>(&mut self, action: impl FnOnce(&Provider<'_>, &OwnDevice) -> T) -> T {
        action(&Provider::new(&self.db, &mut self.rng), &self.device)
    }

    /// Its state of the chat.
    pub(crate) fn group(&mut self) -> ChatGroup {
        self.act(|provider, _| ChatGroup::load(provider, CHAT, FIRST)).expect("loaded").expect("in the group")
    }

    /// A chat of the two, joined by both, with the creation as its first entry.
    pub(crate) fn shares_chat_with(&mut self, phone: &Connection) {
        let (me, peer) = (account(1).2.account(), self.list.account());
        self.shares(phone, &ChatPolicy::for_direct(CHAT, FIRST, me, peer));
    }

    /// A group of many that the phone has made, of the two as yet, both admins; otherwise as [`Self::shares_chat_with`].
    pub(crate) fn shares_group_with(&mut self, phone: &Connection) {
        let mut policy = group_policy(account(1).2.account());
        policy.admins.insert(self.list.account());
        self.shares(phone, &policy);
    }

    /// A key package of its.
    pub(crate) fn key_package(&mut self) -> Vec<u8> {
        let made = |p: &Provider<'_>, d: &OwnDevice| {
            key_packages::generate(p, d, Suite::Classical, KeyPackageUse::Once, 1, now_ms()).expect("made")
        };
        self.act(made).remove(0)
    }

    fn shares(&mut self, phone: &Connection, policy: &ChatPolicy) {
        let package = self.key_package();
        let peer = self.list.account();
        let list = self.list.as_bytes().to_vec();
        let ((staged, tree), _) = step(phone, now_ms(), |cx| {
            crate::accounts::learn_device_list(cx, &list).expect("list");
            let chat = Chat {
                chat: CHAT,
                kind: policy.kind,
                generation: FIRST,
                peer: if policy.kind == ChatKind::Group { chats::NO_PEER } else { peer },
                membership: Membership::Joined,
                applied_seq: 1,
                activity_ms: 1,
            };
            chats::insert(cx, &chat).expect("chat");
            let (device, now_ms) = (mls::own_device(cx).expect("device"), cx.now_ms);
            let provider = mls::provider(cx);
            let package = key_packages::verify(&provider, &package).expect("a key package");
            let mut group = ChatGroup::create(&provider, &device, policy, Suite::Classical, now_ms).expect("a group");
            let staged = group.stage_add(&provider, &device, vec![package], b"").expect("staged");
            group.confirm_pending(&provider).expect("confirmed");
            (staged, group.export_ratchet_tree(&provider).expect("tree"))
        });
        let welcome = staged.welcome.expect("the peer was added");
        let joined = self.act(|provider, _| join_welcome(provider, CHAT, FIRST, &welcome, &tree)).expect("joined");
        assert!(matches!(joined, Joining::Joined { .. }));
    }
}
