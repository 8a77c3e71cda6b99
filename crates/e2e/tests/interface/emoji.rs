//! Emoji are chosen from a list, found by words, and written by their short names.

use super::messages::{alice_reads, sees_row};
use super::sees_just;
use anyhow::Result;
use e2e::browser::quoted;

fn composer_says(text: &str) -> String {
    format!("document.querySelector('[data-testid=composer-input]').value === {}", quoted(text))
}

const FOCUSED: &str = "document.activeElement.dataset.testid";

#[tokio::test(flavor = "multi_thread")]
async fn an_emoji_is_chosen_from_the_list_by_mouse_and_by_keys() -> Result<()> {
    let (_world, alice, mut bob, chat) = alice_reads(&["hello"]).await?;
    alice.fills("composer-input", "so  it is").await?;
    for _ in 0..6 {
        alice.presses("ArrowLeft").await?;
    }
    alice.presses("Alt+e").await?;
    alice
        // On a phone its keyboard would cover the list: the focus stays.
        .finds_true(&format!(
            "{FOCUSED} === 'composer-input' && document.querySelectorAll('[data-testid=emoji-choice]').length > 100"
        ))
        .await?;
    alice.is_accessible("the list of emoji").await?;
    alice.types("emoji-search", "rocket").await?;
    alice.finds_true("document.querySelector('[data-testid=emoji-choice]')?.textContent === '🚀'").await?;
    alice.presses("ArrowDown").await?;
    alice.finds_true(&format!("{FOCUSED} === 'emoji-choice'")).await?;
    // Where the caret was, and one after the other.
    alice.presses("Enter").await?;
    alice.finds_true(&composer_says("so 🚀 it is")).await?;
    alice.presses("Enter").await?;
    alice.finds_true(&composer_says("so 🚀🚀 it is")).await?;
    alice.presses("ArrowUp").await?;
    alice.finds_true(&format!("{FOCUSED} === 'emoji-search'")).await?;
    alice.fills("emoji-search", "no such thing").await?;
    alice.sees_text("emoji-none", "No emoji").await?;
    alice.presses("Escape").await?;
    alice.hides("emoji-panel").await?;
    alice.finds_true(&format!("{FOCUSED} === 'composer-input'")).await?;
    alice.presses("Enter").await?;
    sees_row(&mut bob, chat, "so 🚀🚀 it is").await?;

    // What was used last comes first, with the skin that was chosen; also after a reload.
    alice.clicks("emoji-open").await?;
    alice.finds_true("document.querySelector('[data-testid=emoji-choice]')?.textContent === '🚀'").await?;
    alice.finds_true("[...document.querySelectorAll('[data-testid=emoji-group]')].map(group => group.ariaPressed).join() === 'true,false,false,false,false,false,false,false,false,false'").await?;
    alice.page().locator("[data-testid=emoji-skin]").select_option("2", None).await?;
    alice.fills("emoji-search", "thumbs up").await?;
    alice.finds_true("document.querySelector('[data-testid=emoji-choice]')?.textContent === '👍🏽'").await?;
    alice.page().locator("[data-testid=emoji-choice]").first().click(None).await?;
    alice.finds_true(&composer_says("👍🏽")).await?;
    alice.closes().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_short_name_becomes_its_emoji() -> Result<()> {
    let (_world, alice, mut bob, chat) = alice_reads(&["hello"]).await?;
    alice.types("composer-input", "up :rock").await?;
    alice.finds_true("document.querySelectorAll('[data-testid=name-offer]').length > 1").await?;
    let first = "document.querySelector('[data-testid=name-offer]')";
    alice.finds_true(&format!("{first}.ariaSelected === 'true' && document.activeElement.getAttribute('aria-activedescendant') === {first}.id")).await?;
    alice.is_accessible("names that are offered").await?;
    // Escape closes the list alone, and what follows is text.
    alice.presses("Escape").await?;
    alice.hides("name-offers").await?;
    alice.finds_true(&composer_says("up :rock")).await?;
    alice.types("composer-input", "et").await?;
    alice.sees_text("name-offers", ":rocket:").await?;
    alice.presses("Enter").await?;
    alice.finds_true(&composer_says("up 🚀")).await?;
    alice.types("composer-input", " :tada: 10:30 ").await?;
    alice.finds_true(&composer_says("up 🚀 🎉 10:30 ")).await?;
    alice.presses("Enter").await?;
    sees_row(&mut bob, chat, "up 🚀 🎉 10:30 ").await?;
    alice.closes().await
}

#[tokio::test(flavor = "multi_thread")]
async fn any_emoji_of_the_list_can_be_put_to_a_message() -> Result<()> {
    let (_world, alice, _bob, _) = alice_reads(&["hello"]).await?;
    alice.chooses_for_message("hello", "menu-react").await?;
    alice.fills("emoji-search", "lobster").await?;
    alice.finds_true("document.querySelectorAll('[data-testid=emoji-choice]').length === 1").await?;
    alice.is_accessible("the list of emoji in a dialog").await?;
    alice.clicks("emoji-choice").await?;
    alice.hides("react-dialog").await?;
    sees_just(&alice, "reactions", &["🦞"]).await?;
    alice.closes().await
}
