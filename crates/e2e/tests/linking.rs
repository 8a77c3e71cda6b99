//! Linking with native clients: what can go wrong on the way, and that the mirror is whole whatever goes on meanwhile.

use anyhow::{Context, Result};
use client_api::{
    ChatId, Command, Completeness, LinkFailure, LinkStage, LinkingStage, MessageStatus, MirrorProgress, Notice, Role,
    UserError,
};
use e2e::{Person, World};
use rusqlite::Connection;
use std::time::Duration;

const ALICE: &str = "+4915112345621";
const BOB: &str = "+4915112345622";

async fn fails_with(person: &mut Person, why: LinkFailure) -> Result<()> {
    person
        .until(&format!("{why:?}"), |s| matches!(&s.linking, Some(LinkingStage::Failed(given)) if *given == why))
        .await
}

async fn new_device_fails_with(device: &mut Person, why: LinkFailure) -> Result<()> {
    device.until(&format!("{why:?}"), |s| matches!(&s.link, Some(LinkStage::Failed(given)) if *given == why)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn codes_of_other_things_are_refused_in_words() -> Result<()> {
    let world = World::new().await?;
    let elsewhere = World::new().await?;
    let mut alice = Person::register(&world, "Alice", ALICE).await?;
    let (device, text) = Person::shows_code(&world, "browser").await?;
    let (stranger, foreign) = Person::shows_code(&elsewhere, "stranger").await?;
    let answer = alice.does(Command::ShowContactCode).await?;
    let client_api::Answer::ContactCode(contact) = answer else { anyhow::bail!("{answer:?} is no contact code") };
    let cut = text.get(..text.len() - 9).context("a code is longer")?.to_owned();
    let later = text.replacen("HG1:", "HG2:", 1);
    let cases = [
        ("https://example.org/".to_owned(), UserError::CodeNotOurs),
        (String::new(), UserError::CodeNotOurs),
        ("x".repeat(10_000), UserError::CodeNotOurs),
        (cut, UserError::CodeDamaged),
        (later, UserError::CodeOtherVersion),
        (contact, UserError::CodeOtherKind),
        (foreign, UserError::CodeOtherServer),
    ];
    for (text, expected) in cases {
        let given = alice.asks(Command::ScanLinkCode { text: text.clone(), pasted: true }).await?;
        assert_eq!(given.err(), Some(expected), "{text:?}");
    }
    // As mail programs break it: spaces and line breaks do no harm.
    let broken: String =
        text.chars().enumerate().flat_map(|(at, c)| if at % 40 == 39 { vec![c, '\n', ' '] } else { vec![c] }).collect();
    alice.does(Command::ScanLinkCode { text: format!("  {broken}\r\n"), pasted: true }).await?;
    alice.until("the warning", |s| matches!(s.linking, Some(LinkingStage::Confirm { pasted: true, .. }))).await?;
    let early = alice.asks(Command::ConfirmLink { pin: String::new() }).await?;
    assert_eq!(early.err(), Some(UserError::NotNow), "the button of a pasted code wakes later");
    device.stops().await;
    stranger.stops().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_digits_end_it_after_three_tries_on_both_sides() -> Result<()> {
    let world = World::new().await?;
    let mut alice = Person::register(&world, "Alice", ALICE).await?;
    let (mut device, text) = Person::shows_code(&world, "browser").await?;
    let right = alice.scans(&text).await?;
    let wrong = if right == "0000" { "1111" } else { "0000" };
    for left in [2, 1] {
        device.is_asked_for_digits().await?;
        device.does(Command::EnterLinkDigits { digits: wrong.into() }).await?;
        let told = |s: &e2e::person::Screen| matches!(s.link, Some(LinkStage::EnterDigits { tries_left, wrong: true, .. }) if tries_left == left);
        device.until("another try", told).await?;
        alice
            .until(
                "fewer tries",
                |s| matches!(s.linking, Some(LinkingStage::ShowDigits { tries_left, .. }) if tries_left == left),
            )
            .await?;
    }
    device.does(Command::EnterLinkDigits { digits: wrong.into() }).await?;
    new_device_fails_with(&mut device, LinkFailure::DigitsWrong).await?;
    fails_with(&mut alice, LinkFailure::DigitsWrong).await?;
    assert_eq!(alice.screen.devices.len(), 1, "no device was added");
    // A code is good for one attempt.
    alice.does(Command::ScanLinkCode { text, pasted: false }).await?;
    fails_with(&mut alice, LinkFailure::Expired).await
}

#[tokio::test(flavor = "multi_thread")]
async fn either_side_can_stop_it_and_the_other_hears() -> Result<()> {
    let world = World::new().await?;
    let mut alice = Person::register(&world, "Alice", ALICE).await?;
    let (mut device, text) = Person::shows_code(&world, "browser").await?;
    alice.scans(&text).await?;
    device.is_asked_for_digits().await?;
    device.does(Command::CancelLink).await?;
    fails_with(&mut alice, LinkFailure::CancelledOnDevice).await?;
    device.stops().await;
    let (mut device, text) = Person::shows_code(&world, "another").await?;
    alice.scans(&text).await?;
    device.is_asked_for_digits().await?;
    alice.does(Command::CancelLinking).await?;
    new_device_fails_with(&mut device, LinkFailure::CancelledOnPhone).await
}

/// Longer than a code is on the screen, and half of what a side waits for the other.
const CODE_LIFE: Duration = Duration::from_secs(61);

/// A silence of two minutes, in which the device wakes up for something else before: the end of the code's life, say.
async fn hears_nothing(device: &mut Person) -> Result<()> {
    for _ in 0..2 {
        device.lets_pass(CODE_LIFE).await?;
        // What was due by now is done when this is answered.
        device.does(Command::Refresh).await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_that_goes_away_half_way_is_given_up_after_two_minutes() -> Result<()> {
    let world = World::new().await?;
    let mut alice = Person::register(&world, "Alice", ALICE).await?;
    let (mut device, text) = Person::shows_code(&world, "browser").await?;
    alice.scans(&text).await?;
    device.is_asked_for_digits().await?;
    alice.stops().await;
    hears_nothing(&mut device).await?;
    new_device_fails_with(&mut device, LinkFailure::OtherSideGone).await?;
    // Nothing of it is left in the way of another try.
    let mut alice = Person::start(&world, "Alice", Role::Phone)?;
    alice.until("being online", |s| s.connection == "Online").await?;
    assert_eq!(alice.screen.devices.len(), 1, "no device was added");
    device.does(Command::StartLink { browser: "Firefox".into(), system: "Linux".into() }).await?;
    device.until("a code", |s| matches!(s.link, Some(LinkStage::ShowCode { .. }))).await?;
    let Some(LinkStage::ShowCode { text, .. }) = device.screen.link.clone() else { anyhow::bail!("no code") };
    let digits = alice.scans(&text).await?;
    device.is_asked_for_digits().await?;
    device.does(Command::EnterLinkDigits { digits }).await?;
    device.until("being linked", |s| s.stage == "Active").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_that_goes_away_half_way_is_given_up_after_two_minutes() -> Result<()> {
    let world = World::new().await?;
    let mut alice = Person::register(&world, "Alice", ALICE).await?;
    let (mut device, text) = Person::shows_code(&world, "browser").await?;
    alice.scans(&text).await?;
    device.is_asked_for_digits().await?;
    device.stops().await;
    hears_nothing(&mut alice).await?;
    fails_with(&mut alice, LinkFailure::OtherSideGone).await?;
    assert_eq!(alice.screen.devices.len(), 1, "no device was added");
    alice.links(&world, "another").await?;
    Ok(())
}

/// Waits for another code than this one.
async fn shows_another_code(device: &mut Person, than: &str) -> Result<String> {
    let another = |s: &e2e::person::Screen| matches!(&s.link, Some(LinkStage::ShowCode { text, .. }) if text != than);
    device.until("another code", another).await?;
    let Some(LinkStage::ShowCode { text, .. }) = device.screen.link.clone() else { anyhow::bail!("no code") };
    Ok(text)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_left_the_screen_a_moment_ago_still_links() -> Result<()> {
    let world = World::new().await?;
    let mut alice = Person::register(&world, "Alice", ALICE).await?;
    let (mut device, text) = Person::shows_code(&world, "browser").await?;
    device.lets_pass(CODE_LIFE).await?;
    shows_another_code(&mut device, &text).await?;
    // Whoever scanned it in its last second is reading the warning now.
    let digits = alice.scans(&text).await?;
    device.is_asked_for_digits().await?;
    device.does(Command::EnterLinkDigits { digits }).await?;
    device.until("being linked", |s| s.stage == "Active").await?;
    alice.until("the end of linking", |s| matches!(s.linking, Some(LinkingStage::Done { .. }))).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_two_before_the_one_on_the_screen_has_expired() -> Result<()> {
    let world = World::new().await?;
    let mut alice = Person::register(&world, "Alice", ALICE).await?;
    let (mut device, text) = Person::shows_code(&world, "browser").await?;
    device.lets_pass(CODE_LIFE).await?;
    let next = shows_another_code(&mut device, &text).await?;
    device.lets_pass(CODE_LIFE).await?;
    shows_another_code(&mut device, &next).await?;
    alice.does(Command::ScanLinkCode { text, pasted: false }).await?;
    fails_with(&mut alice, LinkFailure::Expired).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ninth_companion_is_one_too_many() -> Result<()> {
    let world = World::new().await?;
    let mut alice = Person::register(&world, "Alice", ALICE).await?;
    for number in 1..=8 {
        alice.links(&world, &format!("browser {number}")).await?.stops().await;
    }
    let (device, text) = Person::shows_code(&world, "ninth").await?;
    alice.does(Command::ScanLinkCode { text, pasted: false }).await?;
    alice.until("the warning", |s| matches!(s.linking, Some(LinkingStage::Confirm { .. }))).await?;
    alice.does(Command::ConfirmLink { pin: String::new() }).await?;
    fails_with(&mut alice, LinkFailure::TooManyDevices).await?;
    device.stops().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pasted_code_asks_for_the_pin() -> Result<()> {
    let world = World::new().await?;
    let mut alice = Person::register(&world, "Alice", ALICE).await?;
    alice.does(Command::SetPin { pin: "271828".into() }).await?;
    let (device, text) = Person::shows_code(&world, "browser").await?;
    alice.does(Command::ScanLinkCode { text: text.clone(), pasted: true }).await?;
    alice.until("the PIN", |s| matches!(s.linking, Some(LinkingStage::Confirm { pin_needed: true, .. }))).await?;
    for (pin, tries_left) in [("", 2), ("314159", 1), ("314159", 0)] {
        let given = alice.asks(Command::ConfirmLink { pin: pin.into() }).await?;
        assert_eq!(given.err(), Some(UserError::PinWrong { tries_left }));
    }
    alice.until("the end of it", |s| s.linking.is_none()).await?;
    device.stops().await;
    let (device, text) = Person::shows_code(&world, "a third").await?;
    alice.does(Command::ScanLinkCode { text, pasted: true }).await?;
    alice.until("the PIN again", |s| matches!(s.linking, Some(LinkingStage::Confirm { pin_needed: true, .. }))).await?;
    // At once: whoever types the PIN has seen the warning.
    alice.does(Command::ConfirmLink { pin: "271 828".into() }).await?;
    alice.does(Command::CancelLinking).await?;
    device.stops().await;
    let (device, text) = Person::shows_code(&world, "another").await?;
    alice.does(Command::ScanLinkCode { text: text.clone(), pasted: false }).await?;
    alice.until("no PIN", |s| matches!(s.linking, Some(LinkingStage::Confirm { pin_needed: false, .. }))).await?;
    device.stops().await;
    Ok(())
}

/// The texts of a chat on each of two devices, once both have the last one of each writer: whose word the log has
/// last is not decided by who sees it as sent first.
async fn agree(one: &mut Person, other: &mut Person, chat: ChatId, lasts: &[&str]) -> Result<()> {
    for person in [&mut *one, &mut *other] {
        person.opens(chat).await?;
        for last in lasts {
            person.sees(chat, last).await?;
        }
    }
    assert_eq!(one.screen.texts(chat), other.screen.texts(chat));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_mirror_is_whole_though_people_write_while_it_comes() -> Result<()> {
    let world = World::new().await?;
    let mut alice = Person::register(&world, "Alice", ALICE).await?;
    let mut bob = Person::register(&world, "Bob", BOB).await?;
    let chat = alice.opens_chat_with(BOB).await?;
    for number in 0..60 {
        alice.sends(chat, &format!("before {number}")).await?;
    }
    bob.until("a chat", |s| !s.chats.is_empty()).await?;
    bob.opens(chat).await?;
    bob.sees(chat, "before 59").await?;
    let (mut browser, text) = Person::shows_code(&world, "browser").await?;
    let digits = alice.scans(&text).await?;
    browser.is_asked_for_digits().await?;
    browser.does(Command::EnterLinkDigits { digits }).await?;
    for number in 0..40 {
        bob.sends(chat, &format!("meanwhile {number}")).await?;
        alice.sends(chat, &format!("and {number}")).await?;
    }
    browser.until("being linked", |s| s.stage == "Active").await?;
    // A restart in the middle of it changes nothing.
    browser.stops().await;
    let mut browser = Person::start(&world, "browser", Role::Companion)?;
    bob.sends(chat, "the last one").await?;
    bob.sees_status(chat, "the last one", MessageStatus::Sent).await?;
    alice.sees_status(chat, "and 39", MessageStatus::Sent).await?;
    alice.sees(chat, "the last one").await?;
    browser.until("the whole mirror", |s| s.mirror.complete).await?;
    browser.until("its chat", |s| !s.chats.is_empty()).await?;
    agree(&mut browser, &mut alice, chat, &["and 39", "the last one"]).await?;
    assert_eq!(browser.screen.texts(chat).len(), 141);
    assert_eq!(browser.screen.completeness.get(&chat), Some(&Completeness::Complete));
    Ok(())
}

/// The database of a client that does not run.
fn database_of(world: &World, name: &str) -> Result<Connection> {
    Ok(Connection::open(world.client_folder(name).join("client.db"))?)
}

/// The whole story of a mirror's progress: only forward, never beyond the whole, and to its end.
fn is_honest(mirrored: &[MirrorProgress], total: u64) {
    assert!(mirrored.is_sorted_by_key(|progress| progress.messages_done), "it only goes forward: {mirrored:#?}");
    assert!(mirrored.iter().all(|p| p.messages_done <= p.messages_total && p.messages_total == total), "{mirrored:#?}");
    assert!(mirrored.first().is_some_and(|first| first.messages_done == 0 && first.active));
    assert!(mirrored.iter().any(|p| (1..total).contains(&p.messages_done)), "the overview counts: {mirrored:#?}");
    assert!(mirrored.last().is_some_and(|last| last.complete && last.messages_done == total));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mirror_says_how_far_it_is_and_when_it_waits_for_the_phone() -> Result<()> {
    let world = World::new().await?;
    let mut alice = Person::register(&world, "Alice", ALICE).await?;
    let bob = Person::register(&world, "Bob", BOB).await?;
    let chat = alice.opens_chat_with(BOB).await?;
    for number in 0..50 {
        alice.sends(chat, &format!("before {number}")).await?;
    }
    alice.sees_status(chat, "before 49", MessageStatus::Delivered).await?;
    let mut browser = alice.links(&world, "browser").await?;
    browser.until("the whole mirror", |s| s.mirror.complete).await?;
    is_honest(&browser.screen.mirrored, 50);
    assert!(browser.screen.mirrored.iter().all(|progress| !progress.waiting_for_phone), "the phone was there");

    // As if the phone had gone away right after linking, before it handed anything over.
    alice.stops().await;
    browser.stops().await;
    let forget = "UPDATE export SET finished = 0, segments = 0, messages_done = 0, cursor = x''";
    database_of(&world, "Alice")?.execute(forget, [])?;
    let forget = "DELETE FROM import_segment; DELETE FROM completeness; DELETE FROM message;
                  UPDATE this SET import_segments = NULL, import_from_ms = NULL; UPDATE chat SET archived_seq = 0, gap_asked = 0";
    database_of(&world, "browser")?.execute_batch(forget)?;
    let mut browser = Person::start(&world, "browser", Role::Companion)?;
    browser.until("being online", |s| s.connection == "Online").await?;
    assert!(!browser.screen.mirror.waiting_for_phone, "it has its time");
    browser.lets_pass(Duration::from_secs(31)).await?;
    browser.until("the wait for the phone", |s| s.mirror.waiting_for_phone && !s.mirror.complete).await?;
    let mut alice = Person::start(&world, "Alice", Role::Phone)?;
    alice.opens(chat).await?;
    browser.until("the whole mirror", |s| s.mirror.complete && !s.mirror.waiting_for_phone).await?;
    is_honest(&browser.screen.mirrored, 50);
    agree(&mut browser, &mut alice, chat, &["before 49"]).await?;
    bob.stops().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_that_was_away_wipes_itself_when_it_comes_back() -> Result<()> {
    let world = World::new().await?;
    let mut alice = Person::register(&world, "Alice", ALICE).await?;
    let mut browser = alice.links(&world, "browser").await?;
    browser.until("the whole mirror", |s| s.mirror.complete).await?;
    let device = browser.screen.devices.iter().find(|row| row.this).context("the list holds the browser")?.device;
    browser.stops().await;
    alice.does(Command::UnlinkDevice { device }).await?;
    let mut browser = Person::start(&world, "browser", Role::Companion)?;
    browser.until("being logged out", |s| s.stage.starts_with("LoggedOut") || s.stage == "Linking").await?;
    assert!(browser.screen.chats.is_empty());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_that_logs_itself_out_goes_off_the_phones_list() -> Result<()> {
    let world = World::new().await?;
    let mut alice = Person::register(&world, "Alice", ALICE).await?;
    let mut browser = alice.links(&world, "browser").await?;
    browser.until("the whole mirror", |s| s.mirror.complete).await?;
    alice.until("that it is connected", |s| s.devices.iter().any(|row| !row.this && row.online)).await?;
    browser.does(Command::LogOut).await?;
    browser.until("being logged out", |s| s.stage.starts_with("LoggedOut") || s.stage == "Linking").await?;
    alice.until("a list without it", |s| s.devices.len() == 1).await?;
    assert!(alice.screen.notices.iter().any(|notice| matches!(notice, Notice::DeviceUnlinked { .. })));
    Ok(())
}
