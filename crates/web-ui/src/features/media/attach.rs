//! The ways to a file: the button with its menu, what is dropped on a conversation, what is pasted. Each ends in the dialog that shows what
//! was chosen.

use super::Offered;
use crate::model::asking::Asks;
use crate::model::media::FILES_AT_ONCE_MAX;
use crate::platform::page;
use crate::primitives::icon::Icon;
use crate::primitives::menu::{Entry, Menu};
use crate::store::{App, use_app};
use crate::words;
use leptos::html;
use leptos::prelude::*;
use send_wrapper::SendWrapper;
use web_sys::{DataTransfer, File, FileList};

/// The button, in the composer. `area` has what is pasted.
#[component]
pub fn Attach() -> impl IntoView {
    let app = use_app();
    let (pictures, any) = (NodeRef::<html::Input>::new(), NodeRef::<html::Input>::new());
    let open = move |input: NodeRef<html::Input>| {
        if let Some(input) = input.get_untracked() {
            input.click();
        }
    };
    let entries = Callback::new(move |()| {
        vec![
            Entry::line(words::photos_and_videos(), "image", "attach-pictures", move || open(pictures)),
            Entry::line(words::document(), "file", "attach-documents", move || open(any)),
            Entry::line(words::people(), "user", "attach-people", move || app.write(Asks::People)),
            Entry::line(words::a_place(), "map-pin", "attach-place", move || app.write(Asks::Place)),
            Entry::line(words::a_poll(), "chart-bar", "attach-poll", move || app.write(Asks::Poll)),
        ]
    });
    let chosen = move |input: NodeRef<html::Input>, as_documents: bool| {
        let Some(input) = input.get_untracked() else { return };
        if let Some(files) = input.files() {
            offer(app, listed(&files), as_documents);
        }
        // The same file may be chosen again.
        input.set_value("");
    };
    view! {
        <span class="attach">
            <Menu label=words::attach() icon="paperclip" testid="attach" entries/>
            <input class="no-show" type="file" multiple accept="image/*,video/*" tabindex="-1" aria-hidden="true" node_ref=pictures
                data-testid="attach-pictures-input" on:change=move |_| chosen(pictures, false)/>
            <input class="no-show" type="file" multiple tabindex="-1" aria-hidden="true" node_ref=any
                data-testid="attach-documents-input" on:change=move |_| chosen(any, true)/>
        </span>
    }
}

fn listed(files: &FileList) -> Vec<File> {
    (0..files.length()).filter_map(|at| files.get(at)).collect()
}

/// What is dropped or pasted, where it is files.
fn of_transfer(transfer: Option<DataTransfer>) -> Vec<File> {
    transfer.and_then(|transfer| transfer.files()).map(|files| listed(&files)).unwrap_or_default()
}

/// Shows the files before they are sent; more of them join those that are there.
pub fn offer(app: App, files: Vec<File>, as_documents: bool) {
    let Some(chat) = app.open.get_untracked().filter(|_| !files.is_empty()) else { return };
    let before = app.offered.get_untracked().filter(|offered| offered.chat == chat);
    let (mut all, before) =
        before.map_or((Vec::new(), as_documents), |offered| ((*offered.files).clone(), offered.as_documents));
    all.extend(files);
    let is_much = all.len() > FILES_AT_ONCE_MAX;
    all.truncate(FILES_AT_ONCE_MAX);
    let notice = if is_much { words::too_many_files(FILES_AT_ONCE_MAX) } else { String::new() };
    let as_documents = as_documents && before;
    app.offered.set(Some(Offered { chat, files: SendWrapper::new(all), as_documents, notice }));
}

/// Takes pasted files; tells whether there were any. A text that came along goes where it always did.
pub fn paste(app: App, event: &web_sys::ClipboardEvent) -> bool {
    let files = of_transfer(event.clipboard_data());
    let has_text =
        event.clipboard_data().and_then(|data| data.get_data("text/plain").ok()).is_some_and(|text| !text.is_empty());
    if files.is_empty() || has_text {
        return false;
    }
    offer(app, files, false);
    true
}

/// Over the conversation, while files are dragged over it.
#[component]
pub fn DropTarget(dragged: RwSignal<bool>) -> impl IntoView {
    view! {
        <Show when=move || dragged.get()>
            <div class="drop-target" data-testid="drop-target"><Icon name="paperclip"/><strong>{words::drop_here()}</strong></div>
        </Show>
    }
}

/// Listens on the pane of a conversation.
pub fn listen_for_drops(app: App, dragged: RwSignal<bool>) {
    let is_on_chat = |event: &web_sys::DragEvent| {
        use wasm_bindgen::JsCast;
        let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        target.is_some_and(|target| target.closest(".chat-pane").ok().flatten().is_some())
    };
    let may_drop = move || {
        let aside = app.open.get_untracked().map(|chat| app.asides.with_untracked(|asides| asides.get(chat)));
        page::exists(".composer")
            && !page::exists("dialog[open]")
            && app.selection.with_untracked(Option::is_none)
            && aside.is_some_and(|aside| aside.edits.is_none())
    };
    let over = window_event_listener(leptos::ev::dragover, move |event| {
        if !has_files(&event) {
            return;
        }
        let is_here = is_on_chat(&event) && may_drop();
        if dragged.get_untracked() != is_here {
            dragged.set(is_here);
        }
    });
    let left = window_event_listener(leptos::ev::dragleave, move |event| {
        if event.related_target().is_none() {
            dragged.set(false);
        }
    });
    let dropped = window_event_listener(leptos::ev::drop, move |event| {
        dragged.set(false);
        if has_files(&event) && is_on_chat(&event) && may_drop() {
            offer(app, of_transfer(event.data_transfer()), false);
        }
    });
    on_cleanup(move || {
        over.remove();
        left.remove();
        dropped.remove();
    });
}

fn has_files(event: &web_sys::DragEvent) -> bool {
    event.data_transfer().is_some_and(|transfer| transfer.types().includes(&"Files".into(), 0))
}

/// Whatever is dropped, and wherever: else the browser would leave the page for it.
pub fn keep_page_when_dropped() {
    let stay = |event: web_sys::DragEvent| {
        if has_files(&event) {
            event.prevent_default();
            // Behind those of a conversation, which take it.
            if let Some(transfer) = event.data_transfer().filter(|_| !page::exists(".drop-target")) {
                transfer.set_drop_effect("none");
            }
        }
    };
    // They live as long as the page.
    drop(window_event_listener(leptos::ev::dragover, stay));
    drop(window_event_listener(leptos::ev::drop, stay));
}
