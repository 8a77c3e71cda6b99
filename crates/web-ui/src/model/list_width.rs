//! How wide the list pane is: within its limits, moved by the pointer or by keys. Knows no page.

/// What it is before anybody moved it, in pixels.
pub const DEFAULT_PX: u16 = 360;
/// The least.
pub const MIN_PX: u16 = 280;
/// The most.
pub const MAX_PX: u16 = 480;
/// By one press of an arrow key.
const STEP_PX: i32 = 16;

/// A width within the limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListWidth(u16);

/// What a key does to the divider between list and conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Move {
    /// Towards the conversation.
    Wider,
    /// Towards the rail.
    Narrower,
    /// As narrow as can be.
    Narrowest,
    /// As wide as can be.
    Widest,
}

impl ListWidth {
    /// The nearest within the limits.
    pub fn of_px(px: f64) -> Self {
        // NaN becomes 0, and that the least.
        Self((px.round() as u16).clamp(MIN_PX, MAX_PX))
    }

    /// What was remembered; anything else is the default.
    pub fn read(text: &str) -> Self {
        text.parse::<f64>().ok().filter(|px| px.is_finite()).map_or_else(Self::default, Self::of_px)
    }

    /// In pixels.
    pub fn px(self) -> u16 {
        self.0
    }

    /// After a key.
    pub fn moved(self, by: Move) -> Self {
        let px = i32::from(self.0);
        match by {
            Move::Wider => Self::of_px(f64::from(px + STEP_PX)),
            Move::Narrower => Self::of_px(f64::from(px - STEP_PX)),
            Move::Narrowest => Self(MIN_PX),
            Move::Widest => Self(MAX_PX),
        }
    }
}

impl Default for ListWidth {
    fn default() -> Self {
        Self(DEFAULT_PX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_stays_within_its_limits() {
        for px in [f64::NAN, -1.0, 0.0, 279.9, 280.0, 481.0, 1e9, f64::INFINITY] {
            assert!((MIN_PX..=MAX_PX).contains(&ListWidth::of_px(px).px()), "{px}");
        }
        assert_eq!(ListWidth::of_px(300.4).px(), 300);
        assert_eq!(ListWidth(MIN_PX).moved(Move::Narrower).px(), MIN_PX);
        assert_eq!(ListWidth(MAX_PX).moved(Move::Wider).px(), MAX_PX);
    }

    #[test]
    fn what_cannot_be_read_is_the_default() {
        for text in ["", "wide", "NaN", "inf"] {
            assert_eq!(ListWidth::read(text), ListWidth::default(), "{text}");
        }
        assert_eq!(ListWidth::read("400").px(), 400);
    }
}
