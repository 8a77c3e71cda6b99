//! How much may be open at once, what the next one hears, and how long somebody who says nothing is kept.

use crate::client::{Answer, Host};
use crate::device::{Socket, linked, registered};
use proto::account::Problem;
use proto::wire::client_frame::Body;
use proto::wire::{self, refused::Reason, reply};
use server::limits::{FULL_RETRY_MS, REFUSALS_MAX};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

/// Short enough to wait for; what is tested is that it comes.
const SOON: Duration = Duration::from_millis(50);

/// A connection that stays open, and the answer to one request on it; nothing where it was closed without a word.
async fn asked(host: &Host, path: &str) -> (TcpStream, Option<Answer>) {
    asked_on(TcpStream::connect(host.addr).await.unwrap(), host, path).await
}

async fn asked_on(mut stream: TcpStream, host: &Host, path: &str) -> (TcpStream, Option<Answer>) {
    let request = format!("GET {path} HTTP/1.1\r\nhost: {}\r\n\r\n", host.addr);
    // A server that has no place may have closed it by now.
    let _ = stream.write_all(request.as_bytes()).await;
    let mut bytes = Vec::new();
    while !bytes.windows(4).any(|window| window == b"\r\n\r\n") {
        let mut part = [0; 4_096];
        match stream.read(&mut part).await {
            Ok(0) | Err(_) => return (stream, None),
            Ok(len) => bytes.extend(&part[..len]),
        }
    }
    (stream, Some(Answer::read(&bytes)))
}

/// A connection with a place. The server may not have seen yet that one before has ended: then it is asked again, as a
/// client would.
async fn with_place(host: &Host) -> TcpStream {
    loop {
        if let (stream, Some(answer)) = asked(host, "/health").await
            && answer.status == 200
        {
            return stream;
        }
    }
}

/// Why a socket was refused before it was one.
async fn upgrade_refused(host: &Host) -> Option<(u16, Problem, Option<String>)> {
    match tokio_tungstenite::connect_async(format!("ws://{}/v1/socket", host.addr)).await {
        Ok(_) => None,
        Err(tokio_tungstenite::tungstenite::Error::Http(answer)) => {
            let problem = prost::Message::decode(answer.body().as_deref().unwrap_or_default()).unwrap();
            let retry_after = answer.headers().get("retry-after").map(|value| value.to_str().unwrap().to_owned());
            Some((answer.status().as_u16(), problem, retry_after))
        }
        Err(error) => panic!("{error}"),
    }
}

#[track_caller]
fn is_full(refused: Option<(u16, Problem, Option<String>)>) {
    let (status, problem, retry_after) = refused.expect("a refusal");
    assert_eq!((status, problem.code.as_str()), (503, "too-many-connections"));
    assert_eq!(u64::from(problem.retry_after_ms), FULL_RETRY_MS);
    assert_eq!(retry_after, Some((FULL_RETRY_MS / 1_000).to_string()));
}

#[tokio::test]
async fn beyond_the_most_connections_others_hear_when_to_come_back() {
    let host = Host::start_with(|config| config.connections_max = 2).await;
    let first = with_place(&host).await;
    let _second = with_place(&host).await;
    let (_, api) = asked(&host, "/v1/server").await;
    assert_eq!(api.unwrap().status, 503);
    is_full(upgrade_refused(&host).await);
    let page = host.get("/", None).await;
    assert_eq!((page.status, page.headers["connection"].as_str()), (503, "close"));
    assert!(page.headers.contains_key("retry-after") && page.headers.contains_key("content-security-policy"));
    assert!(String::from_utf8(page.body).unwrap().contains("Try again in a moment"));
    drop(first);
    with_place(&host).await;
}

#[tokio::test]
async fn who_is_told_so_is_counted_as_well() {
    let host = Host::start_with(|config| config.connections_max = 1).await;
    let _place = with_place(&host).await;
    // They say nothing, and so they are not told and keep waiting for a while.
    let mut silent = Vec::new();
    while let (_, Some(answer)) = asked(&host, "/health").await {
        assert_eq!(answer.status, 503);
        assert!(silent.len() <= REFUSALS_MAX, "the limit is not reached");
        silent.push(TcpStream::connect(host.addr).await.unwrap());
    }
    assert!(silent.len() > REFUSALS_MAX / 2, "{}", silent.len());
}

#[tokio::test]
async fn an_address_takes_its_share_and_leaves_the_others_theirs() {
    let host = Host::start_with(|config| config.connections_per_address_max = 2).await;
    let first = with_place(&host).await;
    let _second = with_place(&host).await;
    assert_eq!(asked(&host, "/health").await.1.unwrap().status, 503);
    is_full(upgrade_refused(&host).await);
    // Another address of this machine.
    let neighbour = TcpSocket::new_v4().unwrap();
    neighbour.bind("127.0.0.2:0".parse().unwrap()).unwrap();
    let (_, answer) = asked_on(neighbour.connect(host.addr).await.unwrap(), &host, "/health").await;
    assert_eq!(answer.unwrap().status, 200);
    drop(first);
    with_place(&host).await;
}

#[tokio::test]
async fn behind_a_trusted_proxy_each_address_has_its_share_of_sockets() {
    let host = Host::start_with(|config| {
        config.connections_per_address_max = 1;
        config.trusted_proxies = vec!["127.0.0.1".parse().unwrap()];
    })
    .await;
    let opened = async |address: &str| {
        let mut request = format!("ws://{}/v1/socket", host.addr).into_client_request().unwrap();
        request.headers_mut().insert("x-forwarded-for", address.parse().unwrap());
        tokio_tungstenite::connect_async(request).await.map(|(socket, _)| socket).ok()
    };
    let mut one = opened("192.0.2.1").await.unwrap();
    assert!(opened("192.0.2.1").await.is_none());
    let _other = opened("192.0.2.2").await.unwrap();
    assert_eq!(asked(&host, "/health").await.1.unwrap().status, 200, "the proxy's own are not counted");
    // Nor are requests of those it speaks for: who has used up a share of sockets is answered.
    let request = "GET /health HTTP/1.1\r\nhost: x\r\nx-forwarded-for: 192.0.2.1\r\nconnection: close\r\n\r\n";
    let mut stream = TcpStream::connect(host.addr).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    one.close(None).await.unwrap();
    while opened("192.0.2.1").await.is_none() {}
}

#[tokio::test]
async fn who_asks_and_does_not_read_loses_the_place() {
    const PLACES: usize = 4;
    let host = Host::start_with(|config| {
        config.connections_max = PLACES;
        config.read_within = SOON;
    })
    .await;
    // More than the system keeps for who does not read.
    let file = vec![7; 32 * 1024 * 1024];
    let (_, phone) = registered(&host, "+4915123456701").await;
    let at = crate::blobs::uploaded(&host, &phone.token, &file).await;
    let mut stalled = Vec::new();
    while stalled.len() < PLACES {
        let mut stream = TcpStream::connect(host.addr).await.unwrap();
        let token = data_encoding::BASE64URL_NOPAD.encode(&phone.token);
        let request = format!("GET {at} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut begun = [0; 12];
        if stream.read_exact(&mut begun).await.is_ok() && begun == *b"HTTP/1.1 200" {
            stalled.push(stream);
        }
    }
    // All places are theirs until they are given up.
    tokio::time::timeout(Duration::from_secs(60), with_place(&host)).await.expect("nobody is given up");
    // Whichever it was: what it had asked for was not all written.
    let mut cut_off = 0;
    for mut stream in stalled {
        let mut rest = Vec::new();
        let _ = stream.read_to_end(&mut rest).await;
        cut_off += usize::from(rest.len() < file.len());
    }
    assert!(cut_off > 0, "all of it was written");
}

#[tokio::test]
async fn a_socket_keeps_its_connections_place() {
    let host = Host::start_with(|config| config.connections_max = 1).await;
    let mut socket = loop {
        match tokio_tungstenite::connect_async(format!("ws://{}/v1/socket", host.addr)).await {
            Ok((socket, _)) => break socket,
            Err(tokio_tungstenite::tungstenite::Error::Http(_)) => {}
            Err(error) => panic!("{error}"),
        }
    };
    assert_eq!(asked(&host, "/health").await.1.unwrap().status, 503);
    socket.close(None).await.unwrap();
    with_place(&host).await;
}

#[tokio::test]
async fn an_address_has_so_many_sockets_that_have_not_said_who_they_are() {
    let host = Host::start_with(|config| config.greetings_per_address_max = 2).await;
    let (_, phone) = registered(&host, "+4915123456701").await;
    let mut first = Socket::open(&host).await;
    let _second = Socket::open(&host).await;
    is_full(upgrade_refused(&host).await);
    let hello = first.ask(Body::Hello(phone.hello_body(0, 1))).await;
    assert!(matches!(hello, reply::Body::HelloOk(_)));
    // The place is given back just after the reply.
    while upgrade_refused(&host).await.is_some() {}
    assert_eq!(host.get("/v1/account", Some(&phone.token)).await.status, 200, "requests are not sockets");
}

#[tokio::test]
async fn the_default_of_sockets_without_hello_is_reached_too() {
    let host = Host::start().await;
    let mut open = Vec::new();
    for _ in 0..server::limits::GREETINGS_PER_ADDRESS_MAX {
        open.push(Socket::open(&host).await);
    }
    is_full(upgrade_refused(&host).await);
}

#[tokio::test]
async fn an_account_has_so_many_sockets() {
    let host = Host::start_with(|config| config.sockets_per_account_max = 1).await;
    let (mut account, phone) = registered(&host, "+4915123456701").await;
    let (_, other) = registered(&host, "+4915123456702").await;
    let browser = linked(&host, &mut account, &phone).await;
    let first = phone.hello(&host).await;
    let mut socket = Socket::open(&host).await;
    let reply = socket.ask(Body::Hello(browser.hello_body(0, 1))).await;
    assert!(
        matches!(&reply, reply::Body::Refused(r) if r.reason() == Reason::Busy && r.retry_after_ms > 0),
        "{reply:?}"
    );
    assert!(socket.next().await.is_none(), "the socket ends");
    other.hello(&host).await;
    drop(first);
    loop {
        let mut socket = Socket::open(&host).await;
        match socket.ask(Body::Hello(browser.hello_body(0, 1))).await {
            reply::Body::HelloOk(_) => break,
            reply::Body::Refused(refused) => assert_eq!(refused.reason(), Reason::Busy),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn a_socket_that_says_no_hello_ends() {
    let host = Host::start_with(|config| config.hello_within = SOON).await;
    let mut silent = Socket::open(&host).await;
    assert_eq!(silent.close_code().await, Some(1002));
    // Neither do pings count, nor what is asked before.
    let mut pinging = Socket::open(&host).await;
    pinging.send_raw(Message::Ping(Vec::new().into())).await;
    assert_eq!(pinging.close_code().await, Some(1002));
}

#[tokio::test]
async fn a_socket_that_said_hello_stays() {
    let host = Host::start_with(|config| config.hello_within = Duration::from_secs(2)).await;
    let (_, phone) = registered(&host, "+4915123456701").await;
    let mut greeted = phone.hello(&host).await;
    // Opened later, and so its time passes later.
    let mut silent = Socket::open(&host).await;
    assert_eq!(silent.close_code().await, Some(1002));
    assert!(matches!(greeted.ask(Body::Ack(wire::Ack { queue_seq: 0 })).await, reply::Body::Done(_)));
}

#[tokio::test]
async fn a_connection_that_begins_a_request_and_goes_no_further_ends() {
    let hurried = Host::start_with(|config| config.head_within = SOON).await;
    // A whole head comes in time, however slow the machine.
    let patient = Host::start().await;
    let close = "GET /health HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    for (host, begun) in [(&hurried, ""), (&hurried, "GET /health HTTP/1.1\r\nhost: x\r\n"), (&patient, close)] {
        let mut stream = TcpStream::connect(host.addr).await.unwrap();
        stream.write_all(begun.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        // The end, not an answer, is what is waited for.
        let _ = stream.read_to_end(&mut answer).await;
        let answered = answer.starts_with(b"HTTP/1.1 200");
        assert_eq!(answered, begun.ends_with("\r\n\r\n"), "{begun:?}");
    }
}
