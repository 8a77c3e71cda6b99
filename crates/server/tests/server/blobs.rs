//! Uploads by tus, downloads by range.

use crate::client::{Answer, Host};
use crate::device::{linked, registered};
use proto::limits::BLOB_PATCH_LEN_MAX;

const TUS: (&str, &str) = ("tus-resumable", "1.0.0");
const CHUNK: (&str, &str) = ("content-type", "application/offset+octet-stream");

async fn create(host: &Host, token: &[u8], size: u64) -> Answer {
    host.send("POST", "/v1/blobs", Some(token), &[TUS, ("upload-length", &size.to_string())], Vec::new()).await
}

async fn patch(host: &Host, token: &[u8], at: &str, offset: u64, bytes: &[u8]) -> Answer {
    let offset = offset.to_string();
    host.send("PATCH", at, Some(token), &[TUS, CHUNK, ("upload-offset", &offset)], bytes.to_vec()).await
}

/// Where a whole blob lies.
pub async fn uploaded(host: &Host, token: &[u8], bytes: &[u8]) -> String {
    let at = create(host, token, bytes.len() as u64).await.headers["location"].clone();
    let mut offset = 0;
    for part in bytes.chunks(BLOB_PATCH_LEN_MAX) {
        assert_eq!(patch(host, token, &at, offset, part).await.status, 204);
        offset += part.len() as u64;
    }
    at
}

#[tokio::test]
async fn an_upload_goes_on_where_it_is_and_is_read_by_range() {
    let host = Host::start().await;
    let (mut account, phone) = registered(&host, "+4915123456701").await;
    let browser = linked(&host, &mut account, &phone).await;
    let created = create(&host, &phone.token, 10).await;
    assert_eq!(created.status, 201);
    let at = created.headers["location"].clone();
    assert_eq!(patch(&host, &phone.token, &at, 0, b"01234").await.headers["upload-offset"], "5");
    let wrong = patch(&host, &phone.token, &at, 3, b"x").await;
    wrong.refused(409, "offset");
    assert_eq!(wrong.headers["upload-offset"], "5");
    let head = host.send("HEAD", &at, Some(&phone.token), &[TUS], Vec::new()).await;
    assert_eq!((head.headers["upload-offset"].as_str(), head.headers["upload-length"].as_str()), ("5", "10"));
    host.get(&at, Some(&phone.token)).await.refused(409, "incomplete");
    patch(&host, &phone.token, &at, 5, b"567890").await.refused(413, "too-large");
    assert_eq!(patch(&host, &phone.token, &at, 5, b"56789").await.status, 204);
    assert_eq!(host.get(&at, Some(&browser.token)).await.body, b"0123456789");
    let part = host.send("GET", &at, Some(&browser.token), &[("range", "bytes=2-4")], Vec::new()).await;
    assert_eq!((part.status, part.body.as_slice()), (206, b"234".as_slice()));
    assert_eq!(part.headers["content-range"], "bytes 2-4/10");
    let beyond = host.send("GET", &at, Some(&browser.token), &[("range", "bytes=10-")], Vec::new()).await;
    beyond.refused(416, "range");
    assert_eq!(host.send("DELETE", &at, Some(&browser.token), &[TUS], Vec::new()).await.status, 204);
    host.get(&at, Some(&phone.token)).await.refused(404, "not-found");
}

#[tokio::test]
async fn blobs_are_their_owners_within_size_and_quota() {
    let host = Host::start_with(|config| {
        config.blob_size_max = 100;
        config.blob_quota = 150;
    })
    .await;
    let (_, phone) = registered(&host, "+4915123456701").await;
    let (_, other) = registered(&host, "+4915123456702").await;
    create(&host, &phone.token, 101).await.refused(413, "too-large");
    let at = create(&host, &phone.token, 100).await.headers["location"].clone();
    create(&host, &phone.token, 51).await.refused(507, "quota");
    assert_eq!(create(&host, &other.token, 100).await.status, 201);
    patch(&host, &other.token, &at, 0, b"x").await.refused(404, "not-found");
    host.get(&at, Some(&other.token)).await.refused(404, "not-found");
    host.get(&at, None).await.refused(401, "unauthenticated");
    host.get("/v1/blobs/../heliograph.db", Some(&phone.token)).await.refused(404, "not-found");
    let bare = host.send("POST", "/v1/blobs", Some(&phone.token), &[("upload-length", "1")], Vec::new()).await;
    bare.refused(412, "tus-version");
    let no_length = host.send("POST", "/v1/blobs", Some(&phone.token), &[TUS], Vec::new()).await;
    no_length.refused(400, "malformed");
}

#[tokio::test]
async fn a_shared_blob_is_read_by_whoever_knows_its_name_and_written_by_its_owner() {
    let host = Host::start().await;
    let (_, phone) = registered(&host, "+4915123456701").await;
    let (_, other) = registered(&host, "+4915123456702").await;
    let shared = async |metadata: &str| {
        let headers = [TUS, ("upload-length", "5"), ("upload-metadata", metadata)];
        host.send("POST", "/v1/blobs", Some(&phone.token), &headers, Vec::new()).await.headers["location"].clone()
    };
    let at = shared("filename d29ybGQ=,shared").await;
    host.get(&at, Some(&other.token)).await.refused(409, "incomplete");
    patch(&host, &other.token, &at, 0, b"01234").await.refused(404, "not-found");
    assert_eq!(patch(&host, &phone.token, &at, 0, b"01234").await.status, 204);
    let read = host.get(&at, Some(&other.token)).await;
    assert_eq!((read.body.as_slice(), read.headers["cache-control"].as_str()), (b"01234".as_slice(), "no-store"));
    let part = host.send("GET", &at, Some(&other.token), &[("range", "bytes=2-4")], Vec::new()).await;
    assert_eq!((part.status, part.body.as_slice()), (206, b"234".as_slice()));
    assert_eq!(host.send("HEAD", &at, Some(&other.token), &[TUS], Vec::new()).await.status, 200);
    host.get(&at, None).await.refused(401, "unauthenticated");
    host.send("DELETE", &at, Some(&other.token), &[TUS], Vec::new()).await.refused(404, "not-found");
    assert_eq!(host.get(&at, Some(&phone.token)).await.body, b"01234");

    for metadata in ["shared d29ybGQ=", "unshared", ""] {
        let at = shared(metadata).await;
        assert_eq!(patch(&host, &phone.token, &at, 0, b"01234").await.status, 204);
        host.get(&at, Some(&other.token)).await.refused(404, "not-found");
        assert_eq!(host.send("HEAD", &at, Some(&other.token), &[TUS], Vec::new()).await.status, 404, "{metadata}");
    }
}
