//! Stories of files: sent, fetched, gone on with after restarts, damaged, deleted, sent on.

use anyhow::{Context, Result, bail};
use client_api::{
    Answer, ChatId, Command, MediaFacts, MediaKind, MediaPlace, MediaTrouble, MessageBody, MessageId, MessageStatus,
    Role,
};
use client_driver::native::MediaError;
use e2e::{Person, World};
use std::fs;
use std::path::{Path, PathBuf};

const ALICE: &str = "+4915112345631";
const BOB: &str = "+4915112345632";
const CAROL: &str = "+4915112345633";
/// Two pieces on the way, and a part of a third.
const SIZE: u64 = 9 * 1024 * 1024 + 77;

fn bytes(size: u64) -> Vec<u8> {
    // Never the same in two places, so that a piece in the wrong one is noticed.
    (0..size).map(|at| (at.wrapping_mul(2_654_435_761) >> 11) as u8).collect()
}

fn facts(kind: MediaKind, size: u64) -> MediaFacts {
    let (mime, name) = ("application/zip".to_owned(), "plans.zip".to_owned());
    let (preview, waveform) = (Vec::new(), Vec::new());
    MediaFacts { kind, mime, name, size, width: 0, height: 0, duration_ms: 0, preview, waveform }
}

fn file(world: &World, size: u64) -> Result<PathBuf> {
    let path = world.folder().join(format!("plans-{size}"));
    fs::write(&path, bytes(size))?;
    Ok(path)
}

async fn pair(world: &World) -> Result<(Person, Person, ChatId)> {
    let mut alice = Person::register(world, "Alice", ALICE).await?;
    let mut bob = Person::register(world, "Bob", BOB).await?;
    let chat = alice.opens_chat_with(BOB).await?;
    alice.sends(chat, "hello").await?;
    assert_eq!(bob.only_chat().await?, chat);
    bob.sees(chat, "hello").await?;
    Ok((alice, bob, chat))
}

async fn downloads(person: &mut Person, chat: ChatId, message: MessageId) -> Result<Vec<u8>> {
    person.until("the message", |s| s.file_of(chat, message).is_some()).await?;
    person.does(Command::DownloadMedia { chat, message }).await?;
    person.sees_file(chat, message, MediaPlace::Here).await?;
    Ok(person.reads_file(chat, message).await?)
}

/// The files of a folder that hold what messages carry, and not a database.
fn kept(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder.join("media"))?;
    Ok(entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?)
}

/// The largest file below a folder: the blob, in a server's data.
fn largest(folder: &Path) -> Result<PathBuf> {
    let (mut found, mut folders) = ((0, None), vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let (kind, len) = (entry.file_type()?, entry.metadata()?.len());
            if kind.is_dir() {
                folders.push(entry.path());
            } else if len > found.0 {
                found = (len, Some(entry.path()));
            }
        }
    }
    found.1.context("a file")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_arrives_byte_for_byte_on_all_devices_also_on_one_linked_later() -> Result<()> {
    let world = World::new().await?;
    let (mut alice, mut bob, chat) = pair(&world).await?;
    let mut browser = bob.links(&world, "browser").await?;
    browser.until("the whole mirror", |s| s.mirror.complete).await?;
    browser.opens(chat).await?;
    let path = file(&world, SIZE)?;
    let message = alice.sends_file(chat, &path, facts(MediaKind::Document, SIZE), "the plans").await?;
    // It is kept: the original may go.
    fs::remove_file(&path)?;
    alice.sees_status(chat, "the plans", MessageStatus::Sent).await?;
    assert_eq!(alice.screen.file_of(chat, message), Some(MediaPlace::Here));
    assert_eq!(alice.reads_file(chat, message).await?, bytes(SIZE));

    bob.sees(chat, "the plans").await?;
    assert_eq!(bob.screen.file_of(chat, message), Some(MediaPlace::There), "a document waits to be asked for");
    assert!(matches!(bob.reads_file(chat, message).await, Err(MediaError::NotHere)));
    assert_eq!(downloads(&mut bob, chat, message).await?, bytes(SIZE));
    assert_eq!(downloads(&mut browser, chat, message).await?, bytes(SIZE));

    let mut later = bob.links(&world, "later").await?;
    later.until("the whole mirror", |s| s.mirror.complete).await?;
    later.opens(chat).await?;
    later.sees(chat, "the plans").await?;
    assert_eq!(later.screen.file_of(chat, message), Some(MediaPlace::There));
    assert_eq!(downloads(&mut later, chat, message).await?, bytes(SIZE));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photo_comes_by_itself() -> Result<()> {
    let world = World::new().await?;
    let (mut alice, mut bob, chat) = pair(&world).await?;
    let path = file(&world, 70_000)?;
    let message = alice.sends_file(chat, &path, facts(MediaKind::Photo, 70_000), "").await?;
    bob.sees_file(chat, message, MediaPlace::Here).await?;
    assert_eq!(bob.reads_file(chat, message).await?, bytes(70_000));
    let last = bob.screen.chats.get(&chat).and_then(|row| row.last.clone()).context("a last message")?;
    assert_eq!((last.media, last.preview.as_str()), (Some(MediaKind::Photo), ""));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_goes_on_after_restarts_of_both_sides() -> Result<()> {
    let mut world = World::new().await?;
    let (mut alice, mut bob, chat) = pair(&world).await?;
    let path = file(&world, SIZE)?;
    let message = alice.sends_file(chat, &path, facts(MediaKind::Document, SIZE), "the plans").await?;
    alice
        .until("a piece at the server", |s| match s.file_of(chat, message) {
            Some(MediaPlace::Uploading { done }) => done > 0,
            place => place == Some(MediaPlace::Here),
        })
        .await?;
    alice.stops().await;
    let mut alice = Person::start(&world, "Alice", Role::Phone)?;
    alice.until("the chat list", |s| s.listed).await?;
    world.stop_server().await?;
    alice.opens(chat).await?;
    alice.sends(chat, "written without a server").await?;
    world.start_server().await?;
    alice.sees_status(chat, "the plans", MessageStatus::Sent).await?;
    bob.sees(chat, "the plans").await?;
    bob.sees(chat, "written without a server").await?;
    assert_eq!(downloads(&mut bob, chat, message).await?, bytes(SIZE));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_blob_is_said_and_a_missing_one_too() -> Result<()> {
    let world = World::new().await?;
    let (mut alice, mut bob, chat) = pair(&world).await?;
    let path = file(&world, SIZE)?;
    let message = alice.sends_file(chat, &path, facts(MediaKind::Document, SIZE), "the plans").await?;
    bob.sees(chat, "the plans").await?;
    let blob = largest(&world.server_data())?;
    let whole = fs::read(&blob)?;
    assert!(whole.len() as u64 > SIZE, "it is the blob");
    let mut damaged = whole.clone();
    *damaged.get_mut(5_000_000).context("a byte")? ^= 1;
    fs::write(&blob, &damaged)?;
    bob.does(Command::DownloadMedia { chat, message }).await?;
    bob.sees_file(chat, message, MediaPlace::Stopped(MediaTrouble::Damaged)).await?;
    assert!(matches!(bob.reads_file(chat, message).await, Err(MediaError::NotHere)));
    fs::write(&blob, &whole)?;
    assert_eq!(downloads(&mut bob, chat, message).await?, bytes(SIZE));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_deleted_for_everyone_loses_its_bytes_on_all_devices() -> Result<()> {
    let world = World::new().await?;
    let (mut alice, mut bob, chat) = pair(&world).await?;
    let path = file(&world, 70_000)?;
    let message = alice.sends_file(chat, &path, facts(MediaKind::Photo, 70_000), "not for long").await?;
    bob.sees_file(chat, message, MediaPlace::Here).await?;
    let folders = ["Alice", "Bob"].map(|name| world.client_folder(name));
    for folder in &folders {
        assert_eq!(kept(folder)?.len(), 1);
    }
    alice.does(Command::DeleteMessages { chat, messages: vec![message], for_everyone: true }).await?;
    for person in [&mut alice, &mut bob] {
        let is_deleted = |row: &client_api::MessageRow| row.id == message && row.body == MessageBody::Deleted;
        person
            .until("the deletion", |s| s.messages.get(&chat).is_some_and(|rows| rows.values().any(is_deleted)))
            .await?;
        assert_eq!(person.screen.file_of(chat, message), None);
    }
    // The drop follows the commit; a client that has ended has done it.
    alice.does(Command::AwaitSent).await?;
    alice.stops().await;
    bob.stops().await;
    for folder in &folders {
        assert_eq!(kept(folder)?.len(), 0);
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_sent_on_without_another_upload() -> Result<()> {
    let world = World::new().await?;
    let (mut alice, mut bob, chat) = pair(&world).await?;
    let mut carol = Person::register(&world, "Carol", CAROL).await?;
    let path = file(&world, 70_000)?;
    let message = alice.sends_file(chat, &path, facts(MediaKind::Photo, 70_000), "look").await?;
    bob.sees_file(chat, message, MediaPlace::Here).await?;
    let onward = bob.opens_chat_with(CAROL).await?;
    let to = vec![(onward, None)];
    assert_eq!(bob.does(Command::ForwardMessages { chat, messages: vec![message], to }).await?, Answer::Done);
    let theirs = carol.only_chat().await?;
    carol.sees(theirs, "look").await?;
    let rows = carol.screen.messages.get(&theirs).context("rows")?;
    let row = rows.values().find(|row| row.attachment.is_some()).context("the file")?;
    assert!(row.forwarded);
    let id = row.id;
    carol.sees_file(theirs, id, MediaPlace::Here).await?;
    assert_eq!(carol.reads_file(theirs, id).await?, bytes(70_000));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_not_what_was_said_is_not_sent() -> Result<()> {
    let world = World::new().await?;
    let (mut alice, _bob, chat) = pair(&world).await?;
    let path = file(&world, 100)?;
    let Err(refused) = alice.sends_file(chat, &path, facts(MediaKind::Document, 101), "never").await else {
        bail!("it was sent")
    };
    assert!(format!("{refused:#}").contains("cannot be read"), "{refused:#}");
    alice.until("no message", |s| !s.texts(chat).contains(&"never".to_owned())).await
}
