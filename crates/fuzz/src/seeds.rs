//! Seeds: small real inputs for each target, kept in `seeds/TARGET/NAME`. Owns where they lie and how they are made; what once
//! failed lies beside them as `found-…`, and is never made again.

use crate::real::{Values, link, values};
use crate::targets::TARGETS;
use anyhow::{Context as _, Result};
use client_api::{Command, Event, Request, wire};
use e2ee::archive::SegmentWriter;
use e2ee::backup::{BackupKey, Outside, RecoveryKey, seal_head, tail};
use e2ee::marks::{MarkKind, seal_mark};
use e2ee::profile::seal_profile;
use prost::Message as _;
use proto::backup::Manifest;
use proto::content::{ArchiveSegment, ProfileBody};
use proto::history::{Deleted, Frame, frame};
use proto::ids::{AccountId, ChatId, ServerId, mls_group_id};
use proto::qr::{ContactCode, JoinCode, SafetyCode};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng as _;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Seeds of one target that are made.
const MADE_MAX: usize = 24;
/// How the names of those that once failed begin.
const FOUND: &str = "found-";

/// A seed's name and bytes.
pub type Seed = (String, Vec<u8>);

/// The folder of a target's seeds.
pub fn folder(target: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds").join(target)
}

/// What is kept for a target, in the order of names.
pub fn kept(target: &str) -> Result<Vec<Seed>> {
    let folder = folder(target);
    let entries = fs::read_dir(&folder).with_context(|| format!("no seeds in {}", folder.display()))?;
    let mut seeds = Vec::new();
    for entry in entries {
        let entry = entry?;
        seeds.push((entry.file_name().to_string_lossy().into_owned(), fs::read(entry.path())?));
    }
    seeds.sort();
    Ok(seeds)
}

/// Makes all anew. What once failed stays.
pub fn write_all() -> Result<()> {
    for target in TARGETS {
        let folder = folder(target.name);
        fs::create_dir_all(&folder)?;
        for (name, _) in kept(target.name)?.iter().filter(|(name, _)| !name.starts_with(FOUND)) {
            fs::remove_file(folder.join(name))?;
        }
        for (name, bytes) in made(target.name)?.into_iter().filter(|(_, bytes)| bytes.len() <= target.len_max) {
            fs::write(folder.join(name), bytes)?;
        }
    }
    Ok(())
}

fn numbered(seeds: impl IntoIterator<Item = Vec<u8>>) -> Vec<Seed> {
    let mut seen = BTreeSet::new();
    let different = seeds.into_iter().filter(|seed| seen.insert(seed.clone()));
    (1..).zip(different.take(MADE_MAX)).map(|(number, bytes): (u32, _)| (format!("{number:02}"), bytes)).collect()
}

/// Of values that are alike, the first of each kind: its first bytes name the field of a message.
fn varied(values: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let mut seen = BTreeSet::new();
    let kind = |bytes: &[u8]| bytes.iter().take(4).filter(|byte| **byte & 7 == 2).copied().collect::<Vec<u8>>();
    values.iter().filter(|value| seen.insert((kind(value), value.len().checked_ilog2()))).cloned().collect()
}

/// The seeds of a target, from values of this process.
fn made(target: &str) -> Result<Vec<Seed>> {
    let values = values();
    Ok(match target {
        "client-frame" => numbered(varied(&values.client_frames)),
        "server-frame" => numbered(varied(&values.server_frames)),
        "bodies" => numbered(bodies(values)),
        "page-request" => numbered(requests()),
        "page-events" => numbered([vec![Event::Ready], events()].map(|events| wire::encode_events(&events))),
        "codes" => numbered(codes()),
        "ids" => numbered([vec![7; 16], mls_group_id(ChatId([1; 16]), proto::ids::Generation(3)).to_vec()]),
        "config" => numbered(configs()),
        "certificate" => numbered(values.certificates.clone()),
        "device-list" => numbered(values.device_lists.clone()),
        "policy" => numbered(values.policies.clone()),
        "mls-message" => {
            let kinds = [&values.key_packages, &values.welcomes, &values.group_infos, &values.log_items];
            numbered(kinds.into_iter().flat_map(|kind| varied(kind).into_iter().take(4)))
        }
        "ratchet-tree" => numbered(varied(&values.ratchet_trees)),
        "group" => numbered(group_scripts()),
        "stored-group" => numbered(stored_scripts()),
        "archive-sealed" => numbered(sealed_segments()?),
        "archive-blocks" => numbered(block_seeds()?),
        "backup" => numbered(backups()?),
        "sealed" => numbered(sealed_values()?),
        "link-bundle" => numbered([vec![0, 0], vec![0, 1, 0, 0, 20, 1], [&[255, 1, 0][..], &link().bundle].concat()]),
        "link-slot" => numbered([vec![0, 0, 1, 1, 0], vec![0, 1, 1, 0, 9, 3], vec![1, 0], vec![0, 0, 1, 0, 0]]),
        "client" => numbered(client_scripts()),
        "server" => numbered(server_scripts()),
        "http" => numbered(http_scripts()),
        other => anyhow::bail!("nobody makes seeds for {other}"),
    })
}

/// The bodies of calls, under the number of each message that can read them and gives all of it back.
fn bodies(values: &Values) -> Vec<Vec<u8>> {
    let places = [
        ("/v1/register/code", 2, 3),
        ("/v1/register/verify", 4, 5),
        ("/v1/register", 6, 7),
        ("/v1/session/challenge", 255, 8),
        ("/v1/session", 9, 10),
        ("/v1/lookup", 12, 13),
        ("/v1/account", 255, 15),
        ("/v1/devices/get", 16, 17),
        ("/v1/devices", 18, 255),
        ("/v1/key_packages/claim", 21, 22),
        ("/v1/profile", 23, 255),
        ("/v1/profiles", 24, 25),
        ("/v1/link/open", 26, 30),
        ("/v1/link/get", 27, 28),
        ("/v1/link/put", 29, 30),
        ("/v1/server", 255, 1),
    ];
    let mut seeds = Vec::new();
    for (path, request, answer) in places {
        let Some(call) = values.calls.iter().find(|call| call.request.path == path && call.answer.status < 300) else {
            continue;
        };
        for (place, body) in [(request, call.request.body.bytes()), (answer, &call.answer.body)] {
            if place != 255 {
                seeds.push([&[place][..], body].concat());
            }
        }
    }
    let more = [(42, values.certificates.first()), (43, values.device_lists.first()), (45, values.policies.first())];
    seeds.extend(more.into_iter().filter_map(|(place, value)| Some([&[place][..], value?].concat())));
    let slots = [46, 47].into_iter().zip(&values.link_slots);
    seeds.extend(slots.map(|(place, slot)| [&[place][..], slot].concat()));
    let contents = values.contents.iter().take(2).map(|content| [&[32][..], content].concat());
    seeds.splice(0..0, contents);
    seeds
}

fn requests() -> Vec<Vec<u8>> {
    let chat = client_api::ChatId([1; 16]);
    let commands = [
        Command::Refresh,
        Command::RequestCode { number: "+4915112345678".into(), invite: None },
        Command::SetProfile { name: "Ada".into(), about: String::new(), photo: Some(vec![1, 2, 3]) },
        Command::SendText { chat, text: "hello".into(), written_for: None, answers: None },
        Command::SetMuted { chat, until_ms: u64::MAX },
        Command::SetSettings(client_api::Settings::default()),
    ];
    (1..).zip(commands).map(|(id, command)| wire::encode_request(&Request { id, command })).collect()
}

fn events() -> Vec<Event> {
    vec![
        Event::Stage(client_api::AppStage::Active),
        Event::Settings(client_api::Settings::default()),
        Event::Notice(client_api::Notice::ServerNotTrusted { what: "another server".into() }),
    ]
}

fn codes() -> Vec<Vec<u8>> {
    let contact =
        ContactCode { account: AccountId([5; 16]), server_id: ServerId([4; 16]), number: "+4915112345678".into() };
    let join = JoinCode {
        server_id: ServerId([4; 16]),
        chat: ChatId([6; 16]),
        call: true,
        secret: [7; 16],
        admins: vec![AccountId([5; 16]), AccountId([6; 16])],
        name: "Climbers".into(),
    };
    let texts = [
        link().code.to_text(),
        contact.to_text(),
        format!("https://chat.example/phone#{}", contact.to_text()),
        SafetyCode(vec![7; 88]).to_text(),
        format!("  {} \r\n", link().code.to_text().to_lowercase()),
        "HG2:AAAA".to_owned(),
        wire::greeting(),
        format!("https://chat.example/#/join/{}", join.to_text()),
    ];
    texts.map(String::into_bytes).to_vec()
}

fn configs() -> Vec<Vec<u8>> {
    let texts = [
        "listen = \"127.0.0.1:8470\"\nhttps_listen = \"off\"\nname = \"Ours\"\ndefault_region = \"FR\"\n",
        "tls_cert = \"a.pem\"\ntls_key = \"a.key\"\nblob_quota_mb = 18446744073709551615\n",
        "rate_limit_factor = 1\nconnections_max = 5\ntrusted_proxies = [\"10.0.0.1\", \"::1\"]\nlog_format = \"json\"\n",
        "message_retention_days = 90\nregistration_open = false\n",
    ];
    texts.map(|text| text.as_bytes().to_vec()).to_vec()
}

fn history() -> Vec<Frame> {
    let gone = |number| Deleted { message_id: vec![number; 16], chat: vec![1; 16] };
    let message = proto::history::Message {
        message_id: vec![1; 16],
        chat: vec![1; 16],
        account: vec![2; 16],
        device: 1,
        time_ms: 1,
        seq: 1,
        sent_ms: 1,
        content: b"hello hello hello hello hello".repeat(20),
        delivered_ms: 1,
        read_ms: 2,
    };
    let bodies = [frame::Body::Message(message), frame::Body::Deleted(gone(1)), frame::Body::Deleted(gone(2))];
    bodies.map(|body| Frame { body: Some(body) }).to_vec()
}

fn segment() -> Result<Vec<u8>> {
    let mut writer = SegmentWriter::new(&crate::targets::KEY);
    let mut bytes = Vec::new();
    for frame in history() {
        bytes.extend(writer.push(&frame)?);
    }
    bytes.extend(writer.finish()?.bytes);
    Ok(bytes)
}

/// A head, a manifest, the end of a file, and a recovery key.
fn backups() -> Result<Vec<Vec<u8>>> {
    let segment = ArchiveSegment { size: 9, sha256: vec![1; 32], key: vec![2; 32], ..ArchiveSegment::default() };
    let manifest =
        Manifest { account_key: vec![3; 32], self_chat: vec![4; 16], segments: vec![segment], ..Manifest::default() };
    let outside = Outside { account: AccountId([1; 16]), made_ms: 2 };
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let head = seal_head(&BackupKey::from_bytes(&crate::targets::KEY), outside, &manifest, &mut rng)?;
    let text = RecoveryKey::generate(&mut rng).to_text();
    Ok(vec![
        [&[0][..], &head].concat(),
        [&[1][..], &manifest.encode_to_vec()].concat(),
        [&[2][..], &tail(&head)].concat(),
        [&[3][..], text.as_bytes()].concat(),
    ])
}

fn sealed_segments() -> Result<Vec<Vec<u8>>> {
    let segment = segment()?;
    let empty = SegmentWriter::new(&crate::targets::KEY).finish()?.bytes;
    // Another key's, as a phone uploaded it.
    let foreign = values().segments.iter().min_by_key(|segment| segment.len()).cloned().unwrap_or_default();
    Ok(vec![
        [&[9][..], &foreign].concat(),
        [&[0][..], &segment].concat(),
        [&[200][..], &segment].concat(),
        [&[3][..], &empty].concat(),
    ])
}

/// A block as a segment holds it, made by hand: what is packed and what is not.
fn block_seeds() -> Result<Vec<Vec<u8>>> {
    let mut frames = Vec::new();
    for frame in history() {
        let body = frame.encode_to_vec();
        frames.extend(u32::try_from(body.len())?.to_be_bytes());
        frames.push(1);
        frames.extend(body);
    }
    let block = |window: Option<u8>| -> Result<Vec<u8>> {
        // RFC 8878: magic number, descriptor, window or size, then one raw block that is the last.
        let mut packed = vec![0x28, 0xB5, 0x2F, 0xFD];
        match window {
            Some(window) => packed.extend([0x00, window]),
            None => packed.extend([&[0x60][..], &u16::try_from(frames.len() - 256)?.to_le_bytes()].concat()),
        }
        let header = (u32::try_from(frames.len())? << 3) | 1;
        packed.extend(header.to_le_bytes().into_iter().take(3));
        packed.extend(&frames);
        let lens = [packed.len(), frames.len()].map(|len| u32::try_from(len).unwrap_or(0).to_be_bytes());
        Ok([&[255][..], &lens.concat(), &packed].concat())
    };
    let one = block(None)?;
    let two = [one.as_slice(), one.get(1..).unwrap_or_default()].concat();
    Ok(vec![one, two, block(Some(0x38))?])
}

fn sealed_values() -> Result<Vec<Vec<u8>>> {
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let key = &crate::targets::KEY;
    let body = ProfileBody { name: "Ada".into(), version: 1, ..ProfileBody::default() };
    Ok(vec![
        seal_mark(key, (ChatId([1; 16]), 3), MarkKind::Read, b"a mark", &mut rng),
        seal_mark(key, (ChatId([1; 16]), 3), MarkKind::Ephemeral, b"", &mut rng),
        seal_profile(key, AccountId([1; 16]), &body, &mut rng)?,
    ])
}

/// Every item to every group, every Welcome, every group information, key packages.
fn group_scripts() -> Vec<Vec<u8>> {
    let mut scripts: Vec<Vec<u8>> = (0..12).map(|item| vec![0, item * 2, 0, 8, item * 2 + 1, 0]).collect();
    scripts.extend((0..4).map(|welcome| vec![4, welcome, 0, welcome, 0, 1]));
    scripts.extend((0..6).map(|info| vec![5 + 8 * (info % 2), info, 0, info / 2, 0]));
    scripts.push(vec![7, 0, 0, 7, 1, 1, 0, 0, 40, 9]);
    scripts
}

fn stored_scripts() -> Vec<Vec<u8>> {
    (0..20).map(|row| vec![row % 2, row, 0, 1, row, 0, row * 3, 255]).collect()
}

fn client_scripts() -> Vec<Vec<u8>> {
    let told = |steps: usize| [0, 4].repeat(steps);
    let says = |speaker: u8, content: u8| {
        [&[0, 0, 0, 4, 9][..], &[speaker, content, 0, 0, 0], &[4, 4, 13, 0, 50, 0, 1]].concat()
    };
    let mut scripts = vec![told(32)];
    scripts.extend((0..12).map(|content| says(content % 2, content)));
    scripts.extend([
        [told(10).as_slice(), &[7, 8, 0, 0, 0, 0, 0, 0, 100, 0, 14, 0, 0, 4]].concat(),
        [told(6).as_slice(), &[13, 0, 50, 5, b'h', b'e', b'l', b'l', b'o', 2, 11, 3, 9, 0, 11, 4, 9, 0]].concat(),
        [told(6).as_slice(), &[5, 0, 0, 1, 5, 0, 9, 0, 5, 9, 0, 0, 6]].concat(),
        [told(6).as_slice(), &[12, 0, 1, 3, 2, 0, 0, 12, 1, 0, 3, 1, 5, 0]].concat(),
        [told(6).as_slice(), &[15, 0, 2, 1, 9, 0, 15, 0, 0, 1, 14]].concat(),
    ]);
    scripts
}

fn server_scripts() -> Vec<Vec<u8>> {
    vec![
        vec![0; 24],
        [0, 8].repeat(12),
        vec![0, 8, 3, 1, 1, 0, 0, 9, 1, 11, 2, 1, 2, 0, 40],
        vec![0, 8, 4, 5, 0, 4, 9, 0, 4, 20, 0, 12, 30, 0],
        vec![8, 0, 5, 0, 4, 8, 1, 42, 0, 6, 255, 255, 7, 0],
        vec![0, 4, 3, 0, 4, 7, 0, 4, 12, 0, 4, 16, 0, 4, 24, 0, 4, 33, 0],
    ]
}

fn http_scripts() -> Vec<Vec<u8>> {
    let mut scripts: Vec<Vec<u8>> = (0..12).map(|call| vec![0, call * 3, 1, call * 3 + 1, 0, 1, 0, 0, 3, 8]).collect();
    scripts.extend([
        // A blob: made, filled, read in parts.
        vec![
            2, 1, 255, 0, 9, b'/', b'v', b'1', b'/', b'b', b'l', b'o', b'b', b's', 2, 4, 2, 0, 3, 6, 0, 2, 0, 255, 0, 0,
        ],
        vec![2, 0, 3, 0, 1, 1, 3, 0, 2, 0, 255, 0, 0],
        vec![2, 2, 4, 0, 1, 0, 0, 0, 0, 255, 0, 2, 10, 1],
        // One of more bytes than there are.
        vec![
            2, 1, 255, 0, 9, b'/', b'v', b'1', b'/', b'b', b'l', b'o', b'b', b's', 2, 4, 2, 0, 3, 7, 0, 2, 0, 255, 0, 0,
        ],
    ]);
    scripts
}
