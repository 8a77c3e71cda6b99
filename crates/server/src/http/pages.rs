//! The web app: `/` is a companion, `/phone` the phone, files by their path.

use crate::app::App;
use crate::problem::Problem;
use crate::web_app::{Caching, Encoding, WebFile};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

pub(super) async fn serve(State(app): State<Arc<App>>, uri: Uri, headers: HeaderMap) -> Response {
    let accepts = headers
        .get_all(header::ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|coding| coding.trim() == "br" || coding.trim().starts_with("br;q=") && !coding.ends_with("q=0"));
    let accepts = if accepts { Encoding::Brotli } else { Encoding::Identity };
    let path = uri.path().trim_start_matches('/');
    for name in names(path) {
        if let Some(file) = app.web.file(name, accepts).await {
            return answer(file, &headers);
        }
    }
    if !app.web.is_there() {
        let text = "This heliograph was built without the web app: use --web-dir or `cargo xtask run`.\n";
        return (StatusCode::NOT_FOUND, text).into_response();
    }
    Problem::not_found().into_response()
}

/// Which files a path may mean, the first that exists is it. A path without a dot is a place in the app, not a file.
fn names(path: &str) -> Vec<&str> {
    if path == "phone" || path.starts_with("phone/") {
        vec!["phone.html", "index.html"]
    } else if path.contains('.') {
        vec![path]
    } else {
        vec!["index.html"]
    }
}

fn answer(file: WebFile, headers: &HeaderMap) -> Response {
    let tag = format!("\"{}\"", file.sha256);
    let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let fresh = known.is_some_and(|known| known.split(',').any(|k| k.trim().trim_start_matches("W/") == tag));
    let mut response = if fresh { StatusCode::NOT_MODIFIED.into_response() } else { file.bytes.into_response() };
    let out = response.headers_mut();
    let cache = match file.caching {
        Caching::Immutable => "public, max-age=31536000, immutable",
        Caching::Revalidate => "no-cache",
    };
    out.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    out.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if file.encoding == Encoding::Brotli && !fresh {
        out.insert(header::CONTENT_ENCODING, HeaderValue::from_static("br"));
    }
    for (name, value) in [(header::ETAG, &tag), (header::CONTENT_TYPE, &file.content_type)] {
        if let Ok(value) = HeaderValue::from_str(value) {
            out.insert(name, value);
        }
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lead_to_pages_and_files() {
        assert_eq!(names(""), ["index.html"]);
        assert_eq!(names("chat/abc"), ["index.html"]);
        assert_eq!(names("phone"), ["phone.html", "index.html"]);
        assert_eq!(names("phone/chats"), ["phone.html", "index.html"]);
        assert_eq!(names("assets/boot.0123.js"), ["assets/boot.0123.js"]);
        assert_eq!(names("phones"), ["index.html"]);
    }
}
