//! Backups by hand: the recovery key is shown once and confirmed; another browser restores with it; the account is deleted.

use super::{ALICE, BOB};
use anyhow::{Result, ensure};
use e2e::browser::{Browser, NARROW, NARROWEST};
use e2e::{Person, World};
use std::time::Duration;

/// A dialog that is open is usable by everybody, and on the narrowest screen.
async fn is_sound(browser: &Browser, screen: &str) -> Result<()> {
    browser.shows(screen).await?;
    browser.is_accessible(screen).await?;
    browser.is_resized(NARROWEST).await?;
    browser.fits_the_window(screen).await?;
    browser.is_resized(NARROW).await
}

/// Makes a recovery key, writes it down and turns backups on.
async fn turns_backups_on(phone: &Browser) -> Result<String> {
    phone.clicks("rail-settings").await?;
    phone.sees_text("backup-state", "no backup yet").await?;
    phone.clicks("open-backup").await?;
    is_sound(phone, "backup-dialog").await?;
    phone.clicks("make-key").await?;
    is_sound(phone, "recovery-key").await?;
    let key = phone.reads("recovery-key").await?;
    let groups: Vec<&str> = key.split_whitespace().collect();
    ensure!(groups.iter().map(|group| group.len()).eq([8; 8]), "{} groups", groups.len());
    phone.clicks("wrote-down").await?;
    is_sound(phone, "key-group-3").await?;
    phone.fills("key-group-3", groups.get(2).copied().unwrap_or_default()).await?;
    phone.fills("key-group-7", "12345678").await?;
    phone.clicks("backup-on").await?;
    phone.sees_text("backup-error", "not what was shown").await?;
    phone.clicks("key-again").await?;
    phone.shows("recovery-key").await?;
    phone.clicks("wrote-down").await?;
    phone.fills("key-group-3", groups.get(2).copied().unwrap_or_default()).await?;
    phone.fills("key-group-7", groups.get(6).copied().unwrap_or_default()).await?;
    phone.clicks("backup-on").await?;
    phone.sees_text("backup-status", "Last backed up").await?;
    is_sound(phone, "backup-dialog").await?;
    phone.presses("Escape").await?;
    phone.sees_text("backup-state", "Last backed up").await?;
    Ok(groups.join(" "))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recovery_key_is_written_down_and_brings_the_account_to_another_phone() -> Result<()> {
    let world = World::new().await?;
    let alice = Browser::phone(&world, "Alice", ALICE).await?;
    let mut bob = Person::register(&world, "Bob", BOB).await?;
    let chat = bob.opens_chat_with(ALICE).await?;
    bob.sends(chat, "before the backup").await?;
    alice.sees_text("chat-preview", "before the backup").await?;
    let key = turns_backups_on(&alice).await?;
    alice.closes().await?;

    world.passes_on_the_server(Duration::from_secs(3_600));
    let alice = Browser::new_phone(&world, "Alice again").await?;
    alice.fills("number-input", ALICE).await?;
    alice.clicks("number-next").await?;
    alice.shows("page-code").await?;
    alice.fills("code-input", &world.code_for(ALICE).await?).await?;
    alice.clicks("code-next").await?;
    is_sound(&alice, "page-restore").await?;
    alice.clicks("start-anew").await?;
    is_sound(&alice, "start-anew-dialog").await?;
    alice.clicks("start-anew-no").await?;
    alice.fills("recovery-input", key.get(1..).unwrap_or_default()).await?;
    alice.clicks("restore-next").await?;
    alice.sees_text("form-error", "there are 63").await?;
    // By keys: what was typed has the focus, and Enter sends it.
    alice.fills("recovery-input", &key).await?;
    alice.presses("Enter").await?;
    alice.comes_to("active").await?;
    alice.is_online().await?;
    alice.opens_chat("before the backup").await?;
    alice.sees_text("message-text", "before the backup").await?;
    alice.writes("from the new one").await?;
    bob.sees(chat, "from the new one").await?;
    alice.closes().await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_deleted_by_its_number() -> Result<()> {
    let world = World::new().await?;
    let alice = Browser::phone(&world, "Alice", ALICE).await?;
    alice.clicks("rail-settings").await?;
    alice.clicks("open-delete-account").await?;
    is_sound(&alice, "delete-account-dialog").await?;
    alice.fills("delete-number", BOB).await?;
    alice.clicks("delete-account-yes").await?;
    alice.sees_text("delete-error", "not your number").await?;
    alice.fills("delete-number", ALICE).await?;
    alice.presses("Enter").await?;
    alice.comes_to("logged-out").await?;
    let mut bob = Person::register(&world, "Bob", BOB).await?;
    let found = client_api::Command::AddContact { number: ALICE.into(), name: String::new() };
    ensure!(bob.asks(found).await?.err() == Some(client_api::UserError::NumberUnknown), "nobody has the number");
    alice.closes().await
}
