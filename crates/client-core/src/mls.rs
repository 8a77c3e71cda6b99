//! The bridge to `e2ee`: this device as MLS sees it, a provider over the input's transaction, errors sorted.

use crate::chats::Chat;
use crate::client::Context;
use crate::io::Halt;
use e2ee::{ChatGroup, MlsError, OwnDevice, Provider};
use identity::VerifiedDeviceList;

/// A provider over this input's transaction.
pub(crate) fn provider<'a>(cx: &mut Context<'a>) -> Provider<'a> {
    Provider::new(cx.db, cx.rng)
}

/// A chat's group on this device, if it has one that can be read.
pub(crate) fn load(cx: &mut Context<'_>, chat: &Chat) -> Result<Option<ChatGroup>, Halt> {
    Ok(taken(ChatGroup::load(&provider(cx), chat.chat, chat.generation))?.flatten())
}

/// The newest list of the own account.
pub(crate) fn own_device_list(cx: &Context<'_>) -> Result<VerifiedDeviceList, Halt> {
    let stored: Vec<u8> = cx.db.prepare_cached("SELECT device_list FROM this")?.query_row([], |row| row.get(0))?;
    let mut known = cx.own_list.borrow_mut();
    if let Some(list) = known.as_ref().filter(|list| list.as_bytes() == stored) {
        return Ok(list.clone());
    }
    let list = VerifiedDeviceList::reread(&stored).map_err(|_| Halt::Broken("the own device list cannot be read"))?;
    *known = Some(list.clone());
    Ok(list)
}

/// Version and hash of the own list, for authenticated data.
pub(crate) fn own_list(cx: &Context<'_>) -> Result<(u64, Vec<u8>), Halt> {
    let list = own_device_list(cx)?;
    Ok((list.version(), list.hash().to_vec()))
}

/// This device, ready to act in groups.
pub(crate) fn own_device(cx: &Context<'_>) -> Result<OwnDevice, Halt> {
    let me = cx.me()?;
    OwnDevice::of_list(me.device_key, &own_device_list(cx)?, me.address.device)
        .ok_or(Halt::Broken("the own device is not in the own list, or with another key"))
}

/// A storage error stops everything; any other refusal is `None`, and the caller goes on without.
pub(crate) fn taken<T>(result: Result<T, MlsError>) -> Result<Option<T>, Halt> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.is_storage() => Err(Halt::Encryption(error.to_string())),
        Err(error) => {
            tracing::debug!(%error, "refused by the message layer");
            Ok(None)
        }
    }
}
