//! Two people at two linked browsers: from the press on "Answer" until both have opened the first sealed frame of the other one, which is
//! what they hear next; and how long they do not hear each other while somebody is added to their call, and it goes on in a group. Both
//! clocks are the machine's.

use super::Size;
use super::link::until;
use super::report::Report;
use super::send::two_browsers;
use super::served::Served;
use crate::Browser;
use crate::browser::{Setup, WIDE};
use anyhow::{Context, Result};
use serde_json::json;
use tempfile::TempDir;

/// Notes when "Answer" is pressed, and when the call's window says that it runs, in milliseconds since 1970.
const WATCH: &str = "(() => {
    const times = { pressed: 0, runs: 0 };
    globalThis.callTimes = times;
    const now = () => performance.timeOrigin + performance.now();
    addEventListener('click', event => { if (event.target.closest('[data-testid=call-answer]')) times.pressed = now(); }, true);
    const look = () => {
        const runs = document.querySelector('[data-testid=call][data-state=running]') !== null;
        if (runs && !times.runs) times.runs = now();
        if (!document.querySelector('[data-testid=call]')) times.runs = 0;
    };
    new MutationObserver(look).observe(document, { childList: true, subtree: true, attributes: true, attributeFilter: ['data-state'] });
})()";

const CAROL: &str = "+4915112345603";

/// Notes of each connection when the first and the last sound came out of it that was opened and decoded, in milliseconds since 1970.
/// Looked at every 10 ms; between two sounds of a voice are 20.
const LISTEN: &str = "(() => {
    const heard = [];
    globalThis.heard = heard;
    globalThis.RTCPeerConnection = class extends RTCPeerConnection {
        constructor(...given) { super(...given); heard.push({ connection: this, first: 0, last: 0 }); }
    };
    setInterval(() => {
        for (const entry of heard) {
            for (const receiver of entry.connection.getReceivers()) {
                if (receiver.track.kind !== 'audio') continue;
                for (const source of receiver.getSynchronizationSources()) {
                    const at = performance.timeOrigin + source.timestamp;
                    entry.first ||= at;
                    entry.last = Math.max(entry.last, at);
                }
            }
        }
    }, 10);
})()";

/// The benchmark.
pub async fn run(size: &Size) -> Result<Report> {
    let mut report = Report::new("call");
    let folder = TempDir::new()?;
    let server = Served::start(&folder.path().join("server")).await?;
    let setup = Setup::chromium(WIDE).with_microphone();
    let (from, to) = two_browsers(&server, folder.path(), &setup, WATCH).await?;
    if size.grows > 0 {
        server.registers(&folder.path().join("carol"), CAROL, "Carol").await?;
        from.starts_chat(CAROL, "Carol").await?;
        from.opens_chat("hello").await?;
        for browser in [&from, &to] {
            browser.evaluates::<()>(&format!("void {LISTEN}")).await?;
        }
    }
    let mut taken = Vec::new();
    for _ in 0..size.calls {
        taken.push(call(&from, &to).await?);
        hang_up(&from, &to, &[&from]).await?;
    }
    let (median, longest) = middle(&mut taken).context("no call was made")?;
    report.metric("tap_to_media_ms", median, "ms", Some(800.0));
    report.metric("tap_to_media_max_ms", longest, "ms", None);
    report.condition("calls", json!(taken.len()));
    let mut gaps = Vec::new();
    for _ in 0..size.grows {
        gaps.extend(grows(&from, &to).await?);
    }
    if let Some((median, longest)) = middle(&mut gaps) {
        report.metric("grown_gap_ms", median, "ms", Some(1_500.0));
        report.metric("grown_gap_max_ms", longest, "ms", None);
        report.condition("grown_calls", json!(size.grows));
    }
    report.condition(
        "browsers",
        json!("two Chromium processes, headless, both linked companions, with played microphones; the phones are off"),
    );
    from.closes().await?;
    to.closes().await?;
    server.stop().await?;
    Ok(report)
}

/// A call from one to the other: milliseconds from the press on "Answer" until both have opened something.
async fn call(from: &Browser, to: &Browser) -> Result<f64> {
    from.clicks("call-voice").await?;
    to.clicks("call-answer").await?;
    for browser in [from, to] {
        until(browser, "globalThis.callTimes.runs > 0").await?;
    }
    Ok(time(from, "runs").await?.max(time(to, "runs").await?) - time(to, "pressed").await?)
}

/// Those hang up; it is over for both.
async fn hang_up(from: &Browser, to: &Browser, who: &[&Browser]) -> Result<()> {
    for browser in who {
        browser.clicks("call-hang-up").await?;
    }
    for browser in [from, to] {
        until(browser, "!document.querySelector('[data-testid=call]')").await?;
    }
    Ok(())
}

/// Carol is added to a call of two, and does not answer: for how many milliseconds each of the two hears nothing of the other one.
async fn grows(from: &Browser, to: &Browser) -> Result<[f64; 2]> {
    call(from, to).await?;
    for browser in [from, to] {
        until(browser, "globalThis.heard.at(-1).first > 0").await?;
        browser.evaluates::<bool>("(globalThis.before = globalThis.heard.length) > 0").await?;
    }
    from.clicks("call-add").await?;
    from.clicks_text("picker-row", "Carol").await?;
    from.clicks("call-add-go").await?;
    let mut gaps = [0.0; 2];
    for (gap, browser) in gaps.iter_mut().zip([from, to]) {
        until(browser, "globalThis.heard.length > globalThis.before && globalThis.heard.at(-1).first > 0").await?;
        *gap = browser
            .evaluates("globalThis.heard.at(-1).first - globalThis.heard.at(globalThis.before - 1).last")
            .await?;
    }
    // In a group nobody's hanging up ends it for the others.
    hang_up(from, to, &[from, to]).await?;
    Ok(gaps)
}

/// The median and the largest, if there are any.
fn middle(taken: &mut [f64]) -> Option<(f64, f64)> {
    taken.sort_by(f64::total_cmp);
    Some((*taken.get(taken.len() / 2)?, *taken.last()?))
}

async fn time(browser: &Browser, kind: &str) -> Result<f64> {
    browser.evaluates(&format!("globalThis.callTimes.{kind}")).await
}
