//! Many accounts, registered side by side.

use crate::device::Device;
use crate::http::Http;
use crate::served::Served;
use anyhow::{Context, Result};
use futures_util::future::try_join_all;
use proto::account::ServerInfo;
use proto::ids::ServerId;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Connections that register: enough to share the server's group commits.
const REGISTRARS: usize = 64;

/// So many new accounts, each with its phone.
pub async fn register(served: &Served, how_many: usize) -> Result<Vec<Device>> {
    register_more(served, 0, how_many).await
}

/// The same beside so many who are there.
pub async fn register_more(served: &Served, there: usize, how_many: usize) -> Result<Vec<Device>> {
    let info: ServerInfo = Http::open(served.address).await?.get("/v1/server").await?;
    let key = info.server_key.try_into().ok().context("the server's key has 32 bytes")?;
    let server = ServerId::of_key(&key);
    let (next, devices) = (AtomicUsize::new(0), Mutex::new(Vec::with_capacity(how_many)));
    let registrars = (0..REGISTRARS.min(how_many)).map(|_| async {
        let mut http = Http::open(served.address).await?;
        loop {
            let place = next.fetch_add(1, Ordering::Relaxed);
            if place >= how_many {
                return anyhow::Ok(());
            }
            // Numbers as German mobile phones have them.
            let number = format!("+49151{:08}", 10_000_000 + there + place);
            let device = Device::register(&mut http, served, server, &number).await?;
            devices.lock().map_err(|_| anyhow::anyhow!("a registration has panicked"))?.push(device);
        }
    });
    try_join_all(registrars).await?;
    devices.into_inner().context("a registration has panicked")
}
