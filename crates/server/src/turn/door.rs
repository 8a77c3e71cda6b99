//! What of a client's messages is let through to the TURN server: what a client of a call has to say, about units and nobody else. The server
//! behind it keeps a permission and a channel for each address that it is told, searches all of them at each packet, and reads some texts as if
//! they were ASCII; so neither reaches it without being looked at.

use sfu::ParticipantId;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use turn_server_proto::types::attribute::{AdditionalAddressFamily, EvenPort, ReservationToken, XorPeerAddress};
use turn_server_proto::types::message::{ALLOCATE, CHANNEL_BIND, CREATE_PERMISSION, REFRESH, SEND};
use turn_server_proto::types::stun::attribute::{
    Attribute, AttributeFromRaw as _, AttributeStaticType as _, Nonce, RawAttribute, Realm, Username,
};
use turn_server_proto::types::stun::message::{BINDING, Message, MessageClass, TransactionId};

/// The first byte of data of a channel; what is below is a STUN message.
const CHANNEL: u8 = 0x40;
/// The head of a channel's data.
const CHANNEL_HEAD_LEN: usize = 4;

/// Why a connection is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a message that no client of a call sends")]
pub(super) struct Refused;

/// What is let through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Passes {
    /// Of somebody who says to be this participant, where it says so.
    Request(Option<ParticipantId>),
    /// For a unit.
    Data,
    /// Data of which there is none.
    Nothing,
}

/// Looks at a whole message.
pub(super) fn look(message: &[u8], units: &BTreeMap<SocketAddr, SocketAddr>) -> Result<Passes, Refused> {
    if message.first().is_some_and(|first| *first >= CHANNEL) {
        return Ok(if message.len() > CHANNEL_HEAD_LEN { Passes::Data } else { Passes::Nothing });
    }
    let message = Message::from_bytes(message).map_err(|_| Refused)?;
    let passes = match (message.class(), message.method()) {
        (MessageClass::Indication, SEND) => Passes::Data,
        (MessageClass::Request, ALLOCATE | REFRESH | CREATE_PERMISSION | CHANNEL_BIND | BINDING) => {
            Passes::Request(None)
        }
        _ => return Err(Refused),
    };
    let names_one_unit = matches!(message.method(), CHANNEL_BIND | SEND);
    let mut who = None;
    for (_, attribute) in message.iter_attributes() {
        match attribute.get_type() {
            EvenPort::TYPE | ReservationToken::TYPE | AdditionalAddressFamily::TYPE => return Err(Refused),
            Nonce::TYPE | Realm::TYPE if !attribute.value.is_ascii() => return Err(Refused),
            Username::TYPE => who = Some(named(&attribute)?),
            XorPeerAddress::TYPE => {
                let peer = peer(&attribute, message.transaction_id())?;
                let is_units =
                    |unit: &SocketAddr| unit.ip() == peer.ip() && (unit.port() == peer.port() || !names_one_unit);
                if !units.keys().any(is_units) {
                    return Err(Refused);
                }
            }
            _ => {}
        }
    }
    Ok(match passes {
        Passes::Request(_) => Passes::Request(who),
        passes => passes,
    })
}

/// A number has one way to be written.
fn named(attribute: &RawAttribute<'_>) -> Result<ParticipantId, Refused> {
    let text = std::str::from_utf8(&attribute.value).map_err(|_| Refused)?;
    let number: u64 = text.parse().map_err(|_| Refused)?;
    if number.to_string() == text { Ok(ParticipantId(number)) } else { Err(Refused) }
}

fn peer(attribute: &RawAttribute<'_>, transaction: TransactionId) -> Result<SocketAddr, Refused> {
    XorPeerAddress::from_raw_ref(attribute).map(|peer| peer.addr(transaction)).map_err(|_| Refused)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use turn_server_proto::types::message::{CONNECT, DATA};
    use turn_server_proto::types::stun::message::{MessageType, MessageWriteVec, Method};
    use turn_server_proto::types::stun::prelude::*;

    fn units() -> BTreeMap<SocketAddr, SocketAddr> {
        let unit = SocketAddr::from(([192, 0, 2, 1], 8472));
        BTreeMap::from([(unit, unit)])
    }

    fn message(class: MessageClass, method: Method, peers: &[&str]) -> Vec<u8> {
        let transaction = TransactionId::generate();
        let mut message =
            Message::builder(MessageType::from_class_method(class, method), transaction, MessageWriteVec::new());
        for peer in peers {
            message.add_attribute(&XorPeerAddress::new(peer.parse().unwrap(), transaction)).unwrap();
        }
        message.finish()
    }

    fn request(method: Method, peers: &[&str]) -> Result<Passes, Refused> {
        look(&message(MessageClass::Request, method, peers), &units())
    }

    #[test]
    fn only_units_are_asked_for() {
        let (unit, its_other_port, another) = ("192.0.2.1:8472", "192.0.2.1:9", "192.0.2.2:8472");
        assert_eq!(request(CREATE_PERMISSION, &[unit, its_other_port]), Ok(Passes::Request(None)));
        assert_eq!(request(CHANNEL_BIND, &[unit]), Ok(Passes::Request(None)));
        assert_eq!(request(CREATE_PERMISSION, &[unit, another]), Err(Refused));
        assert_eq!(request(CHANNEL_BIND, &[its_other_port]), Err(Refused));
        assert_eq!(look(&message(MessageClass::Indication, SEND, &[unit]), &units()), Ok(Passes::Data));
        assert_eq!(look(&message(MessageClass::Indication, SEND, &[another]), &units()), Err(Refused));
    }

    #[test]
    fn nothing_is_let_through_that_no_client_says() {
        for (class, method) in [
            (MessageClass::Request, CONNECT),
            (MessageClass::Request, SEND),
            (MessageClass::Indication, DATA),
            (MessageClass::Success, ALLOCATE),
            (MessageClass::Error, BINDING),
        ] {
            assert_eq!(look(&message(class, method, &[]), &units()), Err(Refused), "{class:?} {method:?}");
        }
        for (name, read) in
            [("7", Ok(Passes::Request(Some(ParticipantId(7))))), ("007", Err(Refused)), ("+7", Err(Refused))]
        {
            let mut message = Message::builder_request(ALLOCATE, MessageWriteVec::new());
            message.add_attribute(&Username::new(name).unwrap()).unwrap();
            assert_eq!(look(&message.finish(), &units()), read, "{name}");
        }
        assert_eq!(look(&[0x40, 1, 0, 0], &units()), Ok(Passes::Nothing));
    }

    proptest! {
        #[test]
        fn whatever_comes_is_looked_at(bytes in any::<Vec<u8>>()) {
            let _ = look(&bytes, &units());
        }
    }
}
