//! What the server keeps, as traits split by who uses them, and SQLite behind them.
//!
//! One domain operation is one method is one transaction. Nothing here validates cryptography or decides policy: what
//! arrives has been checked, and a method compares, writes and says what came of it. [`conformance`] holds for every
//! store that implements the traits.

pub mod accounts;
pub mod backups;
pub mod blobs;
pub mod calls;
pub mod conformance;
pub mod devices;
pub mod error;
pub mod groups;
pub mod invites;
pub mod links;
pub mod mailboxes;
pub mod operating;
pub mod pushes;
pub mod registrations;
pub mod sessions;
pub mod sqlite;

pub use error::StoreError;

use std::sync::Arc;

/// Every store of one server. The parts may share one database, and do for SQLite.
#[derive(Clone)]
pub struct Stores {
    /// Accounts, numbers, PINs, profiles.
    pub accounts: Arc<dyn accounts::AccountStore>,
    /// Devices, lists, key packages.
    pub devices: Arc<dyn devices::DeviceStore>,
    /// Tokens, challenges, leases.
    pub sessions: Arc<dyn sessions::SessionStore>,
    /// One-time codes.
    pub registrations: Arc<dyn registrations::RegistrationStore>,
    /// Invites.
    pub invites: Arc<dyn invites::InviteStore>,
    /// Groups and their logs.
    pub groups: Arc<dyn groups::GroupStore>,
    /// Device queues and marks.
    pub mailboxes: Arc<dyn mailboxes::MailboxStore>,
    /// The rendezvous of linking.
    pub links: Arc<dyn links::LinkStore>,
    /// What is known of blobs; their bytes lie elsewhere.
    pub blobs: Arc<dyn blobs::BlobStore>,
    /// Backups, restoring by them, and deleting one's own account.
    pub backups: Arc<dyn backups::BackupStore>,
    /// What operators do.
    pub operating: Arc<dyn operating::OperatingStore>,
    /// Push subscriptions.
    pub pushes: Arc<dyn pushes::PushStore>,
    /// Which node has the room of a call.
    pub rooms: Arc<dyn calls::RoomStore>,
}

/// Milliseconds since the Unix epoch, by the server's clock.
pub type UnixMs = u64;
