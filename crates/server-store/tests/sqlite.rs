//! The conformance suite over SQLite.

use server_store::conformance as suite;
use server_store::sqlite::Sqlite;

macro_rules! conforms {
    ($($name:ident),* $(,)?) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $name() {
            let folder = tempfile::tempdir().unwrap();
            let store = Sqlite::open(&folder.path().join("heliograph.db")).unwrap();
            suite::$name(store.stores()).await;
        }
    )*};
}

conforms!(
    codes_are_counted,
    a_number_moves,
    a_ticket_is_for_its_number,
    pins_lock,
    device_lists_are_compared_and_set,
    rolled_back_clients_are_noticed,
    key_packages_are_claimed_once,
    link_slots_are_compared_and_set,
    blobs_are_counted,
    one_commit_an_epoch,
    stale_messages_are_refused,
    repeats_get_the_first_result,
    only_members_write,
    fan_out_is_in_order_and_once,
    the_chain_is_as_documented,
    revoked_leaves_stop_messages,
    joins_and_resets,
    old_entries_expire,
    outsiders_change_no_group,
    commits_keep_to_their_generation,
    time_rises_in_a_chat,
    a_leaf_that_comes_too_late_is_revoked,
    an_acknowledgement_ends_with_the_queue,
);
