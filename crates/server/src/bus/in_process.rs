//! The bus of nodes in one process; with one node, of nobody.

use super::{BUS_PAYLOAD_LEN_MAX, BUS_REQUESTS_MAX, BUS_WAITING_BYTES_MAX, BUS_WAITING_MAX, Bus, BusError, Message};
use async_trait::async_trait;
use futures_util::stream::{self, BoxStream, StreamExt as _};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};

/// Before the number of a request: no other subject begins so.
const INBOX: &str = "_INBOX.";

/// One node's connection to a bus of this process.
pub struct InProcess {
    node: u64,
    shared: Arc<Mutex<Shared>>,
}

/// What is waiting, with its part of [`BUS_WAITING_BYTES_MAX`].
type Waiting = (Message, OwnedSemaphorePermit);

#[derive(Default)]
struct Shared {
    /// Of nodes, subscriptions and requests alike.
    last_number: u64,
    subscribers: BTreeMap<String, Vec<Subscriber>>,
    requests: BTreeMap<String, Request>,
}

struct Subscriber {
    number: u64,
    node: u64,
    queue: mpsc::Sender<Waiting>,
    bytes: Arc<Semaphore>,
}

struct Request {
    node: u64,
    answer: oneshot::Sender<Vec<u8>>,
}

impl Default for InProcess {
    /// The first node of a new bus.
    fn default() -> Self {
        Self { node: 0, shared: Arc::default() }
    }
}

impl InProcess {
    /// Another node on the same bus.
    pub fn another(&self) -> Self {
        Self { node: self.lock().next_number(), shared: self.shared.clone() }
    }

    fn lock(&self) -> MutexGuard<'_, Shared> {
        lock(&self.shared)
    }
}

#[async_trait]
impl Bus for InProcess {
    fn publish(&self, subject: &str, payload: Vec<u8>) -> Result<(), BusError> {
        let message = message(subject, payload, None)?;
        let mut shared = self.lock();
        if let Some(request) = shared.requests.remove(subject) {
            // Who asked may be gone.
            let _ = request.answer.send(message.payload);
            return Ok(());
        }
        shared.deliver(self.node, &message).map(drop)
    }

    async fn subscribe(&self, subject: &str) -> Result<BoxStream<'static, Message>, BusError> {
        let (queue, waiting) = mpsc::channel(BUS_WAITING_MAX);
        let bytes = Arc::new(Semaphore::new(BUS_WAITING_BYTES_MAX));
        let number = {
            let mut shared = self.lock();
            let number = shared.next_number();
            let subscriber = Subscriber { number, node: self.node, queue, bytes };
            shared.subscribers.entry(subject.to_owned()).or_default().push(subscriber);
            number
        };
        let subscription = Subscription { subject: subject.to_owned(), number, shared: self.shared.clone() };
        let next = async |(mut waiting, subscription): (mpsc::Receiver<Waiting>, Subscription)| {
            let (message, _) = waiting.recv().await?;
            Some((message, (waiting, subscription)))
        };
        Ok(stream::unfold((waiting, subscription), next).boxed())
    }

    async fn request(&self, subject: &str, payload: Vec<u8>, within: Duration) -> Result<Vec<u8>, BusError> {
        let (inbox, answered) = self.ask(subject, payload)?;
        let answered = tokio::time::timeout(within, answered).await;
        drop(inbox);
        answered.map_err(|_| BusError::TimedOut)?.map_err(|_| BusError::NoResponders)
    }
}

impl InProcess {
    fn ask(&self, subject: &str, payload: Vec<u8>) -> Result<(Inbox, oneshot::Receiver<Vec<u8>>), BusError> {
        let mut shared = self.lock();
        if shared.requests.values().filter(|request| request.node == self.node).count() >= BUS_REQUESTS_MAX {
            return Err(BusError::Full);
        }
        let subject_of_answer = format!("{INBOX}{}", shared.next_number());
        let message = message(subject, payload, Some(subject_of_answer.clone()))?;
        let (answer, answered) = oneshot::channel();
        match shared.deliver(self.node, &message)? {
            0 => return Err(BusError::NoResponders),
            _ => shared.requests.insert(subject_of_answer.clone(), Request { node: self.node, answer }),
        };
        Ok((Inbox { subject: subject_of_answer, shared: self.shared.clone() }, answered))
    }
}

fn message(subject: &str, payload: Vec<u8>, reply: Option<String>) -> Result<Message, BusError> {
    let len = payload.len();
    match len <= BUS_PAYLOAD_LEN_MAX {
        true => Ok(Message { subject: subject.to_owned(), payload, reply }),
        false => Err(BusError::TooLong { len }),
    }
}

impl Shared {
    fn next_number(&mut self) -> u64 {
        self.last_number += 1;
        self.last_number
    }

    /// To how many it went.
    fn deliver(&self, from: u64, message: &Message) -> Result<usize, BusError> {
        let subscribers = self.subscribers.get(&message.subject).into_iter().flatten();
        let mut delivered = 0;
        let mut result = Ok(());
        for subscriber in subscribers.filter(|subscriber| subscriber.node != from) {
            let len = u32::try_from(message.payload.len()).unwrap_or(u32::MAX);
            let room = subscriber.bytes.clone().try_acquire_many_owned(len);
            match room.ok().map(|room| subscriber.queue.try_send((message.clone(), room))) {
                Some(Ok(())) => delivered += 1,
                // About to be taken off the list.
                Some(Err(mpsc::error::TrySendError::Closed(_))) => {}
                Some(Err(mpsc::error::TrySendError::Full(_))) | None => result = Err(BusError::Full),
            }
        }
        result.map(|()| delivered)
    }
}

/// Dropped, it ends.
struct Subscription {
    subject: String,
    number: u64,
    shared: Arc<Mutex<Shared>>,
}

impl Drop for Subscription {
    fn drop(&mut self) {
        let mut shared = lock(&self.shared);
        if let Some(subscribers) = shared.subscribers.get_mut(&self.subject) {
            subscribers.retain(|subscriber| subscriber.number != self.number);
            if subscribers.is_empty() {
                shared.subscribers.remove(&self.subject);
            }
        }
    }
}

/// Where an answer is awaited. Dropped, it is not any more.
struct Inbox {
    subject: String,
    shared: Arc<Mutex<Shared>>,
}

impl Drop for Inbox {
    fn drop(&mut self) {
        lock(&self.shared).requests.remove(&self.subject);
    }
}

fn lock(shared: &Mutex<Shared>) -> MutexGuard<'_, Shared> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt as _;

    const SOON: Duration = Duration::from_secs(60);

    fn two() -> (InProcess, InProcess) {
        let one = InProcess::default();
        let other = one.another();
        (one, other)
    }

    /// What has come.
    fn taken(stream: &mut BoxStream<'static, Message>) -> Vec<Vec<u8>> {
        // Else tokio lets nothing be ready once a task has taken much in one go.
        let mut next = || tokio::task::unconstrained(stream.next()).now_or_never().flatten();
        std::iter::from_fn(&mut next).map(|message| message.payload).collect()
    }

    #[tokio::test]
    async fn words_reach_the_others_under_their_subject_in_order() {
        let (one, other) = two();
        let (mut own, mut others) = (one.subscribe("a").await.unwrap(), other.subscribe("a").await.unwrap());
        let mut aside = other.subscribe("b").await.unwrap();
        for n in 1..=3 {
            one.publish("a", vec![n]).unwrap();
        }
        one.publish("nobody's", vec![4]).unwrap();
        assert_eq!(taken(&mut others), [[1], [2], [3]]);
        assert_eq!((taken(&mut own), taken(&mut aside)), (vec![], vec![]), "no echo");
        drop(others);
        one.publish("a", vec![5]).unwrap();
        assert_eq!(taken(&mut other.subscribe("a").await.unwrap()), Vec::<Vec<u8>>::new(), "nothing is kept");
    }

    #[tokio::test]
    async fn a_request_has_the_answer_of_who_listens() {
        let (one, other) = two();
        assert_eq!(one.request("a", vec![1], SOON).await, Err(BusError::NoResponders));
        let _own = one.subscribe("a").await.unwrap();
        assert_eq!(one.request("a", vec![1], SOON).await, Err(BusError::NoResponders), "nobody asks oneself");
        let mut asked = other.subscribe("a").await.unwrap();
        let answers = async {
            let message = asked.next().await.unwrap();
            other.publish(&message.reply.unwrap(), [message.payload, vec![2]].concat()).unwrap();
        };
        assert_eq!(futures_util::future::join(one.request("a", vec![1], SOON), answers).await.0, Ok(vec![1, 2]));
        assert_eq!(one.request("a", vec![1], Duration::ZERO).await, Err(BusError::TimedOut));
        assert!(one.lock().requests.is_empty(), "nobody waits any more");
        // Too late, or anybody's guess.
        let late = asked.next().await.unwrap().reply.unwrap();
        other.publish(&late, vec![3]).unwrap();
        other.publish("_INBOX.999", vec![3]).unwrap();
    }

    #[tokio::test]
    async fn what_has_no_room_is_lost_and_said_so() {
        let (one, other) = two();
        let mut slow = other.subscribe("a").await.unwrap();
        let mut quick = other.subscribe("a").await.unwrap();
        for n in 0..BUS_WAITING_MAX {
            assert_eq!(one.publish("a", vec![1]), Ok(()), "{n}");
            taken(&mut quick);
        }
        assert_eq!(one.publish("a", vec![2]), Err(BusError::Full));
        assert_eq!(one.request("a", vec![3], SOON).await, Err(BusError::Full));
        assert_eq!(taken(&mut quick), [[2], [3]], "others do not wait for it");
        assert_eq!(taken(&mut slow).len(), BUS_WAITING_MAX);
        assert_eq!(one.publish("a", vec![4]), Ok(()));
        assert_eq!(taken(&mut slow), [[4]]);
    }

    #[tokio::test]
    async fn bytes_that_wait_and_bytes_of_one_are_bounded() {
        let (one, other) = two();
        let mut slow = other.subscribe("a").await.unwrap();
        let long = vec![0; BUS_PAYLOAD_LEN_MAX];
        for _ in 0..BUS_WAITING_BYTES_MAX / BUS_PAYLOAD_LEN_MAX {
            assert_eq!(one.publish("a", long.clone()), Ok(()));
        }
        assert_eq!(one.publish("a", vec![1]), Err(BusError::Full));
        taken(&mut slow);
        assert_eq!(one.publish("a", vec![1]), Ok(()));
        let len = BUS_PAYLOAD_LEN_MAX + 1;
        assert_eq!(one.publish("a", vec![0; len]), Err(BusError::TooLong { len }));
        assert_eq!(one.request("a", vec![0; len], SOON).await, Err(BusError::TooLong { len }));
        assert!(one.lock().requests.is_empty());
    }

    #[tokio::test]
    async fn only_so_many_requests_of_a_node_wait() {
        let (one, other) = two();
        let _of_other = other.subscribe("a").await.unwrap();
        let mut waiting: Vec<_> = Vec::new();
        for _ in 0..BUS_REQUESTS_MAX {
            let mut request = one.request("a", vec![1], SOON);
            assert_eq!((&mut request).now_or_never(), None);
            waiting.push(request);
        }
        assert_eq!(one.request("a", vec![1], SOON).await, Err(BusError::Full));
        assert_eq!(other.request("b", vec![1], SOON).await, Err(BusError::NoResponders), "another node's are its own");
        waiting.clear();
        assert!(one.lock().requests.is_empty());
    }
}
