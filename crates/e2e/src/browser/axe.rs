//! axe-core over the page as it is, with every rule on.

use super::{Browser, told};
use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

/// In the page: whatever fades in or changes its colours has done so.
const SETTLED: &str = "Promise.allSettled(document.getAnimations()
        .filter(moving => moving.effect.getComputedTiming().endTime !== Infinity).map(moving => moving.finished))";
/// What axe found, one line a finding.
const RUN: &str = "axe.run(document).then(found => found.violations.flatMap(rule =>
    rule.nodes.map(node => `${rule.id} (${rule.impact}): ${node.target.join(' ')}: ${node.failureSummary}`)).join('\\n'))";

impl Browser {
    /// Waits until nothing changes its look any more.
    pub async fn settles(&self) -> Result<()> {
        // Twice: what was just asked for begins with the next frame.
        let next_frame = "new Promise(next => requestAnimationFrame(() => requestAnimationFrame(() => next(true))))";
        self.evaluates::<bool>(next_frame).await?;
        self.evaluates::<bool>(&format!("{SETTLED}.then(() => true)")).await?;
        Ok(())
    }

    /// Fails where axe finds anything on what is shown now. Chromium only: the page's own policy stays in force, and only
    /// the debugger may run a script past it.
    pub async fn is_accessible(&self, screen: &str) -> Result<()> {
        let axe = std::fs::read_to_string(told("HELIOGRAPH_AXE_JS")?)?;
        let session = self.context.new_cdp_session(&self.page).await?;
        session.send("Runtime.evaluate", Some(json!({ "expression": axe }))).await?;
        // Half faded, its colours are other ones.
        let run = format!("{SETTLED}.then(() => {RUN})");
        let run = json!({ "expression": run, "awaitPromise": true, "returnByValue": true });
        let answer = session.send("Runtime.evaluate", Some(run)).await?;
        session.detach().await?;
        let found = answer.pointer("/result/result/value").and_then(Value::as_str);
        let found = found.with_context(|| format!("axe did not run: {answer}"))?;
        if !found.is_empty() {
            bail!("{}: {screen} is not accessible:\n{found}\n{}", self.name, self.evidence().await);
        }
        Ok(())
    }
}
