//! Where a message is written. Keeps the draft in step and says that the user is typing, not more often than the core wants.

use crate::model::chat_list::ChatList;
use crate::platform::page;
use crate::primitives::icon::Icon;
use crate::store::use_app;
use crate::words;
use client_api::{AccountId, ChatId, ChatRow, Command};
use leptos::html;
use leptos::prelude::*;
use std::time::Duration;

const DRAFT_EVERY: Duration = Duration::from_secs(1);
const TYPING_EVERY_MS: u64 = 3_000;

/// What stands in the composer, and for whom: who is in the chat, or was when the draft was written.
fn draft_and_addressee(row: &ChatRow) -> (String, Option<AccountId>) {
    (row.draft.clone(), Some(if row.draft.is_empty() { row.peer } else { row.draft_for }))
}

/// The composer of one chat. `on_sent` scrolls to the end.
#[component]
pub fn Composer(chat: Memo<ChatId>, on_sent: impl Fn() + Copy + 'static) -> impl IntoView {
    let app = use_app();
    let area = NodeRef::<html::Textarea>::new();
    let draft_of =
        move |chats: &ChatList, chat: ChatId| chats.get(&chat).as_deref().map(draft_and_addressee).unwrap_or_default();
    let (before, addressee) = app.chats.with_untracked(|chats| draft_of(chats, chat.get_untracked()));
    let text = RwSignal::new(before.clone());
    // What the core has been told.
    let told = StoredValue::new(before);
    // Who was in the chat when what stands here was begun: a number may move to another account meanwhile.
    let peer_of = move |chat: ChatId| app.chats.with_untracked(|chats| chats.get(&chat).map(|row| row.peer));
    let written_for = StoredValue::new(addressee);
    let timer = StoredValue::new(false);
    let typing_at = StoredValue::new(0_u64);

    let tell_draft = move || {
        let (Some(now), Some(chat)) = (text.try_get_untracked(), chat.try_get_untracked()) else { return };
        if told.try_with_value(|told| *told == now) == Some(false) {
            let written_for = written_for.try_get_value().flatten().unwrap_or(AccountId::NOBODY);
            app.tell(Command::SetDraft { chat, text: now.clone(), written_for });
            let _ = told.try_update_value(|told| *told = now);
        }
    };
    let plan_draft = move || {
        if !timer.get_value() {
            timer.set_value(true);
            set_timeout(
                move || {
                    let _ = timer.try_set_value(false);
                    tell_draft();
                },
                DRAFT_EVERY,
            );
        }
    };
    let tell_typing = move |typing: bool| {
        // The field loses the focus also by being taken out of the page.
        let (Some(last), Some(chat)) = (typing_at.try_get_value(), chat.try_get_untracked()) else { return };
        let now = page::now_ms();
        if typing && now.saturating_sub(last) >= TYPING_EVERY_MS {
            typing_at.set_value(now);
            app.tell(Command::SetTyping { chat, typing: true });
        } else if !typing && last != 0 {
            typing_at.set_value(0);
            app.tell(Command::SetTyping { chat, typing: false });
        }
    };
    on_cleanup(move || {
        tell_draft();
        // The program has stopped: there is nobody any more who would keep the draft.
        if let Some(text) = text.try_get_untracked().filter(|text| !text.trim().is_empty()) {
            app.keep_unsent(text);
        }
    });

    // A draft from another device comes in while nothing is being written here.
    Effect::new(move || {
        let (draft, addressee) = app.chats.with(|chats| draft_of(chats, chat.get()));
        let idle = told.with_value(|told| text.with_untracked(|text| text == told));
        let away = area.get_untracked().is_none_or(|area| document().active_element().as_ref() != Some(area.as_ref()));
        if idle && away && told.with_value(|told| *told != draft) {
            told.set_value(draft.clone());
            text.set(draft);
            written_for.set_value(addressee);
        }
    });
    // As high as its text, up to the limit of the style sheet. Where the style sheet alone can do that, nothing is measured: each look
    // at a size lays the page out.
    let sizes_itself = page::supports("field-sizing", "content");
    Effect::new(move || {
        text.track();
        if let Some(area) = area.get().filter(|_| !sizes_itself) {
            let style = web_sys::HtmlElement::style(&area);
            let _ = style.set_property("height", "auto");
            let edges = area.offset_height() - area.client_height();
            let _ = style.set_property("height", &format!("{}px", area.scroll_height() + edges));
            // A scroll bar that is not needed cuts the corners off in some browsers.
            let cut = area.scroll_height() > area.client_height();
            let _ = style.set_property("overflow-y", if cut { "auto" } else { "hidden" });
        }
    });
    // On a computer the user goes on writing at once; on a phone the keyboard would cover the chat.
    Effect::new(move || {
        if let Some(area) = area.get()
            && app.role == client_api::Role::Companion
        {
            let _ = area.focus();
        }
    });

    let send = move || {
        let written = text.get_untracked();
        if written.trim().is_empty() {
            return;
        }
        text.set(String::new());
        told.set_value(String::new());
        // The message itself says that the typing is over: nothing goes before it.
        typing_at.set_value(0);
        app.timeline.update(|timeline| {
            if let Some(timeline) = timeline {
                timeline.clear_divider();
            }
        });
        let kept = written.clone();
        let chat = chat.get_untracked();
        let command = Command::SendText { chat, text: written, written_for: written_for.get_value(), answers: None };
        app.ask(command, move |result| {
            // A draft no more; what was refused is one still, and what is being written by now will be.
            if result.is_ok() && text.try_with_untracked(String::is_empty) != Some(false) {
                app.tell(Command::SetDraft { chat, text: String::new(), written_for: AccountId::NOBODY });
            }
            if let Err(error) = result {
                // Whoever sends it again knows for whom.
                let _ = written_for.try_set_value(peer_of(app.moves.with_untracked(|moves| moves.newest(chat))));
                app.toast(words::error(&error), false);
                // Nothing that was written is lost, unless something new stands there already.
                match text.try_with_untracked(String::is_empty) {
                    Some(true) => _ = text.try_set(kept),
                    Some(false) => {}
                    None => app.keep_unsent(kept),
                }
            }
        });
        on_sent();
        if let Some(area) = area.get_untracked() {
            let _ = area.focus();
        }
    };
    let on_key = move |event: leptos::ev::KeyboardEvent| {
        if event.key() != "Enter" || event.is_composing() || event.alt_key() {
            return;
        }
        let enter_sends = app.settings.with_untracked(|settings| settings.enter_sends);
        let with_control = event.ctrl_key() || event.meta_key();
        if with_control || (enter_sends && !event.shift_key()) {
            event.prevent_default();
            send();
        }
    };
    view! {
        <form
            class="composer" data-testid="composer"
            on:submit=move |event| {
                event.prevent_default();
                send();
            }
        >
            <textarea
                id="composer-text" class="composer-text" rows="1" node_ref=area dir="auto" placeholder=words::WRITE_MESSAGE aria-label=words::WRITE_MESSAGE
                data-testid="composer-input" enterkeyhint="send" prop:value=text
                on:input=move |event| {
                    let new = event_target_value(&event);
                    if text.with_untracked(String::is_empty) {
                        written_for.set_value(peer_of(chat.get_untracked()));
                    }
                    tell_typing(!new.is_empty());
                    text.set(new);
                    plan_draft();
                }
                on:keydown=on_key
                on:blur=move |_| tell_typing(false)
            ></textarea>
            <button class="send" type="submit" aria-label=words::SEND title=words::SEND data-testid="send"
                disabled=move || text.with(|text| text.trim().is_empty())>
                <Icon name="paper-plane-right"/>
            </button>
        </form>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::chat_list::tests::row;

    #[test]
    fn a_draft_is_for_whom_it_was_written_and_a_new_text_for_who_is_there() {
        let (peer, earlier) = (AccountId([1; 16]), AccountId([2; 16]));
        let empty = ChatRow { peer, ..row(1, "Al", 1) };
        assert_eq!(draft_and_addressee(&empty), (String::new(), Some(peer)));
        let written = ChatRow { draft: "half".into(), draft_for: earlier, ..empty };
        assert_eq!(draft_and_addressee(&written), ("half".into(), Some(earlier)));
    }
}
