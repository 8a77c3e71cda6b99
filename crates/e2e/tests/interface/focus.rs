//! Where the keyboard leads, and where the focus is when what had it is gone.

use super::{ALICE, BOB, CAROL, DAVE, alice_hears_from, sees_just};
use anyhow::{Context, Result, ensure};
use e2e::World;
use e2e::browser::{Browser, NARROW, WIDE, quoted};
use playwright_rs::Viewport;
use std::time::Duration;

/// The focus is on what a selector finds.
fn focus_is(what: &str) -> String {
    format!("document.activeElement.matches({})", quoted(what))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_focus_goes_along_with_a_linking_on_the_phone() -> Result<()> {
    const PIN: &str = "271828";
    let world = World::new().await?;
    let alice = Browser::phone(&world, "Alice", ALICE).await?;
    alice.clicks("rail-settings").await?;
    alice.clicks("open-pin").await?;
    alice.fills("pin-new", PIN).await?;
    alice.clicks("pin-save").await?;
    alice.hides("pin-dialog").await?;
    let browser = Browser::companion(&world, "Alice").await?;
    let code = browser.copies_code().await?;
    let presses_enter_at = async |test_id: &str| {
        alice.at(test_id).focus().await?;
        alice.presses("Enter").await
    };
    alice.starts_scanning().await?;
    presses_enter_at("linking-cancel").await?;
    alice.finds_true(&focus_is("[data-testid=link-device]")).await?;
    alice.presses("Enter").await?;
    alice.shows("linking-scan").await?;
    presses_enter_at("toggle-paste").await?;
    alice.finds_true(&focus_is("[data-testid=paste-code]")).await?;
    alice.fills("paste-code", &code).await?;
    presses_enter_at("paste-go").await?;
    alice.shows("linking-confirm").await?;
    alice.finds_true(&focus_is("[data-testid=confirm-pin]")).await?;
    alice.fills("confirm-pin", PIN).await?;
    let digits = alice.confirms_link().await?;
    alice.finds_true(&focus_is(".linking h2")).await?;
    browser.types_digits(&digits).await?;
    browser.comes_to("active").await?;
    alice.shows("linking-done").await?;
    alice.finds_true(&focus_is(".linking h2")).await?;
    presses_enter_at("linking-close").await?;
    // On the new one: this phone's own row has no way to log it out.
    alice.finds_true(&focus_is("[data-testid=device]:has([data-testid=unlink])")).await?;
    alice.is_accessible("the devices after a linking").await?;
    browser.closes().await?;
    alice.closes().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chat_that_is_opened_from_new_chat_can_be_written_to_at_once() -> Result<()> {
    let world = World::new().await?;
    let (alice, _people) = alice_hears_from(&world, &[("Bob", BOB)]).await?;
    let writing = focus_is("[data-testid=composer-input]");
    let comes_to_new_chat = async |size: &Viewport| {
        if size.width == NARROW.width {
            alice.clicks("chat-back").await?;
        }
        alice.clicks("new-chat").await
    };
    for size in [WIDE, NARROW] {
        alice.is_resized(size.clone()).await?;
        // The second time the chat is open already where there is room for both.
        for _ in 0..2 {
            comes_to_new_chat(&size).await?;
            alice.fills("new-chat-number", BOB).await?;
            alice.presses("Enter").await?;
            alice.finds_true(&writing).await?;
        }
        comes_to_new_chat(&size).await?;
        alice.at("contact").focus().await?;
        alice.presses("Enter").await?;
        alice.finds_true(&writing).await?;
    }
    alice.closes().await
}

/// In the page: a message that begins like this has the focus. One that was not drawn gets it when it is.
fn focus_is_on_message(beginning: &str) -> String {
    let text = "document.activeElement.querySelector('[data-testid=message-text]')?.textContent";
    format!("{text}?.startsWith('{beginning}')")
}

/// The text of the message that has the focus, if all of it is seen and stays so.
const MESSAGE_WITH_FOCUS: &str = "(async () => {
    const frame = () => new Promise(requestAnimationFrame);
    for (let frames = 0; frames < 4; frames++) await frame();
    const box = element => element.getBoundingClientRect();
    const [message, scroller] = [document.activeElement, document.querySelector('[data-testid=message-scroller]')];
    if (message.dataset.testid !== 'message') return `the focus is on ${message.outerHTML.slice(0, 200)}`;
    const text = message.querySelector('[data-testid=message-text]').textContent;
    const whole = box(message).top >= box(scroller).top && box(message).bottom <= box(scroller).bottom;
    return whole ? text : `${text} is cut off: ${box(message).top}..${box(message).bottom}`;
})()";

#[tokio::test(flavor = "multi_thread")]
async fn whoever_goes_back_from_the_composer_comes_to_the_last_message_and_sees_all_of_it() -> Result<()> {
    let world = World::new().await?;
    let (alice, mut people) = alice_hears_from(&world, &[("Bob", BOB)]).await?;
    let (bob, chat) = people.first_mut().context("Bob")?;
    let text = |number: usize| format!("{number} of some lines\nand more of them\nsee www.example.org/{number}");
    for number in 1..=30 {
        bob.sends(*chat, &text(number)).await?;
    }
    alice.opens_chat("Bob").await?;
    let has_focus = async |number: usize, after: &str| {
        alice.finds_true(&focus_is_on_message(&format!("{number} of some lines"))).await?;
        let found: String = alice.evaluates(MESSAGE_WITH_FOCUS).await?;
        ensure!(found == text(number), "after {after}: {found}");
        Ok(())
    };
    for size in [WIDE, NARROW] {
        alice.is_resized(size).await?;
        alice.scrolls_down_to(&text(30)).await?;
        // Half of the last message is below the lower edge.
        alice.evaluates::<()>("void document.querySelector('[data-testid=message-scroller]').scrollBy(0, -50)").await?;
        alice.at("composer-input").focus().await?;
        alice.presses("Shift+Tab").await?;
        has_focus(30, "Shift+Tab").await?;
        for (key, number) in [
            ("ArrowUp", 29),
            ("ArrowDown", 30),
            ("ArrowDown", 30),
            ("Home", 1),
            ("ArrowDown", 2),
            ("End", 30),
            ("ArrowUp", 29),
        ] {
            alice.presses(key).await?;
            if key == "Home" {
                alice.finds_true(&focus_is_on_message("hello")).await?;
                alice.presses("ArrowDown").await?;
            }
            has_focus(number, key).await?;
        }
        // Its parts come after it, and nobody else's.
        for part in [".bubble-text a", "[data-testid=message-menu]"] {
            alice.presses("Tab").await?;
            alice.finds_true(&focus_is(part)).await?;
        }
        alice.presses("Tab").await?;
        alice.finds_true(&focus_is("[data-testid=composer-input]")).await?;
        alice.presses("Shift+Tab").await?;
        has_focus(29, "coming back").await?;
        alice.presses("Shift+F10").await?;
        alice.shows("menu-copy").await?;
        alice.presses("Escape").await?;
        has_focus(29, "the menu").await?;
        alice.presses("ArrowDown").await?;
        has_focus(30, "an arrow after the menu").await?;
    }
    alice.closes().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_can_be_changed_and_a_wait_counts_down_and_ends() -> Result<()> {
    let world = World::new().await?;
    let phone = Browser::new_phone(&world, "Alice").await?;
    let typed = "+49 151 123456 01";
    phone.fills("number-input", typed).await?;
    phone.clicks("number-next").await?;
    phone.shows("page-code").await?;
    phone.clicks("code-back").await?;
    phone.finds_true(&focus_is("[data-testid=number-input]")).await?;
    let selected = "(field => field.value.slice(field.selectionStart, field.selectionEnd))(document.activeElement)";
    // In the frame after that in which it has the focus.
    phone.finds_true(&format!("{selected} === '{typed}'")).await?;

    phone.clicks("number-next").await?;
    let seconds = |test_id: &str| {
        format!(
            "Number(document.querySelector('[data-testid={test_id}]')?.textContent.match(/Wait (\\d+) second/)?.[1])"
        )
    };
    phone.finds_true(&format!("{} > 1", seconds("form-wait"))).await?;
    let told: u32 = phone.evaluates(&seconds("form-error")).await?;
    phone.finds_true(&format!("{} < {told}", seconds("form-wait"))).await?;
    ensure!(phone.evaluates::<u32>(&seconds("form-error")).await? == told, "it is said once");
    let hears = "[...document.querySelectorAll('[role=alert], [aria-live]')].filter(element => element.querySelector('[data-testid=form-wait]') || element.matches('[data-testid=form-wait]')).length";
    ensure!(phone.evaluates::<u32>(hears).await? == 0, "what counts is not read aloud");
    phone.finds_true(&focus_is("[data-testid=number-input]")).await?;
    phone.finds_true("document.querySelector('[data-testid=number-next]').disabled").await?;
    phone.is_accessible("a wait").await?;
    phone.at("number-next").focus().await?;
    phone.evaluates::<()>("(now => { Date.now = () => now() + 60_000 })(Date.now)").await?;
    phone.hides("form-wait").await?;
    phone.sees("[data-testid=number-next]:enabled").await?;
    phone.finds_true("document.querySelector('[data-testid=form-error]').textContent === ''").await?;
    world.passes_on_the_server(Duration::from_secs(31));
    phone.clicks("number-next").await?;
    phone.shows("page-code").await?;
    phone.closes().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conversation_that_has_the_focus_in_it_can_be_left() -> Result<()> {
    let world = World::new().await?;
    let (alice, _people) = alice_hears_from(&world, &[("Bob", BOB)]).await?;
    alice.is_resized(WIDE).await?;
    alice.opens_chat("Bob").await?;
    alice.clicks("message-text").await?;
    alice.presses("Escape").await?;
    alice.hides("composer-input").await?;
    alice.comes_to("active").await?;
    alice.is_resized(NARROW).await?;
    alice.opens_chat("Bob").await?;
    alice.clicks("message-text").await?;
    alice.evaluates::<()>("void history.back()").await?;
    alice.hides("composer-input").await?;
    alice.comes_to("active").await?;
    alice.is_resized(WIDE).await?;
    // A key that opens a section takes the focus along, wherever it was.
    alice.opens_chat("Bob").await?;
    alice.clicks("message-text").await?;
    alice.presses("Alt+KeyN").await?;
    alice.finds_true("document.activeElement.closest('[data-testid=section-new-chat]') !== null").await?;
    alice.closes().await
}

#[tokio::test(flavor = "multi_thread")]
async fn alt_and_arrows_go_through_the_chats_that_the_list_shows() -> Result<()> {
    let world = World::new().await?;
    let (alice, _people) = alice_hears_from(&world, &[("Ada One", BOB), ("Bert", CAROL), ("Ada Two", DAVE)]).await?;
    alice.fills("chat-search", "ada").await?;
    sees_just(&alice, "chat-title", &["Ada Two", "Ada One"]).await?;
    for (key, opened) in [
        ("Alt+ArrowDown", "Ada Two"),
        ("Alt+ArrowDown", "Ada One"),
        ("Alt+ArrowDown", "Ada One"),
        ("Alt+ArrowUp", "Ada Two"),
    ] {
        alice.presses(key).await?;
        sees_just(&alice, "chat-head-title", &[opened]).await?;
    }
    // Where the list is not in sight, all are gone through.
    alice.clicks("rail-settings").await?;
    alice.presses("Alt+ArrowDown").await?;
    sees_just(&alice, "chat-head-title", &["Bert"]).await?;
    alice.closes().await
}
