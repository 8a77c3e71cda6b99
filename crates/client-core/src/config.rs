//! What a client is told once, when it starts.

use client_api::Role;
use proto::ids::Lease;

/// Who this client is to be.
#[derive(Debug, Clone)]
pub struct Config {
    /// Phone or companion.
    pub role: Role,
    /// Random, new for every run: the server ends an older run of the same device.
    pub lease: Lease,
    /// Shown as the device's name where the interface gives none, e.g. "helio".
    pub device_name: String,
}
