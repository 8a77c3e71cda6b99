//! Files of others, and of the own other devices, on their way here: in pieces by range, checked against what the message says, and
//! only then shown.

use super::{Answered, State, Stored, facts, find, set_done, set_state, stop, task};
use crate::chats;
use crate::client::{Client, Context};
use crate::http::Purpose;
use crate::io::{Halt, HttpMethod, MediaId, MediaReport, MediaTask, Output};
use crate::messages;
use crate::this;
use breakable::{Rule, broken};
use client_api::{MediaKind, MediaTrouble};
use proto::ids::{ChatId, MessageId};
use proto::limits::{MEDIA_AUTOMATIC_SIZE_MAX, MEDIA_PIECE_LEN};
use rusqlite::params;

const PIECE_TIMEOUT_MS: u32 = 120_000;

impl Client {
    /// A message just came by itself: what is small, and heard or seen at once, comes along.
    pub(crate) fn fetch_with_message(&mut self, cx: &mut Context<'_>, chat: ChatId, id: MessageId) -> Result<(), Halt> {
        let me = cx.me()?.address.account;
        let facts = messages::get_row(cx.db, chat, id, me)?.and_then(|row| row.attachment).map(|file| file.facts);
        let comes = facts.is_some_and(|facts| {
            matches!(facts.kind, MediaKind::Photo | MediaKind::Voice) && facts.size <= MEDIA_AUTOMATIC_SIZE_MAX
        });
        if comes {
            self.begin_download(cx, chat, id)?;
        }
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
                    self.moving.busy.insert(id);
                    task(cx, MediaTask::Check { media: stored.media });
                    return Ok(true);
                }
                State::Stopped => true,
            },
        };
        // An own one that never reached the server is sent again, not fetched.
        if begins && super::is_unsent(cx.db, id)? {
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
        match stored {
            Some(stored) => set_state(cx, &stored, State::Downloading)?,
            None => self.insert(cx, id, &found)?,
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
            self.moving.busy.insert(id);
            task(cx, MediaTask::Check { media: stored.media });
            return Ok(());
        }
        let Some(token) = this::session_token(cx.db)? else { return Ok(()) };
        let last = (stored.done + MEDIA_PIECE_LEN).min(sealed_size) - 1;
        let purpose = Purpose::MediaFetch { message: id, media: stored.media, from: stored.done };
        let mut call = self.calls.start(purpose, HttpMethod::Get, &stored.blob, Vec::new(), Some(token));
        if let Output::Http(request) = &mut call {
            request.timeout_ms = PIECE_TIMEOUT_MS;
            request.headers = vec![("range", format!("bytes={}-{last}", stored.done))];
            request.keep_in = Some((stored.media, stored.done));
        }
        self.moving.busy.insert(id);
        cx.out.push(call);
        Ok(())
    }

    /// A piece came, or not.
    pub(crate) fn on_media_fetched(
        &mut self,
        cx: &mut Context<'_>,
        (id, media, from): (MessageId, MediaId, u64),
        result: Answered,
    ) -> Result<(), Halt> {
        let Some(stored) = find(cx.db, id)?.filter(|stored| stored.media == media) else {
            // It was deleted meanwhile: what the answer has written goes too.
            task(cx, MediaTask::Drop { media });
            return Ok(());
        };
        // Of a download that was stopped, and goes on from elsewhere by now.
        if stored.state != State::Downloading || stored.done != from {
            return Ok(());
        }
        self.moving.busy.remove(&id);
        let Ok(response) = result else {
            self.media_failed(cx, &stored);
            return Ok(());
        };
        let sealed_size = stored.sealed_size();
        let range = response.headers.iter().find(|(name, _)| name == "content-range").map(|(_, range)| range.as_str());
        let last = (stored.done + MEDIA_PIECE_LEN).min(sealed_size) - 1;
        match response.status {
            206 if range == Some(&*format!("bytes {}-{last}/{sealed_size}", stored.done))
                && response.kept == last + 1 - stored.done =>
            {
                self.moving.pauses.remove(&id);
                set_done(cx, &stored, last + 1)
            }
            200 if stored.done == 0 && response.kept == sealed_size => {
                self.moving.pauses.remove(&id);
                set_done(cx, &stored, sealed_size)
            }
            // Of another size than its sender said, or not what was asked for.
            200 | 206 | 416 => self.is_damaged(cx, &stored),
            404 | 410 => {
                self.moving.forget(id);
                stop(cx, &stored, MediaTrouble::Gone)
            }
            _ => {
                self.media_failed(cx, &stored);
                Ok(())
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
                set_done(cx, stored, 0)?;
                set_state(cx, stored, State::Downloading)
            }
            _ => self.is_damaged(cx, stored),
        }
    }

    /// Nothing of it stays. Another try takes another name: what is late of this one does not get into it.
    fn is_damaged(&mut self, cx: &mut Context<'_>, stored: &Stored) -> Result<(), Halt> {
        self.moving.forget(stored.message);
        let media = MediaId(chats::random_id(cx));
        cx.db
            .prepare_cached("UPDATE media SET media = ?2, done = 0 WHERE message = ?1")?
            .execute(params![stored.message.as_bytes(), media.0])?;
        // Of those who share it nobody has it either.
        cx.db.prepare_cached("DELETE FROM media WHERE media = ?1")?.execute([stored.media.0])?;
        task(cx, MediaTask::Drop { media: stored.media });
        stop(cx, stored, MediaTrouble::Damaged)
    }
}
