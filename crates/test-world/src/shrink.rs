//! A plan that fails, made smaller while it fails in the same way: first halves of its steps go, then quarters, then single
//! ones.

use crate::oracles::Oracle;
use crate::plan::Plan;
use crate::run::{Options, run};
use anyhow::Result;
use std::collections::BTreeSet;

/// The oracles by which a plan fails; empty where it does not.
fn fails(plan: &Plan, options: Options) -> Result<BTreeSet<Oracle>> {
    let failure = run(plan, options)?.failure;
    Ok(failure.into_iter().flat_map(|failure| failure.violations).map(|violation| violation.oracle).collect())
}

/// The smallest plan found. `tell` hears how many steps are left.
pub fn shrink(plan: &Plan, options: Options, mut tell: impl FnMut(usize)) -> Result<Plan> {
    let wanted = fails(plan, options)?;
    let mut smallest = plan.clone();
    let mut chunk = smallest.steps.len().div_ceil(2);
    while chunk > 0 && !wanted.is_empty() {
        let mut from = 0;
        while from < smallest.steps.len() {
            let mut candidate = smallest.clone();
            candidate.steps.drain(from..(from + chunk).min(candidate.steps.len()));
            // Another failure may be as interesting, but it is another one.
            if fails(&candidate, options)?.intersection(&wanted).next().is_some() {
                smallest = candidate;
                tell(smallest.steps.len());
            } else {
                from += chunk;
            }
        }
        chunk = if chunk == 1 { 0 } else { chunk.div_ceil(2) };
    }
    Ok(smallest)
}
