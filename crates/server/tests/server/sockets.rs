//! The first frame, frames that are none, and leases.

use crate::client::Host;
use crate::device::{Socket, registered};
use proto::wire::client_frame::Body;
use proto::wire::{self, refused::Reason, reply, server_frame};
use server::limits::QUEUE_SEQ_MAX;
use tokio_tungstenite::tungstenite::Message;

const PROTOCOL: Option<u16> = Some(1002);
const SIZE: Option<u16> = Some(1009);

#[tokio::test]
async fn hello_comes_first_and_once() {
    let host = Host::start().await;
    let (_, phone) = registered(&host, "+4915123456701").await;
    let mut socket = Socket::open(&host).await;
    socket.send(1, Body::Ack(wire::Ack { queue_seq: 1 })).await;
    assert_eq!(socket.close_code().await, PROTOCOL);
    let mut socket = phone.hello(&host).await;
    let again = socket.ask(Body::Hello(phone.hello_body(0, 1))).await;
    assert!(matches!(again, reply::Body::Refused(r) if r.reason() == Reason::Invalid));
}

#[tokio::test]
async fn hello_is_refused_for_what_is_wrong_with_it() {
    let host = Host::start().await;
    let (_, phone) = registered(&host, "+4915123456701").await;
    let hello = phone.hello_body(0, 1);
    for (hello, reason) in [
        (wire::Hello { session_token: vec![1; 32], ..hello.clone() }, Reason::Unauthenticated),
        (wire::Hello { protocol_version: 999, ..hello.clone() }, Reason::Unsupported),
        (wire::Hello { lease: Vec::new(), ..hello.clone() }, Reason::Invalid),
        (wire::Hello { acked_queue_seq: QUEUE_SEQ_MAX + 1, ..hello.clone() }, Reason::Invalid),
    ] {
        let mut socket = Socket::open(&host).await;
        let reply = socket.ask(Body::Hello(hello)).await;
        assert!(matches!(&reply, reply::Body::Refused(r) if r.reason() == reason), "{reply:?}");
        assert!(socket.next().await.is_none(), "the socket ends");
    }
}

#[tokio::test]
async fn frames_that_are_none_end_the_socket_with_the_reason() {
    let host = Host::start().await;
    let (_, phone) = registered(&host, "+4915123456701").await;
    for (message, code) in [(Message::Binary(vec![0xFF; 8].into()), PROTOCOL), (Message::text("hello"), PROTOCOL)] {
        let mut socket = phone.hello(&host).await;
        socket.send_raw(message).await;
        assert_eq!(socket.close_code().await, code);
    }
    // The server reads no byte of a frame that is too large, so the client may be cut off before it sees why.
    let mut socket = phone.hello(&host).await;
    let large = Message::Binary(vec![0; proto::limits::FRAME_LEN_MAX + 1].into());
    if socket.try_send_raw(large).await.is_ok() {
        assert!(matches!(socket.close_code().await, SIZE | None));
    }
    // A request of a newer protocol is refused, and the socket lives on.
    let mut socket = phone.hello(&host).await;
    socket.send_raw(Message::Binary(vec![0x08, 0x07, 0xFA, 0x3F, 0x00].into())).await;
    let ack = socket.ask(Body::Ack(wire::Ack { queue_seq: 0 })).await;
    assert!(matches!(ack, reply::Body::Done(_)));
}

#[tokio::test]
async fn a_newer_lease_ends_the_older_socket() {
    let host = Host::start().await;
    let (_, phone) = registered(&host, "+4915123456701").await;
    let mut older = phone.hello(&host).await;
    let mut newer = phone.hello(&host).await;
    let lost = older.until(|body| matches!(body, server_frame::Body::LeaseLost(_)).then_some(()));
    lost.await;
    assert_eq!(older.close_code().await, Some(1000));
    assert!(matches!(newer.ask(Body::Ack(wire::Ack { queue_seq: 0 })).await, reply::Body::Done(_)));
}

#[tokio::test]
async fn a_shutdown_ends_sockets() {
    let host = Host::start().await;
    let (_, phone) = registered(&host, "+4915123456701").await;
    let mut socket = phone.hello(&host).await;
    host.stop().await;
    assert_eq!(socket.close_code().await, Some(1000));
}

#[tokio::test]
async fn a_restored_database_has_another_timeline_and_gives_no_queue_number_twice() {
    let host = Host::start().await;
    let (_, phone) = registered(&host, "+4915123456701").await;
    let timeline = async |host: &Host, acked| {
        let mut socket = Socket::open(host).await;
        match socket.ask(Body::Hello(phone.hello_body(acked, 1))).await {
            reply::Body::HelloOk(ok) => ok.timeline,
            other => panic!("{other:?}"),
        }
    };
    let first = timeline(&host, 0).await;
    let host = host.restart().await;
    assert_eq!(timeline(&host, 0).await, first);
    let host = host.restart_restored().await;
    let second = timeline(&host, 7).await;
    assert!(second.len() == 16 && second != first);
}
