//! What the pages do for hands and ears: sounds, long presses, contacts, the list of chats, drafts, toasts; and what they say to a worker of
//! another version.

mod backups;
mod calls;
mod disappearing;
mod editing;
mod emoji;
mod exporting;
mod focus;
mod giving;
mod groups;
mod housekeeping;
mod languages;
mod lazy;
mod links;
mod media;
mod messages;
mod naming;
mod notifications;
mod polls;
mod pressing;
mod searching;
mod streams;
mod writing;

use anyhow::{Context, Result, ensure};
use client_api::{ChatId, Command, MessageStatus};
use e2e::browser::{Browser, NARROW, NARROWEST, Setup, WIDE, quoted};
use e2e::camera::{Camera, Hold};
use e2e::{Person, World};
use serde_json::json;
use std::time::Duration;

const ALICE: &str = "+4915112345601";
const BOB: &str = "+4915112345602";
const CAROL: &str = "+4915112345603";
const DAVE: &str = "+4915112345604";
const ERIN: &str = "+4915112345605";
const STEADY: Hold = Hold { share: 0.5, degrees: 0.0, blur: 0 };

/// Counts what the page lets be heard.
const LISTENING: &str = "
    window.heard = 0;
    window.AudioContext = class extends AudioContext { constructor() { super(); window.heard += 1; } };
    window.notes = 0;
    const start = OscillatorNode.prototype.start;
    OscillatorNode.prototype.start = function (...when) { window.notes += 1; return start.apply(this, when); };
";

#[tokio::test(flavor = "multi_thread")]
async fn a_message_in_another_chat_is_heard_unless_it_is_muted() -> Result<()> {
    let world = World::new().await?;
    let alice = Browser::phone_with(&world, "Alice", &Setup::chromium(WIDE)).await?;
    alice.registers(&world, "Alice", ALICE).await?;
    let mut bob = Person::register(&world, "Bob", BOB).await?;
    let mut carol = Person::register(&world, "Carol", CAROL).await?;
    let from_bob = bob.opens_chat_with(ALICE).await?;
    let from_carol = carol.opens_chat_with(ALICE).await?;
    bob.sends(from_bob, "this is Bob").await?;
    carol.sends(from_carol, "this is Carol").await?;
    alice.sees_text("chat-preview", "this is Bob").await?;
    alice.sees_text("chat-preview", "this is Carol").await?;
    alice.page().add_init_script(LISTENING).await?;
    alice.reloads().await?;

    alice.opens_chat("this is Carol").await?;
    alice.clicks("chat-menu").await?;
    alice.clicks("menu-mute").await?;
    alice.is_accessible("for how long a chat is muted").await?;
    alice.clicks("mute-a-week").await?;
    alice.opens_chat("this is Bob").await?;
    bob.sends(from_bob, "seen").await?;
    alice.sees_text("message-text", "seen").await?;
    carol.sends(from_carol, "muted").await?;
    alice.sees_text("chat-preview", "muted").await?;
    ensure!(alice.evaluates::<u32>("window.heard").await? == 0, "neither what is seen nor what is muted is heard");

    alice.opens_chat("muted").await?;
    alice.clicks("chat-menu").await?;
    alice.sees_text("menu-mute", "Unmute (muted until ").await?;
    alice.clicks("menu-mute").await?;
    alice.clicks("rail-settings").await?;
    alice.clicks("sounds").await?;
    alice.clicks("rail-chats").await?;
    bob.sends(from_bob, "sounds are off").await?;
    alice.sees_text("chat-preview", "sounds are off").await?;
    ensure!(alice.evaluates::<u32>("window.heard").await? == 0, "the owner does not want to hear anything");
    alice.clicks("rail-settings").await?;
    alice.clicks("sounds").await?;
    alice.clicks("rail-chats").await?;
    bob.sends(from_bob, "sounds are on").await?;
    alice.finds_true("window.notes === 2").await?;
    alice.closes().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_finger_that_stays_on_a_message_opens_its_menu() -> Result<()> {
    let world = World::new().await?;
    let alice = Browser::phone(&world, "Alice", ALICE).await?;
    let mut bob = Person::register(&world, "Bob", BOB).await?;
    let chat = bob.opens_chat_with(ALICE).await?;
    bob.sends(chat, "press me").await?;
    alice.opens_chat("press me").await?;
    alice.shows("message-text").await?;
    // What was drawn a moment ago may still be moving to its place.
    alice.settles().await?;
    let place = alice.area_of("message-text").await?;
    let finger = json!([{ "x": place.x + place.width / 2.0, "y": place.y + place.height / 2.0 }]);
    let debugger = alice.debugger().await?;
    let touch = |kind: &str, points| Some(json!({ "type": kind, "touchPoints": points }));
    debugger.send("Input.dispatchTouchEvent", touch("touchStart", finger)).await?;
    alice.shows("menu-copy").await?;
    debugger.send("Input.dispatchTouchEvent", touch("touchEnd", json!([]))).await?;
    alice.is_accessible("a message's menu").await?;
    alice.clicks("menu-copy").await?;
    alice.sees_text("toast", "Copied").await?;
    ensure!(alice.clipboard().await? == "press me", "the message is copied");
    alice.closes().await
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_who_wrote_first_becomes_a_contact_by_one_click() -> Result<()> {
    let world = World::new().await?;
    let alice = Browser::phone(&world, "Alice", ALICE).await?;
    let mut bob = Person::register(&world, "Bob", BOB).await?;
    let chat = bob.opens_chat_with(ALICE).await?;
    bob.sends(chat, "do you know me?").await?;
    alice.sees_text("chat-preview", "do you know me?").await?;
    alice.clicks("new-chat").await?;
    alice.shows("no-contacts").await?;
    alice.clicks("section-back").await?;
    alice.opens_chat("do you know me?").await?;
    alice.clicks("chat-info-open").await?;
    alice.clicks("add-contact").await?;
    alice.sees_text("toast", "Added").await?;
    alice.hides("add-contact").await?;
    alice.clicks("info-close").await?;
    alice.clicks("chat-back").await?;
    alice.clicks("new-chat").await?;
    alice.sees_text("contact", "Bob").await?;
    alice.hides("no-contacts").await?;
    alice.closes().await
}

/// Alice's page, with the chat open in which Bob has said hello.
async fn alice_has_opened_a_chat_with_bob() -> Result<(World, Browser, Person)> {
    let world = World::new().await?;
    let alice = Browser::phone(&world, "Alice", ALICE).await?;
    let mut bob = Person::register(&world, "Bob", BOB).await?;
    let chat = bob.opens_chat_with(ALICE).await?;
    bob.sends(chat, "hello").await?;
    alice.opens_chat("hello").await?;
    Ok((world, alice, bob))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_half_typed_name_stays_while_the_facts_beside_it_go_on() -> Result<()> {
    let (_world, alice, mut bob) = alice_has_opened_a_chat_with_bob().await?;
    alice.clicks("chat-info-open").await?;
    alice.clicks("add-contact").await?;
    alice.types("rename-contact", "Bobby").await?;
    for about in ["on the hill", "back at home"] {
        bob.does(Command::SetProfile { name: "Bob".into(), about: about.into(), photo: None }).await?;
        alice.sees_text("info", about).await?;
    }
    let field = "document.querySelector('[data-testid=rename-contact]')";
    let typed: String = alice.evaluates(&format!("{field}.value")).await?;
    ensure!(typed.contains("Bobby"), "the field holds {typed:?}");
    let has_focus: bool = alice.evaluates(&format!("document.activeElement === {field}")).await?;
    ensure!(has_focus, "the field has the focus still");
    alice.clicks("rename-save").await?;
    alice.sees_text("info-name", &typed).await?;
    // Saved without a name, it is called by its own: the field follows.
    alice.fills("rename-contact", "").await?;
    alice.clicks("rename-save").await?;
    alice.sees("[data-testid=info-name]:text-is('Bob')").await?;
    alice.finds_true(&format!("{field}.value === 'Bob'")).await?;
    alice.closes().await
}

#[tokio::test(flavor = "multi_thread")]
async fn words_for_a_numbers_former_holder_do_not_go_to_the_new_one_unasked() -> Result<()> {
    let (world, alice, bob) = alice_has_opened_a_chat_with_bob().await?;
    alice.shows("message-text").await?;
    alice.fills("composer-input", "for you alone").await?;
    bob.stops().await;
    // A number gets its next code after a while only.
    world.passes_on_the_server(Duration::from_secs(31));
    let mut bob = Person::register(&world, "Bob anew", BOB).await?;
    alice.sees_text("system-line", "safety number").await?;
    alice.clicks("send").await?;
    alice.sees_text("toast", "belongs to another account now").await?;
    let field = "document.querySelector('[data-testid=composer-input]')";
    alice.finds_true(&format!("{field}.value === 'for you alone'")).await?;
    // Who knows it sends it again, and it goes to them.
    alice.clicks("send").await?;
    let theirs = bob.only_chat().await?;
    bob.sees(theirs, "for you alone").await?;
    ensure!(bob.screen.texts(theirs) == ["for you alone"], "it went once");
    alice.closes().await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_sent_is_a_draft_no_more_and_what_was_refused_is_one_after_a_reload() -> Result<()> {
    let world = World::new().await?;
    let (alice, mut people) = alice_hears_from(&world, &[("Bob", BOB)]).await?;
    let (bob, _) = people.pop().context("Bob")?;
    let field = "document.querySelector('[data-testid=composer-input]')?.value";
    let reopens = async || {
        alice.reloads().await?;
        alice.sees_text("chat-title", "Bob").await?;
        alice.opens_chat("Bob").await
    };
    alice.opens_chat("Bob").await?;
    alice.fills("composer-input", "taken").await?;
    alice.sees_text("chat-preview", "Draft: taken").await?;
    alice.clicks("send").await?;
    alice.sees_status("taken", "delivered").await?;
    reopens().await?;
    alice.sees_text("message-text", "taken").await?;
    alice.finds_true(&format!("{field} === ''")).await?;

    alice.fills("composer-input", "for you alone").await?;
    alice.sees_text("chat-preview", "Draft: for you alone").await?;
    bob.stops().await;
    world.passes_on_the_server(Duration::from_secs(31));
    let bob = Person::register(&world, "Bob anew", BOB).await?;
    alice.sees_text("system-line", "safety number").await?;
    for _ in 0..2 {
        alice.clicks("send").await?;
        alice.sees_text("toast", "belongs to another account now").await?;
        alice.reloads().await?;
        alice.clicks("chat-row").await?;
        // For whom it was written is known still: it is refused once more.
        alice.finds_true(&format!("{field} === 'for you alone'")).await?;
    }
    ensure!(bob.screen.chats.values().all(|row| row.last.is_none()), "nothing went to whom it is not for");
    alice.closes().await
}

/// The time of toasts goes on when the test says so.
const TOASTS_WAIT: &str = "
    window.over = [];
    const later = window.setTimeout;
    window.setTimeout = (act, ms, ...more) => ms === 6000 ? window.over.push(act) : later(act, ms, ...more);
";
/// Whether the page is seen is what the test says.
const SEEN_OR_NOT: &str = "
    window.isSeen = seen => {
        Object.defineProperty(document, 'hidden', { configurable: true, get: () => !seen });
        document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
    };
";
const TIME_IS_OVER: &str = "void window.over.splice(0).forEach(act => act())";

#[tokio::test(flavor = "multi_thread")]
async fn a_toast_stays_while_somebody_points_at_it_and_goes_then() -> Result<()> {
    let world = World::new().await?;
    let alice = Browser::phone(&world, "Alice", ALICE).await?;
    alice.page().add_init_script(TOASTS_WAIT).await?;
    alice.reloads().await?;
    let copy = async || {
        alice.clicks("rail-code").await?;
        alice.clicks("copy-contact-link").await?;
        alice.sees_text("toast", "Copied").await
    };
    copy().await?;
    alice.at("toast").hover(None).await?;
    alice.evaluates::<()>(TIME_IS_OVER).await?;
    ensure!(alice.at("toast").count().await? == 1, "it stays under the pointer");
    alice.at("rail-chats").hover(None).await?;
    alice.at("toast-close").focus().await?;
    alice.evaluates::<()>(TIME_IS_OVER).await?;
    ensure!(alice.at("toast").count().await? == 1, "it stays with the focus");
    alice.at("rail-chats").focus().await?;
    alice.evaluates::<()>(TIME_IS_OVER).await?;
    alice.hides("toast").await?;
    alice.closes().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_toast_waits_for_a_page_that_is_not_seen_and_not_for_a_pointer_that_was_left_there() -> Result<()> {
    let world = World::new().await?;
    let alice = Browser::phone(&world, "Alice", ALICE).await?;
    alice.page().add_init_script(TOASTS_WAIT).await?;
    alice.page().add_init_script(SEEN_OR_NOT).await?;
    alice.reloads().await?;
    alice.clicks("rail-code").await?;
    alice.clicks("copy-contact-link").await?;
    alice.sees_text("toast", "Copied").await?;
    alice.evaluates::<()>("window.isSeen(false)").await?;
    alice.evaluates::<()>(TIME_IS_OVER).await?;
    ensure!(alice.at("toast").count().await? == 1, "nobody has seen it");
    ensure!(
        alice.evaluates::<u32>("window.over.length").await? == 0,
        "a page that is not seen does not look again and again"
    );
    alice.evaluates::<()>("window.isSeen(true)").await?;
    ensure!(alice.at("toast").count().await? == 1, "its time begins");
    alice.evaluates::<()>(TIME_IS_OVER).await?;
    alice.hides("toast").await?;

    alice.clicks("copy-contact-link").await?;
    alice.sees_text("toast", "Copied").await?;
    alice.at("toast").hover(None).await?;
    alice.evaluates::<()>(TIME_IS_OVER).await?;
    ensure!(alice.at("toast").count().await? == 1, "somebody points at it");
    alice.evaluates::<()>("(now => { Date.now = () => now() + 60_000 })(Date.now)").await?;
    alice.evaluates::<()>(TIME_IS_OVER).await?;
    alice.hides("toast").await?;
    alice.closes().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_linked_page_is_told_of_another_device_that_comes_and_goes() -> Result<()> {
    let world = World::new().await?;
    let mut alice = Person::register(&world, "Alice", ALICE).await?;
    let browser = Browser::companion(&world, "Alice").await?;
    let digits = alice.scans(&browser.copies_code().await?).await?;
    browser.types_digits(&digits).await?;
    browser.comes_to("active").await?;
    let mut other = alice.links(&world, "another device").await?;
    other.until("its own row", |screen| screen.devices.iter().any(|row| row.this)).await?;
    // What it is called may come later than that it is there.
    browser.sees_text("toast", "was linked to your account").await?;
    ensure!(browser.at("toast").count().await? == 1, "of its own linking nobody has to be told");
    let device = other.screen.devices.iter().find(|row| row.this).context("the device")?.device;
    alice.does(Command::UnlinkDevice { device }).await?;
    browser.sees_text("toast", "was logged out").await?;
    browser.closes().await
}

/// What of the newest message and the composer lies under a toast.
const UNDER_TOASTS: &str = "(() => {
    const box = element => element.getBoundingClientRect();
    const meet = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
    const below = [
        [...document.querySelectorAll('[data-testid=message]')].at(-1),
        document.querySelector('[data-testid=composer]'),
    ];
    return [...document.querySelectorAll('[data-testid=toast]')]
        .flatMap(toast => below.filter(element => meet(box(toast), box(element))))
        .map(element => element.outerHTML.slice(0, 200));
})()";

#[tokio::test(flavor = "multi_thread")]
async fn a_toast_covers_neither_the_newest_message_nor_the_composer() -> Result<()> {
    let world = World::new().await?;
    let alice = Browser::phone(&world, "Alice", ALICE).await?;
    let mut bob = Person::register(&world, "Bob", BOB).await?;
    let chat = bob.opens_chat_with(ALICE).await?;
    for number in 1..=20 {
        bob.sends(chat, &format!("message {number}")).await?;
    }
    alice.sees_text("chat-preview", "message 20").await?;
    let browser = Browser::companion(&world, "Alice").await?;
    browser.links_by_text(&alice).await?;
    alice.clicks("unlink").await?;
    alice.clicks("confirm-yes").await?;
    alice.sees_text("toast", "was logged out").await?;
    alice.clicks("rail-chats").await?;
    alice.opens_chat("message 20").await?;
    for size in [NARROW, NARROWEST, WIDE] {
        let width = size.width;
        alice.is_resized(size).await?;
        alice.scrolls_down_to("message 20").await?;
        let under: Vec<String> = alice.evaluates(UNDER_TOASTS).await?;
        ensure!(under.is_empty(), "{width} pixels wide, a toast covers {under:#?}");
        ensure!(alice.at("toast").count().await? == 1, "it is there still");
        alice.is_accessible("a conversation under a toast").await?;
    }
    alice.clicks("toast-close").await?;
    alice.hides("toast").await?;
    browser.closes().await?;
    alice.closes().await
}

/// What the page hears first is what another version would say, as long as the tab is told so.
const OTHER_VERSION: &str = "
    if (!sessionStorage.updated) {
        const heard = Object.getOwnPropertyDescriptor(Worker.prototype, 'onmessage');
        Object.defineProperty(Worker.prototype, 'onmessage', {
            get() { return heard.get.call(this); },
            set(hear) {
                heard.set.call(this, event => hear(
                    typeof event.data === 'string' && event.data.startsWith('heliograph format')
                        ? new MessageEvent('message', { data: 'heliograph format 0' })
                        : event));
            },
        });
    }
";

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_of_another_version_is_told_of_and_not_misread() -> Result<()> {
    let world = World::new().await?;
    let alice = Browser::phone(&world, "Alice", ALICE).await?;
    alice.page().add_init_script(OTHER_VERSION).await?;
    alice.reloads().await?;
    alice.sees("[data-testid=stage][data-stage=unsupported][data-reason=server-version]").await?;
    alice.sees_text("stage", "A new version is here").await?;
    alice.is_accessible("a page and a worker of two versions").await?;
    alice.evaluates::<()>("void (sessionStorage.updated = 'yes')").await?;
    alice.clicks("plain-action").await?;
    alice.comes_to("active").await?;
    alice.closes().await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_phones_camera_button_takes_contacts_and_new_devices() -> Result<()> {
    let world = World::new().await?;
    let camera = Camera::new(world.client_folder("film.mjpeg"))?;
    let alice = Browser::phone_with(&world, "Alice", &Setup::chromium(NARROW).with_camera(camera.film())).await?;
    alice.registers(&world, "Alice", ALICE).await?;
    let bob = Browser::phone(&world, "Bob", BOB).await?;
    bob.clicks("rail-code").await?;
    bob.shows("contact-qr").await?;
    camera.aim(&bob.screenshot().await?, bob.area_of("contact-qr").await?, STEADY)?;
    alice.clicks("scan-code").await?;
    alice.shows("composer-input").await?;
    alice.writes("found you").await?;
    bob.clicks("rail-chats").await?;
    bob.sees_text("chat-preview", "found you").await?;
    bob.closes().await?;

    let browser = Browser::companion(&world, "Alice").await?;
    browser.is_filmed(&camera, STEADY).await?;
    alice.clicks("chat-back").await?;
    alice.clicks("scan-code").await?;
    alice.shows("linking-confirm").await?;
    alice.clicks("cancel-linking").await?;
    browser.closes().await?;
    alice.closes().await
}

/// Alice's page, wide, with a chat of each of these names and numbers, the last one's on top.
async fn alice_hears_from(world: &World, names: &[(&str, &str)]) -> Result<(Browser, Vec<(Person, ChatId)>)> {
    let alice = Browser::phone_with(world, "Alice", &Setup::chromium(WIDE)).await?;
    alice.registers(world, "Alice", ALICE).await?;
    let mut people = Vec::new();
    for (name, number) in names {
        let mut person = Person::register(world, name, number).await?;
        let chat = person.opens_chat_with(ALICE).await?;
        let hello = format!("hello from {number}");
        person.sends(chat, &hello).await?;
        alice.sees(&format!("[data-testid=chat-row]:has-text({}):has-text({})", quoted(name), quoted(&hello))).await?;
        people.push((person, chat));
    }
    Ok((alice, people))
}

/// The words of all with a test id are these.
async fn sees_just(browser: &Browser, test_id: &str, texts: &[&str]) -> Result<()> {
    let shown =
        format!("[...document.querySelectorAll('[data-testid={test_id}]')].map(element => element.textContent)");
    browser.finds_true(&format!("JSON.stringify({shown}) === {}", quoted(&json!(texts).to_string()))).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_search_finds_names_without_their_marks_and_numbers_as_they_are_typed() -> Result<()> {
    let world = World::new().await?;
    let names = [("José Zürich", BOB), ("Алёна Майорова", CAROL), ("سارا أَحْمَد", DAVE)];
    let (alice, _people) = alice_hears_from(&world, &names).await?;
    let [jose, alyona, sara] = names.map(|(name, _)| name);
    for (typed, found) in [
        ("jose", jose),
        ("JOSÉ ZURICH", jose),
        ("zürich", jose),
        ("маиорова", alyona),
        ("алена", alyona),
        ("احمد", sara),
        ("0151 123 45602", jose),
        ("15112345603", alyona),
        ("+49 (0)151 / 12345604", sara),
    ] {
        alice.fills("chat-search", typed).await?;
        sees_just(&alice, "chat-title", &[found]).await?;
    }
    sees_just(&alice, "chat-number", &["+49 151 12345604"]).await?;
    alice.is_accessible("a chat found by its number").await?;
    alice.fills("chat-search", "+4915112345602").await?;
    sees_just(&alice, "chat-number", &["+49 151 12345602"]).await?;
    alice.fills("chat-search", "nobody").await?;
    alice.sees_text("chat-list-empty", "nobody").await?;
    alice.is_accessible("a search that finds nothing").await?;
    alice.fills("chat-search", "").await?;
    sees_just(&alice, "chat-title", &[sara, alyona, jose]).await?;
    // Whoever has a name from their owner shows a number only where that is why they were found.
    alice.starts_chat(BOB, "Joe").await?;
    alice.fills("chat-search", "joe").await?;
    sees_just(&alice, "chat-number", &[]).await?;
    alice.fills("chat-search", "45602").await?;
    sees_just(&alice, "chat-number", &["+49 151 12345602"]).await?;
    alice.closes().await
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_tell_namesakes_apart_and_stand_once_where_there_is_no_name() -> Result<()> {
    let world = World::new().await?;
    let (alice, _people) = alice_hears_from(&world, &[("Sam", BOB), ("Ada", CAROL), ("sam", DAVE)]).await?;
    // What strangers call themselves says nothing about who they are.
    sees_just(&alice, "chat-number", &["+49 151 12345604", "+49 151 12345603", "+49 151 12345602"]).await?;
    alice.starts_chat(CAROL, "Ada").await?;
    alice.sees_text("chat-status", "+49 151 12345603").await?;
    sees_just(&alice, "chat-number", &["+49 151 12345604", "+49 151 12345602"]).await?;
    alice.starts_chat(BOB, "Sam").await?;
    alice.starts_chat(DAVE, "sam").await?;
    // A selector takes one for the other.
    sees_just(&alice, "chat-head-title", &["sam"]).await?;
    sees_just(&alice, "chat-number", &["+49 151 12345604", "+49 151 12345602"]).await?;

    let _erin = Person::register(&world, "Erin", ERIN).await?;
    alice.starts_chat(ERIN, "").await?;
    sees_just(&alice, "chat-head-title", &["+49 151 12345605"]).await?;
    sees_just(&alice, "chat-status", &[""]).await?;
    alice.clicks("chat-info-open").await?;
    sees_just(&alice, "info-name", &["+49 151 12345605"]).await?;
    let times: usize =
        alice.evaluates("document.querySelector('[data-testid=info]').innerText.split('12345605').length").await?;
    ensure!(times == 2, "the number stands once, not {} times", times.saturating_sub(1));
    alice.finds_true("document.querySelector('[data-testid=rename-contact]').value === ''").await?;
    alice.closes().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chat_is_marked_as_read_and_as_unread_from_its_menu_on_all_devices() -> Result<()> {
    let world = World::new().await?;
    let (alice, mut people) = alice_hears_from(&world, &[("Bob", BOB)]).await?;
    let (bob, chat) = people.first_mut().context("Bob")?;
    let browser = Browser::companion(&world, "Alice").await?;
    browser.links_by_text(&alice).await?;
    alice.clicks("rail-chats").await?;
    let chooses = async |words: &str| {
        alice.at("chat-row").press("Shift+F10", None).await?;
        alice.clicks_text("menu-unread", words).await
    };
    let unread = [&alice, &browser];
    for page in unread {
        sees_just(page, "chat-unread", &["1"]).await?;
    }
    chooses("Mark as read").await?;
    bob.sees_status(*chat, &format!("hello from {BOB}"), MessageStatus::Read).await?;
    for page in unread {
        page.hides("chat-unread").await?;
    }
    chooses("Mark as unread").await?;
    for page in unread {
        sees_just(page, "chat-unread", &["marked unread"]).await?;
    }
    chooses("Mark as read").await?;
    for page in unread {
        page.hides("chat-unread").await?;
    }
    ensure!(alice.at("no-chat").count().await? == 1, "no chat was opened for it");
    browser.closes().await?;
    alice.closes().await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_writes_to_oneself_has_been_read() -> Result<()> {
    let world = World::new().await?;
    let alice = Browser::phone(&world, "Alice", ALICE).await?;
    alice.clicks("new-chat").await?;
    alice.clicks("notes").await?;
    alice.writes("buy bread").await?;
    alice.sees_status("buy bread", "read").await?;
    alice.closes().await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_way_to_the_newest_message_says_how_many_are_unread_below() -> Result<()> {
    let world = World::new().await?;
    let (alice, mut people) = alice_hears_from(&world, &[("Bob", BOB)]).await?;
    let (bob, chat) = people.first_mut().context("Bob")?;
    let paragraph = "one line of many\n".repeat(6);
    for number in 1..=30 {
        bob.sends(*chat, &format!("{paragraph}{number}")).await?;
    }
    let says = "document.querySelector('[data-testid=to-bottom]')?.ariaLabel";
    let shows = "document.querySelector('[data-testid=to-bottom] .badge')?.textContent";
    let in_list = "document.querySelector('[data-testid=chat-unread]')?.textContent";
    let newest = "document.querySelector('[data-testid=chat-preview]').textContent";
    // All have come before the chat is opened: what comes later counts, too.
    alice.finds_true(&format!("{in_list} === '31'")).await?;
    alice.opens_chat("Bob").await?;
    // What stands on the screen is read; what is below is not.
    alice.finds_true(&format!("Number({in_list}) < 31 && Number({in_list}) > 20 && {shows} === {in_list}")).await?;
    bob.sends(*chat, "one more").await?;
    alice
        .finds_true(&format!(
            "{newest} === 'one more' && Number({in_list}) > 20 && {shows} === {in_list} \
             && {says} === `To the newest message, ${{{in_list}}} unread messages`"
        ))
        .await?;
    alice.is_accessible("the way to the newest message").await?;
    alice.clicks("to-bottom").await?;
    alice.sees_text("message-text", "one more").await?;
    alice.hides("to-bottom").await?;
    alice.hides("chat-unread").await?;
    alice.evaluates::<()>("void document.querySelector('[data-testid=message-scroller]').scrollTo(0, 0)").await?;
    alice.finds_true(&format!("{says} === 'To the newest message' && {shows} === undefined")).await?;
    alice.closes().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_without_a_connection_does_not_say_that_another_device_has_one() -> Result<()> {
    let world = World::new().await?;
    let alice = Browser::phone(&world, "Alice", ALICE).await?;
    let browser = Browser::companion(&world, "Alice").await?;
    browser.links_by_text(&alice).await?;
    browser.clicks("rail-devices").await?;
    sees_just(&browser, "device-seen", &["Connected now", "This device"]).await?;
    browser.goes_offline(true).await?;
    browser.shows("offline-banner").await?;
    browser
        .finds_true("document.querySelector('[data-testid=device-seen]')?.textContent.startsWith('Last seen today')")
        .await?;
    browser.is_accessible("the devices without a connection").await?;
    browser.goes_offline(false).await?;
    browser.hides("offline-banner").await?;
    sees_just(&browser, "device-seen", &["Connected now", "This device"]).await?;
    browser.closes().await?;
    alice.closes().await
}
