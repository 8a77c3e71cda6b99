//! A real browser with a profile of its own, at the server's pages. Finds things by their `data-testid`, waits for what is to be seen, and
//! keeps a picture, the page's text and its console when something is not. Knows nothing of what the pages mean: `phone` and
//! `companion` do.

pub mod axe;
pub mod companion;
pub mod messages;
pub mod phone;

use crate::World;
use crate::camera::Area;
use anyhow::{Context, Result, bail};
use playwright_rs::protocol::CDPSession;
use playwright_rs::{
    BrowserContext, BrowserContextOptions, Locator, Page, Playwright, Viewport, WaitForOptions, WaitForState,
};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Nothing on a page takes this long, in milliseconds.
const PATIENCE_MS: f64 = 60_000.0;
const PATIENCE: Duration = Duration::from_secs(60);

/// Chromium as root, without a word to the outside.
const CHROMIUM_ARGS: [&str; 7] = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
];

/// A telephone's screen.
pub const NARROW: Viewport = Viewport { width: 390, height: 844 };
/// The narrowest that a page must fit into; a laptop's at a zoom of 400 % is no wider.
pub const NARROWEST: Viewport = Viewport { width: 320, height: 640 };
/// A laptop's.
pub const WIDE: Viewport = Viewport { width: 1_280, height: 800 };

/// Elements beyond a side of the window that nothing around them cuts off, and those that scroll sideways.
const STICKS_OUT: &str = "(() => {
    const wide = document.documentElement.clientWidth;
    const cuts = element => element && element !== document.body
        && (getComputedStyle(element).overflowX !== 'visible' || cuts(element.parentElement));
    const name = element => `${element.tagName}.${element.getAttribute('class') ?? ''}`;
    return [...document.body.querySelectorAll('*')].filter(element => {
        const place = element.getBoundingClientRect();
        if (place.width === 0 || place.height === 0 || place.bottom < 0) return false;
        const scrolls = ['auto', 'scroll'].includes(getComputedStyle(element).overflowX);
        if (scrolls && element.scrollWidth > element.clientWidth + 1) return true;
        return (place.right > wide + 1 || place.left < -1) && !cuts(element.parentElement);
    }).map(name);
})()";

/// How a browser is started.
#[derive(Clone)]
pub struct Setup {
    program: Program,
    viewport: Viewport,
    dark: bool,
    /// The language that is wished for (BCP 47).
    locale: &'static str,
    forced_colors: bool,
    film: Option<PathBuf>,
    microphone: bool,
    host: Option<String>,
    /// Takes whatever certificate a server shows; Chromium only.
    any_certificate: bool,
    private: bool,
    clipboard: bool,
    notifications: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Program {
    Chromium,
    Firefox,
}

impl Setup {
    /// Chromium with a window of this size.
    pub fn chromium(viewport: Viewport) -> Self {
        Self {
            program: Program::Chromium,
            viewport,
            dark: false,
            locale: "en-GB",
            forced_colors: false,
            film: None,
            microphone: false,
            host: None,
            any_certificate: false,
            private: false,
            clipboard: true,
            notifications: false,
        }
    }

    /// Firefox ESR.
    pub fn firefox(viewport: Viewport) -> Self {
        Self { program: Program::Firefox, clipboard: false, ..Self::chromium(viewport) }
    }

    /// With a camera that sees a film.
    #[must_use]
    pub fn with_camera(mut self, film: &Path) -> Self {
        self.film = Some(film.to_owned());
        self
    }

    /// With a microphone before which something beeps, and with leave to use it.
    #[must_use]
    pub fn with_microphone(mut self) -> Self {
        self.microphone = true;
        self
    }

    /// With leave to notify; Chromium only.
    #[must_use]
    pub fn with_notifications(mut self) -> Self {
        self.notifications = true;
        self
    }

    /// In a network where this name, too, is this machine.
    #[must_use]
    pub fn with_name(mut self, host: &str) -> Self {
        self.host = Some(host.to_owned());
        self
    }

    /// In a private window; Firefox only.
    #[must_use]
    pub fn private(mut self) -> Self {
        self.private = true;
        self
    }

    /// In the dark.
    #[must_use]
    pub fn dark(mut self) -> Self {
        self.dark = true;
        self
    }

    /// Of somebody who reads another language than English, by its tag (BCP 47).
    #[must_use]
    pub fn speaking(mut self, locale: &'static str) -> Self {
        self.locale = locale;
        self
    }

    /// With the system's colours in place of the page's; Firefox only.
    #[must_use]
    pub fn forced_colors(mut self) -> Self {
        self.forced_colors = true;
        self
    }

    fn options(&self) -> Result<BrowserContextOptions> {
        let mut options = BrowserContextOptions::builder()
            .headless(true)
            .viewport(self.viewport.clone())
            .locale(self.locale.to_owned())
            .color_scheme(if self.dark { "dark" } else { "light" }.to_owned());
        match self.program {
            Program::Chromium => {
                let mut args = CHROMIUM_ARGS.map(str::to_owned).to_vec();
                if self.film.is_some() || self.microphone {
                    args.push("--use-fake-ui-for-media-stream".to_owned());
                    args.push("--use-fake-device-for-media-stream".to_owned());
                }
                if let Some(film) = &self.film {
                    args.push(format!("--use-file-for-fake-video-capture={}", film.display()));
                }
                if let Some(host) = &self.host {
                    args.push(format!("--host-resolver-rules=MAP {host} 127.0.0.1"));
                }
                if self.any_certificate {
                    args.push("--ignore-certificate-errors".to_owned());
                }
                options = options.executable_path(told("HELIOGRAPH_CHROMIUM")?).args(args);
            }
            Program::Firefox => {
                let preferences = [
                    ("browser.privatebrowsing.autostart".to_owned(), self.private.into()),
                    // 2: always the system's; 0: only where the system itself is in high contrast.
                    ("browser.display.document_color_use".to_owned(), if self.forced_colors { 2 } else { 0 }.into()),
                    ("media.navigator.streams.fake".to_owned(), self.microphone.into()),
                    ("media.navigator.permission.disabled".to_owned(), self.microphone.into()),
                ];
                options = options
                    .executable_path(told("HELIOGRAPH_FIREFOX")?)
                    .channel("moz-firefox".to_owned())
                    .firefox_user_prefs(preferences.into());
            }
        }
        let mut permissions = Vec::new();
        if self.clipboard {
            permissions.extend(["clipboard-read".to_owned(), "clipboard-write".to_owned()]);
        }
        if self.notifications {
            permissions.push("notifications".to_owned());
        }
        if !permissions.is_empty() {
            options = options.permissions(permissions);
        }
        Ok(options.build())
    }
}

/// One page in one profile.
pub struct Browser {
    /// For messages of failed tests.
    pub name: String,
    page: Page,
    context: BrowserContext,
    /// What the console said; shown when something fails.
    console: Arc<Mutex<Vec<String>>>,
    // Last, as the driver must outlive what it drives.
    playwright: Arc<Playwright>,
}

fn told(variable: &str) -> Result<String> {
    std::env::var(variable).with_context(|| format!("{variable} is not set: run `cargo xtask test`"))
}

/// Where pictures of failures go.
fn results() -> Result<PathBuf> {
    Ok(PathBuf::from(told("HELIOGRAPH_TEST_RESULTS")?))
}

impl Browser {
    /// Starts one with an empty profile, or with the one it left under this name, at a path of the server.
    pub async fn start(world: &World, name: &str, path: &str, setup: &Setup) -> Result<Self> {
        if !Path::new(&told("HELIOGRAPH_WEB_DIR")?).is_dir() {
            bail!("there is no web bundle: run `cargo xtask test`");
        }
        let url = world.url()?.join(path)?;
        // Of an authority that only this test's server has.
        let setup = Setup { any_certificate: url.scheme() == "https", ..setup.clone() };
        Self::at_url(&world.client_folder(&format!("profile of {name}")), name, url.as_str(), &setup).await
    }

    /// Starts one at any address.
    pub async fn at_url(profile: &Path, name: &str, url: &str, setup: &Setup) -> Result<Self> {
        let playwright = Arc::new(Playwright::launch().await?);
        let kind = match setup.program {
            Program::Chromium => playwright.chromium(),
            Program::Firefox => playwright.firefox(),
        };
        let context = kind
            .launch_persistent_context_with_options(profile.to_string_lossy().into_owned(), setup.options()?)
            .await
            .with_context(|| format!("{name} does not start"))?;
        context.set_default_timeout(PATIENCE_MS).await;
        let browser = Self::page_of(playwright, context, name).await?;
        browser.goes_to(url).await?;
        Ok(browser)
    }

    /// Another page in the same profile. Closing either closes both.
    pub async fn beside(&self, name: &str) -> Result<Self> {
        Self::page_of(self.playwright.clone(), self.context.clone(), name).await
    }

    async fn page_of(playwright: Arc<Playwright>, context: BrowserContext, name: &str) -> Result<Self> {
        let page = context.new_page().await?;
        page.set_default_timeout(PATIENCE_MS).await;
        let console = Arc::new(Mutex::new(Vec::new()));
        let said = console.clone();
        page.on_console(move |message| {
            if let Ok(mut said) = said.lock() {
                said.push(format!("{}: {}", message.type_(), message.text()));
            }
            async { Ok(()) }
        })
        .await?;
        // What nobody caught, of the page and of its worker, is not on the console.
        let thrown = console.clone();
        page.on_pageerror(move |message| {
            if let Ok(mut said) = thrown.lock() {
                said.push(format!("thrown: {message}"));
            }
            async { Ok(()) }
        })
        .await?;
        Ok(Self { name: name.to_owned(), page, context, console, playwright })
    }

    /// Another address in the same page.
    pub async fn goes_to(&self, url: &str) -> Result<()> {
        let opened = self.page.goto(url, None).await.map(|_| ());
        self.told_of(&format!("opening {url}"), opened).await
    }

    /// The page, for what only one test needs.
    pub fn page(&self) -> &Page {
        &self.page
    }

    /// A line to the browser's own debugger, for what only one test needs. What is set by it holds as long as the line does.
    /// Chromium only.
    pub async fn debugger(&self) -> Result<CDPSession> {
        Ok(self.context.new_cdp_session(&self.page).await?)
    }

    /// Another size of the window. The page has taken it when this ends: the handle between two panes is there where there are two.
    pub async fn is_resized(&self, viewport: Viewport) -> Result<()> {
        let is_narrow = viewport.width <= NARROWEST.width;
        self.page.set_viewport_size(viewport).await?;
        if is_narrow { self.sees_no(".list-grip").await } else { Ok(()) }
    }

    /// Fails where something sticks out at a side of the window, or can be scrolled sideways.
    pub async fn fits_the_window(&self, screen: &str) -> Result<()> {
        let sticks_out: Vec<String> = self.evaluates(STICKS_OUT).await?;
        if !sticks_out.is_empty() {
            bail!("{}: {screen} sticks out: {sticks_out:#?}\n{}", self.name, self.evidence().await);
        }
        Ok(())
    }

    /// What has this test id.
    pub fn at(&self, test_id: &str) -> Locator {
        self.page.locator(format!("[data-testid={test_id}]"))
    }

    /// Waits until a selector's first match can be seen.
    pub async fn sees(&self, selector: &str) -> Result<()> {
        let options = WaitForOptions::builder().timeout(PATIENCE_MS).build();
        let seen = self.page.locator(selector).first().wait_for(options).await;
        self.told_of(&format!("waiting for {selector}"), seen).await
    }

    /// Waits until nothing matches a selector, or nothing of it can be seen.
    pub async fn sees_no(&self, selector: &str) -> Result<()> {
        let options = WaitForOptions::builder().state(WaitForState::Hidden).timeout(PATIENCE_MS).build();
        let gone = self.page.locator(selector).first().wait_for(options).await;
        self.told_of(&format!("waiting for {selector} to go"), gone).await
    }

    /// Waits for something with a test id.
    pub async fn shows(&self, test_id: &str) -> Result<()> {
        self.sees(&format!("[data-testid={test_id}]")).await
    }

    /// Waits for something with a test id to go.
    pub async fn hides(&self, test_id: &str) -> Result<()> {
        self.sees_no(&format!("[data-testid={test_id}]")).await
    }

    /// Waits for something with a test id that holds a text.
    pub async fn sees_text(&self, test_id: &str, text: &str) -> Result<()> {
        self.sees(&with_text(test_id, text)).await
    }

    /// Waits for the program to come to a stage.
    pub async fn comes_to(&self, stage: &str) -> Result<()> {
        self.sees(&format!("[data-testid=stage][data-stage={stage}]")).await
    }

    /// Clicks, as soon as that can be done.
    pub async fn clicks(&self, test_id: &str) -> Result<()> {
        let done = self.at(test_id).click(None).await;
        self.told_of(&format!("clicking {test_id}"), done).await
    }

    /// Clicks the first that a selector finds.
    pub async fn clicks_at(&self, selector: &str) -> Result<()> {
        let done = self.page.locator(selector).first().click(None).await;
        self.told_of(&format!("clicking {selector}"), done).await
    }

    /// Clicks the one of several that holds a text.
    pub async fn clicks_text(&self, test_id: &str, text: &str) -> Result<()> {
        let done = self.page.locator(with_text(test_id, text)).first().click(None).await;
        self.told_of(&format!("clicking {test_id} with {text:?}"), done).await
    }

    /// Puts a text into a field.
    pub async fn fills(&self, test_id: &str, text: &str) -> Result<()> {
        let done = self.at(test_id).fill(text, None).await;
        self.told_of(&format!("filling {test_id}"), done).await
    }

    /// Types a text key by key, as a hand would.
    pub async fn types(&self, test_id: &str, text: &str) -> Result<()> {
        self.clicks(test_id).await?;
        for key in text.chars() {
            let pressed = self.page.keyboard().press(&key.to_string(), None).await;
            self.told_of("typing", pressed).await?;
        }
        Ok(())
    }

    /// Presses a key where the focus is.
    pub async fn presses(&self, key: &str) -> Result<()> {
        let pressed = self.page.keyboard().press(key, None).await;
        self.told_of(&format!("pressing {key}"), pressed).await
    }

    /// The words at a test id, once it is there.
    pub async fn reads(&self, test_id: &str) -> Result<String> {
        let read = self.at(test_id).inner_text().await;
        self.told_of(&format!("reading {test_id}"), read).await
    }

    /// The words of all with a test id, in the page's order.
    pub async fn reads_all(&self, test_id: &str) -> Result<Vec<String>> {
        let read = self.at(test_id).all_inner_texts().await;
        self.told_of(&format!("reading each {test_id}"), read).await
    }

    /// What an expression in the page gives.
    pub async fn evaluates<T: serde::de::DeserializeOwned>(&self, expression: &str) -> Result<T> {
        let given = self.page.evaluate::<(), T>(expression, None).await;
        self.told_of("evaluating", given).await
    }

    /// Waits until an expression in the page is true, or the promise that it gives comes to be. (The driver's own way needs `eval`, which the page's policy forbids.)
    pub async fn finds_true(&self, expression: &str) -> Result<()> {
        let look = format!(
            "(async () => {{ while (!(await ({expression}))) await new Promise(later => setTimeout(later, 50)) }})()"
        );
        let found = self.page.evaluate::<(), ()>(&look, None);
        match tokio::time::timeout(PATIENCE, found).await {
            Ok(found) => self.told_of(&format!("waiting for {expression}"), found).await,
            Err(_) => bail!("{} waited in vain for {expression}\n{}", self.name, self.evidence().await),
        }
    }

    /// The clipboard's text.
    pub async fn clipboard(&self) -> Result<String> {
        self.evaluates("navigator.clipboard.readText()").await
    }

    /// Loads the page again.
    pub async fn reloads(&self) -> Result<()> {
        let done = self.page.reload(None).await.map(|_| ());
        self.told_of("reloading", done).await
    }

    /// Waits until the browser keeps the program: from then on a reload needs no server.
    pub async fn is_kept(&self) -> Result<()> {
        self.finds_true("navigator.serviceWorker.controller !== null").await
    }

    /// Waits until the browser keeps also what no page has needed yet.
    pub async fn is_kept_whole(&self) -> Result<()> {
        self.is_kept().await?;
        let kept = "(async () => {
            const part = request => request.url.includes('split_sections');
            for (;;) {
                for (const name of await caches.keys()) {
                    if ((await (await caches.open(name)).keys()).some(part)) return true;
                }
                await new Promise(requestAnimationFrame);
            }
        })()";
        let kept = tokio::time::timeout(PATIENCE, self.evaluates::<bool>(kept)).await;
        kept.context("the parts of the program are not kept")?.map(|_| ())
    }

    /// Whether there is a network.
    pub async fn goes_offline(&self, offline: bool) -> Result<()> {
        Ok(self.context.set_offline(offline).await?)
    }

    /// Where on the screen something is.
    pub async fn area_of(&self, test_id: &str) -> Result<Area> {
        let found = self.at(test_id).bounding_box().await;
        let found = self.told_of(&format!("looking for {test_id}"), found).await?;
        let found = found.with_context(|| format!("{test_id} is not on the screen"))?;
        Ok(Area { x: found.x as f32, y: found.y as f32, width: found.width as f32, height: found.height as f32 })
    }

    /// A picture of the window, as PNG.
    pub async fn screenshot(&self) -> Result<Vec<u8>> {
        let taken = self.page.screenshot(None).await;
        self.told_of("taking a picture", taken).await
    }

    /// The lines of the console so far.
    pub fn console(&self) -> Vec<String> {
        self.console.lock().map(|said| said.clone()).unwrap_or_default()
    }

    /// Ends the browser; its profile stays.
    pub async fn closes(self) -> Result<()> {
        Ok(self.context.close().await?)
    }

    /// A failure with what could be seen.
    pub async fn told_of<T>(&self, what: &str, result: playwright_rs::Result<T>) -> Result<T> {
        match result {
            Ok(value) => Ok(value),
            Err(error) => bail!("{}: {what}: {error}\n{}", self.name, self.evidence().await),
        }
    }

    /// What a person would look at when a test fails: the page's words, the console, and where the picture lies.
    pub async fn evidence(&self) -> String {
        let words = self.page.locator("body").inner_text().await.unwrap_or_else(|error| format!("no text: {error}"));
        let picture = self.keep_picture().await.unwrap_or_else(|error| format!("no picture: {error}"));
        format!("--- the page:\n{words}\n--- the console:\n{}\n--- {picture}", self.console().join("\n"))
    }

    async fn keep_picture(&self) -> Result<String> {
        static TAKEN: AtomicU32 = AtomicU32::new(0);
        let number = TAKEN.fetch_add(1, Ordering::Relaxed);
        let file = format!("{}-{}-{number}.png", self.name.replace(' ', "-"), std::process::id());
        let path = results()?.join(file);
        self.page.screenshot_to_file(&path, None).await?;
        Ok(path.display().to_string())
    }
}

/// A text as selectors take it. (Rust's own way writes emoji as numbers.)
pub fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn with_text(test_id: &str, text: &str) -> String {
    format!("[data-testid={test_id}]:has-text({})", quoted(text))
}
