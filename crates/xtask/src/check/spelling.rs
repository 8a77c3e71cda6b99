//! Spelling of code and documents, by `typos`; the words it may not know stand in typos.toml.

use anyhow::Result;

use crate::layout::Layout;
use crate::need::typos_path;
use crate::step::Step;

pub(crate) fn check(layout: &Layout) -> Result<()> {
    Step::new(typos_path(layout)).args(["--config", "typos.toml", "--force-exclude", "."]).folder(&layout.root).run()
}
