//! What a person does in the browser that is to be linked: show its code, type the digits, watch the mirror.

use super::{Browser, Setup, WIDE, quoted};
use crate::World;
use crate::camera::{Camera, Hold};
use anyhow::Result;

impl Browser {
    /// A Chromium that shows its code.
    pub async fn companion(world: &World, name: &str) -> Result<Self> {
        Self::companion_with(world, name, &Setup::chromium(WIDE)).await
    }

    /// A browser that shows its code.
    pub async fn companion_with(world: &World, name: &str, setup: &Setup) -> Result<Self> {
        let companion = Self::start(world, &format!("companion of {name}"), "/", setup).await?;
        companion.comes_to("linking").await?;
        companion.shows("link-qr").await?;
        Ok(companion)
    }

    /// Somebody holds a telephone before this screen: its camera gets the pixels, and nothing else.
    pub async fn is_filmed(&self, camera: &Camera, hold: Hold) -> Result<()> {
        camera.aim(&self.screenshot().await?, self.area_of("link-qr").await?, hold)
    }

    /// The code's text, as a person without a camera takes it.
    pub async fn copies_code(&self) -> Result<String> {
        // The clipboard is written behind the click: what lay there before is no code of now.
        self.evaluates::<()>("navigator.clipboard.writeText('')").await?;
        self.clicks("copy-code").await?;
        self.finds_true("navigator.clipboard.readText().then(text => text !== '')").await?;
        self.clipboard().await
    }

    /// Types the phone's digits.
    pub async fn types_digits(&self, digits: &str) -> Result<()> {
        self.shows("page-digits").await?;
        self.types("digit-0", digits).await
    }

    /// Links by the code's text: for tests of what comes after.
    pub async fn links_by_text(&self, phone: &Self) -> Result<()> {
        let code = self.copies_code().await?;
        phone.starts_scanning().await?;
        phone.pastes_code(&code).await?;
        let digits = phone.confirms_link().await?;
        self.types_digits(&digits).await?;
        self.comes_to("active").await?;
        phone.has_linked().await
    }

    /// Links by the camera's picture of this screen.
    pub async fn links_by_camera(&self, phone: &Self, camera: &Camera, hold: Hold) -> Result<()> {
        self.is_filmed(camera, hold).await?;
        phone.starts_scanning().await?;
        phone.shows("linking-confirm").await?;
        let digits = phone.confirms_link().await?;
        self.types_digits(&digits).await?;
        self.comes_to("active").await?;
        phone.has_linked().await
    }

    /// Waits until the mirror says that it is complete.
    pub async fn is_mirrored(&self) -> Result<()> {
        self.shows("chat-list").await?;
        self.hides("mirror-progress").await
    }

    /// Scrolls the open chat down to its end, which shows this text: a chat with much that is unread opens at the first of it.
    pub async fn scrolls_down_to(&self, newest: &str) -> Result<()> {
        self.shows("message-text").await?;
        let newest = quoted(newest);
        self.finds_true(&format!(
            "(scroller => {{
                scroller.scrollTop = scroller.scrollHeight;
                return [...scroller.querySelectorAll('[data-testid=message-text]')].some(text => text.innerText === {newest});
            }})(document.querySelector('[data-testid=message-scroller]'))"
        ))
        .await
    }

    /// The texts of the open chat, oldest first, scrolling up until there are so many. The page holds a part of them at a time.
    pub async fn reads_back(&self, messages: usize) -> Result<Vec<String>> {
        let mut texts: Vec<String> = Vec::new();
        let first = "document.querySelector('[data-testid=message]')?.dataset.message";
        self.shows("message-text").await?;
        loop {
            let shown = self.reads_all("message-text").await?;
            let older = shown.into_iter().take_while(|text| texts.first() != Some(text)).collect::<Vec<_>>();
            texts.splice(0..0, older);
            if texts.len() >= messages {
                return Ok(texts);
            }
            let before: String = self.evaluates(first).await?;
            self.evaluates::<()>(
                "void document.querySelector('[data-testid=message]').scrollIntoView({ block: 'end' })",
            )
            .await?;
            self.finds_true(&format!("({first} ?? {before:?}) !== {before:?}")).await?;
        }
    }
}
