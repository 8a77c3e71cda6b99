//! Chats are cleared and deleted, people blocked: by hand and by keys, on screens of all widths.

use super::{BOB, CAROL, alice_hears_from};
use anyhow::{Context, Result, ensure};
use client_api::MessageStatus;
use e2e::World;
use e2e::browser::messages::message;
use e2e::browser::{Browser, NARROWEST, WIDE};

/// Chooses from the open chat's menu.
async fn chooses(browser: &Browser, entry: &str) -> Result<()> {
    browser.clicks("chat-menu").await?;
    browser.clicks(entry).await
}

/// A dialog that is open is usable by everybody, and on the narrowest screen.
async fn is_sound(browser: &Browser, dialog: &str) -> Result<()> {
    browser.shows(dialog).await?;
    browser.is_accessible(dialog).await?;
    browser.is_resized(NARROWEST).await?;
    browser.fits_the_window(dialog).await?;
    browser.is_resized(WIDE).await
}

fn row_of(name: &str) -> String {
    format!("[data-testid=chat-row]:has-text('{name}')")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chat_is_cleared_but_for_its_stars_and_deleted_until_something_comes() -> Result<()> {
    let world = World::new().await?;
    let (alice, mut people) = alice_hears_from(&world, &[("Bob", BOB)]).await?;
    let (mut bob, chat) = people.pop().context("Bob")?;
    bob.sends(chat, "keep this").await?;
    bob.sends(chat, "not this").await?;
    alice.opens_chat("Bob").await?;
    alice.sees(&message("not this")).await?;
    alice.chooses_for_message("keep this", "menu-star").await?;

    chooses(&alice, "menu-clear").await?;
    is_sound(&alice, "clear-dialog").await?;
    alice.presses("Escape").await?;
    alice.sees_no("dialog").await?;
    alice.sees(&message("not this")).await?;
    chooses(&alice, "menu-clear").await?;
    alice.clicks("chore-go").await?;
    alice.sees_no(&message("not this")).await?;
    alice.sees(&message("keep this")).await?;

    chooses(&alice, "menu-delete-chat").await?;
    is_sound(&alice, "delete-chat-dialog").await?;
    // By keys: the way back first.
    alice.finds_true("document.activeElement.matches('[data-testid=chore-no]')").await?;
    alice.presses("Tab").await?;
    alice.presses("Enter").await?;
    alice.sees_no(&row_of("Bob")).await?;
    alice.shows("no-chat").await?;
    bob.sends(chat, "still there?").await?;
    alice.sees(&row_of("Bob")).await?;
    alice.opens_chat("Bob").await?;
    alice.sees(&message("still there?")).await?;
    alice.sees_no(&message("keep this")).await?;
    alice.closes().await
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_blocked_is_not_heard_until_they_are_unblocked_in_the_chat_or_the_settings() -> Result<()> {
    let world = World::new().await?;
    let (alice, mut people) = alice_hears_from(&world, &[("Bob", BOB), ("Carol", CAROL)]).await?;
    let (mut carol, from_carol) = people.pop().context("Carol")?;
    let (mut bob, chat) = people.pop().context("Bob")?;
    alice.opens_chat("Bob").await?;
    alice.shows("composer-input").await?;
    chooses(&alice, "menu-block").await?;
    is_sound(&alice, "block-dialog").await?;
    alice.clicks("chore-go").await?;
    alice.sees_text("blocked-bar", "You blocked").await?;
    alice.sees_no("[data-testid=composer-input]").await?;
    alice.sees_no("[data-testid=call-voice]").await?;
    alice.is_accessible("a conversation with somebody who is blocked").await?;
    alice.is_resized(NARROWEST).await?;
    alice.fits_the_window("blocked, narrow").await?;
    alice.is_resized(WIDE).await?;
    bob.sends(chat, "spam").await?;
    // It has come while he is blocked: later it would be heard.
    bob.sees_status(chat, "spam", MessageStatus::Delivered).await?;
    carol.sends(from_carol, "what came after it").await?;
    alice.sees_text("chat-preview", "what came after it").await?;
    ensure!(!alice.reads_all("chat-preview").await?.contains(&"spam".to_owned()), "he is not heard");

    alice.clicks("unblock").await?;
    alice.shows("composer-input").await?;
    chooses(&alice, "menu-block").await?;
    alice.clicks("chore-go").await?;
    alice.shows("blocked-bar").await?;
    alice.clicks("rail-settings").await?;
    alice.sees_text("blocked-row", "Bob").await?;
    alice.is_accessible("settings with somebody who is blocked").await?;
    alice.clicks("unblock-row").await?;
    alice.shows("nobody-blocked").await?;
    alice.shows("composer-input").await?;
    bob.sends(chat, "thank you").await?;
    alice.sees(&message("thank you")).await?;
    alice.sees_no(&message("spam")).await?;
    alice.closes().await
}
