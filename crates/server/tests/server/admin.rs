//! The operator's commands at a running server: accounts are listed, kept out, let in, deleted; a backup is made and put back.

use crate::blobs::uploaded;
use crate::client::Host;
use crate::device::{registered, taken};
use crate::invites::{admin, admin_json, admin_refused};
use proto::account::*;
use proto::ids::ChatId;
use proto::wire::client_frame::Body;
use proto::wire::{item, refused::Reason, reply};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Output;

const ALICE: &str = "+4915123456701";
const BOB: &str = "+4915123456702";

fn files(folder: &Path) -> usize {
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    entries.map(|entry| entry.unwrap().path()).map(|path| if path.is_dir() { files(&path) } else { 1 }).sum()
}

#[tokio::test]
async fn accounts_and_devices_are_listed_and_counted() {
    let host = Host::start().await;
    let (account, phone) = registered(&host, ALICE).await;
    registered(&host, BOB).await;
    uploaded(&host, &phone.token, &[7; 100]).await;
    let _socket = phone.hello(&host).await;
    let told = admin_json(host.folder(), &["accounts"]).await;
    let lines = told["accounts"].as_array().unwrap();
    assert_eq!(lines.len(), 2);
    let line = lines.iter().find(|line| line["number"] == ALICE).unwrap();
    assert_eq!(line["account"], hex::encode(account.id().0));
    assert_eq!((&line["devices"], &line["blob_bytes"], &line["suspended"]), (&1.into(), &100.into(), &false.into()));
    assert!(line["last_seen_day_ms"].as_u64().unwrap() > 0);
    let devices = admin_json(host.folder(), &["devices", "+49 151 23456701"]).await;
    assert_eq!((&devices["devices"][0]["device"], &devices["devices"][0]["connected"]), (&1.into(), &true.into()));
    let stats = admin_json(host.folder(), &["stats"]).await;
    assert_eq!((&stats["stats"]["accounts"], &stats["stats"]["sockets"]), (&2.into(), &1.into()));
    let text = String::from_utf8(admin(host.folder(), &["accounts"]).await.stdout).unwrap();
    assert!(text.lines().count() == 2 && text.contains(BOB) && text.contains("never seen"), "{text}");
    for (number, words) in [("hello", "no telephone number"), ("+4915123456799", "nobody on this server")] {
        for command in [&["devices"][..], &["account", "suspend"], &["account", "resume"]] {
            let said = admin_refused(host.folder(), &[command, &[number]].concat()).await;
            assert!(said.contains(words), "{said}");
        }
    }
}

#[tokio::test]
async fn a_suspended_account_is_out_until_it_is_resumed() {
    let host = Host::start().await;
    let (_, alice) = registered(&host, ALICE).await;
    let mut socket = alice.hello(&host).await;
    admin_json(host.folder(), &["account", "suspend", ALICE]).await;
    assert_eq!(socket.close_code().await, Some(1000));
    host.get("/v1/account", Some(&alice.token)).await.refused(403, "account-suspended");
    alice.try_session(&host).await.refused(403, "account-suspended");
    let mut again = crate::device::Socket::open(&host).await;
    match again.ask(Body::Hello(alice.hello_body(0, 2))).await {
        reply::Body::Refused(refused) => assert_eq!(refused.reason(), Reason::Suspended),
        other => panic!("{other:?}"),
    }
    // Nor by a new account of the number; whoever has the number is told.
    host.clock.forward(60_000);
    let ticket = crate::device::proved(&host, ALICE).await.ticket;
    let (new, _) = crate::device::Account::make();
    let signed_device_list = new.list.as_bytes().to_vec();
    let register = Register { ticket, signed_device_list, ..Register::default() };
    host.post("/v1/register", None, &register).await.refused(403, "account-suspended");
    admin_json(host.folder(), &["account", "resume", ALICE]).await;
    host.get("/v1/account", Some(&alice.token)).await.ok::<OwnAccount>();
    alice.hello(&host).await;
}

#[tokio::test]
async fn a_deleted_account_leaves_what_is_others_and_nothing_else() {
    let host = Host::start().await;
    let (alice_account, alice) = registered(&host, ALICE).await;
    let (_, bob) = registered(&host, BOB).await;
    let (mut alice_socket, mut bob_socket) = (alice.hello(&host).await, bob.hello(&host).await);
    let (mut group, create) = alice.direct_chat(bob.address.account, &[(bob.address, bob.key_package())]);
    let chat = ChatId::try_from(create.chat.clone()).unwrap();
    taken(alice_socket.ask(Body::GroupCreate(create)).await);
    alice.merge(&mut group);
    let (_, item::Body::Welcome(welcome)) = bob_socket.item().await else { panic!("no welcome") };
    let mut bob_group = bob.join(&welcome);
    uploaded(&host, &alice.token, &[7; 100]).await;
    uploaded(&host, &bob.token, &[8; 100]).await;
    let said = admin_refused(host.folder(), &["account", "delete", ALICE]).await;
    assert!(said.contains("--yes"), "{said}");
    assert_eq!(files(&host.folder().join("blobs")), 2);

    admin_json(host.folder(), &["account", "delete", ALICE, "--yes"]).await;
    assert_eq!(alice_socket.close_code().await, Some(1000));
    host.get("/v1/account", Some(&alice.token)).await.refused(401, "unauthenticated");
    alice.try_session(&host).await.refused(403, "signature-wrong");
    let numbers = vec![ALICE.into()];
    assert_eq!(host.post("/v1/lookup", Some(&bob.token), &LookUp { numbers }).await.ok::<LookUpOk>().found, []);
    assert_eq!(files(&host.folder().join("blobs")), 1, "the other's is there");
    let stats = admin_json(host.folder(), &["stats"]).await;
    assert_eq!((&stats["stats"]["accounts"], &stats["stats"]["chats"]), (&1.into(), &1.into()));
    // The chat goes on for the other, without the leaf of who is gone.
    let app = bob.app(&mut bob_group, chat, "still there?");
    let reply::Body::RevokedLeaf(leaves) = bob_socket.ask(Body::App(app)).await else { panic!("it was taken") };
    assert_eq!(leaves.devices, [alice.address.to_wire()]);
    let own = bob_group.own_leaf_index();
    let leaf = bob_group.members().map(|member| member.index).find(|index| *index != own).unwrap();
    taken(bob_socket.ask(Body::Commit(bob.change(&mut bob_group, chat, Vec::new(), vec![leaf]))).await);
    bob.merge(&mut bob_group);
    taken(bob_socket.ask(Body::App(bob.app(&mut bob_group, chat, "still here"))).await);
    // The key makes no account again, which would be in all its chats.
    host.clock.forward(60_000);
    let ticket = crate::device::proved(&host, ALICE).await.ticket;
    let signed_device_list = alice_account.list.as_bytes().to_vec();
    let register = Register { ticket, signed_device_list, ..Register::default() };
    host.post("/v1/register", None, &register).await.refused(403, "account-deleted");
    // The number is as good as new.
    host.clock.forward(60_000);
    registered(&host, ALICE).await;
}

/// `heliograph restore`.
async fn restore(backup: &Path, data: &Path) -> Output {
    let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_heliograph"));
    command.arg("restore").arg(backup).arg("--data").arg(data).output().await.unwrap()
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[tokio::test]
async fn a_backup_that_is_refused_leaves_what_is_there() {
    let host = Host::start().await;
    let outside = tempfile::tempdir().unwrap();
    let (backup, partial) = (outside.path().join("backup"), outside.path().join("backup.partial"));
    let at = backup.to_str().unwrap();
    std::fs::create_dir(&partial).unwrap();
    std::fs::write(partial.join("heliograph.db"), "somebody's").unwrap();
    let said = admin_refused(host.folder(), &["backup", at]).await;
    assert!(said.contains("backup.partial exists"), "{said}");
    assert_eq!(std::fs::read(partial.join("heliograph.db")).unwrap(), b"somebody's");
    assert!(!backup.exists());
    // Nor is it a backup.
    let data = outside.path().join("data");
    let refused = String::from_utf8(restore(&partial, &data).await.stderr).unwrap();
    assert!(refused.contains("cut off"), "{refused}");
    let refused = String::from_utf8(restore(outside.path(), &data).await.stderr).unwrap();
    assert!(refused.contains("no heliograph.db"), "{refused}");
    assert!(!data.exists());
    std::fs::rename(&partial, outside.path().join("elsewhere")).unwrap();
    admin_json(host.folder(), &["backup", at]).await;
    assert!(backup.join("heliograph.db").is_file() && !partial.exists());
}

#[tokio::test]
async fn what_is_restored_is_its_owners_alone_and_whole() {
    let host = Host::start().await;
    let (_, alice) = registered(&host, ALICE).await;
    uploaded(&host, &alice.token, &[7; 100]).await;
    let outside = tempfile::tempdir().unwrap();
    let (backup, data) = (outside.path().join("backup"), outside.path().join("data"));
    admin_json(host.folder(), &["backup", backup.to_str().unwrap()]).await;
    let readable = std::fs::Permissions::from_mode(0o644);
    std::fs::set_permissions(backup.join("heliograph.db"), readable).unwrap();
    assert!(restore(&backup, &data).await.status.success());
    assert_eq!([mode(&data), mode(&data.join("blobs")), mode(&data.join("heliograph.db"))], [0o700, 0o700, 0o600]);
    let mut names: Vec<_> = std::fs::read_dir(&data).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["blobs", "heliograph.db"]);
    assert_eq!(files(&data.join("blobs")), 1);
    // As if it had been cut off: nobody goes on with half of it.
    std::fs::create_dir(data.join(".restoring")).unwrap();
    let mut serve = tokio::process::Command::new(env!("CARGO_BIN_EXE_heliograph"));
    serve.args(["serve", "--listen", "127.0.0.1:0", "--https-listen", "off", "--calls-listen", "off", "--data"]);
    let ended = serve.arg(&data).current_dir(outside.path()).kill_on_drop(true).output().await.unwrap();
    assert!(!ended.status.success() && String::from_utf8_lossy(&ended.stderr).contains("restore again"));
}

#[tokio::test]
async fn a_backup_of_a_running_server_is_put_back_under_a_new_timeline() {
    let host = Host::start().await;
    let (_, alice) = registered(&host, ALICE).await;
    let blob = uploaded(&host, &alice.token, &[7; 100]).await;
    let outside = tempfile::tempdir().unwrap();
    let backup = outside.path().join("backup");
    let at = backup.to_str().unwrap();
    admin_json(host.folder(), &["backup", at]).await;
    assert!(admin_refused(host.folder(), &["backup", at]).await.contains("exists"));
    let nowhere = outside.path().join("no/folder");
    assert!(admin_refused(host.folder(), &["backup", nowhere.to_str().unwrap()]).await.contains("cannot be made"));
    // What comes after it is not in it.
    registered(&host, BOB).await;
    let timeline = alice.hello(&host).await;
    drop(timeline);

    let restored = tempfile::tempdir().unwrap();
    assert!(restore(&backup, restored.path()).await.status.success());
    let again = restore(&backup, restored.path()).await;
    assert!(String::from_utf8_lossy(&again.stderr).contains("is not empty"));
    let back = Host::start_from(restored).await;
    let told = admin_json(back.folder(), &["accounts"]).await;
    assert_eq!(told["accounts"].as_array().unwrap().len(), 1);
    let read = back.get(&blob, Some(&alice.token)).await;
    assert_eq!((read.status, read.body), (200, vec![7; 100]));
    let timeline = async |host: &Host| {
        let mut socket = crate::device::Socket::open(host).await;
        match socket.ask(Body::Hello(alice.hello_body(0, 9))).await {
            reply::Body::HelloOk(ok) => ok.timeline,
            other => panic!("{other:?}"),
        }
    };
    assert_ne!(timeline(&host).await, timeline(&back).await, "clients learn of it");
}
