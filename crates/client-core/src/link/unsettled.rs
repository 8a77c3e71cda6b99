//! Devices that may stand on the account's list although nobody was told that they are linked: the list with them was put, and
//! the linking was stopped, or failed, or the program died before the answer. Each goes off the list again, however many
//! connections that takes; so the wish is in the phone's database, and in no state that devices share.

use crate::client::{Client, Context};
use crate::http::Purpose;
use crate::io::Halt;
use crate::mls;
use identity::{DevicePublicKey, VerifiedCert};
use proto::ids::DeviceNumber;

/// Where the server gave no answer about the list, it is asked again after this.
const ASK_AGAIN_MS: u64 = 30_000;

/// From now on this device is on the list only by mistake, until its linking is [`settle`]d. It came with this version of the list.
pub(super) fn expect(
    cx: &Context<'_>,
    device: DeviceNumber,
    key: DevicePublicKey,
    list_version: u64,
) -> Result<(), Halt> {
    cx.db
        .prepare_cached("INSERT OR REPLACE INTO unsettled_link (device, device_key, list_version) VALUES (?1, ?2, ?3)")?
        .execute(rusqlite::params![device.0, key.as_bytes(), list_version])?;
    Ok(())
}

/// The device with this key is linked, or is on no list any more.
pub(super) fn settle(cx: &Context<'_>, device_key: &[u8]) -> Result<(), Halt> {
    cx.db.prepare_cached("DELETE FROM unsettled_link WHERE device_key = ?1")?.execute([device_key])?;
    Ok(())
}

/// Whether this device is to leave the list, or its linking has not come to its end.
pub(crate) fn holds(cx: &Context<'_>, cert: &VerifiedCert) -> Result<bool, Halt> {
    Ok(all(cx)?.iter().any(|wish| wish.is_of(cert)))
}

/// A linking whose end is not known, with the key that is meant: a database that was set back may give its number to another device.
struct Unsettled {
    device: DeviceNumber,
    device_key: Vec<u8>,
    list_version: u64,
}

impl Unsettled {
    fn is_of(&self, cert: &VerifiedCert) -> bool {
        self.device == cert.device && self.device_key == cert.signature_key.as_bytes()
    }
}

fn all(cx: &Context<'_>) -> Result<Vec<Unsettled>, Halt> {
    let mut statement = cx.db.prepare_cached("SELECT device, device_key, list_version FROM unsettled_link")?;
    let rows = statement.query_map([], |row| {
        Ok(Unsettled { device: DeviceNumber(row.get(0)?), device_key: row.get(1)?, list_version: row.get(2)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

#[cfg(test)]
pub(super) fn count(cx: &Context<'_>) -> usize {
    all(cx).expect("rows").len()
}

impl Client {
    /// Takes one of those devices off the list, if one is on it or may be on one that the server keeps back; forgets those that cannot come onto it any more.
    pub(crate) fn unlink_unsettled(&mut self, cx: &mut Context<'_>) -> Result<(), Halt> {
        let under_way = |p: &Purpose| matches!(p, Purpose::PutShorterList { .. } | Purpose::PutLinkedList { .. });
        if !cx.is_phone()? || self.calls.is_under_way(under_way) {
            return Ok(());
        }
        let list = mls::own_device_list(cx)?;
        for wish in all(cx)? {
            let is_listed = list.device(wish.device).is_some_and(|cert| wish.is_of(cert));
            // What becomes of a device that is talked with is said there.
            if is_listed && !self.existing_device.talks_with(&wish.device_key) {
                return self.unlink(cx, 0, Some(wish.device.0));
            }
            // It came with the list of that version, and the server takes none that is older than its own.
            if !is_listed && list.version() >= wish.list_version {
                settle(cx, &wish.device_key)?;
            }
            // The server may have the list with it and show others that: a later one goes out, which they take over it.
            if !is_listed && list.version() < wish.list_version && !self.existing_device.talks_with(&wish.device_key) {
                return self.put_list_without(cx, 0, &[]);
            }
        }
        Ok(())
    }

    /// The server said nothing, or nothing that helps, about the list: it is asked again after a pause, where that matters.
    pub(crate) fn look_at_list_later(&mut self, cx: &Context<'_>) -> Result<(), Halt> {
        if !all(cx)?.is_empty() {
            let at_ms = cx.now_ms + ASK_AGAIN_MS;
            self.list_at_ms = Some(at_ms);
            self.retry_at(at_ms);
        }
        Ok(())
    }

    /// Time passed.
    pub(crate) fn unsettled_tick(&mut self, cx: &mut Context<'_>) -> Result<(), Halt> {
        match self.list_at_ms {
            Some(at_ms) if cx.now_ms >= at_ms => {
                self.list_at_ms = None;
                self.ask_own_devices(cx)
            }
            _ => Ok(()),
        }
    }
}
