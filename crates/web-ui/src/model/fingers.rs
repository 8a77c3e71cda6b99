//! What fingers, or a mouse's button, do on a picture: one moves it, two make it larger or smaller. Knows no page.

/// Those that are down, by the browser's numbers, and where.
#[derive(Debug, Clone, Default)]
pub struct Fingers(Vec<(i32, (f64, f64))>);

/// What a movement does.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Touch {
    /// How many times as large.
    pub zoom: f64,
    /// How far it goes aside, in pixels.
    pub x: f64,
    /// As `x`, downwards.
    pub y: f64,
}

impl Fingers {
    /// One comes down; a third does nothing.
    pub fn down(&mut self, finger: i32, at: (f64, f64)) {
        self.up(finger);
        if self.0.len() < 2 {
            self.0.push((finger, at));
        }
    }

    /// One is lifted, or lost.
    pub fn up(&mut self, finger: i32) {
        self.0.retain(|(id, _)| *id != finger);
    }

    /// One moves; `None` for one that is not down.
    pub fn moved(&mut self, finger: i32, to: (f64, f64)) -> Option<Touch> {
        let at = self.0.iter().position(|(id, _)| *id == finger)?;
        let other = self.0.iter().find(|(id, _)| *id != finger).map(|(_, at)| *at);
        let from = std::mem::replace(&mut self.0.get_mut(at)?.1, to);
        let (x, y) = (to.0 - from.0, to.1 - from.1);
        let Some(other) = other else { return Some(Touch { zoom: 1.0, x, y }) };
        let distance = |at: (f64, f64)| (at.0 - other.0).hypot(at.1 - other.1).max(1.0);
        // The middle between them goes half as far.
        Some(Touch { zoom: distance(to) / distance(from), x: x / 2.0, y: y / 2.0 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_moves_and_two_make_larger() {
        let mut fingers = Fingers::default();
        assert_eq!(fingers.moved(1, (5.0, 5.0)), None, "a pointer that only passes over it");
        fingers.down(1, (0.0, 0.0));
        assert_eq!(fingers.moved(1, (3.0, 4.0)), Some(Touch { zoom: 1.0, x: 3.0, y: 4.0 }));
        fingers.down(2, (3.0, 104.0));
        fingers.down(3, (9.0, 9.0));
        assert_eq!(fingers.moved(2, (3.0, 204.0)), Some(Touch { zoom: 2.0, x: 0.0, y: 50.0 }));
        assert_eq!(fingers.moved(3, (0.0, 0.0)), None);
        fingers.up(1);
        assert_eq!(fingers.moved(2, (3.0, 4.0)), Some(Touch { zoom: 1.0, x: 0.0, y: -200.0 }));
    }
}
