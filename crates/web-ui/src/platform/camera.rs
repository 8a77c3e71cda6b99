//! The camera, and the loop that looks for a code in its picture. Knows not what a code means.

use crate::model::scan::Grey;
use crate::platform::capture::{self, CaptureTrouble};
use js_sys::{Object, Reflect};
use leptos::prelude::{document, set_timeout};
use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;
use wasm_bindgen::prelude::*;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, HtmlVideoElement, MediaStream};

/// Runs until it is dropped or stopped.
#[derive(Clone, Default)]
pub struct Scanner {
    stopped: Rc<Cell<bool>>,
}

impl Scanner {
    /// Lets the camera go.
    pub fn stop(&self) {
        self.stopped.set(true);
    }

    /// Shows the camera in `video` and tells each code's text, until stopped.
    pub async fn run(&self, video: HtmlVideoElement, found: impl Fn(String) + 'static) -> Result<(), CaptureTrouble> {
        let stream = open().await?;
        if self.stopped.get() {
            capture::close(&stream);
            return Ok(());
        }
        video.set_src_object(Some(&stream));
        // Not waited for: a promise that never settles would keep the search from beginning, and there is no frame before the first.
        let _ = video.play();
        let canvas: HtmlCanvasElement = document()
            .create_element("canvas")
            .ok()
            .and_then(|element| element.dyn_into().ok())
            .ok_or(CaptureTrouble::Missing)?;
        look(Rc::new(Loop { stopped: Rc::clone(&self.stopped), stream, video, canvas, found: Box::new(found) }), 0);
        Ok(())
    }
}

struct Loop {
    stopped: Rc<Cell<bool>>,
    stream: MediaStream,
    video: HtmlVideoElement,
    canvas: HtmlCanvasElement,
    found: Box<dyn Fn(String)>,
}

/// One frame, then the next after a pause that leaves the page time to paint.
fn look(run: Rc<Loop>, number: usize) {
    if run.stopped.get() {
        run.video.set_src_object(None);
        return capture::close(&run.stream);
    }
    if let Some(grey) = frame(&run.video, &run.canvas) {
        for text in grey.find(number) {
            (run.found)(text);
        }
    }
    set_timeout(move || look(run, number.wrapping_add(1)), Duration::from_millis(60));
}

fn frame(video: &HtmlVideoElement, canvas: &HtmlCanvasElement) -> Option<Grey> {
    let (width, height) = (video.video_width(), video.video_height());
    if width == 0 || height == 0 {
        return None;
    }
    if canvas.width() != width || canvas.height() != height {
        canvas.set_width(width);
        canvas.set_height(height);
    }
    let options = Object::new();
    // The picture is read back every time: a canvas in main memory is faster then.
    let _ = Reflect::set(&options, &"willReadFrequently".into(), &true.into());
    let context: CanvasRenderingContext2d =
        canvas.get_context_with_context_options("2d", &options).ok()??.dyn_into().ok()?;
    context.draw_image_with_html_video_element(video, 0.0, 0.0).ok()?;
    let data = context.get_image_data(0.0, 0.0, f64::from(width), f64::from(height)).ok()?;
    Grey::from_rgba(usize::try_from(width).ok()?, usize::try_from(height).ok()?, &data.data())
}

async fn open() -> Result<MediaStream, CaptureTrouble> {
    let size = |ideal: u32| {
        let object = Object::new();
        let _ = Reflect::set(&object, &"ideal".into(), &ideal.into());
        object
    };
    let facing = Object::new();
    let _ = Reflect::set(&facing, &"ideal".into(), &"environment".into());
    let video = Object::new();
    let _ = Reflect::set(&video, &"facingMode".into(), &facing);
    let _ = Reflect::set(&video, &"width".into(), &size(1_280));
    let _ = Reflect::set(&video, &"height".into(), &size(720));
    let constraints = web_sys::MediaStreamConstraints::new();
    constraints.set_video(&video);
    capture::open(&constraints).await
}
