//! The server of a test, with its codes caught on their way out.

use anyhow::{Context, Result};
use async_trait::async_trait;
use server::codes::{CodeSender, SendCodeError};
use server::config::Config;
use server::{Environment, Running, Server};
use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use tempfile::TempDir;
use url::Url;

/// A running server with an empty database.
pub struct World {
    folder: TempDir,
    running: Option<Running>,
    codes: Arc<Codes>,
}

#[derive(Default)]
struct Codes(Mutex<BTreeMap<String, String>>);

#[async_trait]
impl CodeSender for Codes {
    async fn send(&self, number: &str, code: &str) -> Result<(), SendCodeError> {
        self.0.lock().map_err(|_| SendCodeError)?.insert(number.to_owned(), code.to_owned());
        Ok(())
    }
}

impl World {
    /// Starts one.
    pub async fn new() -> Result<Self> {
        let folder = TempDir::new()?;
        let codes = Arc::new(Codes::default());
        let mut world = Self { folder, running: None, codes };
        world.start_server().await?;
        Ok(world)
    }

    /// Starts the server, on the same data at the same port where there was one.
    pub async fn start_server(&mut self) -> Result<()> {
        let mut config = Config::in_folder(self.folder.path().join("server"));
        // Many people at one address; the limits themselves have tests of their own.
        config.rate_limit_factor = NonZeroU32::new(1_000).context("not zero")?;
        let clock = Environment::default().clock;
        let environment = Environment { clock, codes: self.codes.clone() };
        self.running = Some(Server::start_with(config, environment).await?);
        Ok(())
    }

    /// Where the server is.
    pub fn url(&self) -> Result<Url> {
        let running = self.running.as_ref().context("the server is down")?;
        Ok(Url::parse(&format!("http://{}", running.addr))?)
    }

    /// The last code that went to a number.
    pub fn code_for(&self, number: &str) -> Result<String> {
        let codes = self.codes.0.lock().map_err(|_| anyhow::anyhow!("a code sender panicked"))?;
        codes.get(number).cloned().with_context(|| format!("no code went to {number}"))
    }

    /// The server's data folder.
    pub fn server_data(&self) -> PathBuf {
        self.folder.path().join("server")
    }

    /// A folder for a client.
    pub fn client_folder(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Whether a text stands anywhere in the server's files.
    pub fn server_holds(&self, text: &str) -> Result<bool> {
        holds(&self.server_data(), text.as_bytes())
    }

    /// Ends the server.
    pub async fn stop_server(&mut self) -> Result<()> {
        match self.running.take() {
            Some(running) => running.shutdown().await,
            None => Ok(()),
        }
    }
}

fn holds(folder: &Path, text: &[u8]) -> Result<bool> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let found = if path.is_dir() {
            holds(&path, text)?
        } else {
            std::fs::read(&path)?.windows(text.len()).any(|window| window == text)
        };
        if found {
            return Ok(true);
        }
    }
    Ok(false)
}
