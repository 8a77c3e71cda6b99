//! What OpenMLS is given to work with: the caller's database, the caller's randomness, our suites' algorithms. Owns
//! the bundle of the three for the length of one operation.

use crate::crypto::OwnSuites;
use crate::storage::{MlsStore, Namespace, StoreError};
use openmls_traits::{OpenMlsProvider, random::OpenMlsRand};
use rand_chacha::ChaCha20Rng;
use rand_core::{CryptoRng, RngCore, SeedableRng};
use rusqlite::Connection;
use std::cell::RefCell;
use std::convert::Infallible;

/// Everything an MLS operation needs. Make one per transaction: it is cheap, and holds nothing beyond it.
///
/// Keys, nonces and leaf secrets come from the given `rng`. HPKE encapsulation inside the algorithms draws from the
/// system, because RustCrypto offers no other way: runs from one seed agree in what they decide, not in every byte.
pub struct Provider<'c> {
    store: MlsStore<'c>,
    rand: SeededRand,
}

impl<'c> Provider<'c> {
    /// For the groups in use.
    pub fn new(connection: &'c Connection, rng: &mut (impl CryptoRng + ?Sized)) -> Self {
        Self::in_namespace(connection, Namespace::Live, rng)
    }

    pub(crate) fn in_namespace(
        connection: &'c Connection,
        namespace: Namespace,
        rng: &mut (impl CryptoRng + ?Sized),
    ) -> Self {
        let mut seed = [0; 32];
        rng.fill_bytes(&mut seed);
        Self {
            store: MlsStore::new(connection, namespace),
            rand: SeededRand(RefCell::new(ChaCha20Rng::from_seed(seed))),
        }
    }

    /// The database below.
    pub fn connection(&self) -> &'c Connection {
        self.store.connection()
    }

    pub(crate) fn take_failure(&self) -> Option<StoreError> {
        self.store.take_failure()
    }

    pub(crate) fn scratch(&self) -> Self {
        Self::in_namespace(self.connection(), Namespace::Scratch, &mut *self.rand.0.borrow_mut())
    }
}

impl<'c> OpenMlsProvider for Provider<'c> {
    type CryptoProvider = OwnSuites;
    type RandProvider = SeededRand;
    type StorageProvider = MlsStore<'c>;

    fn storage(&self) -> &Self::StorageProvider {
        &self.store
    }

    fn crypto(&self) -> &Self::CryptoProvider {
        &OwnSuites
    }

    fn rand(&self) -> &Self::RandProvider {
        &self.rand
    }
}

/// A ChaCha20 generator seeded from the caller's.
pub struct SeededRand(RefCell<ChaCha20Rng>);

impl OpenMlsRand for SeededRand {
    type Error = Infallible;

    fn random_array<const N: usize>(&self) -> Result<[u8; N], Infallible> {
        let mut bytes = [0; N];
        self.0.borrow_mut().fill_bytes(&mut bytes);
        Ok(bytes)
    }

    fn random_vec(&self, len: usize) -> Result<Vec<u8>, Infallible> {
        let mut bytes = vec![0; len];
        self.0.borrow_mut().fill_bytes(&mut bytes);
        Ok(bytes)
    }
}
