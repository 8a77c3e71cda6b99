//! Whose packet is it: by the address that it comes from, and for who is new by the user fragment that its STUN request
//! names (RFC 8445). Keeps nothing of strangers, so that floods from unknown addresses cost a look-up each.

use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use std::time::Instant;

use crate::limits::{ADDRESS_PAUSE, ADDRESSES_MAX};
use crate::says::ParticipantId;

/// How a packet came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Transport {
    /// As a datagram.
    Udp,
    /// In a frame of a TCP connection, see [`Deframer`](crate::framing::Deframer).
    Tcp,
}

/// One end of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Flow {
    pub(crate) transport: Transport,
    pub(crate) source: SocketAddr,
}

#[derive(Debug, Default)]
pub(crate) struct Routes {
    by_flow: HashMap<Flow, ParticipantId>,
    by_fragment: HashMap<String, ParticipantId>,
    of: HashMap<ParticipantId, Own>,
}

#[derive(Debug, Default)]
struct Own {
    flows: VecDeque<Flow>,
    fragments: VecDeque<String>,
    /// Flows of before a restart of ICE, from which the client has not been heard by its new fragment. Until there is a path
    /// by that they are its own.
    unheard: Vec<Flow>,
    /// Those that were not heard by then.
    left_behind: Vec<Flow>,
    last_added: Option<Instant>,
}

impl Own {
    /// The flow is not, or no more, one that is left.
    fn keeps(&mut self, flow: Flow) {
        self.unheard.retain(|unheard| *unheard != flow);
        self.left_behind.retain(|left| *left != flow);
    }
}

/// The present user fragment, and the one before: after an ICE restart checks of both are on the way.
const FRAGMENTS_MAX: usize = 2;

impl Routes {
    pub(crate) fn by_flow(&self, flow: Flow) -> Option<ParticipantId> {
        self.by_flow.get(&flow).copied()
    }

    pub(crate) fn by_fragment(&self, fragment: &str) -> Option<ParticipantId> {
        self.by_fragment.get(fragment).copied()
    }

    /// The participant's packets name this user fragment from now on. If they named another, those that are on the way still
    /// do, and come from where it was.
    pub(crate) fn add_fragment(&mut self, who: ParticipantId, fragment: String) {
        if self.by_fragment.insert(fragment.clone(), who).is_some() {
            return;
        }
        let own = self.of.entry(who).or_default();
        own.fragments.push_back(fragment);
        own.unheard = own.flows.iter().copied().collect();
        if own.fragments.len() > FRAGMENTS_MAX
            && let Some(oldest) = own.fragments.pop_front()
        {
            self.by_fragment.remove(&oldest);
        }
    }

    /// The participant has a path by its newest fragment: checks by those before are nobody's from now on, and addresses from
    /// which none by the newest came are no longer its own.
    pub(crate) fn end_fragments_before(&mut self, who: ParticipantId) {
        let Some(own) = self.of.get_mut(&who) else { return };
        let ended = own.fragments.len().saturating_sub(1);
        for fragment in own.fragments.drain(..ended) {
            self.by_fragment.remove(&fragment);
        }
        own.left_behind.append(&mut own.unheard);
    }

    /// A check by this fragment, with the right password, came from an address that its owner has had before.
    pub(crate) fn stays(&mut self, flow: Flow, fragment: &str) {
        if let Some(own) = self.by_flow.get(&flow).and_then(|who| self.of.get_mut(who))
            && own.fragments.back().is_some_and(|newest| newest == fragment)
        {
            own.keeps(flow);
        }
    }

    /// Its owner has a path by new credentials of ICE, and was not heard there since: whoever proves to be there now may have it, as
    /// addresses of networks that were left are given to others.
    pub(crate) fn is_left_behind(&self, flow: Flow) -> bool {
        let owner = self.by_flow.get(&flow).and_then(|who| self.of.get(who));
        owner.is_some_and(|own| own.left_behind.contains(&flow))
    }

    /// The participant proved to be at this address. False if it has too many already, and had the last a moment ago.
    pub(crate) fn add_flow(&mut self, who: ParticipantId, flow: Flow, now: Instant) -> bool {
        let own = self.of.entry(who).or_default();
        if own.flows.len() >= ADDRESSES_MAX {
            if own.last_added.is_some_and(|last| now < last + ADDRESS_PAUSE) {
                return false;
            }
            if let Some(oldest) = own.flows.pop_front() {
                own.keeps(oldest);
                self.by_flow.remove(&oldest);
            }
        }
        own.flows.push_back(flow);
        own.last_added = Some(now);
        if let Some(before) = self.by_flow.insert(flow, who)
            && let Some(other) = self.of.get_mut(&before)
            && before != who
        {
            other.flows.retain(|kept| *kept != flow);
            other.keeps(flow);
        }
        true
    }

    /// Forgets a participant; its flows are returned.
    pub(crate) fn remove(&mut self, who: ParticipantId) -> VecDeque<Flow> {
        let Some(own) = self.of.remove(&who) else { return VecDeque::new() };
        for fragment in &own.fragments {
            self.by_fragment.remove(fragment);
        }
        for flow in &own.flows {
            self.by_flow.remove(flow);
        }
        own.flows
    }

    #[cfg(test)]
    fn len(&self) -> usize {
        self.by_flow.len() + self.by_fragment.len() + self.of.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHO: ParticipantId = ParticipantId(1);

    fn flow(port: u16) -> Flow {
        Flow { transport: Transport::Udp, source: SocketAddr::from(([192, 0, 2, 1], port)) }
    }

    #[test]
    fn who_invents_addresses_has_few_and_slowly() {
        let (mut routes, now) = (Routes::default(), Instant::now());
        let added = (1..=1_000).filter(|port| routes.add_flow(WHO, flow(*port), now)).count();
        assert_eq!(added, ADDRESSES_MAX);
        assert!(routes.add_flow(WHO, flow(2_000), now + ADDRESS_PAUSE));
        assert_eq!((routes.by_flow(flow(1)), routes.by_flow(flow(2_000))), (None, Some(WHO)));
        assert_eq!(routes.by_flow.len(), ADDRESSES_MAX);
    }

    #[test]
    fn a_restart_keeps_the_fragment_before_and_no_older() {
        let mut routes = Routes::default();
        for fragment in ["a", "b", "c"] {
            routes.add_fragment(WHO, fragment.to_owned());
        }
        assert_eq!(routes.by_fragment("a"), None);
        assert_eq!((routes.by_fragment("b"), routes.by_fragment("c")), (Some(WHO), Some(WHO)));
    }

    #[test]
    fn nothing_stays_of_who_is_gone() {
        let (mut routes, now) = (Routes::default(), Instant::now());
        routes.add_fragment(WHO, "a".to_owned());
        routes.add_flow(WHO, flow(1), now);
        routes.add_flow(ParticipantId(2), flow(1), now);
        assert_eq!(routes.by_flow(flow(1)), Some(ParticipantId(2)));
        assert!(routes.remove(WHO).is_empty());
        assert_eq!(routes.remove(ParticipantId(2)), [flow(1)]);
        assert_eq!(routes.len(), 0);
    }
}
