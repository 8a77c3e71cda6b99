//! Where an account lives on this machine: its folder, its server and whether it is a phone or a companion.

use crate::account::Account;
use anyhow::{Context, Result, bail};
use clap::Args;
use client_api::Role;
use client_driver::native::{Options, Storage};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use std::time::Duration;
use url::Url;

const FILE: &str = "helio.json";
const SERVER_DEFAULT: &str = "http://localhost:8470";

/// Options of every command.
#[derive(Args, Clone)]
pub(crate) struct Place {
    /// The account's folder
    #[arg(long, global = true, env = "HELIO_DATA", value_name = "DIR")]
    data: Option<PathBuf>,
    /// The server's address; kept after the first time
    #[arg(long, global = true, env = "HELIO_SERVER", value_name = "URL")]
    server: Option<Url>,
    /// A PEM file with the server's own authority; kept after the first time
    #[arg(long, global = true, value_name = "FILE")]
    ca: Option<PathBuf>,
    /// Print results as JSON
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Give up after so many seconds without an answer
    #[arg(long, global = true, default_value_t = 60, value_name = "SECONDS")]
    timeout: u64,
}

#[derive(Serialize, Deserialize)]
struct Kept {
    role: KeptRole,
    server: Url,
    ca: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum KeptRole {
    Phone,
    Companion,
}

impl Place {
    pub(crate) fn folder(&self) -> Result<PathBuf> {
        if let Some(folder) = &self.data {
            return Ok(folder.clone());
        }
        let home = std::env::var_os("HOME").context("there is no home folder; give one with --data")?;
        Ok(PathBuf::from(home).join(".local/share/helio"))
    }

    pub(crate) fn patience(&self) -> Duration {
        Duration::from_secs(self.timeout)
    }

    fn kept(&self) -> Result<Option<Kept>> {
        let path = self.folder()?.join(FILE);
        match std::fs::read(&path) {
            Ok(bytes) => {
                Ok(Some(serde_json::from_slice(&bytes).with_context(|| format!("{} is damaged", path.display()))?))
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
        }
    }

    /// Starts the client that a new account is made with, and keeps what it was started with.
    pub(crate) fn begin(&self, role: Role) -> Result<Account> {
        let wanted = match role {
            Role::Phone => KeptRole::Phone,
            Role::Companion => KeptRole::Companion,
        };
        let kept = self.kept()?;
        if kept.as_ref().is_some_and(|kept| kept.role != wanted) {
            bail!("this folder holds an account of the other kind; use another --data folder");
        }
        let server =
            self.server.clone().or(kept.map(|kept| kept.server)).map_or_else(|| Url::parse(SERVER_DEFAULT), Ok)?;
        let ca = self.ca.as_ref().map(std::path::absolute).transpose()?;
        let account = self.start(Storage::Folder(self.folder()?), role, server.clone(), ca.clone())?;
        let path = self.folder()?.join(FILE);
        let bytes = serde_json::to_vec_pretty(&Kept { role: wanted, server, ca })?;
        std::fs::write(&path, bytes).with_context(|| format!("cannot write {}", path.display()))?;
        Ok(account)
    }

    /// The address of the server of the account that is there.
    pub(crate) fn address(&self) -> Result<Url> {
        let kept = self.server.clone().or(self.kept()?.map(|kept| kept.server));
        kept.map_or_else(|| Ok(Url::parse(SERVER_DEFAULT)?), Ok)
    }

    /// Starts the client of the account that is there.
    pub(crate) fn open(&self) -> Result<Account> {
        let Some(kept) = self.kept()? else {
            bail!("there is no account in {}; begin with `helio register` or `helio link`", self.folder()?.display());
        };
        let role = match kept.role {
            KeptRole::Phone => Role::Phone,
            KeptRole::Companion => Role::Companion,
        };
        let server = self.server.clone().unwrap_or(kept.server);
        self.start(Storage::Folder(self.folder()?), role, server, self.ca.clone().or(kept.ca))
    }

    /// Starts a client of a played person, somewhere else than in the folder itself.
    pub(crate) fn open_at(&self, storage: Storage) -> Result<Account> {
        let server = self.server.clone().map_or_else(|| Url::parse(SERVER_DEFAULT), Ok)?;
        self.start(storage, Role::Phone, server, self.ca.clone())
    }

    fn start(&self, storage: Storage, role: Role, server: Url, authority: Option<PathBuf>) -> Result<Account> {
        let options = Options { server, authority, storage, role, device_name: "helio".to_owned() };
        Ok(Account::start(options, self.patience())?)
    }
}
