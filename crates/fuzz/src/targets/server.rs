//! The real server, without ports: frames of two devices with sessions, and HTTP requests. It must not panic, must answer a
//! little with a little, must go on serving, and its logs stay dense with one commit an epoch.

use crate::real::{self, PHONE, values};
use crate::script::{Script, chosen};
use client_core::{HttpBody, HttpId, HttpMethod, HttpRequest, HttpResponse};
use prost::Message as _;
use proto::wire::{ClientFrame, Hello, ListGroups, ServerFrame, client_frame, reply, server_frame};
use rusqlite::Connection;
use server::blob_bytes::BlobMemory;
use std::net::SocketAddr;
use std::sync::Arc;
use test_world::backend::{Backend, News};

/// Steps of one input.
const STEPS_MAX: usize = 32;
/// Frames that one input may bring forth, of all sockets.
const FRAMES_MAX: usize = 4_096;
/// Headers of one request.
const HEADERS_MAX: u8 = 6;
/// A socket of the harness, which must still be served at the end.
const WITNESS: u64 = 1_000;
const HEADERS: [&str; 11] = [
    "content-type",
    "range",
    "upload-offset",
    "upload-length",
    "tus-resumable",
    "x-forwarded-for",
    "if-none-match",
    "accept-encoding",
    "authorization",
    "upload-metadata",
    "upgrade",
];
const HEADER_VALUES: [&str; 12] = [
    "application/x-protobuf",
    "application/offset+octet-stream",
    "1.0.0",
    "bytes=0-1",
    "bytes=-1",
    "bytes=18446744073709551615-",
    "0",
    "18446744073709551615",
    "203.0.113.9, 10.0.0.1",
    "br",
    "\"\"",
    "websocket",
];

struct Fixture {
    server: Connection,
    blobs: BlobMemory,
    now_ms: u64,
    /// What the phone, and the other's phone, said after the moment of the database: a Hello first.
    said: [Vec<Vec<u8>>; 2],
    paths: Vec<Vec<u8>>,
    bodies: Vec<Vec<u8>>,
    bearers: Vec<Vec<u8>>,
}

thread_local! {
    static FIXTURE: Fixture = fixture();
}

fn fixture() -> Fixture {
    // Before the recording is held here: they are made of it.
    let calls = &values().calls;
    let peer = real::peer();
    let tokens = [PHONE, peer].map(|place| {
        let db = real::database(place).expect("a device that was recorded");
        db.query_row("SELECT session_token FROM this", [], |row| row.get(0)).expect("a device with a session")
    });
    let recording = real::recording();
    let said =
        |place: usize| recording.after.to_server.iter().filter(move |(of, _)| *of == place).map(|(_, f)| f.clone());
    let mut paths: Vec<Vec<u8>> = calls.iter().map(|call| call.request.path.as_bytes().to_vec()).collect();
    paths.extend([&b"/v1/pin"[..], b"/v1/socket", b"/health", b"/authority", b"/", b"/v1/blobs"].map(<[u8]>::to_vec));
    paths.sort();
    paths.dedup();
    Fixture {
        server: real::copy(&recording.world.server).expect("memory"),
        blobs: recording.world.blobs.copy(),
        now_ms: recording.world.now_ms,
        said: [said(PHONE).collect(), said(peer).collect()],
        paths,
        bodies: calls.iter().map(|call| call.request.body.bytes().to_vec()).collect(),
        bearers: tokens.to_vec(),
    }
}

impl Fixture {
    fn start(&self) -> Run<'_> {
        let server = real::copy(&self.server).expect("memory");
        let mut backend = Backend::new(server, Arc::new(self.blobs.copy()), self.now_ms).expect("a runtime");
        backend.start().expect("a database of ours");
        Run { fixture: self, backend, now_ms: self.now_ms, frames: 0, answers: Vec::new(), last: Vec::new(), calls: 0 }
    }
}

struct Run<'a> {
    fixture: &'a Fixture,
    backend: Backend,
    now_ms: u64,
    frames: usize,
    answers: Vec<HttpResponse>,
    last: Vec<ServerFrame>,
    calls: u64,
}

fn address(socket: u64) -> SocketAddr {
    SocketAddr::from(([10, 0, 0, u8::try_from(socket % 200).unwrap_or(1)], 40_000))
}

impl Run<'_> {
    fn opens(&mut self, socket: u64) {
        self.backend.open_socket(socket, address(socket));
    }

    fn says(&mut self, socket: u64, frame: Vec<u8>) {
        self.backend.frame(socket, frame);
        self.hears();
    }

    fn hears(&mut self) {
        for news in self.backend.fetch() {
            match news {
                News::Frame(socket, bytes) => {
                    self.frames += 1;
                    let frame = ServerFrame::decode(bytes.as_slice()).expect("a frame of ours");
                    if socket == WITNESS {
                        self.last.push(frame);
                    }
                }
                News::Answer(_, Ok(answer)) => self.answers.push(answer),
                News::SocketEnded(_) | News::Answer(_, Err(_)) => {}
            }
        }
        assert!(self.frames <= FRAMES_MAX, "{} frames", self.frames);
    }

    fn passes(&mut self, ms: u64) {
        self.now_ms += ms;
        self.backend.pass(self.now_ms);
        self.hears();
    }

    /// A device that did nothing is served as before, and what is stored makes sense.
    fn still_serves(mut self) {
        let hello = self.fixture.said[1].first().expect("a Hello was recorded");
        let Ok(ClientFrame { body: Some(client_frame::Body::Hello(hello)), .. }) =
            ClientFrame::decode(hello.as_slice())
        else {
            panic!("the first frame is a Hello");
        };
        // Of a later program of the same device, whatever the script let it say.
        let hello =
            Hello { lease: vec![99; 16], boot_counter: 1 << 40, acked_queue_seq: hello.acked_queue_seq, ..hello };
        self.opens(WITNESS);
        self.says(WITNESS, ClientFrame { request: 1, body: Some(client_frame::Body::Hello(hello)) }.encode_to_vec());
        let list = ListGroups { after_chat: Vec::new(), limit: 16 };
        self.says(
            WITNESS,
            ClientFrame { request: 2, body: Some(client_frame::Body::ListGroups(list)) }.encode_to_vec(),
        );
        let replies = self.last.iter().filter_map(|frame| match &frame.body {
            Some(server_frame::Body::Reply(reply)) => reply.body.as_ref(),
            _ => None,
        });
        let replies: Vec<&reply::Body> = replies.collect();
        match replies.as_slice() {
            // What the script said in this device's name it may have to answer for.
            [reply::Body::Rollback(_) | reply::Body::Revoked(_)] => {}
            [reply::Body::HelloOk(_), reply::Body::GroupHeads(heads), ..] => assert!(!heads.heads.is_empty()),
            other => panic!("the server does not serve any more: {other:?}"),
        }
        self.backend.look(|db| Ok(check_logs(db)?)).expect("the server's database can be read");
    }
}

/// Invariants 3: dense, and one commit an epoch.
fn check_logs(db: &Connection) -> rusqlite::Result<()> {
    let gaps: u64 = db.query_row(
        "SELECT count(*) FROM chat_group g WHERE g.head_seq - g.first_kept_seq + 1 <>
         (SELECT count(*) FROM group_log e WHERE e.chat = g.chat AND e.seq >= g.first_kept_seq)",
        [],
        |row| row.get(0),
    )?;
    let forks: u64 = db.query_row(
        "SELECT count(*) FROM (SELECT 1 FROM group_log WHERE kind = 2 GROUP BY chat, generation, epoch HAVING count(*) > 1)",
        [],
        |row| row.get(0),
    )?;
    assert_eq!((gaps, forks), (0, 0), "logs with gaps, epochs with two commits");
    Ok(())
}

/// Frames.
pub(super) fn frames(bytes: &[u8]) {
    FIXTURE.with(|fixture| {
        let mut run = fixture.start();
        let mut script = Script::new(bytes);
        let mut said = [0, 0];
        for socket in [0, 1] {
            run.opens(socket);
        }
        for _ in 0..STEPS_MAX {
            let Some(step) = script.next() else { break };
            let socket = u64::from(step / 8 % 2);
            let (own, next) = match socket {
                0 => (&fixture.said[0], &mut said[0]),
                _ => (&fixture.said[1], &mut said[1]),
            };
            match step % 8 {
                0..3 => {
                    if let Some(frame) = own.get(*next).cloned() {
                        *next += 1;
                        run.says(socket, frame);
                    }
                }
                3 => run.says(socket, script.value(own)),
                4 => run.says(socket, script.value(&values().client_frames)),
                5 => run.says(socket, script.own()),
                6 => run.passes(u64::from(script.short())),
                _ => {
                    run.backend.close_socket(socket);
                    run.opens(socket);
                    if let Some(hello) = own.first().cloned() {
                        run.says(socket, hello);
                    }
                }
            }
        }
        run.still_serves();
    });
}

/// HTTP.
pub(super) fn http(bytes: &[u8]) {
    FIXTURE.with(|fixture| {
        let mut run = fixture.start();
        let mut script = Script::new(bytes);
        for _ in 0..STEPS_MAX {
            let Some(step) = script.next() else { break };
            let request = match step % 4 {
                // As it was said, under the token that may still be valid.
                0 => chosen(&values().calls, script.byte()).map(|call| call.request.clone()),
                1 => chosen(&values().calls, script.byte()).map(|call| {
                    let body = HttpBody::Bytes(script.value(&[call.request.body.bytes().to_vec()]));
                    HttpRequest { body, ..call.request.clone() }
                }),
                _ => Some(request_of(fixture, &mut script)),
            };
            if let Some(request) = request {
                run.calls += 1;
                let call = run.calls;
                run.backend.call(call, request, address(call));
                run.passes(u64::from(step / 4) * 1_000);
            }
        }
        // What waits for a rendezvous is answered in time.
        run.passes(60_000);
        for answer in &run.answers {
            assert_ne!(answer.status, 500, "an internal error");
        }
        run.still_serves();
    });
}

fn request_of(fixture: &Fixture, script: &mut Script<'_>) -> HttpRequest {
    use HttpMethod::{Delete, Get, Head, Patch, Post, Put};
    let method = chosen(&[Get, Post, Put, Patch, Head, Delete], script.byte()).copied().unwrap_or(Get);
    let path = String::from_utf8_lossy(&script.value(&fixture.paths)).into_owned();
    let texts: Vec<Vec<u8>> = HEADER_VALUES.map(|text| text.as_bytes().to_vec()).to_vec();
    let headers = (0..script.byte() % HEADERS_MAX).filter_map(|_| {
        let name = chosen(&HEADERS, script.byte())?;
        Some((*name, String::from_utf8_lossy(&script.value(&texts)).into_owned()))
    });
    let headers = headers.collect();
    let bearer = match script.byte() % 4 {
        0 => None,
        1 => Some(script.value(&fixture.bearers)),
        _ => chosen(&fixture.bearers, script.byte()).cloned(),
    };
    let body = HttpBody::Bytes(script.value(&fixture.bodies));
    HttpRequest { id: HttpId(0), method, path, headers, bearer, body, keep_in: None, timeout_ms: 1_000 }
}
