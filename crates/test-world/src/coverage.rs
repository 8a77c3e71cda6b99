//! What a run, or many, did: counts by name.

use std::collections::BTreeMap;
use std::fmt;

/// See the module.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Coverage {
    counts: BTreeMap<String, u64>,
}

impl Coverage {
    /// One more of this.
    pub(crate) fn count(&mut self, what: &str) {
        self.add(what, 1);
    }

    pub(crate) fn add(&mut self, what: &str, count: u64) {
        match self.counts.get_mut(what) {
            Some(counted) => *counted += count,
            None => _ = self.counts.insert(what.to_owned(), count),
        }
    }

    /// How often something was done.
    pub fn of(&self, what: &str) -> u64 {
        self.counts.get(what).copied().unwrap_or(0)
    }

    /// Takes another run's counts in.
    pub fn take(&mut self, other: &Self) {
        for (what, count) in &other.counts {
            self.add(what, *count);
        }
    }
}

impl fmt::Display for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (what, count) in &self.counts {
            writeln!(f, "{count:>12}  {what}")?;
        }
        Ok(())
    }
}
