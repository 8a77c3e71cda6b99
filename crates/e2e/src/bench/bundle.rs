//! All bytes that a server sends to a browser with an empty profile, until its linked list can be used: headers, frames and the mirrored
//! history of a small account included.

use super::link::{companion, hand_over, ready_phone};
use super::proxy::Proxy;
use super::report::Report;
use super::served::Served;
use anyhow::Result;
use serde_json::json;
use tempfile::TempDir;

const ALICE: &str = "+4915112345601";
const BOB: &str = "+4915112345602";

/// The benchmark.
pub async fn run() -> Result<Report> {
    let mut report = Report::new("bundle");
    let folder = TempDir::new()?;
    let server = Served::start(&folder.path().join("server")).await?;
    let (alice, bob) = (folder.path().join("alice"), folder.path().join("bob"));
    server.registers(&alice, ALICE, "Alice").await?;
    server.registers(&bob, BOB, "Bob").await?;
    server.helio(&alice, &["send", "--to", BOB, "hello"])?.succeeds().await?;
    let proxy = Proxy::start(&server.address).await?;
    let mut phone = ready_phone(&server, &alice).await?;
    let browser = companion(&folder.path().join("profile"), "companion", &proxy.address).await?;
    report.metric("code_shown_bytes", proxy.down() as f64, "bytes", None);
    let code = browser.copies_code().await?;
    hand_over(&mut phone, &browser, &code).await?;
    browser.sees("[data-testid=chat-row]").await?;
    browser.clicks("chat-row").await?;
    browser.shows("message-text").await?;
    report.metric("brotli_bytes", proxy.down() as f64, "bytes", Some(1_500_000.0));
    browser.is_mirrored().await?;
    report.metric("mirrored_bytes", proxy.down() as f64, "bytes", None);
    report.condition("account", json!("one chat of one message"));
    browser.closes().await?;
    phone.interrupts().await?;
    server.stop().await?;
    Ok(report)
}
