//! Proving to a server that one is a device: what is signed over its challenge. Knows no HTTP and no tokens.

use crate::keys::{DeviceKey, DevicePublicKey, Domain, Signature, SignatureInvalid};
use proto::ids::{DeviceAddress, ServerId};

/// What is signed (after the domain): server, account, device, challenge. Binding the server keeps one server from
/// using a device's answer at another.
pub fn session_challenge_bytes(server: ServerId, device: DeviceAddress, challenge: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(36 + challenge.len());
    bytes.extend_from_slice(server.as_bytes());
    bytes.extend_from_slice(device.account.as_bytes());
    bytes.extend_from_slice(&device.device.0.to_be_bytes());
    bytes.extend_from_slice(challenge);
    bytes
}

/// The device's answer.
pub fn sign_session_challenge(key: &DeviceKey, server: ServerId, device: DeviceAddress, challenge: &[u8]) -> Signature {
    key.sign(Domain::Session, &session_challenge_bytes(server, device, challenge))
}

/// The server's check, with the key of the device's certificate.
pub fn verify_session_challenge(
    key: &DevicePublicKey,
    server: ServerId,
    device: DeviceAddress,
    challenge: &[u8],
    signature: &[u8],
) -> Result<(), SignatureInvalid> {
    key.verify(Domain::Session, &session_challenge_bytes(server, device, challenge), signature)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proto::ids::{AccountId, DeviceNumber};

    #[test]
    fn an_answer_is_for_one_server_device_and_challenge() {
        let key = DeviceKey::from_bytes(&[3; 32]);
        let device = DeviceAddress { account: AccountId([1; 16]), device: DeviceNumber(1) };
        let other = DeviceAddress { device: DeviceNumber(2), ..device };
        let server = ServerId([2; 16]);
        let signature = sign_session_challenge(&key, server, device, b"c");
        let check = |s, d, c: &[u8]| verify_session_challenge(&key.public(), s, d, c, &signature);
        assert_eq!(check(server, device, b"c"), Ok(()));
        assert!(check(ServerId([9; 16]), device, b"c").is_err());
        assert!(check(server, other, b"c").is_err());
        assert!(check(server, device, b"d").is_err());
    }
}
