use super::*;
use crate::cert::{CertFields, issue_own_cert};
use crate::keys::DeviceKey;
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

struct Account {
    key: AccountKey,
    rng: ChaCha20Rng,
}

impl Account {
    fn new(seed: u64) -> Self {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        Self { key: AccountKey::generate(&mut rng), rng }
    }

    fn device(&mut self, number: u32, role: DeviceRole, list_version: u64) -> schema::SignedDeviceCert {
        let device_key = DeviceKey::generate(&mut self.rng);
        let fields = CertFields {
            device: DeviceNumber(number),
            signature_key: device_key.public(),
            role,
            issued_ms: 1,
            list_version,
        };
        issue_own_cert(&self.key, &device_key, &fields)
    }

    fn first(&mut self) -> VerifiedDeviceList {
        let phone = self.device(1, DeviceRole::Phone, 1);
        VerifiedDeviceList::first(&self.key, phone, 1).unwrap()
    }

    fn with_companion(&mut self, list: &VerifiedDeviceList) -> VerifiedDeviceList {
        let companion = self.device(list.next_device_number().0, DeviceRole::Companion, list.version() + 1);
        list.next_with(&self.key, companion, 2).unwrap()
    }
}

#[test]
fn a_list_grows_and_shrinks_and_is_read_back() {
    let mut alice = Account::new(1);
    let first = alice.first();
    let second = alice.with_companion(&first);
    let third = alice.with_companion(&second);
    let fourth = third.next_without(&alice.key, &[DeviceNumber(2)], 4).unwrap();
    for (list, known) in [(&second, &first), (&third, &second), (&fourth, &third), (&fourth, &first)] {
        assert_eq!(VerifiedDeviceList::verify(list.as_bytes()).as_ref(), Ok(list));
        assert_eq!(VerifiedDeviceList::reread(list.as_bytes()).as_ref(), Ok(list));
        assert_eq!(list.succeeds(known), Ok(Succession::Newer));
    }
    assert_eq!(fourth.devices().map(|c| c.device.0).collect::<Vec<_>>(), [1, 3]);
    assert_eq!(fourth.next_device_number(), DeviceNumber(4));
    assert_eq!(fourth.phone().device, DeviceNumber(1));
    assert!(third.authorises(second.device(DeviceNumber(2)).unwrap()));
    assert!(!fourth.authorises(second.device(DeviceNumber(2)).unwrap()));
}

#[test]
fn older_and_conflicting_lists_are_refused() {
    let mut alice = Account::new(1);
    let first = alice.first();
    let (second, twin) = (alice.with_companion(&first), alice.with_companion(&first));
    let after_twin = alice.with_companion(&twin);
    assert_eq!(second.succeeds(&second), Ok(Succession::Same));
    assert_eq!(first.succeeds(&second), Err(SuccessionError::Older { given: 1, known: 2 }));
    assert_eq!(twin.succeeds(&second), Err(SuccessionError::Conflict));
    assert_eq!(after_twin.succeeds(&second), Err(SuccessionError::Conflict));
    assert_eq!(Account::new(2).first().succeeds(&first), Err(SuccessionError::Foreign));
}

#[test]
fn a_skipped_version_does_not_hide_a_number_with_another_key() {
    let mut alice = Account::new(1);
    let first = alice.first();
    let (second, twin) = (alice.with_companion(&first), alice.with_companion(&first));
    let (third, twin_third) = (alice.with_companion(&second), alice.with_companion(&twin));
    let twin_fourth = alice.with_companion(&twin_third);
    assert_eq!(twin_fourth.succeeds(&second), Err(SuccessionError::Rewritten(2)));
    // Removed as 2, and back under the same number after a version that the client did not see.
    let without = third.next_without(&alice.key, &[DeviceNumber(2)], 4).unwrap();
    let mut body = without.next_body(5);
    body.devices.push(second.devices.get(&DeviceNumber(2)).unwrap().signed.clone());
    let back = VerifiedDeviceList::sign(&alice.key, &body).unwrap();
    assert_eq!(back.succeeds(&without), Err(SuccessionError::Rewritten(2)));
}

#[test]
fn a_list_that_was_signed_on_one_that_nobody_got_follows_both() {
    let mut alice = Account::new(1);
    let first = alice.first();
    let second = alice.with_companion(&first);
    let third_device = alice.device(3, DeviceRole::Companion, 3);
    let third = second.next(&alice.key, &[DeviceNumber(2)], Some(third_device), 3).unwrap();
    for known in [&first, &second] {
        assert_eq!(third.succeeds(known), Ok(Succession::Newer));
    }
    assert_eq!(third.devices().map(|c| c.device.0).collect::<Vec<_>>(), [1, 3]);
    assert_eq!(second.succeeds(&third), Err(SuccessionError::Older { given: 2, known: 3 }));
}

#[test]
fn the_highest_number_does_not_sink() {
    let mut alice = Account::new(1);
    let first = alice.first();
    let second = alice.with_companion(&first);
    let mut body = second.next_body(3);
    body.devices.truncate(1);
    body.highest_device = 1;
    let sunk = VerifiedDeviceList::sign(&alice.key, &body).unwrap();
    assert_eq!(sunk.succeeds(&second), Err(SuccessionError::Rewritten(2)));
}

#[test]
fn the_phone_and_unknown_devices_are_not_removable_and_numbers_are_given_once() {
    let mut alice = Account::new(1);
    let first = alice.first();
    assert_eq!(first.next_without(&alice.key, &[DeviceNumber(1)], 2), Err(ListError::NotRemovable(1)));
    assert_eq!(first.next_without(&alice.key, &[DeviceNumber(9)], 2), Err(ListError::NotRemovable(9)));
    let again = alice.device(1, DeviceRole::Companion, 2);
    assert_eq!(first.next_with(&alice.key, again, 2), Err(ListError::NumberUsed(1)));
}

#[test]
fn the_ninth_companion_is_refused() {
    let mut alice = Account::new(1);
    let mut list = alice.first();
    for _ in 0..COMPANIONS_MAX {
        list = alice.with_companion(&list);
    }
    assert!(list.as_bytes().len() * 2 < SIGNED_LIST_LEN_MAX);
    let ninth = alice.device(list.next_device_number().0, DeviceRole::Companion, list.version() + 1);
    assert_eq!(list.next_with(&alice.key, ninth, 3), Err(ListError::TooManyCompanions));
}

#[test]
fn wrong_bodies_are_refused_even_when_signed() {
    let mut alice = Account::new(1);
    let mut mallory = Account::new(2);
    let first = alice.first();
    let second_phone = alice.device(2, DeviceRole::Phone, 2);
    assert_eq!(first.next_with(&alice.key, second_phone, 2), Err(ListError::Phones(2)));
    let too_early = alice.device(2, DeviceRole::Companion, 3);
    assert_eq!(first.next_with(&alice.key, too_early, 2), Err(ListError::ForeignDevice(2)));
    let foreign = mallory.device(2, DeviceRole::Companion, 2);
    assert_eq!(first.next_with(&alice.key, foreign, 2), Err(ListError::ForeignDevice(2)));
    let companion = alice.device(2, DeviceRole::Companion, 2);
    // Mallory cannot put a device into Alice's list.
    assert_eq!(first.next_with(&mallory.key, companion, 2), Err(ListError::Signature));

    let mut twice = first.next_body(2);
    twice.devices.push(twice.devices[0].clone());
    assert_eq!(VerifiedDeviceList::sign(&alice.key, &twice), Err(ListError::Twice(1)));
    let mut none = first.next_body(2);
    none.devices.clear();
    assert_eq!(VerifiedDeviceList::sign(&alice.key, &none), Err(ListError::Phones(0)));
    let mut low = first.next_body(2);
    low.highest_device = 0;
    assert_eq!(VerifiedDeviceList::sign(&alice.key, &low), Err(ListError::Field("highest_device")));
    let mut endless = first.next_body(2);
    endless.version = LIST_VERSION_MAX + 1;
    assert_eq!(VerifiedDeviceList::sign(&alice.key, &endless), Err(ListError::Field("version")));
    let mut unchained = first.next_body(2);
    unchained.previous_hash = vec![0; 32];
    assert_eq!(VerifiedDeviceList::sign(&alice.key, &unchained), Err(ListError::Field("previous_hash")));
}

#[test]
fn every_changed_byte_is_noticed() {
    let mut alice = Account::new(1);
    let first = alice.first();
    let list = alice.with_companion(&first);
    for at in 0..list.as_bytes().len() {
        let mut changed = list.as_bytes().to_vec();
        changed[at] ^= 1;
        assert!(VerifiedDeviceList::verify(&changed).is_err(), "byte {at}");
    }
}

#[test]
fn a_phone_takes_the_place_of_another_and_the_companions_stay() {
    let mut alice = Account::new(1);
    let first = alice.first();
    let second = alice.with_companion(&first);
    let phone = alice.device(3, DeviceRole::Phone, 3);
    let third = second.next_with_phone(&alice.key, phone, 3).unwrap();
    assert_eq!(third.succeeds(&second), Ok(Succession::Newer));
    assert_eq!(third.succeeds(&first), Ok(Succession::Newer), "also for who was away");
    assert_eq!(third.devices().map(|c| c.device.0).collect::<Vec<_>>(), [2, 3]);
    assert_eq!(third.phone().device, DeviceNumber(3));
    let used = alice.device(2, DeviceRole::Phone, 3);
    assert_eq!(second.next_with_phone(&alice.key, used, 3), Err(ListError::NumberUsed(2)));
    let companion = alice.device(3, DeviceRole::Companion, 3);
    assert_eq!(second.next_with_phone(&alice.key, companion, 3), Err(ListError::Phones(0)));
    let mut mallory = Account::new(2);
    let foreign = mallory.device(3, DeviceRole::Phone, 3);
    assert!(second.next_with_phone(&alice.key, foreign, 3).is_err());
}
