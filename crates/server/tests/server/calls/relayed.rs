//! Calls of those whose network passes nothing but HTTPS: TURN over TLS, on that port.

use super::*;
use crate::relay_client::{Relay, secured};
use server::config::{Https, IfTaken};
use server::limits::{TURN_CONNECTIONS_PER_PARTICIPANT_MAX, TURN_LOOK_EVERY};
use tokio::net::UdpSocket;

async fn club_over_https(people: usize) -> Club {
    let host = Host::start_with(|config| {
        with_calls(config);
        let listen = SocketAddr::from(([127, 0, 0, 1], 0));
        config.https = Some(Https { listen, own: None, if_taken: IfTaken::Fail });
    });
    club_at(host.await, people).await
}

/// Somebody who has joined over their socket, and has no connection for media: their number and password.
async fn joined(club: &Club, socket: &mut Socket) -> (u64, String) {
    let reply::Body::CallJoined(joined) = socket.ask(join(club.chat)).await else { panic!("not joined") };
    assert!(!joined.turn_password.is_empty());
    (joined.participant, joined.turn_password)
}

#[tokio::test]
async fn a_member_whose_network_passes_only_https_is_heard_and_seen() {
    let club = club_over_https(2).await;
    hears_and_sees_by(&club, Way::Relayed(club.host.relay_at())).await;
}

#[tokio::test]
async fn only_who_is_in_a_call_is_relayed_for() {
    let club = club_over_https(2).await;
    let at = club.host.relay_at();
    let mut socket = club.socket(0).await;
    let (alice, password) = joined(&club, &mut socket).await;
    let mut of_bob = club.socket(1).await;
    let (bob, of_another) = joined(&club, &mut of_bob).await;
    assert_ne!(password, of_another);
    let mut relay = Relay::open(&at, alice, &password).await.unwrap();
    let wrong = [(alice, ""), (alice, "wrong"), (alice, &of_another), (bob, &password), (alice + 1, &password)];
    let tried = wrong.map(async |(whose, word)| Relay::open(&at, whose, word).await.is_none());
    assert_eq!(futures_util::future::join_all(tried).await, [true; 5]);
    // Who leaves is relayed for no more: what is open ends, and nothing new is had.
    socket.ask(Body::LeaveCall(wire::LeaveCall { participant: alice })).await;
    assert!(Relay::open(&at, alice, &password).await.is_none());
    assert_eq!(tokio::time::timeout(TURN_LOOK_EVERY + AT_ONCE, relay.recv()).await, Ok(None));
}

#[tokio::test]
async fn nothing_is_relayed_but_to_units() {
    let club = club_over_https(1).await;
    let mut socket = club.socket(0).await;
    let (alice, password) = joined(&club, &mut socket).await;
    let mut relay = Relay::open(&club.host.relay_at(), alice, &password).await.unwrap();
    let somebody = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    relay.send(somebody.local_addr().unwrap(), b"to somebody in the server's network");
    assert_eq!(at_once(relay.recv()).await, None, "whoever asks for that is no client of a call");
    assert!(somebody.try_recv(&mut [0; 64]).is_err(), "it is relayed to somebody");
}

#[tokio::test]
async fn a_participant_has_only_so_many_relays() {
    let club = club_over_https(1).await;
    let at = club.host.relay_at();
    let mut socket = club.socket(0).await;
    let (alice, password) = joined(&club, &mut socket).await;
    let mut open = Vec::new();
    for _ in 0..TURN_CONNECTIONS_PER_PARTICIPANT_MAX {
        open.push(Relay::open(&at, alice, &password).await.unwrap());
    }
    assert!(Relay::open(&at, alice, &password).await.is_none());
}

#[tokio::test]
async fn what_is_no_message_ends_a_connection() {
    let club = club_over_https(1).await;
    let mut connection = secured(&club.host.relay_at()).await;
    connection.write_all(&[0; 3]).await.unwrap();
    connection.write_all(&[0xFF; 64]).await.unwrap();
    assert!(matches!(at_once(connection.read(&mut [0; 64])).await, Ok(0) | Err(_)));
}

#[tokio::test]
async fn without_https_or_where_the_operator_says_so_nobody_is_relayed_for() {
    let with_https_alone = Host::start_with(|config| {
        with_calls(config);
        config.calls.as_mut().unwrap().turn = false;
        let listen = SocketAddr::from(([127, 0, 0, 1], 0));
        config.https = Some(Https { listen, own: None, if_taken: IfTaken::Fail });
    });
    for club in [club(1).await, club_at(with_https_alone.await, 1).await] {
        let mut socket = club.socket(0).await;
        let reply = socket.ask(join(club.chat)).await;
        let reply::Body::CallJoined(joined) = reply else { panic!("{reply:?}") };
        assert_eq!(joined.turn_password, "");
    }
}
