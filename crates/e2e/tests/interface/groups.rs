//! Groups in the pages: made, talked in, changed and left.

use super::{ALICE, BOB, CAROL};
use anyhow::{Context, Result, ensure};
use client_api::{ChatId, ChatKind, Command};
use e2e::browser::{Browser, NARROWEST, Setup, WIDE, quoted};
use e2e::{Person, World};

/// The group of this name, when it is there.
pub(super) async fn finds_group(person: &mut Person, name: &str) -> Result<ChatId> {
    let is_it = |row: &client_api::ChatRow| row.kind == ChatKind::Group && row.title == name;
    person.until(&format!("the group {name}"), |s| s.chats.values().any(is_it)).await?;
    person.screen.chats.values().find(|row| is_it(row)).map(|row| row.chat).context("it was there")
}

/// The row of somebody in the information about a group.
fn member(name: &str) -> String {
    format!("[data-testid=member]:has-text({})", quoted(name))
}

async fn sees_line(browser: &Browser, text: &str) -> Result<()> {
    // Names stand between marks of direction.
    let lines = "[...document.querySelectorAll('[data-testid=system-line]')]
        .map(line => line.textContent.replace(/[\\u2068\\u2069]/g, '').trim())";
    browser.finds_true(&format!("{lines}.includes({})", quoted(text))).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_is_made_talked_in_changed_and_left() -> Result<()> {
    let world = World::new().await?;
    let alice = Browser::phone_with(&world, "Alice", &Setup::chromium(WIDE)).await?;
    alice.registers(&world, "Alice", ALICE).await?;
    let mut bob = Person::register(&world, "Bob", BOB).await?;
    let mut carol = Person::register(&world, "Carol", CAROL).await?;
    alice.starts_chat(BOB, "Bob").await?;
    alice.starts_chat(CAROL, "Carol").await?;
    // A feed without an article is none.
    alice.writes("to Carol alone").await?;

    alice.clicks("new-chat").await?;
    alice.clicks("new-group").await?;
    alice.fills("group-name", "Climbers").await?;
    alice.fills("picker-search", "bo").await?;
    alice.presses("ArrowDown").await?;
    alice.presses("Space").await?;
    alice.fills("picker-search", "").await?;
    alice.clicks_text("picker-row", "Carol").await?;
    alice.is_accessible("a new group").await?;
    alice.sees_text("group-go", "Create group (3 members)").await?;
    alice.clicks("group-go").await?;
    alice.sees_text("chat-head-title", "Climbers").await?;
    alice.sees_text("chat-status", "\u{2068}Bob\u{2069}, \u{2068}Carol\u{2069}, You").await?;
    sees_line(&alice, "You created this group").await?;
    alice.writes("hello all").await?;

    let chat = finds_group(&mut bob, "Climbers").await?;
    for person in [&mut bob, &mut carol] {
        person.opens(chat).await?;
        person.sees(chat, "hello all").await?;
    }
    alice.sees_status("hello all", "delivered").await?;
    bob.sends(chat, "from Bob").await?;
    bob.sends(chat, "and again").await?;
    alice.sees_text("message-text", "and again").await?;
    ensure!(alice.reads_all("message-author").await? == ["Bob"], "the first of several says who it is");
    alice
        .finds_true("[...document.querySelectorAll('[data-testid=message]')].at(-1).ariaLabel.startsWith('Bob, ')")
        .await?;
    alice.is_accessible("a group").await?;

    // Who has it and who has read it is told person by person, while the dialog is open.
    alice.chooses_for_message("hello all", "menu-info").await?;
    alice.finds_true("[...document.querySelectorAll('[data-testid=receipts-delivered] li')].length === 2").await?;
    let newest = bob.screen.messages.get(&chat).and_then(|rows| rows.values().next_back()).context("what was said")?.id;
    bob.does(Command::MarkRead { chat, up_to: newest }).await?;
    alice.sees_text("receipts-read", "Bob").await?;
    alice.sees_text("receipts-delivered", "Carol").await?;
    alice.is_accessible("who has read a message").await?;
    alice.clicks("dialog-close").await?;

    alice.clicks("chat-info-open").await?;
    alice.sees_text("members-count", "3 members").await?;
    alice.is_accessible("who is in a group").await?;
    alice.clicks_at(&format!("{} [data-testid=member-menu]", member("Bob"))).await?;
    alice.clicks("member-admin").await?;
    alice.sees(&format!("{} [data-testid=member-is-admin]", member("Bob"))).await?;
    sees_line(&alice, "Bob is now an admin").await?;
    alice.clicks_at(&format!("{} [data-testid=member-menu]", member("Carol"))).await?;
    alice.clicks("member-remove").await?;
    alice.is_accessible("whether somebody is to be removed").await?;
    alice.clicks("group-confirm").await?;
    alice.sees_text("members-count", "2 members").await?;
    sees_line(&alice, "You removed Carol").await?;
    alice.clicks("members-add").await?;
    alice.is_accessible("who is to be added").await?;
    alice.clicks_text("picker-row", "Carol").await?;
    alice.clicks("members-add-go").await?;
    alice.sees_text("members-count", "3 members").await?;
    alice.fills("group-rename", "Boulderers").await?;
    alice.clicks("group-rename-save").await?;
    alice.sees_text("chat-head-title", "Boulderers").await?;
    ensure!(finds_group(&mut bob, "Boulderers").await? == chat, "it is the same group");
    alice.is_resized(NARROWEST).await?;
    alice.fits_the_window("who is in a group, narrow").await?;
    alice.is_resized(WIDE).await?;

    alice.clicks("group-leave").await?;
    alice.clicks("group-confirm").await?;
    alice.shows("not-in-group").await?;
    alice.hides("composer-input").await?;
    sees_line(&alice, "You left").await?;
    alice.is_accessible("a group that one has left").await?;
    let remain = |s: &e2e::person::Screen| s.infos.get(&chat).is_some_and(|info| info.members.len() == 2);
    bob.until("Alice being out", remain).await?;
    alice.closes().await
}
