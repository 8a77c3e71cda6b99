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
    /// Key packages that it keeps on the server: `proto::limits::KEY_PACKAGES_TARGET`, but in a simulator, where making a
    /// hundred for each device would be most of what a run does.
    pub key_packages_target: usize,
}
