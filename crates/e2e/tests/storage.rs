//! What becomes of the messages in a browser: its storage is full, its database is of a newer version, its device was logged out.

use anyhow::{Context, Result, ensure};
use e2e::browser::{Browser, NARROW, Setup, WIDE};
use e2e::{Person, World};
use rusqlite::Connection;
use serde_json::json;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

const ALICE: &str = "+4915112345601";
const BOB: &str = "+4915112345602";

/// Browsers reserve some megabytes ahead: so many large messages do not fit into them.
const LARGE_MESSAGES_MAX: u32 = 200;
const LARGE_LEN: usize = 60_000;

#[tokio::test(flavor = "multi_thread")]
async fn a_full_storage_is_said_and_nothing_is_lost_and_it_goes_on_with_room() -> Result<()> {
    let world = World::new().await?;
    let alice = Browser::phone(&world, "Alice", ALICE).await?;
    let mut bob = Person::register(&world, "Bob", BOB).await?;
    alice.starts_chat(BOB, "Bob").await?;
    alice.writes("before").await?;
    alice.sees_status("before", "delivered").await?;
    let chat = bob.only_chat().await?;

    let debugger = alice.debugger().await?;
    let origin = world.url()?.origin().ascii_serialization();
    let quota = |bytes: Option<u32>| {
        let mut wish = json!({ "origin": origin });
        if let Some(bytes) = bytes {
            wish["quotaSize"] = bytes.into();
        }
        Some(wish)
    };
    debugger.send("Storage.overrideQuotaForOrigin", quota(Some(1))).await?;
    let mut written = 0;
    while writes_at_once(&alice, &large(written + 1)).await? {
        written += 1;
        ensure!(written < LARGE_MESSAGES_MAX, "there was room for everything");
        alice
            .finds_true(&format!("!document.querySelector('[data-testid=composer-input]') || {}", shown(written)))
            .await?;
    }
    alice.sees("[data-testid=stage][data-stage=unsupported][data-reason=storage-full]").await?;
    alice.sees_text("stage", "Free some space").await?;
    alice.is_accessible("the full storage").await?;
    let unsent = alice.reads_all("unsent-text").await?;

    debugger.send("Storage.overrideQuotaForOrigin", quota(None)).await?;
    alice.clicks("plain-action").await?;
    alice.comes_to("active").await?;
    alice.opens_chat("Bob").await?;
    alice.writes("after").await?;
    bob.sees(chat, "after").await?;
    let kept = if unsent.is_empty() { written } else { written - 1 };
    ensure!(unsent.iter().all(|text| *text == large(written)), "what was not sent is shown whole");
    let expected = |kept: u32| -> Vec<String> {
        ["before".to_owned()].into_iter().chain((1..=kept).map(large)).chain(["after".to_owned()]).collect()
    };
    let arrived = bob.screen.texts(chat);
    ensure!(
        arrived == expected(kept),
        "{} messages arrived, {} of {written} shown as unsent",
        arrived.len(),
        unsent.len()
    );
    alice.closes().await
}

fn large(number: u32) -> String {
    format!("{number} {}", "x".repeat(LARGE_LEN))
}

/// In the page: the large message is in the conversation.
fn shown(number: u32) -> String {
    format!(
        "[...document.querySelectorAll('[data-testid=message-text]')].some(text => text.textContent.startsWith('{number} x'))"
    )
}

/// The composer may be gone in the next moment: this waits for nothing, and says whether it was there.
async fn writes_at_once(browser: &Browser, text: &str) -> Result<bool> {
    browser
        .evaluates::<bool>(&format!(
            "(() => {{
                const field = document.querySelector('[data-testid=composer-input]');
                if (!field) return false;
                field.value = {text:?};
                field.dispatchEvent(new Event('input', {{ bubbles: true }}));
                field.form.requestSubmit();
                return true;
            }})()"
        ))
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_of_a_newer_version_is_left_alone_and_the_page_says_so() -> Result<()> {
    let world = World::new().await?;
    let alice = Browser::phone(&world, "Alice", ALICE).await?;
    alice.clicks("new-chat").await?;
    alice.clicks("notes").await?;
    alice.writes("written by this version").await?;
    alice.sees_status("written by this version", "read").await?;
    alice.closes().await?;

    let profile = world.client_folder("profile of phone of Alice");
    let kept = database_files(&profile)?;
    for (path, bytes) in with_version(&kept, 4_000)? {
        std::fs::write(path, bytes)?;
    }
    let newer = database_files(&profile)?;
    let alice = Browser::phone_with(&world, "Alice", &Setup::chromium(NARROW)).await?;
    alice.sees("[data-testid=stage][data-stage=unsupported][data-reason=newer-database]").await?;
    alice.sees_text("stage", "Nothing was changed").await?;
    alice.is_accessible("a newer database").await?;
    alice.closes().await?;
    // SQLite gives back the empty log beside it, which holds nothing.
    ensure!(database_files(&profile)?.get("client.db") == newer.get("client.db"), "it was touched");

    // As after an update to the version that wrote it.
    for (path, bytes) in kept.into_values() {
        std::fs::write(path, bytes)?;
    }
    let alice = Browser::phone_with(&world, "Alice", &Setup::chromium(NARROW)).await?;
    alice.opens_chat("written by this version").await?;
    alice.closes().await
}

/// The files of a database in a closed browser's profile, with what they hold, by SQLite's names for them. Each begins with a
/// sector that names it.
type Files = BTreeMap<String, (PathBuf, Vec<u8>)>;

const SECTOR_LEN: usize = 4_096;

fn database_files(folder: &Path) -> Result<Files> {
    let mut files = Files::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            files.extend(database_files(&entry.path())?);
        } else if entry.file_type()?.is_file() {
            let bytes = std::fs::read(entry.path())?;
            let name = bytes.get(..SECTOR_LEN).and_then(|sector| sector.split(|byte| *byte == 0).next());
            let name = name.and_then(|name| std::str::from_utf8(name).ok()).unwrap_or_default().trim_start_matches('/');
            if name.starts_with("client.db") {
                files.insert(name.to_owned(), (entry.path(), bytes));
            }
        }
    }
    Ok(files)
}

/// The same database as a later version of the program would leave it.
fn with_version(files: &Files, version: u32) -> Result<Vec<(PathBuf, Vec<u8>)>> {
    let folder = tempfile::tempdir()?;
    for (name, (_, bytes)) in files {
        std::fs::write(folder.path().join(name), bytes.get(SECTOR_LEN..).context("it has a first sector")?)?;
    }
    let database = Connection::open(folder.path().join("client.db"))?;
    database.pragma_update(None, "user_version", version)?;
    // Closing it brings all into the one file.
    database.close().map_err(|(_, error)| error)?;
    files
        .iter()
        .map(|(name, (path, bytes))| {
            let mut new = bytes.get(..SECTOR_LEN).context("it has a first sector")?.to_vec();
            if name == "client.db" {
                new.extend(std::fs::read(folder.path().join(name))?);
            }
            Ok((path.clone(), new))
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_that_was_logged_out_while_closed_wipes_itself_at_its_next_contact() -> Result<()> {
    let world = World::new().await?;
    let phone = Browser::phone(&world, "Alice", ALICE).await?;
    let mut bob = Person::register(&world, "Bob", BOB).await?;
    let chat = bob.opens_chat_with(ALICE).await?;
    bob.sends(chat, "canary of the closed browser").await?;
    phone.sees_text("chat-preview", "canary of the closed browser").await?;
    let browser = Browser::companion(&world, "Alice").await?;
    browser.links_by_text(&phone).await?;
    browser.is_mirrored().await?;
    browser.sees_text("chat-preview", "canary of the closed browser").await?;
    browser.closes().await?;
    phone.clicks("unlink").await?;
    phone.clicks("confirm-yes").await?;
    phone.hides("unlink").await?;
    phone.closes().await?;

    let folder = "profile of companion of Alice";
    ensure!(world.client_holds(folder, "canary of the closed browser")?, "it is kept until then");
    let browser = Browser::start(&world, "companion of Alice", "/", &Setup::chromium(WIDE)).await?;
    browser.comes_to("logged-out").await?;
    browser.sees_text("stage", "Your messages were removed from here").await?;
    browser.clicks("plain-action").await?;
    browser.comes_to("linking").await?;
    browser.closes().await?;
    ensure!(!world.client_holds(folder, "canary of the closed browser")?, "the message is left in the browser");
    Ok(())
}
