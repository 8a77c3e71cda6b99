//! The simulator itself: a world that is sound, the same again from the same seed, plans that can be kept, and oracles that
//! see a broken rule.

use breakable::Rule;
use std::collections::BTreeSet;
use std::thread;
use test_world::generate::{Profile, plan};
use test_world::shrink::shrink;
use test_world::{Options, Outcome, Plan, run};

fn sound(plan: &Plan) -> Outcome {
    let outcome = run(plan, Options::default()).expect("runs");
    assert!(outcome.failure.is_none(), "seed {}: {:#?}", plan.seed, outcome.failure);
    outcome
}

const BROKEN: Options = Options { trace: false, broken: Some(Rule::FlushBeforeSend) };

/// Few people, much going wrong.
const ROUGH: Profile = Profile { accounts: 2, devices: 1, operations: 60, faults_permille: 900, groups_permille: 0 };

/// The first of a few seeds whose plan fails with a driver that performs outputs before they are flushed.
fn caught() -> (Plan, Outcome) {
    (0..40)
        .map(|seed| plan(seed, ROUGH))
        .find_map(|plan| {
            let outcome = run(&plan, BROKEN).expect("runs");
            outcome.failure.is_some().then_some((plan, outcome))
        })
        .expect("none of forty seeds catches it")
}

#[test]
fn two_people_on_a_quiet_day() {
    let profile = Profile { accounts: 2, devices: 1, operations: 40, faults_permille: 0, groups_permille: 0 };
    let outcome = sound(&plan(1, profile));
    assert!(outcome.coverage.of("texts taken") > 10, "{}", outcome.coverage);
}

#[test]
fn a_seed_decides_everything_also_for_a_world_that_is_made_anew() {
    // Another thread makes its own beginning: keys and ciphertexts differ, decisions do not.
    let [one, other] = [0, 1].map(|_| thread::spawn(|| sound(&plan(1, Profile::default()))));
    let (one, other) = (one.join().expect("runs"), other.join().expect("runs"));
    assert_eq!((one.digest, one.events), (other.digest, other.events));
    assert_eq!(one.coverage, other.coverage);
}

#[test]
fn plans_hold_all_that_people_do_and_all_that_goes_wrong() {
    let all: BTreeSet<&str> =
        (0..60).flat_map(|seed| plan(seed, Profile::default()).steps).map(|step| step.action.name()).collect();
    let faults: BTreeSet<&str> = (0..60)
        .flat_map(|seed| plan(seed, Profile::default()).steps)
        .filter(|step| step.action.is_fault())
        .map(|step| step.action.name())
        .collect();
    assert_eq!((all.len(), faults.len()), (53, 16), "{all:?}");
}

#[test]
fn a_plan_can_be_kept() {
    let plan = plan(7, Profile::default());
    let text = serde_json::to_string(&plan).expect("writes");
    assert_eq!(serde_json::from_str::<Plan>(&text).expect("reads"), plan);
}

#[test]
fn a_driver_that_performs_before_it_flushes_is_caught_and_the_plan_shrinks() {
    let (plan, outcome) = caught();
    assert_eq!(run(&plan, Options::default()).expect("runs").failure.map(|f| f.violations), None, "an honest driver");
    let smallest = shrink(&plan, BROKEN, |_| {}).expect("shrinks");
    assert!(smallest.steps.len() < plan.steps.len() / 2, "{} steps are left", smallest.steps.len());
    assert!(run(&smallest, BROKEN).expect("runs").failure.is_some());
    assert!(outcome.failure.is_some());
}
