use super::*;
use std::collections::BTreeMap;
use turn_server_proto::types::message::ALLOCATE;
use turn_server_proto::types::stun::attribute::{Nonce, Realm, Username};
use turn_server_proto::types::stun::message::{BINDING, Message, MessageWriteVec};
use turn_server_proto::types::stun::prelude::*;

fn address(port: u16) -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], port))
}

fn turn() -> Turn {
    Turn::to(BTreeMap::from([(address(8472), address(8472))]))
}

fn everybody(_: ParticipantId) -> bool {
    true
}

/// A session whose other end reads nothing.
fn session(turn: &Turn) -> (Session<'_>, Units, mpsc::Receiver<Vec<u8>>) {
    let (answers, said) = mpsc::channel(TURN_ANSWERS_MAX);
    let (datagrams, _) = mpsc::channel(TURN_DATAGRAMS_MAX);
    (Session::new(turn, &everybody, address(1), Out { answers, datagrams }), Units::new(turn.units.clone()).0, said)
}

#[tokio::test(start_paused = true)]
async fn who_has_no_address_may_stay_for_a_moment() {
    let turn = turn();
    let (session, _units, _said) = session(&turn);
    assert!(session.may_stay());
    tokio::time::advance(TURN_AUTHENTICATED_WITHIN).await;
    assert!(!session.may_stay());
}

#[tokio::test]
async fn who_asks_on_and_reads_nothing_is_gone() {
    let turn = turn();
    let (mut session, mut units, _said) = session(&turn);
    let asked = Message::builder_request(BINDING, MessageWriteVec::new()).finish();
    for _ in 0..TURN_ANSWERS_MAX {
        session.hear(asked.clone(), &mut units);
    }
    assert!(!session.is_over);
    session.hear(asked, &mut units);
    assert!(session.is_over);
}

/// `stun-proto` 2.0.4 cuts such a nonce within a character.
#[tokio::test]
async fn a_nonce_that_is_no_text_of_ours_ends_the_connection() {
    let turn = turn();
    let (mut session, mut units, _said) = session(&turn);
    let mut message = Message::builder_request(ALLOCATE, MessageWriteVec::new());
    message.add_attribute(&Username::new("7").unwrap()).unwrap();
    message.add_attribute(&Realm::new(REALM).unwrap()).unwrap();
    message.add_attribute(&Nonce::new("obMatJos2€€").unwrap()).unwrap();
    let mut message = message.finish();
    // An integrity that nobody has reckoned: 4 bytes of head and 20.
    message.extend([&[0, 8, 0, 20][..], &[0; 20]].concat());
    message[3] += 24;
    session.hear(message, &mut units);
    assert!(session.is_over);
}
