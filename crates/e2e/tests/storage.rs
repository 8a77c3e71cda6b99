//! What becomes of the messages in a browser: its storage is full, its device was logged out.

use anyhow::{Result, ensure};
use e2e::browser::{Browser, Setup, WIDE};
use e2e::{Person, World};
use serde_json::json;

const ALICE: &str = "+4915112345601";
const BOB: &str = "+4915112345602";

/// Browsers reserve some megabytes ahead: so many large messages do not fit into them.
const LARGE_MESSAGES_MAX: u32 = 200;
const LARGE_LEN: usize = 60_000;

#[tokio::test(flavor = "multi_thread")]
async fn a_full_storage_is_said_and_nothing_is_lost_and_it_goes_on_with_room() -> Result<()> {
    let world = World::new().await?;
    let alice = Browser::phone(&world, "Alice", ALICE).await?;
    let mut bob = Person::register(&world, "Bob", BOB).await?;
    alice.starts_chat(BOB, "Bob").await?;
    alice.writes("before").await?;
    alice.sees_status("before", "delivered").await?;
    let chat = bob.only_chat().await?;

    let debugger = alice.debugger().await?;
    let origin = world.url()?.origin().ascii_serialization();
    let quota = |bytes: Option<u32>| {
        let mut wish = json!({ "origin": origin });
        if let Some(bytes) = bytes {
            wish["quotaSize"] = bytes.into();
        }
        Some(wish)
    };
    debugger.send("Storage.overrideQuotaForOrigin", quota(Some(1))).await?;
    let mut written = 0;
    while alice.at("composer-input").count().await? > 0 {
        ensure!(written < LARGE_MESSAGES_MAX, "there was room for everything");
        written += 1;
        writes_at_once(&alice, &large(written)).await?;
        alice
            .finds_true(&format!("!document.querySelector('[data-testid=composer-input]') || {}", shown(written)))
            .await?;
    }
    alice.sees("[data-testid=stage][data-stage=unsupported][data-reason=storage-full]").await?;
    alice.sees_text("stage", "Free some space").await?;
    alice.is_accessible("the full storage").await?;
    let unsent = alice.reads_all("unsent-text").await?;

    debugger.send("Storage.overrideQuotaForOrigin", quota(None)).await?;
    alice.clicks("plain-action").await?;
    alice.comes_to("active").await?;
    alice.opens_chat("Bob").await?;
    alice.writes("after").await?;
    bob.sees(chat, "after").await?;
    let kept = if unsent.is_empty() { written } else { written - 1 };
    ensure!(unsent.iter().all(|text| *text == large(written)), "what was not sent is shown whole");
    let expected: Vec<String> =
        ["before".to_owned()].into_iter().chain((1..=kept).map(large)).chain(["after".to_owned()]).collect();
    let arrived = bob.screen.texts(chat);
    ensure!(arrived == expected, "{} messages arrived of {}", arrived.len(), expected.len());
    alice.closes().await
}

fn large(number: u32) -> String {
    format!("{number} {}", "x".repeat(LARGE_LEN))
}

/// In the page: the large message is in the conversation.
fn shown(number: u32) -> String {
    format!(
        "[...document.querySelectorAll('[data-testid=message-text]')].some(text => text.textContent.startsWith('{number} x'))"
    )
}

/// The composer may be gone in the next moment: this waits for nothing.
async fn writes_at_once(browser: &Browser, text: &str) -> Result<()> {
    browser
        .evaluates::<()>(&format!(
            "(() => {{
                const field = document.querySelector('[data-testid=composer-input]');
                if (!field) return;
                field.value = {text:?};
                field.dispatchEvent(new Event('input', {{ bubbles: true }}));
                field.form.requestSubmit();
            }})()"
        ))
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_that_was_logged_out_while_closed_wipes_itself_at_its_next_contact() -> Result<()> {
    let world = World::new().await?;
    let phone = Browser::phone(&world, "Alice", ALICE).await?;
    let mut bob = Person::register(&world, "Bob", BOB).await?;
    let chat = bob.opens_chat_with(ALICE).await?;
    bob.sends(chat, "canary of the closed browser").await?;
    phone.sees_text("chat-preview", "canary of the closed browser").await?;
    let browser = Browser::companion(&world, "Alice").await?;
    browser.links_by_text(&phone).await?;
    browser.is_mirrored().await?;
    browser.sees_text("chat-preview", "canary of the closed browser").await?;
    browser.closes().await?;
    phone.clicks("unlink").await?;
    phone.clicks("confirm-yes").await?;
    phone.hides("unlink").await?;
    phone.closes().await?;

    let folder = "profile of companion of Alice";
    ensure!(world.client_holds(folder, "canary of the closed browser")?, "it is kept until then");
    let browser = Browser::start(&world, "companion of Alice", "/", &Setup::chromium(WIDE)).await?;
    browser.comes_to("logged-out").await?;
    browser.sees_text("stage", "Your messages were removed from here").await?;
    browser.clicks("plain-action").await?;
    browser.comes_to("linking").await?;
    browser.closes().await?;
    ensure!(!world.client_holds(folder, "canary of the closed browser")?, "the message is left in the browser");
    Ok(())
}
