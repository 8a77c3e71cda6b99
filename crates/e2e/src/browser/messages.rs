//! What a person does with single messages of the open chat, by hand and by keys.

use super::{Browser, quoted};
use anyhow::Result;
use playwright_rs::ClickOptions;
use playwright_rs::protocol::MouseButton;

/// The open menu of a message.
pub const MENU: &str = "[data-testid=message-actions] [role=menu]";

/// The message that says just this: not one that quotes it.
pub fn message(text: &str) -> String {
    format!("[data-testid=message]:has([data-testid=message-text]:text-is({}))", quoted(text))
}

impl Browser {
    /// Gives the focus to a message.
    pub async fn focuses_message(&self, text: &str) -> Result<()> {
        let done = self.page.locator(message(text)).focus().await;
        self.told_of(&format!("going to the message {text:?}"), done).await
    }

    /// Presses a key on a message.
    pub async fn presses_on_message(&self, text: &str, key: &str) -> Result<()> {
        self.focuses_message(text).await?;
        self.presses(key).await
    }

    /// Opens a message's menu with the right button of the mouse.
    pub async fn opens_message_menu(&self, text: &str) -> Result<()> {
        let with_right = ClickOptions::builder().button(MouseButton::Right).build();
        let bubble = self.page.locator(format!("{} .bubble", message(text)));
        let done = bubble.click(with_right).await;
        self.told_of(&format!("opening the menu of {text:?}"), done).await?;
        self.sees(MENU).await
    }

    /// Chooses from a message's menu.
    pub async fn chooses_for_message(&self, text: &str, entry: &str) -> Result<()> {
        self.opens_message_menu(text).await?;
        self.clicks(entry).await
    }

    /// Chooses an emoji of a message's menu.
    pub async fn reacts(&self, text: &str, emoji: &str) -> Result<()> {
        self.opens_message_menu(text).await?;
        self.clicks_text("menu-emoji", emoji).await
    }
}
