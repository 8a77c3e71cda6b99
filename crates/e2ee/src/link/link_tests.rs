use super::*;
use identity::{AccountKey, DeviceKey};
use proto::link::{Certify, step::Body};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;

const SERVER: ServerId = ServerId([4; 16]);

struct Browser {
    key: BundleKey,
    device: DeviceKey,
    bundle: Vec<u8>,
    code: LinkCode,
}

fn browser() -> Browser {
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let (key, device) = (BundleKey::generate(&mut rng), DeviceKey::generate(&mut rng));
    let (bundle, code) = key.bundle(device.public(), SERVER, ("Firefox", "Linux"), &mut rng);
    Browser { key, device, bundle, code }
}

fn offer() -> Offer {
    let key = AccountKey::from_bytes(&[1; 32]).public();
    let account = proto::ids::AccountId::of_first_key(key.as_bytes());
    Offer { account: account.to_vec(), account_key: key.to_vec(), device: 2, list_version: 2, name: "Ada".into() }
}

fn step(body: Body) -> Step {
    Step { body: Some(body) }
}

fn linked() -> (Browser, LinkChannel, LinkChannel) {
    let browser = browser();
    let mut phone = LinkChannel::start(&browser.code, SERVER, &browser.bundle).unwrap();
    let first = phone.seal(&step(Body::Offer(offer()))).unwrap();
    let (channel, got) = LinkChannel::accept(&browser.key, &browser.code, &browser.bundle, &first).unwrap();
    assert_eq!(got, step(Body::Offer(offer())));
    (browser, phone, channel)
}

#[test]
fn steps_cross_in_both_directions_and_fit_the_rendezvous() {
    let (_, mut phone, mut device) = linked();
    for n in 0..3_u8 {
        let there = step(Body::Certify(Certify { cert_body: vec![n; 100] }));
        let sealed = phone.seal(&there).unwrap();
        assert_eq!(device.open(&sealed), Ok(there.clone()));
        assert_eq!(device.open(&sealed), Err(LinkError::OutOfOrder));
        assert_eq!(phone.open(&sealed), Err(LinkError::OutOfOrder));
        let back = device.seal(&there).unwrap();
        assert_eq!(phone.open(&back), Ok(there));
    }
    let large = step(Body::Certify(Certify { cert_body: vec![0; LINK_SLOT_LEN_MAX] }));
    assert_eq!(phone.seal(&large), Err(LinkError::TooLarge));
}

#[test]
fn a_phone_without_the_codes_secret_is_not_heard() {
    let browser = browser();
    let guessed = LinkCode { secret: [0; 16], ..browser.code.clone() };
    let mut thief = LinkChannel::start(&guessed, SERVER, &browser.bundle).unwrap();
    let first = thief.seal(&step(Body::Offer(offer()))).unwrap();
    let accepted = LinkChannel::accept(&browser.key, &browser.code, &browser.bundle, &first);
    assert_eq!(accepted.err(), Some(LinkError::NotOpened));
}

#[test]
fn every_changed_byte_of_a_slot_is_noticed() {
    let browser = browser();
    let mut phone = LinkChannel::start(&browser.code, SERVER, &browser.bundle).unwrap();
    let first = phone.seal(&step(Body::Offer(offer()))).unwrap();
    for at in 0..first.len() {
        let mut changed = first.clone();
        changed[at] ^= 1;
        assert!(LinkChannel::accept(&browser.key, &browser.code, &browser.bundle, &changed).is_err(), "byte {at}");
    }
    for len in [0, 1, 50, first.len() - 1] {
        assert!(LinkChannel::accept(&browser.key, &browser.code, &browser.bundle, &first[..len]).is_err());
    }
}

#[test]
fn a_swapped_bundle_or_another_server_is_refused() {
    let browser = browser();
    let mut changed = browser.bundle.clone();
    *changed.last_mut().unwrap() ^= 1;
    assert_eq!(check_bundle(&browser.code, SERVER, &changed), Err(LinkError::ForeignBundle));
    assert_eq!(check_bundle(&browser.code, ServerId([5; 16]), &browser.bundle), Err(LinkError::OtherServer));
    // A bundle that hashes right, but is for another attempt, another version or without a key.
    let bundle = check_bundle(&browser.code, SERVER, &browser.bundle).unwrap();
    assert_eq!((bundle.browser.as_str(), bundle.system.as_str()), ("Firefox", "Linux"));
    let mut wrong = [bundle.clone(), bundle.clone(), bundle.clone(), bundle];
    wrong[0].link_id = vec![9; 16];
    wrong[1].version = 2;
    wrong[2].hpke_key.pop();
    wrong[3].browser = "x".repeat(65);
    for bundle in wrong {
        let bytes = bundle.encode_to_vec();
        let code = LinkCode { bundle_hash: Sha256::digest(&bytes).into(), ..browser.code.clone() };
        assert_eq!(check_bundle(&code, SERVER, &bytes), Err(LinkError::Bundle));
    }
}

#[test]
fn only_the_digits_that_the_phone_shows_match() {
    let (browser, phone, device) = linked();
    let key = browser.device.public();
    let shown = phone.transcript(&offer(), key, "0427");
    assert_eq!(shown, device.transcript(&offer(), key, "0427"));
    assert!(phone.digits_match(&shown, &device.digits_mac(&device.transcript(&offer(), key, "0427"))));
    for typed in ["0428", "427", "", "04270"] {
        assert!(!phone.digits_match(&shown, &device.digits_mac(&device.transcript(&offer(), key, typed))), "{typed}");
    }
    assert!(!phone.digits_match(&shown, &device.digits_mac(&shown)[..31]));
    // Another phone in between: its offer is another, and so is its channel.
    let other = Offer { list_version: 3, ..offer() };
    assert!(!phone.digits_match(&shown, &device.digits_mac(&device.transcript(&other, key, "0427"))));
    let signature = browser.device.sign_link_transcript(&shown);
    assert_eq!(key.verify_link_transcript(&shown, &signature), Ok(()));
    assert!(key.verify_link_transcript(&device.transcript(&offer(), key, "0428"), &signature).is_err());
}

#[test]
fn digits_are_four_and_an_offer_names_its_own_account() {
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    for _ in 0..1_000 {
        let digits = random_digits(&mut rng);
        assert!(digits.len() == DIGITS_LEN && digits.bytes().all(|d| d.is_ascii_digit()));
    }
    assert!(offered_account(&offer()).is_some());
    assert!(offered_account(&Offer { account: vec![0; 16], ..offer() }).is_none());
}

#[test]
fn long_claims_are_cut_between_characters() {
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let key = BundleKey::generate(&mut rng);
    let device = DeviceKey::generate(&mut rng);
    let (bundle, code) = key.bundle(device.public(), SERVER, (&"ä".repeat(40), ""), &mut rng);
    assert_eq!(check_bundle(&code, SERVER, &bundle).unwrap().browser, "ä".repeat(32));
}
