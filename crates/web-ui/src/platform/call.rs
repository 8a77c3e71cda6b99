//! The connection of a call: one way up and down for all tracks, agreed on with the forwarding unit (docs/calls.md, "Signalling").
//! Knows media and descriptions; not who calls whom, nor how it looks.

pub mod devices;
pub mod frames;
pub mod level;
pub mod pip;
pub mod quality;
mod relay;
pub mod sources;

use crate::bridge;
use crate::model::call_way::{Heard, Way};
use crate::platform::page;
use client_api::{CallSay, CallTrack, Command, UserError};
use frames::{Frames, Kind};
use js_sys::{Array, Reflect};
use leptos::prelude::{IntervalHandle, WindowListenerHandle, set_interval_with_handle, window_event_listener};
use quality::Measured;
use std::cell::{Cell, RefCell};
use std::collections::{HashMap, VecDeque};
use std::rc::Rc;
use std::time::Duration;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    MediaStreamTrack, RtcPeerConnection, RtcRtpReceiver, RtcRtpTransceiver, RtcRtpTransceiverDirection,
    RtcRtpTransceiverInit, RtcSdpType, RtcSessionDescriptionInit, RtcSignalingState, RtcTrackEvent,
};

/// The layers of an own picture, smallest first: by how much it is smaller, and its bits a second.
const LAYERS: [(&str, f64, u32); 3] = [("q", 4.0, 150_000), ("h", 2.0, 500_000), ("f", 1.0, 1_500_000)];
/// How often the browser is asked whether the way to the unit works.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Bits a second of a shared screen, which has one layer: letters have to stay legible.
const SCREEN_BITS: u32 = 2_500_000;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(extends = RtcPeerConnection)]
    type Restarting;

    #[wasm_bindgen(method, js_name = restartIce)]
    fn restart_ice(this: &Restarting);

    #[wasm_bindgen(method, getter, js_name = iceConnectionState)]
    fn state(this: &Restarting) -> String;
}

/// What an own line carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Own {
    Microphone,
    Camera,
    Screen,
    ScreenSound,
}

impl Own {
    fn kind(self) -> Kind {
        match self {
            Self::Microphone | Self::ScreenSound => Kind::Audio,
            Self::Camera | Self::Screen => Kind::Video,
        }
    }
}

/// One step of agreeing, done one after the other.
enum Step {
    Offer,
    Answered(String),
    Take {
        sdp: String,
        tracks: Vec<CallTrack>,
    },
    Again,
    /// By another way: an offer with new credentials. Lines and keys stay.
    Seek,
}

/// A connection to the unit, until it is dropped.
pub struct Line {
    inner: Rc<Inner>,
    looks: Option<IntervalHandle>,
    on_online: Option<WindowListenerHandle>,
    _on_track: Closure<dyn FnMut(RtcTrackEvent)>,
}

struct Inner {
    participant: u64,
    connection: RtcPeerConnection,
    frames: Rc<Frames>,
    steps: RefCell<VecDeque<Step>>,
    busy: Cell<bool>,
    /// The own tracks have changed since the last offer.
    wants_offer: Cell<bool>,
    /// What was said last, until the unit has heard it.
    unheard: RefCell<Option<CallSay>>,
    closed: Cell<bool>,
    way: Cell<Way>,
    own: RefCell<HashMap<Own, RtcRtpTransceiver>>,
    tracks: RefCell<Vec<CallTrack>>,
    received: RefCell<HashMap<String, MediaStreamTrack>>,
    changed: Box<dyn Fn()>,
}

impl Line {
    /// `None` where the browser cannot. `changed` is called when others' tracks have.
    pub fn open(
        participant: u64,
        turn_password: &str,
        frames: Rc<Frames>,
        changed: impl Fn() + 'static,
    ) -> Option<Self> {
        frames.begin();
        let inner = Rc::new(Inner {
            participant,
            connection: relay::connection(participant, turn_password)?,
            frames,
            steps: RefCell::default(),
            busy: Cell::new(false),
            wants_offer: Cell::new(false),
            unheard: RefCell::default(),
            closed: Cell::new(false),
            way: Cell::default(),
            own: RefCell::default(),
            tracks: RefCell::default(),
            received: RefCell::default(),
            changed: Box::new(changed),
        });
        let weak = Rc::downgrade(&inner);
        let on_track = Closure::<dyn FnMut(RtcTrackEvent)>::new(move |event: RtcTrackEvent| {
            if let Some(inner) = weak.upgrade() {
                inner.receive(&event);
            }
        });
        inner.connection.set_ontrack(Some(on_track.as_ref().unchecked_ref()));
        let (looking, online) = (Rc::downgrade(&inner), Rc::downgrade(&inner));
        let look = move || {
            if let Some(inner) = looking.upgrade() {
                inner.look_at_way();
            }
        };
        let on_online = window_event_listener(leptos::ev::online, move |_| {
            if let Some(inner) = online.upgrade() {
                inner.network_changed();
            }
        });
        let looks = set_interval_with_handle(look, LOOK_EVERY).ok();
        Some(Self { inner, looks, on_online: Some(on_online), _on_track: on_track })
    }

    /// The way to the unit worked, and is lost.
    pub fn is_lost(&self) -> bool {
        self.inner.way.get().is_lost()
    }

    /// Sends a track, in place of the one before, or none.
    pub fn send(&self, what: Own, track: Option<&MediaStreamTrack>) {
        if let Err(error) = self.inner.send(what, track) {
            page::log(&format!("a track of the call cannot be sent: {error:?}"));
        }
    }

    /// The unit answers.
    pub fn answered(&self, sdp: String) {
        self.inner.step(Step::Answered(sdp));
    }

    /// The unit offers.
    pub fn take(&self, sdp: String, tracks: Vec<CallTrack>) {
        self.inner.step(Step::Take { sdp, tracks });
    }

    /// What was said may not have been heard.
    pub fn say_again(&self) {
        self.inner.step(Step::Again);
    }

    /// What comes from others now.
    pub fn tracks(&self) -> Vec<CallTrack> {
        self.inner.tracks.borrow().clone()
    }

    /// What it measures of itself.
    pub fn measuring(&self) -> impl Future<Output = Option<Measured>> + use<> {
        quality::measure(self.inner.connection.clone())
    }

    /// The track on one of this connection's lines.
    pub fn received(&self, mid: &str) -> Option<MediaStreamTrack> {
        self.inner.received.borrow().get(mid).cloned()
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.inner.closed.set(true);
        if let Some(looks) = self.looks.take() {
            looks.clear();
        }
        if let Some(on_online) = self.on_online.take() {
            on_online.remove();
        }
        self.inner.connection.set_ontrack(None);
        self.inner.connection.close();
    }
}

impl Inner {
    /// What cannot be opened is not shown: it would be whatever the server makes of it.
    fn receive(&self, event: &RtcTrackEvent) {
        let transceiver = event.transceiver();
        let Some(mid) = transceiver.mid() else { return };
        let (track, receiver): (MediaStreamTrack, RtcRtpReceiver) = (event.track(), transceiver.receiver());
        let kind = if track.kind() == "video" { Kind::Video } else { Kind::Audio };
        match self.frames.open(&receiver, kind, &mid) {
            Ok(()) => {
                self.received.borrow_mut().insert(mid, track);
            }
            Err(error) => page::log(&format!("a track of the call cannot be opened: {error:?}")),
        }
    }

    fn send(self: &Rc<Self>, what: Own, track: Option<&MediaStreamTrack>) -> Result<(), JsValue> {
        let known = self.own.borrow().get(&what).cloned();
        let transceiver = match (known, track) {
            (None, None) => return Ok(()),
            (Some(known), _) => known,
            (None, Some(_)) => {
                let made = self.new_line(what)?;
                self.own.borrow_mut().insert(what, made.clone());
                made
            }
        };
        let before = transceiver.sender().track();
        if before.as_ref() == track {
            return Ok(());
        }
        // Another device of the same kind is nothing that has to be agreed on.
        let is_another = before.is_some() && track.is_some();
        let replaced = transceiver.sender().replace_track(track);
        transceiver.set_direction(match track {
            Some(_) => RtcRtpTransceiverDirection::Sendonly,
            None => RtcRtpTransceiverDirection::Inactive,
        });
        let this = Rc::clone(self);
        spawn_local(async move {
            let _ = JsFuture::from(replaced).await;
            if !is_another {
                this.step(Step::Offer);
            }
        });
        Ok(())
    }

    /// A line that seals before it has anything to send; none at all where it cannot.
    fn new_line(&self, what: Own) -> Result<RtcRtpTransceiver, JsValue> {
        let init = RtcRtpTransceiverInit::new();
        init.set_direction(RtcRtpTransceiverDirection::Sendonly);
        let encoding = |entries: &[(&str, JsValue)]| {
            let made = js_sys::Object::new();
            for (name, value) in entries {
                let _ = Reflect::set(&made, &JsValue::from_str(name), value);
            }
            JsValue::from(made)
        };
        match what {
            Own::Camera => {
                let layer = |(rid, smaller, bits): &(&str, f64, u32)| {
                    encoding(&[
                        ("rid", JsValue::from_str(rid)),
                        ("scaleResolutionDownBy", JsValue::from_f64(*smaller)),
                        ("maxBitrate", JsValue::from_f64(f64::from(*bits))),
                    ])
                };
                init.set_send_encodings(&LAYERS.iter().map(layer).collect::<Array>());
            }
            Own::Screen => {
                let one = encoding(&[("maxBitrate", JsValue::from_f64(f64::from(SCREEN_BITS)))]);
                init.set_send_encodings(&Array::of1(&one));
            }
            Own::Microphone | Own::ScreenSound => {}
        }
        let kind = what.kind();
        let transceiver = self.connection.add_transceiver_with_str_and_init(kind.name(), &init);
        let ready = self.frames.seal(&transceiver.sender(), kind).and_then(|()| match kind {
            Kind::Video => prefer_vp8(&transceiver),
            Kind::Audio => Ok(()),
        });
        if let Err(error) = ready {
            transceiver.stop();
            return Err(error);
        }
        Ok(transceiver)
    }

    fn look_at_way(self: &Rc<Self>) {
        let before = self.way.get();
        let mut way = before;
        let seeks = way.hears(Heard::of(&self.restarting().state()), page::ticks_ms());
        self.way.set(way);
        if way.is_lost() != before.is_lost() {
            (self.changed)();
        }
        if seeks {
            self.step(Step::Seek);
        }
    }

    fn network_changed(self: &Rc<Self>) {
        let mut way = self.way.get();
        let seeks = way.network_changed(page::ticks_ms());
        self.way.set(way);
        if seeks {
            self.step(Step::Seek);
        }
    }

    fn restarting(&self) -> &Restarting {
        self.connection.unchecked_ref()
    }

    fn step(self: &Rc<Self>, step: Step) {
        self.steps.borrow_mut().push_back(step);
        if self.busy.replace(true) {
            return;
        }
        let this = Rc::clone(self);
        spawn_local(async move {
            loop {
                let next = this.steps.borrow_mut().pop_front();
                let Some(step) = next.filter(|_| !this.closed.get()) else { break };
                if let Err(error) = this.take_step(step).await
                    && !this.closed.get()
                {
                    page::log(&format!("the call could not agree on its tracks: {error:?}"));
                }
            }
            this.busy.set(false);
        });
    }

    /// The unit ignores an offer that meets its own: this side drops its offer, answers, and offers again.
    async fn take_step(self: &Rc<Self>, step: Step) -> Result<(), JsValue> {
        let connection = &self.connection;
        match step {
            Step::Offer if connection.signaling_state() == RtcSignalingState::Stable => {
                self.wants_offer.set(false);
                let offer = JsFuture::from(connection.create_offer()).await?;
                JsFuture::from(connection.set_local_description(offer.unchecked_ref())).await?;
                self.say_local(CallSay::Offer);
            }
            Step::Offer => self.wants_offer.set(true),
            Step::Seek => {
                self.restarting().restart_ice();
                self.step(Step::Offer);
            }
            Step::Answered(sdp) if connection.signaling_state() == RtcSignalingState::HaveLocalOffer => {
                JsFuture::from(connection.set_remote_description(&description(RtcSdpType::Answer, &sdp))).await?;
                self.offer_if_wanted();
            }
            Step::Answered(_) => {}
            Step::Take { sdp, tracks } => {
                if connection.signaling_state() == RtcSignalingState::HaveLocalOffer {
                    self.wants_offer.set(true);
                }
                self.frames.set_tracks(&tracks);
                JsFuture::from(connection.set_remote_description(&description(RtcSdpType::Offer, &sdp))).await?;
                *self.tracks.borrow_mut() = tracks;
                let answer = JsFuture::from(connection.create_answer()).await?;
                JsFuture::from(connection.set_local_description(answer.unchecked_ref())).await?;
                self.say_local(CallSay::Answer);
                (self.changed)();
                self.offer_if_wanted();
            }
            Step::Again => {
                let unheard = self.unheard.borrow().clone();
                if let Some(say) = unheard {
                    self.say(say);
                } else if connection.signaling_state() == RtcSignalingState::HaveLocalOffer {
                    self.say_local(CallSay::Offer);
                }
            }
        }
        Ok(())
    }

    fn offer_if_wanted(self: &Rc<Self>) {
        if self.wants_offer.replace(false) {
            self.step(Step::Offer);
        }
    }

    fn say_local(self: &Rc<Self>, say: fn(String) -> CallSay) {
        if let Some(local) = self.connection.local_description() {
            self.say(say(local.sdp()));
        }
    }

    fn say(self: &Rc<Self>, say: CallSay) {
        self.unheard.replace(Some(say.clone()));
        let this = Rc::clone(self);
        bridge::ask(
            Command::SayInCall { participant: self.participant, say: say.clone() },
            move |result| match result {
                Err(UserError::TooMany { wait_s }) => {
                    let again = move || this.step(Step::Again);
                    leptos::prelude::set_timeout(again, Duration::from_secs(wait_s.into()));
                }
                // Said again when the server is heard again.
                Err(UserError::Offline) => {}
                // Whatever else it is, what comes next says it: the unit's offer, a new connection, or the call's end.
                _ => {
                    let mut unheard = this.unheard.borrow_mut();
                    if unheard.as_ref() == Some(&say) {
                        *unheard = None;
                    }
                }
            },
        );
    }
}

fn description(kind: RtcSdpType, sdp: &str) -> RtcSessionDescriptionInit {
    let description = RtcSessionDescriptionInit::new(kind);
    description.set_sdp(sdp);
    description
}

/// The one codec whose frames can be sealed but for a few bytes, and which all browsers have.
fn prefer_vp8(transceiver: &RtcRtpTransceiver) -> Result<(), JsValue> {
    let Some(capabilities) = web_sys::RtcRtpReceiver::get_capabilities("video") else { return Ok(()) };
    let is_wanted = |codec: &JsValue| {
        let mime = Reflect::get(codec, &"mimeType".into()).ok().and_then(|mime| mime.as_string()).unwrap_or_default();
        ["video/vp8", "video/rtx"].contains(&mime.to_ascii_lowercase().as_str())
    };
    let codecs: Array = capabilities.get_codecs().iter().filter(is_wanted).collect();
    let set = Reflect::get(transceiver, &"setCodecPreferences".into())?;
    match set.dyn_ref::<js_sys::Function>() {
        Some(set) => set.call1(transceiver, &codecs).map(|_| ()),
        None => Ok(()),
    }
}
