//! What says who is who: certificates, device lists, policies. What is verified verifies again, and says the same.

use crate::script::Script;
use identity::cert::{reread_cert, verify_cert};
use identity::{ChatPolicy, Succession, VerifiedDeviceList};
use proto::ids::AccountId;
use proto::limits::COMPANIONS_MAX;

pub(super) fn certificate(bytes: &[u8]) {
    let reread = reread_cert(bytes);
    let Ok(cert) = verify_cert(bytes) else { return };
    assert_eq!(reread.as_ref(), Ok(&cert), "what is stored reads as another");
    assert_eq!(cert.account, AccountId::of_first_key(cert.account_key.as_bytes()));
    assert!(cert.device.0 > 0 && cert.list_version > 0);
}

pub(super) fn device_list(bytes: &[u8]) {
    let Ok(list) = VerifiedDeviceList::verify(bytes) else { return };
    let again = VerifiedDeviceList::verify(list.as_bytes());
    assert_eq!(again.as_ref(), Ok(&list));
    assert_eq!(list.succeeds(&list), Ok(Succession::Same));
    assert!(list.devices().count() <= COMPANIONS_MAX + 1);
    assert!(list.devices().all(|cert| list.authorises(cert) && cert.account == list.account()));
    assert!(list.device(list.phone().device).is_some());
}

/// A policy, then two accounts to ask it about.
pub(super) fn policy(bytes: &[u8]) {
    let Ok(policy) = ChatPolicy::parse(bytes) else { return };
    assert_eq!(ChatPolicy::parse(&policy.encode()).as_ref(), Ok(&policy));
    let mut script = Script::new(bytes);
    let mut account = || AccountId::try_from(script.take(16)).unwrap_or(AccountId([0; 16]));
    let (actor, other) = (account(), account());
    if policy.may_add(actor, other) {
        assert!(policy.may_be_member(actor) && policy.may_be_member(other));
    }
}
