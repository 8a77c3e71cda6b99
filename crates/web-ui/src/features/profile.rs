//! The own name, about and photo: as a page of registration and of the settings.

use crate::platform::photo;
use crate::primitives::avatar::{Avatar, Face};
use crate::primitives::icon::Icon;
use crate::store::use_app;
use crate::words;
use client_api::{AccountId, Command, UserError};
use leptos::ev::SubmitEvent;
use leptos::html;
use leptos::prelude::*;
use send_wrapper::SendWrapper;

/// The form. What is there already is filled in.
#[component]
pub fn ProfileForm(
    go: &'static str,
    #[prop(optional)] name_field: NodeRef<html::Input>,
    /// The ids of what explains the name's field.
    #[prop(default = "profile-error")]
    described_by: &'static str,
    on_saved: impl Fn() + Clone + 'static,
) -> impl IntoView {
    let app = use_app();
    let before = app.profile.get_untracked();
    let account = before.as_ref().map_or(AccountId([0; 16]), |profile| profile.account);
    let name = RwSignal::new(before.as_ref().map(|profile| profile.name.clone()).unwrap_or_default());
    let about = RwSignal::new(before.as_ref().map(|profile| profile.about.clone()).unwrap_or_default());
    let photo = RwSignal::new(before.map(|profile| profile.photo).unwrap_or_default());
    let changed = RwSignal::new(None::<photo::Photo>);
    let (error, busy) = (RwSignal::new(String::new()), RwSignal::new(false));
    let file = NodeRef::<html::Input>::new();

    let picked = move |_| {
        let Some(chosen) = file.get_untracked().and_then(|input| input.files()).and_then(|files| files.get(0)) else {
            return;
        };
        wasm_bindgen_futures::spawn_local(async move {
            match photo::profile_photo(chosen).await {
                Some(new) => {
                    let _ = photo.try_set(new.jpeg.clone());
                    let _ = changed.try_set(Some(new));
                    let _ = error.try_set(String::new());
                }
                None => {
                    let _ = error.try_set(words::error(&UserError::PhotoInvalid));
                }
            }
        });
    };
    let on_saved = SendWrapper::new(on_saved);
    let save = move |event: SubmitEvent| {
        event.prevent_default();
        error.set(String::new());
        busy.set(true);
        let command = Command::SetProfile { name: name.get_untracked(), about: about.get_untracked(), photo: None };
        let (on_saved, photo) = (on_saved.clone(), changed.get_untracked());
        app.ask(command, move |result| {
            let _ = busy.try_set(false);
            match result {
                Ok(_) => {
                    // With its small picture, which the name's command does not know.
                    if let Some(photo::Photo { jpeg, thumb }) = photo {
                        app.send(Command::SetPhoto { photo: jpeg, thumb });
                    }
                    on_saved();
                }
                Err(refused) => {
                    let _ = error.try_set(words::error(&refused));
                }
            }
        });
    };
    let face = Signal::derive(move || Face { account, name: name.get(), photo: photo.get(), notes: false });
    view! {
        <form class="profile-form" on:submit=save novalidate>
            <label class="photo-field">
                <Avatar face size="huge"/>
                <span class="photo-words"><Icon name="camera"/> {words::choose_photo()}</span>
                <input class="hidden-input" type="file" accept="image/*" node_ref=file on:change=picked data-testid="profile-photo"/>
            </label>
            <label class="field">
                <span class="field-label">{words::your_name()}</span>
                <input class="input" type="text" autocomplete="name" dir="auto" data-testid="profile-name" node_ref=name_field
                    aria-describedby=described_by prop:value=name on:input=move |event| name.set(event_target_value(&event))/>
            </label>
            <label class="field">
                <span class="field-label">{words::about()}</span>
                <input class="input" type="text" autocomplete="off" dir="auto" data-testid="profile-about"
                    aria-describedby="profile-error" prop:value=about on:input=move |event| about.set(event_target_value(&event))/>
            </label>
            <p id="profile-error" class="field-error" role="alert" data-testid="form-error">{error}</p>
            <button class="button wide" type="submit" disabled=busy data-testid="profile-save">{go}</button>
        </form>
    }
}
