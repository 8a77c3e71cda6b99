//! Keys that were used long enough are replaced: those of the own leaf in a chat, and the key package of last resort.

use anyhow::{Context, Result, bail};
use client_api::{ChatId, Command, MessageStatus, Role};
use e2e::{Person, World};
use rusqlite::{Connection, OptionalExtension};
use std::time::Duration;

const ALICE: &str = "+4915112345641";
const BOB: &str = "+4915112345642";
const CAROL: &str = "+4915112345643";

/// Longer than a chat must have been quiet.
const QUIET: Duration = Duration::from_secs(11);
/// How often a condition on the server is looked at, and how long it may take.
const LOOK_EVERY: Duration = Duration::from_millis(20);
const PATIENCE: Duration = Duration::from_secs(30);

fn database(world: &World) -> Result<Connection> {
    Ok(Connection::open(world.server_data().join("heliograph.db"))?)
}

fn epoch(world: &World, chat: ChatId) -> Result<u64> {
    Ok(database(world)?.query_row("SELECT epoch FROM chat_group WHERE chat = ?1", [chat.0], |row| row.get(0))?)
}

/// Waits until the chat's group is in an epoch.
async fn reaches(world: &World, chat: ChatId, wanted: u64) -> Result<()> {
    let wait = async {
        let mut looks = tokio::time::interval(LOOK_EVERY);
        while epoch(world, chat)? < wanted {
            looks.tick().await;
        }
        Ok(())
    };
    match tokio::time::timeout(PATIENCE, wait).await {
        Ok(result) => result,
        Err(_) => bail!("the chat stays in epoch {}", epoch(world, chat)?),
    }
}

async fn talks(from: &mut Person, to: &mut Person, chat: ChatId, text: &str) -> Result<()> {
    from.sends(chat, text).await?;
    to.sees(chat, text).await?;
    from.sees_status(chat, text, MessageStatus::Delivered).await
}

/// Alice has begun a chat with Bob, whose phone came into it by a key package.
async fn acquainted(world: &World) -> Result<(Person, Person, ChatId)> {
    let mut alice = Person::register(world, "Alice", ALICE).await?;
    let mut bob = Person::register(world, "Bob", BOB).await?;
    let chat = alice.opens_chat_with(BOB).await?;
    alice.sends(chat, "first").await?;
    assert_eq!(bob.only_chat().await?, chat);
    bob.sees(chat, "first").await?;
    alice.sees_status(chat, "first", MessageStatus::Delivered).await?;
    Ok((alice, bob, chat))
}

#[tokio::test(flavor = "multi_thread")]
async fn who_came_by_a_key_package_takes_new_keys_when_it_has_spoken_and_the_chat_is_quiet() -> Result<()> {
    let world = World::new().await?;
    let (mut alice, mut bob, chat) = acquainted(&world).await?;
    let begun = epoch(&world, chat)?;
    // Who only reads changes nothing, and who began the chat has fresh keys anyway.
    bob.lets_pass(QUIET).await?;
    talks(&mut alice, &mut bob, chat, "second").await?;
    alice.lets_pass(QUIET).await?;
    talks(&mut bob, &mut alice, chat, "an answer").await?;
    assert_eq!(epoch(&world, chat)?, begun, "the chat is not quiet yet");
    let newest = alice.screen.messages.get(&chat).and_then(|rows| rows.keys().next_back()).context("a row")?.1;
    alice.does(Command::MarkRead { chat, up_to: newest }).await?;
    bob.sees_status(chat, "an answer", MessageStatus::Read).await?;
    bob.lets_pass(QUIET).await?;
    reaches(&world, chat, begun + 1).await?;
    talks(&mut alice, &mut bob, chat, "in the new epoch").await?;
    // Read marks of before are still understood after: as the server gives them to a device that starts.
    bob.stops().await;
    let forgotten = Connection::open(world.client_folder("Bob").join("client.db"))?.execute("DELETE FROM mark", [])?;
    assert!(forgotten > 0, "there were marks");
    let mut bob = Person::start(&world, "Bob", Role::Phone)?;
    bob.opens(chat).await?;
    bob.sees_status(chat, "an answer", MessageStatus::Read).await?;
    talks(&mut bob, &mut alice, chat, "here too").await?;
    // The clock of who started again is behind by what was let pass.
    bob.lets_pass(4 * QUIET).await?;
    bob.does(Command::Refresh).await?;
    alice.lets_pass(QUIET).await?;
    talks(&mut alice, &mut bob, chat, "and again").await?;
    // Behind whatever he has begun.
    talks(&mut bob, &mut alice, chat, "and once more").await?;
    assert_eq!(epoch(&world, chat)?, begun + 1, "new keys once");

    // A month later, and each only where it writes.
    bob.lets_pass(Duration::from_secs(31 * 24 * 3_600)).await?;
    talks(&mut bob, &mut alice, chat, "a month later").await?;
    bob.lets_pass(QUIET).await?;
    reaches(&world, chat, begun + 2).await?;
    talks(&mut alice, &mut bob, chat, "the end").await?;
    assert_eq!(alice.screen.texts(chat), bob.screen.texts(chat));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn new_keys_that_meet_a_burst_of_messages_lose_none_of_them() -> Result<()> {
    let world = World::new().await?;
    let (mut alice, mut bob, chat) = acquainted(&world).await?;
    let begun = epoch(&world, chat)?;
    talks(&mut bob, &mut alice, chat, "an answer").await?;
    bob.lets_pass(QUIET).await?;
    for number in 0..20 {
        alice.sends(chat, &format!("from Alice {number}")).await?;
        bob.sends(chat, &format!("from Bob {number}")).await?;
    }
    for person in [&mut alice, &mut bob] {
        for name in ["Alice", "Bob"] {
            person.sees(chat, &format!("from {name} 19")).await?;
        }
    }
    alice.sees_status(chat, "from Alice 19", MessageStatus::Delivered).await?;
    bob.sees_status(chat, "from Bob 19", MessageStatus::Delivered).await?;
    assert_eq!(alice.screen.texts(chat), bob.screen.texts(chat));
    assert_eq!(alice.screen.texts(chat).len(), 42, "each once");
    bob.lets_pass(QUIET).await?;
    reaches(&world, chat, begun + 1).await
}

fn last_resort(world: &World, number: &str) -> Result<Option<Vec<u8>>> {
    let sql = "SELECT k.bytes FROM key_package k JOIN number n ON n.account = k.account
               WHERE n.number = ?1 AND k.last_resort = 1";
    Ok(database(world)?.query_row(sql, [number], |row| row.get(0)).optional()?)
}

fn use_up_key_packages(world: &World, number: &str) -> Result<()> {
    let sql = "DELETE FROM key_package WHERE last_resort = 0
               AND account = (SELECT account FROM number WHERE number = ?1)";
    assert!(database(world)?.execute(sql, [number])? > 0, "there were key packages");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_key_package_of_last_resort_is_replaced_after_use() -> Result<()> {
    let world = World::new().await?;
    let mut alice = Person::register(&world, "Alice", ALICE).await?;
    let mut carol = Person::register(&world, "Carol", CAROL).await?;
    let bob = Person::register(&world, "Bob", BOB).await?;
    bob.stops().await;
    let first = last_resort(&world, BOB)?.context("a phone leaves one on the server")?;
    use_up_key_packages(&world, BOB)?;
    // Two chats begin with the same package while he is away.
    let with_bob = alice.opens_chat_with(BOB).await?;
    alice.sends(with_bob, "from Alice").await?;
    alice.sees_status(with_bob, "from Alice", MessageStatus::Sent).await?;
    let with_bob_too = carol.opens_chat_with(BOB).await?;
    carol.sends(with_bob_too, "from Carol").await?;
    carol.sees_status(with_bob_too, "from Carol", MessageStatus::Sent).await?;
    assert_eq!(last_resort(&world, BOB)?.as_ref(), Some(&first), "it serves more than once");
    // In the first hour it would stay. (A clock that is put forward makes packages that the server takes for those of the future.)
    let sql = "UPDATE this SET last_resort_put_ms = last_resort_put_ms - 3600000";
    Connection::open(world.client_folder("Bob").join("client.db"))?.execute(sql, [])?;
    let mut bob = Person::start(&world, "Bob", Role::Phone)?;
    bob.until("two chats", |s| s.chats.len() == 2).await?;
    for (chat, text) in [(with_bob, "from Alice"), (with_bob_too, "from Carol")] {
        bob.opens(chat).await?;
        bob.sees(chat, text).await?;
    }
    // What it put on the server is answered before it stops.
    bob.stops().await;
    let second = last_resort(&world, BOB)?.context("there is one again")?;
    assert_ne!(first, second);
    Ok(())
}
