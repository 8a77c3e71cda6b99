//! How loud a track is now. Knows samples; not whose they are, nor what is made of it.

use crate::platform::{page, sound};
use wasm_bindgen::prelude::*;
use web_sys::{AnalyserNode, AudioContext, MediaStream, MediaStreamAudioSourceNode, MediaStreamTrack};

/// The samples that are looked at: a third of a second at 48 kHz, so that short sounds are not missed between two looks.
const SAMPLES: u32 = 16_384;

/// Listens to a track until it is dropped.
pub struct Level {
    analyser: AnalyserNode,
    source: MediaStreamAudioSourceNode,
    /// The very one: its own method `clone` would be a second one, with the microphone on.
    track: MediaStreamTrack,
}

impl Level {
    /// `None` where the browser cannot.
    pub fn of(track: &MediaStreamTrack) -> Option<Self> {
        let context = sound::context()?;
        // Whoever is in a call has clicked.
        let _ = context.resume();
        match listen(&context, track) {
            Ok((analyser, source)) => Some(Self { analyser, source, track: Clone::clone(track) }),
            Err(error) => {
                page::log(&format!("a track cannot be listened to: {error:?}"));
                None
            }
        }
    }

    pub fn is_of(&self, track: &MediaStreamTrack) -> bool {
        self.track.id() == track.id()
    }

    /// The loudest sample of the last third of a second, from 0 to 1.
    pub fn peak(&self) -> f32 {
        let mut samples = vec![0.0; SAMPLES as usize];
        self.analyser.get_float_time_domain_data(&mut samples);
        samples.into_iter().fold(0.0, |peak, sample| peak.max(sample.abs()))
    }
}

impl Drop for Level {
    fn drop(&mut self) {
        let _ = self.source.disconnect();
    }
}

fn listen(
    context: &AudioContext,
    track: &MediaStreamTrack,
) -> Result<(AnalyserNode, MediaStreamAudioSourceNode), JsValue> {
    let analyser = context.create_analyser()?;
    analyser.set_fft_size(SAMPLES);
    let stream = MediaStream::new()?;
    stream.add_track(track);
    let source = context.create_media_stream_source(&stream)?;
    source.connect_with_audio_node(&analyser)?;
    Ok((analyser, source))
}
