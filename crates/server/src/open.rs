//! What is open at once, counted: connections, in all and of an address, sockets of an account, sockets of an address that have
//! not said Hello.
//! Knows numbers only: who has no room for another says so in its own words.

use crate::config::Config;
use crate::limits::{REFUSALS_MAX, counted};
use proto::ids::AccountId;
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// All that is counted of one server.
pub(crate) struct Open {
    /// Connections to both ports, whatever is done with them.
    pub(crate) connections: Arc<Connections>,
    /// Connections beyond those, which only hear that there is no room.
    pub(crate) refusals: Arc<Places<()>>,
    greetings: Arc<Places<IpAddr>>,
    sockets: Arc<Places<AccountId>>,
}

impl Open {
    /// As the operator set it. Like the rates by address, what one address may have open grows with the factor for many people
    /// there.
    pub(crate) fn of(config: &Config) -> Self {
        let factor = usize::try_from(config.rate_limit_factor.get()).unwrap_or(usize::MAX);
        Self {
            connections: Connections::new(
                config.connections_max,
                config.connections_per_address_max.saturating_mul(factor),
                config.trusted_proxies.clone(),
            ),
            refusals: Places::new(REFUSALS_MAX),
            greetings: Places::new(config.greetings_per_address_max.saturating_mul(factor)),
            sockets: Places::new(config.sockets_per_account_max),
        }
    }

    /// A place for a socket that has not said Hello yet.
    pub(crate) fn greeting(&self, address: IpAddr) -> Option<Place<IpAddr>> {
        self.greetings.take(counted(address))
    }

    /// A place for a socket of an account.
    pub(crate) fn socket(&self, account: AccountId) -> Option<Place<AccountId>> {
        self.sockets.take(account)
    }

    /// How many sockets wait for their Hello, and how many have said it.
    pub(crate) fn sockets(&self) -> (usize, usize) {
        (self.greetings.taken(), self.sockets.taken())
    }
}

/// Places for connections: so many, and of them so many for each address.
pub(crate) struct Connections {
    all: Arc<Places<()>>,
    shares: Arc<Places<IpAddr>>,
    /// They bring many people's. Whose, is said when a socket is opened, and counted then.
    proxies: Vec<IpAddr>,
}

/// A connection that was let in: its place among all, and its address's.
pub(crate) struct Admission {
    _place: Place<()>,
    _share: Option<Place<IpAddr>>,
}

impl Connections {
    pub(crate) fn new(max: usize, per_address_max: usize, proxies: Vec<IpAddr>) -> Arc<Self> {
        Arc::new(Self { all: Places::new(max), shares: Places::new(per_address_max), proxies })
    }

    /// A place for a connection from here.
    pub(crate) fn take(&self, peer: IpAddr) -> Option<Admission> {
        let peer = peer.to_canonical();
        let share = match self.proxies.contains(&peer) {
            true => None,
            false => Some(self.shares.take(counted(peer))?),
        };
        Some(Admission { _place: self.all.take(())?, _share: share })
    }

    /// A place of an address that a trusted proxy speaks for.
    pub(crate) fn share(&self, address: IpAddr) -> Option<Place<IpAddr>> {
        self.shares.take(counted(address))
    }

    /// How many are taken.
    pub(crate) fn taken(&self) -> usize {
        self.all.taken()
    }
}

impl Admission {
    /// Of a connection that is counted only among those that hear that there is no room.
    pub(crate) fn beyond(place: Place<()>) -> Self {
        Self { _place: place, _share: None }
    }
}

/// So many places for each key.
pub(crate) struct Places<K: Ord> {
    max: usize,
    taken: Mutex<BTreeMap<K, usize>>,
}

/// A place; dropping it gives it back.
pub(crate) struct Place<K: Ord> {
    places: Arc<Places<K>>,
    key: K,
}

impl<K: Ord + Clone> Places<K> {
    pub(crate) fn new(max: usize) -> Arc<Self> {
        Arc::new(Self { max, taken: Mutex::default() })
    }

    /// A place, if there is one left for this key.
    pub(crate) fn take(self: &Arc<Self>, key: K) -> Option<Place<K>> {
        let mut taken = self.lock();
        let count = taken.get(&key).copied().unwrap_or(0);
        if count >= self.max {
            return None;
        }
        taken.insert(key.clone(), count + 1);
        Some(Place { places: self.clone(), key })
    }

    /// How many are taken, of all keys.
    pub(crate) fn taken(&self) -> usize {
        self.lock().values().sum()
    }
}

impl<K: Ord> Places<K> {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<K, usize>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Ord> Drop for Place<K> {
    fn drop(&mut self) {
        let mut taken = self.places.lock();
        if let Some(count) = taken.get_mut(&self.key) {
            *count -= 1;
            if *count == 0 {
                // Keys come from outside: who is gone leaves nothing behind.
                taken.remove(&self.key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_counted_by_key_and_given_back() {
        let places = Places::new(2);
        let first = places.take(1).unwrap();
        let second = places.take(1).unwrap();
        assert!(places.take(1).is_none());
        let other = places.take(2).unwrap();
        assert_eq!(places.taken(), 3);
        drop(first);
        let again = places.take(1).unwrap();
        assert!(places.take(1).is_none());
        drop((second, other, again));
        assert!(places.lock().is_empty(), "nobody is remembered");
    }

    #[test]
    fn an_address_has_its_share_of_the_connections_and_a_proxy_has_none() {
        let [one, other, proxy] = ["192.0.2.1", "192.0.2.2", "192.0.2.3"].map(|text| text.parse().unwrap());
        let connections = Connections::new(4, 2, vec![proxy]);
        let first = connections.take(one).unwrap();
        let _second = connections.take(one).unwrap();
        let mapped = IpAddr::V6(std::net::Ipv4Addr::new(192, 0, 2, 1).to_ipv6_mapped());
        assert!(connections.take(one).is_none() && connections.take(mapped).is_none());
        drop(first);
        let _again = connections.take(one).unwrap();
        let _other = connections.take(other).unwrap();
        let _proxy = connections.take(proxy).unwrap();
        assert!(connections.take(proxy).is_none(), "all are taken");
        let _behind = [(); 2].map(|()| connections.share(other));
        assert!(connections.share(other).is_none(), "its own connection is one of its two");
        assert_eq!(connections.taken(), 4);
    }

    #[test]
    fn a_household_of_ipv6_is_one_address() {
        let mut config = Config::in_folder(std::path::PathBuf::new());
        config.greetings_per_address_max = 1;
        let open = Open::of(&config);
        let _one = open.greeting("2001:db8::1".parse().unwrap()).unwrap();
        assert!(open.greeting("2001:db8::2".parse().unwrap()).is_none());
        assert!(open.greeting("2001:db8:0:1::1".parse().unwrap()).is_some());
    }
}
