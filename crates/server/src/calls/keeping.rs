//! What follows from changes, besides replies: units take out whom the directory has struck, groups hear of their calls, and what
//! units say reaches its device. Runs beside the sockets, so that nobody's connection has to last until it is done.

use super::directory::Place;
use super::unit::Saying;
use super::{Calls, Sayings, nodes, words};
use crate::app::App;
use futures_util::future::join_all;
use proto::ids::{ChatId, DeviceAddress};
use proto::wire::{self, put_out_of_call, server_frame};
use server_store::StoreError;
use sfu::ParticipantId;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// Before the store is asked again.
const STORE_RETRY: Duration = Duration::from_millis(500);

/// Keeps units and groups up to date, for ever.
pub(crate) async fn keep(app: Arc<App>) {
    let calls = &app.calls;
    // Groups that could not be read, and when they are tried again: no other waits for them.
    let (mut failed, mut retry_at) = (BTreeSet::new(), None);
    loop {
        if retry_at.is_some_and(|at| at <= Instant::now()) {
            (failed, retry_at) = (BTreeSet::new(), None);
        }
        calls.tell_units_who_left().await;
        let next = calls.directory().next_to_look_at(&failed);
        let Some(chat) = next else {
            // After all groups know that their calls are over: who opens a room elsewhere tells them of that one.
            if failed.is_empty() {
                calls.to_release.notify_one();
            }
            tokio::select! {
                () = calls.to_keep.notified() => {}
                () = due(retry_at) => {}
            }
            continue;
        };
        if let Err(error) = calls.look_at(chat).await {
            tracing::error!(error = &error as &dyn std::error::Error, "the members of a call could not be read");
            failed.insert(chat);
            retry_at.get_or_insert_with(|| Instant::now() + STORE_RETRY);
        }
    }
}

async fn due(at: Option<Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at).await,
        None => std::future::pending().await,
    }
}

impl Calls {
    /// Who is no member any more is put out, and the members hear who is in.
    async fn look_at(&self, chat: ChatId) -> Result<(), StoreError> {
        let (has_other_members, serial) = {
            let mut directory = self.directory();
            (directory.looked_at(chat), directory.serial())
        };
        let members = match self.members(chat).await {
            Ok(members) => members,
            Err(error) => {
                self.directory().doubt(chat);
                return Err(error);
            }
        };
        let (out, news) = {
            let mut directory = self.directory();
            let out = directory.keep_only(chat, &members, serial);
            let mut news = directory.news_of(chat);
            if has_other_members && news.is_none() {
                // Who was just added has not heard of it.
                news = Some(directory.participants(chat)).filter(|participants| !participants.is_empty());
            }
            (out, news)
        };
        // First of all: who hears of it can rely on it.
        self.tell_units_who_left().await;
        for (who, place) in out {
            self.tell_put_out(who, &place, put_out_of_call::Reason::NotAMember);
        }
        if let Some(participants) = news {
            let running = server_frame::Body::RunningCall(words::running(chat, participants));
            let members: Vec<DeviceAddress> = members.into_iter().collect();
            self.hub.push_all(&members, &running);
            self.line.tell_all(nodes::tell(&members, running));
        }
        Ok(())
    }

    pub(super) fn tell_put_out(&self, who: ParticipantId, place: &Place, why: put_out_of_call::Reason) {
        let told = wire::PutOutOfCall { participant: who.0, reason: why.into() };
        self.tell((place.joiner.device, place.joiner.home), server_frame::Body::PutOutOfCall(told));
    }

    fn pass_on_one(&self, saying: Saying) {
        match saying {
            Saying::Say(who, says) => {
                let owed = words::owed_for(&says);
                let (seat, said) = {
                    let directory = self.directory();
                    (directory.seat_of(who), words::said(who, says, |other| directory.device_of(other)))
                };
                if let Some(seat) = seat {
                    if let Some(words) = owed {
                        self.owed().offered(who, words.get(), |who| self.is_in_call(who));
                    }
                    self.tell(seat, server_frame::Body::SaidInCall(said));
                }
            }
            Saying::Left(who, why) => {
                let gone = self.directory().gone(who);
                self.to_keep.notify_one();
                if let Some(place) = gone {
                    self.tell_put_out(who, &place, words::left(why));
                }
            }
        }
    }
}

/// Brings what units say to the devices, until all units have ended.
pub(crate) async fn pass_on(app: Arc<App>, sayings: Sayings) {
    let calls = &app.calls;
    let each = sayings.of.into_iter().map(async |(unit, mut sayings)| {
        while let Some(saying) = sayings.recv().await {
            calls.pass_on_one(saying);
        }
        let lost = calls.directory().unit_lost(unit);
        calls.to_keep.notify_one();
        if !*calls.stop.borrow() {
            tracing::error!(unit, "a unit for calls has ended");
        }
        for (who, place) in lost {
            calls.tell_put_out(who, &place, put_out_of_call::Reason::UnitLost);
        }
    });
    join_all(each).await;
    join_all(sayings.ended).await;
}
