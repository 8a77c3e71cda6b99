//! Two phones in two browsers: registration, talking both ways, ticks, unread counts, lost networks; and axe-core on each screen.

use anyhow::{Result, ensure};
use client_api::MessageStatus;
use e2e::browser::{Browser, NARROW, Setup};
use e2e::{Person, World};

const ALICE: &str = "+4915112345601";
const BOB: &str = "+4915112345602";
/// More than a phone's screen holds.
const UNREAD: u32 = 40;

#[tokio::test(flavor = "multi_thread")]
async fn two_phones_register_and_talk_and_see_ticks_and_counts() -> Result<()> {
    let world = World::new().await?;
    let alice = Browser::phone(&world, "Alice Canarysdottir", ALICE).await?;
    let bob = Browser::phone(&world, "Bob", BOB).await?;

    alice.starts_chat(BOB, "Bob Canarysson").await?;
    alice.writes("canary one, héllo").await?;
    alice.sees_status("canary one, héllo", "delivered").await?;
    bob.sees_text("chat-row", "canary one, héllo").await?;
    ensure!(bob.reads("chat-unread").await? == "1", "one message is unread");
    alice.writes("canary two").await?;
    bob.sees("[data-testid=chat-unread]:text-is('2')").await?;

    bob.opens_chat("canary two").await?;
    bob.sees_text("message-text", "canary one, héllo").await?;
    alice.sees_status("canary one, héllo", "read").await?;
    alice.sees_status("canary two", "read").await?;
    bob.writes("canary three, 答え").await?;
    alice.sees_text("message-text", "canary three, 答え").await?;
    bob.sees_status("canary three, 答え", "read").await?;
    bob.clicks("chat-back").await?;
    bob.sees_text("chat-preview", "canary three, 答え").await?;
    bob.hides("chat-unread").await?;

    let expected = ["canary one, héllo", "canary two", "canary three, 答え"];
    ensure!(alice.reads_all("message-text").await? == expected, "in the order in which they were sent");
    alice.reloads().await?;
    alice.comes_to("active").await?;
    alice.opens_chat("Bob Canarysson").await?;
    alice.sees_status("canary two", "read").await?;
    ensure!(alice.reads_all("message-text").await? == expected, "a reload loses nothing");

    for canary in ["canary one", "canary two", "canary three", "Canarysson", "Canarysdottir"] {
        ensure!(!world.server_holds(canary)?, "the server holds {canary:?}");
    }
    alice.closes().await?;
    bob.closes().await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_while_it_is_looked_at_is_read_also_after_many_were_unread() -> Result<()> {
    let world = World::new().await?;
    let alice = Browser::phone(&world, "Alice", ALICE).await?;
    let mut bob = Person::register(&world, "Bob", BOB).await?;
    let chat = bob.opens_chat_with(ALICE).await?;
    for number in 1..=UNREAD {
        bob.sends(chat, &format!("news number {number}")).await?;
    }
    let newest = format!("news number {UNREAD}");
    alice.sees_text("chat-preview", &newest).await?;
    alice.opens_chat(&newest).await?;
    alice.shows("unread-divider").await?;
    ensure!(
        bob.screen.status_of(chat, &newest) < Some(MessageStatus::Read),
        "{newest:?} has not been on the screen yet"
    );
    alice.writes("I was away").await?;
    bob.sees(chat, "I was away").await?;
    for answer in ["one answer", "another answer"] {
        bob.sends(chat, answer).await?;
        alice.sees_text("message-text", answer).await?;
        bob.sees_status(chat, answer, MessageStatus::Read).await?;
    }
    alice.clicks("chat-back").await?;
    alice.sees_text("chat-preview", "another answer").await?;
    alice.hides("chat-unread").await?;
    bob.stops().await;
    alice.closes().await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_written_with_no_connection_is_sent_later_and_in_order() -> Result<()> {
    let mut world = World::new().await?;
    let alice = Browser::phone(&world, "Alice", ALICE).await?;
    let mut bob = Person::register(&world, "Bob", BOB).await?;
    alice.starts_chat(BOB, "Bob").await?;
    alice.writes("first").await?;
    let chat = bob.only_chat().await?;
    bob.sees(chat, "first").await?;

    alice.is_kept().await?;
    world.stop_server().await?;
    alice.clicks("chat-back").await?;
    alice.shows("offline-banner").await?;
    alice.is_accessible("the list with no connection").await?;
    alice.opens_chat("Bob").await?;
    for text in ["second", "third", "fourth"] {
        alice.writes(text).await?;
        alice.sees_status(text, "pending").await?;
    }
    // The page's files come from the browser's own store now.
    alice.reloads().await?;
    alice.opens_chat("Bob").await?;
    alice.sees_status("fourth", "pending").await?;

    world.start_server().await?;
    bob.sees(chat, "fourth").await?;
    ensure!(bob.screen.texts(chat) == ["first", "second", "third", "fourth"], "sent later, in order");
    alice.sees_status("fourth", "delivered").await?;
    alice.clicks("chat-back").await?;
    alice.hides("offline-banner").await?;

    // The network goes away, and closes nothing.
    alice.goes_offline(true).await?;
    alice.shows("offline-banner").await?;
    alice.opens_chat("Bob").await?;
    alice.writes("fifth").await?;
    alice.sees_status("fifth", "pending").await?;
    alice.goes_offline(false).await?;
    bob.sees(chat, "fifth").await?;
    alice.sees_status("fifth", "delivered").await?;
    alice.clicks("chat-back").await?;
    alice.hides("offline-banner").await?;
    alice.closes().await
}

#[tokio::test(flavor = "multi_thread")]
async fn axe_finds_nothing_on_the_screens_of_a_phone_with_content() -> Result<()> {
    let world = World::new().await?;
    let alice = Browser::new_phone(&world, "Alice").await?;
    alice.is_accessible("the number").await?;
    alice.fills("number-input", ALICE).await?;
    alice.clicks("number-next").await?;
    alice.shows("page-code").await?;
    alice.fills("code-input", "000000").await?;
    alice.clicks("code-next").await?;
    alice.sees("[data-testid=form-error]:not(:empty)").await?;
    alice.is_accessible("a wrong code").await?;
    alice.fills("code-input", &world.code_for(ALICE).await?).await?;
    alice.clicks("code-next").await?;
    alice.shows("page-choose-pin").await?;
    alice.is_accessible("choosing a PIN").await?;
    alice.fills("choose-pin-input", "271828").await?;
    alice.clicks("choose-pin-next").await?;
    alice.shows("page-profile").await?;
    alice.is_accessible("the profile").await?;
    alice.fills("profile-name", "Alice").await?;
    alice.clicks("profile-save").await?;
    alice.shows("chat-list-empty").await?;
    alice.is_accessible("no chats").await?;
    alice.clicks("scan-code").await?;
    alice.shows("camera-trouble").await?;
    alice.is_accessible("no camera").await?;
    alice.clicks("section-back").await?;

    let mut bob = Person::register(&world, "Bob", BOB).await?;
    let chat = bob.opens_chat_with(ALICE).await?;
    for text in ["Sun over the ridge", "سلام، صبح بخیر", "See https://example.org for more"] {
        bob.sends(chat, text).await?;
    }
    alice.sees("[data-testid=chat-unread]:text-is('3')").await?;
    alice.is_accessible("the list with an unread chat").await?;
    alice.opens_chat("example.org").await?;
    alice.writes("All well here").await?;
    alice.sees_status("All well here", "delivered").await?;
    alice.is_accessible("a conversation").await?;
    alice.clicks("chat-menu").await?;
    alice.is_accessible("a chat's menu").await?;
    alice.presses("Escape").await?;
    alice.clicks("chat-info-open").await?;
    alice.shows("info").await?;
    alice.is_accessible("a chat's information").await?;
    // Bob wrote first: whether he is a contact is for Alice to say.
    alice.clicks("add-contact").await?;
    alice.shows("rename-contact").await?;
    alice.is_accessible("the information about a contact").await?;
    alice.clicks("info-close").await?;
    alice.clicks("chat-back").await?;
    alice.clicks("new-chat").await?;
    alice.sees_text("contact", "Bob").await?;
    alice.is_accessible("a new chat").await?;
    for (button, section) in [
        ("rail-devices", "section-devices"),
        ("rail-code", "section-contact-code"),
        ("rail-settings", "section-settings"),
    ] {
        alice.clicks(button).await?;
        alice.shows(section).await?;
        alice.is_accessible(section).await?;
    }
    alice.clicks("open-pin").await?;
    alice.shows("pin-dialog").await?;
    alice.is_accessible("the PIN's dialog").await?;
    alice.closes().await?;

    // The same account at night: colours are other ones.
    let alice = Browser::phone_with(&world, "Alice", &Setup::chromium(NARROW).dark()).await?;
    alice.opens_chat("All well here").await?;
    alice.sees_text("message-text", "All well here").await?;
    alice.is_accessible("a conversation in the dark").await?;
    alice.clicks("chat-back").await?;
    alice.is_accessible("the list in the dark").await?;
    alice.closes().await
}

/// Types where the focus is, once it stands in this field, and presses Enter.
async fn answers(phone: &Browser, field: &str, text: &str) -> Result<()> {
    phone.finds_true(&format!("document.activeElement?.dataset.testid === '{field}'")).await?;
    for key in text.chars() {
        phone.presses(&key.to_string()).await?;
    }
    phone.presses("Enter").await
}

#[tokio::test(flavor = "multi_thread")]
async fn registration_needs_no_pointer_and_its_focus_goes_along() -> Result<()> {
    let world = World::new().await?;
    let alice = Browser::new_phone(&world, "Alice").await?;
    answers(&alice, "number-input", "hello").await?;
    alice.sees_text("form-error", "not a phone number").await?;
    // What was refused is there to be mended.
    alice.fills("number-input", "").await?;
    answers(&alice, "number-input", ALICE).await?;
    alice.shows("page-code").await?;
    let described = "document.activeElement.getAttribute('aria-describedby').split(' ')
        .map(id => document.getElementById(id).textContent).join(' ').includes('Enter the code')";
    alice.finds_true("document.activeElement?.dataset.testid === 'code-input'").await?;
    alice.finds_true(described).await?;
    answers(&alice, "code-input", &world.code_for(ALICE).await?).await?;
    alice.shows("page-choose-pin").await?;
    let is_hidden = |hidden: bool| {
        format!("document.getElementById('choose-pin-input').type === '{}'", if hidden { "password" } else { "text" })
    };
    alice.finds_true(&is_hidden(true)).await?;
    alice.clicks("choose-pin-input-show").await?;
    alice.finds_true(&is_hidden(false)).await?;
    alice.clicks("choose-pin-input").await?;
    answers(&alice, "choose-pin-input", "271828").await?;
    alice.shows("page-profile").await?;
    answers(&alice, "profile-name", "Alice").await?;
    alice.comes_to("active").await?;
    alice.closes().await
}
