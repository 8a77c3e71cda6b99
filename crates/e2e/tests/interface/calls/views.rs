//! Who is large in a call, how well connections are, and a picture over other windows.

use super::{COLLECTING, SEES, alice_and_bob, are_connected, begins_anew_with, group_of_three, tiles};
use anyhow::{Result, ensure};
use e2e::World;
use e2e::browser::{Browser, NARROWEST, WIDE};

/// Has the browser tell of packets that were lost, once that is wished for.
const LOSING: &str = "
    const ask = RTCPeerConnection.prototype.getStats;
    let lost = 0;
    RTCPeerConnection.prototype.getStats = async function (...given) {
        const report = await ask.apply(this, given);
        if (!window.loses) return report;
        lost += 1000;
        return new Map([...report].map(([id, entry]) => [id, entry.type === 'inbound-rtp' ? { ...entry, packetsLost: lost } : entry]));
    };
";

/// The tile of whoever is called so is the largest.
fn is_large(title: &str) -> String {
    format!(
        "(() => {{
            const size = tile => {{ const {{ width, height }} = tile.getBoundingClientRect(); return width * height; }};
            const all = [...document.querySelectorAll('[data-testid=call-tile]')].sort((one, other) => size(other) - size(one));
            return all.length === 2 && size(all[0]) > 2 * size(all[1]) && all[0].textContent.includes('{title}');
        }})()"
    )
}

async fn has_large(page: &Browser, title: &str) -> Result<()> {
    page.finds_true(&is_large(title)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_speaks_is_large_where_that_is_wished_for() -> Result<()> {
    let world = World::new().await?;
    let [alice, bob, carol] = group_of_three(&world).await?;
    alice.clicks("call-voice").await?;
    for page in [&bob, &carol] {
        page.clicks("call-answer").await?;
    }
    for page in [&alice, &bob, &carol] {
        page.finds_true(&tiles(2)).await?;
        page.sees("[data-testid=call][data-state=running]").await?;
    }
    for page in [&alice, &bob] {
        page.clicks("call-mute").await?;
    }
    alice.sees("[data-testid=call-tile][data-speaks=true]:has-text('Carol')").await?;
    ensure!(!alice.evaluates::<bool>(&is_large("Carol")).await?, "all are alike at first");
    alice.clicks("call-view").await?;
    has_large(&alice, "Carol").await?;
    alice.is_accessible("a call by speaker").await?;
    carol.clicks("call-mute").await?;
    bob.clicks("call-mute").await?;
    has_large(&alice, "Bob").await?;
    alice.is_resized(NARROWEST).await?;
    has_large(&alice, "Bob").await?;
    alice.fits_the_window("a call by speaker").await?;
    alice.is_resized(WIDE).await?;
    alice.clicks("call-view").await?;
    alice.finds_true(&format!("!{}", is_large("Bob"))).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_loses_much_is_told_of() -> Result<()> {
    let world = World::new().await?;
    let (alice, bob) = alice_and_bob(&world).await?;
    begins_anew_with(&alice, &[COLLECTING, LOSING]).await?;
    alice.opens_chat("shall we talk?").await?;
    alice.clicks("call-voice").await?;
    bob.clicks("call-answer").await?;
    are_connected([&alice, &bob]).await?;
    alice.sees_no("[data-testid=call-quality]").await?;
    alice.evaluates::<bool>("window.loses = true").await?;
    alice.sees_text("call-quality", "Bad connection").await?;
    alice.is_accessible("a bad connection").await?;
    alice.evaluates::<bool>("!(window.loses = false)").await?;
    alice.sees_no("[data-testid=call-quality]").await
}

/// Notes what the page asks the browser for: windows over others are the system's.
const NOTING: &str = "
    Object.defineProperty(document, 'pictureInPictureEnabled', { value: true });
    Object.defineProperty(document, 'pictureInPictureElement', { get: () => window.over ?? null });
    HTMLVideoElement.prototype.requestPictureInPicture = async function () { window.over = this; };
    document.exitPictureInPicture = async () => { window.over = null; };
";

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_stays_over_other_windows_until_it_is_taken_away() -> Result<()> {
    let world = World::new().await?;
    let (alice, bob) = alice_and_bob(&world).await?;
    begins_anew_with(&alice, &[NOTING]).await?;
    alice.opens_chat("shall we talk?").await?;
    alice.clicks("call-video").await?;
    bob.clicks("call-answer-video").await?;
    are_connected([&alice, &bob]).await?;
    alice.finds_true(SEES).await?;
    alice.clicks("call-pip").await?;
    alice.finds_true("window.over === document.querySelector('[data-testid=call-tile] video')").await?;
    alice.clicks("call-pip").await?;
    alice.finds_true("window.over === null").await?;
    alice.clicks("call-pip").await?;
    alice.finds_true("!!window.over").await?;
    bob.clicks("call-hang-up").await?;
    alice.hides("call").await?;
    alice.finds_true("window.over === null").await
}

/// The lines of the picture that comes.
const LINES_SEEN: &str = "(async () => {
    const reports = await Promise.all(window.connections.slice(-1).map(connection => connection.getStats()));
    const lines = reports.flatMap(report => [...report.values()]);
    return lines.find(line => line.type === 'inbound-rtp' && line.kind === 'video')?.frameHeight ?? 0;
})()";

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_that_is_shown_larger_comes_larger() -> Result<()> {
    let world = World::new().await?;
    let (alice, bob) = alice_and_bob(&world).await?;
    begins_anew_with(&bob, &[COLLECTING]).await?;
    bob.opens_chat("shall we talk?").await?;
    alice.clicks("call-video").await?;
    bob.clicks("call-answer").await?;
    are_connected([&alice, &bob]).await?;
    bob.finds_true(SEES).await?;
    bob.clicks("call-size").await?;
    // The camera has 640 x 480 at least: of three layers the smallest has a fourth of it.
    bob.finds_true(&format!("{LINES_SEEN}.then(lines => lines > 0 && lines <= 180)")).await?;
    let small: f64 = bob.evaluates(LINES_SEEN).await?;
    bob.clicks("call-size").await?;
    bob.finds_true(&format!("{LINES_SEEN}.then(lines => lines > {small})")).await?;
    bob.finds_true(SEES).await?;
    bob.clicks("call-size").await?;
    bob.finds_true(&format!("{LINES_SEEN}.then(lines => lines > 0 && lines <= 180)")).await?;
    bob.clicks("call-hang-up").await?;
    alice.hides("call").await
}
