//! How long messages stay: chosen by hand and by keys, told in the chat, shown with each message.

use super::{BOB, alice_hears_from};
use anyhow::{Context, Result};
use client_api::{Command, Disappearing};
use e2e::World;
use e2e::browser::messages::message;
use e2e::browser::{Browser, NARROWEST, WIDE};

/// Nothing is wrong with it for anybody, and on the narrowest screen.
async fn is_sound(browser: &Browser, screen: &str) -> Result<()> {
    browser.is_accessible(screen).await?;
    browser.is_resized(NARROWEST).await?;
    browser.fits_the_window(screen).await?;
    browser.is_resized(WIDE).await
}

fn line(text: &str) -> String {
    format!("[data-testid=system-line]:has-text('{text}')")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chat_says_how_long_its_messages_stay_and_each_message_shows_it() -> Result<()> {
    let world = World::new().await?;
    let (alice, mut people) = alice_hears_from(&world, &[("Bob", BOB)]).await?;
    let (mut bob, chat) = people.pop().context("Bob")?;
    bob.sends(chat, "this stays").await?;
    alice.opens_chat("Bob").await?;
    alice.sees(&message("this stays")).await?;
    alice.sees_no("[data-testid=chat-goes]").await?;

    alice.clicks("chat-menu").await?;
    alice.clicks("menu-disappear").await?;
    alice.shows("disappear-dialog").await?;
    alice
        .finds_true("document.querySelector('[data-testid=disappear-0]').getAttribute('aria-pressed') === 'true'")
        .await?;
    is_sound(&alice, "the dialog of how long messages stay").await?;
    // By keys: Escape leaves all as it is.
    alice.presses("Escape").await?;
    alice.sees_no("dialog").await?;
    alice.clicks("chat-menu").await?;
    alice.clicks("menu-disappear").await?;
    alice.clicks("disappear-168").await?;
    alice.sees_no("dialog").await?;
    alice.sees(&line("You set messages to disappear after 7 days")).await?;
    alice.shows("chat-goes").await?;

    alice.writes("this goes").await?;
    let goes = format!("{}:has([data-testid=message-goes])", message("this goes"));
    alice.sees(&goes).await?;
    alice.sees_no(&format!("{}:has([data-testid=message-goes])", message("this stays"))).await?;
    alice.sees_status("this goes", "delivered").await?;
    alice.chooses_for_message("this goes", "menu-info").await?;
    alice.shows("info-disappears").await?;
    alice.is_accessible("information of a message that disappears").await?;
    alice.presses("Escape").await?;
    alice.sees_no("dialog").await?;
    alice.clicks("chat-info-open").await?;
    alice.sees_text("info-goes", "7 days").await?;
    is_sound(&alice, "a chat whose messages disappear").await?;

    bob.does(Command::SetDisappearing { chat, after: Disappearing::Off }).await?;
    alice.sees(&line("turned off disappearing messages")).await?;
    alice.sees_text("info-goes", "Off").await?;
    alice.sees_no("[data-testid=chat-goes]").await?;
    alice.sees(&goes).await?;
    alice.closes().await
}
