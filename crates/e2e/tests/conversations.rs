//! Stories of native clients at a real server: talking, linking, mirroring, logging out.

use anyhow::{Context, Result};
use client_api::{ChatId, Command, MessageBody, MessageStatus, Role};
use e2e::{Person, World};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const ALICE: &str = "+4915112345601";
const BOB: &str = "+4915112345602";

#[tokio::test(flavor = "multi_thread")]
async fn two_people_talk_and_the_server_learns_no_word() -> Result<()> {
    let world = World::new().await?;
    let mut alice = Person::register(&world, "Alice Canarysdottir", ALICE).await?;
    let mut bob = Person::register(&world, "Bob", BOB).await?;
    let chat = alice.opens_chat_with(BOB).await?;
    alice.sends(chat, "canary one, héllo").await?;
    let theirs = bob.only_chat().await?;
    bob.sees(theirs, "canary one, héllo").await?;
    bob.sends(theirs, "canary two").await?;
    alice.sees(chat, "canary two").await?;
    bob.sees(theirs, "canary two").await?;
    alice.sees_status(chat, "canary one, héllo", MessageStatus::Delivered).await?;
    assert_eq!(alice.screen.texts(chat), bob.screen.texts(theirs));
    let unread = |person: &Person| person.screen.chats.get(&theirs).map(|row| row.unread);
    assert_eq!(unread(&bob), Some(1));
    let newest = bob.screen.messages.get(&theirs).and_then(|rows| rows.keys().next_back()).context("a message")?.1;
    bob.does(Command::MarkRead { chat: theirs, up_to: newest }).await?;
    alice.sees_status(chat, "canary one, héllo", MessageStatus::Read).await?;
    bob.until("nothing unread", |s| s.chats.get(&theirs).is_some_and(|row| row.unread == 0)).await?;
    for canary in ["canary one", "canary two", "Canarysdottir"] {
        assert!(!world.server_holds(canary)?, "the server holds {canary:?}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_network_that_falls_silent_is_noticed_and_nothing_is_lost() -> Result<()> {
    let mut world = World::new().await?;
    let mut bob = Person::register(&world, "Bob", BOB).await?;
    world.lays_a_line().await?;
    let mut alice = Person::register(&world, "Alice", ALICE).await?;
    let chat = alice.opens_chat_with(BOB).await?;
    alice.sends(chat, "before").await?;
    let theirs = bob.only_chat().await?;
    bob.sees(theirs, "before").await?;

    world.line()?.falls_silent();
    // The system says that something about the network has changed; no socket closes.
    alice.does(Command::CheckConnection).await?;
    alice.until("the connection is gone", |s| s.connection.starts_with("Offline")).await?;
    alice.sends(chat, "into the silence").await?;
    bob.sends(theirs, "meanwhile").await?;

    world.line()?.carries_again();
    alice.does(Command::CheckConnection).await?;
    alice.until("being in step", |s| s.connection == "Online").await?;
    alice.sees(chat, "meanwhile").await?;
    bob.sees(theirs, "into the silence").await?;
    // With a network there is an answer, and nothing changes.
    alice.does(Command::CheckConnection).await?;
    alice.sends(chat, "after").await?;
    alice.sees_status(chat, "after", MessageStatus::Delivered).await?;
    assert_eq!(alice.screen.connection, "Online");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_a_place_is_tried_again_later() -> Result<()> {
    const PLACES: usize = 8;
    let mut world = World::new().await?;
    let mut alice = Person::register(&world, "Alice", ALICE).await?;
    let chat = alice.opens_chat_with(ALICE).await?;
    alice.stops().await;
    world.stop_server().await?;
    world.has_room_for(PLACES);
    world.start_server().await?;
    let address = world.url()?.socket_addrs(|| None)?;
    let mut others = Vec::new();
    for expected in [b"HTTP/1.1 200"; PLACES].into_iter().chain([b"HTTP/1.1 503"]) {
        let mut other = TcpStream::connect(address.as_slice()).await?;
        other.write_all(b"GET /health HTTP/1.1\r\nhost: x\r\n\r\n").await?;
        let mut status = [0; 12];
        other.read_exact(&mut status).await?;
        assert_eq!(&status, expected);
        others.push(other);
    }
    let mut alice = Person::start(&world, "Alice", Role::Phone)?;
    alice.until("told to come back", |s| s.connection.starts_with("Offline")).await?;
    alice.opens(chat).await?;
    alice.sends(chat, "whenever there is room").await?;
    drop(others);
    alice.sees_status(chat, "whenever there is room", MessageStatus::Sent).await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_written_offline_is_sent_in_order_after_a_restart_of_both() -> Result<()> {
    let mut world = World::new().await?;
    let mut alice = Person::register(&world, "Alice", ALICE).await?;
    let mut bob = Person::register(&world, "Bob", BOB).await?;
    let chat = alice.opens_chat_with(BOB).await?;
    alice.sends(chat, "first").await?;
    let theirs = bob.only_chat().await?;
    bob.sees(theirs, "first").await?;
    bob.stops().await;
    world.stop_server().await?;
    for text in ["second", "third", "fourth"] {
        alice.sends(chat, text).await?;
    }
    alice.stops().await;
    world.start_server().await?;
    let mut alice = Person::start(&world, "Alice", Role::Phone)?;
    let mut bob = Person::start(&world, "Bob", Role::Phone)?;
    alice.opens(chat).await?;
    alice.sees_status(chat, "fourth", MessageStatus::Sent).await?;
    bob.opens(theirs).await?;
    bob.sees(theirs, "fourth").await?;
    assert_eq!(bob.screen.texts(theirs), ["first", "second", "third", "fourth"]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_linked_browser_has_the_history_and_talks_with_the_phone_off() -> Result<()> {
    let world = World::new().await?;
    let mut alice = Person::register(&world, "Alice", ALICE).await?;
    let mut bob = Person::register(&world, "Bob", BOB).await?;
    let chat = alice.opens_chat_with(BOB).await?;
    for number in 0..50 {
        alice.sends(chat, &format!("before {number}")).await?;
    }
    alice.sees_status(chat, "before 49", MessageStatus::Sent).await?;
    let theirs = bob.only_chat().await?;
    bob.sees(theirs, "before 49").await?;

    let mut browser = alice.links(&world, "browser").await?;
    browser.until("the whole mirror", |s| s.mirror.complete).await?;
    assert_eq!(browser.only_chat().await?, chat);
    assert_eq!(browser.screen.texts(chat), alice.screen.texts(chat));

    alice.stops().await;
    browser.sends(chat, "from the browser").await?;
    bob.sees(theirs, "from the browser").await?;
    bob.sends(theirs, "to both").await?;
    browser.sees(chat, "to both").await?;
    let mut alice = Person::start(&world, "Alice", Role::Phone)?;
    alice.opens(chat).await?;
    alice.sees(chat, "to both").await?;
    assert_eq!(alice.screen.texts(chat), browser.screen.texts(chat));

    let device = browser.screen.devices.iter().find(|row| row.this).context("the list holds the browser")?.device;
    alice.does(Command::UnlinkDevice { device }).await?;
    browser.until("being logged out", |s| s.stage.starts_with("LoggedOut") || s.stage == "Linking").await?;
    alice.sends(chat, "after the log-out").await?;
    alice.sees_status(chat, "after the log-out", MessageStatus::Sent).await?;
    bob.sees(theirs, "after the log-out").await
}

/// When an own message was delivered and read, as its screen says.
fn steps_of(person: &Person, chat: ChatId, text: &str) -> Result<(u64, u64)> {
    let rows = person.screen.messages.get(&chat).context("the chat is open")?;
    let row =
        rows.values().find(|row| row.body == MessageBody::Text(text.to_owned())).context("the message is there")?;
    Ok((row.delivered_ms, row.read_ms))
}

#[tokio::test(flavor = "multi_thread")]
async fn when_a_message_was_delivered_and_read_is_the_same_on_all_devices_whoever_links_what() -> Result<()> {
    let world = World::new().await?;
    let mut alice = Person::register(&world, "Alice", ALICE).await?;
    let mut bob = Person::register(&world, "Bob", BOB).await?;
    let chat = alice.opens_chat_with(BOB).await?;
    alice.sends(chat, "read").await?;
    let theirs = bob.only_chat().await?;
    bob.sees(theirs, "read").await?;
    let newest = bob.screen.messages.get(&theirs).and_then(|rows| rows.keys().next_back()).context("a message")?.1;
    bob.does(Command::MarkRead { chat: theirs, up_to: newest }).await?;
    alice.sees_status(chat, "read", MessageStatus::Read).await?;
    alice.sends(chat, "delivered").await?;
    alice.sees_status(chat, "delivered", MessageStatus::Delivered).await?;
    let (read, delivered) = (steps_of(&alice, chat, "read")?, steps_of(&alice, chat, "delivered")?);
    assert!(0 < read.0 && read.0 <= read.1 && read.1 <= delivered.0, "{read:?} {delivered:?}");
    assert_eq!(delivered.1, 0);

    let mut bobs_browser = bob.links(&world, "Bob's browser").await?;
    bobs_browser.until("the whole mirror", |s| s.mirror.complete).await?;
    let mut browser = alice.links(&world, "browser").await?;
    browser.until("the whole mirror", |s| s.mirror.complete).await?;
    alice.sends(chat, "later").await?;
    alice.sees_status(chat, "later", MessageStatus::Delivered).await?;
    assert_eq!(browser.only_chat().await?, chat);
    browser.sees_status(chat, "later", MessageStatus::Delivered).await?;
    for person in [&alice, &browser] {
        let steps = (steps_of(person, chat, "read")?, steps_of(person, chat, "delivered")?);
        assert_eq!(steps, (read, delivered), "on {}", person.name);
    }
    Ok(())
}
