//! Two people at two linked browsers: from the press on "Answer" until both have opened the first sealed frame of the other one, which is
//! what they hear next. Both clocks are the machine's.

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

/// The benchmark.
pub async fn run(size: &Size) -> Result<Report> {
    let mut report = Report::new("call");
    let folder = TempDir::new()?;
    let server = Served::start(&folder.path().join("server")).await?;
    let setup = Setup::chromium(WIDE).with_microphone();
    let (from, to) = two_browsers(&server, folder.path(), &setup, WATCH).await?;
    let mut taken = Vec::new();
    for _ in 0..size.calls {
        from.clicks("call-voice").await?;
        to.clicks("call-answer").await?;
        for browser in [&from, &to] {
            until(browser, "globalThis.callTimes.runs > 0").await?;
        }
        let pressed = time(&to, "pressed").await?;
        taken.push(time(&from, "runs").await?.max(time(&to, "runs").await?) - pressed);
        from.clicks("call-hang-up").await?;
        for browser in [&from, &to] {
            until(browser, "!document.querySelector('[data-testid=call]')").await?;
        }
    }
    taken.sort_by(f64::total_cmp);
    let (median, last) = (taken.get(taken.len() / 2).copied(), taken.last().copied());
    report.metric("tap_to_media_ms", median.context("no call was made")?, "ms", Some(800.0));
    report.metric("tap_to_media_max_ms", last.context("no call was made")?, "ms", None);
    report.condition("calls", json!(taken.len()));
    report.condition(
        "browsers",
        json!("two Chromium processes, headless, both linked companions, with played microphones; the phones are off"),
    );
    from.closes().await?;
    to.closes().await?;
    server.stop().await?;
    Ok(report)
}

async fn time(browser: &Browser, kind: &str) -> Result<f64> {
    browser.evaluates(&format!("globalThis.callTimes.{kind}")).await
}
