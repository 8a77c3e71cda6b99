//! Members who are not in a group's call are rung, and others are added to it; a call of two to which people are added goes on in a group.

use super::{HEARS, alice_and_bob, are_connected, group_of, tiles};
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

/// Where it is heard from others: as many voices as there are.
fn hears_all(count: usize) -> String {
    format!(
        "(async () => {{
            const elements = [...document.querySelectorAll('[data-testid=call-sound]')].filter(element => element.srcObject);
            if (elements.length !== {count}) return false;
            window.ear ??= new AudioContext();
            for (const element of elements) {{
                const analyser = window.ear.createAnalyser();
                window.ear.createMediaStreamSource(element.srcObject).connect(analyser);
                const samples = new Float32Array(analyser.fftSize);
                let heard = false;
                for (let looks = 0; looks < 60 && !heard; looks += 1) {{
                    await new Promise(done => requestAnimationFrame(done));
                    analyser.getFloatTimeDomainData(samples);
                    heard = samples.some(sample => Math.abs(sample) > 0.02);
                }}
                if (!heard) return false;
            }}
            return true;
        }})()"
    )
}

/// Notes whether the call's window ever goes, whether anything rings, and what the user is told.
const WATCHING: &str = "(() => {
    window.flickered = false;
    window.told = '';
    const look = () => {
        window.told += document.querySelector('[data-testid=toast]')?.textContent ?? '';
        if (!document.querySelector('[data-testid=call]') || document.querySelector('[data-testid=call-ring]')) window.flickered = true;
    };
    new MutationObserver(look).observe(document.body, { childList: true, subtree: true });
    return true;
})()";

#[tokio::test(flavor = "multi_thread")]
async fn a_call_of_two_goes_on_with_a_third_without_hanging_up() -> Result<()> {
    let world = World::new().await?;
    let talks = Setup::chromium(WIDE).with_microphone();
    let carol = Browser::phone_with(&world, "Carol", &talks).await?;
    carol.registers(&world, "Carol", CAROL).await?;
    let (alice, bob) = alice_and_bob(&world).await?;
    alice.starts_chat(CAROL, "Carol").await?;
    alice.opens_chat("shall we talk?").await?;
    alice.clicks("call-voice").await?;
    alice.sees("[data-testid=call][data-state=calling]").await?;
    alice.sees_no("[data-testid=call-add]").await?;
    bob.clicks("call-answer").await?;
    are_connected([&alice, &bob]).await?;
    bob.clicks("call-mute").await?;
    alice.sees("[data-testid=call-tile][data-muted=true]").await?;
    for page in [&alice, &bob] {
        page.finds_true(WATCHING).await?;
    }

    alice.clicks("call-add").await?;
    alice.is_accessible("whom to add to a call").await?;
    alice.is_resized(NARROWEST).await?;
    alice.fits_the_window("whom to add to a call").await?;
    alice.is_resized(WIDE).await?;
    alice.clicks_text("picker-row", "Carol").await?;
    alice.clicks("call-add-go").await?;
    carol.sees_text("call-ring", "Voice call from").await?;
    // Nobody presses anything at Bob's page.
    bob.finds_true("window.told.includes('added people: the call goes on in the group')").await?;
    for page in [&alice, &bob] {
        page.sees("[data-testid=call][data-state=running]").await?;
        page.shows("call-people").await?;
        page.finds_true("window.flickered === false").await?;
    }
    alice.sees("[data-testid=call-tile][data-muted=true]").await?;
    bob.sees("[data-testid=call-mute][data-on=false]").await?;
    alice.is_accessible("a call that has grown").await?;
    carol.clicks("call-answer").await?;
    for page in [&alice, &bob, &carol] {
        page.finds_true(&tiles(2)).await?;
    }
    bob.clicks("call-mute").await?;
    for page in [&alice, &bob, &carol] {
        page.finds_true(&hears_all(2)).await?;
    }
    // In the chat of two the call is over.
    for page in [&alice, &bob] {
        page.clicks("call-size").await?;
        page.sees_text("message-call", "went on in a group").await?;
        page.clicks("call-hang-up").await?;
        page.hides("call").await?;
    }
    carol.finds_true(&tiles(0)).await?;
    carol.clicks("call-hang-up").await?;
    carol.hides("call").await
}
