//! Which microphone, camera and loudspeaker are used, with a look at whether they work: in a call, where it takes effect at once, and in the
//! settings before one.

use super::session::Session;
use crate::platform::call::devices::{self, Device, DeviceKind, Watch};
use crate::platform::call::level::Level;
use crate::platform::call::sources;
use crate::platform::capture::CaptureTrouble;
use crate::primitives::dialog::Dialog;
use crate::primitives::icon::Icon;
use crate::store::use_app;
use crate::words;
use leptos::prelude::*;
use std::cell::RefCell;
use std::time::Duration;
use wasm_bindgen_futures::spawn_local;
use web_sys::MediaStreamTrack;

const LOOK_EVERY: Duration = Duration::from_millis(100);
/// A voice fills the meter; most samples are far from 1.
const GAIN: f32 = 2.5;

/// `session`: the call that goes on.
#[component]
pub fn DevicesDialog(session: Option<Session>, on_close: impl Fn() + Copy + Send + Sync + 'static) -> impl IntoView {
    let found = RwSignal::new(Vec::<Device>::new());
    let look = move || {
        spawn_local(async move {
            let _ = found.try_set(devices::list().await);
        });
    };
    look();
    let _watch = StoredValue::new_local(Watch::begin(look));
    // Without a call, a microphone that is only tried.
    let tried = StoredValue::new_local(None::<Tried>);
    let tries = RwSignal::new(false);
    let said = RwSignal::new("");
    let choose = move |kind: DeviceKind, id: String| {
        devices::choose(kind, &id);
        match session {
            Some(session) => session.use_chosen(kind),
            None if kind == DeviceKind::Microphone && tries.get_untracked() => try_microphone(tried, tries, said),
            None => {}
        }
    };
    let track = move || match session {
        Some(session) => session.microphone(),
        None => tried.try_with_value(|tried| tried.as_ref().map(|tried| Clone::clone(&tried.0))).flatten(),
    };
    let is_off = move || session.is_some_and(|session| !session.speaks.get());
    view! {
        <Dialog title=words::devices_of_calls() testid="call-devices-dialog" on_close>
            <div class="stack">
                <Select kind=DeviceKind::Microphone label=words::microphone() testid="choose-microphone" found choose/>
                <Show when=move || session.is_some() || tries.get() fallback=move || view! {
                    <button class="button quiet small" type="button" data-testid="try-microphone" on:click=move |_| { try_microphone(tried, tries, said); look(); }>
                        <Icon name="microphone"/> {words::try_microphone()}
                    </button>
                }><Meter track/></Show>
                <Show when=is_off><p class="faint">{words::microphone_is_off()}</p></Show>
                <Select kind=DeviceKind::Camera label=words::camera() testid="choose-camera" found choose/>
                {devices::can_choose_loudspeaker().then(|| view! {
                    <Select kind=DeviceKind::Loudspeaker label=words::loudspeaker() testid="choose-loudspeaker" found choose/>
                })}
                <button class="button quiet small" type="button" data-testid="try-loudspeaker" on:click=move |_| {
                    devices::test_tone(devices::chosen(DeviceKind::Loudspeaker));
                    said.set(words::tone_is_played());
                }>
                    <Icon name="speaker-high"/> {words::try_loudspeaker()}
                </button>
                <p class="faint" role="status" data-testid="devices-said">{said}</p>
            </div>
            <div class="dialog-actions">
                <button class="button" type="button" data-testid="call-devices-close" on:click=move |_| on_close()>{words::close()}</button>
            </div>
        </Dialog>
    }
}

/// In the settings.
#[component]
pub fn DevicesSetup() -> impl IntoView {
    let app = use_app();
    view! { <DevicesDialog session=None on_close=move || app.chooses_devices.set(false)/> }
}

/// Lets the microphone go when nobody looks any more.
struct Tried(MediaStreamTrack);

impl Drop for Tried {
    fn drop(&mut self) {
        self.0.stop();
    }
}

fn try_microphone(
    tried: StoredValue<Option<Tried>, LocalStorage>,
    tries: RwSignal<bool>,
    said: RwSignal<&'static str>,
) {
    spawn_local(async move {
        match sources::microphone().await {
            Ok(track) => {
                // Dropped, and so let go, where the dialog has been closed meanwhile.
                let track = Tried(track);
                if tried.try_update_value(|tried| *tried = Some(track)).is_some() {
                    tries.set(true);
                }
            }
            Err(trouble) => {
                let _ = said.try_set(match trouble {
                    CaptureTrouble::Refused => words::microphone_refused_here(),
                    CaptureTrouble::Missing => words::microphone_missing_here(),
                });
            }
        }
    });
}

/// The devices of a kind; first the system's own choice.
#[component]
fn Select(
    kind: DeviceKind,
    label: &'static str,
    testid: &'static str,
    found: RwSignal<Vec<Device>>,
    choose: impl Fn(DeviceKind, String) + Copy + 'static,
) -> impl IntoView {
    let options = Memo::new(move |_| {
        found.with(|found| {
            let of_kind = found.iter().filter(|device| device.kind == kind).enumerate();
            of_kind.map(|(at, device)| (device.id.clone(), words::device(&device.label, at + 1))).collect::<Vec<_>>()
        })
    });
    view! {
        <label class="field">
            <span class="field-label">{label}</span>
            <select class="input" data-testid=testid on:change=move |event| choose(kind, event_target_value(&event))>
                <option value="">{words::system_device()}</option>
                {move || options.get().into_iter().map(|(id, label)| {
                    let selected = devices::chosen(kind).as_ref() == Some(&id);
                    view! { <option value=id selected=selected>{label}</option> }
                }).collect_view()}
            </select>
        </label>
    }
}

/// How loud the microphone is now.
#[component]
fn Meter(track: impl Fn() -> Option<MediaStreamTrack> + 'static) -> impl IntoView {
    let loudness = RwSignal::new(0.0_f32);
    let level = RefCell::new(None::<Level>);
    let look = move || {
        let mut level = level.borrow_mut();
        match track() {
            Some(track) if !level.as_ref().is_some_and(|level| level.is_of(&track)) => *level = Level::of(&track),
            Some(_) => {}
            None => *level = None,
        }
        let peak = level.as_ref().map_or(0.0, Level::peak);
        let _ = loudness.try_set((peak * GAIN).min(1.0));
    };
    let looks = set_interval_with_handle(look, LOOK_EVERY).ok();
    on_cleanup(move || {
        if let Some(looks) = looks {
            looks.clear();
        }
    });
    view! { <meter class="level" min="0" max="1" prop:value=move || f64::from(loudness.get()) aria-label=words::microphone_level() data-testid="microphone-level"></meter> }
}
