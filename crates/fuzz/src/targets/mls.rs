//! MLS: what members, joiners and the database of a device give to OpenMLS.

use crate::real::{self, Chat, values};
use crate::script::{Script, chosen};
use e2ee::group::{ChatGroup, Processed, join_external, join_welcome};
use e2ee::{OwnDevice, Provider, key_packages};
use identity::ChatKind;
use openmls::prelude::tls_codec::{DeserializeBytes as _, Serialize as _};
use openmls::prelude::{MlsMessageBodyIn, MlsMessageIn, ProtocolVersion, RatchetTreeIn};
use openmls_rust_crypto::RustCrypto;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng as _;
use rusqlite::Connection;

/// Steps of one input.
const STEPS_MAX: usize = 16;

/// Any MLSMessage; a key package is validated as server and clients do.
pub(super) fn message(bytes: &[u8]) {
    let Ok(message) = MlsMessageIn::tls_deserialize_exact_bytes(bytes) else { return };
    match message.extract() {
        MlsMessageBodyIn::KeyPackage(package) => {
            let encoded = package.tls_serialize_detached().expect("what was read can be written");
            assert!(bytes.ends_with(&encoded), "a key package that is written differently has another reference");
            if let Ok(package) = package.validate(&RustCrypto::default(), ProtocolVersion::Mls10) {
                assert!(package.hash_ref(&RustCrypto::default()).is_ok());
            }
        }
        MlsMessageBodyIn::GroupInfo(info) => {
            assert!(info.group_id().as_slice().len() <= bytes.len());
        }
        _ => {}
    }
}

pub(super) fn ratchet_tree(bytes: &[u8]) {
    let Ok(tree) = RatchetTreeIn::tls_deserialize_exact_bytes(bytes) else { return };
    assert!(tree.leaves().count() <= bytes.len());
    let again = tree.tls_serialize_detached().expect("what was read can be written");
    let again = RatchetTreeIn::tls_deserialize_exact_bytes(&again).expect("what was written can be read");
    assert_eq!(again, tree);
}

/// A device with its groups, whose database goes back after each input.
struct Member {
    db: Connection,
    device: OwnDevice,
    chats: Vec<Chat>,
}

thread_local! {
    static MEMBER: Member = member();
}

fn member() -> Member {
    let db = real::database(real::peer()).expect("a device that was recorded");
    let device = real::own_device(&db).expect("a device with a key");
    let kinds = [ChatKind::Direct, ChatKind::SelfGroup];
    let chats = kinds.into_iter().flat_map(|kind| real::chats(&db, kind).expect("its chats")).collect();
    Member { db, device, chats }
}

impl Member {
    /// Takes back whatever is done to the database.
    fn for_a_while(run: impl FnOnce(&Member)) {
        MEMBER.with(|member| {
            let transaction = member.db.unchecked_transaction().expect("nothing else is under way");
            run(member);
            transaction.rollback().expect("memory");
        });
    }

    fn load(&self, provider: &Provider<'_>, chat: Chat) -> Option<ChatGroup> {
        ChatGroup::load(provider, chat.chat, chat.generation).expect("a group that was stored by us")
    }

    fn process(&self, provider: &Provider<'_>, chat: Chat, bytes: &[u8]) {
        let Some(mut group) = self.load(provider, chat) else { return };
        let epoch = group.epoch();
        let processed = group.process(provider, bytes);
        let group = self.load(provider, chat).expect("a group is not lost by what comes in");
        match processed {
            Ok(Processed::Commit(commit)) => assert_eq!((group.epoch(), commit.epoch), (epoch + 1, epoch + 1)),
            Ok(Processed::App(_) | Processed::OwnApp) => assert_eq!(group.epoch(), epoch),
            Err(error) => {
                assert!(!error.is_storage(), "{error}");
                assert_eq!(group.epoch(), epoch, "what was refused changed the group");
            }
        }
        group.roster().expect("certificates that were checked");
    }
}

/// Log entries, Welcomes, group information and key packages for a member.
pub(super) fn group(bytes: &[u8]) {
    let values = values();
    Member::for_a_while(|member| {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let provider = Provider::new(&member.db, &mut rng);
        let mut script = Script::new(bytes);
        for _ in 0..STEPS_MAX {
            let Some(step) = script.next() else { return };
            let Some(chat) = chosen(&member.chats, step / 8).copied() else { return };
            let place = (chat.chat, chat.generation);
            match step % 8 {
                0..4 => member.process(&provider, chat, &script.value(&values.log_items)),
                4 => {
                    let (welcome, tree) = (script.value(&values.welcomes), script.value(&values.ratchet_trees));
                    if script.byte() % 2 == 1 {
                        ChatGroup::delete(&provider, place.0, place.1).expect("memory");
                    }
                    if let Err(error) = join_welcome(&provider, place.0, place.1, &welcome, &tree) {
                        assert!(!error.is_storage(), "{error}");
                    }
                }
                5 | 6 => {
                    let (info, tree) = (script.value(&values.group_infos), script.value(&values.ratchet_trees));
                    match join_external(&provider, &member.device, place, &info, &tree, b"") {
                        Ok(join) => {
                            assert!(join.roster.iter().any(|leaf| leaf.address == member.device.cert().address()))
                        }
                        Err(error) => assert!(!error.is_storage(), "{error}"),
                    }
                }
                _ => {
                    if let Ok(package) = key_packages::verify(&provider, &script.value(&values.key_packages)) {
                        assert!(package.cert().device.0 > 0);
                    }
                }
            }
        }
    });
}

/// What OpenMLS keeps of a group in the database, damaged: an error, or a group that can be asked.
pub(super) fn stored_group(bytes: &[u8]) {
    Member::for_a_while(|member| {
        let mut script = Script::new(bytes);
        let Some(chat) = chosen(&member.chats, script.byte()).copied() else { return };
        let read = "SELECT rowid_of, value FROM (SELECT row_number() OVER (ORDER BY group_id, kind, part) AS rowid_of, value FROM mls_group)";
        let mut statement = member.db.prepare(read).expect("a query");
        let stored: Vec<Vec<u8>> =
            statement.query_map([], |row| row.get(1)).expect("rows").collect::<Result<_, _>>().expect("blobs");
        let place = usize::from(script.byte()) % stored.len().max(1);
        // The value itself stands first, so that changes are changes of it.
        let values: Vec<Vec<u8>> = stored.get(place..).unwrap_or_default().to_vec();
        let value = script.value(&values);
        let write = "UPDATE mls_group SET value = ?1 WHERE (group_id, namespace, kind, part) IN
            (SELECT group_id, namespace, kind, part FROM mls_group ORDER BY group_id, kind, part LIMIT 1 OFFSET ?2)";
        let place = i64::try_from(place).expect("few rows");
        member.db.execute(write, rusqlite::params![value, place]).expect("memory");
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let provider = Provider::new(&member.db, &mut rng);
        let Ok(Some(mut group)) = ChatGroup::load(&provider, chat.chat, chat.generation) else { return };
        let _ = group.roster();
        let _ = group.mark_key(&provider);
        let _ = group.encrypt(&provider, &member.device, b"hello", b"");
        for item in values_of_log().take(4) {
            let Ok(Some(mut group)) = ChatGroup::load(&provider, chat.chat, chat.generation) else { return };
            let _ = group.process(&provider, item);
        }
    });
}

fn values_of_log() -> impl Iterator<Item = &'static Vec<u8>> {
    values().log_items.iter().rev()
}
