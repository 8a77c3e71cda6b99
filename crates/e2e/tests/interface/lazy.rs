//! Parts of the page whose code is loaded when they are first shown: with a network, without one, and after the server has got others.

use super::ALICE;
use anyhow::{Result, ensure};
use e2e::World;
use e2e::browser::{Browser, Setup, WIDE};

/// Parts that were loaded over the network or from the service worker.
const PARTS_LOADED: &str =
    "performance.getEntriesByType('resource').filter(entry => entry.name.includes('split_sections')).length";

/// Answers for parts as a server does that has them no longer, or as no network does; `window.partFails` says so, and may be changed.
const PARTS_FAIL: &str = "
    window.partFails = 'unreachable';
    const ask = window.fetch;
    window.fetch = async (what, ...how) => {
        if (!String(what).includes('split_') || !window.partFails) return ask(what, ...how);
        if (window.partFails === 'gone') return new Response('', { status: 404 });
        throw new TypeError('no network, says the test');
    };
";

#[tokio::test(flavor = "multi_thread")]
async fn settings_are_no_part_of_the_first_visit_and_open_without_a_network() -> Result<()> {
    let world = World::new().await?;
    let alice = Browser::phone(&world, "Alice", ALICE).await?;
    ensure!(alice.evaluates::<u32>(PARTS_LOADED).await? == 0, "no part is loaded before it is shown");
    alice.is_kept_whole().await?;
    alice.goes_offline(true).await?;
    alice.reloads().await?;
    alice.comes_to("active").await?;
    ensure!(alice.evaluates::<u32>(PARTS_LOADED).await? == 0, "nor in a second one");
    alice.clicks("rail-settings").await?;
    alice.shows("section-settings").await?;
    alice.clicks("open-devices").await?;
    alice.shows("section-devices").await?;
    alice.closes().await
}

/// Alice's page, for which no part can be had.
async fn alice_lacks_parts() -> Result<(World, Browser)> {
    let world = World::new().await?;
    let alice = Browser::phone_with(&world, "Alice", &Setup::chromium(WIDE)).await?;
    alice.registers(&world, "Alice", ALICE).await?;
    alice.page().add_init_script(PARTS_FAIL).await?;
    alice.reloads().await?;
    alice.comes_to("active").await?;
    Ok((world, alice))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_that_cannot_be_loaded_is_said_and_asked_for_again() -> Result<()> {
    let (_world, alice) = alice_lacks_parts().await?;
    alice.clicks("rail-settings").await?;
    alice.sees("[data-testid=part-missing][data-reason=not-loaded]").await?;
    alice.is_accessible("a part that could not be loaded").await?;
    alice.evaluates::<bool>("(window.partFails = '', true)").await?;
    alice.clicks("part-again").await?;
    alice.shows("section-settings").await?;
    alice.closes().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_whose_parts_the_server_has_no_longer_says_that_there_is_a_new_version() -> Result<()> {
    let (_world, alice) = alice_lacks_parts().await?;
    alice.evaluates::<bool>("(window.partFails = 'gone', true)").await?;
    alice.clicks("rail-devices").await?;
    alice.sees("[data-testid=part-missing][data-reason=new-version]").await?;
    alice.shows("new-version").await?;
    // The page of now: what the reload brings says so itself.
    alice.evaluates::<bool>("(window.before = true)").await?;
    alice.clicks("part-again").await?;
    alice.finds_true("window.before === undefined").await?;
    alice.comes_to("active").await?;
    alice.closes().await
}
