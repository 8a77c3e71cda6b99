//! What goes out in one turn of a unit, by destination: runs of datagrams that the system takes in one call. Has no socket: whoever
//! owns it says how one is sent.

use crate::limits::{CALL_RUN_LEN_MAX, CALL_RUN_SEGMENT_LEN_MAX};
use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;

/// See the module.
#[derive(Default)]
pub(super) struct Runs {
    waiting: BTreeMap<SocketAddr, Run>,
    /// Whose turn it is first: the one for whom the system had no room the last time.
    first: Option<SocketAddr>,
    outcome: Outcome,
}

/// Datagrams for one address, one after the other: all of one length, but the last, which may be shorter.
#[derive(Default)]
struct Run {
    bytes: Vec<u8>,
    segment_len: usize,
    count: usize,
    is_over: bool,
}

/// Datagrams since somebody asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Outcome {
    pub(super) sent: u64,
    /// The network had no room, or no way.
    pub(super) dropped: u64,
}

/// One call of the system: where to, the bytes, and the length of each datagram if they are several.
pub(super) type Send<'a> = dyn FnMut(SocketAddr, &[u8], Option<usize>) -> io::Result<()> + 'a;

impl Runs {
    /// Has a datagram sent, at the latest with the next [`Self::flush`]; to each address in this order. At most so many datagrams
    /// go in one call.
    pub(super) fn push(&mut self, destination: SocketAddr, bytes: Vec<u8>, segments_max: usize, send: &mut Send<'_>) {
        let run = self.waiting.entry(destination).or_default();
        if run.takes(bytes.len(), segments_max) {
            run.add(bytes);
            return;
        }
        let before = std::mem::take(run);
        run.add(bytes);
        self.send(destination, &before, send);
    }

    /// Sends all that was pushed. What became of the datagrams since the last time.
    pub(super) fn flush(&mut self, send: &mut Send<'_>) -> Outcome {
        let mut before = std::mem::take(&mut self.waiting);
        let first = self.first.take().map_or_else(BTreeMap::new, |first| before.split_off(&first));
        for (destination, run) in first.into_iter().chain(before) {
            self.send(destination, &run, send);
        }
        std::mem::take(&mut self.outcome)
    }

    fn send(&mut self, destination: SocketAddr, run: &Run, send: &mut Send<'_>) {
        let whole = send(destination, &run.bytes, (run.count > 1).then_some(run.segment_len));
        let sent = match whole {
            Ok(()) => run.count,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                self.first.get_or_insert(destination);
                0
            }
            // A system or a card that does not cut up, and says so now only. If it is something else, the first one says it again.
            Err(_) if run.count > 1 => {
                let segments = run.bytes.chunks(run.segment_len);
                segments.take_while(|segment| send(destination, segment, None).is_ok()).count()
            }
            Err(_) => 0,
        };
        self.outcome.sent += sent as u64;
        self.outcome.dropped += (run.count - sent) as u64;
    }
}

impl Run {
    fn takes(&self, len: usize, segments_max: usize) -> bool {
        self.count == 0
            || (!self.is_over
                && len <= self.segment_len
                && self.segment_len <= CALL_RUN_SEGMENT_LEN_MAX
                && self.count < segments_max
                && self.bytes.len() + len <= CALL_RUN_LEN_MAX)
    }

    fn add(&mut self, bytes: Vec<u8>) {
        if self.count == 0 {
            self.segment_len = bytes.len();
        }
        self.is_over = bytes.len() < self.segment_len;
        self.count += 1;
        // Mostly it is the only one.
        if self.bytes.is_empty() {
            self.bytes = bytes;
        } else {
            self.bytes.extend_from_slice(&bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEGMENTS_MAX: usize = 64;

    fn address(last: u8) -> SocketAddr {
        SocketAddr::from(([192, 0, 2, last], 5_000))
    }

    /// A system that takes all; the calls: where to, how many bytes, cut up into what.
    fn calls_of(pushed: &[(u8, usize)]) -> Vec<(SocketAddr, usize, Option<usize>)> {
        let (mut runs, mut calls) = (Runs::default(), Vec::new());
        let mut send = |destination, bytes: &[u8], segment_len| {
            calls.push((destination, bytes.len(), segment_len));
            Ok(())
        };
        for (last, len) in pushed {
            runs.push(address(*last), vec![0; *len], SEGMENTS_MAX, &mut send);
        }
        assert_eq!(runs.flush(&mut send), Outcome { sent: pushed.len() as u64, dropped: 0 });
        calls
    }

    #[test]
    fn what_is_for_one_address_goes_in_one_call_until_it_is_as_long_as_it_may_be() {
        assert_eq!(
            calls_of(&[(1, 900), (2, 900), (1, 900), (1, 40), (2, 900)]),
            [(address(1), 1_840, Some(900)), (address(2), 1_800, Some(900)),]
        );
        let many = calls_of(&[(1, 1_000); 2 * CALL_RUN_LEN_MAX / 1_000 + 1]);
        assert_eq!(
            many.iter().map(|(_, len, _)| *len).collect::<Vec<_>>(),
            [CALL_RUN_LEN_MAX, CALL_RUN_LEN_MAX, 1_000]
        );
        let small = calls_of(&[(1, 10); 2 * SEGMENTS_MAX]);
        assert_eq!(small, [(address(1), 10 * SEGMENTS_MAX, Some(10)); 2]);
    }

    /// Some systems take a run of such for a mistake, and cut nothing up from then on.
    #[test]
    fn what_no_path_carries_whole_goes_alone() {
        let long = CALL_RUN_SEGMENT_LEN_MAX + 1;
        let calls =
            calls_of(&[(1, long), (1, long), (1, 100), (1, CALL_RUN_SEGMENT_LEN_MAX), (1, CALL_RUN_SEGMENT_LEN_MAX)]);
        let whole = 2 * CALL_RUN_SEGMENT_LEN_MAX;
        let expected = [(long, None), (long, None), (100, None), (whole, Some(CALL_RUN_SEGMENT_LEN_MAX))];
        assert_eq!(calls, expected.map(|(len, segment_len)| (address(1), len, segment_len)));
    }

    /// A network for which every turn is too much: so many calls of each are taken.
    #[test]
    fn where_there_is_no_room_it_is_not_always_the_same_who_get_nothing() {
        let (mut runs, mut got) = (Runs::default(), BTreeMap::<SocketAddr, usize>::new());
        for _ in 0..9 {
            let mut room = 2;
            let mut send = |destination, _: &[u8], _| {
                if room == 0 {
                    return Err(io::ErrorKind::WouldBlock.into());
                }
                room -= 1;
                *got.entry(destination).or_default() += 1;
                Ok(())
            };
            for last in 1..=6 {
                runs.push(address(last), vec![0; 100], SEGMENTS_MAX, &mut send);
            }
            assert_eq!(runs.flush(&mut send), Outcome { sent: 2, dropped: 4 });
        }
        assert_eq!(got, (1..=6).map(|last| (address(last), 3)).collect());
    }

    #[test]
    fn a_system_that_cuts_nothing_up_is_given_one_datagram_after_the_other() {
        let (mut runs, mut sent) = (Runs::default(), Vec::new());
        let mut send = |_, bytes: &[u8], segment_len: Option<usize>| {
            if segment_len.is_some() {
                return Err(io::ErrorKind::InvalidInput.into());
            }
            sent.push(bytes.to_vec());
            Ok(())
        };
        for (byte, len) in [(1, 500), (2, 500), (3, 60)] {
            runs.push(address(1), vec![byte; len], SEGMENTS_MAX, &mut send);
        }
        assert_eq!(runs.flush(&mut send), Outcome { sent: 3, dropped: 0 });
        assert_eq!(sent, [vec![1; 500], vec![2; 500], vec![3; 60]]);
    }

    #[test]
    fn an_address_to_which_there_is_no_way_costs_two_calls() {
        let (mut runs, mut calls) = (Runs::default(), 0);
        let mut send = |_, _: &[u8], _| {
            calls += 1;
            Err(io::ErrorKind::NetworkUnreachable.into())
        };
        for _ in 0..50 {
            runs.push(address(1), vec![0; 100], SEGMENTS_MAX, &mut send);
        }
        assert_eq!(runs.flush(&mut send), Outcome { sent: 0, dropped: 50 });
        assert_eq!(calls, 2);
    }
}
