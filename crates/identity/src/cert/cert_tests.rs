use super::*;
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

struct Phone {
    account_key: AccountKey,
    device_key: DeviceKey,
    fields: CertFields,
}

fn phone() -> Phone {
    let mut rng = ChaCha20Rng::seed_from_u64(7);
    let (account_key, device_key) = (AccountKey::generate(&mut rng), DeviceKey::generate(&mut rng));
    let fields = CertFields {
        device: DeviceNumber(1),
        signature_key: device_key.public(),
        role: DeviceRole::Phone,
        issued_ms: 5,
        list_version: 1,
    };
    Phone { account_key, device_key, fields }
}

#[test]
fn a_certificate_is_read_back() {
    let phone = phone();
    let signed = issue_own_cert(&phone.account_key, &phone.device_key, &phone.fields).encode_to_vec();
    let cert = verify_cert(&signed).unwrap();
    assert_eq!(cert.account, AccountId::of_first_key(phone.account_key.public().as_bytes()));
    assert_eq!((cert.device, cert.role, cert.list_version), (DeviceNumber(1), DeviceRole::Phone, 1));
    assert_eq!(verify_leaf(&signed, phone.device_key.public().as_bytes()), Ok(cert));
    assert_eq!(verify_leaf(&signed, &[9; 32]), Err(CertError::ForeignLeaf));
}

#[test]
fn every_changed_byte_is_noticed() {
    let phone = phone();
    let signed = issue_own_cert(&phone.account_key, &phone.device_key, &phone.fields).encode_to_vec();
    for at in 0..signed.len() {
        let mut changed = signed.clone();
        changed[at] ^= 1;
        // A changed tag may turn a field into an unknown one of a later version; then a signature is missing.
        assert!(verify_cert(&changed).is_err(), "byte {at}");
    }
    assert!(verify_cert(&signed[..signed.len() - 1]).is_err());
    assert!(matches!(verify_cert(&[0; SIGNED_CERT_LEN_MAX + 1]), Err(CertError::Malformed(_))));
}

#[test]
fn an_account_cannot_certify_anothers_device_without_its_countersignature() {
    let (phone, mut rng) = (phone(), ChaCha20Rng::seed_from_u64(8));
    let thief = AccountKey::generate(&mut rng);
    let (body, account_signature) = issue_cert(&thief, &phone.fields);
    let own = issue_own_cert(&phone.account_key, &phone.device_key, &phone.fields);
    let stolen = assemble_cert(body.clone(), account_signature, &own.device_signature);
    assert_eq!(verify_cert(&stolen.encode_to_vec()), Err(CertError::DeviceSignature));
    assert_eq!(countersign(&phone.device_key, phone.account_key.public(), &body), Err(CertError::ForeignAccount));
    let stranger = DeviceKey::generate(&mut rng);
    assert_eq!(countersign(&stranger, thief.public(), &body), Err(CertError::ForeignLeaf));
}

#[test]
fn the_account_id_must_be_the_keys() {
    let phone = phone();
    let (body, _) = issue_cert(&phone.account_key, &phone.fields);
    let mut cert = schema::DeviceCert::decode(body.as_slice()).unwrap();
    cert.account = vec![3; 16];
    let body = cert.encode_to_vec();
    let signed = assemble_cert(
        body.clone(),
        phone.account_key.sign(Domain::Cert, &body),
        &phone.device_key.sign(Domain::Countersign, &body),
    );
    assert_eq!(verify_cert(&signed.encode_to_vec()), Err(CertError::ForeignAccount));
}

#[test]
fn impossible_fields_are_named() {
    let phone = phone();
    for (change, field) in [
        ((|c: &mut schema::DeviceCert| c.device = 0) as fn(&mut schema::DeviceCert), "device"),
        (|c| c.role = 0, "role"),
        (|c| c.role = 99, "role"),
        (|c| c.list_version = 0, "list_version"),
        (|c| c.signature_key.truncate(31), "signature_key"),
        (|c| c.account_key.push(0), "account_key"),
        (|c| c.account.clear(), "account"),
    ] {
        let (body, _) = issue_cert(&phone.account_key, &phone.fields);
        let mut cert = schema::DeviceCert::decode(body.as_slice()).unwrap();
        change(&mut cert);
        let body = cert.encode_to_vec();
        let signed = assemble_cert(
            body.clone(),
            phone.account_key.sign(Domain::Cert, &body),
            &phone.device_key.sign(Domain::Countersign, &body),
        );
        assert_eq!(verify_cert(&signed.encode_to_vec()), Err(CertError::Field(field)));
    }
}
