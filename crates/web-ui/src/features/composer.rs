//! Where a message is written, answered and edited. Keeps the draft in step and says that the user is typing, not more often than the
//! core wants.

mod names;

use crate::features::emoji::Choosing;
use crate::features::media::OnSent;
use crate::features::media::attach::{self, Attach};
use crate::features::media::voice::Speaking;
use crate::features::message::menu::{edit, held};
use crate::features::message::quote::quote_lines;
use crate::features::parts::{self, Lazy, Place};
use crate::model::asides::Aside;
use crate::model::chat_list::ChatList;
use crate::model::deeds::Deed;
use crate::model::people::People;
use crate::platform::page;
use crate::primitives::icon::{Icon, IconButton};
use crate::store::{App, use_app};
use crate::words;
use client_api::{AccountId, ChatId, ChatRow, Command, MessageBody, MessageId, UserError};
use leptos::html;
use leptos::prelude::*;
use names::{Names, put};
use std::sync::Arc;
use std::time::Duration;
use wasm_bindgen::JsCast;

const DRAFT_EVERY: Duration = Duration::from_secs(1);
const TYPING_EVERY_MS: u64 = 3_000;

/// What stands in the composer, and for whom: who is in the chat, or was when the draft was written.
fn draft_and_addressee(row: &ChatRow) -> (String, Option<AccountId>) {
    (row.draft.clone(), Some(if row.draft.is_empty() { row.peer } else { row.draft_for }))
}

/// The composer of one chat.
#[component]
pub fn Composer(chat: Memo<ChatId>) -> impl IntoView {
    let app = use_app();
    let on_sent = expect_context::<OnSent>().0;
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

    let aside = Memo::new(move |_| app.asides.with(|asides| asides.get(chat.get())));
    let edits = Memo::new(move |_| aside.with(|aside| aside.edits.as_ref().map(|row| row.id)));
    // What stood here before a message was edited: it comes back.
    let put_by = StoredValue::new(None::<String>);
    let is_editing = move || put_by.try_with_value(Option::is_some) == Some(true);
    let unsent = move || put_by.try_get_value().flatten().or_else(|| text.try_get_untracked());

    let tell_draft = move || {
        let (Some(now), Some(chat)) = (unsent(), chat.try_get_untracked()) else { return };
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
        if let (true, Some(chat), Some(edited)) = (is_editing(), chat.try_get_untracked(), text.try_get_untracked()) {
            app.set_aside(chat, |aside| aside.edited = edited);
        }
        // The program has stopped: there is nobody any more who would keep the draft.
        if let Some(text) = text.try_get_untracked().filter(|text| !text.trim().is_empty()) {
            app.keep_unsent(text);
        }
    });

    // A draft from another device comes in while nothing is being written here.
    Effect::new(move || {
        let (draft, addressee) = app.chats.with(|chats| draft_of(chats, chat.get()));
        let idle = told.with_value(|told| unsent().as_ref() == Some(told));
        let away = is_editing()
            || area.get_untracked().is_none_or(|area| document().active_element().as_ref() != Some(area.as_ref()));
        if idle && away && told.with_value(|told| *told != draft) {
            told.set_value(draft.clone());
            if is_editing() {
                put_by.set_value(Some(draft))
            } else {
                text.set(draft)
            }
            written_for.set_value(addressee);
        }
    });
    Effect::new(move |before: Option<Option<MessageId>>| {
        let now = edits.get();
        match (before.flatten(), now) {
            (before, Some(_)) if before != now => {
                if before.is_none() {
                    put_by.set_value(Some(text.get_untracked()));
                }
                text.set(aside.with_untracked(|aside| aside.edited.clone()));
            }
            (Some(_), None) => text.set(put_by.try_update_value(Option::take).flatten().unwrap_or_default()),
            _ => {}
        }
        now
    });
    // Whoever begins an answer or an edit, or leaves it, goes on writing.
    Effect::new(move |before: Option<Aside>| {
        let now = aside.get();
        if let (Some(area), true) = (area.get_untracked(), before.is_some_and(|before| before != now)) {
            request_animation_frame(move || {
                let _ = area.focus();
            });
        }
        now
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

    let names = Names::default();
    let send = move || {
        let written = text.get_untracked();
        if written.trim().is_empty() {
            return;
        }
        names.close();
        let (chat, aside) = (chat.get_untracked(), aside.get_untracked());
        if let Some(row) = aside.edits {
            return change(app, chat, row.id, written);
        }
        let answers = aside.answers;
        app.set_aside(chat, |aside| aside.answers = None);
        text.set(String::new());
        told.set_value(String::new());
        // The message itself says that the typing is over: nothing goes before it.
        typing_at.set_value(0);
        let kept = written.clone();
        let answered = answers.as_ref().map(|row| row.id);
        let command =
            Command::SendText { chat, text: written, written_for: written_for.get_value(), answers: answered };
        app.ask(command, move |result| {
            // A draft no more; what was refused is one still, and what is being written by now will be.
            if result.is_ok() && text.try_with_untracked(String::is_empty) != Some(false) {
                app.tell(Command::SetDraft { chat, text: String::new(), written_for: AccountId::NOBODY });
            }
            if let Err(error) = result {
                // Whoever sends it again knows for whom.
                let _ = written_for.try_set_value(peer_of(app.moves.with_untracked(|moves| moves.newest(chat))));
                app.toast(words::error(&error), false);
                // Nothing that was written is lost, unless something new stands there already. It answers what it did, if that is there.
                match text.try_with_untracked(String::is_empty) {
                    Some(true) => {
                        let _ = text.try_set(kept);
                        app.set_aside(chat, |aside| aside.answers = answers.filter(|_| error != UserError::NotFound));
                    }
                    Some(false) => {}
                    None => app.keep_unsent(kept),
                }
            }
        });
        on_sent.run(());
        if let Some(area) = area.get_untracked() {
            let _ = area.focus();
        }
    };
    // The text is another, by whatever hand.
    let took = move |new: String| {
        // An emoji may come after the composer has gone.
        let (Some(was_empty), Some(chat)) = (text.try_with_untracked(String::is_empty), chat.try_get_untracked())
        else {
            return;
        };
        if was_empty {
            written_for.set_value(peer_of(chat));
        }
        text.set(new.clone());
        // An edit is no draft, and no news for the other one.
        if !is_editing() {
            tell_typing(!new.is_empty());
            plan_draft();
        }
    };
    let shows_emoji = RwSignal::new(false);
    provide_context(Choosing(Callback::new(move |emoji: String| {
        if let Some(area) = area.get_untracked() {
            put(&area, "", &emoji);
            took(area.value());
        }
    })));
    let leave_emoji = move || {
        shows_emoji.set(false);
        if let Some(area) = area.get_untracked() {
            let _ = area.focus();
        }
    };
    // A voice note has the place of the field while it is spoken.
    let speaks = RwSignal::new(false);
    let over = move |sent: bool| {
        speaks.set(false);
        if sent {
            on_sent.run(());
        }
        request_animation_frame(move || {
            if let Some(area) = area.try_get_untracked().flatten() {
                let _ = area.focus();
            }
        });
    };
    provide_context(Speaking { chat, over: Callback::new(over) });
    let may_speak = Memo::new(move |_| edits.get().is_none() && text.with(|text| text.trim().is_empty()));
    let on_key = move |event: leptos::ev::KeyboardEvent| {
        if let Some(area) = area.get_untracked()
            && names.on_key(&event, &area, took)
        {
            return;
        }
        let plain =
            !(event.is_composing() || event.shift_key() || event.alt_key() || event.ctrl_key() || event.meta_key());
        let does_it = match event.key().as_str() {
            "Escape" if plain && shows_emoji.get_untracked() => {
                event.stop_propagation();
                leave_emoji();
                true
            }
            "Escape" => plain && app.leave_aside(),
            "ArrowUp" => plain && text.with_untracked(String::is_empty) && edit_last(app),
            _ => false,
        };
        if does_it {
            event.prevent_default();
        }
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
    let has_aside = Memo::new(move |_| aside.with(|aside| aside.answers.is_some() || aside.edits.is_some()));
    let name = move || if edits.get().is_some() { words::edit_message() } else { words::write_message() };
    let done = move || if edits.get().is_some() { words::save() } else { words::send() };
    view! {
        {move || aside_view(app, &aside.get())}
        {names.view(move || area.get_untracked(), took)}
        {move || shows_emoji.get().then(|| view! {
            <section class="emoji-drawer" id="composer-emoji" aria-label=words::emoji_label() on:keydown=move |event| if event.key() == "Escape" && !event.is_composing() {
                event.stop_propagation();
                leave_emoji();
            }>
                <Lazy part=parts::EMOJI place=Place::Inside focus=".emoji-search"/>
            </section>
        })}
        <Show when=move || speaks.get()><Lazy part=parts::VOICE place=Place::Inside focus=".voice"/></Show>
        <form
            class="composer" class:no-show=move || speaks.get() data-testid="composer"
            on:submit=move |event| {
                event.prevent_default();
                send();
            }
        >
            <textarea
                id="composer-text" class="composer-text" rows="1" node_ref=area dir="auto" placeholder=name aria-label=name
                aria-describedby=move || has_aside.get().then_some("composer-aside")
                data-testid="composer-input" enterkeyhint="send" prop:value=text
                aria-autocomplete="list" aria-activedescendant=move || names.active() aria-controls=move || names.active().map(|_| "composer-names")
                on:input=move |event| {
                    took(event_target_value(&event));
                    // What is still being composed is nobody's to change.
                    let composes = event.dyn_ref::<web_sys::InputEvent>().is_some_and(web_sys::InputEvent::is_composing);
                    if let Some(area) = area.get_untracked().filter(|_| !composes) {
                        names.look(area, took);
                    }
                }
                on:keydown=on_key
                on:paste=move |event: leptos::ev::ClipboardEvent| if !is_editing() && attach::paste(app, &event) {
                    event.prevent_default();
                }
                on:blur=move |_| {
                    names.close();
                    tell_typing(false);
                }
            ></textarea>
            <button class="icon-button" type="button" id="composer-emoji-open" aria-label=words::show_emoji() title=words::show_emoji() data-testid="emoji-open"
                aria-expanded=move || shows_emoji.get().to_string() aria-controls=move || shows_emoji.get().then_some("composer-emoji")
                on:click=move |_| if shows_emoji.get_untracked() { leave_emoji() } else { shows_emoji.set(true) }>
                <Icon name="smiley"/>
            </button>
            <Show when=move || edits.with(Option::is_none)><Attach/></Show>
            {move || if may_speak.get() {
                view! {
                    <button class="send" type="button" aria-label=words::record() title=words::record() data-testid="voice"
                        on:click=move |_| { shows_emoji.set(false); speaks.set(true); }><Icon name="microphone"/></button>
                }.into_any()
            } else {
                view! {
                    <button class="send" type="submit" aria-label=done title=done data-testid="send"
                        disabled=move || text.with(|text| text.trim().is_empty())>
                        <Icon name=Signal::derive(move || if edits.get().is_some() { "check" } else { "paper-plane-right" })/>
                    </button>
                }.into_any()
            }}
        </form>
    }
}

/// Above the field: what is answered or edited, and the way out of it.
fn aside_view(app: App, aside: &Aside) -> Option<impl IntoView + use<>> {
    let (row, edits) = match (&aside.edits, &aside.answers) {
        (Some(row), _) => (Arc::clone(row), true),
        (None, Some(row)) => (Arc::clone(row), false),
        (None, None) => return None,
    };
    let (own, by) = (row.own, row.sender);
    let author = move || match edits {
        true => words::edit_message().to_owned(),
        false => app.people.with(|people| words::author_in(own, by, people)),
    };
    let (icon, testid, leave) = if edits {
        ("pencil-simple", "edit-bar", words::stop_edit())
    } else {
        ("arrow-bend-up-left", "reply-bar", words::stop_reply())
    };
    // As it is now: it may be changed or deleted while somebody writes.
    let (id, sender, first) = (row.id, row.sender, row.body.clone());
    let carries = row.attachment.as_ref().map(|carried| carried.facts.kind);
    let body = Memo::new(move |_| held(app, id).map_or_else(|| first.clone(), |row| row.body.clone()));
    let lines = move || {
        let body = body.get();
        let says_something = matches!(body, MessageBody::Text(_) | MessageBody::Deleted);
        let text = if says_something {
            words::caption_or_kind(words::body(&body, own, &People::default(), AccountId::NOBODY), carries)
        } else {
            words::a_message().to_owned()
        };
        quote_lines(sender, author, carries, text, matches!(body, MessageBody::Text(_)))
    };
    Some(view! {
        <div class="aside" data-testid=testid>
            <Icon name=icon/>
            <div class="quote" id="composer-aside">{lines}</div>
            <IconButton icon="x" label=leave.to_owned() testid="aside-close" on_click=move |_| _ = app.leave_aside()/>
        </div>
    })
}

/// Asks for another text of a message. The editing ends when that is accepted: what was refused is not lost.
fn change(app: App, chat: ChatId, message: MessageId, text: String) {
    app.ask(Command::EditText { chat, message, text }, move |result| match result {
        Ok(_) => app.set_aside(chat, |aside| _ = aside.edits.take_if(|row| row.id == message)),
        Err(UserError::TooLate) => app.toast(words::edit_too_late().to_owned(), false),
        Err(error) => app.toast(words::error(&error), false),
    });
}

/// The last own message, where it may still be edited.
fn edit_last(app: App) -> bool {
    let last = app.timeline.with_untracked(|timeline| {
        let timeline = timeline.as_ref().filter(|timeline| !timeline.has_newer)?;
        timeline.newest(|row| Deed::Edit.is_possible(row, page::now_ms()))
    });
    last.inspect(|row| edit(app, row)).is_some()
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
