//! Which node has the room of a group's call: leases, taken by compare-and-set. Nodes of one server share the store; the packets of a
//! room are one node's.

use crate::{StoreError, UnixMs};
use async_trait::async_trait;
use proto::ids::{ChatId, DeviceAddress};

/// A run of a server's process: drawn at each start, never 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub u32);

/// Rooms that a node takes, or goes on having.
#[derive(Debug, Clone)]
pub struct RoomClaims {
    /// Who takes them.
    pub node: NodeId,
    /// Whose rooms, each with the node's own number of it: rises with each opening.
    pub rooms: Vec<(ChatId, u64)>,
    /// Now.
    pub now_ms: UnixMs,
    /// Until when nobody else may take them.
    pub expires_ms: UnixMs,
}

/// A room, and who has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct HeldRoom {
    /// Whose.
    pub chat: ChatId,
    /// Who has it.
    pub node: NodeId,
}

/// See the module.
#[async_trait]
pub trait RoomStore: Send + Sync {
    /// Takes each room that nobody has, whose lease has ended, or that is the node's already, until `expires_ms`. Tells those that
    /// another node has; of them nothing changes.
    async fn claim_rooms(&self, claims: RoomClaims) -> Result<Vec<HeldRoom>, StoreError>;
    /// Gives up rooms that this node has under this number or a lower one. Of others nothing changes.
    async fn release_rooms(&self, node: NodeId, rooms: Vec<(ChatId, u64)>) -> Result<(), StoreError>;
    /// Rooms that other nodes have, of groups in which the device has a leaf: by chat, `limit` at most.
    async fn rooms_elsewhere(
        &self,
        device: DeviceAddress,
        node: NodeId,
        now_ms: UnixMs,
        limit: u32,
    ) -> Result<Vec<HeldRoom>, StoreError>;
}
