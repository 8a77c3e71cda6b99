//! A filled account is linked to a fresh Chromium: how long until the list can be used, and until everything is there.
//!
//! The phone is `helio`; its "scan" is the code's text, and the digits are typed at once by a program. A person's own time is not in it.

use super::Size;
use super::corpus::{Corpus, say};
use super::exposition::Answers;
use super::proxy::Proxy;
use super::report::Report;
use super::served::Served;
use crate::browser::{Setup, WIDE};
use crate::{Browser, Terminal};
use anyhow::{Context, Result, bail};
use serde_json::json;
use std::path::Path;
use std::time::{Duration, Instant};
use url::Url;

/// The longest that a mirror may take here.
const PATIENCE: Duration = Duration::from_secs(30 * 60);
/// The longest that the page may take for one thing.
const LOOK_MAX: Duration = Duration::from_secs(60);
/// How often the page is looked at; what takes seconds is not measured finer.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// What the page says of the mirror: done, in all, chats' rows on the screen, all is there.
const PROGRESS: &str = "(() => { const bar = document.querySelector('[data-testid=mirror-progress]');
    return [Number(bar?.dataset.done ?? 0), Number(bar?.dataset.total ?? 0),
        document.querySelectorAll('[data-testid=chat-row]').length, bar === null ? 1 : 0]; })()";

/// A chat in the list with its last message: chats come before what was said in them.
const FILLED_ROW: &str = "[data-testid=chat-row]:has([data-testid=chat-preview]:not(:empty))";

/// A mirrored account.
pub struct Linked {
    pub(super) browser: Browser,
    server: Served,
    phone: Terminal,
    // The last: its folder goes with it.
    corpus: Corpus,
    pub(super) report: Report,
}

/// The benchmark.
pub async fn run(size: &Size) -> Result<Report> {
    let linked = link(size).await?;
    linked.end().await
}

/// Links, measures, and leaves everything running.
pub async fn link(size: &Size) -> Result<Linked> {
    let corpus = Corpus::ready(size).await?;
    let mut report = Report::new("link");
    corpus.describe(&mut report);
    let server = Served::start(&corpus.server()).await?;
    let proxy = Proxy::start(&server.address).await?;
    let mut phone = ready_phone(&server, &corpus.phone()).await?;
    let browser = companion(&corpus.beside("profile"), "companion", &proxy.address).await?;
    let code = browser.copies_code().await?;
    let (down, up) = (proxy.down(), proxy.up());

    let before = server.answers().await?;
    let scanned = Instant::now();
    hand_over(&mut phone, &browser, &code).await?;
    browser.sees(FILLED_ROW).await?;
    report.metric("scan_to_list_ms", scanned.elapsed().as_secs_f64() * 1_000.0, "ms", None);
    browser.page().locator(FILLED_ROW).first().click(None).await?;
    browser.shows("message-text").await?;
    report.metric("scan_to_usable_ms", scanned.elapsed().as_secs_f64() * 1_000.0, "ms", Some(1_500.0));
    say("The list can be used.");

    let Mirror { mirrored, joined, messages, answers } = whole_mirror(&browser, &server, scanned).await?;
    report.metric("mirrored_s", mirrored, "s", Some(20.0));
    report.metric("all_joined_s", joined, "s", None);
    // From the scan until all messages are there; the waiting of long polls is not in it.
    let answers = answers.since(&before);
    let server_p99 = answers.percentile_ms(99.0).context("the server answered nothing")?;
    report.metric("server_p99_ms", server_p99, "ms", Some(50.0));
    report.metric("server_answers", answers.count(), "answers", None);
    report.metric("messages", messages as f64, "messages", None);
    report.metric("messages_per_s", messages as f64 / mirrored, "1/s", None);
    report.metric("down_mb", (proxy.down() - down) as f64 / 1e6, "MB", None);
    report.metric("up_mb", (proxy.up() - up) as f64 / 1e6, "MB", None);
    let stored: f64 = browser.evaluates("navigator.storage.estimate().then(kept => kept.usage)").await?;
    report.metric("stored_mb", stored / 1e6, "MB", None);
    server.costs(&mut report)?;
    report.condition("chats", json!(size.chats));
    report.condition("phone", json!("helio, a native process; the browser is Chromium, headless"));
    Ok(Linked { browser, server, phone, corpus, report })
}

/// A phone that waits for a code.
pub(super) async fn ready_phone(server: &Served, folder: &Path) -> Result<Terminal> {
    let mut phone = server.helio(folder, &["scan", "--scanned", "--stay", "-"])?;
    phone.says("Ready for the code's text").await?;
    Ok(phone)
}

/// A fresh browser that shows a code.
pub(super) async fn companion(profile: &Path, name: &str, address: &Url) -> Result<Browser> {
    companion_with(profile, name, address, &Setup::chromium(WIDE)).await
}

/// The same, in a browser that is not like all others.
pub(super) async fn companion_with(profile: &Path, name: &str, address: &Url, setup: &Setup) -> Result<Browser> {
    let browser = Browser::at_url(profile, name, address.as_str(), setup).await?;
    browser.shows("link-qr").await?;
    Ok(browser)
}

/// The steps of linking, without a person's time.
pub(super) async fn hand_over(phone: &mut Terminal, browser: &Browser, code: &str) -> Result<()> {
    phone.types(code).await?;
    let digits = phone.gives_field("digits").await?;
    browser.types_digits(&digits).await
}

/// Waits, frame by frame, until an expression in the page is true. A function of the page itself: its policy lets nobody evaluate later what
/// was handed in as text.
pub(super) async fn until(browser: &Browser, expression: &str) -> Result<()> {
    let waiting = format!(
        "new Promise(done => {{ const look = () => ({expression}) ? done(true) : requestAnimationFrame(look); look(); }})"
    );
    let seen = tokio::time::timeout(LOOK_MAX, browser.evaluates::<bool>(&waiting)).await;
    seen.with_context(|| format!("waiting for {expression}"))??;
    Ok(())
}

/// What became of a mirror.
struct Mirror {
    /// Seconds until all messages were there.
    mirrored: f64,
    /// Seconds until all chats were joined.
    joined: f64,
    messages: u64,
    /// Of the server, until all messages were there.
    answers: Answers,
}

async fn whole_mirror(browser: &Browser, server: &Served, begun: Instant) -> Result<Mirror> {
    let mut mirrored = None;
    let (mut total, mut told) = (0, 0);
    while begun.elapsed() < PATIENCE {
        let [done, all, _, over]: [u64; 4] = browser.evaluates(PROGRESS).await?;
        let seconds = begun.elapsed().as_secs_f64();
        total = total.max(all);
        if all > 0 && done == all && mirrored.is_none() {
            mirrored = Some((seconds, server.answers().await?));
            say(&format!("All messages are there after {seconds:.1} s; chats are still being joined."));
        }
        if over == 1 && total > 0 {
            let (mirrored, answers) = match mirrored {
                Some(mirrored) => mirrored,
                None => (seconds, server.answers().await?),
            };
            return Ok(Mirror { mirrored, joined: seconds, messages: total, answers });
        }
        if done / 10_000 > told {
            told = done / 10_000;
            say(&format!("{done} of {all} messages, {seconds:.0} s"));
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
    bail!("the mirror is not complete after {} s\n{}", PATIENCE.as_secs(), browser.evidence().await)
}

impl Linked {
    /// Ends everything, and gives the figures.
    pub async fn end(self) -> Result<Report> {
        self.browser.closes().await?;
        self.phone.interrupts().await.context("the phone")?;
        self.server.stop().await?;
        drop(self.corpus);
        Ok(self.report)
    }
}
