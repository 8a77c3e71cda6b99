//! Signed device lists: which devices an account has now. Owns their making, their checking, and when one may follow
//! another; does not know where lists are kept.

use crate::cert::{self, CertError, DeviceRole, VerifiedCert};
use crate::keys::{AccountKey, AccountPublicKey, Domain};
use prost::Message;
use proto::decode::{DecodeError, decode_limited};
use proto::identity as schema;
use proto::ids::{AccountId, DeviceAddress, DeviceNumber};
use proto::limits::{COMPANIONS_MAX, LIST_VERSION_MAX};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// A signed device list in bytes; nine certificates need less than a third.
pub const SIGNED_LIST_LEN_MAX: usize = 8 * 1024;

/// A device list that was checked by itself. Whether it may follow the one known before: [`VerifiedDeviceList::succeeds`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedDeviceList {
    account: AccountId,
    account_key: AccountPublicKey,
    version: u64,
    previous_hash: [u8; 32],
    devices: BTreeMap<DeviceNumber, ListedDevice>,
    highest_device: DeviceNumber,
    issued_ms: u64,
    hash: [u8; 32],
    bytes: Vec<u8>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct ListedDevice {
    cert: VerifiedCert,
    signed: schema::SignedDeviceCert,
}

/// Why a list is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ListError {
    /// Not the bytes of a list.
    #[error("no device list")]
    Malformed(#[source] DecodeError),
    /// A field of impossible content.
    #[error("device list: {0} is not valid")]
    Field(&'static str),
    /// The account id is not that of the account key.
    #[error("device list: the account does not belong to the key")]
    ForeignAccount,
    /// Not signed by the account key.
    #[error("device list: wrong signature")]
    Signature,
    /// A certificate in it does not hold; counted from 1.
    #[error("device list: certificate {0} in it does not hold")]
    Cert(usize, #[source] CertError),
    /// A certificate of another account, or for a later list.
    #[error("device list: device {0} does not belong in it")]
    ForeignDevice(u32),
    /// A device number or device key twice.
    #[error("device list: device {0} is in it twice")]
    Twice(u32),
    /// None or more than one phone.
    #[error("device list: {0} phones, but it has one")]
    Phones(usize),
    /// Above the limit.
    #[error("device list: more than {COMPANIONS_MAX} companions")]
    TooManyCompanions,
    /// The change asks for a device that is not listed, or is the phone.
    #[error("device {0} cannot be removed")]
    NotRemovable(u32),
    /// The change names a number that was given before.
    #[error("device number {0} was given before")]
    NumberUsed(u32),
}

/// What a checked list is to the one known before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Succession {
    /// Take it in place of the known one.
    Newer,
    /// The known one.
    Same,
}

/// Why a list may not take the known one's place. `Older` is what a careless or hostile server does; `Conflict` and
/// `Rewritten` mean that the account key signed two histories, and the user is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SuccessionError {
    /// Of another account or under another account key.
    #[error("a device list of another account or key")]
    Foreign,
    /// Version below the known.
    #[error("device list version {given}, but {known} is known")]
    Older {
        /// What came.
        given: u64,
        /// What is known.
        known: u64,
    },
    /// Same version or next version, but another history.
    #[error("two device lists that cannot both follow the same history")]
    Conflict,
    /// A device number is back with another key, or a removed one is back.
    #[error("device {0} is not what it was")]
    Rewritten(u32),
}

impl VerifiedDeviceList {
    /// The first list of a new account, with its phone alone. The certificate must be for version 1.
    pub fn first(account_key: &AccountKey, phone: schema::SignedDeviceCert, issued_ms: u64) -> Result<Self, ListError> {
        let cert = cert::verify_signed(&phone).map_err(|e| ListError::Cert(1, e))?;
        let body = schema::DeviceList {
            account: cert.account.to_vec(),
            version: 1,
            previous_hash: vec![0; 32],
            highest_device: cert.device.0,
            devices: vec![phone],
            issued_ms,
            account_key: account_key.public().to_vec(),
        };
        Self::sign(account_key, &body)
    }

    /// The next list with one more device. Its certificate must be for this next version and a number never given.
    pub fn next_with(
        &self,
        account_key: &AccountKey,
        device: schema::SignedDeviceCert,
        issued_ms: u64,
    ) -> Result<Self, ListError> {
        self.next(account_key, &[], Some(device), issued_ms)
    }

    /// The next list without these companions.
    pub fn next_without(
        &self,
        account_key: &AccountKey,
        removed: &[DeviceNumber],
        issued_ms: u64,
    ) -> Result<Self, ListError> {
        self.next(account_key, removed, None, issued_ms)
    }

    /// The next list, without these companions and with one more device where one is given; see [`Self::next_with`].
    pub fn next(
        &self,
        account_key: &AccountKey,
        removed: &[DeviceNumber],
        added: Option<schema::SignedDeviceCert>,
        issued_ms: u64,
    ) -> Result<Self, ListError> {
        let mut body = self.next_body(issued_ms);
        for number in removed {
            match self.devices.get(number) {
                Some(listed) if listed.cert.role == DeviceRole::Companion => {}
                _ => return Err(ListError::NotRemovable(number.0)),
            }
        }
        body.devices =
            self.devices.iter().filter(|(n, _)| !removed.contains(n)).map(|(_, d)| d.signed.clone()).collect();
        if let Some(added) = added {
            let cert = cert::verify_signed(&added).map_err(|e| ListError::Cert(body.devices.len() + 1, e))?;
            if cert.device <= self.highest_device {
                return Err(ListError::NumberUsed(cert.device.0));
            }
            body.highest_device = cert.device.0;
            body.devices.push(added);
        }
        Self::sign(account_key, &body)
    }

    /// The next list with another phone in the place of this one: what whoever restores a backup signs. The companions stay. The
    /// certificate must be of a phone, for this next version and a number never given.
    pub fn next_with_phone(
        &self,
        account_key: &AccountKey,
        phone: schema::SignedDeviceCert,
        issued_ms: u64,
    ) -> Result<Self, ListError> {
        let mut body = self.next_body(issued_ms);
        let cert = cert::verify_signed(&phone).map_err(|e| ListError::Cert(body.devices.len(), e))?;
        if cert.device <= self.highest_device {
            return Err(ListError::NumberUsed(cert.device.0));
        }
        let stays = |device: &&ListedDevice| device.cert.role == DeviceRole::Companion;
        body.devices = self.devices.values().filter(stays).map(|device| device.signed.clone()).collect();
        body.highest_device = cert.device.0;
        body.devices.push(phone);
        Self::sign(account_key, &body)
    }

    /// Checks an encoded `SignedDeviceList` by itself: form, signature, every certificate, one phone, the limits.
    pub fn verify(bytes: &[u8]) -> Result<Self, ListError> {
        Self::read(bytes, Signatures::ToCheck)
    }

    /// Reads a list out of one's own database that was verified when it went in. Checks no signature: that takes a hundred
    /// times as long as all else.
    pub fn reread(bytes: &[u8]) -> Result<Self, ListError> {
        Self::read(bytes, Signatures::Checked)
    }

    fn read(bytes: &[u8], signatures: Signatures) -> Result<Self, ListError> {
        let signed: schema::SignedDeviceList =
            decode_limited(bytes, SIGNED_LIST_LEN_MAX).map_err(ListError::Malformed)?;
        let body: schema::DeviceList =
            decode_limited(&signed.body, SIGNED_LIST_LEN_MAX).map_err(ListError::Malformed)?;
        let account = AccountId::try_from(body.account.as_slice()).map_err(|_| ListError::Field("account"))?;
        let account_key =
            AccountPublicKey::try_from(body.account_key.as_slice()).map_err(|_| ListError::Field("account_key"))?;
        if account != AccountId::of_first_key(account_key.as_bytes()) {
            return Err(ListError::ForeignAccount);
        }
        if signatures == Signatures::ToCheck {
            account_key
                .verify(Domain::List, &signed.body, &signed.account_signature)
                .map_err(|_| ListError::Signature)?;
        }
        let previous_hash =
            <[u8; 32]>::try_from(body.previous_hash.as_slice()).map_err(|_| ListError::Field("previous_hash"))?;
        if body.version == 0 || body.version > LIST_VERSION_MAX {
            return Err(ListError::Field("version"));
        }
        if (body.version == 1) != (previous_hash == [0; 32]) {
            return Err(ListError::Field("previous_hash"));
        }
        let devices = check_devices(account, account_key, &body, signatures)?;
        Ok(Self {
            account,
            account_key,
            version: body.version,
            previous_hash,
            devices,
            highest_device: DeviceNumber(body.highest_device),
            issued_ms: body.issued_ms,
            hash: Sha256::digest(&signed.body).into(),
            bytes: bytes.to_vec(),
        })
    }

    /// Whether this list may take the place of `known`.
    ///
    /// The next version must carry the known one's hash. A client may be given a version further on, as it was away, or as the
    /// phone signed lists that nobody ever got: it then cannot see the chain between, and takes the account key's signature for it, with what can still be checked:
    /// the version rises, the highest number does not sink, a device that stayed has its key and role, and a number that
    /// was given before and is not in the known list does not come back.
    pub fn succeeds(&self, known: &Self) -> Result<Succession, SuccessionError> {
        if self.account != known.account || self.account_key != known.account_key {
            return Err(SuccessionError::Foreign);
        }
        if self.version < known.version {
            return Err(SuccessionError::Older { given: self.version, known: known.version });
        }
        if self.version == known.version {
            return if self.hash == known.hash { Ok(Succession::Same) } else { Err(SuccessionError::Conflict) };
        }
        if self.version == known.version + 1 && self.previous_hash != known.hash {
            return Err(SuccessionError::Conflict);
        }
        if self.highest_device < known.highest_device {
            return Err(SuccessionError::Rewritten(known.highest_device.0));
        }
        for (number, device) in &self.devices {
            match known.devices.get(number) {
                Some(before) if before.cert.signature_key != device.cert.signature_key => {
                    return Err(SuccessionError::Rewritten(number.0));
                }
                Some(before) if before.cert.role != device.cert.role => {
                    return Err(SuccessionError::Rewritten(number.0));
                }
                Some(_) => {}
                None if *number <= known.highest_device || device.cert.list_version <= known.version => {
                    return Err(SuccessionError::Rewritten(number.0));
                }
                None => {}
            }
        }
        Ok(Succession::Newer)
    }

    /// The encoded `SignedDeviceList`.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// SHA-256 of the body: what the next list and authenticated data name it by.
    pub fn hash(&self) -> [u8; 32] {
        self.hash
    }

    /// Whose list it is.
    pub fn account(&self) -> AccountId {
        self.account
    }

    /// The key that signed it.
    pub fn account_key(&self) -> AccountPublicKey {
        self.account_key
    }

    /// 1 and up.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// Unix time in milliseconds, as the phone said.
    pub fn issued_ms(&self) -> u64 {
        self.issued_ms
    }

    /// The next number to give.
    pub fn next_device_number(&self) -> DeviceNumber {
        DeviceNumber(self.highest_device.0.saturating_add(1))
    }

    /// The certificates, by device number.
    pub fn devices(&self) -> impl Iterator<Item = &VerifiedCert> {
        self.devices.values().map(|d| &d.cert)
    }

    /// The certificate of one device, if it is linked.
    pub fn device(&self, number: DeviceNumber) -> Option<&VerifiedCert> {
        self.devices.get(&number).map(|d| &d.cert)
    }

    /// The encoded `SignedDeviceCert` of one device: its MLS credential.
    pub fn credential_of(&self, number: DeviceNumber) -> Option<Vec<u8>> {
        self.devices.get(&number).map(|d| d.signed.encode_to_vec())
    }

    /// The phone.
    pub fn phone(&self) -> &VerifiedCert {
        self.devices().find(|c| c.role == DeviceRole::Phone).expect("a checked list has one phone")
    }

    /// Whether a leaf with this certificate is of a device that this list holds.
    pub fn authorises(&self, cert: &VerifiedCert) -> bool {
        cert.account == self.account
            && self.device(cert.device).is_some_and(|listed| listed.signature_key == cert.signature_key)
    }

    /// Where each device is found.
    pub fn addresses(&self) -> impl Iterator<Item = DeviceAddress> {
        self.devices().map(VerifiedCert::address)
    }

    fn next_body(&self, issued_ms: u64) -> schema::DeviceList {
        schema::DeviceList {
            account: self.account.to_vec(),
            version: self.version + 1,
            previous_hash: self.hash.to_vec(),
            devices: self.devices.values().map(|d| d.signed.clone()).collect(),
            highest_device: self.highest_device.0,
            issued_ms,
            account_key: self.account_key.to_vec(),
        }
    }

    /// Signs and checks what was signed, so that a phone cannot publish a list that others refuse.
    fn sign(account_key: &AccountKey, body: &schema::DeviceList) -> Result<Self, ListError> {
        let body = body.encode_to_vec();
        let account_signature = account_key.sign(Domain::List, &body).to_vec();
        Self::verify(&schema::SignedDeviceList { body, account_signature }.encode_to_vec())
    }
}

/// Whether the signatures of a list and its certificates were checked before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Signatures {
    ToCheck,
    Checked,
}

fn check_devices(
    account: AccountId,
    account_key: AccountPublicKey,
    body: &schema::DeviceList,
    signatures: Signatures,
) -> Result<BTreeMap<DeviceNumber, ListedDevice>, ListError> {
    // Before any signature is looked at, so that a long list costs nothing.
    if body.devices.len() > COMPANIONS_MAX + 1 {
        return Err(ListError::TooManyCompanions);
    }
    let mut devices = BTreeMap::new();
    let mut keys = std::collections::BTreeSet::new();
    let mut phones = 0;
    for (index, signed) in body.devices.iter().enumerate() {
        let cert = match signatures {
            Signatures::ToCheck => cert::verify_signed(signed),
            Signatures::Checked => cert::reread_signed(signed),
        };
        let cert = cert.map_err(|e| ListError::Cert(index + 1, e))?;
        let number = cert.device.0;
        if cert.account != account || cert.account_key != account_key || cert.list_version > body.version {
            return Err(ListError::ForeignDevice(number));
        }
        if number > body.highest_device {
            return Err(ListError::Field("highest_device"));
        }
        phones += usize::from(cert.role == DeviceRole::Phone);
        if !keys.insert(cert.signature_key) {
            return Err(ListError::Twice(number));
        }
        if devices.insert(cert.device, ListedDevice { cert, signed: signed.clone() }).is_some() {
            return Err(ListError::Twice(number));
        }
    }
    if phones != 1 {
        return Err(ListError::Phones(phones));
    }
    Ok(devices)
}

#[cfg(test)]
mod list_tests;
