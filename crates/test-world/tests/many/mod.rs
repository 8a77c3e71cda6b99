//! Scenarios of groups of many: what meets there that does not meet in chats of two.

use crate::course::{A0, A1, B0, B1, C0, Scenario, is_sound, steps};
use test_world::plan::{Accounts, Action, DeviceRef, GroupDeed, Shape};
use test_world::{Outcome, Plan};

const DAY_MS: u64 = 24 * 3_600 * 1_000;
const ALL: Accounts = Accounts(7);
const BEGIN: (u64, Action) = (500, Action::Begin { device: A0, peer: 2 });
const MAKE: (u64, Action) = (6_000, Action::MakeGroup { device: A0, group: 0, others: ALL });

const fn deed(device: DeviceRef, deed: GroupDeed) -> Action {
    Action::InGroup { device, group: 0, deed }
}

/// Three people, A knows both others and has made a group of all.
fn group_of_three(devices: u8, done: impl IntoIterator<Item = (u64, Action)>) -> Plan {
    let shape = Shape { seed: 0, accounts: 3, devices };
    let steps = steps([BEGIN, MAKE, (12_000, deed(A0, GroupDeed::MakeAdmin { member: 1 }))].into_iter().chain(done));
    Plan { seed: 1, shape, steps, kept_ms: None }
}

fn all_was_done(plan: &Plan) -> Outcome {
    let outcome = is_sound(plan);
    assert_eq!(outcome.coverage.of("(not possible at its time)"), 0, "{}", outcome.coverage);
    outcome
}

#[test]
fn two_admins_change_a_group_at_the_same_moment() {
    let outcome = all_was_done(&group_of_three(
        2,
        [
            (20_000, deed(A0, GroupDeed::MakeAdmin { member: 2 })),
            (20_000, deed(B0, GroupDeed::Remove { member: 2 })),
            (20_000, deed(C0, GroupDeed::Send)),
            (30_000, deed(A1, GroupDeed::Rename)),
            (30_000, deed(B1, GroupDeed::Rename)),
            (40_000, deed(A0, GroupDeed::Add { member: 2 })),
            (40_000, deed(B0, GroupDeed::Add { member: 2 })),
            (40_000, deed(A1, GroupDeed::Send)),
            (50_000, deed(A0, GroupDeed::WithdrawAdmin { member: 1 })),
            (50_000, deed(B0, GroupDeed::WithdrawAdmin { member: 0 })),
            (60_000, deed(B1, GroupDeed::Send)),
        ],
    ));
    assert!(outcome.coverage.of("an operation came too late for its epoch") > 0, "{}", outcome.coverage);
}

#[test]
fn a_member_is_taken_out_while_it_writes_offline_and_comes_again() {
    let c1 = DeviceRef { account: 2, slot: 1 };
    all_was_done(&group_of_three(
        2,
        [
            (15_000, deed(c1, GroupDeed::Send)),
            (20_000, Action::Offline { device: C0, for_ms: 60_000 }),
            (25_000, deed(C0, GroupDeed::Send)),
            (30_000, deed(A0, GroupDeed::Remove { member: 2 })),
            (35_000, deed(C0, GroupDeed::Send)),
            (40_000, deed(B0, GroupDeed::Send)),
            (100_000, deed(A0, GroupDeed::Send)),
            (110_000, deed(B0, GroupDeed::Add { member: 2 })),
            (120_000, deed(A1, GroupDeed::Send)),
            (130_000, deed(c1, GroupDeed::Send)),
            (131_000, deed(C0, GroupDeed::Send)),
        ],
    ));
}

/// What happens in a group while somebody is away.
fn much_changes() -> Vec<(u64, Action)> {
    vec![
        (20_000, deed(A0, GroupDeed::Send)),
        (25_000, deed(A0, GroupDeed::Remove { member: 2 })),
        (30_000, deed(A0, GroupDeed::Rename)),
        (35_000, deed(A0, GroupDeed::Send)),
        (40_000, deed(A0, GroupDeed::Add { member: 2 })),
        (45_000, deed(A0, GroupDeed::MakeAdmin { member: 2 })),
        (50_000, deed(C0, GroupDeed::WithdrawAdmin { member: 1 })),
        (55_000, deed(C0, GroupDeed::Rename)),
        (60_000, deed(C0, GroupDeed::Send)),
    ]
}

#[test]
fn a_device_comes_back_into_a_group_that_changed_much() {
    for device in [B0, B1] {
        let mut done = vec![(18_000, Action::Away { device, for_ms: 300_000 })];
        done.extend(much_changes());
        done.push((400_000, deed(device, GroupDeed::Send)));
        all_was_done(&group_of_three(2, done));
    }
}

#[test]
fn who_was_away_for_longer_than_the_log_is_kept_comes_back_into_its_group() {
    for device in [B0, B1] {
        let mut done = vec![(18_000, Action::Away { device, for_ms: 4 * DAY_MS })];
        done.extend(much_changes());
        done.extend([
            (70_000, Action::Quiet { for_ms: 4 * DAY_MS }),
            (80_000, deed(A0, GroupDeed::Send)),
            (90_000, deed(device, GroupDeed::Send)),
        ]);
        all_was_done(&Plan { kept_ms: Some(DAY_MS), ..group_of_three(2, done) });
    }
}

#[test]
fn both_admins_leave_at_the_same_moment_and_one_stays() {
    all_was_done(&group_of_three(
        2,
        [
            (20_000, deed(A0, GroupDeed::Leave)),
            (20_000, deed(B0, GroupDeed::Leave)),
            (20_010, deed(C0, GroupDeed::Send)),
            (40_000, deed(C0, GroupDeed::Send)),
        ],
    ));
}

/// A group is made, changed and left.
const LIFE: Scenario = Scenario {
    name: "the life of a group",
    accounts: 3,
    devices: 1,
    until_ms: 45_000,
    done: &[
        BEGIN,
        MAKE,
        (12_000, deed(A0, GroupDeed::MakeAdmin { member: 1 })),
        (16_000, deed(B0, GroupDeed::Rename)),
        (18_000, deed(C0, GroupDeed::Send)),
        (20_000, deed(B0, GroupDeed::Remove { member: 2 })),
        (24_000, deed(B0, GroupDeed::Add { member: 2 })),
        (30_000, deed(A0, GroupDeed::Leave)),
        (36_000, deed(C0, GroupDeed::Send)),
    ],
};

/// A companion makes a group and is logged out at that moment: all call it the same, also where nobody has heard what.
const TAKEN_ALONG: Scenario = Scenario {
    name: "a group whose maker is logged out",
    accounts: 3,
    devices: 2,
    until_ms: 15_000,
    done: &[
        BEGIN,
        (6_000, Action::MakeGroup { device: A1, group: 0, others: ALL }),
        (6_300, Action::Unlink { account: 0, slot: 1 }),
        (10_000, Action::Send { device: B0, peer: 0 }),
    ],
};

#[test]
fn who_makes_a_group_dies_at_each_write_and_is_logged_out() {
    TAKEN_ALONG.dies_at_each(A1);
}

#[test]
fn an_admin_dies_at_each_write_of_a_group_s_life() {
    LIFE.dies_at_each(B0);
}

#[test]
fn who_is_taken_out_and_added_again_dies_at_each_write() {
    LIFE.dies_at_each(C0);
}
