//! Read marks and ephemeral signs of life (typing): small bodies that a device signs before they are sealed for its
//! chat. Owns the signatures; the sealing is `e2ee`'s.

use crate::keys::{DeviceKey, DevicePublicKey, Domain, SignatureInvalid};
use prost::Message;
use proto::content::{EphemeralBody, ReadWatermark};

/// Fills in `mark.signature`: over the mark without it.
pub fn sign_read_watermark(key: &DeviceKey, mark: &mut ReadWatermark) {
    mark.signature.clear();
    mark.signature = key.sign(Domain::ReadMark, &mark.encode_to_vec()).to_vec();
}

/// Checks a mark by the key of the device that it names. The caller looks that key up in the chat's roster.
pub fn verify_read_watermark(key: &DevicePublicKey, mark: &ReadWatermark) -> Result<(), SignatureInvalid> {
    let unsigned = ReadWatermark { signature: Vec::new(), ..mark.clone() };
    key.verify(Domain::ReadMark, &unsigned.encode_to_vec(), &mark.signature)
}

/// Fills in `body.signature`: over the body without it.
pub fn sign_ephemeral(key: &DeviceKey, body: &mut EphemeralBody) {
    body.signature.clear();
    body.signature = key.sign(Domain::Ephemeral, &body.encode_to_vec()).to_vec();
}

/// Checks a body by the key of the device that it names. The caller looks that key up in the chat's roster, and drops
/// bodies that are not recent by `time_ms`.
pub fn verify_ephemeral(key: &DevicePublicKey, body: &EphemeralBody) -> Result<(), SignatureInvalid> {
    let unsigned = EphemeralBody { signature: Vec::new(), ..body.clone() };
    key.verify(Domain::Ephemeral, &unsigned.encode_to_vec(), &body.signature)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proto::content::{Typing, ephemeral_body::Body};

    #[test]
    fn a_mark_holds_until_it_is_changed() {
        let key = DeviceKey::from_bytes(&[3; 32]);
        let mut mark = ReadWatermark {
            chat: vec![1; 16],
            read_seq: 7,
            account: vec![2; 16],
            device: 1,
            time_ms: 9,
            signature: vec![],
        };
        sign_read_watermark(&key, &mut mark);
        assert_eq!(verify_read_watermark(&key.public(), &mark), Ok(()));
        for changed in [ReadWatermark { read_seq: 8, ..mark.clone() }, ReadWatermark { time_ms: 8, ..mark }] {
            assert_eq!(verify_read_watermark(&key.public(), &changed), Err(SignatureInvalid));
        }
    }

    #[test]
    fn a_sign_of_life_holds_until_it_is_changed() {
        let key = DeviceKey::from_bytes(&[3; 32]);
        let body = Some(Body::Typing(Typing { on: true }));
        let mut sign =
            EphemeralBody { chat: vec![1; 16], account: vec![2; 16], device: 1, time_ms: 9, signature: vec![], body };
        sign_ephemeral(&key, &mut sign);
        assert_eq!(verify_ephemeral(&key.public(), &sign), Ok(()));
        sign.time_ms = 10;
        assert_eq!(verify_ephemeral(&key.public(), &sign), Err(SignatureInvalid));
    }
}
