//! How long messages stay: chosen by hand and by keys, told in the chat, shown with each message.

use super::{BOB, CAROL, alice_hears_from};
use anyhow::{Context, Result};
use client_api::{Command, Disappearing, SystemLine};
use e2e::browser::messages::message;
use e2e::browser::{Browser, NARROWEST, WIDE};
use e2e::{Person, World};

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

/// In the settings of this device new chats begin with this timer.
async fn begins_chats_with(browser: &Browser, after: &str) -> Result<()> {
    browser.clicks("rail-settings").await?;
    browser
        .finds_true(&format!("document.querySelector('[data-testid=new-chats-disappear]')?.value === '{after}'"))
        .await
}

async fn chooses_for_new_chats(browser: &Browser, after: &str) -> Result<()> {
    let chosen = browser.at("new-chats-disappear").select_option(after, None).await;
    browser.told_of("choosing how long messages stay in new chats", chosen).await.map(|_| ())
}

#[tokio::test(flavor = "multi_thread")]
async fn new_chats_begin_with_the_timer_that_is_chosen_on_any_device() -> Result<()> {
    let world = World::new().await?;
    let (alice, mut people) = alice_hears_from(&world, &[("Bob", BOB)]).await?;
    let (mut bob, theirs) = people.pop().context("Bob")?;
    let mut carol = Person::register(&world, "Carol", CAROL).await?;
    begins_chats_with(&alice, "off").await?;
    chooses_for_new_chats(&alice, "7d").await?;
    is_sound(&alice, "the settings with the timer of new chats").await?;

    // A device that is linked has it, and its choice comes back.
    let beside = Browser::companion(&world, "Alice").await?;
    beside.links_by_text(&alice).await?;
    begins_chats_with(&beside, "7d").await?;
    chooses_for_new_chats(&beside, "24h").await?;
    begins_chats_with(&alice, "24h").await?;

    alice.clicks("rail-chats").await?;
    alice.starts_chat(CAROL, "Carol").await?;
    alice.sees(&line("You set messages to disappear after 24 hours")).await?;
    alice.shows("chat-goes").await?;
    alice.writes("this goes").await?;
    alice.sees(&format!("{}:has([data-testid=message-goes])", message("this goes"))).await?;
    let carols = carol.only_chat().await?;
    carol.opens(carols).await?;
    carol.sees(carols, "this goes").await?;
    let told = |line: &SystemLine| matches!(line, SystemLine::DisappearingSet { after: Disappearing::Day, .. });
    carol.until("who set the timer", |screen| screen.lines(carols).iter().any(told)).await?;

    // What Bob began is as it was.
    alice.opens_chat("Bob").await?;
    alice.sees_text("chat-head-title", "Bob").await?;
    alice.writes("this stays").await?;
    bob.opens(theirs).await?;
    bob.sees(theirs, "this stays").await?;
    alice.sees_no("[data-testid=chat-goes]").await?;
    alice.sees_no(&format!("{}:has([data-testid=message-goes])", message("this stays"))).await?;
    beside.closes().await?;
    alice.closes().await
}
