//! Calls where something is missing: microphone, camera, leave to use them, or anybody who wants to be called.

use super::{HEARS, SEES, alice_and_bob, are_connected, begins_anew_with};
use anyhow::{Result, ensure};
use e2e::World;

/// Devices are refused by this name, while there is one.
const TROUBLED: &str = "
    const ask = MediaDevices.prototype.getUserMedia;
    MediaDevices.prototype.getUserMedia = async function (wish) {
        if (window.trouble) throw new DOMException('not now', window.trouble);
        return ask.call(this, wish);
    };
";

/// What was said before is closed: what is seen after that is said anew.
const NO_TOASTS: &str = "(document.querySelectorAll('[data-testid=toast-close]').forEach(close => close.click()),
    !document.querySelector('[data-testid=toast]'))";
/// All that the browser gives is noted.
const NOTING_TRACKS: &str = "
    window.given = [];
    const give = MediaDevices.prototype.getUserMedia;
    MediaDevices.prototype.getUserMedia = async function (wish) {
        const stream = await give.call(this, wish);
        window.given.push(...stream.getTracks());
        return stream;
    };
";

/// The server says nothing to whoever wants to join: microphone and camera are let go with the call all the same.
#[tokio::test(flavor = "multi_thread")]
async fn who_hangs_up_before_there_is_a_connection_is_not_recorded_any_more() -> Result<()> {
    let mut world = World::new().await?;
    world.lays_a_line().await?;
    let (alice, _bob) = alice_and_bob(&world).await?;
    begins_anew_with(&alice, &[NOTING_TRACKS]).await?;
    alice.opens_chat("shall we talk?").await?;
    // What shows a call is no part of the first visit: a line that is silent does not bring it.
    alice.is_kept_whole().await?;
    world.line()?.falls_silent();
    alice.clicks("call-video").await?;
    alice.shows("call").await?;
    alice.finds_true("window.given.length >= 2 && window.given.every(track => track.readyState === 'live')").await?;
    alice.clicks("call-hang-up").await?;
    alice.hides("call").await?;
    alice.finds_true("window.given.every(track => track.readyState === 'ended')").await
}

#[tokio::test(flavor = "multi_thread")]
async fn without_microphone_and_camera_one_hears_and_sees_and_is_told_why_nobody_hears_one() -> Result<()> {
    let world = World::new().await?;
    let (alice, bob) = alice_and_bob(&world).await?;
    begins_anew_with(&alice, &[TROUBLED]).await?;
    alice.opens_chat("shall we talk?").await?;
    let troubles = [
        ("NotFoundError", "No microphone was found: the others cannot hear you", "No camera was found"),
        ("NotReadableError", "No microphone was found: the others cannot hear you", "another program has it"),
        ("NotAllowedError", "does not let Heliograph use the microphone", "does not let Heliograph use the camera"),
    ];
    for (trouble, of_microphone, of_camera) in troubles {
        alice.evaluates::<bool>(&format!("!!(window.trouble = '{trouble}')")).await?;
        alice.clicks("call-video").await?;
        alice.sees_text("toast", of_microphone).await?;
        alice.sees_text("toast", of_camera).await?;
        bob.clicks("call-answer-video").await?;
        are_connected([&alice, &bob]).await?;
        alice.finds_true(HEARS).await?;
        alice.finds_true(SEES).await?;
        bob.sees("[data-testid=call-tile][data-muted=true][data-pictures='0']").await?;
        alice.sees("[data-testid=call-mute][data-on=false]").await?;
        alice.sees("[data-testid=call-camera][data-on=false]").await?;
        alice.finds_true(NO_TOASTS).await?;
        alice.clicks("call-mute").await?;
        alice.sees_text("toast", of_microphone).await?;
        alice.finds_true(NO_TOASTS).await?;
        alice.clicks("call-hang-up").await?;
        bob.hides("call").await?;
    }
    // With a microphone in the call, everything is well.
    alice.clicks("call-voice").await?;
    bob.clicks("call-answer").await?;
    are_connected([&alice, &bob]).await?;
    alice.evaluates::<bool>("(window.trouble = null) === null").await?;
    alice.clicks("call-mute").await?;
    bob.sees("[data-testid=call-tile][data-muted=false]").await?;
    bob.finds_true(HEARS).await
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_blocked_is_not_called_from_the_log_either() -> Result<()> {
    let world = World::new().await?;
    let (alice, bob) = alice_and_bob(&world).await?;
    alice.clicks("call-voice").await?;
    bob.clicks("call-decline").await?;
    alice.hides("call").await?;
    alice.clicks("chat-menu").await?;
    alice.clicks("menu-block").await?;
    alice.clicks("chore-go").await?;
    alice.shows("blocked-bar").await?;
    alice.clicks("rail-calls").await?;
    alice.clicks("call-again").await?;
    alice.sees_text("toast", "blocked").await?;
    alice.sees_no("[data-testid=call]").await?;
    // Nor do they ring: what they call is missed by nobody.
    bob.clicks("call-voice").await?;
    bob.sees("[data-testid=call][data-state=calling]").await?;
    bob.clicks("call-hang-up").await?;
    bob.hides("call").await?;
    // What comes after it is here: it will not come any more.
    alice.clicks("rail-chats").await?;
    alice.clicks_text("chat-row", "Bob").await?;
    alice.clicks("unblock").await?;
    alice.shows("composer-input").await?;
    bob.writes("are you there?").await?;
    alice.sees_text("message-text", "are you there?").await?;
    alice.sees_no("[data-testid=call-ring]").await?;
    ensure!(alice.reads_all("message-call").await?.len() == 1, "the chat has the first call alone");
    alice.clicks("rail-calls").await?;
    alice.shows("call-entry").await?;
    ensure!(alice.reads_all("call-entry").await?.len() == 1, "nothing of it is in the log");
    Ok(())
}
