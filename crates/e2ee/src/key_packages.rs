//! Key packages: what others add this device to groups with. Owns their making and the check of foreign ones; how many
//! lie on the server is the client's matter.

use crate::device::{OwnDevice, capabilities, ciphersuite, lifetime};
use crate::error::{MlsError, RuleError};
use crate::provider::Provider;
use identity::VerifiedCert;
use identity::mls::{CREDENTIAL_TYPE_DEVICE_CERT, Suite};
use openmls::ciphersuite::hash_ref::make_key_package_ref;
use openmls::prelude::tls_codec::{DeserializeBytes, Serialize};
use openmls::prelude::{
    CredentialType, Extensions, KeyPackage, KeyPackageRef, MlsMessageBodyIn, MlsMessageIn, MlsMessageOut,
    ProtocolVersion,
};
use openmls_traits::OpenMlsProvider;
use openmls_traits::storage::StorageProvider as _;

/// How often a key package may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyPackageUse {
    /// By one group; its private half goes with the Welcome.
    Once,
    /// By any number, when the others are used up; to be replaced after use.
    LastResort,
}

/// A foreign key package that was checked.
#[derive(Debug, Clone)]
pub struct VerifiedKeyPackage {
    cert: VerifiedCert,
    suite: Suite,
    package: KeyPackage,
}

impl VerifiedKeyPackage {
    /// Whose it is. Whether that device is in its account's newest list is for the caller to ask.
    pub fn cert(&self) -> &VerifiedCert {
        &self.cert
    }

    /// The suite of the groups that it fits.
    pub fn suite(&self) -> Suite {
        self.suite
    }

    pub(crate) fn into_package(self) -> KeyPackage {
        self.package
    }
}

/// Makes key packages, `MLSMessage(KeyPackage)` each, and keeps their private halves in the database. Valid for 84 days
/// from `now_ms`.
pub fn generate(
    provider: &Provider<'_>,
    device: &OwnDevice,
    suite: Suite,
    usage: KeyPackageUse,
    count: usize,
    now_ms: u64,
) -> Result<Vec<Vec<u8>>, MlsError> {
    (0..count)
        .map(|_| {
            let builder = KeyPackage::builder()
                .key_package_lifetime(lifetime(now_ms))
                .key_package_extensions(Extensions::empty())
                .leaf_node_capabilities(capabilities());
            let builder = match usage {
                KeyPackageUse::Once => builder,
                KeyPackageUse::LastResort => builder.mark_as_last_resort(),
            };
            let bundle = builder
                .build(ciphersuite(suite), provider, device, device.credential_with_key())
                .map_err(MlsError::of(provider))?;
            MlsMessageOut::from(bundle.into_key_package()).tls_serialize_detached().map_err(MlsError::of(provider))
        })
        .collect()
}

/// Forgets the private half of an own key package, however old it is: Welcomes made with it cannot be opened any more. What
/// is no key package is nothing to forget.
pub fn forget(provider: &Provider<'_>, bytes: &[u8]) -> Result<(), MlsError> {
    match reference(provider, bytes)? {
        Some(reference) => forget_by_reference(provider, &reference),
        None => Ok(()),
    }
}

/// What an own key package is kept under: its KeyPackageRef, in TLS encoding. `None` for what is no key package.
pub fn reference(provider: &Provider<'_>, bytes: &[u8]) -> Result<Option<Vec<u8>>, MlsError> {
    let reference = reference_of(provider, bytes)?;
    reference.map(|reference| reference.tls_serialize_detached()).transpose().map_err(MlsError::of(provider))
}

/// As [`reference`], of one that OpenMLS has read.
pub(crate) fn reference_of_own(provider: &Provider<'_>, package: &KeyPackage) -> Result<Vec<u8>, MlsError> {
    let reference = package.hash_ref(provider.crypto()).map_err(MlsError::of(provider))?;
    reference.tls_serialize_detached().map_err(MlsError::of(provider))
}

/// Forgets the private half of the own key package that is kept under this reference; see [`forget`].
pub fn forget_by_reference(provider: &Provider<'_>, reference: &[u8]) -> Result<(), MlsError> {
    let reference = KeyPackageRef::tls_deserialize_exact_bytes(reference)
        .map_err(|_| RuleError::NotA("reference of a key package"))?;
    provider.storage().delete_key_package(&reference).map_err(MlsError::of(provider))
}

/// The KeyPackageRef (RFC 9420, 5.2) by which an own package's private half is stored. OpenMLS gives it for validated packages
/// only, and an expired one does not validate.
fn reference_of(provider: &Provider<'_>, bytes: &[u8]) -> Result<Option<KeyPackageRef>, MlsError> {
    let Ok(message) = MlsMessageIn::tls_deserialize_exact_bytes(bytes) else { return Ok(None) };
    let MlsMessageBodyIn::KeyPackage(package) = message.extract() else { return Ok(None) };
    let package = package.tls_serialize_detached().map_err(MlsError::of(provider))?;
    // `ProtocolVersion version; CipherSuite cipher_suite; …`: two bytes each.
    let code = package.get(2..4).and_then(|code| <[u8; 2]>::try_from(code).ok()).map(u16::from_be_bytes);
    let Some(suite) = code.and_then(Suite::from_code) else { return Ok(None) };
    make_key_package_ref(&package, ciphersuite(suite), provider.crypto()).map(Some).map_err(MlsError::of(provider))
}

/// Checks a foreign key package: form, signatures, lifetime (by the system's clock), suite, and that its certificate
/// holds and is about its key.
pub fn verify(provider: &Provider<'_>, bytes: &[u8]) -> Result<VerifiedKeyPackage, MlsError> {
    let message = MlsMessageIn::tls_deserialize_exact_bytes(bytes).map_err(|_| RuleError::NotA("key package"))?;
    let MlsMessageBodyIn::KeyPackage(package) = message.extract() else {
        return Err(RuleError::NotA("key package").into());
    };
    let package = package.validate(provider.crypto(), ProtocolVersion::Mls10).map_err(MlsError::of(provider))?;
    let suite = Suite::from_code(u16::from(package.ciphersuite())).ok_or(RuleError::Suite)?;
    let leaf = package.leaf_node();
    if leaf.credential().credential_type() != CredentialType::Other(CREDENTIAL_TYPE_DEVICE_CERT) {
        return Err(RuleError::CredentialType.into());
    }
    let cert = identity::cert::verify_leaf(leaf.credential().serialized_content(), leaf.signature_key().as_slice())
        .map_err(RuleError::Cert)?;
    Ok(VerifiedKeyPackage { cert, suite, package })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Account, Phone, now_ms};

    const DAY_MS: u64 = 24 * 3_600 * 1_000;

    fn made(phone: &mut Phone, suite: Suite, at_ms: u64) -> Vec<u8> {
        phone.act(|p, d| generate(p, d, suite, KeyPackageUse::LastResort, 1, at_ms).unwrap().remove(0))
    }

    fn private_halves(phone: &Phone) -> u32 {
        phone.db.query_row("SELECT count(*) FROM mls_key", [], |row| row.get(0)).unwrap()
    }

    #[test]
    fn a_package_is_forgotten_with_its_private_half_also_when_it_has_expired() {
        let mut phone = Account::new(1).device(1);
        for suite in Suite::ALL {
            let (old, new) = (made(&mut phone, suite, now_ms() - 100 * DAY_MS), made(&mut phone, suite, now_ms()));
            assert!(verify(&phone.provider(), &old).is_err(), "it has expired");
            assert_eq!(private_halves(&phone), 2);
            forget(&phone.provider(), &old).unwrap();
            assert_eq!(private_halves(&phone), 1, "the other one stays");
            forget(&phone.provider(), &old).unwrap();
            forget(&phone.provider(), b"no key package").unwrap();
            assert_eq!(private_halves(&phone), 1);
            forget(&phone.provider(), &new).unwrap();
            assert_eq!(private_halves(&phone), 0);
        }
    }
}
