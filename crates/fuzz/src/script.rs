//! Input read as instructions. Most decoders behind a signature or a key refuse every byte string but those that somebody made
//! for them; so a stateful target's input says which real value to take and what to change about it, or gives bytes of its own.
//! Real values are made anew in each process: a script stays good when the format behind it changes.

/// Longest value of one instruction.
const VALUE_LEN_MAX: usize = 64 * 1024;
/// Changes of one value.
const EDITS_MAX: u8 = 8;

/// What is left of an input.
pub(crate) struct Script<'a> {
    rest: &'a [u8],
}

impl<'a> Script<'a> {
    pub(crate) fn new(input: &'a [u8]) -> Self {
        Self { rest: input }
    }

    /// The next byte; 0 behind the end.
    pub(crate) fn byte(&mut self) -> u8 {
        self.next().unwrap_or(0)
    }

    /// The next byte, as long as there is one.
    pub(crate) fn next(&mut self) -> Option<u8> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*first)
    }

    pub(crate) fn short(&mut self) -> u16 {
        u16::from_be_bytes([self.byte(), self.byte()])
    }

    pub(crate) fn long(&mut self) -> u64 {
        (0..8).fold(0, |number, _| (number << 8) | u64::from(self.byte()))
    }

    /// Up to so many bytes.
    pub(crate) fn take(&mut self, len: usize) -> &'a [u8] {
        let (taken, rest) = self.rest.split_at(len.min(self.rest.len()));
        self.rest = rest;
        taken
    }

    /// A text behind its length, below `len_end` bytes.
    pub(crate) fn text(&mut self, len_end: u8) -> String {
        let len = usize::from(self.byte() % len_end);
        String::from_utf8_lossy(self.take(len)).into_owned()
    }

    /// All that is left.
    pub(crate) fn rest(&mut self) -> &'a [u8] {
        self.take(usize::MAX)
    }

    /// Bytes behind their length.
    pub(crate) fn own(&mut self) -> Vec<u8> {
        let len = usize::from(self.short()).min(VALUE_LEN_MAX);
        self.take(len).to_vec()
    }

    /// One of these values with up to [`EDITS_MAX`] changes, or, where the choice is 255 or there is none, bytes of its own.
    pub(crate) fn value(&mut self, values: &[Vec<u8>]) -> Vec<u8> {
        let choice = self.byte();
        let Some(value) = chosen(values, choice).filter(|_| choice != u8::MAX) else { return self.own() };
        let mut value = value.clone();
        for _ in 0..self.byte() % (EDITS_MAX + 1) {
            self.edit(&mut value, values);
        }
        value.truncate(VALUE_LEN_MAX);
        value
    }

    fn edit(&mut self, value: &mut Vec<u8>, values: &[Vec<u8>]) {
        let kind = self.byte();
        let at = usize::from(self.short()) % (value.len() + 1);
        let byte = self.byte();
        match kind % 7 {
            0 => value.iter_mut().skip(at).take(1).for_each(|target| *target = byte),
            1 => value.iter_mut().skip(at).take(1).for_each(|target| *target ^= 1 << (byte % 8)),
            2 => value.truncate(at),
            3 => _ = value.splice(at..at, std::iter::repeat_n(byte, usize::from(byte) + 1)),
            4 => _ = value.drain(at..(at + usize::from(byte)).min(value.len())),
            // What stands there as a length is made enormous.
            5 => value.iter_mut().skip(at).take(4).for_each(|target| *target = u8::MAX),
            _ => {
                let other = chosen(values, byte).and_then(|other| other.get(at..)).unwrap_or_default().to_vec();
                value.truncate(at);
                value.extend(other);
            }
        }
    }
}

/// The value of a choice; `None` where there are none.
pub(crate) fn chosen<T>(values: &[T], choice: u8) -> Option<&T> {
    values.get(usize::from(choice).checked_rem(values.len())?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_taken_as_it_is_changed_or_given() {
        let values = [b"first".to_vec(), b"second".to_vec()];
        for (script, value) in [
            (&[1, 0][..], &b"second"[..]),
            (&[3, 0], b"second"),
            (&[0, 1, 0, 0, 0, b't'], b"tirst"),
            (&[0, 1, 2, 0, 2, 0], b"fi"),
            (&[0, 2, 2, 0, 2, 0, 6, 0, 2, 1], b"ficond"),
            (&[255, 0, 3, b'o', b'w', b'n'], b"own"),
            (&[255, 9, 9, b'o'], b"o"),
            (&[], b"first"),
        ] {
            assert_eq!(Script::new(script).value(&values), value, "{script:?}");
        }
        assert_eq!(Script::new(&[0, 0, 1, b'x']).value(&[]), b"x");
    }
}
