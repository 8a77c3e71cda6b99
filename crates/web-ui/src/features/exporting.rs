//! A chat is written into a text file: what is asked before, how far it is, and the way out.

use crate::features::housekeeping::Chore;
use crate::model::people::People;
use crate::platform::{chat_file, page};
use crate::primitives::dialog::Dialog;
use crate::store::{App, use_app};
use crate::words;
use client_api::{AccountId, ChatId, ChatKind, Exported};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// How far it is: messages of how many.
type Progress = RwSignal<Option<(u64, u64)>>;

/// The dialog. Once it is closed, nothing more is asked for.
#[component]
pub fn Export(chat: ChatId) -> impl IntoView {
    let app = use_app();
    let (progress, error) = (Progress::new(None), RwSignal::new(String::new()));
    let close = move || app.chore.set(None);
    let runs = Memo::new(move |_| progress.with(Option::is_some));
    let go = move |_| {
        error.set(String::new());
        progress.set(Some((0, 0)));
        spawn_local(async move {
            let result = write(app, chat, progress).await;
            // Closed meanwhile: another dialog may be open.
            if error.try_get_untracked().is_none() {
                return;
            }
            match result {
                Ok(true) => {
                    close();
                    app.toast(words::exported().to_owned(), false);
                }
                Ok(false) => {}
                Err(refused) => {
                    progress.set(None);
                    error.set(words::error(&refused));
                }
            }
        });
        // The button has gone.
        request_animation_frame(|| page::focus("[data-testid='export-stop']"));
    };
    view! {
        <Dialog title=Signal::stored(words::export_title().to_owned()) testid="export-dialog" on_close=close>
            <p>{words::export_text()}</p>
            <Show when=move || runs.get()><Bar progress/></Show>
            <p class="field-error" role="alert" data-testid="chore-error">{error}</p>
            <div class="dialog-actions">
                <button class="button quiet" type="button" data-testid="export-stop" on:click=move |_| close()>{words::cancel()}</button>
                <Show when=move || !runs.get()>
                    <button class="button" type="button" data-testid="export-go" on:click=go>{words::export_go()}</button>
                </Show>
            </div>
        </Dialog>
    }
}

#[component]
fn Bar(progress: Progress) -> impl IntoView {
    let now = move || progress.get().unwrap_or_default();
    let told = Memo::new(move |_| {
        let (done, total) = now();
        words::exporting(done, total)
    });
    view! {
        <p data-testid="export-progress">{told}</p>
        <progress class="progress" max=move || now().1.max(1).to_string() value=move || now().0.to_string() aria-label=told></progress>
    }
}

async fn write(app: App, chat: ChatId, progress: Progress) -> Result<bool, client_api::UserError> {
    let row = app.chats.with_untracked(|chats| chats.get(&chat));
    let title = row.as_ref().map(|row| words::title(row)).unwrap_or_default();
    let is_group = row.is_some_and(|row| row.kind == ChatKind::Group);
    let (me, mut left_out) = (app.me(), 0);
    // Stopped at once, also before its dialog has gone.
    let so_far = move || {
        let wanted = app.chore.get_untracked() == Some(Chore::Export(chat));
        progress.try_get_untracked().flatten().filter(|_| wanted)
    };
    let text = move |page: &Exported| {
        let (done, total) = so_far()?;
        left_out += u64::from(page.left_out);
        let names = is_group.then(|| page.people.iter().cloned().collect());
        let mut text = text_of(page, &People::named(title.clone(), names), me);
        if page.next.is_none() && left_out > 0 {
            text.push_str(&format!("* {}\n", words::export_left_out(left_out)));
        }
        let looked_at = done + page.rows.len() as u64 + u64::from(page.left_out);
        let total = if page.total > 0 { page.total } else { total };
        let _ = progress.try_set(Some((looked_at.min(total), total)));
        Some(text)
    };
    let name = move |page: &Exported| so_far().map(|_| words::export_file_name(&page.file_title));
    chat_file::write(chat, text, name).await
}

fn text_of(page: &Exported, people: &People, me: AccountId) -> String {
    let lines = page.rows.iter().map(|row| words::exported_line(row, people, me, page::zone_at(row.time_ms)));
    lines.collect()
}
