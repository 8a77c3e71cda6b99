//! Frames of calls and what units say, each as the other. Knows no state.

use super::{refuse, refuse_call};
use crate::app::random;
use crate::limits::CALL_SDP_LEN_A_WORD;
use proto::ids::{ChatId, DeviceAddress};
use proto::wire::{
    self, call_refused, call_track, client_frame, layer_wish, refused, reply, said_in_call, say_in_call,
};
use server_store::calls::NodeId;
use sfu::limits::SDP_LEN_MAX;
use sfu::{
    ClientSays, DescriptionRefused, Heard, Layer, LeftBecause, ParticipantId, SayError, Sdp, SdpRefused, ServerSays,
    Track, TrackKind,
};
use std::num::NonZeroU32;
use wire::put_out_of_call;

/// Numbers of participants end below 2^60, as all numbers that are told do: that of the node whose participant it is, and these bits.
/// Both are drawn, so that a server that starts anew gives nobody the number of another.
const PARTICIPANT_BITS: u32 = 28;

/// Whether a request is the calls'.
pub(crate) fn is_of_calls(body: &client_frame::Body) -> bool {
    use client_frame::Body;
    matches!(body, Body::JoinCall(_) | Body::SayInCall(_) | Body::LeaveCall(_) | Body::GetCalls(_))
}

/// How many words something said counts as.
pub(super) fn cost(say: &wire::SayInCall) -> NonZeroU32 {
    words_of(say.says.as_ref().map_or(0, sdp_len))
}

/// How many words an answer to what is said may count as.
pub(super) fn owed_for(says: &ServerSays) -> Option<NonZeroU32> {
    match says {
        ServerSays::Offer { sdp, .. } => Some(words_of(sdp.0.len())),
        ServerSays::Answer(_) => None,
    }
}

fn words_of(len: usize) -> NonZeroU32 {
    let further = len.min(SDP_LEN_MAX) / CALL_SDP_LEN_A_WORD;
    NonZeroU32::MIN.saturating_add(u32::try_from(further).unwrap_or(u32::MAX))
}

fn sdp_len(says: &say_in_call::Says) -> usize {
    match says {
        say_in_call::Says::Offer(sdp) | say_in_call::Says::Answer(sdp) => sdp.len(),
        say_in_call::Says::Layer(wish) => wish.mid.len(),
    }
}

pub(super) fn draw_participant(node: NodeId) -> u64 {
    u64::from(node.0) << PARTICIPANT_BITS | u64::from(u32::from_be_bytes(random()) >> (u32::BITS - PARTICIPANT_BITS))
}

/// Whose participant it would be; `None` for a number that no node gives.
pub(super) fn node_of(participant: u64) -> Option<NodeId> {
    u32::try_from(participant >> PARTICIPANT_BITS).ok().map(NodeId)
}

/// What a client says, or why it is not passed on.
pub(super) fn read(say: wire::SayInCall) -> Result<ClientSays, reply::Body> {
    use say_in_call::Says;
    let says = say.says.ok_or_else(|| refuse(refused::Reason::Unsupported, "nothing that is known here is said"))?;
    if sdp_len(&says) > SDP_LEN_MAX {
        return Err(refuse(refused::Reason::TooLarge, "the description is too long"));
    }
    Ok(match says {
        Says::Offer(sdp) => ClientSays::Offer(Sdp(sdp)),
        Says::Answer(sdp) => ClientSays::Answer(Sdp(sdp)),
        Says::Layer(wish) => {
            let layer = match wish.layer() {
                layer_wish::Layer::Low => Layer::Low,
                layer_wish::Layer::Middle => Layer::Middle,
                layer_wish::Layer::High => Layer::High,
                layer_wish::Layer::Unspecified => return Err(refuse(refused::Reason::Invalid, "no layer")),
            };
            ClientSays::Layer { mid: wish.mid, layer }
        }
    })
}

/// What became of it.
pub(super) fn heard(heard: Result<Heard, SayError>) -> reply::Body {
    use call_refused::Reason;
    let error = match heard {
        Ok(Heard::Followed) => return reply::Body::Done(wire::Done {}),
        Ok(Heard::Ignored) => return refuse_call(Reason::Ignored, "the unit's own offer goes first"),
        Err(error) => error,
    };
    let detail = error.to_string();
    match error {
        SayError::Unknown(_) => refuse_call(Reason::NotInCall, &detail),
        SayError::UnknownLine => refuse_call(Reason::UnknownLine, &detail),
        SayError::Description(DescriptionRefused::NotAdmitted(
            SdpRefused::TooLong { .. }
            | SdpRefused::TooManyLines { .. }
            | SdpRefused::TooManyTracks { .. }
            | SdpRefused::TooManyAttributes,
        )) => refuse(refused::Reason::TooLarge, &detail),
        SayError::Description(_) => refuse_call(Reason::Description, &detail),
    }
}

/// What a unit says, for its participant's device. `device_of` knows the others.
pub(super) fn said(
    who: ParticipantId,
    says: ServerSays,
    device_of: impl Fn(ParticipantId) -> Option<DeviceAddress>,
) -> wire::SaidInCall {
    let track = |track: Track| wire::CallTrack {
        mid: track.mid,
        origin: track.origin.0,
        device: device_of(track.origin).map(|device| device.to_wire()),
        origin_mid: track.origin_mid,
        kind: match track.kind {
            TrackKind::Audio => call_track::Kind::Audio,
            TrackKind::Video => call_track::Kind::Video,
        }
        .into(),
    };
    let says = match says {
        ServerSays::Answer(sdp) => said_in_call::Says::Answer(sdp.0),
        ServerSays::Offer { sdp, tracks } => {
            said_in_call::Says::Offer(wire::CallOffer { sdp: sdp.0, tracks: tracks.into_iter().map(track).collect() })
        }
    };
    wire::SaidInCall { participant: who.0, says: Some(says) }
}

/// Why the unit took somebody out.
pub(super) fn left(why: LeftBecause) -> put_out_of_call::Reason {
    match why {
        LeftBecause::Unconnected => put_out_of_call::Reason::Unconnected,
        LeftBecause::Closed => put_out_of_call::Reason::Closed,
        LeftBecause::Broken => put_out_of_call::Reason::Broken,
    }
}

/// Who is in a group's call.
pub(super) fn running(chat: ChatId, participants: Vec<(ParticipantId, DeviceAddress)>) -> wire::RunningCall {
    let participant = |(participant, device): (ParticipantId, DeviceAddress)| wire::CallParticipant {
        participant: participant.0,
        device: Some(device.to_wire()),
    };
    wire::RunningCall { chat: chat.to_vec(), participants: participants.into_iter().map(participant).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_participant_tells_its_node_and_is_below_2_to_the_60th() {
        for node in [1, 0xABCD, u32::MAX].map(NodeId) {
            let participant = draw_participant(node);
            assert_eq!(node_of(participant), Some(node));
            assert!(participant < 1 << 60);
        }
        assert_eq!((node_of(1 << 60), node_of(u64::MAX), node_of(1)), (None, None, Some(NodeId(0))));
    }

    fn offer(len: usize) -> wire::SayInCall {
        wire::SayInCall { participant: 1, says: Some(say_in_call::Says::Offer("x".repeat(len))) }
    }

    #[test]
    fn what_is_long_counts_as_several_words_and_never_as_more_than_may_be_said() {
        assert_eq!(cost(&wire::SayInCall::default()).get(), 1);
        assert_eq!(cost(&offer(CALL_SDP_LEN_A_WORD - 1)).get(), 1);
        assert_eq!(cost(&offer(CALL_SDP_LEN_A_WORD)).get(), 2);
        assert_eq!(cost(&offer(SDP_LEN_MAX)), cost(&offer(SDP_LEN_MAX + 1)));
        let limits = crate::limits::Limits::new(NonZeroU32::MIN);
        let account = proto::ids::AccountId([1; 16]);
        assert!(limits.account_many(crate::limits::Class::CallWords, account, cost(&offer(SDP_LEN_MAX))).is_ok());
    }

    #[test]
    fn a_description_over_the_limit_is_not_passed_on() {
        assert!(read(offer(SDP_LEN_MAX)).is_ok());
        let refused = read(offer(SDP_LEN_MAX + 1)).unwrap_err();
        assert!(matches!(refused, reply::Body::Refused(r) if r.reason() == refused::Reason::TooLarge));
    }
}
