//! A call that rings here, maybe while this device is in another one. It takes no focus: whoever is typing answers nothing by accident.

use super::session::Session;
use crate::primitives::avatar::{Avatar, Face};
use crate::primitives::icon::Icon;
use crate::store::{CallWish, use_app};
use crate::words;
use client_api::{ChatId, Command, MessageId, RingingCall};
use leptos::prelude::*;

#[component]
pub fn Ring(session: Session, chat: ChatId, call: MessageId) -> impl IntoView {
    let app = use_app();
    let is_it = |ringing: &&RingingCall| ringing.chat == chat && ringing.call == call;
    let Some(first) = app.calls.with_untracked(|calls| calls.ringing.iter().find(is_it).cloned()) else {
        return ().into_any();
    };
    let photo = app.chats.with_untracked(|chats| chats.get(&chat)).map(|row| row.photo.clone()).unwrap_or_default();
    let face = Face { account: first.caller, name: first.title.clone(), photo, notes: false };
    let decline = move || {
        if app.call_wish.get_untracked().is_some_and(|wish| wish.chat() == chat) {
            session.give_up();
        }
        app.send(Command::DeclineCall { chat });
    };
    let answer = move |video: bool| app.call_wish.set(Some(CallWish::Answer { chat, video }));
    let is_second = Memo::new(move |_| app.calls.with(|calls| calls.own.is_some()));
    let text = {
        let (first, second) = (words::ringing(&first), words::ringing_meanwhile(&first));
        move || if is_second.get() { second.clone() } else { first.clone() }
    };
    let answer_label = move || if is_second.get() { words::hang_up_and_answer() } else { words::answer() };
    let video_label =
        move || if is_second.get() { words::hang_up_and_answer_with_camera() } else { words::answer_with_camera() };
    let (title_id, labelled_by) = (format!("ring-{chat}"), format!("ring-{chat}"));
    view! {
        <section class="ring" aria-labelledby=labelled_by data-testid="call-ring" data-chat=chat.to_string()>
            <Avatar face size="small"/>
            <div class="ring-text" role="alert">
                <h2 class="ring-title" id=title_id dir="auto">{first.title.clone()}</h2>
                <p class="faint">{text}</p>
            </div>
            <div class="ring-ways">
                <button class="call-button stop" type="button" aria-label=words::decline() title=words::decline() data-testid="call-decline"
                    on:click=move |_| decline()><Icon name="phone-x"/></button>
                {first.video.then(|| view! {
                    <button class="call-button go" type="button" aria-label=video_label title=video_label data-testid="call-answer-video"
                        on:click=move |_| answer(true)><Icon name="video-camera"/></button>
                })}
                <button class="call-button go" type="button" aria-label=answer_label title=answer_label data-testid="call-answer"
                    on:click=move |_| answer(false)><Icon name="phone"/></button>
            </div>
        </section>
    }
    .into_any()
}
