//! Plans that failed once, shrunk, and mended at their cause since: each must be sound for ever after. Beside them those that
//! see a rule broken (`cargo xtask mutations`): with nothing broken they are sound too.

use test_world::{Options, Plan, run};

fn check(text: &str) {
    let plan: Plan = serde_json::from_str(text).expect("a plan");
    let outcome = run(&plan, Options::default()).expect("runs");
    assert!(outcome.failure.is_none(), "{:#?}", outcome.failure);
}

macro_rules! found {
    ($($name:ident: $file:literal;)*) => {$(
        #[test]
        fn $name() {
            check(include_str!(concat!("../plans/", $file, ".json")));
        }
    )*};
}

found! {
    a_clock_that_was_set_back_does_not_put_a_device_to_sleep: "a-clock-that-was-set-back";
    a_list_that_was_not_asked_for_is_not_held_back: "a-list-that-was-not-asked-for-is-not-held-back";
    a_device_that_is_let_in_after_logging_out_is_put_out: "let-in-after-logging-out";
    a_linking_that_failed_late_does_not_keep_history_from_the_next: "linking-that-failed-late";
    a_device_that_died_before_it_wiped_itself_does_so_when_it_starts: "died-before-it-wiped-itself";
    a_lost_answer_to_unlinking_leaves_no_leaf: "lost-answer-to-unlinking";
    a_mark_of_a_device_that_left_is_told_again: "a-mark-of-a-device-that-left";
    a_mark_that_was_set_back_is_told_again: "a-mark-that-was-set-back";
    what_was_delivered_while_a_device_came_in_it_knows: "delivered-while-it-came-in";
    whoever_makes_a_group_while_a_device_leaves_accuses_nobody: "made-while-a-device-left";
    a_new_companion_knows_what_was_read: "new-companion-knows-what-was-read";
    nobody_is_accused_when_a_device_is_logged_out_while_it_comes_in: "logged-out-while-it-came-in";
    a_death_before_the_wiping: "a-death-before-the-wiping";
    a_gap_before_a_joining_is_filled: "a-gap-before-a-joining";
    a_message_that_comes_by_two_ways_is_there_once: "the-same-message-by-two-ways";
    who_is_missing_in_a_chat_that_began_joins_it: "missing-in-a-chat-that-began";
    a_chat_that_began_without_a_device_that_was_not_connected_is_found_when_it_is: "a-chat-that-began-behind-a-lost-connection";
    two_who_begin_one_chat_have_one: "two-begin-one-chat";
    what_a_restored_server_has_lost_is_brought_again: "a-server-that-was-restored";
    of_two_names_at_once_all_have_the_same: "two-names-at-once";
    a_group_that_was_left_stays_left_on_a_device_that_is_linked_later: "left-and-linked-later";
    a_name_is_known_also_where_somebody_is_logged_out: "a-name-beside-a-log-out";
    whoever_left_keeps_what_was_deleted_after_that: "deleted-after-somebody-left";
    whoever_says_that_they_leave_is_taken_out: "somebody-leaves";
    the_only_admin_stays_where_somebody_came_in_meanwhile: "left-while-somebody-came-in";
    a_group_that_nobody_can_follow_goes_on_in_a_next_generation: "a-group-that-nobody-can-follow";
}
