//! A photo on a canvas, with what was done to it. Every picture is made from the first one: nothing is kept of the steps between.

use super::media::{canvas, encode};
use crate::model::editing::{Deed, Frame, Line};
use crate::model::media::{HD_SIDE_MAX, within};
use js_sys::Array;
use leptos::prelude::window;
use std::f64::consts::FRAC_PI_2;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, CanvasRenderingContext2d, File, HtmlCanvasElement, ImageBitmap};

/// A photo, no larger than it is sent, upright, without what else its file says.
pub async fn opened(file: &File) -> Option<HtmlCanvasElement> {
    let picture: ImageBitmap =
        JsFuture::from(window().create_image_bitmap_with_blob(file).ok()?).await.ok()?.dyn_into().ok()?;
    let (width, height) = within(picture.width(), picture.height(), HD_SIDE_MAX);
    let (made, pen) = canvas(width, height).filter(|_| width > 0 && height > 0)?;
    pen.draw_image_with_image_bitmap_and_dw_and_dh(&picture, 0.0, 0.0, f64::from(width), f64::from(height)).ok()?;
    picture.close();
    Some(made)
}

/// The photo with all of this done to it, shown in `onto`.
pub fn show(first: &HtmlCanvasElement, deeds: &[Deed], onto: &HtmlCanvasElement) -> Option<()> {
    let mut now = copy(first)?;
    for deed in deeds {
        match deed {
            Deed::Turn => {
                let (turned, pen) = canvas(now.height(), now.width())?;
                pen.translate(f64::from(now.height()), 0.0).ok()?;
                pen.rotate(FRAC_PI_2).ok()?;
                pen.draw_image_with_html_canvas_element(&now, 0.0, 0.0).ok()?;
                now = turned;
            }
            Deed::Mirror => {
                let (mirrored, pen) = canvas(now.width(), now.height())?;
                pen.translate(f64::from(now.width()), 0.0).ok()?;
                pen.scale(-1.0, 1.0).ok()?;
                pen.draw_image_with_html_canvas_element(&now, 0.0, 0.0).ok()?;
                now = mirrored;
            }
            Deed::Cut(frame) => now = cut(&now, *frame)?,
            Deed::Draw(line) => draw(&pen_of(&now)?, line),
        }
    }
    onto.set_width(now.width());
    onto.set_height(now.height());
    pen_of(onto)?.draw_image_with_html_canvas_element(&now, 0.0, 0.0).ok()
}

/// Draws a line, or its newest part.
pub fn draw_on(shown: &HtmlCanvasElement, line: &Line) {
    if let Some(pen) = pen_of(shown) {
        draw(&pen, line);
    }
}

/// What is shown as a file, under the name of the first.
pub async fn file_of(shown: &HtmlCanvasElement, first: &File) -> Option<File> {
    // What may be seen through stays so.
    let may_be_clear = matches!(first.type_().as_str(), "image/png" | "image/webp" | "image/avif");
    let (mime, ending) = if may_be_clear { ("image/png", "png") } else { ("image/jpeg", "jpg") };
    let blob = encode(shown, mime, 0.95).await?;
    let name = first.name();
    let stem = name.rsplit_once('.').map_or(name.as_str(), |(stem, _)| stem);
    as_file(&blob, &format!("{stem}.{ending}"))
}

/// Bytes with a name and their own type.
pub fn as_file(blob: &Blob, name: &str) -> Option<File> {
    let options = web_sys::FilePropertyBag::new();
    options.set_type(&blob.type_());
    File::new_with_blob_sequence_and_options(&Array::of1(blob), name, &options).ok()
}

fn copy(of: &HtmlCanvasElement) -> Option<HtmlCanvasElement> {
    let (made, pen) = canvas(of.width(), of.height())?;
    pen.draw_image_with_html_canvas_element(of, 0.0, 0.0).ok()?;
    Some(made)
}

fn cut(now: &HtmlCanvasElement, frame: Frame) -> Option<HtmlCanvasElement> {
    let side = |length: f64| (length.round() as u32).max(1);
    let (made, pen) = canvas(side(frame.width), side(frame.height))?;
    pen.draw_image_with_html_canvas_element(now, -frame.x.round(), -frame.y.round()).ok()?;
    Some(made)
}

fn pen_of(of: &HtmlCanvasElement) -> Option<CanvasRenderingContext2d> {
    of.get_context("2d").ok()??.dyn_into().ok()
}

fn draw(pen: &CanvasRenderingContext2d, line: &Line) {
    pen.set_stroke_style_str(line.colour);
    pen.set_line_width(line.width);
    pen.set_line_cap("round");
    pen.set_line_join("round");
    pen.begin_path();
    for (at, (x, y)) in line.points.iter().enumerate() {
        if at == 0 {
            pen.move_to(*x, *y);
        }
        // A line of one place is a dot.
        pen.line_to(*x, *y);
    }
    pen.stroke();
}
