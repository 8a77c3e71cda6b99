//! Files of others, and of the own other devices, on their way here: in pieces by range, checked against what the message says, and
//! only then shown.

use super::sending::share;
use super::{Answered, State, Stored, facts, find, set_done, set_state, stop};
use crate::chats;
use crate::client::{Client, Context};
use crate::http::Purpose;
use crate::io::{Beside, Halt, HttpFailure, HttpMethod, KeepIn, MediaId, MediaReport, Output};
use crate::messages;
use crate::this;
use breakable::{Rule, broken};
use client_api::{MediaKind, MediaTrouble};
use proto::ids::{ChatId, MessageId};
use proto::limits::MEDIA_AUTOMATIC_SIZE_MAX;
use rusqlite::{OptionalExtension, params};

/// So many bytes come by themselves in `AUTOMATIC_TIME_MS` at most: whoever may write to this device does not fill its disk.
const AUTOMATIC_LEN_MAX: u64 = 1024 * 1024 * 1024;
const AUTOMATIC_TIME_MS: u64 = 24 * 3_600_000;

impl Client {
    /// A message just came by itself: what is small, and heard or seen at once, comes along.
    pub(crate) fn fetch_with_message(&mut self, cx: &mut Context<'_>, chat: ChatId, id: MessageId) -> Result<(), Halt> {
        let me = cx.me()?.address.account;
        let facts = messages::get_row(cx.db, chat, id, me)?.and_then(|row| row.attachment).map(|file| file.facts);
        let Some(facts) = facts else { return Ok(()) };
        let is_shown_at_once = matches!(facts.kind, MediaKind::Photo | MediaKind::Voice);
        if !is_shown_at_once || facts.size > MEDIA_AUTOMATIC_SIZE_MAX || !has_automatic_room(cx, facts.size)? {
            return Ok(());
        }
        if super::is_crowded(cx.db, false, super::AUTOMATIC_WAITING_MAX)? || is_known(cx, id)? {
            return Ok(());
        }
        self.begin_download(cx, chat, id)?;
        self.moving.is_due = true;
        cx.db
            .prepare_cached("UPDATE media SET came_ms = ?2 WHERE message = ?1")?
            .execute(params![id.as_bytes(), cx.now_ms])?;
        Ok(())
    }

    /// False: there is no such message with a file.
    pub(super) fn begin_download(&mut self, cx: &mut Context<'_>, chat: ChatId, id: MessageId) -> Result<bool, Halt> {
        let me = cx.me()?.address.account;
        let is_shown = messages::get_row(cx.db, chat, id, me)?.is_some_and(|row| row.attachment.is_some());
        let Some(media) = super::content_of(cx.db, id)?.filter(|_| is_shown) else { return Ok(false) };
        let stored = find(cx.db, id)?;
        let begins = match &stored {
            None => true,
            Some(stored) => match stored.state {
                State::Keeping | State::Uploading | State::Downloading | State::Checking => return Ok(true),
                State::Here => {
                    set_state(cx, stored, State::Checking)?;
                    self.check(cx, stored);
                    return Ok(true);
                }
                State::Stopped => true,
            },
        };
        // An own one that never reached the server is sent again, not fetched.
        if begins && stored.as_ref().is_some_and(|stored| stored.unsent) {
            return Ok(false);
        }
        self.moving.forget(id);
        let Some(found) = facts::whereabouts(&media) else {
            if stored.is_none() {
                self.insert(
                    cx,
                    id,
                    &facts::Whereabouts { blob: String::new(), key: [0; 32], sha256: [0; 32], size: 0 },
                )?;
            }
            if let Some(stored) = find(cx.db, id)? {
                stop(cx, &stored, MediaTrouble::Gone)?;
            }
            return Ok(true);
        };
        match (stored, here_already(cx, &found)?) {
            (Some(stored), _) => set_state(cx, &stored, State::Downloading)?,
            (None, Some(of)) => share(cx, of, id)?,
            (None, None) => self.insert(cx, id, &found)?,
        }
        cx.changed.message(chat, id);
        Ok(true)
    }

    fn insert(&self, cx: &mut Context<'_>, id: MessageId, found: &facts::Whereabouts) -> Result<(), Halt> {
        let media = MediaId(chats::random_id(cx));
        cx.db
            .prepare_cached(
                "INSERT INTO media (message, media, key, blob, size, sha256, state) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?
            .execute(params![
                id.as_bytes(),
                media.0,
                found.key,
                found.blob,
                found.size,
                found.sha256,
                State::Downloading.number()
            ])?;
        Ok(())
    }

    /// The next piece, or the look at the whole.
    pub(super) fn fetch_next(&mut self, cx: &mut Context<'_>, stored: &Stored) -> Result<(), Halt> {
        let id = stored.message;
        let sealed_size = stored.sealed_size();
        if stored.done >= sealed_size {
            set_state(cx, stored, State::Checking)?;
            self.check(cx, stored);
            return Ok(());
        }
        let Some(token) = this::session_token(cx.db)? else { return Ok(()) };
        let (piece_len, apart) = (self.moving.piece_len(id), self.moving.get_apart(id));
        let mut apart = apart.cloned().unwrap_or_default();
        let piece = apart.next(stored.done, sealed_size, piece_len);
        let in_turn = piece.start == stored.done && apart.parts().is_empty();
        if apart.is_wanted() || !apart.parts().is_empty() {
            *self.moving.apart(id) = apart;
        }
        let (from, last) = (piece.start, piece.end.saturating_sub(1));
        let purpose = Purpose::MediaFetch { message: id, media: stored.media, from, last };
        let mut call = self.calls.start(purpose, HttpMethod::Get, &stored.blob, Vec::new(), Some(token));
        if let Output::Http(request) = &mut call {
            request.timeout_ms = super::PIECE_TIMEOUT_MS;
            request.headers = vec![("range", format!("bytes={from}-{last}"))];
            let beside = if in_turn { Beside::AllBefore } else { Beside::Gaps };
            request.keep_in = Some(KeepIn { media: stored.media, from, len_max: piece.end - from, beside });
        }
        self.moving.of(id).in_call = true;
        cx.out.push(call);
        Ok(())
    }

    /// A piece came, or not.
    pub(crate) fn on_media_fetched(
        &mut self,
        cx: &mut Context<'_>,
        (id, media): (MessageId, MediaId),
        (from, last): (u64, u64),
        result: Answered,
    ) -> Result<(), Halt> {
        self.moving.of(id).in_call = false;
        self.moving.is_due = true;
        let Some(stored) = find(cx.db, id)?.filter(|stored| stored.media == media) else {
            self.moving.forget_parts(id);
            // It was deleted meanwhile: what the answer has written goes too.
            return self.drop_unknown(cx, media);
        };
        // Of a download that was stopped, and goes on from elsewhere by now.
        if stored.state != State::Downloading || from < stored.done {
            return Ok(());
        }
        let response = match result {
            Ok(response) => response,
            Err(HttpFailure::StorageFull) => {
                self.give_up_bytes(cx, &stored)?;
                return stop(cx, &stored, MediaTrouble::StorageFull);
            }
            Err(HttpFailure::TooLong) => return self.is_damaged(cx, &stored),
            Err(failure) => {
                // What came before is gone: from the beginning.
                if failure == HttpFailure::NoFile {
                    self.moving.forget_parts(id);
                    set_done(cx, &stored, 0)?;
                }
                self.media_failed(cx, &stored);
                return Ok(());
            }
        };
        let sealed_size = stored.sealed_size();
        let range = response.headers.iter().find(|(name, _)| name == "content-range").map(|(_, range)| range.as_str());
        match response.status {
            206 if range == Some(&*format!("bytes {from}-{last}/{sealed_size}"))
                && response.kept == last + 1 - from =>
            {
                self.moving.came_on(id);
                let apart = self.moving.get_apart(id).is_some() || from > stored.done;
                let done = if apart { self.moving.apart(id).came(stored.done, from..last + 1) } else { last + 1 };
                set_done(cx, &stored, done)
            }
            200 if from == 0 && response.kept == sealed_size => {
                self.moving.came_on(id);
                set_done(cx, &stored, sealed_size)
            }
            // Of another size than its sender said, or not what was asked for.
            200 | 206 | 416 => self.is_damaged(cx, &stored),
            // Not at this time, or not from this address: it may be another at another.
            401 | 408 | 429 | 500.. => {
                self.media_failed(cx, &stored);
                Ok(())
            }
            // Not there, or never whole: no try helps.
            _ => {
                self.moving.forget(id);
                stop(cx, &stored, MediaTrouble::Gone)
            }
        }
    }

    /// The driver has read it through.
    pub(super) fn on_checked(
        &mut self,
        cx: &mut Context<'_>,
        stored: &Stored,
        report: MediaReport,
    ) -> Result<(), Halt> {
        match report {
            MediaReport::Checked { sealed_size, sha256 }
                if (sealed_size == stored.sealed_size() && stored.sha256 == sha256) || broken(Rule::MediaIsChecked) =>
            {
                self.moving.forget(stored.message);
                set_state(cx, stored, State::Here)
            }
            MediaReport::Missing => {
                super::others_lose(self, cx, stored)?;
                self.moving.forget_parts(stored.message);
                set_done(cx, stored, 0)?;
                set_state(cx, stored, State::Downloading)
            }
            _ => self.is_damaged(cx, stored),
        }
    }

    /// Nothing of it stays. Another try takes another name: what is late of this one does not get into it.
    fn is_damaged(&mut self, cx: &mut Context<'_>, stored: &Stored) -> Result<(), Halt> {
        super::others_lose(self, cx, stored)?;
        self.give_up_bytes(cx, stored)?;
        stop(cx, stored, MediaTrouble::Damaged)
    }

    fn give_up_bytes(&mut self, cx: &mut Context<'_>, stored: &Stored) -> Result<(), Halt> {
        self.moving.forget(stored.message);
        let media = MediaId(chats::random_id(cx));
        cx.db
            .prepare_cached("UPDATE media SET media = ?2, done = 0 WHERE message = ?1")?
            .execute(params![stored.message.as_bytes(), media.0])?;
        self.drop_unknown(cx, stored.media)
    }
}

fn has_automatic_room(cx: &Context<'_>, size: u64) -> Result<bool, Halt> {
    let since_ms = cx.now_ms.saturating_sub(AUTOMATIC_TIME_MS).max(1);
    let came: u64 = cx
        .db
        .prepare_cached("SELECT coalesce(sum(size), 0) FROM media WHERE came_ms >= ?1")?
        .query_row([since_ms], |row| row.get(0))?;
    Ok(came + size <= AUTOMATIC_LEN_MAX)
}

/// Another message carries the same blob, and this device deals with it already.
fn is_known(cx: &Context<'_>, id: MessageId) -> Result<bool, Halt> {
    let Some(found) = super::content_of(cx.db, id)?.as_ref().and_then(facts::whereabouts) else { return Ok(false) };
    Ok(here_already(cx, &found)?.is_none()
        && cx
            .db
            .prepare_cached("SELECT EXISTS (SELECT 1 FROM media WHERE blob = ?1)")?
            .query_row([found.blob], |row| row.get(0))?)
}

/// A message whose file is whole on this device, and is the same in all that tells one from another.
fn here_already(cx: &Context<'_>, found: &facts::Whereabouts) -> Result<Option<MessageId>, Halt> {
    Ok(cx
        .db
        .prepare_cached(
            "SELECT message FROM media WHERE blob = ?1 AND key = ?2 AND sha256 = ?3 AND size = ?4 AND state = 3 LIMIT 1",
        )?
        .query_row(params![found.blob, found.key, found.sha256, found.size], |row| row.get(0).map(MessageId))
        .optional()?)
}
