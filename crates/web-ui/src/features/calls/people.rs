//! Members of a group who are not in its call: rung from here. Who may add others to the group is led to where that is done.

use crate::primitives::dialog::Dialog;
use crate::store::{Pane, use_app};
use crate::words;
use client_api::{AccountId, CallAbsent, Command};
use leptos::prelude::*;
use std::collections::BTreeSet;

#[component]
pub fn PeopleDialog(
    absent: Memo<Vec<CallAbsent>>,
    /// The conversation is looked at: the call's window makes place.
    on_leave: impl Fn() + Copy + Send + Sync + 'static,
    on_close: impl Fn() + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let app = use_app();
    let rung = RwSignal::new(BTreeSet::<AccountId>::new());
    let chat = app.calls.with_untracked(|calls| calls.own.as_ref().map(|own| own.chat));
    let ring = move |account: AccountId| {
        let Some(chat) = chat else { return };
        app.ask(Command::RingMembers { chat, members: vec![account] }, move |result| match result {
            Ok(_) => _ = rung.try_update(|rung| rung.insert(account)),
            Err(error) => app.toast(words::error(&error), false),
        });
    };
    let to_group = move |_| {
        if let Some(chat) = chat {
            on_close();
            on_leave();
            app.open_chat(chat);
            app.show_beside(Pane::Info);
        }
    };
    view! {
        <Dialog title=words::call_people() testid="call-people-dialog" on_close>
            <ul class="rows" aria-label=words::call_people()>
                <For each=move || absent.get() key=|member| member.account let:member>{
                    let account = member.account;
                    let label = words::ring_member(&member.title);
                    view! {
                        <li class="call-absent" data-testid="call-absent">
                            <bdi>{member.title}</bdi>
                            <Show when=move || rung.with(|rung| rung.contains(&account)) fallback=move || {
                                let label = label.clone();
                                view! {
                                    <button class="button small" type="button" aria-label=label data-testid="call-ring-member"
                                        on:click=move |_| ring(account)>{words::ring()}</button>
                                }
                            }><span class="faint" role="status" data-testid="call-rung">{words::rung()}</span></Show>
                        </li>
                    }
                }</For>
            </ul>
            <Show when=move || absent.with(Vec::is_empty)><p class="faint" data-testid="call-all-there">{words::call_all_there()}</p></Show>
            <div class="dialog-actions">
                <button class="button quiet" type="button" data-testid="call-to-group" on:click=to_group>{words::call_to_group()}</button>
                <button class="button" type="button" data-testid="call-people-close" on:click=move |_| on_close()>{words::close()}</button>
            </div>
        </Dialog>
    }
}
