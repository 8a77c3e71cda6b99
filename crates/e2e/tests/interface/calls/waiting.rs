//! A call that comes while one is in another.

use super::{CAROL, HEARS, alice_and_bob, are_connected};
use anyhow::Result;
use e2e::World;
use e2e::browser::{Browser, NARROWEST, Setup, WIDE};

#[tokio::test(flavor = "multi_thread")]
async fn a_second_call_is_declined_or_taken_in_place_of_the_first() -> Result<()> {
    let world = World::new().await?;
    let (alice, bob) = alice_and_bob(&world).await?;
    let carol = Browser::phone_with(&world, "Carol", &Setup::chromium(WIDE).with_microphone()).await?;
    carol.registers(&world, "Carol", CAROL).await?;
    bob.starts_chat(CAROL, "Carol").await?;
    bob.writes("call me").await?;
    carol.opens_chat("call me").await?;
    carol.sees_text("message-text", "call me").await?;
    alice.clicks("call-voice").await?;
    bob.clicks("call-answer").await?;
    are_connected([&alice, &bob]).await?;

    carol.clicks("call-voice").await?;
    bob.sees_text("call-ring", "Voice call, while you are in another call").await?;
    bob.sees("[data-testid=call-answer][aria-label='Hang up and answer']").await?;
    // Bob has Carol in the address book.
    carol.sees_text("call-status", "In another call").await?;
    bob.finds_true(HEARS).await?;
    bob.is_accessible("a second call").await?;
    bob.is_resized(NARROWEST).await?;
    bob.fits_the_window("a second call").await?;
    bob.is_resized(WIDE).await?;
    bob.clicks("call-decline").await?;
    carol.sees_text("toast", "declined your call").await?;
    are_connected([&alice, &bob]).await?;

    carol.clicks("call-voice").await?;
    bob.clicks("call-answer").await?;
    alice.hides("call").await?;
    are_connected([&bob, &carol]).await?;
    for page in [&bob, &carol] {
        page.finds_true(HEARS).await?;
    }
    bob.sees_text("call", "Carol").await?;
    carol.clicks("call-hang-up").await?;
    bob.hides("call").await
}
