//! Calls in the pages: two people hear and see each other, through the server's forwarding unit, sealed between their browsers.

use super::{ALICE, BOB};
use anyhow::{Result, ensure};
use e2e::World;
use e2e::browser::{Browser, NARROWEST, Setup, WIDE};

/// Loudest sample of what is heard from others, measured for as long as it takes to find some; silent where there is no element.
const HEARS: &str = "(async () => {
    const element = document.querySelector('[data-testid=call-sound]');
    if (!element?.srcObject) return false;
    window.ear ??= new AudioContext();
    const ear = window.ear;
    const analyser = ear.createAnalyser();
    ear.createMediaStreamSource(element.srcObject).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    for (let looks = 0; looks < 60; looks += 1) {
        await new Promise(done => requestAnimationFrame(done));
        analyser.getFloatTimeDomainData(samples);
        if (samples.some(sample => Math.abs(sample) > 0.02)) return true;
    }
    return false;
})()";
/// A picture of somebody else is decoded, and moves on.
const SEES: &str = "(async () => {
    const video = document.querySelector('[data-testid=call-tile] video');
    if (!video?.videoWidth) return false;
    const before = video.getVideoPlaybackQuality().totalVideoFrames;
    for (let looks = 0; looks < 60; looks += 1) {
        await new Promise(done => requestAnimationFrame(done));
        if (video.getVideoPlaybackQuality().totalVideoFrames > before + 2) return true;
    }
    return false;
})()";

async fn alice_and_bob(world: &World) -> Result<(Browser, Browser)> {
    let alice = Browser::phone_with(world, "Alice", &Setup::chromium(WIDE).with_microphone()).await?;
    alice.registers(world, "Alice", ALICE).await?;
    let bob = Browser::phone_with(world, "Bob", &Setup::chromium(WIDE).with_microphone().dark()).await?;
    bob.registers(world, "Bob", BOB).await?;
    alice.starts_chat(BOB, "Bob").await?;
    alice.writes("shall we talk?").await?;
    bob.opens_chat("shall we talk?").await?;
    bob.sees_text("message-text", "shall we talk?").await?;
    Ok((alice, bob))
}

async fn are_connected(pages: [&Browser; 2]) -> Result<()> {
    for page in pages {
        page.sees("[data-testid=call][data-state=running]").await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn two_people_hear_each_other_until_one_hangs_up() -> Result<()> {
    let world = World::new().await?;
    let (alice, bob) = alice_and_bob(&world).await?;
    alice.clicks("call-voice").await?;
    alice.sees("[data-testid=call][data-state=calling]").await?;
    bob.shows("call-ring").await?;
    bob.is_accessible("a call that rings").await?;
    bob.clicks("call-answer").await?;
    bob.hides("call-ring").await?;
    are_connected([&alice, &bob]).await?;
    for page in [&alice, &bob] {
        page.finds_true(HEARS).await?;
        page.is_accessible("a call").await?;
    }
    // Who has turned the microphone off is not heard.
    alice.clicks("call-mute").await?;
    alice.sees("[data-testid=call-mute][data-on=false]").await?;
    bob.finds_true(&format!("{HEARS}.then(heard => !heard)")).await?;
    alice.clicks("call-mute").await?;
    bob.finds_true(HEARS).await?;

    alice.clicks("call-hang-up").await?;
    for page in [&alice, &bob] {
        page.hides("call").await?;
        page.sees_text("message-call", "Voice call, 0:").await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn two_people_see_each_other() -> Result<()> {
    let world = World::new().await?;
    let (alice, bob) = alice_and_bob(&world).await?;
    alice.clicks("call-video").await?;
    bob.shows("call-ring").await?;
    bob.clicks("call-answer-video").await?;
    are_connected([&alice, &bob]).await?;
    for page in [&alice, &bob] {
        page.finds_true(SEES).await?;
        page.finds_true(HEARS).await?;
        page.is_accessible("a call with pictures").await?;
    }
    // Without a picture a name and a face stand there.
    bob.clicks("call-camera").await?;
    alice.sees("[data-testid=call-tile][data-pictures='0']").await?;
    bob.clicks("call-camera").await?;
    alice.finds_true(SEES).await?;

    bob.is_resized(NARROWEST).await?;
    bob.fits_the_window("a call with pictures").await?;
    bob.clicks("call-size").await?;
    bob.fits_the_window("a small call").await?;
    bob.writes("and can write meanwhile").await?;
    alice.clicks("call-hang-up").await?;
    bob.hides("call").await?;
    alice.sees_text("message-text", "and can write meanwhile").await
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_want_to_talk_declines_and_who_misses_a_call_sees_so() -> Result<()> {
    let world = World::new().await?;
    let (alice, bob) = alice_and_bob(&world).await?;
    alice.clicks("call-voice").await?;
    bob.shows("call-ring").await?;
    bob.clicks("call-decline").await?;
    alice.hides("call").await?;
    alice.sees_text("toast", "declined your call").await?;
    for page in [&alice, &bob] {
        page.sees_text("message-call", "Voice call, declined").await?;
    }
    alice.clicks("call-video").await?;
    bob.shows("call-ring").await?;
    alice.clicks("call-hang-up").await?;
    bob.hides("call-ring").await?;
    bob.sees_text("message-call", "Missed video call").await?;
    alice.sees_text("message-call", "Video call, no answer").await?;
    let shown = alice.reads_all("message-call").await?;
    ensure!(shown.len() == 2, "two calls, and no more: {shown:?}");
    Ok(())
}
