//! Writes made-up states of the interface as event batches, one file each, for looking at the pages without a server:
//! `cargo run -p web-ui --example gallery -- FOLDER`. Never part of the bundle.
#![allow(clippy::indexing_slicing, reason = "made-up data of known length")]

use anyhow_free::Result;
use client_api::*;
use std::path::Path;

mod anyhow_free {
    /// An example needs no more.
    pub(super) type Result = std::result::Result<(), Box<dyn std::error::Error>>;
}

const NOW: u64 = 1_795_431_615_000;
const MINUTE: u64 = 60_000;
const NAMES: [&str; 14] = [
    "Ada Lovelace",
    "Family Meyer-Öztürk",
    "نور الدين",
    "Grace Hopper",
    "山田 太郎",
    "Ласло Папп",
    "Katherine Johnson",
    "Rosa",
    "+49 151 23456789",
    "Émilie du Châtelet",
    "A name that is so long that it can never fit in the row of the list",
    "Wangari",
    "Tu Youyou",
    "Hedy",
];

fn id(number: u64) -> [u8; 16] {
    let mut id = [0; 16];
    id[8..].copy_from_slice(&(number * 7_919).to_be_bytes());
    id
}

fn chat(number: u64) -> ChatRow {
    let name = NAMES[number as usize % NAMES.len()];
    ChatRow {
        chat: ChatId(id(number)),
        kind: if number == 3 { ChatKind::Notes } else { ChatKind::Direct },
        peer: AccountId(id(number + 500)),
        title: if number < 14 { name.into() } else { format!("{name} {number}") },
        named: !number.is_multiple_of(3),
        number: format!("+491517654{number:03}"),
        photo: Vec::new(),
        named_in: None,
        activity_ms: NOW - number * number * 17 * MINUTE,
        last: Some(LastMessage {
            call: None,
            media: None,
            id: MessageId(id(number)),
            preview: [
                "See you at the lighthouse at six, I bring the map and something to eat",
                "Danke!",
                "شكرا جزيلا",
                "ok 👍",
                "https://example.org/plan",
            ][number as usize % 5]
                .into(),
            time_ms: NOW - number * number * 17 * MINUTE,
            status: [
                None,
                Some(MessageStatus::Read),
                Some(MessageStatus::Delivered),
                Some(MessageStatus::Sent),
                Some(MessageStatus::Pending),
            ][number as usize % 5],
            waiting: false,
            deleted: false,
            by: String::new(),
        }),
        unread: [0, 3, 0, 0, 0, 128, 0][number as usize % 7],
        marked_unread: number == 9,
        pinned: number == 2,
        archived: number % 37 == 36,
        muted_until_ms: if number == 5 { u64::MAX } else { 0 },
        draft: if number == 6 { "I was about to".into() } else { String::new() },
        draft_for: AccountId(id(number + 500)),
        typing: number == 4,
        left: false,
    }
}

fn message(number: u64, own: bool, text: &str, status: MessageStatus) -> MessageRow {
    MessageRow {
        id: MessageId(id(number)),
        time_ms: NOW - (70 - number) * 47 * MINUTE / if number > 40 { 30 } else { 1 },
        sender: AccountId(id(if own { 999 } else { 500 })),
        own,
        status: own.then_some(status),
        body: MessageBody::Text(text.into()),
        mentions: Vec::new(),
        attachment: None,
        quote: None,
        edited: false,
        forwarded: false,
        reactions: Vec::new(),
        edit_until_ms: 0,
        delete_until_ms: 0,
        starred: number == 55,
        delivered_ms: NOW - 100_000,
        read_ms: 0,
        lifetime_ms: 0,
    }
}

fn window(chat: ChatId) -> MessageWindow {
    let texts = [
        "Good morning!",
        "Did you see the heliograph on the hill? It flashed for an hour. I wrote it all down: https://example.org/heliograph?page=2.",
        "Yes.",
        "I have a plan.\nFirst we climb,\nthen we wait for the sun.",
        "👍",
        "שלום, מה שלומך? 12:30",
        "Averyveryverylongwordthatnobodyeverwroteinonepiecebutthatcomesinapastedtextsometimesandmustnotbreakthelayout",
        "That suits me, let us say six o'clock at the old lighthouse then.",
    ];
    let mut rows: Vec<MessageRow> = (0..60)
        .map(|number| {
            message(
                number,
                number % 5 > 2,
                texts[number as usize % texts.len()],
                if number > 57 { MessageStatus::Sent } else { MessageStatus::Read },
            )
        })
        .collect();
    rows.push(MessageRow {
        body: MessageBody::System(SystemLine::SafetyNumberChanged),
        ..message(60, false, "", MessageStatus::Sent)
    });
    rows.push(MessageRow { body: MessageBody::Waiting, ..message(61, false, "", MessageStatus::Sent) });
    rows.push(message(62, false, "Are you there?", MessageStatus::Sent));
    rows.push(message(63, true, "Delivered to you", MessageStatus::Delivered));
    let quote =
        |body| Some(Quote { message: MessageId(id(62)), sender: AccountId(id(500)), own: false, body, media: None });
    let reaction = |own, emoji: &str| Reaction { account: AccountId(id(500)), own, emoji: emoji.into() };
    rows.push(MessageRow {
        quote: quote(Quoted::Text("Are you there?".into())),
        edited: true,
        forwarded: false,
        reactions: vec![reaction(true, "👍"), reaction(false, "❤️")],
        edit_until_ms: u64::MAX,
        delete_until_ms: u64::MAX,
        ..message(66, true, "Right here", MessageStatus::Read)
    });
    rows.push(MessageRow {
        quote: quote(Quoted::Claimed("What nobody here has".into())),
        reactions: vec![reaction(false, "😂")],
        ..message(67, false, "Do you remember?", MessageStatus::Sent)
    });
    rows.push(MessageRow { body: MessageBody::Deleted, ..message(68, true, "", MessageStatus::Read) });
    rows.push(message(64, true, "This one waits", MessageStatus::Pending));
    rows.push(message(65, true, "This one was refused", MessageStatus::Failed));
    MessageWindow {
        chat,
        anchor: WindowAnchor::Newest,
        rows,
        has_older: false,
        has_newer: false,
        first_unread: None,
        unread: 0,
    }
}

fn active(chats: u64) -> Vec<Event> {
    let own = AccountId(id(999));
    vec![
        Event::Ready,
        Event::Stage(AppStage::Active),
        Event::Connection(Connection::Online),
        Event::Profile(OwnProfile {
            account: own,
            number: "+49 151 1111111".into(),
            name: "Mira Sun".into(),
            about: "On the hill".into(),
            photo: Vec::new(),
            pin_set: true,
        }),
        Event::Settings(Settings::default()),
        Event::Chats(ChatChanges { reset: true, upserts: (0..chats).map(chat).collect(), removed: Vec::new() }),
        Event::Contacts(ContactChanges {
            reset: true,
            upserts: (0..6)
                .map(|number| ContactRow {
                    account: AccountId(id(number + 500)),
                    name: NAMES[number as usize].into(),
                    about: "Hello there".into(),
                    number: "+4915123456".into(),
                    photo: Vec::new(),
                    chat: None,
                    verified: false,
                })
                .collect(),
            removed: Vec::new(),
        }),
        Event::Devices(vec![
            DeviceRow {
                device: 1,
                kind: DeviceKind::Phone,
                name: "Phone".into(),
                linked_ms: 0,
                last_seen_ms: NOW,
                online: false,
                this: true,
            },
            DeviceRow {
                device: 2,
                kind: DeviceKind::Companion,
                name: "Firefox on Linux".into(),
                linked_ms: NOW - 86_400_000,
                last_seen_ms: NOW,
                online: true,
                this: false,
            },
            DeviceRow {
                device: 3,
                kind: DeviceKind::Companion,
                name: "Chrome on Windows".into(),
                linked_ms: NOW - 8_640_000_000,
                last_seen_ms: NOW - 300_000_000,
                online: false,
                this: false,
            },
        ]),
    ]
}

fn stage(stage: AppStage, more: Event) -> Vec<Event> {
    vec![Event::Ready, Event::Stage(stage), Event::Connection(Connection::Online), more]
}

fn write(folder: &Path, name: &str, events: &[Event]) -> Result {
    Ok(std::fs::write(folder.join(format!("{name}.bin")), wire::encode_events(events))?)
}

/// A chat of this many messages, which a player of these files hands out in pages.
const LONG: u64 = 3_000;
const PAGE: u64 = 64;

fn long_message(number: u64) -> MessageRow {
    let length = [3, 9, 1, 40, 6, 0, 14][number as usize % 7];
    let text = format!("{number} {}", "what the mirror on the hill said ".repeat(length));
    MessageRow {
        id: MessageId(id(10_000 + number)),
        time_ms: NOW - 30 * 86_400_000 + number * 11 * MINUTE / 3,
        ..message(0, number % 5 > 2, text.trim(), MessageStatus::Read)
    }
}

fn long_page(anchor: WindowAnchor, page: u64) -> Event {
    let rows: Vec<MessageRow> = (page * PAGE..((page + 1) * PAGE).min(LONG)).map(long_message).collect();
    Event::Window(MessageWindow {
        chat: ChatId(id(1)),
        anchor,
        rows,
        has_older: page > 0,
        has_newer: (page + 1) * PAGE < LONG,
        first_unread: (anchor == WindowAnchor::FirstUnread).then(|| MessageId(id(10_000 + LONG - 20))),
        unread: 20,
    })
}

/// Pages by number, messages that come in, and where commands and answers have their numbers.
fn long_chat(folder: &Path) -> Result {
    let last = (LONG - 1) / PAGE;
    for page in 0..=last {
        write(folder, &format!("before-{page}"), &[long_page(WindowAnchor::Before(0), page)])?;
        write(folder, &format!("after-{page}"), &[long_page(WindowAnchor::After(0), page)])?;
    }
    write(folder, "newest", &[long_page(WindowAnchor::Newest, last)])?;
    write(
        folder,
        "opened",
        &[long_page(WindowAnchor::FirstUnread, last - 1), long_page(WindowAnchor::After(0), last)],
    )?;
    for number in 0..8 {
        let row = MessageRow { own: false, status: None, ..long_message(LONG + number) };
        let changes = MessageChanges { chat: ChatId(id(1)), upserts: vec![row], removed: Vec::new() };
        write(folder, &format!("new-{number}"), &[Event::Messages(changes)])?;
    }
    write(folder, "answered", &[Event::Answered { request: 1, result: Ok(Answer::Done) }])?;
    write(folder, "refused", &[Event::Answered { request: 1, result: Err(UserError::StorageFull) }])?;
    let safety = SafetyNumber {
        account: AccountId(id(500)),
        digits: "1234567890".repeat(6),
        qr: format!("HGS1:{}", "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".repeat(3)),
        verified: false,
    };
    write(folder, "safety", &[Event::Answered { request: 1, result: Ok(Answer::Safety(safety)) }])?;
    let code = |command: Command| wire::encode_request(&Request { id: 1, command })[1];
    let (chat, anchor, limit) = (ChatId(id(1)), WindowAnchor::Newest, 64);
    let text = format!(
        "{{\"open\":{},\"load\":{},\"safety\":{},\"long\":\"{chat}\",\"first_ms\":{},\"total\":{LONG},\"page\":{PAGE},\"step_ms\":{}}}",
        code(Command::OpenChat { chat, anchor, limit }),
        code(Command::LoadWindow { chat, anchor, limit }),
        code(Command::ShowSafetyNumber { account: AccountId(id(500)) }),
        long_message(0).time_ms,
        11 * MINUTE / 3,
    );
    Ok(std::fs::write(folder.join("codes.json"), text)?)
}

fn main() -> Result {
    let folder = std::env::args().nth(1).ok_or("which folder?")?;
    let folder = Path::new(&folder);
    let code = format!("HG1:{}", "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".repeat(4));
    let registering = |stage_of| stage(AppStage::Registering, Event::Registration(stage_of));
    let linking = |link| stage(AppStage::Linking, Event::Link(link));
    write(
        folder,
        "number",
        &registering(RegistrationStage::Number { default_region: "DE".into(), server_name: "Lighthouse".into() }),
    )?;
    write(
        folder,
        "code",
        &registering(RegistrationStage::Code {
            number: "+491512345678".into(),
            next_code_at_ms: u64::MAX / 2,
            length: 6,
        }),
    )?;
    write(folder, "choose-pin", &registering(RegistrationStage::ChoosePin))?;
    write(folder, "profile", &registering(RegistrationStage::Profile))?;
    write(folder, "link", &linking(LinkStage::ShowCode { text: code.clone(), expires_ms: NOW }))?;
    let mut idle = linking(LinkStage::ShowCode { text: code, expires_ms: NOW });
    idle.push(Event::Link(LinkStage::CodeIdle));
    write(folder, "idle", &idle)?;
    write(folder, "digits", &linking(LinkStage::EnterDigits { name: "Mira Sun".into(), tries_left: 2, wrong: true }))?;
    write(folder, "failed", &linking(LinkStage::Failed(LinkFailure::Tampered)))?;
    write(folder, "logged-out", &[Event::Ready, Event::Stage(AppStage::LoggedOut(LogoutReason::Remotely))])?;
    write(
        folder,
        "halted",
        &[Event::Ready, Event::Stage(AppStage::Halted { what: "store: integrity check failed at page 7".into() })],
    )?;
    write(folder, "other-tab", &[Event::Ready, Event::Stage(AppStage::OtherTab)])?;
    write(folder, "active", &active(1_000))?;
    write(folder, "empty", &active(0))?;
    let mut loading = active(0);
    loading.retain(|event| !matches!(event, Event::Chats(_)));
    write(folder, "loading", &loading)?;
    let mut mirror = active(40);
    mirror.push(Event::Connection(Connection::Offline { retry_at_ms: 0 }));
    mirror.push(Event::Mirror(MirrorProgress {
        active: true,
        messages_done: 41_234,
        messages_total: 100_000,
        chats_joined: 12,
        chats_total: 40,
        complete: false,
        waiting_for_phone: false,
    }));
    mirror.push(Event::Notice(Notice::DeviceLinked {
        device: 2,
        name: "Firefox on Linux".into(),
        time_ms: NOW,
        again: false,
    }));
    write(folder, "mirror", &mirror)?;
    let confirm = LinkingStage::Confirm {
        browser: "Firefox".into(),
        system: "Linux".into(),
        network: "203.0.113.7".into(),
        same_network: false,
        pasted: true,
        pin_needed: true,
        not_before_ms: NOW + 9_000,
    };
    for (name, linking) in [
        ("confirm", confirm),
        ("phone-digits", LinkingStage::ShowDigits { digits: "4071".into(), tries_left: 3 }),
        ("phone-done", LinkingStage::Done { name: "Firefox on Linux".into() }),
    ] {
        let mut events = active(12);
        events.push(Event::Linking(Some(linking)));
        write(folder, name, &events)?;
    }
    long_chat(folder)?;
    for (name, reason) in [
        ("insecure", Unsupported::InsecureContext),
        ("no-storage", Unsupported::NoStorage),
        ("old-browser", Unsupported::OldBrowser { missing: "Web Locks".into() }),
        ("newer-database", Unsupported::NewerDatabase),
        ("storage-full", Unsupported::StorageFull),
        ("server-version", Unsupported::ServerVersion),
    ] {
        write(folder, name, &[Event::Ready, Event::Stage(AppStage::Unsupported(reason))])?;
    }
    let open = ChatId(id(0));
    write(
        folder,
        "answer",
        &[
            Event::ChatInfo(ChatInfo {
                pinned: Vec::new(),
                gone: Vec::new(),
                rules: client_api::GroupRules::default(),
                may_send: true,
                may_edit: false,
                disappearing: client_api::Disappearing::Off,
                in_common: Vec::new(),
                link: None,
                asking: Vec::new(),
                chat: open,
                kind: ChatKind::Direct,
                peer: AccountId(id(500)),
                title: NAMES[0].into(),
                number: "+491512345678".into(),
                about: "First programmer".into(),
                photo: Vec::new(),
                devices: 3,
                completeness: Completeness::BackTo(NOW - 86_400_000 * 30),
                draft: String::new(),
                joined: true,
                verified: false,
                members: Vec::new(),
            }),
            Event::Window(MessageWindow { first_unread: None, ..window(open) }),
        ],
    )
}
