//! What must notice that a rule is broken: runs of the simulator, a kept plan, or a test. Knows names only.

/// Programs of tests that are built with switches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Suite {
    E2ee,
    ClientCore,
    ServerStore,
    ServerChecks,
    Server,
}

impl Suite {
    /// By cargo's name and kind of its target.
    pub(super) fn of(name: &str, kind: &str) -> Option<Self> {
        match (name, kind) {
            ("e2ee", "lib") => Some(Self::E2ee),
            ("client-core", "lib") => Some(Self::ClientCore),
            ("sqlite", "test") => Some(Self::ServerStore),
            ("server", "lib") => Some(Self::ServerChecks),
            ("server", "test") => Some(Self::Server),
            _ => None,
        }
    }

    /// Where cargo would run it.
    pub(super) fn folder(self) -> &'static str {
        match self {
            Self::E2ee => "crates/e2ee",
            Self::ClientCore => "crates/client-core",
            Self::ServerStore => "crates/server-store",
            Self::ServerChecks | Self::Server => "crates/server",
        }
    }
}

/// What must notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Catcher {
    /// Runs of the simulator with these arguments.
    Seeds(&'static str),
    /// A plan in `crates/test-world/plans`.
    Plan(&'static str),
    /// Tests with this in their names.
    Test(Suite, &'static str),
}

use Catcher::{Plan, Seeds, Test};
use Suite::{ClientCore, E2ee, Server, ServerChecks, ServerStore};

/// Two people, two devices each, much going wrong.
const ROUGH: Catcher = Seeds("--runs 8 --jobs 1 --accounts 2 --devices 2 --operations 60 --faults 400");

/// By the names of `breakable::Rule`, in its order.
pub(super) const CATCHERS: &[(&str, Catcher)] = &[
    ("FlushBeforeSend", Seeds("--runs 40 --jobs 1 --accounts 2 --devices 1 --operations 60 --faults 900")),
    ("RepeatGetsFirstResult", Test(ServerStore, "repeats_get_the_first_result")),
    ("MessageOfThisEpoch", Test(ServerStore, "stale_messages_are_refused")),
    ("OneCommitAnEpoch", Test(ServerStore, "one_commit_an_epoch")),
    ("SenderIsMember", Test(ServerStore, "only_members_write")),
    ("CommitterIsMember", Test(ServerStore, "outsiders_change_no_group")),
    ("RevokedLeafStopsMessages", Test(ServerStore, "revoked_leaves_stop_messages")),
    ("LateLeafIsRevoked", Test(ServerStore, "a_leaf_that_comes_too_late_is_revoked")),
    ("TimeRises", Test(ServerStore, "time_rises_in_a_chat")),
    ("ChainCoversPlaces", Test(ServerStore, "the_chain_is_as_documented")),
    ("OneDirectChat", Plan("two-begin-one-chat")),
    ("PointersForEveryMember", ROUGH),
    ("ListFollowsList", Test(ServerStore, "device_lists_are_compared_and_set")),
    ("KeyPackageClaimedOnce", Test(ServerStore, "key_packages_are_claimed_once")),
    ("HalfBackupReplacesNone", Test(ServerStore, "a_half_backup_replaces_none")),
    ("RestoringNeedsThePin", Test(ServerStore, "restoring_needs_a_ticket_with_the_pin_proved")),
    ("SlotInTurn", Test(ServerStore, "link_slots_are_compared_and_set")),
    ("TicketForItsNumber", Test(ServerStore, "a_ticket_is_for_its_number")),
    ("CommitIsItsSigners", Test(Server, "a_commit_counts_only_from_the_device_that_signed_it")),
    ("NewLeafIsSenders", Test(Server, "an_external_commit_is_its_own_devices")),
    ("LeafIsListed", Test(Server, "the_server_refuses_leaves_that_no_list_holds")),
    ("AddIsAllowed", Test(Server, "only_admins_bring_accounts_in_and_put_them_out")),
    ("PolicyByAdmins", Test(Server, "only_an_admin_says_who_the_admins_are")),
    ("RemoveIsAllowed", Test(Server, "only_admins_bring_accounts_in_and_put_them_out")),
    ("ExternalAccountInside", Test(ServerChecks, "an_account_without_a_leaf_does_not")),
    ("ExternalRemovesOwnLeaf", Test(ServerChecks, "nobody_else_is_removed")),
    ("ExternalForm", Test(ServerChecks, "an_external_commit_has_one_init")),
    ("MadeForThisGroup", Test(Server, "a_message_is_of_the_chat_and_epoch_that_its_request_names")),
    ("MadeInThisEpoch", Test(Server, "a_message_is_of_the_chat_and_epoch_that_its_request_names")),
    ("ApplicationOnly", Test(Server, "only_commits_in_the_open_change_a_group")),
    ("GroupInfoAfterCommit", Test(Server, "a_group_info_is_that_of_the_group_after_the_commit")),
    ("WelcomeForTheAdded", Test(Server, "what_is_no_honest_handshake_is_refused")),
    ("LeavesWithinLimit", Test(Server, "a_group_has_no_more_leaves_than_it_may")),
    ("ResetKeepsPolicy", Test(Server, "a_reset_by_a_member_keeps_roles_and_roster")),
    ("ResetKeepsRoster", Test(Server, "a_reset_of_a_direct_chat_lets_nobody_in")),
    ("FirstLeafIsMakers", Test(Server, "the_first_leaf_is_the_makers_own_and_in_its_list")),
    ("PolicyIsOfTheChat", Test(Server, "a_new_group_is_what_its_policy_and_its_id_say")),
    ("DirectKeyOfTheTwo", Test(Server, "a_direct_key_is_that_of_the_two")),
    ("LeafIsCertified", Test(E2ee, "a_strangers_forged_add_is_refused_by_the_others")),
    ("AccountMayBeIn", Test(E2ee, "a_strangers_forged_add_is_refused_by_the_others")),
    ("DeviceHasOneLeaf", Test(E2ee, "an_external_commit_may_not_take_a_siblings_leaf")),
    ("LeafStaysItsDevices", Test(E2ee, "a_leaf_may_not_turn_into_another_device")),
    ("JoinerTakesOwnLeaf", Test(E2ee, "an_external_commit_may_not_take_a_siblings_leaf")),
    ("JoinerIsInside", Test(E2ee, "an_account_that_is_not_inside_yet_does_not_join_from_outside")),
    ("ClientAddIsAllowed", Test(E2ee, "who_is_no_admin_brings_nobody_into_a_group")),
    ("ClientPolicyByAdmins", Test(E2ee, "who_is_no_admin_makes_nobody_one")),
    ("StateIsVouchedFor", Test(ClientCore, "into_a_state_that_nobody_known_has_signed_nothing_is_sent")),
    ("KeptUntilVerdict", ROUGH),
    ("CommitMergedAtEcho", Seeds("--runs 40 --jobs 1 --devices 2 --operations 80 --faults 300")),
    ("CommitEchoIsOwn", Test(ClientCore, "a_commit_of_nobodys_under_the_own_name")),
    ("MessageEchoIsOwn", Test(ClientCore, "anothers_message_under_the_own_name_is_no_receipt")),
    ("OwnWordsAreKnown", Test(ClientCore, "a_word_that_a_copy_of_this_database_said_leads_to_new_keys")),
    ("OwnWordsAreOwn", Test(ClientCore, "an_own_word_under_anothers_name_is_the_others_unreadable_one")),
    ("MessageStoredOnce", Plan("the-same-message-by-two-ways")),
    ("CommitIsApplied", ROUGH),
    ("GapBeforeJoiningFilled", Plan("a-gap-before-a-joining")),
    ("MissingDeviceJoins", Plan("missing-in-a-chat-that-began")),
    ("GroupsListedAnew", Plan("a-chat-that-began-behind-a-lost-connection")),
    ("LeftIsLeft", Plan("left-and-linked-later")),
    ("OnlyWantedAreAdded", Test(ClientCore, "nobody_but_those_who_were_chosen_comes_into_a_group_that_is_made")),
    ("MarksAskedOnEntry", Plan("delivered-while-it-came-in")),
    ("GroupNameIsSaid", Plan("a-name-beside-a-log-out")),
    ("FirstAnswerCounts", Test(ClientCore, "of_two_own_devices_that_answer_the_first_one_is_in_it")),
    ("VettedBeforeCall", Test(ClientCore, "no_key_of_a_call_is_told_while_a_newer_list_is_waited_for")),
    ("SignsCountOnce", Test(ClientCore, "a_word_that_is_repeated_or_comes_late_changes_nothing")),
    ("SignsOfThisCall", Test(ClientCore, "what_was_said_in_another_call_is_nothing_here")),
    ("BusyToContacts", Test(ClientCore, "who_is_called_while_in_a_call_says_so_to_whom_they_know_alone")),
    ("RingingIsSpeech", Test(ClientCore, "where_only_admins_send_nobody_else_rings")),
    ("RingsFromTheRoom", Test(ClientCore, "who_is_not_in_the_call_rings_nobody")),
    ("RingsAtNamed", Test(ClientCore, "who_is_named_hears_it_ring_until_the_call_is_over")),
    ("GrownFromWithin", Test(ClientCore, "who_is_in_a_call_by_the_log_adds_people_to_it")),
    ("GrownIntoTheirs", Test(ClientCore, "nobody_is_led_into_anything_but_their_own_new_group")),
    ("FirstGrowthCounts", Test(ClientCore, "of_two_who_add_people_at_once_the_first_in_the_log_has_done_it")),
    ("WokenIfNamed", Test(Server, "a_call_that_is_urgent_for_some_wakes_nobody_else")),
    ("VettedBeforeEncryption", Test(ClientCore, "nothing_is_encrypted_while_a_newer_list_is_waited_for")),
    ("EpochNeverFalls", Test(ClientCore, "no_chat_is_joined_from_an_older_state")),
    ("HistoriesAreCompared", Test(ClientCore, "a_history_that_differs_is_told_once")),
    ("UnreadableIsKept", Test(ClientCore, "a_message_that_does_not_open_waits_in_its_place")),
    ("LostThreadJoinsAnew", Test(ClientCore, "a_commit_that_cannot_be_followed_leads_to_joining_anew")),
    ("ExpiredIsMissing", Test(ClientCore, "a_phone_without_siblings_says_after_a_day")),
    ("ExpiryIsDoubted", Test(ClientCore, "what_is_younger_than_a_day_has_not_expired")),
    ("MissingIsNotCovered", Test(ClientCore, "who_lacks_a_part_does_not_answer_for_it")),
    ("LostGroupIsReset", Test(ClientCore, "a_group_that_cannot_be_joined_is_made_anew")),
    ("ResetKeepsPeople", Test(ClientCore, "a_next_generation_is_of_the_same_people")),
    ("GenerationNeverFalls", Test(ClientCore, "no_generation_that_has_ended_is_joined")),
    ("NextGenerationIsJoined", Test(ClientCore, "a_next_generation_without_a_welcome_is_joined")),
    ("RestoredServerIsCompared", Plan("a-server-that-was-restored")),
    ("LostWordsGoAgain", Plan("a-server-that-was-restored")),
    ("StateIsOfOwnGroup", Test(ClientCore, "own_device_state_is_not_taken_from_a_chat_with_somebody")),
    ("KeyPackagesEnd", Test(ClientCore, "of_what_is_never_claimed_the_newest_private_halves_are_kept")),
    ("ListOnTheLastSigned", Test(ClientCore, "no_two_lists_have_one_version")),
    ("LeaversTakenOut", Plan("lost-answer-to-unlinking")),
    ("LeaversTakenOutOnEntry", Test(ClientCore, "whoever_left_the_list_before_goes_out")),
    ("LastWriterWins", Test(ClientCore, "devices_agree_whatever_the_order_and_repetition")),
    ("LeaveIsOwnWord", Test(ClientCore, "a_device_leaves_by_its_own_word_only")),
    ("HeardListIsWanted", Test(ClientCore, "a_device_that_spoke_of_a_list_that_is_none")),
    ("PutOutWordIsNothing", Test(ClientCore, "a_device_that_spoke_of_a_list_that_is_none")),
    ("NumbersEnd", Test(ClientCore, "numbers_of_others_that_are_none_stop_nothing")),
    ("HeldBackIfAsked", Test(ClientCore, "that_the_server_answered_about_an_earlier_list_says_nothing_of_a_later_one")),
    ("MarkToldWhenOneGoes", Test(ClientCore, "how_far_was_read_is_told_again")),
    ("MarkSetBackIsToldAgain", Test(ClientCore, "how_far_was_read_is_told_again_where_the_server_has_less")),
    ("WipedAtStart", Test(ClientCore, "what_died_between_logging_out_and_wiping_itself_wipes_itself_at_its_start")),
    ("FailedLinkingLeavesNoExport", Test(ClientCore, "of_a_device_that_left_the_list_no_history_stays")),
    ("NameByItsClock", Plan("two-names-at-once")),
    ("LastAdminStays", Plan("left-while-somebody-came-in")),
    ("LeaverIsPutOut", Plan("somebody-leaves")),
    ("EditIsItsSenders", Test(ClientCore, "only_who_wrote_a_text_changes_it")),
    ("DeletionIsItsSenders", Test(ClientCore, "what_its_sender_deletes_is_gone_from_the_database")),
    ("DeletedIsErased", ROUGH),
    ("HiddenWheneverItComes", Test(ClientCore, "what_an_account_deletes_for_itself_is_gone")),
    ("MediaIsChecked", Test(ClientCore, "a_damaged_file_is_said_and_never_shown")),
    ("DeletedFilesGo", Test(ClientCore, "what_is_deleted_loses_its_file")),
    ("ForwardIsLabelled", Test(ClientCore, "texts_are_sent_on_in_their_order_and_say_so")),
    ("ForwardsAllOrNone", Test(ClientCore, "where_one_is_refused_nothing_is_sent_on")),
    ("ForwardedStaysAsItIs", Test(ClientCore, "what_was_sent_on_stays_as_it_is")),
];
