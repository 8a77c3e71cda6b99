//! Which microphone, camera and loudspeaker a call uses: chosen before it and in it, and what happens where one is unplugged.

use super::{COLLECTING, HEARS, are_connected, begins_anew_with};
use crate::{ALICE, LISTENING};
use anyhow::{Result, ensure};
use e2e::World;
use e2e::browser::{Browser, NARROWEST, Setup, WIDE};

/// The track of the microphone that is sent.
const SENT: &str =
    "window.connections.at(-1).getSenders().map(sender => sender.track).find(track => track?.kind === 'audio')";
const AGREED: &str = "window.connections.at(-1).localDescription.sdp";
const LEVEL_MOVES: &str = "document.querySelector('[data-testid=microphone-level]')?.value > 0.1";
/// The microphone that is sent is unplugged: its track ends, as browsers tell it.
const UNPLUGS: &str = "(track => {
    window.unplugged = track;
    track.stop();
    track.dispatchEvent(new Event('ended'));
    return true;
})";

/// The id of an option of a list, once it is there.
async fn option(page: &Browser, list: &str, at: usize) -> Result<String> {
    page.finds_true(&format!("document.querySelectorAll('[data-testid={list}] option').length > {at}")).await?;
    page.evaluates(&format!("document.querySelectorAll('[data-testid={list}] option')[{at}].value")).await
}

async fn chooses(page: &Browser, list: &str, id: &str) -> Result<()> {
    let choose = format!(
        "(() => {{
            const list = document.querySelector('[data-testid={list}]');
            list.value = '{id}';
            list.dispatchEvent(new Event('change', {{ bubbles: true }}));
            return list.value === '{id}';
        }})()"
    );
    ensure!(page.evaluates::<bool>(&choose).await?, "{id} can be chosen");
    Ok(())
}

async fn in_call(world: &World) -> Result<(Browser, Browser)> {
    let (alice, bob) = super::alice_and_bob(world).await?;
    begins_anew_with(&alice, &[COLLECTING, LISTENING]).await?;
    alice.opens_chat("shall we talk?").await?;
    alice.clicks("call-voice").await?;
    bob.clicks("call-answer").await?;
    are_connected([&alice, &bob]).await?;
    // Both: what Alice is sent of Bob is agreed on as well, and changes nothing later.
    for page in [&alice, &bob] {
        page.finds_true(HEARS).await?;
    }
    // All that is played on these machines sounds alike: what Bob's microphone hears would be taken for an echo of Alice's.
    bob.clicks("call-mute").await?;
    Ok((alice, bob))
}

#[tokio::test(flavor = "multi_thread")]
async fn another_microphone_takes_over_in_the_call_and_is_remembered() -> Result<()> {
    let world = World::new().await?;
    let (alice, bob) = in_call(&world).await?;
    alice.clicks("call-devices").await?;
    alice.shows("call-devices-dialog").await?;
    alice.finds_true(LEVEL_MOVES).await?;
    alice.is_accessible("the devices of a call").await?;
    alice.is_resized(NARROWEST).await?;
    alice.fits_the_window("the devices of a call").await?;
    alice.is_resized(WIDE).await?;
    let agreed: String = alice.evaluates(AGREED).await?;
    let another = option(&alice, "choose-microphone", 2).await?;
    ensure!(!alice.evaluates::<bool>(&format!("{SENT}.getSettings().deviceId === '{another}'")).await?, "another one");
    chooses(&alice, "choose-microphone", &another).await?;
    alice.finds_true(&format!("{SENT}?.getSettings().deviceId === '{another}'")).await?;
    alice.finds_true(LEVEL_MOVES).await?;
    bob.finds_true(HEARS).await?;
    ensure!(alice.evaluates::<String>(AGREED).await? == agreed, "nothing had to be agreed on anew");

    let loudspeaker = option(&alice, "choose-loudspeaker", 1).await?;
    chooses(&alice, "choose-loudspeaker", &loudspeaker).await?;
    alice.finds_true(&format!("document.querySelector('[data-testid=call-sound]').sinkId === '{loudspeaker}'")).await?;
    let notes: u32 = alice.evaluates("window.notes").await?;
    alice.clicks("try-loudspeaker").await?;
    alice.sees_text("devices-said", "heard a tone").await?;
    alice.finds_true(&format!("window.notes > {notes}")).await?;

    // Esc closes the dialog, and the call stays as large as it is.
    alice.presses("Escape").await?;
    alice.hides("call-devices-dialog").await?;
    alice.sees("[data-testid=call]:not(.small)").await?;
    alice.clicks("call-hang-up").await?;
    alice.hides("call").await?;
    begins_anew_with(&alice, &[]).await?;
    // What was said last is the call.
    alice.opens_chat("Bob").await?;
    alice.clicks("call-voice").await?;
    bob.clicks("call-answer").await?;
    are_connected([&alice, &bob]).await?;
    alice.finds_true(&format!("{SENT}?.getSettings().deviceId === '{another}'")).await?;
    alice.finds_true(&format!("document.querySelector('[data-testid=call-sound]')?.sinkId === '{loudspeaker}'")).await
}

#[tokio::test(flavor = "multi_thread")]
async fn where_a_microphone_is_unplugged_another_one_takes_its_place() -> Result<()> {
    let world = World::new().await?;
    let (alice, bob) = in_call(&world).await?;
    alice.evaluates::<bool>(&format!("{UNPLUGS}({SENT})")).await?;
    alice.sees_text("toast", "microphone was unplugged").await?;
    alice.finds_true(&format!("{SENT} !== window.unplugged && {SENT}?.readyState === 'live'")).await?;
    bob.finds_true(HEARS).await?;
    // Who is muted stays so.
    alice.clicks("call-mute").await?;
    bob.sees("[data-testid=call-tile][data-muted=true]").await?;
    alice.evaluates::<bool>(&format!("{UNPLUGS}({SENT})")).await?;
    alice.finds_true(&format!("{SENT} !== window.unplugged && {SENT}?.readyState === 'live'")).await?;
    ensure!(!alice.evaluates::<bool>(&format!("{SENT}.enabled")).await?, "the other microphone is off as well");
    alice.sees("[data-testid=call-mute][data-on=false]").await
}

#[tokio::test(flavor = "multi_thread")]
async fn devices_are_tried_before_a_call() -> Result<()> {
    let world = World::new().await?;
    let page = Browser::phone_with(&world, "Alice", &Setup::chromium(WIDE).with_microphone()).await?;
    page.registers(&world, "Alice", ALICE).await?;
    page.clicks("rail-settings").await?;
    page.clicks("open-call-devices").await?;
    page.shows("call-devices-dialog").await?;
    page.is_accessible("the devices").await?;
    page.clicks("try-microphone").await?;
    page.finds_true(LEVEL_MOVES).await?;
    page.is_accessible("a microphone that is tried").await?;
    page.is_resized(NARROWEST).await?;
    page.fits_the_window("the devices").await?;
    page.clicks("call-devices-close").await?;
    page.hides("call-devices-dialog").await
}
