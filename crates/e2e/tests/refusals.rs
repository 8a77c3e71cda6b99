//! Bad input and stopped linkings in real browsers: each says what happened and what to do, and leads on.

use anyhow::{Result, ensure};
use e2e::World;
use e2e::browser::{Browser, NARROW, Setup, WIDE};
use e2e::camera::{Camera, Hold};
use std::time::Duration;

const ALICE: &str = "+4915112345601";
const BOB: &str = "+4915112345602";
const STEADY: Hold = Hold { share: 0.5, degrees: 0.0, blur: 0 };

/// A registered phone with a camera.
async fn phone_with_camera(world: &World) -> Result<(Browser, Camera)> {
    let camera = Camera::new(world.client_folder("film.mjpeg"))?;
    let phone = Browser::phone_with(world, "Alice", &Setup::chromium(NARROW).with_camera(camera.film())).await?;
    phone.registers(world, "Alice", ALICE).await?;
    Ok((phone, camera))
}

/// What the phone says of a code; it stays where another can be tried.
async fn refuses(phone: &Browser, code: &str, words: &str) -> Result<()> {
    phone.fills("paste-code", code).await?;
    phone.clicks("paste-go").await?;
    phone.sees_text("scan-error", words).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_without_a_secure_context_or_without_storage_says_what_to_do() -> Result<()> {
    let world = World::new().await?;
    let port = world.url()?.port().unwrap_or_default();
    let setup = Setup::chromium(WIDE).with_name("chat.example");
    let url = format!("http://chat.example:{port}/");
    let insecure = Browser::at_url(&world.client_folder("insecure"), "insecure page", &url, &setup).await?;
    insecure.sees_text("boot-message", "HTTPS").await?;
    insecure.is_accessible("the page without a secure context").await?;
    insecure.closes().await?;

    let private = Setup::firefox(WIDE).private();
    let private = Browser::start(&world, "private window", "/", &private).await?;
    private.sees_text("boot-message", "private windows").await?;
    private.closes().await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_code_of_this_server_is_refused_with_words() -> Result<()> {
    let world = World::new().await?;
    let (phone, camera) = phone_with_camera(&world).await?;
    let browser = Browser::companion(&world, "Alice").await?;
    let code = browser.copies_code().await?;
    let elsewhere = World::new().await?;
    let other = Browser::companion(&elsewhere, "somebody elsewhere").await?;
    let foreign = other.copies_code().await?;

    phone.starts_scanning().await?;
    phone.clicks("toggle-paste").await?;
    refuses(&phone, "", "not a Heliograph code").await?;
    refuses(&phone, "https://example.org/?q=1", "not a Heliograph code").await?;
    refuses(&phone, code.get(..100).unwrap_or_default(), "incomplete").await?;
    refuses(&phone, &foreign, "another server").await?;
    phone.is_accessible("a refused code").await?;
    other.closes().await?;

    // The camera at a contact's code: a code of ours, but of another kind.
    phone.clicks("linking-cancel").await?;
    let bob = Browser::phone(&world, "Bob", BOB).await?;
    bob.clicks("rail-code").await?;
    bob.shows("contact-qr").await?;
    camera.aim(&bob.screenshot().await?, bob.area_of("contact-qr").await?, STEADY)?;
    phone.clicks("link-device").await?;
    phone.sees("[data-testid=scan-error]:not(:empty)").await?;
    ensure!(phone.at("linking-scan").count().await? == 1, "another can be scanned");
    bob.closes().await?;

    // With spaces and line breaks, as an e-mail would have it, the right one is taken: that of now, as the one of before has left the
    // screen, on a slow machine long ago.
    let code = browser.copies_code().await?;
    phone.clicks("toggle-paste").await?;
    let (begin, end) = code.split_at(40);
    phone.fills("paste-code", &format!("  {begin}\n {end} \n")).await?;
    phone.clicks("paste-go").await?;
    phone.shows("linking-confirm").await?;
    phone.clicks("cancel-linking").await?;

    // Turned down, it is used up.
    phone.clicks("link-device").await?;
    phone.pastes_code(&code).await?;
    phone.sees_text("linking-failed", "expired").await?;
    phone.is_accessible("an expired code").await?;
    phone.closes().await?;
    browser.closes().await
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_digits_cancelling_and_an_old_code_end_a_linking_on_both_sides() -> Result<()> {
    let world = World::new().await?;
    let (phone, camera) = phone_with_camera(&world).await?;
    let browser = Browser::companion(&world, "Alice").await?;

    // Three wrong tries.
    let digits = scans(&phone, &browser, &camera).await?;
    let wrong: String = digits.chars().map(|digit| if digit == '7' { '3' } else { '7' }).collect();
    browser.types_digits(&wrong).await?;
    for left in ["2", "1"] {
        browser.sees_text("digits-error", left).await?;
        browser.types_digits(&wrong).await?;
    }
    browser.sees_text("failure-title", "wrong three times").await?;
    browser.is_accessible("the failure in the browser").await?;
    phone.sees_text("linking-failed", "wrong three times").await?;
    phone.clicks("linking-close").await?;
    browser.clicks("link-again").await?;

    // The phone stops.
    pastes(&phone, &browser, &camera).await?;
    browser.shows("page-digits").await?;
    phone.clicks("cancel-linking").await?;
    browser.sees_text("failure-title", "Cancelled on the phone").await?;
    browser.clicks("link-again").await?;

    // The browser stops.
    pastes(&phone, &browser, &camera).await?;
    browser.shows("page-digits").await?;
    browser.clicks("cancel-link").await?;
    phone.sees_text("linking-failed", "Cancelled on the other device").await?;
    phone.clicks("linking-close").await?;
    browser.clicks("reload-code").await?;
    browser.hides("reload-code").await?;

    // A code that was on the screen minutes ago.
    let code = browser.copies_code().await?;
    world.passes_on_the_server(Duration::from_secs(10 * 60));
    phone.clicks("link-device").await?;
    phone.pastes_code(&code).await?;
    phone.sees_text("linking-failed", "expired").await?;
    phone.closes().await?;
    browser.closes().await
}

/// Films the code and says yes to the warning; gives the digits.
async fn scans(phone: &Browser, browser: &Browser, camera: &Camera) -> Result<String> {
    browser.shows("link-qr").await?;
    browser.is_filmed(camera, STEADY).await?;
    phone.starts_scanning().await?;
    phone.shows("linking-confirm").await?;
    phone.confirms_link().await
}

/// The same by the code's text.
async fn pastes(phone: &Browser, browser: &Browser, camera: &Camera) -> Result<String> {
    camera.look_away()?;
    browser.shows("link-qr").await?;
    let code = browser.copies_code().await?;
    phone.starts_scanning().await?;
    phone.pastes_code(&code).await?;
    phone.confirms_link().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_tab_waits_until_it_is_asked_to_take_over() -> Result<()> {
    let world = World::new().await?;
    let first = Browser::phone(&world, "Alice", ALICE).await?;
    let second = first.beside("second tab of Alice").await?;
    second.goes_to(world.url()?.join("/phone")?.as_str()).await?;
    second.comes_to("other-tab").await?;
    second.is_accessible("the other tab").await?;
    second.clicks("plain-action").await?;
    second.comes_to("active").await?;
    first.comes_to("other-tab").await?;
    first.closes().await
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_codes_and_pins_that_are_wrong_are_refused_with_words() -> Result<()> {
    let world = World::new().await?;
    let phone = Browser::new_phone(&world, "Alice").await?;
    for number in ["", "hello", "12"] {
        phone.fills("number-input", number).await?;
        phone.clicks("number-next").await?;
        phone.sees_text("form-error", "not a phone number").await?;
    }
    phone.fills("number-input", ALICE).await?;
    phone.clicks("number-next").await?;
    phone.shows("page-code").await?;
    let code = world.code_for(ALICE).await?;
    let wrong: String = code.chars().map(|digit| if digit == '7' { '3' } else { '7' }).collect();
    phone.fills("code-input", &wrong).await?;
    for tries_left in ["4", "3", "2", "1"] {
        phone.clicks("code-next").await?;
        phone.sees_text("form-error", tries_left).await?;
    }
    phone.clicks("code-next").await?;
    phone.sees_text("form-error", "Ask for a new one").await?;
    // Not even the right one now.
    phone.fills("code-input", &code).await?;
    phone.clicks("code-next").await?;
    phone.sees_text("form-error", "Ask for a new one").await?;
    phone.closes().await?;

    // A PIN keeps the number, also from whoever has the code.
    let phone = Browser::new_phone(&world, "Bob").await?;
    phone.fills("number-input", BOB).await?;
    phone.clicks("number-next").await?;
    phone.shows("page-code").await?;
    phone.fills("code-input", &world.code_for(BOB).await?).await?;
    phone.clicks("code-next").await?;
    phone.fills("choose-pin-input", "12").await?;
    phone.clicks("choose-pin-next").await?;
    phone.sees("[data-testid=form-error]:not(:empty)").await?;
    phone.fills("choose-pin-input", "271828").await?;
    phone.clicks("choose-pin-next").await?;
    phone.fills("profile-name", "Bob").await?;
    phone.clicks("profile-save").await?;
    phone.comes_to("active").await?;
    phone.closes().await?;
    world.passes_on_the_server(Duration::from_secs(60 * 60));
    let thief = Browser::new_phone(&world, "a thief").await?;
    thief.fills("number-input", BOB).await?;
    thief.clicks("number-next").await?;
    thief.shows("page-code").await?;
    thief.fills("code-input", &world.code_for(BOB).await?).await?;
    thief.clicks("code-next").await?;
    thief.shows("page-pin").await?;
    thief.is_accessible("the PIN").await?;
    thief.fills("pin-input", "314159").await?;
    thief.clicks("pin-next").await?;
    thief.sees("[data-testid=form-error]:not(:empty)").await?;
    thief.closes().await
}
