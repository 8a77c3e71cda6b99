//! What the server never learns: words and names go through the shipped program, whose database, blobs, log and memory
//! are then searched for them.

use anyhow::Result;
use client_api::{Command, MediaFacts, MediaKind, MediaPlace, MessageStatus, PushSubscription};
use e2e::push_service::PushService;
use e2e::{Person, World};

const ALICE: &str = "+4915112345641";
const BOB: &str = "+4915112345642";

const CANARIES: [&str; 10] = [
    "Canarysdottir",
    "canary of the about line",
    "canary that alice sent",
    "canary that bob sent",
    "canary of the address book",
    "canary of a draft",
    "canary in a file",
    "canary of a file's name",
    "canary below a file",
    "canary in a notification",
];

/// The server knows where a browser is notified; its log does not.
const ENDPOINT: &str = "canary-of-an-endpoint";

#[tokio::test(flavor = "multi_thread")]
async fn the_server_holds_no_word_and_no_name_anywhere() -> Result<()> {
    let mut world = World::with_program().await?;
    let mut alice = Person::register(&world, "Alice Canarysdottir", ALICE).await?;
    let about = "canary of the about line".to_owned();
    alice.does(Command::SetProfile { name: "Alice Canarysdottir".into(), about, photo: None }).await?;
    let mut bob = Person::register(&world, "Bob", BOB).await?;
    let name = "canary of the address book".to_owned();
    alice.does(Command::AddContact { number: BOB.into(), name }).await?;
    let chat = alice.opens_chat_with(BOB).await?;
    alice.sends(chat, "canary that alice sent").await?;
    let theirs = bob.only_chat().await?;
    bob.sees(theirs, "canary that alice sent").await?;
    bob.sends(theirs, "canary that bob sent").await?;
    alice.sees(chat, "canary that bob sent").await?;
    let path = world.folder().join("given");
    std::fs::write(&path, "canary in a file, ".repeat(10_000))?;
    let facts = MediaFacts {
        kind: MediaKind::Document,
        mime: "text/plain".into(),
        name: "canary of a file's name".into(),
        size: std::fs::metadata(&path)?.len(),
        width: 0,
        height: 0,
        duration_ms: 0,
        preview: Vec::new(),
        waveform: Vec::new(),
    };
    let file = alice.sends_file(chat, &path, facts, "canary below a file").await?;
    bob.sees(theirs, "canary below a file").await?;
    bob.does(Command::DownloadMedia { chat: theirs, message: file }).await?;
    bob.sees_file(theirs, file, MediaPlace::Here).await?;
    assert!(bob.reads_file(theirs, file).await?.starts_with(b"canary in a file"));
    alice.drafts(chat, "canary of a draft").await?;
    // The history, all of it, goes through the server's blobs.
    let mut browser = alice.links(&world, "browser").await?;
    browser.until("the whole mirror", |s| s.mirror.complete).await?;
    browser.opens(chat).await?;
    browser.sees(chat, "canary that bob sent").await?;
    browser.until("the draft", |s| s.chats.values().any(|row| row.draft == "canary of a draft")).await?;
    browser.sends(chat, "canary that alice sent").await?;
    browser.sees_status(chat, "canary that alice sent", MessageStatus::Sent).await?;
    let mut service = PushService::start().await;
    let subscription = PushSubscription {
        endpoint: service.endpoint(ENDPOINT),
        p256dh: service.browser.p256dh(),
        auth: service.browser.auth.to_vec(),
    };
    browser.does(Command::TurnPushOn(subscription)).await?;
    browser.stops().await;
    bob.sends(theirs, "canary in a notification").await?;
    let pushed = service.next().await;
    assert!(
        !CANARIES.iter().any(|canary| pushed.text.contains(canary)),
        "nor does the push service's other end know it by itself"
    );

    let program = world.program()?;
    assert!(!program.remembers(&[ALICE])?.is_empty(), "numbers it knows: the search does find what is there");
    assert_eq!(program.remembers(&CANARIES)?, Vec::<&str>::new(), "in memory");
    for canary in CANARIES {
        assert!(!program.said(canary), "the log says {canary:?}");
    }
    assert!(!program.said(ENDPOINT), "the log says where a browser is notified");
    world.stop_server().await?;
    assert!(world.server_holds(ALICE)?, "numbers it knows");
    for canary in CANARIES {
        assert!(!world.server_holds(canary)?, "the files hold {canary:?}");
    }
    Ok(())
}
