//! I1, I2 and I5 under random operations, against a model that knows nothing of the store.
// Helpers of tests fail by panicking.
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use proto::ids::{AccountId, ChatId, DeviceAddress, DeviceNumber, Generation, OpId};
use server_store::Stores;
use server_store::groups::*;
use server_store::sqlite::Sqlite;
use std::collections::BTreeMap;

const CHAT: ChatId = ChatId([1; 16]);
const MEMBERS: u8 = 3;

#[derive(Debug, Clone)]
enum Op {
    App { sender: u8, op: u8, epoch: u64 },
    Commit { sender: u8, op: u8, epoch: u64 },
    FanOut,
    Acknowledge { device: u8, up_to: u64 },
}

fn op() -> impl Strategy<Value = Op> {
    // One sender more than there are members; few op ids, so that repeats are common; epochs around the true one.
    let (sender, op) = (0..=MEMBERS, 0..40_u8);
    prop_oneof![
        5 => (sender.clone(), op.clone(), 0..8_u64).prop_map(|(sender, op, epoch)| Op::App { sender, op, epoch }),
        3 => (sender, op, 0..8_u64).prop_map(|(sender, op, epoch)| Op::Commit { sender, op, epoch }),
        2 => Just(Op::FanOut),
        1 => (0..MEMBERS, 0..40_u64).prop_map(|(device, up_to)| Op::Acknowledge { device, up_to }),
    ]
}

fn device(n: u8) -> DeviceAddress {
    DeviceAddress { account: AccountId([n; 16]), device: DeviceNumber(1) }
}

fn commit(sender: u8, op_id: OpId, base_epoch: u64, roster: Roster) -> NewCommit {
    NewCommit {
        op_id,
        chat: CHAT,
        generation: Generation(1),
        base_epoch,
        sender: device(sender),
        bytes: vec![sender],
        roster,
        welcomes: Vec::new(),
        ratchet_tree: Vec::new(),
        group_info: Vec::new(),
        public_state: Vec::new(),
        now_ms: 1,
    }
}

/// What the log must hold.
#[derive(Default)]
struct Model {
    epoch: u64,
    entries: Vec<(EntryKind, u64)>,
    results: BTreeMap<(u8, u8), Accepted>,
}

impl Model {
    fn check(&mut self, kind: EntryKind, (sender, op, epoch): (u8, u8, u64), outcome: &AcceptOutcome) {
        if let Some(first) = self.results.get(&(sender, op)) {
            assert_eq!(outcome, &AcceptOutcome::Repeated(*first), "I5");
        } else if sender >= MEMBERS {
            assert_eq!(outcome, &AcceptOutcome::Denied);
        } else if epoch != self.epoch {
            let AcceptOutcome::Stale(head) = outcome else { panic!("I2: {outcome:?}") };
            assert_eq!((head.epoch, head.head_seq), (self.epoch, self.entries.len() as u64));
        } else {
            let AcceptOutcome::Accepted(accepted) = outcome else { panic!("refused: {outcome:?}") };
            self.entries.push((kind, epoch));
            assert_eq!(accepted.seq, self.entries.len() as u64, "I1: the log is dense");
            self.results.insert((sender, op), *accepted);
            self.epoch += u64::from(kind == EntryKind::Commit);
        }
    }
}

async fn make_group(stores: &Stores) -> Model {
    for n in 0..MEMBERS {
        let number = format!("+49{n}");
        let code = server_store::registrations::NewCode {
            number: number.clone(),
            code_hash: [0; 32],
            expires_ms: 10,
            tries: 1,
            invite: None,
            now_ms: 1,
        };
        stores.registrations.put_code(code).await.unwrap();
        let attempt = server_store::registrations::CodeTry {
            number: number.clone(),
            code_hash: [0; 32],
            ticket_hash: [n; 32],
            ticket_expires_ms: 10,
            admission: server_store::invites::Admission::Anybody,
            now_ms: 1,
        };
        stores.registrations.try_code(attempt).await.unwrap();
        let registration = server_store::accounts::Registration {
            ticket_hash: [n; 32],
            account: device(n).account,
            number,
            signed_device_list: Vec::new(),
            devices: vec![server_store::devices::NewDevice { device: DeviceNumber(1), signature_key: [n; 32] }],
            pin_hash: None,
            admission: server_store::invites::Admission::Anybody,
            now_ms: 1,
        };
        stores.accounts.register(registration).await.unwrap();
    }
    let roster = Roster { added: vec![device(1), device(2)], ..Roster::default() };
    let group = NewGroup {
        op_id: OpId([0xFF; 16]),
        chat: CHAT,
        generation: Generation(1),
        replaces_epoch: None,
        unique_key: None,
        creator: device(0),
        public_state: Vec::new(),
        group_info: Vec::new(),
        first_commit: Some(commit(0, OpId([0xFE; 16]), 0, roster)),
        now_ms: 1,
    };
    assert!(matches!(stores.groups.create_group(group).await.unwrap(), AcceptOutcome::Accepted(_)));
    Model { epoch: 1, entries: vec![(EntryKind::Commit, 0)], results: BTreeMap::new() }
}

async fn run(ops: Vec<Op>) {
    let folder = tempfile::tempdir().unwrap();
    let stores = Sqlite::open(&folder.path().join("heliograph.db")).unwrap().stores();
    let mut model = make_group(&stores).await;
    let mut received: BTreeMap<u8, Vec<u64>> = BTreeMap::new();
    for op in ops {
        match op {
            Op::App { sender, op, epoch } => {
                let app = NewApp {
                    op_id: OpId([op; 16]),
                    chat: CHAT,
                    generation: Generation(1),
                    epoch,
                    sender: device(sender),
                    bytes: vec![op].into(),
                    now_ms: 1,
                };
                // Every other one with its pointers, the others before the fan-out.
                let readers_max = u32::from(op % 2) * u32::from(MEMBERS);
                let (outcome, _) = stores.groups.accept_app(app, readers_max).await.unwrap();
                model.check(EntryKind::App, (sender, op, epoch), &outcome);
            }
            Op::Commit { sender, op, epoch } => {
                let new = commit(sender, OpId([op; 16]), epoch, Roster::default());
                let outcome = stores.groups.accept_commit(new).await.unwrap();
                model.check(EntryKind::Commit, (sender, op, epoch), &outcome);
            }
            Op::FanOut => {
                stores.groups.fan_out(CHAT, 3).await.unwrap();
            }
            Op::Acknowledge { device: n, up_to } => {
                drain(&stores, n, up_to, &mut received).await;
            }
        }
    }
    while stores.groups.fan_out(CHAT, 3).await.unwrap().rest == Rest::More {}
    let page = stores.groups.fetch_log(CHAT, device(0).account, 0, 10_000).await.unwrap().unwrap();
    let logged: Vec<_> = page.entries.iter().map(|entry| (entry.kind, entry.epoch)).collect();
    assert_eq!(logged, model.entries);
    for n in 0..MEMBERS {
        drain(&stores, n, u64::MAX, &mut received).await;
        // The two who were added by the first commit read from behind it.
        let first = if n == 0 { 1 } else { 2 };
        let all: Vec<u64> = (first..=model.entries.len() as u64).collect();
        assert_eq!(received.remove(&n).unwrap_or_default(), all, "device {n} gets each entry once, in order");
    }
}

/// Reads what is queued up to a queue seq, and acknowledges it.
async fn drain(stores: &Stores, n: u8, up_to: u64, received: &mut BTreeMap<u8, Vec<u64>>) {
    let items = stores.mailboxes.queue(device(n), 0, 10_000).await.unwrap();
    for item in items.into_iter().filter(|item| item.queue_seq <= up_to) {
        let Some(server_store::mailboxes::QueueBody::Entry(entry)) = item.body else { panic!("no entry") };
        received.entry(n).or_default().push(entry.seq);
        stores.mailboxes.acknowledge(device(n), item.queue_seq, 1, 32).await.unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn random_operations_keep_the_invariants(ops in proptest::collection::vec(op(), 1..120)) {
        tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(run(ops));
    }
}
