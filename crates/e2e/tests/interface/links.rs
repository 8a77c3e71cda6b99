//! Links into groups in the pages: made, given away, opened in a browser that nobody has used yet, and what comes of it.

use super::{ALICE, BOB, CAROL};
use anyhow::{Result, ensure};
use client_api::{Command, JoinCommand, LinkChange};
use e2e::browser::{Browser, NARROWEST, Setup, WIDE, quoted};
use e2e::{Person, World};

/// A group that Alice's page has made with Bob, its information beside it.
async fn group(world: &World) -> Result<(Browser, Person)> {
    let alice = Browser::phone_with(world, "Alice", &Setup::chromium(WIDE)).await?;
    alice.registers(world, "Alice", ALICE).await?;
    let bob = Person::register(world, "Bob", BOB).await?;
    alice.starts_chat(BOB, "Bob").await?;
    alice.makes_group("Climbers", &["Bob"]).await?;
    alice.writes("hello all").await?;
    alice.clicks("chat-info-open").await?;
    alice.sees_text("members-count", "2 members").await?;
    Ok((alice, bob))
}

/// The link as it can be copied, once it is another one than that of before.
async fn copies_link(page: &Browser, before: &str) -> Result<String> {
    let shown = "document.querySelector('[data-testid=link-text]')?.innerText ?? ''";
    page.finds_true(&format!("!['', {}].includes({shown})", quoted(before))).await?;
    page.clicks("link-copy").await?;
    page.clipboard().await
}

/// How far the dialog says it is with the link.
async fn is_told(page: &Browser, state: &str) -> Result<()> {
    page.sees(&format!("[data-testid=join-state][data-state={state}]")).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_opened_in_a_fresh_browser_leads_into_the_group() -> Result<()> {
    let world = World::new().await?;
    let (alice, mut bob) = group(&world).await?;
    alice.sees_text("group-link", "Nobody comes in by a link").await?;
    alice.clicks("group-link").await?;
    alice.shows("no-link").await?;
    alice.is_accessible("a group without a link").await?;
    alice.clicks("link-on").await?;
    let first = copies_link(&alice, "").await?;
    ensure!(first.starts_with(world.url()?.as_str()) && first.contains("/#/join/HGJ1:"), "{first}");
    alice.shows("link-qr").await?;
    alice.is_accessible("a link into a group").await?;
    alice.is_resized(NARROWEST).await?;
    alice.fits_the_window("a link into a group").await?;
    alice.is_resized(WIDE).await?;
    alice.clicks("link-approval").await?;
    alice.sees_text("group-link", "You say who comes in").await?;
    alice.clicks("link-reset").await?;
    alice.shows("link-reset-asked").await?;
    alice.clicks("link-reset").await?;
    let link = copies_link(&alice, &first).await?;
    ensure!(link != first);
    alice.clicks("link-close").await?;

    // Nobody has used this browser: the link waits until it has an account, also over a page that is loaded anew.
    let path = |link: &str| link.replacen(world.url().map(String::from).unwrap_or_default().as_str(), "/", 1);
    let carol =
        Browser::start(&world, "phone of Carol", &path(&link).replacen("/#", "/phone#", 1), &Setup::chromium(WIDE))
            .await?;
    carol.comes_to("registering").await?;
    carol.shows("invited-first").await?;
    carol.is_accessible("registering with a link").await?;
    ensure!(!carol.evaluates::<String>("location.href").await?.contains("HGJ1"), "the address says no more of it");
    carol.reloads().await?;
    carol.shows("invited-first").await?;
    carol.registers(&world, "Carol", CAROL).await?;
    is_told(&carol, "open").await?;
    carol.sees_text("join-state", "Climbers").await?;
    carol.is_accessible("a link that was opened").await?;
    carol.is_resized(NARROWEST).await?;
    carol.fits_the_window("a link that was opened").await?;
    carol.is_resized(WIDE).await?;
    carol.clicks("join-ask").await?;
    is_told(&carol, "waiting").await?;
    carol.is_accessible("waiting to be let in").await?;

    alice.sees_text("asking-here", "1 person asks to join").await?;
    alice.sees_text("asking-name", "Carol").await?;
    alice.is_accessible("who asks to join").await?;
    alice.is_resized(NARROWEST).await?;
    alice.fits_the_window("who asks to join").await?;
    alice.is_resized(WIDE).await?;
    alice.clicks("let-in").await?;
    alice.sees_text("members-count", "3 members").await?;
    alice.hides("asking-here").await?;
    is_told(&carol, "in").await?;
    carol.clicks("join-open").await?;
    carol.sees_text("chat-head-title", "Climbers").await?;
    carol.writes("from Carol").await?;
    alice.sees_text("message-text", "from Carol").await?;
    alice.writes("welcome").await?;
    carol.sees_text("message-text", "welcome").await?;
    let rows = "document.querySelectorAll('[data-testid=chat-row]').length";
    ensure!(carol.evaluates::<u32>(rows).await? == 1, "the chat with Alice stands in no list");

    // The old one, pressed in a message: the page itself takes it.
    alice.writes(&first).await?;
    carol.clicks_at(&format!("[data-testid=message-text] a[href={}]", quoted(&first))).await?;
    is_told(&carol, "in").await?;
    carol.clicks("join-close").await?;
    carol.hides("join-dialog").await?;
    bob.until("three members", |s| s.chats.values().any(|row| row.title == "Climbers")).await?;
    alice.closes().await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_lead_into_a_group_is_told_in_words() -> Result<()> {
    let world = World::new().await?;
    let (alice, _bob) = group(&world).await?;
    alice.clicks("group-link").await?;
    alice.clicks("link-on").await?;
    let link = copies_link(&alice, "").await?;
    alice.clicks("link-approval").await?;
    alice.sees_text("group-link", "You say who comes in").await?;
    alice.clicks("link-close").await?;
    let carol = Browser::phone_with(&world, "Carol", &Setup::chromium(WIDE)).await?;
    carol.registers(&world, "Carol", CAROL).await?;
    carol.clicks("new-chat").await?;
    let opens = async |link: &str| -> Result<()> {
        carol.fills("new-chat-number", link).await?;
        carol.clicks("new-chat-go").await?;
        carol.shows("join-dialog").await
    };
    let cut = link.get(..link.len() - 9).unwrap_or_default();
    opens(cut).await?;
    is_told(&carol, "refused").await?;
    carol.is_accessible("a broken link").await?;
    carol.clicks("join-close").await?;
    // By keyboard alone.
    opens(&link).await?;
    is_told(&carol, "open").await?;
    carol.finds_true("document.activeElement.dataset.testid === 'join-ask'").await?;
    carol.presses("Enter").await?;
    is_told(&carol, "waiting").await?;
    alice.sees_text("asking-name", "Carol").await?;
    alice.clicks("decline-join").await?;
    is_told(&carol, "declined").await?;
    alice.hides("asking-here").await?;
    carol.is_accessible("a request that was declined").await?;
    carol.clicks("join-close").await?;
    alice.clicks("group-link").await?;
    alice.clicks("link-off").await?;
    alice.shows("no-link").await?;
    opens(&link).await?;
    carol.clicks("join-again").await?;
    is_told(&carol, "void").await?;
    carol.presses("Escape").await?;
    carol.hides("join-dialog").await?;
    alice.closes().await
}

/// A companion's page is where a link leads: whoever has no account goes on at the phone's.
#[tokio::test(flavor = "multi_thread")]
async fn a_link_at_the_page_of_companions_shows_the_way_to_that_of_phones() -> Result<()> {
    let world = World::new().await?;
    let mut alice = Person::register(&world, "Alice", ALICE).await?;
    let made = alice.does(Command::Join(JoinCommand::MakeCallLink { name: "Call of Alice".into() })).await?;
    let client_api::Answer::CallLink { chat, code: client_api::LinkCode(code) } = made else {
        anyhow::bail!("no link: {made:?}")
    };
    let bob = Browser::start(&world, "Bob", &format!("/#/join/{code}"), &Setup::chromium(NARROWEST)).await?;
    bob.comes_to("linking").await?;
    bob.shows("invited-first").await?;
    bob.fits_the_window("linking with a link").await?;
    bob.is_accessible("linking with a link").await?;
    bob.clicks("invited-phone").await?;
    bob.comes_to("registering").await?;
    bob.registers(&world, "Bob", BOB).await?;
    is_told(&bob, "open").await?;
    bob.sees_text("join-state", "Call of Alice").await?;
    bob.clicks("join-ask").await?;
    alice.opens(chat).await?;
    let is_in = |s: &e2e::person::Screen| s.infos.get(&chat).is_some_and(|info| info.members.len() == 2);
    alice.until("Bob in the group", is_in).await?;
    bob.shows("join-call").await?;
    alice.does(Command::Join(JoinCommand::SetLink { chat, change: LinkChange::Off })).await?;
    bob.closes().await
}
