//! The values on the tapes, sorted by what decodes them.

use super::{PHONE, chats, database, recording};
use anyhow::Result;
use identity::{ChatKind, ChatPolicy, VerifiedDeviceList};
use prost::Message as _;
use proto::account::{LinkOpen, LinkPut, PutDeviceList, PutKeyPackages, Register};
use proto::content::content::Body;
use proto::content::{
    ArchiveManifest, ArchiveReport, ArchiveSegment, AuthenticatedData, ChatDiffers, Content, Fill, FillRequest, Joined,
    JoinedChat, ProfileKey, Resent, RetryRequest, SeqRange, StateDigest, StateOp, StateOps, Text,
};
use proto::ids::{AccountId, Generation};
use proto::wire::{ClientFrame, ServerFrame, client_frame, group_item, item, reply, server_frame};
use rusqlite::Connection;
use std::sync::LazyLock;
use test_world::recording::Call;

/// What was recorded, by kind. Each in the order in which it was said.
#[derive(Default)]
pub struct Values {
    /// Of all clients.
    pub client_frames: Vec<Vec<u8>>,
    /// To all clients.
    pub server_frames: Vec<Vec<u8>>,
    /// HTTP calls.
    pub calls: Vec<Call>,
    /// `MLSMessage(KeyPackage)`.
    pub key_packages: Vec<Vec<u8>>,
    /// `MLSMessage(Welcome)`.
    pub welcomes: Vec<Vec<u8>>,
    /// As they come with Welcomes and group information.
    pub ratchet_trees: Vec<Vec<u8>>,
    /// `MLSMessage(GroupInfo)`.
    pub group_infos: Vec<Vec<u8>>,
    /// `MLSMessage(PrivateMessage)` and `MLSMessage(PublicMessage)`.
    pub log_items: Vec<Vec<u8>>,
    /// `SignedDeviceList`.
    pub device_lists: Vec<Vec<u8>>,
    /// `SignedDeviceCert`.
    pub certificates: Vec<Vec<u8>>,
    /// `ChatPolicy`.
    pub policies: Vec<Vec<u8>>,
    /// What lay in the rendezvous.
    pub link_slots: Vec<Vec<u8>>,
    /// Sealed archive segments.
    pub segments: Vec<Vec<u8>>,
    /// `Content`, one of each kind.
    pub contents: Vec<Vec<u8>>,
    /// `AuthenticatedData`.
    pub aads: Vec<Vec<u8>>,
}

static VALUES: LazyLock<Values> = LazyLock::new(|| sort().expect("what real clients say can be read"));

/// Those of this process.
pub fn values() -> &'static Values {
    &VALUES
}

fn sort() -> Result<Values> {
    let mut values = Values::default();
    {
        let recording = recording();
        for tape in [&recording.before, &recording.after] {
            values.client_frames.extend(tape.to_server.iter().map(|(_, bytes)| bytes.clone()));
            values.server_frames.extend(tape.to_client.iter().map(|(_, bytes)| bytes.clone()));
            values.calls.extend(tape.calls.iter().cloned());
        }
    }
    for bytes in values.client_frames.clone() {
        values.take_client_frame(&ClientFrame::decode(bytes.as_slice())?);
    }
    for bytes in values.server_frames.clone() {
        values.take_server_frame(&ServerFrame::decode(bytes.as_slice())?);
    }
    for call in values.calls.clone() {
        values.take_call(&call)?;
    }
    for list in values.device_lists.clone() {
        let list = VerifiedDeviceList::verify(&list)?;
        values.certificates.extend(list.devices().filter_map(|cert| list.credential_of(cert.device)));
        let (account, other) = (list.account(), AccountId([9; 16]));
        let chat = proto::ids::ChatId([3; 16]);
        values.policies.push(ChatPolicy::for_self(chat, Generation(1), account).encode());
        values.policies.push(ChatPolicy::for_direct(chat, Generation(2), account, other).encode());
    }
    let db = database(PHONE)?;
    values.contents = contents(&db)?;
    values.aads = vec![Vec::new(), aad(1, 1), aad(u64::MAX, u64::MAX)];
    Ok(values)
}

fn aad(last_seq: u64, list_version: u64) -> Vec<u8> {
    AuthenticatedData { last_seq, chain_hash: vec![1; 32], list_version, list_hash: vec![2; 32] }.encode_to_vec()
}

impl Values {
    fn take_commit(&mut self, commit: &proto::wire::Commit) {
        self.log_items.push(commit.commit.clone());
        self.group_infos.push(commit.group_info.clone());
        self.welcomes.extend(commit.welcomes.iter().map(|welcome| welcome.welcome.clone()));
    }

    fn take_client_frame(&mut self, frame: &ClientFrame) {
        match &frame.body {
            Some(client_frame::Body::Commit(commit)) => self.take_commit(commit),
            Some(client_frame::Body::CommitBatch(batch)) => batch.commits.iter().for_each(|c| self.take_commit(c)),
            Some(client_frame::Body::GroupCreate(create)) => {
                self.group_infos.push(create.group_info.clone());
                create.first_commit.iter().for_each(|commit| self.take_commit(commit));
            }
            _ => {}
        }
    }

    fn take_item(&mut self, item: &proto::wire::GroupItem) {
        if item.kind() != group_item::Kind::Create {
            self.log_items.push(item.bytes.clone());
        }
    }

    fn take_server_frame(&mut self, frame: &ServerFrame) {
        match &frame.body {
            Some(server_frame::Body::Item(item)) => match &item.body {
                Some(item::Body::Group(group)) => self.take_item(group),
                Some(item::Body::Welcome(welcome)) => {
                    self.welcomes.push(welcome.welcome.clone());
                    self.ratchet_trees.push(welcome.ratchet_tree.clone());
                }
                None => {}
            },
            Some(server_frame::Body::Reply(reply)) => match &reply.body {
                Some(reply::Body::GroupInfo(info)) => {
                    self.group_infos.push(info.group_info.clone());
                    self.ratchet_trees.push(info.ratchet_tree.clone());
                }
                Some(reply::Body::LogPage(page)) => page.items.iter().for_each(|item| self.take_item(item)),
                _ => {}
            },
            _ => {}
        }
    }

    fn take_call(&mut self, call: &Call) -> Result<()> {
        let body = call.request.body.bytes();
        match call.request.path.as_str() {
            "/v1/register" => self.device_lists.push(Register::decode(body)?.signed_device_list),
            "/v1/devices" => self.device_lists.push(PutDeviceList::decode(body)?.signed_device_list),
            "/v1/key_packages" => self.key_packages.extend(PutKeyPackages::decode(body)?.packages.into_iter().take(2)),
            "/v1/link/open" => self.link_slots.push(LinkOpen::decode(body)?.bytes),
            "/v1/link/put" => self.link_slots.push(LinkPut::decode(body)?.bytes),
            path if path.starts_with("/v1/blobs/") && !body.is_empty() => self.segments.push(body.to_vec()),
            _ => {}
        }
        Ok(())
    }
}

/// What a sibling or a peer may say, by people who mean well: one of each kind, and all that the phone has stored.
fn contents(db: &Connection) -> Result<Vec<Vec<u8>>> {
    let direct = chats(db, ChatKind::Direct)?.first().map_or_else(Vec::new, |chat| chat.chat.to_vec());
    let account: Vec<u8> = db.query_row("SELECT account FROM this", [], |row| row.get(0))?;
    let mut statement = db.prepare("SELECT content FROM message WHERE kind = 0 ORDER BY time_ms LIMIT 2")?;
    let stored: Vec<Vec<u8>> = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    let chat_hex = direct.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let op = |key: String, value: &[u8]| StateOp { key, value: value.to_vec(), clock: 1 << 60, device: 2 };
    let message = proto::history::Message {
        message_id: vec![8; 16],
        chat: direct.clone(),
        account: account.clone(),
        device: 2,
        time_ms: 1,
        seq: 1,
        sent_ms: 1,
        content: stored.first().cloned().unwrap_or_default(),
        delivered_ms: u64::MAX,
        read_ms: 1,
    };
    let segment = ArchiveSegment {
        archive: vec![1; 16],
        blob: "00112233445566778899aabbccddeeff".into(),
        size: 64,
        sha256: vec![1; 32],
        key: vec![2; 32],
        for_device: 1,
        stage: 2,
        messages: 1,
        messages_total: 1,
        ..ArchiveSegment::default()
    };
    let range = SeqRange { from: 1, to: 3 };
    let bodies = vec![
        Body::Text(Text { text: "hello".into(), ..Text::default() }),
        Body::ProfileKey(ProfileKey { key: vec![1; 32], version: 1 }),
        Body::RetryRequest(RetryRequest { seq: 2, op_id: vec![4; 16], account: account.clone(), device: 1 }),
        Body::Resent(Resent { seq: 2, op_id: vec![4; 16], content: stored.first().cloned().unwrap_or_default() }),
        Body::StateOps(StateOps {
            ops: vec![
                op("settings".into(), &[1, 2, 1, 1, 0, 1, 1]),
                op(format!("pin/{chat_hex}"), &[1]),
                op(format!("draft/{chat_hex}"), b"draft"),
                op(format!("mute/{chat_hex}"), &u64::MAX.to_be_bytes()),
                op(format!("read/{chat_hex}"), &3_u64.to_be_bytes()),
                op("leave/2".into(), &[1]),
            ],
        }),
        Body::StateDigest(StateDigest { hash: vec![1; 32] }),
        Body::FillRequest(FillRequest {
            chat: direct.clone(),
            ranges: vec![range],
            asking_device: 2,
            of_anyone: false,
        }),
        Body::Fill(Fill {
            chat: direct.clone(),
            covered: vec![range],
            messages: vec![message.encode_to_vec()],
            for_device: 1,
        }),
        Body::ArchiveSegment(segment),
        Body::ArchiveManifest(ArchiveManifest {
            archive: vec![1; 16],
            segments: 2,
            for_device: 1,
            ..ArchiveManifest::default()
        }),
        Body::ArchiveReport(ArchiveReport {
            archive: vec![1; 16],
            device: 2,
            imported: 1,
            differing: vec![ChatDiffers {
                chat: direct.clone(),
                month: 1,
                set_hash: vec![0; 32],
                held_ids: vec![vec![1; 16]],
            }],
            complete: false,
        }),
        Body::Joined(Joined { device: 2, chats: vec![JoinedChat { chat: direct, join_seq: 1, archived_seq: 1 }] }),
    ];
    let made = (0..).zip(bodies).map(|(number, body)| {
        Content {
            message_id: vec![number; 16],
            sent_ms: 1,
            profile_version: 1,
            lifetime_s: 86_400 * u32::from(number % 2),
            body: Some(body),
        }
        .encode_to_vec()
    });
    Ok(made.chain(stored.iter().cloned()).collect())
}
