//! Linking as the new device shows it: the code, the digits, the first moments.

use crate::platform::page;
use crate::primitives::icon::Icon;
use crate::primitives::qr::QrCode;
use crate::store::use_app;
use crate::words;
use client_api::{Command, LinkStage};
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// The page of the stage.
#[component]
pub fn Link() -> impl IntoView {
    let app = use_app();
    // A fresh code only changes the picture; the page around it stays.
    let page = Memo::new(move |_| match app.link.get() {
        LinkStage::Preparing | LinkStage::ShowCode { .. } | LinkStage::CodeIdle => 0,
        LinkStage::EnterDigits { .. } | LinkStage::Checking => 1,
        LinkStage::Certifying | LinkStage::Opening | LinkStage::Done => 2,
        LinkStage::Failed(_) => 3,
    });
    view! {
        <main class="link" data-testid="stage" data-stage="linking">
            <p class="link-name">{words::app_name()}</p>
            {move || match page.get() {
                0 => view! { <CodePage/> }.into_any(),
                1 => view! { <DigitsPage/> }.into_any(),
                2 => view! { <ProgressPage/> }.into_any(),
                _ => view! { <FailedPage/> }.into_any(),
            }}
            <p class="link-footer"><Icon name="lock-key"/> {words::encrypted_footer()}</p>
        </main>
    }
}

#[component]
fn CodePage() -> impl IntoView {
    let app = use_app();
    let text = Memo::new(move |before: Option<&String>| match app.link.get() {
        LinkStage::ShowCode { text, .. } => text,
        // The last code stays, veiled, until the next one comes.
        _ => before.cloned().unwrap_or_default(),
    });
    let idle = move || app.link.get() == LinkStage::CodeIdle;
    let copied = RwSignal::new(false);
    let copy = move |_| {
        page::copy(&text.get_untracked(), move |done| {
            let _ = copied.try_set(done);
            if !done {
                app.toast(words::copy_failed().to_owned(), false);
            }
        });
    };
    view! {
        <section class="link-card" data-testid="page-code">
            <div class="link-steps">
                <h1>{words::link_title()}</h1>
                <ol>
                    {words::link_steps().into_iter().map(|step| view! { <li><span>{step}</span></li> }).collect_view()}
                </ol>
                <button class="button quiet" type="button" data-testid="copy-code" disabled=move || text.get().is_empty() on:click=copy>
                    <Icon name="copy"/>
                    {move || if copied.get() { words::code_copied() } else { words::copy_code() }}
                </button>
                <p class="link-phone">{words::no_phone_yet()} " " <a href="/phone" data-testid="open-phone">{words::open_phone()}</a></p>
            </div>
            <div class="link-qr" class:idle=idle data-testid="link-qr-box" aria-busy=move || text.get().is_empty().to_string()>
                <Show when=move || !text.get().is_empty() fallback=|| view! { <div class="skeleton qr-skeleton"></div> }>
                    <QrCode text label=words::link_qr_label() testid="link-qr"/>
                </Show>
                <Show when=idle>
                    <button class="link-reload" type="button" data-testid="reload-code" on:click=move |_| app.start_link()>
                        <Icon name="arrow-clockwise"/>
                        {words::reload_code()}
                    </button>
                </Show>
            </div>
        </section>
    }
}

#[component]
fn DigitsPage() -> impl IntoView {
    let app = use_app();
    let boxes: [NodeRef<html::Input>; 4] = std::array::from_fn(|_| NodeRef::new());
    let digits = RwSignal::new([const { None::<char> }; 4]);
    let checking = Signal::derive(move || app.link.get() == LinkStage::Checking);
    let told = Memo::new(move |before: Option<&(String, u32, bool)>| match app.link.get() {
        LinkStage::EnterDigits { name, tries_left, wrong } => (name, tries_left, wrong),
        _ => before.cloned().unwrap_or_default(),
    });
    let focus = move |at: usize| {
        if let Some(input) = boxes.get(at).and_then(|input| input.get_untracked()) {
            let _ = input.focus();
            input.select();
        }
    };
    // A wrong try empties the boxes.
    Effect::new(move || {
        if let LinkStage::EnterDigits { .. } = app.link.get() {
            digits.set([None; 4]);
            if let Some(first) = boxes.first().and_then(|input| input.get()) {
                let _ = first.focus();
            }
        }
    });
    let typed = move |at: usize, text: String| {
        let mut new = text.chars().filter(char::is_ascii_digit).peekable();
        if new.peek().is_none() {
            digits.update(|digits| {
                if let Some(digit) = digits.get_mut(at) {
                    *digit = None;
                }
            });
            return;
        }
        // Four digits pasted into any box fill them all.
        let mut to = at;
        digits.update(|digits| {
            for digit in new.by_ref() {
                if let Some(place) = digits.get_mut(to) {
                    *place = Some(digit);
                    to += 1;
                }
            }
        });
        focus(to.min(3));
        let all: String = digits.get_untracked().iter().flatten().collect();
        if all.len() == 4 {
            app.send(Command::EnterLinkDigits { digits: all });
        }
    };
    let on_key = move |at: usize, event: leptos::ev::KeyboardEvent| match event.key().as_str() {
        "Backspace" if digits.with_untracked(|digits| digits.get(at).copied().flatten().is_none()) && at > 0 => {
            focus(at - 1)
        }
        "ArrowLeft" if at > 0 => focus(at - 1),
        "ArrowRight" if at < 3 => focus(at + 1),
        _ => {}
    };
    view! {
        <section class="link-card narrow" data-testid="page-digits">
            <h1>{words::digits_title()}</h1>
            <p>{move || told.with(|(name, ..)| words::digits_text(name))}</p>
            <div class="digits" role="group" aria-label=words::digits_label()>
                {boxes
                    .into_iter()
                    .enumerate()
                    .map(|(at, node)| {
                        view! {
                            <input
                                class="digit" node_ref=node type="text" inputmode="numeric" maxlength="4" autocomplete="off" dir="ltr"
                                aria-label=words::digit_label(at + 1) data-testid=format!("digit-{at}")
                                disabled=checking
                                prop:value=move || digits.get().get(at).copied().flatten().map(String::from).unwrap_or_default()
                                on:input=move |event| {
                                    let target = event.target().map(|target| target.unchecked_into::<web_sys::HtmlInputElement>());
                                    typed(at, target.map(|input| input.value()).unwrap_or_default());
                                }
                                on:keydown=move |event| on_key(at, event)
                            />
                        }
                    })
                    .collect_view()}
            </div>
            <p class="field-error" role="alert" data-testid="digits-error">
                {move || told.with(|(_, tries, wrong)| wrong.then(|| words::digits_wrong(*tries)))}
            </p>
            <p role="status">{move || checking.get().then_some(words::checking())}</p>
            <button class="button quiet" type="button" data-testid="cancel-link" on:click=move |_| app.send(Command::CancelLink)>
                {words::cancel()}
            </button>
        </section>
    }
}

#[component]
fn ProgressPage() -> impl IntoView {
    let app = use_app();
    let step = move || match app.link.get() {
        LinkStage::Certifying => (1, words::certifying()),
        LinkStage::Opening => (2, words::opening_overview()),
        _ => (3, words::linked_title()),
    };
    view! {
        <section class="link-card narrow glint" data-testid="page-progress">
            <h1 role="status">{move || step().1}</h1>
            <progress class="progress" max="3" value=move || step().0 aria-label=words::link_progress()></progress>
            <p>{words::link_progress_text()}</p>
        </section>
    }
}

#[component]
fn FailedPage() -> impl IntoView {
    let app = use_app();
    let told = move || match app.link.get() {
        LinkStage::Failed(failure) => words::link_failure(failure),
        _ => ("", ""),
    };
    view! {
        <section class="link-card narrow" data-testid="page-failed" role="alert">
            <Icon name="warning-circle"/>
            <h1 data-testid="failure-title">{move || told().0}</h1>
            <p>{move || told().1}</p>
            <button class="button" type="button" data-testid="link-again" on:click=move |_| app.start_link()>{words::try_again()}</button>
        </section>
    }
}
