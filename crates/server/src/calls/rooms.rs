//! Whose rooms are whose: this node's claims in the store, and calls whose rooms other nodes have. A claim is made when a room opens,
//! renewed while it is open and given up when it is closed; no packet and no word waits for any of it.

use super::directory::Claim;
use super::{Calls, nodes};
use crate::app::App;
use crate::bus::BusError;
use crate::limits::{CALL_LOOK_EVERY, CALL_ROOM_LEASE, CALL_ROOM_RENEW_EVERY, CALL_ROOMS_A_STEP, CALLS_TOLD_MAX};
use futures_util::future::join_all;
use proto::ids::{ChatId, DeviceAddress};
use proto::wire::{self, put_out_of_call, reply};
use server_store::StoreError;
use server_store::calls::{HeldRoom, NodeId, RoomClaims};
use sfu::RoomId;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use tokio::time::MissedTickBehavior;

/// Renews claims, gives up what is closed, and looks at what other nodes may have said in vain, for ever.
pub(crate) async fn hold(app: Arc<App>) {
    let calls = &app.calls;
    let [mut renew, mut look] = [CALL_ROOM_RENEW_EVERY, CALL_LOOK_EVERY].map(tokio::time::interval);
    for every in [&mut renew, &mut look] {
        every.set_missed_tick_behavior(MissedTickBehavior::Delay);
    }
    loop {
        let worked = tokio::select! {
            _ = renew.tick() => calls.renew().await,
            () = calls.to_release.notified() => calls.release_closed().await,
            _ = look.tick() => {
                calls.look_again();
                Ok(())
            }
        };
        // The lease ends by itself, and the next renewal tells what came of it.
        if let Err(error) = worked {
            tracing::error!(error = &error as &dyn std::error::Error, "claims of rooms could not be written");
        }
    }
}

impl Calls {
    /// Claims a room that is open here; the node that has it if that is another.
    pub(super) async fn claim(&self, chat: ChatId, room: RoomId) -> Result<Option<NodeId>, StoreError> {
        if self.directory().claim_of(chat, room) == Claim::Held {
            return Ok(None);
        }
        let of_others = self.stores.rooms.claim_rooms(self.claims(&[(chat, room)])).await?;
        if let Some(held) = of_others.first() {
            return Ok(Some(held.node));
        }
        self.directory().claimed(chat, room);
        Ok(None)
    }

    fn claims(&self, rooms: &[(ChatId, RoomId)]) -> RoomClaims {
        let now_ms = self.clock.now_ms();
        let lease_ms = u64::try_from(CALL_ROOM_LEASE.as_millis()).unwrap_or(u64::MAX);
        RoomClaims { node: self.line.node, rooms: numbered(rooms), now_ms, expires_ms: now_ms.saturating_add(lease_ms) }
    }

    async fn renew(&self) -> Result<(), StoreError> {
        if *self.stop.borrow() {
            return Ok(());
        }
        let rooms = self.directory().claims();
        let mut refused = Ok(());
        for step in rooms.chunks(CALL_ROOMS_A_STEP) {
            match self.stores.rooms.claim_rooms(self.claims(step)).await {
                Ok(of_others) => self.renewed(step, &of_others),
                Err(error) => {
                    step.iter().for_each(|(chat, room)| self.directory().not_renewed(*chat, *room));
                    refused = Err(error);
                }
            }
        }
        refused
    }

    fn renewed(&self, rooms: &[(ChatId, RoomId)], of_others: &[HeldRoom]) {
        for (chat, room) in rooms {
            let Some(HeldRoom { node, .. }) = of_others.iter().find(|held| held.chat == *chat) else {
                self.directory().claimed(*chat, *room);
                continue;
            };
            tracing::warn!(
                node = node.0,
                "another node has taken the room of a call: this one was late to renew its claim"
            );
            let out = self.directory().claim_lost(*chat, *room);
            // Units are told beside this: a slow one holds up nobody's claim.
            self.to_keep.notify_one();
            for (who, place) in out {
                self.tell_put_out(who, &place, put_out_of_call::Reason::UnitLost);
            }
        }
    }

    /// Gives up what is closed: another node may open it.
    pub(crate) async fn release_closed(&self) -> Result<(), StoreError> {
        let closed = self.directory().take_closed();
        for step in closed.chunks(CALL_ROOMS_A_STEP) {
            self.stores.rooms.release_rooms(self.line.node, numbered(step)).await?;
        }
        Ok(())
    }

    /// Who was taken out of a group, or did not hear an offer, by a word between nodes that was lost.
    fn look_again(&self) {
        self.directory().doubt_all();
        self.to_keep.notify_one();
        let away = self.directory().away_from(self.line.node);
        for (unit, who) in away {
            self.say_again(unit, who);
        }
    }

    /// Running calls whose rooms other nodes have, of groups in which the device has a leaf; an error where one of these nodes does not
    /// answer.
    pub(super) async fn running_elsewhere(
        &self,
        device: DeviceAddress,
    ) -> Result<Result<Vec<wire::RunningCall>, BusError>, StoreError> {
        let limit = u32::try_from(CALLS_TOLD_MAX).unwrap_or(u32::MAX);
        let rooms = self.stores.rooms.rooms_elsewhere(device, self.line.node, self.clock.now_ms(), limit).await?;
        let mut by_node: BTreeMap<NodeId, BTreeSet<ChatId>> = BTreeMap::new();
        for HeldRoom { chat, node } in rooms {
            by_node.entry(node).or_default().insert(chat);
        }
        let asked = by_node.iter().map(async |(node, chats)| {
            let reply = self.line.ask(*node, nodes::get_rooms(chats)).await?;
            // That it has too much to do does not say that there are no calls.
            let reply::Body::Calls(mut calls) = reply else { return Err(BusError::Full) };
            calls.calls.retain(|call| ChatId::try_from(call.chat.as_slice()).is_ok_and(|chat| chats.contains(&chat)));
            Ok(calls.calls)
        });
        let answers: Result<Vec<_>, BusError> = join_all(asked).await.into_iter().collect();
        Ok(answers.map(|calls| calls.concat()))
    }
}

fn numbered(rooms: &[(ChatId, RoomId)]) -> Vec<(ChatId, u64)> {
    rooms.iter().map(|(chat, room)| (*chat, room.0)).collect()
}
