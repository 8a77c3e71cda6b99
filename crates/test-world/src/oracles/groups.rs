//! Chats as groups: one for each pair, all members in the same epoch with the same secrets, and nobody else.

use super::{Alive, DIRECT, Findings, GROUP, JOINED, LEFT, Oracle, many};
use crate::world::World;
use anyhow::Result;
use e2ee::{ChatGroup, Provider};
use proto::ids::{ChatId, Generation};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng as _;
use std::collections::{BTreeMap, BTreeSet};

type Address = ([u8; 16], u32);
/// Two accounts and the kind of their chat.
type Pair = ([u8; 16], [u8; 16], u32);

/// A group as the server has it.
struct AtServer {
    generation: u32,
    epoch: u64,
    head_seq: u64,
    members: BTreeSet<Address>,
}

/// A group as a device has it.
struct AtDevice {
    admins: BTreeSet<[u8; 16]>,
    epoch: u64,
    authenticator: Vec<u8>,
    roster: BTreeSet<Address>,
}

pub(crate) fn check(world: &World, alive: &[Alive<'_>], findings: &mut Findings) -> Result<()> {
    let server = at_server(world)?;
    one_chat(alive, &server, findings);
    for (chat, group) in &server {
        // In a group of many are all devices of the accounts that have a leaf there; whoever has none may know it as one that is over.
        let is_many = alive.iter().any(|device| device.chats.get(chat).is_some_and(|held| held.kind == GROUP));
        let inside: BTreeSet<[u8; 16]> = group.members.iter().map(|(account, _)| *account).collect();
        // Whoever is alone in a group and leaves it takes its last leaves along, and nobody is there who could take them out.
        let of_those_inside = || alive.iter().filter(|device| inside.contains(&device.account));
        // A device that was linked later never knew of it.
        let over = |device: &Alive<'_>| device.chats.get(chat).is_none_or(|held| held.membership == LEFT);
        let knows = |device: &Alive<'_>| device.chats.contains_key(chat);
        if is_many && inside.len() == 1 && of_those_inside().any(knows) && of_those_inside().all(over) {
            continue;
        }
        let holders: Vec<&Alive<'_>> = alive
            .iter()
            .filter(|device| match is_many {
                true => inside.contains(&device.account),
                false => device.chats.contains_key(chat),
            })
            .collect();
        for device in alive.iter().filter(|device| is_many && !inside.contains(&device.account)) {
            let is_over = device.chats.get(chat).is_none_or(|held| held.membership == LEFT);
            findings.unless(is_over, Oracle::SameRoster, || {
                format!("{:?} takes part in {}, where its account is not", device.name(), short(chat))
            });
        }
        let entitled: BTreeSet<Address> = holders.iter().map(|device| (device.account, device.number)).collect();
        findings.unless(group.members == entitled, Oracle::SameRoster, || {
            format!(
                "the server has {} members in {}, there are {} devices",
                group.members.len(),
                short(chat),
                entitled.len()
            )
        });
        let mut first: Option<(&Alive<'_>, AtDevice)> = None;
        for device in holders {
            let name = device.name();
            let Some(held) = device.chats.get(chat) else {
                findings.add(Oracle::OneChat, format!("{name:?} does not know {}", short(chat)));
                continue;
            };
            findings.unless(
                held.membership == JOINED && held.generation == group.generation,
                Oracle::SameEpoch,
                || format!("{name:?} holds {} as {held:?}", short(chat)),
            );
            findings.unless(held.applied_seq == group.head_seq, Oracle::SameEpoch, || {
                format!("{name:?} followed {} to {} of {}", short(chat), held.applied_seq, group.head_seq)
            });
            let Some(here) = at_device(device, *chat, held.generation)? else {
                findings.add(Oracle::SameEpoch, format!("{name:?} has no group of {}", short(chat)));
                continue;
            };
            findings.unless(here.epoch == group.epoch, Oracle::SameEpoch, || {
                format!("{name:?} is in epoch {} of {}, the server in {}", here.epoch, short(chat), group.epoch)
            });
            findings.unless(here.roster == entitled, Oracle::SameRoster, || {
                format!(
                    "{name:?} sees {:?} in {}, there are {:?}",
                    numbers(&here.roster),
                    short(chat),
                    numbers(&entitled)
                )
            });
            if is_many {
                many::names(device, chat, (&inside, &here.admins), findings)?;
            }
            match &first {
                None => first = Some((device, here)),
                Some((other, there)) => {
                    findings.unless(there.authenticator == here.authenticator, Oracle::SameEpoch, || {
                        format!("{:?} and {name:?} have other secrets in {}", other.name(), short(chat))
                    });
                }
            }
        }
    }
    Ok(())
}

/// Each pair of accounts has at most one chat; devices of an account hold the same ones; all are at the server.
fn one_chat(alive: &[Alive<'_>], server: &BTreeMap<[u8; 16], AtServer>, findings: &mut Findings) {
    let mut of_pair: BTreeMap<Pair, BTreeSet<[u8; 16]>> = BTreeMap::new();
    let mut of_account: BTreeMap<[u8; 16], (&Alive<'_>, BTreeSet<[u8; 16]>)> = BTreeMap::new();
    for device in alive {
        for (chat, held) in &device.chats {
            if held.kind == GROUP {
                findings.unless(server.contains_key(chat), Oracle::OneChat, || {
                    format!("{:?} holds the group {}, which the server does not know", device.name(), short(chat))
                });
                continue;
            }
            let pair = (device.account.min(held.peer), device.account.max(held.peer), held.kind);
            of_pair.entry(pair).or_default().insert(*chat);
            findings.unless(server.contains_key(chat), Oracle::OneChat, || {
                format!("{:?} holds {}, which the server does not know", device.name(), short(chat))
            });
        }
        // Groups that are over one device may know, and one that was linked later not.
        let is_over = |held: &super::Held| held.kind == GROUP && held.membership == LEFT;
        let chats: BTreeSet<[u8; 16]> =
            device.chats.iter().filter(|(_, held)| !is_over(held)).map(|(chat, _)| *chat).collect();
        match of_account.get(&device.account) {
            None => _ = of_account.insert(device.account, (device, chats)),
            Some((other, theirs)) => findings.unless(*theirs == chats, Oracle::OneChat, || {
                format!("{:?} has {} chats, {:?} has {}", other.name(), theirs.len(), device.name(), chats.len())
            }),
        }
        let partners = alive.iter().filter(|other| other.account != device.account);
        for other in partners {
            let theirs = |chats: &BTreeMap<[u8; 16], super::Held>, peer: [u8; 16]| {
                chats.iter().find(|(_, held)| held.kind == DIRECT && held.peer == peer).map(|(chat, _)| *chat)
            };
            findings.unless(
                theirs(&device.chats, other.account) == theirs(&other.chats, device.account),
                Oracle::OneChat,
                || format!("{:?} and {:?} do not mean the same chat", device.name(), other.name()),
            );
        }
    }
    for ((_, _, kind), chats) in of_pair {
        findings
            .unless(chats.len() == 1, Oracle::OneChat, || format!("{} chats of one pair, kind {kind}", chats.len()));
    }
}

fn at_server(world: &World) -> Result<BTreeMap<[u8; 16], AtServer>> {
    world.backend.look(|db| {
        let mut groups = BTreeMap::new();
        let mut statement = db.prepare_cached("SELECT chat, generation, epoch, head_seq FROM chat_group")?;
        let rows = statement.query_map([], |row| {
            let (generation, epoch, head_seq) = (row.get(1)?, row.get(2)?, row.get(3)?);
            Ok((row.get::<_, [u8; 16]>(0)?, AtServer { generation, epoch, head_seq, members: BTreeSet::new() }))
        })?;
        for row in rows {
            let (chat, group) = row?;
            groups.insert(chat, group);
        }
        let mut statement = db.prepare_cached("SELECT chat, account, device FROM member WHERE until_seq IS NULL")?;
        let rows = statement.query_map([], |row| Ok((row.get::<_, [u8; 16]>(0)?, (row.get(1)?, row.get(2)?))))?;
        for row in rows {
            let (chat, member) = row?;
            if let Some(group) = groups.get_mut(&chat) {
                group.members.insert(member);
            }
        }
        Ok(groups)
    })
}

fn at_device(device: &Alive<'_>, chat: [u8; 16], generation: u32) -> Result<Option<AtDevice>> {
    // Nothing is drawn from it: reading a group changes nothing.
    let provider = Provider::new(&device.device.db, &mut ChaCha20Rng::seed_from_u64(0));
    let Some(group) = ChatGroup::load(&provider, ChatId(chat), Generation(generation))? else { return Ok(None) };
    let roster = group.roster()?.into_iter().map(|entry| (entry.address.account.0, entry.address.device.0));
    let admins = group.policy().admins.iter().map(|account| account.0).collect();
    Ok(Some(AtDevice {
        admins,
        epoch: group.epoch(),
        authenticator: group.epoch_authenticator(),
        roster: roster.collect(),
    }))
}

fn numbers(roster: &BTreeSet<Address>) -> Vec<String> {
    roster.iter().map(|(account, device)| format!("{}/{device}", short(account))).collect()
}

pub(crate) fn short(id: &[u8; 16]) -> String {
    let [a, b, ..] = id;
    format!("{a:02x}{b:02x}")
}
