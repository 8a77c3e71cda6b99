//! Who of a room is heard: everybody while few have a microphone, else the loudest. Levels are what publishers claim in the
//! headers of their packets (RFC 6464), as the sound itself is sealed. Knows neither packets nor connections.

use std::collections::BTreeMap;
use std::time::Instant;

use crate::limits::{HEARD_ALL_MAX, SPEAKER_KEEPS, SPEAKER_RESTS_AFTER, SPEAKERS_MAX};
use crate::says::ParticipantId;

/// Levels are in dB relative to the loudest that can be, from -127 (digital silence) to 0.
const SILENCE: i32 = -127;
/// From here on somebody speaks. A quiet voice near a microphone has some -45, a quiet room some -65.
const VOICE: i32 = -50;
/// How much louder than the quietest of those who speak somebody has to be to take the place from them, in dB.
const LOUDER_BY: i32 = 6;
/// What a voice is taken to lose between two syllables, in dB a second.
const DECAY_A_SECOND: u128 = 20;

/// Who in a room has a microphone, and who of them is heard.
#[derive(Debug, Default)]
pub(crate) struct Speakers(BTreeMap<ParticipantId, Voice>);

#[derive(Debug, Default)]
struct Voice {
    /// The loudest of late: level and time.
    peak: Option<(i32, Instant)>,
    spoke: Option<Instant>,
    /// Has one of the places, since then.
    place: Option<Instant>,
    is_heard: bool,
    /// How often it began to be heard.
    turns: u32,
}

impl Speakers {
    /// Has a microphone, or another sound, from now on.
    pub(crate) fn add(&mut self, who: ParticipantId) {
        self.0.entry(who).or_default();
    }

    /// Has none any more. A place becomes free.
    pub(crate) fn remove(&mut self, who: ParticipantId) {
        self.0.remove(&who);
    }

    /// A packet of somebody's sound: in which of their turns it is heard, or None if it is not heard. With another turn a
    /// receiver's numbers have to go on as if nothing had been left out. Whoever claims no level counts as a little quieter than
    /// any voice: a free place is theirs, and they give way to all who speak.
    pub(crate) fn hear(&mut self, who: ParticipantId, level: Option<i8>, now: Instant) -> Option<u32> {
        let level = level.map_or(VOICE - 1, i32::from).clamp(SILENCE, 0);
        self.0.get_mut(&who)?.note(level, now);
        let are_few = self.0.len() <= HEARD_ALL_MAX;
        if !are_few {
            self.give_places(who, level, now);
        }
        let voice = self.0.get_mut(&who)?;
        let is_heard = are_few || voice.place.is_some();
        voice.turns = voice.turns.wrapping_add(u32::from(is_heard && !voice.is_heard));
        voice.is_heard = is_heard;
        is_heard.then_some(voice.turns)
    }

    /// Gives somebody who makes a sound a place, if one is free or its owner gives way.
    fn give_places(&mut self, who: ParticipantId, level: i32, now: Instant) {
        let has_place = self.0.get(&who).is_some_and(|voice| voice.place.is_some());
        if has_place || level <= SILENCE {
            return;
        }
        let placed = self.0.iter().filter(|(_, voice)| voice.place.is_some());
        if placed.clone().count() >= SPEAKERS_MAX {
            // Who does not speak at present gives way first.
            let Some((quietest, voice)) = placed.min_by_key(|(_, voice)| (!voice.rests(now), voice.level(now))) else {
                return;
            };
            if !voice.gives_way(level, now) {
                return;
            }
            let quietest = *quietest;
            if let Some(voice) = self.0.get_mut(&quietest) {
                voice.place = None;
                voice.is_heard = false;
            }
        }
        if let Some(voice) = self.0.get_mut(&who) {
            voice.place = Some(now);
        }
    }
}

impl Voice {
    fn note(&mut self, level: i32, now: Instant) {
        if level >= self.level(now) {
            self.peak = Some((level, now));
        }
        if level >= VOICE {
            self.spoke = Some(now);
        }
    }

    /// How loud it is taken to be: as loud as at its last peak, and less the longer ago that is.
    fn level(&self, now: Instant) -> i32 {
        let Some((peak, at)) = self.peak else { return SILENCE };
        let lost = now.saturating_duration_since(at).as_millis() * DECAY_A_SECOND / 1_000;
        peak.saturating_sub(i32::try_from(lost).unwrap_or(i32::MAX)).max(SILENCE)
    }

    fn rests(&self, now: Instant) -> bool {
        self.spoke.is_none_or(|spoke| now >= spoke + SPEAKER_RESTS_AFTER)
    }

    fn gives_way(&self, level: i32, now: Instant) -> bool {
        let is_kept = self.place.is_some_and(|since| now < since + SPEAKER_KEEPS);
        let is_louder = level >= self.level(now).saturating_add(LOUDER_BY);
        (self.rests(now) && level >= VOICE) || (is_louder && !is_kept)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::time::Duration;

    /// A call in which a packet of each comes every 20 ms.
    struct Call {
        speakers: Speakers,
        now: Instant,
    }

    fn call(people: u64) -> Call {
        let mut speakers = Speakers::default();
        (1..=people).for_each(|id| speakers.add(ParticipantId(id)));
        Call { speakers, now: Instant::now() }
    }

    impl Call {
        /// For so long people are this loud, and all others silent: who was heard at the end.
        fn sounds(&mut self, time: Duration, loud: &[(u64, i8)]) -> Vec<u64> {
            let mut heard = Vec::new();
            for _ in 0..time.as_millis() / 20 {
                heard =
                    self.sounds_once(|id| loud.iter().find(|(who, _)| *who == id).map_or(-127, |(_, level)| *level));
            }
            heard
        }

        fn sounds_once(&mut self, level: impl Fn(u64) -> i8) -> Vec<u64> {
            self.now += Duration::from_millis(20);
            let people: Vec<_> = self.speakers.0.keys().copied().collect();
            let hears = |who: &ParticipantId| self.speakers.hear(*who, Some(level(who.0)), self.now).is_some();
            people.into_iter().filter(hears).map(|who| who.0).collect()
        }
    }

    const SECOND: Duration = Duration::from_secs(1);
    const PACKET: Duration = Duration::from_millis(20);

    #[test]
    fn few_are_all_heard_whatever_they_claim() {
        let mut call = call(3);
        assert_eq!(call.sounds(SECOND, &[]), [1, 2, 3]);
        call.speakers.add(ParticipantId(4));
        assert_eq!(call.sounds(SECOND, &[]), []);
        call.speakers.remove(ParticipantId(1));
        assert_eq!(call.sounds(PACKET, &[]), [2, 3, 4]);
    }

    #[test]
    fn whoever_starts_is_heard_with_the_first_packet_and_in_pauses_nobody_is_cut_off() {
        let mut call = call(32);
        assert_eq!(call.sounds(PACKET, &[(9, -30)]), [9]);
        assert_eq!(call.sounds(10 * SECOND, &[]), [9]);
        assert_eq!(call.sounds(PACKET, &[(9, -30), (4, -30), (7, -30)]), [4, 7, 9]);
        // They fall silent; a fourth begins, and takes the place of who has been silent the longest.
        assert_eq!(call.sounds(2 * SECOND, &[(4, -30), (7, -30)]), [4, 7, 9]);
        assert_eq!(call.sounds(PACKET, &[(4, -30), (7, -30), (2, -45)]), [2, 4, 7]);
    }

    #[test]
    fn of_many_who_speak_the_loudest_three_are_heard() {
        let mut call = call(8);
        call.sounds(SECOND, &[(1, -40), (2, -40), (3, -40)]);
        call.sounds(SECOND, &[(1, -40), (2, -40), (3, -40), (4, -20), (5, -10), (6, -30)]);
        let heard = call.sounds(3 * SECOND, &[(1, -40), (2, -40), (3, -40), (4, -20), (5, -10), (6, -30)]);
        assert_eq!(heard, [4, 5, 6]);
    }

    #[test]
    fn voices_of_about_the_same_loudness_do_not_take_each_others_places() {
        let mut call = call(5);
        let mut before = call.sounds(SECOND, &[(1, -30), (2, -30), (3, -30)]);
        // Syllables: the four are now loud, now not, each in a rhythm of its own, and the fourth a little louder.
        for at in 0..500u64 {
            let level =
                |id: u64| if id > 4 || (at / (5 + id)).is_multiple_of(2) { -80 } else { -31 + i8::from(id == 4) };
            let heard = call.sounds_once(level);
            assert_eq!(heard, before, "at {at}");
            before = heard;
        }
    }

    #[test]
    fn a_place_is_kept_for_a_while_however_loud_the_next_one_is() {
        let mut call = call(5);
        call.sounds(2 * SECOND, &[(1, -20), (2, -20)]);
        assert_eq!(call.sounds(PACKET, &[(1, -20), (2, -20), (3, -45)]), [1, 2, 3]);
        let loud = [(1, -20), (2, -20), (3, -45), (4, 0)];
        assert_eq!(call.sounds(SPEAKER_KEEPS - 2 * PACKET, &loud), [1, 2, 3]);
        assert_eq!(call.sounds(3 * PACKET, &loud), [1, 2, 4]);
    }

    #[test]
    fn who_claims_no_level_is_heard_where_there_is_room_and_gives_way() {
        let mut call = call(5);
        let nothing = |call: &mut Call| call.speakers.hear(ParticipantId(1), None, call.now);
        assert_eq!(nothing(&mut call), Some(1));
        call.sounds_once(|id| if (2..=3).contains(&id) { -30 } else { -127 });
        for _ in 0..100 {
            assert_eq!(nothing(&mut call), Some(1));
            call.sounds(PACKET, &[(2, -30), (3, -30)]);
        }
        assert_eq!(call.sounds(2 * PACKET, &[(2, -30), (3, -30), (4, -30)]), [2, 3, 4]);
        assert_eq!(nothing(&mut call), None);
    }

    #[test]
    fn three_who_claim_no_level_keep_out_nobody_who_speaks_and_not_each_other_in_turns() {
        let mut call = call(6);
        let nothing = |call: &mut Call, id| call.speakers.hear(ParticipantId(id), None, call.now).is_some();
        for _ in 0..200 {
            assert_eq!([1, 2, 3, 4].map(|id| nothing(&mut call, id)), [true, true, true, false]);
            call.now += PACKET;
        }
        assert!(call.speakers.hear(ParticipantId(5), Some(-50), call.now).is_some());
    }

    #[test]
    fn each_time_somebody_is_heard_again_it_is_another_turn() {
        let mut call = call(5);
        let turn = |call: &mut Call| call.speakers.hear(ParticipantId(1), Some(-30), call.now);
        assert_eq!((turn(&mut call), turn(&mut call)), (Some(1), Some(1)));
        call.sounds(2 * SECOND, &[(2, -30), (3, -30), (4, -30)]);
        assert_eq!(turn(&mut call), None);
        call.now += 2 * SPEAKER_RESTS_AFTER;
        assert_eq!(turn(&mut call), Some(2));
        (2..=3).for_each(|id| call.speakers.remove(ParticipantId(id)));
        assert_eq!(turn(&mut call), Some(2), "all are heard now, and this one was before");
    }

    proptest! {
        #[test]
        fn no_more_have_a_place_than_there_are(
            steps in prop::collection::vec((1..9u64, prop::option::of(any::<i8>()), 0..2_000u64, 0..20u8), 1..300)
        ) {
            let mut call = call(8);
            for (id, level, ms, what) in steps {
                call.now += Duration::from_millis(ms);
                match what {
                    0 => call.speakers.remove(ParticipantId(id)),
                    1 => call.speakers.add(ParticipantId(id)),
                    _ => {
                        let heard = call.speakers.hear(ParticipantId(id), level, call.now).is_some();
                        let has_place = call.speakers.0.get(&ParticipantId(id)).map(|voice| voice.place.is_some());
                        let are_few = call.speakers.0.len() <= HEARD_ALL_MAX;
                        prop_assert_eq!(heard, has_place.is_some_and(|has_place| has_place || are_few));
                    }
                }
                let places = call.speakers.0.values().filter(|voice| voice.place.is_some()).count();
                prop_assert!(places <= SPEAKERS_MAX);
                prop_assert!(call.speakers.0.values().all(|voice| voice.is_heard || voice.place.is_none()));
            }
        }
    }
}
