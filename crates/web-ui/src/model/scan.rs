//! Finds a QR code in a camera's picture. Each frame is tried one way, frame after frame in turn: the whole picture
//! made smaller, its middle as it is, its middle made larger, its middle turned a little; so that a code is read whether it fills the
//! picture or a third of it, and held straight or askew.

/// A picture in shades of grey, row by row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grey {
    /// Pixels in a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// One byte a pixel.
    pub pixels: Vec<u8>,
}

/// A part of the picture, in per cent of its smaller side around the middle (0: all of it), the width it is brought to, and
/// how far it is turned.
#[derive(Debug, Clone, Copy)]
struct Attempt {
    crop_percent: usize,
    width: usize,
    degrees: f32,
}

impl Attempt {
    /// A telephone that stands still shows the same picture again: what was not read in one round is looked at a little larger and turned a
    /// little in the next.
    fn in_round(self, round: usize) -> Self {
        let turned = [0.0, 3.0, -3.0, 6.0, -6.0].get(round % 5).copied().unwrap_or(0.0);
        Self { width: self.width + round * 36 % 180, degrees: self.degrees + turned, ..self }
    }
}

const ATTEMPTS: [Attempt; 8] = [
    Attempt { crop_percent: 100, width: 600, degrees: 0.0 },
    Attempt { crop_percent: 60, width: 640, degrees: 0.0 },
    Attempt { crop_percent: 0, width: 1_000, degrees: 0.0 },
    Attempt { crop_percent: 40, width: 600, degrees: 0.0 },
    Attempt { crop_percent: 60, width: 640, degrees: 15.0 },
    Attempt { crop_percent: 60, width: 640, degrees: -15.0 },
    Attempt { crop_percent: 100, width: 640, degrees: 15.0 },
    Attempt { crop_percent: 100, width: 640, degrees: -15.0 },
];

impl Grey {
    /// From red, green, blue, alpha bytes, as a canvas gives them. `None` where the length does not fit.
    pub fn from_rgba(width: usize, height: usize, rgba: &[u8]) -> Option<Self> {
        if width.checked_mul(height)?.checked_mul(4)? != rgba.len() {
            return None;
        }
        let shade = |pixel: &[u8]| match pixel {
            [r, g, b, ..] => {
                u8::try_from((u32::from(*r) * 77 + u32::from(*g) * 150 + u32::from(*b) * 29) >> 8).unwrap_or(u8::MAX)
            }
            _ => 0,
        };
        Some(Self { width, height, pixels: rgba.chunks_exact(4).map(shade).collect() })
    }

    /// The texts of the codes in this picture, tried in the way of the `number`th frame.
    pub fn find(&self, number: usize) -> Vec<String> {
        let Some(attempt) = ATTEMPTS.get(number % ATTEMPTS.len()) else { return Vec::new() };
        let attempt = attempt.in_round(number / ATTEMPTS.len());
        if self.width < 32 || self.height < 32 || self.pixels.len() != self.width * self.height {
            return Vec::new();
        }
        let part = self.part(attempt);
        let mut prepared = rqrr::PreparedImage::prepare_from_greyscale(part.width, part.height, |x, y| part.at(x, y));
        prepared.detect_grids().into_iter().filter_map(|grid| grid.decode().ok()).map(|(_, text)| text).collect()
    }

    fn part(&self, attempt: Attempt) -> Self {
        let side = self.width.min(self.height) * attempt.crop_percent / 100;
        let (wide, high) = if attempt.crop_percent == 0 { (self.width, self.height) } else { (side, side) };
        let (left, top) = ((self.width - wide) / 2, (self.height - high) / 2);
        let width = attempt.width.min(wide * 2);
        let height = (high * width / wide).max(1);
        let mut pixels = Vec::with_capacity(width * height);
        let (step_x, step_y) = (wide as f32 / width as f32, high as f32 / height as f32);
        let (sin, cos) = attempt.degrees.to_radians().sin_cos();
        let (middle_x, middle_y) = (left as f32 + wide as f32 / 2.0, top as f32 + high as f32 / 2.0);
        for y in 0..height {
            let down = y as f32 * step_y - high as f32 / 2.0;
            for x in 0..width {
                let right = x as f32 * step_x - wide as f32 / 2.0;
                pixels.push(self.sample(
                    (middle_x + cos * right - sin * down).max(0.0),
                    (middle_y + sin * right + cos * down).max(0.0),
                    step_x,
                ));
            }
        }
        Self { width, height, pixels }
    }

    /// The mean of a small square where the picture shrinks, a blend of four neighbours where it grows.
    fn sample(&self, x: f32, y: f32, step: f32) -> u8 {
        let (x0, y0) = (x as usize, y as usize);
        if step > 1.0 {
            let side = (step.round() as usize).max(1);
            let sum: usize = (0..side * side).map(|at| usize::from(self.at(x0 + at % side, y0 + at / side))).sum();
            return u8::try_from(sum / (side * side)).unwrap_or(u8::MAX);
        }
        let (fx, fy) = (x - x0 as f32, y - y0 as f32);
        let row = |y| f32::from(self.at(x0, y)) * (1.0 - fx) + f32::from(self.at(x0 + 1, y)) * fx;
        (row(y0) * (1.0 - fy) + row(y0 + 1) * fy) as u8
    }

    fn at(&self, x: usize, y: usize) -> u8 {
        let (x, y) = (x.min(self.width.saturating_sub(1)), y.min(self.height.saturating_sub(1)));
        self.pixels.get(y * self.width + x).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use fast_qr::qr::QRBuilder;

    const TEXT: &str = "HG1:ABCDEFGHIJKLMNOPQRSTUVWXYZ234567ABCDEFGHIJKLMNOPQRSTUVWXYZ234567ABCDEFGHIJKLMNOPQRSTUVWXYZ234567ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    /// A camera's picture of a screen: a dark page with a white card and the code, turned and blurred.
    fn picture(share: f32, degrees: f32, blur: usize) -> Grey {
        let code = QRBuilder::new(TEXT).build().expect("the text fits");
        let (width, height) = (1_280_usize, 720_usize);
        let side = share * height as f32;
        let module = side / (code.size as f32 + 8.0);
        let (sin, cos) = degrees.to_radians().sin_cos();
        let mut pixels = Vec::with_capacity(width * height);
        for y in 0..height {
            for x in 0..width {
                let (dx, dy) = (x as f32 - width as f32 / 2.0, y as f32 - height as f32 / 2.0);
                let (u, v) = (cos * dx + sin * dy, cos * dy - sin * dx);
                let (mx, my) = ((u + side / 2.0) / module - 4.0, (v + side / 2.0) / module - 4.0);
                let inside = |m: f32| m >= 0.0 && m < code.size as f32;
                let on_card = u.abs() < side / 2.0 && v.abs() < side / 2.0;
                let dark = on_card && inside(mx) && inside(my) && code[my as usize][mx as usize].value();
                pixels.push(if dark {
                    31
                } else if on_card {
                    250
                } else {
                    60 + ((x / 40 + y / 40) % 2) as u8 * 90
                });
            }
        }
        let sharp = Grey { width, height, pixels };
        if blur == 0 {
            return sharp;
        }
        let mut blurred = sharp.clone();
        for y in 0..height {
            for x in 0..width {
                let span = 2 * blur + 1;
                let sum: usize = (0..span * span)
                    .map(|at| {
                        usize::from(
                            sharp.at((x + at % span).saturating_sub(blur), (y + at / span).saturating_sub(blur)),
                        )
                    })
                    .sum();
                blurred.pixels[y * width + x] = (sum / (span * span)) as u8;
            }
        }
        blurred
    }

    #[track_caller]
    fn check(share: f32, degrees: f32, blur: usize) {
        let picture = picture(share, degrees, blur);
        let found = (0..ATTEMPTS.len()).any(|number| picture.find(number).iter().any(|text| text == TEXT));
        assert!(found, "share {share}, {degrees} degrees, blur {blur}");
    }

    #[test]
    fn a_picture_that_stays_is_looked_at_in_other_ways() {
        let first = ATTEMPTS[0].in_round(0);
        assert_eq!((first.width, first.degrees), (ATTEMPTS[0].width, ATTEMPTS[0].degrees));
        let ways: std::collections::BTreeSet<String> =
            (0..5).map(|round| format!("{:?}", ATTEMPTS[0].in_round(round))).collect();
        assert_eq!(ways.len(), 5);
        let picture = picture(0.5, 0.0, 1);
        for round in 0..5 {
            let found = (0..ATTEMPTS.len())
                .any(|way| picture.find(round * ATTEMPTS.len() + way).iter().any(|text| text == TEXT));
            assert!(found, "round {round}");
        }
    }

    #[test]
    fn a_large_code_is_read() {
        check(0.95, 0.0, 0);
        check(0.7, 0.0, 1);
    }

    #[test]
    fn a_tilted_code_is_read() {
        check(0.7, 15.0, 1);
        check(0.5, -15.0, 1);
    }

    #[test]
    fn a_small_tilted_blurred_code_is_read() {
        check(0.3, 0.0, 1);
        check(0.3, 15.0, 0);
        check(0.4, 15.0, 1);
        check(0.3, -15.0, 1);
    }

    #[test]
    fn pictures_without_a_code_and_odd_sizes_give_nothing() {
        for (width, height) in [(0, 0), (1, 1), (33, 500), (640, 480)] {
            let grey = Grey { width, height, pixels: vec![128; width * height] };
            assert!((0..ATTEMPTS.len()).all(|number| grey.find(number).is_empty()));
        }
        assert!(Grey { width: 100, height: 100, pixels: vec![0; 5] }.find(0).is_empty());
        assert_eq!(Grey::from_rgba(10, 10, &[0; 399]), None);
    }
}
