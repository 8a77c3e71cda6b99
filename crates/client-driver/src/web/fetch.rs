//! The core's HTTP requests by the browser's fetch, performed once each.

use crate::web::MediaStore;
use base64ct::{Base64UrlUnpadded, Encoding as _};
use client_core::{HttpBody, HttpFailure, HttpMethod, HttpRequest, HttpResponse};
use js_sys::{ArrayBuffer, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AbortSignal, DedicatedWorkerGlobalScope, Headers, RequestCache, RequestCredentials, RequestInit, RequestRedirect,
    Response,
};

/// Headers of an answer that the core reads.
const HEADERS: [&str; 4] = ["location", "upload-offset", "content-range", "retry-after"];

/// Performs a request; whatever goes wrong on the way is one failure, and the core knows what to do.
pub(super) async fn perform(
    origin: &str,
    media: Option<&dyn MediaStore>,
    request: HttpRequest,
    is_wanted: impl Fn() -> bool,
) -> Result<HttpResponse, HttpFailure> {
    let what = format!("{request:?}");
    exchange(origin, media, request, is_wanted).await.map_err(|error| {
        tracing::debug!(%what, ?error, "no answer");
        error.failure()
    })
}

async fn exchange(
    origin: &str,
    media: Option<&dyn MediaStore>,
    request: HttpRequest,
    is_wanted: impl Fn() -> bool,
) -> Result<HttpResponse, NoAnswer> {
    let headers = Headers::new()?;
    for (name, value) in &request.headers {
        headers.set(name, value)?;
    }
    if let Some(bearer) = &request.bearer {
        headers.set("authorization", &format!("Bearer {}", Base64UrlUnpadded::encode_string(bearer)))?;
    }
    let init = RequestInit::new();
    init.set_method(request.method.name());
    init.set_headers(&headers);
    init.set_credentials(RequestCredentials::Omit);
    init.set_cache(RequestCache::NoStore);
    init.set_redirect(RequestRedirect::Error);
    init.set_signal(Some(&AbortSignal::timeout_with_u32(request.timeout_ms)));
    // Browsers refuse a body with GET and HEAD, also an empty one.
    if !matches!(request.method, HttpMethod::Get | HttpMethod::Head) {
        let body = match &request.body {
            HttpBody::Bytes(bytes) => Uint8Array::from(bytes.as_slice()),
            HttpBody::Stored { media: file, from, len } => {
                let store = media.ok_or(NoAnswer::Store(HttpFailure::StorageFull))?;
                let piece = store.read(*file, *from, *len).await.map_err(NoAnswer::Store)?;
                Uint8Array::from(piece.as_slice())
            }
        };
        init.set_body(&body);
    }
    let scope = js_sys::global().unchecked_into::<DedicatedWorkerGlobalScope>();
    let fetched = scope.fetch_with_str_and_init(&format!("{origin}{}", request.path), &init);
    let response: Response = JsFuture::from(fetched).await?.dyn_into()?;
    // What is too long is not even read: all of it would be in memory.
    let len_max = request.keep_in.filter(|_| response.ok()).map_or(f64::INFINITY, |keep_in| keep_in.len_max as f64);
    let len = response.headers().get("content-length").ok().flatten().and_then(|len| len.parse::<f64>().ok());
    if len.is_some_and(|len| len > len_max) {
        if let Some(body) = response.body() {
            // It is let go either way.
            let _ = body.cancel();
        }
        return Err(NoAnswer::Store(HttpFailure::TooLong));
    }
    let body: ArrayBuffer = JsFuture::from(response.array_buffer()?).await?.dyn_into()?;
    let headers = HEADERS
        .into_iter()
        .filter_map(|name| Some((name.to_owned(), response.headers().get(name).ok().flatten()?)))
        .collect();
    let (status, body) = (response.status(), Uint8Array::new(&body).to_vec());
    let Some(keep_in) = request.keep_in.filter(|_| response.ok()) else {
        return Ok(HttpResponse { status, headers, body, kept: 0 });
    };
    let (store, kept) = (media.ok_or(NoAnswer::Store(HttpFailure::StorageFull))?, body.len() as u64);
    if kept > keep_in.len_max {
        return Err(NoAnswer::Store(HttpFailure::TooLong));
    }
    if !is_wanted() {
        return Err(NoAnswer::Network("nobody waits for it any more".into()));
    }
    store.write(keep_in, body).await.map_err(NoAnswer::Store)?;
    Ok(HttpResponse { status, headers, body: Vec::new(), kept })
}

/// Why there is no answer.
#[derive(Debug)]
enum NoAnswer {
    // `Debug` is for the log.
    #[allow(dead_code)]
    Network(JsValue),
    Store(HttpFailure),
}

impl NoAnswer {
    fn failure(&self) -> HttpFailure {
        match self {
            Self::Network(_) => HttpFailure::Network,
            Self::Store(failure) => *failure,
        }
    }
}

impl From<JsValue> for NoAnswer {
    fn from(error: JsValue) -> Self {
        Self::Network(error)
    }
}
