//! Linking by the camera's pixels, and the mirror: what a linked browser shows is what the senders say they sent.

use anyhow::{Context, Result, ensure};
use e2e::browser::{Browser, NARROW, Setup, WIDE, quoted};
use e2e::camera::{Camera, Hold};
use e2e::senders::{self, Load, Sent};
use e2e::{Person, World};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use tokio::sync::Semaphore;

const ALICE: &str = "+4915112345601";
const BOB: &str = "+4915112345602";
const CAROL: &str = "+4915112345603";

/// As somebody holds a telephone who is in a hurry: far away, askew, not in focus.
const CARELESS: Hold = Hold { share: 0.3, degrees: 15.0, blur: 1 };
const STRAIGHT: Hold = Hold { share: 0.3, degrees: 0.0, blur: 1 };

/// A registered phone with a camera.
async fn phone_with_camera(world: &World) -> Result<(Browser, Camera)> {
    let camera = Camera::new(world.client_folder("film.mjpeg"))?;
    let phone = Browser::phone_with(world, "Alice", &Setup::chromium(NARROW).with_camera(camera.film())).await?;
    phone.registers(world, "Alice", ALICE).await?;
    Ok((phone, camera))
}

/// The drawing of the code, to be told from another one.
const DRAWN: &str = "document.querySelector('[data-testid=link-qr] path')?.getAttribute('d')";

type Log = BTreeMap<String, Vec<Sent>>;

/// Waits until the newest message of each chat is in a device's list.
async fn has_received(device: &Browser, log: &Log) -> Result<()> {
    for (chat, sent) in log {
        let newest = &sent.last().context("a chat has messages")?.text;
        device.sees(&format!("[data-testid=chat-row][data-chat='{chat}']:has-text({})", quoted(newest))).await?;
    }
    Ok(())
}

/// Opens each chat, and compares all that is shown with what its sender wrote down.
async fn shows_all_of(device: &Browser, log: &Log) -> Result<()> {
    for (chat, sent) in log {
        device.clicks_at(&format!("[data-testid=chat-row][data-chat='{chat}']")).await?;
        let newest = &sent.last().context("a chat has messages")?.text;
        device.scrolls_down_to(newest).await?;
        let expected: Vec<&str> = sent.iter().map(|sent| sent.text.as_str()).collect();
        let shown = device.reads_back(expected.len()).await?;
        ensure!(shown == expected, "{}: chat {chat} shows {shown:#?}\nits sender sent {expected:#?}", device.name);
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_camera_reads_a_code_that_is_small_askew_and_out_of_focus() -> Result<()> {
    let world = World::new().await?;
    let (phone, camera) = phone_with_camera(&world).await?;
    let browser = Browser::companion(&world, "Alice").await?;
    browser.is_accessible("the code").await?;
    let holds = [STRAIGHT, CARELESS, Hold { degrees: -15.0, ..CARELESS }, Hold { share: 0.7, degrees: 15.0, blur: 2 }];
    for hold in holds {
        browser.is_filmed(&camera, hold).await?;
        phone.starts_scanning().await?;
        phone.shows("linking-confirm").await.with_context(|| format!("{hold:?}"))?;
        ensure!(phone.reads("confirm-browser").await?.contains("Chrom"), "the device says what it is");
        // Turned down: the browser shows another code, which has its whole minute before it.
        let code: String = browser.evaluates(DRAWN).await?;
        phone.clicks("cancel-linking").await?;
        phone.shows("link-device").await?;
        browser.finds_true(&format!("({DRAWN} ?? {code:?}) !== {code:?}")).await?;
    }
    phone.closes().await?;
    browser.closes().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_linked_browser_shows_what_was_sent_talks_alone_and_is_wiped_when_logged_out() -> Result<()> {
    let world = World::new().await?;
    let (phone, camera) = phone_with_camera(&world).await?;
    let log = senders::send(&world, &Load { to: ALICE, accounts: 5, messages: 250 }).await?;
    has_received(&phone, &log).await?;
    let mut bob = Person::register(&world, "Bob", BOB).await?;
    let chat = bob.opens_chat_with(ALICE).await?;
    bob.sends(chat, "before the link, canary").await?;
    phone.sees_text("chat-preview", "before the link, canary").await?;

    let browser = Browser::companion(&world, "Alice").await?;
    browser.is_filmed(&camera, CARELESS).await?;
    phone.starts_scanning().await?;
    phone.shows("linking-confirm").await?;
    phone.is_accessible("the warning").await?;
    let digits = phone.confirms_link().await?;
    phone.is_accessible("the digits on the phone").await?;
    browser.shows("page-digits").await?;
    browser.is_accessible("the digits in the browser").await?;
    let wrong: String = digits.chars().map(|digit| if digit == '7' { '3' } else { '7' }).collect();
    browser.types_digits(&wrong).await?;
    browser.sees("[data-testid=digits-error]:not(:empty)").await?;
    browser.types_digits(&digits).await?;
    browser.comes_to("active").await?;
    phone.shows("linking-done").await?;
    phone.is_accessible("the end of linking").await?;
    phone.sees("[data-testid=handing-over][data-complete=true]").await?;
    ensure!(phone.at("toast").count().await? == 0, "the page says who was linked, and no toast again");
    phone.clicks("linking-close").await?;
    phone.sees("[data-testid=device]:has-text('Chrom')").await?;
    phone.is_accessible("the linked devices").await?;

    browser.is_mirrored().await?;
    has_received(&browser, &log).await?;
    browser.is_accessible("the mirrored list").await?;
    shows_all_of(&browser, &log).await?;
    browser.is_accessible("a mirrored conversation").await?;
    browser.clicks("chat-info-open").await?;
    browser.sees("[data-testid=completeness][data-state=complete]").await?;
    browser.is_accessible("the information beside a conversation").await?;
    browser.clicks("rail-settings").await?;
    browser.clicks("log-out").await?;
    browser.shows("confirm-dialog").await?;
    browser.is_accessible("the browser's question before a log-out").await?;
    browser.presses("Escape").await?;
    browser.clicks("rail-chats").await?;

    // The phone is off from here.
    phone.closes().await?;
    browser.opens_chat("before the link, canary").await?;
    browser.writes("with the phone off").await?;
    bob.sees(chat, "with the phone off").await?;
    bob.sends(chat, "so I hear").await?;
    browser.sees_text("message-text", "so I hear").await?;
    browser.reloads().await?;
    browser.opens_chat("so I hear").await?;
    ensure!(
        browser.reads_all("message-text").await? == ["before the link, canary", "with the phone off", "so I hear"],
        "a reload loses nothing"
    );

    // A second account, as the phone of somebody else in the same profile.
    let carol = browser.beside("phone of Carol").await?;
    carol.goes_to(world.url()?.join("/phone")?.as_str()).await?;
    carol.comes_to("registering").await?;
    carol.registers(&world, "Carol", CAROL).await?;
    carol.starts_chat(BOB, "Bob").await?;
    carol.writes("Carol was here").await?;

    let phone = Browser::phone_with(&world, "Alice", &Setup::chromium(NARROW)).await?;
    phone.opens_chat("so I hear").await?;
    phone.sees_text("message-text", "with the phone off").await?;
    phone.clicks("chat-back").await?;
    ensure!(world.client_holds("profile of companion of Alice", "with the phone off")?, "it is kept until the log-out");
    phone.clicks("rail-devices").await?;
    phone.clicks("unlink").await?;
    phone.is_accessible("the question before a log-out").await?;
    phone.clicks("confirm-yes").await?;
    browser.comes_to("logged-out").await?;
    browser.is_accessible("logged out").await?;
    phone.hides("unlink").await?;

    carol.reloads().await?;
    carol.opens_chat("Carol was here").await?;
    carol.writes("and still is").await?;
    carol.sees_status("and still is", "delivered").await?;
    phone.clicks("rail-chats").await?;
    phone.opens_chat("so I hear").await?;
    phone.writes("after the log-out").await?;
    bob.sees(chat, "after the log-out").await?;

    browser.reloads().await?;
    browser.comes_to("linking").await?;
    browser.closes().await?;
    for canary in ["before the link, canary", "with the phone off", "so I hear"] {
        ensure!(!world.client_holds("profile of companion of Alice", canary)?, "{canary:?} is left in the browser");
        ensure!(!world.server_holds(canary)?, "the server holds {canary:?}");
    }
    ensure!(world.client_holds("profile of companion of Alice", "Carol was here")?, "Carol's messages are left alone");
    phone.closes().await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_mirror_goes_on_after_a_reload_of_the_browser_and_a_restart_of_the_phone() -> Result<()> {
    let world = World::new().await?;
    let phone = Browser::phone(&world, "Alice", ALICE).await?;
    let log = senders::send(&world, &Load { to: ALICE, accounts: 3, messages: 300 }).await?;
    has_received(&phone, &log).await?;

    // The phone's line is so slow that only the first part of the history gets through.
    let first_part = Arc::new(Semaphore::new(1));
    let asked = Arc::new(AtomicU32::new(0));
    let (through, count) = (first_part.clone(), asked.clone());
    let slow = move |route: playwright_rs::Route| {
        let (through, count) = (through.clone(), count.clone());
        async move {
            count.fetch_add(1, Ordering::Relaxed);
            // Closed with the phone: what waits then is never sent.
            if let Ok(permit) = through.acquire().await {
                permit.forget();
                route.continue_(None).await?;
            }
            Ok(())
        }
    };
    phone.page().route("**/v1/blobs", slow).await?;

    let browser = Browser::companion(&world, "Alice").await?;
    browser.links_by_text(&phone).await?;
    browser.shows("mirror-progress").await?;
    has_received(&browser, &log).await?;
    browser.is_accessible("the list while the mirror is under way").await?;
    // What is here can be used already.
    let (chat, sent) = log.first_key_value().context("there are chats")?;
    let newest = &sent.last().context("a chat has messages")?.text;
    let row = format!("[data-testid=chat-row][data-chat='{chat}']");
    browser.clicks_at(&row).await?;
    browser.scrolls_down_to(newest).await?;

    browser.reloads().await?;
    browser.comes_to("active").await?;
    browser.shows("mirror-progress").await?;
    browser.clicks_at(&row).await?;
    browser.scrolls_down_to(newest).await?;
    ensure!(asked.load(Ordering::Relaxed) >= 1, "the phone hands its history over through here");

    phone.closes().await?;
    let phone = Browser::phone_with(&world, "Alice", &Setup::chromium(NARROW)).await?;
    phone.comes_to("active").await?;
    browser.is_mirrored().await?;
    shows_all_of(&browser, &log).await?;
    phone.closes().await?;
    browser.closes().await
}

#[tokio::test(flavor = "multi_thread")]
async fn firefox_is_linked_by_camera_and_wiped_on_its_next_contact() -> Result<()> {
    let world = World::new().await?;
    let (phone, camera) = phone_with_camera(&world).await?;
    let log = senders::send(&world, &Load { to: ALICE, accounts: 2, messages: 60 }).await?;
    has_received(&phone, &log).await?;

    let setup = Setup::firefox(WIDE);
    let browser = Browser::companion_with(&world, "Alice in Firefox", &setup).await?;
    browser.links_by_camera(&phone, &camera, CARELESS).await?;
    phone.sees("[data-testid=device]:has-text('Firefox')").await?;
    browser.is_mirrored().await?;
    shows_all_of(&browser, &log).await?;
    browser.writes("from Firefox").await?;
    browser.sees_status("from Firefox", "sent").await?;
    phone.clicks("rail-chats").await?;
    phone.sees_text("chat-preview", "from Firefox").await?;
    browser.closes().await?;

    phone.clicks("rail-devices").await?;
    phone.clicks("unlink").await?;
    phone.clicks("confirm-yes").await?;
    phone.hides("unlink").await?;
    let browser = Browser::start(&world, "companion of Alice in Firefox", "/", &setup).await?;
    browser.comes_to("logged-out").await?;
    browser.closes().await?;
    phone.closes().await
}
