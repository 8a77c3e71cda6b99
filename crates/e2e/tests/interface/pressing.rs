//! What is pressed is what was meant: nothing moves away between the press and its release.

use super::ALICE;
use anyhow::Result;
use e2e::World;
use e2e::browser::Browser;

/// Holds a thing pressed while the network changes, and lets it go when the page knows.
async fn presses_while(browser: &Browser, test_id: &str, offline: bool) -> Result<()> {
    browser.shows(test_id).await?;
    // What was drawn a moment ago may still be moving to its place.
    browser.settles().await?;
    let area = browser.area_of(test_id).await?;
    let mouse = browser.page().mouse();
    mouse.move_to((area.x + area.width / 2.0).into(), (area.y + area.height / 2.0).into(), None).await?;
    mouse.down(None).await?;
    browser.goes_offline(offline).await?;
    let state = if offline { "offline" } else { "online" };
    browser
        .finds_true(&format!("document.querySelector('[data-testid=connection]')?.dataset.state === '{state}'"))
        .await?;
    mouse.up(None).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_press_reaches_what_it_was_meant_for_while_the_connection_comes_and_goes() -> Result<()> {
    let world = World::new().await?;
    let alice = Browser::new_phone(&world, "Alice").await?;
    alice.proves_number(&world, ALICE).await?;
    alice.is_online().await?;
    presses_while(&alice, "choose-pin-later", true).await?;
    alice.shows("page-profile").await?;
    // It was only held back.
    alice.shows("offline-banner").await?;
    alice.fills("profile-name", "Alice").await?;
    alice.clicks("profile-save").await?;
    alice.comes_to("active").await?;
    presses_while(&alice, "new-chat", false).await?;
    alice.shows("new-chat-number").await?;
    alice.hides("offline-banner").await?;
    alice.closes().await
}
