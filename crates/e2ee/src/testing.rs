//! Accounts and devices with a database each, for this crate's tests.

use crate::device::OwnDevice;
use crate::group::{AppliedCommit, ChatGroup, Joining, Processed, StagedChange, join_welcome};
use crate::key_packages::{self, KeyPackageUse, VerifiedKeyPackage};
use crate::provider::Provider;
use crate::storage;
use identity::cert::issue_own_cert;
use identity::mls::Suite;
use identity::{AccountKey, CertFields, ChatPolicy, DeviceKey, DeviceRole};
use prost::Message;
use proto::ids::{AccountId, ChatId, DeviceAddress, DeviceNumber, Generation};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use rusqlite::Connection;

pub(crate) const CHAT: ChatId = ChatId([0xC; 16]);
pub(crate) const FIRST: Generation = Generation(0);

/// OpenMLS checks lifetimes by the system's clock, so tests stand in the present too.
pub(crate) fn now_ms() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    u64::try_from(since.as_millis()).unwrap()
}

pub(crate) struct Account {
    pub(crate) key: AccountKey,
    seed: u64,
}

impl Account {
    pub(crate) fn new(seed: u64) -> Self {
        Self { key: AccountKey::generate(&mut ChaCha20Rng::seed_from_u64(seed)), seed: seed * 100 }
    }

    pub(crate) fn id(&self) -> AccountId {
        AccountId::of_first_key(self.key.public().as_bytes())
    }

    pub(crate) fn device(&self, number: u32) -> Phone {
        let mut rng = ChaCha20Rng::seed_from_u64(self.seed + u64::from(number));
        let key = DeviceKey::generate(&mut rng);
        let fields = CertFields {
            device: DeviceNumber(number),
            signature_key: key.public(),
            role: if number == 1 { DeviceRole::Phone } else { DeviceRole::Companion },
            issued_ms: 1,
            list_version: u64::from(number),
        };
        let cert = issue_own_cert(&self.key, &key, &fields).encode_to_vec();
        let db = Connection::open_in_memory().unwrap();
        db.execute_batch(storage::SCHEMA).unwrap();
        Phone { db, device: OwnDevice::new(key, cert).unwrap(), rng }
    }
}

/// A device with its database.
pub(crate) struct Phone {
    pub(crate) db: Connection,
    pub(crate) device: OwnDevice,
    pub(crate) rng: ChaCha20Rng,
}

impl Phone {
    pub(crate) fn address(&self) -> DeviceAddress {
        self.device.cert().address()
    }

    pub(crate) fn provider(&mut self) -> Provider<'_> {
        Provider::new(&self.db, &mut self.rng)
    }

    pub(crate) fn act<T>(&mut self, action: impl FnOnce(&Provider<'_>, &OwnDevice) -> T) -> T {
        let provider = Provider::new(&self.db, &mut self.rng);
        action(&provider, &self.device)
    }

    pub(crate) fn load(&mut self) -> ChatGroup {
        ChatGroup::load(&self.provider(), CHAT, FIRST).unwrap().expect("in the group")
    }

    pub(crate) fn create(&mut self, policy: &ChatPolicy, suite: Suite) -> ChatGroup {
        self.act(|provider, device| ChatGroup::create(provider, device, policy, suite, now_ms()).unwrap())
    }

    pub(crate) fn key_package(&mut self, suite: Suite) -> Vec<u8> {
        self.act(|provider, device| {
            key_packages::generate(provider, device, suite, KeyPackageUse::Once, 1, now_ms()).unwrap().remove(0)
        })
    }

    pub(crate) fn checked(&mut self, package: &[u8]) -> VerifiedKeyPackage {
        key_packages::verify(&self.provider(), package).unwrap()
    }

    /// Stages adding `others`, confirms, and gives the commit and its Welcome with the tree to everybody.
    pub(crate) fn adds(&mut self, others: &mut [&mut Phone], witnesses: &mut [&mut Phone]) {
        let suite = self.load().suite();
        let packages: Vec<_> = others.iter_mut().map(|other| other.key_package(suite)).collect();
        let packages = packages.iter().map(|package| self.checked(package)).collect();
        let mut group = self.load();
        let staged = self.act(|p, d| group.stage_add(p, d, packages, b"").unwrap());
        let tree = self.settles(&staged, witnesses);
        for other in others {
            assert!(matches!(other.joins(&staged, &tree), Joining::Joined { .. }));
        }
    }

    /// Confirms the pending commit and gives it to the others; the tree of the new epoch.
    pub(crate) fn settles(&mut self, staged: &StagedChange, witnesses: &mut [&mut Phone]) -> Vec<u8> {
        let mut group = self.load();
        group.confirm_pending(&self.provider()).unwrap();
        for witness in witnesses {
            witness.applies(&staged.commit);
        }
        group.export_ratchet_tree(&self.provider()).unwrap()
    }

    pub(crate) fn joins(&mut self, staged: &StagedChange, tree: &[u8]) -> Joining {
        join_welcome(&self.provider(), CHAT, FIRST, staged.welcome.as_ref().expect("something was added"), tree)
            .unwrap()
    }

    pub(crate) fn applies(&mut self, commit: &[u8]) -> AppliedCommit {
        match self.load().process(&self.provider(), commit).unwrap() {
            Processed::Commit(applied) => applied,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn says(&mut self, text: &str) -> Vec<u8> {
        let mut group = self.load();
        self.act(|provider, device| group.encrypt(provider, device, text.as_bytes(), b"aad").unwrap())
    }

    /// The sender and text of a message.
    pub(crate) fn hears(&mut self, message: &[u8]) -> (DeviceAddress, String) {
        match self.load().process(&self.provider(), message).unwrap() {
            Processed::App(app) => {
                assert_eq!(app.aad, b"aad");
                (app.sender, String::from_utf8(app.content).unwrap())
            }
            other => panic!("{other:?}"),
        }
    }
}

/// All are in the same epoch of the same group.
pub(crate) fn assert_agree(phones: &mut [&mut Phone]) {
    let states: Vec<_> = phones
        .iter_mut()
        .map(|phone| {
            let group = phone.load();
            (group.epoch(), group.epoch_authenticator(), group.roster_hash().unwrap())
        })
        .collect();
    assert!(states.windows(2).all(|pair| pair[0] == pair[1]), "{states:?}");
}
