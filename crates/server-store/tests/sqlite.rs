//! The conformance suite over SQLite: a file with its threads, and a database in memory without any.

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
    )*
        mod in_this_thread {
            use super::*;
            $(
                #[tokio::test]
                async fn $name() {
                    let store = Sqlite::in_this_thread(rusqlite::Connection::open_in_memory().unwrap()).unwrap();
                    suite::$name(store.stores()).await;
                }
            )*

            #[tokio::test]
            async fn a_database_that_stops_keeps_what_was_committed() {
                let store = Sqlite::in_this_thread(rusqlite::Connection::open_in_memory().unwrap()).unwrap();
                let sessions = store.stores().sessions;
                store.fail_after(Some(1));
                assert_eq!(sessions.setting_or_insert("a", vec![1]).await.unwrap(), [1]);
                assert!(sessions.setting_or_insert("b", vec![2]).await.is_err());
                store.fail_after(None);
                assert_eq!(sessions.setting_or_insert("a", vec![3]).await.unwrap(), [1]);
                assert_eq!(sessions.setting_or_insert("b", vec![4]).await.unwrap(), [4]);
            }
        }
    };
}

conforms!(
    codes_are_counted,
    codes_that_were_not_sent_do_not_count,
    invites_are_used_up,
    invites_end,
    codes_of_the_open_time_end_with_it,
    codes_that_were_perhaps_sent_count,
    a_deleted_account_does_not_come_back,
    accounts_that_had_the_number_are_deleted_too,
    a_chat_of_deleted_accounts_is_deleted,
    a_suspended_accounts_number_makes_no_other,
    a_number_moves,
    a_ticket_is_for_its_number,
    pins_lock,
    device_lists_are_compared_and_set,
    rolled_back_clients_are_noticed,
    key_packages_are_claimed_once,
    link_slots_are_compared_and_set,
    blobs_are_counted,
    a_half_backup_replaces_none,
    blobs_of_a_backup_are_kept_as_long_as_it,
    restoring_needs_a_ticket_with_the_pin_proved,
    a_restored_account_has_another_phone,
    a_right_pin_is_no_wrong_try,
    a_restoration_is_of_the_backup_in_force,
    an_account_that_deletes_itself_leaves_its_farewell_alone,
    a_device_has_one_subscription,
    a_subscription_goes_with_its_device,
    a_room_is_one_nodes,
    a_lease_ends,
    a_room_is_given_up_by_who_has_it,
    rooms_elsewhere_are_found_by_members,
    one_commit_an_epoch,
    stale_messages_are_refused,
    repeats_get_the_first_result,
    only_members_write,
    fan_out_is_in_order_and_once,
    few_readers_are_told_at_once,
    each_change_counts_from_the_next_message_on,
    what_is_odd_in_a_log_stops_no_fan_out,
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

/// Who opens the file has it alone: a run that was killed holds up nobody.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rooms_of_the_run_before_are_nobodys() {
    use server_store::calls::{NodeId, RoomClaims};
    let folder = tempfile::tempdir().unwrap();
    let claim = |node| RoomClaims {
        node: NodeId(node),
        rooms: vec![(proto::ids::ChatId([1; 16]), 1)],
        now_ms: 1,
        expires_ms: 1_000,
    };
    for node in [1, 2] {
        let store = Sqlite::open(&folder.path().join("heliograph.db")).unwrap();
        assert_eq!(store.stores().rooms.claim_rooms(claim(node)).await.unwrap(), []);
    }
}
