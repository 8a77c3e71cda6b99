//! The rules about leaves and external commits, on what OpenMLS would not make or would refuse for other reasons: what others send
//! need not be made by it.

use super::*;
use identity::cert::{CertFields, issue_own_cert};
use identity::{AccountKey, DeviceKey, DeviceRole};
use openmls::prelude::{Capabilities, Ciphersuite, Credential, CredentialWithKey, KeyPackage, SignatureScheme};
use openmls_rust_crypto::OpenMlsRustCrypto;
use openmls_traits::signatures::{Signer, SignerError};

/// A phone and the list that holds it.
fn phone(seed: u8) -> (VerifiedCert, VerifiedDeviceList) {
    let (account, device) = (AccountKey::from_bytes(&[seed; 32]), DeviceKey::from_bytes(&[seed + 1; 32]));
    let fields = CertFields {
        device: DeviceNumber(1),
        signature_key: device.public(),
        role: DeviceRole::Phone,
        issued_ms: 1,
        list_version: 1,
    };
    let signed = issue_own_cert(&account, &device, &fields);
    let cert = cert::verify_leaf(&signed.encode_to_vec(), device.public().as_bytes()).unwrap();
    (cert, VerifiedDeviceList::first(&account, signed, 1).unwrap())
}

/// Alice and Bob are in a group that anybody may be in. Alice comes in by an external commit.
struct Joining {
    alice: VerifiedCert,
    bob: VerifiedCert,
    policy: ChatPolicy,
    lists: Lists,
    devices_in: BTreeSet<DeviceAddress>,
    about: About,
}

fn joining() -> Joining {
    let ((alice, alices), (bob, bobs)) = (phone(10), phone(20));
    let policy = ChatPolicy {
        kind: identity::ChatKind::Group,
        chat: ChatId([1; 16]),
        generation: Generation(1),
        accounts: BTreeSet::new(),
        admins: BTreeSet::from([bob.account]),
    };
    let lists = Lists::from([(alice.account, alices), (bob.account, bobs)]);
    let devices_in = BTreeSet::from([alice.address(), bob.address()]);
    let about =
        About { sender: None, added: Vec::new(), path: Some(alice.clone()), removed: Vec::new(), next_policy: None };
    Joining { alice, bob, policy, lists, devices_in, about }
}

impl Joining {
    #[track_caller]
    fn is_refused(&self, words: &str) {
        let refusal = self.about.check(self.alice.address(), &self.policy, &self.lists, &self.devices_in).unwrap_err();
        assert_eq!(refusal.to_string(), words);
    }
}

#[test]
fn an_account_with_a_leaf_joins() {
    let mut j = joining();
    j.about.check(j.alice.address(), &j.policy, &j.lists, &j.devices_in).unwrap();
    j.about.removed = vec![j.alice.address()];
    j.about.check(j.alice.address(), &j.policy, &j.lists, &j.devices_in).unwrap();
}

#[test]
fn an_account_without_a_leaf_does_not() {
    let mut j = joining();
    j.devices_in = BTreeSet::from([j.bob.address()]);
    j.is_refused("the account has no leaf in the group");
}

#[test]
fn an_account_that_the_policy_does_not_name_does_not() {
    let mut j = joining();
    j.policy = ChatPolicy::for_self(j.policy.chat, j.policy.generation, j.bob.account);
    j.is_refused("the account has no leaf in the group");
}

#[test]
fn nobody_else_is_removed() {
    let mut j = joining();
    j.about.removed = vec![j.bob.address()];
    j.is_refused("an external commit removes the own old leaf only");
    let sibling = DeviceAddress { device: DeviceNumber(2), ..j.alice.address() };
    j.about.removed = vec![sibling];
    j.is_refused("an external commit removes the own old leaf only");
}

#[test]
fn the_leaf_is_new_and_its_own_and_listed() {
    let mut j = joining();
    j.about.path = None;
    j.is_refused("an external commit without a path");
    j.about.path = Some(j.bob.clone());
    j.is_refused("the new leaf is another device's");
    j.about.path = Some(j.alice.clone());
    j.lists.remove(&j.alice.account);
    j.is_refused("the leaf's device is not in its account's newest list");
}

#[test]
fn an_external_commit_has_one_init_and_at_most_one_remove_and_a_members_has_none() {
    let mut j = joining();
    j.about.check_form(1).unwrap();
    j.about.removed = vec![j.alice.address()];
    j.about.check_form(1).unwrap();
    for external_inits in [0, 2] {
        assert!(j.about.check_form(external_inits).is_err(), "{external_inits}");
    }
    j.about.removed = vec![j.alice.address(); 2];
    assert!(j.about.check_form(1).is_err());
    j.about.removed = Vec::new();
    j.about.added = vec![j.bob.clone()];
    assert!(j.about.check_form(1).is_err());
    j.about.sender = Some(j.alice.address());
    j.about.check_form(0).unwrap();
    assert!(j.about.check_form(1).is_err());
}

/// Alice or Bob, who is the admin, commits another policy.
#[test]
fn only_an_admin_says_who_the_admins_are() {
    let mut j = joining();
    (j.about.path, j.about.sender) = (None, Some(j.alice.address()));
    let both = BTreeSet::from([j.alice.account, j.bob.account]);
    j.about.next_policy = Some(ChatPolicy { admins: both.clone(), ..j.policy.clone() });
    j.is_refused("may not change who the admins are");
    j.about.sender = Some(j.bob.address());
    let by_bob = |j: &Joining| j.about.check(j.bob.address(), &j.policy, &j.lists, &j.devices_in);
    by_bob(&j).unwrap();
    // Neither one without a leaf afterwards, nor none, nor anything else of the policy.
    j.about.removed = vec![j.alice.address()];
    assert!(by_bob(&j).is_err());
    j.about.removed = Vec::new();
    j.about.next_policy = Some(ChatPolicy { admins: BTreeSet::new(), ..j.policy.clone() });
    assert!(by_bob(&j).is_err());
    j.about.next_policy = Some(ChatPolicy { chat: ChatId([9; 16]), ..j.policy.clone() });
    assert!(by_bob(&j).is_err());
    j.about.next_policy = Some(ChatPolicy { admins: BTreeSet::from([j.alice.account]), ..j.policy.clone() });
    by_bob(&j).unwrap();
    j.about.sender = None;
    assert!(j.about.check_form(1).is_err(), "who joins changes nothing else");
}

struct Key(DeviceKey);

impl Signer for Key {
    fn sign(&self, payload: &[u8]) -> Result<Vec<u8>, SignerError> {
        Ok(self.0.sign_mls(payload).to_vec())
    }

    fn signature_scheme(&self) -> SignatureScheme {
        SignatureScheme::ED25519
    }
}

#[test]
fn a_leafs_credential_is_of_our_type_whatever_is_in_it() {
    let (account, device) = (AccountKey::from_bytes(&[10; 32]), Key(DeviceKey::from_bytes(&[11; 32])));
    let fields = CertFields {
        device: DeviceNumber(1),
        signature_key: device.0.public(),
        role: DeviceRole::Phone,
        issued_ms: 1,
        list_version: 1,
    };
    let signed = issue_own_cert(&account, &device.0, &fields).encode_to_vec();
    let suite = Ciphersuite::try_from(mls::Suite::Classical.code()).unwrap();
    let leaf_with = |credential_type: u16| {
        let kind = CredentialType::Other(credential_type);
        let credential = Credential::new(kind, signed.clone());
        let signature_key = device.0.public().as_bytes().as_slice().into();
        let package = KeyPackage::builder()
            .leaf_node_capabilities(Capabilities::new(None, Some(&[suite]), None, None, Some(&[kind])))
            .build(suite, &OpenMlsRustCrypto::default(), &device, CredentialWithKey { credential, signature_key });
        leaf_cert(package.unwrap().key_package().leaf_node())
    };
    let certified = leaf_with(mls::CREDENTIAL_TYPE_DEVICE_CERT).map(|cert| cert.signature_key);
    assert_eq!(certified.unwrap(), device.0.public());
    let refusal = leaf_with(mls::CREDENTIAL_TYPE_DEVICE_CERT + 1).map(|cert| cert.signature_key).unwrap_err();
    assert_eq!(refusal.to_string(), "a leaf's credential is a device certificate");
}
