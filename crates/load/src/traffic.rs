//! A socket at work: sends what it is given with so much under way, takes what comes, and acknowledges it as a client does that
//! stores what it got in groups.

use crate::board::Board;
use crate::device::random;
use crate::mls::{Group, Member};
use crate::socket::{Socket, encode};
use anyhow::{Result, bail};
use bytes::Bytes;
use proto::ids::AccountId;
use proto::wire::{self, client_frame, group_item, item, refused::Reason, reply, server_frame};
use std::collections::BTreeMap;
use std::future::pending;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

/// Items until they are acknowledged together.
const ACKNOWLEDGE_AT: u32 = 64;
/// Or when the first of them is so old: a client's own transaction takes about as long.
const ACKNOWLEDGE_AFTER: Duration = Duration::from_millis(20);
/// The last bytes of an `op_id` are the message's number; the rest is random.
const NUMBER_AT: usize = 12;
/// Text of a message, with what stands around it and its padding.
pub const CONTENT_LEN: usize = 256;

/// A message ready to go.
pub struct Outgoing {
    pub number: u32,
    pub frame: Bytes,
}

/// Encrypts one message. Each has its own keys and text: none goes out twice.
pub fn prepare(member: &Member<'_>, group: &mut Group, number: u32) -> Result<Outgoing> {
    let mut op_id: [u8; 16] = random();
    op_id.split_at_mut(NUMBER_AT).1.copy_from_slice(&number.to_be_bytes());
    let app = member.message(group, op_id, &random::<CONTENT_LEN>())?;
    Ok(Outgoing { number, frame: encode(number + 1, client_frame::Body::App(app)) })
}

fn number_of(op_id: &[u8]) -> Option<u32> {
    Some(u32::from_be_bytes(op_id.get(NUMBER_AT..)?.try_into().ok()?))
}

/// A device with an open socket.
pub struct Worker {
    pub socket: Socket,
    pub account: AccountId,
    /// Messages under way at once.
    pub window: usize,
}

/// The state of one run.
struct Run {
    worker: Worker,
    board: Arc<Board>,
    outbox: mpsc::UnboundedReceiver<Outgoing>,
    again: mpsc::UnboundedSender<Outgoing>,
    under_way: BTreeMap<u32, Bytes>,
    unacknowledged: u32,
    newest: u64,
    acknowledge_at: Option<Instant>,
}

impl Worker {
    /// Works until `over`, and gives the socket back.
    pub async fn work(
        self,
        board: Arc<Board>,
        outbox: (mpsc::UnboundedSender<Outgoing>, mpsc::UnboundedReceiver<Outgoing>),
        mut over: watch::Receiver<bool>,
    ) -> Result<Self> {
        let (again, outbox) = outbox;
        let mut run = Run {
            worker: self,
            board,
            outbox,
            again,
            under_way: BTreeMap::new(),
            unacknowledged: 0,
            newest: 0,
            acknowledge_at: None,
        };
        loop {
            let at = run.acknowledge_at;
            let due = async {
                match at {
                    Some(at) => tokio::time::sleep_until(at).await,
                    None => pending().await,
                }
            };
            let ended = async {
                // Its guard must not be held over what the other branches wait for.
                let _ = over.wait_for(|over| *over).await;
            };
            tokio::select! {
                body = run.worker.socket.next() => run.take_all(body?).await?,
                Some(first) = run.outbox.recv(), if run.under_way.len() < run.worker.window => run.send(first).await?,
                () = due => run.acknowledge().await?,
                () = ended => return Ok(run.worker),
            }
        }
    }
}

impl Run {
    /// This one and all that are here: one read of the network brings many.
    async fn take_all(&mut self, first: server_frame::Body) -> Result<()> {
        self.take(first)?;
        while let Some(body) = self.worker.socket.next_ready()? {
            self.take(body)?;
        }
        if self.unacknowledged >= ACKNOWLEDGE_AT {
            self.acknowledge().await?;
        }
        Ok(())
    }

    fn take(&mut self, body: server_frame::Body) -> Result<()> {
        match body {
            server_frame::Body::Reply(wire::Reply { request, body: Some(body) }) => self.take_reply(request, body),
            server_frame::Body::Item(received) => {
                self.newest = received.queue_seq;
                self.unacknowledged += 1;
                self.acknowledge_at.get_or_insert_with(|| Instant::now() + ACKNOWLEDGE_AFTER);
                if let Some(item::Body::Group(entry)) = received.body
                    && entry.kind() == group_item::Kind::App
                    && let Some(number) = number_of(&entry.op_id)
                {
                    match entry.sender.is_some_and(|sender| sender.account == self.worker.account.0) {
                        true => self.board.echoed(),
                        false => self.board.delivered(number),
                    }
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn take_reply(&mut self, request: u32, body: reply::Body) -> Result<()> {
        let Some((number, frame)) = request.checked_sub(1).and_then(|number| self.under_way.remove_entry(&number))
        else {
            return Ok(());
        };
        match body {
            reply::Body::Accepted(_) => self.board.acknowledged(number),
            reply::Body::Refused(refused) if refused.reason() == Reason::Busy => {
                self.board.put_off();
                let (again, wait) = (self.again.clone(), Duration::from_millis(refused.retry_after_ms.into()));
                tokio::spawn(async move {
                    tokio::time::sleep(wait).await;
                    // Where the run is over meanwhile, nobody waits for it.
                    let _ = again.send(Outgoing { number, frame });
                });
            }
            other => bail!("a message was answered by {other:?}"),
        }
        Ok(())
    }

    async fn send(&mut self, first: Outgoing) -> Result<()> {
        let mut next = Some(first);
        while let Some(Outgoing { number, frame }) = next {
            self.worker.socket.feed(frame.clone()).await?;
            self.under_way.insert(number, frame);
            let room = self.under_way.len() < self.worker.window;
            next = if room { self.outbox.try_recv().ok() } else { None };
        }
        self.worker.socket.flush().await
    }

    async fn acknowledge(&mut self) -> Result<()> {
        (self.unacknowledged, self.acknowledge_at) = (0, None);
        self.worker.socket.tell(client_frame::Body::Ack(wire::Ack { queue_seq: self.newest })).await
    }
}
