//! A modal dialog on the browser's own `<dialog>`: it keeps the focus inside and gives it back.

use leptos::html;
use leptos::prelude::*;
use send_wrapper::SendWrapper;
use wasm_bindgen::JsCast;

/// Shows its children while it is mounted; `on_close` is called for Escape and must unmount it.
#[component]
pub fn Dialog(
    #[prop(into)] title: Signal<String>,
    testid: &'static str,
    on_close: impl Fn() + Copy + 'static,
    children: Children,
) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    // The browser gives the focus back only to a dialog that is closed; this one is taken out of the page.
    let before = document().active_element().and_then(|active| active.dyn_into::<web_sys::HtmlElement>().ok());
    let before = SendWrapper::new(before);
    on_cleanup(move || {
        if let Some(before) = before.take() {
            request_animation_frame(move || {
                let _ = before.focus();
            });
        }
    });
    Effect::new(move || {
        if let Some(dialog) = dialog.get()
            && !dialog.open()
        {
            let _ = dialog.show_modal();
            // The focus goes to the first control, which may stand at the end of a long text.
            dialog.set_scroll_top(0);
        }
    });
    view! {
        <dialog
            class="dialog"
            node_ref=dialog
            aria-labelledby="dialog-title"
            data-testid=testid
            on:cancel=move |event: leptos::ev::Event| {
                event.prevent_default();
                on_close();
            }
        >
            <h2 id="dialog-title" class="dialog-title">{title}</h2>
            {children()}
        </dialog>
    }
}
