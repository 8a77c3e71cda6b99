//! The own device list as the phone signs it. Each is signed on the one that was signed before, whether or not anybody has that: so no
//! two lists have one version, and whoever has seen either takes the later one. What was signed last is kept before it leaves. Which
//! list is in force is the server's to say (`accounts`).

use crate::client::{Client, Context};
use crate::io::Halt;
use crate::link::unsettled;
use crate::mls;
use breakable::{Rule, broken};
use identity::{AccountKey, DeviceRole, ListError, VerifiedDeviceList};
use proto::identity::SignedDeviceCert;
use proto::ids::DeviceNumber;

/// The list on which the next one is signed.
pub(crate) struct Base {
    list: VerifiedDeviceList,
    /// Devices in it whose linking came to nothing: none of them is in the next.
    left_out: Vec<DeviceNumber>,
}

impl Base {
    /// The version of the next list.
    pub(crate) fn next_version(&self) -> u64 {
        self.list.version() + 1
    }

    /// The number of the next device.
    pub(crate) fn next_device(&self) -> DeviceNumber {
        self.list.next_device_number()
    }

    /// Devices of the next list, where nothing else is changed.
    pub(crate) fn device_count(&self) -> usize {
        self.list.devices().count() - self.left_out.len()
    }
}

impl Client {
    /// What was signed last, or the list in force where that is newer: this database may have been set back.
    pub(crate) fn list_to_sign_on(&self, cx: &Context<'_>) -> Result<Base, Halt> {
        let in_force = mls::own_device_list(cx)?;
        let last: Vec<u8> = cx.db.prepare_cached("SELECT signed_list FROM this")?.query_row([], |row| row.get(0))?;
        let list = if last.is_empty() || broken(Rule::ListOnTheLastSigned) {
            in_force
        } else {
            let last = VerifiedDeviceList::reread(&last)
                .map_err(|_| Halt::Broken("the device list that was signed last cannot be read"))?;
            if last.version() > in_force.version() { last } else { in_force }
        };
        let mut left_out = Vec::new();
        for cert in list.devices() {
            let goes_on = self.existing_device.talks_with(cert.signature_key.as_bytes());
            if !goes_on && unsettled::holds(cx, cert)? {
                left_out.push(cert.device);
            }
        }
        Ok(Base { list, left_out })
    }
}

/// Signs the next list, and keeps it. Devices that are to go and are gone already from what was signed last stay away.
pub(crate) fn sign_next(
    cx: &Context<'_>,
    base: &Base,
    account_key: &AccountKey,
    removed: &[DeviceNumber],
    added: Option<SignedDeviceCert>,
) -> Result<Result<VerifiedDeviceList, ListError>, Halt> {
    let mut gone = base.left_out.clone();
    gone.extend(
        removed.iter().filter(|device| base.list.device(**device).is_some() && !base.left_out.contains(device)),
    );
    let next = base.list.next(account_key, &gone, added, cx.now_ms);
    if let Ok(next) = &next {
        cx.db.prepare_cached("UPDATE this SET signed_list = ?1")?.execute([next.as_bytes()])?;
    }
    Ok(next)
}

/// Signs a list without companions, with which the account ends. It is not signed on: the server may refuse to delete, and then the next list
/// has the companions still. What is kept takes the same version, and goes nowhere, so the next one is later than both.
pub(crate) fn sign_last(
    cx: &Context<'_>,
    base: &Base,
    account_key: &AccountKey,
) -> Result<Result<VerifiedDeviceList, ListError>, Halt> {
    let companions: Vec<DeviceNumber> =
        base.list.devices().filter(|cert| cert.role == DeviceRole::Companion).map(|cert| cert.device).collect();
    let with_companions = base.list.next(account_key, &base.left_out, None, cx.now_ms);
    match (with_companions, base.list.next(account_key, &companions, None, cx.now_ms)) {
        (Ok(kept), Ok(last)) => {
            cx.db.prepare_cached("UPDATE this SET signed_list = ?1")?.execute([kept.as_bytes()])?;
            Ok(Ok(last))
        }
        (Err(error), _) | (_, Err(error)) => Ok(Err(error)),
    }
}
