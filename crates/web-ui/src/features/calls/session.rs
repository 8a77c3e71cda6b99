//! What this page holds of the call that it is in: the connection, and what it sends.

use crate::platform::call::devices::{self, DeviceKind};
use crate::platform::call::frames::{self, Frames};
use crate::platform::call::quality::Measured;
use crate::platform::call::sources::{self, Silence};
use crate::platform::call::{Line, Own};
use crate::platform::capture::CaptureTrouble;
use crate::store::{App, CallWish};
use crate::words;
use client_api::{CallLine, CallSay, CallTrack, ChatId, Command, UserError};
use leptos::prelude::*;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::time::Duration;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::MediaStreamTrack;

/// Without a connection to the server a wish is made again after this.
const OFFLINE_WAIT_S: u32 = 5;

/// Handles that copy.
#[derive(Clone, Copy)]
pub struct Session {
    app: App,
    live: StoredValue<Rc<RefCell<Live>>, LocalStorage>,
    /// Grows when others' tracks have changed, or the own picture, or when the first frame of a line was opened.
    pub changed: RwSignal<u32>,
    pub participant: RwSignal<u64>,
    pub speaks: RwSignal<bool>,
    pub shows_camera: RwSignal<bool>,
    pub shows_screen: RwSignal<bool>,
    /// The own hand is raised.
    pub hand: RwSignal<bool>,
    /// The loudspeaker that others are heard by, where the user chose one.
    pub loudspeaker: RwSignal<Option<String>>,
    /// The browser is asking the user whether a call may have what it needs.
    pub asking: RwSignal<bool>,
}

#[derive(Default)]
struct Live {
    line: Option<Line>,
    frames: Option<Rc<Frames>>,
    /// Whose keys the frames are sealed with: a call of two may go on in a group.
    sealed_for: Option<ChatId>,
    sent: Sent,
    /// For the call that is entered next: what another call is sent is not its.
    prepared: Option<Prepared>,
    /// Counts wishes: what the browser grants for an earlier one is let go.
    wish: u32,
    /// Counts calls, likewise.
    call: u32,
    /// How large each of the others' pictures shall be.
    layers: HashMap<String, u8>,
}

/// What the browser has granted for a call that has no connection yet.
struct Prepared {
    chat: ChatId,
    wish: u32,
    sent: Sent,
    /// The core has not said yet whether there is such a call.
    is_asked: bool,
}

/// What is sent; let go with it.
#[derive(Default)]
struct Sent {
    microphone: Option<MediaStreamTrack>,
    /// In place of a microphone.
    silence: Option<Silence>,
    camera: Option<MediaStreamTrack>,
    screen: Option<MediaStreamTrack>,
    screen_sound: Option<MediaStreamTrack>,
}

impl Sent {
    fn tracks(&self) -> [(Own, Option<&MediaStreamTrack>); 4] {
        [
            (Own::Microphone, self.microphone.as_ref().or(self.silence.as_ref().map(Silence::track))),
            (Own::Camera, self.camera.as_ref()),
            (Own::Screen, self.screen.as_ref()),
            (Own::ScreenSound, self.screen_sound.as_ref()),
        ]
    }
}

impl Drop for Sent {
    fn drop(&mut self) {
        for track in self.tracks().into_iter().filter_map(|(_, track)| track) {
            track.stop();
        }
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        if let Some(frames) = &self.frames {
            frames.stop();
        }
    }
}

impl Session {
    pub fn new(app: App) -> Self {
        Self {
            app,
            live: StoredValue::new_local(Rc::new(RefCell::new(Live::default()))),
            changed: RwSignal::new(0),
            participant: RwSignal::new(0),
            speaks: RwSignal::new(false),
            shows_camera: RwSignal::new(false),
            shows_screen: RwSignal::new(false),
            hand: RwSignal::new(false),
            loudspeaker: RwSignal::new(devices::chosen(DeviceKind::Loudspeaker)),
            asking: RwSignal::new(false),
        }
    }

    /// The user wants to be in a call. The browser is asked for what it needs first: nobody is called by somebody who cannot speak for want of
    /// a click. A newer wish takes the place of one that still waits for that.
    pub fn follow(self, wish: CallWish) {
        let (chat, video, places) = match wish {
            CallWish::Place { chat, video } => (chat, video, true),
            CallWish::Answer { chat, video } => (chat, video, false),
        };
        let own = self.own_chat();
        let refusal = match frames::is_supported() {
            false => Some(words::call_needs_browser().to_owned()),
            true => own.filter(|own| places || *own == chat).map(|_| words::error(&UserError::InCall)),
        };
        if let Some(refusal) = refusal {
            self.app.toast(refusal, false);
            return self.app.call_wish.set(None);
        }
        let Some(wish) = self.next_wish() else { return };
        self.asking.set(true);
        spawn_local(async move {
            let mut prepared = Sent::default();
            self.take_microphone(&mut prepared).await;
            if video && self.is_wish(wish) {
                prepared.camera = self.camera().await;
            }
            // Given up, or replaced: what was granted is let go here.
            if !self.is_wish(wish) {
                return;
            }
            self.with_live(|live| {
                live.prepared = Some(Prepared { chat, wish, sent: prepared, is_asked: true });
                live.call = live.call.wrapping_add(1);
            });
            let _ = self.asking.try_set(false);
            let command = if places { Command::PlaceCall { chat, video } } else { Command::AnswerCall { chat } };
            let app = self.app;
            app.ask(command, move |result| {
                if result.is_err() {
                    drop(self.with_live(|live| live.prepared.take_if(|prepared| prepared.wish == wish)));
                }
                if !self.is_wish(wish) {
                    return;
                }
                if let Err(error) = result {
                    app.toast(words::error(&error), false);
                }
                app.call_wish.set(None);
            });
        });
    }

    /// The user does not wait for the browser's question any more.
    pub fn give_up(self) {
        self.next_wish();
        self.asking.set(false);
        self.app.call_wish.set(None);
    }

    /// Something for the connection.
    pub fn hear(self, line: CallLine) {
        match line {
            CallLine::Open { participant, turn_password, .. } => self.open(participant, &turn_password),
            CallLine::Keys(keys) => self.with_frames(|frames| frames.set_keys(&keys)),
            CallLine::Hold => self.with_frames(Frames::hold),
            CallLine::Answer(sdp) => self.with_line(|line| line.answered(sdp)),
            CallLine::Offer { sdp, tracks } => self.with_line(|line| line.take(sdp, tracks)),
            CallLine::SayAgain => self.with_line(Line::say_again),
        }
    }

    /// A connection, of a new call or of the same one anew.
    fn open(self, participant: u64, turn_password: &str) {
        let own = self.own_chat();
        let opened = self.with_live(|live| {
            live.line = None;
            if let Some(prepared) = live.prepared.take_if(|prepared| Some(prepared.chat) == own) {
                live.sent = prepared.sent;
                if let Some(frames) = live.frames.take() {
                    frames.stop();
                }
            }
            if live.sealed_for != own
                && let Some(frames) = live.frames.take()
            {
                frames.stop();
            }
            live.sealed_for = own;
            if live.frames.is_none() {
                live.frames = Frames::start(move || self.stir());
            }
            live.layers.clear();
            // Whoever sends nothing offers nothing, and has no connection.
            if live.sent.tracks().iter().all(|(_, track)| track.is_none()) {
                live.sent.silence = Silence::new();
            }
            let line = Line::open(participant, turn_password, Rc::clone(live.frames.as_ref()?), move || self.stir())?;
            for (what, track) in live.sent.tracks() {
                if track.is_some() {
                    line.send(what, track);
                }
            }
            live.line = Some(line);
            Some(())
        });
        self.participant.set(participant);
        self.show_sent();
        if opened.flatten().is_none() {
            self.app.toast(words::call_needs_browser().to_owned(), true);
            self.app.send(Command::HangUp);
        }
    }

    /// Others' tracks.
    pub fn tracks(self) -> Vec<CallTrack> {
        self.changed.track();
        self.with_live(|live| live.line.as_ref().map(Line::tracks)).flatten().unwrap_or_default()
    }

    /// Something that others sealed was opened: there is a connection, and the keys are the same.
    pub fn hears(self) -> bool {
        self.changed.track();
        self.with_live(|live| live.frames.as_ref().is_some_and(|frames| frames.has_opened())) == Some(true)
    }

    /// The way to the unit worked, and is lost: it is being sought.
    pub fn is_lost(self) -> bool {
        self.changed.track();
        self.with_live(|live| live.line.as_ref().is_some_and(Line::is_lost)) == Some(true)
    }

    /// The track on a line of the connection.
    pub fn received(self, mid: &str) -> Option<MediaStreamTrack> {
        self.with_live(|live| live.line.as_ref().and_then(|line| line.received(mid))).flatten()
    }

    /// What the others see of this device.
    pub fn own_picture(self) -> Option<MediaStreamTrack> {
        self.with_live(|live| live.sent.screen.clone().or_else(|| live.sent.camera.clone())).flatten()
    }

    /// What the connection measures of itself.
    pub fn measuring(self) -> Option<impl Future<Output = Option<Measured>> + use<>> {
        self.with_live(|live| live.line.as_ref().map(Line::measuring)).flatten()
    }

    /// What is said into.
    pub fn microphone(self) -> Option<MediaStreamTrack> {
        self.with_live(|live| live.sent.microphone.clone()).flatten()
    }

    /// How large a picture is shown.
    pub fn wish_layer(self, mid: String, layer: u8) {
        let participant = self.participant.get_untracked();
        self.with_live(|live| live.layers.insert(mid.clone(), layer));
        let say = CallSay::Layer { mid: mid.clone(), layer };
        self.app.ask(Command::SayInCall { participant, say }, move |result| {
            // The largest comes meanwhile.
            let wait_s = match result {
                Err(UserError::TooMany { wait_s }) => wait_s,
                Err(UserError::Offline) => OFFLINE_WAIT_S,
                _ => return,
            };
            let again = move || {
                let is_wished = self.with_live(|live| live.layers.get(&mid) == Some(&layer)) == Some(true);
                if is_wished && self.participant.try_get_untracked() == Some(participant) {
                    self.wish_layer(mid, layer);
                }
            };
            set_timeout(again, Duration::from_secs(wait_s.into()));
        });
    }

    pub fn toggle_microphone(self) {
        let held = self.with_live(|live| live.sent.microphone.clone()).flatten();
        if let Some(track) = held {
            let speaks = !self.speaks.get_untracked();
            track.set_enabled(speaks);
            return self.speaks.set(speaks);
        }
        self.take_later(Self::microphone_now);
    }

    pub fn toggle_camera(self) {
        if self.shows_camera.get_untracked() {
            self.with_live(|live| drop(live.sent.camera.take().inspect(MediaStreamTrack::stop)));
            return self.send_again();
        }
        self.take_later(Self::camera_now);
    }

    pub fn toggle_screen(self) {
        if self.shows_screen.get_untracked() {
            return self.stop_screen();
        }
        self.take_later(async move |session: Self| {
            // Whoever closes the browser's own choice needs no words about it.
            let mut taken = Sent::default();
            let Ok((picture, sound)) = sources::screen().await else { return taken };
            let ended = Closure::once_into_js(move || session.stop_screen());
            picture.set_onended(Some(ended.unchecked_ref()));
            (taken.screen, taken.screen_sound) = (Some(picture), sound);
            taken
        });
    }

    /// Another device was chosen: what is sent from such a one comes from it now. The others notice nothing but that.
    pub fn use_chosen(self, kind: DeviceKind) {
        match kind {
            DeviceKind::Microphone => {
                let sends = self.with_live(|live| live.sent.microphone.is_some() || live.sent.silence.is_some());
                if sends == Some(true) {
                    self.take_later(Self::microphone_now);
                }
            }
            DeviceKind::Camera if self.shows_camera.get_untracked() => self.take_later(Self::camera_now),
            DeviceKind::Camera => {}
            DeviceKind::Loudspeaker => self.loudspeaker.set(devices::chosen(kind)),
        }
    }

    async fn microphone_now(self) -> Sent {
        let mut taken = Sent::default();
        self.take_microphone(&mut taken).await;
        taken
    }

    async fn camera_now(self) -> Sent {
        let mut taken = Sent::default();
        taken.camera = self.camera().await;
        taken
    }

    /// A device that is unplugged ends its track: another one takes its place, and the user is told.
    fn watch_end(self, track: &MediaStreamTrack, kind: DeviceKind) {
        let ended: MediaStreamTrack = Clone::clone(track);
        let gone = Closure::once_into_js(move || {
            let is_sent = self.with_live(|live| {
                let sent = if kind == DeviceKind::Camera { &live.sent.camera } else { &live.sent.microphone };
                sent.as_ref().is_some_and(|sent| sent.id() == ended.id())
            });
            if is_sent == Some(true) {
                self.take_later(async move |session: Self| session.instead_of(kind).await);
            }
        });
        track.set_onended(Some(gone.unchecked_ref()));
    }

    async fn instead_of(self, kind: DeviceKind) -> Sent {
        let taken = if kind == DeviceKind::Camera { self.camera_now().await } else { self.microphone_now().await };
        let notice = match kind {
            DeviceKind::Camera => taken.camera.is_some().then_some(words::call_camera_gone()),
            _ => taken.microphone.is_some().then_some(words::call_microphone_gone()),
        };
        match notice {
            Some(notice) => self.app.toast(notice.to_owned(), false),
            // Why there is none was told; what has ended is not sent on.
            None if kind == DeviceKind::Camera => drop(self.with_live(|live| live.sent.camera.take())),
            None => drop(self.with_live(|live| live.sent.microphone.take())),
        }
        taken
    }

    pub fn toggle_hand(self) {
        self.hand.update(|hand| *hand = !*hand);
    }

    fn stop_screen(self) {
        self.with_live(|live| {
            for track in [live.sent.screen.take(), live.sent.screen_sound.take()].into_iter().flatten() {
                track.stop();
            }
        });
        self.send_again();
    }

    /// There is such a call now: what was granted for it is let go with it.
    pub fn begin(self, chat: ChatId) {
        self.with_live(|live| {
            if let Some(prepared) = live.prepared.as_mut().filter(|prepared| prepared.chat == chat) {
                prepared.is_asked = false;
            }
        });
    }

    fn own_chat(self) -> Option<ChatId> {
        self.app.calls.with_untracked(|calls| calls.own.as_ref().map(|own| own.chat))
    }

    /// Nothing is sent or received any more, but what was granted for the call that comes next.
    pub fn end(self, next: Option<ChatId>) {
        // It never had a connection.
        drop(
            self.with_live(|live| live.prepared.take_if(|prepared| !prepared.is_asked && Some(prepared.chat) != next)),
        );
        // Taken out first: what is dropped may call back.
        let before = self.with_live(|live| {
            live.call = live.call.wrapping_add(1);
            if let Some(frames) = live.frames.take() {
                frames.stop();
            }
            (live.line.take(), std::mem::take(&mut live.sent))
        });
        drop(before);
        let _ = self.participant.try_set(0);
        let _ = self.hand.try_set(false);
        self.show_sent();
    }

    /// Adds what the browser gives to what is sent, unless the call is another one by then.
    fn take_later(self, take: impl AsyncFnOnce(Self) -> Sent + 'static) {
        let Some(call) = self.with_live(|live| live.call) else { return };
        spawn_local(async move {
            let mut taken = take(self).await;
            if self.with_live(|live| live.call) != Some(call) {
                return;
            }
            let own = self.own_chat();
            self.with_live(|live| {
                // The call's window is there before its connection.
                let prepared = live.prepared.as_mut().filter(|prepared| Some(prepared.chat) == own);
                let sent = prepared.map_or(&mut live.sent, |prepared| &mut prepared.sent);
                for (place, track) in [
                    (&mut sent.microphone, taken.microphone.take()),
                    (&mut sent.camera, taken.camera.take()),
                    (&mut sent.screen, taken.screen.take()),
                    (&mut sent.screen_sound, taken.screen_sound.take()),
                ] {
                    if let Some(track) = track {
                        // Who was silent stays so.
                        track.set_enabled(place.as_ref().is_none_or(MediaStreamTrack::enabled));
                        drop(place.replace(track).inspect(MediaStreamTrack::stop));
                    }
                }
                if taken.silence.is_some() && sent.microphone.is_none() {
                    sent.silence = taken.silence.take();
                }
            });
            self.send_again();
        });
    }

    /// What is sent now, over the connection that there is.
    fn send_again(self) {
        self.with_live(|live| {
            if let Some(line) = &live.line {
                for (what, track) in live.sent.tracks() {
                    line.send(what, track);
                }
            }
        });
        self.show_sent();
    }

    fn show_sent(self) {
        let shown = self.with_live(|live| {
            let Sent { microphone, camera, screen, .. } = &live.sent;
            (microphone.as_ref().is_some_and(MediaStreamTrack::enabled), camera.is_some(), screen.is_some())
        });
        let (speaks, camera, screen) = shown.unwrap_or_default();
        for (signal, is) in [(self.speaks, speaks), (self.shows_camera, camera), (self.shows_screen, screen)] {
            let _ = signal.try_set(is);
        }
        self.stir();
    }

    async fn take_microphone(self, into: &mut Sent) {
        match sources::microphone().await {
            Ok(track) => {
                self.watch_end(&track, DeviceKind::Microphone);
                into.microphone = Some(track);
            }
            Err(trouble) => {
                let words = match trouble {
                    CaptureTrouble::Refused => words::call_microphone_refused(),
                    CaptureTrouble::Missing => words::call_microphone_missing(),
                };
                self.app.toast(words.to_owned(), false);
                into.silence = Silence::new();
            }
        }
    }

    async fn camera(self) -> Option<MediaStreamTrack> {
        let trouble = match sources::camera().await {
            Ok(track) => {
                self.watch_end(&track, DeviceKind::Camera);
                return Some(track);
            }
            Err(trouble) => trouble,
        };
        let words = match trouble {
            CaptureTrouble::Refused => words::call_camera_refused(),
            CaptureTrouble::Missing => words::call_camera_missing(),
        };
        self.app.toast(words.to_owned(), false);
        None
    }

    fn next_wish(self) -> Option<u32> {
        self.with_live(|live| {
            live.wish = live.wish.wrapping_add(1);
            live.wish
        })
    }

    fn is_wish(self, wish: u32) -> bool {
        self.with_live(|live| live.wish) == Some(wish)
    }

    fn stir(self) {
        let _ = self.changed.try_update(|count| *count = count.wrapping_add(1));
    }

    fn with_line(self, act: impl FnOnce(&Line)) {
        self.with_live(|live| live.line.as_ref().map(act));
    }

    fn with_frames(self, act: impl FnOnce(&Frames)) {
        self.with_live(|live| live.frames.as_deref().map(act));
    }

    /// `None` where the page has gone on, and this is no more.
    fn with_live<T>(self, act: impl FnOnce(&mut Live) -> T) -> Option<T> {
        let live = self.live.try_get_value()?;
        let acted = act(&mut live.borrow_mut());
        Some(acted)
    }
}
