//! Groups of many: who was in one when something was said there has it, and nobody else. Who was in it, the server's table of members
//! says: an account is in from the entry that brought its first leaf to the one that took out its last.

use super::groups::short;
use super::messages::{alike, in_order};
use super::{Alive, Findings, LEFT, Oracle};
use crate::ledger::Talk;
use crate::texts::{Amendment, Row, Says, amendments, conversation};
use crate::world::World;
use anyhow::Result;
use rusqlite::OptionalExtension as _;
use std::collections::{BTreeMap, BTreeSet};

/// From which entry to which an account was in a group; the last one may have no end.
type Stays = BTreeMap<[u8; 16], Vec<(u64, u64)>>;

/// A group as it is looked at.
struct Looked<'a> {
    world: &'a World,
    chat: [u8; 16],
    stays: Stays,
    /// By the place of a row: who showed it first.
    rows: BTreeMap<u64, (&'a Alive<'a>, Row)>,
    amendments: BTreeMap<u64, Amendment>,
}

/// What a device shows of a group.
struct Shown<'a> {
    device: &'a Alive<'a>,
    rows: Vec<Row>,
    amendments: Vec<Amendment>,
}

pub(crate) fn check(world: &World, alive: &[Alive<'_>], findings: &mut Findings) -> Result<()> {
    let groups: BTreeSet<[u8; 16]> = world.ledger.groups.values().map(|chat| chat.0).collect();
    for chat in groups {
        let mut group =
            Looked { world, chat, stays: stays(world, chat)?, rows: BTreeMap::new(), amendments: BTreeMap::new() };
        let mut shown = Vec::new();
        for device in alive.iter().filter(|device| device.chats.contains_key(&chat)) {
            let db = &device.device.db;
            let (mut rows, mut said) = (conversation(db, chat)?, amendments(db, chat)?);
            // What expired with a part of the log of which the user was told is compared nowhere.
            rows.retain(|row| !alive.iter().any(|other| other.is_told_of(&chat, row.seq)));
            said.retain(|said| !alive.iter().any(|other| other.is_told_of(&chat, said.seq)));
            shown.push(Shown { device, rows, amendments: said });
        }
        for one in &shown {
            group.compare(one, findings);
        }
        for one in &shown {
            group.is_complete(one, findings);
        }
        group.against_ledger(&shown, findings);
    }
    Ok(())
}

/// Name and admins as a device knows them.
pub(crate) fn names(
    device: &Alive<'_>,
    chat: &[u8; 16],
    (inside, admins): (&BTreeSet<[u8; 16]>, &BTreeSet<[u8; 16]>),
    findings: &mut Findings,
) -> Result<()> {
    let (db, name) = (&device.device.db, device.name());
    let mut statement = db.prepare_cached("SELECT account, admin, leaves FROM group_member WHERE chat = ?1")?;
    let rows = statement.query_map([chat], |row| Ok((row.get::<_, [u8; 16]>(0)?, (row.get(1)?, row.get(2)?))))?;
    let members: BTreeMap<[u8; 16], (bool, bool)> = rows.collect::<Result<_, _>>()?;
    let known: BTreeSet<[u8; 16]> = members.keys().copied().collect();
    findings.unless(known == *inside, Oracle::SameRoster, || {
        format!("{name:?} says that {} accounts are in {}, it is {}", known.len(), short(chat), inside.len())
    });
    let shown: BTreeSet<[u8; 16]> = members.iter().filter(|(_, (admin, _))| *admin).map(|(id, _)| *id).collect();
    findings.unless(shown == *admins && !shown.is_empty(), Oracle::SameNames, || {
        format!("{name:?} shows {} admins of {}, its policy names {}", shown.len(), short(chat), admins.len())
    });
    let leaving = members.values().filter(|(_, leaves)| *leaves).count();
    findings.unless(leaving == 0, Oracle::SameRoster, || {
        format!("{name:?} waits for {leaving} accounts to be out of {} that have left", short(chat))
    });
    Ok(())
}

/// What a group is called on a device.
fn name_of(device: &Alive<'_>, chat: &[u8; 16]) -> Result<Option<Vec<u8>>> {
    let id: String = chat.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut statement = device.device.db.prepare_cached("SELECT value FROM state WHERE key = 'group/' || ?1")?;
    Ok(statement.query_row([id], |row| row.get(0)).optional()?)
}

fn stays(world: &World, chat: [u8; 16]) -> Result<Stays> {
    let rows: Vec<([u8; 16], u64, Option<u64>)> = world.backend.look(|db| {
        let mut statement = db.prepare_cached(
            "SELECT account, from_seq, until_seq FROM member WHERE chat = ?1 ORDER BY account, from_seq",
        )?;
        let rows = statement.query_map([chat], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    })?;
    let mut stays = Stays::new();
    for (account, from, until) in rows {
        let (of, until) = (stays.entry(account).or_default(), until.unwrap_or(u64::MAX));
        match of.last_mut() {
            Some((_, end)) if from <= *end => *end = (*end).max(until),
            _ => of.push((from, until)),
        }
    }
    Ok(stays)
}

impl<'a> Looked<'a> {
    fn was_in(&self, account: &[u8; 16], seq: u64) -> bool {
        self.stays.get(account).is_some_and(|stays| stays.iter().any(|(from, until)| (*from..=*until).contains(&seq)))
    }

    /// Where the stay began that goes on now.
    fn in_since(&self, account: &[u8; 16]) -> Option<u64> {
        self.stays.get(account)?.last().filter(|(_, until)| *until == u64::MAX).map(|(from, _)| *from)
    }

    /// From the beginning of the group to now.
    fn was_never_out(&self, account: &[u8; 16]) -> bool {
        self.stays.get(account).is_some_and(|stays| stays.len() == 1) && self.in_since(account).is_some()
    }

    /// What a device shows is what the others show at that place, and it was in the group when that was said.
    fn compare(&mut self, shown: &Shown<'a>, findings: &mut Findings) {
        let (device, name) = (shown.device, shown.device.name());
        let placed: Vec<Row> = shown.rows.iter().filter(|row| row.seq > 0).cloned().collect();
        in_order(device, &placed, findings);
        for row in placed {
            findings.unless(self.was_in(&device.account, row.seq), Oracle::OnlyMembers, || {
                format!("{name:?} shows entry {} of {}, when it was not in it", row.seq, short(&self.chat))
            });
            match self.rows.get(&row.seq) {
                None => _ = self.rows.insert(row.seq, (device, row)),
                Some((other, theirs)) => {
                    let is_known = alike(other.account == device.account)(theirs, &row);
                    let same = is_known || self.gone_for_one(&row, (theirs, other.account), shown);
                    findings.unless(same, Oracle::SameOrder, || {
                        format!("{:?} and {name:?} in {}: {theirs:?} / {row:?}", other.name(), short(&self.chat))
                    });
                }
            }
        }
        for said in shown.amendments.iter().filter(|said| said.seq > 0) {
            findings.unless(self.was_in(&device.account, said.seq), Oracle::OnlyMembers, || {
                format!("{name:?} has entry {} of {}, when it was not in it", said.seq, short(&self.chat))
            });
            let theirs = self.amendments.entry(said.seq).or_insert_with(|| said.clone());
            findings.unless(theirs == said, Oracle::SameOrder, || {
                format!("{name:?} in {}, what was said about messages: {theirs:?} / {said:?}", short(&self.chat))
            });
        }
    }

    /// It was deleted when one of the two accounts was not in the group: they have it as it was.
    fn gone_for_one(&self, row: &Row, (theirs, other): (&Row, [u8; 16]), shown: &Shown<'_>) -> bool {
        let is_out = |seq: u64| !self.was_in(&shown.device.account, seq) || !self.was_in(&other, seq);
        let mut said = self.amendments.values().chain(&shown.amendments);
        let deleted_later = said
            .any(|said| said.seq > row.seq && said.target == row.id && said.account == row.account && is_out(said.seq));
        let is_one_gone = (row.says == Says::Erased) != (theirs.says == Says::Erased);
        is_one_gone && deleted_later && Row { says: row.says.clone(), ..theirs.clone() } == *row
    }

    /// Whoever is in the group has all that was said since.
    fn is_complete(&self, shown: &Shown<'_>, findings: &mut Findings) {
        let Some(since) = self.in_since(&shown.device.account) else { return };
        if shown.device.chats.get(&self.chat).is_some_and(|held| held.membership == LEFT) {
            return;
        }
        let name = shown.device.name();
        let here: BTreeSet<u64> = shown.rows.iter().map(|row| row.seq).collect();
        for (seq, (other, row)) in self.rows.range(since..) {
            findings.unless(here.contains(seq), Oracle::NothingLost, || {
                format!(
                    "{name:?} lacks entry {seq} of {}, {:?}, which {:?} has",
                    short(&self.chat),
                    row.says,
                    other.name()
                )
            });
        }
        let here: BTreeSet<u64> = shown.amendments.iter().map(|said| said.seq).collect();
        for (seq, said) in self.amendments.range(since..) {
            findings.unless(here.contains(seq), Oracle::NothingLost, || {
                format!("{name:?} lacks entry {seq} of {}, about a message ({})", short(&self.chat), said.about)
            });
        }
    }

    /// What was taken is there; what is there was taken, and is there once.
    fn against_ledger(&self, shown: &[Shown<'_>], findings: &mut Findings) {
        let (ledger, talk) = (&self.world.ledger, Talk::Group(self.chat));
        let mut found = BTreeSet::new();
        for one in shown {
            let (name, mut here) = (one.device.name(), BTreeSet::new());
            for row in one.rows.iter().filter(|row| matches!(row.says, Says::Text(_))) {
                let mark = row.says.mark();
                let said = mark.and_then(|mark| ledger.said.get(&mark)).filter(|said| said.talk == talk && said.taken);
                findings.unless(said.is_some(), Oracle::ExactlyOnce, || {
                    format!("{name:?} shows {mark:?} in {}, which nobody said there", short(&self.chat))
                });
                findings.unless(here.insert(mark), Oracle::ExactlyOnce, || format!("{name:?} shows {mark:?} twice"));
                // What was not sent when its writer was put out, or had left, stays with the writer, as failed.
                let is_over = one.device.chats.get(&self.chat).is_some_and(|held| held.membership == LEFT);
                let stays = row.seq > 0 || is_over || !self.was_never_out(&one.device.account);
                findings.unless(stays, Oracle::NothingLost, || {
                    format!("{name:?} did not send {mark:?} to {}", short(&self.chat))
                });
                found.extend(mark);
            }
        }
        for (mark, said) in ledger.said.iter().filter(|(_, said)| said.talk == talk) {
            let may_lack = !said.taken || said.excused || ledger.may_be_gone.contains(mark);
            findings.unless(may_lack || found.contains(mark), Oracle::NothingLost, || {
                format!("nobody has text {mark} of {:?} in {}", said.device, short(&self.chat))
            });
        }
        self.one_name(shown, findings);
    }

    fn one_name(&self, shown: &[Shown<'_>], findings: &mut Findings) {
        let inside = shown.iter().filter(|one| self.in_since(&one.device.account).is_some());
        let names = inside.map(|one| (one.device.name(), name_of(one.device, &self.chat).ok().flatten()));
        let names: Vec<_> = names.collect();
        // Its maker was logged out before it had said what the group is called, and took the name along.
        let may_lack = self.world.ledger.unnamed.contains(&self.chat);
        let is_one = |name: &Option<Vec<u8>>| Some(name) == names.first().map(|(_, name)| name);
        let same = names.iter().all(|(_, name)| is_one(name) && (name.is_some() || may_lack));
        findings.unless(same, Oracle::SameNames, || {
            let names: Vec<_> = names
                .iter()
                .map(|(device, name)| (device, name.as_ref().map(|name| String::from_utf8_lossy(name).into_owned())))
                .collect();
            format!("{} is called {names:?}", short(&self.chat))
        });
    }
}
