//! Conversations: what was taken is everywhere, once, in one order; ticks say what is so.

use super::groups::short;
use super::{Alive, DIRECT, Findings, Held, Oracle};
use crate::ledger::pair;
use crate::plan::Amends;
use crate::texts::{Amendment, Row, Says, amendments, conversation};
use crate::world::World;
use anyhow::Result;
use rusqlite::{Connection, OptionalExtension as _};
use std::collections::{BTreeMap, BTreeSet};

/// A conversation as the first device shows it, and what was said about its messages.
type Seen<'a> = (&'a Alive<'a>, Vec<Row>, Vec<Amendment>);

pub(crate) fn check(world: &World, alive: &[Alive<'_>], findings: &mut Findings) -> Result<()> {
    let mut first_of: BTreeMap<[u8; 16], Seen<'_>> = BTreeMap::new();
    for device in alive {
        for (chat, held) in device.chats.iter().filter(|(_, held)| held.kind == DIRECT) {
            let mut rows = conversation(&device.device.db, *chat)?;
            let mut said = amendments(&device.device.db, *chat)?;
            let expired = expired(device, alive, chat, findings)?;
            against_ledger(world, device, held, &rows, &expired, findings);
            amended(world, device, held, (&rows, &said), findings);
            // What is gone somewhere is compared nowhere.
            let is_everywhere = |seq: u64| !alive.iter().any(|other| other.is_told_of(chat, seq));
            rows.retain(|row| is_everywhere(row.seq));
            said.retain(|said| is_everywhere(said.seq));
            match first_of.get(chat) {
                None => {
                    in_order(device, &rows, findings);
                    first_of.insert(*chat, (device, rows, said));
                }
                Some((other, theirs, said_there)) => {
                    let names = format!("{:?} and {:?} in {}", other.name(), device.name(), short(chat));
                    if let Some(what) = differs(theirs, &rows, alike(other.account == device.account)) {
                        findings.add(Oracle::SameOrder, format!("{names}: {what}"));
                    }
                    if let Some(what) = differs(said_there, &said, |a, b| a == b) {
                        findings.add(Oracle::SameOrder, format!("{names}, what was said about messages: {what}"));
                    }
                }
            }
            marks(world, device, alive, *chat, held, findings)?;
        }
        lines(device, findings)?;
    }
    Ok(())
}

/// The texts that a device lacks and whose user knows. No device of the account has them, or it would have given them.
fn expired(device: &Alive<'_>, alive: &[Alive<'_>], chat: &[u8; 16], findings: &mut Findings) -> Result<BTreeSet<u32>> {
    let mut marks = BTreeSet::new();
    if device.told_missing.is_empty() {
        return Ok(marks);
    }
    for other in alive.iter().filter(|other| other.name() != device.name() && other.chats.contains_key(chat)) {
        let rows = conversation(&other.device.db, *chat)?;
        for row in rows.into_iter().filter(|row| device.is_told_of(chat, row.seq)) {
            marks.extend(row.says.mark());
            findings.unless(other.account != device.account, Oracle::NothingLost, || {
                format!("{:?} lacks entry {} of {}, which {:?} has", device.name(), row.seq, short(chat), other.name())
            });
        }
    }
    Ok(marks)
}

/// Every text of this pair that was taken is here, once; no other is.
fn against_ledger(
    world: &World,
    device: &Alive<'_>,
    held: &Held,
    rows: &[Row],
    expired: &BTreeSet<u32>,
    findings: &mut Findings,
) {
    let (Some(own), Some(peer)) = (account(world, device.account), account(world, held.peer)) else { return };
    let name = device.name();
    let mut here: BTreeMap<u32, u32> = BTreeMap::new();
    for row in rows {
        match row.says.mark() {
            Some(mark) => *here.entry(mark).or_default() += 1,
            None if !matches!(row.says, Says::Text(_)) => {}
            None => findings.add(Oracle::ExactlyOnce, format!("{name:?} shows what nobody said")),
        }
    }
    for (mark, said) in world.ledger.said.iter().filter(|(_, said)| said.talk == pair(own, peer)) {
        let count = here.remove(mark).unwrap_or(0);
        findings.unless(count <= 1, Oracle::ExactlyOnce, || format!("{name:?} shows text {mark} {count} times"));
        let may_lack = said.excused || expired.contains(mark) || world.ledger.may_be_gone.contains(mark);
        findings.unless(count > 0 || !said.taken || may_lack, Oracle::NothingLost, || {
            format!("{name:?} lacks text {mark} of {:?}", said.device)
        });
        findings.unless(count == 0 || said.taken, Oracle::ExactlyOnce, || {
            format!("{name:?} shows text {mark} of {:?}, which was never taken", said.device)
        });
    }
    for mark in here.keys() {
        findings.add(Oracle::ExactlyOnce, format!("{name:?} shows text {mark}, which was not said in this chat"));
    }
}

pub(super) fn account(world: &World, id: [u8; 16]) -> Option<u8> {
    world.people.of(client_api::AccountId(id))
}

/// What one device said stands in the order in which it was said; places rise with times.
pub(super) fn in_order(device: &Alive<'_>, rows: &[Row], findings: &mut Findings) {
    let mut last: BTreeMap<([u8; 16], u32), u32> = BTreeMap::new();
    let mut place = (0, 0);
    for row in rows {
        findings.unless((row.time_ms, row.seq) > place && row.seq > place.1, Oracle::SameOrder, || {
            format!("{:?} has place {} at {} behind {place:?}", device.name(), row.seq, row.time_ms)
        });
        place = (row.time_ms, row.seq);
        let Some(mark) = row.says.mark() else { continue };
        if let Some(before) = last.insert((row.account, row.device), mark) {
            // What was said before the first step has the highest marks.
            let turned = before > mark && before < crate::base::MARKS;
            findings.unless(!turned, Oracle::SameOrder, || {
                format!("text {before} of a device stands before its text {mark}")
            });
        }
    }
}

/// The same message, and the same of it: only what an account deleted for itself, another one still has.
pub(super) fn alike(own: bool) -> impl Fn(&Row, &Row) -> bool {
    move |a, b| {
        let hidden = !own && (a.says == Says::Hidden || b.says == Says::Hidden);
        let says = if hidden { &b.says } else { &a.says };
        Row { says: says.clone(), ..a.clone() } == *b
    }
}

/// What was taken of that which was said about messages is here, and what was deleted is not.
fn amended(
    world: &World,
    device: &Alive<'_>,
    held: &Held,
    (rows, said): (&[Row], &[Amendment]),
    findings: &mut Findings,
) {
    // What expired with a part of the log that is told to be missing.
    if !device.told_missing.is_empty() {
        return;
    }
    let (Some(own), Some(peer)) = (account(world, device.account), account(world, held.peer)) else { return };
    let name = device.name();
    let counts =
        |amended: &&crate::ledger::Amended| amended.talk == pair(own, peer) && amended.taken && !amended.excused;
    for (mark, amended) in &world.ledger.amended {
        if !counts(&amended) {
            continue;
        }
        // Where its message was taken back before anybody had it, what was said about it went along.
        let target_stays = amended.its_mark.is_none_or(|mark| !world.ledger.may_be_gone.contains(&mark));
        if let Some(id) = amended.id {
            let here = said.iter().any(|said| said.id == id);
            findings.unless(here || !target_stays, Oracle::NothingLost, || {
                format!("{name:?} lacks {:?} {mark} of {:?}", amended.how, amended.device)
            });
        }
        let target = rows.iter().find(|row| row.id == amended.target).map(|row| &row.says);
        let gone = match amended.how {
            Amends::Delete => !matches!(target, Some(Says::Text(_))),
            Amends::Hide if amended.device.account == own => !matches!(target, Some(Says::Text(_) | Says::Erased)),
            _ => true,
        };
        findings.unless(gone, Oracle::NothingLost, || format!("{name:?} still shows what {mark} deleted"));
    }
}

pub(super) fn differs<T: std::fmt::Debug>(theirs: &[T], ours: &[T], same: impl Fn(&T, &T) -> bool) -> Option<String> {
    let place = theirs.iter().zip(ours).position(|(a, b)| !same(a, b)).unwrap_or(theirs.len().min(ours.len()));
    if place == theirs.len() && place == ours.len() {
        return None;
    }
    Some(format!(
        "{} and {} messages, differing from the {place}th: {:?} / {:?}",
        theirs.len(),
        ours.len(),
        theirs.get(place),
        ours.get(place)
    ))
}

/// Everything own is delivered where the other one has a device; and what the other one has read is seen, no more.
fn marks(
    world: &World,
    device: &Alive<'_>,
    alive: &[Alive<'_>],
    chat: [u8; 16],
    held: &Held,
    findings: &mut Findings,
) -> Result<()> {
    if held.peer == device.account {
        return Ok(());
    }
    let Some(other) = alive.iter().find(|other| other.account == held.peer) else { return Ok(()) };
    let name = device.name();
    let sent: u64 = device
        .device
        .db
        .prepare_cached("SELECT coalesce(max(seq), 0) FROM message WHERE chat = ?1 AND account = ?2")?
        .query_row((chat, device.account), |row| row.get(0))?;
    let (delivered, read) = mark(&device.device.db, chat, held.peer)?;
    findings.unless(delivered >= sent, Oracle::MarksAgree, || {
        format!("{name:?} sent up to {sent} in {}, and sees {delivered} delivered", short(&chat))
    });
    let (_, truly) = mark(&other.device.db, chat, held.peer)?;
    findings.unless(read <= truly, Oracle::MarksAgree, || {
        format!("{name:?} sees {read} read in {}, it is {truly}", short(&chat))
    });
    findings.unless(read == truly || !world.receipts_always, Oracle::MarksAgree, || {
        format!("{name:?} sees {read} read in {}, {truly} were", short(&chat))
    });
    Ok(())
}

fn mark(db: &Connection, chat: [u8; 16], account: [u8; 16]) -> Result<(u64, u64)> {
    let mut statement =
        db.prepare_cached("SELECT delivered_seq, read_seq FROM mark WHERE chat = ?1 AND account = ?2")?;
    Ok(statement.query_row((chat, account), |row| Ok((row.get(0)?, row.get(1)?))).optional()?.unwrap_or((0, 0)))
}

/// Lines that no chat of honest people at an honest server says.
fn lines(device: &Alive<'_>, findings: &mut Findings) -> Result<()> {
    let mut statement = device.device.db.prepare_cached("SELECT content FROM message WHERE kind = 2")?;
    for content in statement.query_map([], |row| row.get::<_, Vec<u8>>(0))? {
        let what = match content?.first() {
            Some(2) => "that a safety number changed",
            // So it is, where that is told of a part that is missing.
            Some(4) if device.told_missing.is_empty() => "that messages may be missing",
            Some(5) => "that histories differ",
            Some(6) => "that an unknown device is there",
            _ => continue,
        };
        findings.add(Oracle::Sound, format!("{:?} is told {what}", device.name()));
    }
    Ok(())
}
