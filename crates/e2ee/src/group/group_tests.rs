use super::*;
use crate::key_packages::{self, KeyPackageUse};
use crate::testing::{Account, CHAT, FIRST, Phone, assert_agree, now_ms};
use identity::{AccountKey, CertFields, ChatKind, DeviceKey, DeviceRole};
use prost::Message;
use proto::ids::DeviceNumber;

const SUITES: [Suite; 2] = Suite::ALL;

struct Pair {
    alice: Account,
    bob: Account,
    policy: ChatPolicy,
}

fn pair() -> Pair {
    let (alice, bob) = (Account::new(1), Account::new(2));
    let policy = ChatPolicy::for_direct(CHAT, FIRST, alice.id(), bob.id());
    Pair { alice, bob, policy }
}

/// Alice's phone has made a chat with Bob's.
fn talking(suite: Suite) -> (Pair, Phone, Phone) {
    let pair = pair();
    let (mut alice, mut bob) = (pair.alice.device(1), pair.bob.device(1));
    alice.create(&pair.policy, suite);
    alice.adds(&mut [&mut bob], &mut []);
    (pair, alice, bob)
}

fn refused<T>(result: Result<T, MlsError>) -> RuleError {
    match result {
        Err(MlsError::Rule(rule)) => rule,
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("not refused"),
    }
}

fn group_info_and_tree(phone: &mut Phone) -> (Vec<u8>, Vec<u8>) {
    let group = phone.load();
    phone.act(|p, d| {
        (group.export_group_info(p, d, RatchetTree::LeftOut).unwrap(), group.export_ratchet_tree(p).unwrap())
    })
}

fn external(phone: &mut Phone, from: &mut Phone) -> Result<ExternalJoin, MlsError> {
    let (info, tree) = group_info_and_tree(from);
    phone.act(|p, d| join_external(p, d, (CHAT, FIRST), &info, &tree, b"why"))
}

#[test]
fn two_devices_talk_both_ways() {
    for suite in SUITES {
        let (_, mut alice, mut bob) = talking(suite);
        assert_agree(&mut [&mut alice, &mut bob]);
        let hello = alice.says("hello");
        assert_eq!(bob.hears(&hello), (alice.address(), "hello".into()));
        let back = bob.says("and to you");
        assert_eq!(alice.hears(&back), (bob.address(), "and to you".into()));
        assert!(!hello.windows(5).any(|w| w == b"hello"));
    }
}

#[test]
fn an_own_message_is_recognised_and_a_second_copy_is_refused() {
    let (_, mut alice, mut bob) = talking(Suite::Hybrid);
    let hello = alice.says("hello");
    assert_eq!(alice.load().process(&alice.provider(), &hello).unwrap(), Processed::OwnApp);
    bob.hears(&hello);
    assert!(matches!(bob.load().process(&bob.provider(), &hello), Err(MlsError::Refused(_))));
}

#[test]
fn four_devices_add_remove_and_update() {
    let (pair, mut alice, mut bob) = talking(Suite::Hybrid);
    let (mut alice2, mut bob2) = (pair.alice.device(2), pair.bob.device(2));
    alice.adds(&mut [&mut alice2], &mut [&mut bob]);
    bob.adds(&mut [&mut bob2], &mut [&mut alice, &mut alice2]);
    assert_agree(&mut [&mut alice, &mut bob, &mut alice2, &mut bob2]);

    let mut group = bob2.load();
    let staged = bob2.act(|p, d| group.stage_self_update(p, d, b"up").unwrap());
    assert!(staged.welcome.is_none());
    let applied = alice.applies(&staged.commit);
    assert!(applied.updated && !applied.is_external && applied.aad == b"up");
    bob2.settles(&staged, &mut [&mut bob, &mut alice2]);
    assert_agree(&mut [&mut alice, &mut bob, &mut alice2, &mut bob2]);

    let gone = alice2.address();
    let mut group = alice.load();
    let staged = alice.act(|p, d| group.stage_remove(p, d, &[gone], b"").unwrap());
    let applied = alice2.applies(&staged.commit);
    assert!(applied.self_removed && applied.removed == [gone] && applied.only_if_revoked.is_empty());
    alice.settles(&staged, &mut [&mut bob, &mut bob2]);
    assert_agree(&mut [&mut alice, &mut bob, &mut bob2]);
    assert_eq!(alice.load().roster().unwrap().len(), 3);

    // What comes after is not for the removed device.
    let secret = alice.says("secret");
    assert!(!alice2.load().is_active());
    assert!(matches!(alice2.load().process(&alice2.provider(), &secret), Err(MlsError::Evicted)));
    let mut group = alice2.load();
    assert!(matches!(alice2.act(|p, d| group.encrypt(p, d, b"x", b"")), Err(MlsError::Evicted)));
}

#[test]
fn one_commit_adds_and_removes() {
    let (pair, mut alice, mut bob) = talking(Suite::Hybrid);
    let (mut old, mut new) = (pair.alice.device(2), pair.alice.device(3));
    alice.adds(&mut [&mut old], &mut [&mut bob]);
    let package = new.key_package(Suite::Hybrid);
    let change = Change {
        add: vec![alice.checked(&package)],
        remove: &[old.address()],
        admins: None,
        path: UpdatePath::Always,
        aad: b"",
    };
    let mut group = alice.load();
    let staged = alice.act(|p, d| group.stage(p, d, change).unwrap());
    let applied = bob.applies(&staged.commit);
    assert_eq!(applied.removed, [old.address()]);
    assert_eq!(applied.added.iter().map(VerifiedCert::address).collect::<Vec<_>>(), [new.address()]);
    let tree = alice.settles(&staged, &mut []);
    assert!(matches!(new.joins(&staged, &tree), Joining::Joined { .. }));
    assert_agree(&mut [&mut alice, &mut bob, &mut new]);
}

#[test]
fn only_the_devices_of_its_accounts_come_into_a_direct_chat() {
    let (_, mut alice, _) = talking(Suite::Hybrid);
    let mut carol = Account::new(3).device(1);
    let package = carol.key_package(Suite::Hybrid);
    let package = alice.checked(&package);
    let mut group = alice.load();
    assert_eq!(refused(alice.act(|p, d| group.stage_add(p, d, vec![package], b""))), RuleError::Denied);
    assert_eq!(refused(external(&mut carol, &mut alice)), RuleError::NotAllowed);
    let policy = pair().policy;
    let made = carol.act(|p, d| ChatGroup::create(p, d, &policy, Suite::Hybrid, now_ms()));
    assert_eq!(refused(made), RuleError::NotAllowed);
}

#[test]
fn a_strangers_forged_add_is_refused_by_the_others() {
    let (_, mut alice, mut bob) = talking(Suite::Hybrid);
    let mut carol = Account::new(3).device(1);
    let package = carol.key_package(Suite::Hybrid);
    let package = alice.checked(&package).into_package();
    // Alice's client is hostile: it goes past its own checks.
    let mut group = alice.load();
    let commit = alice.act(|p, d| group.group.add_members(p, d, &[package]).unwrap().0.to_bytes().unwrap());
    assert_eq!(refused(bob.load().process(&bob.provider(), &commit)), RuleError::NotAllowed);
}

#[test]
fn who_is_no_admin_brings_nobody_into_a_group_by_going_past_the_own_checks() {
    let (_, mut alice1, _, mut bob1) = alices_group();
    let mut carol1 = Account::new(3).device(1);
    let package = carol1.key_package(Suite::Hybrid);
    let package = bob1.checked(&package).into_package();
    let mut group = bob1.load();
    let commit = bob1.act(|p, d| group.group.add_members(p, d, &[package]).unwrap().0.to_bytes().unwrap());
    assert_eq!(refused(alice1.load().process(&alice1.provider(), &commit)), RuleError::Denied);
}

/// Alice, who is the admin, and Bob, in a group of many.
fn alices_group() -> (Account, Phone, Account, Phone) {
    let [alice, bob] = [1, 2].map(Account::new);
    let (mut alice1, mut bob1) = (alice.device(1), bob.device(1));
    let policy = ChatPolicy {
        chat: CHAT,
        generation: FIRST,
        kind: ChatKind::Group,
        accounts: std::collections::BTreeSet::new(),
        admins: [alice.id()].into(),
    };
    alice1.create(&policy, Suite::Hybrid);
    alice1.adds(&mut [&mut bob1], &mut []);
    (alice, alice1, bob, bob1)
}

fn admins<'a>(admins: impl IntoIterator<Item = &'a Account>) -> Change<'static> {
    let admins = Some(admins.into_iter().map(Account::id).collect());
    Change { add: Vec::new(), remove: &[], admins, path: UpdatePath::Always, aad: b"" }
}

#[test]
fn an_admin_makes_another_one_and_goes() {
    let (alice, mut alice1, bob, mut bob1) = alices_group();
    let mut group = alice1.load();
    let staged = alice1.act(|p, d| group.stage(p, d, admins([&alice, &bob])).unwrap());
    alice1.settles(&staged, &mut [&mut bob1]);
    assert_agree(&mut [&mut alice1, &mut bob1]);
    assert_eq!(alice1.load().policy().admins, [alice.id(), bob.id()].into());
    let mut group = bob1.load();
    assert_eq!(group.policy(), alice1.load().policy());
    let gone = alice1.address();
    let change = Change { remove: &[gone], ..admins([&bob]) };
    let staged = bob1.act(|p, d| group.stage(p, d, change).unwrap());
    assert!(alice1.applies(&staged.commit).self_removed);
    group.confirm_pending(&bob1.provider()).unwrap();
    assert_eq!(group.policy().admins, [bob.id()].into());
}

#[test]
fn who_is_no_admin_makes_nobody_one() {
    let (alice, mut alice1, bob, mut bob1) = alices_group();
    let carol = Account::new(3);
    let mut group = bob1.load();
    assert_eq!(refused(bob1.act(|p, d| group.stage(p, d, admins([&alice, &bob])))), RuleError::Denied);
    // Bob's client goes past its own checks.
    let mut group = bob1.load();
    group.drop_pending(&bob1.provider()).unwrap();
    let commit = bob1.act(|p, d| {
        let extensions = group.extensions_with([alice.id(), bob.id()].into()).unwrap();
        group.group.update_group_context_extensions(p, extensions, d).unwrap().0.to_bytes().unwrap()
    });
    assert_eq!(refused(alice1.load().process(&alice1.provider(), &commit)), RuleError::Denied);
    // Nor does an admin make one of somebody without a leaf.
    let mut group = alice1.load();
    assert_eq!(refused(alice1.act(|p, d| group.stage(p, d, admins([&alice, &carol])))), RuleError::Denied);
}

#[test]
fn a_removal_that_only_a_revocation_permits_is_named() {
    let (_, mut alice, mut bob) = talking(Suite::Hybrid);
    let mut bob2 = pair().bob.device(2);
    bob.adds(&mut [&mut bob2], &mut [&mut alice]);
    let mut group = alice.load();
    let gone = bob2.address();
    let staged = alice.act(|p, d| group.stage_remove(p, d, &[gone], b"").unwrap());
    assert_eq!(bob.applies(&staged.commit).only_if_revoked, [gone]);
}

#[test]
fn a_commit_that_lost_the_race_goes_when_the_winner_comes() {
    let (_, mut alice, mut bob) = talking(Suite::Hybrid);
    let (mut a, mut b) = (alice.load(), bob.load());
    let winner = alice.act(|p, d| a.stage_self_update(p, d, b"").unwrap());
    let loser = bob.act(|p, d| b.stage_self_update(p, d, b"").unwrap());
    assert_eq!(refused(bob.act(|p, d| b.stage_self_update(p, d, b""))), RuleError::PendingCommit);
    // The pending commit is in the database, and messages of the epoch still go out beside it.
    assert!(bob.load().has_pending());
    let meanwhile = bob.says("meanwhile");
    assert_eq!(alice.hears(&meanwhile).1, "meanwhile");
    bob.applies(&winner.commit);
    alice.settles(&winner, &mut []);
    assert!(!bob.load().has_pending());
    assert_agree(&mut [&mut alice, &mut bob]);
    assert!(matches!(
        alice.load().process(&alice.provider(), &loser.commit),
        Err(MlsError::WrongEpoch { given: 1, current: 2 })
    ));
    assert_eq!(refused(bob.load().confirm_pending(&bob.provider())), RuleError::PendingCommit);
}

#[test]
fn a_refused_commit_is_dropped_and_the_epoch_stays() {
    let (_, mut alice, mut bob) = talking(Suite::Hybrid);
    let mut group = alice.load();
    alice.act(|p, d| group.stage_self_update(p, d, b"").unwrap());
    alice.load().drop_pending(&alice.provider()).unwrap();
    assert!(!alice.load().has_pending());
    assert_agree(&mut [&mut alice, &mut bob]);
    let hello = alice.says("still here");
    bob.hears(&hello);
}

#[test]
fn after_a_rollback_the_loaded_group_goes_on() {
    let (_, mut alice, mut bob) = talking(Suite::Hybrid);
    let (one, two) = (alice.says("one"), alice.says("two"));
    bob.db.execute_batch("BEGIN").unwrap();
    bob.hears(&one);
    bob.db.execute_batch("ROLLBACK").unwrap();
    assert_eq!(bob.hears(&one).1, "one");
    assert_eq!(bob.hears(&two).1, "two");
    let mut group = alice.load();
    let staged = alice.act(|p, d| group.stage_self_update(p, d, b"").unwrap());
    bob.db.execute_batch("BEGIN").unwrap();
    bob.applies(&staged.commit);
    bob.db.execute_batch("ROLLBACK").unwrap();
    bob.applies(&staged.commit);
    alice.settles(&staged, &mut []);
    assert_agree(&mut [&mut alice, &mut bob]);
}

#[test]
fn every_changed_byte_of_a_message_is_noticed() {
    let (_, mut alice, mut bob) = talking(Suite::Classical);
    let hello = alice.says("hello");
    for at in 0..hello.len() {
        let mut changed = hello.clone();
        changed[at] ^= 1;
        bob.db.execute_batch("BEGIN").unwrap();
        let result = bob.load().process(&bob.provider(), &changed);
        bob.db.execute_batch("ROLLBACK").unwrap();
        match result {
            Err(error) => assert!(!error.is_storage(), "byte {at}: {error:?}"),
            Ok(processed) => panic!("byte {at}: {processed:?}"),
        }
    }
    assert_eq!(bob.hears(&hello).1, "hello");
}

#[test]
fn a_changed_commit_is_refused() {
    let (_, mut alice, mut bob) = talking(Suite::Hybrid);
    let mut group = alice.load();
    let staged = alice.act(|p, d| group.stage_self_update(p, d, b"").unwrap());
    for at in (0..staged.commit.len()).step_by(97) {
        let mut changed = staged.commit.clone();
        changed[at] ^= 1;
        bob.db.execute_batch("BEGIN").unwrap();
        assert!(bob.load().process(&bob.provider(), &changed).is_err(), "byte {at}");
        bob.db.execute_batch("ROLLBACK").unwrap();
    }
    bob.applies(&staged.commit);
}

#[test]
fn proposals_by_themselves_are_refused() {
    let (_, mut alice, mut bob) = talking(Suite::Hybrid);
    let mut group = alice.load();
    let proposal = alice.act(|p, d| {
        let victim = group.group.members().find(|m| m.index != group.group.own_leaf_index()).unwrap().index;
        group.group.propose_remove_member(p, d, victim).unwrap().0.to_bytes().unwrap()
    });
    assert_eq!(refused(bob.load().process(&bob.provider(), &proposal)), RuleError::Proposal);
    // Nothing is left behind that would stop the next message.
    bob.says("still able");
}

#[test]
fn rubbish_is_named() {
    let (_, mut alice, mut bob) = talking(Suite::Hybrid);
    let (info, tree) = group_info_and_tree(&mut alice);
    for bytes in [&[][..], &[0; 40], &tree] {
        assert_eq!(refused(bob.load().process(&bob.provider(), bytes)), RuleError::NotA("message"));
    }
    assert_eq!(refused(bob.load().process(&bob.provider(), &info)), RuleError::NotA("log entry"));
    assert_eq!(refused(key_packages::verify(&bob.provider(), &info)), RuleError::NotA("key package"));
    assert_eq!(refused(join_welcome(&bob.provider(), CHAT, FIRST, &info, &tree)), RuleError::NotA("welcome"));
    let bad = bob.act(|p, d| join_external(p, d, (CHAT, FIRST), &info, &tree[..tree.len() - 1], b""));
    assert_eq!(refused(bad), RuleError::NotA("ratchet tree"));
}

#[test]
fn a_leaf_under_anothers_certificate_is_refused() {
    let pair = pair();
    let (mut alice, bob) = (pair.alice.device(1), pair.bob.device(1));
    // Mallory holds Bob's certificate, but not his key.
    let mallory_account = AccountKey::from_bytes(&[9; 32]);
    let mallory_key = DeviceKey::from_bytes(&[8; 32]);
    let fields = CertFields {
        device: proto::ids::DeviceNumber(1),
        signature_key: mallory_key.public(),
        role: DeviceRole::Phone,
        issued_ms: 1,
        list_version: 1,
    };
    let own = identity::cert::issue_own_cert(&mallory_account, &mallory_key, &fields).encode_to_vec();
    let mallory = OwnDevice::new(mallory_key, own).unwrap();
    let bobs_credential = bob.device.credential_with_key().credential;
    let credential = openmls::prelude::CredentialWithKey {
        credential: bobs_credential,
        signature_key: mallory.credential_with_key().signature_key,
    };
    let package = alice.act(|p, _| {
        let bundle = openmls::prelude::KeyPackage::builder()
            .leaf_node_capabilities(capabilities())
            .key_package_lifetime(lifetime(now_ms()))
            .build(ciphersuite(Suite::Hybrid), p, &mallory, credential)
            .unwrap();
        openmls::prelude::MlsMessageOut::from(bundle.into_key_package()).to_bytes().unwrap()
    });
    let verified = key_packages::verify(&alice.provider(), &package);
    assert!(matches!(refused(verified), RuleError::Cert(identity::CertError::ForeignLeaf)));
}

#[test]
fn a_companion_joins_by_external_commit() {
    for suite in SUITES {
        let (pair, mut alice, mut bob) = talking(suite);
        let mut alice2 = pair.alice.device(2);
        let join = external(&mut alice2, &mut alice).unwrap();
        assert_eq!((join.base_epoch, join.roster.len()), (1, 3));
        // Until the server has accepted it there is no group.
        assert!(ChatGroup::load(&alice2.provider(), CHAT, FIRST).unwrap().is_none());
        let applied = bob.applies(&join.commit);
        assert!(applied.is_external && applied.sender.address() == alice2.address() && applied.removed.is_empty());
        alice.applies(&join.commit);
        finish_external(&alice2.provider(), CHAT, FIRST).unwrap();
        assert_agree(&mut [&mut alice, &mut bob, &mut alice2]);
        // The next one joins by the GroupInfo that the commit brought.
        let mut bob2 = pair.bob.device(2);
        let tree = alice2.load().export_ratchet_tree(&alice2.provider()).unwrap();
        let next = bob2.act(|p, d| join_external(p, d, (CHAT, FIRST), &join.group_info, &tree, b"").unwrap());
        alice.applies(&next.commit);
        finish_external(&bob2.provider(), CHAT, FIRST).unwrap();
        assert_agree(&mut [&mut alice, &mut bob2]);
    }
}

#[test]
fn the_group_info_of_a_staged_commit_serves_the_next_joiner() {
    let (pair, mut alice, mut bob) = talking(Suite::Hybrid);
    let mut group = alice.load();
    let staged = alice.act(|p, d| group.stage_self_update(p, d, b"").unwrap());
    let tree = alice.settles(&staged, &mut [&mut bob]);
    let mut bob2 = pair.bob.device(2);
    let join = bob2.act(|p, d| join_external(p, d, (CHAT, FIRST), &staged.group_info, &tree, b"").unwrap());
    assert_eq!(join.base_epoch, 2);
    alice.applies(&join.commit);
}

#[test]
fn resync_replaces_the_own_leaf_and_the_old_group_stays_until_then() {
    let (_, mut alice, mut bob) = talking(Suite::Hybrid);
    let before = bob.load().epoch_authenticator();
    let refused_attempt = external(&mut bob, &mut alice).unwrap();
    assert_eq!(bob.load().epoch_authenticator(), before);
    discard_external(&bob.provider(), CHAT, FIRST).unwrap();
    assert_eq!(refused(finish_external(&bob.provider(), CHAT, FIRST)), RuleError::PendingCommit);
    bob.says("in the old group still");

    let join = external(&mut bob, &mut alice).unwrap();
    assert_ne!(join.commit, refused_attempt.commit);
    let applied = alice.applies(&join.commit);
    assert!(applied.is_external && applied.removed == [bob.address()] && applied.only_if_revoked.is_empty());
    finish_external(&bob.provider(), CHAT, FIRST).unwrap();
    assert_agree(&mut [&mut alice, &mut bob]);
    assert_eq!(alice.load().roster().unwrap().len(), 2);
    let hello = bob.says("back");
    assert_eq!(alice.hears(&hello).1, "back");
}

#[test]
fn an_external_commit_may_not_take_a_siblings_leaf() {
    let (pair, mut alice, mut bob) = talking(Suite::Hybrid);
    // A device with the number of Bob's phone but another key: the old leaf is not its own.
    let stranger = DeviceKey::from_bytes(&[5; 32]);
    let fields = CertFields {
        signature_key: stranger.public(),
        device: bob.address().device,
        role: DeviceRole::Phone,
        issued_ms: 1,
        list_version: 1,
    };
    let cert = identity::cert::issue_own_cert(&pair.bob.key, &stranger, &fields).encode_to_vec();
    let twin = OwnDevice::new(stranger, cert).unwrap();
    let (info, tree) = group_info_and_tree(&mut alice);
    let attempt = bob.act(|p, _| join_external(p, &twin, (CHAT, FIRST), &info, &tree, b""));
    assert_eq!(refused(attempt), RuleError::DeviceTwice);
    // A device of another number with the key of Bob's phone: by the key the phone's leaf would go.
    let key = bob.device.key().clone();
    let fields = CertFields {
        signature_key: key.public(),
        device: DeviceNumber(2),
        role: DeviceRole::Companion,
        issued_ms: 1,
        list_version: 2,
    };
    let cert = identity::cert::issue_own_cert(&pair.bob.key, &key, &fields).encode_to_vec();
    let twin = OwnDevice::new(key, cert).unwrap();
    let mut hostile = pair.bob.device(3);
    let join = hostile.act(|p, _| join_external(p, &twin, (CHAT, FIRST), &info, &tree, b"").unwrap());
    assert_eq!(refused(alice.load().process(&alice.provider(), &join.commit)), RuleError::ExternalCommit);
}

#[test]
fn a_welcome_is_for_its_key_package_its_chat_and_newcomers() {
    let (pair, mut alice, mut bob) = talking(Suite::Hybrid);
    let mut alice2 = pair.alice.device(2);
    let package = alice2.key_package(Suite::Hybrid);
    let package = alice.checked(&package);
    let mut group = alice.load();
    let staged = alice.act(|p, d| group.stage_add(p, d, vec![package], b"").unwrap());
    let tree = alice.settles(&staged, &mut [&mut bob]);
    let welcome = staged.welcome.as_ref().unwrap();
    assert!(matches!(bob.joins(&staged, &tree), Joining::AlreadyMember));
    let mut bob2 = pair.bob.device(2);
    assert!(matches!(bob2.joins(&staged, &tree), Joining::KeyPackageGone));
    alice2.db.execute_batch("BEGIN").unwrap();
    let other_chat = join_welcome(&alice2.provider(), ChatId([0; 16]), FIRST, welcome, &tree);
    assert_eq!(refused(other_chat.map(|_| ())), RuleError::OtherGroup);
    alice2.db.execute_batch("ROLLBACK").unwrap();
    alice2.db.execute_batch("BEGIN").unwrap();
    let (_, old_tree) = group_info_and_tree(&mut bob2_free_tree(&pair));
    assert!(join_welcome(&alice2.provider(), CHAT, FIRST, welcome, &old_tree).is_err());
    alice2.db.execute_batch("ROLLBACK").unwrap();
    assert!(matches!(alice2.joins(&staged, &tree), Joining::Joined { by, .. } if by.address() == alice.address()));
    assert!(matches!(alice2.joins(&staged, &tree), Joining::AlreadyMember));
    assert_agree(&mut [&mut alice, &mut bob, &mut alice2]);
}

/// Somebody with another tree of a group of the same name.
fn bob2_free_tree(pair: &Pair) -> Phone {
    let mut phone = pair.alice.device(7);
    phone.create(&pair.policy, Suite::Hybrid);
    phone
}

#[test]
fn a_device_that_was_removed_is_added_again() {
    let (pair, mut alice, mut bob) = talking(Suite::Hybrid);
    let mut alice2 = pair.alice.device(2);
    alice.adds(&mut [&mut alice2], &mut [&mut bob]);
    let gone = alice2.address();
    let mut group = alice.load();
    let staged = alice.act(|p, d| group.stage_remove(p, d, &[gone], b"").unwrap());
    alice.settles(&staged, &mut [&mut bob, &mut alice2]);
    alice.adds(&mut [&mut alice2], &mut [&mut bob]);
    assert_agree(&mut [&mut alice, &mut bob, &mut alice2]);
}

#[test]
fn a_last_resort_package_serves_twice_and_suites_do_not_mix() {
    let (pair, mut alice, mut bob) = talking(Suite::Hybrid);
    let mut alice2 = pair.alice.device(2);
    let generate = |p: &Provider<'_>, d: &OwnDevice| {
        key_packages::generate(p, d, Suite::Hybrid, KeyPackageUse::LastResort, 1, now_ms()).unwrap().remove(0)
    };
    let package = alice2.act(generate);
    for _ in 0..2 {
        let checked = alice.checked(&package);
        let mut group = alice.load();
        let staged = alice.act(|p, d| group.stage_add(p, d, vec![checked], b"").unwrap());
        let tree = alice.settles(&staged, &mut [&mut bob]);
        let joining = alice2.joins(&staged, &tree);
        let Joining::Joined { last_resort, .. } = joining else { panic!("not joined") };
        assert_eq!(last_resort, key_packages::reference(&alice2.provider(), &package).unwrap());
        let gone = alice2.address();
        let mut group = alice.load();
        let staged = alice.act(|p, d| group.stage_remove(p, d, &[gone], b"").unwrap());
        alice.settles(&staged, &mut [&mut bob, &mut alice2]);
    }
    // Replaced and forgotten, it serves nobody.
    key_packages::forget(&alice2.provider(), &package).unwrap();
    key_packages::forget(&alice2.provider(), b"no package").unwrap();
    let package = alice.checked(&package);
    let mut group = alice.load();
    let staged = alice.act(|p, d| group.stage_add(p, d, vec![package], b"").unwrap());
    let tree = alice.settles(&staged, &mut [&mut bob]);
    assert!(matches!(alice2.joins(&staged, &tree), Joining::KeyPackageGone));
    let classical = alice2.key_package(Suite::Classical);
    let classical = alice.checked(&classical);
    let mut group = alice.load();
    assert_eq!(refused(alice.act(|p, d| group.stage_add(p, d, vec![classical], b""))), RuleError::Suite);
}

#[test]
fn exported_secrets_agree_within_an_epoch_only() {
    let (_, mut alice, mut bob) = talking(Suite::Hybrid);
    let (a, b) = (alice.load().mark_key(&alice.provider()).unwrap(), bob.load().mark_key(&bob.provider()).unwrap());
    assert_eq!(a, b);
    let mut group = alice.load();
    let staged = alice.act(|p, d| group.stage_self_update(p, d, b"").unwrap());
    alice.settles(&staged, &mut [&mut bob]);
    assert_ne!(alice.load().mark_key(&alice.provider()).unwrap(), a);
}

#[test]
fn a_deleted_group_is_gone_and_a_failing_database_is_told_from_a_bad_message() {
    let (_, mut alice, mut bob) = talking(Suite::Hybrid);
    let hello = alice.says("hello");
    ChatGroup::delete(&alice.provider(), CHAT, FIRST).unwrap();
    assert!(ChatGroup::load(&alice.provider(), CHAT, FIRST).unwrap().is_none());
    let rows: i64 = alice.db.query_row("SELECT count(*) FROM mls_group", [], |row| row.get(0)).unwrap();
    assert_eq!(rows, 0);
    let mut group = bob.load();
    bob.db.execute_batch("PRAGMA query_only = ON").unwrap();
    assert!(group.process(&bob.provider(), &hello).unwrap_err().is_storage());
    bob.db.execute_batch("PRAGMA query_only = OFF").unwrap();
    assert_eq!(bob.hears(&hello).1, "hello");
}

#[test]
fn a_leaf_may_not_turn_into_another_device() {
    let (pair, mut alice, mut bob) = talking(Suite::Hybrid);
    // The same key, but certified as another device.
    let key = DeviceKey::from_bytes(&alice.device.key().to_bytes());
    let fields = CertFields {
        device: proto::ids::DeviceNumber(9),
        signature_key: key.public(),
        role: DeviceRole::Companion,
        issued_ms: 1,
        list_version: 9,
    };
    let cert = identity::cert::issue_own_cert(&pair.alice.key, &key, &fields).encode_to_vec();
    let changed = OwnDevice::new(key, cert).unwrap();
    let parameters =
        openmls::prelude::LeafNodeParameters::builder().with_credential_with_key(changed.credential_with_key()).build();
    let mut group = alice.load();
    let commit = alice.act(|p, d| group.group.self_update(p, d, parameters).unwrap().into_commit().to_bytes().unwrap());
    assert_eq!(refused(bob.load().process(&bob.provider(), &commit)), RuleError::LeafChanged);
}

#[test]
fn nobody_changes_the_policy_of_a_direct_chat() {
    let (_, mut alice, mut bob) = talking(Suite::Hybrid);
    let mut group = alice.load();
    let commit = alice.act(|p, d| {
        let extensions = group.group.extensions().clone();
        group.group.update_group_context_extensions(p, extensions, d).unwrap().0.to_bytes().unwrap()
    });
    assert_eq!(refused(bob.load().process(&bob.provider(), &commit)), RuleError::Denied);
}

#[test]
fn an_account_that_is_not_inside_yet_does_not_join_from_outside() {
    let pair = pair();
    let (mut alice, mut bob) = (pair.alice.device(1), pair.bob.device(1));
    alice.create(&pair.policy, Suite::Hybrid);
    assert_eq!(refused(external(&mut bob, &mut alice)), RuleError::NotAllowed);
    // Bob's client goes past its own check.
    let (info, tree) = group_info_and_tree(&mut alice);
    let commit = bob.act(|p, d| {
        use openmls::prelude::tls_codec::DeserializeBytes;
        let info = openmls::prelude::MlsMessageIn::tls_deserialize_exact_bytes(&info).unwrap();
        let openmls::prelude::MlsMessageBodyIn::GroupInfo(info) = info.extract() else { panic!("no group info") };
        let tree = openmls::prelude::RatchetTreeIn::tls_deserialize_exact_bytes(&tree).unwrap();
        let parameters = openmls::prelude::LeafNodeParameters::builder().with_capabilities(capabilities()).build();
        let builder = MlsGroup::external_commit_builder().with_ratchet_tree(tree).with_config(join_config());
        let builder = builder.build_group(p, info, d.credential_with_key()).unwrap().leaf_node_parameters(parameters);
        let builder = builder.load_psks(p.storage()).unwrap().build(p.rand(), p.crypto(), d, |_| true).unwrap();
        builder.finalize(p).unwrap().1.into_commit().to_bytes().unwrap()
    });
    assert_eq!(refused(alice.load().process(&alice.provider(), &commit)), RuleError::NotAllowed);
}
