//! What the server tells of itself, where, and what it does not tell.

use crate::client::{Answer, Host};
use crate::device::registered;
use proto::account::*;
use proto::wire;
use proto::wire::client_frame::Body;
use std::collections::BTreeSet;
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

async fn told(at: SocketAddr, path: &str) -> Answer {
    let mut stream = TcpStream::connect(at).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    Answer::read(&answer)
}

async fn watched() -> (Host, SocketAddr) {
    let host = Host::start_with(|config| config.metrics_listen = Some(SocketAddr::from(([127, 0, 0, 1], 0)))).await;
    let at = host.metrics_addr().unwrap();
    (host, at)
}

/// All that it tells.
pub async fn text(at: SocketAddr) -> String {
    String::from_utf8(told(at, "/metrics").await.body).unwrap()
}

#[track_caller]
pub fn value(text: &str, of: &str) -> f64 {
    let line = text.lines().find_map(|line| line.strip_prefix(of)).unwrap_or_else(|| panic!("{of}\n{text}"));
    line.trim().parse().unwrap()
}

#[tokio::test]
async fn answers_are_measured_by_route_and_by_kind_of_request() {
    let (host, at) = watched().await;
    let (_, phone) = registered(&host, "+4915123456701").await;
    let mut socket = phone.hello(&host).await;
    socket.ask(Body::Ack(wire::Ack { queue_seq: 0 })).await;
    socket.ask(Body::GetGroupInfo(wire::GetGroupInfo { chat: vec![1; 16] })).await;
    host.get("/v1/blobs/00112233445566778899aabbccddeeff", Some(&phone.token)).await.refused(404, "not-found");
    host.send("BREW", "/v1/server", None, &[], Vec::new()).await;
    let text = text(at).await;
    for (labels, count) in [
        (r#"http_seconds_count{method="POST",route="/v1/register",status="200"}"#, 1.0),
        (r#"http_seconds_count{method="GET",route="/v1/blobs/{id}",status="404"}"#, 1.0),
        (r#"http_seconds_count{method="other",route="/v1/server",status="405"}"#, 1.0),
        (r#"socket_seconds_count{kind="Hello"}"#, 1.0),
        (r#"socket_seconds_count{kind="Ack"}"#, 1.0),
        (r#"socket_seconds_count{kind="GetGroupInfo"}"#, 1.0),
        (r#"open{what="sockets"}"#, 1.0),
        (r#"open{what="greetings"}"#, 0.0),
        (r#"waiting{queue="store-writes"}"#, 0.0),
    ] {
        assert_eq!(value(&text, &format!("heliograph_{labels}")), count, "{labels}");
    }
    assert!(value(&text, r#"heliograph_open{what="connections"}"#) >= 1.0);
    let account = hex::encode(phone.address.account.0);
    for secret in ["15123456701", &account, "00112233", "BREW", "127.0.0.1"] {
        assert!(!text.contains(secret), "{secret}\n{text}");
    }
    host.stop().await;
    assert!(TcpStream::connect(at).await.is_err(), "it ends with the server");
}

#[tokio::test]
async fn waiting_at_the_rendezvous_is_no_work() {
    let (host, at) = watched().await;
    let link_id = vec![5; 16];
    host.post("/v1/link/open", None, &LinkOpen { link_id: link_id.clone(), bytes: vec![1] }).await.ok::<LinkPutOk>();
    let get = LinkGet { link_id, after_seq: 1, wait_ms: 1_100 };
    let begun = std::time::Instant::now();
    host.post("/v1/link/get", None, &get).await.ok::<LinkSlot>();
    assert!(begun.elapsed().as_millis() >= 1_100);
    let text = text(at).await;
    let route = r#"method="POST",route="/v1/link/get",status="200""#;
    assert_eq!(value(&text, &format!(r#"heliograph_http_seconds_bucket{{{route},le="1"}}"#)), 1.0);
}

#[tokio::test]
async fn the_public_port_tells_nothing_and_the_default_is_nowhere() {
    let (host, at) = watched().await;
    assert_eq!(host.get("/metrics", None).await.status, 404);
    assert_eq!(told(at, "/v1/server").await.status, 404);
    let host = Host::start().await;
    assert_eq!(host.metrics_addr(), None);
}

/// Names of ours in a text.
fn names(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    words.filter(|word| word.starts_with("heliograph_")).map(str::to_owned).collect()
}

#[tokio::test]
async fn the_dashboard_and_the_manual_name_what_is_told_and_all_of_it() {
    let (host, at) = watched().await;
    let (_, phone) = registered(&host, "+4915123456701").await;
    let _socket = phone.hello(&host).await;
    let told = names(&text(at).await);
    let of_what = |name: &String| {
        let name = ["_bucket", "_sum", "_count"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name);
        name.to_owned()
    };
    let kinds: BTreeSet<_> = told.iter().map(of_what).collect();
    assert!(kinds.len() >= 7, "{kinds:?}");
    let dashboard = include_str!("../../../../deploy/grafana-dashboard.json");
    serde_json::from_str::<serde_json::Value>(dashboard).unwrap();
    let shown = names(dashboard);
    for name in &shown {
        assert!(told.contains(name), "the dashboard asks for {name}, which the server does not tell: {told:?}");
    }
    let shown: BTreeSet<_> = shown.iter().map(of_what).collect();
    assert_eq!(shown, kinds, "what the server tells, the dashboard shows");
    let manual: BTreeSet<_> = names(include_str!("../../../../docs/operating.md")).iter().map(of_what).collect();
    assert_eq!(manual, kinds, "and the manual explains");
}
