//! A link to a call: made in the log of calls, opened by somebody who knows nobody there, and both hear each other.

use super::{HEARS, are_connected};
use crate::{ALICE, BOB};
use anyhow::{Result, ensure};
use e2e::World;
use e2e::browser::{Browser, NARROWEST, Setup, WIDE};

#[tokio::test(flavor = "multi_thread")]
async fn whoever_opens_a_call_link_is_in_the_call_and_both_hear_each_other() -> Result<()> {
    let world = World::new().await?;
    let alice = Browser::phone_with(&world, "Alice", &Setup::chromium(WIDE).with_microphone()).await?;
    alice.registers(&world, "Alice", ALICE).await?;
    let bob = Browser::phone_with(&world, "Bob", &Setup::chromium(WIDE).with_microphone()).await?;
    bob.registers(&world, "Bob", BOB).await?;
    alice.clicks("rail-calls").await?;
    alice.clicks("call-link").await?;
    alice.shows("call-link-dialog").await?;
    alice.is_accessible("a link to a call").await?;
    alice.is_resized(NARROWEST).await?;
    alice.fits_the_window("a link to a call").await?;
    alice.is_resized(WIDE).await?;
    alice.clicks("link-copy").await?;
    let link = alice.clipboard().await?;
    alice.clicks("call-link-close").await?;

    bob.goes_to(&link.replacen("/#", "/phone#", 1)).await?;
    bob.is_online().await?;
    bob.sees_text("join-state", "Call of Alice").await?;
    bob.clicks("join-ask").await?;
    bob.clicks("join-call").await?;
    alice.shows("call-ring").await?;
    alice.clicks("call-answer").await?;
    are_connected([&alice, &bob]).await?;
    for page in [&alice, &bob] {
        page.finds_true(HEARS).await?;
    }
    // Both are in the group of the call, where it is a message as any other.
    bob.clicks("call-hang-up").await?;
    bob.hides("call").await?;
    let title = bob.reads("chat-head-title").await?;
    ensure!(title == "Call of Alice", "{title}");
    Ok(())
}
