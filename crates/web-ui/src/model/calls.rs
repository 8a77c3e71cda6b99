//! Who is seen in a call, and how large.

use client_api::{AccountId, CallPerson, CallTrack};

/// Somebody else in a call, with the lines of what they send.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Tile {
    pub participant: u64,
    pub account: AccountId,
    pub title: String,
    pub pictures: Vec<String>,
    pub sounds: Vec<String>,
}

/// One for each device in the call but the own one, in the order of their coming; tracks of nobody who is there are shown nowhere.
pub fn tiles(people: &[CallPerson], tracks: &[CallTrack], own: u64) -> Vec<Tile> {
    let lines = |person: &CallPerson, video: bool| {
        let of_person = |track: &&CallTrack| {
            track.participant == person.participant
                && (track.account, track.device) == (person.account, person.device)
                && track.video == video
        };
        let mut lines: Vec<&CallTrack> = tracks.iter().filter(of_person).collect();
        // What was added last is what they want to be looked at: a screen, as a rule.
        lines.sort_by_key(|track| std::cmp::Reverse(track.origin_mid.parse::<u32>().unwrap_or(0)));
        lines.into_iter().map(|track| track.mid.clone()).collect()
    };
    let others = people.iter().filter(|person| person.participant != own);
    others
        .map(|person| Tile {
            participant: person.participant,
            account: person.account,
            title: person.title.clone(),
            pictures: lines(person, true),
            sounds: lines(person, false),
        })
        .collect()
}

/// Who else has raised a hand, as they are called.
pub fn raised_hands(people: &[CallPerson], own: u64) -> Vec<String> {
    let is_raised = |person: &&CallPerson| person.participant != own && person.signs.is_some_and(|signs| signs.hand);
    people.iter().filter(is_raised).map(|person| person.title.clone()).collect()
}

/// So loud is somebody who speaks; quieter is a room.
const SPOKEN: f32 = 0.03;
/// Looks that count, four a second: of the last five seconds
const LOOKS: u32 = 20;
/// so many with something spoken are no cough and no "I would like to…".
const LOOKS_SPOKEN: u32 = 8;

/// Whether somebody has spoken for a while.
#[derive(Debug, Clone, Copy, Default)]
pub struct Speech {
    /// The newest look is the lowest bit.
    looks: u32,
}

impl Speech {
    /// Takes how loud it is, from 0 to 1, and tells.
    pub fn hears(&mut self, level: f32) -> bool {
        self.looks = (self.looks << 1 | u32::from(level > SPOKEN)) & ((1 << LOOKS) - 1);
        self.looks.count_ones() >= LOOKS_SPOKEN
    }
}

/// The layer of pictures that is large enough where so many people are seen: 3 is the largest.
pub fn layer_of(people: usize) -> u8 {
    match people {
        0..=1 => 3,
        2..=4 => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use client_api::CallSigns;

    fn person(participant: u64, account: u8) -> CallPerson {
        let account = AccountId([account; 16]);
        CallPerson { participant, account, device: 1, title: format!("{participant}"), own: false, signs: None }
    }

    fn track(mid: &str, participant: u64, account: u8, video: bool) -> CallTrack {
        let account = AccountId([account; 16]);
        let origin_mid = u32::from(mid.as_bytes()[0] - b'a').to_string();
        CallTrack { mid: mid.to_owned(), participant, account, device: 1, origin_mid, video }
    }

    #[test]
    fn everybody_else_has_a_tile_with_what_they_send() {
        let people = [person(1, 1), person(2, 2), person(3, 3)];
        let tracks = [track("a", 2, 2, false), track("b", 2, 2, true), track("c", 2, 2, true), track("d", 3, 3, false)];
        let shown = tiles(&people, &tracks, 1);
        let lines: Vec<_> =
            shown.iter().map(|tile| (tile.participant, tile.pictures.join(""), tile.sounds.join(""))).collect();
        assert_eq!(lines, [(2, "cb".to_owned(), "a".to_owned()), (3, String::new(), "d".to_owned())]);
    }

    #[test]
    fn a_track_under_anothers_name_is_nobodys() {
        let shown = tiles(&[person(2, 2)], &[track("a", 2, 3, true), track("b", 4, 2, true)], 1);
        assert!(shown[0].pictures.is_empty());
    }

    #[test]
    fn hands_are_those_of_others_that_are_raised() {
        let with_hand = |participant: u64, hand: bool| {
            let signs = Some(CallSigns { microphone: true, camera: true, hand });
            CallPerson { signs, ..person(participant, 1) }
        };
        let people = [with_hand(1, true), with_hand(2, true), with_hand(3, false), person(4, 4)];
        assert_eq!(raised_hands(&people, 1), ["2"]);
    }

    #[test]
    fn who_has_spoken_for_two_seconds_of_five_has_spoken() {
        fn after(levels: impl IntoIterator<Item = f32>) -> Option<usize> {
            let mut speech = Speech::default();
            levels.into_iter().position(|level| speech.hears(level))
        }
        assert_eq!(after([0.2].into_iter().cycle().take(100)), Some(7));
        // A cough, and a room that is never quiet.
        assert_eq!(after((0..100).map(|at| if at % 20 < 4 { 0.9 } else { 0.01 })), None);
        assert_eq!(after([0.02].into_iter().cycle().take(100)), None);
        // Pauses between words.
        assert!(after((0..100).map(|at| if at % 3 < 2 { 0.1 } else { 0.0 })).is_some());
    }

    #[test]
    fn the_more_are_seen_the_smaller_they_are() {
        assert_eq!([0, 1, 2, 4, 5, 31].map(layer_of), [3, 3, 2, 2, 1, 1]);
    }
}
