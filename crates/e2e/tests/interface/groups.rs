//! Groups in the pages: made, talked in, changed and left.

use super::{ALICE, BOB, CAROL};
use anyhow::{Context, Result, ensure};
use client_api::{ChatId, ChatInfo, ChatKind, Command, GroupRules};
use e2e::browser::{Browser, NARROWEST, Setup, WIDE, quoted};
use e2e::{Person, World};
use playwright_rs::protocol::FilePayload;

/// The group of this name, when it is there.
pub(super) async fn finds_group(person: &mut Person, name: &str) -> Result<ChatId> {
    let is_it = |row: &client_api::ChatRow| row.kind == ChatKind::Group && row.title == name;
    person.until(&format!("the group {name}"), |s| s.chats.values().any(is_it)).await?;
    person.screen.chats.values().find(|row| is_it(row)).map(|row| row.chat).context("it was there")
}

/// The row of somebody in the information about a group.
fn member(name: &str) -> String {
    format!("[data-testid=member]:has-text({})", quoted(name))
}

async fn sees_line(browser: &Browser, text: &str) -> Result<()> {
    // Names stand between marks of direction.
    let lines = "[...document.querySelectorAll('[data-testid=system-line]')]
        .map(line => line.textContent.replace(/[\\u2068\\u2069]/g, '').trim())";
    browser.finds_true(&format!("{lines}.includes({})", quoted(text))).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_is_made_talked_in_changed_and_left() -> Result<()> {
    let world = World::new().await?;
    let alice = Browser::phone_with(&world, "Alice", &Setup::chromium(WIDE)).await?;
    alice.registers(&world, "Alice", ALICE).await?;
    let mut bob = Person::register(&world, "Bob", BOB).await?;
    let mut carol = Person::register(&world, "Carol", CAROL).await?;
    alice.starts_chat(BOB, "Bob").await?;
    alice.starts_chat(CAROL, "Carol").await?;
    // A feed without an article is none.
    alice.writes("to Carol alone").await?;

    alice.clicks("new-chat").await?;
    alice.clicks("new-group").await?;
    alice.fills("group-name", "Climbers").await?;
    alice.fills("picker-search", "bo").await?;
    alice.presses("ArrowDown").await?;
    alice.presses("Space").await?;
    alice.fills("picker-search", "").await?;
    alice.clicks_text("picker-row", "Carol").await?;
    alice.is_accessible("a new group").await?;
    alice.sees_text("group-go", "Create group (3 members)").await?;
    alice.clicks("group-go").await?;
    alice.sees_text("chat-head-title", "Climbers").await?;
    alice.sees_text("chat-status", "\u{2068}Bob\u{2069}, \u{2068}Carol\u{2069}, You").await?;
    sees_line(&alice, "You created this group").await?;
    alice.writes("hello all").await?;

    let chat = finds_group(&mut bob, "Climbers").await?;
    for person in [&mut bob, &mut carol] {
        person.opens(chat).await?;
        person.sees(chat, "hello all").await?;
    }
    alice.sees_status("hello all", "delivered").await?;
    bob.sends(chat, "from Bob").await?;
    bob.sends(chat, "and again").await?;
    alice.sees_text("message-text", "and again").await?;
    ensure!(alice.reads_all("message-author").await? == ["Bob"], "the first of several says who it is");
    alice
        .finds_true("[...document.querySelectorAll('[data-testid=message]')].at(-1).ariaLabel.startsWith('Bob, ')")
        .await?;
    alice.is_accessible("a group").await?;

    // Who has it and who has read it is told person by person, while the dialog is open.
    alice.chooses_for_message("hello all", "menu-info").await?;
    alice.finds_true("[...document.querySelectorAll('[data-testid=receipts-delivered] li')].length === 2").await?;
    let newest = bob.screen.messages.get(&chat).and_then(|rows| rows.values().next_back()).context("what was said")?.id;
    bob.does(Command::MarkRead { chat, up_to: newest }).await?;
    alice.sees_text("receipts-read", "Bob").await?;
    alice.sees_text("receipts-delivered", "Carol").await?;
    alice.is_accessible("who has read a message").await?;
    alice.clicks("dialog-close").await?;

    alice.clicks("chat-info-open").await?;
    alice.sees_text("members-count", "3 members").await?;
    alice.is_accessible("who is in a group").await?;
    alice.clicks_at(&format!("{} [data-testid=member-menu]", member("Bob"))).await?;
    alice.clicks("member-admin").await?;
    alice.sees(&format!("{} [data-testid=member-is-admin]", member("Bob"))).await?;
    sees_line(&alice, "Bob is now an admin").await?;
    alice.clicks_at(&format!("{} [data-testid=member-menu]", member("Carol"))).await?;
    alice.clicks("member-remove").await?;
    alice.is_accessible("whether somebody is to be removed").await?;
    alice.clicks("group-confirm").await?;
    alice.sees_text("members-count", "2 members").await?;
    sees_line(&alice, "You removed Carol").await?;
    alice.clicks("members-add").await?;
    alice.is_accessible("who is to be added").await?;
    alice.clicks_text("picker-row", "Carol").await?;
    alice.clicks("members-add-go").await?;
    alice.sees_text("members-count", "3 members").await?;
    alice.fills("group-rename", "Boulderers").await?;
    alice.clicks("group-rename-save").await?;
    alice.sees_text("chat-head-title", "Boulderers").await?;
    ensure!(finds_group(&mut bob, "Boulderers").await? == chat, "it is the same group");
    alice.is_resized(NARROWEST).await?;
    alice.fits_the_window("who is in a group, narrow").await?;
    alice.is_resized(WIDE).await?;

    alice.clicks("group-leave").await?;
    alice.clicks("group-confirm").await?;
    alice.shows("not-in-group").await?;
    alice.hides("composer-input").await?;
    sees_line(&alice, "You left").await?;
    alice.is_accessible("a group that one has left").await?;
    let remain = |s: &e2e::person::Screen| s.infos.get(&chat).is_some_and(|info| info.members.len() == 2);
    bob.until("Alice being out", remain).await?;
    alice.closes().await
}

/// The own page, wide, with a group of these people open, and its information beside it.
async fn shows_a_group(world: &World) -> Result<(Browser, Person, ChatId)> {
    let alice = Browser::phone_with(world, "Alice", &Setup::chromium(WIDE)).await?;
    alice.registers(world, "Alice", ALICE).await?;
    let mut bob = Person::register(world, "Bob", BOB).await?;
    alice.starts_chat(BOB, "Bob").await?;
    alice.writes("to Bob alone").await?;
    alice.makes_group("Climbers", &["Bob"]).await?;
    alice.writes("hello").await?;
    let chat = finds_group(&mut bob, "Climbers").await?;
    bob.opens(chat).await?;
    bob.sees(chat, "hello").await?;
    alice.clicks("chat-info-open").await?;
    alice.sees_text("members-count", "2 members").await?;
    Ok((alice, bob, chat))
}

async fn knows(person: &mut Person, chat: ChatId, what: &str, is_so: impl Fn(&ChatInfo) -> bool) -> Result<()> {
    person.until(what, |s| s.infos.get(&chat).is_some_and(&is_so)).await
}

/// A picture that a real program made.
fn picture() -> Result<Vec<u8>> {
    let folder = std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("samples/media");
    std::fs::read(folder.join("turned-with-place.jpg")).context("a sample")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_gets_a_description_and_a_photo() -> Result<()> {
    let world = World::new().await?;
    let (alice, mut bob, chat) = shows_a_group(&world).await?;
    alice.clicks("group-describe").await?;
    alice.shows("describe-dialog").await?;
    alice.is_accessible("describing a group").await?;
    alice.is_resized(NARROWEST).await?;
    alice.fits_the_window("describing a group, narrow").await?;
    alice.is_resized(WIDE).await?;
    // What is too long stays, with the reason.
    alice.fills("describe-text", &"x".repeat(2_049)).await?;
    alice.clicks("group-asked-save").await?;
    alice.sees_text("group-asked-error", "too long").await?;
    alice.fills("describe-text", "Every Monday\nhttps://example.org/wall").await?;
    alice.clicks("group-asked-save").await?;
    alice.hides("describe-dialog").await?;
    alice.sees("[data-testid=group-description] a[href='https://example.org/wall']").await?;
    sees_line(&alice, "You changed the group’s description").await?;
    knows(&mut bob, chat, "the description", |info| info.about.starts_with("Every Monday\n")).await?;
    // By keys: the dialog has the focus and gives it back.
    alice.finds_true("(document.querySelector('[data-testid=group-describe]').focus(), true)").await?;
    alice.presses("Enter").await?;
    alice.shows("describe-dialog").await?;
    alice.presses("Escape").await?;
    alice.hides("describe-dialog").await?;
    alice.finds_true("document.activeElement.matches('[data-testid=group-describe]')").await?;

    let file = FilePayload::new("wall.jpg", "image/jpeg", picture()?);
    let done = alice.at("group-photo").set_input_files_payload(file, None).await;
    alice.told_of("choosing a photo", done).await?;
    alice.sees("[data-testid=info] .info-face img").await?;
    alice.sees("[data-testid=chat-head] .avatar img").await?;
    alice.sees(&format!("[data-testid=chat-row]:has-text({}) .avatar img", quoted("Climbers"))).await?;
    sees_line(&alice, "You changed the group’s photo").await?;
    knows(&mut bob, chat, "the photo", |info| !info.photo.is_empty() && info.photo.len() <= 64 * 1_024).await?;
    alice.is_accessible("a group with description and photo").await?;
    alice.is_resized(NARROWEST).await?;
    alice.fits_the_window("a group with description and photo, narrow").await?;
    alice.is_resized(WIDE).await?;
    alice.clicks("group-photo-remove").await?;
    alice.sees_no("[data-testid=info] .info-face img").await?;
    sees_line(&alice, "You removed the group’s photo").await?;

    // From Bob's information one comes back to the group.
    alice.opens_chat("Bob").await?;
    alice.clicks("chat-info-open").await?;
    alice.sees_text("common-group", "Climbers").await?;
    alice.is_accessible("groups in common").await?;
    alice.clicks("common-group").await?;
    alice.sees_text("chat-head-title", "Climbers").await?;
    alice.closes().await
}

#[tokio::test(flavor = "multi_thread")]
async fn admins_say_who_may_send_and_the_others_find_no_place_to_write() -> Result<()> {
    let world = World::new().await?;
    let (alice, mut bob, chat) = shows_a_group(&world).await?;
    alice.clicks("group-rules").await?;
    alice.shows("rules-dialog").await?;
    alice.is_accessible("who may do what").await?;
    alice.is_resized(NARROWEST).await?;
    alice.fits_the_window("who may do what, narrow").await?;
    alice.is_resized(WIDE).await?;
    alice.clicks("everybody-sends").await?;
    alice.clicks("everybody-edits").await?;
    alice.clicks("group-asked-save").await?;
    alice.hides("rules-dialog").await?;
    alice.sees_text("group-rules", "Messages: only admins. Name, photo and description: everybody.").await?;
    sees_line(&alice, "You let only admins send messages from now on").await?;
    let both = GroupRules { only_admins_send: true, everybody_edits: true };
    knows(&mut bob, chat, "the rules", |info| info.rules == both && !info.may_send && info.may_edit).await?;
    alice.shows("composer-input").await?;

    // Bob is an admin, and Alice is none any more.
    alice.clicks_at(&format!("{} [data-testid=member-menu]", member("Bob"))).await?;
    alice.clicks("member-admin").await?;
    alice.sees(&format!("{} [data-testid=member-is-admin]", member("Bob"))).await?;
    let bobs = bob.screen.profile.as_ref().context("a profile")?.account;
    let members = &bob.screen.infos.get(&chat).context("the group")?.members;
    let alices = members.iter().find(|member| member.account != bobs).context("Alice")?.account;
    knows(&mut bob, chat, "being an admin", |info| info.may_send).await?;
    bob.does(Command::SetAdmin { chat, member: alices, admin: false }).await?;
    alice.shows("only-admins-send").await?;
    alice.hides("composer-input").await?;
    alice.shows("group-rules-told").await?;
    alice.hides("group-rules").await?;
    alice.shows("group-describe").await?;
    alice.is_accessible("a group in which one may not send").await?;
    alice.opens_message_menu("hello").await?;
    alice.shows("menu-star").await?;
    alice.hides("menu-reply").await?;
    alice.hides("menu-edit").await?;
    alice.presses("Escape").await?;
    alice.is_resized(NARROWEST).await?;
    alice.fits_the_window("a group in which one may not send, narrow").await?;
    alice.is_resized(WIDE).await?;
    bob.does(Command::SetGroupRules { chat, change: GroupRules::default().into() }).await?;
    sees_line(&alice, "Bob let everybody send messages from now on").await?;
    alice.shows("composer-input").await?;
    alice.hides("group-describe").await?;
    alice.writes("here again").await?;
    bob.sees(chat, "here again").await?;
    alice.closes().await
}
