//! What is done to a photo before it is sent: turned, mirrored, cut and drawn on, in the order in which it was done; and the frame by which
//! it is cut. Knows no canvas.

/// The shorter side that a cut leaves, in pixels, where there are so many.
const SIDE_MIN: f64 = 32.0;
/// Deeds of one photo; the oldest stay.
pub const DEEDS_MAX: usize = 500;
/// Places of one line.
pub const POINTS_MAX: usize = 4_096;

/// One deed. Places are pixels of the photo as it is by then.
#[derive(Debug, Clone, PartialEq)]
pub enum Deed {
    /// By a quarter, clockwise.
    Turn,
    /// Left for right.
    Mirror,
    /// All but this is cut off.
    Cut(Frame),
    /// A line is drawn.
    Draw(Line),
}

/// A line of a pen.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// As style sheets write it.
    pub colour: &'static str,
    /// In pixels.
    pub width: f64,
    /// At least one.
    pub points: Vec<(f64, f64)>,
}

/// The photo's size after these deeds.
pub fn size_after(mut size: (f64, f64), deeds: &[Deed]) -> (f64, f64) {
    for deed in deeds {
        match deed {
            Deed::Turn => size = (size.1, size.0),
            Deed::Cut(frame) => size = (frame.width.round().max(1.0), frame.height.round().max(1.0)),
            Deed::Mirror | Deed::Draw(_) => {}
        }
    }
    size
}

/// What a cut leaves.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Frame {
    /// From the left.
    pub x: f64,
    /// From above.
    pub y: f64,
    /// Pixels.
    pub width: f64,
    /// Pixels.
    pub height: f64,
}

/// A corner of the frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Corner {
    /// Above, left.
    TopLeft,
    /// Above, right.
    TopRight,
    /// Below, left.
    BottomLeft,
    /// Below, right.
    BottomRight,
}

/// Of the frame's sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Shape {
    /// Any.
    #[default]
    Free,
    /// One as long as the other.
    Square,
}

impl Frame {
    /// All of a photo of this size; of a square the middle.
    pub fn of((width, height): (f64, f64), shape: Shape) -> Self {
        match shape {
            Shape::Free => Self { x: 0.0, y: 0.0, width, height },
            Shape::Square => {
                let side = width.min(height);
                Self { x: (width - side) / 2.0, y: (height - side) / 2.0, width: side, height: side }
            }
        }
    }

    /// Drawn aside, and not over the photo's edge.
    pub fn moved(self, (x, y): (f64, f64), (width, height): (f64, f64)) -> Self {
        let x = (self.x + x).clamp(0.0, (width - self.width).max(0.0));
        let y = (self.y + y).clamp(0.0, (height - self.height).max(0.0));
        Self { x, y, ..self }
    }

    /// One corner drawn, while the other one stays; not over the photo's edge, nor to nothing.
    pub fn drawn(self, corner: Corner, (x, y): (f64, f64), (width, height): (f64, f64), shape: Shape) -> Self {
        let (left, top) = (
            matches!(corner, Corner::TopLeft | Corner::BottomLeft),
            matches!(corner, Corner::TopLeft | Corner::TopRight),
        );
        let (right, bottom) = (self.x + self.width, self.y + self.height);
        let room = (if left { right } else { width - self.x }, if top { bottom } else { height - self.y });
        let grown = |side: f64, by: f64, backwards: bool, room: f64| {
            (side + if backwards { -by } else { by }).clamp(SIDE_MIN.min(room), room)
        };
        let (mut new_width, mut new_height) = (grown(self.width, x, left, room.0), grown(self.height, y, top, room.1));
        if shape == Shape::Square {
            let side = if x.abs() >= y.abs() { new_width } else { new_height };
            let side = side.min(room.0).min(room.1);
            (new_width, new_height) = (side, side);
        }
        Self {
            x: if left { right - new_width } else { self.x },
            y: if top { bottom - new_height } else { self.y },
            width: new_width,
            height: new_height,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_size_follows_what_was_done() {
        let cut = Deed::Cut(Frame { x: 1.0, y: 2.0, width: 30.4, height: 20.0 });
        assert_eq!(size_after((100.0, 50.0), &[Deed::Turn]), (50.0, 100.0));
        assert_eq!(size_after((100.0, 50.0), &[Deed::Turn, cut, Deed::Turn, Deed::Mirror]), (20.0, 30.0));
    }

    #[test]
    fn a_corner_is_drawn_and_the_other_stays() {
        let all = Frame::of((100.0, 80.0), Shape::Free);
        let cut = all.drawn(Corner::TopLeft, (10.0, 20.0), (100.0, 80.0), Shape::Free);
        assert_eq!(cut, Frame { x: 10.0, y: 20.0, width: 90.0, height: 60.0 });
        let square = Frame::of((100.0, 80.0), Shape::Square);
        assert_eq!(square, Frame { x: 10.0, y: 0.0, width: 80.0, height: 80.0 });
        let smaller = square.drawn(Corner::BottomRight, (-30.0, 0.0), (100.0, 80.0), Shape::Square);
        assert_eq!(smaller, Frame { x: 10.0, y: 0.0, width: 50.0, height: 50.0 });
    }

    fn corners() -> impl Strategy<Value = Corner> {
        prop_oneof![Just(Corner::TopLeft), Just(Corner::TopRight), Just(Corner::BottomLeft), Just(Corner::BottomRight)]
    }

    proptest! {
        /// However it is drawn: it lies within the photo, is something, and a square stays one.
        #[test]
        fn a_frame_stays_within_its_photo(
            size in (1_u32..4_000, 1_u32..4_000),
            square in any::<bool>(),
            pulls in proptest::collection::vec((proptest::option::of(corners()), -5_000_i32..5_000, -5_000_i32..5_000), 1..20),
        ) {
            let size = (f64::from(size.0), f64::from(size.1));
            let shape = if square { Shape::Square } else { Shape::Free };
            let mut frame = Frame::of(size, shape);
            for (corner, x, y) in pulls {
                let by = (f64::from(x), f64::from(y));
                frame = match corner {
                    Some(corner) => frame.drawn(corner, by, size, shape),
                    None => frame.moved(by, size),
                };
                prop_assert!(frame.x >= -1e-6 && frame.y >= -1e-6 && frame.width > 0.0 && frame.height > 0.0, "{:?}", frame);
                prop_assert!(frame.x + frame.width <= size.0 + 1e-6 && frame.y + frame.height <= size.1 + 1e-6, "{:?}", frame);
                prop_assert!(!square || (frame.width - frame.height).abs() < 1e-6, "{:?}", frame);
            }
        }
    }
}
