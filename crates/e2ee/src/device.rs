//! A device as MLS sees it: its key signs, its certificate is the credential. Owns how the two become a leaf.

use identity::mls::{
    CREDENTIAL_TYPE_DEVICE_CERT, EXTENSION_CHAT_POLICY, LEAF_LIFETIME_MARGIN_S, LEAF_LIFETIME_S, Suite,
};
use identity::{CertError, DeviceKey, VerifiedCert, VerifiedDeviceList};
use openmls::prelude::{
    Capabilities, Ciphersuite, Credential, CredentialType, CredentialWithKey, ExtensionType, Lifetime, SignatureScheme,
};
use openmls_traits::signatures::{Signer, SignerError};
use proto::ids::DeviceNumber;

/// This device, ready to act in groups.
pub struct OwnDevice {
    key: DeviceKey,
    cert: VerifiedCert,
    credential: Vec<u8>,
}

impl OwnDevice {
    /// From the device's key and its encoded `SignedDeviceCert`, which must be about this key.
    pub fn new(key: DeviceKey, signed_cert: Vec<u8>) -> Result<Self, CertError> {
        let cert = identity::cert::verify_leaf(&signed_cert, key.public().as_bytes())?;
        Ok(Self { key, cert, credential: signed_cert })
    }

    /// From a list that holds it, whose certificates were verified with it; `None` where the list has another key, or none.
    pub fn of_list(key: DeviceKey, list: &VerifiedDeviceList, number: DeviceNumber) -> Option<Self> {
        let cert = list.device(number).filter(|cert| cert.signature_key == key.public())?.clone();
        Some(Self { key, cert, credential: list.credential_of(number)? })
    }

    /// The certificate.
    pub fn cert(&self) -> &VerifiedCert {
        &self.cert
    }

    /// The key.
    pub fn key(&self) -> &DeviceKey {
        &self.key
    }

    pub(crate) fn credential_with_key(&self) -> CredentialWithKey {
        CredentialWithKey {
            credential: Credential::new(CredentialType::Other(CREDENTIAL_TYPE_DEVICE_CERT), self.credential.clone()),
            signature_key: self.key.public().as_bytes().as_slice().into(),
        }
    }
}

impl Signer for OwnDevice {
    fn sign(&self, payload: &[u8]) -> Result<Vec<u8>, SignerError> {
        Ok(self.key.sign_mls(payload).to_vec())
    }

    fn signature_scheme(&self) -> SignatureScheme {
        SignatureScheme::ED25519
    }
}

/// What our leaves say that they understand.
pub(crate) fn capabilities() -> Capabilities {
    Capabilities::new(
        None,
        Some(&Suite::ALL.map(ciphersuite)),
        Some(&[ExtensionType::Unknown(EXTENSION_CHAT_POLICY), ExtensionType::LastResort]),
        Some(&[]),
        Some(&[CredentialType::Other(CREDENTIAL_TYPE_DEVICE_CERT)]),
    )
}

/// From a little before now to 84 days on.
pub(crate) fn lifetime(now_ms: u64) -> Lifetime {
    let now_s = now_ms / 1_000;
    Lifetime::init(now_s.saturating_sub(LEAF_LIFETIME_MARGIN_S), now_s.saturating_add(LEAF_LIFETIME_S))
}

pub(crate) fn ciphersuite(suite: Suite) -> Ciphersuite {
    match suite {
        Suite::Hybrid => Ciphersuite::MLS_128_MLKEM768X25519_AES128GCM_SHA256_Ed25519,
        Suite::Classical => Ciphersuite::MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519,
    }
}
