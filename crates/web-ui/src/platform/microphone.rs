//! What is said into the microphone, as a file, with its loudness while it is said. Knows not what becomes of it.

use crate::model::voice::{Loudness, loudest};
use crate::platform::capture::{self, CaptureTrouble};
use js_sys::{Array, Function, Promise};
use leptos::prelude::{IntervalHandle, set_interval_with_handle, window};
use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AnalyserNode, AudioContext, Blob, BlobEvent, BlobPropertyBag, MediaRecorder, MediaRecorderOptions, MediaStream,
    MediaStreamConstraints,
};

/// How often the loudness is looked at: often enough for a meter that follows the voice.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// Samples of a look: about as many as come in between, at 48 kHz.
const SAMPLES: u32 = 2_048;
/// What this browser records, the first that it can: all of them play wherever Heliograph runs.
const TYPES: [&str; 3] = ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus"];
/// Bits a second: a voice needs no more with Opus.
const BIT_RATE: u32 = 32_000;
/// Bytes are handed over this often, so that a browser that dies has not everything in one piece.
const PIECE_MS: i32 = 1_000;

/// What was said.
pub struct Recorded {
    pub blob: Blob,
    pub mime: String,
    pub duration_ms: u32,
    pub waveform: Vec<u8>,
}

/// Records from its making until it is finished or dropped.
pub struct Recording {
    stream: MediaStream,
    recorder: MediaRecorder,
    context: AudioContext,
    looks: IntervalHandle,
    parts: Rc<RefCell<Vec<Blob>>>,
    heard: Rc<RefCell<Heard>>,
    mime: String,
    /// Lives as long as the recorder may call it.
    _on_data: Closure<dyn FnMut(BlobEvent)>,
}

struct Heard {
    loudness: Loudness,
    /// Without the pauses.
    duration_ms: f64,
    /// When the running stretch was last looked at.
    last_ms: Option<f64>,
}

impl Recording {
    /// Asks for the microphone and begins. `on_look` hears how long it has been, in milliseconds, and how loud it is, 0 to 255.
    pub async fn begin(on_look: impl Fn(u64, u8) + 'static) -> Result<Self, CaptureTrouble> {
        let missing = |_| CaptureTrouble::Missing;
        let mime = TYPES.into_iter().find(|mime| MediaRecorder::is_type_supported(mime));
        let mime = mime.ok_or(CaptureTrouble::Missing)?;
        let wish = MediaStreamConstraints::new();
        wish.set_audio(&JsValue::TRUE);
        let stream = capture::open(&wish).await?;
        // From here on whatever fails lets the microphone go.
        let stream = Opened(Some(stream));
        let options = MediaRecorderOptions::new();
        options.set_mime_type(mime);
        options.set_audio_bits_per_second(BIT_RATE);
        let recorder = MediaRecorder::new_with_media_stream_and_media_recorder_options(stream.get()?, &options);
        let recorder = recorder.map_err(missing)?;
        let parts = Rc::new(RefCell::new(Vec::new()));
        let kept = Rc::clone(&parts);
        let on_data = Closure::<dyn FnMut(BlobEvent)>::new(move |event: BlobEvent| {
            if let Some(part) = event.data().filter(|part| part.size() > 0.0) {
                kept.borrow_mut().push(part);
            }
        });
        recorder.set_ondataavailable(Some(on_data.as_ref().unchecked_ref()));
        let context = AudioContext::new().map_err(missing)?;
        let analyser = context.create_analyser().map_err(missing)?;
        analyser.set_fft_size(SAMPLES);
        let source = context.create_media_stream_source(stream.get()?).map_err(missing)?;
        source.connect_with_audio_node(&analyser).map_err(missing)?;
        recorder.start_with_time_slice(PIECE_MS).map_err(missing)?;
        let heard = Heard { loudness: Loudness::default(), duration_ms: 0.0, last_ms: Some(now_ms()) };
        let heard = Rc::new(RefCell::new(heard));
        let looks = look(Rc::clone(&heard), analyser, on_look)?;
        let stream = stream.keep()?;
        let mime = mime.split(';').next().unwrap_or(mime).to_owned();
        Ok(Self { stream, recorder, context, looks, parts, heard, mime, _on_data: on_data })
    }

    /// Nothing is recorded until it goes on.
    pub fn pause(&self) {
        self.heard.borrow_mut().last_ms = None;
        // One that has ended by itself has nothing to pause.
        let _ = self.recorder.pause();
    }

    /// Goes on behind what there is.
    pub fn resume(&self) {
        self.heard.borrow_mut().last_ms = Some(now_ms());
        let _ = self.recorder.resume();
    }

    /// Ends it. `None` where nothing was recorded: the microphone went, or the browser failed.
    pub async fn finish(self) -> Option<Recorded> {
        let stopped = Promise::new(&mut |resolve: Function, _| self.recorder.set_onstop(Some(&resolve)));
        if self.recorder.state() != web_sys::RecordingState::Inactive {
            self.recorder.stop().ok()?;
            JsFuture::from(stopped).await.ok()?;
        }
        let kind = BlobPropertyBag::new();
        kind.set_type(&self.mime);
        let parts: Array = self.parts.borrow().iter().collect();
        let blob = Blob::new_with_blob_sequence_and_options(&parts, &kind).ok().filter(|blob| blob.size() > 0.0)?;
        let heard = self.heard.borrow();
        // Milliseconds of an hour at most.
        let duration_ms = heard.duration_ms as u32;
        Some(Recorded { blob, mime: self.mime.clone(), duration_ms, waveform: heard.loudness.waveform() })
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        self.looks.clear();
        self.recorder.set_ondataavailable(None);
        self.recorder.set_onstop(None);
        // One that is inactive cannot be stopped again.
        let _ = self.recorder.stop();
        let _ = self.context.close();
        capture::close(&self.stream);
    }
}

/// Lets go of the microphone unless it is kept.
struct Opened(Option<MediaStream>);

impl Opened {
    fn get(&self) -> Result<&MediaStream, CaptureTrouble> {
        self.0.as_ref().ok_or(CaptureTrouble::Missing)
    }

    fn keep(mut self) -> Result<MediaStream, CaptureTrouble> {
        self.0.take().ok_or(CaptureTrouble::Missing)
    }
}

impl Drop for Opened {
    fn drop(&mut self) {
        if let Some(stream) = &self.0 {
            capture::close(stream);
        }
    }
}

fn look(
    heard: Rc<RefCell<Heard>>,
    analyser: AnalyserNode,
    on_look: impl Fn(u64, u8) + 'static,
) -> Result<IntervalHandle, CaptureTrouble> {
    let samples = RefCell::new(vec![0; SAMPLES as usize]);
    let looks = move || {
        let mut samples = samples.borrow_mut();
        analyser.get_byte_time_domain_data(&mut samples);
        let loud = loudest(&samples);
        if let Some(duration_ms) = heard.borrow_mut().hear(loud) {
            on_look(duration_ms, loud);
        }
    };
    set_interval_with_handle(looks, LOOK_EVERY).map_err(|_| CaptureTrouble::Missing)
}

impl Heard {
    /// One look; how long it has been. `None` in a pause.
    fn hear(&mut self, loud: u8) -> Option<u64> {
        let now_ms = now_ms();
        self.duration_ms += now_ms - self.last_ms?;
        self.last_ms = Some(now_ms);
        self.loudness.hear(loud);
        Some(self.duration_ms as u64)
    }
}

fn now_ms() -> f64 {
    window().performance().map_or(0.0, |performance| performance.now())
}
