//! The page of a mirrored account is loaded again: how long until the list is there, and answers a click.

use super::Size;
use super::link::{link, until};
use super::report::{Report, percentile};
use anyhow::Result;
use serde::Deserialize;

/// Runs in the page before anything else: notes when the list's first frame is on the screen, clicks its first row at once, and notes when a
/// message is on the screen. What a frame shows is on the screen when the task after it runs.
const WATCH: &str = "(() => {
    const times = { list: 0, answer: 0 };
    globalThis.benchTimes = times;
    const painted = then => requestAnimationFrame(() => {
        const channel = new MessageChannel();
        channel.port1.onmessage = then;
        channel.port2.postMessage(0);
    });
    let step = 0;
    const look = () => {
        const row = document.querySelector('[data-testid=chat-row]');
        if (step === 0 && row) {
            step = 1;
            painted(() => { times.list = performance.now(); row.click(); step = 2; look(); });
        } else if (step === 2 && document.querySelector('[data-testid=message-text]')) {
            step = 3;
            painted(() => { times.answer = performance.now(); });
        }
    };
    new MutationObserver(look).observe(document, { childList: true, subtree: true });
})()";

#[derive(Deserialize)]
struct Times {
    list: f64,
    answer: f64,
}

/// The benchmark.
pub async fn run(size: &Size) -> Result<Report> {
    let linked = link(size).await?;
    linked.browser.page().add_init_script(WATCH).await?;
    let (mut lists, mut answers) = (Vec::new(), Vec::new());
    for _ in 0..size.reloads.max(1) {
        linked.browser.reloads().await?;
        until(&linked.browser, "globalThis.benchTimes.answer > 0").await?;
        let times: Times = linked.browser.evaluates("globalThis.benchTimes").await?;
        lists.push(times.list);
        answers.push(times.answer);
    }
    let mut report = Report::new("cold");
    report.metric("list_shown_ms", percentile(&lists, 50), "ms", None);
    report.metric("list_answers_ms", percentile(&answers, 50), "ms", Some(800.0));
    report.metric("list_answers_worst_ms", percentile(&answers, 100), "ms", None);
    report.metric("reloads", lists.len() as f64, "times", None);
    report.include(linked.end().await?);
    Ok(report)
}
