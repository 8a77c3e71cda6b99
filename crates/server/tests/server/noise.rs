//! Bytes that nobody meant: on sockets before and after Hello, in bodies, in handshakes. Whoever sends them is refused or cut off;
//! nothing panics, nothing is answered with 500, and the others are served on.

use crate::client::Host;
use crate::device::*;
use openmls::prelude::*;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use prost::Message as _;
use proto::account::Problem;
use proto::ids::ChatId;
use proto::limits::FRAME_LEN_MAX;
use proto::wire::client_frame::Body;
use proto::wire::{self, ClientFrame, item, reply};
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;

static PANICS: AtomicUsize = AtomicUsize::new(0);

/// A task's panic ends a connection, which is what noise does anyway: it has to be counted to be seen.
fn count_panics() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if panic.location().is_some_and(|at| !at.file().contains("tests/server")) {
                PANICS.fetch_add(1, Ordering::SeqCst);
            }
            before(panic);
        }));
    });
}

/// Runs a property over one server, which must be as good as new after each case.
fn hold<T: std::fmt::Debug>(
    cases: u32,
    noise: &impl Strategy<Value = T>,
    case: impl AsyncFn(&Scene, T) -> Result<(), TestCaseError>,
) {
    count_panics();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let scene = runtime.block_on(Scene::set());
    let mut runner = TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() });
    let held = runner.run(noise, |noise| {
        runtime.block_on(async {
            let before = PANICS.load(Ordering::SeqCst);
            case(&scene, noise).await?;
            prop_assert_eq!(PANICS.load(Ordering::SeqCst), before, "a panic");
            scene.others_are_served().await
        })
    });
    // Says the seed and the smallest noise that does it.
    held.unwrap_or_else(|error| panic!("{error}"));
}

/// A server, somebody who makes noise, and somebody who has nothing to do with it.
struct Scene {
    host: Host,
    noisy: Device,
    other: Device,
    others: tokio::sync::Mutex<(Socket, MlsGroup)>,
    /// Of both.
    chat: ChatId,
    /// One of each that the noisy one could send; none of them moves the chat to another epoch.
    honest: Vec<Body>,
    /// This would.
    commit: wire::Commit,
}

impl Scene {
    async fn set() -> Self {
        let host = Host::start_with(|config| config.rate_limit_factor = NonZeroU32::new(100_000).unwrap()).await;
        let (_, noisy) = registered(&host, "+4915123456701").await;
        let (_, other) = registered(&host, "+4915123456702").await;
        let (mut socket, mut others) = (noisy.hello(&host).await, other.hello(&host).await);
        let (mut group, create) = noisy.direct_chat(other.address.account, &[(other.address, other.key_package())]);
        let chat = ChatId::try_from(create.chat.clone()).unwrap();
        let made = socket.ask(Body::GroupCreate(create.clone())).await;
        assert!(matches!(made, reply::Body::Accepted(_)), "{made:?}");
        noisy.merge(&mut group);
        let (_, item::Body::Welcome(welcome)) = others.item().await else { panic!("no welcome") };
        let joined = other.join(&welcome);
        let app = noisy.app(&mut group, chat, "honest");
        let commit = noisy.change(&mut group, chat, Vec::new(), Vec::new());
        let stale = wire::Commit { group_info: noisy.group_info(&group, false), ..commit.clone() };
        let honest = vec![
            Body::App(app),
            Body::Commit(stale.clone()),
            Body::CommitBatch(wire::CommitBatch { commits: vec![stale] }),
            Body::ResetGroup(wire::ResetGroup { op_id: op().to_vec(), base_epoch: 1, create: Some(create.clone()) }),
            Body::GroupCreate(create),
            Body::GetGroupInfo(wire::GetGroupInfo { chat: chat.to_vec() }),
            Body::FetchLog(wire::FetchLog { chat: chat.to_vec(), from_seq: u64::MAX, limit: u32::MAX }),
            Body::Ack(wire::Ack { queue_seq: u64::MAX }),
            Body::ReadMark(wire::ReadMark { chat: chat.to_vec(), epoch: u64::MAX, sealed: vec![1] }),
            Body::GetMarks(wire::GetMarks { chats: vec![chat.to_vec()] }),
            Body::Ephemeral(wire::Ephemeral { chat: chat.to_vec(), epoch: u64::MAX, sealed: vec![1] }),
            Body::ListGroups(wire::ListGroups { after_chat: Vec::new(), limit: u32::MAX }),
            Body::FindDirect(wire::FindDirect { direct_key: vec![1; 32] }),
            Body::Hello(noisy.hello_body(u64::MAX, u64::MAX)),
        ];
        Self { host, noisy, other, others: tokio::sync::Mutex::new((others, joined)), chat, honest, commit }
    }

    /// A message in the chat of both is taken, and comes.
    async fn others_are_served(&self) -> Result<(), TestCaseError> {
        let mut others = self.others.lock().await;
        let (socket, group) = &mut *others;
        let app = self.other.app(group, self.chat, "still here");
        let sent = match socket.ask(Body::App(app)).await {
            reply::Body::Accepted(accepted) => accepted.seq,
            other => return Err(TestCaseError::fail(format!("{other:?}"))),
        };
        loop {
            let (queue_seq, body) = socket.item().await;
            if matches!(body, item::Body::Group(entry) if entry.seq == sent) {
                socket.send(0, Body::Ack(wire::Ack { queue_seq })).await;
                return Ok(());
            }
        }
    }

    fn frame(&self, which: usize, request: u32) -> Vec<u8> {
        let body = self.honest[which % self.honest.len()].clone();
        ClientFrame { request, body: Some(body) }.encode_to_vec()
    }
}

/// What is done to honest bytes.
#[derive(Debug, Clone)]
enum Damage {
    Flip(proptest::sample::Index, u8),
    Cut(proptest::sample::Index),
    Insert(proptest::sample::Index, Vec<u8>),
    Repeat,
}

impl Damage {
    fn to(&self, mut bytes: Vec<u8>) -> Vec<u8> {
        if bytes.is_empty() {
            return bytes;
        }
        match self {
            Self::Flip(at, mask) => {
                let at = at.index(bytes.len());
                bytes[at] ^= mask;
            }
            Self::Cut(at) => bytes.truncate(at.index(bytes.len())),
            Self::Insert(at, more) => {
                let at = at.index(bytes.len());
                bytes.splice(at..at, more.iter().copied());
            }
            Self::Repeat => bytes.extend(bytes.clone()),
        }
        bytes
    }
}

fn damage() -> impl Strategy<Value = Damage> {
    let at = || any::<proptest::sample::Index>();
    prop_oneof![
        4 => (at(), 1..=u8::MAX).prop_map(|(at, mask)| Damage::Flip(at, mask)),
        2 => at().prop_map(Damage::Cut),
        2 => (at(), proptest::collection::vec(any::<u8>(), 1..9)).prop_map(|(at, more)| Damage::Insert(at, more)),
        1 => Just(Damage::Repeat),
    ]
}

/// One thing that a client may do on its socket.
#[derive(Debug, Clone)]
enum Step {
    Hello,
    Honest(usize, u32),
    Damaged(usize, Damage),
    Bytes(Vec<u8>),
    Text(String),
    Ping(Vec<u8>),
    Pong,
    TooLarge,
    Close,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let bytes = || proptest::collection::vec(any::<u8>(), 0..100);
    let step = prop_oneof![
        6 => Just(Step::Hello),
        8 => (any::<usize>(), any::<u32>()).prop_map(|(which, request)| Step::Honest(which, request)),
        8 => (any::<usize>(), damage()).prop_map(|(which, damage)| Step::Damaged(which, damage)),
        4 => bytes().prop_map(Step::Bytes),
        1 => ".{0,20}".prop_map(Step::Text),
        2 => bytes().prop_map(Step::Ping),
        1 => Just(Step::Pong),
        1 => Just(Step::TooLarge),
        1 => Just(Step::Close),
    ];
    proptest::collection::vec(step, 0..14)
}

#[test]
fn frames_in_any_order_end_a_socket_or_are_answered() {
    hold(150, &steps(), async |scene, steps| {
        let mut socket = Socket::open(&scene.host).await;
        for step in steps {
            let message = match step {
                Step::Hello => {
                    let body = Some(Body::Hello(scene.noisy.hello_body(0, u64::MAX)));
                    Message::Binary(ClientFrame { request: 1, body }.encode_to_vec().into())
                }
                Step::Honest(which, request) => Message::Binary(scene.frame(which, request).into()),
                Step::Damaged(which, damage) => Message::Binary(damage.to(scene.frame(which, 7)).into()),
                Step::Bytes(bytes) => Message::Binary(bytes.into()),
                Step::Text(text) => Message::text(text),
                Step::Ping(bytes) => Message::Ping(bytes.into()),
                Step::Pong => Message::Pong(Vec::new().into()),
                Step::TooLarge => Message::Binary(vec![0; FRAME_LEN_MAX + 1].into()),
                Step::Close => Message::Close(None),
            };
            // The server may have ended it by now, which is what is wanted.
            if socket.try_send_raw(message).await.is_err() {
                break;
            }
        }
        let _ = socket.try_send_raw(Message::Close(None)).await;
        while socket.next().await.is_some() {}
        Ok(())
    });
}

#[test]
fn bytes_that_are_no_websocket_end_the_connection() {
    let noise = (any::<bool>(), proptest::collection::vec(any::<u8>(), 0..200));
    hold(100, &noise, async |scene, (upgraded, bytes)| {
        let mut stream = TcpStream::connect(scene.host.addr).await.unwrap();
        if upgraded {
            let head = "GET /v1/socket HTTP/1.1\r\nhost: x\r\nupgrade: websocket\r\nconnection: upgrade\r\n\
                        sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
            stream.write_all(head.as_bytes()).await.unwrap();
            let mut answer = [0; 12];
            stream.read_exact(&mut answer).await.unwrap();
            prop_assert_eq!(&answer, b"HTTP/1.1 101");
        }
        let _ = stream.write_all(&bytes).await;
        // Half closed: what is incomplete will never be complete.
        let _ = stream.shutdown().await;
        let _ = stream.read_to_end(&mut Vec::new()).await;
        Ok(())
    });
}

/// A MAC by HMAC-SHA-256.
const MEMBERSHIP_TAG_LEN: usize = 32;

#[test]
fn handshakes_that_are_damaged_are_refused_and_change_nothing() {
    let noise = (0..6_usize, proptest::collection::vec(damage(), 1..4));
    hold(300, &noise, async |scene, (which, damage)| {
        let damaged = |bytes: &[u8]| {
            let mut made = damage.iter().fold(bytes.to_vec(), |bytes, damage| damage.to(bytes));
            // Damage to damage may be none: an honest commit would be taken.
            if made == bytes
                && let Some(first) = made.first_mut()
            {
                *first ^= 1;
            }
            made
        };
        let (Body::App(app), Body::GroupCreate(create)) = (&scene.honest[0], &scene.honest[4]) else {
            panic!("as made")
        };
        let commit = &scene.commit;
        let op_id = op().to_vec();
        let body = match which {
            0 => Body::App(wire::App { op_id, ciphertext: damaged(&app.ciphertext), ..app.clone() }),
            1 => {
                // The membership tag at its end is under a key that members alone have (RFC 9420, 6.2): the server cannot see that it is wrong.
                let (seen, tag) = commit.commit.split_at(commit.commit.len() - MEMBERSHIP_TAG_LEN);
                Body::Commit(wire::Commit { op_id, commit: [&damaged(seen), tag].concat(), ..commit.clone() })
            }
            2 => Body::Commit(wire::Commit { op_id, group_info: damaged(&commit.group_info), ..commit.clone() }),
            3 => Body::GroupCreate(wire::GroupCreate {
                op_id,
                chat: fresh().to_vec(),
                group_info: damaged(&create.group_info),
                first_commit: None,
                ..create.clone()
            }),
            4 => {
                let first = create.first_commit.clone().unwrap();
                let welcome = damaged(&first.welcomes[0].welcome);
                let targets = first.welcomes[0].targets.clone();
                let welcomes = vec![wire::Welcome { targets, welcome }];
                Body::Commit(wire::Commit { op_id, welcomes, ..commit.clone() })
            }
            _ => {
                let package = damaged(&scene.noisy.key_package_bytes());
                let put = proto::account::PutKeyPackages { packages: vec![package], last_resort: Vec::new() };
                let answer = scene.host.post("/v1/key_packages", Some(&scene.noisy.token), &put).await;
                let refused = matches!(answer.status, 400 | 403 | 413);
                // Damage to damage may be none.
                prop_assert!(refused || answer.status == 200, "{}", answer.status);
                return Ok(());
            }
        };
        let is_app = matches!(body, Body::App(_));
        let mut socket = Socket::open(&scene.host).await;
        let hello = socket.ask(Body::Hello(scene.noisy.hello_body(0, u64::MAX))).await;
        prop_assert!(matches!(hello, reply::Body::HelloOk(_)), "{:?}", hello);
        let reply = socket.ask(body).await;
        match reply {
            reply::Body::Refused(_) | reply::Body::Stale(_) => {}
            // The server cannot see into a ciphertext.
            reply::Body::Accepted(_) if is_app => {}
            other => prop_assert!(false, "{:?}", other),
        }
        let get = Body::GetGroupInfo(wire::GetGroupInfo { chat: scene.chat.to_vec() });
        let reply = socket.ask(get).await;
        prop_assert!(matches!(&reply, reply::Body::GroupInfo(info) if info.epoch == 1), "{:?}", reply);
        Ok(())
    });
}

/// Protobuf of any fields: what is well formed gets further than random bytes do.
fn fields() -> impl Strategy<Value = Vec<u8>> {
    let len = prop_oneof![Just(0_usize), Just(16), Just(32), 0..80_usize];
    let bytes = len.prop_flat_map(|len| {
        prop_oneof![proptest::collection::vec(any::<u8>(), len), proptest::collection::vec(b'0'..=b'9', len)]
    });
    let field = (1..7_u8, prop_oneof![any::<u64>().prop_map(Ok), bytes.prop_map(Err)]);
    proptest::collection::vec(field, 0..7).prop_map(|fields| {
        let mut out = Vec::new();
        for (number, value) in fields {
            match value {
                Ok(value) => {
                    out.push(number << 3);
                    prost::encoding::encode_varint(value, &mut out);
                }
                Err(bytes) => {
                    out.push(number << 3 | 2);
                    prost::encoding::encode_varint(bytes.len() as u64, &mut out);
                    out.extend(bytes);
                }
            }
        }
        out
    })
}

#[test]
fn bodies_of_any_bytes_are_answered_and_never_with_500() {
    let paths = crate::refusals::with_messages();
    let body = prop_oneof![1 => proptest::collection::vec(any::<u8>(), 0..200), 6 => fields()];
    let noise = (0..paths.len(), body);
    hold(600, &noise, async |scene, (which, body)| {
        let (method, path) = paths[which];
        let headers = [("content-type", "application/x-protobuf")];
        let answer = scene.host.send(method, path, Some(&scene.noisy.token), &headers, body).await;
        prop_assert!(answer.status < 500, "{} {}: {}", method, path, answer.status);
        if answer.status >= 400 {
            let problem = Problem::decode(answer.body.as_slice());
            prop_assert!(problem.is_ok_and(|problem| !problem.code.is_empty()), "{} {}", method, path);
        }
        Ok(())
    });
}
