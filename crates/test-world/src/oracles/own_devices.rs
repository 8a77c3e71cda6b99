//! Devices of one account: the same state, the same device list as the server, and mirrors that are whole.

use super::{Alive, Findings, Oracle};
use crate::texts;
use crate::world::World;
use anyhow::Result;
use client_api::Role;
use identity::VerifiedDeviceList;
use rusqlite::Connection;
use std::collections::{BTreeMap, BTreeSet};

/// Own-device state: values by key.
type State = BTreeMap<String, Vec<u8>>;

pub(crate) fn check(world: &World, alive: &[Alive<'_>], findings: &mut Findings) -> Result<()> {
    let lists = lists_at_server(world)?;
    let mut first_of: BTreeMap<[u8; 16], (&Alive<'_>, State)> = BTreeMap::new();
    for device in alive {
        let name = device.name();
        let here = state(&device.device.db)?;
        match first_of.get(&device.account) {
            None => _ = first_of.insert(device.account, (device, here)),
            Some((other, theirs)) if *theirs != here => {
                let keys: BTreeSet<&String> = theirs.keys().chain(here.keys()).collect();
                let differing: Vec<&String> =
                    keys.into_iter().filter(|key| theirs.get(*key) != here.get(*key)).collect();
                let other = other.name();
                findings.add(Oracle::OwnDevicesAgree, format!("{other:?} and {name:?} differ in {differing:?}"));
            }
            Some(_) => {}
        }
        let own: Vec<u8> = device.device.db.query_row("SELECT device_list FROM this", [], |row| row.get(0))?;
        let known = lists.get(&device.account);
        findings.unless(known == Some(&own), Oracle::OwnDevicesAgree, || {
            format!("{name:?} has another list than the server")
        });
        listed(device, alive, &own, findings)?;
        if device.device.role() == Role::Companion {
            mirror(device, findings)?;
        }
    }
    Ok(())
}

/// Nobody is on the list but those who are there.
fn listed(device: &Alive<'_>, alive: &[Alive<'_>], list: &[u8], findings: &mut Findings) -> Result<()> {
    let listed: BTreeSet<u32> = VerifiedDeviceList::verify(list)?.addresses().map(|address| address.device.0).collect();
    let there: BTreeSet<u32> =
        alive.iter().filter(|other| other.account == device.account).map(|other| other.number).collect();
    findings.unless(listed == there, Oracle::OwnDevicesAgree, || {
        format!("{:?} lists {listed:?}, there are {there:?}", device.name())
    });
    Ok(())
}

fn lists_at_server(world: &World) -> Result<BTreeMap<[u8; 16], Vec<u8>>> {
    world.backend.look(|db| {
        let mut statement = db.prepare_cached("SELECT account, signed FROM device_list")?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    })
}

/// What all own devices hold, without the farewells of those that went and without what is set to nothing.
fn state(db: &Connection) -> Result<State> {
    let mut statement =
        db.prepare_cached("SELECT key, value FROM state WHERE key NOT LIKE 'leave/%' AND length(value) > 0")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn mirror(device: &Alive<'_>, findings: &mut Findings) -> Result<()> {
    const LEFT: [(&str, &str); 4] = [
        ("no word of its end", "SELECT count(*) FROM this WHERE import_segments IS NULL"),
        ("segments to fetch", "SELECT count(*) FROM import_segment WHERE done = 0"),
        ("chats that do not agree with the phone", "SELECT count(*) FROM completeness WHERE state <> 2"),
        (
            "chats with a gap before their joining",
            "SELECT count(*) FROM chat WHERE membership = 1 AND kind <> 1 AND join_seq > archived_seq + 1",
        ),
    ];
    for (what, sql) in LEFT {
        let left = texts::number(&device.device.db, sql)?;
        findings.unless(left == 0, Oracle::MirrorComplete, || format!("{:?}: {left} {what}", device.name()));
    }
    Ok(())
}
