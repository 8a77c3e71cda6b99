//! Own files on their way out: kept on this device, then to the server in pieces (tus 1.0), and only then the message into the outbox.
//! Texts that were written after it do not wait for it.

use super::{Answered, State, Stored, facts, find, header_number, set_done, set_state, stop};
use crate::chats;
use crate::client::{Client, Context};
use crate::disappearing;
use crate::http::Purpose;
use crate::io::{
    Halt, HttpBody, HttpFailure, HttpMethod, HttpResponse, MediaId, MediaKey, MediaReport, MediaTask, Output,
};
use crate::mentions;
use crate::messages::{self, Kind, NewMessage};
use crate::own_state::{self, ChatKey};
use crate::profile;
use crate::sending::Written;
use crate::this;
use client_api::{Answer, FileId, MediaFacts, MediaTrouble, UserError};
use prost::Message as _;
use proto::content::{Content, Media, Mention, Text, content};
use proto::ids::{ChatId, MessageId};
use rusqlite::params;

const TUS: (&str, &str) = ("tus-resumable", "1.0.0");
/// So old a blob is taken for one that stays long enough for others: a week of the thirty days that servers keep them.
const SHARED_FOR_MS: u64 = 7 * 24 * 3_600_000;

/// A file on its way into another chat.
#[derive(Debug, Clone)]
pub(crate) struct Forwarded {
    /// The message that has it.
    pub(crate) of: MessageId,
    /// When its blob was uploaded.
    pub(crate) uploaded_ms: u64,
    /// What the new one says.
    pub(crate) media: Media,
}

/// The file of a message for another one; `None` while it is not at the server, or where the caption is too long for one.
pub(crate) fn forwarded(cx: &Context<'_>, of: MessageId, caption: Text) -> Result<Option<Forwarded>, Halt> {
    let Some(media) = super::content_of(cx.db, of)? else { return Ok(None) };
    let Some(found) = facts::whereabouts(&media) else { return Ok(None) };
    let shown = facts::shown(&media);
    if facts::refusal_of(&shown, &caption.text).is_some() {
        return Ok(None);
    }
    let (key, sha256) = (found.key.to_vec(), found.sha256.to_vec());
    let uploaded_ms = media.uploaded_ms;
    let media = Media { blob: found.blob, key, sha256, uploaded_ms, ..facts::written(&shown, caption) };
    Ok(Some(Forwarded { of, uploaded_ms, media }))
}

/// What is here for one message is here for another that carries the same file.
pub(super) fn share(cx: &Context<'_>, of: MessageId, with: MessageId) -> Result<(), Halt> {
    // The literal state: only what is whole.
    cx.db
        .prepare_cached(
            "INSERT INTO media (message, media, key, blob, size, sha256, state, done)
             SELECT ?2, media, key, blob, size, sha256, state, done FROM media WHERE message = ?1 AND state = 3",
        )?
        .execute(params![of.as_bytes(), with.as_bytes()])?;
    Ok(())
}

/// By its sender's clock: a blob of the future is as old as one of the past.
fn is_old(cx: &Context<'_>, uploaded_ms: u64) -> bool {
    cx.now_ms.abs_diff(uploaded_ms) > SHARED_FOR_MS
}

fn without_blob(media: Media) -> Media {
    Media { blob: String::new(), key: Vec::new(), sha256: Vec::new(), uploaded_ms: 0, ..media }
}

/// The blob that an answer says was made.
pub(super) fn made_at(response: &HttpResponse) -> Option<String> {
    let location = response.headers.iter().find(|(name, _)| name == "location");
    location.and_then(|(_, location)| facts::blob(location)).filter(|_| response.status == 201)
}

/// Changes what a stored message says of its file; gives the content.
fn rewrite(cx: &Context<'_>, id: MessageId, change: impl FnOnce(&mut Media)) -> Result<Vec<u8>, Halt> {
    let bytes: Vec<u8> = cx
        .db
        .prepare_cached("SELECT content FROM message WHERE message = ?1")?
        .query_row([id.as_bytes()], |row| row.get(0))?;
    let mut content = Content::decode(bytes.as_slice()).map_err(|_| Halt::Broken("a stored message cannot be read"))?;
    if let Some(content::Body::Media(media)) = &mut content.body {
        change(media);
    }
    let bytes = content.encode_to_vec();
    cx.db
        .prepare_cached("UPDATE message SET content = ?2 WHERE message = ?1")?
        .execute(params![id.as_bytes(), bytes])?;
    Ok(bytes)
}

impl Client {
    /// "Send this file." The row stands at once; the answer follows when the file is kept on this device.
    pub(crate) fn send_media(
        &mut self,
        cx: &mut Context<'_>,
        request: u32,
        chat: client_api::ChatId,
        (file, media): (FileId, &MediaFacts),
        written: Written,
    ) -> Result<(), Halt> {
        let chat = ChatId(chat.0);
        let (text, mentions) = mentions::written(cx, chat, &written.text, &[])?;
        let refusal = match facts::refusal_of(media, &text) {
            None if super::is_crowded(cx.db, true, super::WAITING_MAX)? => {
                Some(UserError::TooManyFiles { max: super::WAITING_MAX })
            }
            refusal => refusal,
        };
        let quote = match self.may_write(cx, chat, &written, refusal)? {
            Ok(quote) => quote,
            Err(error) => {
                cx.answer(request, Err(error));
                return Ok(());
            }
        };
        let caption = Text { text, quote, forwarded: false, mentions };
        let id = self.write_file_message(cx, chat, facts::written(media, caption))?;
        let (name, mut key) = (MediaId(chats::random_id(cx)), [0; 32]);
        cx.rng.fill_bytes(&mut key);
        cx.db
            .prepare_cached(
                "INSERT INTO media (message, media, key, size, state, unsent) VALUES (?1, ?2, ?3, ?4, ?5, 1)",
            )?
            .execute(params![id.as_bytes(), name.0, key, media.size, State::Keeping.number()])?;
        self.moving.of(id).asked = Some(request);
        self.task(cx, name, MediaTask::Keep { media: name, file, key: MediaKey(key), size: media.size });
        self.typing_was_sent(chat);
        own_state::set(cx, &ChatKey::Unread.of(chat), Vec::new())
    }

    fn write_file_message(&mut self, cx: &mut Context<'_>, chat: ChatId, media: Media) -> Result<MessageId, Halt> {
        let id = MessageId(chats::random_id(cx));
        let content = Content {
            message_id: id.to_vec(),
            sent_ms: cx.now_ms,
            profile_version: profile::version(cx)?,
            lifetime_s: disappearing::timer(cx.db, chat)?.seconds(),
            body: Some(content::Body::Media(media)),
        };
        let (sender, content) = (cx.me()?.address, content.encode_to_vec());
        let message = NewMessage { chat, id, sender, place: None, sent_ms: cx.now_ms, kind: Kind::Text, content };
        messages::store(cx, &message)?;
        self.offer_profile(cx, chat)?;
        Ok(id)
    }

    /// Answers who waits for a file of a message that was deleted meanwhile.
    pub(super) fn answer_deleted(&mut self, cx: &mut Context<'_>) -> Result<(), Halt> {
        for id in self.moving.asking() {
            if find(cx.db, id)?.is_none() {
                self.answer_keeping(cx, id, Err(UserError::NotNow));
            }
        }
        Ok(())
    }

    /// Answers who waits for a file to be kept.
    pub(super) fn answer_keeping(&mut self, cx: &mut Context<'_>, id: MessageId, result: Result<Answer, UserError>) {
        if let Some(request) = self.moving.of(id).asked.take() {
            cx.answer(request, result);
        }
    }

    /// The driver has taken the file, or cannot. `Checked` comes after a restart: what is under its name is whole.
    pub(super) fn on_keeping(
        &mut self,
        cx: &mut Context<'_>,
        stored: &Stored,
        report: MediaReport,
    ) -> Result<(), Halt> {
        let id = stored.message;
        let (sealed_size, sha256) = match report {
            MediaReport::Kept { sealed_size, sha256 } | MediaReport::Checked { sealed_size, sha256 } => {
                (sealed_size, sha256)
            }
            MediaReport::StorageFull => return self.not_kept(cx, stored, MediaTrouble::StorageFull),
            MediaReport::Unreadable | MediaReport::Missing | MediaReport::Failed => {
                return self.not_kept(cx, stored, MediaTrouble::Unreadable);
            }
        };
        if sealed_size != stored.sealed_size() {
            return self.not_kept(cx, stored, MediaTrouble::Unreadable);
        }
        cx.db
            .prepare_cached("UPDATE media SET sha256 = ?2 WHERE message = ?1")?
            .execute(params![id.as_bytes(), sha256])?;
        set_state(cx, stored, State::Uploading)?;
        self.answer_keeping(cx, id, Ok(Answer::Message(client_api::MessageId(id.0))));
        Ok(())
    }

    /// Whoever asked is told, and the row goes; after a restart nobody is there to be told but by the row.
    fn not_kept(&mut self, cx: &mut Context<'_>, stored: &Stored, trouble: MediaTrouble) -> Result<(), Halt> {
        if self.moving.get(stored.message).asked.is_some() {
            let error = match trouble {
                MediaTrouble::StorageFull => UserError::StorageFull,
                _ => UserError::FileUnreadable,
            };
            self.answer_keeping(cx, stored.message, Err(error));
            cx.db.prepare_cached("DELETE FROM message WHERE message = ?1")?.execute([stored.message.as_bytes()])?;
            cx.changed.message_gone(stored.chat, stored.message);
            return Ok(());
        }
        self.sending_failed(cx, stored, trouble)
    }

    /// What is under its name must be what was sealed: the disk may have changed it since, or another tab cleaned up.
    pub(super) fn on_upload_checked(
        &mut self,
        cx: &mut Context<'_>,
        stored: &Stored,
        report: MediaReport,
    ) -> Result<(), Halt> {
        match report {
            MediaReport::Checked { sealed_size, sha256 }
                if sealed_size == stored.sealed_size() && stored.sha256 == sha256 =>
            {
                Ok(())
            }
            _ => self.sending_failed(cx, stored, MediaTrouble::Unreadable),
        }
    }

    /// Sends a file on. Where what the server has of it may soon be gone and the file is here, it is uploaded again.
    pub(crate) fn forward_file(&mut self, cx: &mut Context<'_>, to: ChatId, forwarded: &Forwarded) -> Result<(), Halt> {
        let of = find(cx.db, forwarded.of)?.filter(|stored| stored.state == State::Here);
        match of {
            Some(of) if is_old(cx, forwarded.uploaded_ms) && !super::is_crowded(cx.db, true, super::WAITING_MAX)? => {
                let media = without_blob(forwarded.media.clone());
                let id = self.write_file_message(cx, to, media)?;
                cx.db
                    .prepare_cached(
                        "INSERT INTO media (message, media, key, size, sha256, state, unsent)
                         SELECT ?2, media, key, size, sha256, ?3, 1 FROM media WHERE message = ?1",
                    )?
                    .execute(params![of.message.as_bytes(), id.as_bytes(), State::Uploading.number()])?;
                self.moving.is_due = true;
                self.check(cx, &of);
                Ok(())
            }
            _ => {
                let body = content::Body::Media(forwarded.media.clone());
                let id = self.write(cx, to, Kind::Text, body)?;
                share(cx, forwarded.of, id)
            }
        }
    }

    /// A file that is here, and whose blob is or may soon be gone, goes up once more before its message does. False: it need not.
    pub(super) fn upload_again(
        &mut self,
        cx: &mut Context<'_>,
        stored: &Stored,
        uploaded_ms: u64,
    ) -> Result<bool, Halt> {
        if stored.state != State::Here || !is_old(cx, uploaded_ms) {
            return Ok(false);
        }
        rewrite(cx, stored.message, |media| *media = without_blob(std::mem::take(media)))?;
        cx.db
            .prepare_cached("UPDATE media SET blob = '', done = 0, unsent = 1 WHERE message = ?1")?
            .execute([stored.message.as_bytes()])?;
        set_state(cx, stored, State::Uploading)?;
        self.moving.is_due = true;
        self.check(cx, stored);
        Ok(true)
    }

    /// The server was put back to a time before it had this message's blob. False: the message carries none that is here.
    pub(crate) fn upload_lost(&mut self, cx: &mut Context<'_>, id: MessageId) -> Result<bool, Halt> {
        match find(cx.db, id)?.filter(|stored| !stored.unsent) {
            Some(stored) => self.upload_again(cx, &stored, 0),
            None => Ok(false),
        }
    }

    /// Changes what stands below a file that nobody has heard of yet.
    pub(crate) fn change_caption(
        &mut self,
        cx: &mut Context<'_>,
        chat: ChatId,
        id: MessageId,
        (text, mentions): (String, Vec<Mention>),
    ) -> Result<(), Halt> {
        rewrite(cx, id, |media| {
            let caption = media.caption.get_or_insert_default();
            (caption.text, caption.mentions) = (text, mentions);
        })?;
        cx.changed.message(chat, id);
        Ok(())
    }

    /// The message is not sent, and says why.
    pub(super) fn sending_failed(
        &mut self,
        cx: &mut Context<'_>,
        stored: &Stored,
        trouble: MediaTrouble,
    ) -> Result<(), Halt> {
        self.moving.forget(stored.message);
        stop(cx, stored, trouble)?;
        messages::fail(cx, stored.chat, stored.message)
    }

    /// "Try again", of a message whose file did not reach the server. False: it is none.
    pub(crate) fn retry_file(&mut self, cx: &mut Context<'_>, id: MessageId) -> Result<bool, Halt> {
        let Some(stored) = find(cx.db, id)? else { return Ok(false) };
        self.moving.is_due = true;
        if !stored.unsent {
            let media = super::content_of(cx.db, id)?.unwrap_or_default();
            return self.upload_again(cx, &stored, media.uploaded_ms);
        }
        // One that is on its way still goes when it has arrived.
        if stored.state != State::Stopped {
            return Ok(true);
        }
        self.moving.forget(id);
        if stored.sha256.is_empty() {
            // It may have been kept by a run that died before it could say so.
            set_state(cx, &stored, State::Keeping)?;
            self.check(cx, &Stored { state: State::Keeping, ..stored });
        } else {
            // Why it stopped may be that the disk has changed it.
            set_state(cx, &stored, State::Uploading)?;
            self.check(cx, &stored);
        }
        Ok(true)
    }

    /// The next step of an upload: a place at the server, how far it is, a piece, the end.
    pub(super) fn upload_next(&mut self, cx: &mut Context<'_>, stored: &Stored) -> Result<(), Halt> {
        let Some(token) = this::session_token(cx.db)? else { return Ok(()) };
        let id = stored.message;
        let sealed_size = stored.sealed_size();
        let mut body = HttpBody::Bytes(Vec::new());
        let (purpose, method, path, headers) = if stored.blob.is_empty() {
            let headers = vec![TUS, ("upload-length", &*sealed_size.to_string()), ("upload-metadata", "shared")]
                .into_iter()
                .map(|(name, value)| (name, value.to_owned()))
                .collect();
            (Purpose::MediaCreate { message: id }, HttpMethod::Post, "/v1/blobs", headers)
        } else if !self.moving.get(id).sure {
            (Purpose::MediaHead { message: id }, HttpMethod::Head, &*stored.blob, vec![(TUS.0, TUS.1.to_owned())])
        } else if stored.done < sealed_size {
            let (from, len) = (stored.done, self.moving.piece_len(id).min(sealed_size - stored.done));
            body = HttpBody::Stored { media: stored.media, from, len };
            let headers = vec![
                (TUS.0, TUS.1.to_owned()),
                ("upload-offset", from.to_string()),
                ("content-type", "application/offset+octet-stream".to_owned()),
            ];
            (Purpose::MediaPatch { message: id }, HttpMethod::Patch, &*stored.blob, headers)
        } else {
            return self.upload_done(cx, stored);
        };
        let mut call = self.calls.start(purpose, method, path, Vec::new(), Some(token));
        if let Output::Http(request) = &mut call {
            request.timeout_ms = if body.is_empty() { request.timeout_ms } else { super::PIECE_TIMEOUT_MS };
            (request.headers, request.body) = (headers, body);
        }
        self.moving.of(id).in_call = true;
        cx.out.push(call);
        Ok(())
    }

    /// The server has a place for it, or not.
    pub(crate) fn on_media_created(
        &mut self,
        cx: &mut Context<'_>,
        id: MessageId,
        result: Answered,
    ) -> Result<(), Halt> {
        let Some(stored) = self.still_uploading(cx, id)? else { return self.drop_blob_of_nobody(cx, result) };
        let response = match result {
            Ok(response) => response,
            Err(failure) => return self.upload_failed(cx, &stored, Err(failure)),
        };
        let Some(blob) = made_at(&response) else { return self.upload_failed(cx, &stored, Ok(response.status)) };
        cx.db
            .prepare_cached("UPDATE media SET blob = ?2, done = 0 WHERE message = ?1")?
            .execute(params![id.as_bytes(), blob])?;
        self.moving.of(id).sure = true;
        Ok(())
    }

    /// The server says how far it is: to a piece, or because it was asked (`is_asked`).
    pub(crate) fn on_media_offset(
        &mut self,
        cx: &mut Context<'_>,
        id: MessageId,
        is_asked: bool,
        result: Answered,
    ) -> Result<(), Halt> {
        let Some(stored) = self.still_uploading(cx, id)? else { return Ok(()) };
        let response = match result {
            Ok(response) => response,
            Err(failure) => return self.upload_failed(cx, &stored, Err(failure)),
        };
        let offset = header_number(&response, "upload-offset").filter(|offset| *offset <= stored.sealed_size());
        match (response.status, offset) {
            // 409: another answer was lost, and the server is further than this device knew.
            (200 | 204 | 409, Some(offset))
                if is_asked == (response.status == 200) && (is_asked || offset > stored.done) =>
            {
                // That it answers is no progress: a piece that fails again and again is tried less and less often.
                if !is_asked {
                    self.moving.came_on(id);
                }
                self.moving.of(id).sure = true;
                set_done(cx, &stored, offset)
            }
            // It expired, or the server was put back to a backup: from the beginning.
            (404 | 410, _) => {
                cx.db
                    .prepare_cached("UPDATE media SET blob = '', done = 0 WHERE message = ?1")?
                    .execute([id.as_bytes()])?;
                self.media_failed(cx, &stored);
                Ok(())
            }
            (status, _) => self.upload_failed(cx, &stored, Ok(status)),
        }
    }

    fn still_uploading(&mut self, cx: &Context<'_>, id: MessageId) -> Result<Option<Stored>, Halt> {
        self.moving.of(id).in_call = false;
        self.moving.is_due = true;
        Ok(find(cx.db, id)?.filter(|stored| stored.state == State::Uploading))
    }

    fn upload_failed(
        &mut self,
        cx: &mut Context<'_>,
        stored: &Stored,
        failure: Result<u16, HttpFailure>,
    ) -> Result<(), Halt> {
        match failure {
            Ok(413) => self.sending_failed(cx, stored, MediaTrouble::TooLarge),
            Ok(507) => self.sending_failed(cx, stored, MediaTrouble::ServerFull),
            Err(HttpFailure::NoFile) => self.sending_failed(cx, stored, MediaTrouble::Unreadable),
            _ => {
                self.media_failed(cx, stored);
                Ok(())
            }
        }
    }

    /// The server has all of it: now the message can go.
    fn upload_done(&mut self, cx: &mut Context<'_>, stored: &Stored) -> Result<(), Halt> {
        let now_ms = cx.now_ms;
        let bytes = rewrite(cx, stored.message, |media| {
            media.blob.clone_from(&stored.blob);
            (media.key, media.sha256) = (stored.key.0.to_vec(), stored.sha256.clone());
            media.uploaded_ms = now_ms;
        })?;
        let failed: bool = cx
            .db
            .prepare_cached("SELECT failed FROM message WHERE message = ?1")?
            .query_row([stored.message.as_bytes()], |row| row.get(0))?;
        self.moving.forget(stored.message);
        cx.db.prepare_cached("UPDATE media SET unsent = 0 WHERE message = ?1")?.execute([stored.message.as_bytes()])?;
        set_state(cx, stored, State::Here)?;
        // Its chat went to somebody else meanwhile, whom it was not written for: it goes when the user says so, as a text would.
        if failed {
            return Ok(());
        }
        self.enqueue(cx, stored.chat, Some(stored.message), bytes)
    }
}
