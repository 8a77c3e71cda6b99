//! The list of targets, and what holds for all of them.

pub(crate) use archive::KEY;

use crate::memory::most_held;
use std::cell::RefCell;
use std::collections::BTreeSet;

mod archive;
mod backup;
mod client;
mod frames;
mod identities;
mod link;
mod mls;
mod server;
mod texts;

/// One decoder, or a whole that decodes.
pub struct Target {
    /// Names it, and the folder of its seeds.
    pub name: &'static str,
    /// Takes any bytes. Panics where something is wrong.
    pub run: fn(&[u8]),
    /// Rounds of the short run. All together take about twenty seconds in the dev profile.
    pub rounds: u32,
    /// Longest input that libFuzzer tries, in bytes.
    pub len_max: usize,
}

/// Bytes of memory that one input may take. Linking derives keys, SQLite keeps pages; what a length field alone asks for is more.
const MEMORY_MAX: usize = 48 * 1024 * 1024;

thread_local! {
    static PREPARED: RefCell<BTreeSet<&'static str>> = RefCell::default();
}

impl Target {
    /// Throws an input at it.
    ///
    /// # Panics
    /// Where the input shows a fault.
    pub fn check(&self, input: &[u8]) {
        // What is made once in a thread is not the input's.
        if PREPARED.with_borrow_mut(|prepared| prepared.insert(self.name)) {
            (self.run)(&[]);
        }
        let most = most_held(|| (self.run)(input));
        assert!(most <= MEMORY_MAX, "{}: {} bytes of input took {most} bytes of memory", self.name, input.len());
    }
}

const fn target(name: &'static str, run: fn(&[u8]), rounds: u32, len_max: usize) -> Target {
    Target { name, run, rounds, len_max }
}

/// All of them.
pub const TARGETS: &[Target] = &[
    target("client-frame", frames::client_frame, 200_000, 16_384),
    target("server-frame", frames::server_frame, 200_000, 16_384),
    target("bodies", frames::bodies, 200_000, 16_384),
    target("page-request", frames::page_request, 100_000, 4_096),
    target("page-events", frames::page_events, 100_000, 4_096),
    target("codes", texts::codes, 50_000, 1_024),
    target("ids", texts::ids, 50_000, 256),
    target("config", texts::config, 30_000, 4_096),
    target("certificate", identities::certificate, 30_000, 1_024),
    target("device-list", identities::device_list, 30_000, 8_192),
    target("policy", identities::policy, 200_000, 4_096),
    target("mls-message", mls::message, 100_000, 16_384),
    target("ratchet-tree", mls::ratchet_tree, 60_000, 16_384),
    target("group", mls::group, 600, 4_096),
    target("stored-group", mls::stored_group, 800, 4_096),
    target("archive-sealed", archive::sealed, 50_000, 16_384),
    target("archive-blocks", archive::blocks, 200_000, 16_384),
    target("backup", backup::run, 50_000, 16_384),
    target("sealed", archive::sealed_values, 20_000, 4_096),
    target("link-bundle", link::bundle, 5_000, 4_096),
    target("link-slot", link::slot, 3_000, 4_096),
    target("client", client::run, 500, 4_096),
    target("server", server::frames, 600, 4_096),
    target("http", server::http, 1_500, 4_096),
];

/// The target of a name.
pub fn find(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.name == name)
}
