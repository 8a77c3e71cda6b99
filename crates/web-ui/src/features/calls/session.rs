//! What this page holds of the call that it is in: the connection, and what it sends.

use crate::platform::call::sources;
use crate::platform::call::{Line, Own};
use crate::platform::capture::CaptureTrouble;
use crate::platform::page;
use crate::store::{App, CallWish};
use crate::words;
use client_api::{CallLine, CallSay, CallTrack, Command};
use leptos::prelude::*;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::MediaStreamTrack;

/// Handles that copy.
#[derive(Clone, Copy)]
pub struct Session {
    app: App,
    live: StoredValue<Rc<RefCell<Live>>, LocalStorage>,
    /// Grows when others' tracks have changed, or the own picture.
    pub changed: RwSignal<u32>,
    /// Lines on which frames were opened: there is a connection, and the keys are the same.
    pub opened: RwSignal<BTreeSet<String>>,
    pub participant: RwSignal<u64>,
    pub speaks: RwSignal<bool>,
    pub shows_camera: RwSignal<bool>,
    pub shows_screen: RwSignal<bool>,
    /// The browser is asking the user for something.
    pub asking: RwSignal<bool>,
}

#[derive(Default)]
struct Live {
    line: Option<Line>,
    microphone: Option<MediaStreamTrack>,
    camera: Option<MediaStreamTrack>,
    screen: Option<MediaStreamTrack>,
    screen_sound: Option<MediaStreamTrack>,
}

impl Live {
    fn own(&self) -> [(Own, Option<&MediaStreamTrack>); 4] {
        [
            (Own::Microphone, self.microphone.as_ref()),
            (Own::Camera, self.camera.as_ref()),
            (Own::Screen, self.screen.as_ref()),
            (Own::ScreenSound, self.screen_sound.as_ref()),
        ]
    }
}

/// Lets microphone, camera and screen go.
impl Drop for Live {
    fn drop(&mut self) {
        for track in self.own().into_iter().filter_map(|(_, track)| track) {
            track.stop();
        }
    }
}

impl Session {
    pub fn new(app: App) -> Self {
        Self {
            app,
            live: StoredValue::new_local(Rc::new(RefCell::new(Live::default()))),
            changed: RwSignal::new(0),
            opened: RwSignal::new(BTreeSet::new()),
            participant: RwSignal::new(0),
            speaks: RwSignal::new(false),
            shows_camera: RwSignal::new(false),
            shows_screen: RwSignal::new(false),
            asking: RwSignal::new(false),
        }
    }

    /// The user wants to be in a call.
    pub fn wish(self, wish: CallWish) {
        self.app.call_wish.set(Some(wish));
    }

    /// The browser is asked for what the call needs first: nobody is called by somebody who cannot speak for want of a click.
    pub fn follow(self, wish: CallWish) {
        if self.asking.try_get_untracked() != Some(false) {
            return;
        }
        self.asking.set(true);
        let video = match wish {
            CallWish::Place { video, .. } | CallWish::Answer { video, .. } => video,
        };
        spawn_local(async move {
            self.take_microphone().await;
            if video {
                self.take_camera().await;
            }
            let command = match wish {
                CallWish::Place { chat, video } => Command::PlaceCall { chat, video },
                CallWish::Answer { chat, .. } => Command::AnswerCall { chat },
            };
            let app = self.app;
            app.ask(command, move |result| {
                if let Err(error) = result {
                    app.toast(words::error(&error), false);
                    if app.calls.with_untracked(|calls| calls.own.is_none()) {
                        self.end();
                    }
                }
                app.call_wish.set(None);
                let _ = self.asking.try_set(false);
            });
        });
    }

    /// Something for the connection.
    pub fn hear(self, line: CallLine) {
        match line {
            CallLine::Open { participant, .. } => self.open(participant),
            CallLine::Keys(keys) => self.with_line(|line| line.set_keys(keys)),
            CallLine::Answer(sdp) => self.with_line(|line| line.answered(sdp)),
            CallLine::Offer { sdp, tracks } => self.with_line(|line| line.take(sdp, tracks)),
            CallLine::SayAgain => self.with_line(Line::say_again),
        }
    }

    fn open(self, participant: u64) {
        self.participant.set(participant);
        self.opened.set(BTreeSet::new());
        let changed = self.changed;
        let opened = self.opened;
        let line = Line::open(
            move || changed.try_update(|count| *count = count.wrapping_add(1)).unwrap_or(()),
            move |mid| {
                let _ = opened.try_update(|opened| opened.insert(mid));
            },
        );
        let Some(line) = line else {
            self.app.toast(words::CALL_NEEDS_BROWSER.to_owned(), true);
            self.app.send(Command::HangUp);
            return;
        };
        self.with_live(|live| {
            for (what, track) in live.own() {
                if track.is_some() {
                    line.send(what, track);
                }
            }
            // The one before, of a participant that was put out, is closed by being replaced.
            live.line = Some(line);
        });
    }

    /// Others' tracks.
    pub fn tracks(self) -> Vec<CallTrack> {
        self.changed.track();
        self.with_live(|live| live.line.as_ref().map(Line::tracks)).flatten().unwrap_or_default()
    }

    /// The track on a line of the connection.
    pub fn received(self, mid: &str) -> Option<MediaStreamTrack> {
        self.with_live(|live| live.line.as_ref().and_then(|line| line.received(mid))).flatten()
    }

    /// What the others see of this device.
    pub fn own_picture(self) -> Option<MediaStreamTrack> {
        self.with_live(|live| live.screen.clone().or_else(|| live.camera.clone())).flatten()
    }

    /// How large a picture is shown.
    pub fn wish_layer(self, mid: String, layer: u8) {
        self.app.ask(Command::SayInCall(CallSay::Layer { mid, layer }), |_| {});
    }

    pub fn toggle_microphone(self) {
        let speaks = !self.speaks.get_untracked();
        let held = self.with_live(|live| live.microphone.clone()).flatten();
        match held {
            Some(track) if track.label().is_empty() && speaks => self.ask_again(),
            Some(track) => {
                track.set_enabled(speaks);
                self.speaks.set(speaks);
            }
            None => self.ask_again(),
        }
    }

    fn ask_again(self) {
        spawn_local(async move { self.take_microphone().await });
    }

    pub fn toggle_camera(self) {
        if self.shows_camera.get_untracked() {
            self.with_live(|live| replace(live, Own::Camera, None));
            self.shows_camera.set(false);
            self.stir();
            return;
        }
        spawn_local(async move { self.take_camera().await });
    }

    pub fn toggle_screen(self) {
        if self.shows_screen.get_untracked() {
            return self.stop_screen();
        }
        spawn_local(async move {
            // Whoever closes the browser's own choice needs no words about it.
            let Ok((picture, sound)) = sources::screen().await else { return };
            let ended = Closure::once_into_js(move || {
                if self.shows_screen.try_get_untracked() == Some(true) {
                    self.stop_screen();
                }
            });
            picture.set_onended(Some(ended.unchecked_ref()));
            let kept = self.with_live(|live| {
                replace(live, Own::Screen, Some(picture));
                replace(live, Own::ScreenSound, sound);
            });
            if kept.is_some() {
                self.shows_screen.set(true);
                self.stir();
            }
        });
    }

    fn stop_screen(self) {
        self.with_live(|live| {
            replace(live, Own::Screen, None);
            replace(live, Own::ScreenSound, None);
        });
        self.shows_screen.set(false);
        self.stir();
    }

    /// Nothing is sent or received any more.
    pub fn end(self) {
        // Taken out first: what is dropped may call back.
        let before = self.live.try_with_value(|live| live.take());
        drop(before);
        for state in [self.speaks, self.shows_camera, self.shows_screen] {
            let _ = state.try_set(false);
        }
    }

    async fn take_microphone(self) {
        if self.with_live(|live| live.microphone.as_ref().is_some_and(|track| !track.label().is_empty())) == Some(true)
        {
            return;
        }
        let track = match sources::microphone().await {
            Ok(track) => {
                let _ = self.speaks.try_set(true);
                track
            }
            Err(trouble) => {
                let words = match trouble {
                    CaptureTrouble::Refused => words::CALL_MICROPHONE_REFUSED,
                    CaptureTrouble::Missing => words::CALL_MICROPHONE_MISSING,
                };
                self.app.toast(words.to_owned(), false);
                let Some(silence) = sources::silence() else { return };
                silence
            }
        };
        self.with_live(|live| replace(live, Own::Microphone, Some(track)));
    }

    async fn take_camera(self) {
        match sources::camera().await {
            Ok(track) => {
                if self.with_live(|live| replace(live, Own::Camera, Some(track))).is_some() {
                    self.shows_camera.set(true);
                    self.stir();
                }
            }
            Err(trouble) => {
                let words = match trouble {
                    CaptureTrouble::Refused => words::CALL_CAMERA_REFUSED,
                    CaptureTrouble::Missing => words::CALL_CAMERA_MISSING,
                };
                self.app.toast(words.to_owned(), false);
            }
        }
    }

    fn stir(self) {
        let _ = self.changed.try_update(|count| *count = count.wrapping_add(1));
    }

    fn with_line(self, act: impl FnOnce(&Line)) {
        let acted = self.with_live(|live| live.line.as_ref().map(act));
        if acted.flatten().is_none() {
            page::log("a word of a call that this page is not in");
        }
    }

    /// `None` where the page has gone on, and this is no more.
    fn with_live<T>(self, act: impl FnOnce(&mut Live) -> T) -> Option<T> {
        let live = self.live.try_get_value()?;
        let acted = act(&mut live.borrow_mut());
        Some(acted)
    }
}

/// Sends a track in place of the one before, which is let go.
fn replace(live: &mut Live, what: Own, track: Option<MediaStreamTrack>) {
    let place = match what {
        Own::Microphone => &mut live.microphone,
        Own::Camera => &mut live.camera,
        Own::Screen => &mut live.screen,
        Own::ScreenSound => &mut live.screen_sound,
    };
    if let Some(before) = std::mem::replace(place, track.clone()) {
        before.stop();
    }
    if let Some(line) = &live.line {
        line.send(what, track.as_ref());
    }
}
