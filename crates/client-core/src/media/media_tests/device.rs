//! One device with a store in memory and a server that keeps blobs; it may die after any of its steps.

use super::*;
use crate::client::Client;
use crate::io::{Beside, HttpBody, HttpFailure, HttpId, HttpMethod, HttpRequest, HttpResponse, KeepIn};
use crate::messages;
use crate::testing::story::{CHAT_UI, Story};
use crate::testing::{CHAT, now_ms, phone, step};
use client_api::{Command, Event, FileId, MediaFacts, MediaKind, Request, UserError};
use e2ee::media::{FileCipher, PLAIN_LEN};
use proto::content::{Text, content};
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, VecDeque};

/// Three segments, and three pieces where a piece is as small as in these tests' server.
pub(super) const SIZE: u64 = 9 * 1024 * 1024;
pub(super) const FILE: FileId = FileId(1);

pub(super) fn plain(size: u64) -> Vec<u8> {
    (0..size).map(|at| (at * 7 % 253) as u8).collect()
}

pub(super) fn facts(kind: MediaKind, size: u64) -> MediaFacts {
    MediaFacts {
        kind,
        mime: "video/mp4".into(),
        name: "harbour.mp4".into(),
        size,
        width: 640,
        height: 480,
        duration_ms: 9_000,
        preview: vec![1, 2, 3],
        waveform: Vec::new(),
    }
}

pub(super) fn sealed(key: &MediaKey, plain: &[u8]) -> Vec<u8> {
    let cipher = FileCipher::new(&key.0, plain.len() as u64);
    let mut pieces: Vec<&[u8]> = plain.chunks(PLAIN_LEN).collect();
    if pieces.is_empty() {
        pieces.push(&[]);
    }
    (0..).zip(pieces).flat_map(|(number, piece)| cipher.seal(number, piece).expect("sealed")).collect()
}

/// What the network does to one exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    Dies,
    LosesRequest,
    LosesAnswer,
}

pub(super) struct Device {
    pub(super) story: Story,
    pub(super) store: BTreeMap<MediaId, Vec<u8>>,
    pub(super) given: BTreeMap<FileId, Vec<u8>>,
    pub(super) blobs: BTreeMap<String, (u64, Vec<u8>)>,
    pub(super) waiting: VecDeque<Output>,
    /// At which effect, counted from 0, what happens.
    pub(super) fault: Option<(usize, Fault)>,
    pub(super) effects: usize,
    pub(super) answers: Vec<Result<client_api::Answer, UserError>>,
    pub(super) now_ms: u64,
    pub(super) refuses_with: Option<u16>,
    /// The disk takes nothing more of what comes.
    pub(super) is_full: bool,
    /// The store cannot be read now.
    pub(super) cannot_look: bool,
    /// What came, in order.
    pub(super) fetched: Vec<std::ops::Range<u64>>,
    /// The largest piece that comes or goes in time.
    pub(super) line_takes: u64,
}

impl Device {
    pub(super) fn new() -> Self {
        Self {
            story: Story::new(),
            store: BTreeMap::new(),
            given: BTreeMap::from([(FILE, plain(SIZE))]),
            blobs: BTreeMap::new(),
            waiting: VecDeque::new(),
            fault: None,
            effects: 0,
            answers: Vec::new(),
            now_ms: now_ms(),
            refuses_with: None,
            is_full: false,
            cannot_look: false,
            fetched: Vec::new(),
            line_takes: u64::MAX,
        }
    }

    pub(super) fn act(&mut self, act: impl FnOnce(&mut Client, &mut Context<'_>)) {
        let client = &mut self.story.client;
        let (_, out) = step(&self.story.db, self.now_ms, |cx| {
            act(client, cx);
            client.move_media(cx).expect("no halt");
            client.drop_files(cx).expect("no halt");
        });
        self.waiting.extend(out);
    }

    pub(super) fn asks(&mut self, command: Command) {
        self.act(|client, cx| client.on_command(cx, Request { id: 7, command }).expect("no halt"));
    }

    pub(super) fn sends(&mut self, kind: MediaKind, caption: &str) {
        let (facts, caption) = (facts(kind, SIZE), caption.to_owned());
        self.asks(Command::SendMedia { chat: CHAT_UI, file: FILE, facts, caption, written_for: None, answers: None });
    }

    pub(super) fn dies(&mut self) {
        self.waiting.clear();
        self.given.clear();
        self.story.client = phone().0;
        self.act(|client, cx| client.resume_media(cx).expect("no halt"));
    }

    /// Performs what the core wants until nothing is left to do, over all of its pauses.
    pub(super) fn runs(&mut self) {
        for _ in 0..200 {
            while let Some(output) = self.waiting.pop_front() {
                self.performs(output);
            }
            self.now_ms += 700_000;
            self.act(|_, _| {});
            if self.waiting.is_empty() {
                return;
            }
        }
        panic!("it does not come to an end");
    }

    /// The next thing that has an effect.
    pub(super) fn performs_next(&mut self) {
        loop {
            let output = self.waiting.pop_front().expect("something to do");
            let has_effect = matches!(output, Output::Media(_) | Output::Http(_));
            self.performs(output);
            if has_effect {
                return;
            }
        }
    }

    pub(super) fn performs(&mut self, output: Output) {
        let fault = match &output {
            Output::Media(_) | Output::Http(_) => {
                self.effects += 1;
                self.fault.filter(|(at, _)| *at + 1 == self.effects).map(|(_, fault)| fault)
            }
            _ => None,
        };
        match output {
            Output::Event(Event::Answered { result, .. }) => self.answers.push(result),
            Output::Media(task) => {
                let report = self.works(task);
                if fault == Some(Fault::Dies) {
                    self.dies();
                } else if let Some((media, report)) = report {
                    self.act(|client, cx| client.on_media(cx, media, report).expect("no halt"));
                }
            }
            Output::Http(request) => {
                let request_id = request.id;
                let lost = fault == Some(Fault::LosesRequest);
                let result = if lost { Err(HttpFailure::Network) } else { self.serves(request) };
                match fault {
                    Some(Fault::Dies) => self.dies(),
                    Some(_) => self.hears(request_id, Err(HttpFailure::Network)),
                    None => self.hears(request_id, result),
                }
            }
            _ => {}
        }
    }

    pub(super) fn hears(&mut self, request: HttpId, result: Answered) {
        self.act(|client, cx| {
            let purpose = client.calls.finish(request).expect("a call of this run");
            match purpose {
                crate::http::Purpose::MediaCreate { message } => client.on_media_created(cx, message, result),
                crate::http::Purpose::MediaFetch { message, media, from, last } => {
                    client.on_media_fetched(cx, (message, media), (from, last), result)
                }
                crate::http::Purpose::MediaHead { message } => client.on_media_offset(cx, message, true, result),
                crate::http::Purpose::MediaPatch { message } => client.on_media_offset(cx, message, false, result),
                crate::http::Purpose::MediaDrop { blob } => client.on_media_dropped(cx, &blob, result),
                other => panic!("not of a file: {other:?}"),
            }
            .expect("no halt");
        });
    }

    pub(super) fn works(&mut self, task: MediaTask) -> Option<(MediaId, MediaReport)> {
        let read = |bytes: &Vec<u8>| (bytes.len() as u64, Sha256::digest(bytes).into());
        match task {
            MediaTask::Keep { media, file, key, size } => {
                let given = self.given.get(&file).filter(|given| given.len() as u64 == size);
                let Some(given) = given else { return Some((media, MediaReport::Unreadable)) };
                let bytes = sealed(&key, given);
                let (sealed_size, sha256) = read(&bytes);
                self.store.insert(media, bytes);
                Some((media, MediaReport::Kept { sealed_size, sha256 }))
            }
            MediaTask::Check { media, .. } if self.cannot_look => Some((media, MediaReport::Failed)),
            MediaTask::Check { media, opens } => {
                let report = self.store.get(&media).map_or(MediaReport::Missing, |bytes| {
                    let (sealed_size, sha256) = read(bytes);
                    MediaReport::Checked { sealed_size, sha256 }
                });
                let opens = opens.is_none_or(|(key, size)| {
                    let cipher = FileCipher::new(&key.0, size);
                    let bytes = self.store.get(&media).map_or(&[][..], Vec::as_slice);
                    let mut segments = (0..).zip(bytes.chunks(e2ee::media::SEGMENT_LEN));
                    segments.all(|(number, segment)| cipher.open(number, segment).is_ok())
                });
                Some((media, if opens { report } else { MediaReport::Missing }))
            }
            MediaTask::Drop { media } => {
                self.store.remove(&media);
                None
            }
            MediaTask::Sweep { known } => {
                self.store.retain(|media, _| known.contains(media));
                None
            }
        }
    }

    /// The driver and the server behind it.
    pub(super) fn serves(&mut self, request: HttpRequest) -> Answered {
        let header = |wanted: &str| {
            let found = request.headers.iter().find(|(name, _)| *name == wanted);
            found.map(|(_, value)| value.clone()).unwrap_or_default()
        };
        let answer = |status, headers: &[(&str, String)]| {
            let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
            Ok(HttpResponse { status, headers, body: Vec::new(), kept: 0 })
        };
        let piece = request.keep_in.map_or(request.body.len(), |keep_in| keep_in.len_max);
        if piece > self.line_takes {
            return Err(HttpFailure::Network);
        }
        if let Some(status) = self.refuses_with {
            return answer(status, &[]);
        }
        let body = match &request.body {
            HttpBody::Bytes(bytes) => bytes.clone(),
            HttpBody::Stored { media, from, len } => {
                let file = self.store.get(media).ok_or(HttpFailure::NoFile)?;
                file.get(*from as usize..(*from + *len) as usize).ok_or(HttpFailure::NoFile)?.to_vec()
            }
        };
        if request.method == HttpMethod::Post {
            assert_eq!(header("upload-metadata"), "shared");
            let path = format!("/v1/blobs/{:032x}", self.blobs.len() + 1);
            self.blobs.insert(path.clone(), (header("upload-length").parse().expect("a number"), Vec::new()));
            return answer(201, &[("location", path)]);
        }
        if request.method == HttpMethod::Delete {
            let was_there = self.blobs.remove(&request.path).is_some();
            return answer(if was_there { 204 } else { 404 }, &[]);
        }
        let Some((size, bytes)) = self.blobs.get_mut(&request.path) else { return answer(404, &[]) };
        match request.method {
            HttpMethod::Head => answer(200, &[("upload-offset", bytes.len().to_string())]),
            HttpMethod::Patch if header("upload-offset") != bytes.len().to_string() => {
                answer(409, &[("upload-offset", bytes.len().to_string())])
            }
            HttpMethod::Patch => {
                bytes.extend_from_slice(&body);
                answer(204, &[("upload-offset", bytes.len().to_string())])
            }
            HttpMethod::Get => {
                let range = header("range");
                let (first, last) =
                    range.strip_prefix("bytes=").and_then(|range| range.split_once('-')).expect("a range");
                let (first, last): (usize, usize) = (first.parse().expect("first"), last.parse().expect("last"));
                let piece = bytes.get(first..last + 1).ok_or(HttpFailure::Network)?;
                let KeepIn { media, from, len_max, beside } = request.keep_in.expect("a file to keep it in");
                assert_eq!((from as usize, len_max as usize), (first, last + 1 - first));
                if self.is_full {
                    return Err(HttpFailure::StorageFull);
                }
                let file = self.store.entry(media).or_default();
                match beside {
                    Beside::AllBefore => file.truncate(first),
                    Beside::Gaps if file.len() < last + 1 => file.resize(last + 1, 0),
                    Beside::Gaps => {}
                }
                if beside == Beside::AllBefore && file.len() != first {
                    return Err(HttpFailure::NoFile);
                }
                file.resize(file.len().max(last + 1), 0);
                file[first..=last].copy_from_slice(piece);
                self.fetched.push(from..last as u64 + 1);
                let kept = piece.len() as u64;
                let headers = vec![("content-range".to_owned(), format!("bytes {first}-{last}/{size}"))];
                Ok(HttpResponse { status: 206, headers, body: Vec::new(), kept })
            }
            other => panic!("not asked of blobs: {other:?}"),
        }
    }

    pub(super) fn only_row(&self) -> Option<client_api::MessageRow> {
        let ids: Vec<[u8; 16]> = {
            let mut statement = self.story.db.prepare("SELECT message FROM message WHERE kind = 0").expect("sql");
            let rows = statement.query_map([], |row| row.get(0)).expect("rows");
            rows.collect::<Result<_, _>>().expect("ids")
        };
        let id = MessageId(*ids.first()?);
        messages::get_row(&self.story.db, CHAT, id, self.story.me).expect("read")
    }

    pub(super) fn place(&self) -> Option<MediaPlace> {
        Some(self.only_row()?.attachment?.place)
    }

    /// What the outbox holds of files.
    pub(super) fn outgoing(&self) -> Vec<Media> {
        let mut statement = self.story.db.prepare("SELECT content FROM outbox ORDER BY place").expect("sql");
        let rows = statement.query_map([], |row| row.get::<_, Vec<u8>>(0)).expect("rows");
        let contents = rows.map(|bytes| Content::decode(bytes.expect("bytes").as_slice()).expect("a content"));
        contents.filter_map(|content| facts::of(&content).cloned()).collect()
    }

    /// A message of the peer with a file that lies at the server.
    pub(super) fn hears_of_file(&mut self, number: u8, kind: MediaKind, bytes: &[u8]) -> Media {
        let key = MediaKey([number; 32]);
        let sealed = sealed(&key, bytes);
        let blob = format!("/v1/blobs/{number:032x}");
        let caption = Text { text: "the harbour".into(), ..Text::default() };
        let media = Media {
            blob: blob.clone(),
            key: key.0.to_vec(),
            sha256: Sha256::digest(&sealed).to_vec(),
            uploaded_ms: self.now_ms,
            ..facts::written(&facts(kind, bytes.len() as u64), caption)
        };
        self.blobs.insert(blob, (sealed.len() as u64, sealed));
        self.story.says(self.story.peer, number, u64::from(number), content::Body::Media(media.clone()));
        media
    }

    pub(super) fn downloads(&mut self, number: u8) {
        self.asks(Command::DownloadMedia { chat: CHAT_UI, message: client_api::MessageId([number; 16]) });
    }

    pub(super) fn place_of(&self, number: u8) -> MediaPlace {
        self.story.row(number).expect("a row").attachment.expect("a file").place
    }

    /// As a driver would show it.
    pub(super) fn shows(&self, number: u8) -> Option<Vec<u8>> {
        let found = source(&self.story.db, CHAT_UI, client_api::MessageId([number; 16])).expect("read")?;
        let bytes = self.store.get(&found.media).filter(|_| found.is_complete)?;
        let cipher = FileCipher::new(&found.key.0, found.size);
        let mut plain = Vec::new();
        for (number, piece) in (0..).zip(bytes.chunks(e2ee::media::SEGMENT_LEN)) {
            plain.extend(cipher.open(number, piece).expect("opens"));
        }
        Some(plain)
    }
}
