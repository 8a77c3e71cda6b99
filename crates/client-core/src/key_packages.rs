//! Keeps enough key packages of this device on the server, so that others can add it to chats while it is away; and one of
//! last resort for when they are used up, which is replaced after use.

use crate::client::{Client, Context};
use crate::http::{Answer as Reply, Purpose};
use crate::io::{Halt, HttpMethod};
use crate::{mls, this};
use breakable::{Rule, broken};
use e2ee::key_packages::{self, KeyPackageUse, generate};
use identity::mls::Suite;
use prost::Message as _;
use proto::account::{PutKeyPackages, PutKeyPackagesOk};
use proto::limits::{KEY_PACKAGES_LOW, KEY_PACKAGES_TARGET};

/// Made and sent at once: as much as fits a request body with room to spare.
const BATCH: usize = 25;
/// Enough for the first minutes of a device whose history is still coming: making them takes time that the list waits for.
const FIRST: usize = 4;

/// Made in one hour of a run, whatever the server says that it has: five times the target. So many are claimed by nobody who starts
/// chats; a server that says "none left" to each batch would have a phone make keys, and keep their private halves, without end.
const MADE_PER_HOUR_MAX: usize = 5 * KEY_PACKAGES_TARGET;
const HOUR_MS: u64 = 3_600_000;
/// After a new package of last resort so long Welcomes by the one before are under way; one that comes later shows that the server still
/// gives that one out.
const OLD_UNDER_WAY_MS: u64 = 24 * HOUR_MS;
/// And so long its private half is kept at most.
const OLD_KEPT_MS: u64 = 7 * OLD_UNDER_WAY_MS;

/// Of so many that were made last the private halves are kept, used ones counted: ten times the target, and twice what a server keeps
/// of a device. What is older was claimed long ago by somebody who has made no group with it, or never; a Welcome that comes by it
/// all the same leads to joining from outside. Without an end a server that says "none left" would fill the database in some months.
const KEPT_MAX: usize = 10 * KEY_PACKAGES_TARGET;

/// What was made of late.
#[derive(Debug, Default)]
pub(crate) struct Made {
    since_ms: u64,
    count: usize,
    /// A new one of last resort is wanted at this time.
    last_resort_due_ms: Option<u64>,
}

impl Made {
    /// How many may be made now.
    fn room(&mut self, now_ms: u64) -> usize {
        // The hour is over, or the clock was set back.
        if !(self.since_ms..self.since_ms.saturating_add(HOUR_MS)).contains(&now_ms) {
            (self.since_ms, self.count) = (now_ms, 0);
        }
        MADE_PER_HOUR_MAX.saturating_sub(self.count)
    }
}

/// How it stands with the last-resort key package.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LastResort {
    /// The server has one that nobody has used.
    Kept,
    /// There is none, or it was used: a new one is to be made.
    Wanted,
    /// Made; the server has not said that it has it.
    Made,
}

impl LastResort {
    fn number(self) -> u32 {
        match self {
            Self::Kept => 0,
            Self::Wanted => 1,
            Self::Made => 2,
        }
    }

    fn of(cx: &Context<'_>) -> Result<Self, Halt> {
        let number: u32 = cx.db.prepare_cached("SELECT last_resort_due FROM this")?.query_row([], |row| row.get(0))?;
        [Self::Kept, Self::Wanted, Self::Made]
            .into_iter()
            .find(|state| state.number() == number)
            .ok_or(Halt::Broken("an unknown state of the last-resort key package is stored"))
    }

    fn set(self, cx: &Context<'_>) -> Result<(), Halt> {
        cx.db.prepare_cached("UPDATE this SET last_resort_due = ?1")?.execute([self.number()])?;
        Ok(())
    }
}

impl Client {
    /// The server has this many left.
    pub(crate) fn key_packages_left(&mut self, cx: &mut Context<'_>, left: u32) -> Result<(), Halt> {
        forget_old_last_resort(cx)?;
        self.packages_left = Some(left).filter(|left| *left < KEY_PACKAGES_LOW);
        match self.packages_left {
            Some(_) => self.fill_key_packages(cx),
            None => self.put_key_packages(cx, 0),
        }
    }

    /// The next batch, where the server has too few.
    pub(crate) fn fill_key_packages(&mut self, cx: &mut Context<'_>) -> Result<(), Halt> {
        if self.packages_made.last_resort_due_ms.take_if(|due_ms| *due_ms <= cx.now_ms).is_some() {
            self.put_key_packages(cx, 0)?;
        }
        let Some(left) = self.packages_left else { return Ok(()) };
        if self.calls.is_under_way(|p| *p == Purpose::PutKeyPackages) {
            return Ok(());
        }
        let target = if self.is_importing(cx)? { FIRST } else { self.config.key_packages_target };
        let wanted = target.saturating_sub(left as usize).min(BATCH);
        let room = self.packages_made.room(cx.now_ms);
        if wanted > 0 && room == 0 {
            self.retry_at(self.packages_made.since_ms + HOUR_MS);
        }
        match wanted.min(room) {
            0 => Ok(()),
            wanted => self.put_key_packages(cx, wanted),
        }
    }

    /// Somebody used a last-resort package. Who got at its private half could open every Welcome made with it. Where it is the one before
    /// the newest, that has been done: many may have begun chats with it before the server had the new one, and each new one makes
    /// the Welcomes unreadable that are under way by the one before its predecessor. A server that goes on giving it out is outdone.
    pub(crate) fn renew_last_resort(&mut self, cx: &mut Context<'_>, used: &[u8]) -> Result<(), Halt> {
        let (newest, put_ms): (Vec<u8>, u64) = cx
            .db
            .prepare_cached("SELECT last_resort, last_resort_put_ms FROM this")?
            .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let newest = mls::taken(key_packages::reference(&mls::provider(cx), &newest))?.flatten();
        let is_due = newest.as_deref() == Some(used) || !is_within(cx.now_ms, put_ms, OLD_UNDER_WAY_MS);
        if LastResort::of(cx)? == LastResort::Kept && is_due {
            LastResort::Wanted.set(cx)?;
        }
        self.put_key_packages(cx, 0)
    }

    fn put_key_packages(&mut self, cx: &mut Context<'_>, count: usize) -> Result<(), Halt> {
        let puts_last_resort = self.puts_last_resort(cx)?;
        let nothing = count == 0 && !puts_last_resort;
        if nothing || self.calls.is_under_way(|p| *p == Purpose::PutKeyPackages) {
            return Ok(());
        }
        let Some(token) = this::session_token(cx.db)? else { return Ok(()) };
        let packages = make(cx, KeyPackageUse::Once, count)?;
        keep_newest(cx, &packages)?;
        self.packages_made.count += count;
        let last_resort = if puts_last_resort { last_resort_to_put(cx)? } else { Vec::new() };
        let body = PutKeyPackages { packages, last_resort }.encode_to_vec();
        cx.out.push(self.calls.start(Purpose::PutKeyPackages, HttpMethod::Post, "/v1/key_packages", body, Some(token)));
        Ok(())
    }

    /// One of last resort is to be put now. One that the server took in the last hour is replaced when the hour is over.
    fn puts_last_resort(&mut self, cx: &Context<'_>) -> Result<bool, Halt> {
        match LastResort::of(cx)? {
            LastResort::Kept => return Ok(false),
            LastResort::Made => return Ok(true),
            LastResort::Wanted => {}
        }
        let put_ms = last_resort_put_ms(cx)?;
        let is_early = is_within(cx.now_ms, put_ms, HOUR_MS);
        if is_early {
            let due_ms = put_ms + HOUR_MS;
            self.packages_made.last_resort_due_ms = Some(due_ms);
            self.retry_at(due_ms);
        }
        Ok(!is_early)
    }

    pub(crate) fn on_key_packages_put(
        &mut self,
        cx: &mut Context<'_>,
        reply: Reply<PutKeyPackagesOk>,
    ) -> Result<(), Halt> {
        let Reply::Ok(ok) = reply else {
            // Until the server speaks of it again.
            self.packages_left = None;
            // Sent again as it is after no answer, but not after a refusal: it may have grown too old.
            let is_refused = matches!(reply, Reply::Problem(_)) && LastResort::of(cx)? == LastResort::Made;
            return if is_refused { take_last_resort_back(cx) } else { Ok(()) };
        };
        if LastResort::of(cx)? == LastResort::Made {
            LastResort::Kept.set(cx)?;
            set_last_resort_put(cx, cx.now_ms)?;
        }
        // Up to the target, not only past the low mark.
        self.packages_left = Some(ok.left).filter(|left| (*left as usize) < self.config.key_packages_target);
        self.fill_key_packages(cx)?;
        // One of last resort that was used while this was under way.
        self.put_key_packages(cx, 0)
    }
}

fn make(cx: &mut Context<'_>, usage: KeyPackageUse, count: usize) -> Result<Vec<Vec<u8>>, Halt> {
    let device = mls::own_device(cx)?;
    let now_ms = cx.now_ms;
    generate(&mls::provider(cx), &device, Suite::Hybrid, usage, count, now_ms)
        .map_err(|error| Halt::Encryption(error.to_string()))
}

/// Notes those that were made now, and forgets the oldest.
fn keep_newest(cx: &mut Context<'_>, made: &[Vec<u8>]) -> Result<(), Halt> {
    for package in made {
        let reference = mls::taken(key_packages::reference(&mls::provider(cx), package))?.flatten();
        let reference = reference.ok_or(Halt::Broken("a key package that was just made cannot be read"))?;
        cx.db.prepare_cached("INSERT INTO made_key_package (reference) VALUES (?1)")?.execute([reference])?;
    }
    if broken(Rule::KeyPackagesEnd) {
        return Ok(());
    }
    let old: Vec<(i64, Vec<u8>)> = {
        let mut statement = cx
            .db
            .prepare_cached("SELECT place, reference FROM made_key_package ORDER BY place DESC LIMIT -1 OFFSET ?1")?;
        let rows = statement.query_map([KEPT_MAX], |row| Ok((row.get(0)?, row.get(1)?)))?;
        rows.collect::<Result<_, _>>()?
    };
    for (place, reference) in old {
        mls::taken(key_packages::forget_by_reference(&mls::provider(cx), &reference))?;
        cx.db.prepare_cached("DELETE FROM made_key_package WHERE place = ?1")?.execute([place])?;
    }
    Ok(())
}

/// Now, or since when, as far as a clock that may have been set back can tell.
fn is_within(now_ms: u64, since_ms: u64, span_ms: u64) -> bool {
    since_ms != 0 && (since_ms..since_ms.saturating_add(span_ms)).contains(&now_ms)
}

fn last_resort_put_ms(cx: &Context<'_>) -> Result<u64, Halt> {
    Ok(cx.db.prepare_cached("SELECT last_resort_put_ms FROM this")?.query_row([], |row| row.get(0))?)
}

fn set_last_resort_put(cx: &Context<'_>, put_ms: u64) -> Result<(), Halt> {
    cx.db.prepare_cached("UPDATE this SET last_resort_put_ms = ?1")?.execute([put_ms])?;
    Ok(())
}

/// The server refused the newest one: nobody has it, and the one before is still given out.
fn take_last_resort_back(cx: &mut Context<'_>) -> Result<(), Halt> {
    let refused: Vec<u8> = cx.db.prepare_cached("SELECT last_resort FROM this")?.query_row([], |row| row.get(0))?;
    mls::taken(key_packages::forget(&mls::provider(cx), &refused))?;
    cx.db.prepare_cached("UPDATE this SET last_resort = last_resort_old, last_resort_old = x''")?.execute([])?;
    LastResort::Wanted.set(cx)
}

/// The private half of the one before ends also where nobody uses the newest.
fn forget_old_last_resort(cx: &mut Context<'_>) -> Result<(), Halt> {
    let put_ms = last_resort_put_ms(cx)?;
    if put_ms == 0 && LastResort::of(cx)? == LastResort::Kept {
        // Of an earlier version: it counts from here.
        return set_last_resort_put(cx, cx.now_ms);
    }
    if put_ms == 0 || is_within(cx.now_ms, put_ms, OLD_KEPT_MS) || cx.now_ms < put_ms {
        return Ok(());
    }
    let old: Vec<u8> = cx.db.prepare_cached("SELECT last_resort_old FROM this")?.query_row([], |row| row.get(0))?;
    if !old.is_empty() {
        mls::taken(key_packages::forget(&mls::provider(cx), &old))?;
        cx.db.prepare_cached("UPDATE this SET last_resort_old = x''")?.execute([])?;
    }
    Ok(())
}

/// One without an answer is sent again as it is; when a new one is made, the one
/// before stays for Welcomes that are under way, and the one before that is forgotten.
fn last_resort_to_put(cx: &mut Context<'_>) -> Result<Vec<u8>, Halt> {
    let (newest, old): (Vec<u8>, Vec<u8>) = cx
        .db
        .prepare_cached("SELECT last_resort, last_resort_old FROM this")?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    match LastResort::of(cx)? {
        LastResort::Kept => Ok(Vec::new()),
        LastResort::Made => Ok(newest),
        LastResort::Wanted => {
            mls::taken(key_packages::forget(&mls::provider(cx), &old))?;
            let made = make(cx, KeyPackageUse::LastResort, 1)?.pop().unwrap_or_default();
            cx.db
                .prepare_cached("UPDATE this SET last_resort = ?1, last_resort_old = ?2")?
                .execute(rusqlite::params![made, newest])?;
            LastResort::Made.set(cx)?;
            Ok(made)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::Output;
    use crate::testing::{phone, step};
    use proto::account::Problem;
    use rusqlite::Connection;

    const NOW_MS: u64 = 1_000 * HOUR_MS;

    /// The server took the newest package of last resort so long ago.
    fn was_put_before(db: &Connection, ago_ms: u64) {
        step(db, NOW_MS, |cx| set_last_resort_put(cx, NOW_MS - ago_ms).expect("set"));
    }

    /// How many requests to the server come of an input, and then of the next look at what can be done.
    fn asks(client: &mut Client, db: &Connection, input: impl Fn(&mut Client, &mut Context<'_>)) -> usize {
        let (_, out) = step(db, NOW_MS, |cx| {
            input(client, cx);
            client.fill_key_packages(cx).expect("go on");
        });
        out.iter().filter(|output| matches!(output, Output::Http(_))).count()
    }

    /// The server answers what was asked.
    fn answers(client: &mut Client, db: &Connection, reply: fn() -> Reply<PutKeyPackagesOk>) -> usize {
        asks(client, db, |client, cx| {
            client.calls.drop_where(|purpose| *purpose == Purpose::PutKeyPackages);
            client.on_key_packages_put(cx, reply()).expect("reply");
        })
    }

    #[test]
    fn a_server_that_never_has_any_gets_so_many_in_an_hour_and_no_more() {
        let (mut client, db) = phone();
        let (now_ms, batches) = (5 * HOUR_MS, MADE_PER_HOUR_MAX / BATCH);
        let made: usize = (0..2 * batches).map(|_| has_none(&mut client, &db, now_ms).len()).sum();
        assert_eq!(made, MADE_PER_HOUR_MAX);
        assert!(client.wakes.contains(&(now_ms + HOUR_MS)), "it goes on then");
        let made: usize = (0..2 * batches).map(|_| has_none(&mut client, &db, now_ms + HOUR_MS).len()).sum();
        assert_eq!(made, MADE_PER_HOUR_MAX);
    }

    /// The server says that it has none left; what is made for it.
    fn has_none(client: &mut Client, db: &Connection, now_ms: u64) -> Vec<Vec<u8>> {
        let (_, out) = step(db, now_ms, |cx| {
            client.calls.drop_where(|purpose| *purpose == Purpose::PutKeyPackages);
            client.on_key_packages_put(cx, Reply::Ok(PutKeyPackagesOk { left: 0 })).expect("reply");
        });
        out.iter().flat_map(packages_in).collect()
    }

    fn packages_in(output: &Output) -> Vec<Vec<u8>> {
        match output {
            Output::Http(request) => PutKeyPackages::decode(request.body.bytes()).expect("a request").packages,
            _ => Vec::new(),
        }
    }

    #[test]
    fn of_what_is_never_claimed_the_newest_private_halves_are_kept_and_no_more() {
        let (mut client, db) = phone();
        let halves = || db.query_row("SELECT count(*) FROM mls_key", [], |row| row.get::<_, usize>(0)).expect("count");
        let mut made = Vec::new();
        for hour in 5_u64.. {
            while let Some(batch) = Some(has_none(&mut client, &db, hour * HOUR_MS)).filter(|batch| !batch.is_empty()) {
                made.extend(batch);
            }
            if made.len() > KEPT_MAX {
                break;
            }
        }
        assert_eq!(halves(), KEPT_MAX + 1, "and that of last resort");
        let forget = |packages: &[Vec<u8>]| {
            let _ = step(&db, 1, |cx| {
                packages.iter().for_each(|p| key_packages::forget(&mls::provider(cx), p).expect("forgotten"));
            });
            halves()
        };
        let (old, new) = made.split_at(made.len() - KEPT_MAX);
        assert_eq!(forget(old), KEPT_MAX + 1, "they were forgotten before");
        assert_eq!(forget(new), 1);
    }

    #[test]
    fn a_refusal_is_not_answered_by_the_same_again() {
        let (mut client, db) = phone();
        let says_few = |client: &mut Client, cx: &mut Context<'_>| client.key_packages_left(cx, 30).expect("left");
        assert_eq!(asks(&mut client, &db, says_few), 1);
        assert_eq!(
            answers(&mut client, &db, || Reply::Problem(Problem::default())),
            0,
            "until the server speaks of it"
        );
        assert_eq!(asks(&mut client, &db, says_few), 1);
        assert_eq!(answers(&mut client, &db, || Reply::None), 0);
    }

    #[test]
    fn a_last_resort_package_that_is_used_while_others_are_put_is_replaced_after_them() {
        let (mut client, db) = phone();
        let has_enough = || Reply::Ok(PutKeyPackagesOk { left: 100 });
        assert_eq!(asks(&mut client, &db, |client, cx| client.key_packages_left(cx, 80).expect("left")), 1);
        assert_eq!(answers(&mut client, &db, has_enough), 0, "nobody has used it");
        assert_eq!(asks(&mut client, &db, |client, cx| client.key_packages_left(cx, 39).expect("left")), 1);
        was_put_before(&db, 2 * HOUR_MS);
        assert_eq!(asks(&mut client, &db, |client, cx| uses(client, cx, Used::Newest)), 0);
        assert_eq!(answers(&mut client, &db, has_enough), 1, "the new one");
        assert_eq!(answers(&mut client, &db, has_enough), 0);
    }

    /// Which package of last resort somebody used.
    #[derive(Clone, Copy)]
    enum Used {
        Newest,
        TheOneBefore,
    }

    fn uses(client: &mut Client, cx: &mut Context<'_>, used: Used) {
        let column = match used {
            Used::Newest => "last_resort",
            Used::TheOneBefore => "last_resort_old",
        };
        let package: Vec<u8> =
            cx.db.query_row(&format!("SELECT {column} FROM this"), [], |row| row.get(0)).expect("kept");
        let reference = key_packages::reference(&mls::provider(cx), &package).expect("read").expect("a package");
        client.renew_last_resort(cx, &reference).expect("renewed");
    }

    /// A phone that was away finds many Welcomes by the package of last resort: all are to be opened, also after the first led to a new one.
    #[test]
    fn the_last_resort_package_before_the_newest_may_be_used_again_and_again() {
        let (mut client, db) = phone();
        let has_enough = || Reply::Ok(PutKeyPackagesOk { left: 100 });
        let newest = || db.query_row("SELECT last_resort FROM this", [], |row| row.get::<_, Vec<u8>>(0)).expect("kept");
        assert_eq!(asks(&mut client, &db, |client, cx| client.key_packages_left(cx, 80).expect("left")), 1);
        assert_eq!(answers(&mut client, &db, has_enough), 0);
        was_put_before(&db, 2 * HOUR_MS);
        assert_eq!(asks(&mut client, &db, |client, cx| uses(client, cx, Used::Newest)), 1, "it is replaced");
        assert_eq!(answers(&mut client, &db, has_enough), 0);
        let second = newest();
        was_put_before(&db, 2 * HOUR_MS);
        let by_the_one_before = |client: &mut Client, cx: &mut Context<'_>| uses(client, cx, Used::TheOneBefore);
        assert_eq!(asks(&mut client, &db, by_the_one_before), 0, "the newest is unused");
        // Within an hour the newest is used as well.
        was_put_before(&db, 1);
        assert_eq!(asks(&mut client, &db, |client, cx| uses(client, cx, Used::Newest)), 0, "the hour is not over");
        assert_eq!(newest(), second);
        let (_, out) = step(&db, NOW_MS + HOUR_MS, |cx| client.fill_key_packages(cx).expect("go on"));
        assert_eq!(out.iter().filter(|output| matches!(output, Output::Http(_))).count(), 1, "it is");
        assert_ne!(newest(), second);
    }

    /// A server that keeps the newest back and goes on giving out the one before would have its private half kept.
    #[test]
    fn the_last_resort_package_before_the_newest_ends() {
        let (mut client, db) = phone();
        let has_enough = || Reply::Ok(PutKeyPackagesOk { left: 100 });
        let renewed = |client: &mut Client| {
            was_put_before(&db, 2 * HOUR_MS);
            assert_eq!(asks(client, &db, |client, cx| uses(client, cx, Used::Newest)), 1);
            assert_eq!(answers(client, &db, has_enough), 0);
        };
        let old =
            || db.query_row("SELECT last_resort_old FROM this", [], |row| row.get::<_, Vec<u8>>(0)).expect("read");
        assert_eq!(asks(&mut client, &db, |client, cx| client.key_packages_left(cx, 80).expect("left")), 1);
        assert_eq!(answers(&mut client, &db, has_enough), 0);
        renewed(&mut client);
        was_put_before(&db, OLD_UNDER_WAY_MS);
        assert_eq!(asks(&mut client, &db, |client, cx| uses(client, cx, Used::TheOneBefore)), 1, "a day later");
        assert_eq!(answers(&mut client, &db, has_enough), 0);
        renewed(&mut client);
        assert!(!old().is_empty());
        was_put_before(&db, OLD_KEPT_MS);
        asks(&mut client, &db, |client, cx| client.key_packages_left(cx, 80).expect("left"));
        assert!(old().is_empty(), "a week later");
    }

    #[test]
    fn a_last_resort_package_that_the_server_refuses_takes_no_other_ones_place() {
        let (mut client, db) = phone();
        let has_enough = || Reply::Ok(PutKeyPackagesOk { left: 100 });
        let kept = || {
            let read = |row: &rusqlite::Row<'_>| Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, Vec<u8>>(1)?));
            db.query_row("SELECT last_resort, last_resort_old FROM this", [], read).expect("read")
        };
        assert_eq!(asks(&mut client, &db, |client, cx| client.key_packages_left(cx, 80).expect("left")), 1);
        assert_eq!(answers(&mut client, &db, has_enough), 0);
        let given_out = kept().0;
        was_put_before(&db, 2 * HOUR_MS);
        assert_eq!(asks(&mut client, &db, |client, cx| uses(client, cx, Used::Newest)), 1);
        assert_eq!(kept().1, given_out);
        answers(&mut client, &db, || Reply::Problem(Problem::default()));
        assert_eq!(kept(), (given_out.clone(), Vec::new()));
        assert_eq!(asks(&mut client, &db, |client, cx| client.key_packages_left(cx, 80).expect("left")), 1, "again");
        assert_eq!(kept().1, given_out, "it can still be opened");
    }
}
