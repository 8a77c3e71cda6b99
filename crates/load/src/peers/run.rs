//! Pairs that write to each other as fast as a window lets them: the same load for every peer.

use super::{Language, mqtt, xmpp};
use crate::deliver::{PATIENCE, WINDOW_MAX};
use crate::process::Process;
use crate::traffic::CONTENT_LEN;
use anyhow::{Context, Result, bail};
use bytes::BytesMut;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::Instant;

pub(super) struct Cost {
    pub(super) cpu_s: f64,
    pub(super) took: Duration,
}

/// One end of a pair.
struct End {
    language: Language,
    stream: TcpStream,
    buffer: BytesMut,
    partner: usize,
    messages: usize,
    /// How many more this one may have under way, and its partner.
    own_room: Arc<Semaphore>,
    partners_room: Arc<Semaphore>,
}

/// What all ends share.
struct Course {
    delivered: AtomicUsize,
    all: usize,
    done: watch::Sender<bool>,
}

pub(super) async fn pairs(
    language: Language,
    address: SocketAddr,
    process: &Process,
    sockets: usize,
    messages: usize,
) -> Result<Cost> {
    let rooms: Vec<_> = (0..sockets).map(|_| Arc::new(Semaphore::new(WINDOW_MAX))).collect();
    let mut ends = Vec::new();
    for (own, own_room) in rooms.iter().enumerate() {
        let partner = own ^ 1;
        let (stream, buffer) = match language {
            Language::Xmpp => xmpp::enter(address, own).await?,
            Language::Mqtt => mqtt::enter(address, own).await?,
        };
        let partners_room = rooms.get(partner).context("two and two")?.clone();
        let messages = (own..messages).step_by(sockets).len();
        ends.push(End { language, stream, buffer, partner, messages, own_room: own_room.clone(), partners_room });
    }
    let course = Arc::new(Course { delivered: AtomicUsize::new(0), all: messages, done: watch::Sender::new(false) });
    let mut done = course.done.subscribe();
    let (before, began) = (process.cpu_s()?, Instant::now());
    let mut working = JoinSet::new();
    for end in ends {
        working.spawn(end.work(course.clone()));
    }
    tokio::select! {
        finished = done.wait_for(|done| *done) => { finished?; }
        Some(ended) = working.join_next() => { ended?.context("a socket has ended")?; bail!("a socket stopped too early") }
        () = tokio::time::sleep(PATIENCE) => bail!("it stands still at {}", course.delivered.load(Ordering::Relaxed)),
    }
    Ok(Cost { cpu_s: process.cpu_s()? - before, took: began.elapsed() })
}

impl End {
    async fn work(mut self, course: Arc<Course>) -> Result<()> {
        let (mut reader, mut writer) = self.stream.split();
        let (mut sent, mut packet, mut answer) = (0_usize, 0_u16, Vec::new());
        let text = [b'x'; CONTENT_LEN];
        let mut batch = Vec::new();
        loop {
            tokio::select! {
                read = reader.read_buf(&mut self.buffer) => {
                    if read? == 0 {
                        bail!("the server has closed a connection");
                    }
                    let came = match self.language {
                        Language::Xmpp => xmpp::take(&mut self.buffer),
                        Language::Mqtt => mqtt::take(&mut self.buffer, &mut answer)?,
                    };
                    self.partners_room.add_permits(came);
                    if came > 0 && course.delivered.fetch_add(came, Ordering::Relaxed) + came >= course.all {
                        course.done.send_replace(true);
                    }
                    if !answer.is_empty() {
                        writer.write_all(&answer).await?;
                        answer.clear();
                    }
                }
                room = self.own_room.acquire(), if sent < self.messages => {
                    room?.forget();
                    let mut more = true;
                    while more {
                        packet = packet.checked_add(1).unwrap_or(1);
                        match self.language {
                            Language::Xmpp => xmpp::write(&mut batch, self.partner, packet, &text),
                            Language::Mqtt => mqtt::write(&mut batch, self.partner, packet, &text),
                        }
                        sent += 1;
                        more = sent < self.messages && self.own_room.try_acquire().map(|room| room.forget()).is_ok();
                    }
                    writer.write_all(&batch).await?;
                    batch.clear();
                }
            }
        }
    }
}
