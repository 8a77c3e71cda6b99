//! Who is large in a call, and how well somebody's connection is: of what was measured, without a page.

/// So loud is somebody who speaks; quieter is a room.
const SPOKEN: f32 = 0.03;
/// What was heard fades by this at each look,
const FADES: f32 = 0.7;
/// and another one has to be louder by so much: nobody jumps to the front by a cough.
const LOUDER: f32 = 1.5;

/// Who speaks now: stays with whoever spoke last until another one is clearly louder.
#[derive(Debug, Clone, Default)]
pub struct Speaker {
    heard: Vec<(u64, f32)>,
    now: Option<u64>,
}

impl Speaker {
    /// Takes how loud everybody is, from 0 to 1; a few times a second.
    pub fn hears(&mut self, levels: &[(u64, f32)]) -> Option<u64> {
        let before = |who: u64| self.heard.iter().find(|(other, _)| *other == who).map_or(0.0, |(_, score)| *score);
        self.heard = levels.iter().map(|(who, level)| (*who, before(*who) * FADES + level * (1.0 - FADES))).collect();
        let score_of = |who: u64| self.heard.iter().find(|(other, _)| *other == who).map(|(_, score)| *score);
        let present = self.now.and_then(score_of);
        let loudest = self.heard.iter().copied().max_by(|(_, one), (_, other)| one.total_cmp(other));
        match (loudest, present) {
            (Some((who, score)), Some(present)) if score > SPOKEN && score > present * LOUDER => self.now = Some(who),
            (_, Some(_)) => {}
            (Some((who, score)), None) if score > SPOKEN => self.now = Some(who),
            (_, None) => self.now = None,
        }
        self.now
    }
}

/// How well a connection is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Quality {
    #[default]
    Good,
    /// What is said may be cut now and then.
    Weak,
    /// Hardly anything comes through.
    Bad,
}

impl Quality {
    /// Of so many packets lost of all, and so long a way there and back.
    pub fn of(loss: f64, round_trip_ms: f64) -> Self {
        match (loss, round_trip_ms) {
            (loss, _) if loss > 0.12 => Self::Bad,
            (_, round_trip_ms) if round_trip_ms > 1_000.0 => Self::Bad,
            (loss, round_trip_ms) if loss > 0.04 || round_trip_ms > 400.0 => Self::Weak,
            _ => Self::Good,
        }
    }
}

/// Packets of a line until now: browsers count from the beginning, and what is of interest is what came since the last look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counted {
    pub received: u64,
    pub lost: u64,
}

impl Counted {
    /// The share that was lost since then; nothing where too little came to tell.
    pub fn loss_since(self, before: Self) -> f64 {
        const ENOUGH: u64 = 20;
        let (received, lost) = (self.received.saturating_sub(before.received), self.lost.saturating_sub(before.lost));
        if received + lost < ENOUGH { 0.0 } else { lost as f64 / (received + lost) as f64 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(speaker: &mut Speaker, looks: usize, levels: &[(u64, f32)]) -> Option<u64> {
        (0..looks).map(|_| speaker.hears(levels)).last().flatten()
    }

    #[test]
    fn whoever_speaks_is_large_and_stays_so_through_pauses() {
        let mut speaker = Speaker::default();
        assert_eq!(after(&mut speaker, 5, &[(1, 0.0), (2, 0.01)]), None, "a quiet room");
        assert_eq!(after(&mut speaker, 5, &[(1, 0.4), (2, 0.01)]), Some(1));
        assert_eq!(after(&mut speaker, 50, &[(1, 0.0), (2, 0.01)]), Some(1), "nobody else has said anything");
        assert_eq!(after(&mut speaker, 5, &[(1, 0.0), (2, 0.3)]), Some(2));
    }

    #[test]
    fn a_cough_and_a_second_voice_of_the_same_loudness_change_nothing() {
        let mut speaker = Speaker::default();
        after(&mut speaker, 10, &[(1, 0.4), (2, 0.0)]);
        assert_eq!(speaker.hears(&[(1, 0.4), (2, 0.9)]), Some(1));
        assert_eq!(after(&mut speaker, 20, &[(1, 0.4), (2, 0.45)]), Some(1));
    }

    #[test]
    fn who_has_left_is_not_large() {
        let mut speaker = Speaker::default();
        assert_eq!(after(&mut speaker, 10, &[(1, 0.4), (2, 0.0)]), Some(1));
        assert_eq!(after(&mut speaker, 10, &[(2, 0.0)]), None);
        // Whoever spoke a moment ago is, instead.
        after(&mut speaker, 10, &[(1, 0.4), (2, 0.1)]);
        assert_eq!(after(&mut speaker, 1, &[(2, 0.0)]), Some(2));
    }

    #[test]
    fn loss_and_long_ways_are_told() {
        let table = [
            (0.0, 50.0, Quality::Good),
            (0.05, 50.0, Quality::Weak),
            (0.0, 500.0, Quality::Weak),
            (0.2, 50.0, Quality::Bad),
            (0.0, 1_500.0, Quality::Bad),
        ];
        for (loss, round_trip_ms, quality) in table {
            assert_eq!(Quality::of(loss, round_trip_ms), quality, "{loss} {round_trip_ms}");
        }
    }

    #[test]
    fn only_what_came_since_the_last_look_counts() {
        let before = Counted { received: 1_000, lost: 500 };
        assert_eq!(Counted { received: 1_090, lost: 510 }.loss_since(before), 0.1);
        assert_eq!(Counted { received: 1_001, lost: 502 }.loss_since(before), 0.0, "three packets are too few");
        assert_eq!(Counted::default().loss_since(before), 0.0, "another connection counts anew");
    }
}
