//! The dialogs about one message: its facts, its reactions, another emoji, its deletion. They close where the message goes.

use super::Around;
use super::choosing::leave_selection;
use super::forward::Forward;
use super::menu::{held, react, regain_focus};
use super::receipts::Receipts;
use crate::features::emoji::Choosing;
use crate::features::parts::{self, Lazy, Place};
use crate::model::clock;
use crate::model::deeds::{can_be_taken_back, is_unsent};
use crate::model::timeline::shown_ms;
use crate::platform::page;
use crate::primitives::dialog::Dialog;
use crate::store::use_app;
use crate::words;
use client_api::{ChatKind, Command, MessageBody, MessageId, MessageRow, MessageStatus, Reaction};
use leptos::prelude::*;
use std::sync::Arc;

/// What is asked or told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialogue {
    /// When it was sent, delivered and read.
    Info,
    /// Who put what to it.
    Reactions,
    /// Who chose what, of a poll.
    Votes,
    /// Which other emoji.
    React,
    /// For whom they are deleted.
    Delete,
    /// To whom they are sent on.
    Forward,
}

/// Whichever is open.
#[component]
pub fn MessageDialogs(around: Around) -> impl IntoView {
    let app = use_app();
    let close = move || around.dialog.set(None);
    Effect::new(move || {
        let is_over = around.dialog.with(|dialog| {
            // Of several, those that have scrolled out of reach are there still.
            dialog.as_ref().is_some_and(|(dialogue, rows)| match rows.as_slice() {
                [row] if app.selection.with_untracked(Option::is_none) => match held(app, row.id) {
                    Some(row) => *dialogue == Dialogue::Reactions && row.reactions.is_empty(),
                    None => true,
                },
                _ => false,
            })
        });
        if is_over {
            close();
            regain_focus();
        }
    });
    move || {
        around.dialog.get().and_then(|(dialogue, rows)| {
            let first = Arc::clone(rows.first()?);
            let id = first.id;
            let is_group =
                app.info.with_untracked(|info| info.as_ref().is_some_and(|info| info.kind == ChatKind::Group));
            // It goes on while the dialog is open.
            let row = Signal::derive(move || held(app, id).unwrap_or_else(|| Arc::clone(&first)));
            Some(match dialogue {
                Dialogue::Info => view! {
                    <Dialog title=words::message_info() testid="message-info" on_close=close>
                        {move || facts(&row.get(), is_group)}
                        {(is_group && row.with_untracked(|row| row.own)).then(|| view! { <Receipts id row around/> })}
                        <Close close/>
                    </Dialog>
                }
                .into_any(),
                Dialogue::Reactions => view! {
                    <Dialog title=words::reactions_title() testid="reactions-dialog" on_close=close>
                        {
                            // Drawn anew only for another reaction: the focus may be in it.
                            let reactions = Memo::new(move |_| row.with(|row| row.reactions.clone()));
                            move || who_reacted(id, &reactions.get(), around)
                        }
                        <Close close/>
                    </Dialog>
                }
                .into_any(),
                Dialogue::Votes => view! {
                    <Dialog title=words::a_poll() testid="votes-dialog" on_close=close>
                        {move || row.with(|row| who_voted(row, around))}
                        <Close close/>
                    </Dialog>
                }
                .into_any(),
                Dialogue::React => view! { <React id close/> }.into_any(),
                Dialogue::Delete => view! { <Delete rows close/> }.into_any(),
                Dialogue::Forward => view! { <Forward rows close/> }.into_any(),
            })
        })
    }
}

#[component]
fn Close(close: impl Fn() + Copy + Send + Sync + 'static) -> impl IntoView {
    view! {
        <div class="dialog-actions">
            <button class="button" type="button" data-testid="dialog-close" on:click=move |_| close()>{words::close()}</button>
        </div>
    }
}

/// In a group, who has it is told person by person.
fn facts(row: &MessageRow, is_group: bool) -> impl IntoView + use<> {
    let when = |ms: u64| clock::full(ms, page::now_ms(), page::zone_at(ms));
    let step = |least: MessageStatus, ms: u64| match ms {
        0 if row.status.is_some_and(|status| status >= least) => words::time_unknown().to_owned(),
        0 => words::not_yet().to_owned(),
        ms => when(ms),
    };
    view! {
        <dl class="facts">
            <div><dt>{if row.own { words::sent_at() } else { words::received() }}</dt><dd>{when(shown_ms(row, page::now_ms()))}</dd></div>
            {(row.own && !is_group).then(|| view! {
                <div><dt>{words::delivered_at()}</dt><dd data-testid="info-delivered">{step(MessageStatus::Delivered, row.delivered_ms)}</dd></div>
                <div><dt>{words::read_at()}</dt><dd data-testid="info-read">{step(MessageStatus::Read, row.read_ms)}</dd></div>
            })}
            {(row.lifetime_ms > 0).then(|| {
                // Its time begins when the server has it.
                let is_unsent = matches!(row.status, Some(MessageStatus::Pending | MessageStatus::Failed));
                let end = if is_unsent { words::not_yet().to_owned() } else { when(row.time_ms.saturating_add(row.lifetime_ms)) };
                view! { <div><dt>{words::disappears_at()}</dt><dd data-testid="info-disappears">{end}</dd></div> }
            })}
        </dl>
    }
}

fn who_reacted(id: MessageId, reactions: &[Reaction], around: Around) -> impl IntoView + use<> {
    let app = use_app();
    let rows = reactions.iter().map(|reaction| {
        view! {
            <li class="reaction" data-testid="reaction">
                <span class="emoji reaction-emoji">{reaction.emoji.clone()}</span>
                <strong dir="auto">{around.people.with(|people| words::author_in(reaction.own, reaction.account, people))}</strong>
                {reaction.own.then(|| view! {
                    <button class="button quiet small" type="button" data-testid="reaction-take-back"
                        on:click=move |_| {
                            // The button goes.
                            page::focus(".dialog-actions button");
                            react(app, id, String::new());
                        }>{words::take_back()}</button>
                })}
            </li>
        }
    });
    view! { <ul class="rows">{rows.collect_view()}</ul> }
}

fn who_voted(row: &MessageRow, around: Around) -> impl IntoView + use<> {
    let app = use_app();
    let MessageBody::Poll(poll) = &row.body else { return ().into_any() };
    let me = app.me();
    let named = |account| around.people.with(|people| words::author_in(account == me, account, people));
    let parts = poll.answers.iter().filter(|answer| !answer.voters.is_empty()).map(|answer| {
        let people = answer
            .voters
            .iter()
            .map(|account| view! { <li class="receipt"><strong dir="auto">{named(*account)}</strong></li> });
        view! {
            <h3 class="rows-title" dir="auto">{answer.text.clone()}" · "{words::votes(answer.voters.len())}</h3>
            <ul class="rows" data-testid="voters">{people.collect_view()}</ul>
        }
    });
    let parts = parts.collect::<Vec<_>>();
    let nobody = parts.is_empty();
    view! {
        <p dir="auto">{poll.question.clone()}</p>
        {parts}
        {nobody.then(|| view! { <p class="faint" data-testid="no-votes">{words::no_votes()}</p> })}
    }
    .into_any()
}

/// Any emoji: the system has a picker of its own.
#[component]
fn React(id: MessageId, close: impl Fn() + Copy + Send + Sync + 'static) -> impl IntoView {
    let app = use_app();
    let typed = RwSignal::new(String::new());
    let refused = RwSignal::new(String::new());
    let done = move || {
        let emoji = typed.get_untracked().trim().to_owned();
        let Some(chat) = app.open.get_untracked().filter(|_| !emoji.is_empty()) else { return };
        app.ask(Command::React { chat, message: id, emoji }, move |result| match result {
            Ok(_) => close(),
            Err(error) => _ = refused.try_set(words::error(&error)),
        });
    };
    provide_context(Choosing(Callback::new(move |emoji: String| {
        typed.set(emoji);
        done();
    })));
    view! {
        <Dialog title=words::more_emoji() testid="react-dialog" on_close=close>
            <Lazy part=parts::EMOJI place=Place::Inside focus=".emoji-search"/>
            <form on:submit=move |event| {
                event.prevent_default();
                done();
            }>
                <label class="field">
                    <span class="field-label">{words::emoji_label()}</span>
                    <input class="input emoji emoji-input" type="text" autocomplete="off" data-testid="emoji-input" aria-describedby="emoji-hint"
                        aria-invalid=move || refused.with(|refused| !refused.is_empty()).to_string()
                        prop:value=typed on:input=move |event| {
                            typed.set(event_target_value(&event));
                            refused.set(String::new());
                        }/>
                </label>
                <p id="emoji-hint" class="faint dialog-note">{words::emoji_hint(page::keyboard())}</p>
                <p class="field-error" role="alert" data-testid="emoji-error">{refused}</p>
                <div class="dialog-actions">
                    <button class="button quiet" type="button" on:click=move |_| close()>{words::cancel()}</button>
                    <button class="button" type="submit" data-testid="emoji-go" disabled=move || typed.with(|typed| typed.trim().is_empty())>{words::react()}</button>
                </div>
            </form>
        </Dialog>
    }
}

#[component]
fn Delete(rows: Vec<Arc<MessageRow>>, close: impl Fn() + Copy + Send + Sync + 'static) -> impl IntoView {
    let app = use_app();
    let kind = app.info.with_untracked(|info| info.as_ref().map(|info| info.kind));
    let is_note = kind == Some(ChatKind::Notes);
    let number = rows.len();
    // As they were when it was asked: what the server takes meanwhile goes from everybody, as was said.
    let ids = |unsent: bool| {
        let rows = rows.iter().filter(|row| is_unsent(row) == unsent);
        StoredValue::new(rows.map(|row| row.id).collect::<Vec<_>>())
    };
    let (unsent, sent) = (ids(true), ids(false));
    let all_unsent = sent.with_value(Vec::is_empty);
    let rows = StoredValue::new(rows);
    // For as long as the dialog is open.
    let for_everyone = move || {
        let can_be = |row: &Arc<MessageRow>| {
            is_unsent(row) || can_be_taken_back(&held(app, row.id).unwrap_or_else(|| Arc::clone(row)), page::now_ms())
        };
        !all_unsent && !is_note && rows.with_value(|rows| rows.iter().all(can_be))
    };
    let delete = move |everyone: bool| {
        let Some(chat) = app.open.get_untracked() else { return };
        // First: the focus is back at the message, and goes on from there when it is gone.
        close();
        leave_selection(app);
        // What may be on its way already is taken back from everyone.
        for (messages, for_everyone) in [(unsent.get_value(), true), (sent.get_value(), everyone)] {
            if messages.is_empty() {
                continue;
            }
            app.ask(Command::DeleteMessages { chat, messages, for_everyone }, move |result| match result {
                Ok(_) if for_everyone => {}
                Ok(_) => app.toast(words::deleted_for_me(number), false),
                Err(error) => app.toast(words::error(&error), false),
            });
        }
    };
    let text = move || match number {
        1 if all_unsent => words::delete_unsent(),
        1 if for_everyone() => words::delete_any_text(),
        1 if is_note => words::delete_note_text(),
        1 => words::delete_for_me_text(),
        _ if all_unsent => words::delete_all_unsent(),
        _ if for_everyone() => words::delete_all_any_text(),
        _ if is_note => words::delete_all_notes_text(),
        _ => words::delete_all_for_me_text(),
    };
    view! {
        <Dialog title=words::delete_title(number) testid="delete-dialog" on_close=close>
            <p>{text}</p>
            <div class="dialog-actions stacked">
                <button class="button quiet" type="button" data-testid="delete-no" on:click=move |_| close()>{words::cancel()}</button>
                <button class="button danger" type="button" data-testid="delete-for-me" on:click=move |_| delete(false)>
                    {if all_unsent || is_note { words::delete() } else { words::for_me() }}
                </button>
                <Show when=for_everyone>
                    <button class="button danger" type="button" data-testid="delete-for-everyone" on:click=move |_| delete(true)>{words::for_everyone()}</button>
                </Show>
            </div>
        </Dialog>
    }
}
