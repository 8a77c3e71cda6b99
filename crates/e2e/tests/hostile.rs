//! A server that lies: its database is altered under it, as its operator or an intruder could. Nothing that is written
//! afterwards may be read by the wrong device, and the user hears of it.

use anyhow::{Context, Result};
use client_api::{Command, MessageStatus, Notice, Role};
use e2e::{Person, World};
use rusqlite::{Connection, params};

const ALICE: &str = "+4915112345611";
const BOB: &str = "+4915112345612";
const CAROL: &str = "+4915112345613";
const MALLORY: &str = "+4915112345614";

fn database(world: &World) -> Result<Connection> {
    Ok(Connection::open(world.server_data().join("heliograph.db"))?)
}

fn account_of(db: &Connection, number: &str) -> Result<Vec<u8>> {
    Ok(db.query_row("SELECT account FROM number WHERE number = ?1", [number], |row| row.get(0))?)
}

/// The entries of the server's log that are messages of one account in the chat of two with another, and so could be read by whoever has
/// a leaf there.
fn messages_between(db: &Connection, from: &[u8], to: &[u8]) -> Result<u32> {
    let both =
        "SELECT count(*) FROM group_log l JOIN chat_group g ON g.chat = l.chat WHERE l.kind = 1 AND l.account = ?1
                AND (SELECT count(DISTINCT account) FROM member m WHERE m.chat = l.chat AND account IN (?1, ?2)) = 2";
    Ok(db.query_row(both, params![from, to], |row| row.get(0))?)
}

fn is_warned(notices: &[Notice]) -> bool {
    notices.iter().any(|notice| matches!(notice, Notice::ServerNotTrusted { .. }))
}

/// Alice writes to Bob for the first time, after the server has put something of Mallory's in the place of his.
async fn nothing_goes_out_after(swap: impl Fn(&Connection, &[u8], &[u8]) -> Result<()>) -> Result<()> {
    let mut world = World::new().await?;
    for (name, number) in [("Alice", ALICE), ("Bob", BOB), ("Mallory", MALLORY)] {
        Person::register(&world, name, number).await?.stops().await;
    }
    world.stop_server().await?;
    {
        let db = database(&world)?;
        swap(&db, &account_of(&db, BOB)?, &account_of(&db, MALLORY)?)?;
    }
    world.start_server().await?;
    let mut alice = Person::start(&world, "Alice", Role::Phone)?;
    alice.until("being online", |s| s.connection == "Online").await?;
    let chat = alice.opens_chat_with(BOB).await?;
    alice.sends(chat, "for Bob alone").await?;
    alice.sees(chat, "for Bob alone").await?;
    alice.until("a warning", |s| is_warned(&s.notices)).await?;
    assert_eq!(alice.screen.status_of(chat, "for Bob alone"), Some(MessageStatus::Pending));
    // The server has taken nothing of it, so nobody can have read it.
    let db = database(&world)?;
    assert_eq!(messages_between(&db, &account_of(&db, ALICE)?, &account_of(&db, BOB)?)?, 0);
    Ok(())
}

fn swap_key_packages(db: &Connection, victim: &[u8], thief: &[u8]) -> Result<()> {
    db.execute("DELETE FROM key_package WHERE account = ?1", [victim])?;
    let moved = db.execute("UPDATE key_package SET account = ?1 WHERE account = ?2", params![victim, thief])?;
    assert!(moved > 0, "there were key packages to swap");
    Ok(())
}

/// Key packages of another account's device under the wanted device's name.
#[tokio::test(flavor = "multi_thread")]
async fn swapped_key_packages_start_no_chat() -> Result<()> {
    nothing_goes_out_after(swap_key_packages).await
}

/// A device of the server's own making, in a list that its own account key signed, under a person's id.
#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_the_server_added_gets_nothing() -> Result<()> {
    nothing_goes_out_after(|db, victim, thief| {
        let list = "SELECT signed FROM device_list WHERE account = ?1";
        let forged: Vec<u8> = db.query_row(list, [thief], |row| row.get(0))?;
        assert_eq!(db.execute("UPDATE device_list SET signed = ?2 WHERE account = ?1", params![victim, forged])?, 1);
        swap_key_packages(db, victim, thief)
    })
    .await
}

/// A stolen browser was logged out; the server takes the device back and gives out the list of before.
#[tokio::test(flavor = "multi_thread")]
async fn a_list_held_back_lets_no_revoked_device_read() -> Result<()> {
    let mut world = World::new().await?;
    let mut alice = Person::register(&world, "Alice", ALICE).await?;
    let mut bob = Person::register(&world, "Bob", BOB).await?;
    let carol = Person::register(&world, "Carol", CAROL).await?;
    let chat = alice.opens_chat_with(BOB).await?;
    // The second goes behind the keys that the first one brought along: nothing of them is left for later.
    for text in ["hello", "is that you?"] {
        alice.sends(chat, text).await?;
        alice.sees_status(chat, text, MessageStatus::Delivered).await?;
    }
    let with_carol = alice.opens_chat_with(CAROL).await?;
    let mut browser = bob.links(&world, "browser").await?;
    browser.until("the whole mirror", |s| s.mirror.complete).await?;
    let device = browser.screen.devices.iter().find(|row| row.this).context("the list holds the browser")?.device;
    browser.stops().await;
    world.copy_client("browser", "stolen")?;

    let old_list: Vec<u8> = {
        let db = database(&world)?;
        db.query_row("SELECT signed FROM device_list WHERE account = ?1", [account_of(&db, BOB)?], |row| row.get(0))?
    };
    // Alice is away: she hears of the new list, but never gets it.
    alice.stops().await;
    bob.does(Command::UnlinkDevice { device }).await?;
    bob.opens(chat).await?;
    bob.sends(chat, "my browser was stolen").await?;
    bob.sees_status(chat, "my browser was stolen", MessageStatus::Sent).await?;
    // Bob stays away from now on: what is refused is refused by Alice alone.
    bob.stops().await;
    carol.stops().await;
    world.stop_server().await?;
    {
        let db = database(&world)?;
        let account = account_of(&db, BOB)?;
        let version = "UPDATE device_list SET signed = ?2, version = version - 1 WHERE account = ?1";
        assert_eq!(db.execute(version, params![account, old_list])?, 1);
        assert_eq!(db.execute("UPDATE device SET listed = 1 WHERE account = ?1", [&account])?, 2);
    }
    world.start_server().await?;
    let mut thief = Person::start(&world, "stolen", Role::Companion)?;
    thief.until("being let in", |s| s.connection == "Online").await?;
    let mut alice = Person::start(&world, "Alice", Role::Phone)?;
    for chat in [chat, with_carol] {
        alice.opens(chat).await?;
    }
    alice.sees(chat, "my browser was stolen").await?;
    let db = database(&world)?;
    let (from, to) = (account_of(&db, ALICE)?, account_of(&db, BOB)?);
    let before = messages_between(&db, &from, &to)?;
    assert!(before >= 2, "both texts of before are counted");
    alice.sends(chat, "where I hid the key").await?;
    alice.until("a warning", |s| is_warned(&s.notices)).await?;
    // A later message to somebody else is out: the outbox has been gone through.
    alice.sends(with_carol, "Bob's browser is back").await?;
    alice.sees_status(with_carol, "Bob's browser is back", MessageStatus::Sent).await?;
    assert_eq!(alice.screen.status_of(chat, "where I hid the key"), Some(MessageStatus::Pending));
    assert_eq!(messages_between(&db, &from, &to)?, before, "nothing went to Bob's devices");
    thief.opens(chat).await?;
    assert!(!thief.screen.texts(chat).iter().any(|text| text.contains("hid")));
    Ok(())
}
