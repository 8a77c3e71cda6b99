//! Where a call begins: in the head of a conversation, and in the line of a call that goes on without this device.

use crate::primitives::icon::{Icon, IconButton};
use crate::store::{CallWish, use_app};
use crate::words;
use client_api::ChatId;
use leptos::prelude::*;

/// "Voice call" and "Video call"; nothing in a chat with nobody else.
#[component]
pub fn CallButtons(chat: Memo<ChatId>, #[prop(into)] shown: Signal<bool>) -> impl IntoView {
    let app = use_app();
    let place = move |video: bool| app.call_wish.set(Some(CallWish::Place { chat: chat.get_untracked(), video }));
    view! {
        <Show when=move || shown.get()>
            <IconButton icon="video-camera" label=words::video_call().to_owned() testid="call-video" on_click=move |_| place(true)/>
            <IconButton icon="phone" label=words::voice_call().to_owned() testid="call-voice" on_click=move |_| place(false)/>
        </Show>
    }
}

/// A call goes on in this chat: a way into it.
#[component]
pub fn RunningHere(chat: Memo<ChatId>) -> impl IntoView {
    let app = use_app();
    let running = Memo::new(move |_| {
        let chat = chat.get();
        app.calls.with(|calls| calls.running.iter().find(|running| running.chat == chat).cloned())
    });
    move || {
        running.get().map(|running| {
            let (text, label) = words::call_goes_on(&running);
            view! {
                <div class="call-running" role="status" data-testid="call-running">
                    <Icon name="phone"/>
                    <span>{text}</span>
                    <button class="button small" type="button" data-testid="call-join"
                        on:click=move |_| app.call_wish.set(Some(CallWish::Answer { chat: chat.get_untracked(), video: false }))>{label}</button>
                </div>
            }
        })
    }
}
