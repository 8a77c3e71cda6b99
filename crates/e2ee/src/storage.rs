//! Where MLS state lies: two tables of the client's SQLite database, reached through whatever connection or
//! transaction the caller holds. Owns the tables and how a value is named in them; begins and ends no transaction.
//!
//! A group's rows stand side by side under its id, so that a message of one chat touches few pages. Values are CBOR with
//! named fields (RFC 8949); its reader is far less code for every visitor to download than MessagePack's. A group may have
//! a second set of rows, the scratch one: an external commit is built there, and takes the place of the live rows only when
//! the server has accepted it.

mod openmls_provider;

use openmls::group::GroupId;
use rusqlite::{Connection, OptionalExtension, named_params};
use serde::{Serialize, de::DeserializeOwned};
use std::cell::RefCell;

/// The tables. To be executed once, in the client's first migration.
pub const SCHEMA: &str = "
CREATE TABLE mls_group (
    group_id BLOB NOT NULL,
    namespace INTEGER NOT NULL,  -- 0 live, 1 scratch
    kind INTEGER NOT NULL,       -- GroupValue
    part BLOB NOT NULL,          -- which of several; empty where there is one
    value BLOB NOT NULL,
    PRIMARY KEY (group_id, namespace, kind, part)
) STRICT, WITHOUT ROWID;
CREATE TABLE mls_key (
    kind INTEGER NOT NULL,       -- KeyValue
    id BLOB NOT NULL,
    value BLOB NOT NULL,
    PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;
";

/// Which set of a group's rows is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Namespace {
    /// What the device uses.
    Live,
    /// What takes its place when the server says so.
    Scratch,
}

impl Namespace {
    fn column(self) -> i64 {
        match self {
            Self::Live => 0,
            Self::Scratch => 1,
        }
    }
}

/// A value of a group. The numbers are in databases: they never change.
#[derive(Debug, Clone, Copy)]
pub(crate) enum GroupValue {
    JoinConfig = 1,
    OwnLeafNode = 2,
    Proposal = 3,
    Tree = 4,
    InterimTranscriptHash = 5,
    Context = 6,
    ConfirmationTag = 7,
    State = 8,
    MessageSecrets = 9,
    ResumptionPsks = 10,
    OwnLeafIndex = 11,
    EpochSecrets = 12,
    ExportTree = 13,
    EpochKeyPairs = 14,
}

/// A value of no group. The numbers are in databases: they never change.
#[derive(Debug, Clone, Copy)]
pub(crate) enum KeyValue {
    SignatureKeyPair = 1,
    EncryptionKeyPair = 2,
    KeyPackage = 3,
    Psk = 4,
}

/// Why MLS state could not be read or written. Always a reason to stop: nothing was decided about a message.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database failed.
    #[error("the database of MLS state failed")]
    Database(#[source] rusqlite::Error),
    /// A value could not be turned into bytes.
    #[error("MLS state cannot be encoded")]
    Encode(#[source] cbor4ii::serde::EncodeError<std::collections::TryReserveError>),
    /// Stored bytes are of no known form.
    #[error("stored MLS state cannot be read")]
    Decode(#[source] cbor4ii::serde::DecodeError<std::convert::Infallible>),
}

/// MLS state behind a connection or transaction.
#[derive(Debug)]
pub struct MlsStore<'c> {
    connection: &'c Connection,
    namespace: Namespace,
    /// OpenMLS folds some storage errors into "library error"; here the first one is kept for the caller.
    failure: RefCell<Option<StoreError>>,
}

/// What OpenMLS gets to see: the cause stays in the store, see [`MlsStore::take_failure`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("storage failed")]
pub struct StoreFailed;

impl<'c> MlsStore<'c> {
    /// A view of the database's MLS state; `&Transaction` will do.
    pub fn new(connection: &'c Connection, namespace: Namespace) -> Self {
        Self { connection, namespace, failure: RefCell::new(None) }
    }

    /// The connection below.
    pub fn connection(&self) -> &'c Connection {
        self.connection
    }

    /// The first failure since the last call.
    pub fn take_failure(&self) -> Option<StoreError> {
        self.failure.borrow_mut().take()
    }

    fn keep<T>(&self, result: Result<T, StoreError>) -> Result<T, StoreFailed> {
        result.map_err(|error| {
            self.failure.borrow_mut().get_or_insert(error);
            StoreFailed
        })
    }

    fn put_group(
        &self,
        group: &impl Serialize,
        kind: GroupValue,
        part: &[u8],
        value: &impl Serialize,
    ) -> Result<(), StoreFailed> {
        self.keep((|| {
            let (group, value) = (encode(group)?, encode(value)?);
            self.connection
                .prepare_cached(
                    "INSERT INTO mls_group (group_id, namespace, kind, part, value)
                     VALUES (:group_id, :namespace, :kind, :part, :value)
                     ON CONFLICT DO UPDATE SET value = excluded.value",
                )
                .and_then(|mut statement| {
                    statement.execute(named_params! {
                        ":group_id": group,
                        ":namespace": self.namespace.column(),
                        ":kind": kind as i64,
                        ":part": part,
                        ":value": value,
                    })
                })
                .map_err(StoreError::Database)?;
            Ok(())
        })())
    }

    fn group_value<T: DeserializeOwned>(
        &self,
        group: &impl Serialize,
        kind: GroupValue,
        part: &[u8],
    ) -> Result<Option<T>, StoreFailed> {
        self.keep((|| {
            let group = encode(group)?;
            let mut statement = self
                .connection
                .prepare_cached(
                    "SELECT value FROM mls_group
                     WHERE group_id = :group_id AND namespace = :namespace AND kind = :kind AND part = :part",
                )
                .map_err(StoreError::Database)?;
            statement
                .query_row(
                    named_params! {
                        ":group_id": group,
                        ":namespace": self.namespace.column(),
                        ":kind": kind as i64,
                        ":part": part,
                    },
                    |row| Ok(decode(row.get_ref(0)?.as_blob()?)),
                )
                .optional()
                .map_err(StoreError::Database)?
                .transpose()
        })())
    }

    /// All parts of a kind, in the order of their parts.
    fn group_values<T: DeserializeOwned>(
        &self,
        group: &impl Serialize,
        kind: GroupValue,
    ) -> Result<Vec<T>, StoreFailed> {
        self.keep((|| {
            let group = encode(group)?;
            let mut statement = self
                .connection
                .prepare_cached(
                    "SELECT value FROM mls_group
                     WHERE group_id = :group_id AND namespace = :namespace AND kind = :kind ORDER BY part",
                )
                .map_err(StoreError::Database)?;
            let arguments = named_params! {
                ":group_id": group,
                ":namespace": self.namespace.column(),
                ":kind": kind as i64,
            };
            let rows = statement
                .query_map(arguments, |row| Ok(decode(row.get_ref(0)?.as_blob()?)))
                .map_err(StoreError::Database)?;
            rows.map(|row| row.map_err(StoreError::Database)?).collect()
        })())
    }

    /// Deletes one part, or all parts of the kind.
    fn delete_group_value(
        &self,
        group: &impl Serialize,
        kind: GroupValue,
        part: Option<&[u8]>,
    ) -> Result<(), StoreFailed> {
        self.keep((|| {
            let group = encode(group)?;
            self.connection
                .prepare_cached(
                    "DELETE FROM mls_group WHERE group_id = :group_id AND namespace = :namespace AND kind = :kind
                     AND (:part IS NULL OR part = :part)",
                )
                .and_then(|mut statement| {
                    statement.execute(named_params! {
                        ":group_id": group,
                        ":namespace": self.namespace.column(),
                        ":kind": kind as i64,
                        ":part": part,
                    })
                })
                .map_err(StoreError::Database)?;
            Ok(())
        })())
    }

    fn put_key(&self, kind: KeyValue, id: &impl Serialize, value: &impl Serialize) -> Result<(), StoreFailed> {
        self.keep((|| {
            let (id, value) = (encode(id)?, encode(value)?);
            self.connection
                .prepare_cached(
                    "INSERT INTO mls_key (kind, id, value) VALUES (:kind, :id, :value)
                     ON CONFLICT DO UPDATE SET value = excluded.value",
                )
                .and_then(|mut statement| {
                    statement.execute(named_params! { ":kind": kind as i64, ":id": id, ":value": value })
                })
                .map_err(StoreError::Database)?;
            Ok(())
        })())
    }

    fn key_value<T: DeserializeOwned>(&self, kind: KeyValue, id: &impl Serialize) -> Result<Option<T>, StoreFailed> {
        self.keep((|| {
            let id = encode(id)?;
            let mut statement = self
                .connection
                .prepare_cached("SELECT value FROM mls_key WHERE kind = :kind AND id = :id")
                .map_err(StoreError::Database)?;
            statement
                .query_row(named_params! { ":kind": kind as i64, ":id": id }, |row| {
                    Ok(decode(row.get_ref(0)?.as_blob()?))
                })
                .optional()
                .map_err(StoreError::Database)?
                .transpose()
        })())
    }

    fn delete_key(&self, kind: KeyValue, id: &impl Serialize) -> Result<(), StoreFailed> {
        self.keep((|| {
            let id = encode(id)?;
            self.connection
                .prepare_cached("DELETE FROM mls_key WHERE kind = :kind AND id = :id")
                .and_then(|mut statement| statement.execute(named_params! { ":kind": kind as i64, ":id": id }))
                .map_err(StoreError::Database)?;
            Ok(())
        })())
    }
}

/// Deletes all rows of a group in one namespace. No error if there are none.
pub(crate) fn delete_group(connection: &Connection, namespace: Namespace, group: &GroupId) -> Result<(), StoreError> {
    let group = encode(group)?;
    connection
        .prepare_cached("DELETE FROM mls_group WHERE group_id = :group_id AND namespace = :namespace")
        .and_then(|mut statement| {
            statement.execute(named_params! { ":group_id": group, ":namespace": namespace.column() })
        })
        .map_err(StoreError::Database)?;
    Ok(())
}

/// Whether a group has rows in a namespace.
pub(crate) fn has_group(connection: &Connection, namespace: Namespace, group: &GroupId) -> Result<bool, StoreError> {
    let group = encode(group)?;
    connection
        .prepare_cached("SELECT 1 FROM mls_group WHERE group_id = :group_id AND namespace = :namespace LIMIT 1")
        .and_then(|mut statement| {
            statement.exists(named_params! { ":group_id": group, ":namespace": namespace.column() })
        })
        .map_err(StoreError::Database)
}

/// Puts the scratch rows of a group in the place of its live ones.
pub(crate) fn promote_scratch(connection: &Connection, group: &GroupId) -> Result<(), StoreError> {
    delete_group(connection, Namespace::Live, group)?;
    let group = encode(group)?;
    connection
        .prepare_cached("UPDATE mls_group SET namespace = 0 WHERE group_id = :group_id AND namespace = 1")
        .and_then(|mut statement| statement.execute(named_params! { ":group_id": group }))
        .map_err(StoreError::Database)?;
    Ok(())
}

fn encode(value: &impl Serialize) -> Result<Vec<u8>, StoreError> {
    cbor4ii::serde::to_vec(Vec::new(), value).map_err(StoreError::Encode)
}

fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, StoreError> {
    cbor4ii::serde::from_slice(bytes).map_err(StoreError::Decode)
}
