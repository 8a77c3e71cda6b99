//! Registration by invite: made, listed and revoked by the operator's command at a running server, and taken by the registration route.

use crate::client::{Answer, Host};
use crate::device::Account;
use proto::account::*;
use serde_json::Value;
use server::config::RegistrationMode;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Output;
use tokio::process::Command;

const NUMBER: &str = "+4915123456789";
const DAY_MS: u64 = 24 * 60 * 60 * 1_000;

/// `heliograph admin` for the server of this folder.
pub async fn admin(data: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_heliograph"));
    // What whoever runs the tests has set is not theirs.
    command.kill_on_drop(true).env_remove("HELIOGRAPH_URL").arg("admin").arg("--data").arg(data).args(arguments);
    command.output().await.unwrap()
}

/// The same, done, for programs.
pub async fn admin_json(data: &Path, arguments: &[&str]) -> Value {
    let output = admin(data, &[&["--json"], arguments].concat()).await;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Why it was not done.
pub async fn admin_refused(data: &Path, arguments: &[&str]) -> String {
    let output = admin(data, arguments).await;
    assert!(!output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(!said.contains("panicked"), "{said}");
    said
}

async fn by_invite() -> Host {
    Host::start_with(|config| config.registration = RegistrationMode::Invite).await
}

async fn invite(host: &Host, arguments: &[&str]) -> String {
    let made = admin_json(host.folder(), &[&["invite"], arguments].concat()).await;
    let link = made["invite"]["link"].as_str().unwrap().to_owned();
    let (origin, code) = link.split_once("/phone#invite=").unwrap();
    assert_eq!(origin, format!("http://localhost:{}", host.addr.port()));
    assert_eq!(code.len(), 22, "128 bits: {code}");
    code.to_owned()
}

async fn ask(host: &Host, number: &str, invite: &str) -> Answer {
    host.post("/v1/register/code", None, &RequestCode { number: number.into(), invite: invite.into() }).await
}

async fn register(host: &Host, number: &str) -> Answer {
    let proof = VerifyCode { number: number.into(), code: host.codes.last(number) };
    let ticket = host.post("/v1/register/verify", None, &proof).await.ok::<VerifyCodeOk>().ticket;
    let (account, _) = Account::make();
    let signed_device_list = account.list.as_bytes().to_vec();
    host.post("/v1/register", None, &Register { ticket, signed_device_list, ..Register::default() }).await
}

#[tokio::test]
async fn an_invite_makes_as_many_accounts_as_it_says() {
    let host = by_invite().await;
    let code = invite(&host, &["--uses", "2"]).await;
    let numbers = ["+4915123456701", "+4915123456702", "+4915123456703"];
    for number in numbers {
        ask(&host, number, &code).await.ok::<RequestCodeOk>();
    }
    register(&host, numbers[0]).await.ok::<RegisterOk>();
    register(&host, numbers[1]).await.ok::<RegisterOk>();
    // It had begun while there was a place.
    register(&host, numbers[2]).await.refused(403, "invite-used");
    ask(&host, NUMBER, &code).await.refused(403, "invite-used");
    let listed = admin_json(host.folder(), &["invites"]).await;
    assert_eq!((&listed["invites"][0]["uses"], &listed["invites"][0]["uses_left"]), (&2.into(), &0.into()));
    assert!(!listed.to_string().contains(&code), "the server does not have it");
}

#[tokio::test]
async fn without_an_invite_that_is_good_nobody_gets_a_code() {
    let host = by_invite().await;
    assert!(host.get("/v1/server", None).await.ok::<ServerInfo>().registration_open);
    let code = invite(&host, &[]).await;
    ask(&host, NUMBER, "").await.refused(403, "invite-needed");
    let other = if code.starts_with('A') { code.replacen('A', "B", 1) } else { code.replacen(|_| true, "A", 1) };
    for unknown in [other.as_str(), "x", "AAAA", "%", &"A".repeat(22), &"A".repeat(10_000)] {
        ask(&host, NUMBER, unknown).await.refused(403, "invite-unknown");
    }
    host.clock.forward(7 * DAY_MS);
    ask(&host, NUMBER, &code).await.refused(403, "invite-expired");
    let again = invite(&host, &["--days", "1"]).await;
    ask(&host, NUMBER, &again).await.ok::<RequestCodeOk>();
    admin_json(host.folder(), &["revoke-invite", "2"]).await;
    register(&host, NUMBER).await.refused(403, "invite-used");
    host.clock.forward(60_000);
    ask(&host, NUMBER, &again).await.refused(403, "invite-unknown");
    assert!(admin_refused(host.folder(), &["revoke-invite", "2"]).await.contains("there is no invite 2"));
    for (arguments, words) in [(["--uses", "0"], "1 to 10000"), (["--days", "4000"], "1 to 3650 days")] {
        let said = admin_refused(host.folder(), &[&["invite"], &arguments[..]].concat()).await;
        assert!(said.contains(words), "{said}");
    }
}

#[tokio::test]
async fn an_invite_is_no_way_past_a_closed_door_and_no_hindrance_at_an_open_one() {
    let closed = Host::start_with(|config| config.registration = RegistrationMode::Closed).await;
    let code = invite(&closed, &[]).await;
    ask(&closed, NUMBER, &code).await.refused(403, "registration-closed");
    assert!(!closed.get("/v1/server", None).await.ok::<ServerInfo>().registration_open);
    let open = Host::start().await;
    ask(&open, NUMBER, "an invite of somebody else").await.ok::<RequestCodeOk>();
    register(&open, NUMBER).await.ok::<RegisterOk>();
}

#[tokio::test]
async fn what_was_got_at_an_open_door_is_worth_nothing_once_it_is_shut() {
    let host = Host::start().await;
    ask(&host, NUMBER, "").await.ok::<RequestCodeOk>();
    let proof = VerifyCode { number: NUMBER.into(), code: host.codes.last(NUMBER) };
    let ticket = crate::device::proved(&host, "+4915123456701").await.ticket;
    let (account, _) = Account::make();
    let signed_device_list = account.list.as_bytes().to_vec();
    let registers = Register { ticket, signed_device_list, ..Register::default() };
    let host = host.restart_with(|config| config.registration = RegistrationMode::Closed).await;
    host.post("/v1/register/verify", None, &proof).await.refused(403, "registration-closed");
    host.post("/v1/register", None, &registers).await.refused(403, "registration-closed");
    let host = host.restart_with(|config| config.registration = RegistrationMode::Invite).await;
    host.post("/v1/register/verify", None, &proof).await.refused(403, "code-expired");
    host.post("/v1/register", None, &registers).await.refused(403, "invite-needed");
}

#[tokio::test]
async fn the_operators_socket_is_the_operators_alone() {
    let host = Host::start().await;
    let socket = server::admin::socket_path(host.folder());
    assert_eq!(std::fs::metadata(&socket).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(!host.folder().join(".admin").exists());
    let text = admin(host.folder(), &["invite", "--url", "https://chat.example.org/"]).await;
    let text = String::from_utf8(text.stdout).unwrap();
    assert!(text.starts_with("https://chat.example.org/phone#invite="), "{text}");
    // A command of another version, and something that is none.
    for line in ["{\"explode\":{}}\n".to_owned(), "x".repeat(100_000), String::new()] {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        let mut stream = tokio::net::UnixStream::connect(&socket).await.unwrap();
        // Of what is too long the rest is not read.
        let _ = stream.write_all(line.as_bytes()).await;
        let _ = stream.shutdown().await;
        let mut answer = String::new();
        let _ = stream.read_to_string(&mut answer).await;
        assert!(answer.is_empty() || answer.contains("does not know this command"), "{answer}");
    }
    let folder = host.folder().to_path_buf();
    let again = host.restart().await;
    admin_json(&folder, &["invites"]).await;
    again.stop().await;
    let said = admin_refused(&folder, &["invites"]).await;
    assert!(said.contains("cannot reach the server") && said.contains("--data"), "{said}");
}
