//! Linking as the phone shows it: scan or paste, the warning, the digits, the end.

use crate::features::refusal::{Refusal, RefusalText};
use crate::model::clock::seconds_until;
use crate::platform::page;
use crate::primitives::icon::Icon;
use crate::primitives::pin_field::PinField;
use crate::primitives::scan_view::ScanView;
use crate::store::{App, use_app};
use crate::words;
use client_api::{Command, LinkingStage};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;

/// How a linking was left.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// There is one more device.
    Linked,
    /// All is as before.
    Nothing,
}

/// Everything of linking, in place of the list of devices while it lasts. `on_end` leaves it.
#[component]
pub fn Linking(on_end: impl Fn(End) + Copy + Send + Sync + 'static) -> impl IntoView {
    let app = use_app();
    follow_focus(app);
    view! {
        <div class="linking" data-testid="linking">
            {move || match app.linking.get() {
                None => view! { <Scan on_end/> }.into_any(),
                Some(LinkingStage::Fetching) => view! { <p class="pad" role="status">{words::fetching()}</p> }.into_any(),
                Some(stage @ LinkingStage::Confirm { .. }) => view! { <Confirm stage on_end/> }.into_any(),
                Some(LinkingStage::ShowDigits { digits, tries_left }) => view! { <Digits digits tries_left on_end/> }.into_any(),
                Some(LinkingStage::Finishing) => {
                    view! { <p class="pad" role="status" data-testid="linking-finishing">{words::finishing()}</p> }.into_any()
                }
                Some(LinkingStage::Done { name }) => {
                    view! {
                        <div class="linking-end" data-testid="linking-done" role="status">
                            <Icon name="check-circle"/>
                            <h2 tabindex="-1">{words::linked(&name)}</h2>
                            <HandingOver/>
                            <button class="button wide" type="button" data-testid="linking-close" on:click=move |_| leave(app, on_end)>
                                {words::done()}
                            </button>
                        </div>
                    }
                        .into_any()
                }
                Some(LinkingStage::Failed(failure)) => {
                    let (title, text) = words::link_failure(failure);
                    view! {
                        <div class="linking-end" data-testid="linking-failed" role="alert">
                            <Icon name="warning-circle"/>
                            <h2 tabindex="-1">{title}</h2>
                            <p>{text}</p>
                            <button class="button wide" type="button" data-testid="linking-again"
                                on:click=move |_| app.send(Command::CancelLinking)>{words::try_again()}</button>
                            <button class="button quiet wide" type="button" data-testid="linking-close" on:click=move |_| leave(app, on_end)>
                                {words::close()}
                            </button>
                        </div>
                    }
                        .into_any()
                }
            }}
        </div>
    }
}

/// Each step takes the place of the one before: the focus goes along, to what is asked, else to what is said.
fn follow_focus(app: App) {
    Effect::new(move |before: Option<()>| {
        app.linking.track();
        if before.is_some() {
            request_animation_frame(|| {
                let stops = [".linking input", ".linking h2", ".linking button"];
                if let Some(stop) = stops.iter().find(|stop| page::lost_focus() && page::can_focus(stop)) {
                    page::focus(stop);
                }
            });
        }
    });
}

/// How much of the history has gone to the new device.
#[component]
fn HandingOver() -> impl IntoView {
    let app = use_app();
    let complete = Memo::new(move |_| app.mirror.with(|mirror| mirror.complete));
    view! {
        <p data-testid="handing-over" data-complete=move || complete.get().to_string()>
            {move || if complete.get() { words::all_handed_over() } else { words::linked_text() }}
        </p>
        <Show when=move || !complete.get()>
            <progress class="progress" aria-label=words::handing_over()
                max=move || app.mirror.with(|mirror| mirror.messages_total.max(1)).to_string()
                value=move || app.mirror.with(|mirror| mirror.messages_done).to_string()></progress>
            <p class="faint">{move || app.mirror.with(words::handed_over)}</p>
        </Show>
    }
}

/// Back to the list of devices, not to the camera, which would read the same code again at once.
/// The core forgets the end of a linking when it is told that it was seen.
fn leave(app: App, on_end: impl Fn(End)) {
    let is_done = app.linking.with_untracked(|stage| matches!(stage, Some(LinkingStage::Done { .. })));
    app.send(Command::CancelLinking);
    app.linking.set(None);
    on_end(if is_done { End::Linked } else { End::Nothing });
}

#[component]
fn Scan(on_end: impl Fn(End) + Copy + Send + Sync + 'static) -> impl IntoView {
    let app = use_app();
    let pasting = RwSignal::new(false);
    let (text, error) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let try_code = move |text: String, pasted: bool| {
        error.set(String::new());
        app.ask(Command::ScanLinkCode { text, pasted }, move |result| {
            if let Err(refused) = result {
                let _ = error.try_set(words::error(&refused));
            }
        });
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        try_code(text.get_untracked(), true);
    };
    let paste_or_scan = move || {
        pasting.update(|on| *on = !*on);
        request_animation_frame(|| page::focus(".linking textarea"));
    };
    view! {
        <div class="linking-scan" data-testid="linking-scan">
            <Show
                when=move || pasting.get()
                fallback=move || {
                    view! {
                        <p class="pad">{words::scan_text()}</p>
                        <ScanView on_code=move |text| try_code(text, false)/>
                    }
                }
            >
                <form class="pad stack" on:submit=submit>
                    <p class="warning-box"><Icon name="warning"/> <span>{words::paste_warning()}</span></p>
                    <label class="field">
                        <span class="field-label">{words::paste_label()}</span>
                        <textarea class="input" rows="5" dir="ltr" spellcheck="false" autocomplete="off" data-testid="paste-code"
                            prop:value=text on:input=move |event| text.set(event_target_value(&event))></textarea>
                    </label>
                    <button class="button wide" type="submit" data-testid="paste-go">{words::next()}</button>
                </form>
            </Show>
            <p class="field-error pad" role="alert" data-testid="scan-error">{error}</p>
            <div class="pad stack">
                <button class="button quiet wide" type="button" data-testid="toggle-paste" on:click=move |_| paste_or_scan()>
                    {move || if pasting.get() { words::use_camera() } else { words::no_camera() }}
                </button>
                <button class="button quiet wide" type="button" data-testid="linking-cancel" on:click=move |_| on_end(End::Nothing)>{words::cancel()}</button>
            </div>
        </div>
    }
}

#[component]
fn Confirm(stage: LinkingStage, on_end: impl Fn(End) + Copy + Send + Sync + 'static) -> impl IntoView {
    let app = use_app();
    let LinkingStage::Confirm { browser, system, network, same_network, pasted, pin_needed, not_before_ms } = stage
    else {
        return ().into_any();
    };
    let (pin, refusal) = (RwSignal::new(String::new()), Refusal::none());
    let now = RwSignal::new(page::now_ms());
    if let Ok(timer) = set_interval_with_handle(
        move || {
            let _ = now.try_set(page::now_ms());
        },
        std::time::Duration::from_millis(500),
    ) {
        on_cleanup(move || timer.clear());
    }
    let wait_s = Memo::new(move |_| seconds_until(not_before_ms, now.get()));
    let confirm = move |event: SubmitEvent| {
        event.prevent_default();
        refusal.clear();
        app.ask(Command::ConfirmLink { pin: pin.get_untracked() }, move |result| {
            if let Err(refused) = result {
                refusal.tell(&refused);
            }
        });
    };
    view! {
        <form class="pad stack" data-testid="linking-confirm" on:submit=confirm>
            <h2 tabindex="-1">{words::confirm_title()}</h2>
            <p class="warning-box"><Icon name="warning"/> <span>{words::confirm_warning()}</span></p>
            <Show when=move || pasted>
                <p class="warning-box strong"><Icon name="warning"/> <span>{words::confirm_pasted()}</span></p>
            </Show>
            <dl class="facts">
                <div><dt>{words::browser()}</dt><dd data-testid="confirm-browser">{words::on_system(&browser, &system)}</dd></div>
                <div>
                    <dt>{words::network()}</dt>
                    <dd data-testid="confirm-network">
                        {if network.is_empty() { words::unknown().to_owned() } else { network }}
                        {(!same_network).then(|| view! { <strong class="danger"> {words::other_network()}</strong> })}
                    </dd>
                </div>
            </dl>
            <Show when=move || pin_needed>
                <PinField testid="confirm-pin" value=pin described_by="confirm-error"/>
            </Show>
            <RefusalText refusal id="confirm-error" testid="confirm-error"/>
            <button class="button wide" type="submit" disabled=move || { wait_s.get() > 0 || refusal.holds_form() } data-testid="confirm-link">
                {move || if wait_s.get() > 0 { words::link_in(wait_s.get()) } else { words::link_this().to_owned() }}
            </button>
            <button class="button quiet wide" type="button" data-testid="cancel-linking" on:click=move |_| leave(app, on_end)>
                {words::cancel()}
            </button>
        </form>
    }
    .into_any()
}

#[component]
fn Digits(digits: String, tries_left: u32, on_end: impl Fn(End) + Copy + Send + Sync + 'static) -> impl IntoView {
    let app = use_app();
    let spoken = digits.chars().map(String::from).collect::<Vec<_>>().join(" ");
    view! {
        <div class="linking-end" data-testid="linking-digits-page">
            <h2 tabindex="-1">{words::type_these()}</h2>
            <p class="big-digits" data-testid="linking-digits" aria-label=spoken role="img">{digits}</p>
            <p>{words::type_these_text()}</p>
            {(tries_left < 3).then(|| view! { <p class="field-error" role="alert">{words::digits_wrong(tries_left)}</p> })}
            <button class="button quiet wide" type="button" data-testid="cancel-linking" on:click=move |_| leave(app, on_end)>
                {words::cancel()}
            </button>
        </div>
    }
}
