//! The HTTP interface: routes, bodies, who is asking, headers. Each feature's handlers stand in a file of their own.

mod accounts;
mod authority;
mod backups;
mod blobs;
mod devices;
mod headers;
mod key_packages;
mod links;
mod pages;
mod push;
mod register;
mod sessions;

use crate::app::{App, token_hash};
use crate::limits::Class;
use crate::metrics::Stopwatch;
use crate::ports::Connection;
use crate::problem::{PROTOBUF, Problem};
use crate::socket;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, FromRequest, FromRequestParts, Request, State};
use axum::http::{HeaderMap, StatusCode, header, request::Parts};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
pub(crate) use headers::secure;
use prost::Message;
use proto::ids::{AccountId, DeviceAddress};
use proto::limits::{BLOB_PATCH_LEN_MAX, HTTP_BODY_LEN_MAX};
use server_store::sessions::Standing;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

/// How long a request may take, body included; longer than the rendezvous' long poll.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(60);
/// How long a chunk of a blob may take to come, or a download to begin.
const BLOB_TIMEOUT: Duration = Duration::from_secs(600);

/// All routes.
pub(crate) fn router(app: Arc<App>) -> Router {
    let register = Router::new()
        .route("/v1/register/code", post(register::request_code))
        .route("/v1/register/verify", post(register::verify_code))
        .route("/v1/register", post(register::register))
        .route("/v1/restore/open", post(backups::open_restore))
        .route("/v1/restore", post(backups::restore));
    let session = Router::new()
        .route("/v1/session/challenge", post(sessions::challenge))
        .route("/v1/session", post(sessions::open));
    let link = Router::new()
        .route("/v1/link/open", post(links::open))
        .route("/v1/link/get", post(links::get))
        .route("/v1/link/put", post(links::put))
        .route("/v1/link/close", post(links::close));
    let socket = Router::new().route("/v1/socket", get(socket::upgrade));
    let api = Router::new()
        .merge(by_address(Class::Register, &app, register))
        .merge(by_address(Class::Session, &app, session))
        .merge(by_address(Class::Link, &app, link))
        .route("/v1/server", get(accounts::server_info))
        .route("/v1/pin", put(register::set_pin))
        .route("/v1/lookup", post(accounts::look_up))
        .route("/v1/accounts", post(accounts::numbers))
        .route("/v1/account", get(accounts::own))
        .route("/v1/account/delete", post(backups::delete_account))
        .route("/v1/backup", get(backups::get).put(backups::put).delete(backups::delete))
        .route("/v1/profile", put(accounts::put_profile))
        .route("/v1/profiles", post(accounts::profiles))
        .route("/v1/devices/get", post(devices::get))
        .route("/v1/devices", put(devices::put))
        .route("/v1/key_packages", post(key_packages::put))
        .route("/v1/key_packages/claim", post(key_packages::claim))
        .route("/v1/push/key", get(push::key))
        .route("/v1/push", put(push::put).delete(push::delete))
        .layer(DefaultBodyLimit::max(HTTP_BODY_LEN_MAX))
        .layer(axum::middleware::from_fn(timeout));
    let blobs = Router::new()
        .route("/v1/blobs", post(blobs::create).options(blobs::options))
        .route("/v1/blobs/{id}", get(blobs::read).head(blobs::head).patch(blobs::patch).delete(blobs::delete))
        .layer(DefaultBodyLimit::max(BLOB_PATCH_LEN_MAX))
        .layer(axum::middleware::from_fn(blob_timeout));
    Router::new()
        .merge(api)
        .merge(blobs)
        .merge(by_address(Class::Session, &app, socket))
        .route("/health", get(accounts::health))
        .route("/authority", get(authority::page))
        .route("/authority/heliograph-ca.pem", get(authority::pem))
        .route("/authority/heliograph-ca.crt", get(authority::der))
        .route("/v1/{*rest}", axum::routing::any(async || Problem::not_found()))
        .fallback(get(pages::serve))
        .method_not_allowed_fallback(async || Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method"))
        .layer(axum::middleware::from_fn_with_state(app.clone(), crate::metrics::measure))
        .layer(axum::middleware::from_fn(headers::secure))
        .with_state(app)
}

/// Counts calls by address, before anything of a body is read.
fn by_address(class: Class, app: &Arc<App>, routes: Router<Arc<App>>) -> Router<Arc<App>> {
    routes.route_layer(axum::middleware::from_fn_with_state((app.clone(), class), count_address))
}

async fn count_address(
    State((app, class)): State<(Arc<App>, Class)>,
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let (mut parts, body) = request.into_parts();
    let Peer(address) = Peer::from_request_parts(&mut parts, &app).await?;
    app.limits.address(class, address)?;
    Ok(next.run(Request::from_parts(parts, body)).await)
}

async fn timeout(request: Request, next: Next) -> Response {
    within(REQUEST_TIMEOUT, request, next).await
}

async fn blob_timeout(request: Request, next: Next) -> Response {
    within(BLOB_TIMEOUT, request, next).await
}

async fn within(limit: Duration, request: Request, next: Next) -> Response {
    match tokio::time::timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Problem::new(StatusCode::REQUEST_TIMEOUT, "timeout").into_response(),
    }
}

/// A body, all of it.
pub(crate) struct Whole(pub(crate) Bytes);

impl FromRequest<Arc<App>> for Whole {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Problem> {
        let stopwatch = request.extensions().get::<Stopwatch>().cloned();
        let bytes = Bytes::from_request(request, app).await.map_err(|rejection| match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Problem::too_large(),
            _ => Problem::malformed("the body did not arrive"),
        })?;
        if let Some(stopwatch) = stopwatch {
            stopwatch.body_arrived();
        }
        Ok(Self(bytes))
    }
}

/// A Protobuf body, in or out.
pub(crate) struct Proto<T>(pub(crate) T);

impl<T: Message + Default> FromRequest<Arc<App>> for Proto<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Problem> {
        let media = request.headers().get(header::CONTENT_TYPE);
        if media != Some(&PROTOBUF) {
            return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "media-type")
                .detail("the body must be application/x-protobuf"));
        }
        let Whole(bytes) = Whole::from_request(request, app).await?;
        T::decode(bytes).map(Self).map_err(|_| Problem::malformed("not the expected message"))
    }
}

impl<T: Message> IntoResponse for Proto<T> {
    fn into_response(self) -> Response {
        ([(header::CONTENT_TYPE, PROTOBUF), (header::CACHE_CONTROL, NO_STORE)], self.0.encode_to_vec()).into_response()
    }
}

const NO_STORE: axum::http::HeaderValue = axum::http::HeaderValue::from_static("no-store");

/// The address a request comes from, as the socket or a trusted proxy says.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer(pub(crate) IpAddr);

impl FromRequestParts<Arc<App>> for Peer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let socket = parts
            .extensions
            .get::<Connection>()
            .map(|connection| connection.peer.ip().to_canonical())
            .ok_or_else(|| Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal"))?;
        Ok(Self(forwarded(&parts.headers, socket, &app.config.trusted_proxies)))
    }
}

/// The last hop that is no trusted proxy.
fn forwarded(headers: &HeaderMap, socket: IpAddr, trusted: &[IpAddr]) -> IpAddr {
    if !trusted.contains(&socket) {
        return socket;
    }
    let hops = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
    let hops: Vec<IpAddr> = hops.flat_map(|value| value.split(',')).filter_map(|hop| hop.trim().parse().ok()).collect();
    hops.into_iter().rev().find(|hop| !trusted.contains(hop)).unwrap_or(socket)
}

/// A device with a valid token.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Caller(pub(crate) DeviceAddress);

impl Caller {
    pub(crate) fn account(self) -> AccountId {
        self.0.account
    }
}

impl FromRequestParts<Arc<App>> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let token = parts
            .headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.strip_prefix("Bearer "))
            .and_then(|text| data_encoding::BASE64URL_NOPAD.decode(text.as_bytes()).ok())
            .ok_or_else(Problem::unauthenticated)?;
        match app.stores.sessions.session(token_hash(&token), app.now_ms()).await? {
            Some((device, Standing::Listed)) => {
                app.limits.account(Class::Account, device.account)?;
                Ok(Self(device))
            }
            Some((_, Standing::Unlinked)) => Err(Problem::new(StatusCode::UNAUTHORIZED, "device-revoked")),
            Some((_, Standing::Suspended)) => Err(Problem::denied("account-suspended")),
            None => Err(Problem::unauthenticated()),
        }
    }
}

/// Reads ids out of a repeated field, at most `max` of them.
pub(crate) fn account_ids(ids: &[Vec<u8>], max: usize) -> Result<Vec<AccountId>, Problem> {
    if ids.len() > max {
        return Err(Problem::bad("too-many-items").detail(format!("at most {max}")));
    }
    ids.iter().map(|id| AccountId::try_from(id.as_slice()).map_err(|e| Problem::malformed(e.to_string()))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_trusted_proxy_is_believed() {
        let proxy: IpAddr = "10.0.0.1".parse().unwrap();
        let client: IpAddr = "203.0.113.9".parse().unwrap();
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", "198.51.100.1, 203.0.113.9, 10.0.0.1".parse().unwrap());
        assert_eq!(forwarded(&headers, proxy, &[proxy]), client);
        assert_eq!(forwarded(&headers, proxy, &[]), proxy);
        assert_eq!(forwarded(&headers, client, &[proxy]), client);
    }

    proptest::proptest! {
        #[test]
        fn whatever_stands_there_some_address_is_counted(values in proptest::collection::vec("[0-9a-f:., ]{0,60}", 0..4)) {
            let proxy: IpAddr = "10.0.0.1".parse().unwrap();
            let mut headers = HeaderMap::new();
            for value in &values {
                headers.append("x-forwarded-for", value.parse().unwrap());
            }
            let counted = forwarded(&headers, proxy, &[proxy]);
            proptest::prop_assert!(counted == proxy || values.iter().any(|value| value.split(',').any(|hop| hop.trim().parse() == Ok(counted))));
        }
    }
}
