//! One device with a store in memory and a server that keeps blobs; it may die after any of its steps.

use super::*;
use crate::client::Client;
use crate::io::{HttpBody, HttpId, HttpMethod, HttpRequest};
use crate::messages;
use crate::testing::story::{CHAT_UI, Story, deletion, edit, id};
use crate::testing::{CHAT, now_ms, phone, step};
use client_api::{Command, Event, FileId, MediaFacts, MediaKind, MessageBody, MessageStatus, Request, UserError};
use e2ee::media::{FileCipher, PLAIN_LEN};
use proto::content::content;
use sha2::{Digest as _, Sha256};
use std::collections::VecDeque;

/// Three segments, and three pieces where a piece is as small as in these tests' server.
const SIZE: u64 = 9 * 1024 * 1024;
const FILE: FileId = FileId(1);

fn plain(size: u64) -> Vec<u8> {
    (0..size).map(|at| (at * 7 % 253) as u8).collect()
}

fn facts(kind: MediaKind, size: u64) -> MediaFacts {
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

fn sealed(key: &MediaKey, plain: &[u8]) -> Vec<u8> {
    let cipher = FileCipher::new(&key.0, plain.len() as u64);
    let mut pieces: Vec<&[u8]> = plain.chunks(PLAIN_LEN).collect();
    if pieces.is_empty() {
        pieces.push(&[]);
    }
    (0..).zip(pieces).flat_map(|(number, piece)| cipher.seal(number, piece).expect("sealed")).collect()
}

/// What the network does to one exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    Dies,
    LosesRequest,
    LosesAnswer,
}

struct Device {
    story: Story,
    store: BTreeMap<MediaId, Vec<u8>>,
    given: BTreeMap<FileId, Vec<u8>>,
    blobs: BTreeMap<String, (u64, Vec<u8>)>,
    waiting: VecDeque<Output>,
    /// At which effect, counted from 0, what happens.
    fault: Option<(usize, Fault)>,
    effects: usize,
    answers: Vec<Result<client_api::Answer, UserError>>,
    now_ms: u64,
    refuses_with: Option<u16>,
}

impl Device {
    fn new() -> Self {
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
        }
    }

    fn act(&mut self, act: impl FnOnce(&mut Client, &mut Context<'_>)) {
        let client = &mut self.story.client;
        let (_, out) = step(&self.story.db, self.now_ms, |cx| {
            act(client, cx);
            client.move_media(cx).expect("no halt");
            client.drop_files(cx).expect("no halt");
        });
        self.waiting.extend(out);
    }

    fn asks(&mut self, command: Command) {
        self.act(|client, cx| client.on_command(cx, Request { id: 7, command }).expect("no halt"));
    }

    fn sends(&mut self, kind: MediaKind, caption: &str) {
        let (facts, caption) = (facts(kind, SIZE), caption.to_owned());
        self.asks(Command::SendMedia { chat: CHAT_UI, file: FILE, facts, caption, written_for: None, answers: None });
    }

    fn dies(&mut self) {
        self.waiting.clear();
        self.given.clear();
        self.story.client = phone().0;
        self.act(|client, cx| client.resume_media(cx).expect("no halt"));
    }

    /// Performs what the core wants until nothing is left to do, over all of its pauses.
    fn runs(&mut self) {
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

    fn performs(&mut self, output: Output) {
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
                let result = if lost { Err(HttpFailure) } else { self.serves(request) };
                match fault {
                    Some(Fault::Dies) => self.dies(),
                    Some(_) => self.hears(request_id, Err(HttpFailure)),
                    None => self.hears(request_id, result),
                }
            }
            _ => {}
        }
    }

    fn hears(&mut self, request: HttpId, result: Answered) {
        self.act(|client, cx| {
            let purpose = client.calls.finish(request).expect("a call of this run");
            match purpose {
                crate::http::Purpose::MediaCreate { message } => client.on_media_created(cx, message, result),
                crate::http::Purpose::MediaFetch { message, media, from } => {
                    client.on_media_fetched(cx, (message, media, from), result)
                }
                crate::http::Purpose::MediaHead { message } | crate::http::Purpose::MediaPatch { message } => {
                    client.on_media_offset(cx, message, result)
                }
                other => panic!("not of a file: {other:?}"),
            }
            .expect("no halt");
        });
    }

    fn works(&mut self, task: MediaTask) -> Option<(MediaId, MediaReport)> {
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
            MediaTask::Check { media } => {
                let report = self.store.get(&media).map_or(MediaReport::Missing, |bytes| {
                    let (sealed_size, sha256) = read(bytes);
                    MediaReport::Checked { sealed_size, sha256 }
                });
                Some((media, report))
            }
            MediaTask::Drop { media } => {
                self.store.remove(&media);
                None
            }
        }
    }

    /// The driver and the server behind it.
    fn serves(&mut self, request: HttpRequest) -> Answered {
        let header = |wanted: &str| {
            let found = request.headers.iter().find(|(name, _)| *name == wanted);
            found.map(|(_, value)| value.clone()).unwrap_or_default()
        };
        let answer = |status, headers: &[(&str, String)]| {
            let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
            Ok(HttpResponse { status, headers, body: Vec::new(), kept: 0 })
        };
        if let Some(status) = self.refuses_with {
            return answer(status, &[]);
        }
        let body = match &request.body {
            HttpBody::Bytes(bytes) => bytes.clone(),
            HttpBody::Stored { media, from, len } => {
                let file = self.store.get(media).ok_or(HttpFailure)?;
                file.get(*from as usize..(*from + *len) as usize).ok_or(HttpFailure)?.to_vec()
            }
        };
        if request.method == HttpMethod::Post {
            assert_eq!(header("upload-metadata"), "shared");
            let path = format!("/v1/blobs/{:032x}", self.blobs.len() + 1);
            self.blobs.insert(path.clone(), (header("upload-length").parse().expect("a number"), Vec::new()));
            return answer(201, &[("location", path)]);
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
                let piece = bytes.get(first..last + 1).ok_or(HttpFailure)?;
                let (media, from) = request.keep_in.expect("a file to keep it in");
                assert_eq!(from as usize, first);
                let file = self.store.entry(media).or_default();
                file.truncate(first);
                assert_eq!(file.len(), first, "what is before it is there");
                file.extend_from_slice(piece);
                let kept = piece.len() as u64;
                let headers = vec![("content-range".to_owned(), format!("bytes {first}-{last}/{size}"))];
                Ok(HttpResponse { status: 206, headers, body: Vec::new(), kept })
            }
            other => panic!("not asked of blobs: {other:?}"),
        }
    }

    fn only_row(&self) -> Option<client_api::MessageRow> {
        let ids: Vec<[u8; 16]> = {
            let mut statement = self.story.db.prepare("SELECT message FROM message WHERE kind = 0").expect("sql");
            let rows = statement.query_map([], |row| row.get(0)).expect("rows");
            rows.collect::<Result<_, _>>().expect("ids")
        };
        let id = MessageId(*ids.first()?);
        messages::get_row(&self.story.db, CHAT, id, self.story.me).expect("read")
    }

    fn place(&self) -> Option<MediaPlace> {
        Some(self.only_row()?.attachment?.place)
    }

    /// What the outbox holds of files.
    fn outgoing(&self) -> Vec<Media> {
        let mut statement = self.story.db.prepare("SELECT content FROM outbox ORDER BY place").expect("sql");
        let rows = statement.query_map([], |row| row.get::<_, Vec<u8>>(0)).expect("rows");
        let contents = rows.map(|bytes| Content::decode(bytes.expect("bytes").as_slice()).expect("a content"));
        contents.filter_map(|content| facts::of(&content).cloned()).collect()
    }

    /// A message of the peer with a file that lies at the server.
    fn hears_of_file(&mut self, number: u8, kind: MediaKind, bytes: &[u8]) -> Media {
        let key = MediaKey([number; 32]);
        let sealed = sealed(&key, bytes);
        let blob = format!("/v1/blobs/{number:032x}");
        let caption = Text { text: "the harbour".into(), ..Text::default() };
        let media = Media {
            blob: blob.clone(),
            key: key.0.to_vec(),
            sha256: Sha256::digest(&sealed).to_vec(),
            ..facts::written(&facts(kind, bytes.len() as u64), caption)
        };
        self.blobs.insert(blob, (sealed.len() as u64, sealed));
        self.story.says(self.story.peer, number, u64::from(number), content::Body::Media(media.clone()));
        media
    }

    fn downloads(&mut self, number: u8) {
        self.asks(Command::DownloadMedia { chat: CHAT_UI, message: client_api::MessageId([number; 16]) });
    }

    fn place_of(&self, number: u8) -> MediaPlace {
        self.story.row(number).expect("a row").attachment.expect("a file").place
    }

    /// As a driver would show it.
    fn shows(&self, number: u8) -> Option<Vec<u8>> {
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

#[test]
fn a_file_is_on_the_screen_at_once_and_in_the_outbox_when_the_server_has_it() {
    let mut device = Device::new();
    device.sends(MediaKind::Video, "look");
    let row = device.only_row().expect("a row");
    assert_eq!((row.status, &row.body), (Some(MessageStatus::Pending), &MessageBody::Text("look".into())));
    assert_eq!(device.place(), Some(MediaPlace::Uploading { done: 0 }));
    assert!(device.outgoing().is_empty() && device.answers.is_empty());
    device.runs();
    assert!(matches!(device.answers.as_slice(), [Ok(client_api::Answer::Message(_))]));
    assert_eq!(device.place(), Some(MediaPlace::Here));
    let [sent] = device.outgoing().try_into().expect("one");
    let (size, bytes) = &device.blobs[&sent.blob];
    assert_eq!((*size, bytes.len() as u64), (e2ee::media::sealed_size(SIZE), e2ee::media::sealed_size(SIZE)));
    assert_eq!(bytes, &sealed(&MediaKey(sent.key.clone().try_into().expect("a key")), &plain(SIZE)));
    assert_eq!(sent.sha256, Sha256::digest(bytes).to_vec());
}

#[test]
fn texts_behind_a_file_do_not_wait_for_it() {
    let mut device = Device::new();
    device.sends(MediaKind::Video, "");
    device.asks(Command::SendText { chat: CHAT_UI, text: "meanwhile".into(), written_for: None, answers: None });
    assert_eq!(device.story.count("SELECT count(*) FROM outbox"), 1);
    assert!(is_sending(&device.story.db).expect("read"), "not all has left");
    device.runs();
    assert_eq!(device.story.count("SELECT count(*) FROM outbox"), 2);
    assert!(!is_sending(&device.story.db).expect("read"));
}

/// Each place, each fault: in the end the outbox has the message once, with a file that opens; or, where the program died before the file was
/// kept, the row says so.
#[test]
fn sending_goes_on_after_a_fault_at_any_place() {
    for fault in [Fault::Dies, Fault::LosesRequest, Fault::LosesAnswer] {
        let mut at = 0;
        loop {
            let mut device = Device::new();
            device.fault = Some((at, fault));
            device.sends(MediaKind::Document, "");
            device.runs();
            let [sent] = device.outgoing().try_into().unwrap_or_else(|sent| panic!("{fault:?} at {at}: {sent:?}"));
            assert_eq!(device.place(), Some(MediaPlace::Here), "{fault:?} at {at}");
            let key = MediaKey(sent.key.clone().try_into().expect("a key"));
            assert_eq!(device.blobs[&sent.blob].1, sealed(&key, &plain(SIZE)), "{fault:?} at {at}");
            if device.effects <= at {
                assert!(at >= 5, "places were found");
                break;
            }
            at += 1;
        }
    }
}

#[test]
fn fetching_goes_on_after_a_fault_at_any_place() {
    for fault in [Fault::Dies, Fault::LosesRequest, Fault::LosesAnswer] {
        let mut at = 0;
        loop {
            let mut device = Device::new();
            device.fault = Some((at, fault));
            device.hears_of_file(5, MediaKind::Video, &plain(SIZE));
            device.downloads(5);
            device.runs();
            assert_eq!(device.place_of(5), MediaPlace::Here, "{fault:?} at {at}");
            assert_eq!(device.shows(5), Some(plain(SIZE)), "{fault:?} at {at}");
            if device.effects <= at {
                assert!(at >= 4, "places were found");
                break;
            }
            at += 1;
        }
    }
}

#[test]
fn a_file_that_cannot_be_read_leaves_no_message() {
    let mut device = Device::new();
    device.given.clear();
    device.sends(MediaKind::Document, "");
    device.runs();
    assert_eq!(device.answers, [Err(UserError::FileUnreadable)]);
    assert!(device.only_row().is_none());
}

#[test]
fn a_program_that_died_before_the_file_was_kept_says_so() {
    let mut device = Device::new();
    device.sends(MediaKind::Document, "");
    device.dies();
    device.runs();
    assert_eq!(device.place(), Some(MediaPlace::Stopped(MediaTrouble::Unreadable)));
    assert_eq!(device.only_row().and_then(|row| row.status), Some(MessageStatus::Failed));
}

#[test]
fn a_refusal_stops_the_file_and_another_try_begins_anew() {
    for (status, trouble) in [(413, MediaTrouble::TooLarge), (507, MediaTrouble::ServerFull)] {
        let mut device = Device::new();
        device.refuses_with = Some(status);
        device.sends(MediaKind::Document, "");
        device.runs();
        assert_eq!(device.place(), Some(MediaPlace::Stopped(trouble)));
        let row = device.only_row().expect("a row");
        assert_eq!(row.status, Some(MessageStatus::Failed));
        device.refuses_with = None;
        device.asks(Command::RetryMessage { chat: CHAT_UI, message: row.id });
        device.runs();
        assert_eq!((device.place(), device.outgoing().len()), (Some(MediaPlace::Here), 1));
    }
}

#[test]
fn failures_pause_longer_and_longer() {
    let mut device = Device::new();
    device.refuses_with = Some(500);
    device.sends(MediaKind::Document, "");
    let mut pauses = Vec::new();
    for _ in 0..15 {
        while let Some(output) = device.waiting.pop_front() {
            device.performs(output);
        }
        let (_, until_ms) = device.story.client.moving.pauses.values().next().copied().expect("a pause");
        pauses.push(until_ms - device.now_ms);
        device.now_ms = until_ms;
        device.act(|_, _| {});
    }
    assert_eq!(pauses[..4], [1_000, 2_000, 4_000, 8_000]);
    assert_eq!(pauses.last(), Some(&PAUSE_MAX_MS));
}

#[test]
fn a_blob_that_the_server_lost_is_sent_from_the_beginning() {
    let mut device = Device::new();
    device.sends(MediaKind::Document, "");
    for _ in 0..4 {
        let output = device.waiting.pop_front().expect("something to do");
        device.performs(output);
    }
    device.blobs.clear();
    device.runs();
    assert_eq!((device.place(), device.outgoing().len()), (Some(MediaPlace::Here), 1));
}

#[test]
fn what_is_cancelled_before_it_was_sent_is_gone() {
    let mut device = Device::new();
    device.sends(MediaKind::Document, "");
    for _ in 0..3 {
        let output = device.waiting.pop_front().expect("something to do");
        device.performs(output);
    }
    let row = device.only_row().expect("a row");
    device.asks(Command::CancelMedia { chat: CHAT_UI, message: row.id });
    device.runs();
    assert!(device.only_row().is_none() && device.store.is_empty() && device.outgoing().is_empty());
}

#[test]
fn a_download_that_was_stopped_goes_on_from_where_it_was() {
    let mut device = Device::new();
    device.hears_of_file(5, MediaKind::Video, &plain(SIZE));
    device.downloads(5);
    let (answer, first) = (device.waiting.pop_front(), device.waiting.pop_front());
    assert!(matches!(answer, Some(Output::Event(_))));
    device.performs(first.expect("a request"));
    // The second piece is under way when it is stopped, and comes when the download goes on.
    let second = device.waiting.pop_front().expect("a request");
    device.asks(Command::CancelMedia { chat: CHAT_UI, message: client_api::MessageId([5; 16]) });
    assert_eq!(device.place_of(5), MediaPlace::Stopped(MediaTrouble::Cancelled));
    device.downloads(5);
    assert!(matches!(device.place_of(5), MediaPlace::Downloading { done } if done > 0));
    device.waiting.push_front(second);
    device.runs();
    assert_eq!(device.shows(5), Some(plain(SIZE)));
}

#[test]
fn a_damaged_file_is_said_and_never_shown() {
    let mut device = Device::new();
    let media = device.hears_of_file(5, MediaKind::Photo, &plain(70_000));
    device.blobs.get_mut(&media.blob).expect("a blob").1[3] ^= 1;
    device.downloads(5);
    while let Some(output) = device.waiting.pop_front() {
        assert_eq!(device.shows(5), None, "nothing of it is shown before it was read through");
        device.performs(output);
    }
    device.runs();
    assert_eq!(device.place_of(5), MediaPlace::Stopped(MediaTrouble::Damaged));
    assert_eq!((device.shows(5), device.store.len()), (None, 0));
    device.blobs.get_mut(&media.blob).expect("a blob").1[3] ^= 1;
    device.downloads(5);
    device.runs();
    assert_eq!(device.shows(5), Some(plain(70_000)));
}

#[test]
fn a_file_of_another_size_than_was_said_is_damaged() {
    let mut device = Device::new();
    let media = device.hears_of_file(5, MediaKind::Photo, &plain(70_000));
    device.blobs.get_mut(&media.blob).expect("a blob").0 += 1;
    device.downloads(5);
    device.runs();
    assert_eq!(device.place_of(5), MediaPlace::Stopped(MediaTrouble::Damaged));
}

#[test]
fn a_file_that_the_server_has_no_more_is_gone() {
    let mut device = Device::new();
    device.hears_of_file(5, MediaKind::Photo, &plain(70_000));
    let blobs = std::mem::take(&mut device.blobs);
    device.downloads(5);
    device.runs();
    assert_eq!(device.place_of(5), MediaPlace::Stopped(MediaTrouble::Gone));
    device.blobs = blobs;
    device.downloads(5);
    device.runs();
    assert_eq!(device.place_of(5), MediaPlace::Here);
}

#[test]
fn a_message_without_a_usable_blob_has_nothing_to_fetch() {
    let mut device = Device::new();
    let media = Media { blob: "/v1/devices".into(), ..facts::written(&facts(MediaKind::Photo, 5), Text::default()) };
    device.story.says(device.story.peer, 5, 1, content::Body::Media(media));
    assert_eq!(device.place_of(5), MediaPlace::There);
    device.downloads(5);
    assert!(!device.waiting.iter().any(|output| matches!(output, Output::Http(_))));
    assert_eq!(device.place_of(5), MediaPlace::Stopped(MediaTrouble::Gone));
}

#[test]
fn what_is_deleted_loses_its_file() {
    for for_everyone in [false, true] {
        let mut device = Device::new();
        device.hears_of_file(5, MediaKind::Photo, &plain(70_000));
        device.downloads(5);
        device.runs();
        assert_eq!(device.store.len(), 1);
        if for_everyone {
            device.story.says(device.story.peer, 6, 6, deletion(id(5)));
            device.act(|_, _| {});
        } else {
            let messages = vec![client_api::MessageId([5; 16])];
            device.asks(Command::DeleteMessages { chat: CHAT_UI, messages, for_everyone: false });
        }
        device.runs();
        assert_eq!((device.store.len(), device.story.count("SELECT count(*) FROM media")), (0, 0), "{for_everyone}");
        assert!(device.story.row(5).is_none_or(|row| row.attachment.is_none() && row.body == MessageBody::Deleted));
    }
}

/// Nobody says that a drop was done: it is told again at the next start.
#[test]
fn a_drop_that_a_death_swallowed_is_done_at_the_next_start() {
    let mut device = Device::new();
    device.hears_of_file(5, MediaKind::Photo, &plain(70_000));
    device.downloads(5);
    device.runs();
    let messages = vec![client_api::MessageId([5; 16])];
    device.asks(Command::DeleteMessages { chat: CHAT_UI, messages, for_everyone: false });
    device.dies();
    device.runs();
    assert!(device.store.is_empty());
}

#[test]
fn a_piece_that_comes_after_the_deletion_goes_too() {
    let mut device = Device::new();
    device.hears_of_file(5, MediaKind::Video, &plain(SIZE));
    device.downloads(5);
    let fetch = device.waiting.pop_back().expect("a request");
    device.story.says(device.story.peer, 6, 6, deletion(id(5)));
    device.act(|_, _| {});
    device.waiting.push_back(fetch);
    device.runs();
    assert!(device.store.is_empty());
}

#[test]
fn a_file_that_was_sent_on_stays_while_one_of_its_messages_does() {
    let mut device = Device::new();
    let media = device.hears_of_file(5, MediaKind::Photo, &plain(70_000));
    device.downloads(5);
    device.runs();
    let (messages, to) = (vec![client_api::MessageId([5; 16])], vec![(CHAT_UI, None)]);
    device.asks(Command::ForwardMessages { chat: CHAT_UI, messages, to });
    let [sent] = device.outgoing().try_into().expect("one");
    assert_eq!((&sent.blob, &sent.key, &sent.sha256), (&media.blob, &media.key, &media.sha256));
    assert!(sent.caption.as_ref().is_some_and(|caption| caption.forwarded && caption.text == "the harbour"));
    assert_eq!(device.blobs.len(), 1, "nothing was uploaded");
    let messages = vec![client_api::MessageId([5; 16])];
    device.asks(Command::DeleteMessages { chat: CHAT_UI, messages, for_everyone: false });
    device.runs();
    assert_eq!(device.store.len(), 1);
}

#[test]
fn a_caption_is_changed_and_found_and_the_name_too() {
    let mut device = Device::new();
    device.hears_of_file(5, MediaKind::Photo, &plain(5));
    device.story.says(device.story.peer, 6, 6, edit(id(5), "the lighthouse"));
    let row = device.story.row(5).expect("a row");
    assert_eq!((row.body, row.edited), (MessageBody::Text("the lighthouse".into()), true));
    assert_eq!(row.attachment.map(|file| file.facts.name), Some("harbour.mp4".into()));
}

#[test]
fn what_quotes_a_file_says_what_it_is() {
    let mut device = Device::new();
    device.hears_of_file(5, MediaKind::Voice, &plain(5));
    let (text, answers) = ("heard".to_owned(), Some(client_api::MessageId([5; 16])));
    device.asks(Command::SendText { chat: CHAT_UI, text, written_for: None, answers });
    let rows = device.story.count("SELECT count(*) FROM message WHERE kind = 0 AND about = 1");
    assert_eq!(rows, 1);
    let quoted: [u8; 16] =
        device.story.db.query_row("SELECT message FROM message WHERE about = 1", [], |row| row.get(0)).expect("one");
    let row = messages::get_row(&device.story.db, CHAT, MessageId(quoted), device.story.me).expect("read");
    assert_eq!(row.and_then(|row| row.quote).and_then(|quote| quote.media), Some(MediaKind::Voice));
}

#[test]
fn only_photos_and_voice_notes_of_a_bearable_size_come_by_themselves() {
    for (kind, size, comes) in [
        (MediaKind::Photo, 5, true),
        (MediaKind::Voice, 5, true),
        (MediaKind::Video, 5, false),
        (MediaKind::Document, 5, false),
        (MediaKind::Photo, 16 * 1024 * 1024 + 1, false),
    ] {
        let mut device = Device::new();
        let media = Media {
            blob: format!("/v1/blobs/{:032x}", 1),
            key: vec![1; 32],
            sha256: vec![1; 32],
            ..facts::written(&facts(kind, size), Text::default())
        };
        device.story.says(device.story.peer, 5, 1, content::Body::Media(media));
        device.act(|client, cx| client.fetch_with_message(cx, CHAT, id(5)).expect("no halt"));
        assert_eq!(device.place_of(5) != MediaPlace::There, comes, "{kind:?} of {size}");
    }
}

#[test]
fn what_is_too_large_or_says_too_much_is_refused() {
    let mut device = Device::new();
    let send = |facts: MediaFacts, caption: String| Command::SendMedia {
        chat: CHAT_UI,
        file: FILE,
        facts,
        caption,
        written_for: None,
        answers: None,
    };
    device.asks(send(facts(MediaKind::Document, (2 << 30) + 1), String::new()));
    device.asks(send(facts(MediaKind::Document, 5), "x".repeat(65_537)));
    device.runs();
    let refused = [UserError::FileTooLarge { max: 2 << 30 }, UserError::TextTooLong { max: 65_536 }];
    assert_eq!(device.answers, refused.map(Err));
    assert!(device.only_row().is_none());
}

/// The number has another owner since: nothing that was on its way reaches them by itself.
#[test]
fn a_message_that_was_given_up_meanwhile_waits_to_be_sent_again() {
    let mut device = Device::new();
    device.sends(MediaKind::Document, "");
    device.story.db.execute("UPDATE message SET failed = 1", []).expect("given up");
    device.runs();
    assert!(device.outgoing().is_empty());
    let row = device.only_row().expect("a row");
    assert_eq!(row.status, Some(MessageStatus::Failed));
    device.asks(Command::RetryMessage { chat: CHAT_UI, message: row.id });
    assert_eq!(device.outgoing().len(), 1);
}
