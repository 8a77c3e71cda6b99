//! The log of calls: what was missed, what was talked, and a way to call again.

use super::{alice_and_bob, are_connected, says_how_long};
use crate::ALICE;
use anyhow::{Result, ensure};
use e2e::World;
use e2e::browser::{Browser, NARROWEST, Setup, WIDE};

#[tokio::test(flavor = "multi_thread")]
async fn the_log_shows_the_calls_of_all_chats_and_calls_again() -> Result<()> {
    let world = World::new().await?;
    let (alice, bob) = alice_and_bob(&world).await?;
    bob.clicks("rail-calls").await?;
    bob.shows("no-calls").await?;
    bob.is_accessible("an empty log of calls").await?;

    // One that is talked, and one that is missed.
    alice.clicks("call-voice").await?;
    bob.clicks("call-answer").await?;
    are_connected([&alice, &bob]).await?;
    alice.clicks("call-hang-up").await?;
    bob.hides("call").await?;
    says_how_long(&bob, "call-entry-said", r"Incoming:\s+Voice call").await?;
    alice.clicks("call-video").await?;
    bob.shows("call-ring").await?;
    alice.clicks("call-hang-up").await?;
    bob.hides("call-ring").await?;
    bob.sees("[data-testid=call-entry-said].missed").await?;
    let said = bob.reads_all("call-entry-said").await?;
    ensure!(said.len() == 2 && said[0].contains("Missed video call"), "{said:?}");
    let length = said[1].split("Voice call, ").nth(1);
    ensure!(length.is_some_and(|length| length.starts_with(|c: char| c.is_ascii_digit())), "{said:?}");
    bob.is_accessible("a log of calls").await?;
    bob.is_resized(NARROWEST).await?;
    bob.fits_the_window("a log of calls").await?;
    bob.is_resized(WIDE).await?;
    alice.clicks("rail-calls").await?;
    alice.sees_text("call-entry-said", "Outgoing: Video call, no answer").await?;

    // By keyboard to the older one, and to its place in the chat.
    bob.page().locator("[data-testid=call-entry][tabindex='0']").focus().await?;
    bob.presses("ArrowDown").await?;
    let second = "document.activeElement === document.querySelectorAll('[data-testid=call-entry]')[1]";
    bob.finds_true(second).await?;
    bob.presses("Enter").await?;
    bob.sees_text("message-call", "Missed video call").await?;

    bob.clicks("rail-calls").await?;
    bob.clicks_at("li:first-child [data-testid=call-again]").await?;
    alice.shows("call-ring").await?;
    alice.clicks("call-answer-video").await?;
    are_connected([&alice, &bob]).await?;
    bob.clicks("call-hang-up").await?;
    bob.hides("call").await?;
    alice.finds_true("document.querySelectorAll('[data-testid=call-entry]').length === 3").await
}

/// The log is of the messages, and so on every device.
#[tokio::test(flavor = "multi_thread")]
async fn a_companion_has_the_log_too() -> Result<()> {
    let world = World::new().await?;
    let (alice, bob) = alice_and_bob(&world).await?;
    alice.clicks("call-voice").await?;
    bob.clicks("call-decline").await?;
    alice.hides("call").await?;
    let desk = Browser::companion_with(&world, "Desk", &Setup::chromium(WIDE)).await?;
    desk.links_by_text(&bob).await?;
    desk.is_mirrored().await?;
    desk.clicks("rail-calls").await?;
    desk.sees_text("call-entry-said", "Voice call, declined").await?;
    ensure!(
        desk.reads("call-entry-title").await?.contains(&ALICE[ALICE.len() - 3..])
            || desk.reads("call-entry-title").await? == "Alice"
    );
    Ok(())
}
