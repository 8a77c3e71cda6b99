use super::*;
use std::collections::BTreeMap;
use turn_client_proto::api::{TurnClientApi as _, TurnConfig, TurnEvent};
use turn_client_proto::stun::auth::Feature;
use turn_client_proto::types::TurnCredentials;
use turn_client_proto::udp::TurnClientUdp;
use turn_server_proto::types::stun::attribute::{MessageIntegrity, Nonce, Realm, Username};
use turn_server_proto::types::stun::message::{BINDING, Message, MessageWriteVec};
use turn_server_proto::types::stun::prelude::*;

const ALICE: ParticipantId = ParticipantId(7);

fn address(port: u16) -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], port))
}

fn turn() -> Turn {
    Turn::to(BTreeMap::from([(address(8472), address(8472))]))
}

/// A session, what it says, and its client.
struct Story<'a> {
    session: Session<'a>,
    units: Units,
    said: mpsc::Receiver<Vec<u8>>,
    client: TurnClientUdp,
}

impl<'a> Story<'a> {
    fn new(turn: &'a Turn, is_in_call: &'a (dyn Fn(ParticipantId) -> bool + Send + Sync)) -> Self {
        let (answers, said) = mpsc::channel(TURN_ANSWERS_MAX);
        let (datagrams, _) = mpsc::channel(TURN_DATAGRAMS_MAX);
        let mut config = TurnConfig::new(TurnCredentials::new(&ALICE.0.to_string(), &turn.password(ALICE)));
        config.set_anonymous_username(Feature::Disabled);
        Self {
            session: Session::new(turn, is_in_call, address(1), Out { answers, datagrams }),
            units: Units::new(turn.units.clone()).0,
            said,
            client: TurnClientUdp::allocate(address(1), HERE, config),
        }
    }

    /// All that client and server have to say to each other now.
    fn talk(&mut self) -> Vec<TurnEvent> {
        let mut events = Vec::new();
        loop {
            let now = self.session.now();
            let _ = self.client.poll(now);
            events.extend(std::iter::from_fn(|| self.client.poll_event()));
            let Some(asked) = self.client.poll_transmit(now) else { return events };
            self.session.hear(asked.data.to_vec(), &mut self.units);
            while let Ok(answer) = self.said.try_recv() {
                let _ = self.client.recv(Transmit::new(answer, TransportType::Udp, HERE, address(1)), now);
            }
        }
    }
}

fn everybody(_: ParticipantId) -> bool {
    true
}

#[tokio::test(start_paused = true)]
async fn who_has_no_address_may_stay_for_a_moment() {
    let turn = turn();
    let mut story = Story::new(&turn, &everybody);
    assert!(story.session.may_stay());
    let events = story.talk();
    assert!(matches!(events[..], [TurnEvent::AllocationCreated(..)]), "{events:?}");
    tokio::time::advance(TURN_AUTHENTICATED_WITHIN).await;
    assert!(story.session.may_stay());
    assert_eq!(turn.connections.taken(), 1);
    // It lets the address go: its place is free, and it has a moment again.
    story.client.delete(story.session.now()).unwrap();
    story.talk();
    assert_eq!(turn.connections.taken(), 0);
    assert!(story.session.may_stay());
    tokio::time::advance(TURN_AUTHENTICATED_WITHIN).await;
    assert!(!story.session.may_stay());
}

#[tokio::test]
async fn who_leaves_the_call_may_not_stay() {
    let turn = turn();
    let is_here = std::sync::atomic::AtomicBool::new(true);
    let is_in_call = |_| is_here.load(std::sync::atomic::Ordering::SeqCst);
    let mut story = Story::new(&turn, &is_in_call);
    story.talk();
    assert!(story.session.may_stay());
    is_here.store(false, std::sync::atomic::Ordering::SeqCst);
    assert!(!story.session.may_stay());
}

#[tokio::test]
async fn who_asks_on_and_reads_nothing_is_gone() {
    let turn = turn();
    let mut story = Story::new(&turn, &everybody);
    let asked = Message::builder_request(BINDING, MessageWriteVec::new()).finish();
    for _ in 0..TURN_ANSWERS_MAX {
        story.session.hear(asked.clone(), &mut story.units);
    }
    assert!(!story.session.is_over);
    story.session.hear(asked, &mut story.units);
    assert!(story.session.is_over);
}

/// `stun-proto` 2.0.4 cuts such a nonce within a character.
#[tokio::test]
async fn a_nonce_that_is_no_text_of_ours_ends_the_connection() {
    let turn = turn();
    let mut story = Story::new(&turn, &everybody);
    let mut message = Message::builder_request(turn_server_proto::types::message::ALLOCATE, MessageWriteVec::new());
    message.add_attribute(&Username::new("7").unwrap()).unwrap();
    message.add_attribute(&Realm::new(REALM).unwrap()).unwrap();
    message.add_attribute(&Nonce::new("obMatJos2€€").unwrap()).unwrap();
    message.add_attribute(&MessageIntegrity::new([0; 20])).unwrap();
    story.session.hear(message.finish(), &mut story.units);
    assert!(story.session.is_over);
}
