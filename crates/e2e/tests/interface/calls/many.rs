//! Four people in a call.

use super::{COLLECTING, group_of, tiles};
use crate::{ALICE, BOB, CAROL, DAVE};
use anyhow::Result;
use e2e::World;
use e2e::browser::{Browser, NARROW, Setup, WIDE};

/// All microphones of these machines hear the same: browsers would take it for an echo of each other's. And four browsers
/// encode on one machine: their cameras are slow.
const ON_ONE_MACHINE: &str = "
    const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    navigator.mediaDevices.getUserMedia = ({ audio, video }) => {
        const heard = audio && { ...(audio === true ? {} : audio), echoCancellation: false, noiseSuppression: false };
        const seen = video && { ...(video === true ? {} : video), width: 640, height: 360, frameRate: 6 };
        return ask({ audio: heard, video: seen });
    };
";

/// So many of the others are heard at least: lines whose sound has energy while one looks. Of more than three microphones the unit passes three on,
/// and of those one may be one's own.
fn hears(people: usize) -> String {
    format!(
        "(async () => {{
            const energies = async () => {{
                const reports = await Promise.all(window.connections.slice(-1).map(connection => connection.getStats()));
                const lines = reports.flatMap(report => [...report.values()]);
                return new Map(lines.filter(line => line.type === 'inbound-rtp' && line.kind === 'audio')
                    .map(line => [line.mid, line.totalAudioEnergy]));
            }};
            const before = await energies();
            for (let looks = 0; looks < 90; looks += 1) await new Promise(done => requestAnimationFrame(done));
            const after = await energies();
            return [...after].filter(([mid, energy]) => energy - (before.get(mid) ?? 0) > 0.0001).length >= {people};
        }})()"
    )
}

/// Each of so many tiles has a picture that moves on.
fn sees(people: usize) -> String {
    format!(
        "(async () => {{
            const videos = [...document.querySelectorAll('[data-testid=call-tile]')].map(tile => tile.querySelector('video'));
            if (videos.length !== {people} || !videos.every(video => video?.videoWidth)) return false;
            const counts = videos.map(() => 0);
            videos.forEach((video, at) => {{
                const count = () => {{ counts[at] += 1; video.requestVideoFrameCallback(count); }};
                video.requestVideoFrameCallback(count);
            }});
            // Some seconds: the page is drawn as often as ever where others have no time to encode.
            for (let looks = 0; looks < 300; looks += 1) {{
                await new Promise(done => requestAnimationFrame(done));
                if (counts.every(count => count > 1)) return true;
            }}
            return false;
        }})()"
    )
}

async fn all_meet(pages: &[&Browser]) -> Result<()> {
    for page in pages {
        page.finds_true(&tiles(pages.len() - 1)).await?;
        page.finds_true(&sees(pages.len() - 1)).await?;
        page.finds_true(&hears(2)).await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn four_people_hear_and_see_each_other_whatever_they_do() -> Result<()> {
    let world = World::new().await?;
    let [wide, narrow] = [WIDE, NARROW].map(|size| Setup::chromium(size).with_microphone());
    let firefox = Setup::firefox(NARROW).with_microphone();
    let people =
        [("Alice", ALICE, wide), ("Bob", BOB, narrow.clone()), ("Carol", CAROL, narrow), ("Dave", DAVE, firefox)];
    let pages = group_of(&world, people, &[COLLECTING, ON_ONE_MACHINE]).await?;
    let [alice, bob, carol, dave] = &pages;
    alice.clicks("call-video").await?;
    for page in [bob, carol, dave] {
        page.clicks("call-answer-video").await?;
    }
    all_meet(&[alice, bob, carol, dave]).await?;

    // Whoever is silent hears all the others.
    for silent in &pages {
        silent.clicks("call-mute").await?;
        for page in pages.iter().filter(|page| !std::ptr::eq(*page, silent)) {
            page.sees("[data-testid=call-tile][data-muted=true]").await?;
        }
        silent.finds_true(&hears(3)).await?;
        silent.clicks("call-mute").await?;
        for page in pages.iter().filter(|page| !std::ptr::eq(*page, silent)) {
            page.sees_no("[data-testid=call-tile][data-muted=true]").await?;
        }
    }

    carol.clicks("call-screen").await?;
    for page in [alice, bob, dave] {
        page.sees("[data-testid=call-tile][data-pictures='2']").await?;
    }
    carol.clicks("call-screen").await?;
    for page in [alice, bob, dave] {
        page.sees_no("[data-testid=call-tile][data-pictures='2']").await?;
        page.finds_true(&sees(3)).await?;
    }

    // Whoever is large goes on, and so do the others.
    alice.clicks("call-view").await?;
    alice.sees(".call-stage.by-speaker").await?;
    alice.finds_true(&sees(3)).await?;
    alice.clicks("call-view").await?;

    dave.clicks("call-hang-up").await?;
    all_meet(&[alice, bob, carol]).await?;
    dave.clicks("call-join").await?;
    dave.sees("[data-testid=call][data-state=running]").await?;
    dave.clicks("call-camera").await?;
    dave.shows("call-self").await?;
    dave.sees("[data-testid=call-camera][data-on=true]").await?;
    all_meet(&[alice, bob, carol, dave]).await?;
    for page in &pages {
        page.clicks("call-hang-up").await?;
        page.hides("call").await?;
    }
    Ok(())
}
