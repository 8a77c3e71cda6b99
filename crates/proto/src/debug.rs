//! What messages that hold keys say of themselves: sizes and counts.

use crate::backup::{Making, Manifest};
use crate::content::ArchiveSegment;
use std::fmt::{Debug, Formatter, Result};

impl Debug for Manifest {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write!(f, "Manifest({} segments, {} messages)", self.segments.len(), self.messages)
    }
}

impl Debug for Making {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write!(f, "Making({} segments, finished: {})", self.segments.len(), self.finished)
    }
}

impl Debug for ArchiveSegment {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write!(f, "ArchiveSegment({}, {} bytes, {} messages)", self.index, self.size, self.messages)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_not_shown() {
        let key = vec![0xAB; 32];
        let segment = ArchiveSegment { key: key.clone(), ..ArchiveSegment::default() };
        let segments = vec![segment.clone()];
        let manifest = Manifest { account_key: key, segments: segments.clone(), ..Manifest::default() };
        let making = Making { segments, ..Making::default() };
        for shown in [format!("{segment:?}"), format!("{manifest:?}"), format!("{making:?}")] {
            assert!(!shown.contains("171, 171") && shown.len() < 60, "{shown}");
        }
    }
}
