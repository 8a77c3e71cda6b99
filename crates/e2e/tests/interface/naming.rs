//! People are named in groups: completed while they are typed, shown to each by the names that they know, and found by whoever is named.

use super::groups::finds_group;
use super::{ALICE, BOB, CAROL};
use anyhow::{Context, Result, ensure};
use client_api::{ChatId, Command, MessageBody};
use e2e::browser::{Browser, NARROWEST, Setup, WIDE};
use e2e::{Person, World};

/// The newest message of a chat, as somebody has it, and who is named in it.
fn newest(person: &Person, chat: ChatId) -> Result<(String, Vec<String>)> {
    let row = person.screen.messages.get(&chat).and_then(|rows| rows.values().next_back()).context("a message")?;
    let MessageBody::Text(text) = &row.body else { anyhow::bail!("no text: {:?}", row.body) };
    let named = row.mentions.iter().map(|mention| {
        let at = usize::try_from(mention.at)?;
        Ok(text.get(at..at + usize::try_from(mention.length)?).context("a part of it")?.to_owned())
    });
    Ok((text.clone(), named.collect::<Result<_>>()?))
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_is_named_by_keys_and_whoever_is_named_finds_it() -> Result<()> {
    let world = World::new().await?;
    let alice = Browser::phone_with(&world, "Alice", &Setup::chromium(WIDE)).await?;
    alice.registers(&world, "Alice", ALICE).await?;
    let mut bob = Person::register(&world, "Bob", BOB).await?;
    let mut carol = Person::register(&world, "Carol", CAROL).await?;
    alice.starts_chat(CAROL, "Carol").await?;
    // A feed without an article is none.
    alice.writes("hello Carol").await?;
    // As nobody else calls him.
    alice.starts_chat(BOB, "My Bobby").await?;
    alice.writes("hello").await?;
    let direct = bob.only_chat().await?;
    let carols = bob.opens_chat_with(CAROL).await?;
    let peer = |chat: ChatId| bob.screen.chats.get(&chat).map(|row| row.peer).context("their chat");
    let members = vec![peer(direct)?, peer(carols)?];
    bob.does(Command::CreateGroup { name: "Climbers".into(), members }).await?;
    let chat = finds_group(&mut bob, "Climbers").await?;
    bob.opens(chat).await?;
    ensure!(finds_group(&mut carol, "Climbers").await? == chat && direct != chat);
    carol.opens(chat).await?;

    // Whoever has written is known to all.
    bob.sends(chat, "here we are").await?;
    carol.sees(chat, "here we are").await?;
    let knows = |s: &e2e::person::Screen| {
        s.infos.get(&chat).is_some_and(|info| info.members.iter().any(|member| member.title == "Bob"))
    };
    carol.until("who Bob is", knows).await?;
    alice.opens_chat("Climbers").await?;
    alice.writes("here").await?;
    alice.types("composer-input", "hi @").await?;
    alice.finds_true("[...document.querySelectorAll('[data-testid=name-offer]')].length === 3").await?;
    alice.is_accessible("people who are offered").await?;
    alice.is_resized(NARROWEST).await?;
    alice.fits_the_window("people who are offered, narrow").await?;
    alice.is_resized(WIDE).await?;
    alice.types("composer-input", "bob").await?;
    alice.sees_text("name-offers", "My Bobby").await?;
    alice.presses("Enter").await?;
    alice.types("composer-input", "and @all").await?;
    alice.sees_text("name-offers", "Everybody in the group").await?;
    alice.presses("Escape").await?;
    alice.presses("Enter").await?;
    alice.finds_true("[...document.querySelectorAll('[data-testid=mention]')].map(name => name.textContent).join() === '@My Bobby,@all'").await?;
    alice.is_accessible("a message that names people").await?;
    for person in [&mut bob, &mut carol] {
        person.sees(chat, "hi @Bob and @all").await?;
        ensure!(newest(person, chat)?.1 == ["@Bob", "@all"]);
    }

    // Edited, the same people are named by the same names.
    alice.presses("ArrowUp").await?;
    alice
        .finds_true("document.querySelector('[data-testid=composer-input]').value === 'hi @My Bobby and @all'")
        .await?;
    alice.types("composer-input", "!").await?;
    alice.presses("Enter").await?;
    bob.sees(chat, "hi @Bob and @all!").await?;
    ensure!(newest(&bob, chat)?.1 == ["@Bob", "@all"]);

    // Whoever is elsewhere is told by the list, and led there from above.
    alice.writes("away").await?;
    bob.sees(chat, "away").await?;
    alice.opens_chat("Carol").await?;
    for number in 0..40 {
        bob.sends(chat, &format!("{number} words\nover two lines")).await?;
    }
    bob.sends(chat, "look here, @Alice").await?;
    for number in 40..60 {
        bob.sends(chat, &format!("{number} words\nover two lines")).await?;
    }
    alice.sees(".chat-row:has([data-testid=chat-named]):has-text('Climbers')").await?;
    alice.is_accessible("a chat in which one is named").await?;
    alice.opens_chat("Climbers").await?;
    alice.shows("to-named").await?;
    alice.is_accessible("the way to where one is named").await?;
    alice.clicks("to-named").await?;
    alice.sees("[data-testid=message]:has-text('look here, @Alice')").await?;
    alice.hides("to-named").await?;
    alice.sees_no("[data-testid=chat-named]").await?;
    alice.closes().await
}
