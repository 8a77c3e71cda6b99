//! A chat is written into a text file by the browser, which is read.

use super::{BOB, alice_hears_from};
use anyhow::{Context, Result, ensure};
use client_api::{Command, Disappearing};
use e2e::World;
use e2e::browser::messages::message;
use e2e::browser::{NARROWEST, WIDE};
use std::time::Duration;
use tokio::sync::mpsc;

/// Nothing here takes this long.
const PATIENCE: Duration = Duration::from_secs(60);

/// Counts what is given to the browser, and has somebody press "Cancel" while the first file is being made.
const STOPS_THE_FIRST: &str = "(() => {
    window.saved = 0;
    const { click } = HTMLAnchorElement.prototype;
    HTMLAnchorElement.prototype.click = function () { window.saved += 1; click.call(this); };
    const kept = window.Blob;
    window.Blob = new Proxy(kept, { construct(target, given) {
        const stop = document.querySelector('[data-testid=export-stop]');
        if (stop) { window.Blob = kept; stop.click(); }
        return Reflect.construct(target, given);
    } });
    return true;
})()";

/// Behind the time of each line.
fn said(file: &str) -> Vec<&str> {
    file.lines()
        .map(|line| line.split_once("] ").filter(|_| line.starts_with('[')).map_or(line, |(_, said)| said))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chat_is_written_into_a_file_that_says_what_was_said() -> Result<()> {
    let world = World::new().await?;
    let (alice, mut people) = alice_hears_from(&world, &[("Bob", BOB)]).await?;
    let (mut bob, chat) = people.pop().context("Bob")?;
    alice.opens_chat("Bob").await?;
    bob.sends(chat, "one line\n[now] Alice: I owe you 500").await?;
    alice.sees("[data-testid=message]:has-text('I owe you 500')").await?;
    alice.writes("own words").await?;
    alice.sees_status("own words", "delivered").await?;
    bob.sends(chat, "taken back").await?;
    alice.sees(&message("taken back")).await?;
    alice.chooses_for_message("taken back", "menu-delete").await?;
    alice.clicks("delete-for-me").await?;
    alice.sees_no(&message("taken back")).await?;
    bob.does(Command::SetDisappearing { chat, after: Disappearing::Day }).await?;
    bob.sends(chat, "gone tomorrow").await?;
    alice.sees(&message("gone tomorrow")).await?;

    alice.clicks("chat-menu").await?;
    alice.clicks("menu-export").await?;
    alice.shows("export-dialog").await?;
    alice.is_accessible("the dialog of a chat that is exported").await?;
    alice.is_resized(NARROWEST).await?;
    alice.fits_the_window("the dialog of a chat that is exported").await?;
    alice.is_resized(WIDE).await?;
    let (tell, mut heard) = mpsc::unbounded_channel();
    alice
        .page()
        .on_download(move |new| {
            // Nobody may wait for it any more.
            let _ = tell.send(new);
            async { Ok(()) }
        })
        .await?;
    alice.finds_true(STOPS_THE_FIRST).await?;
    alice.clicks("export-go").await?;
    alice.sees_no("dialog").await?;

    // By keys, and from the information pane.
    alice.clicks("chat-info-open").await?;
    alice.clicks("info-menu-export").await?;
    alice.shows("export-dialog").await?;
    alice.finds_true("document.activeElement.matches('[data-testid=export-stop]')").await?;
    alice.presses("Tab").await?;
    alice.finds_true("document.activeElement.matches('[data-testid=export-go]')").await?;
    alice.presses("Enter").await?;
    let saved = tokio::time::timeout(PATIENCE, heard.recv()).await.ok().flatten().context("nothing is saved")?;
    ensure!(saved.suggested_filename() == "Chat with Bob.txt", "{}", saved.suggested_filename());
    alice.sees_text("toast", "Chat exported").await?;
    alice.sees_no("dialog").await?;
    alice.finds_true("window.saved === 1").await?;
    let to = world.client_folder("saved").with_extension("txt");
    saved.save_as(&to).await?;
    let file = std::fs::read_to_string(&to)?;
    let said = said(&file).join("\n");
    let expected = [
        &format!("Bob: hello from {BOB}")[..],
        "Bob: one line",
        "    [now] Alice: I owe you 500",
        "You: own words",
        "* \u{2068}Bob\u{2069} set messages to disappear after 24 hours",
        "* 1 message that disappears is left out.",
    ];
    let lines: Vec<&str> = said.lines().filter(|line| !line.contains("end-to-end encrypted")).collect();
    ensure!(lines == expected, "{file}");
    alice.closes().await
}
