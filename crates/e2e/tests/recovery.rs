//! What arrives damaged is asked for again, and a group that cannot be followed is joined anew.

use anyhow::{Context, Result};
use client_api::{ChatId, ChatRow, Command, MessageStatus, Notice, Role};
use e2e::person::Screen;
use e2e::{Person, World};
use rusqlite::Connection;

const ALICE: &str = "+4915112345631";
const BOB: &str = "+4915112345632";

/// Kinds of entries in the server's log.
const APP: u32 = 1;
const COMMIT: u32 = 2;

fn database(world: &World) -> Result<Connection> {
    Ok(Connection::open(world.server_data().join("heliograph.db"))?)
}

/// Turns over the last bits of the newest entry of a kind: its signature, or its ciphertext's tag.
fn damage_newest(world: &World, kind: u32, least_seq: u64) -> Result<()> {
    let db = database(world)?;
    let (id, mut bytes): (i64, Vec<u8>) = db.query_row(
        "SELECT id, bytes FROM group_log WHERE kind = ?1 AND seq >= ?2 ORDER BY id DESC LIMIT 1",
        rusqlite::params![kind, least_seq],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    let last = bytes.last_mut().context("an entry is not empty")?;
    *last ^= 0xFF;
    assert_eq!(db.execute("UPDATE group_log SET bytes = ?2 WHERE id = ?1", rusqlite::params![id, bytes])?, 1);
    Ok(())
}

/// Two people with one message between them.
async fn acquainted(world: &World) -> Result<(Person, Person, ChatId)> {
    let mut alice = Person::register(world, "Alice", ALICE).await?;
    let mut bob = Person::register(world, "Bob", BOB).await?;
    let chat = alice.opens_chat_with(BOB).await?;
    alice.sends(chat, "first").await?;
    bob.until("a chat", |s| !s.chats.is_empty()).await?;
    bob.opens(chat).await?;
    bob.sees(chat, "first").await?;
    Ok((alice, bob, chat))
}

/// One starts again.
async fn comes_back(world: &World, name: &str, chat: ChatId) -> Result<Person> {
    let mut person = Person::start(world, name, Role::Phone)?;
    person.until("being online", |s| s.connection == "Online").await?;
    person.opens(chat).await?;
    Ok(person)
}

/// Both start again.
async fn back(world: &World, chat: ChatId) -> Result<[Person; 2]> {
    Ok([comes_back(world, "Alice", chat).await?, comes_back(world, "Bob", chat).await?])
}

fn waits(row: &ChatRow) -> bool {
    row.last.as_ref().is_some_and(|last| last.waiting)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_message_comes_again_from_its_sender_and_the_split_is_told() -> Result<()> {
    let mut world = World::new().await?;
    let (mut alice, bob, chat) = acquainted(&world).await?;
    bob.stops().await;
    alice.sends(chat, "damaged on the way").await?;
    alice.sees_status(chat, "damaged on the way", MessageStatus::Sent).await?;
    alice.stops().await;
    // In step again, she has followed the log past her own message as it was.
    let mut alice = Person::start(&world, "Alice", Role::Phone)?;
    alice.until("being online", |s| s.connection == "Online").await?;
    alice.stops().await;
    world.stop_server().await?;
    damage_newest(&world, APP, 3)?;
    world.start_server().await?;

    // While its sender is away it has a place, also after a restart, and a device that is linked meanwhile does not get that.
    let mut bob = comes_back(&world, "Bob", chat).await?;
    bob.until("the place of the message", |s| s.waiting(chat) == 1).await?;
    let listed = |s: &Screen| s.chats.get(&chat).is_some_and(|row| row.unread == 2 && waits(row));
    bob.until("two unread", listed).await?;
    bob.stops().await;
    let mut bob = comes_back(&world, "Bob", chat).await?;
    bob.until("the place of the message", |s| s.waiting(chat) == 1).await?;
    let mut browser = bob.links(&world, "browser").await?;
    browser.until("the whole mirror", |s| s.mirror.complete).await?;
    browser.opens(chat).await?;
    assert_eq!((browser.screen.texts(chat).len(), browser.screen.waiting(chat)), (1, 0));

    let mut alice = comes_back(&world, "Alice", chat).await?;
    bob.sees(chat, "damaged on the way").await?;
    assert_eq!(bob.screen.texts(chat), ["first", "damaged on the way"]);
    assert_eq!(bob.screen.waiting(chat), 0, "it took its place");
    bob.until("still two unread", |s| s.chats.get(&chat).is_some_and(|row| row.unread == 2 && !waits(row))).await?;
    // The browser was linked after it had passed, and has it all the same.
    browser.sees(chat, "damaged on the way").await?;
    alice.sends(chat, "third").await?;
    bob.sees(chat, "third").await?;
    assert_eq!(bob.screen.texts(chat), ["first", "damaged on the way", "third"], "in its old place");
    let split =
        |notice: &Notice| matches!(notice, Notice::ServerNotTrusted { what } if what.contains("another history"));
    bob.until("being told", |s| s.notices.iter().any(split)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_cannot_be_followed_leads_to_joining_anew() -> Result<()> {
    let mut world = World::new().await?;
    let (mut alice, bob, chat) = acquainted(&world).await?;
    bob.stops().await;
    // The new device joins the chat by a commit, and messages of the next epoch follow.
    let mut browser = alice.links(&world, "browser").await?;
    browser.until("the whole mirror", |s| s.mirror.complete).await?;
    alice.sends(chat, "of the next epoch").await?;
    alice.sees_status(chat, "of the next epoch", MessageStatus::Sent).await?;
    alice.stops().await;
    browser.stops().await;
    world.stop_server().await?;
    damage_newest(&world, COMMIT, 3)?;
    world.start_server().await?;
    let [mut alice, mut bob] = back(&world, chat).await?;
    bob.sees(chat, "of the next epoch").await?;
    bob.sends(chat, "here again").await?;
    alice.sees(chat, "here again").await?;
    bob.sees(chat, "here again").await?;
    assert_eq!(alice.screen.texts(chat), bob.screen.texts(chat));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_whose_key_packages_are_gone_joins_from_outside_and_gets_what_was_said_before() -> Result<()> {
    let world = World::new().await?;
    let mut alice = Person::register(&world, "Alice", ALICE).await?;
    Person::register(&world, "Bob", BOB).await?.stops().await;
    let chat = alice.opens_chat_with(BOB).await?;
    for text in ["first", "second"] {
        alice.sends(chat, text).await?;
        alice.sees_status(chat, text, MessageStatus::Sent).await?;
    }
    // The private halves: no Welcome can be opened.
    let client = Connection::open(world.client_folder("Bob").join("client.db"))?;
    assert!(client.execute("DELETE FROM mls_key WHERE kind = 3", [])? > 0);
    drop(client);
    let mut bob = Person::start(&world, "Bob", Role::Phone)?;
    bob.until("a chat", |s| s.chats.contains_key(&chat)).await?;
    bob.opens(chat).await?;
    bob.sees(chat, "first").await?;
    bob.sees(chat, "second").await?;
    bob.until("nothing that is waited for", |s| s.waiting(chat) == 0).await?;
    bob.sends(chat, "third").await?;
    alice.sees(chat, "third").await?;
    bob.sees(chat, "third").await?;
    assert_eq!(bob.screen.texts(chat), ["first", "second", "third"]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_whose_storage_was_set_back_repairs_itself() -> Result<()> {
    let world = World::new().await?;
    let (mut alice, mut bob, chat) = acquainted(&world).await?;
    let mut browser = alice.links(&world, "browser").await?;
    browser.until("the whole mirror", |s| s.mirror.complete).await?;
    browser.stops().await;
    world.copy_client("browser", "copy")?;

    let mut browser = Person::start(&world, "browser", Role::Companion)?;
    browser.opens(chat).await?;
    browser.sends(chat, "after the copy").await?;
    bob.sees(chat, "after the copy").await?;
    bob.sends(chat, "an answer").await?;
    browser.sees(chat, "an answer").await?;
    browser.does(Command::Refresh).await?;
    browser.stops().await;
    std::fs::remove_dir_all(world.client_folder("browser"))?;
    std::fs::rename(world.client_folder("copy"), world.client_folder("browser"))?;

    let mut browser = Person::start(&world, "browser", Role::Companion)?;
    browser.until("being told", |s| s.notices.contains(&Notice::StorageRolledBack)).await?;
    browser.opens(chat).await?;
    browser.sees(chat, "after the copy").await?;
    browser.sees(chat, "an answer").await?;
    browser.sends(chat, "whole again").await?;
    bob.sees(chat, "whole again").await?;
    alice.opens(chat).await?;
    alice.sees(chat, "whole again").await?;
    browser.sees(chat, "whole again").await?;
    for person in [&browser, &bob, &alice] {
        assert_eq!(person.screen.texts(chat), ["first", "after the copy", "an answer", "whole again"]);
    }
    Ok(())
}
