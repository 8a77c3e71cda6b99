use super::*;
use crate::chats::{Chat, Membership};
use crate::io::{Clock, HttpFailure, HttpRequest, HttpResponse, Input, Output};
use crate::registration::restoring::segment_in_file;
use crate::testing::story::{Story, text};
use crate::testing::{new_phone, phone, step};
use client_api::{BACKUP_PIECE_LEN_MAX, BackupPlace, Command, Notice, PieceOf, Request};
use e2ee::backup::{open_head, read_tail};
use proto::ids::{ChatId, Generation};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;

fn recovery_key(seed: u64) -> String {
    RecoveryKey::generate(&mut ChaCha20Rng::seed_from_u64(seed)).to_text().to_string()
}

/// A phone with something said, and the group of its own devices.
fn phone_with_words() -> Story {
    let story = Story::new();
    step(&story.db, 1, |cx| {
        let chat = Chat {
            chat: ChatId([0x5e; 16]),
            kind: ChatKind::SelfGroup,
            generation: Generation(1),
            peer: cx.me().expect("me").address.account,
            membership: Membership::Joined,
            applied_seq: 1,
            activity_ms: 1,
        };
        chats::insert(cx, &chat).expect("inserted");
    });
    story
}

fn asks(client: &mut Client, db: &Connection, command: Command) -> Result<Answer, UserError> {
    let tx = db.unchecked_transaction().expect("transaction");
    let mut rng = ChaCha20Rng::seed_from_u64(77);
    let input = Input::Command(Request { id: 9, command });
    let out = client.handle(&tx, input, Clock { now_ms: 1_000_000 }, &mut rng).expect("no halt");
    tx.commit().expect("commit");
    let answer = out.into_iter().find_map(|output| match output {
        Output::Event(Event::Answered { request: 9, result }) => Some(result),
        _ => None,
    });
    answer.expect("an answer")
}

fn file_of(client: &mut Client, db: &Connection, key: &str) -> Vec<u8> {
    let mut file = Vec::new();
    let mut piece = PieceOf::Beginning;
    loop {
        match asks(client, db, Command::TakeBackup { piece, key: key.to_owned() }) {
            Ok(Answer::BackupPiece(taken)) => {
                file.extend_from_slice(&taken.bytes);
                piece = PieceOf::Rest;
                if taken.last {
                    return file;
                }
            }
            other => panic!("{other:?}"),
        }
    }
}

/// What a new phone says to a file.
fn opens(file: &[u8], key: &str, piece_len: usize) -> (Result<Answer, UserError>, Client, Connection) {
    let (mut client, db) = new_phone();
    let mut piece = PieceOf::Beginning;
    for bytes in file.chunks(piece_len) {
        let given = asks(&mut client, &db, Command::GiveBackup { piece, bytes: bytes.to_vec() });
        if given != Ok(Answer::Done) {
            return (given, client, db);
        }
        piece = PieceOf::Rest;
    }
    let place = BackupPlace::File;
    let answer = asks(&mut client, &db, Command::RestoreBackup { key: key.to_owned(), place });
    (answer, client, db)
}

fn a_file() -> (Vec<u8>, String) {
    let mut story = phone_with_words();
    let (me, key) = (story.me, recovery_key(1));
    story.says(me, 1, 1, text("what must come back"));
    let Story { client, db, .. } = &mut story;
    (file_of(client, db, &key), key)
}

#[test]
fn a_file_opens_with_its_key_however_it_is_given() {
    let (file, key) = a_file();
    for piece_len in [1, 100, file.len()] {
        assert_eq!(opens(&file, &key, piece_len).0, Ok(Answer::Done), "in pieces of {piece_len}");
    }
    assert!(!file.windows(9).any(|window| window == b"what must"), "nothing is in it in plain");
}

#[test]
fn another_key_and_a_slip_are_told_apart() {
    let (file, key) = a_file();
    assert_eq!(opens(&file, &recovery_key(2), 1_000).0, Err(UserError::RecoveryKeyWrong));
    assert_eq!(opens(&file, &key[1..], 1_000).0, Err(UserError::RecoveryKeyLength { digits: 63 }));
    let mut slip: Vec<char> = key.chars().collect();
    // In the third group: a space stands behind each eight digits.
    slip[20] = if slip[20] == '0' { '1' } else { '0' };
    let slip: String = slip.into_iter().collect();
    assert_eq!(opens(&file, &slip, 1_000).0, Err(UserError::RecoveryKeyGroup { group: 3 }));
}

/// Bytes of all parts of a file: its mark, a segment, the head, the tail.
#[test]
fn a_file_that_was_changed_cut_or_made_longer_is_refused() {
    let (file, key) = a_file();
    let refused = |file: &[u8], what: &str| {
        let answer = opens(file, &key, 5_000).0;
        let words = [UserError::BackupDamaged, UserError::RecoveryKeyWrong, UserError::BackupNewer];
        assert!(answer.as_ref().is_err_and(|error| words.contains(error)), "{what}: {answer:?}");
    };
    for at in (0..file.len()).step_by(7).chain([0, 15, 16, file.len() - 1]) {
        let mut changed = file.clone();
        changed[at] ^= 1;
        refused(&changed, &format!("byte {at}"));
    }
    for len in (0..file.len()).step_by(11) {
        refused(&file[..len], &format!("cut at {len}"));
    }
    refused(&[file.as_slice(), b"x"].concat(), "longer");
    let mut within = file.clone();
    within.insert(40, 0);
    refused(&within, "a byte more in a segment");
}

#[test]
fn a_piece_above_the_limit_is_refused() {
    let (mut client, db) = new_phone();
    let bytes = vec![0; BACKUP_PIECE_LEN_MAX + 1];
    let refused = asks(&mut client, &db, Command::GiveBackup { piece: PieceOf::Beginning, bytes });
    assert!(matches!(refused, Err(UserError::FileTooLarge { .. })), "{refused:?}");
    let mut bytes = vec![0; BACKUP_PIECE_LEN_MAX];
    bytes[..16].copy_from_slice(e2ee::backup::FILE_HEAD);
    assert_eq!(asks(&mut client, &db, Command::GiveBackup { piece: PieceOf::Beginning, bytes }), Ok(Answer::Done));
}

#[test]
fn what_has_no_key_is_not_backed_up() {
    let mut story = phone_with_words();
    assert_eq!(story.asks(Command::BackUpNow), Err(UserError::BackupOff));
    let taken = story.asks(Command::TakeBackup { piece: PieceOf::Beginning, key: String::new() });
    assert_eq!(taken, Err(UserError::BackupOff));
    assert_eq!(story.asks(Command::TakeBackup { piece: PieceOf::Rest, key: String::new() }), Err(UserError::NotNow));
}

#[test]
fn segments_lie_one_behind_the_other_in_a_file() {
    let (file, key) = a_file();
    let (_, _, db) = opens(&file, &key, 10);
    step(&db, 1, |cx| {
        for (place, size) in [(0, 100_u64), (1, 50)] {
            let segment = proto::content::ArchiveSegment { index: place, size, ..Default::default() };
            cx.db
                .execute(
                    "INSERT INTO import_segment (archive, place, segment) VALUES (x'', ?1, ?2)",
                    params![place, segment.encode_to_vec()],
                )
                .expect("inserted");
        }
        assert_eq!(segment_in_file(cx, 0).expect("read"), file[16..116]);
        assert_eq!(segment_in_file(cx, 1).expect("read"), file[116..166]);
        // What was imported is not kept.
        assert_eq!(segment_in_file(cx, 0).expect("read"), file[110..116]);
    });
}

#[test]
fn the_name_of_a_blob_is_read_out_of_its_address() {
    assert_eq!(blob_id("/v1/blobs/00112233445566778899aabbccddeeff").map(|id| id[15]), Some(0xff));
    for wrong in ["", "/v1/blobs/", "/v1/blobs/0011", "/v1/blobs/zz112233445566778899aabbccddeeff"] {
        assert_eq!(blob_id(wrong), None, "{wrong}");
    }
}

/// One input of a phone that is connected; the requests that it leads to.
fn takes(client: &mut Client, db: &Connection, now_ms: u64, input: Input) -> (Vec<HttpRequest>, Vec<BackupState>) {
    client.session.goes_up();
    let tx = db.unchecked_transaction().expect("transaction");
    let mut rng = ChaCha20Rng::seed_from_u64(now_ms);
    let out = client.handle(&tx, input, Clock { now_ms }, &mut rng).expect("no halt");
    tx.commit().expect("commit");
    let (mut requests, mut states) = (Vec::new(), Vec::new());
    for output in out {
        match output {
            Output::Http(request) if request.path.contains("backup") || request.path.contains("blobs") => {
                requests.push(request);
            }
            Output::Event(Event::Backup(state)) => states.push(state),
            _ => {}
        }
    }
    (requests, states)
}

fn answer(request: &HttpRequest, status: u16, location: Option<&str>) -> Input {
    let headers = location.map(|at| ("location".to_owned(), at.to_owned())).into_iter().collect();
    Input::Http(request.id, Ok(HttpResponse { status, headers, body: Vec::new(), kept: 0 }))
}

/// The server has so much of a blob.
fn at_offset(request: &HttpRequest, status: u16, offset: usize) -> Input {
    let headers = vec![("upload-offset".to_owned(), offset.to_string())];
    Input::Http(request.id, Ok(HttpResponse { status, headers, body: Vec::new(), kept: 0 }))
}

/// The server takes what comes, to its end.
fn granted(request: &HttpRequest, number: u32) -> Input {
    match request.method {
        HttpMethod::Post => answer(request, 201, Some(&blob(number))),
        HttpMethod::Patch => at_offset(request, 204, offset_of(request) + request.body.bytes().len()),
        _ => answer(request, 204, None),
    }
}

fn offset_of(request: &HttpRequest) -> usize {
    let offset = request.headers.iter().find(|(name, _)| *name == "upload-offset");
    offset.and_then(|(_, offset)| offset.parse().ok()).expect("an offset")
}

fn failed(request: &HttpRequest) -> Input {
    Input::Http(request.id, Err(HttpFailure::Network))
}

fn only(requests: Vec<HttpRequest>) -> HttpRequest {
    assert_eq!(requests.len(), 1, "{requests:?}");
    requests.into_iter().next().expect("one")
}

fn asks_for(request: &HttpRequest, method: HttpMethod, path: &str) -> bool {
    request.method == method && request.path == path
}

fn blob(number: u32) -> String {
    format!("/v1/blobs/{number:032x}")
}

/// The requests of a backup, from the one that was asked; each is granted. Stops before the `stop`th is answered.
fn backs_up(
    client: &mut Client,
    db: &Connection,
    first: HttpRequest,
    stop: usize,
) -> (Vec<HttpRequest>, Vec<BackupState>) {
    let (mut asked, mut told) = (vec![first], Vec::new());
    while asked.len() < stop {
        let request = asked.last().expect("one").clone();
        let (requests, states) =
            takes(client, db, 2_000_000, granted(&request, u32::try_from(asked.len()).expect("few")));
        told.extend(states);
        if requests.is_empty() {
            break;
        }
        asked.extend(requests);
    }
    (asked, told)
}

fn begins(client: &mut Client, db: &Connection) -> HttpRequest {
    let command = Command::TurnBackupOn { key: recovery_key(1) };
    let (requests, _) = takes(client, db, 2_000_000, Input::Command(Request { id: 1, command }));
    requests.into_iter().next().expect("a request")
}

#[test]
fn a_backup_is_put_last_and_names_all_that_went_before() {
    let Story { mut client, db, .. } = phone_with_words();
    let first = begins(&mut client, &db);
    let (asked, told) = backs_up(&mut client, &db, first, 100);
    let put = asked.last().expect("requests");
    assert_eq!((put.method, put.path.as_str()), (HttpMethod::Put, "/v1/backup"));
    let sent = asked.iter().filter(|request| request.method == HttpMethod::Patch).count();
    let body = PutBackup::decode(put.body.bytes()).expect("a body");
    assert!(sent > 0 && body.blobs.len() == sent, "{sent} segments");
    let last = told.last().expect("told");
    assert!(last.on && last.made_ms > 0 && last.making.is_none() && last.failed.is_none(), "{last:?}");
}

/// A phone that dies before an answer goes on with what the server has, and makes nothing twice.
#[test]
fn a_backup_goes_on_after_a_restart_where_it_was() {
    let Story { mut client, db, .. } = phone_with_words();
    let first = begins(&mut client, &db);
    let (asked, _) = backs_up(&mut client, &db, first, 3);
    assert_eq!(asked.len(), 3, "a segment is there, and the next thing asked");
    let mut again = Client::new(client.config.clone());
    let (requests, _) = takes(&mut again, &db, 3_000_000, Input::Wake);
    let next = requests.into_iter().next().expect("it goes on");
    let (asked, told) = backs_up(&mut again, &db, next, 100);
    let body = PutBackup::decode(asked.last().expect("requests").body.bytes()).expect("a body");
    assert_eq!(Some(&body.blobs[0]), blob_id(&blob(1)).as_ref(), "the one of before");
    assert!(told.last().is_some_and(|state| state.made_ms > 0), "{told:?}");
}

#[test]
fn a_server_without_room_leaves_the_backup_of_before_and_is_asked_again_after_a_day() {
    let Story { mut client, db, .. } = phone_with_words();
    let first = begins(&mut client, &db);
    let (_, told) = backs_up(&mut client, &db, first, 100);
    let made_ms = told.last().expect("told").made_ms;
    let now = Input::Command(Request { id: 1, command: Command::BackUpNow });
    let (requests, _) = takes(&mut client, &db, 3_000_000, now);
    let full = answer(requests.first().expect("a request"), 507, None);
    let (requests, told) = takes(&mut client, &db, 3_000_000, full);
    assert!(requests.is_empty());
    let last = told.last().expect("told");
    assert_eq!((last.failed, last.made_ms, last.making), (Some(BackupFailure::NoRoom), made_ms, None));
    assert!(takes(&mut client, &db, 3_000_000 + EVERY_MS - 1, Input::Wake).0.is_empty());
    assert!(!takes(&mut client, &db, 3_000_000 + EVERY_MS, Input::Wake).0.is_empty());
}

/// A phone whose backup is not all here.
fn restoring() -> Story {
    let story = phone_with_words();
    step(&story.db, 1, |cx| {
        keep_key(cx, &typed_key(&recovery_key(1)).expect("a key"), 1, 1).expect("kept");
        let segment = proto::content::ArchiveSegment { blob: blob(1), ..Default::default() };
        let sql = "INSERT INTO import_segment (archive, place, segment) VALUES (x'', 0, ?1)";
        cx.db.execute(sql, [segment.encode_to_vec()]).expect("inserted");
    });
    story
}

#[test]
fn a_backup_that_is_being_restored_is_neither_replaced_nor_dropped() {
    let mut story = restoring();
    let file = Command::TakeBackup { piece: PieceOf::Beginning, key: String::new() };
    let on = Command::TurnBackupOn { key: recovery_key(1) };
    for command in [on, Command::BackUpNow, Command::TurnBackupOff, file] {
        assert_eq!(story.asks(command.clone()), Err(UserError::StillRestoring), "{command:?}");
    }
    // Nor does one go on that was begun.
    let Story { mut client, db, .. } = story;
    let making = Making { archive: vec![1; 16], finished: true, ..Making::default() };
    db.execute("UPDATE backup SET making = ?1", [making.encode_to_vec()]).expect("stored");
    let (requests, _) = takes(&mut client, &db, 2_000_000, Input::Wake);
    assert!(requests.iter().all(|request| request.method == HttpMethod::Get), "{requests:?}");
    db.execute("UPDATE import_segment SET done = 1", []).expect("stored");
    let (requests, _) = takes(&mut client, &db, 2_000_000, Input::Wake);
    assert!(requests.iter().any(|request| request.method == HttpMethod::Put), "when all is here it does");
}

#[test]
fn a_backup_that_is_overdue_while_one_is_restored_lets_the_phone_sleep() {
    let Story { mut client, db, .. } = restoring();
    db.execute("UPDATE backup SET next_ms = 5", []).expect("stored");
    client.session.goes_up();
    let now_ms = 2_000_000;
    for _ in 0..2 {
        let tx = db.unchecked_transaction().expect("transaction");
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let out = client.handle(&tx, Input::Wake, Clock { now_ms }, &mut rng).expect("no halt");
        tx.commit().expect("commit");
        assert!(!out.iter().any(|output| matches!(output, Output::WakeAt(at_ms) if *at_ms <= now_ms)), "{out:?}");
    }
}

#[test]
fn what_does_not_begin_as_a_backup_is_refused_at_the_first_piece() {
    let (mut client, db) = new_phone();
    for bytes in [&b"PK"[..], b"heliograph bkp 2 and more"] {
        let given = Command::GiveBackup { piece: PieceOf::Beginning, bytes: bytes.to_vec() };
        assert_eq!(asks(&mut client, &db, given), Err(UserError::BackupDamaged));
    }
    let kept: u32 = db.query_row("SELECT count(*) FROM restore_piece", [], |row| row.get(0)).expect("read");
    assert_eq!(kept, 0);
}

/// A phone that was restored out of this file, of which nothing is imported yet.
fn restored_from(file: &[u8], key: &str) -> (Client, Connection) {
    let (client, db) = phone();
    let (_, manifest) = {
        let tail = read_tail(file).expect("a tail");
        open_head(&typed_key(key).expect("a key"), tail.head).expect("opens")
    };
    let piece = "INSERT INTO restore_piece (place, bytes) VALUES (?1, ?2)";
    for (n, bytes) in (0_u64..).zip(file.chunks(1_000)) {
        db.execute(piece, params![n * 1_000, bytes]).expect("inserted");
    }
    let segment = "INSERT INTO import_segment (archive, place, segment) VALUES (?1, ?2, ?3)";
    for of in &manifest.segments {
        db.execute(segment, params![of.archive, of.index, of.encode_to_vec()]).expect("inserted");
    }
    (client, db)
}

/// Imports what is here, an input a segment; what was told of it.
fn imports(client: &mut Client, db: &Connection) -> Vec<Notice> {
    let mut told = Vec::new();
    for now_ms in 1..100 {
        client.session.goes_up();
        let tx = db.unchecked_transaction().expect("transaction");
        let mut rng = ChaCha20Rng::seed_from_u64(now_ms);
        let out = client.handle(&tx, Input::Wake, Clock { now_ms }, &mut rng).expect("no halt");
        tx.commit().expect("commit");
        told.extend(out.into_iter().filter_map(|output| match output {
            Output::Event(Event::Notice(notice)) => Some(notice),
            _ => None,
        }));
    }
    told
}

#[test]
fn a_file_is_forgotten_when_all_of_it_is_imported() {
    let (file, key) = a_file();
    let mut changed = file.clone();
    changed[40] ^= 1;
    for (file, words) in [(&file, vec![]), (&changed, vec![Notice::BackupPartLost])] {
        let (mut client, db) = restored_from(file, &key);
        assert_eq!(imports(&mut client, &db), words);
        let left: u32 = db
            .query_row(
                "SELECT (SELECT count(*) FROM import_segment WHERE done = 0) + (SELECT count(*) FROM restore_piece)",
                [],
                |row| row.get(0),
            )
            .expect("read");
        assert_eq!(left, 0);
    }
}

#[test]
fn a_segment_goes_on_where_the_server_has_it() {
    let Story { mut client, db, .. } = phone_with_words();
    let first = begins(&mut client, &db);
    let whole = only(takes(&mut client, &db, 2_000_000, granted(&first, 1)).0);
    assert!(asks_for(&whole, HttpMethod::Patch, &blob(1)) && offset_of(&whole) == 0);
    assert!(takes(&mut client, &db, 2_000_000, failed(&whole)).0.is_empty(), "not at once");
    let head = only(takes(&mut client, &db, 2_005_000, Input::Wake).0);
    assert!(asks_for(&head, HttpMethod::Head, &blob(1)), "{head:?}");
    let rest = only(takes(&mut client, &db, 2_005_000, at_offset(&head, 200, 3)).0);
    assert_eq!((offset_of(&rest), rest.body.bytes()), (3, &whole.body.bytes()[3..]), "the same bytes");
    // An answer was lost, and the server has all of it.
    let (requests, states) = takes(&mut client, &db, 2_005_000, at_offset(&rest, 409, whole.body.bytes().len()));
    assert!(asks_for(&only(requests), HttpMethod::Put, "/v1/backup"), "the next step");
    assert!(states.last().is_some_and(|state| state.making.is_some()));
}

#[test]
fn tries_come_further_apart_and_end_without_leaving_anything_at_the_server() {
    let Story { mut client, db, .. } = phone_with_words();
    let first = begins(&mut client, &db);
    let (asked, _) = backs_up(&mut client, &db, first, 3);
    let mut request = asked.last().expect("what follows the segment").clone();
    let (mut now_ms, mut pauses) = (2_000_000, Vec::new());
    let (mut told, dropped) = loop {
        let (requests, states) = takes(&mut client, &db, now_ms, failed(&request));
        if !states.is_empty() {
            break (states, only(requests));
        }
        assert!(requests.is_empty());
        let pause = client.backing.not_before_ms - now_ms;
        assert!(takes(&mut client, &db, now_ms + pause - 1, Input::Wake).0.is_empty());
        pauses.push(pause);
        now_ms += pause;
        request = only(takes(&mut client, &db, now_ms, Input::Wake).0);
    };
    assert_eq!(pauses.len(), upload::TRIES_MAX as usize);
    assert!(pauses.is_sorted() && pauses[0] == 5_000 && pauses.last() == Some(&600_000), "{pauses:?}");
    let last = told.pop().expect("told");
    assert_eq!((last.failed, last.making), (Some(BackupFailure::ServerFailed), None));
    assert!(asks_for(&dropped, HttpMethod::Delete, &blob(1)), "the segment that was there: {dropped:?}");
    // What the newest backup names the server keeps, and says so.
    assert!(takes(&mut client, &db, now_ms, answer(&dropped, 409, None)).0.is_empty());
    assert!(takes(&mut client, &db, now_ms + EVERY_MS - 1, Input::Wake).0.is_empty());
    let again = only(takes(&mut client, &db, now_ms + EVERY_MS, Input::Wake).0);
    assert!(asks_for(&again, HttpMethod::Post, "/v1/blobs"));
}

/// Its key was of that run.
#[test]
fn a_segment_that_a_run_left_half_goes_and_is_made_anew() {
    let Story { mut client, db, .. } = phone_with_words();
    let first = begins(&mut client, &db);
    let _half = only(takes(&mut client, &db, 2_000_000, granted(&first, 1)).0);
    let mut again = Client::new(client.config.clone());
    let (requests, _) = takes(&mut again, &db, 3_000_000, Input::Wake);
    let anew = only(requests);
    assert!(asks_for(&anew, HttpMethod::Post, "/v1/blobs"), "{anew:?}");
    let (requests, _) = takes(&mut again, &db, 3_000_000, granted(&anew, 2));
    assert!(requests.iter().any(|request| asks_for(request, HttpMethod::Delete, &blob(1))), "{requests:?}");
    let piece = requests.iter().find(|request| asks_for(request, HttpMethod::Patch, &blob(2)));
    assert_eq!(piece.map(offset_of), Some(0));
}

#[test]
fn a_blob_whose_name_cannot_be_read_is_in_no_backup() {
    let Story { mut client, db, .. } = phone_with_words();
    let first = begins(&mut client, &db);
    let (requests, told) = takes(&mut client, &db, 2_000_000, answer(&first, 201, Some("/v1/blobs/one")));
    assert!(requests.is_empty(), "{requests:?}");
    assert_eq!(told.last().and_then(|state| state.failed), Some(BackupFailure::ServerFailed));
}

#[test]
fn a_backup_of_too_many_messages_is_not_begun() {
    let making = Making::default();
    let max = 2_000 * proto::limits::BACKUP_SEGMENTS_MAX as u64;
    assert!(!upload::is_too_large(&making, max - 1) && upload::is_too_large(&making, max));
}

fn turns(on: bool) -> Input {
    let command = if on { Command::TurnBackupOn { key: recovery_key(2) } } else { Command::TurnBackupOff };
    Input::Command(Request { id: 1, command })
}

/// What comes in between would be there for ever, and the phone say that there is none.
#[test]
fn backups_that_are_turned_off_go_after_what_is_on_its_way_and_until_they_have_gone() {
    let Story { mut client, db, .. } = phone_with_words();
    let first = begins(&mut client, &db);
    let (mut put, mut count) = (first, 1);
    while put.method != HttpMethod::Put {
        put = only(takes(&mut client, &db, 2_000_000, granted(&put, count)).0);
        count += 1;
    }
    let is_drop = |request: &HttpRequest| asks_for(request, HttpMethod::Delete, "/v1/backup");
    let (requests, _) = takes(&mut client, &db, 2_000_000, turns(false));
    assert!(!requests.iter().any(is_drop), "the one that is put may come after it");
    let (requests, told) = takes(&mut client, &db, 2_000_000, granted(&put, 1));
    assert!(told.is_empty(), "it is nobody's: {told:?}");
    let mut drop = requests.into_iter().find(is_drop).expect("now");
    for status in [429, 500] {
        let problem = proto::account::Problem { code: "too-many".to_owned(), ..Default::default() }.encode_to_vec();
        let refused = HttpResponse { status, headers: Vec::new(), body: problem, kept: 0 };
        let (requests, _) = takes(&mut client, &db, 2_000_000, Input::Http(drop.id, Ok(refused)));
        assert!(!requests.iter().any(is_drop));
        let due_ms = client.backing.not_before_ms;
        let later = takes(&mut client, &db, due_ms, Input::Wake).0;
        drop = later.into_iter().find(is_drop).expect("again");
    }
    // On again, under another key: the one of before goes all the same, and first.
    let (requests, _) = takes(&mut client, &db, 3_000_000, turns(true));
    assert!(!requests.iter().any(|request| request.method == HttpMethod::Post), "{requests:?}");
    let (requests, _) = takes(&mut client, &db, 3_000_000, failed(&drop));
    assert!(!requests.iter().any(|request| request.method == HttpMethod::Post), "{requests:?}");
    let (requests, _) = takes(&mut client, &db, 9_000_000, Input::Wake);
    let drop = requests.into_iter().find(is_drop).expect("it goes first");
    let (requests, _) = takes(&mut client, &db, 9_000_000, granted(&drop, 1));
    assert!(requests.iter().any(|request| asks_for(request, HttpMethod::Post, "/v1/blobs")), "{requests:?}");
}

#[test]
fn a_segment_on_its_way_shows_no_key() {
    let Story { mut client, db, .. } = phone_with_words();
    begins(&mut client, &db);
    let shown = format!("{:?}", client.backing);
    assert!(shown.contains("Upload(0 of ") && !shown.contains("key: ["), "{shown}");
}
