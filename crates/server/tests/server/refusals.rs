//! Every route and every request of the socket: without a session, with that of an unlinked device, one byte too large,
//! with garbage, and too often. Each is refused with what docs/http.md says, and nothing is stored.
//!
//! The tables are compared with the router's source and with the schema: what is not in them makes a test fail.

use crate::client::{Answer, Host};
use crate::device::{Device, Socket, linked, op, registered};
use prost::Message as _;
use proto::account::Problem;
use proto::limits::{APP_LEN_MAX, BLOB_PATCH_LEN_MAX, HTTP_BODY_LEN_MAX};
use proto::wire::client_frame::Body;
use proto::wire::{self, ClientFrame, refused::Reason, reply};
use std::collections::BTreeSet;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Who may call.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Who {
    Anyone,
    Token,
}

/// What the body is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Takes {
    Nothing,
    Message,
    Chunk,
}

/// What its calls are counted with, and how one uses all of it up without storing anything.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rate {
    None,
    Register,
    Session,
    Link,
    LookUp,
    Claim,
    Account,
    Push,
    Backup,
}

use Rate::{Account, Backup, Claim, Link, LookUp, Push, Register, Session};
use Takes::{Chunk, Message, Nothing};
use Who::{Anyone, Token};

type Route = (&'static str, &'static str, Who, Takes, Rate);

#[rustfmt::skip]
const ROUTES: &[Route] = &[
    ("GET", "/v1/server", Anyone, Nothing, Rate::None),
    ("POST", "/v1/register/code", Anyone, Message, Register),
    ("POST", "/v1/register/verify", Anyone, Message, Register),
    ("POST", "/v1/register", Anyone, Message, Register),
    ("POST", "/v1/restore/open", Anyone, Message, Register),
    ("POST", "/v1/restore", Anyone, Message, Register),
    ("POST", "/v1/session/challenge", Anyone, Nothing, Session),
    ("POST", "/v1/session", Anyone, Message, Session),
    ("PUT", "/v1/pin", Token, Message, Account),
    ("POST", "/v1/lookup", Token, Message, LookUp),
    ("POST", "/v1/accounts", Token, Message, Account),
    ("GET", "/v1/account", Token, Nothing, Account),
    ("POST", "/v1/account/delete", Token, Message, Account),
    ("GET", "/v1/backup", Token, Nothing, Account),
    ("PUT", "/v1/backup", Token, Message, Backup),
    ("DELETE", "/v1/backup", Token, Nothing, Account),
    ("PUT", "/v1/profile", Token, Message, Account),
    ("POST", "/v1/profiles", Token, Message, Account),
    ("POST", "/v1/devices/get", Token, Message, Account),
    ("PUT", "/v1/devices", Token, Message, Account),
    ("POST", "/v1/key_packages", Token, Message, Account),
    ("POST", "/v1/key_packages/claim", Token, Message, Claim),
    ("POST", "/v1/link/open", Anyone, Message, Link),
    ("POST", "/v1/link/get", Anyone, Message, Link),
    ("POST", "/v1/link/put", Anyone, Message, Link),
    ("POST", "/v1/link/close", Anyone, Message, Link),
    ("GET", "/v1/push/key", Token, Nothing, Account),
    ("PUT", "/v1/push", Token, Message, Push),
    ("DELETE", "/v1/push", Token, Nothing, Push),
    ("POST", "/v1/blobs", Token, Nothing, Account),
    ("OPTIONS", "/v1/blobs", Anyone, Nothing, Rate::None),
    ("GET", "/v1/blobs/{id}", Token, Nothing, Account),
    ("HEAD", "/v1/blobs/{id}", Token, Nothing, Account),
    ("PATCH", "/v1/blobs/{id}", Token, Chunk, Account),
    ("DELETE", "/v1/blobs/{id}", Token, Nothing, Account),
    ("GET", "/v1/socket", Anyone, Nothing, Session),
    ("GET", "/health", Anyone, Nothing, Rate::None),
    ("GET", "/authority", Anyone, Nothing, Rate::None),
    ("GET", "/authority/heliograph-ca.pem", Anyone, Nothing, Rate::None),
    ("GET", "/authority/heliograph-ca.crt", Anyone, Nothing, Rate::None),
    ("ANY", "/v1/{*rest}", Anyone, Nothing, Rate::None),
];

const PROTOBUF: (&str, &str) = ("content-type", "application/x-protobuf");
/// The routes that the router's source names.
fn routes_in_source() -> BTreeSet<(String, String)> {
    let source = include_str!("../../src/http.rs");
    let mut found = BTreeSet::new();
    for call in source.split(".route(").skip(1) {
        let (_, rest) = call.split_once('"').unwrap();
        let (path, rest) = rest.split_once('"').unwrap();
        // The handlers' names stand in the same call: it ends where its parenthesis does.
        let mut depth = 1;
        let end = rest.find(|c| {
            depth += match c {
                '(' => 1,
                ')' => -1,
                _ => 0,
            };
            depth == 0
        });
        let handlers = &rest[..end.unwrap()];
        for method in ["get", "post", "put", "patch", "delete", "head", "options", "any"] {
            let named = handlers
                .match_indices(&format!("{method}("))
                .any(|(at, _)| !handlers[..at].ends_with(|before: char| before.is_alphanumeric() || before == '_'));
            if named {
                found.insert((method.to_uppercase(), path.to_owned()));
            }
        }
    }
    found
}

#[test]
fn the_table_has_every_route() {
    let table: BTreeSet<_> =
        ROUTES.iter().map(|(method, path, ..)| ((*method).to_owned(), (*path).to_owned())).collect();
    assert_eq!(table, routes_in_source());
    assert_eq!(table.len(), ROUTES.len());
}

/// Method and path of every route that takes a message.
pub fn with_messages() -> Vec<(&'static str, &'static str)> {
    ROUTES.iter().filter(|(.., takes, _)| *takes == Message).map(|(method, path, ..)| (*method, *path)).collect()
}

/// All rows of all tables, and all files of blobs.
fn stored(host: &Host) -> Vec<String> {
    let database = rusqlite::Connection::open(host.folder().join("heliograph.db")).unwrap();
    let mut tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").unwrap();
    let tables: Vec<String> = tables.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    let mut all = Vec::new();
    for table in tables {
        let mut rows = database.prepare(&format!("SELECT * FROM \"{table}\"")).unwrap();
        let columns = rows.column_count();
        let rows = rows.query_map([], |row| {
            (0..columns).map(|column| row.get::<_, rusqlite::types::Value>(column)).collect::<Result<Vec<_>, _>>()
        });
        all.extend(rows.unwrap().map(|row| format!("{table} {:?}", row.unwrap())));
    }
    let blobs = host.folder().join("blobs");
    if blobs.exists() {
        all.extend(std::fs::read_dir(blobs).unwrap().map(|shelf| format!("{:?}", shelf.unwrap().path())));
    }
    all
}

async fn call(host: &Host, route: &Route, token: Option<&[u8]>, headers: &[(&str, &str)], body: Vec<u8>) -> Answer {
    let (method, path, ..) = route;
    let path = path.replace("{id}", "00112233445566778899aabbccddeeff").replace("{*rest}", "nothing/of/the/kind");
    let answer = host.send(if *method == "ANY" { "PUT" } else { method }, &path, token, headers, body).await;
    assert!(answer.status < 500, "{method} {path}: {}", answer.status);
    if answer.status >= 400 && *method != "HEAD" && path.starts_with("/v1/") {
        let problem = Problem::decode(answer.body.as_slice());
        assert!(problem.is_ok_and(|p| !p.code.is_empty()), "{method} {path}: {} without a Problem", answer.status);
        assert_eq!(answer.headers["content-type"], "application/x-protobuf", "{method} {path}");
    }
    answer
}

#[track_caller]
fn refused(route: &Route, answer: &Answer, status: u16, code: &str) {
    let (method, path, ..) = route;
    assert_eq!(answer.status, status, "{method} {path}");
    if *method != "HEAD" {
        let problem = Problem::decode(answer.body.as_slice()).unwrap();
        assert_eq!(problem.code, code, "{method} {path}");
    }
}

/// What its headers must be for the body to be looked at.
fn headers_of(takes: Takes) -> Vec<(&'static str, &'static str)> {
    match takes {
        Nothing => Vec::new(),
        Message => vec![PROTOBUF],
        Chunk => vec![
            ("content-type", "application/offset+octet-stream"),
            ("tus-resumable", "1.0.0"),
            ("upload-offset", "0"),
        ],
    }
}

/// A registered phone, a device that was linked once, and what the server then holds.
async fn with_unlinked(host: &Host) -> (Device, Device) {
    let (mut account, phone) = registered(host, "+4915123456701").await;
    let unlinked = linked(host, &mut account, &phone).await;
    account.without(&unlinked);
    assert_eq!(host.put("/v1/devices", Some(&phone.token), &account.put_body()).await.status, 204);
    (phone, unlinked)
}

#[tokio::test]
async fn without_a_session_and_with_an_unlinked_devices_nothing_is_done() {
    let host = Host::start().await;
    let (_, unlinked) = with_unlinked(&host).await;
    let before = stored(&host);
    for route in ROUTES {
        let (method, path, who, takes, _) = *route;
        let headers = headers_of(takes);
        let bare = call(&host, route, None, &headers, Vec::new()).await;
        match who {
            Anyone => assert_ne!(bare.status, 401, "{method} {path}"),
            Token => {
                refused(route, &bare, 401, "unauthenticated");
                for token in ["Bearer", "Bearer ", "Bearer !", "Basic AAAA", "Bearer AAAA", "bearer \u{e9}"] {
                    let with = [headers.as_slice(), &[("authorization", token)]].concat();
                    let answer = call(&host, route, None, &with, Vec::new()).await;
                    refused(route, &answer, 401, "unauthenticated");
                }
                let unknown = call(&host, route, Some(&[7; 32]), &headers, Vec::new()).await;
                refused(route, &unknown, 401, "unauthenticated");
                let revoked = call(&host, route, Some(&unlinked.token), &headers, Vec::new()).await;
                refused(route, &revoked, 401, "device-revoked");
            }
        }
    }
    assert_eq!(stored(&host), before);
}

#[tokio::test]
async fn a_body_is_refused_one_byte_beyond_its_limit() {
    let host = Host::start().await;
    let (phone, _) = with_unlinked(&host).await;
    let before = stored(&host);
    for route in ROUTES {
        let (.., who, takes, _) = *route;
        let token = (who == Token).then_some(phone.token.as_slice());
        let len_max = match takes {
            Nothing => continue,
            Message => HTTP_BODY_LEN_MAX,
            Chunk => BLOB_PATCH_LEN_MAX,
        };
        let beyond = call(&host, route, token, &headers_of(takes), vec![0; len_max + 1]).await;
        refused(route, &beyond, 413, "too-large");
        let within = call(&host, route, token, &headers_of(takes), vec![0; len_max]).await;
        match takes {
            Chunk => refused(route, &within, 404, "not-found"),
            _ => refused(route, &within, 400, "malformed"),
        }
    }
    assert_eq!(stored(&host), before);
}

#[tokio::test]
async fn garbage_is_refused_wherever_it_stands() {
    let host = Host::start().await;
    let (phone, _) = with_unlinked(&host).await;
    let before = stored(&host);
    for route in ROUTES {
        let (method, path, who, takes, _) = *route;
        let token = (who == Token).then_some(phone.token.as_slice());
        if takes == Message {
            for garbage in [vec![0xFF; 10], vec![0x0A, 0x7F, 1], vec![0x80], b"{\"number\":1}".to_vec()] {
                let answer = call(&host, route, token, &[PROTOBUF], garbage).await;
                refused(route, &answer, 400, "malformed");
            }
            for kind in [&[][..], &[("content-type", "application/json")], &[("content-type", "\u{e9}")]] {
                refused(route, &call(&host, route, token, kind, Vec::new()).await, 415, "media-type");
            }
        }
        // Headers of all kinds, on all routes.
        for (name, value) in [
            ("range", "bytes=99999999999999999999-"),
            ("range", "bytes=-\u{e9}"),
            ("upload-length", "-1"),
            ("upload-length", "99999999999999999999999"),
            ("upload-offset", "0x10"),
            ("tus-resumable", "0.2.2"),
            ("x-forwarded-for", "999.1.1.1, ::g"),
            ("accept-encoding", "br;q=\u{e9}"),
            ("sec-websocket-key", ""),
            ("upgrade", "h2c"),
        ] {
            let with = [headers_of(takes).as_slice(), &[(name, value)]].concat();
            let answer = call(&host, route, token, &with, vec![0xFF; 3]).await;
            assert!(answer.status < 500, "{method} {path} {name}: {value}");
        }
    }
    assert_eq!(stored(&host), before);
    host.get("/v1/blobs/%FF%FE", Some(&phone.token)).await.refused(404, "not-found");
    host.get("/v1/socket", None).await.refused(426, "no-upgrade");
    for (method, path) in [("BREW", "/v1/server"), ("DELETE", "/v1/account"), ("GET", "/v1/lookup")] {
        host.send(method, path, None, &[], Vec::new()).await.refused(405, "method");
    }
    assert_eq!(host.get("/health", None).await.status, 200);
}

/// Asks so often, on one connection, that nothing is left.
async fn use_up(host: &Host, rate: Rate, token: &[u8]) {
    let token = format!("authorization: Bearer {}\r\n", data_encoding::BASE64URL_NOPAD.encode(token));
    let (line, headers, times) = match rate {
        Rate::None => return,
        Register => ("POST /v1/register/code", "", 130),
        Session => ("POST /v1/session/challenge", "", 400),
        Link => ("POST /v1/link/close", "", 300),
        LookUp => ("POST /v1/lookup", token.as_str(), 130),
        Claim => ("POST /v1/key_packages/claim", token.as_str(), 700),
        Push => ("DELETE /v1/push", token.as_str(), 80),
        Backup => ("PUT /v1/backup", token.as_str(), 40),
        Account => ("GET /v1/account", token.as_str(), 3_500),
    };
    let one = |connection| {
        format!(
            "{line} HTTP/1.1\r\nhost: x\r\nconnection: {connection}\r\ncontent-type: application/x-protobuf\r\n\
             content-length: 0\r\n{headers}\r\n"
        )
    };
    let all = one("keep-alive").repeat(times - 1) + &one("close");
    let (mut read, mut write) = TcpStream::connect(host.addr).await.unwrap().into_split();
    let mut answers = Vec::new();
    let (written, read) = tokio::join!(write.write_all(all.as_bytes()), read.read_to_end(&mut answers));
    written.and(read).unwrap();
    assert!(String::from_utf8_lossy(&answers).contains("429 Too Many Requests"), "{line} has no limit");
}

#[tokio::test]
async fn what_is_asked_too_often_waits() {
    let host = Host::start().await;
    let (phone, _) = with_unlinked(&host).await;
    let before = stored(&host);
    for rate in [Register, Session, Link, LookUp, Claim, Push, Backup, Account] {
        use_up(&host, rate, &phone.token).await;
        for route in ROUTES.iter().filter(|(.., of)| *of == rate) {
            let (method, path, who, takes, _) = *route;
            let token = (who == Token).then_some(phone.token.as_slice());
            // What gets through because a moment has passed is refused for its body, and looked at later than the rate.
            let body = if takes == Nothing { Vec::new() } else { vec![0xFF; 3] };
            let headers = headers_of(takes);
            loop {
                let answer = call(&host, route, token, &headers, body.clone()).await;
                if answer.status == 429 {
                    assert!(answer.headers.contains_key("retry-after"), "{method} {path}");
                    refused(route, &answer, 429, "too-many");
                    break;
                }
            }
        }
    }
    assert_eq!(stored(&host), before);
}

/// A request of the socket: its name, one whose ids are garbage, one that is too large, and what both get.
type Request = (&'static str, Body, Option<Reason>, Option<Body>);

fn commit(len: usize) -> wire::Commit {
    wire::Commit {
        op_id: op().to_vec(),
        chat: vec![9; 16],
        generation: 1,
        commit: vec![0; len],
        ..wire::Commit::default()
    }
}

/// `None` for a reason: it is no garbage to this request.
fn requests() -> Vec<Request> {
    let short = vec![1; 15];
    let large = || vec![0; 1_025];
    let create = |len: usize| wire::GroupCreate {
        op_id: op().to_vec(),
        chat: vec![9; 16],
        generation: 1,
        group_info: vec![0; len],
        ..wire::GroupCreate::default()
    };
    let handshake = 3 * 1024 * 1024 + 1;
    let app = |chat: Vec<u8>, len: usize| wire::App {
        op_id: op().to_vec(),
        chat,
        ciphertext: vec![0; len],
        ..wire::App::default()
    };
    let batch = |len: usize| Body::CommitBatch(wire::CommitBatch { commits: vec![wire::Commit::default(); len] });
    let reset = |create| Body::ResetGroup(wire::ResetGroup { op_id: op().to_vec(), base_epoch: 0, create });
    let mark = |sealed| Body::ReadMark(wire::ReadMark { chat: vec![9; 16], epoch: 0, sealed });
    let ephemeral = |chat, sealed| Body::Ephemeral(wire::Ephemeral { chat, epoch: 0, sealed });
    let marks = |len: usize| Body::GetMarks(wire::GetMarks { chats: vec![vec![9; 16]; len] });
    let offer = |sdp: Option<String>| sdp.map(wire::say_in_call::Says::Offer);
    let say = |sdp| Body::SayInCall(wire::SayInCall { participant: 1, says: offer(sdp) });
    let invalid = Some(Reason::Invalid);
    vec![
        ("hello", Body::Hello(wire::Hello::default()), invalid, None),
        (
            "group_create",
            Body::GroupCreate(wire::GroupCreate::default()),
            invalid,
            Some(Body::GroupCreate(create(handshake))),
        ),
        ("commit", Body::Commit(wire::Commit::default()), invalid, None),
        ("commit_batch", batch(1), None, Some(batch(65))),
        ("app", Body::App(app(short.clone(), 3)), invalid, Some(Body::App(app(vec![9; 16], APP_LEN_MAX + 1)))),
        ("get_group_info", Body::GetGroupInfo(wire::GetGroupInfo { chat: short.clone() }), invalid, None),
        ("fetch_log", Body::FetchLog(wire::FetchLog { chat: short.clone(), ..Default::default() }), invalid, None),
        ("ack", Body::Ack(wire::Ack { queue_seq: u64::MAX }), None, None),
        ("read_mark", mark(Vec::new()), Some(Reason::Denied), Some(mark(large()))),
        ("get_marks", Body::GetMarks(wire::GetMarks { chats: vec![short.clone()] }), invalid, Some(marks(257))),
        ("ephemeral", ephemeral(short.clone(), Vec::new()), invalid, Some(ephemeral(vec![9; 16], large()))),
        ("reset_group", reset(None), invalid, None),
        ("list_groups", Body::ListGroups(wire::ListGroups { after_chat: short.clone(), limit: 1 }), invalid, None),
        ("find_direct", Body::FindDirect(wire::FindDirect { direct_key: short }), invalid, None),
        ("ping", Body::Ping(wire::Ping {}), None, None),
        ("join_call", Body::JoinCall(wire::JoinCall { chat: vec![1; 15] }), invalid, None),
        ("say_in_call", say(None), Some(Reason::Unsupported), Some(say(Some("x".repeat(1024 * 1024 + 1))))),
        ("leave_call", Body::LeaveCall(wire::LeaveCall { participant: u64::MAX }), None, None),
        ("get_calls", Body::GetCalls(wire::GetCalls {}), None, None),
    ]
}

#[test]
fn the_table_has_every_request_of_the_socket() {
    let schema = include_str!("../../../proto/proto/heliograph/wire.proto");
    let (_, frame) = schema.split_once("message ClientFrame").unwrap();
    let (_, body) = frame.split_once("oneof body {").unwrap();
    let (body, _) = body.split_once('}').unwrap();
    let fields = body.lines().filter_map(|line| line.trim().split_once(" = "));
    let named: BTreeSet<_> = fields.map(|(field, _)| field.split_whitespace().nth(1).unwrap()).collect();
    assert_eq!(requests().iter().map(|(name, ..)| *name).collect::<BTreeSet<_>>(), named);
    assert!(named.len() > 10, "the schema is not read");
}

#[tokio::test]
async fn before_hello_every_request_ends_the_socket() {
    let host = Host::start().await;
    let before = stored(&host);
    for (name, body, ..) in requests() {
        if name == "hello" {
            continue;
        }
        let mut socket = Socket::open(&host).await;
        socket.send(1, body).await;
        assert_eq!(socket.close_code().await, Some(1002), "{name}");
    }
    assert_eq!(stored(&host), before);
}

#[tokio::test]
async fn with_an_unlinked_devices_session_no_request_is_heard() {
    let host = Host::start().await;
    let (_, unlinked) = with_unlinked(&host).await;
    let before = stored(&host);
    for (name, body, ..) in requests() {
        let mut socket = Socket::open(&host).await;
        // Both at once: the second is not waited for.
        socket.send(1, Body::Hello(unlinked.hello_body(0, 1))).await;
        let _ = socket.try_send(2, body).await;
        let told = socket.next().await;
        let revoked = matches!(
            &told,
            Some(wire::server_frame::Body::Reply(wire::Reply { request: 1, body: Some(reply::Body::Revoked(_)) }))
        );
        assert!(revoked, "{name}: {told:?}");
        assert!(socket.next().await.is_none(), "{name}");
    }
    assert_eq!(stored(&host), before);
}

#[tokio::test]
async fn requests_that_are_garbage_or_too_large_are_refused_and_the_socket_lives_on() {
    let host = Host::start().await;
    let (phone, _) = with_unlinked(&host).await;
    let mut socket = phone.hello(&host).await;
    let before = stored(&host);
    for (name, garbage, reason, large) in requests() {
        let reply = socket.ask(garbage).await;
        match (&reply, reason) {
            (reply::Body::Refused(refused), Some(reason)) => {
                assert_eq!(refused.reason(), reason, "{name}: {}", refused.detail);
            }
            (reply::Body::Batch(_) | reply::Body::Done(_) | reply::Body::Pong(_) | reply::Body::Calls(_), None) => {}
            other => panic!("{name}: {other:?}"),
        }
        if let Some(large) = large {
            let reply = socket.ask(large).await;
            let too_large = matches!(&reply, reply::Body::Refused(r) if r.reason() == Reason::TooLarge);
            assert!(too_large, "{name}: {reply:?}");
        }
    }
    // A commit's parts are looked at when there is a group; before that it is only not found.
    let reply = socket.ask(Body::Commit(commit(1))).await;
    assert!(matches!(&reply, reply::Body::Refused(r) if r.reason() == Reason::NotFound), "{reply:?}");
    assert_eq!(stored(&host), before);
}

#[tokio::test]
async fn requests_that_come_too_often_are_refused_as_busy() {
    let host = Host::start().await;
    let (phone, _) = with_unlinked(&host).await;
    let mut socket = phone.hello(&host).await;
    let before = stored(&host);
    let nonsense = Body::GetGroupInfo(wire::GetGroupInfo::default());
    let frame = ClientFrame { request: 0, body: Some(nonsense) }.encode_to_vec();
    for _ in 0..21_000 {
        socket.feed_raw(frame.clone()).await;
    }
    for (name, body, ..) in requests() {
        loop {
            let reply = socket.ask(body.clone()).await;
            if let reply::Body::Refused(refused) = &reply
                && refused.reason() == Reason::Busy
            {
                assert!(refused.retry_after_ms > 0, "{name}");
                break;
            }
            for _ in 0..100 {
                socket.feed_raw(frame.clone()).await;
            }
        }
    }
    assert_eq!(stored(&host), before);
}
