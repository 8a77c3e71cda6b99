//! Named limits: how much is open at once, for how long what says nothing is kept, and rates: a class of endpoints, by
//! address and by account.

use crate::problem::Problem;
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use proto::ids::{AccountId, ChatId};
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

/// Connections at once, to both ports; `--connections-max`. Each is a file to the operating system.
pub const CONNECTIONS_MAX: usize = 10_000;
/// So many addresses at least take all connections, unless `--connections-per-address-max` says otherwise: a school behind one address
/// finds room, and nobody alone takes everybody's.
pub const ADDRESSES_MIN: usize = 5;
/// Connections that wait to be taken, where the operating system lets so many wait (Linux: `net.core.somaxconn`, 4,096). Who finds no place
/// here hears nothing, and tries again after one second, three, seven: all come at once when a server comes back.
pub const BACKLOG: u32 = 4_096;
/// Connections beyond those that hear why they get nothing.
pub const REFUSALS_MAX: usize = 64;
/// Sockets of one account; `--sockets-per-account-max`. A phone and its companions have one each, and for a moment another
/// where the network changes.
pub const SOCKETS_PER_ACCOUNT_MAX: usize = 32;
/// Sockets of one address that have not said Hello; `--greetings-per-address-max`. Hello takes milliseconds, so this is a
/// household's, or an office's, at the moment at which a server comes back.
pub const GREETINGS_PER_ADDRESS_MAX: usize = 64;
/// When those who found no place come back.
pub const FULL_RETRY_MS: u64 = 10_000;
/// A socket that has not said Hello by then is none.
pub const HELLO_WITHIN: Duration = Duration::from_secs(20);
/// The highest queue number that a client may say it has seen. The queue goes on behind it, so that it needs room to.
pub const QUEUE_SEQ_MAX: u64 = 1 << 48;
/// How long the head of a request may take, and how long a connection may wait for its next request.
pub const HEAD_WITHIN: Duration = Duration::from_secs(60);
/// How long what is written to a connection may wait for its other end to read some of it.
pub const READ_WITHIN: Duration = Duration::from_secs(120);
/// How long a TLS handshake may take.
pub const TLS_HANDSHAKE_WITHIN: Duration = Duration::from_secs(10);

/// One-time codes under way at once, whoever sends them.
pub const CODES_UNDER_WAY_MAX: usize = 16;
/// Of these, for one address (of IPv6: for a /64), so that a gateway that hangs does not give all places to whoever asks the most. The rate
/// limit factor multiplies it.
pub const CODES_UNDER_WAY_PER_ADDRESS_MAX: usize = 4;
/// How long a gateway or a mail server may take for one code.
pub const CODE_WITHIN: Duration = Duration::from_secs(15);

/// Connections of the operator's at once; others wait.
pub const ADMIN_CONNECTIONS_MAX: usize = 8;
/// Accounts in one answer to the operator.
pub const ACCOUNTS_TOLD_MAX: u32 = 1_000;
/// Bytes of an operator's request.
pub const ADMIN_REQUEST_LEN_MAX: u64 = 64 * 1024;
/// How long an operator's request may take to come.
pub const ADMIN_REQUEST_WITHIN: Duration = Duration::from_secs(10);

/// Units for calls; `--calls-units`. Each is a thread with a port.
pub const CALL_UNITS_MAX: usize = 64;
/// Words of clients that wait for one unit. Sockets that have more to say wait with them.
pub const CALL_WORDS_MAX: usize = 64;
/// Sayings of one unit that wait to be passed on. At it the unit hears no words until there is room.
pub const CALL_SAYINGS_MAX: usize = 1_024;
/// Datagrams that a unit takes before it sends what comes of them and looks at anything else.
pub const CALL_DATAGRAMS_A_TURN: usize = 64;
/// Bytes for one address that go in one call of the system, which takes at most some 65,500 at once.
pub const CALL_RUN_LEN_MAX: usize = 60_000;
/// The longest datagrams that go with others in one call of the system: what Ethernet carries, less the headers of IPv6 and UDP.
pub const CALL_RUN_SEGMENT_LEN_MAX: usize = 1_452;
/// What is asked of the operating system for datagrams that wait, each way, in bytes; it may grant less.
pub const CALL_SOCKET_BUFFER_LEN: usize = 4 * 1024 * 1024;
/// TCP connections of one unit.
pub const CALL_STREAMS_MAX: usize = 2_048;
/// TCP connections for calls of one address, to all units: a room's, of an office behind one address. The rate limit factor multiplies it.
pub const CALL_STREAMS_PER_ADDRESS_MAX: usize = 64;
/// TCP connections of one unit that wait to be taken.
pub const CALL_STREAM_BACKLOG: i32 = 128;
/// Frames that wait for one TCP connection; what comes then is dropped, as the network would.
pub const CALL_STREAM_FRAMES_MAX: usize = 256;
/// What TCP connections have brought and the unit has not looked at, in pieces of a few packets.
pub const CALL_STREAM_PACKETS_MAX: usize = 256;
/// Packets of a TCP connection in a row that are nobody's, at which it is closed.
pub const CALL_STREAM_REFUSED_MAX: u32 = 4;
/// A TCP connection from which nothing was taken for so long is closed. ICE checks every few seconds.
pub const CALL_STREAM_UNTAKEN_MAX: Duration = Duration::from_secs(20);
/// How long a frame may wait for the other end of a TCP connection to read.
pub const CALL_STREAM_WRITE_WITHIN: Duration = Duration::from_secs(10);
/// Connections of one participant to be relayed over TLS: one for each network of the machine that it is on, and for a moment another.
pub const TURN_CONNECTIONS_PER_PARTICIPANT_MAX: usize = 4;
/// A message to be relayed, with its head: a packet of a call and what names whom it is for, or a request with the longest names.
pub const TURN_MESSAGE_LEN_MAX: usize = 4_096;
/// Addresses of units that one such connection may send to. For each it has a socket of its own.
pub const TURN_UNITS_MAX: usize = 4;
/// Answers that wait for one such connection: whoever asks on and reads none is gone.
pub const TURN_ANSWERS_MAX: usize = 64;
/// Datagrams that wait for one such connection, on either side; what comes then is dropped, as the network would.
pub const TURN_DATAGRAMS_MAX: usize = 64;
/// A connection of TURN has no address for so long at most.
pub const TURN_AUTHENTICATED_WITHIN: Duration = Duration::from_secs(10);
/// How often it is looked whether somebody who is relayed for is still in the call.
pub const TURN_LOOK_EVERY: Duration = Duration::from_secs(5);
/// Calls in one answer to GetCalls.
pub const CALLS_TOLD_MAX: usize = 1_024;
/// Bytes of a session description that count as one word more. Reading them holds up the packets of everybody in the unit.
pub const CALL_SDP_LEN_A_WORD: usize = 8 * 1024;

/// How long a node has a room without renewing its claim. Whoever had it, and died, keeps others from opening it for so long.
pub const CALL_ROOM_LEASE: Duration = Duration::from_secs(10);
/// How often claims are renewed.
pub const CALL_ROOM_RENEW_EVERY: Duration = Duration::from_secs(3);
/// Rooms whose claims are renewed or given up in one transaction.
pub const CALL_ROOMS_A_STEP: usize = 512;
/// How often the members of all calls are looked at, and offers to those whose session is at another node are said again: words
/// between nodes may be lost.
pub const CALL_LOOK_EVERY: Duration = Duration::from_secs(15);
/// Words of other nodes that are being answered. Further ones wait in the bus, see `bus::BUS_WAITING_MAX`.
pub const CALL_NODE_ANSWERS_MAX: usize = 256;
/// How long another node may take to answer.
pub const CALL_NODE_ANSWER_WITHIN: Duration = Duration::from_secs(3);

/// Pushes under way at once.
pub const PUSHES_AT_ONCE_MAX: usize = 16;
/// Devices that wait to be pushed to; others find their messages when they connect.
pub const PUSH_DEVICES_MAX: usize = 10_000;
/// Notices that wait for one device; of older ones only how many they were is told.
pub const PUSH_NOTICES_MAX: usize = 6;
/// Between two pushes to one device: what comes meanwhile goes in one.
pub const PUSH_PAUSE: Duration = Duration::from_secs(1);
/// Between two calls that ring on one device.
pub const PUSH_CALL_PAUSE: Duration = Duration::from_secs(10);
/// After a push service did not take one, doubled each time.
pub const PUSH_RETRY: Duration = Duration::from_secs(2);
/// The longest that a push service can have us wait.
pub const PUSH_RETRY_MAX: Duration = Duration::from_secs(3_600);
/// Tries of one push after the first.
pub const PUSH_TRIES_MAX: u32 = 6;
/// How long a push service keeps a push for a browser that is away.
pub const PUSH_TTL: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// The same of what is urgent: a call that nobody heard is over by then.
pub const PUSH_URGENT_TTL: Duration = Duration::from_secs(45);

/// What is limited together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Codes, verification, registration: by address.
    Register,
    /// Challenges, sessions, sockets: by address.
    Session,
    /// The rendezvous: by address.
    Link,
    /// Look-ups of numbers: by account.
    LookUp,
    /// Claims of key packages: by account.
    Claim,
    /// Everything else that is authenticated: by account.
    Account,
    /// Changes of push subscriptions: by account.
    Push,
    /// Backups that are put: by account.
    Backup,
    /// Frames on the socket: by account.
    Frames,
    /// Joining calls, and asking which there are: by account. All of the group hear of it.
    CallJoins,
    /// What is said in calls: by account. Whoever comes and goes makes everybody else answer.
    CallWords,
}

/// Whether a call may wake those who are away, whatever they have muted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ring {
    /// It may.
    May,
    /// This account has done so too often in this chat.
    TooMany,
}

/// Calls by which one account wakes the people of one chat.
const RINGS: Allowance = Allowance { burst: 3, every_ms: 20_000 };

/// How many at once, and how long until one more.
struct Allowance {
    burst: u32,
    every_ms: u64,
}

impl Class {
    fn allowance(self) -> Allowance {
        match self {
            Self::Register => Allowance { burst: 120, every_ms: 10_000 },
            Self::Session => Allowance { burst: 300, every_ms: 200 },
            Self::Link => Allowance { burst: 240, every_ms: 250 },
            Self::LookUp => Allowance { burst: 120, every_ms: 2_000 },
            Self::Claim => Allowance { burst: 600, every_ms: 200 },
            Self::Account => Allowance { burst: 3_000, every_ms: 10 },
            Self::Push => Allowance { burst: 60, every_ms: 5_000 },
            Self::Backup => Allowance { burst: 30, every_ms: 60_000 },
            Self::Frames => Allowance { burst: 20_000, every_ms: 1 },
            Self::CallJoins => Allowance { burst: 60, every_ms: 2_000 },
            Self::CallWords => Allowance { burst: 600, every_ms: 50 },
        }
    }
}

/// All limits of a server.
pub struct Limits {
    by_address: [(Class, DefaultKeyedRateLimiter<IpAddr>); 3],
    by_account: [(Class, DefaultKeyedRateLimiter<AccountId>); 8],
    rings: DefaultKeyedRateLimiter<(AccountId, ChatId)>,
}

impl Limits {
    /// `factor` multiplies every allowance: set-ups that play many people from one address need it.
    pub fn new(factor: NonZeroU32) -> Self {
        fn limiter<K: Clone + std::hash::Hash + Eq>(
            allowance: &Allowance,
            factor: NonZeroU32,
        ) -> DefaultKeyedRateLimiter<K> {
            let every = Duration::from_millis(allowance.every_ms) / factor.get();
            let burst = NonZeroU32::new(allowance.burst).expect("the table has no zero").saturating_mul(factor);
            let quota = Quota::with_period(every.max(Duration::from_nanos(1))).expect("not zero");
            RateLimiter::keyed(quota.allow_burst(burst))
        }
        Self {
            by_address: [Class::Register, Class::Session, Class::Link]
                .map(|class| (class, limiter(&class.allowance(), factor))),
            by_account: [
                Class::LookUp,
                Class::Claim,
                Class::Account,
                Class::Push,
                Class::Backup,
                Class::Frames,
                Class::CallJoins,
                Class::CallWords,
            ]
            .map(|class| (class, limiter(&class.allowance(), factor))),
            rings: limiter(&RINGS, factor),
        }
    }

    /// Counts one request from an address.
    pub fn address(&self, class: Class, address: IpAddr) -> Result<(), Problem> {
        check(&self.by_address, class, &counted(address), NonZeroU32::MIN)
    }

    /// Counts one request of an account.
    pub fn account(&self, class: Class, account: AccountId) -> Result<(), Problem> {
        self.account_many(class, account, NonZeroU32::MIN)
    }

    /// Counts a request of an account that is as much as so many.
    pub fn account_many(&self, class: Class, account: AccountId, many: NonZeroU32) -> Result<(), Problem> {
        check(&self.by_account, class, &account, many)
    }

    /// Counts a call of an account in a chat.
    pub fn ring(&self, account: AccountId, chat: ChatId) -> Ring {
        if self.rings.check_key(&(account, chat)).is_ok() { Ring::May } else { Ring::TooMany }
    }

    /// Forgets those who have been quiet.
    pub fn sweep(&self) {
        self.by_address.iter().for_each(|(_, limiter)| limiter.retain_recent());
        self.by_account.iter().for_each(|(_, limiter)| limiter.retain_recent());
        self.rings.retain_recent();
    }
}

/// What of an address is counted. Of IPv6 it is the first 64 bits: a household has them all.
pub(crate) fn counted(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => IpAddr::V4(v4),
            None => IpAddr::V6((u128::from(v6) & (u128::MAX << 64)).into()),
        },
    }
}

fn check<K: Clone + std::hash::Hash + Eq>(
    limiters: &[(Class, DefaultKeyedRateLimiter<K>)],
    class: Class,
    key: &K,
    many: NonZeroU32,
) -> Result<(), Problem> {
    let Some((_, limiter)) = limiters.iter().find(|(c, _)| *c == class) else { return Ok(()) };
    // What is more than a burst has no time at which it would be taken.
    let checked = limiter.check_key_n(key, many).map_err(|_| Problem::too_many(u64::MAX))?;
    checked.map_err(|not_until| {
        let wait = not_until.wait_time_from(DefaultClock::default().now());
        // Rounded up: who comes back after no time at all is refused again.
        Problem::too_many(u64::try_from(wait.as_millis()).unwrap_or(u64::MAX).saturating_add(1))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_refused_when_its_burst_is_used_up_and_others_are_not() {
        let limits = Limits::new(NonZeroU32::MIN);
        let one: IpAddr = "2001:db8::1".parse().unwrap();
        let neighbour: IpAddr = "2001:db8::2".parse().unwrap();
        let other: IpAddr = "2001:db8:0:1::1".parse().unwrap();
        for _ in 0..Class::Register.allowance().burst {
            assert!(limits.address(Class::Register, one).is_ok());
        }
        assert!(limits.address(Class::Register, neighbour).is_err());
        assert!(limits.address(Class::Register, other).is_ok());
        assert!(limits.address(Class::Session, one).is_ok());
    }
}
