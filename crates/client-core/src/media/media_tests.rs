//! Stories of one device.

mod device;
mod streaming;

use super::*;
use crate::messages;
use crate::testing::CHAT;
use crate::testing::story::{CHAT_UI, deletion, edit, id};
use client_api::{Command, MediaFacts, MediaKind, MessageBody, MessageStatus, UserError};
use device::{Device, FILE, Fault, SIZE, facts, plain, sealed};
use proto::content::{Text, content};
use sha2::{Digest as _, Sha256};

#[test]
fn a_file_is_on_the_screen_at_once_and_in_the_outbox_when_the_server_has_it() {
    let mut device = Device::new();
    device.sends(MediaKind::Video, "look");
    let row = device.only_row().expect("a row");
    assert_eq!((row.status, &row.body), (Some(MessageStatus::Pending), &MessageBody::Text("look".into())));
    assert_eq!(device.place(), Some(MediaPlace::Keeping));
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
        let message = MessageId(device.only_row().expect("a row").id.0);
        let until_ms = device.story.client.moving.get(message).until_ms;
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

/// Nobody says that a drop was done: what is still there is swept at the next start.
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
    assert!(device.blobs.is_empty(), "its bytes wait, too");
    device.asks(Command::RetryMessage { chat: CHAT_UI, message: row.id });
    device.runs();
    assert_eq!(device.outgoing().len(), 1);
}

#[test]
fn try_again_while_the_file_is_on_its_way_sends_it_once() {
    let mut device = Device::new();
    device.sends(MediaKind::Video, "the harbour");
    device.performs_next();
    let message = device.only_row().expect("a row").id;
    // Its chat went to somebody else, who is not the one it was written for.
    device.act(|_, cx| assert_eq!(cx.db.execute("UPDATE message SET failed = 1", []).expect("sql"), 1));
    device.asks(Command::RetryMessage { chat: CHAT_UI, message });
    assert!(device.outgoing().is_empty());
    device.runs();
    let [sent] = device.outgoing().try_into().expect("one");
    assert!(facts::whereabouts(&sent).is_some());
}

#[test]
fn a_download_that_is_asked_for_again_has_one_request_at_a_time() {
    let mut device = Device::new();
    let bytes = plain(SIZE);
    device.hears_of_file(5, MediaKind::Video, &bytes);
    device.downloads(5);
    let message = client_api::MessageId([5; 16]);
    device.asks(Command::CancelMedia { chat: CHAT_UI, message });
    device.downloads(5);
    let requests = device.waiting.iter().filter(|output| matches!(output, Output::Http(_))).count();
    assert_eq!(requests, 1, "its answer may still be writing");
    device.runs();
    assert_eq!((device.place_of(5), device.shows(5)), (MediaPlace::Here, Some(bytes)));
}

#[test]
fn a_full_disk_stops_a_download_until_somebody_asks() {
    let mut device = Device::new();
    device.hears_of_file(5, MediaKind::Video, &plain(SIZE));
    device.is_full = true;
    device.downloads(5);
    device.runs();
    assert_eq!(device.place_of(5), MediaPlace::Stopped(MediaTrouble::StorageFull));
    device.is_full = false;
    device.downloads(5);
    device.runs();
    assert_eq!(device.place_of(5), MediaPlace::Here);
}

#[test]
fn a_download_whose_beginning_is_gone_begins_anew() {
    let mut device = Device::new();
    let bytes = plain(SIZE);
    device.hears_of_file(5, MediaKind::Video, &bytes);
    device.downloads(5);
    device.performs_next();
    assert!(matches!(device.place_of(5), MediaPlace::Downloading { done } if done > 0));
    device.store.clear();
    device.runs();
    assert_eq!(device.shows(5), Some(bytes));
}

#[test]
fn one_blob_in_many_messages_is_kept_once() {
    let mut device = Device::new();
    let media = device.hears_of_file(5, MediaKind::Photo, &plain(70_000));
    device.act(|client, cx| client.fetch_with_message(cx, CHAT, id(5)).expect("no halt"));
    for number in 6..20 {
        let body = content::Body::Media(media.clone());
        device.story.says(device.story.peer, number, u64::from(number), body);
        device.act(|client, cx| client.fetch_with_message(cx, CHAT, id(number)).expect("no halt"));
        // Under another key it is another file, and would be no other bytes.
        let other = content::Body::Media(Media { key: vec![number; 32], ..media.clone() });
        device.story.says(device.story.peer, number + 100, u64::from(number + 100), other);
        device.act(|client, cx| client.fetch_with_message(cx, CHAT, id(number + 100)).expect("no halt"));
    }
    device.runs();
    assert_eq!(device.store.len(), 1);
    assert_eq!((device.place_of(6), device.place_of(106)), (MediaPlace::There, MediaPlace::There));
    device.downloads(6);
    device.runs();
    assert_eq!((device.place_of(6), device.store.len()), (MediaPlace::Here, 1));
}

#[test]
fn what_comes_by_itself_has_an_end() {
    let mut device = Device::new();
    device.act(|_, cx| {
        cx.db
            .execute(
                "INSERT INTO media (message, media, key, size, state, came_ms) VALUES (x'01', x'02', x'03', 1073741000, 3, ?1)",
                [cx.now_ms],
            )
            .expect("sql");
    });
    device.hears_of_file(5, MediaKind::Photo, &plain(70_000));
    device.act(|client, cx| client.fetch_with_message(cx, CHAT, id(5)).expect("no halt"));
    assert_eq!(device.place_of(5), MediaPlace::There);
    device.now_ms += 25 * 3_600_000;
    device.act(|client, cx| client.fetch_with_message(cx, CHAT, id(5)).expect("no halt"));
    device.runs();
    assert_eq!(device.place_of(5), MediaPlace::Here);
}

#[test]
fn no_more_than_a_thousand_files_wait() {
    let mut device = Device::new();
    device.act(|_, cx| {
        let mut insert = cx
            .db
            .prepare("INSERT INTO media (message, media, key, size, state) VALUES (randomblob(16), randomblob(16), x'03', 5, ?1)")
            .expect("sql");
        for _ in 0..WAITING_MAX {
            insert.execute([2]).expect("sql");
            insert.execute([4]).expect("sql");
        }
    });
    device.waiting.clear();
    device.sends(MediaKind::Video, "");
    device.hears_of_file(5, MediaKind::Photo, &plain(5));
    device.downloads(5);
    device.act(|client, cx| client.fetch_with_message(cx, CHAT, id(5)).expect("no halt"));
    device.runs();
    let refusal = Err(UserError::TooManyFiles { max: WAITING_MAX });
    assert_eq!(
        (device.answers, device.story.row(5).and_then(|row| row.attachment).map(|file| file.place)),
        (vec![refusal.clone(), refusal], Some(MediaPlace::There))
    );
}

#[test]
fn an_upload_that_was_given_up_leaves_nothing_at_the_server() {
    for deaths in [false, true] {
        let mut device = Device::new();
        device.sends(MediaKind::Video, "the harbour");
        device.performs_next();
        device.performs_next();
        assert_eq!(device.blobs.len(), 1);
        let message = device.only_row().expect("a row").id;
        device.asks(Command::CancelMedia { chat: CHAT_UI, message });
        if deaths {
            device.dies();
        }
        device.runs();
        assert_eq!((device.blobs.len(), device.store.len()), (0, 0));
        assert_eq!(device.story.count("SELECT count(*) FROM blob_dropped"), 0);
    }
    // The place was made when it was no longer wanted.
    let mut device = Device::new();
    device.sends(MediaKind::Video, "the harbour");
    device.performs_next();
    let message = device.only_row().expect("a row").id;
    let create = device.waiting.pop_back().expect("a request");
    device.asks(Command::CancelMedia { chat: CHAT_UI, message });
    device.waiting.push_back(create);
    device.runs();
    assert!(device.blobs.is_empty());
}

#[test]
fn a_file_that_was_sent_on_late_is_uploaded_again() {
    let mut device = Device::new();
    let bytes = plain(70_000);
    let media = device.hears_of_file(5, MediaKind::Photo, &bytes);
    device.downloads(5);
    device.runs();
    device.now_ms += 8 * 24 * 3_600_000;
    let (messages, to) = (vec![client_api::MessageId([5; 16])], vec![(CHAT_UI, None)]);
    device.asks(Command::ForwardMessages { chat: CHAT_UI, messages, to });
    device.runs();
    let [sent] = device.outgoing().try_into().expect("one");
    assert!(sent.blob != media.blob && sent.key == media.key && sent.sha256 == media.sha256);
    assert_eq!(device.blobs[&sent.blob].1, device.blobs[&media.blob].1);
    assert_eq!(device.store.len(), 1, "both have one file");
}

#[test]
fn what_is_changed_before_the_file_was_sent_is_no_change() {
    let mut device = Device::new();
    device.sends(MediaKind::Video, "the habour");
    let message = device.only_row().expect("a row").id;
    device.asks(Command::EditText { chat: CHAT_UI, message, text: "the harbour".into() });
    device.asks(Command::React { chat: CHAT_UI, message, emoji: "👍".into() });
    device.runs();
    assert_eq!(device.answers.first(), Some(&Ok(Answer::Done)));
    assert_eq!(device.answers.get(1), Some(&Err(UserError::NotNow)), "nobody has the message");
    let [sent] = device.outgoing().try_into().expect("one");
    assert_eq!(sent.caption.map(|caption| caption.text), Some("the harbour".into()));
    assert_eq!(device.story.count("SELECT count(*) FROM outbox"), 1);
    assert!(!device.only_row().expect("a row").edited);
}

#[test]
fn what_this_disk_has_damaged_is_not_sent() {
    let mut device = Device::new();
    device.sends(MediaKind::Video, "the harbour");
    device.performs_next();
    for bytes in device.store.values_mut() {
        *bytes.last_mut().expect("a byte") ^= 1;
    }
    device.dies();
    device.runs();
    assert_eq!(device.place(), Some(MediaPlace::Stopped(MediaTrouble::Unreadable)));
    assert!(device.outgoing().is_empty());
}

#[test]
fn a_file_that_two_messages_share_is_not_written_under_one_of_them() {
    let mut device = Device::new();
    let bytes = plain(70_000);
    let media = device.hears_of_file(5, MediaKind::Photo, &bytes);
    device.downloads(5);
    device.runs();
    device.story.says(device.story.peer, 6, 6, content::Body::Media(media));
    device.downloads(6);
    device.runs();
    assert_eq!((device.place_of(6), device.store.len()), (MediaPlace::Here, 1));
    // Somebody cleaned up.
    device.store.clear();
    device.downloads(5);
    device.performs_next();
    assert_eq!(device.place_of(6), MediaPlace::There, "it shows nothing that is half here");
    device.runs();
    assert_eq!(device.shows(5), Some(bytes));
}

#[test]
fn a_slow_line_gets_pieces_that_it_can_bring_in_time() {
    let mut device = Device::new();
    device.line_takes = 100_000;
    device.sends(MediaKind::Video, "the harbour");
    device.runs();
    assert_eq!(device.place(), Some(MediaPlace::Here));
    let bytes = plain(SIZE);
    device.hears_of_file(5, MediaKind::Video, &bytes);
    device.downloads(5);
    device.runs();
    assert_eq!(device.shows(5), Some(bytes));
}

#[test]
fn a_blob_that_never_became_whole_is_gone_and_keeps_nobody_waiting() {
    for status in [403, 404, 409, 410, 451] {
        let mut device = Device::new();
        device.hears_of_file(5, MediaKind::Photo, &plain(5));
        device.refuses_with = Some(status);
        device.downloads(5);
        device.runs();
        assert_eq!(device.place_of(5), MediaPlace::Stopped(MediaTrouble::Gone), "{status}");
    }
}

#[test]
fn a_store_that_cannot_be_read_now_loses_nothing() {
    let mut device = Device::new();
    let bytes = plain(70_000);
    device.hears_of_file(5, MediaKind::Photo, &bytes);
    device.downloads(5);
    device.runs();
    device.sends(MediaKind::Video, "the harbour");
    device.performs_next();
    device.cannot_look = true;
    device.dies();
    device.downloads(5);
    for _ in 0..3 {
        device.performs_next();
        device.now_ms += 700_000;
        device.act(|_, _| {});
    }
    device.cannot_look = false;
    device.runs();
    assert_eq!((device.place_of(5), device.shows(5)), (MediaPlace::Here, Some(bytes)));
    assert_eq!(device.outgoing().len(), 1);
}

#[test]
fn try_again_does_not_send_what_this_disk_has_damaged() {
    let mut device = Device::new();
    device.sends(MediaKind::Video, "the harbour");
    device.performs_next();
    for bytes in device.store.values_mut() {
        *bytes.last_mut().expect("a byte") ^= 1;
    }
    device.dies();
    device.runs();
    let message = device.only_row().expect("a row").id;
    device.asks(Command::RetryMessage { chat: CHAT_UI, message });
    device.runs();
    assert_eq!(device.place(), Some(MediaPlace::Stopped(MediaTrouble::Unreadable)));
    assert!(device.outgoing().is_empty());
}

#[test]
fn a_file_that_was_half_kept_when_the_power_went_is_not_sent() {
    let mut device = Device::new();
    device.sends(MediaKind::Video, "the harbour");
    let Some(Output::Media(task)) = device.waiting.pop_back() else { panic!("it is to be kept") };
    device.works(task);
    // Its size was written, and not all of its bytes.
    for bytes in device.store.values_mut() {
        let half = bytes.len() / 2;
        bytes[half..].fill(0);
    }
    device.dies();
    device.runs();
    assert_eq!(device.place(), Some(MediaPlace::Stopped(MediaTrouble::Unreadable)));
}

#[test]
fn who_waits_for_a_file_is_told_when_its_message_is_deleted() {
    let mut device = Device::new();
    device.sends(MediaKind::Video, "the harbour");
    let messages = vec![device.only_row().expect("a row").id];
    device.asks(Command::DeleteMessages { chat: CHAT_UI, messages, for_everyone: true });
    device.runs();
    assert_eq!(device.answers, [Ok(Answer::Done), Err(UserError::NotNow)]);
    assert!(device.store.is_empty());
}

#[test]
fn a_message_whose_blob_the_server_lost_with_a_backup_uploads_it_again() {
    let mut device = Device::new();
    device.sends(MediaKind::Video, "the harbour");
    device.runs();
    device.blobs.clear();
    let id = MessageId(device.only_row().expect("a row").id.0);
    device.act(|client, cx| {
        cx.db.execute("DELETE FROM outbox", []).expect("sql");
        assert!(client.upload_lost(cx, id).expect("no halt"));
    });
    device.runs();
    let [sent] = device.outgoing().try_into().expect("one");
    assert!(device.blobs.contains_key(&sent.blob));
}
