//! What a telephone's camera would see of a screen: the pixels of a screenshot, smaller, turned, out of focus. Written as the video
//! that Chromium plays for a camera. Knows nothing of codes, and reads none.

use anyhow::{Context, Result};
use image::codecs::jpeg::JpegEncoder;
use image::{Rgb, RgbImage};
use std::f32::consts::PI;
use std::fs;
use std::path::{Path, PathBuf};

/// As the app asks a camera for.
const WIDTH: u32 = 1_280;
const HEIGHT: u32 = 720;
/// A second or so of standing still; Chromium plays it in a loop.
const FRAMES: usize = 30;
/// A cheap camera's.
const JPEG_QUALITY: u8 = 80;
/// The wall behind the screen.
const WALL: Rgb<u8> = Rgb([96, 90, 84]);

/// A part of a screenshot, in its pixels.
#[derive(Debug, Clone, Copy)]
pub struct Area {
    /// Left edge.
    pub x: f32,
    /// Upper edge.
    pub y: f32,
    /// From left to right.
    pub width: f32,
    /// From top to bottom.
    pub height: f32,
}

/// How the telephone is held.
#[derive(Debug, Clone, Copy)]
pub struct Hold {
    /// The height of what is aimed at, as a share of the picture's height.
    pub share: f32,
    /// Turned clockwise.
    pub degrees: f32,
    /// Out of focus by so many pixels to each side.
    pub blur: u32,
}

/// The film that a browser's camera shows. Read anew each time that a page opens the camera.
pub struct Camera {
    film: PathBuf,
}

impl Camera {
    /// A camera that looks at a wall.
    pub fn new(film: PathBuf) -> Result<Self> {
        let camera = Self { film };
        camera.look_away()?;
        Ok(camera)
    }

    /// At the wall again: what was aimed at is not read once more.
    pub fn look_away(&self) -> Result<()> {
        self.play(&RgbImage::from_pixel(WIDTH, HEIGHT, WALL))
    }

    /// Where the film lies.
    pub fn film(&self) -> &Path {
        &self.film
    }

    /// Aims at a part of a screenshot (a PNG); what lies around it is in the picture too.
    pub fn aim(&self, screenshot: &[u8], at: Area, hold: Hold) -> Result<()> {
        let screen = image::load_from_memory(screenshot)?.into_rgb8();
        self.play(&blurred(&seen(&screen, at, hold), hold.blur))
    }

    fn play(&self, frame: &RgbImage) -> Result<()> {
        let mut one = Vec::new();
        JpegEncoder::new_with_quality(&mut one, JPEG_QUALITY).encode_image(frame)?;
        // Chromium must never read half a film.
        let unfinished = self.film.with_extension("part");
        fs::write(&unfinished, one.repeat(FRAMES))?;
        fs::rename(&unfinished, &self.film).with_context(|| format!("cannot write {}", self.film.display()))
    }
}

/// The screen from where the telephone is held, sharp.
fn seen(screen: &RgbImage, at: Area, hold: Hold) -> RgbImage {
    let scale = at.height / (hold.share * HEIGHT as f32);
    let (middle_x, middle_y) = (at.x + at.width / 2.0, at.y + at.height / 2.0);
    let (sin, cos) = (hold.degrees * PI / 180.0).sin_cos();
    RgbImage::from_fn(WIDTH, HEIGHT, |x, y| {
        let (right, down) = (x as f32 + 0.5 - WIDTH as f32 / 2.0, y as f32 + 0.5 - HEIGHT as f32 / 2.0);
        let on_screen_x = middle_x + (cos * right + sin * down) * scale;
        let on_screen_y = middle_y + (cos * down - sin * right) * scale;
        sample(screen, on_screen_x, on_screen_y, scale)
    })
}

/// The mean of the square of the screen that one pixel of the camera covers.
fn sample(screen: &RgbImage, x: f32, y: f32, side: f32) -> Rgb<u8> {
    const STEPS: u8 = 4;
    let mut sum = [0.0_f32; 3];
    for step_y in 0..STEPS {
        for step_x in 0..STEPS {
            let at = |middle: f32, step: u8| middle + ((f32::from(step) + 0.5) / f32::from(STEPS) - 0.5) * side;
            let (x, y) = (at(x, step_x), at(y, step_y));
            let on_screen = x >= 0.0 && y >= 0.0;
            // Beyond the right and lower edges `get_pixel_checked` finds nothing.
            let pixel = on_screen.then(|| screen.get_pixel_checked(x as u32, y as u32)).flatten().unwrap_or(&WALL);
            for (sum, part) in sum.iter_mut().zip(pixel.0) {
                *sum += f32::from(part);
            }
        }
    }
    Rgb(sum.map(|sum| (sum / f32::from(STEPS) / f32::from(STEPS)).round() as u8))
}

/// Each pixel as the mean of its neighbours, `radius` to each side.
fn blurred(sharp: &RgbImage, radius: u32) -> RgbImage {
    if radius == 0 {
        return sharp.clone();
    }
    RgbImage::from_fn(sharp.width(), sharp.height(), |x, y| {
        let mut sum = [0_u32; 3];
        for down in 0..=2 * radius {
            for right in 0..=2 * radius {
                let at = |middle: u32, step: u32, end: u32| (middle + step).saturating_sub(radius).min(end - 1);
                let pixel = sharp.get_pixel(at(x, right, sharp.width()), at(y, down, sharp.height()));
                for (sum, part) in sum.iter_mut().zip(pixel.0) {
                    *sum += u32::from(part);
                }
            }
        }
        let pixels = (2 * radius + 1).pow(2);
        Rgb(sum.map(|sum| u8::try_from(sum / pixels).unwrap_or(u8::MAX)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn screen() -> RgbImage {
        // A white square in the middle of black, its right half red.
        RgbImage::from_fn(400, 400, |x, y| match (x, y) {
            (100..200, 100..300) => Rgb([255, 255, 255]),
            (200..300, 100..300) => Rgb([255, 0, 0]),
            _ => Rgb([0, 0, 0]),
        })
    }

    const SQUARE: Area = Area { x: 100.0, y: 100.0, width: 200.0, height: 200.0 };

    fn lit(frame: &RgbImage) -> usize {
        frame.pixels().filter(|pixel| pixel.0.first() > Some(&200)).count()
    }

    #[test]
    fn what_is_aimed_at_fills_its_share() {
        let frame = seen(&screen(), SQUARE, Hold { share: 0.3, degrees: 0.0, blur: 0 });
        assert_eq!(lit(&frame), 216 * 216);
        assert_eq!(frame.get_pixel(640 - 50, 360), &Rgb([255, 255, 255]));
        assert_eq!(frame.get_pixel(640 + 50, 360), &Rgb([255, 0, 0]));
        assert_eq!(frame.get_pixel(5, 360), &WALL);
    }

    #[test]
    fn a_turned_telephone_sees_it_turned() {
        let frame = seen(&screen(), SQUARE, Hold { share: 0.3, degrees: 90.0, blur: 0 });
        // What was left is above.
        assert_eq!(frame.get_pixel(640, 360 - 50), &Rgb([255, 255, 255]));
        assert_eq!(frame.get_pixel(640, 360 + 50), &Rgb([255, 0, 0]));
    }

    #[test]
    fn blur_takes_the_edges() {
        let sharp = seen(&screen(), SQUARE, Hold { share: 0.3, degrees: 0.0, blur: 0 });
        assert_eq!(blurred(&sharp, 0), sharp);
        let [red, ..] = blurred(&sharp, 2).get_pixel(640 - 108, 360).0;
        assert!((50..200).contains(&red), "{red}");
    }
}
