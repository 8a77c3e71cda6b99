//! A call at the shipped server: a group of real devices, each with its session, and what the unit offers them.

use super::client::{Client, Counts};
use super::{Call, InCall, Seen, Server, Size, filmed};
use crate::folder::Folder;
use crate::group;
use crate::mls::Member;
use crate::people;
use crate::served::Served;
use crate::socket::{Route, Socket};
use anyhow::{Context, Result, bail, ensure};
use proto::wire::{self, client_frame::Body, reply, said_in_call, say_in_call, server_frame};
use std::net::IpAddr;
use std::sync::Arc;

pub(super) async fn measure(call: Call, size: &Size, from: IpAddr) -> Result<Seen> {
    let folder = Folder::make()?;
    let served = Served::start_with_calls(&folder.path().join("data"), from).await?;
    let people = call.publishers + call.others;
    let devices = people::register(&served, people).await?;
    let route = Route::plain(served.address);
    let mut sockets = Vec::new();
    for device in &devices {
        sockets.push(Socket::greet(&route, &device.token).await?);
    }
    let (maker, others) = devices.split_first().context("somebody")?;
    let socket = sockets.first_mut().context("the maker's")?;
    let group = group::make(&Member::new(maker), &others.iter().collect::<Vec<_>>(), socket).await?;
    let counts = Arc::new(Counts::default());
    let (mut publishers, mut watching) = (Vec::new(), Vec::new());
    for (place, socket) in sockets.into_iter().enumerate() {
        let client = Client::start(from, counts.clone())?;
        let client = Arc::new(client);
        let mut session = Session { socket, client: client.clone(), participant: 0 };
        session.joins(group.chat.to_vec(), place < call.publishers).await?;
        tokio::spawn(session.answers());
        if place < call.publishers { publishers.push(client) } else { watching.push(client) }
    }
    let in_call = InCall { publishers, _others: watching };
    // Publishers see each other as well.
    let server = Server { process: served.process()?, metrics: served.metrics_address };
    let seen = filmed(&in_call, size, people - 1, &counts, &server).await?;
    drop(in_call);
    served.stop().await?;
    Ok(seen)
}

struct Session {
    socket: Socket,
    client: Arc<Client>,
    participant: u64,
}

impl Session {
    async fn joins(&mut self, chat: Vec<u8>, publishes: bool) -> Result<()> {
        let joined = match self.socket.ask(Body::JoinCall(wire::JoinCall { chat })).await? {
            reply::Body::CallJoined(joined) => joined,
            other => bail!("a call was answered by {other:?}"),
        };
        self.participant = joined.participant;
        let offer = self.client.offer(publishes).await?;
        self.says(say_in_call::Says::Offer(offer)).await?;
        loop {
            if let server_frame::Body::SaidInCall(said) = self.socket.next().await?
                && let Some(said_in_call::Says::Answer(answer)) = said.says
            {
                return self.client.answered(answer).await;
            }
        }
    }

    async fn says(&mut self, says: say_in_call::Says) -> Result<()> {
        let say = wire::SayInCall { participant: self.participant, says: Some(says) };
        let reply = self.socket.ask(Body::SayInCall(say)).await?;
        ensure!(matches!(reply, reply::Body::Done(_)), "it was answered by {reply:?}");
        Ok(())
    }

    /// Until the server closes the socket.
    async fn answers(mut self) -> Result<()> {
        loop {
            if let server_frame::Body::SaidInCall(said) = self.socket.next().await?
                && let Some(said_in_call::Says::Offer(offer)) = said.says
            {
                let answer = self.client.answer(offer.sdp).await?;
                self.says(say_in_call::Says::Answer(answer)).await?;
            }
        }
    }
}
