//! Leases of rooms: one node has a room, until it gives it up or its lease ends.

use super::groups::{CHAT, alice_and_bob};
use super::{NOW_MS, device, registered};
use crate::Stores;
use crate::calls::{HeldRoom, NodeId, RoomClaims};
use proto::ids::ChatId;

const A: NodeId = NodeId(1);
/// The highest that there is.
const B: NodeId = NodeId(u32::MAX);
const OTHER: ChatId = ChatId([0xD; 16]);
const LEASE_MS: u64 = 10_000;

async fn claims(stores: &Stores, node: NodeId, rooms: &[(ChatId, u64)], now_ms: u64) -> Vec<HeldRoom> {
    let claims = RoomClaims { node, rooms: rooms.to_vec(), now_ms, expires_ms: now_ms + LEASE_MS };
    stores.rooms.claim_rooms(claims).await.unwrap()
}

fn held(chat: ChatId, node: NodeId) -> Vec<HeldRoom> {
    vec![HeldRoom { chat, node }]
}

/// Of two that claim at once, one wins, and both learn who.
pub async fn a_room_is_one_nodes(stores: Stores) {
    let (of_a, of_b) = (claims(&stores, A, &[(CHAT, 1)], NOW_MS), claims(&stores, B, &[(CHAT, 1)], NOW_MS));
    let (one, other) = futures_util::future::join(of_a, of_b).await;
    let winner = match (one.as_slice(), other.as_slice()) {
        ([], [held]) | ([held], []) => held.node,
        both => panic!("{both:?}"),
    };
    assert_eq!(winner, if one.is_empty() { A } else { B });
    let loser = if winner == A { B } else { A };
    assert_eq!(claims(&stores, loser, &[(OTHER, 1), (CHAT, 2)], NOW_MS + 1).await, held(CHAT, winner));
    assert_eq!(claims(&stores, winner, &[(CHAT, 1), (OTHER, 2)], NOW_MS + 1).await, held(OTHER, loser));
}

/// A lease that was renewed holds until its new end, and one that ended is anybody's.
pub async fn a_lease_ends(stores: Stores) {
    assert_eq!(claims(&stores, A, &[(CHAT, 1)], NOW_MS).await, []);
    assert_eq!(claims(&stores, A, &[(CHAT, 1)], NOW_MS + LEASE_MS - 1).await, [], "renewed");
    assert_eq!(claims(&stores, B, &[(CHAT, 1)], NOW_MS + LEASE_MS).await, held(CHAT, A));
    let end = NOW_MS + LEASE_MS - 1 + LEASE_MS;
    assert_eq!(claims(&stores, B, &[(CHAT, 1)], end - 1).await, held(CHAT, A));
    assert_eq!(claims(&stores, B, &[(CHAT, 1)], end).await, []);
    assert_eq!(claims(&stores, A, &[(CHAT, 1)], end).await, held(CHAT, B), "it learns of it when it renews");
    // What has ended and was taken by nobody goes on, also after it was swept.
    stores.sessions.sweep(end + LEASE_MS).await.unwrap();
    assert_eq!(claims(&stores, B, &[(CHAT, 1)], end + LEASE_MS + 1).await, []);
    stores.sessions.sweep(end + LEASE_MS + 2).await.unwrap();
    assert_eq!(claims(&stores, A, &[(CHAT, 1)], end + LEASE_MS + 2).await, held(CHAT, B), "what holds is not swept");
}

/// Only who has a room gives it up, and only as the one that it has it as.
pub async fn a_room_is_given_up_by_who_has_it(stores: Stores) {
    assert_eq!(claims(&stores, A, &[(CHAT, 2)], NOW_MS).await, []);
    for (node, room) in [(B, 2), (B, u64::MAX >> 1), (A, 1)] {
        stores.rooms.release_rooms(node, vec![(CHAT, room)]).await.unwrap();
        assert_eq!(claims(&stores, B, &[(CHAT, 1)], NOW_MS).await, held(CHAT, A), "{node:?} {room}");
    }
    // The renewal of the opening before comes late.
    assert_eq!(claims(&stores, A, &[(CHAT, 1)], NOW_MS).await, []);
    stores.rooms.release_rooms(A, vec![(CHAT, 1)]).await.unwrap();
    assert_eq!(claims(&stores, B, &[(CHAT, 1)], NOW_MS).await, held(CHAT, A));
    stores.rooms.release_rooms(A, vec![(OTHER, 2), (CHAT, 2)]).await.unwrap();
    assert_eq!(claims(&stores, B, &[(CHAT, 1)], NOW_MS).await, []);
    // Another node's numbers are its own.
    stores.rooms.release_rooms(B, vec![(CHAT, 1)]).await.unwrap();
    assert_eq!(claims(&stores, A, &[(CHAT, 3)], NOW_MS).await, []);
}

/// Rooms are found by those with a leaf in their groups, as long as somebody else has them.
pub async fn rooms_elsewhere_are_found_by_members(stores: Stores) {
    let (alice, bob) = alice_and_bob(&stores).await;
    let carol = registered(&stores, 3).await;
    let found = async |of, by, now_ms| stores.rooms.rooms_elsewhere(of, by, now_ms, 10).await.unwrap();
    claims(&stores, A, &[(CHAT, 1), (OTHER, 1)], NOW_MS).await;
    assert_eq!(found(alice, B, NOW_MS).await, held(CHAT, A));
    assert_eq!(found(bob, B, NOW_MS).await, held(CHAT, A));
    assert_eq!(found(carol, B, NOW_MS).await, [], "no member");
    assert_eq!(found(device(1, 2), B, NOW_MS).await, [], "no leaf");
    assert_eq!(found(alice, A, NOW_MS).await, [], "its own are not elsewhere");
    assert_eq!(found(alice, B, NOW_MS + LEASE_MS).await, [], "the lease has ended");
    assert_eq!(stores.rooms.rooms_elsewhere(alice, B, NOW_MS, 0).await.unwrap(), [], "no more than are asked for");
}
