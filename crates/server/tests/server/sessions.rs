//! Challenges, tokens, device lists, key packages, profiles, and the pages.

use crate::client::Host;
use crate::device::{Account, linked, registered};
use identity::DeviceKey;
use identity::session::sign_session_challenge;
use proto::account::*;

#[tokio::test]
async fn a_challenge_is_signed_by_the_device_for_this_server_once_and_in_time() {
    let host = Host::start().await;
    let (_, phone) = registered(&host, "+4915123456701").await;
    let post = async |body: OpenSession| host.post("/v1/session", None, &body).await;
    let good = phone.challenge(&host).await;
    let wrong_key = DeviceKey::from_bytes(&[1; 32]);
    let signature = sign_session_challenge(&wrong_key, host.id, phone.address, &good.challenge).to_vec();
    post(OpenSession { signature, ..good.clone() }).await.refused(403, "signature-wrong");
    let other = proto::ids::ServerId([1; 16]);
    let signature = sign_session_challenge(&phone.key.0, other, phone.address, &good.challenge).to_vec();
    post(OpenSession { signature, ..good.clone() }).await.refused(403, "signature-wrong");
    let mut device = good.device.clone().unwrap();
    device.device = 9;
    post(OpenSession { device: Some(device), ..good.clone() }).await.refused(403, "signature-wrong");
    let mut forged = good.challenge.clone();
    forged[0] ^= 1;
    post(OpenSession { challenge: forged, ..good.clone() }).await.refused(403, "challenge-expired");
    assert_eq!(post(good.clone()).await.status, 200);
    post(good).await.refused(403, "challenge-used");
    let late = phone.challenge(&host).await;
    host.clock.forward(120_000);
    post(late).await.refused(403, "challenge-expired");
}

#[tokio::test]
async fn a_token_ends() {
    let host = Host::start().await;
    let (_, phone) = registered(&host, "+4915123456701").await;
    host.get("/v1/account", Some(&[1; 32])).await.refused(401, "unauthenticated");
    assert_eq!(host.get("/v1/account", Some(&phone.token)).await.status, 200);
    host.clock.forward(30 * 24 * 3_600_000);
    host.get("/v1/account", Some(&phone.token)).await.refused(401, "unauthenticated");
}

#[tokio::test]
async fn only_the_phone_puts_lists_and_only_newer_ones() {
    let host = Host::start().await;
    let (mut account, phone) = registered(&host, "+4915123456701").await;
    let (stranger, _) = Account::make();
    host.put("/v1/devices", Some(&phone.token), &stranger.put_body()).await.refused(403, "not-yours");
    let browser = linked(&host, &mut account, &phone).await;
    let same = host.put("/v1/devices", Some(&phone.token), &account.put_body()).await;
    assert_eq!(same.status, 204, "a repeat after a lost answer");
    let before = account.put_body();
    account.with_companion();
    host.put("/v1/devices", Some(&browser.token), &account.put_body()).await.refused(403, "phone-only");
    let mut twin = account.clone();
    twin.with_companion();
    account.with_companion();
    // The list before was signed and never came; the phone signs on top of it.
    let skipped = host.put("/v1/devices", Some(&phone.token), &account.put_body()).await;
    assert_eq!(skipped.status, 204);
    let older = host.put("/v1/devices", Some(&phone.token), &before).await;
    older.refused(409, "device-list-conflict");
    let contradicting = host.put("/v1/devices", Some(&phone.token), &twin.put_body()).await;
    contradicting.refused(409, "device-list-conflict");
    let mut forged = before.signed_device_list;
    let last = forged.len() - 1;
    forged[last] ^= 1;
    let forged = PutDeviceList { signed_device_list: forged };
    host.put("/v1/devices", Some(&phone.token), &forged).await.refused(400, "device-list-invalid");
    let ask = GetDeviceLists { accounts: vec![account.id().to_vec(), vec![9; 16]] };
    let lists: DeviceLists = host.post("/v1/devices/get", Some(&browser.token), &ask).await.ok();
    assert_eq!((lists.accounts.len(), lists.accounts[0].seen.len()), (1, 4));
}

#[tokio::test]
async fn key_packages_are_checked_claimed_once_and_only_as_many_as_allowed() {
    let host = Host::start().await;
    let (mut account, phone) = registered(&host, "+4915123456701").await;
    let (_, other) = registered(&host, "+4915123456702").await;
    let browser = linked(&host, &mut account, &phone).await;
    let put = async |token: &[u8], packages: Vec<Vec<u8>>, last_resort| {
        host.post("/v1/key_packages", Some(token), &PutKeyPackages { packages, last_resort }).await
    };
    let mine = vec![phone.key_package_bytes(), phone.key_package_bytes()];
    let last_resort = phone.key_package_bytes();
    assert_eq!(put(&phone.token, mine.clone(), last_resort.clone()).await.ok::<PutKeyPackagesOk>().left, 2);
    put(&browser.token, mine.clone(), Vec::new()).await.refused(403, "not-yours");
    put(&phone.token, vec![vec![1, 2, 3]], Vec::new()).await.refused(400, "key-package-invalid");
    put(&phone.token, vec![Vec::new(); 129], Vec::new()).await.refused(400, "too-many-items");
    let claim = async |token: &[u8], device, count| {
        let claims = vec![Claim { account: account.id().to_vec(), device, count }];
        host.post("/v1/key_packages/claim", Some(token), &ClaimKeyPackages { claims }).await
    };
    claim(&other.token, 1, 2).await.refused(403, "claim-too-many");
    for expected in [&mine[0], &mine[1], &last_resort, &last_resort] {
        let ok: ClaimKeyPackagesOk = claim(&other.token, 0, 0).await.ok();
        assert_eq!(ok.claimed.iter().map(|c| &c.package).collect::<Vec<_>>(), [expected]);
    }
    assert!(claim(&phone.token, 0, 5).await.ok::<ClaimKeyPackagesOk>().claimed.is_empty(), "not one's own device");
}

#[tokio::test]
async fn profiles_are_for_those_who_share_a_chat() {
    let host = Host::start().await;
    let (account, phone) = registered(&host, "+4915123456701").await;
    let (_, other) = registered(&host, "+4915123456702").await;
    let put = async |version, len| {
        let body = PutProfile { version, sealed: vec![1; len] };
        host.put("/v1/profile", Some(&phone.token), &body).await
    };
    assert_eq!(put(2, 10).await.status, 204);
    put(2, 10).await.refused(409, "profile-older");
    put(3, 96 * 1024 + 1).await.refused(413, "too-large");
    let get = async |token: &[u8]| -> Profiles {
        host.post("/v1/profiles", Some(token), &GetProfiles { accounts: vec![account.id().to_vec()] }).await.ok()
    };
    assert_eq!(get(&phone.token).await.profiles.len(), 1);
    assert!(get(&other.token).await.profiles.is_empty());
    let ask = LookUpAccounts { accounts: vec![account.id().to_vec()] };
    assert!(host.post("/v1/accounts", Some(&other.token), &ask).await.ok::<LookUpOk>().found.is_empty());
}

#[tokio::test]
async fn pages_carry_the_security_headers_and_health_answers() {
    let folder = tempfile::tempdir().unwrap();
    let file = |path: &str, immutable: bool, br: &str| {
        format!(
            r#"{{"path":"{path}","content_type":"text/html; charset=utf-8","immutable":{immutable},"sha256":"ab","bytes":2,"brotli_bytes":{br}}}"#
        )
    };
    let list = format!(
        r#"{{"version":"00","files":[{},{}]}}"#,
        file("index.html", false, "null"),
        file("assets/a.00.js", true, "2")
    );
    std::fs::write(folder.path().join("bundle.json"), list).unwrap();
    std::fs::create_dir(folder.path().join("assets")).unwrap();
    std::fs::write(folder.path().join("index.html"), "hi").unwrap();
    std::fs::write(folder.path().join("assets/a.00.js"), "js").unwrap();
    std::fs::write(folder.path().join("assets/a.00.js.br"), "br").unwrap();
    let host = Host::start_with(|config| config.web_dir = Some(folder.path().into())).await;
    for path in ["/", "/phone", "/chat/1"] {
        let page = host.get(path, None).await;
        assert_eq!((page.status, page.body.as_slice()), (200, b"hi".as_slice()), "{path}");
        assert!(page.headers["content-security-policy"].starts_with("default-src 'none'"));
        assert_eq!(page.headers["x-content-type-options"], "nosniff");
        assert_eq!(page.headers["cache-control"], "no-cache");
    }
    let known = host.send("GET", "/", None, &[("if-none-match", "\"ab\"")], Vec::new()).await;
    assert_eq!(known.status, 304);
    let packed = host.send("GET", "/assets/a.00.js", None, &[("accept-encoding", "gzip, br")], Vec::new()).await;
    assert_eq!((packed.body.as_slice(), packed.headers["content-encoding"].as_str()), (b"br".as_slice(), "br"));
    assert!(packed.headers["cache-control"].contains("immutable"));
    assert_eq!(host.get("/assets/a.00.js", None).await.body, b"js");
    assert_eq!(host.get("/../heliograph.db", None).await.status, 404);
    assert_eq!(host.get("/health", None).await.status, 200);
    host.stop().await;
}
