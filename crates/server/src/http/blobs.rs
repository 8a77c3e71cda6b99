//! Blobs: upload by tus 1.0 (core, creation, termination), download by range.
//!
//! The server sees ciphertext, size and owner. A blob is read, written and deleted by devices of its owner's account; one that was made with
//! `Upload-Metadata: shared` is read by whoever has a session and knows its name, which is 128 random bits that stand in no answer but
//! its owner's and in encrypted messages.

use super::Caller;
use crate::app::{App, random};
use crate::problem::Problem;
use axum::body::Body;
use axum::extract::{FromRequestParts, Path, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use server_store::blobs::{AdvanceOutcome, Blob, BlobId, CreateBlobOutcome};
use std::sync::Arc;

const TUS_RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");
const TUS_VERSION: HeaderName = HeaderName::from_static("tus-version");
const TUS_EXTENSION: HeaderName = HeaderName::from_static("tus-extension");
const TUS_MAX_SIZE: HeaderName = HeaderName::from_static("tus-max-size");
const UPLOAD_LENGTH: HeaderName = HeaderName::from_static("upload-length");
const UPLOAD_METADATA: HeaderName = HeaderName::from_static("upload-metadata");
const UPLOAD_OFFSET: HeaderName = HeaderName::from_static("upload-offset");
const VERSION: HeaderValue = HeaderValue::from_static("1.0.0");
const CHUNK: &str = "application/offset+octet-stream";

pub(super) async fn options(State(app): State<Arc<App>>) -> Response {
    let headers = [
        (TUS_RESUMABLE, VERSION),
        (TUS_VERSION, VERSION),
        (TUS_EXTENSION, HeaderValue::from_static("creation,termination")),
        (TUS_MAX_SIZE, HeaderValue::from(app.config.blob_size_max)),
    ];
    (StatusCode::NO_CONTENT, headers).into_response()
}

pub(super) async fn create(
    State(app): State<Arc<App>>,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    check_version(&headers)?;
    let size = number(&headers, &UPLOAD_LENGTH)?;
    if size > app.config.blob_size_max {
        return Err(Problem::too_large());
    }
    let id = BlobId(random());
    let expires_ms = kept_until(&app, false);
    let blob = Blob { id, owner: caller.account(), size, received: 0, shared: is_shared(&headers), expires_ms };
    match app.stores.blobs.create_blob(blob, app.config.blob_quota).await? {
        CreateBlobOutcome::Created => {}
        CreateBlobOutcome::OverQuota { used } => {
            return Err(Problem::new(StatusCode::INSUFFICIENT_STORAGE, "quota").detail(format!("{used} bytes used")));
        }
    }
    let location = format!("/v1/blobs/{}", hex::encode(id.0));
    let location = HeaderValue::from_str(&location).expect("hexadecimal digits make a header value");
    Ok((StatusCode::CREATED, [(TUS_RESUMABLE, VERSION), (header::LOCATION, location)]).into_response())
}

pub(super) async fn head(State(app): State<Arc<App>>, caller: Caller, Named(id): Named) -> Result<Response, Problem> {
    let blob = readable_blob(&app, caller, id).await?;
    let headers = [
        (TUS_RESUMABLE, VERSION),
        (UPLOAD_OFFSET, HeaderValue::from(blob.received)),
        (UPLOAD_LENGTH, HeaderValue::from(blob.size)),
        (header::CACHE_CONTROL, super::NO_STORE),
    ];
    Ok((StatusCode::OK, headers).into_response())
}

pub(super) async fn patch(
    State(app): State<Arc<App>>,
    caller: Caller,
    Named(id): Named,
    headers: HeaderMap,
    super::Whole(body): super::Whole,
) -> Result<Response, Problem> {
    check_version(&headers)?;
    if headers.get(header::CONTENT_TYPE).is_none_or(|value| value != CHUNK) {
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "media-type").detail(CHUNK));
    }
    let offset = number(&headers, &UPLOAD_OFFSET)?;
    let blob = own_blob(&app, caller, id).await?;
    let conflict = |at: u64| {
        let detail = format!("the upload is at {at}");
        let mut response = Problem::new(StatusCode::CONFLICT, "offset").detail(detail).into_response();
        response.headers_mut().insert(UPLOAD_OFFSET, HeaderValue::from(at));
        response
    };
    if offset != blob.received {
        return Ok(conflict(blob.received));
    }
    let end = offset + body.len() as u64;
    if end > blob.size {
        return Err(Problem::too_large().detail("more than Upload-Length"));
    }
    app.blobs.write(blob.id, offset, body).await.map_err(disk)?;
    let expires_ms = kept_until(&app, end == blob.size);
    match app.stores.blobs.advance_blob(blob.id, offset, end, expires_ms).await? {
        AdvanceOutcome::At(at) => {
            let headers = [(TUS_RESUMABLE, VERSION), (UPLOAD_OFFSET, HeaderValue::from(at))];
            Ok((StatusCode::NO_CONTENT, headers).into_response())
        }
        AdvanceOutcome::Conflict(at) => Ok(conflict(at)),
        AdvanceOutcome::Gone => {
            // It was deleted meanwhile, and this has written it again.
            app.blobs.delete(blob.id).await.map_err(disk)?;
            Err(Problem::not_found())
        }
    }
}

pub(super) async fn delete(State(app): State<Arc<App>>, caller: Caller, Named(id): Named) -> Result<Response, Problem> {
    let blob = own_blob(&app, caller, id).await?;
    if !app.stores.blobs.delete_blob(blob.id).await? {
        return Err(Problem::new(StatusCode::CONFLICT, "in-backup"));
    }
    app.blobs.delete(blob.id).await.map_err(disk)?;
    Ok((StatusCode::NO_CONTENT, [(TUS_RESUMABLE, VERSION)]).into_response())
}

pub(super) async fn read(
    State(app): State<Arc<App>>,
    caller: Caller,
    Named(id): Named,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let blob = readable_blob(&app, caller, id).await?;
    if blob.received != blob.size {
        return Err(Problem::new(StatusCode::CONFLICT, "incomplete"));
    }
    let range = headers.get(header::RANGE).and_then(|value| value.to_str().ok());
    let wanted = match range.map(|text| parse_range(text, blob.size)) {
        None | Some(Range::Ignored) => None,
        Some(Range::Bytes(first, last)) => Some((first, last)),
        Some(Range::Unsatisfiable) => {
            let all = HeaderValue::from_str(&format!("bytes */{}", blob.size)).expect("digits make a header value");
            let mut response = Problem::new(StatusCode::RANGE_NOT_SATISFIABLE, "range").into_response();
            response.headers_mut().insert(header::CONTENT_RANGE, all);
            return Ok(response);
        }
    };
    let (first, len) = wanted.map_or((0, blob.size), |(first, last)| (first, last - first + 1));
    let stream = app.blobs.read(blob.id, first, len).await.map_err(disk)?;
    let mut response = Body::from_stream(stream).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(len));
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(header::CACHE_CONTROL, super::NO_STORE);
    if let Some((first, last)) = wanted {
        let part = format!("bytes {first}-{last}/{}", blob.size);
        headers.insert(header::CONTENT_RANGE, HeaderValue::from_str(&part).expect("digits make a header value"));
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
    }
    Ok(response)
}

#[derive(Debug, PartialEq, Eq)]
enum Range {
    Bytes(u64, u64),
    /// Not one range of bytes: the whole is the answer (RFC 9110, 14.2).
    Ignored,
    Unsatisfiable,
}

fn parse_range(text: &str, size: u64) -> Range {
    let Some((first, last)) = text.strip_prefix("bytes=").and_then(|range| range.split_once('-')) else {
        return Range::Ignored;
    };
    match (first.parse::<u64>(), last.parse::<u64>()) {
        (Ok(first), Ok(last)) if first <= last && first < size => Range::Bytes(first, last.min(size - 1)),
        (Ok(first), Err(_)) if last.is_empty() && first < size => Range::Bytes(first, size - 1),
        (Err(_), Ok(suffix)) if first.is_empty() && suffix > 0 && size > 0 => {
            Range::Bytes(size.saturating_sub(suffix), size - 1)
        }
        (Ok(first), _) if first >= size => Range::Unsatisfiable,
        (Err(_), Ok(_)) if first.is_empty() => Range::Unsatisfiable,
        _ => Range::Ignored,
    }
}

/// The blob that a path names. What names none is a blob that is not there.
pub(super) struct Named(BlobId);

impl FromRequestParts<Arc<App>> for Named {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let Path(id) = Path::<String>::from_request_parts(parts, app).await.map_err(|_| Problem::not_found())?;
        let mut bytes = [0; 16];
        hex::decode_to_slice(id, &mut bytes).map_err(|_| Problem::not_found())?;
        Ok(Self(BlobId(bytes)))
    }
}

/// What is not whole is given up a day after its last piece: its owner's quota is not filled by what nobody goes on with.
fn kept_until(app: &App, is_whole: bool) -> u64 {
    const INCOMPLETE_MS: u64 = 24 * 3_600_000;
    let retention_ms = app.config.blob_retention_ms;
    app.now_ms().saturating_add(if is_whole { retention_ms } else { retention_ms.min(INCOMPLETE_MS) })
}

/// tus gives metadata as pairs of a key and a value in Base64; a key alone is a word.
fn is_shared(headers: &HeaderMap) -> bool {
    let metadata = headers.get(&UPLOAD_METADATA).and_then(|value| value.to_str().ok()).unwrap_or_default();
    metadata.split(',').any(|pair| pair.trim() == "shared")
}

async fn readable_blob(app: &App, caller: Caller, id: BlobId) -> Result<Blob, Problem> {
    let blob = app.stores.blobs.blob(id).await?;
    let may_read = |blob: &Blob| blob.shared || blob.owner == caller.account();
    blob.filter(|blob| may_read(blob) && blob.expires_ms > app.now_ms()).ok_or_else(Problem::not_found)
}

async fn own_blob(app: &App, caller: Caller, id: BlobId) -> Result<Blob, Problem> {
    // Another's blob looks like none: its existence is nobody's business.
    let blob = app.stores.blobs.blob(id).await?;
    blob.filter(|blob| blob.owner == caller.account() && blob.expires_ms > app.now_ms()).ok_or_else(Problem::not_found)
}

fn check_version(headers: &HeaderMap) -> Result<(), Problem> {
    match headers.get(TUS_RESUMABLE) {
        Some(version) if version == VERSION => Ok(()),
        _ => Err(Problem::new(StatusCode::PRECONDITION_FAILED, "tus-version").detail("Tus-Resumable: 1.0.0")),
    }
}

fn number(headers: &HeaderMap, name: &HeaderName) -> Result<u64, Problem> {
    let value = headers.get(name).and_then(|value| value.to_str().ok()).and_then(|text| text.parse().ok());
    value.ok_or_else(|| Problem::malformed(format!("{name} must be a number")))
}

// Used as `map_err(disk)`.
#[allow(clippy::needless_pass_by_value)]
fn disk(error: std::io::Error) -> Problem {
    if error.kind() == std::io::ErrorKind::StorageFull {
        return Problem::new(StatusCode::INSUFFICIENT_STORAGE, "server-full").retry_after(60_000);
    }
    tracing::error!(%error, "a blob could not be read or written");
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal").retry_after(5_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_rfc_9110_says() {
        for (text, expected) in [
            ("bytes=0-4", Range::Bytes(0, 4)),
            ("bytes=5-", Range::Bytes(5, 9)),
            ("bytes=5-100", Range::Bytes(5, 9)),
            ("bytes=-3", Range::Bytes(7, 9)),
            ("bytes=-30", Range::Bytes(0, 9)),
            ("bytes=10-", Range::Unsatisfiable),
            ("bytes=-0", Range::Unsatisfiable),
            ("bytes=4-2", Range::Ignored),
            ("items=0-4", Range::Ignored),
            ("bytes=a-b", Range::Ignored),
        ] {
            assert_eq!(parse_range(text, 10), expected, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn a_range_lies_within_the_blob(text in "(bytes=)?[0-9]{0,21}-?[0-9]{0,21}.{0,2}", size: u64) {
            if let Range::Bytes(first, last) = parse_range(&text, size) {
                proptest::prop_assert!(first <= last && last < size, "{first}-{last} of {size}");
            }
        }
    }
}
