//! The camera's picture with a frame to aim by. Tells each code once a second at most; knows not what it means.

use crate::platform::camera::Scanner;
use crate::platform::capture::CaptureTrouble;
use crate::primitives::icon::Icon;
use crate::words;
use leptos::html;
use leptos::prelude::*;
use send_wrapper::SendWrapper;
use std::cell::RefCell;
use std::rc::Rc;

/// Shows the camera while it is mounted.
#[component]
pub fn ScanView(on_code: impl Fn(String) + 'static) -> impl IntoView {
    let video = NodeRef::<html::Video>::new();
    let trouble = RwSignal::new(None::<CaptureTrouble>);
    let scanner = Scanner::default();
    let last = Rc::new(RefCell::new((String::new(), 0_u64)));
    let on_code = Rc::new(on_code);
    let running = scanner.clone();
    Effect::new(move || {
        let Some(video) = video.get() else { return };
        let (scanner, on_code, last) = (running.clone(), Rc::clone(&on_code), Rc::clone(&last));
        wasm_bindgen_futures::spawn_local(async move {
            let tell = move |text: String| {
                let now = crate::platform::page::now_ms();
                let again = {
                    let mut last = last.borrow_mut();
                    let again = last.0 == text && now.saturating_sub(last.1) < 2_000;
                    if !again {
                        *last = (text.clone(), now);
                    }
                    again
                };
                if !again {
                    on_code(text);
                }
            };
            if let Err(found) = scanner.run(video, tell).await {
                let _ = trouble.try_set(Some(found));
            }
        });
    });
    let at_end = SendWrapper::new(scanner);
    on_cleanup(move || at_end.stop());
    view! {
        <div class="scan" class:dark=move || trouble.get().is_some() data-testid="scan-view">
            <video class="scan-video" node_ref=video playsinline muted aria-label=words::camera_picture()></video>
            <div class="scan-frame" aria-hidden="true"></div>
            {move || {
                trouble
                    .get()
                    .map(|trouble| {
                        let text = match trouble {
                            CaptureTrouble::Refused => words::camera_refused(),
                            CaptureTrouble::Missing => words::camera_missing(),
                        };
                        view! {
                            <p class="scan-trouble" role="alert" data-testid="camera-trouble"><Icon name="camera"/> {text}</p>
                        }
                    })
            }}
        </div>
    }
}
