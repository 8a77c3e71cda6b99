//! Own files on their way out: kept on this device, then to the server in pieces (tus 1.0), and only then the message into the outbox.
//! Texts that were written after it do not wait for it.

use super::{Answered, State, Stored, facts, find, header_number, set_done, set_state, stop, task};
use crate::amending;
use crate::chats::{self, Membership};
use crate::client::{Client, Context};
use crate::http::Purpose;
use crate::io::{Halt, HttpBody, HttpMethod, MediaId, MediaKey, MediaReport, MediaTask, Output};
use crate::messages::{self, Kind, NewMessage};
use crate::own_state::{self, ChatKey};
use crate::profile;
use crate::sending::Written;
use crate::this;
use client_api::{Answer, FileId, MediaFacts, MediaTrouble, UserError};
use prost::Message as _;
use proto::content::{Content, Text, content};
use proto::ids::{ChatId, MessageId};
use proto::limits::MEDIA_PIECE_LEN;
use rusqlite::params;

/// A piece may take as long as on a line of 300 kbit/s.
const PIECE_TIMEOUT_MS: u32 = 120_000;
const TUS: (&str, &str) = ("tus-resumable", "1.0.0");

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
        let stored = chats::find(cx.db, chat)?.filter(|chat| chat.membership != Membership::Left);
        let quote = match written.answers {
            Some(answered) => amending::quoting(cx, chat, MessageId(answered.0))?.map(Some),
            None => Some(None),
        };
        let refusal = if let Some(refusal) = facts::refusal_of(media, &written.text) {
            Some(refusal)
        } else if self.is_for_others(chat, stored.as_ref(), written.written_for) {
            Some(UserError::OtherAccount)
        } else if stored.is_none() || quote.is_none() {
            Some(UserError::NotFound)
        } else {
            None
        };
        if let Some(error) = refusal {
            cx.answer(request, Err(error));
            return Ok(());
        }
        let caption = Text { text: written.text, quote: quote.flatten(), forwarded: false };
        let id = self.write_file_message(cx, chat, media, caption)?;
        let (name, mut key) = (MediaId(chats::random_id(cx)), [0; 32]);
        cx.rng.fill_bytes(&mut key);
        cx.db
            .prepare_cached("INSERT INTO media (message, media, key, size, state) VALUES (?1, ?2, ?3, ?4, ?5)")?
            .execute(params![id.as_bytes(), name.0, key, media.size, State::Keeping.number()])?;
        self.moving.busy.insert(id);
        self.moving.asked.insert(id, request);
        task(cx, MediaTask::Keep { media: name, file, key: MediaKey(key), size: media.size });
        self.typing_was_sent(chat);
        own_state::set(cx, &ChatKey::Unread.of(chat), Vec::new())
    }

    fn write_file_message(
        &mut self,
        cx: &mut Context<'_>,
        chat: ChatId,
        media: &MediaFacts,
        caption: Text,
    ) -> Result<MessageId, Halt> {
        let id = MessageId(chats::random_id(cx));
        let content = Content {
            message_id: id.to_vec(),
            sent_ms: cx.now_ms,
            profile_version: profile::version(cx)?,
            body: Some(content::Body::Media(facts::written(media, caption))),
        };
        let (sender, content) = (cx.me()?.address, content.encode_to_vec());
        let message = NewMessage { chat, id, sender, place: None, sent_ms: cx.now_ms, kind: Kind::Text, content };
        messages::store(cx, &message)?;
        self.offer_profile(cx, chat)?;
        Ok(id)
    }

    /// Answers who waits for a file to be kept.
    pub(super) fn answer_keeping(&mut self, cx: &mut Context<'_>, id: MessageId, result: Result<Answer, UserError>) {
        if let Some(request) = self.moving.asked.remove(&id) {
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
            MediaReport::Unreadable | MediaReport::Missing => {
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
        if self.moving.asked.contains_key(&stored.message) {
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
        let Some(stored) = find(cx.db, id)?.filter(|stored| stored.state == State::Stopped) else { return Ok(false) };
        self.moving.forget(id);
        if stored.sha256.is_empty() {
            // It may have been kept by a run that died before it could say so.
            set_state(cx, &stored, State::Keeping)?;
            self.moving.busy.insert(id);
            task(cx, MediaTask::Check { media: stored.media });
        } else {
            set_state(cx, &stored, State::Uploading)?;
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
        } else if !self.moving.sure.contains(&id) {
            (Purpose::MediaHead { message: id }, HttpMethod::Head, &*stored.blob, vec![(TUS.0, TUS.1.to_owned())])
        } else if stored.done < sealed_size {
            let (from, len) = (stored.done, MEDIA_PIECE_LEN.min(sealed_size - stored.done));
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
            request.timeout_ms = if body.is_empty() { request.timeout_ms } else { PIECE_TIMEOUT_MS };
            (request.headers, request.body) = (headers, body);
        }
        self.moving.busy.insert(id);
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
        let Some(stored) = self.still_uploading(cx, id)? else { return Ok(()) };
        let response = match result {
            Ok(response) => response,
            Err(_) => return self.upload_failed(cx, &stored, None),
        };
        let location = response.headers.iter().find(|(name, _)| name == "location");
        let blob = location.and_then(|(_, location)| facts::blob(location)).filter(|_| response.status == 201);
        let Some(blob) = blob else { return self.upload_failed(cx, &stored, Some(response.status)) };
        cx.db
            .prepare_cached("UPDATE media SET blob = ?2, done = 0 WHERE message = ?1")?
            .execute(params![id.as_bytes(), blob])?;
        self.moving.sure.insert(id);
        Ok(())
    }

    /// The server says how far it is: to a piece, or because it was asked.
    pub(crate) fn on_media_offset(
        &mut self,
        cx: &mut Context<'_>,
        id: MessageId,
        result: Answered,
    ) -> Result<(), Halt> {
        let Some(stored) = self.still_uploading(cx, id)? else { return Ok(()) };
        let Ok(response) = result else { return self.upload_failed(cx, &stored, None) };
        let offset = header_number(&response, "upload-offset").filter(|offset| *offset <= stored.sealed_size());
        match (response.status, offset) {
            // 409: another answer was lost, and the server is further than this device knew.
            (200 | 204 | 409, Some(offset)) if offset > stored.done || response.status == 200 => {
                // That it answers is no progress: a piece that fails again and again is tried less and less often.
                if response.status != 200 {
                    self.moving.pauses.remove(&id);
                }
                self.moving.sure.insert(id);
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
            (status, _) => self.upload_failed(cx, &stored, Some(status)),
        }
    }

    fn still_uploading(&mut self, cx: &Context<'_>, id: MessageId) -> Result<Option<Stored>, Halt> {
        self.moving.busy.remove(&id);
        Ok(find(cx.db, id)?.filter(|stored| stored.state == State::Uploading))
    }

    fn upload_failed(&mut self, cx: &mut Context<'_>, stored: &Stored, status: Option<u16>) -> Result<(), Halt> {
        match status {
            Some(413) => self.sending_failed(cx, stored, MediaTrouble::TooLarge),
            Some(507) => self.sending_failed(cx, stored, MediaTrouble::ServerFull),
            _ => {
                self.media_failed(cx, stored);
                Ok(())
            }
        }
    }

    /// The server has all of it: now the message can go.
    fn upload_done(&mut self, cx: &mut Context<'_>, stored: &Stored) -> Result<(), Halt> {
        let (bytes, failed): (Vec<u8>, bool) = cx
            .db
            .prepare_cached("SELECT content, failed FROM message WHERE message = ?1")?
            .query_row([stored.message.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let mut content =
            Content::decode(bytes.as_slice()).map_err(|_| Halt::Broken("a stored message cannot be read"))?;
        if let Some(content::Body::Media(media)) = &mut content.body {
            media.blob.clone_from(&stored.blob);
            (media.key, media.sha256) = (stored.key.0.to_vec(), stored.sha256.clone());
        }
        let bytes = content.encode_to_vec();
        cx.db
            .prepare_cached("UPDATE message SET content = ?2 WHERE message = ?1")?
            .execute(params![stored.message.as_bytes(), bytes])?;
        self.moving.forget(stored.message);
        set_state(cx, stored, State::Here)?;
        // Its chat went to somebody else meanwhile, whom it was not written for: it goes when the user says so, as a text would.
        if failed {
            return Ok(());
        }
        self.enqueue(cx, stored.chat, Some(stored.message), bytes)
    }
}
