//! The short run: every seed through its target, then a fixed number of changed ones. All targets are tried before it is said
//! which failed.

#![allow(clippy::unwrap_used)]

use fuzz::changes::Changes;
use fuzz::{TARGETS, Target, seeds};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Throws an input at a target; a fault, with how it can be kept.
fn throw(target: &Target, what: &str, input: &[u8]) -> Result<(), String> {
    catch_unwind(AssertUnwindSafe(|| target.check(input))).map_err(|fault| {
        let hex: String = input.iter().map(|byte| format!("{byte:02x}")).collect();
        let why = fault.downcast_ref::<String>().map(String::as_str).or(fault.downcast_ref::<&str>().copied());
        format!("{}, {what}: {}\n  the input in hexadecimal: {hex}", target.name, why.unwrap_or("?"))
    })
}

/// Tries every target, in two halves side by side; each target makes what it needs in its own thread.
fn try_all(attempt: fn(&Target) -> Result<(), String>) {
    let half =
        |first| TARGETS.iter().skip(first).step_by(2).filter_map(|target| attempt(target).err()).collect::<Vec<_>>();
    let faults = std::thread::scope(|scope| {
        let other = scope.spawn(move || half(1));
        let mut faults = half(0);
        faults.extend(other.join().unwrap());
        faults
    });
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_target_has_seeds_and_takes_them() {
    try_all(|target| {
        let seeds = seeds::kept(target.name).unwrap();
        assert!(!seeds.is_empty(), "{} has no seeds", target.name);
        seeds.iter().try_for_each(|(name, input)| throw(target, &format!("seed {name}"), input))
    });
}

/// `cargo xtask fuzz` takes the folders for the list.
#[test]
fn every_folder_of_seeds_is_a_targets() {
    for entry in std::fs::read_dir(seeds::folder("")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(fuzz::find(&name).is_some(), "seeds of {name}, which is no target");
    }
}

#[test]
fn every_target_takes_changed_seeds() {
    try_all(|target| {
        let seeds: Vec<Vec<u8>> = seeds::kept(target.name).unwrap().into_iter().map(|(_, input)| input).collect();
        let rounds = usize::try_from(target.rounds).unwrap();
        let mut changed = Changes::new(target.name, &seeds, target.len_max).take(rounds).enumerate();
        changed.try_for_each(|(number, input)| throw(target, &format!("round {number}"), &input))
    });
}
