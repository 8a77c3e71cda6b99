//! Taking connections and talking HTTP on them: how many at once, what the others hear, and how long a silent one is kept.

mod begun;
mod reader;

use crate::limits::{FULL_RETRY_MS, TLS_HANDSHAKE_WITHIN};
use crate::open::{Admission, Connections, Places};
use crate::problem::Problem;
use crate::turn::Relays;
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use begun::Begun;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use reader::MustRead;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt as _;

/// One port and what is served there.
pub(crate) struct Port {
    pub(crate) listener: TcpListener,
    /// `None` for plain HTTP.
    pub(crate) tls: Option<TlsAcceptor>,
    pub(crate) router: Router,
    /// For whom TURN is spoken here as well, over TLS; `None`: for nobody.
    pub(crate) relays: Option<Relays>,
    /// Connections at once.
    pub(crate) connections: Arc<Connections>,
    /// Connections beyond those that still hear why; what comes beyond these is closed without a word.
    pub(crate) refusals: Arc<Places<()>>,
    /// How long the head of a request may take, and how long a connection may wait for the next one.
    pub(crate) head_within: Duration,
    /// How long the other end may read nothing of what is written to it.
    pub(crate) read_within: Duration,
}

/// What a request knows of its connection. Whoever goes on with the connection after the request keeps this, and with it
/// the place.
#[derive(Clone)]
pub(crate) struct Connection {
    pub(crate) peer: SocketAddr,
    _admission: Arc<Admission>,
}

impl Connection {
    /// Of somebody at this address, who was let in.
    pub(crate) fn new(peer: SocketAddr, admission: Admission) -> Self {
        Self { peer, _admission: Arc::new(admission) }
    }
}

/// Serves until the order to stop, and then until the last request is answered.
pub(crate) fn serve(port: Port, mut stop: watch::Receiver<bool>) -> JoinHandle<()> {
    tokio::spawn(async move {
        let full = refusing();
        let mut connections = JoinSet::new();
        loop {
            let (stream, peer) = tokio::select! {
                accepted = accept(&port.listener) => accepted,
                Some(_) = connections.join_next() => continue,
                () = stopped(&mut stop) => break,
            };
            let (admission, router, relays) = match port.connections.take(peer.ip()) {
                Some(admission) => (admission, &port.router, port.relays.clone()),
                None => match port.refusals.take(()) {
                    Some(place) => (Admission::beyond(place), &full, None),
                    None => continue,
                },
            };
            let connection = Connection::new(peer, admission);
            let Port { head_within, read_within, .. } = port;
            let talk = Talk { connection, router: router.clone(), head_within, read_within, stop: stop.clone() };
            match port.tls.clone() {
                None => connections.spawn(talk.over(stream)),
                Some(tls) => connections.spawn(async move {
                    if let Ok(Ok(stream)) = tokio::time::timeout(TLS_HANDSHAKE_WITHIN, tls.accept(stream)).await {
                        match relays {
                            None => Box::pin(talk.over(stream)).await,
                            Some(relays) => Box::pin(talk.over_either(stream, relays)).await,
                        }
                    }
                }),
            };
        }
        drop(port);
        while connections.join_next().await.is_some() {}
    })
}

async fn stopped(stop: &mut watch::Receiver<bool>) {
    // An error means that the handle is gone, which ends the server as well.
    let _ = stop.wait_for(|stop| *stop).await;
}

struct Talk {
    connection: Connection,
    router: Router,
    head_within: Duration,
    read_within: Duration,
    stop: watch::Receiver<bool>,
}

impl Talk {
    /// HTTP or TURN, as it begins. While it says nothing, which of them it is stays open.
    async fn over_either(self, stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, relays: Relays) {
        let mut stop = self.stop.clone();
        let begun = tokio::select! {
            begun = tokio::time::timeout(self.head_within, Begun::read(stream)) => begun,
            () = stopped(&mut stop) => return,
        };
        let Ok(Ok((first, stream))) = begun else { return };
        if !Relays::are_asked_by(first) {
            return self.over(stream).await;
        }
        let Connection { peer, _admission } = self.connection;
        relays.serve(stream, peer, self.stop).await;
    }

    async fn over(self, stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) {
        let Self { connection, router, head_within, read_within, mut stop } = self;
        let answer = service_fn(move |mut request: hyper::Request<Incoming>| {
            request.extensions_mut().insert(connection.clone());
            router.clone().oneshot(request.map(Body::new))
        });
        let serving = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(head_within)
            .serve_connection(TokioIo::new(MustRead::new(stream, read_within)), answer)
            .with_upgrades();
        let mut serving = std::pin::pin!(serving);
        let ended = tokio::select! {
            ended = serving.as_mut() => ended,
            () = stopped(&mut stop) => {
                serving.as_mut().graceful_shutdown();
                serving.await
            }
        };
        if let Err(error) = ended {
            // Whoever is at the other end knows best why.
            tracing::trace!(%error, "a connection ended");
        }
    }
}

/// What everybody hears who finds no place.
fn refusing() -> Router {
    Router::new().fallback(refuse).layer(axum::middleware::from_fn(crate::http::secure))
}

async fn refuse(uri: Uri) -> Response {
    let problem = Problem::new(StatusCode::SERVICE_UNAVAILABLE, "too-many-connections")
        .retry_after(FULL_RETRY_MS)
        .into_response();
    let mut response = if uri.path().starts_with("/v1/") {
        problem
    } else {
        // A person at a browser would be offered a Problem as a file.
        let retry_after = problem.headers().get(header::RETRY_AFTER).cloned();
        let text = "Too many people are here right now. Try again in a moment.\n";
        let mut page = (StatusCode::SERVICE_UNAVAILABLE, text).into_response();
        page.headers_mut().extend(retry_after.map(|seconds| (header::RETRY_AFTER, seconds)));
        page
    };
    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}

async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                // Nagle's delay only hurts: frames are small and batched already.
                let _ = stream.set_nodelay(true);
                return (stream, peer);
            }
            Err(error) => {
                // Out of file descriptors, mostly: trying at once would only burn the processor.
                tracing::warn!(%error, "a connection could not be taken");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
}
