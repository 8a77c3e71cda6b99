//! The core's HTTP requests, performed once each.

use client_core::{HttpFailure, HttpMethod, HttpRequest, HttpResponse};
use data_encoding::BASE64URL_NOPAD;
use reqwest::{Client, Method};
use std::time::Duration;
use url::Url;

/// Headers of an answer that the core reads.
const HEADERS: [&str; 4] = ["location", "upload-offset", "content-range", "retry-after"];
/// An answer above this is none; the largest are blobs by range.
const ANSWER_LEN_MAX: u64 = 64 * 1024 * 1024;

/// Performs a request; whatever goes wrong on the way is one failure, and the core knows what to do.
pub(crate) async fn perform(client: Client, server: Url, request: HttpRequest) -> Result<HttpResponse, HttpFailure> {
    let what = format!("{request:?}");
    let timeout = Duration::from_millis(u64::from(request.timeout_ms));
    match tokio::time::timeout(timeout, exchange(client, server, request)).await {
        Ok(Ok(response)) => Ok(response),
        Ok(Err(error)) => {
            tracing::debug!(%what, error = ?error.without_url(), "no answer");
            Err(HttpFailure)
        }
        Err(_) => {
            tracing::debug!(%what, "no answer in time");
            Err(HttpFailure)
        }
    }
}

async fn exchange(client: Client, server: Url, request: HttpRequest) -> Result<HttpResponse, reqwest::Error> {
    let mut url = server;
    let (path, query) = match request.path.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (request.path.as_str(), None),
    };
    url.set_path(path);
    url.set_query(query);
    let mut outgoing = client.request(method(request.method), url).body(request.body.bytes().to_vec());
    for (name, value) in request.headers {
        outgoing = outgoing.header(name, value);
    }
    if let Some(bearer) = request.bearer {
        outgoing = outgoing.bearer_auth(BASE64URL_NOPAD.encode(&bearer));
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
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        body.extend_from_slice(&chunk);
        if u64::try_from(body.len()).unwrap_or(u64::MAX) > ANSWER_LEN_MAX {
            body.clear();
            break;
        }
    }
    Ok(HttpResponse { status, headers, body, kept: 0 })
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
