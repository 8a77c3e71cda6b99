//! Names and texts that nobody should write: each is refused with words where it comes in, or shown without harm.

use anyhow::{Context, Result, ensure};
use e2e::browser::{Browser, NARROW, NARROWEST, WIDE};
use e2e::{Person, World};

const ALICE: &str = "+4915112345601";
const BOB: &str = "+4915112345602";

/// A text message has at most so many bytes.
const TEXT_LEN_MAX: usize = 65_536;

/// Turned round, with elements, and too long.
fn bad_names() -> [String; 3] {
    ["a".repeat(10_000), "\u{202e}<b>bold</b><script>alert(1)</script> ".repeat(250), " \u{202e}\u{200b} ".to_owned()]
}

#[tokio::test(flavor = "multi_thread")]
async fn names_of_ten_thousand_characters_are_refused_with_words() -> Result<()> {
    let world = World::new().await?;
    let alice = Browser::new_phone(&world, "Alice").await?;
    alice.fills("number-input", ALICE).await?;
    alice.clicks("number-next").await?;
    alice.shows("page-code").await?;
    alice.fills("code-input", &world.code_for(ALICE).await?).await?;
    alice.clicks("code-next").await?;
    alice.clicks("choose-pin-later").await?;
    for name in bad_names() {
        alice.fills("profile-name", &name).await?;
        alice.clicks("profile-save").await?;
        alice.sees_text("form-error", "1 to 64 characters").await?;
        alice.fits_the_window("a refused name").await?;
    }
    alice.is_accessible("a refused name").await?;
    alice.fills("profile-name", "Alice").await?;
    alice.fills("profile-about", &"x".repeat(10_000)).await?;
    alice.clicks("profile-save").await?;
    alice.sees_text("form-error", "at most 140 characters").await?;
    alice.fills("profile-about", "").await?;
    alice.clicks("profile-save").await?;
    alice.comes_to("active").await?;

    let bob = Person::register(&world, "Bob", BOB).await?;
    let [long, ..] = bad_names();
    alice.clicks("new-chat").await?;
    alice.fills("new-chat-number", BOB).await?;
    alice.fills("new-chat-name", &long).await?;
    alice.clicks("new-chat-go").await?;
    alice.sees_text("form-error", "1 to 64 characters").await?;
    alice.fits_the_window("a refused contact").await?;
    alice.fills("new-chat-name", "Bob").await?;
    alice.clicks("new-chat-go").await?;
    alice.shows("composer-input").await?;
    alice.clicks("chat-info-open").await?;
    for name in bad_names() {
        alice.fills("rename-contact", &name).await?;
        alice.clicks("rename-save").await?;
        alice.sees_text("rename-error", "1 to 64 characters").await?;
        alice.fits_the_window("a contact's refused name").await?;
    }
    ensure!(alice.reads("info-name").await? == "Bob", "a refused name changes nothing");
    bob.stops().await;
    alice.closes().await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_longest_names_and_texts_break_no_page() -> Result<()> {
    let world = World::new().await?;
    // What is left of it is as long as a name may be, in one piece, and looks like an element.
    let name = format!("\u{202e}<img/src=x/onerror=alert(1)>{}", "W".repeat(36));
    let alice = Browser::phone(&world, "Alice", ALICE).await?;
    let mut bob = Person::register(&world, &name, BOB).await?;
    let chat = bob.opens_chat_with(ALICE).await?;
    let word = "Donaudampfschifffahrt".repeat(200);
    let longest = "Å".repeat(TEXT_LEN_MAX / 2);
    for text in [&longest, &word] {
        bob.sends(chat, text).await?;
    }
    alice.sees_text("chat-title", "<img/src=x/onerror=alert(1)>WWW").await?;
    alice.sees_text("chat-preview", "Donaudampf").await?;
    let too_long = format!("{}x", "y".repeat(TEXT_LEN_MAX));

    for (size, open) in [(NARROW, true), (NARROWEST, false), (WIDE, false)] {
        let width = size.width;
        alice.is_resized(size).await?;
        alice.fits_the_window(&format!("the list at {width} px")).await?;
        if open {
            alice.opens_chat("<img").await?;
        }
        alice.scrolls_down_to(&word).await?;
        alice.fits_the_window(&format!("a conversation at {width} px")).await?;
        alice.clicks("chat-info-open").await?;
        alice.shows("info").await?;
        alice.fits_the_window(&format!("the information at {width} px")).await?;
        alice.clicks("info-close").await?;
    }
    ensure!(alice.page().locator("[data-testid=chat-title] *").count().await? == 0, "a name holds no element");
    let title = alice.reads_all("chat-title").await?;
    ensure!(!title.concat().contains('\u{202e}'), "{title:?} turns what stands around it");
    // The page holds a part of a conversation: what is above it comes when it is scrolled to.
    let texts = alice.reads_back(2).await?;
    let lengths: Vec<usize> = texts.iter().map(|text| text.chars().count()).collect();
    ensure!(texts == [longest, word], "texts of {lengths:?} characters are shown");

    // One byte more than can be sent: it is said, and the text is still there.
    alice.fills("composer-input", &too_long).await?;
    alice.fits_the_window("a very long draft").await?;
    alice.clicks("send").await?;
    alice.sees_text("toast", "too long").await?;
    let kept = alice.at("composer-input").input_value(None).await.context("there is a composer")?;
    ensure!(kept == too_long, "{} characters are left of {}", kept.len(), too_long.len());
    alice.writes("this fits").await?;
    bob.sees(chat, "this fits").await?;
    alice.closes().await
}
