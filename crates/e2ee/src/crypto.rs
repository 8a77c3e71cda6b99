//! The algorithms of our two suites, and no others: what OpenMLS and HPKE ask for under any other name is refused. Where RustCrypto's provider
//! chooses between curves in one function, its parts are called here without that function: the compiler then leaves the code of what is
//! never asked for (NIST curves, ML-DSA) out of the browser's module: 246 kB of 3.75 MB. Owns no algorithm.

use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use hpke_rs::{Hpke, HpkeError, Mode};
use hpke_rs_crypto::error::Error as KemError;
use hpke_rs_crypto::types::{AeadAlgorithm, KdfAlgorithm, KemAlgorithm};
use hpke_rs_crypto::{HpkeCrypto, Rng as _};
use hpke_rs_rust_crypto::HpkeRustCrypto;
use openmls_rust_crypto::RustCrypto;
use openmls_traits::crypto::OpenMlsCrypto;
use openmls_traits::types::{
    AeadType, Ciphersuite, CryptoError, ExporterSecret, HashType, HpkeAeadType, HpkeCiphertext, HpkeConfig,
    HpkeKdfType, HpkeKemType, HpkeKeyPair, SignatureScheme,
};
use std::sync::LazyLock;
use tls_codec::SecretVLBytes;
use x25519_dalek::{PublicKey, StaticSecret};
use zeroize::Zeroizing;

/// None of the operations that are passed on draws from its randomness.
static RUST_CRYPTO: LazyLock<RustCrypto> = LazyLock::new(RustCrypto::default);

/// For OpenMLS.
#[derive(Debug, Clone, Copy, Default)]
pub struct OwnSuites;

/// For HPKE.
#[derive(Debug)]
pub struct OwnHpke;

const HYBRID: Ciphersuite = Ciphersuite::MLS_128_MLKEM768X25519_AES128GCM_SHA256_Ed25519;
const CLASSICAL: Ciphersuite = Ciphersuite::MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519;

fn sha256(hash_type: HashType) -> Result<(), CryptoError> {
    if hash_type == HashType::Sha2_256 { Ok(()) } else { Err(CryptoError::UnsupportedHashAlgorithm) }
}

fn ed25519(scheme: SignatureScheme) -> Result<(), CryptoError> {
    if scheme == SignatureScheme::ED25519 { Ok(()) } else { Err(CryptoError::UnsupportedSignatureScheme) }
}

fn hpke_of(config: &HpkeConfig) -> Result<Hpke<OwnHpke>, CryptoError> {
    let kem = match config.0 {
        HpkeKemType::DhKem25519 => KemAlgorithm::DhKem25519,
        HpkeKemType::XWingKemDraft6 => KemAlgorithm::XWingDraft06,
        _ => return Err(CryptoError::UnsupportedCiphersuite),
    };
    let aead = match config.2 {
        HpkeAeadType::AesGcm128 => AeadAlgorithm::Aes128Gcm,
        HpkeAeadType::ChaCha20Poly1305 => AeadAlgorithm::ChaCha20Poly1305,
        _ => return Err(CryptoError::UnsupportedAeadAlgorithm),
    };
    match config.1 {
        HpkeKdfType::HkdfSha256 => Ok(Hpke::new(Mode::Base, kem, KdfAlgorithm::HkdfSha256, aead)),
        _ => Err(CryptoError::UnsupportedKdf),
    }
}

fn hpke_failed(error: HpkeError) -> CryptoError {
    match error {
        HpkeError::InvalidInput => CryptoError::InvalidLength,
        _ => CryptoError::CryptoLibraryError,
    }
}

impl OpenMlsCrypto for OwnSuites {
    fn supports(&self, ciphersuite: Ciphersuite) -> Result<(), CryptoError> {
        if matches!(ciphersuite, HYBRID | CLASSICAL) { Ok(()) } else { Err(CryptoError::UnsupportedCiphersuite) }
    }

    fn supported_ciphersuites(&self) -> Vec<Ciphersuite> {
        vec![HYBRID, CLASSICAL]
    }

    fn hkdf_extract(&self, hash_type: HashType, salt: &[u8], ikm: &[u8]) -> Result<SecretVLBytes, CryptoError> {
        sha256(hash_type)?;
        RUST_CRYPTO.hkdf_extract(HashType::Sha2_256, salt, ikm)
    }

    fn hmac(&self, hash_type: HashType, key: &[u8], message: &[u8]) -> Result<SecretVLBytes, CryptoError> {
        sha256(hash_type)?;
        RUST_CRYPTO.hmac(HashType::Sha2_256, key, message)
    }

    fn hkdf_expand(
        &self,
        hash_type: HashType,
        prk: &[u8],
        info: &[u8],
        okm_len: usize,
    ) -> Result<SecretVLBytes, CryptoError> {
        sha256(hash_type)?;
        RUST_CRYPTO.hkdf_expand(HashType::Sha2_256, prk, info, okm_len)
    }

    fn hash(&self, hash_type: HashType, data: &[u8]) -> Result<Vec<u8>, CryptoError> {
        sha256(hash_type)?;
        RUST_CRYPTO.hash(HashType::Sha2_256, data)
    }

    fn aead_encrypt(
        &self,
        alg: AeadType,
        key: &[u8],
        data: &[u8],
        nonce: &[u8],
        aad: &[u8],
    ) -> Result<Vec<u8>, CryptoError> {
        match alg {
            AeadType::Aes128Gcm => RUST_CRYPTO.aead_encrypt(AeadType::Aes128Gcm, key, data, nonce, aad),
            AeadType::ChaCha20Poly1305 => RUST_CRYPTO.aead_encrypt(AeadType::ChaCha20Poly1305, key, data, nonce, aad),
            AeadType::Aes256Gcm => Err(CryptoError::UnsupportedAeadAlgorithm),
        }
    }

    fn aead_decrypt(
        &self,
        alg: AeadType,
        key: &[u8],
        ct_tag: &[u8],
        nonce: &[u8],
        aad: &[u8],
    ) -> Result<Vec<u8>, CryptoError> {
        match alg {
            AeadType::Aes128Gcm => RUST_CRYPTO.aead_decrypt(AeadType::Aes128Gcm, key, ct_tag, nonce, aad),
            AeadType::ChaCha20Poly1305 => RUST_CRYPTO.aead_decrypt(AeadType::ChaCha20Poly1305, key, ct_tag, nonce, aad),
            AeadType::Aes256Gcm => Err(CryptoError::UnsupportedAeadAlgorithm),
        }
    }

    /// Devices make their keys themselves.
    fn signature_key_gen(&self, _: SignatureScheme) -> Result<(Vec<u8>, Vec<u8>), CryptoError> {
        Err(CryptoError::UnsupportedSignatureScheme)
    }

    fn verify_signature(
        &self,
        alg: SignatureScheme,
        data: &[u8],
        pk: &[u8],
        signature: &[u8],
    ) -> Result<(), CryptoError> {
        ed25519(alg)?;
        let key = VerifyingKey::try_from(pk).map_err(|_| CryptoError::CryptoLibraryError)?;
        let signature = Signature::from_slice(signature).map_err(|_| CryptoError::CryptoLibraryError)?;
        key.verify_strict(data, &signature).map_err(|_| CryptoError::InvalidSignature)
    }

    fn sign(&self, alg: SignatureScheme, data: &[u8], key: &[u8]) -> Result<Vec<u8>, CryptoError> {
        ed25519(alg)?;
        let key = SigningKey::try_from(key).map_err(|_| CryptoError::CryptoLibraryError)?;
        Ok(key.sign(data).to_bytes().to_vec())
    }

    fn hpke_seal(
        &self,
        config: HpkeConfig,
        pk_r: &[u8],
        info: &[u8],
        aad: &[u8],
        ptxt: &[u8],
    ) -> Result<HpkeCiphertext, CryptoError> {
        let sealed = hpke_of(&config)?.seal(&pk_r.into(), info, aad, ptxt, None, None, None);
        let (kem_output, ciphertext) = sealed.map_err(hpke_failed)?;
        Ok(HpkeCiphertext { kem_output: kem_output.into(), ciphertext: ciphertext.into() })
    }

    fn hpke_open(
        &self,
        config: HpkeConfig,
        input: &HpkeCiphertext,
        sk_r: &[u8],
        info: &[u8],
        aad: &[u8],
    ) -> Result<Vec<u8>, CryptoError> {
        let (enc, sealed) = (input.kem_output.as_slice(), input.ciphertext.as_slice());
        let opened = hpke_of(&config)?.open(enc, &sk_r.into(), info, aad, sealed, None, None, None);
        opened.map_err(|_| CryptoError::HpkeDecryptionError)
    }

    fn hpke_setup_sender_and_export(
        &self,
        config: HpkeConfig,
        pk_r: &[u8],
        info: &[u8],
        exporter_context: &[u8],
        exporter_length: usize,
    ) -> Result<(Vec<u8>, ExporterSecret), CryptoError> {
        let (kem_output, context) = hpke_of(&config)?
            .setup_sender(&pk_r.into(), info, None, None, None)
            .map_err(|_| CryptoError::SenderSetupError)?;
        let exported = context.export(exporter_context, exporter_length).map_err(|_| CryptoError::ExporterError)?;
        Ok((kem_output, exported.into()))
    }

    fn hpke_setup_receiver_and_export(
        &self,
        config: HpkeConfig,
        enc: &[u8],
        sk_r: &[u8],
        info: &[u8],
        exporter_context: &[u8],
        exporter_length: usize,
    ) -> Result<ExporterSecret, CryptoError> {
        let context = hpke_of(&config)?
            .setup_receiver(enc, &sk_r.into(), info, None, None, None)
            .map_err(|_| CryptoError::ReceiverSetupError)?;
        let exported = context.export(exporter_context, exporter_length).map_err(|_| CryptoError::ExporterError)?;
        Ok(exported.into())
    }

    fn derive_hpke_keypair(&self, config: HpkeConfig, ikm: &[u8]) -> Result<HpkeKeyPair, CryptoError> {
        let (private, public) = hpke_of(&config)?.derive_key_pair(ikm).map_err(hpke_failed)?.into_keys();
        Ok(HpkeKeyPair { private: private.as_slice().into(), public: public.as_slice().into() })
    }
}

impl HpkeCrypto for OwnHpke {
    type HpkePrng = <HpkeRustCrypto as HpkeCrypto>::HpkePrng;

    fn name() -> String {
        HpkeRustCrypto::name()
    }

    fn supports_kdf(alg: KdfAlgorithm) -> Result<(), KemError> {
        if alg == KdfAlgorithm::HkdfSha256 { Ok(()) } else { Err(KemError::UnknownKdfAlgorithm) }
    }

    fn supports_kem(alg: KemAlgorithm) -> Result<(), KemError> {
        match alg {
            KemAlgorithm::DhKem25519 | KemAlgorithm::XWingDraft06 => Ok(()),
            _ => Err(KemError::UnknownKemAlgorithm),
        }
    }

    fn supports_aead(alg: AeadAlgorithm) -> Result<(), KemError> {
        match alg {
            AeadAlgorithm::Aes128Gcm | AeadAlgorithm::ChaCha20Poly1305 => Ok(()),
            _ => Err(KemError::UnknownAeadAlgorithm),
        }
    }

    fn prng() -> Self::HpkePrng {
        HpkeRustCrypto::prng()
    }

    fn kdf_extract(alg: KdfAlgorithm, salt: &[u8], ikm: &[u8]) -> Result<Vec<u8>, KemError> {
        Self::supports_kdf(alg)?;
        HpkeRustCrypto::kdf_extract(KdfAlgorithm::HkdfSha256, salt, ikm)
    }

    fn kdf_expand(alg: KdfAlgorithm, prk: &[u8], info: &[u8], output_size: usize) -> Result<Vec<u8>, KemError> {
        Self::supports_kdf(alg)?;
        HpkeRustCrypto::kdf_expand(KdfAlgorithm::HkdfSha256, prk, info, output_size)
    }

    fn dh(alg: KemAlgorithm, pk: &[u8], sk: &[u8]) -> Result<Vec<u8>, KemError> {
        only(alg, KemAlgorithm::DhKem25519)?;
        let public = <[u8; 32]>::try_from(pk).map_err(|_| KemError::KemInvalidPublicKey)?;
        let shared = secret(sk)?.diffie_hellman(&PublicKey::from(public));
        // RFC 9180, 7.1.4: a public key of small order is none.
        if shared.was_contributory() { Ok(shared.as_bytes().to_vec()) } else { Err(KemError::KemInvalidPublicKey) }
    }

    fn secret_to_public(alg: KemAlgorithm, sk: &[u8]) -> Result<Vec<u8>, KemError> {
        only(alg, KemAlgorithm::DhKem25519)?;
        Ok(PublicKey::from(&secret(sk)?).as_bytes().to_vec())
    }

    fn kem_key_gen(alg: KemAlgorithm, prng: &mut Self::HpkePrng) -> Result<(Vec<u8>, Vec<u8>), KemError> {
        // Both keys are made of 32 bytes of the generator; X-Wing's are a seed.
        let mut seed = Zeroizing::new([0; 32]);
        prng.fill_bytes(&mut *seed);
        match alg {
            KemAlgorithm::DhKem25519 => Ok((Self::secret_to_public(alg, &*seed)?, seed.to_vec())),
            _ => Self::kem_key_gen_derand(alg, &*seed),
        }
    }

    fn kem_key_gen_derand(alg: KemAlgorithm, seed: &[u8]) -> Result<(Vec<u8>, Vec<u8>), KemError> {
        only(alg, KemAlgorithm::XWingDraft06)?;
        HpkeRustCrypto::kem_key_gen_derand(KemAlgorithm::XWingDraft06, seed)
    }

    fn kem_encaps(alg: KemAlgorithm, pk_r: &[u8], prng: &mut Self::HpkePrng) -> Result<(Vec<u8>, Vec<u8>), KemError> {
        only(alg, KemAlgorithm::XWingDraft06)?;
        HpkeRustCrypto::kem_encaps(KemAlgorithm::XWingDraft06, pk_r, prng)
    }

    fn kem_decaps(alg: KemAlgorithm, ct: &[u8], sk_r: &[u8]) -> Result<Vec<u8>, KemError> {
        only(alg, KemAlgorithm::XWingDraft06)?;
        HpkeRustCrypto::kem_decaps(KemAlgorithm::XWingDraft06, ct, sk_r)
    }

    /// Only NIST curves have secret keys that are none.
    fn dh_validate_sk(_: KemAlgorithm, _: &[u8]) -> Result<Vec<u8>, KemError> {
        Err(KemError::UnknownKemAlgorithm)
    }

    fn aead_seal(alg: AeadAlgorithm, key: &[u8], nonce: &[u8], aad: &[u8], msg: &[u8]) -> Result<Vec<u8>, KemError> {
        Self::supports_aead(alg)?;
        HpkeRustCrypto::aead_seal(alg, key, nonce, aad, msg)
    }

    fn aead_open(alg: AeadAlgorithm, key: &[u8], nonce: &[u8], aad: &[u8], msg: &[u8]) -> Result<Vec<u8>, KemError> {
        Self::supports_aead(alg)?;
        HpkeRustCrypto::aead_open(alg, key, nonce, aad, msg)
    }
}

fn secret(bytes: &[u8]) -> Result<StaticSecret, KemError> {
    Ok(StaticSecret::from(<[u8; 32]>::try_from(bytes).map_err(|_| KemError::KemInvalidSecretKey)?))
}

fn only(alg: KemAlgorithm, wanted: KemAlgorithm) -> Result<(), KemError> {
    if alg == wanted { Ok(()) } else { Err(KemError::UnknownKemAlgorithm) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use openmls_rust_crypto::OpenMlsRustCrypto;
    use openmls_traits::OpenMlsProvider as _;

    /// What RustCrypto seals we open, and the reverse: nothing was changed but the choice.
    #[test]
    fn the_suites_are_rust_cryptos() {
        let theirs = OpenMlsRustCrypto::default();
        let theirs = theirs.crypto();
        for suite in OwnSuites.supported_ciphersuites() {
            let config = || suite.hpke_config();
            let (a, b) =
                (OwnSuites.derive_hpke_keypair(config(), &[7; 64]), theirs.derive_hpke_keypair(config(), &[7; 64]));
            let (a, b) = (a.expect("ours"), b.expect("theirs"));
            assert_eq!((&a.public, &*a.private), (&b.public, &*b.private), "{suite:?}");
            let sealed = OwnSuites.hpke_seal(config(), &a.public, b"info", b"aad", b"hello").expect("sealed");
            assert_eq!(
                theirs.hpke_open(config(), &sealed, &b.private, b"info", b"aad").as_deref(),
                Ok(b"hello".as_slice())
            );
            let sealed = theirs.hpke_seal(config(), &b.public, b"info", b"aad", b"hello").expect("sealed");
            assert_eq!(
                OwnSuites.hpke_open(config(), &sealed, &a.private, b"info", b"aad").as_deref(),
                Ok(b"hello".as_slice())
            );
            assert!(OwnSuites.hpke_open(config(), &sealed, &a.private, b"info", b"other").is_err());
            let exported =
                OwnSuites.hpke_setup_sender_and_export(config(), &b.public, b"info", b"for", 32).expect("set up");
            let theirs = theirs.hpke_setup_receiver_and_export(config(), &exported.0, &a.private, b"info", b"for", 32);
            assert_eq!(&**theirs.as_ref().expect("set up"), &*exported.1);
        }
    }

    #[test]
    fn signatures_are_rust_cryptos() {
        let theirs = OpenMlsRustCrypto::default();
        let theirs = theirs.crypto();
        let (key, public) = theirs.signature_key_gen(SignatureScheme::ED25519).expect("made");
        let scheme = SignatureScheme::ED25519;
        let (ours, others) = (OwnSuites.sign(scheme, b"hello", &key), theirs.sign(scheme, b"hello", &key));
        let (ours, others) = (ours.expect("signed"), others.expect("signed"));
        assert_eq!(ours, others);
        assert_eq!(OwnSuites.verify_signature(scheme, b"hello", &public, &others), Ok(()));
        assert_eq!(OwnSuites.verify_signature(scheme, b"hallo", &public, &others), Err(CryptoError::InvalidSignature));
        let cut = others.get(..63).expect("a part");
        assert_eq!(OwnSuites.verify_signature(scheme, b"hello", &public, cut), Err(CryptoError::CryptoLibraryError));
    }

    /// The point of order 1 and one of order 8: whatever the secret is, the shared one is known.
    #[test]
    fn keys_of_small_order_are_none() {
        let mut of_order_8 = [0; 32];
        hex_into(&mut of_order_8, "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800");
        for public in [[0; 32], of_order_8] {
            let shared = OwnHpke::dh(KemAlgorithm::DhKem25519, &public, &[7; 32]);
            assert!(matches!(shared, Err(KemError::KemInvalidPublicKey)), "{shared:?}");
        }
    }

    fn hex_into(bytes: &mut [u8], digits: &str) {
        for (byte, pair) in bytes.iter_mut().zip(digits.as_bytes().chunks(2)) {
            *byte = u8::from_str_radix(std::str::from_utf8(pair).expect("ascii"), 16).expect("hexadecimal");
        }
    }

    #[test]
    fn nothing_else_is_done() {
        let p256 = Ciphersuite::MLS_128_DHKEMP256_AES128GCM_SHA256_P256;
        assert_eq!(OwnSuites.supports(p256), Err(CryptoError::UnsupportedCiphersuite));
        assert_eq!(OwnSuites.hash(HashType::Sha2_512, b""), Err(CryptoError::UnsupportedHashAlgorithm));
        let scheme = SignatureScheme::ECDSA_SECP256R1_SHA256;
        assert_eq!(OwnSuites.verify_signature(scheme, b"", b"", b""), Err(CryptoError::UnsupportedSignatureScheme));
        assert_eq!(
            OwnSuites.aead_encrypt(AeadType::Aes256Gcm, &[0; 32], b"", &[0; 12], b""),
            Err(CryptoError::UnsupportedAeadAlgorithm)
        );
        assert!(OwnSuites.derive_hpke_keypair(p256.hpke_config(), &[7; 64]).is_err());
    }
}
