use super::*;
use crate::http::Answer as Reply;
use crate::io::HttpBody;
use crate::outbox;
use crate::sending::Written;
use crate::testing::{CHAT, Peer, now_ms, phone, step};
use client_api::{Command, Previews, Request, Settings};
use e2ee::preview::{PreviewKind, PreviewOf, open_preview, preview_key_id};
use proto::account::Problem;
use proto::content::{Content, NotificationKey, content};
use proto::ids::{AccountId, DeviceAddress, DeviceNumber, MessageId};
use proto::wire::App;
use rusqlite::Connection;

const CHAT_UI: client_api::ChatId = client_api::ChatId(CHAT.0);
const WEEK_MS: u64 = 7 * 24 * 3_600_000;

/// A phone that has a chat with somebody, and whose clock a test moves.
struct Story {
    client: Client,
    db: Connection,
    peer: Peer,
    at_ms: u64,
}

/// What leaves of one message: its hint, and the key that goes behind it, if one does.
struct Sent {
    id: MessageId,
    hint: Vec<u8>,
    key: Option<[u8; 32]>,
}

impl Story {
    fn new() -> Self {
        let (client, db) = phone();
        let mut peer = Peer::new();
        peer.shares_chat_with(&db);
        Self { client, db, peer, at_ms: now_ms() }
    }

    fn of_a_group() -> Self {
        let (client, db) = phone();
        let mut peer = Peer::new();
        peer.shares_group_with(&db);
        Self { client, db, peer, at_ms: now_ms() }
    }

    fn does<T>(&mut self, act: impl FnOnce(&mut Client, &mut Context<'_>) -> T) -> (T, Vec<Output>) {
        let client = &mut self.client;
        step(&self.db, self.at_ms, |cx| act(client, cx))
    }

    fn me(&self) -> DeviceAddress {
        step(&self.db, 1, |cx| cx.me().expect("me").address).0
    }

    /// Everything that waits in the chat's outbox, encrypted and taken by the server.
    fn sent(&mut self) -> Vec<(outbox::Operation, App)> {
        self.does(|client, cx| {
            let mut sent = Vec::new();
            while let Some(operation) = outbox::head(cx.db, CHAT).expect("read") {
                client.flights.clear();
                client.send_waiting(cx).expect("no halt");
                let stored = outbox::find(cx.db, operation.op_id).expect("read").expect("it waits for a verdict");
                sent.push((operation, App::decode(stored.frame.as_slice()).expect("a frame")));
                outbox::remove(cx, stored.op_id).expect("taken");
            }
            sent
        })
        .0
    }

    fn writes(&mut self, words: &str) -> Sent {
        let written = Written { text: words.to_owned(), ..Written::default() };
        self.does(|client, cx| client.send_text(cx, 1, CHAT_UI, written).expect("no halt"));
        let all = self.sent();
        let (operation, app) = all.iter().find(|(operation, _)| operation.message.is_some()).expect("the message");
        let key = all.iter().find_map(|(operation, app)| {
            let content = Content::decode(operation.content.as_slice()).expect("a content");
            match content.body {
                Some(content::Body::NotificationKey(given)) => {
                    assert!(app.push_hint.is_empty(), "nobody is notified of a key");
                    Some(given.key.try_into().expect("32 bytes"))
                }
                _ => None,
            }
        });
        let message = operation.message.expect("a message");
        Sent { id: message, hint: app.push_hint.clone(), key }
    }

    fn opened(&self, key: &[u8; 32], sent: &Sent) -> (PreviewKind, String) {
        let of = PreviewOf { chat: CHAT, sender: self.me(), message: sent.id };
        open_preview(key, &of, &sent.hint).expect("it opens")
    }

    fn asks(&mut self, command: Command) -> Vec<Output> {
        self.does(|client, cx| client.on_command(cx, Request { id: 7, command }).expect("no halt")).1
    }

    fn turns_on(&mut self, endpoint: &str, reply: Reply<()>) -> Vec<Output> {
        let (p256dh, auth) = (vec![4; 65], vec![1; 16]);
        self.asks(Command::TurnPushOn(PushSubscription { endpoint: endpoint.to_owned(), p256dh, auth }));
        self.does(|client, cx| client.on_push_put(cx, 7, endpoint, reply).expect("no halt")).1
    }

    fn hears_key(&mut self, key: [u8; 32]) {
        self.does(|_, cx| {
            let chat = chats::find(cx.db, CHAT).expect("read").expect("the chat");
            on_key(cx, &chat, &NotificationKey { key: key.to_vec() }).expect("no halt");
        });
    }

    /// What the service worker is told at the end of an input that has changed the chat.
    fn told(&mut self, change: impl FnOnce(&mut Client, &mut Context<'_>)) -> Vec<PushTask> {
        let (_, out) = self.does(|client, cx| {
            change(client, cx);
            client.show_changes(cx).expect("shown");
        });
        tasks(out)
    }
}

fn tasks(out: Vec<Output>) -> Vec<PushTask> {
    let task = |output| match output {
        Output::Push(task) => Some(task),
        _ => None,
    };
    out.into_iter().filter_map(task).collect()
}

#[test]
fn the_first_message_brings_a_key_and_the_next_ones_are_sealed_under_it() {
    let mut story = Story::new();
    let first = story.writes("hello");
    let key = first.key.expect("a key goes behind it");
    assert_eq!(story.opened(&key, &first), (PreviewKind::Text, "hello".to_owned()));
    let second = story.writes("again");
    assert_eq!(second.key, None);
    assert_eq!(story.opened(&key, &second), (PreviewKind::Text, "again".to_owned()));
    assert_ne!(first.hint, second.hint);
}

#[test]
fn a_key_that_another_gave_is_used() {
    let mut story = Story::new();
    story.hears_key([9; 32]);
    let sent = story.writes("hello");
    assert_eq!(sent.key, None);
    assert_eq!(story.opened(&[9; 32], &sent).1, "hello");
    story.does(|_, cx| {
        let chat = chats::find(cx.db, CHAT).expect("read").expect("the chat");
        for key in [vec![], vec![1; 31], vec![1; 33]] {
            on_key(cx, &chat, &NotificationKey { key }).expect("no halt");
        }
    });
    assert_eq!(keys::of(&story.db, CHAT).expect("read"), [[9; 32]], "what is none is dropped");
}

#[test]
fn a_key_is_used_for_a_week() {
    let mut story = Story::new();
    let first = story.writes("hello").key.expect("a key");
    story.at_ms += WEEK_MS - 1;
    assert_eq!(story.writes("within the week").key, None);
    story.at_ms += 1;
    let next = story.writes("after it").key.expect("a new key");
    assert_ne!(first, next);
    assert_eq!(keys::of(&story.db, CHAT).expect("read"), [next, first], "the last one is kept for what is under way");
    // A clock that was set back would make a key good for ever.
    story.at_ms -= WEEK_MS;
    assert!(story.writes("by another clock").key.is_some());
}

#[test]
fn whoever_comes_or_goes_ends_a_key() {
    let mut story = Story::of_a_group();
    let first = story.writes("hello").key.expect("a key");
    let change = |story: &mut Story, act: &dyn Fn(&mut e2ee::ChatGroup, &e2ee::Provider<'_>, &e2ee::OwnDevice)| {
        story.does(|_, cx| {
            let chat = chats::find(cx.db, CHAT).expect("read").expect("the chat");
            let device = crate::mls::own_device(cx).expect("device");
            let mut group = crate::mls::load(cx, &chat).expect("read").expect("the group");
            let provider = crate::mls::provider(cx);
            act(&mut group, &provider, &device);
            group.confirm_pending(&provider).expect("in force");
        });
    };
    // New keys of a leaf alone change nobody's right to read.
    change(&mut story, &|group, provider, device| {
        group.stage_self_update(provider, device, b"").expect("staged");
    });
    assert_eq!(story.writes("after new keys").key, None);
    let gone = DeviceAddress { account: story.peer.list.account(), device: DeviceNumber(1) };
    change(&mut story, &|group, provider, device| {
        group.stage_remove(provider, device, &[gone], b"").expect("staged");
    });
    let second = story.writes("without them").key.expect("a new key");
    assert_ne!(first, second);
    assert_eq!(story.writes("still without").key, None);
}

#[test]
fn what_is_said_about_messages_and_to_oneself_notifies_nobody() {
    let mut story = Story::new();
    let message = client_api::MessageId(story.writes("hello").id.0);
    story.asks(Command::React { chat: CHAT_UI, message, emoji: "👍".to_owned() });
    story.asks(Command::EditText { chat: CHAT_UI, message, text: "hello!".to_owned() });
    let sent = story.sent();
    assert!(!sent.is_empty() && sent.iter().all(|(_, app)| app.push_hint.is_empty()));
    let me = story.me().account;
    let (notes, _) = story.does(|_, cx| {
        let notes = chats::Chat { peer: me, ..chats::find(cx.db, CHAT).expect("read").expect("the chat") };
        on_key(cx, &notes, &NotificationKey { key: vec![3; 32] }).expect("no halt");
        keys::of(cx.db, CHAT).expect("read")
    });
    assert!(!notes.contains(&[3; 32]));
}

#[test]
fn a_long_text_is_cut_and_a_hint_fits_what_the_server_takes() {
    let mut story = Story::new();
    let sent = story.writes(&"ä".repeat(5_000));
    assert!(sent.hint.len() <= proto::limits::PUSH_HINT_LEN_MAX);
    let shown = story.opened(&sent.key.expect("a key"), &sent).1;
    assert_eq!(shown, "ä".repeat(126));
}

#[test]
fn of_a_chat_the_newest_keys_are_kept() {
    let mut story = Story::new();
    for key in 1..=5 {
        story.hears_key([key; 32]);
    }
    assert_eq!(keys::of(&story.db, CHAT).expect("read"), [[5; 32], [4; 32], [3; 32]]);
}

#[test]
fn the_service_worker_is_told_of_chats_only_while_it_is_to_notify() {
    let mut story = Story::new();
    let mute = |_: &mut Client, cx: &mut Context<'_>| {
        own_state::set(cx, &ChatKey::Mute.of(CHAT), own_state::number(u64::MAX)).expect("muted");
    };
    assert_eq!(story.told(mute), [], "nobody wants to be notified");
    story.hears_key([9; 32]);
    let out = story.turns_on("https://push.example/1", Reply::Ok(()));
    let shown = out.iter().any(|output| {
        matches!(output, Output::Event(Event::Push(PushState::On { endpoint })) if endpoint == "https://push.example/1")
    });
    assert!(shown);
    let book = tasks(out);
    let [PushTask::Keep { previews: Previews::SenderAndText, chats }] = book.as_slice() else { panic!("{book:?}") };
    let [page] = chats.as_slice() else { panic!("{chats:?}") };
    assert_eq!((page.chat, page.muted_until_ms), (CHAT_UI, u64::MAX));
    assert_eq!(page.keys, [PushKey([9; 32])]);
    let told = story.told(|_, cx| {
        own_state::set(cx, &ChatKey::Mute.of(CHAT), Vec::new()).expect("no longer muted");
    });
    let [PushTask::Change(pages)] = told.as_slice() else { panic!("{told:?}") };
    assert_eq!(pages[0].muted_until_ms, 0);
    let told = story.told(|client, cx| {
        let settings = Settings { previews: Previews::Nothing, ..Settings::default() };
        client.set_settings(cx, 0, &settings).expect("no halt");
    });
    assert!(matches!(told.as_slice(), [PushTask::Keep { previews: Previews::Nothing, .. }]), "{told:?}");
    // A run that begins anew gives it all again.
    let (_, out) = story.does(|_, cx| give_book(cx).expect("given"));
    assert_eq!(tasks(out).len(), 1);
    let out = story.asks(Command::TurnPushOff);
    let asked = out.iter().any(|output| {
        matches!(output, Output::Http(request) if request.method == HttpMethod::Delete && request.path == "/v1/push")
    });
    assert!(asked, "the server is told");
    assert_eq!(tasks(out), [PushTask::Forget]);
    assert_eq!(story.told(mute), []);
}

/// A hint that another device of ours made would open as well, whoever the server says wrote it.
#[test]
fn the_service_worker_may_show_what_others_wrote_and_never_what_oneself_did() {
    for (mut story, of_a_group) in [(Story::new(), false), (Story::of_a_group(), true)] {
        let me = client_api::AccountId(story.me().account.0);
        let peer = story.peer.list.account();
        if of_a_group {
            for account in [peer, story.me().account] {
                story
                    .db
                    .execute(
                        "INSERT INTO group_member (chat, account, admin, since_seq) VALUES (?1, ?2, 0, 1)",
                        rusqlite::params![CHAT.as_bytes(), account.as_bytes()],
                    )
                    .expect("a member");
            }
        }
        let book = tasks(story.turns_on("https://push.example/1", Reply::Ok(())));
        let [PushTask::Keep { chats, .. }] = book.as_slice() else { panic!("{book:?}") };
        let people = &chats.iter().find(|page| page.chat == CHAT_UI).expect("the chat").people;
        assert!(people.iter().all(|(account, name)| *account != me && name.is_empty() != of_a_group), "{people:?}");
        assert!(people.iter().any(|(account, _)| account.0 == peer.0), "{people:?}");
    }
}

#[test]
fn what_the_server_refuses_is_not_on() {
    let mut story = Story::new();
    for (reply, error) in [
        (Reply::Problem(Problem { code: "push-host".into(), ..Problem::default() }), UserError::PushHost),
        (Reply::Problem(Problem { code: "push-off".into(), ..Problem::default() }), UserError::PushOff),
        (Reply::None, UserError::Offline),
    ] {
        let out = story.turns_on("https://push.example/1", reply);
        assert!(out.contains(&Output::Event(Event::Answered { request: 7, result: Err(error) })));
        let (on, _) = story.does(|_, cx| endpoint(cx).expect("read"));
        assert_eq!(on, None);
    }
}

#[test]
fn the_address_of_this_browser_is_in_no_line_of_a_log() {
    let mut story = Story::new();
    let subscription =
        PushSubscription { endpoint: "https://push.example/secret".into(), p256dh: vec![4; 65], auth: vec![1; 16] };
    let command = Command::TurnPushOn(subscription.clone());
    let out = story.asks(command.clone());
    let state = PushState::On { endpoint: subscription.endpoint.clone() };
    assert!(!format!("{subscription:?} {command:?} {state:?} {out:?}").contains("secret"));
    let asked = |output: &Output| match output {
        Output::Http(request) => match &request.body {
            HttpBody::Bytes(body) => account::PutPush::decode(body.as_slice()).ok(),
            HttpBody::Stored { .. } => None,
        },
        _ => None,
    };
    let put = out.iter().find_map(asked).expect("the server gets it");
    assert_eq!(put.endpoint, subscription.endpoint);
}

#[test]
fn who_is_put_out_keeps_no_key() {
    let mut story = Story::of_a_group();
    story.hears_key([9; 32]);
    story.does(|_, cx| {
        let chat = chats::find(cx.db, CHAT).expect("read").expect("the chat");
        groups::put_out(cx, &chat, AccountId([1; 16]), 1).expect("no halt");
    });
    assert_eq!(keys::of(&story.db, CHAT).expect("read"), [] as [[u8; 32]; 0]);
    assert_ne!(preview_key_id(&[9; 32]), preview_key_id(&[8; 32]));
}
