//! The program itself, and HTTPS by the local authority.

use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use server::config::{Config, Https, IfTaken};
use server::{Environment, Server};
use std::process::Stdio;
use std::sync::Arc;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::process::Command;

fn heliograph() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_heliograph"));
    command.kill_on_drop(true).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

#[tokio::test]
async fn it_serves_prints_codes_and_stops_when_told() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = heliograph();
    command.args(["serve", "--listen", "127.0.0.1:0", "--https-listen", "off", "--data"]).arg(folder.path());
    let mut child = command.current_dir(folder.path()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut port = None;
    while let Some(line) = lines.next_line().await.unwrap() {
        if let Some(rest) = line.split("http://localhost:").nth(1).filter(|_| port.is_none()) {
            port = Some(rest.trim_end_matches('/').parse::<u16>().unwrap());
        }
        if line.starts_with("One-time codes") {
            break;
        }
    }
    let body = prost::Message::encode_to_vec(&proto::account::RequestCode { number: "+4915123456789".into() });
    let head = format!(
        "POST /v1/register/code HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-protobuf\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    let mut stream = TcpStream::connect(("127.0.0.1", port.unwrap())).await.unwrap();
    stream.write_all(&[head.as_bytes(), &body].concat()).await.unwrap();
    let line = lines.next_line().await.unwrap().unwrap();
    let code = line.strip_prefix("Code for +4915123456789: ").unwrap();
    assert!(code.len() == 6 && code.bytes().all(|b| b.is_ascii_digit()), "{line}");
    drop(stream);
    let pid = child.id().unwrap().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().await.unwrap().success());
    assert!(child.wait().await.unwrap().success());
    let mut log = String::new();
    child.stderr.take().unwrap().read_to_string(&mut log).await.unwrap();
    assert!(!log.contains("4915123456789") && !log.contains(code), "{log}");
}

#[tokio::test]
async fn help_names_every_option_and_bad_configuration_is_explained() {
    let help = heliograph().args(["serve", "--help"]).output().await.unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    for option in
        ["--listen", "--https-listen", "--tls-cert", "--data", "--web-dir", "--rate-limit-factor", "HELIOGRAPH_DATA"]
    {
        assert!(help.contains(option), "{option}");
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("bad.toml");
    std::fs::write(&file, "lisen = \"127.0.0.1:0\"").unwrap();
    let bad = heliograph().args(["serve", "--config"]).arg(&file).output().await.unwrap();
    assert!(!bad.status.success());
    assert!(String::from_utf8(bad.stderr).unwrap().contains("lisen"));
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

    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(authority.as_bytes()).unwrap()).unwrap();
    let client = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let stream = TcpStream::connect(second.https_addr.unwrap()).await.unwrap();
    let name = "localhost".try_into().unwrap();
    let mut stream = tokio_rustls::TlsConnector::from(Arc::new(client)).connect(name, stream).await.unwrap();
    let request = b"GET /authority/heliograph-ca.pem HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    stream.write_all(request).await.unwrap();
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer).await;
    assert!(answer.ends_with(&authority), "{answer}");
    second.shutdown().await.unwrap();
}
