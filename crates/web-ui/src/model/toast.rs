//! How long a toast stays: its time is what somebody could read of it. Knows no toast.

/// A toast that nobody holds stays this long.
pub const TOAST_MS: u64 = 6_000;

/// A pointer that has rested on a toast for this long was left there.
const POINTING_MS: u64 = 60_000;

/// What is around a toast when its time is over.
#[derive(Debug, Clone, Copy)]
pub struct Around {
    /// The page can be seen.
    pub visible: bool,
    /// The keyboard is in this page, and in a toast.
    pub focused: bool,
    /// The pointer lies on a toast.
    pub hovered: bool,
    /// Since the pointer last moved over one; `None`: never, the toast came up under it.
    pub pointed_ms_ago: Option<u64>,
}

/// What becomes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It goes.
    Goes,
    /// Somebody holds it: its time begins again.
    Stays,
    /// Nobody could see it: its time begins again when somebody can.
    Waits,
}

/// At the end of a toast's time.
pub fn fate(around: Around) -> Fate {
    let pointed = around.hovered && around.pointed_ms_ago.is_some_and(|ago| ago < POINTING_MS);
    match around {
        Around { visible: false, .. } => Fate::Waits,
        Around { focused: true, .. } => Fate::Stays,
        _ if pointed => Fate::Stays,
        _ => Fate::Goes,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALONE: Around = Around { visible: true, focused: false, hovered: false, pointed_ms_ago: None };

    #[test]
    fn a_toast_stays_for_whoever_is_there_and_for_nobody_else() {
        let pointed = |ago| Around { hovered: true, pointed_ms_ago: Some(ago), ..ALONE };
        for (around, wanted) in [
            (ALONE, Fate::Goes),
            (Around { focused: true, ..ALONE }, Fate::Stays),
            (pointed(0), Fate::Stays),
            (pointed(POINTING_MS - 1), Fate::Stays),
            (pointed(POINTING_MS), Fate::Goes),
            (Around { hovered: true, ..ALONE }, Fate::Goes),
            (Around { hovered: false, ..pointed(0) }, Fate::Goes),
            (Around { visible: false, ..ALONE }, Fate::Waits),
            (Around { visible: false, ..pointed(0) }, Fate::Waits),
        ] {
            assert_eq!(fate(around), wanted, "{around:?}");
        }
    }
}
