//! Registration on the phone: number, code, PIN, profile. Each page is a form with one question.

use crate::features::profile::ProfileForm;
use crate::features::refusal::{Refusal, RefusalText};
use crate::model::clock::{self, seconds_until};
use crate::platform::{backup_file, page};
use crate::primitives::dialog::Dialog;
use crate::primitives::pin_field::{PinField, is_whole};
use crate::store::{App, use_app};
use crate::words;
use client_api::{BackupPlace, Command, RegistrationStage};
use leptos::ev::SubmitEvent;
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;

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
    // Whoever comes back to change it finds it as it was typed.
    let number = RwSignal::new(String::new());
    view! {
        <main class="setup" data-testid="stage" data-stage="registering" aria-busy=move || busy.get().to_string()>
            <p class="setup-name">{words::app_name()}</p>
            {move || match page.with(|_| shown.get_untracked()) {
                RegistrationStage::Busy => view! { <p role="status">{words::one_moment()}</p> }.into_any(),
                RegistrationStage::Number { .. } => view! { <NumberPage shown busy number/> }.into_any(),
                RegistrationStage::Code { .. } => view! { <CodePage shown busy number/> }.into_any(),
                RegistrationStage::Pin => view! { <PinPage busy/> }.into_any(),
                RegistrationStage::Restore { .. } => view! { <RestorePage shown busy/> }.into_any(),
                RegistrationStage::ChoosePin => view! { <ChoosePinPage busy/> }.into_any(),
                RegistrationStage::Profile => view! { <ProfilePage/> }.into_any(),
            }}
        </main>
    }
}

/// Sends a command and shows its refusal beside the field.
fn submit(app: App, refusal: Refusal, command: Command) {
    refusal.clear();
    app.ask(command, move |result| {
        if let Err(refused) = result {
            refusal.tell(&refused);
        }
    });
}

/// The same for what can be done beside answering the question.
fn submit_beside(app: App, refusal: Refusal, command: Command) {
    refusal.clear();
    app.ask(command, move |result| {
        if let Err(refused) = result {
            refusal.tell_beside(&refused);
        }
    });
}

/// With the invite whose link opened the page, if one did.
fn ask_code(app: App, number: String) -> Command {
    Command::RequestCode { number, invite: app.invite.get_untracked() }
}

/// What is typed into.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Field {
    Number,
    Code,
    Pin,
    RecoveryKey,
}

impl Field {
    fn keyboard(self) -> &'static str {
        if self == Self::Number { "tel" } else { "numeric" }
    }

    fn autocomplete(self) -> &'static str {
        match self {
            Self::Number => "tel",
            Self::Code => "one-time-code",
            Self::Pin | Self::RecoveryKey => "off",
        }
    }
}

/// One question. Its field has the focus: whoever answered the one before types on. What reads the screen aloud says the
/// heading with the field, as the focus passes it by.
#[component]
fn Question(
    testid: &'static str,
    input_testid: &'static str,
    #[prop(into)] title: String,
    #[prop(into)] text: Signal<String>,
    label: &'static str,
    field: Field,
    #[prop(default = 96)] length_max: u32,
    value: RwSignal<String>,
    refusal: Refusal,
    #[prop(into)] busy: Signal<bool>,
    go: &'static str,
    go_testid: &'static str,
    on_go: impl Fn() + 'static,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    let on_submit = move |event: SubmitEvent| {
        event.prevent_default();
        on_go();
    };
    let input = NodeRef::<html::Input>::new();
    let invalid = Signal::derive(move || refusal.is_told());
    keep_focus(input, invalid);
    let typed = if field == Field::Pin {
        view! { <PinField testid=input_testid value described_by=DESCRIBED_BY invalid node_ref=input/> }.into_any()
    } else {
        view! {
            <label class="field">
                <span class="field-label">{label}</span>
                <input
                    class="input" class:secret=matches!(field, Field::Code | Field::RecoveryKey) type=if field == Field::Number { "tel" } else { "text" }
                    inputmode=field.keyboard() autocomplete=field.autocomplete() maxlength=length_max dir="ltr" data-testid=input_testid
                    node_ref=input aria-invalid=move || invalid.get().to_string() aria-describedby=DESCRIBED_BY
                    prop:value=value on:input=move |event| value.set(event_target_value(&event))
                />
            </label>
        }
        .into_any()
    };
    view! {
        <form class="setup-form" data-testid=testid aria-labelledby="question-title" on:submit=on_submit novalidate>
            <h1 id="question-title">{title}</h1>
            <p id="question-text" class="setup-text">{text}</p>
            {typed}
            <RefusalText refusal id="question-error" testid="form-error"/>
            <button class="button wide" type="submit" disabled=move || busy.get() || refusal.holds_form() data-testid=go_testid>
                {move || if busy.get() { words::one_moment() } else { go }}
            </button>
            {children.map(|children| children())}
        </form>
    }
}

const DESCRIBED_BY: &str = "question-title question-text question-error";

/// To the field when it is there, and back to it when what was typed is refused: the button that was pressed sleeps while a
/// request is under way, and a button that falls asleep loses the focus to nothing. What stands there already is selected: whoever
/// types takes its place.
fn keep_focus(input: NodeRef<html::Input>, refused: Signal<bool>) {
    Effect::new(move |before: Option<bool>| {
        let is_new = before != Some(true);
        let refused = refused.get();
        let Some(input) = input.get() else { return false };
        if is_new || refused {
            let _ = input.focus();
        }
        if is_new {
            // Its value is put into it after this.
            request_animation_frame(move || {
                if !input.value().is_empty() {
                    input.select();
                }
            });
        }
        true
    });
}

#[component]
fn NumberPage(shown: Memo<RegistrationStage>, busy: Signal<bool>, number: RwSignal<String>) -> impl IntoView {
    let app = use_app();
    let refusal = Refusal::none();
    // Another number has its own count of tries.
    Effect::new(move |before: Option<String>| {
        let typed = number.get();
        if before.is_some_and(|before| before != typed) {
            refusal.clear();
        }
        typed
    });
    let text = Signal::derive(move || match shown.get() {
        RegistrationStage::Number { server_name, default_region } => words::number_text(&server_name, &default_region),
        _ => String::new(),
    });
    view! {
        <Question
            testid="page-number" input_testid="number-input" title=words::number_title() text=text label=words::number_label()
            field=Field::Number value=number refusal busy go=words::next() go_testid="number-next"
            on_go=move || submit(app, refusal, ask_code(app, number.get_untracked()))
        >
            <p class="setup-note">{words::phone_note()}</p>
        </Question>
    }
}

#[component]
fn CodePage(shown: Memo<RegistrationStage>, busy: Signal<bool>, number: RwSignal<String>) -> impl IntoView {
    let app = use_app();
    let told = Memo::new(move |before: Option<&(String, u64, u32)>| match shown.get() {
        RegistrationStage::Code { number, next_code_at_ms, length } => (number, next_code_at_ms, length),
        _ => before.cloned().unwrap_or_default(),
    });
    let text = Signal::derive(move || told.with(|(number, _, length)| words::code_text(number, *length)));
    let (value, refusal) = (RwSignal::new(String::new()), Refusal::none());
    // The page may have been loaded anew since it was typed.
    if number.with_untracked(String::is_empty) {
        number.set(told.with_untracked(|(number, ..)| number.clone()));
    }
    let now = RwSignal::new(page::now_ms());
    if let Ok(timer) = set_interval_with_handle(
        move || {
            let _ = now.try_set(page::now_ms());
        },
        std::time::Duration::from_secs(1),
    ) {
        on_cleanup(move || timer.clear());
    }
    let wait_s = move || seconds_until(told.with(|(_, next_code_at_ms, _)| *next_code_at_ms), now.get());
    let again = move || told.with_untracked(|(number, ..)| number.clone());
    view! {
        <Question
            testid="page-code" input_testid="code-input" title=words::code_title() text label=words::code_label()
            field=Field::Code length_max=16 value refusal busy go=words::next() go_testid="code-next"
            on_go=move || submit(app, refusal, Command::VerifyCode { code: value.get_untracked() })
        >
            <div class="setup-more">
                <button
                    class="button quiet" type="button" data-testid="code-again" disabled=move || { wait_s() > 0 }
                    on:click=move |_| submit_beside(app, refusal, ask_code(app, again()))
                >
                    {move || if wait_s() > 0 { words::new_code_in(wait_s()) } else { words::new_code().to_owned() }}
                </button>
                <button class="button quiet" type="button" data-testid="code-back"
                    on:click=move |_| submit_beside(app, refusal, Command::RestartRegistration)>
                    {words::other_number()}
                </button>
            </div>
        </Question>
    }
}

#[component]
fn PinPage(busy: Signal<bool>) -> impl IntoView {
    let app = use_app();
    let (value, refusal) = (RwSignal::new(String::new()), Refusal::none());
    view! {
        <Question
            testid="page-pin" input_testid="pin-input" title=words::pin_title() text=words::pin_text() label=words::pin_label()
            field=Field::Pin value refusal busy go=words::next() go_testid="pin-next"
            on_go=move || submit_pin(app, refusal, value.get_untracked(), |pin| Command::EnterPin { pin })
        >
            <button class="button quiet" type="button" data-testid="pin-back"
                on:click=move |_| submit_beside(app, refusal, Command::RestartRegistration)>
                {words::other_number()}
            </button>
        </Question>
    }
}

/// What is to be done with a PIN, once all of it is there.
fn submit_pin(app: App, refusal: Refusal, pin: String, command: impl FnOnce(String) -> Command) {
    if is_whole(&pin) {
        submit(app, refusal, command(pin));
    } else {
        refusal.tell(&client_api::UserError::PinInvalid);
    }
}

/// The number's account has a backup.
#[component]
fn RestorePage(shown: Memo<RegistrationStage>, busy: Signal<bool>) -> impl IntoView {
    let app = use_app();
    let (value, refusal) = (RwSignal::new(String::new()), Refusal::none());
    let (anew, reading) = (RwSignal::new(false), RwSignal::new(false));
    let made_ms = move || match shown.get() {
        RegistrationStage::Restore { made_ms, .. } => made_ms,
        _ => 0,
    };
    let text = Signal::derive(move || {
        let companions = match shown.get() {
            RegistrationStage::Restore { companions, .. } => companions,
            _ => 0,
        };
        match made_ms() {
            0 => words::restore_from_file_text(companions),
            ms => words::restore_text(&clock::moment(ms, page::now_ms(), page::zone_at(ms)), companions),
        }
    });
    let restore = move |place| {
        submit(app, refusal, Command::RestoreBackup { key: value.get_untracked(), place });
    };
    let file = NodeRef::<html::Input>::new();
    let picked = move |_| {
        let Some(input) = file.get_untracked() else { return };
        let chosen = input.files().and_then(|files| files.get(0));
        // The same one may be chosen again, after a wrong key.
        input.set_value("");
        let Some(chosen) = chosen else { return };
        refusal.clear();
        reading.set(true);
        spawn_local(async move {
            match backup_file::read(chosen).await {
                Ok(()) => restore(BackupPlace::File),
                Err(refused) => refusal.tell_beside(&refused),
            }
            let _ = reading.try_set(false);
        });
    };
    let busy = Signal::derive(move || busy.get() || reading.get());
    let pick = move || {
        if let Some(input) = file.get_untracked() {
            input.click();
        }
    };
    // Where the server has none, it is a file's.
    let go = move || if made_ms() == 0 { pick() } else { restore(BackupPlace::Server) };
    view! {
        <Question
            testid="page-restore" input_testid="recovery-input" title=words::restore_title() text label=words::recovery_key()
            field=Field::RecoveryKey length_max=160 value refusal busy go=words::restore() go_testid="restore-next"
            on_go=go
        >
            <div class="setup-more">
                <input class="no-show" type="file" tabindex="-1" aria-hidden="true" node_ref=file on:change=picked data-testid="restore-file-input"/>
                <button class="button quiet" type="button" data-testid="restore-file"
                    on:click=move |_| pick()>
                    {words::restore_file()}
                </button>
                <button class="button quiet" type="button" data-testid="start-anew" on:click=move |_| anew.set(true)>{words::start_anew()}</button>
            </div>
            <Show when=move || anew.get()>
                <Dialog title=Signal::stored(words::start_anew_title().to_owned()) testid="start-anew-dialog" on_close=move || anew.set(false)>
                    <p>{words::start_anew_text()}</p>
                    <div class="dialog-actions">
                        <button class="button quiet" type="button" data-testid="start-anew-no" on:click=move |_| anew.set(false)>{words::cancel()}</button>
                        <button class="button danger" type="button" data-testid="start-anew-yes"
                            on:click=move |_| { anew.set(false); submit_beside(app, refusal, Command::StartAnew); }>{words::start_anew()}</button>
                    </div>
                </Dialog>
            </Show>
        </Question>
    }
}

#[component]
fn ChoosePinPage(busy: Signal<bool>) -> impl IntoView {
    let app = use_app();
    let (value, refusal) = (RwSignal::new(String::new()), Refusal::none());
    let choose = move || submit_pin(app, refusal, value.get_untracked(), |pin| Command::SetPin { pin });
    view! {
        <Question
            testid="page-choose-pin" input_testid="choose-pin-input" title=words::choose_pin_title() text=words::choose_pin_text()
            label=words::pin_label() field=Field::Pin value refusal busy go=words::set_pin() go_testid="choose-pin-next" on_go=choose
        >
            <button class="button quiet" type="button" data-testid="choose-pin-later"
                on:click=move |_| submit_beside(app, refusal, Command::SetPin { pin: String::new() })>
                {words::later()}
            </button>
        </Question>
    }
}

#[component]
fn ProfilePage() -> impl IntoView {
    let name = NodeRef::<html::Input>::new();
    keep_focus(name, Signal::stored(false));
    view! {
        <section class="setup-form" data-testid="page-profile" aria-labelledby="question-title">
            <h1 id="question-title">{words::profile_title()}</h1>
            <p id="question-text" class="setup-text">{words::profile_text()}</p>
            <ProfileForm go=words::finish() name_field=name described_by="question-title question-text profile-error" on_saved=|| page::keep_storage()/>
            <p class="setup-note">{words::losing_phone()}</p>
        </section>
    }
}
