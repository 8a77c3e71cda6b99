//! The program itself, and HTTPS by the local authority.

use crate::codes::{Gateway, Hook};
use crate::relay_client::{RelayAt, secured};
use axum::http::StatusCode;
use server::config::{Config, Https, IfTaken};
use server::{Environment, Server};
use std::path::Path;
use std::process::Stdio;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::net::TcpStream;
use tokio::process::{Child, ChildStderr, ChildStdout, Command};
use tokio::task::JoinHandle;

fn heliograph() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_heliograph"));
    command.kill_on_drop(true).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

#[tokio::test]
async fn it_serves_prints_codes_and_stops_when_told() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = heliograph();
    command
        .args(["serve", "--listen", "127.0.0.1:0", "--https-listen", "off", "--calls-listen", "off", "--data"])
        .arg(folder.path());
    let mut child = command.current_dir(folder.path()).spawn().unwrap();
    let log = read_all(child.stderr.take().unwrap());
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let port = greeted(&mut lines).await;
    assert!(ask_for_code(port).await.starts_with("HTTP/1.1 200"));
    let line = lines.next_line().await.unwrap().unwrap();
    let code = line.strip_prefix("Code for +4915123456789: ").unwrap();
    assert!(code.len() == 6 && code.bytes().all(|b| b.is_ascii_digit()), "{line}");
    terminate(&mut child).await;
    let log = log.await.unwrap();
    assert!(!log.contains("4915123456789") && !log.contains(code), "{log}");
}

#[tokio::test]
async fn a_gateway_that_fails_is_logged_without_code_number_secret_and_address() {
    let mut hook = Hook::start(Gateway::Answers(StatusCode::INTERNAL_SERVER_ERROR)).await;
    let folder = tempfile::tempdir().unwrap();
    let mut command = heliograph();
    command
        .args(["serve", "--listen", "127.0.0.1:0", "--https-listen", "off", "--calls-listen", "off", "--log", "debug"])
        .args(["--code-sender", "http"])
        .env("HELIOGRAPH_CODE_HTTP_URL", &hook.url)
        .env("HELIOGRAPH_CODE_HTTP_SECRET", "a secret that both know");
    let mut child = command.current_dir(folder.path()).spawn().unwrap();
    let log = read_all(child.stderr.take().unwrap());
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let port = greeted(&mut lines).await;
    let answer = ask_for_code(port).await;
    assert!(answer.starts_with("HTTP/1.1 502") && answer.contains("code-not-sent"), "{answer}");
    let code = hook.request().await["code"].as_str().unwrap().to_owned();
    terminate(&mut child).await;
    assert_eq!(lines.next_line().await.unwrap(), None, "no code on the console");
    let log = log.await.unwrap();
    says(&log, &["a one-time code could not be sent", "the gateway failed"]);
    for hidden in [code.as_str(), "4915123456789", "a secret that both know", "key-of-the-path"] {
        assert!(!log.contains(hidden) && !answer.contains(hidden), "{hidden}\n{log}");
    }
    let help =
        heliograph().args(["serve", "--help"]).env("HELIOGRAPH_CODE_HTTP_SECRET", "hidden-secret").output().await;
    assert!(!String::from_utf8(help.unwrap().stdout).unwrap().contains("hidden-secret"));
}

/// Reads on while the program runs: one whose pipe is full stands still.
fn read_all(mut stderr: ChildStderr) -> JoinHandle<String> {
    tokio::spawn(async move {
        let mut log = String::new();
        stderr.read_to_string(&mut log).await.unwrap();
        log
    })
}

/// Reads the greeting, and the port in it.
pub async fn greeted(lines: &mut Lines<BufReader<ChildStdout>>) -> u16 {
    let mut port = None;
    while let Some(line) = lines.next_line().await.unwrap() {
        if let Some(rest) = line.split("http://localhost:").nth(1).filter(|_| port.is_none()) {
            port = Some(rest.trim_end_matches('/').parse::<u16>().unwrap());
        }
        if line.starts_with("One-time codes") {
            break;
        }
    }
    port.unwrap()
}

async fn ask_for_code(port: u16) -> String {
    let request = proto::account::RequestCode { number: "+4915123456789".into(), ..Default::default() };
    let body = prost::Message::encode_to_vec(&request);
    let head = format!(
        "POST /v1/register/code HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/x-protobuf\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    stream.write_all(&[head.as_bytes(), &body].concat()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

pub async fn terminate(child: &mut Child) {
    let pid = child.id().unwrap().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().await.unwrap().success());
    assert!(child.wait().await.unwrap().success());
}

/// What `serve` says when it does not start; it must end by itself.
async fn does_not_start(folder: &Path, arguments: &[&str]) -> String {
    let mut command = heliograph();
    command.current_dir(folder).args(["serve", "--https-listen", "off", "--calls-listen", "off"]).args(arguments);
    let ended = command.output().await.unwrap();
    assert!(!ended.status.success(), "{arguments:?}");
    let said = String::from_utf8(ended.stderr).unwrap();
    assert!(!said.contains("panicked"), "{said}");
    said
}

#[track_caller]
fn says(said: &str, words: &[&str]) {
    for words in words {
        assert!(said.contains(words), "{words:?} is missing in:\n{said}");
    }
}

#[tokio::test]
async fn help_names_every_option() {
    let help = heliograph().args(["serve", "--help"]).output().await.unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    // Each option is a field of this, and its environment variable stands beside it.
    let source = include_str!("../../src/config.rs");
    let options: Vec<_> = source.split("env = \"").skip(1).filter_map(|rest| Some(rest.split_once('"')?.0)).collect();
    assert!(options.len() >= 20, "{options:?}");
    for variable in options {
        let option = variable.strip_prefix("HELIOGRAPH_").unwrap().to_lowercase().replace('_', "-");
        says(&help, &[variable, &format!("--{option}")]);
    }
}

#[tokio::test]
async fn a_configuration_that_is_not_understood_is_told_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("bad.toml");
    let path = file.to_str().unwrap();
    for (text, words) in [
        ("name = \"Ours\"\nlisen = \"127.0.0.1:0\"", ["line 2", "lisen"]),
        ("listen = \"127.0.0.1:0", ["line 1", "listen"]),
        ("\n\nlisten = \"here\"", ["line 3", "listen"]),
        ("blob_quota_mb = -1", ["line 1", "blob_quota_mb"]),
        ("rate_limit_factor = 0", ["line 1", "rate_limit_factor"]),
        ("connections_max = 0", ["line 1", "connections_max"]),
        ("connections_per_address_max = 0", ["line 1", "connections_per_address_max"]),
    ] {
        std::fs::write(&file, text).unwrap();
        let said = does_not_start(folder.path(), &["--config", path]).await;
        says(&said, &[path, "is not understood"]);
        says(&said, &words);
    }
    std::fs::write(&file, "code_sender = \"smtp\"\ncode_smtp_password = 'HUSH").unwrap();
    let said = does_not_start(folder.path(), &["--config", path]).await;
    says(&said, &[path, "line 2", "code_smtp_password"]);
    assert!(!said.contains("HUSH"), "{said}");
    std::fs::write(&file, "connections_max = 100\nconnections_per_address_max = 100").unwrap();
    let said = does_not_start(folder.path(), &["--config", path]).await;
    says(&said, &["connections_per_address_max is 100", "connections_max is 100", "all connections to itself"]);
    std::fs::write(&file, [0xFF; 9]).unwrap();
    says(&does_not_start(folder.path(), &["--config", path]).await, &["cannot read", path]);
    let missing = does_not_start(folder.path(), &["--config", "nowhere.toml"]).await;
    says(&missing, &["cannot read nowhere.toml"]);
    let log = does_not_start(folder.path(), &["--log", "server=nonsense=x"]).await;
    says(&log, &["--log is not understood"]);
    assert!(!folder.path().join("data").exists(), "nothing was begun");
}

#[tokio::test]
async fn a_database_of_a_newer_release_is_refused_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data/heliograph.db");
    std::fs::create_dir(folder.path().join("data")).unwrap();
    for journal in ["DELETE", "WAL"] {
        let database = rusqlite::Connection::open(&path).unwrap();
        database.pragma_update(None, "application_id", 0x4845_4c49).unwrap();
        database.pragma_update(None, "user_version", 99).unwrap();
        database.pragma_update(None, "journal_mode", journal).unwrap();
        drop(database);
        let before = std::fs::read(&path).unwrap();
        let said = does_not_start(folder.path(), &["--listen", "127.0.0.1:0"]).await;
        says(&said, &["heliograph.db", "version 99", "install a newer heliograph"]);
        assert!(std::fs::read(&path).unwrap() == before, "{journal}: it was written to");
    }
    std::fs::write(&path, "this is no database, and long enough to have a header".repeat(20)).unwrap();
    let said = does_not_start(folder.path(), &["--listen", "127.0.0.1:0"]).await;
    says(&said, &["heliograph.db", "not a Heliograph database, or damaged"]);
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_to_is_told() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("file"), "in the way").unwrap();
    // Whoever runs the tests may be allowed everything: a file in the way and a file system that takes none stop even those.
    let mut unwritable = vec!["file", "file/data"];
    if cfg!(target_os = "linux") {
        unwritable.extend(["/proc", "/proc/heliograph"]);
    }
    for data in unwritable {
        let said = does_not_start(folder.path(), &["--listen", "127.0.0.1:0", "--data", data]).await;
        says(&said, &[&format!("cannot write to the data folder {data}"), "let this user write there", "--data"]);
    }
}

#[tokio::test]
async fn a_port_in_use_is_told_with_the_option_that_gives_another() {
    let folder = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().to_string();
    let said = does_not_start(folder.path(), &["--listen", &port]).await;
    says(&said, &[&port, "another heliograph", "give --listen another port"]);
    let said = does_not_start(folder.path(), &["--listen", "127.0.0.1:0", "--metrics-listen", &port]).await;
    says(&said, &[&port, "give --metrics-listen another port"]);
    let mut command = heliograph();
    command.current_dir(folder.path()).args([
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--calls-listen",
        "off",
        "--https-listen",
        &port,
    ]);
    let ended = command.output().await.unwrap();
    assert!(!ended.status.success());
    says(&String::from_utf8(ended.stderr).unwrap(), &[&port, "give --https-listen another port"]);
}

#[tokio::test]
async fn a_certificate_and_its_key_come_together() {
    let folder = tempfile::tempdir().unwrap();
    let make = |name: &str| {
        let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        std::fs::write(folder.path().join(format!("{name}.pem")), made.cert.pem()).unwrap();
        std::fs::write(folder.path().join(format!("{name}.key.pem")), made.signing_key.serialize_pem()).unwrap();
    };
    make("one");
    make("other");
    std::fs::write(folder.path().join("empty.pem"), "nothing in it\n").unwrap();
    let serve = async |arguments: &[&str]| {
        let mut command = heliograph();
        command.current_dir(folder.path()).args([
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--calls-listen",
            "off",
            "--https-listen",
            "127.0.0.1:0",
        ]);
        let ended = command.args(arguments).output().await.unwrap();
        assert!(!ended.status.success(), "{arguments:?}");
        String::from_utf8(ended.stderr).unwrap()
    };
    says(&serve(&["--tls-cert", "one.pem"]).await, &["a certificate needs its key", "--tls-key"]);
    says(&serve(&["--tls-key", "one.key.pem"]).await, &["a key needs its certificate", "--tls-cert"]);
    let both = async |cert, key| serve(&["--tls-cert", cert, "--tls-key", key]).await;
    says(&both("one.pem", "other.key.pem").await, &["certificate and key do not go together"]);
    says(&both("nowhere.pem", "one.key.pem").await, &["cannot read certificates from nowhere.pem"]);
    says(&both("one.pem", "nowhere.key.pem").await, &["cannot read a key from nowhere.key.pem"]);
    says(&both("empty.pem", "one.key.pem").await, &["there is no certificate in empty.pem"]);
    says(&both("one.pem", "one.pem").await, &["cannot read a key from one.pem"]);
    // In the file as well as on the command line.
    std::fs::write(folder.path().join("heliograph.toml"), "tls_cert = \"one.pem\"").unwrap();
    says(&serve(&[]).await, &["a certificate needs its key"]);
    says(&serve(&["--tls-key", "other.key.pem"]).await, &["certificate and key do not go together"]);
}

#[tokio::test]
async fn https_is_trusted_through_the_local_authority_which_stays_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let config = || {
        let mut config = Config::in_folder(folder.path().to_path_buf());
        let listen = std::net::SocketAddr::from(([127, 0, 0, 1], 0));
        config.https = Some(Https { listen, own: None, if_taken: IfTaken::Fail });
        config
    };
    let first = Server::start_with(config(), Environment::default()).await.unwrap();
    let authority = first.authority_pem.clone().unwrap();
    first.shutdown().await.unwrap();
    let second = Server::start_with(config(), Environment::default()).await.unwrap();
    assert_eq!(second.authority_pem.as_ref(), Some(&authority));

    let at = RelayAt { address: second.https_addr.unwrap(), authority_pem: authority.clone() };
    let mut stream = secured(&at).await;
    let request = b"GET /authority/heliograph-ca.pem HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    stream.write_all(request).await.unwrap();
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer).await;
    assert!(answer.ends_with(&authority), "{answer}");
    second.shutdown().await.unwrap();
}
