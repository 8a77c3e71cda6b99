//! The linking channel: what lies in the rendezvous, which anybody who knows its name may fill.

use crate::real;
use crate::script::Script;
use e2ee::link::{LinkChannel, check_bundle, offered_account};
use proto::link::{Step, step};
use sha2::{Digest as _, Sha256};

/// A bundle whose hash stands in the code: the new device itself means harm.
pub(super) fn bundle(bytes: &[u8]) {
    let link = real::link();
    let bundle = Script::new(bytes).value(std::slice::from_ref(&link.bundle));
    let mut code = link.code.clone();
    code.bundle_hash = Sha256::digest(&bundle).into();
    let checked = check_bundle(&code, code.server_id, &bundle);
    let started = LinkChannel::start(&code, code.server_id, &bundle);
    if checked.is_err() {
        assert!(started.is_err(), "a channel over a bundle that does not hold");
    }
    if let Ok(mut channel) = started {
        let step = Step { body: Some(step::Body::Received(proto::link::Received {})) };
        assert!(channel.seal(&step).is_ok());
    }
}

/// Slots for both ends, one after the other.
pub(super) fn slot(bytes: &[u8]) {
    let link = real::link();
    let mut script = Script::new(bytes);
    let first = script.value(&link.slots);
    let accepted = LinkChannel::accept(&link.key, &link.code, &link.bundle, &first);
    if let Ok((mut channel, step)) = accepted {
        if let Some(step::Body::Offer(offer)) = &step.body {
            offered_account(offer);
        }
        while let Some(count) = script.next() {
            if count > 0 && channel.open(&script.value(&link.slots)).is_err() {
                break;
            }
        }
    }
}
