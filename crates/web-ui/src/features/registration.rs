//! Registration on the phone: number, code, PIN, profile. Each page is a form with one question.

use crate::features::profile::ProfileForm;
use crate::platform::page;
use crate::store::{App, use_app};
use crate::words;
use client_api::{Command, RegistrationStage};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;

/// The page of the stage.
#[component]
pub fn Registration() -> impl IntoView {
    let app = use_app();
    // While a request is under way the page that asked stays, so that nothing typed is lost.
    let shown = Memo::new(move |before: Option<&RegistrationStage>| match (app.registration.get(), before) {
        (RegistrationStage::Busy, Some(before)) => before.clone(),
        (stage, _) => stage,
    });
    let busy = Signal::derive(move || app.registration.get() == RegistrationStage::Busy);
    // What a page says may change while somebody types into it, as when the server has told its name: only another page takes its place.
    let page = Memo::new(move |_| shown.with(std::mem::discriminant));
    view! {
        <main class="setup" data-testid="stage" data-stage="registering" aria-busy=move || busy.get().to_string()>
            <p class="setup-name">{words::APP}</p>
            {move || match page.with(|_| shown.get_untracked()) {
                RegistrationStage::Busy => view! { <p role="status">{words::ONE_MOMENT}</p> }.into_any(),
                RegistrationStage::Number { .. } => view! { <NumberPage shown busy/> }.into_any(),
                RegistrationStage::Code { .. } => view! { <CodePage shown busy/> }.into_any(),
                RegistrationStage::Pin => view! { <PinPage busy/> }.into_any(),
                RegistrationStage::ChoosePin => view! { <ChoosePinPage busy/> }.into_any(),
                RegistrationStage::Profile => view! { <ProfilePage/> }.into_any(),
            }}
        </main>
    }
}

/// Sends a command and shows its refusal beside the field.
fn submit(app: App, error: RwSignal<String>, command: Command) {
    error.set(String::new());
    app.ask(command, move |result| {
        if let Err(refused) = result {
            let _ = error.try_set(words::error(&refused));
        }
    });
}

/// One question.
#[component]
fn Question(
    page: &'static str,
    #[prop(into)] title: String,
    #[prop(into)] text: Signal<String>,
    #[prop(into)] label: String,
    mode: &'static str,
    autocomplete: &'static str,
    #[prop(default = 64)] length_max: u32,
    value: RwSignal<String>,
    error: RwSignal<String>,
    #[prop(into)] busy: Signal<bool>,
    go: &'static str,
    on_go: impl Fn() + 'static,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    let on_submit = move |event: SubmitEvent| {
        event.prevent_default();
        on_go();
    };
    view! {
        <form class="setup-form" data-testid=format!("page-{page}") on:submit=on_submit novalidate>
            <h1>{title}</h1>
            <p class="setup-text">{text}</p>
            <label class="field">
                <span class="field-label">{label}</span>
                <input
                    class="input"
                    class:secret=move || mode == "numeric"
                    type=if mode == "tel" { "tel" } else { "text" }
                    inputmode=mode
                    autocomplete=autocomplete
                    maxlength=length_max
                    dir="ltr"
                    autofocus
                    data-testid=format!("{page}-input")
                    aria-invalid=move || (!error.get().is_empty()).to_string()
                    aria-describedby="question-error"
                    prop:value=value
                    on:input=move |event| value.set(event_target_value(&event))
                />
            </label>
            <p id="question-error" class="field-error" role="alert" data-testid="form-error">{error}</p>
            <button class="button wide" type="submit" disabled=busy data-testid=format!("{page}-next")>
                {move || if busy.get() { words::ONE_MOMENT } else { go }}
            </button>
            {children.map(|children| children())}
        </form>
    }
}

#[component]
fn NumberPage(shown: Memo<RegistrationStage>, busy: Signal<bool>) -> impl IntoView {
    let app = use_app();
    let (value, error) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let text = Signal::derive(move || match shown.get() {
        RegistrationStage::Number { server_name, default_region } => words::number_text(&server_name, &default_region),
        _ => String::new(),
    });
    view! {
        <Question
            page="number" title=words::NUMBER_TITLE text=text label=words::NUMBER_LABEL mode="tel" autocomplete="tel"
            value error busy go=words::NEXT
            on_go=move || submit(app, error, Command::RequestCode { number: value.get_untracked() })
        >
            <p class="setup-note">{words::PHONE_NOTE}</p>
        </Question>
    }
}

#[component]
fn CodePage(shown: Memo<RegistrationStage>, busy: Signal<bool>) -> impl IntoView {
    let app = use_app();
    let told = Memo::new(move |before: Option<&(String, u64, u32)>| match shown.get() {
        RegistrationStage::Code { number, next_code_at_ms, length } => (number, next_code_at_ms, length),
        _ => before.cloned().unwrap_or_default(),
    });
    let text = Signal::derive(move || told.with(|(number, _, length)| words::code_text(number, *length)));
    let (value, error) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let now = RwSignal::new(page::now_ms());
    if let Ok(timer) = set_interval_with_handle(
        move || {
            let _ = now.try_set(page::now_ms());
        },
        std::time::Duration::from_secs(1),
    ) {
        on_cleanup(move || timer.clear());
    }
    let wait_s = move || {
        let wait_ms = told.with(|(_, next_code_at_ms, _)| next_code_at_ms.saturating_sub(now.get()));
        u32::try_from(wait_ms.div_ceil(1_000)).unwrap_or(u32::MAX)
    };
    let again = move || told.with_untracked(|(number, ..)| number.clone());
    view! {
        <Question
            page="code" title=words::CODE_TITLE text label=words::CODE_LABEL mode="numeric"
            autocomplete="one-time-code" length_max=16 value error busy go=words::NEXT
            on_go=move || submit(app, error, Command::VerifyCode { code: value.get_untracked() })
        >
            <div class="setup-more">
                <button
                    class="button quiet" type="button" data-testid="code-again" disabled=move || { wait_s() > 0 }
                    on:click=move |_| submit(app, error, Command::RequestCode { number: again() })
                >
                    {move || if wait_s() > 0 { words::new_code_in(wait_s()) } else { words::NEW_CODE.to_owned() }}
                </button>
                <button class="button quiet" type="button" data-testid="code-back"
                    on:click=move |_| submit(app, error, Command::RestartRegistration)>
                    {words::OTHER_NUMBER}
                </button>
            </div>
        </Question>
    }
}

#[component]
fn PinPage(busy: Signal<bool>) -> impl IntoView {
    let app = use_app();
    let (value, error) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    view! {
        <Question
            page="pin" title=words::PIN_TITLE text=words::PIN_TEXT label=words::PIN_LABEL mode="numeric" autocomplete="off"
            length_max=6 value error busy go=words::NEXT
            on_go=move || submit(app, error, Command::EnterPin { pin: value.get_untracked() })
        >
            <button class="button quiet" type="button" data-testid="pin-back"
                on:click=move |_| submit(app, error, Command::RestartRegistration)>
                {words::OTHER_NUMBER}
            </button>
        </Question>
    }
}

#[component]
fn ChoosePinPage(busy: Signal<bool>) -> impl IntoView {
    let app = use_app();
    let (value, error) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let choose = move || {
        let pin = value.get_untracked();
        if pin.trim().is_empty() {
            return error.set(words::error(&client_api::UserError::PinInvalid));
        }
        submit(app, error, Command::SetPin { pin });
    };
    view! {
        <Question
            page="choose-pin" title=words::CHOOSE_PIN_TITLE text=words::CHOOSE_PIN_TEXT label=words::PIN_LABEL mode="numeric"
            autocomplete="off" length_max=6 value error busy go=words::SET_PIN on_go=choose
        >
            <button class="button quiet" type="button" data-testid="choose-pin-later"
                on:click=move |_| submit(app, error, Command::SetPin { pin: String::new() })>
                {words::LATER}
            </button>
        </Question>
    }
}

#[component]
fn ProfilePage() -> impl IntoView {
    view! {
        <section class="setup-form" data-testid="page-profile">
            <h1>{words::PROFILE_TITLE}</h1>
            <p class="setup-text">{words::PROFILE_TEXT}</p>
            <ProfileForm go=words::FINISH on_saved=|| page::keep_storage()/>
            <p class="setup-note">{words::LOSING_PHONE}</p>
        </section>
    }
}
