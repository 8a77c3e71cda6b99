//! Backups in the settings: the recovery key, made and written down; when it was last backed up; into a file; off. And the end of the account.

use crate::model::clock;
use crate::platform::{backup_file, page};
use crate::primitives::dialog::Dialog;
use crate::primitives::icon::Icon;
use crate::primitives::pin_field::PinField;
use crate::store::{App, use_app};
use crate::words;
use client_api::{Answer, BackupState, Command};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// Groups that are asked for, from 0.
const ASKED: [usize; 2] = [2, 6];

/// The rows of the settings, on the phone.
#[component]
pub fn BackupRows() -> impl IntoView {
    let app = use_app();
    let (backup, deleting) = (RwSignal::new(false), RwSignal::new(false));
    view! {
        <h2 class="rows-title">{words::backup()}</h2>
        <ul class="rows">
            <li><button class="action-row" type="button" data-testid="open-backup" on:click=move |_| backup.set(true)>
                <Icon name="archive"/>
                <span class="two-lines">
                    <span>{words::backup()}</span>
                    <span class="faint" data-testid="backup-state">{move || state_words(app.backup.get())}</span>
                </span>
            </button></li>
            <li><button class="action-row" type="button" data-testid="open-delete-account" on:click=move |_| deleting.set(true)>
                <Icon name="trash"/> <span>{words::delete_account()}</span>
            </button></li>
        </ul>
        <Show when=move || backup.get()><BackupDialog open=backup/></Show>
        <Show when=move || deleting.get()><DeleteDialog open=deleting/></Show>
    }
}

fn moment(ms: u64) -> String {
    clock::moment(ms, page::now_ms(), page::zone_at(ms))
}

fn state_words(state: BackupState) -> String {
    match state {
        BackupState { making: Some((done, total)), .. } => words::backing_up(done, total),
        BackupState { failed: Some(failure), .. } => words::backup_failed(failure).to_owned(),
        BackupState { made_ms: 1.., .. } => words::backed_up(&moment(state.made_ms)),
        BackupState { .. } => words::no_backup_yet().to_owned(),
    }
}

/// What the dialog shows while backups are off.
#[derive(Clone, PartialEq)]
enum Step {
    Explain,
    Key(String),
    Confirm(String),
}

#[component]
fn BackupDialog(open: RwSignal<bool>) -> impl IntoView {
    let app = use_app();
    let (step, error) = (RwSignal::new(Step::Explain), RwSignal::new(String::new()));
    let on = Memo::new(move |_| app.backup.get().on);
    let title = Signal::derive(move || match (on.get(), step.get()) {
        (false, Step::Key(_) | Step::Confirm(_)) => words::key_title().to_owned(),
        _ => words::backup().to_owned(),
    });
    view! {
        <Dialog title testid="backup-dialog" on_close=move || open.set(false)>
            {move || if on.get() {
                view! { <TurnedOn open error/> }.into_any()
            } else {
                match step.get() {
                    Step::Explain => view! { <Explain open step error/> }.into_any(),
                    Step::Key(key) => view! { <ShownKey key step/> }.into_any(),
                    Step::Confirm(key) => view! { <Confirm key step error/> }.into_any(),
                }
            }}
            <p class="field-error" role="alert" data-testid="backup-error">{error}</p>
        </Dialog>
    }
}

#[component]
fn Explain(open: RwSignal<bool>, step: RwSignal<Step>, error: RwSignal<String>) -> impl IntoView {
    let app = use_app();
    let make = move |_| {
        app.ask(Command::MakeRecoveryKey, move |result| match result {
            Ok(Answer::RecoveryKey(key)) => _ = step.try_set(Step::Key(key.0)),
            Ok(_) => {}
            Err(refused) => _ = error.try_set(words::error(&refused)),
        });
    };
    view! {
        <p>{words::backup_text()}</p>
        <div class="dialog-actions">
            <button class="button quiet" type="button" on:click=move |_| open.set(false)>{words::cancel()}</button>
            <button class="button" type="button" data-testid="make-key" on:click=make>{words::make_key()}</button>
        </div>
    }
}

#[component]
fn ShownKey(key: String, step: RwSignal<Step>) -> impl IntoView {
    let groups: Vec<String> = key.split(' ').map(str::to_owned).collect();
    view! {
        <p>{words::key_text()}</p>
        <ol class="recovery-key" dir="ltr" data-testid="recovery-key">
            {groups.into_iter().map(|group| view! { <li>{group}</li> }).collect_view()}
        </ol>
        <div class="dialog-actions">
            <button class="button" type="button" data-testid="wrote-down" on:click=move |_| step.set(Step::Confirm(key.clone()))>{words::wrote_it_down()}</button>
        </div>
    }
}

#[component]
fn Confirm(key: String, step: RwSignal<Step>, error: RwSignal<String>) -> impl IntoView {
    let app = use_app();
    let typed = ASKED.map(|_| RwSignal::new(String::new()));
    let shown = key.clone();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let groups: Vec<&str> = key.split(' ').collect();
        let is_right = |(at, typed): (usize, RwSignal<String>)| {
            groups.get(at).is_some_and(|group| typed.with_untracked(|typed| typed.replace(' ', "") == *group))
        };
        if !ASKED.into_iter().zip(typed).all(is_right) {
            error.set(words::confirm_wrong().to_owned());
            return;
        }
        error.set(String::new());
        app.ask(Command::TurnBackupOn { key: key.clone() }, move |result| {
            if let Err(refused) = result {
                let _ = error.try_set(words::error(&refused));
            }
        });
    };
    let again = move |_| {
        error.set(String::new());
        step.set(Step::Key(shown.clone()));
    };
    view! {
        <form class="stack" on:submit=submit>
            <p>{words::confirm_text()}</p>
            {ASKED.into_iter().zip(typed).map(|(at, value)| view! {
                <label class="field">
                    <span class="field-label">{words::group_label(at + 1)}</span>
                    <input class="input secret" inputmode="numeric" autocomplete="off" maxlength="12" dir="ltr" data-testid=format!("key-group-{}", at + 1)
                        prop:value=value on:input=move |event| value.set(event_target_value(&event))/>
                </label>
            }).collect_view()}
            <div class="dialog-actions">
                <button class="button quiet" type="button" data-testid="key-again" on:click=again>{words::show_key_again()}</button>
                <button class="button" type="submit" data-testid="backup-on">{words::turn_on()}</button>
            </div>
        </form>
    }
}

#[component]
fn TurnedOn(open: RwSignal<bool>, error: RwSignal<String>) -> impl IntoView {
    let app = use_app();
    let (saving, off) = (RwSignal::new(false), RwSignal::new(false));
    let tell = move |refused: &client_api::UserError| _ = error.try_set(words::error(refused));
    let act = move |command: Command| {
        error.set(String::new());
        app.ask(command, move |result| {
            if let Err(refused) = result {
                tell(&refused);
            }
        });
    };
    let save = move |_| {
        saving.set(true);
        error.set(String::new());
        spawn_local(async move {
            match backup_file::write(words::backup_file_name()).await {
                Ok(()) => app.toast(words::backup_saved().to_owned(), false),
                Err(refused) => tell(&refused),
            }
            let _ = saving.try_set(false);
        });
    };
    let is_making = move || app.backup.with(|backup| backup.making.is_some());
    view! {
        <p role="status" data-testid="backup-status">{move || state_words(app.backup.get())}</p>
        <Show when=move || !off.get() fallback=move || view! {
            <p>{words::backup_off_text()}</p>
            <div class="dialog-actions">
                <button class="button quiet" type="button" on:click=move |_| off.set(false)>{words::cancel()}</button>
                <button class="button danger" type="button" data-testid="backup-off-yes"
                    on:click=move |_| { act(Command::TurnBackupOff); open.set(false); }>{words::turn_off()}</button>
            </div>
        }>
            <div class="stack dialog-choices">
                <button class="button" type="button" data-testid="backup-now" disabled=is_making on:click=move |_| act(Command::BackUpNow)>{words::back_up_now()}</button>
                <button class="button quiet" type="button" data-testid="backup-file" disabled=move || saving.get() on:click=save>{words::backup_to_file()}</button>
                <button class="button quiet" type="button" data-testid="backup-off" on:click=move |_| off.set(true)>{words::turn_off()}</button>
            </div>
        </Show>
    }
}

#[component]
fn DeleteDialog(open: RwSignal<bool>) -> impl IntoView {
    let app: App = use_app();
    let (number, pin, error) =
        (RwSignal::new(String::new()), RwSignal::new(String::new()), RwSignal::new(String::new()));
    let has_pin = move || app.profile.with(|profile| profile.as_ref().is_some_and(|profile| profile.pin_set));
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        error.set(String::new());
        let command = Command::DeleteAccount { pin: pin.get_untracked(), number: number.get_untracked() };
        app.ask(command, move |result| {
            if let Err(refused) = result {
                let _ = error.try_set(words::error(&refused));
            }
        });
    };
    view! {
        <Dialog title=Signal::stored(words::delete_account_title().to_owned()) testid="delete-account-dialog" on_close=move || open.set(false)>
            <form class="stack" on:submit=submit>
                <p>{words::delete_account_text()}</p>
                <label class="field">
                    <span class="field-label">{words::type_your_number()}</span>
                    <input class="input" type="tel" inputmode="tel" autocomplete="off" dir="ltr" data-testid="delete-number"
                        prop:value=number on:input=move |event| number.set(event_target_value(&event))/>
                </label>
                <Show when=has_pin><PinField testid="delete-pin" value=pin described_by="delete-error"/></Show>
                <p id="delete-error" class="field-error" role="alert" data-testid="delete-error">{error}</p>
                <div class="dialog-actions">
                    <button class="button quiet" type="button" on:click=move |_| open.set(false)>{words::cancel()}</button>
                    <button class="button danger" type="submit" data-testid="delete-account-yes">{words::delete_account()}</button>
                </div>
            </form>
        </Dialog>
    }
}
