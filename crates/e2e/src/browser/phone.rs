//! What a person does on the phone's page: register, start chats, scan a new device's code.

use super::{Browser, NARROW, Setup, quoted};
use crate::World;
use anyhow::{Result, ensure};

impl Browser {
    /// A phone that has not been used yet.
    pub async fn new_phone(world: &World, name: &str) -> Result<Self> {
        let phone = Self::start(world, &format!("phone of {name}"), "/phone", &Setup::chromium(NARROW)).await?;
        phone.comes_to("registering").await?;
        Ok(phone)
    }

    /// A registered phone in Chromium.
    pub async fn phone(world: &World, name: &str, number: &str) -> Result<Self> {
        let phone = Self::new_phone(world, name).await?;
        phone.registers(world, name, number).await?;
        Ok(phone)
    }

    /// A registered phone with a camera, or one that was closed, started again.
    pub async fn phone_with(world: &World, name: &str, setup: &Setup) -> Result<Self> {
        Self::start(world, &format!("phone of {name}"), "/phone", setup).await
    }

    /// Goes through all pages of registration; the PIN is left for later.
    pub async fn registers(&self, world: &World, name: &str, number: &str) -> Result<()> {
        self.proves_number(world, number).await?;
        self.clicks("choose-pin-later").await?;
        self.fills("profile-name", name).await?;
        self.clicks("profile-save").await?;
        self.comes_to("active").await?;
        self.is_online().await
    }

    /// The first pages of registration, up to the one that asks for a PIN.
    pub async fn proves_number(&self, world: &World, number: &str) -> Result<()> {
        self.fills("number-input", number).await?;
        self.clicks("number-next").await?;
        self.shows("page-code").await?;
        self.fills("code-input", &world.code_for(number).await?).await?;
        self.clicks("code-next").await?;
        self.shows("page-choose-pin").await
    }

    /// Waits until the server is there and nothing is left to catch up with.
    pub async fn is_online(&self) -> Result<()> {
        let state = "document.querySelector('[data-testid=connection]')?.dataset.state === 'online'";
        self.finds_true(state).await
    }

    /// Starts a chat with a number under a name, and opens it.
    pub async fn starts_chat(&self, number: &str, name: &str) -> Result<()> {
        self.clicks("new-chat").await?;
        self.fills("new-chat-number", number).await?;
        self.fills("new-chat-name", name).await?;
        self.clicks("new-chat-go").await?;
        // Where there is room, the chat that was open before has a composer too.
        self.sees_text("chat-head-title", name).await?;
        self.shows("composer-input").await
    }

    /// Makes a group with contacts of these names, and has it open.
    pub async fn makes_group(&self, name: &str, members: &[&str]) -> Result<()> {
        self.clicks("new-chat").await?;
        self.clicks("new-group").await?;
        self.fills("group-name", name).await?;
        for member in members {
            self.clicks_text("picker-row", member).await?;
        }
        self.clicks("group-go").await?;
        self.sees_text("chat-head-title", name).await
    }

    /// Opens the chat whose row holds a text, and in which one may write.
    pub async fn opens_chat(&self, text: &str) -> Result<()> {
        self.clicks_text("chat-row", text).await?;
        self.shows("composer-input").await
    }

    /// Writes into the open chat.
    pub async fn writes(&self, text: &str) -> Result<()> {
        self.fills("composer-input", text).await?;
        self.clicks("send").await?;
        self.sees_text("message-text", text).await
    }

    /// Waits for an own message of the open chat to have this state.
    pub async fn sees_status(&self, text: &str, status: &str) -> Result<()> {
        self.sees(&format!("[data-testid=message][data-status={status}]:has-text({})", quoted(text))).await
    }

    /// Opens the camera for a new device's code.
    pub async fn starts_scanning(&self) -> Result<()> {
        self.clicks("rail-devices").await?;
        self.clicks("link-device").await?;
        // A code that is before the camera already may have been read by the time that anybody looks.
        self.finds_true("document.querySelector('[data-testid=linking-scan], [data-testid=linking-confirm]') !== null")
            .await
    }

    /// Pastes a code where the camera would see it.
    pub async fn pastes_code(&self, code: &str) -> Result<()> {
        self.clicks("toggle-paste").await?;
        self.fills("paste-code", code).await?;
        self.clicks("paste-go").await
    }

    /// Says yes to the warning, and reads the digits.
    pub async fn confirms_link(&self) -> Result<String> {
        self.clicks("confirm-link").await?;
        let digits = self.reads("linking-digits").await?;
        let digits: String = digits.chars().filter(char::is_ascii_digit).collect();
        ensure!(digits.len() == 4, "{digits:?} are not four digits");
        Ok(digits)
    }

    /// Waits for the end of linking, and leaves it. The history goes on going over.
    pub async fn has_linked(&self) -> Result<()> {
        self.shows("linking-done").await?;
        self.clicks("linking-close").await
    }
}
