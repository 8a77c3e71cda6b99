//! A server that was put back to a backup: it names another timeline, and its logs may end, or go on otherwise, before the point to which
//! this device has followed them. Each log is compared with what is here, backwards until both agree. From there on the device follows it
//! anew: it joins the group again, its own words of the lost part go out once more under their ids, and others' stand where they stood until
//! they come again. Owns the columns `compare_from` and `agrees_to` of a chat, and `orphan` of a message.

use crate::amendments;
use crate::chats::{self, Chat, Membership};
use crate::client::{Client, Context};
use crate::groups;
use crate::io::Halt;
use crate::messages::{self, NUMBER_MAX, NewMessage, UNSENT_MS};
use crate::outbox::{self, Kind, Operation};
use crate::sending::Flight;
use crate::{echo, missing, mls, recovery};
use breakable::{Rule, broken};
use e2ee::ChatGroup;
use identity::ChatKind;
use proto::content::SeqRange;
use proto::ids::{ChatId, MessageId, OpId};
use proto::limits::LOG_PAGE_LEN_MAX;
use proto::wire::{FetchLog, LogPage, client_frame, refused, reply};
use rusqlite::{Connection, params};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// Where comparing begins before the last entry: the links of the chain are kept as long.
const FIRST_STEP: u64 = 63;
/// So much further back it goes on where nothing agrees.
const NEXT_STEP: u64 = 200;
/// Chats that are asked about in one input.
const AT_ONCE: u32 = 8;

/// The server names another timeline: what it said before may be gone.
pub(crate) fn begin(cx: &Context<'_>) -> Result<(), Halt> {
    cx.db
        .prepare_cached(
            "UPDATE chat SET compare_from = max(1, applied_seq - ?1), agrees_to = NULL
             WHERE membership IN (1, 2) AND applied_seq > 0",
        )?
        .execute([FIRST_STEP])?;
    Ok(())
}

/// Some log is still to be compared.
pub(crate) fn has_more(db: &Connection) -> Result<bool, Halt> {
    let mut statement = db.prepare_cached("SELECT EXISTS (SELECT 1 FROM chat WHERE compare_from IS NOT NULL)")?;
    Ok(statement.query_row([], |row| row.get(0))?)
}

/// Nothing goes out in a chat, and nothing is followed, before it is known where this device and the server agree.
pub(crate) fn is_comparing(db: &Connection, chat: ChatId) -> Result<bool, Halt> {
    let mut statement =
        db.prepare_cached("SELECT EXISTS (SELECT 1 FROM chat WHERE chat = ?1 AND compare_from IS NOT NULL)")?;
    Ok(statement.query_row([chat.as_bytes()], |row| row.get(0))?)
}

/// A message came that stood in a part of the log which the server lost: this is its place now.
pub(crate) fn place_again(cx: &mut Context<'_>, message: &NewMessage) -> Result<(), Halt> {
    let Some(place) = message.place else { return Ok(()) };
    let moved = cx
        .db
        .prepare_cached(
            "UPDATE message SET seq = ?3, time_ms = ?4, orphan = 0 WHERE message = ?1 AND chat = ?2 AND orphan = 1
             AND account = ?5 AND device = ?6",
        )?
        .execute(params![
            message.id.as_bytes(),
            message.chat.as_bytes(),
            place.seq,
            place.time_ms,
            message.sender.account.as_bytes(),
            message.sender.device.0
        ])?;
    if moved > 0 { amendments::follow(cx, message.chat, message.id) } else { Ok(()) }
}

/// What this device knows of an entry.
#[derive(Debug, Default)]
struct Known {
    link: Option<Vec<u8>>,
    time_ms: Option<u64>,
}

fn known_of(cx: &Context<'_>, chat: ChatId, from: u64) -> Result<BTreeMap<u64, Known>, Halt> {
    let to = from.saturating_add(u64::from(LOG_PAGE_LEN_MAX));
    let mut known: BTreeMap<u64, Known> = BTreeMap::new();
    let mut statement = cx.db.prepare_cached(
        "SELECT seq, link FROM chain WHERE chat = ?1 AND seq >= ?2 AND seq < ?3 AND length(link) > 0",
    )?;
    let links = statement.query_map(params![chat.as_bytes(), from, to], |row| Ok((row.get(0)?, row.get(1)?)))?;
    for row in links {
        let (seq, link) = row?;
        known.entry(seq).or_default().link = Some(link);
    }
    let mut statement = cx.db.prepare_cached(
        "SELECT seq, time_ms FROM message WHERE chat = ?1 AND seq >= ?2 AND seq < ?3 AND kind < 2 AND orphan = 0",
    )?;
    let times = statement.query_map(params![chat.as_bytes(), from, to], |row| Ok((row.get(0)?, row.get(1)?)))?;
    for row in times {
        let (seq, time_ms) = row?;
        known.entry(seq).or_default().time_ms = Some(time_ms);
    }
    Ok(known)
}

/// What comparing a page came to.
#[derive(Debug, PartialEq, Eq)]
enum Compared {
    /// Up to here both agree, and there the server's log ends or goes on otherwise, or all is compared.
    UpTo(u64),
    /// More lies behind the page.
    Further { agrees_to: u64 },
    /// Nothing on the page agrees.
    Back { from: u64 },
}

/// `end`: the last entry that this device knows of.
fn compare(known: &BTreeMap<u64, Known>, page: &LogPage, from: u64, agrees_to: Option<u64>, end: u64) -> Compared {
    let there: BTreeMap<u64, _> = page.items.iter().map(|item| (item.seq, item)).collect();
    // Where the page is cut, what is behind it is another page's matter.
    let seen_to = page.items.last().map_or(page.head_seq, |last| last.seq).max(from - 1);
    let whole = seen_to >= page.head_seq;
    let mut agreed = agrees_to;
    let first = page.first_kept_seq.max(from);
    for (seq, known) in known.iter().filter(|(seq, _)| (first..=end).contains(*seq)) {
        if *seq > seen_to && !whole {
            break;
        }
        let agrees = there.get(seq).is_some_and(|item| {
            let link = known.link.as_ref().is_none_or(|link| link[..] == Sha256::digest(&item.bytes)[..]);
            link && known.time_ms.is_none_or(|time_ms| time_ms == item.time_ms)
        });
        if !agrees {
            return match agreed {
                Some(agreed) => Compared::UpTo(agreed),
                None if from == 1 || from <= page.first_kept_seq => Compared::UpTo(first - 1),
                None => Compared::Back { from: from.saturating_sub(NEXT_STEP).max(1) },
            };
        }
        agreed = Some(*seq);
    }
    match agreed {
        _ if !whole && seen_to < end => Compared::Further { agrees_to: agreed.unwrap_or(seen_to) },
        _ if page.head_seq >= end => Compared::UpTo(end),
        agreed => Compared::UpTo(agreed.unwrap_or(from - 1).min(page.head_seq)),
    }
}

/// The last entry of a log that this device knows of: what it followed to, or where its own words are.
fn end_of(cx: &Context<'_>, chat: &Chat) -> Result<u64, Halt> {
    let newest: Option<u64> = cx
        .db
        .prepare_cached("SELECT max(seq) FROM message WHERE chat = ?1 AND orphan = 0")?
        .query_row([chat.chat.as_bytes()], |row| row.get(0))?;
    Ok(chat.applied_seq.max(newest.unwrap_or(0)))
}

impl Client {
    /// Asks for the logs that are to be compared.
    pub(crate) fn compare_logs(&mut self, cx: &mut Context<'_>) -> Result<(), Halt> {
        if !self.finding.comparing {
            // What was asked for at the connection was sealed in epochs that had not been followed yet.
            let marks_due = self.finding.marks_due && !self.flights.any(|f| matches!(f, Flight::FetchLog { .. }));
            if marks_due {
                self.finding.marks_due = false;
                self.ask_marks(cx)?;
            }
            return Ok(());
        }
        let due: Vec<(ChatId, u64)> = {
            let mut statement =
                cx.db.prepare_cached("SELECT chat, compare_from FROM chat WHERE compare_from IS NOT NULL LIMIT ?1")?;
            let rows = statement.query_map([AT_ONCE], |row| Ok((ChatId(row.get(0)?), row.get(1)?)))?;
            rows.collect::<Result<_, _>>()?
        };
        self.finding.comparing = !due.is_empty();
        for (chat, from_seq) in due {
            if !self.flights.holds(chat) && !self.pauses.hold(chat, cx.now_ms) {
                let body = FetchLog { chat: chat.to_vec(), from_seq, limit: LOG_PAGE_LEN_MAX };
                self.flights.send(cx, Flight::Compare { chat }, client_frame::Body::FetchLog(body));
            }
        }
        Ok(())
    }

    pub(crate) fn on_compared(
        &mut self,
        cx: &mut Context<'_>,
        chat: ChatId,
        body: Option<reply::Body>,
    ) -> Result<(), Halt> {
        let Some(stored) = chats::find(cx.db, chat)? else { return Ok(()) };
        match body {
            Some(reply::Body::LogPage(page)) => self.on_compared_page(cx, &stored, &page),
            // The chat began after the backup.
            Some(reply::Body::Refused(told)) if told.reason == refused::Reason::Denied as i32 => {
                self.go_back_to(cx, &stored, 0)?;
                let is_made_here = stored.kind != ChatKind::SelfGroup || cx.is_phone()?;
                let membership = if is_made_here { Membership::Creating } else { Membership::Wanted };
                chats::set_membership(cx, chat, membership, 0)
            }
            _ => {
                self.pause(cx, chat, 5_000);
                Ok(())
            }
        }
    }

    fn on_compared_page(&mut self, cx: &mut Context<'_>, chat: &Chat, page: &LogPage) -> Result<(), Halt> {
        let (from, agrees_to): (Option<u64>, Option<u64>) = cx
            .db
            .prepare_cached("SELECT compare_from, agrees_to FROM chat WHERE chat = ?1")?
            .query_row([chat.chat.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let Some(from) = from.map(|from| from.max(1)) else { return Ok(()) };
        let end = end_of(cx, chat)?;
        let next = match compare(&known_of(cx, chat.chat, from)?, page, from, agrees_to, end) {
            Compared::UpTo(agreed) if agreed >= end => {
                cx.db
                    .prepare_cached("UPDATE chat SET compare_from = NULL, agrees_to = NULL WHERE chat = ?1")?
                    .execute([chat.chat.as_bytes()])?;
                return if chat.membership == Membership::Joined { self.fetch_log(cx, chat.chat) } else { Ok(()) };
            }
            Compared::UpTo(agreed) => return self.go_back_to(cx, chat, agreed),
            // A page that leads nowhere would lead nowhere again at once.
            Compared::Further { agrees_to } if agrees_to < from => {
                self.pause(cx, chat.chat, 5_000);
                return Ok(());
            }
            Compared::Further { agrees_to } => (agrees_to + 1, Some(agrees_to)),
            Compared::Back { from } => (from, None),
        };
        cx.db.prepare_cached("UPDATE chat SET compare_from = ?2, agrees_to = ?3 WHERE chat = ?1")?.execute(params![
            chat.chat.as_bytes(),
            next.0,
            next.1
        ])?;
        Ok(())
    }

    /// What this device has of the log beyond this entry is not in it any more.
    fn go_back_to(&mut self, cx: &mut Context<'_>, chat: &Chat, seq: u64) -> Result<(), Halt> {
        tracing::warn!(applied = chat.applied_seq, seq, "the server has lost a part of a chat: it is brought again");
        let lost = SeqRange { from: seq + 1, to: NUMBER_MAX };
        recovery::release(cx, chat.chat, lost.from, lost.to)?;
        missing::take_out(cx, chat.chat, lost)?;
        groups::log_ends(cx, chat.chat, seq)?;
        echo::log_ends(cx, chat.chat, seq)?;
        send_again(self, cx, chat, seq)?;
        // Whatever came of epochs that the server has lost comes again, with other secrets.
        mls::taken(ChatGroup::delete(&mls::provider(cx), chat.chat, chat.generation))?;
        for sql in [
            "DELETE FROM epoch_key WHERE chat = ?1",
            "DELETE FROM outbox WHERE chat = ?1 AND kind <> 0",
            "UPDATE outbox SET frame = x'' WHERE chat = ?1",
            // The one entry before that nobody compared would be a word about the other history.
            "DELETE FROM chain WHERE chat = ?1",
        ] {
            cx.db.prepare_cached(sql)?.execute([chat.chat.as_bytes()])?;
        }
        cx.db
            .prepare_cached(
                "UPDATE chat SET membership = ?3, applied_seq = ?2, applied_ms = 0, generation = 1, vetted_epoch = NULL,
                 resync_from = min(coalesce(resync_from, ?2 + 1), ?2 + 1), resync_ms = 0, join_fails = 0,
                 replaces_epoch = NULL, staged_commit = x'', profile_given = 0, tell_again = told_seq > 0,
                 compare_from = NULL, agrees_to = NULL WHERE chat = ?1",
            )?
            .execute(params![chat.chat.as_bytes(), seq, Membership::Wanted.number()])?;
        self.stuck.remove(&chat.chat);
        cx.changed.chat(chat.chat);
        Ok(())
    }
}

/// The own words of the lost part go out once more, before what was written since; others' keep their times, and have no place of their own.
fn send_again(client: &mut Client, cx: &mut Context<'_>, chat: &Chat, seq: u64) -> Result<(), Halt> {
    let me = cx.me()?.address;
    let own: Vec<([u8; 16], Vec<u8>)> = {
        let mut statement = cx.db.prepare_cached(
            "SELECT message, content FROM message
             WHERE chat = ?1 AND seq > ?2 AND account = ?3 AND device = ?4 AND kind > -2 AND kind < 2 AND orphan = 0 ORDER BY seq",
        )?;
        let rows = statement
            .query_map(params![chat.chat.as_bytes(), seq, me.account.as_bytes(), me.device.0], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })?;
        rows.collect::<Result<_, _>>()?
    };
    let first: u64 = messages::next_unsent(cx.db, chat.chat)?;
    for ((message, _), behind) in own.iter().zip(first..) {
        cx.db
            .prepare_cached("UPDATE message SET seq = 0, time_ms = ?2 WHERE message = ?1")?
            .execute(params![message, UNSENT_MS + behind])?;
        cx.changed.message(chat.chat, MessageId(*message));
    }
    for (message, content) in own.into_iter().rev().filter(|_| !broken(Rule::LostWordsGoAgain)) {
        // Its blob is lost, too: the message follows it.
        if client.upload_lost(cx, MessageId(message))? {
            continue;
        }
        let op_id = OpId(chats::random_id(cx));
        let message = Some(MessageId(message));
        outbox::push_first(
            cx,
            &Operation { op_id, chat: chat.chat, kind: Kind::App, message, content, frame: Vec::new() },
        )?;
    }
    cx.db
        .prepare_cached("UPDATE message SET seq = max(?2, 1), orphan = 1 WHERE chat = ?1 AND seq > ?2 AND kind < 2")?
        .execute(params![chat.chat.as_bytes(), seq])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::story::{CHAT_UI, Story, edit, id, text};
    use crate::testing::{CHAT, now_ms, step};
    use client_api::{Answer, Command};
    use proto::wire::GroupItem;

    fn page(entries: &[(u64, u8)], head_seq: u64) -> LogPage {
        let item = |(seq, bytes): &(u64, u8)| GroupItem { seq: *seq, bytes: vec![*bytes], ..GroupItem::default() };
        LogPage { items: entries.iter().map(item).collect(), head_seq, first_kept_seq: 1 }
    }

    fn known(entries: &[(u64, u8)]) -> BTreeMap<u64, Known> {
        let link = |byte: u8| Some(Sha256::digest([byte]).to_vec());
        entries.iter().map(|(seq, byte)| (*seq, Known { link: link(*byte), time_ms: None })).collect()
    }

    #[test]
    fn what_was_cleared_does_not_go_out_again() {
        let mut story = Story::new();
        story.says(story.me, 1, 1, text("said"));
        story.says(story.me, 2, 2, edit(id(1), "changed"));
        let waiting = "SELECT count(*) FROM outbox WHERE kind = 0 AND message <> x''";
        let cleared = Command::ClearChat { chat: CHAT_UI, keep_starred: false };
        assert_eq!(story.asks(cleared), Ok(Answer::Done));
        story.says(story.me, 3, 3, text("later"));
        step(&story.db, now_ms(), |cx| {
            let chat = chats::find(cx.db, CHAT).expect("query").expect("the chat");
            send_again(&mut story.client, cx, &chat, 10).expect("again");
        });
        assert_eq!(story.count(waiting), 1);
    }

    #[test]
    fn where_two_logs_part_is_found() {
        let here = known(&[(5, 1), (6, 2), (7, 3)]);
        let same = page(&[(5, 1), (6, 2), (7, 3), (8, 4)], 8);
        assert_eq!(compare(&here, &same, 5, None, 7), Compared::UpTo(7));
        let shorter = page(&[(5, 1), (6, 2)], 6);
        assert_eq!(compare(&here, &shorter, 5, None, 7), Compared::UpTo(6));
        let other = page(&[(5, 1), (6, 9), (7, 9), (8, 9)], 8);
        assert_eq!(compare(&here, &other, 5, None, 7), Compared::UpTo(5));
        let nothing = page(&[], 3);
        assert_eq!(compare(&here, &nothing, 5, None, 7), Compared::Back { from: 1 });
        assert_eq!(compare(&known(&[(1, 1), (2, 2)]), &page(&[], 0), 1, None, 2), Compared::UpTo(0));
        let cut = page(&[(5, 1), (6, 2)], 9);
        assert_eq!(compare(&here, &cut, 5, None, 7), Compared::Further { agrees_to: 6 });
        assert_eq!(compare(&here, &page(&[(7, 9)], 9), 7, Some(6), 7), Compared::UpTo(6));
    }
}
