//! Members who are not in a group's call are rung, and others are added to it.

use super::{HEARS, are_connected, group_of, tiles};
use crate::{ALICE, BOB, CAROL};
use anyhow::Result;
use e2e::World;
use e2e::browser::{Browser, NARROWEST, Setup, WIDE};

#[tokio::test(flavor = "multi_thread")]
async fn who_is_not_in_a_call_is_rung_and_who_is_added_meanwhile_too() -> Result<()> {
    let world = World::new().await?;
    let talks = Setup::chromium(WIDE).with_microphone();
    let carol = Browser::phone_with(&world, "Carol", &talks).await?;
    carol.registers(&world, "Carol", CAROL).await?;
    let [alice, bob] = group_of(&world, [("Alice", ALICE, talks.clone()), ("Bob", BOB, talks)], &[]).await?;
    alice.starts_chat(CAROL, "Carol").await?;
    alice.opens_chat("hello all").await?;
    // Carol's chat has a composer and a button for calls, too.
    alice.sees_text("chat-head-title", "Climbers").await?;
    alice.clicks("call-voice").await?;
    bob.clicks("call-decline").await?;
    bob.hides("call-ring").await?;
    alice.sees("[data-testid=call][data-state=calling]").await?;

    alice.clicks("call-people").await?;
    alice.sees_text("call-absent", "Bob").await?;
    alice.clicks("call-ring-member").await?;
    bob.sees_text("call-ring", "Voice call from").await?;
    bob.clicks("call-answer").await?;
    alice.shows("call-all-there").await?;
    are_connected([&alice, &bob]).await?;

    alice.clicks("call-to-group").await?;
    alice.clicks("members-add").await?;
    alice.clicks_text("picker-row", "Carol").await?;
    alice.clicks("members-add-go").await?;
    carol.sees_text("call-ring", "Climbers").await?;
    carol.clicks("call-answer").await?;
    for page in [&alice, &bob, &carol] {
        page.finds_true(&tiles(2)).await?;
        page.finds_true(HEARS).await?;
    }
    // In a call that was answered there is time to look.
    bob.clicks("call-hang-up").await?;
    bob.hides("call").await?;
    alice.clicks("call-size").await?;
    alice.clicks("call-people").await?;
    alice.sees_text("call-absent", "Bob").await?;
    alice.is_accessible("who is not in a call").await?;
    alice.is_resized(NARROWEST).await?;
    alice.fits_the_window("who is not in a call").await?;
    alice.is_resized(WIDE).await?;
    alice.clicks("call-people-close").await?;
    for page in [&alice, &carol] {
        page.clicks("call-hang-up").await?;
        page.hides("call").await?;
    }
    Ok(())
}
