//! Databases of earlier versions, kept for ever: a whole small world, stopped in the middle of its work, one compressed file for each of
//! its files. Owns where they lie, how they are kept, and the story that they tell.

use crate::{Person, World};
use anyhow::{Context, Result, bail, ensure};
use client_api::{Answer, ChatId, ChatRow, Command, MessageStatus, Role, SearchQuery};
use ruzstd::decoding::StreamingDecoder;
use ruzstd::encoding::{CompressionLevel, compress_to_vec};
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

const ALICE: &str = "+4915112345601";
const BOB: &str = "+4915112345602";
const CAROL: &str = "+4915112345603";
/// What is made anew: locks, and SQLite's map of its log.
const NOT_KEPT: [&str; 2] = [".lock", "-shm"];
/// Added to a file's name.
const SUFFIX: &str = ".zst";
/// What Bob and Alice have said, and what Alice wrote when the server had gone.
const SAID: [&str; 4] = ["Good morning, Bob", "مرحبا Alice", "Are you coming tonight?", "Yes, at eight 🌞"];
const UNSENT: &str = "written when the server had gone";
const DRAFT: &str = "I will bring";

/// The folders of all samples, oldest first.
pub fn all() -> Result<Vec<PathBuf>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples");
    let entries = fs::read_dir(&folder).with_context(|| format!("no samples in {}", folder.display()))?;
    let mut found = Vec::new();
    for entry in entries {
        let path = entry?.path();
        // Beside them lie samples of files that people send.
        if let Some(number) = path.file_name().and_then(|name| name.to_str()?.parse::<u32>().ok()) {
            found.push((number, path));
        }
    }
    found.sort();
    Ok(found.into_iter().map(|(_, path)| path).collect())
}

/// Lives the story, and keeps it as a new sample.
pub async fn make(number: u32) -> Result<PathBuf> {
    let to = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples").join(number.to_string());
    ensure!(!to.exists(), "a sample is never made again; take the next number");
    let mut world = World::new().await?;
    let mut alice = Person::register(&world, "Alice", ALICE).await?;
    let mut bob = Person::register(&world, "Bob", BOB).await?;
    let mut carol = Person::register(&world, "Carol", CAROL).await?;
    let chat = alice.opens_chat_with(BOB).await?;
    let mut theirs = None;
    for (number, text) in SAID.into_iter().enumerate() {
        if number % 2 == 0 {
            alice.sends(chat, text).await?;
            let at = match theirs {
                Some(at) => at,
                None => *theirs.insert(bob.only_chat().await?),
            };
            bob.sees(at, text).await?;
        } else {
            bob.sends(theirs.context("Bob was written to")?, text).await?;
            alice.sees(chat, text).await?;
        }
    }
    let bobs = theirs.context("Bob was written to")?;
    let newest = newest(&bob, bobs)?;
    bob.does(Command::MarkRead { chat: bobs, up_to: newest }).await?;
    alice.sees_status(chat, SAID[2], MessageStatus::Read).await?;
    alice.does(Command::SetPinned { chat, pinned: true }).await?;
    let starred = newest_of(&alice, chat, SAID[3])?;
    alice.does(Command::SetStarred { chat, message: starred, starred: true }).await?;
    let to_alice = carol.opens_chat_with(ALICE).await?;
    carol.sends(to_alice, "It is Carol").await?;
    alice.until("Carol's chat", |s| s.chats.len() == 2).await?;
    let mut browser = alice.links(&world, "browser").await?;
    browser.until("the whole mirror", |s| s.mirror.complete).await?;
    alice.drafts(chat, DRAFT).await?;
    browser.until("the draft", |s| s.chats.get(&chat).is_some_and(|row| row.draft == DRAFT)).await?;
    world.stop_server().await?;
    alice.sends(chat, UNSENT).await?;
    for person in [alice, browser, bob, carol] {
        person.stops().await;
    }
    for folder in ["server", "Alice", "browser", "Bob"] {
        keep(&world.folder().join(folder), &to.join(folder))?;
    }
    Ok(to)
}

/// Opens a sample with what is built now, and goes on with the story. A sample lies for years: nothing here may depend on how long.
pub async fn goes_on(sample: &Path) -> Result<()> {
    let world = World::unpacked(|folder| unpack(sample, folder)).await?;
    let mut alice = Person::start(&world, "Alice", Role::Phone)?;
    let mut browser = Person::start(&world, "browser", Role::Companion)?;
    let mut bob = Person::start(&world, "Bob", Role::Phone)?;
    let chat = chat_with(&mut alice, "Bob").await?;
    ensure!(chat_with(&mut browser, "Bob").await? == chat, "a mirror has the chats of its phone");
    let bobs = chat_with(&mut bob, "Alice").await?;
    for person in [&mut alice, &mut browser] {
        let row = row(person, chat)?;
        ensure!(row.pinned && row.draft == DRAFT && row.unread == 2, "{row:?} on {}", person.name);
        let carols = chat_with(person, "Carol").await?;
        ensure!(person.screen.texts(carols) == ["It is Carol"], "what Carol wrote is there on {}", person.name);
        ensure!(person.screen.texts(chat).starts_with(&SAID.map(str::to_owned)), "what was said is there");
        ensure!(person.screen.status_of(chat, SAID[2]) == Some(MessageStatus::Read), "ticks are kept");
        let rows = person.screen.messages.get(&chat).context("the chat is open")?;
        ensure!(rows.values().filter(|row| row.starred).count() == 1, "a star is kept on {}", person.name);
        let starred = SearchQuery { starred: true, ..SearchQuery::default() };
        let words = |words: &str| SearchQuery { words: words.to_owned(), ..SearchQuery::default() };
        for (query, text) in
            [(words("bob good"), SAID[0]), (words("مرح"), SAID[1]), (words("8"), ""), (starred, SAID[3])]
        {
            let Answer::Found(found) = person.does(Command::Search { query, after: None, limit: 9 }).await? else {
                bail!("no messages")
            };
            let texts =
                found.messages.iter().map(|found| found.excerpt.iter().map(|piece| piece.text.as_str()).collect());
            let texts: Vec<String> = texts.collect();
            ensure!(
                texts == Vec::from_iter((!text.is_empty()).then(|| text.to_owned())),
                "{texts:?} on {}",
                person.name
            );
        }
    }
    bob.sees(bobs, UNSENT).await?;
    browser.sees(chat, UNSENT).await?;
    bob.sends(bobs, "after the update").await?;
    // Of two writers nobody knows whose word comes first to a third: the browser has Bob's before it writes.
    for device in [&mut alice, &mut browser] {
        device.sees(chat, "after the update").await?;
    }
    browser.sends(chat, "from the browser").await?;
    bob.sees(bobs, "from the browser").await?;
    let expected: Vec<String> =
        SAID.into_iter().chain([UNSENT, "after the update", "from the browser"]).map(Into::into).collect();
    for (person, chat) in [(&mut alice, chat), (&mut browser, chat), (&mut bob, bobs)] {
        person.sees(chat, "from the browser").await?;
        ensure!(person.screen.texts(chat) == expected, "{:?} on {}", person.screen.texts(chat), person.name);
    }
    // What the phone signs.
    let device = browser.screen.devices.iter().find(|row| row.this).context("the list holds the browser")?.device;
    alice.does(Command::UnlinkDevice { device }).await?;
    browser.until("being logged out", |s| s.stage.starts_with("LoggedOut") || s.stage == "Linking").await?;
    bob.sends(bobs, "to the phone alone").await?;
    alice.sees(chat, "to the phone alone").await
}

/// Opens the chat of this title.
async fn chat_with(person: &mut Person, title: &str) -> Result<ChatId> {
    person.until(&format!("the chat with {title}"), |s| s.chats.values().any(|row| row.title == title)).await?;
    let found = person.screen.chats.values().find(|row| row.title == title).context("it was seen")?.chat;
    person.opens(found).await?;
    Ok(found)
}

fn row(person: &Person, chat: ChatId) -> Result<&ChatRow> {
    person.screen.chats.get(&chat).context("the chat is listed")
}

fn newest(person: &Person, chat: ChatId) -> Result<client_api::MessageId> {
    let rows = person.screen.messages.get(&chat).context("the chat is open")?;
    Ok(rows.keys().next_back().context("it has messages")?.1)
}

fn newest_of(person: &Person, chat: ChatId, text: &str) -> Result<client_api::MessageId> {
    let rows = person.screen.messages.get(&chat).context("the chat is open")?;
    let body = client_api::MessageBody::Text(text.to_owned());
    Ok(rows.values().rfind(|row| row.body == body).context("it was said")?.id)
}

fn keep(from: &Path, to: &Path) -> Result<()> {
    for_each_file(from, to, &|path, to, name| {
        if !NOT_KEPT.iter().any(|end| name.ends_with(end)) {
            let bytes = compress_to_vec(fs::read(path)?.as_slice(), CompressionLevel::Fastest);
            fs::write(to.join(format!("{name}{SUFFIX}")), bytes)?;
        }
        Ok(())
    })
}

fn unpack(from: &Path, to: &Path) -> Result<()> {
    for_each_file(from, to, &|path, to, name| {
        let name = name.strip_suffix(SUFFIX).with_context(|| format!("{name} is no file of a sample"))?;
        let mut bytes = Vec::new();
        StreamingDecoder::new(fs::File::open(path)?)?.read_to_end(&mut bytes)?;
        Ok(fs::write(to.join(name), bytes)?)
    })
}

/// Makes the same folders in `to`; `file` gets each file, the folder that is to hold it there, and its name.
fn for_each_file(from: &Path, to: &Path, file: &dyn Fn(&Path, &Path, &str) -> Result<()>) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let (path, name) = entry.map(|entry| (entry.path(), entry.file_name()))?;
        let name = name.to_str().context("our files have plain names")?;
        if path.is_dir() {
            for_each_file(&path, &to.join(name), file)?;
        } else {
            file(&path, to, name)?;
        }
    }
    Ok(())
}
