//! A photo, or initials on a tint.

use crate::model::tint::{initials, tint};
use crate::platform::photo;
use crate::primitives::icon::Icon;
use client_api::AccountId;
use leptos::prelude::*;

/// Who an avatar is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Face {
    /// Decides the tint.
    pub account: AccountId,
    /// Gives the initials.
    pub name: String,
    /// JPEG, or empty.
    pub photo: Vec<u8>,
    /// "Message yourself".
    pub notes: bool,
}

/// The name stands beside it, so readers skip it.
#[component]
pub fn Avatar(#[prop(into)] face: Signal<Face>, #[prop(default = "")] size: &'static str) -> impl IntoView {
    let inside = move || {
        let face = face.get();
        if face.notes {
            return view! { <Icon name="note-pencil"/> }.into_any();
        }
        match photo::address(&face.photo) {
            Some(address) => view! { <img src=address alt="" draggable="false"/> }.into_any(),
            None => {
                let letters = initials(&face.name);
                if letters.is_empty() {
                    view! { <Icon name="user"/> }.into_any()
                } else {
                    view! { <span>{letters}</span> }.into_any()
                }
            }
        }
    };
    let class = move || format!("avatar {size} tint-{}", face.with(|face| tint(&face.account)));
    view! { <span class=class aria-hidden="true">{inside}</span> }
}
