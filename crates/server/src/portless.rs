//! The server without ports, for simulators: requests and frames are handed in as values, answers come out as values, and
//! nothing runs but what its caller polls. All behind the ports is the same: routes, sockets, delivery, store.
//!
//! Must be polled inside a tokio runtime of one thread; a paused clock of it makes time the caller's.

use crate::app::App;
use crate::blob_bytes::{BlobBytes, BlobMemory};
use crate::bus::InProcess;
use crate::config::Config;
use crate::ports::Connection;
use crate::server::{Common, Environment, build, sweep_once};
use anyhow::{Context, Result};
use axum::Router;
use axum::body::Body;
use axum::extract::ws::Message;
use axum::http::{Request, Response};
use futures_util::Stream;
use server_store::sqlite::Sqlite;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::sync::mpsc;
use tower::ServiceExt as _;

/// A server that listens to nobody but its owner.
#[derive(Clone)]
pub struct Portless {
    app: Arc<App>,
    router: Router,
}

impl Portless {
    /// Over a database that runs in its caller's thread, with blobs in memory.
    pub async fn start(
        config: Config,
        environment: Environment,
        database: Arc<Sqlite>,
        blobs: Arc<BlobMemory>,
    ) -> Result<Self> {
        let common = Common { database, bus: Arc::new(InProcess::default()) };
        let app = Arc::new(build(config, environment, common, BlobBytes::Memory(blobs), None, Vec::new()).await?.0);
        let router = crate::http::router(app.clone());
        Ok(Self { app, router })
    }

    /// One HTTP request from an address, to be polled until it is answered.
    pub async fn answer(self, mut request: Request<Body>, peer: SocketAddr) -> Result<Response<Body>> {
        let admission = self.app.open.connections.take(peer.ip()).context("the server is full")?;
        request.extensions_mut().insert(Connection::new(peer, admission));
        match self.router.oneshot(request).await {
            Ok(response) => Ok(response),
            Err(never) => match never {},
        }
    }

    /// One socket, to be polled until it has ended.
    pub async fn socket(
        self,
        frames: impl Stream<Item = Message> + Unpin,
        out: mpsc::Sender<Message>,
        peer: SocketAddr,
    ) {
        crate::socket::run_portless(self.app, frames, out, peer.ip()).await;
    }

    /// Writes pointers for ever; to be polled beside the rest.
    pub async fn fan_out(self) {
        self.app.hub.clone().fan_out(self.app.stores.clone()).await;
    }

    /// Deletes what is over by now.
    pub async fn sweep(self) -> Result<()> {
        sweep_once(&self.app).await.map_err(|error| anyhow::anyhow!("{error}"))
    }
}
