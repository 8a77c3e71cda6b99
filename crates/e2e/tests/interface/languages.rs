//! The languages of the pages: the browser's, or the one that is chosen; their direction, their dates, and what notifications say.

use super::{ALICE, BOB};
use anyhow::{Result, ensure};
use client_api::ChatId;
use e2e::browser::{Browser, NARROWEST, Setup, WIDE};
use e2e::{Person, World};

/// The pages are in this language, and run in this direction.
async fn speaks(page: &Browser, tag: &str, direction: &str) -> Result<()> {
    page.comes_to("active").await?;
    let root = "document.documentElement";
    page.finds_true(&format!("{root}.lang === '{tag}' && {root}.dir === '{direction}'")).await
}

async fn chooses(page: &Browser, tag: &str) -> Result<()> {
    page.clicks("rail-settings").await?;
    let chosen = page.at("language").select_option(tag, None).await;
    page.told_of("choosing a language", chosen).await.map(|_| ())
}

async fn has_label(page: &Browser, test_id: &str, label: &str) -> Result<()> {
    page.sees(&format!("[data-testid={test_id}][aria-label='{label}']")).await
}

/// The list, a conversation, what is beside it, and the settings: nothing sticks out of the narrowest window.
async fn fits_everywhere(page: &Browser, language: &str) -> Result<()> {
    for section in ["rail-devices", "rail-calls", "rail-settings"] {
        page.clicks(section).await?;
        page.settles().await?;
        page.fits_the_window(&format!("{section} in {language}")).await?;
    }
    page.clicks("rail-chats").await?;
    page.fits_the_window(&format!("the chats in {language}")).await?;
    page.clicks("new-chat").await?;
    page.shows("new-chat-number").await?;
    page.fits_the_window(&format!("a new chat in {language}")).await?;
    page.clicks("rail-chats").await?;
    page.opens_chat("guten Tag").await?;
    page.settles().await?;
    page.fits_the_window(&format!("a conversation in {language}")).await?;
    page.is_accessible(&format!("a conversation in {language}")).await?;
    page.clicks("chat-back").await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pages_speak_the_language_of_the_browser_or_the_one_that_is_chosen() -> Result<()> {
    let world = World::new().await?;
    let alice = Browser::phone_with(&world, "Alice", &Setup::chromium(WIDE).speaking("de-AT")).await?;
    alice.registers(&world, "Alice", ALICE).await?;
    let mut bob = Person::register(&world, "Bob", BOB).await?;
    let chat: ChatId = bob.opens_chat_with(ALICE).await?;
    bob.sends(chat, "guten Tag").await?;
    alice.opens_chat("guten Tag").await?;

    speaks(&alice, "de", "ltr").await?;
    has_label(&alice, "new-chat", "Neuer Chat").await?;
    alice.sees_text("date-pill", "Heute").await?;
    alice
        .finds_true("/^[0-9]{2}:[0-9]{2}$/.test(document.querySelector('.bubble-meta time')?.textContent.trim())")
        .await?;
    alice.is_accessible("the pages in German").await?;

    chooses(&alice, "ar").await?;
    speaks(&alice, "ar", "rtl").await?;
    alice.is_accessible("the pages in Arabic").await?;
    alice.is_resized(NARROWEST).await?;
    alice.sees_no(".list-grip").await?;
    fits_everywhere(&alice, "Arabic").await?;

    for (tag, language) in [("de", "German"), ("es", "Spanish"), ("pt", "Portuguese")] {
        chooses(&alice, tag).await?;
        speaks(&alice, tag, "ltr").await?;
        fits_everywhere(&alice, language).await?;
    }

    alice.is_resized(WIDE).await?;
    chooses(&alice, "en").await?;
    speaks(&alice, "en", "ltr").await?;
    has_label(&alice, "new-chat", "New chat").await?;
    chooses(&alice, "").await?;
    speaks(&alice, "de", "ltr").await?;
    has_label(&alice, "new-chat", "Neuer Chat").await?;
    ensure!(
        alice.evaluates::<Option<String>>("localStorage.getItem('language')").await?.unwrap_or_default().is_empty(),
        "nothing is chosen"
    );
    alice.closes().await
}

/// American hours, and a language that there is not: English stands in.
#[tokio::test(flavor = "multi_thread")]
async fn dates_are_written_as_where_the_reader_lives_and_unknown_languages_read_english() -> Result<()> {
    let world = World::new().await?;
    let alice = Browser::phone_with(&world, "Alice", &Setup::chromium(WIDE).speaking("en-US")).await?;
    alice.registers(&world, "Alice", ALICE).await?;
    let bob = Browser::phone_with(&world, "Bob", &Setup::chromium(WIDE).speaking("fi-FI")).await?;
    bob.registers(&world, "Bob", BOB).await?;
    alice.starts_chat(BOB, "Bob").await?;
    alice.writes("hello").await?;
    bob.opens_chat("hello").await?;
    let time =
        |shape: &str| format!("/^{shape}$/.test(document.querySelector('.bubble-meta time')?.textContent.trim())");
    speaks(&alice, "en", "ltr").await?;
    alice.finds_true(&time("[0-9]{1,2}:[0-9]{2}\\u00a0(AM|PM)")).await?;
    speaks(&bob, "en", "ltr").await?;
    has_label(&bob, "new-chat", "New chat").await?;
    bob.finds_true(&time("[0-9]{2}:[0-9]{2}")).await?;
    alice.closes().await?;
    bob.closes().await
}
