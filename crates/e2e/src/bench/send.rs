//! Two people at two linked browsers: from Enter in one until the message is painted there, and until it is on the other's screen.
//! Both clocks are the machine's.

use super::Size;
use super::link::{companion_with, hand_over, ready_phone, until};
use super::report::Report;
use super::served::Served;
use crate::Browser;
use crate::browser::{Setup, WIDE};
use anyhow::{Context, Result, ensure};
use serde_json::json;
use std::collections::BTreeMap;
use std::path::Path;
use tempfile::TempDir;

const ALICE: &str = "+4915112345601";
const BOB: &str = "+4915112345602";

/// Notes when Enter is pressed, and when each message `bench N` is painted, in milliseconds since 1970.
const WATCH: &str = "(() => {
    const times = { pressed: {}, painted: {} };
    globalThis.benchTimes = times;
    const now = () => performance.timeOrigin + performance.now();
    let next = 0;
    addEventListener('keydown', event => { if (event.key === 'Enter') times.pressed[next++] = now(); }, true);
    const waiting = new Set();
    const look = () => {
        for (const text of document.querySelectorAll('[data-testid=message-text]')) {
            const number = /^bench (\\d+)/.exec(text.textContent)?.[1];
            if (number !== undefined && !(number in times.painted) && !waiting.has(number)) {
                waiting.add(number);
                requestAnimationFrame(() => {
                    const channel = new MessageChannel();
                    channel.port1.onmessage = () => { times.painted[number] = now(); };
                    channel.port2.postMessage(0);
                });
            }
        }
    };
    new MutationObserver(look).observe(document, { childList: true, subtree: true, characterData: true });
})()";

/// The benchmark.
pub async fn run(size: &Size) -> Result<Report> {
    let mut report = Report::new("send");
    let folder = TempDir::new()?;
    let server = Served::start(&folder.path().join("server")).await?;
    let (from, to) = two_browsers(&server, folder.path(), &Setup::chromium(WIDE), WATCH).await?;
    for number in 0..size.sends {
        from.fills("composer-input", &format!("bench {number}: are you coming tonight?")).await?;
        let pressed = from.at("composer-input").press("Enter", None).await;
        from.told_of("pressing Enter", pressed).await?;
        let painted = format!("'{number}' in globalThis.benchTimes.painted");
        until(&from, &painted).await?;
        until(&to, &painted).await?;
    }
    let pressed = times(&from, "pressed").await?;
    let own = since(&pressed, &times(&from, "painted").await?);
    let others = since(&pressed, &times(&to, "painted").await?);
    ensure!(own.len() == size.sends && others.len() == size.sends, "not every message was painted");
    report.percentiles("", &others, Some((40.0, 120.0)));
    report.percentiles("own_", &own, None);
    report.metric("messages", size.sends as f64, "messages", None);
    server.costs(&mut report)?;
    report.condition("browsers", json!("two Chromium processes, headless, both linked companions; the phones are off"));
    from.closes().await?;
    to.closes().await?;
    server.stop().await?;
    Ok(report)
}

/// Linked browsers of Alice and Bob, who have one chat with each other, with a script that watches in both.
pub(super) async fn two_browsers(
    server: &Served,
    folder: &Path,
    setup: &Setup,
    watch: &str,
) -> Result<(Browser, Browser)> {
    let (alice, bob) = (folder.join("alice"), folder.join("bob"));
    server.registers(&alice, ALICE, "Alice").await?;
    server.registers(&bob, BOB, "Bob").await?;
    server.helio(&alice, &["send", "--to", BOB, "hello"])?.succeeds().await?;
    let from = linked(server, &alice, &folder.join("from"), "Alice's browser", setup).await?;
    let to = linked(server, &bob, &folder.join("to"), "Bob's browser", setup).await?;
    for browser in [&from, &to] {
        browser.evaluates::<()>(&format!("void {watch}")).await?;
    }
    Ok((from, to))
}

/// A linked browser with its one chat open; the phone is ended.
async fn linked(server: &Served, phone: &Path, profile: &Path, name: &str, setup: &Setup) -> Result<Browser> {
    let mut phone = ready_phone(server, phone).await?;
    let browser = companion_with(profile, name, &server.address, setup).await?;
    let code = browser.copies_code().await?;
    hand_over(&mut phone, &browser, &code).await?;
    browser.sees("[data-testid=chat-row]").await?;
    browser.is_mirrored().await?;
    phone.interrupts().await?;
    browser.clicks("chat-row").await?;
    browser.shows("message-text").await?;
    Ok(browser)
}

async fn times(browser: &Browser, kind: &str) -> Result<BTreeMap<String, f64>> {
    let json: String = browser.evaluates(&format!("JSON.stringify(globalThis.benchTimes.{kind})")).await?;
    serde_json::from_str(&json).context("the page's times")
}

fn since(begun: &BTreeMap<String, f64>, ended: &BTreeMap<String, f64>) -> Vec<f64> {
    ended.iter().filter_map(|(number, end)| begun.get(number).map(|begin| end - begin)).collect()
}
