//! The server of a test, with its codes caught on their way out.

use crate::line::Line;
use crate::media_path::{MediaPath, PATH_ADDRESS};
use crate::program::{Machine, Program};
use anyhow::{Context, Result};
use async_trait::async_trait;
use server::admin;
use server::clock::{Clock, SystemClock};
use server::codes::{CodeSender, SendCodeError};
use server::config::{CallsConfig, Config, Https, IfTaken, RegistrationMode};
use server::{Environment, Running, Server};
use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use tempfile::TempDir;
use tokio::sync::broadcast;
use url::Url;

/// A code comes within this.
const PATIENCE: Duration = Duration::from_secs(60);
/// Codes that a slow listener may be behind.
const CODES_MAX: usize = 1_024;

/// A running server with an empty database.
pub struct World {
    folder: TempDir,
    running: Option<Serving>,
    /// Kept over restarts: a page that is open goes on with the address it came from.
    address: Option<SocketAddr>,
    codes: Arc<Codes>,
    clock: Arc<MovedClock>,
    /// What clients that start now reach the server by, where it is not its own port.
    line: Option<Line>,
    /// What the packets of calls go through, where that is not the machine's own network.
    media_path: Option<MediaPath>,
    /// Connections that the server takes when it starts next, where a test says so.
    connections_max: Option<usize>,
    /// Who may register.
    registration: RegistrationMode,
    /// Where calls go.
    calls: CallsConfig,
    /// Browsers come over HTTPS.
    https: bool,
    /// Where the server is a process of its own: what it has.
    machine: Option<Machine>,
}

/// Where the server runs.
enum Serving {
    /// In this process.
    Here(Running),
    /// As the program that is shipped.
    Program(Program),
}

struct Codes {
    last: Mutex<BTreeMap<String, String>>,
    /// What the server's console would show.
    lines: broadcast::Sender<String>,
}

impl Codes {
    fn take(&self, number: &str, code: &str) -> Result<()> {
        self.last()?.insert(number.to_owned(), code.to_owned());
        // Nobody may be listening now.
        let _ = self.lines.send(format!("Code for {number}: {code}\n"));
        Ok(())
    }

    fn last(&self) -> Result<MutexGuard<'_, BTreeMap<String, String>>> {
        self.last.lock().map_err(|_| anyhow::anyhow!("a code sender panicked"))
    }

    fn last_to(&self, number: &str) -> Result<Option<String>> {
        Ok(self.last()?.get(number).cloned())
    }
}

#[async_trait]
impl CodeSender for Codes {
    async fn send(&self, number: &str, code: &str) -> Result<(), SendCodeError> {
        self.take(number, code).map_err(|_| SendCodeError::of("nobody reads codes"))
    }
}

/// The machine's, and what a test adds.
#[derive(Default)]
struct MovedClock(AtomicU64);

impl Clock for MovedClock {
    fn now_ms(&self) -> u64 {
        SystemClock.now_ms() + self.0.load(Ordering::Relaxed)
    }
}

impl World {
    /// Starts one.
    pub async fn new() -> Result<Self> {
        Self::started(None).await
    }

    /// Starts one in which the packets of calls go by a path that can be made bad.
    pub async fn with_media_path() -> Result<Self> {
        Self::on_media_path(false).await
    }

    /// The same, and browsers come over HTTPS, with a certificate of the server's own authority.
    pub async fn over_https() -> Result<Self> {
        Self::on_media_path(true).await
    }

    async fn on_media_path(https: bool) -> Result<Self> {
        let mut world = Self::at_rest(TempDir::new()?, None);
        world.https = https;
        world.calls = CallsConfig { addresses: vec![PATH_ADDRESS], ..CallsConfig::at((Ipv4Addr::LOCALHOST, 0).into()) };
        world.start_server().await?;
        let Some(Serving::Here(running)) = &world.running else { anyhow::bail!("the server runs elsewhere") };
        let unit = *running.calls_addrs.first().context("the server carries no calls")?;
        world.media_path = Some(MediaPath::to(unit).await?);
        Ok(world)
    }

    /// Starts one whose server is a process of its own.
    pub async fn with_program() -> Result<Self> {
        Self::on(Machine::default()).await
    }

    /// The same, on a machine that grants it no more than this.
    pub async fn on(machine: Machine) -> Result<Self> {
        Self::started(Some(machine)).await
    }

    /// One whose folder is filled before its server starts.
    pub async fn unpacked(fill: impl FnOnce(&Path) -> Result<()>) -> Result<Self> {
        let folder = TempDir::new()?;
        fill(folder.path())?;
        Self::in_folder(folder, None).await
    }

    async fn started(machine: Option<Machine>) -> Result<Self> {
        Self::in_folder(TempDir::new()?, machine).await
    }

    async fn in_folder(folder: TempDir, machine: Option<Machine>) -> Result<Self> {
        let mut world = Self::at_rest(folder, machine);
        world.start_server().await?;
        Ok(world)
    }

    fn at_rest(folder: TempDir, machine: Option<Machine>) -> Self {
        Self {
            folder,
            running: None,
            address: None,
            codes: Arc::new(Codes { last: Mutex::default(), lines: broadcast::channel(CODES_MAX).0 }),
            clock: Arc::default(),
            line: None,
            media_path: None,
            connections_max: None,
            registration: RegistrationMode::Open,
            // On all interfaces: Firefox takes no call by this machine's name for itself.
            calls: CallsConfig::at((Ipv4Addr::UNSPECIFIED, 0).into()),
            https: false,
            machine,
        }
    }

    /// The server as a process, where it is one.
    pub fn program(&self) -> Result<&Program> {
        match &self.running {
            Some(Serving::Program(program)) => Ok(program),
            _ => anyhow::bail!("the server is no process of its own"),
        }
    }

    /// Starts the server, on the same data at the same port where there was one.
    pub async fn start_server(&mut self) -> Result<()> {
        if let Some(machine) = &self.machine {
            let taken = self.codes.clone();
            let take_code = move |number: &str, code: &str| {
                // Whoever waits for it says that none came.
                let _ = taken.take(number, code);
            };
            let (program, address) = Program::start(&self.server_data(), self.address, machine, take_code).await?;
            self.address = Some(address);
            self.running = Some(Serving::Program(program));
            return Ok(());
        }
        let mut config = Config::in_folder(self.folder.path().join("server"));
        if let Some(address) = self.address {
            config.listen = address;
        }
        // Many people at one address; the limits themselves have tests of their own.
        config.rate_limit_factor = NonZeroU32::new(1_000).context("not zero")?;
        config.connections_max = self.connections_max.unwrap_or(config.connections_max);
        config.registration = self.registration;
        config.calls = Some(self.calls.clone());
        if self.https {
            let listen = (Ipv4Addr::LOCALHOST, 0).into();
            config.https = Some(Https { listen, own: None, if_taken: IfTaken::Fail });
        }
        // A push service of a test's is on this machine.
        let push = config.push.get_or_insert_default();
        push.hosts.push("http://127.0.0.1".parse()?);
        // Only browsers need it; they say so where it is missing.
        config.web_dir = std::env::var_os("HELIOGRAPH_WEB_DIR").map(PathBuf::from);
        let environment = Environment { clock: self.clock.clone(), codes: self.codes.clone() };
        let running = Server::start_with(config, environment).await?;
        self.address = Some(running.addr);
        self.running = Some(Serving::Here(running));
        Ok(())
    }

    /// From now on people register by invite.
    pub async fn asks_for_invites(&mut self) -> Result<()> {
        self.stop_server().await?;
        self.registration = RegistrationMode::Invite;
        self.start_server().await
    }

    /// Makes an invite for one account, as the operator does, and gives what stands behind `#invite=` in its link.
    pub fn invite(&self) -> Result<String> {
        match server::admin::ask(&self.server_data(), &admin::Request::MakeInvite { uses: 1, days: 1 })? {
            admin::Answer::Invite { code, .. } => Ok(code),
            other => anyhow::bail!("no invite was made: {other:?}"),
        }
    }

    /// The server takes no more connections from its next start on.
    pub fn has_room_for(&mut self, connections: usize) {
        self.connections_max = Some(connections);
    }

    /// Clients that start from now on reach the server by a line that can fall silent.
    pub async fn lays_a_line(&mut self) -> Result<()> {
        self.line = Some(Line::to(self.address.context("the server was never started")?).await?);
        Ok(())
    }

    /// The line that was laid.
    pub fn line(&self) -> Result<&Line> {
        self.line.as_ref().context("no line was laid")
    }

    /// The path that the packets of calls go by.
    pub fn media_path(&self) -> Result<&MediaPath> {
        self.media_path.as_ref().context("calls go by no path of a test's")
    }

    /// Where the server is.
    pub fn url(&self) -> Result<Url> {
        let address = self.address.filter(|_| self.running.is_some()).context("the server is down")?;
        if let Some(Serving::Here(Running { https_addr: Some(https), .. })) = &self.running {
            return Ok(Url::parse(&format!("https://localhost:{}", https.port()))?);
        }
        let address = self.line.as_ref().map_or(address, Line::address);
        Ok(Url::parse(&format!("http://{address}"))?)
    }

    /// The last code that went to a number. A program's console may be read later than its answer was.
    pub async fn code_for(&self, number: &str) -> Result<String> {
        let mut lines = self.codes.lines.subscribe();
        let went = async {
            loop {
                if let Some(code) = self.codes.last_to(number)? {
                    return anyhow::Ok(code);
                }
                // Also where this listener was too slow, it is there now.
                let _ = lines.recv().await;
            }
        };
        tokio::time::timeout(PATIENCE, went).await.with_context(|| format!("no code went to {number}"))?
    }

    /// The lines with codes on the server's console, from now on.
    pub fn console(&self) -> broadcast::Receiver<String> {
        self.codes.lines.subscribe()
    }

    /// Lets time pass for the server.
    pub fn passes_on_the_server(&self, time: Duration) {
        self.clock.0.fetch_add(u64::try_from(time.as_millis()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// Where the data of all are.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The server's data folder.
    pub fn server_data(&self) -> PathBuf {
        self.folder.path().join("server")
    }

    /// A folder for a client.
    pub fn client_folder(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Copies the database of a client that does not run.
    pub fn copy_client(&self, from: &str, to: &str) -> Result<()> {
        let to = self.client_folder(to);
        std::fs::create_dir_all(&to)?;
        for entry in std::fs::read_dir(self.client_folder(from))? {
            let entry = entry?;
            if entry.path().is_file() {
                std::fs::copy(entry.path(), to.join(entry.file_name()))?;
            }
        }
        Ok(())
    }

    /// Whether a text stands anywhere in the server's files.
    pub fn server_holds(&self, text: &str) -> Result<bool> {
        holds(&self.server_data(), text.as_bytes())
    }

    /// Whether a text stands anywhere in a client's or browser's files.
    pub fn client_holds(&self, folder: &str, text: &str) -> Result<bool> {
        holds(&self.client_folder(folder), text.as_bytes())
    }

    /// Kills the server where it is a process of its own.
    pub async fn kill_server(&mut self) -> Result<()> {
        match self.running.take() {
            Some(Serving::Program(program)) => program.kill().await,
            _ => anyhow::bail!("the server is no process of its own"),
        }
    }

    /// Waits until the server has died, where it is a process of its own.
    pub async fn server_dies(&mut self) -> Result<()> {
        match self.running.take() {
            Some(Serving::Program(program)) => program.ends().await,
            _ => anyhow::bail!("the server is no process of its own"),
        }
    }

    /// Ends the server.
    pub async fn stop_server(&mut self) -> Result<()> {
        match self.running.take() {
            Some(Serving::Here(running)) => running.shutdown().await,
            Some(Serving::Program(program)) => program.stop().await,
            None => Ok(()),
        }
    }
}

fn holds(folder: &Path, text: &[u8]) -> Result<bool> {
    for entry in std::fs::read_dir(folder)? {
        let (entry, path) = entry.map(|entry| (entry.file_type(), entry.path()))?;
        let kind = entry?;
        let found = if kind.is_dir() {
            holds(&path, text)?
        } else if kind.is_file() {
            match std::fs::read(&path) {
                Ok(bytes) => bytes.windows(text.len()).any(|window| window == text),
                // A running browser tidies up under our feet.
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => false,
                Err(error) => return Err(error.into()),
            }
        } else {
            // Its locks and sockets.
            false
        };
        if found {
            return Ok(true);
        }
    }
    Ok(false)
}
