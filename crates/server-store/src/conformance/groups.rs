//! Groups, logs, queues and marks: I1, I2, I3, I5.

use super::{NOW_MS, account, device, registered};
use crate::devices::{PutDeviceList, PutDeviceListOutcome, StoredDeviceList};
use crate::groups::*;
use crate::mailboxes::{DeliveredUpTo, Further, PutMarkOutcome, QueueBody, Retention};
use crate::{StoreError, Stores};
use proto::ids::{ChatId, DeviceAddress, DeviceNumber, Generation, OpId};
use sha2::{Digest, Sha256};

pub(crate) const CHAT: ChatId = ChatId([0xC; 16]);

fn op(n: u8) -> OpId {
    OpId([n; 16])
}

pub(crate) fn app(n: u8, sender: DeviceAddress, epoch: u64) -> NewApp {
    NewApp { op_id: op(n), chat: CHAT, generation: Generation(1), epoch, sender, bytes: vec![n].into(), now_ms: NOW_MS }
}

fn commit(n: u8, sender: DeviceAddress, base_epoch: u64, roster: Roster) -> NewCommit {
    let welcomes = match roster.added.as_slice() {
        [] => Vec::new(),
        added => vec![NewWelcome { targets: added.to_vec(), bytes: vec![n, n] }],
    };
    NewCommit {
        op_id: op(n),
        chat: CHAT,
        generation: Generation(1),
        base_epoch,
        sender,
        bytes: vec![n],
        roster,
        welcomes,
        ratchet_tree: vec![0x77],
        group_info: vec![n],
        public_state: vec![n],
        now_ms: NOW_MS,
    }
}

fn group(n: u8, creator: DeviceAddress, chat: ChatId, first_commit: Option<NewCommit>) -> NewGroup {
    NewGroup {
        op_id: op(n),
        chat,
        generation: Generation(1),
        replaces_epoch: None,
        unique_key: Some([1; 32]),
        creator,
        public_state: vec![0],
        group_info: vec![0],
        first_commit,
        now_ms: NOW_MS,
    }
}

/// Alice (1) makes a chat with Bob (2): one log entry, epoch 1.
pub(crate) async fn alice_and_bob(stores: &Stores) -> (DeviceAddress, DeviceAddress) {
    let (alice, bob) = (registered(stores, 1).await, registered(stores, 2).await);
    let roster = Roster { added: vec![bob], ..Roster::default() };
    let first = commit(200, alice, 0, roster);
    let outcome = stores.groups.create_group(group(100, alice, CHAT, Some(first))).await.unwrap();
    assert!(matches!(outcome, AcceptOutcome::Accepted(Accepted { seq: 1, .. })), "{outcome:?}");
    (alice, bob)
}

/// Takes a message, whose pointers wait for the fan-out.
async fn accept_app(stores: &Stores, app: NewApp) -> Result<AcceptOutcome, StoreError> {
    stores.groups.accept_app(app, 0).await.map(|(outcome, pointers)| {
        assert_eq!(pointers, Pointers::Later);
        outcome
    })
}

async fn fan_out(stores: &Stores) {
    while stores.groups.fan_out(CHAT, 2).await.unwrap().rest == Rest::More {}
}

async fn queue(stores: &Stores, device: DeviceAddress) -> Vec<(u64, &'static str, u64)> {
    let items = stores.mailboxes.queue(device, 0, 100).await.unwrap();
    items
        .into_iter()
        .map(|item| match item.body {
            Some(QueueBody::Entry(entry)) => (item.queue_seq, "entry", entry.seq),
            Some(QueueBody::Welcome(welcome)) => (item.queue_seq, "welcome", welcome.seq),
            None => (item.queue_seq, "expired", 0),
        })
        .collect()
}

/// Of many commits of one epoch, made at once, one is accepted.
pub async fn one_commit_an_epoch(stores: Stores) {
    let (alice, bob) = alice_and_bob(&stores).await;
    let commits = (0..8).map(|n| commit(n, if n % 2 == 0 { alice } else { bob }, 1, Roster::default()));
    let mut waiting = Vec::new();
    for new in commits {
        let groups = stores.groups.clone();
        waiting.push(tokio::spawn(async move { groups.accept_commit(new).await.unwrap() }));
    }
    let mut accepted = 0;
    for outcome in waiting {
        match outcome.await.unwrap() {
            AcceptOutcome::Accepted(a) => {
                assert_eq!(a.seq, 2);
                accepted += 1;
            }
            AcceptOutcome::Stale(head) => assert_eq!((head.epoch, head.head_seq), (2, 2)),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(accepted, 1);
}

/// A message of another epoch or generation is refused, and says where the group is.
pub async fn stale_messages_are_refused(stores: Stores) {
    let (alice, _) = alice_and_bob(&stores).await;
    for new in [app(1, alice, 0), app(1, alice, 2), NewApp { generation: Generation(2), ..app(1, alice, 1) }] {
        let AcceptOutcome::Stale(head) = accept_app(&stores, new).await.unwrap() else { panic!("taken") };
        assert_eq!((head.generation, head.epoch, head.head_seq), (Generation(1), 1, 1));
    }
    let taken = accept_app(&stores, app(1, alice, 1)).await.unwrap();
    assert!(matches!(taken, AcceptOutcome::Accepted(Accepted { seq: 2, .. })));
}

/// A repeat gets the first result, whatever the epoch is by then; op ids are the sender's own.
pub async fn repeats_get_the_first_result(stores: Stores) {
    let (alice, bob) = alice_and_bob(&stores).await;
    let AcceptOutcome::Accepted(first) = accept_app(&stores, app(1, alice, 1)).await.unwrap() else { panic!() };
    stores.groups.accept_commit(commit(2, bob, 1, Roster::default())).await.unwrap();
    assert_eq!(accept_app(&stores, app(1, alice, 1)).await.unwrap(), AcceptOutcome::Repeated(first));
    assert_eq!(stores.groups.accepted_before(CHAT, alice, op(1)).await.unwrap(), Some(first));
    assert_eq!(stores.groups.accepted_before(CHAT, bob, op(1)).await.unwrap(), None);
    assert!(matches!(accept_app(&stores, app(1, bob, 2)).await.unwrap(), AcceptOutcome::Accepted(_)));
    let again = stores.groups.create_group(group(100, alice, CHAT, None)).await.unwrap();
    assert!(matches!(again, AcceptOutcome::Repeated(Accepted { seq: 1, .. })));
    let other = stores.groups.create_group(group(101, bob, ChatId([0xD; 16]), None)).await.unwrap();
    assert_eq!(other, AcceptOutcome::Exists { chat: CHAT, generation: Generation(1) });
}

/// Strangers, and devices that were removed, write and read nothing new.
pub async fn only_members_write(stores: Stores) {
    let (alice, bob) = alice_and_bob(&stores).await;
    let eve = registered(&stores, 3).await;
    assert_eq!(accept_app(&stores, app(1, eve, 1)).await.unwrap(), AcceptOutcome::Denied);
    assert_eq!(stores.groups.fetch_log(CHAT, eve.account, 1, 10).await.unwrap(), None);
    let out = Roster { removed: vec![bob], ..Roster::default() };
    stores.groups.accept_commit(commit(2, alice, 1, out)).await.unwrap();
    assert_eq!(accept_app(&stores, app(3, bob, 2)).await.unwrap(), AcceptOutcome::Denied);
    accept_app(&stores, app(4, alice, 2)).await.unwrap();
    let page = stores.groups.fetch_log(CHAT, bob.account, 1, 10).await.unwrap().unwrap();
    assert_eq!((page.entries.len(), page.head_seq), (1, 2), "the last entry is the commit that removed Bob");
    let denied = stores.mailboxes.put_mark(bob, CHAT, 1, vec![1]).await.unwrap();
    assert_eq!(denied, PutMarkOutcome::Denied);
}

/// Each device gets what is for it, in order, once; an added one a welcome and what follows.
pub async fn fan_out_is_in_order_and_once(stores: Stores) {
    let (alice, bob) = alice_and_bob(&stores).await;
    for n in 1..6 {
        accept_app(&stores, app(n, alice, 1)).await.unwrap();
    }
    assert_eq!(stores.groups.unfinished_fan_outs().await.unwrap(), [CHAT]);
    fan_out(&stores).await;
    fan_out(&stores).await;
    assert!(stores.groups.unfinished_fan_outs().await.unwrap().is_empty());
    let mut expected: Vec<_> = (1..=6).map(|seq| (seq, "entry", seq)).collect();
    assert_eq!(queue(&stores, alice).await, expected, "the sender's echo included");
    expected[0].1 = "welcome";
    assert_eq!(queue(&stores, bob).await, expected);
    let acknowledge = |device, up_to, now_ms, max| stores.mailboxes.acknowledge(device, up_to, now_ms, max);
    assert_eq!(acknowledge(alice, 6, 70, 2).await.unwrap(), [], "one's own echoes are no delivery");
    let further = |seq, devices| Further { up_to: DeliveredUpTo { chat: CHAT, seq }, devices };
    assert_eq!(acknowledge(bob, 3, 79, 1).await.unwrap(), [further(3, None)], "there are two");
    assert_eq!(acknowledge(bob, 4, 80, 2).await.unwrap(), [further(4, Some(vec![alice, bob]))]);
    assert_eq!(acknowledge(bob, 4, 90, 2).await.unwrap(), []);
    assert_eq!(queue(&stores, bob).await, expected[4..]);
    let marks = stores.mailboxes.marks(alice.account, vec![CHAT]).await.unwrap();
    let mark = &marks[0].1[0];
    assert_eq!((mark.delivered_seq, mark.delivered_ms), (4, 80), "a repeated acknowledgement changes no time");
}

/// A welcome that names a device twice, as databases of earlier versions may hold it, comes once and holds nobody up; nor does an entry that
/// has expired before its pointers.
pub async fn what_is_odd_in_a_log_stops_no_fan_out(stores: Stores) {
    let (alice, bob) = (registered(&stores, 1).await, registered(&stores, 2).await);
    let mut first = commit(200, alice, 0, Roster { added: vec![bob], ..Roster::default() });
    first.welcomes = vec![NewWelcome { targets: vec![bob, bob], bytes: vec![1] }];
    stores.groups.create_group(group(100, alice, CHAT, Some(first))).await.unwrap();
    fan_out(&stores).await;
    assert_eq!(queue(&stores, bob).await, [(1, "welcome", 1)]);
    accept_app(&stores, app(1, alice, 1)).await.unwrap();
    stores.mailboxes.expire(Retention { before_ms: NOW_MS + 500, limit: 10 }).await.unwrap();
    fan_out(&stores).await;
    assert!(stores.groups.unfinished_fan_outs().await.unwrap().is_empty());
}

/// Where few read a chat, a message has its pointers at once, behind those that were still waiting; where more do, they wait.
pub async fn few_readers_are_told_at_once(stores: Stores) {
    let (alice, bob) = alice_and_bob(&stores).await;
    let told = |n, readers_max| {
        let groups = stores.groups.clone();
        async move { groups.accept_app(app(n, alice, 1), readers_max).await.unwrap().1 }
    };
    assert_eq!(told(1, 1).await, Pointers::Later, "two read it");
    assert_eq!(queue(&stores, bob).await, []);
    let all = FannedOut { devices: vec![alice, bob], rest: Rest::Done };
    assert_eq!(told(2, 2).await, Pointers::Behind(all), "what waited goes before");
    assert_eq!(queue(&stores, bob).await, [(1, "welcome", 1), (2, "entry", 2), (3, "entry", 3)]);
    assert!(stores.groups.unfinished_fan_outs().await.unwrap().is_empty());
    assert_eq!(told(2, 2).await, Pointers::Later, "a repeat tells nobody");
    assert_eq!(queue(&stores, bob).await.len(), 3);
    let own = [alice, bob].map(|device| Pointer { device, queue_seq: 4 });
    assert_eq!(told(3, 2).await, Pointers::Own(own.to_vec()));
    assert_eq!(queue(&stores, bob).await.last(), Some(&(4, "entry", 4)));
    let few = |max| stores.groups.few_members(CHAT, max);
    assert_eq!((few(1).await.unwrap(), few(2).await.unwrap().map(|all| all.len())), (None, Some(2)));
}

/// However busy a chat is: who may write in it and who reads it is what was written last. A store that remembers must notice each change.
pub async fn each_change_counts_from_the_next_message_on(stores: Stores) {
    let (alice, bob) = alice_and_bob(&stores).await;
    fan_out(&stores).await;
    let says = |n, sender, epoch| {
        let groups = stores.groups.clone();
        async move { groups.accept_app(app(n, sender, epoch), 9).await.unwrap() }
    };
    let own = |all: &[(DeviceAddress, u64)]| {
        Pointers::Own(
            all.iter().map(|(device, queue_seq)| Pointer { device: *device, queue_seq: *queue_seq }).collect(),
        )
    };
    assert_eq!(says(1, alice, 1).await.1, own(&[(alice, 2), (bob, 2)]));
    // A client that is ahead of its queue: what it has seen is never numbered again.
    let connection = crate::sessions::NewConnection {
        device: bob,
        acked_queue_seq: 70,
        boot_counter: 1,
        lease: proto::ids::Lease([1; 16]),
        now_ms: NOW_MS,
    };
    stores.sessions.connect(connection).await.unwrap();
    assert_eq!(says(2, bob, 1).await.1, own(&[(alice, 3), (bob, 71)]));
    // A device of hers comes in by itself.
    let list = |version, added, removed| PutDeviceList {
        list: StoredDeviceList { account: account(1), version, signed: vec![1] },
        follows: version - 1,
        added,
        removed,
    };
    let browser = device(1, 2);
    let named = vec![crate::devices::NewDevice { device: browser.device, signature_key: [9; 32] }];
    stores.devices.put_device_list(list(2, named, Vec::new())).await.unwrap();
    assert_eq!(says(3, browser, 1).await.0, AcceptOutcome::Denied);
    let joins = Roster { joined: Some(browser), ..Roster::default() };
    stores.groups.accept_commit(commit(4, browser, 1, joins)).await.unwrap();
    assert!(matches!(says(5, alice, 1).await.0, AcceptOutcome::Stale(GroupHead { epoch: 2, .. })));
    // The commit's own pointers go before.
    assert!(matches!(says(6, browser, 2).await.1, Pointers::Behind(_)));
    assert_eq!(says(7, browser, 2).await.1, own(&[(alice, 6), (browser, 3), (bob, 74)]));
    // It is unlinked, and taken out.
    stores.devices.put_device_list(list(3, Vec::new(), vec![browser.device])).await.unwrap();
    assert_eq!(says(8, bob, 2).await.0, AcceptOutcome::RevokedLeaves(vec![browser]));
    let out = Roster { removed: vec![browser], ..Roster::default() };
    stores.groups.accept_commit(commit(9, bob, 2, out)).await.unwrap();
    fan_out(&stores).await;
    assert_eq!(says(10, browser, 3).await.0, AcceptOutcome::Denied);
    assert_eq!(says(11, bob, 3).await.1, own(&[(alice, 8), (bob, 76)]));
    // Bob's number is somebody else's now; what he has a leaf in he goes on getting, as his account's rows stay.
    let ticket_hash = super::ticket_at(&stores, &super::number(2), [77; 32], NOW_MS + 8_000_000).await;
    stores.accounts.register(super::registration(7, &super::number(2), ticket_hash)).await.unwrap();
    assert_eq!(says(12, alice, 3).await.1, own(&[(alice, 9), (bob, 77)]));
    let numbers: Vec<u64> = queue(&stores, alice).await.into_iter().map(|(queue_seq, ..)| queue_seq).collect();
    assert_eq!(numbers, (1..=9).collect::<Vec<_>>());
}

/// The chain is over seq and bytes, and time rises.
pub async fn the_chain_is_as_documented(stores: Stores) {
    let (alice, bob) = alice_and_bob(&stores).await;
    accept_app(&stores, app(1, alice, 1)).await.unwrap();
    let page = stores.groups.fetch_log(CHAT, bob.account, 0, 10).await.unwrap();
    assert_eq!(page.unwrap().entries.len(), 1, "Bob reads from behind the commit that added him");
    let entries = stores.groups.fetch_log(CHAT, alice.account, 0, 10).await.unwrap().unwrap().entries;
    let mut chain = [0; 32];
    for entry in &entries {
        let mut hasher = Sha256::new();
        hasher.update(chain);
        hasher.update(entry.seq.to_be_bytes());
        hasher.update(Sha256::digest(&entry.bytes));
        chain = hasher.finalize().into();
    }
    assert_eq!(stores.groups.group(CHAT).await.unwrap().unwrap().chain_hash, chain);
    assert!(entries[0].time_ms < entries[1].time_ms);
}

/// A leaf of an unlinked device stops messages until it is removed.
pub async fn revoked_leaves_stop_messages(stores: Stores) {
    let (alice, bob) = alice_and_bob(&stores).await;
    let put = PutDeviceList {
        list: StoredDeviceList { account: account(2), version: 2, signed: vec![2] },
        follows: 1,
        added: Vec::new(),
        removed: vec![DeviceNumber(1)],
    };
    let stored = stores.devices.put_device_list(put).await.unwrap();
    assert_eq!(stored, PutDeviceListOutcome::Stored { stale_leaves: vec![(CHAT, DeviceNumber(1))] });
    assert_eq!(accept_app(&stores, app(1, alice, 1)).await.unwrap(), AcceptOutcome::RevokedLeaves(vec![bob]));
    let out = Roster { removed: vec![bob], ..Roster::default() };
    assert!(matches!(stores.groups.accept_commit(commit(2, alice, 1, out)).await.unwrap(), AcceptOutcome::Accepted(_)));
    assert!(matches!(accept_app(&stores, app(1, alice, 2)).await.unwrap(), AcceptOutcome::Accepted(_)));
    fan_out(&stores).await;
    assert!(queue(&stores, bob).await.is_empty());
}

/// A device joins by itself and reads from its own commit on; a reset keeps the log and ends the old leaves.
pub async fn joins_and_resets(stores: Stores) {
    let (alice, bob) = alice_and_bob(&stores).await;
    let put = PutDeviceList {
        list: StoredDeviceList { account: account(1), version: 2, signed: vec![1] },
        follows: 1,
        added: vec![crate::devices::NewDevice { device: DeviceNumber(2), signature_key: [9; 32] }],
        removed: Vec::new(),
    };
    stores.devices.put_device_list(put).await.unwrap();
    let browser = device(1, 2);
    let listed = stores.groups.list_groups(browser, None, 10).await.unwrap();
    assert_eq!((listed.len(), listed[0].membership), (1, Membership::ByAccount));
    let roster = Roster { joined: Some(browser), ..Roster::default() };
    stores.groups.accept_commit(commit(3, browser, 1, roster)).await.unwrap();
    let listed = stores.groups.list_groups(browser, None, 10).await.unwrap();
    assert_eq!(listed[0].membership, Membership::Joined);
    fan_out(&stores).await;
    assert_eq!(queue(&stores, browser).await, [(1, "entry", 2)]);

    let first = NewCommit {
        generation: Generation(2),
        ..commit(5, bob, 0, Roster { added: vec![alice], ..Roster::default() })
    };
    let reset = NewGroup { generation: Generation(2), replaces_epoch: Some(2), ..group(4, bob, CHAT, Some(first)) };
    let stale = NewGroup { replaces_epoch: Some(1), ..reset.clone() };
    assert!(matches!(stores.groups.create_group(stale).await.unwrap(), AcceptOutcome::Stale(_)));
    let done = stores.groups.create_group(reset).await.unwrap();
    assert!(matches!(done, AcceptOutcome::Accepted(Accepted { seq: 4, .. })), "{done:?}");
    let head = stores.groups.group(CHAT).await.unwrap().unwrap();
    assert_eq!((head.generation, head.epoch, head.head_seq), (Generation(2), 1, 4));
    fan_out(&stores).await;
    assert_eq!(queue(&stores, browser).await, [(1, "entry", 2), (2, "entry", 3)], "the reset is its last entry");
    let alices = queue(&stores, alice).await;
    assert_eq!(alices[alices.len() - 2..], [(3, "entry", 3), (4, "welcome", 4)]);
    assert_eq!(stores.groups.find_unique([1; 32]).await.unwrap(), Some((CHAT, Generation(2))));
}

/// Who stands in no leaf neither joins nor begins anew, whatever was checked before: the transaction looks once more (I3).
pub async fn outsiders_change_no_group(stores: Stores) {
    let (alice, bob) = alice_and_bob(&stores).await;
    let eve = registered(&stores, 3).await;
    let denied = AcceptOutcome::Denied;
    assert_eq!(stores.groups.accept_commit(commit(1, eve, 1, Roster::default())).await.unwrap(), denied);
    let join = commit(2, eve, 1, Roster { joined: Some(eve), ..Roster::default() });
    assert_eq!(stores.groups.accept_commit(join).await.unwrap(), denied);
    let reset = NewGroup { generation: Generation(2), replaces_epoch: Some(1), ..group(3, eve, CHAT, None) };
    assert_eq!(stores.groups.create_group(reset).await.unwrap(), denied);
    let nowhere = ChatId([0xE; 16]);
    let lost = NewCommit { chat: nowhere, ..commit(4, alice, 1, Roster::default()) };
    assert_eq!(stores.groups.accept_commit(lost).await.unwrap(), AcceptOutcome::NotFound);
    let lost = NewApp { chat: nowhere, ..app(5, alice, 1) };
    assert_eq!(accept_app(&stores, lost).await.unwrap(), AcceptOutcome::NotFound);
    let lost = NewGroup { chat: nowhere, replaces_epoch: Some(1), ..group(6, alice, nowhere, None) };
    assert_eq!(stores.groups.create_group(lost).await.unwrap(), AcceptOutcome::NotFound);
    let head = stores.groups.group(CHAT).await.unwrap().unwrap();
    assert_eq!((head.epoch, head.head_seq), (1, 1));
    // A device of an account that has a leaf has to join by itself: until then it commits nothing.
    let browser = DeviceAddress { account: bob.account, device: DeviceNumber(2) };
    assert_eq!(stores.groups.accept_commit(commit(7, browser, 1, Roster::default())).await.unwrap(), denied);
}

/// A commit is taken in its own generation and epoch only, and what it leaves behind is what it brought (I2, I3).
pub async fn commits_keep_to_their_generation(stores: Stores) {
    let (alice, _) = alice_and_bob(&stores).await;
    let elsewhere = NewCommit { generation: Generation(2), ..commit(1, alice, 1, Roster::default()) };
    for stale in [elsewhere, commit(2, alice, 0, Roster::default()), commit(3, alice, 2, Roster::default())] {
        let outcome = stores.groups.accept_commit(stale).await.unwrap();
        assert!(matches!(outcome, AcceptOutcome::Stale(GroupHead { epoch: 1, head_seq: 1, .. })), "{outcome:?}");
    }
    let AcceptOutcome::Accepted(first) =
        stores.groups.accept_commit(commit(4, alice, 1, Roster::default())).await.unwrap()
    else {
        panic!("refused")
    };
    let again = stores.groups.accept_commit(commit(4, alice, 1, Roster::default())).await.unwrap();
    assert_eq!(again, AcceptOutcome::Repeated(first));
    let state = stores.groups.group_state(CHAT).await.unwrap().unwrap();
    assert_eq!((state.head.epoch, state.public_state, state.group_info), (2, vec![4], vec![4]));
}

/// Time rises in a chat though the clock stands still or goes back.
pub async fn time_rises_in_a_chat(stores: Stores) {
    let (alice, bob) = alice_and_bob(&stores).await;
    accept_app(&stores, NewApp { now_ms: NOW_MS - 5_000, ..app(1, alice, 1) }).await.unwrap();
    accept_app(&stores, NewApp { now_ms: NOW_MS, ..app(2, bob, 1) }).await.unwrap();
    let entries = stores.groups.fetch_log(CHAT, alice.account, 0, 10).await.unwrap().unwrap().entries;
    assert!(entries.is_sorted_by(|one, next| one.time_ms < next.time_ms), "{entries:?}");
}

/// A leaf whose device was unlinked between the check of its commit and the commit waits for its Remove at once (I7).
pub async fn a_leaf_that_comes_too_late_is_revoked(stores: Stores) {
    let (alice, _) = alice_and_bob(&stores).await;
    let gone = DeviceAddress { account: alice.account, device: DeviceNumber(2) };
    let roster = Roster { added: vec![gone], ..Roster::default() };
    assert!(matches!(
        stores.groups.accept_commit(commit(1, alice, 1, roster)).await.unwrap(),
        AcceptOutcome::Accepted(_)
    ));
    let stopped = accept_app(&stores, app(2, alice, 2)).await.unwrap();
    assert_eq!(stopped, AcceptOutcome::RevokedLeaves(vec![gone]));
    fan_out(&stores).await;
    assert!(queue(&stores, gone).await.is_empty(), "an unlinked device has no queue");
}

/// An acknowledgement beyond the queue counts as one of all that is in it; the next item is not lost.
pub async fn an_acknowledgement_ends_with_the_queue(stores: Stores) {
    let (alice, bob) = alice_and_bob(&stores).await;
    fan_out(&stores).await;
    stores.mailboxes.acknowledge(bob, 1_000, 1, 2).await.unwrap();
    accept_app(&stores, app(1, alice, 1)).await.unwrap();
    fan_out(&stores).await;
    assert_eq!(queue(&stores, bob).await, [(2, "entry", 2)]);
    let connection = crate::sessions::NewConnection {
        device: bob,
        acked_queue_seq: 1,
        boot_counter: 1,
        lease: proto::ids::Lease([1; 16]),
        now_ms: NOW_MS,
    };
    let connected = stores.sessions.connect(connection).await.unwrap();
    assert!(matches!(connected, crate::sessions::ConnectOutcome::Connected(_)), "{connected:?}");
}

/// What is too old goes, and who had not acknowledged it hears of a gap.
pub async fn old_entries_expire(stores: Stores) {
    let (alice, bob) = alice_and_bob(&stores).await;
    accept_app(&stores, NewApp { now_ms: NOW_MS + 1_000, ..app(1, alice, 1) }).await.unwrap();
    fan_out(&stores).await;
    let retention = Retention { before_ms: NOW_MS + 500, limit: 10 };
    assert_eq!(stores.mailboxes.expire(retention).await.unwrap(), 1);
    assert_eq!(queue(&stores, bob).await, [(2, "entry", 2)]);
    let connection = crate::sessions::NewConnection {
        device: bob,
        acked_queue_seq: 0,
        boot_counter: 1,
        lease: proto::ids::Lease([1; 16]),
        now_ms: NOW_MS,
    };
    let crate::sessions::ConnectOutcome::Connected(connected) = stores.sessions.connect(connection).await.unwrap()
    else {
        panic!("refused")
    };
    assert_eq!(connected.expired_queue_seq, 1);
    let page = stores.groups.fetch_log(CHAT, alice.account, 1, 10).await.unwrap().unwrap();
    assert_eq!((page.first_kept_seq, page.entries.len()), (2, 1));
}
