//! The core's HTTP requests, performed once each.

use super::files::Files;
use base64ct::{Base64UrlUnpadded, Encoding as _};
use client_core::{HttpBody, HttpFailure, HttpMethod, HttpRequest, HttpResponse, KeepIn};
use reqwest::{Client, Method};
use std::io;
use std::sync::Arc;
use std::time::Duration;
use url::Url;

/// Headers of an answer that the core reads.
const HEADERS: [&str; 4] = ["location", "upload-offset", "content-range", "retry-after"];
/// An answer above this is none; the largest are blobs by range.
const ANSWER_LEN_MAX: u64 = 64 * 1024 * 1024;

/// Performs a request; whatever goes wrong on the way is one failure, and the core knows what to do.
pub(crate) async fn perform(
    client: Client,
    server: Url,
    files: Arc<Files>,
    request: HttpRequest,
) -> Result<HttpResponse, HttpFailure> {
    let what = format!("{request:?}");
    let timeout = Duration::from_millis(u64::from(request.timeout_ms));
    match tokio::time::timeout(timeout, exchange(client, server, &files, request)).await {
        Ok(Ok(response)) => Ok(response),
        Ok(Err(error)) => {
            tracing::debug!(%what, ?error, "no answer");
            Err(error.failure())
        }
        Err(_) => {
            tracing::debug!(%what, "no answer in time");
            Err(HttpFailure::Network)
        }
    }
}

/// Why there is no answer.
#[derive(Debug)]
enum NoAnswer {
    // `Debug` of both is for the log: neither holds a path of the server's with a blob's name.
    #[allow(dead_code)]
    Network(reqwest::Error),
    Files(io::Error),
    /// More than was asked for.
    TooLong,
}

impl NoAnswer {
    fn failure(&self) -> HttpFailure {
        use io::ErrorKind::{FileTooLarge, NotFound, QuotaExceeded, StorageFull, UnexpectedEof};
        match self {
            Self::Files(error) => match error.kind() {
                StorageFull | QuotaExceeded | FileTooLarge => HttpFailure::StorageFull,
                NotFound | UnexpectedEof => HttpFailure::NoFile,
                _ => HttpFailure::Network,
            },
            Self::TooLong => HttpFailure::TooLong,
            Self::Network(_) => HttpFailure::Network,
        }
    }
}

impl From<reqwest::Error> for NoAnswer {
    fn from(error: reqwest::Error) -> Self {
        Self::Network(error.without_url())
    }
}

/// Where blocking is allowed.
async fn blocking<T: Send + 'static>(
    files: &Arc<Files>,
    work: impl FnOnce(&Files) -> io::Result<T> + Send + 'static,
) -> Result<T, NoAnswer> {
    let files = files.clone();
    let done = tokio::task::spawn_blocking(move || work(&files)).await;
    done.map_err(io::Error::other).and_then(|result| result).map_err(NoAnswer::Files)
}

async fn exchange(
    client: Client,
    server: Url,
    files: &Arc<Files>,
    request: HttpRequest,
) -> Result<HttpResponse, NoAnswer> {
    let mut url = server;
    let (path, query) = match request.path.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (request.path.as_str(), None),
    };
    url.set_path(path);
    url.set_query(query);
    let body = match request.body {
        HttpBody::Bytes(bytes) => bytes,
        HttpBody::Stored { media, from, len } => blocking(files, move |files| files.read(media, from, len)).await?,
    };
    let mut outgoing = client.request(method(request.method), url).body(body);
    for (name, value) in request.headers {
        outgoing = outgoing.header(name, value);
    }
    if let Some(bearer) = request.bearer {
        outgoing = outgoing.bearer_auth(Base64UrlUnpadded::encode_string(&bearer));
    }
    let mut response = outgoing.send().await?;
    let headers = HEADERS
        .into_iter()
        .filter_map(|name| {
            let value = response.headers().get(name)?.to_str().ok()?;
            Some((name.to_owned(), value.to_owned()))
        })
        .collect();
    let status = response.status().as_u16();
    let keep_in = request.keep_in.filter(|_| (200..300).contains(&status));
    let len_max = keep_in.map_or(ANSWER_LEN_MAX, |keep_in| keep_in.len_max);
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        body.extend_from_slice(&chunk);
        if body.len() as u64 > len_max {
            return Err(NoAnswer::TooLong);
        }
    }
    let mut kept = 0;
    if let Some(KeepIn { media, from, beside, .. }) = keep_in {
        kept = body.len() as u64;
        let piece = std::mem::take(&mut body);
        blocking(files, move |files| files.write(media, (from, beside), &piece)).await?;
    }
    Ok(HttpResponse { status, headers, body, kept })
}

fn method(method: HttpMethod) -> Method {
    match method {
        HttpMethod::Get => Method::GET,
        HttpMethod::Post => Method::POST,
        HttpMethod::Put => Method::PUT,
        HttpMethod::Patch => Method::PATCH,
        HttpMethod::Head => Method::HEAD,
        HttpMethod::Delete => Method::DELETE,
    }
}
