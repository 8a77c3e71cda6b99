//! Keeps enough key packages of this device on the server, so that others can add it to chats while it is away.

use crate::client::{Client, Context};
use crate::http::{Answer as Reply, Purpose};
use crate::io::{Halt, HttpMethod};
use crate::{mls, this};
use e2ee::key_packages::{KeyPackageUse, generate};
use identity::mls::Suite;
use prost::Message as _;
use proto::account::{PutKeyPackages, PutKeyPackagesOk};
use proto::limits::{KEY_PACKAGES_LOW, KEY_PACKAGES_TARGET};

/// Made and sent at once: as much as fits a request body with room to spare.
const BATCH: usize = 25;

impl Client {
    /// The server has this many left.
    pub(crate) fn key_packages_left(&mut self, cx: &mut Context<'_>, left: u32) -> Result<(), Halt> {
        let wanted = if left < KEY_PACKAGES_LOW { KEY_PACKAGES_TARGET.saturating_sub(left as usize) } else { 0 };
        if wanted == 0 || self.calls.is_under_way(|p| *p == Purpose::PutKeyPackages) {
            return Ok(());
        }
        let Some(token) = this::session_token(cx.db)? else { return Ok(()) };
        let device = mls::own_device(cx)?;
        let made: u32 = cx.db.query_row("SELECT packages_made FROM this", [], |row| row.get(0))?;
        let now_ms = cx.now_ms;
        let count = wanted.min(BATCH);
        let provider = mls::provider(cx);
        let make = |usage, count| {
            generate(&provider, &device, Suite::Hybrid, usage, count, now_ms)
                .map_err(|error| Halt::Encryption(error.to_string()))
        };
        let packages = make(KeyPackageUse::Once, count)?;
        let last_resort =
            if made == 0 { make(KeyPackageUse::LastResort, 1)?.pop().unwrap_or_default() } else { Vec::new() };
        cx.db.execute("UPDATE this SET packages_made = packages_made + ?1", [count])?;
        let body = PutKeyPackages { packages, last_resort }.encode_to_vec();
        cx.out.push(self.calls.start(Purpose::PutKeyPackages, HttpMethod::Post, "/v1/key_packages", body, Some(token)));
        Ok(())
    }

    pub(crate) fn on_key_packages_put(
        &mut self,
        cx: &mut Context<'_>,
        reply: Reply<PutKeyPackagesOk>,
    ) -> Result<(), Halt> {
        match reply {
            Reply::Ok(ok) if ok.left < u32::try_from(KEY_PACKAGES_TARGET).unwrap_or(u32::MAX) => {
                // Up to the target, not only past the low mark.
                self.key_packages_left(cx, ok.left.min(KEY_PACKAGES_LOW - 1))
            }
            _ => Ok(()),
        }
    }
}
