//! What a connection measures of itself. Knows the browsers' reports; not what is good or bad.

use crate::model::call_view::Counted;
use js_sys::{Map, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::RtcPeerConnection;

/// Until now.
#[derive(Debug, Clone, Default)]
pub struct Measured {
    /// There and back, to the unit.
    pub round_trip_ms: f64,
    /// What came on each media line.
    pub lines: Vec<(String, Counted)>,
    /// Of what was sent, the share that the unit missed lately.
    pub sent_loss: f64,
}

/// `None` where the browser tells nothing.
pub async fn measure(connection: RtcPeerConnection) -> Option<Measured> {
    let report: Map = JsFuture::from(connection.get_stats()).await.ok()?.unchecked_into();
    let mut measured = Measured::default();
    report.for_each(&mut |entry, _| measured.take(&entry));
    Some(measured)
}

impl Measured {
    fn take(&mut self, entry: &JsValue) {
        let number = |name: &str| Reflect::get(entry, &name.into()).ok().and_then(|value| value.as_f64());
        let text = |name: &str| Reflect::get(entry, &name.into()).ok().and_then(|value| value.as_string());
        let milliseconds = |name: &str| number(name).unwrap_or(0.0) * 1_000.0;
        match text("type").as_deref() {
            Some("inbound-rtp") => {
                // A count below 0 stands for packets that came twice.
                let count = |name: &str| number(name).unwrap_or(0.0).max(0.0) as u64;
                let counted = Counted { received: count("packetsReceived"), lost: count("packetsLost") };
                self.lines.extend(text("mid").map(|mid| (mid, counted)));
            }
            Some("remote-inbound-rtp") => {
                self.sent_loss = self.sent_loss.max(number("fractionLost").unwrap_or(0.0));
                self.round_trip_ms = self.round_trip_ms.max(milliseconds("roundTripTime"));
            }
            Some("candidate-pair") if text("state").as_deref() == Some("succeeded") => {
                self.round_trip_ms = self.round_trip_ms.max(milliseconds("currentRoundTripTime"));
            }
            _ => {}
        }
    }
}
