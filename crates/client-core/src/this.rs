//! Who this client is: the one row of `this`, read at the start of an input and written where it changes.

use crate::io::Halt;
use client_api::LogoutReason;
use identity::{AccountKey, DeviceKey};
use proto::ids::{AccountId, DeviceAddress, DeviceNumber, ServerId};
use rusqlite::{Connection, OptionalExtension, params};

/// How far this client has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Nobody's device yet.
    New,
    /// A device of an account.
    Active,
    /// The server said with a signed list that this device is no longer linked.
    LoggedOut,
}

/// A device of an account, with its keys.
#[derive(Clone)]
pub(crate) struct Me {
    pub(crate) address: DeviceAddress,
    pub(crate) number: String,
    pub(crate) device_key: DeviceKey,
    /// Only on the phone.
    pub(crate) account_key: Option<AccountKey>,
}

impl std::fmt::Debug for Me {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Me").field(&self.address.device).finish()
    }
}

fn key<K>(bytes: Vec<u8>, make: impl Fn(&[u8; 32]) -> K) -> Result<K, Halt> {
    let bytes = zeroize::Zeroizing::new(bytes);
    let seed = <&[u8; 32]>::try_from(bytes.as_slice()).map_err(|_| Halt::Broken("a stored key has another length"))?;
    Ok(make(seed))
}

/// The stage.
pub(crate) fn stage(db: &Connection) -> Result<Stage, Halt> {
    match db.prepare_cached("SELECT stage FROM this")?.query_row([], |row| row.get::<_, u32>(0))? {
        0 => Ok(Stage::New),
        1 => Ok(Stage::Active),
        2 => Ok(Stage::LoggedOut),
        _ => Err(Halt::Broken("an unknown stage is stored")),
    }
}

/// Moves to a stage.
pub(crate) fn set_stage(db: &Connection, stage: Stage) -> Result<(), Halt> {
    let number = match stage {
        Stage::New => 0,
        Stage::Active => 1,
        Stage::LoggedOut => 2,
    };
    db.execute("UPDATE this SET stage = ?1", [number])?;
    Ok(())
}

/// This device is no longer linked, and why: it may have to be said again after a restart.
pub(crate) fn log_out(db: &Connection, reason: LogoutReason) -> Result<(), Halt> {
    let number = match reason {
        LogoutReason::Remotely => 0,
        LogoutReason::ByUser => 1,
        LogoutReason::NumberMoved => 2,
    };
    db.execute("UPDATE this SET logout_reason = ?1", [number])?;
    set_stage(db, Stage::LoggedOut)
}

/// Why it is no longer linked.
pub(crate) fn logout_reason(db: &Connection) -> Result<LogoutReason, Halt> {
    match db.prepare_cached("SELECT logout_reason FROM this")?.query_row([], |row| row.get::<_, u32>(0))? {
        0 => Ok(LogoutReason::Remotely),
        1 => Ok(LogoutReason::ByUser),
        2 => Ok(LogoutReason::NumberMoved),
        _ => Err(Halt::Broken("an unknown reason of logging out is stored")),
    }
}

/// The device that this client is, once it is one.
pub(crate) fn me(db: &Connection) -> Result<Option<Me>, Halt> {
    let mut statement = db.prepare_cached(
        "SELECT account, device, number, device_key, account_key
         FROM this WHERE account IS NOT NULL AND device IS NOT NULL",
    )?;
    let row = statement
        .query_row([], |row| {
            Ok((
                row.get::<_, Vec<u8>>(0)?,
                row.get::<_, u32>(1)?,
                row.get::<_, String>(2)?,
                row.get::<_, Vec<u8>>(3)?,
                row.get::<_, Option<Vec<u8>>>(4)?,
            ))
        })
        .optional()?;
    let Some((account, device, number, device_key, account_key)) = row else { return Ok(None) };
    let account = AccountId::try_from(account).map_err(|_| Halt::Broken("the stored account has another length"))?;
    Ok(Some(Me {
        address: DeviceAddress { account, device: DeviceNumber(device) },
        number,
        device_key: key(device_key, DeviceKey::from_bytes)?,
        account_key: account_key.map(|bytes| key(bytes, AccountKey::from_bytes)).transpose()?,
    }))
}

/// Becomes a device: keys, address, number, own device list and stage, at once.
pub(crate) fn become_device(db: &Connection, me: &Me, signed_device_list: &[u8]) -> Result<(), Halt> {
    let account_key = me.account_key.as_ref().map(|key| key.to_bytes().to_vec());
    db.execute(
        "UPDATE this SET stage = 1, account = ?1, device = ?2, number = ?3, device_key = ?4, account_key = ?5,
         device_list = ?6, signed_list = x'', registration = x''",
        params![
            me.address.account.as_bytes(),
            me.address.device.0,
            me.number,
            me.device_key.to_bytes().as_slice(),
            account_key,
            signed_device_list
        ],
    )?;
    Ok(())
}

/// The server that this client belongs to.
pub(crate) fn server_id(db: &Connection) -> Result<Option<ServerId>, Halt> {
    let key: Option<Vec<u8>> = db.prepare_cached("SELECT server_key FROM this")?.query_row([], |row| row.get(0))?;
    key.map(|bytes| {
        let key =
            <&[u8; 32]>::try_from(bytes.as_slice()).map_err(|_| Halt::Broken("the server's key has another length"))?;
        Ok(ServerId::of_key(key))
    })
    .transpose()
}

/// What came of comparing a server's key with the one known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ServerKey {
    /// The same, or the first.
    Known,
    /// Another server answers at this address.
    Changed,
}

/// Pins the server's key at first contact; later it must be the same.
pub(crate) fn pin_server_key(db: &Connection, server_key: &[u8; 32]) -> Result<ServerKey, Halt> {
    let known: Option<Vec<u8>> = db.prepare_cached("SELECT server_key FROM this")?.query_row([], |row| row.get(0))?;
    match known {
        Some(known) if known == server_key => Ok(ServerKey::Known),
        Some(_) => Ok(ServerKey::Changed),
        None => {
            db.execute("UPDATE this SET server_key = ?1", [server_key.as_slice()])?;
            Ok(ServerKey::Known)
        }
    }
}

/// The session token, if one was given and not refused.
pub(crate) fn session_token(db: &Connection) -> Result<Option<Vec<u8>>, Halt> {
    Ok(db.prepare_cached("SELECT session_token FROM this")?.query_row([], |row| row.get(0))?)
}

/// Stores a new token, or forgets a refused one.
pub(crate) fn set_session_token(db: &Connection, token: Option<&[u8]>) -> Result<(), Halt> {
    db.execute("UPDATE this SET session_token = ?1", [token])?;
    Ok(())
}
