//! The forwarding unit of a world, so far as clients' cores know it: who is in which chat's call. It stands where a call's frames arrive at
//! the server, which has no units here. It knows no media: whoever has joined is there, and whoever says something is heard.

use prost::Message as _;
use proto::ids::DeviceAddress;
use proto::wire::{
    CallJoined, CallParticipant, CallRefused, Calls, ClientFrame, Done, Reply, RunningCall, ServerFrame, call_refused,
    client_frame, reply, server_frame,
};
use std::collections::BTreeMap;

/// As the server says it to clients.
const UNCONNECTED_MAX_MS: u32 = 15_000;

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Rooms {
    rooms: BTreeMap<Vec<u8>, Vec<(u64, DeviceAddress)>>,
    joined: u64,
}

/// What follows from a frame: to its sender, and to all devices of the chat.
#[derive(Debug, Default)]
pub(crate) struct Follows {
    pub(crate) reply: Option<Vec<u8>>,
    pub(crate) to_all: Vec<Vec<u8>>,
}

impl Rooms {
    /// Who is in calls.
    pub(crate) fn all(&self) -> Vec<DeviceAddress> {
        self.rooms.values().flatten().map(|(_, device)| *device).collect()
    }

    /// Takes a frame of a device; `None` where it is about no call.
    pub(crate) fn take(&mut self, from: DeviceAddress, bytes: &[u8]) -> Option<Follows> {
        let ClientFrame { request, body } = ClientFrame::decode(bytes).ok()?;
        let mut follows = Follows::default();
        let answer = match body? {
            client_frame::Body::JoinCall(join) => {
                self.leave(&mut follows, |_, device| device == from);
                self.joined += 1;
                self.rooms.entry(join.chat.clone()).or_default().push((self.joined, from));
                follows.to_all.push(self.running(&join.chat));
                let (participant, unconnected_max_ms) = (self.joined, UNCONNECTED_MAX_MS);
                reply::Body::CallJoined(CallJoined { participant, unconnected_max_ms, turn_password: String::new() })
            }
            client_frame::Body::LeaveCall(leave) => {
                self.leave(&mut follows, |participant, device| participant == leave.participant && device == from);
                reply::Body::Done(Done {})
            }
            client_frame::Body::SayInCall(said) => {
                let is_in = self.rooms.values().flatten().any(|place| *place == (said.participant, from));
                if is_in {
                    reply::Body::Done(Done {})
                } else {
                    reply::Body::CallRefused(CallRefused {
                        reason: call_refused::Reason::NotInCall.into(),
                        ..CallRefused::default()
                    })
                }
            }
            client_frame::Body::GetCalls(_) => {
                reply::Body::Calls(Calls { calls: self.rooms.keys().map(|chat| self.call(chat)).collect() })
            }
            _ => return None,
        };
        if request != 0 {
            let reply = Reply { request, body: Some(answer) };
            follows.reply = Some(encoded(server_frame::Body::Reply(reply)));
        }
        Some(follows)
    }

    fn leave(&mut self, follows: &mut Follows, who: impl Fn(u64, DeviceAddress) -> bool) {
        let mut left = Vec::new();
        for (chat, people) in &mut self.rooms {
            let before = people.len();
            people.retain(|(participant, device)| !who(*participant, *device));
            if people.len() != before {
                left.push(chat.clone());
            }
        }
        follows.to_all.extend(left.iter().map(|chat| self.running(chat)));
        self.rooms.retain(|_, people| !people.is_empty());
    }

    fn call(&self, chat: &[u8]) -> RunningCall {
        let person = |(participant, device): &(u64, DeviceAddress)| CallParticipant {
            participant: *participant,
            device: Some(device.to_wire()),
        };
        let participants = self.rooms.get(chat).into_iter().flatten().map(person).collect();
        RunningCall { chat: chat.to_vec(), participants }
    }

    fn running(&self, chat: &[u8]) -> Vec<u8> {
        encoded(server_frame::Body::RunningCall(self.call(chat)))
    }
}

fn encoded(body: server_frame::Body) -> Vec<u8> {
    ServerFrame { body: Some(body) }.encode_to_vec()
}
