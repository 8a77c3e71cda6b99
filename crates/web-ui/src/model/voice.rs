//! How loud a voice was, in as few steps as a message carries. Knows no microphone.

/// Steps of a waveform, as `MediaFacts::waveform` has them.
const STEPS: usize = 64;
/// A note ends here, an hour: nobody forgets a microphone for a day.
pub const LENGTH_MS_MAX: u64 = 3_600_000;

/// The loudest of samples around 128, from 0 to 255.
pub fn loudest(samples: &[u8]) -> u8 {
    let peak = samples.iter().map(|sample| sample.abs_diff(128)).max().unwrap_or_default();
    peak.saturating_mul(2)
}

/// What was heard, in at most twice as many steps as are sent: when they are full, two become one. So an hour takes no more room than a word.
#[derive(Debug, Clone, Default)]
pub struct Loudness {
    steps: Vec<u8>,
    /// Looks that make one step, and how many of the next one there are.
    looks: u32,
    some: u32,
    loud: u8,
}

impl Loudness {
    /// One more look.
    pub fn hear(&mut self, loud: u8) {
        self.looks = self.looks.max(1);
        self.loud = self.loud.max(loud);
        self.some += 1;
        if self.some < self.looks {
            return;
        }
        self.steps.push(self.loud);
        (self.some, self.loud) = (0, 0);
        if self.steps.len() == 2 * STEPS {
            self.steps = self.steps.chunks(2).map(|two| two.iter().copied().max().unwrap_or_default()).collect();
            self.looks *= 2;
        }
    }

    /// In at most `STEPS` steps; the loudest is 255, but for silence.
    pub fn waveform(&self) -> Vec<u8> {
        let width = self.steps.len().div_ceil(STEPS).max(1);
        let steps: Vec<u8> =
            self.steps.chunks(width).map(|some| some.iter().copied().max().unwrap_or_default()).collect();
        // What is all but silent stays so: its noise is no voice.
        let most = steps.iter().copied().max().unwrap_or_default();
        if most < 8 {
            return steps;
        }
        steps.iter().map(|step| (u32::from(*step) * 255 / u32::from(most)) as u8).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_around_the_middle_are_silence() {
        assert_eq!((loudest(&[]), loudest(&[128, 128]), loudest(&[0, 128]), loudest(&[128, 255])), (0, 0, 255, 254));
    }

    #[test]
    fn a_long_note_has_as_few_steps_as_a_short_one_and_keeps_its_loud_places() {
        for looks in [0, 1, 63, 64, 127, 128, 129, 1_000, 72_000] {
            let mut loudness = Loudness::default();
            for look in 0..looks {
                loudness.hear(if look == looks / 2 { 200 } else { 20 });
            }
            let waveform = loudness.waveform();
            assert!(waveform.len() <= STEPS && waveform.is_empty() == (looks == 0), "{looks}: {}", waveform.len());
            assert!(looks == 0 || looks >= 2 * STEPS || waveform.len() * 2 >= looks.min(STEPS), "{looks}");
            let loud = waveform.iter().filter(|step| **step == 255).count();
            // The last, unfinished step is not among them.
            assert!(looks < 2 || loud == 1, "{looks}: {loud} loud places");
        }
    }

    #[test]
    fn silence_is_not_made_loud() {
        let mut loudness = Loudness::default();
        for look in 0..50 {
            loudness.hear(look % 3);
        }
        assert!(loudness.waveform().iter().all(|step| *step < 8));
    }
}
