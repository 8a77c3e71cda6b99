//! What nodes say to each other about calls: requests of devices whose session is at one and whose room at another, what units say to
//! them, and what is said to all: who is back, out, or perhaps no member any more. `bus.proto` has the words.
//!
//! Every word is sealed under a key that all nodes have from the store, with the subject that it is for: what others publish on the bus
//! is refused. Repeats are not noticed.

use super::directory::Joiner;
use super::{Calls, Joining, busy_elsewhere, refuse, words};
use crate::app::{App, random};
use crate::bus::{BUS_PAYLOAD_LEN_MAX, Bus, BusError, Message};
use crate::limits::{CALL_NODE_ANSWER_WITHIN, CALL_NODE_ANSWERS_MAX};
use futures_util::future::BoxFuture;
use futures_util::stream::{BoxStream, FuturesUnordered, StreamExt as _};
use hmac::{Hmac, Mac as _};
use proto::bus::{Asked, Back, CallWord, GetRooms, Joins, PutOut, RosterChanged, Tell, call_word::Body};
use proto::decode::decode_limited;
use proto::ids::{ChatId, DeviceAddress, IdLengthError, Lease};
use proto::wire::{self, client_frame, refused, reply, server_frame};
use server_store::calls::NodeId;
use sfu::ParticipantId;
use sha2::Sha256;
use std::collections::BTreeSet;
use std::sync::Arc;

const TO_ALL: &str = "calls.all";
/// Of the seal, in front of what is sealed.
const MAC_LEN: usize = 32;

/// A node's way to the others.
pub(super) struct Line {
    bus: Arc<dyn Bus>,
    key: [u8; 32],
    /// This node.
    pub(super) node: NodeId,
}

/// What comes from the others.
pub(crate) struct Words {
    to_this: BoxStream<'static, Message>,
    to_all: BoxStream<'static, Message>,
}

fn subject_of(node: NodeId) -> String {
    format!("calls.node.{:08x}", node.0)
}

/// What an answer is sealed for: where it is published is for the bus to say.
fn answer_to(subject: &str) -> String {
    format!("{subject}.answer")
}

impl Line {
    /// Draws the node's number and begins to listen.
    pub(super) async fn open(bus: Arc<dyn Bus>, key: [u8; 32]) -> Result<(Self, Words), BusError> {
        let node = NodeId(u32::from_be_bytes(random()).max(1));
        let words = Words { to_this: bus.subscribe(&subject_of(node)).await?, to_all: bus.subscribe(TO_ALL).await? };
        Ok((Self { bus, key, node }, words))
    }

    /// Says it to all others.
    pub(super) fn tell_all(&self, body: Body) {
        self.publish(TO_ALL, &self.word(body));
    }

    /// Says it to one other.
    pub(super) fn tell(&self, node: NodeId, body: Body) {
        self.publish(&subject_of(node), &self.word(body));
    }

    /// Asks one other; published when it is first polled.
    pub(super) async fn ask(&self, node: NodeId, body: Body) -> Result<reply::Body, BusError> {
        let subject = subject_of(node);
        let sealed = self.seal(&subject, &self.word(body));
        let answer = self.bus.request(&subject, sealed, CALL_NODE_ANSWER_WITHIN).await?;
        // What is no answer of that node's is none.
        let reply: Option<wire::Reply> = self.open_sealed(&answer_to(&subject), &answer);
        reply.and_then(|reply| reply.body).ok_or(BusError::TimedOut)
    }

    fn word(&self, body: Body) -> CallWord {
        CallWord { from: self.node.0, body: Some(body) }
    }

    /// What is lost is looked for in the store after a while, see `CALL_LOOK_EVERY`.
    fn publish(&self, subject: &str, message: &impl prost::Message) {
        if let Err(error) = self.bus.publish(subject, self.seal(subject, message)) {
            tracing::warn!(%error, "a word to another node about a call was lost");
        }
    }

    fn seal(&self, subject: &str, message: &impl prost::Message) -> Vec<u8> {
        let bytes = message.encode_to_vec();
        let mut sealed = self.mac(subject, &bytes).finalize().into_bytes().to_vec();
        sealed.extend(bytes);
        sealed
    }

    /// `None` for what no node has sealed for this subject.
    fn open_sealed<M: prost::Message + Default>(&self, subject: &str, sealed: &[u8]) -> Option<M> {
        let (mac, bytes) = sealed.split_at_checked(MAC_LEN)?;
        self.mac(subject, bytes).verify_slice(mac).ok()?;
        decode_limited(bytes, BUS_PAYLOAD_LEN_MAX).ok()
    }

    fn mac(&self, subject: &str, bytes: &[u8]) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key).expect("HMAC takes keys of any length");
        mac.update(&u64::try_from(subject.len()).unwrap_or(u64::MAX).to_be_bytes());
        mac.update(subject.as_bytes());
        mac.update(bytes);
        mac
    }
}

pub(super) fn asked(joiner: Joiner, body: client_frame::Body) -> Body {
    Body::Asked(Asked {
        device: Some(joiner.device.to_wire()),
        lease: joiner.lease.to_vec(),
        time_ms: joiner.time_ms,
        frame: Some(wire::ClientFrame { request: 0, body: Some(body) }),
    })
}

pub(super) fn get_rooms(chats: &BTreeSet<ChatId>) -> Body {
    Body::GetRooms(GetRooms { chats: chats.iter().map(|chat| chat.to_vec()).collect() })
}

pub(super) fn tell(devices: &[DeviceAddress], body: server_frame::Body) -> Body {
    Body::Tell(Tell { devices: to_wire(devices), frame: Some(wire::ServerFrame { body: Some(body) }) })
}

pub(super) fn back(device: DeviceAddress, lease: Lease) -> Body {
    Body::Back(Back { device: Some(device.to_wire()), lease: lease.to_vec() })
}

pub(super) fn joins(joiner: Joiner) -> Body {
    Body::Joins(Joins { device: Some(joiner.device.to_wire()), time_ms: joiner.time_ms })
}

pub(super) fn put_out(devices: &[DeviceAddress]) -> Body {
    Body::PutOut(PutOut { devices: to_wire(devices) })
}

pub(super) fn roster_changed(chat: ChatId) -> Body {
    Body::RosterChanged(RosterChanged { chat: chat.to_vec() })
}

fn to_wire(devices: &[DeviceAddress]) -> Vec<wire::DeviceAddress> {
    devices.iter().map(|device| device.to_wire()).collect()
}

/// A word that is none that this node knows.
struct Unknown;

impl From<IdLengthError> for Unknown {
    fn from(_: IdLengthError) -> Self {
        Self
    }
}

fn device(of: Option<&wire::DeviceAddress>) -> Result<DeviceAddress, Unknown> {
    Ok(DeviceAddress::try_from(of.ok_or(Unknown)?)?)
}

fn devices(of: &[wire::DeviceAddress]) -> Result<Vec<DeviceAddress>, Unknown> {
    of.iter().map(|of| device(Some(of))).collect()
}

/// Hears what other nodes say, for ever. What is only to be noted is, in order; requests are begun in order.
pub(crate) async fn serve(app: Arc<App>, words: Words) {
    let calls = &app.calls;
    let Words { mut to_this, mut to_all } = words;
    let mut answers: FuturesUnordered<BoxFuture<'_, ()>> = FuturesUnordered::new();
    loop {
        let has_room = answers.len() < CALL_NODE_ANSWERS_MAX;
        let message = tokio::select! {
            Some(message) = to_this.next(), if has_room => message,
            Some(message) = to_all.next(), if has_room => message,
            Some(()) = answers.next() => continue,
            else => return,
        };
        let mut answer: BoxFuture<'_, ()> = Box::pin(calls.hear(message));
        if std::future::poll_fn(|cx| std::task::Poll::Ready(answer.as_mut().poll(cx))).await.is_pending() {
            answers.push(answer);
        }
    }
}

impl Calls {
    async fn hear(&self, message: Message) {
        let Message { subject, payload, reply } = message;
        let heard = match self.line.open_sealed::<CallWord>(&subject, &payload) {
            Some(CallWord { from, body: Some(body) }) => self.follow(NodeId(from), body).await,
            // Of a newer release.
            Some(CallWord { body: None, .. }) => Err(Unknown),
            None => {
                tracing::warn!("something on the bus that no node of this server has said was refused");
                return;
            }
        };
        let answer = heard.unwrap_or_else(|Unknown| {
            tracing::debug!("a word of another node is unknown here");
            refuse(refused::Reason::Unsupported, "not known to the node that has the room")
        });
        if let Some(to) = reply {
            let sealed = self.line.seal(&answer_to(&subject), &wire::Reply { request: 0, body: Some(answer) });
            if let Err(error) = self.line.bus.publish(&to, sealed) {
                tracing::warn!(%error, "an answer to another node was lost");
            }
        }
    }

    async fn follow(&self, from: NodeId, body: Body) -> Result<reply::Body, Unknown> {
        match body {
            Body::Asked(asked) => return self.answer(from, asked).await,
            Body::GetRooms(get) => return self.rooms_here(&get),
            Body::Tell(Tell { devices: to, frame }) => {
                use server_frame::Body::{PutOutOfCall, RunningCall, SaidInCall};
                let frame = frame.and_then(|frame| frame.body).ok_or(Unknown)?;
                if !matches!(frame, SaidInCall(_) | PutOutOfCall(_) | RunningCall(_)) {
                    return Err(Unknown);
                }
                self.hub.push_all(&devices(&to)?, &frame);
            }
            Body::Back(back) => {
                self.back_at(from, device(back.device.as_ref())?, Lease::try_from(back.lease)?);
            }
            Body::Joins(joins) => {
                self.directory().vacate_before(device(joins.device.as_ref())?, joins.time_ms);
                self.to_keep.notify_one();
            }
            Body::PutOut(out) => self.put_out_here(&devices(&out.devices)?),
            Body::RosterChanged(changed) => self.roster_changed_here(ChatId::try_from(changed.chat)?),
        }
        Ok(reply::Body::Done(wire::Done {}))
    }

    /// A request of a device whose session is at another node, which has checked that.
    async fn answer(&self, from: NodeId, asked: Asked) -> Result<reply::Body, Unknown> {
        let device = device(asked.device.as_ref())?;
        let joiner = Joiner { device, lease: Lease::try_from(asked.lease)?, home: from, time_ms: asked.time_ms };
        Ok(match asked.frame.and_then(|frame| frame.body).ok_or(Unknown)? {
            client_frame::Body::JoinCall(join) => match self.join(joiner, &join).await {
                Joining::Answered(reply) => reply,
                Joining::Elsewhere(_) => busy_elsewhere(),
            },
            client_frame::Body::SayInCall(say) => {
                self.found_at(from, device, ParticipantId(say.participant));
                self.say(device, say).await
            }
            client_frame::Body::LeaveCall(leave) => {
                self.leave(device, ParticipantId(leave.participant));
                reply::Body::Done(wire::Done {})
            }
            _ => return Err(Unknown),
        })
    }

    /// A participant speaks from another node than was known: a Hello of its device was not heard.
    fn found_at(&self, home: NodeId, device: DeviceAddress, who: ParticipantId) {
        let moved = self.directory().seat_of(who).is_some_and(|(of, known)| of == device && known != home);
        if !moved {
            return;
        }
        self.directory().moved(device, home);
        let seated = self.directory().of_device(device);
        if let Some((unit, who)) = seated {
            self.say_again(unit, who);
        }
    }

    fn rooms_here(&self, get: &GetRooms) -> Result<reply::Body, Unknown> {
        let mut calls = Vec::new();
        for chat in &get.chats {
            let chat = ChatId::try_from(chat.as_slice())?;
            calls.push(words::running(chat, self.directory().participants(chat)));
        }
        Ok(reply::Body::Calls(wire::Calls { calls }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bus::InProcess;
    use crate::calls::Around;
    use crate::clock::SystemClock;
    use crate::hub::Hub;
    use futures_util::FutureExt as _;
    use proptest::prelude::*;
    use proto::ids::{AccountId, DeviceNumber};
    use server_store::sqlite::Sqlite;
    use std::time::Duration;

    const KEY: [u8; 32] = [7; 32];
    const DEVICE: DeviceAddress = DeviceAddress { account: AccountId([1; 16]), device: DeviceNumber(1) };
    const JOINER: Joiner = Joiner { device: DEVICE, lease: Lease([2; 16]), home: NodeId(9), time_ms: 5 };

    async fn calls(bus: Arc<dyn Bus>, key: [u8; 32]) -> (Calls, Words) {
        let stores = Sqlite::in_this_thread(rusqlite::Connection::open_in_memory().unwrap()).unwrap().stores();
        let around = Around { hub: Arc::new(Hub::default()), stores, clock: Arc::new(SystemClock), bus, bus_key: key };
        let (calls, incoming) = Calls::start(around, Vec::new(), None, 1).await.unwrap();
        (calls, incoming.words)
    }

    fn join() -> client_frame::Body {
        client_frame::Body::JoinCall(wire::JoinCall { chat: vec![3; 16] })
    }

    #[tokio::test]
    async fn a_word_is_for_its_subject_and_of_who_has_the_key() {
        let bus = InProcess::default();
        let (one, _words) = Line::open(Arc::new(bus.another()), KEY).await.unwrap();
        let (other, _words) = Line::open(Arc::new(bus.another()), KEY).await.unwrap();
        let (stranger, _words) = Line::open(Arc::new(bus.another()), [8; 32]).await.unwrap();
        let word = one.word(joins(JOINER));
        let sealed = one.seal(TO_ALL, &word);
        assert_eq!(other.open_sealed(TO_ALL, &sealed), Some(word.clone()));
        assert_eq!(other.open_sealed::<CallWord>(&subject_of(other.node), &sealed), None);
        assert_eq!(other.open_sealed::<CallWord>(TO_ALL, &stranger.seal(TO_ALL, &word)), None);
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert_eq!(other.open_sealed::<CallWord>(TO_ALL, &changed), None, "byte {at}");
            assert_eq!(other.open_sealed::<CallWord>(TO_ALL, &sealed[..at]), None, "cut at {at}");
        }
    }

    #[tokio::test]
    async fn what_is_not_known_is_answered_so_and_what_is_forged_is_not_answered() {
        let bus = InProcess::default();
        let (asking, _words) = Line::open(Arc::new(bus.another()), KEY).await.unwrap();
        let (calls, mut words) = calls(Arc::new(bus.another()), KEY).await;
        let here = calls.line.node;
        let nothing = wire::ServerFrame { body: None };
        let foreign = server_frame::Body::LeaseLost(wire::LeaseLost {});
        let short = wire::DeviceAddress { account: vec![1; 15], device: 1 };
        let unknown = [
            None,
            Some(Body::Asked(Asked::default())),
            Some(Body::Asked(Asked { device: Some(short.clone()), lease: vec![2; 16], time_ms: 1, frame: None })),
            Some(asked(JOINER, client_frame::Body::Ping(wire::Ping {}))),
            Some(Body::GetRooms(GetRooms { chats: vec![vec![3; 15]] })),
            Some(Body::Tell(Tell { devices: Vec::new(), frame: Some(nothing) })),
            Some(tell(&[DEVICE], foreign)),
            Some(Body::Back(Back { device: None, lease: vec![2; 16] })),
            Some(Body::Back(Back { device: Some(DEVICE.to_wire()), lease: vec![2; 17] })),
            Some(Body::Joins(Joins { device: Some(short.clone()), time_ms: 1 })),
            Some(Body::PutOut(PutOut { devices: vec![DEVICE.to_wire(), short] })),
            Some(Body::RosterChanged(RosterChanged { chat: Vec::new() })),
        ];
        for body in unknown {
            let sealed = asking.seal(&subject_of(here), &CallWord { from: asking.node.0, body: body.clone() });
            let subject = subject_of(here);
            let asks = asking.bus.request(&subject, sealed, Duration::from_secs(60));
            let hears = async { calls.hear(words.to_this.next().await.unwrap()).await };
            let (answer, ()) = futures_util::future::join(asks, hears).await;
            let answer: wire::Reply = asking.open_sealed(&answer_to(&subject), &answer.unwrap()).unwrap();
            let refused =
                matches!(&answer.body, Some(reply::Body::Refused(r)) if r.reason() == refused::Reason::Unsupported);
            assert!(refused, "{body:?}: {answer:?}");
        }
        let subject = subject_of(here);
        let mut forged = asking.bus.request(&subject, vec![0; 40], Duration::from_secs(60));
        assert!((&mut forged).now_or_never().is_none());
        calls.hear(words.to_this.next().await.unwrap()).await;
        assert!((&mut forged).now_or_never().is_none(), "who has no key hears nothing");
    }

    /// As it happens to every request.
    struct Failing(BusError);

    #[async_trait::async_trait]
    impl Bus for Failing {
        fn publish(&self, _: &str, _: Vec<u8>) -> Result<(), BusError> {
            Err(self.0)
        }

        async fn subscribe(&self, _: &str) -> Result<BoxStream<'static, Message>, BusError> {
            Ok(futures_util::stream::pending().boxed())
        }

        async fn request(&self, _: &str, _: Vec<u8>, _: Duration) -> Result<Vec<u8>, BusError> {
            Err(self.0)
        }
    }

    #[tokio::test]
    async fn each_failure_of_the_bus_is_told_as_what_it_is() {
        use refused::Reason::{Busy, TooLarge};
        let say = || client_frame::Body::SayInCall(wire::SayInCall { participant: 5 << 28, says: None });
        for (error, of_join, of_say) in [
            (BusError::NoResponders, Some(Busy), None),
            (BusError::TimedOut, Some(Busy), Some(Busy)),
            (BusError::Full, Some(Busy), Some(Busy)),
            (BusError::TooLong { len: 9 }, Some(TooLarge), Some(TooLarge)),
        ] {
            let (calls, _words) = calls(Arc::new(Failing(error)), KEY).await;
            for (body, reason) in [(join(), of_join), (say(), of_say)] {
                let told = calls.ask(NodeId(5), JOINER, body).await;
                match (&told, reason) {
                    (reply::Body::Refused(told), Some(reason)) => {
                        assert_eq!((told.reason(), told.retry_after_ms > 0), (reason, reason == Busy), "{error}");
                    }
                    (reply::Body::CallRefused(told), None) => {
                        assert_eq!(told.reason(), wire::call_refused::Reason::NotInCall);
                    }
                    _ => panic!("{error}: {told:?}"),
                }
            }
        }
    }

    /// Words that are not read are lost, and who asked is told at once.
    #[tokio::test]
    async fn a_node_that_hears_too_slowly_is_busy_to_others() {
        let bus = InProcess::default();
        let (asking, _words) = Line::open(Arc::new(bus.another()), KEY).await.unwrap();
        let (slow, mut words) = Line::open(Arc::new(bus.another()), KEY).await.unwrap();
        for _ in 0..crate::bus::BUS_WAITING_MAX {
            asking.tell(slow.node, asked(JOINER, join()));
        }
        assert_eq!(asking.ask(slow.node, asked(JOINER, join())).await, Err(BusError::Full));
        words.to_this.next().await.unwrap();
        assert!(asking.ask(slow.node, asked(JOINER, join())).now_or_never().is_none(), "there is room again");
    }

    proptest! {
        #[test]
        fn any_bytes_are_refused(bytes in proptest::collection::vec(any::<u8>(), 0..256)) {
            let opened = async {
                let (line, _words) = Line::open(Arc::new(InProcess::default()), KEY).await.unwrap();
                line.open_sealed::<CallWord>(TO_ALL, &bytes)
            };
            prop_assert_eq!(opened.now_or_never().unwrap(), None);
        }
    }
}
