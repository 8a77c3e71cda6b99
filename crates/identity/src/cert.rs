//! Device certificates: what the account key says about one device, and the device agrees to. Owns their making and
//! checking; does not know whether a certificate is still in force (see `list`).

use crate::keys::{AccountKey, AccountPublicKey, DeviceKey, DevicePublicKey, Domain, Signature};
use prost::Message;
use proto::decode::{DecodeError, decode_limited};
use proto::identity as schema;
use proto::ids::{AccountId, DeviceAddress, DeviceNumber};

/// A signed certificate in bytes. The longest that can be made is about 290.
pub const SIGNED_CERT_LEN_MAX: usize = 512;

/// Whether a device is the phone or one linked to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DeviceRole {
    /// Holds the account key.
    Phone,
    /// Certified by the phone.
    Companion,
}

impl DeviceRole {
    fn to_schema(self) -> schema::DeviceRole {
        match self {
            Self::Phone => schema::DeviceRole::Phone,
            Self::Companion => schema::DeviceRole::Companion,
        }
    }

    fn from_schema(role: schema::DeviceRole) -> Option<Self> {
        match role {
            schema::DeviceRole::Unspecified => None,
            schema::DeviceRole::Phone => Some(Self::Phone),
            schema::DeviceRole::Companion => Some(Self::Companion),
        }
    }
}

/// What the phone says about a device. The account and its key follow from the account key that signs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertFields {
    /// The number given to it, never given before.
    pub device: DeviceNumber,
    /// Its key.
    pub signature_key: DevicePublicKey,
    /// Phone or companion.
    pub role: DeviceRole,
    /// Unix time in milliseconds.
    pub issued_ms: u64,
    /// The first device list that holds it.
    pub list_version: u64,
}

/// A certificate that was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedCert {
    /// Whose device it is.
    pub account: AccountId,
    /// Which of theirs.
    pub device: DeviceNumber,
    /// The key of its leaves.
    pub signature_key: DevicePublicKey,
    /// Phone or companion.
    pub role: DeviceRole,
    /// Unix time in milliseconds, as the phone said.
    pub issued_ms: u64,
    /// The first device list that holds it.
    pub list_version: u64,
    /// The key that signed.
    pub account_key: AccountPublicKey,
}

impl VerifiedCert {
    /// The device that the certificate is about.
    pub fn address(&self) -> DeviceAddress {
        DeviceAddress { account: self.account, device: self.device }
    }
}

/// Why a certificate is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CertError {
    /// Not the bytes of a certificate.
    #[error("no device certificate")]
    Malformed(#[source] DecodeError),
    /// A field of impossible content.
    #[error("device certificate: {0} is not valid")]
    Field(&'static str),
    /// The account id is not that of the account key.
    #[error("device certificate: the account does not belong to the key")]
    ForeignAccount,
    /// Not signed by the account key.
    #[error("device certificate: wrong account signature")]
    AccountSignature,
    /// Not signed by the device's own key.
    #[error("device certificate: wrong device signature")]
    DeviceSignature,
    /// The leaf that carries it has another key.
    #[error("device certificate: the leaf has another signature key")]
    ForeignLeaf,
}

/// The body of a certificate and the account's signature over it: what the phone sends to be countersigned.
pub fn issue_cert(account_key: &AccountKey, fields: &CertFields) -> (Vec<u8>, Signature) {
    let public = account_key.public();
    let body = schema::DeviceCert {
        account: AccountId::of_first_key(public.as_bytes()).to_vec(),
        device: fields.device.0,
        signature_key: fields.signature_key.to_vec(),
        role: fields.role.to_schema().into(),
        issued_ms: fields.issued_ms,
        list_version: fields.list_version,
        account_key: public.to_vec(),
    }
    .encode_to_vec();
    let signature = account_key.sign(Domain::Cert, &body);
    (body, signature)
}

/// Signs the body as the device that it is about. Refuses a body about another key or another account key: a device
/// must not agree to be what it is not.
pub fn countersign(
    device_key: &DeviceKey,
    expected_account_key: AccountPublicKey,
    body: &[u8],
) -> Result<Signature, CertError> {
    let cert = parse_body(body)?;
    if cert.signature_key != device_key.public() {
        return Err(CertError::ForeignLeaf);
    }
    if cert.account_key != expected_account_key {
        return Err(CertError::ForeignAccount);
    }
    Ok(device_key.sign(Domain::Countersign, body))
}

/// Puts the parts together. Nothing is checked: [`verify_cert`] does that.
pub fn assemble_cert(body: Vec<u8>, account_signature: Signature, device_signature: &[u8]) -> schema::SignedDeviceCert {
    schema::SignedDeviceCert {
        body,
        account_signature: account_signature.to_vec(),
        device_signature: device_signature.to_vec(),
    }
}

/// A certificate whose both keys are at hand: the phone's own.
pub fn issue_own_cert(
    account_key: &AccountKey,
    device_key: &DeviceKey,
    fields: &CertFields,
) -> schema::SignedDeviceCert {
    let (body, account_signature) = issue_cert(account_key, fields);
    let device_signature = device_key.sign(Domain::Countersign, &body);
    assemble_cert(body, account_signature, &device_signature)
}

/// Checks an encoded `SignedDeviceCert`: form, both signatures, and that the account is the account key's. Whether the
/// device is still linked is not in it: ask the account's newest device list.
pub fn verify_cert(bytes: &[u8]) -> Result<VerifiedCert, CertError> {
    verify_signed(&decode_limited(bytes, SIGNED_CERT_LEN_MAX).map_err(CertError::Malformed)?)
}

/// [`verify_cert`] for the credential of an MLS leaf, which must carry the certified key.
pub fn verify_leaf(credential: &[u8], leaf_signature_key: &[u8]) -> Result<VerifiedCert, CertError> {
    let cert = verify_cert(credential)?;
    if cert.signature_key.as_bytes().as_slice() != leaf_signature_key {
        return Err(CertError::ForeignLeaf);
    }
    Ok(cert)
}

/// Reads a certificate that was verified when it came in, such as one in a stored MLS tree. Checks no signature.
pub fn reread_cert(bytes: &[u8]) -> Result<VerifiedCert, CertError> {
    reread_signed(&decode_limited(bytes, SIGNED_CERT_LEN_MAX).map_err(CertError::Malformed)?)
}

pub(crate) fn reread_signed(signed: &schema::SignedDeviceCert) -> Result<VerifiedCert, CertError> {
    parse_body(&signed.body)
}

pub(crate) fn verify_signed(signed: &schema::SignedDeviceCert) -> Result<VerifiedCert, CertError> {
    let cert = parse_body(&signed.body)?;
    cert.account_key
        .verify(Domain::Cert, &signed.body, &signed.account_signature)
        .map_err(|_| CertError::AccountSignature)?;
    cert.signature_key
        .verify(Domain::Countersign, &signed.body, &signed.device_signature)
        .map_err(|_| CertError::DeviceSignature)?;
    Ok(cert)
}

fn parse_body(body: &[u8]) -> Result<VerifiedCert, CertError> {
    let cert: schema::DeviceCert = decode_limited(body, SIGNED_CERT_LEN_MAX).map_err(CertError::Malformed)?;
    let role = DeviceRole::from_schema(cert.role()).ok_or(CertError::Field("role"))?;
    let account = AccountId::try_from(cert.account).map_err(|_| CertError::Field("account"))?;
    let account_key =
        AccountPublicKey::try_from(cert.account_key.as_slice()).map_err(|_| CertError::Field("account_key"))?;
    let signature_key =
        DevicePublicKey::try_from(cert.signature_key.as_slice()).map_err(|_| CertError::Field("signature_key"))?;
    if cert.device == 0 {
        return Err(CertError::Field("device"));
    }
    if cert.list_version == 0 {
        return Err(CertError::Field("list_version"));
    }
    if account != AccountId::of_first_key(account_key.as_bytes()) {
        return Err(CertError::ForeignAccount);
    }
    Ok(VerifiedCert {
        account,
        device: DeviceNumber(cert.device),
        signature_key,
        role,
        issued_ms: cert.issued_ms,
        list_version: cert.list_version,
        account_key,
    })
}

#[cfg(test)]
mod cert_tests;
