//! Notifications of devices that are away, through a push service.

use crate::client::Host;
use crate::device::*;
use crate::push_service::{Browser, PushService, Pushed};
use openmls::prelude::MlsGroup;
use proto::account::{PushKey, PutPush};
use proto::ids::ChatId;
use proto::limits::{PUSH_ENDPOINT_LEN_MAX, PUSH_HINT_LEN_MAX, URGENT_FOR_MAX};
use proto::wire::client_frame::Body;
use proto::wire::{self, item, refused::Reason};
use serde_json::Value;

/// Alice is connected; Bob has joined and left, and has a push subscription.
struct Away {
    host: Host,
    service: PushService,
    alice: Device,
    alice_account: Account,
    bob: Device,
    bob_account: Account,
    alice_socket: Socket,
    chat: ChatId,
    alice_group: MlsGroup,
    bob_acked: u64,
}

async fn away() -> Away {
    let service = PushService::start().await;
    let host = Host::start_with(|config| {
        let push = config.push.as_mut().unwrap();
        push.hosts = vec!["http://127.0.0.1".parse().unwrap()];
        push.contact = "mailto:operator@example.org".into();
    })
    .await;
    let (alice_account, alice) = registered(&host, "+4915123456701").await;
    let (bob_account, bob) = registered(&host, "+4915123456702").await;
    let mut alice_socket = alice.hello(&host).await;
    let (mut alice_group, create) = alice.direct_chat(bob.address.account, &[(bob.address, bob.key_package())]);
    let chat = ChatId::try_from(create.chat.clone()).unwrap();
    taken(alice_socket.ask(Body::GroupCreate(create)).await);
    alice.merge(&mut alice_group);
    assert_eq!(host.put("/v1/push", Some(&bob.token), &subscription(&service, "bob")).await.status, 204);
    Away { host, service, alice, alice_account, bob, bob_account, alice_socket, chat, alice_group, bob_acked: 0 }
}

fn subscription(service: &PushService, path: &str) -> PutPush {
    PutPush { endpoint: service.endpoint(path), p256dh: service.browser.p256dh(), auth: service.browser.auth.to_vec() }
}

impl Away {
    async fn says(&mut self, text: &str, hint: &[u8]) -> wire::Accepted {
        let app = wire::App { push_hint: hint.to_vec(), ..self.alice.app(&mut self.alice_group, self.chat, text) };
        taken(self.alice_socket.ask(Body::App(app)).await)
    }

    async fn calls(&mut self, hint: &[u8]) {
        let push_hint = hint.to_vec();
        let app = wire::App { urgent: true, push_hint, ..self.alice.app(&mut self.alice_group, self.chat, "ring") };
        taken(self.alice_socket.ask(Body::App(app)).await);
    }

    fn hints(&self, pushed: &Pushed) -> Vec<Vec<u8>> {
        let text: Value = serde_json::from_str(&pushed.text).unwrap();
        let b64 = |value: &Value| data_encoding::BASE64URL_NOPAD.decode(value.as_str().unwrap().as_bytes()).unwrap();
        let notices = text["notices"].as_array().unwrap();
        notices
            .iter()
            .map(|notice| {
                assert_eq!(b64(&notice["chat"]), self.chat.to_vec());
                assert_eq!(b64(&notice["account"]), self.alice.address.account.to_vec());
                assert_eq!(notice["device"], self.alice.address.device.0);
                b64(&notice["hint"])
            })
            .collect()
    }
}

#[tokio::test]
async fn who_is_away_is_pushed_what_the_sender_sealed() {
    let mut a = away().await;
    // Neither the chat's making nor what nobody is to be notified of wakes anybody.
    a.says("a profile's key, say", b"").await;
    a.says("hello Bob", b"sealed preview").await;
    let pushed = a.service.next().await;
    assert_eq!(a.hints(&pushed), [b"sealed preview"]);
    assert_eq!(pushed.path, "/bob");
    assert_eq!((pushed.headers["urgency"].as_str(), pushed.headers["ttl"].as_str()), ("high", "604800"));
    assert!(pushed.headers.contains_key("topic"));
    assert_eq!(pushed.claims["sub"], "mailto:operator@example.org");
    let key: PushKey = a.host.get("/v1/push/key", Some(&a.bob.token)).await.ok();
    assert_eq!(pushed.vapid_key, key.key);
    let exp = pushed.claims["exp"].as_u64().unwrap() * 1_000;
    let now_ms = a.host.clock.now();
    assert!((now_ms + 1..=now_ms + 24 * 3_600_000).contains(&exp), "RFC 8292, 2");
    a.calls(b"").await;
    let call = a.service.next().await;
    assert_eq!((call.path.as_str(), call.headers.contains_key("topic")), ("/bob", false));
    assert!((40..=45).contains(&call.headers["ttl"].parse::<u32>().unwrap()));
    assert!(a.service.nothing_more());
}

#[tokio::test]
async fn a_call_that_is_urgent_for_some_wakes_nobody_else() {
    let mut a = away().await;
    let rings = async |a: &mut Away, accounts: Vec<Vec<u8>>, hint: &[u8]| {
        let push_hint = hint.to_vec();
        let app = a.alice.app(&mut a.alice_group, a.chat, "ring");
        let app = wire::App { urgent_for: accounts, push_hint, ..app };
        a.alice_socket.ask(Body::App(app)).await
    };
    taken(rings(&mut a, vec![vec![9; 16]], b"for another").await);
    let bob = a.bob.address.account.to_vec();
    taken(rings(&mut a, vec![vec![9; 16], bob], b"").await);
    let pushed = a.service.next().await;
    assert_eq!((a.hints(&pushed), urgencies(&pushed)), (vec![Vec::new()], vec![true]));
    assert!(a.service.nothing_more());
    let reply = rings(&mut a, vec![vec![9; 16]; URGENT_FOR_MAX + 1], b"").await;
    refused(reply, Reason::TooLarge, "65 accounts to wake are too many");
    refused(rings(&mut a, vec![vec![9; 15]], b"").await, Reason::Invalid, "urgent_for: 16 bytes are wanted");
}

/// Also those that are away: what one wrote oneself is no news.
#[tokio::test]
async fn the_senders_own_devices_are_pushed_nothing() {
    let mut a = away().await;
    let browser = linked(&a.host, &mut a.alice_account, &a.alice).await;
    let commit = a.alice.add(&mut a.alice_group, a.chat, &[(browser.address, browser.key_package())]);
    taken(a.alice_socket.ask(Body::Commit(commit)).await);
    a.alice.merge(&mut a.alice_group);
    let put = subscription(&a.service, "alice");
    assert_eq!(a.host.put("/v1/push", Some(&browser.token), &put).await.status, 204);
    // The second one comes a second after the first: by then all pushes of that are here.
    for hint in [b"one", b"two"] {
        a.says("hello Bob", hint).await;
        let pushed = a.service.next().await;
        assert_eq!((pushed.path.as_str(), a.hints(&pushed)), ("/bob", vec![hint.to_vec()]));
    }
}

#[tokio::test]
async fn nothing_of_a_push_stays_in_the_database() {
    let mut a = away().await;
    a.says("hello Bob", b"a preview that is sealed").await;
    a.service.next().await;
    let files = ["heliograph.db", "heliograph.db-wal"].map(|name| std::fs::read(a.host.folder().join(name)).unwrap());
    for bytes in files {
        assert!(!bytes.windows(24).any(|window| window == b"a preview that is sealed"));
    }
}

#[tokio::test]
async fn who_is_connected_gets_no_push_until_what_it_never_acknowledged_is_left_behind() {
    let mut a = away().await;
    let mut bob = a.bob.hello(&a.host).await;
    a.says("read", b"one").await;
    a.says("unread", b"two").await;
    let seq = loop {
        let (queue_seq, body) = bob.item().await;
        if matches!(body, item::Body::Group(item) if item.seq == 2) {
            break queue_seq;
        }
    };
    bob.ask(Body::Ack(wire::Ack { queue_seq: seq })).await;
    assert!(a.service.nothing_more(), "Bob is connected");
    a.bob_acked = seq;
    drop(bob);
    let pushed = a.service.next().await;
    assert_eq!(a.hints(&pushed), [b"two"]);
}

#[tokio::test]
async fn a_call_rings_also_where_a_page_is_connected() {
    let mut a = away().await;
    let _bob = a.bob.hello(&a.host).await;
    a.calls(b"").await;
    let call = a.service.next().await;
    assert_eq!((call.path.as_str(), urgencies(&call)), ("/bob", vec![true]));
}

#[tokio::test]
async fn nobody_rings_more_often_than_people_call() {
    let mut a = away().await;
    for _ in 0..3 {
        a.calls(b"").await;
    }
    a.calls(b"").await;
    a.calls(b"as a message").await;
    assert_eq!(urgencies(&a.service.next().await), [true]);
    // The other calls wait for the pause between two, of which the limit is none.
    let pushed = a.service.next().await;
    assert_eq!((urgencies(&pushed), a.hints(&pushed)), (vec![false], vec![b"as a message".to_vec()]));
}

#[tokio::test]
async fn what_hello_says_is_there_is_pushed_no_more() {
    let mut a = away().await;
    let mut bob = a.bob.hello(&a.host).await;
    a.says("read", b"one").await;
    let seq = loop {
        let (queue_seq, body) = bob.item().await;
        if matches!(body, item::Body::Group(item) if item.seq == 2) {
            break queue_seq;
        }
    };
    let mut again = Socket::open(&a.host).await;
    let reply = again.ask(Body::Hello(a.bob.hello_body(seq, 2))).await;
    assert!(matches!(reply, wire::reply::Body::HelloOk(_)), "{reply:?}");
    drop((bob, again));
    a.says("next", b"two").await;
    let pushed = a.service.next().await;
    assert_eq!(a.hints(&pushed), [b"two"]);
}

fn urgencies(pushed: &Pushed) -> Vec<bool> {
    let text: Value = serde_json::from_str(&pushed.text).unwrap();
    text["notices"].as_array().unwrap().iter().map(|notice| notice["urgent"].as_bool().unwrap()).collect()
}

#[tokio::test]
async fn a_subscription_that_has_ended_is_forgotten_and_a_busy_service_is_asked_again() {
    let mut a = away().await;
    a.service.answers(503, "retry-after: 1\r\n");
    a.says("hello Bob", b"one").await;
    let first = a.service.next().await;
    let again = a.service.next().await;
    assert_eq!((a.hints(&first), a.hints(&again)), (vec![b"one".to_vec()], vec![b"one".to_vec()]));
    a.service.answers(410, "");
    a.says("hello?", b"two").await;
    a.service.next().await;
    // Nobody waits for the forgetting: it is there when the next message has found no subscription.
    let is_gone = async || {
        let database = rusqlite::Connection::open(a.host.folder().join("heliograph.db")).unwrap();
        database.query_row("SELECT count(*) FROM push_subscription", [], |row| row.get::<_, u32>(0)).unwrap() == 0
    };
    let forgotten = async {
        while !is_gone().await {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(60), forgotten).await.expect("it is forgotten");
    a.says("hello??", b"three").await;
    assert!(a.service.nothing_more());
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let mut a = away().await;
    let other = PushService::start().await;
    let location: &'static str = format!("location: {}\r\n", other.endpoint("elsewhere")).leak();
    a.service.answers(307, location);
    a.says("hello Bob", b"one").await;
    a.service.next().await;
    a.says("hello again", b"two").await;
    let pushed = a.service.next().await;
    assert_eq!(a.hints(&pushed), [b"two"], "what was refused is not tried again");
    let mut other = other;
    assert!(other.nothing_more());
}

#[tokio::test]
async fn what_the_server_must_not_speak_to_is_refused() {
    let a = away().await;
    let good = subscription(&a.service, "bob");
    let put = async |body: PutPush| a.host.put("/v1/push", Some(&a.bob.token), &body).await;
    for endpoint in ["https://example.org/push", "https://127.0.0.1/", "http://192.168.1.1/", "https://localhost/"] {
        put(PutPush { endpoint: endpoint.into(), ..good.clone() }).await.refused(403, "push-host");
    }
    for endpoint in ["", "nonsense", "file:///etc/passwd", "https://x:y@fcm.googleapis.com/"] {
        put(PutPush { endpoint: endpoint.into(), ..good.clone() }).await.refused(400, "malformed");
    }
    let long = format!("https://fcm.googleapis.com/{}", "x".repeat(PUSH_ENDPOINT_LEN_MAX));
    put(PutPush { endpoint: long, ..good.clone() }).await.refused(413, "too-large");
    for p256dh in [vec![], vec![4; 65], Browser::new(1).p256dh()[1..].to_vec()] {
        put(PutPush { p256dh, ..good.clone() }).await.refused(400, "malformed");
    }
    put(PutPush { auth: vec![1; 15], ..good.clone() }).await.refused(400, "malformed");
    assert_eq!(put(PutPush { endpoint: "https://fcm.googleapis.com/fcm/send/x".into(), ..good }).await.status, 204);
}

#[tokio::test]
async fn a_server_without_pushes_takes_no_subscription() {
    let service = PushService::start().await;
    let host = Host::start_with(|config| config.push = None).await;
    let (_, phone) = registered(&host, "+4915123456701").await;
    host.get("/v1/push/key", Some(&phone.token)).await.refused(404, "push-off");
    host.put("/v1/push", Some(&phone.token), &subscription(&service, "x")).await.refused(404, "push-off");
}

#[tokio::test]
async fn a_hint_has_a_limit() {
    let mut a = away().await;
    a.says("hello", &[1; PUSH_HINT_LEN_MAX]).await;
    let app = wire::App {
        push_hint: vec![1; PUSH_HINT_LEN_MAX + 1],
        ..a.alice.app(&mut a.alice_group, a.chat, "a long hint")
    };
    refused(a.alice_socket.ask(Body::App(app)).await, Reason::TooLarge, "513 bytes are too many");
}

#[tokio::test]
async fn who_was_unlinked_or_unsubscribes_is_pushed_nothing() {
    let mut a = away().await;
    let browser = linked(&a.host, &mut a.bob_account, &a.bob).await;
    let put = subscription(&a.service, "browser");
    assert_eq!(a.host.put("/v1/push", Some(&browser.token), &put).await.status, 204);
    a.bob_account.without(&browser);
    assert_eq!(a.host.put("/v1/devices", Some(&a.bob.token), &a.bob_account.put_body()).await.status, 204);
    a.host.put("/v1/push", Some(&browser.token), &put).await.refused(401, "device-revoked");
    a.says("hello Bob", b"one").await;
    assert_eq!(a.service.next().await.path, "/bob");
    assert_eq!(a.host.send("DELETE", "/v1/push", Some(&a.bob.token), &[], Vec::new()).await.status, 204);
    a.says("hello?", b"two").await;
    // What would be pushed is handed on before the next answer.
    assert_eq!(a.host.get("/health", None).await.status, 200);
    assert!(a.service.nothing_more());
}

#[tokio::test]
async fn the_key_that_browsers_subscribe_for_stays() {
    let a = away().await;
    let before: PushKey = a.host.get("/v1/push/key", Some(&a.bob.token)).await.ok();
    assert_eq!((before.key.len(), before.key[0]), (65, 4));
    let host = a.host.restart().await;
    let after: PushKey = host.get("/v1/push/key", Some(&a.bob.token)).await.ok();
    assert_eq!(before, after);
}
