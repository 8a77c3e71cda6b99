//! What every answer outside 2xx says: a stable code for the client, a detail for a person.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use prost::Message;
use server_store::StoreError;

/// The content type of every body of ours.
pub const PROTOBUF: HeaderValue = HeaderValue::from_static("application/x-protobuf");

/// An answer outside 2xx. Codes: docs/http.md.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    status: StatusCode,
    body: proto::account::Problem,
}

impl Problem {
    /// A status and the stable code.
    pub fn new(status: StatusCode, code: &'static str) -> Self {
        Self { status, body: proto::account::Problem { code: code.into(), ..Default::default() } }
    }

    /// 400.
    pub fn bad(code: &'static str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code)
    }

    /// 400 for a body or field that is not what the schema says.
    pub fn malformed(detail: impl Into<String>) -> Self {
        Self::bad("malformed").detail(detail)
    }

    /// 401.
    pub fn unauthenticated() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthenticated")
    }

    /// 403.
    pub fn denied(code: &'static str) -> Self {
        Self::new(StatusCode::FORBIDDEN, code)
    }

    /// 404.
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found")
    }

    /// 413.
    pub fn too_large() -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large")
    }

    /// 429.
    pub fn too_many(retry_after_ms: u64) -> Self {
        Self::new(StatusCode::TOO_MANY_REQUESTS, "too-many").retry_after(retry_after_ms)
    }

    /// For a person who debugs; never user data.
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.body.detail = detail.into();
        self
    }

    /// When to try again.
    pub fn retry_after(mut self, ms: u64) -> Self {
        self.body.retry_after_ms = u32::try_from(ms).unwrap_or(u32::MAX);
        self
    }

    /// How often it may still be wrong.
    pub fn tries_left(mut self, tries: u32) -> Self {
        self.body.tries_left = tries;
        self
    }

    /// The stable code.
    pub fn code(&self) -> &str {
        &self.body.code
    }

    /// When to try again.
    pub fn retry_after_ms(&self) -> u32 {
        self.body.retry_after_ms
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let seconds = self.body.retry_after_ms.div_ceil(1_000);
        let mut response = (self.status, self.body.encode_to_vec()).into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, PROTOBUF);
        if seconds > 0 {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Busy => Self::new(StatusCode::SERVICE_UNAVAILABLE, "busy").retry_after(500),
            StoreError::Full => Self::new(StatusCode::INSUFFICIENT_STORAGE, "server-full").retry_after(60_000),
            error => {
                tracing::error!(error = &error as &dyn std::error::Error, "a request failed in the store");
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal").retry_after(5_000)
            }
        }
    }
}
