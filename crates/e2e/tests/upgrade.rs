//! What earlier versions left behind is opened by this one, and goes on.

use anyhow::{Context, Result, ensure};
use e2e::samples;

#[tokio::test(flavor = "multi_thread")]
async fn databases_of_every_version_open_and_go_on() -> Result<()> {
    let all = samples::all()?;
    ensure!(!all.is_empty(), "there is a sample of the first version");
    for sample in all {
        samples::goes_on(&sample).await.with_context(|| sample.display().to_string())?;
    }
    Ok(())
}
