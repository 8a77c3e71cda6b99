//! The channel between phone and new device through the blind rendezvous: HPKE in PSK mode to the bundle behind the QR
//! code, then sealed slots in both directions, and four digits that a person carries across. Owns the cryptography; the
//! order of steps and the count of tries are the client's.

use crate::crypto::OwnHpke;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use hpke_rs::hpke_types::{AeadAlgorithm, KdfAlgorithm, KemAlgorithm};
use hpke_rs::{Context, Hpke, HpkePrivateKey, HpkePublicKey, Mode};
use identity::{AccountPublicKey, DevicePublicKey};
use prost::Message;
use proto::decode::decode_limited;
use proto::ids::{LinkId, ServerId};
use proto::limits::LINK_SLOT_LEN_MAX;
use proto::link::{Bundle, Offer, Slot, Step, slot::Sender};
use proto::qr::LinkCode;
use rand_core::CryptoRng;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// The version of bundle and channel.
pub const LINK_VERSION: u32 = 1;
/// Digits that the user carries from the phone to the new device.
pub const DIGITS_LEN: usize = 4;
const HPKE_KEY_LEN: usize = 1_216;
const NONCE_LEN: usize = 16;
const CLAIM_LEN_MAX: usize = 64;

/// Why linking cannot go on over this channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// The bundle is not the one behind the code: somebody changed it on the way.
    #[error("the bundle does not belong to the code")]
    ForeignBundle,
    /// The bundle is of another version, or malformed.
    #[error("the bundle is not valid")]
    Bundle,
    /// The code or bundle is for another server.
    #[error("the code is for another server")]
    OtherServer,
    /// The encapsulated key is none.
    #[error("the channel cannot be set up")]
    Setup,
    /// A slot that does not open: a wrong secret, or changed on the way.
    #[error("a message of the channel does not open")]
    NotOpened,
    /// A slot that is not the next one of the other side.
    #[error("a message of the channel out of its order")]
    OutOfOrder,
    /// A message too large for the rendezvous.
    #[error("a message of the channel is too large")]
    TooLarge,
}

/// The new device's key pair for one QR code.
pub struct BundleKey {
    private: Zeroizing<Vec<u8>>,
    public: Vec<u8>,
}

impl BundleKey {
    /// A fresh X-Wing key pair; never used for two codes.
    pub fn generate(rng: &mut (impl CryptoRng + ?Sized)) -> Self {
        let mut seed = Zeroizing::new([0; 32]);
        rng.fill_bytes(seed.as_mut_slice());
        let pair = hpke().derive_key_pair(seed.as_slice()).expect("X-Wing makes a key of any 32-byte seed");
        let (private, public) = pair.into_keys();
        Self { private: Zeroizing::new(private.as_slice().to_vec()), public: public.as_slice().to_vec() }
    }

    /// The bundle to post, encoded, and the code to show. `browser` and `system` are what the device says of itself.
    pub fn bundle(
        &self,
        signature_key: DevicePublicKey,
        server: ServerId,
        (browser, system): (&str, &str),
        rng: &mut (impl CryptoRng + ?Sized),
    ) -> (Vec<u8>, LinkCode) {
        let (mut link_id, mut nonce, mut secret) = ([0; 16], [0; NONCE_LEN], [0; 16]);
        rng.fill_bytes(&mut link_id);
        rng.fill_bytes(&mut nonce);
        rng.fill_bytes(&mut secret);
        let bundle = Bundle {
            version: LINK_VERSION,
            link_id: link_id.to_vec(),
            hpke_key: self.public.clone(),
            signature_key: signature_key.to_vec(),
            server_id: server.to_vec(),
            nonce: nonce.to_vec(),
            browser: cut(browser),
            system: cut(system),
        }
        .encode_to_vec();
        let bundle_hash = Sha256::digest(&bundle).into();
        (bundle, LinkCode { link_id: LinkId(link_id), bundle_hash, secret, server_id: server })
    }
}

fn cut(claim: &str) -> String {
    claim.get(..claim.floor_char_boundary(CLAIM_LEN_MAX)).unwrap_or_default().to_owned()
}

/// Checks a fetched bundle against the scanned code: hash, version, ids, key lengths. `server` is where the phone is.
pub fn check_bundle(code: &LinkCode, server: ServerId, bundle: &[u8]) -> Result<Bundle, LinkError> {
    if code.server_id != server {
        return Err(LinkError::OtherServer);
    }
    let hash: [u8; 32] = Sha256::digest(bundle).into();
    if !bool::from(hash.ct_eq(&code.bundle_hash)) {
        return Err(LinkError::ForeignBundle);
    }
    let parsed: Bundle = decode_limited(bundle, LINK_SLOT_LEN_MAX).map_err(|_| LinkError::Bundle)?;
    let fits = parsed.version == LINK_VERSION
        && parsed.link_id == code.link_id.0
        && parsed.server_id == code.server_id.0
        && parsed.hpke_key.len() == HPKE_KEY_LEN
        && parsed.signature_key.len() == 32
        && parsed.nonce.len() == NONCE_LEN
        && parsed.browser.len() <= CLAIM_LEN_MAX
        && parsed.system.len() <= CLAIM_LEN_MAX;
    if fits { Ok(parsed) } else { Err(LinkError::Bundle) }
}

/// One end of the channel.
pub struct LinkChannel {
    own: Sender,
    link_id: LinkId,
    send_key: Zeroizing<[u8; 32]>,
    receive_key: Zeroizing<[u8; 32]>,
    digits_key: Zeroizing<[u8; 32]>,
    sent: u64,
    received: u64,
    /// In the first slot of the phone.
    enc: Vec<u8>,
    setup_hash: [u8; 32],
}

impl LinkChannel {
    /// The phone's end. Its first slot carries what the new device needs.
    pub fn start(code: &LinkCode, server: ServerId, bundle: &[u8]) -> Result<Self, LinkError> {
        let parsed = check_bundle(code, server, bundle)?;
        let (enc, context) = hpke()
            .setup_sender(
                &HpkePublicKey::new(parsed.hpke_key),
                &info(code),
                Some(psk(code).as_slice()),
                Some(&code.link_id.0),
                None,
            )
            .map_err(|_| LinkError::Setup)?;
        Self::new(Sender::ExistingDevice, code, bundle, enc, &context)
    }

    /// The new device's end, from the phone's first slot, and the offer in it.
    pub fn accept(key: &BundleKey, code: &LinkCode, bundle: &[u8], first: &[u8]) -> Result<(Self, Step), LinkError> {
        let slot = parse_slot(first)?;
        let context = hpke()
            .setup_receiver(
                &slot.enc,
                &HpkePrivateKey::new(key.private.to_vec()),
                &info(code),
                Some(psk(code).as_slice()),
                Some(&code.link_id.0),
                None,
            )
            .map_err(|_| LinkError::Setup)?;
        let mut channel = Self::new(Sender::NewDevice, code, bundle, slot.enc, &context)?;
        let step = channel.open(first)?;
        Ok((channel, step))
    }

    fn new(
        own: Sender,
        code: &LinkCode,
        bundle: &[u8],
        enc: Vec<u8>,
        context: &Context<OwnHpke>,
    ) -> Result<Self, LinkError> {
        let export = |label: &[u8]| -> Result<Zeroizing<[u8; 32]>, LinkError> {
            let secret = Zeroizing::new(context.export(label, 32).map_err(|_| LinkError::Setup)?);
            let mut key = Zeroizing::new([0; 32]);
            key.copy_from_slice(&secret);
            Ok(key)
        };
        let from_phone = export(b"heliograph link phone to new device v1")?;
        let to_phone = export(b"heliograph link new device to phone v1")?;
        let (send_key, receive_key) = match own {
            Sender::NewDevice => (to_phone, from_phone),
            _ => (from_phone, to_phone),
        };
        let mut hasher = Sha256::new_with_prefix(b"heliograph link setup v1\0");
        for part in [code.to_text().as_bytes(), bundle, &enc] {
            absorb(&mut hasher, part);
        }
        Ok(Self {
            own,
            link_id: code.link_id,
            send_key,
            receive_key,
            digits_key: export(b"heliograph link digits v1")?,
            sent: 0,
            received: 0,
            enc,
            setup_hash: hasher.finalize().into(),
        })
    }

    /// Seals the next step of this side: an encoded `Slot`. The bytes go out again unchanged after a lost reply; the
    /// same step is never sealed twice.
    pub fn seal(&mut self, step: &Step) -> Result<Vec<u8>, LinkError> {
        let first = self.sent == 0 && self.own == Sender::ExistingDevice;
        let aad = bound(self.link_id, self.own);
        let sealed = XChaCha20Poly1305::new(self.send_key.as_slice().into())
            .encrypt(&nonce(self.sent), Payload { msg: &step.encode_to_vec(), aad: &aad })
            .map_err(|_| LinkError::TooLarge)?;
        let slot = Slot {
            sender: self.own.into(),
            enc: if first { self.enc.clone() } else { Vec::new() },
            counter: self.sent,
            sealed,
        }
        .encode_to_vec();
        if slot.len() > LINK_SLOT_LEN_MAX {
            return Err(LinkError::TooLarge);
        }
        self.sent += 1;
        Ok(slot)
    }

    /// Opens the next slot of the other side.
    pub fn open(&mut self, slot: &[u8]) -> Result<Step, LinkError> {
        let slot = parse_slot(slot)?;
        let other = match self.own {
            Sender::NewDevice => Sender::ExistingDevice,
            _ => Sender::NewDevice,
        };
        if slot.sender() != other || slot.counter != self.received {
            return Err(LinkError::OutOfOrder);
        }
        let aad = bound(self.link_id, other);
        let step = XChaCha20Poly1305::new(self.receive_key.as_slice().into())
            .decrypt(&nonce(slot.counter), Payload { msg: &slot.sealed, aad: &aad })
            .map_err(|_| LinkError::NotOpened)?;
        self.received += 1;
        decode_limited(&step, LINK_SLOT_LEN_MAX).map_err(|_| LinkError::NotOpened)
    }

    /// The hash of all that both sides must agree on: code, bundle, encapsulated key, the phone's offer, the new
    /// device's key, the digits. The digits of the two ends are equal only if the user typed what the phone showed.
    pub fn transcript(&self, offer: &Offer, device_key: DevicePublicKey, digits: &str) -> [u8; 32] {
        let mut hasher = Sha256::new_with_prefix(b"heliograph link transcript v1\0");
        hasher.update(self.setup_hash);
        for part in [&offer.encode_to_vec(), device_key.as_bytes().as_slice(), digits.as_bytes()] {
            absorb(&mut hasher, part);
        }
        hasher.finalize().into()
    }

    /// What the new device sends to show that it has the digits.
    pub fn digits_mac(&self, transcript: &[u8; 32]) -> [u8; 32] {
        self.mac(transcript).finalize().into_bytes().into()
    }

    /// The phone's check, in constant time.
    pub fn digits_match(&self, transcript: &[u8; 32], mac: &[u8]) -> bool {
        self.mac(transcript).verify_slice(mac).is_ok()
    }

    fn mac(&self, transcript: &[u8; 32]) -> Hmac<Sha256> {
        let mac = <Hmac<Sha256> as Mac>::new_from_slice(self.digits_key.as_slice());
        mac.expect("HMAC takes keys of any length").chain_update(transcript)
    }
}

/// Four random digits for the phone to show.
pub fn random_digits(rng: &mut (impl CryptoRng + ?Sized)) -> String {
    // The largest multiple of 10,000 in 32 bits: above it the low digits would come a little more often.
    const FAIR_BELOW: u32 = u32::MAX - u32::MAX % 10_000;
    loop {
        let draw = rng.next_u32();
        if draw < FAIR_BELOW {
            return format!("{:0width$}", draw % 10_000, width = DIGITS_LEN);
        }
    }
}

/// The account key of an offer, whose account must be that key's.
pub fn offered_account(offer: &Offer) -> Option<(proto::ids::AccountId, AccountPublicKey)> {
    let key = AccountPublicKey::try_from(offer.account_key.as_slice()).ok()?;
    let account = proto::ids::AccountId::try_from(offer.account.as_slice()).ok()?;
    (account == proto::ids::AccountId::of_first_key(key.as_bytes())).then_some((account, key))
}

fn hpke() -> Hpke<OwnHpke> {
    Hpke::new(Mode::Psk, KemAlgorithm::XWingDraft06, KdfAlgorithm::HkdfSha256, AeadAlgorithm::ChaCha20Poly1305)
}

fn info(code: &LinkCode) -> Vec<u8> {
    [b"heliograph link v1\0".as_slice(), &code.link_id.0, &code.bundle_hash, &code.server_id.0].concat()
}

/// HPKE wants 32 bytes; the code has room for 16, which nobody can guess in two minutes online, and offline the KEM
/// stands in front of them.
fn psk(code: &LinkCode) -> Zeroizing<[u8; 32]> {
    let hash = Sha256::new_with_prefix(b"heliograph link psk v1\0").chain_update(code.secret).finalize();
    Zeroizing::new(hash.into())
}

fn bound(link_id: LinkId, sender: Sender) -> Vec<u8> {
    let role: &[u8] = match sender {
        Sender::NewDevice => b"new device",
        _ => b"phone",
    };
    [b"heliograph link slot v1\0".as_slice(), &link_id.0, role].concat()
}

fn nonce(counter: u64) -> XNonce {
    let mut nonce = [0; 24];
    nonce.split_at_mut(16).1.copy_from_slice(&counter.to_be_bytes());
    nonce.into()
}

fn absorb(hasher: &mut Sha256, part: &[u8]) {
    hasher.update((part.len() as u64).to_be_bytes());
    hasher.update(part);
}

fn parse_slot(bytes: &[u8]) -> Result<Slot, LinkError> {
    decode_limited(bytes, LINK_SLOT_LEN_MAX).map_err(|_| LinkError::NotOpened)
}

#[cfg(test)]
mod link_tests;
