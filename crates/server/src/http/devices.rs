//! Signed device lists: reading them, and the phone putting the next one.

use super::{Caller, Proto, account_ids};
use crate::app::App;
use crate::problem::Problem;
use axum::extract::State;
use axum::http::StatusCode;
use identity::{Succession, VerifiedDeviceList};
use proto::account::{AccountDevices, DeviceLists, DeviceSeen, GetDeviceLists, PutDeviceList as PutBody};
use proto::ids::DeviceAddress;
use proto::limits::LOOKUP_LEN_MAX;
use proto::wire::{CommitHint, DeviceListChanged, server_frame};
use server_store::devices::{NewDevice, PutDeviceList, PutDeviceListOutcome, StoredDeviceList};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Hints after one list; the phone knows its groups anyway, and others learn when they next send.
const COMMIT_HINTS_MAX: usize = 256;

pub(super) async fn get(
    State(app): State<Arc<App>>,
    caller: Caller,
    Proto(request): Proto<GetDeviceLists>,
) -> Result<Proto<DeviceLists>, Problem> {
    let ids = account_ids(&request.accounts, LOOKUP_LEN_MAX)?;
    let mut accounts = Vec::new();
    for list in app.stores.devices.device_lists(ids).await? {
        let mut seen = Vec::new();
        if list.account == caller.account() {
            for device in app.stores.devices.devices_of(list.account).await? {
                seen.push(DeviceSeen {
                    device: device.address.device.0,
                    last_seen_day_ms: device.last_seen_day_ms,
                    online: app.hub.is_connected(device.address),
                });
            }
        }
        accounts.push(AccountDevices { account: list.account.to_vec(), signed_device_list: list.signed, seen });
    }
    Ok(Proto(DeviceLists { accounts }))
}

pub(super) async fn put(
    State(app): State<Arc<App>>,
    caller: Caller,
    Proto(request): Proto<PutBody>,
) -> Result<StatusCode, Problem> {
    let invalid = |detail: String| Problem::bad("device-list-invalid").detail(detail);
    let next = VerifiedDeviceList::verify(&request.signed_device_list).map_err(|e| invalid(e.to_string()))?;
    if next.account() != caller.account() {
        return Err(Problem::denied("not-yours"));
    }
    let current = app.stores.devices.device_lists(vec![caller.account()]).await?.pop();
    let current = current.ok_or_else(Problem::unauthenticated)?;
    let current = VerifiedDeviceList::verify(&current.signed).map_err(|e| invalid(e.to_string()))?;
    if current.phone().device != caller.0.device {
        return Err(Problem::denied("phone-only"));
    }
    match next.succeeds(&current) {
        Ok(Succession::Same) => return Ok(StatusCode::NO_CONTENT),
        // Versions between may be lists that the phone signed and that never came.
        Ok(Succession::Newer) => {}
        Err(identity::SuccessionError::Older { .. } | identity::SuccessionError::Conflict) => {
            return Err(conflict(current.version()));
        }
        Err(error) => return Err(invalid(error.to_string())),
    }
    let added: Vec<NewDevice> = next
        .devices()
        .filter(|cert| current.device(cert.device).is_none())
        .map(|cert| NewDevice { device: cert.device, signature_key: *cert.signature_key.as_bytes() })
        .collect();
    let removed: Vec<DeviceAddress> =
        current.addresses().filter(|address| next.device(address.device).is_none()).collect();
    let put = PutDeviceList {
        list: StoredDeviceList { account: next.account(), version: next.version(), signed: request.signed_device_list },
        follows: current.version(),
        added,
        removed: removed.iter().map(|address| address.device).collect(),
    };
    match app.stores.devices.put_device_list(put).await? {
        PutDeviceListOutcome::Conflict { version } => Err(conflict(version)),
        PutDeviceListOutcome::Stored { stale_leaves } => {
            tell(&app, &next, &removed, stale_leaves).await?;
            Ok(StatusCode::NO_CONTENT)
        }
    }
}

pub(super) fn conflict(version: u64) -> Problem {
    Problem::new(StatusCode::CONFLICT, "device-list-conflict").detail(format!("the newest version is {version}"))
}

/// The removed hear the list and are cut off; everyone who shares a chat hears of the version.
pub(super) async fn tell(
    app: &App,
    list: &VerifiedDeviceList,
    removed: &[DeviceAddress],
    stale_leaves: Vec<(proto::ids::ChatId, proto::ids::DeviceNumber)>,
) -> Result<(), Problem> {
    app.calls.put_out(removed);
    app.hub.revoke(removed, list.as_bytes());
    let changed = server_frame::Body::DeviceListChanged(DeviceListChanged {
        account: list.account().to_vec(),
        version: list.version(),
    });
    app.hub.push_all(&app.stores.devices.devices_near(list.account()).await?, &changed);
    let mut by_chat: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for (chat, device) in stale_leaves {
        by_chat.entry(chat).or_default().push(DeviceAddress { account: list.account(), device }.to_wire());
    }
    let own: Vec<DeviceAddress> = list.addresses().collect();
    for (chat, remove) in by_chat.into_iter().take(COMMIT_HINTS_MAX) {
        app.hub.push_all(&own, &server_frame::Body::CommitHint(CommitHint { chat: chat.to_vec(), remove }));
    }
    Ok(())
}
