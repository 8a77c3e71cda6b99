//! Calls over bad networks: the server is lost and back, packets are lost, no datagrams come through, the network is another one.

use super::{COLLECTING, HEARS, SEES, are_connected, begins_anew_with};
use anyhow::{Result, ensure};
use e2e::World;
use e2e::browser::Browser;

/// What the connection's report says of its lines.
const LINES: &str = "(async kind => {
    const report = await window.connections.at(-1).getStats();
    return [...report.values()].filter(entry => entry.type === 'inbound-rtp' && entry.kind === kind);
})";
/// The pair of addresses in use.
const PAIR: &str = "(async () => {
    const report = await window.connections.at(-1).getStats();
    const pairs = [...report.values()].filter(entry => entry.type === 'candidate-pair' && entry.nominated && entry.state === 'succeeded');
    return pairs.map(pair => report.get(pair.localCandidateId)?.protocol);
})()";
/// By what the unit is found: another one after a search for another way, and none while a new connection has no answer.
const UNIT_CREDENTIALS: &str =
    "window.connections.at(-1).remoteDescription?.sdp.match(/^a=ice-ufrag:(.*)$/m)[1].trim()";

/// What the call's window shows of the connection from now on, also what passes by.
const NOTING_STATES: &str = "(() => {
    window.states = [];
    const note = () => window.states.push(document.querySelector('[data-testid=call]')?.dataset.state);
    new MutationObserver(note).observe(document.body, { subtree: true, childList: true, attributeFilter: ['data-state'] });
    return true;
})()";

/// Pictures that are decoded from now on.
fn decodes(more: u32, before: u32) -> String {
    format!(
        "{LINES}('video').then(lines => Math.max(0, ...lines.map(line => line.framesDecoded ?? 0)) >= {})",
        before + more
    )
}

async fn decoded(page: &Browser) -> Result<u32> {
    page.evaluates(&format!(
        "{LINES}('video').then(lines => Math.max(0, ...lines.map(line => line.framesDecoded ?? 0)))"
    ))
    .await
}

async fn two_with_connections(world: &World) -> Result<[Browser; 2]> {
    let (alice, bob) = super::alice_and_bob(world).await?;
    for page in [&alice, &bob] {
        begins_anew_with(page, &[COLLECTING]).await?;
        page.opens_chat("shall we talk?").await?;
    }
    Ok([alice, bob])
}

async fn in_a_video_call(world: &World) -> Result<[Browser; 2]> {
    let [alice, bob] = two_with_connections(world).await?;
    alice.clicks("call-video").await?;
    bob.clicks("call-answer-video").await?;
    are_connected([&alice, &bob]).await?;
    for page in [&alice, &bob] {
        page.finds_true(SEES).await?;
    }
    Ok([alice, bob])
}

/// Who is silent is silent, and who speaks again is heard.
async fn mute_is_followed(speaker: &Browser, listener: &Browser) -> Result<()> {
    speaker.clicks("call-mute").await?;
    listener.sees("[data-testid=call-tile][data-muted=true]").await?;
    listener.finds_true(&format!("{HEARS}.then(heard => !heard)")).await?;
    speaker.clicks("call-mute").await?;
    listener.sees("[data-testid=call-tile][data-muted=false]").await?;
    listener.finds_true(HEARS).await
}

#[tokio::test(flavor = "multi_thread")]
async fn media_goes_on_while_the_server_is_lost_and_back() -> Result<()> {
    let mut world = World::new().await?;
    world.lays_a_line().await?;
    let [alice, bob] = in_a_video_call(&world).await?;
    world.line()?.is_cut();
    for page in [&alice, &bob] {
        page.finds_true("document.querySelector('[data-testid=connection]').dataset.state !== 'online'").await?;
        let before = decoded(page).await?;
        page.finds_true(&decodes(30, before)).await?;
        page.finds_true(HEARS).await?;
    }
    world.line()?.carries_again();
    for page in [&alice, &bob] {
        page.is_online().await?;
        let before = decoded(page).await?;
        page.finds_true(&decodes(30, before)).await?;
        page.sees("[data-testid=call][data-state=running]").await?;
        ensure!(page.evaluates::<u32>("window.connections.length").await? == 1, "it is the connection of before");
    }
    // What is said to the unit is heard again.
    alice.clicks("call-screen").await?;
    bob.sees("[data-testid=call-tile][data-pictures='2']").await?;
    alice.clicks("call-hang-up").await?;
    bob.hides("call").await
}

#[tokio::test(flavor = "multi_thread")]
async fn three_packets_of_a_hundred_are_lost_and_pictures_go_on() -> Result<()> {
    let world = World::with_media_path().await?;
    let path = world.media_path()?;
    path.passes_no_streams();
    path.loses(30);
    let [alice, bob] = in_a_video_call(&world).await?;
    for page in [&alice, &bob] {
        // One part after the other: each has its time, however slow the machine is.
        for _ in 0..5 {
            let before = decoded(page).await?;
            page.finds_true(&decodes(30, before)).await?;
        }
        page.finds_true(HEARS).await?;
    }
    let (lost, passed) = path.counts();
    ensure!(lost > 0 && passed > 10 * lost, "{lost} of {passed} are a few of a hundred");
    for page in [&alice, &bob] {
        // What was lost is asked for, and comes.
        page.finds_true(&format!(
            "{LINES}('video').then(lines => lines.some(line => line.nackCount > 0 && line.retransmittedPacketsReceived > 0))"
        ))
        .await?;
    }
    mute_is_followed(&alice, &bob).await?;
    let before = decoded(&bob).await?;
    bob.finds_true(&decodes(30, before)).await?;
    bob.clicks("call-hang-up").await?;
    alice.hides("call").await
}

#[tokio::test(flavor = "multi_thread")]
async fn where_no_datagrams_come_through_both_hear_and_see() -> Result<()> {
    let world = World::with_media_path().await?;
    world.media_path()?.passes_no_datagrams();
    let [alice, bob] = in_a_video_call(&world).await?;
    for page in [&alice, &bob] {
        page.finds_true(HEARS).await?;
        page.finds_true(&format!("{PAIR}.then(pairs => pairs.length > 0)")).await?;
        let pairs: Vec<String> = page.evaluates(PAIR).await?;
        ensure!(!pairs.is_empty() && pairs.iter().all(|pair| pair == "tcp"), "{pairs:?}");
    }
    mute_is_followed(&bob, &alice).await?;
    alice.clicks("call-hang-up").await?;
    bob.hides("call").await
}

/// By what way the own candidate of the pair in use goes to a relay.
const RELAYED: &str = "(async () => {
    const report = await window.connections.at(-1).getStats();
    const pairs = [...report.values()].filter(entry => entry.type === 'candidate-pair' && entry.nominated && entry.state === 'succeeded');
    return pairs.map(pair => report.get(pair.localCandidateId)?.relayProtocol);
})()";

#[tokio::test(flavor = "multi_thread")]
async fn where_only_https_comes_through_both_hear_and_see() -> Result<()> {
    let world = World::over_https().await?;
    world.media_path()?.passes_no_datagrams();
    world.media_path()?.passes_no_streams();
    let [alice, bob] = in_a_video_call(&world).await?;
    for page in [&alice, &bob] {
        page.finds_true(HEARS).await?;
        page.finds_true(&format!("{RELAYED}.then(ways => ways.length > 0)")).await?;
        let ways: Vec<String> = page.evaluates(RELAYED).await?;
        ensure!(!ways.is_empty() && ways.iter().all(|way| way == "tls"), "{ways:?}");
    }
    alice.clicks("call-hang-up").await?;
    bob.hides("call").await
}

/// One browser says that its network is another one, the other one has to find out.
#[tokio::test(flavor = "multi_thread")]
async fn a_call_goes_on_in_another_network() -> Result<()> {
    let world = World::with_media_path().await?;
    world.media_path()?.passes_no_streams();
    let [alice, bob] = in_a_video_call(&world).await?;
    let mut before = Vec::new();
    for page in [&alice, &bob] {
        before.push(page.evaluates::<String>(UNIT_CREDENTIALS).await?);
    }
    bob.evaluates::<bool>(NOTING_STATES).await?;
    world.media_path()?.moves_to_another_network();
    alice.evaluates::<bool>("window.dispatchEvent(new Event('online'))").await?;
    for (page, before) in [&alice, &bob].into_iter().zip(before) {
        page.finds_true(&format!("({UNIT_CREDENTIALS} ?? '{before}') !== '{before}'")).await?;
        page.sees("[data-testid=call][data-state=running]").await?;
        let count = decoded(page).await?;
        page.finds_true(&decodes(30, count)).await?;
        page.finds_true(HEARS).await?;
    }
    // Who has to find out says so meanwhile; who is told finds the other way at once, with the lines and keys of before.
    bob.finds_true("window.states.includes('reconnecting')").await?;
    ensure!(alice.evaluates::<u32>("window.connections.length").await? == 1, "it is the connection of before");
    alice.clicks("call-hang-up").await?;
    bob.hides("call").await
}
