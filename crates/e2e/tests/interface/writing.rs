//! How texts are seen that people have formatted, and how emoji are found.

use super::messages::{alice_reads, sees_row};
use super::sees_just;
use anyhow::{Context, Result, ensure};
use client_api::MessageBody;
use e2e::browser::{Browser, quoted};

/// Every form, as it is written,
const FORMS: &str = "*bold* _italic_ ~struck~ `code` *_both_*\n2 * 3 * 4, snake_case_name, https://a.example/b_c_d\n\
    - first\n- *second*\n1. one\n2. two\n> somebody said _this_\n```\nfn main() {\n    *not* bold\n}\n```\nthe end";
/// and as it is drawn: elements and their words.
const DRAWN: &str = "strong bold|em italic|s struck|code code|strong both|em both|a https://a.example/b_c_d|ul firstsecond|li first|\
    li second|strong second|ol onetwo|li one|li two|blockquote somebody said this|em this|pre fn main() {\n    *not* bold\n}|\
    code fn main() {\n    *not* bold\n}";

/// In the page: what the last message is made of.
const ELEMENTS: &str = "[...[...document.querySelectorAll('[data-testid=message-text]')].at(-1).querySelectorAll('*')]
    .map(element => `${element.localName} ${element.textContent}`).join('|')";

/// Presses a key on the message that has these words in bold.
async fn presses_on(alice: &Browser, bold: &str, key: &str) -> Result<()> {
    let message = format!("[data-testid=message]:has(strong:text-is({}))", quoted(bold));
    alice.page().locator(message).focus().await?;
    alice.presses(key).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_formatted_text_is_drawn_in_elements_and_stays_as_it_was_written() -> Result<()> {
    let (_world, alice, mut bob, chat) = alice_reads(&["hello"]).await?;
    bob.sends(chat, FORMS).await?;
    alice.finds_true(&format!("{ELEMENTS} === {}", quoted(DRAWN))).await?;
    // Neither tag nor script: letters.
    let letters = "*<img src=x onerror=alert(1)>* <b>no</b>";
    bob.sends(chat, letters).await?;
    alice.finds_true(&format!("{ELEMENTS} === 'strong <img src=x onerror=alert(1)>'")).await?;
    alice.is_accessible("formatted texts").await?;

    // A reader hears words, and what is copied, edited and sent on is as it was written.
    let label = "document.querySelector('[data-testid=message]:has(pre)').ariaLabel";
    alice
        .finds_true(&format!("{label}.includes('bold italic struck code both') && {label}.includes('2 * 3 * 4')"))
        .await?;
    alice.fills("composer-input", "*my* `own`").await?;
    alice.clicks("send").await?;
    alice.finds_true(&format!("{ELEMENTS} === 'strong my|code own'")).await?;
    sees_row(&mut bob, chat, "*my* `own`").await?;
    presses_on(&alice, "my", "c").await?;
    alice.sees_text("toast", "Copied").await?;
    ensure!(alice.clipboard().await? == "*my* `own`", "the clipboard holds {:?}", alice.clipboard().await?);
    presses_on(&alice, "my", "e").await?;
    alice.finds_true("document.querySelector('[data-testid=composer-input]').value === '*my* `own`'").await?;
    alice.presses("Escape").await?;
    alice.closes().await
}

#[tokio::test(flavor = "multi_thread")]
async fn where_a_text_is_only_told_of_its_marks_are_left_out() -> Result<()> {
    let (_world, alice, mut bob, chat) = alice_reads(&["hello"]).await?;
    bob.sends(chat, "the *lighthouse* keeper_of_lights _says_ `so`").await?;
    let seen = "the lighthouse keeper_of_lights says so";
    sees_just(&alice, "chat-preview", &[seen]).await?;
    presses_on(&alice, "lighthouse", "r").await?;
    alice
        .finds_true(&format!(
            "document.querySelector('[data-testid=reply-bar] .quote-text')?.textContent === {}",
            quoted(seen)
        ))
        .await?;
    alice.types("composer-input", "~yes~").await?;
    alice.presses("Enter").await?;
    alice
        .finds_true(&format!(
            "[...document.querySelectorAll('[data-testid=quote] .quote-text')].some(text => text.textContent === {})",
            quoted(seen)
        ))
        .await?;
    alice.fills("chat-search", "lighthouse").await?;
    alice
        .finds_true(&format!("document.querySelector('[data-testid=found-text]')?.textContent === {}", quoted(seen)))
        .await?;
    alice.finds_true("document.querySelector('[data-testid=found-text] mark')?.textContent === 'lighthouse'").await?;
    let there = bob.screen.messages.get(&chat).context("the chat")?;
    ensure!(there.values().all(|row| row.body != MessageBody::Text(seen.into())), "Bob's text stays as it was");
    alice.closes().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_few_emoji_alone_are_large_and_with_words_they_are_not() -> Result<()> {
    let (_world, alice, mut bob, chat) = alice_reads(&["hello"]).await?;
    let size =
        "parseFloat(getComputedStyle([...document.querySelectorAll('[data-testid=message-text]')].at(-1)).fontSize)";
    let last = "[...document.querySelectorAll('[data-testid=message-text]')].at(-1).textContent";
    for (text, is_large) in [("👍🏽", true), ("👩‍👩‍👧‍👦 ❤️🇩🇪", true), ("👍👍👍👍", false), ("👍 so", false), ("7", false)]
    {
        bob.sends(chat, text).await?;
        alice.finds_true(&format!("{last} === {} && {size} > 30 === {is_large}", quoted(text))).await?;
    }
    alice.closes().await
}
