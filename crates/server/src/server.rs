//! Starting and stopping a server: stores, tasks, ports.

use crate::app::{App, ServerIdentity, random};
use crate::blob_bytes::BlobBytes;
use crate::blob_folder::BlobFolder;
use crate::bus::{Bus, InProcess};
use crate::calls::{self, Calls};
use crate::clock::{Clock, SystemClock};
use crate::codes::{CodeSender, Codes, ConsoleSender};
use crate::config::{CallsConfig, Config, IfTaken, PushConfig};
use crate::delivery::Delivery;
use crate::hub::Hub;
use crate::limits::{BACKLOG, Limits};
use crate::metrics::{self, Metrics};
use crate::open::Open;
use crate::ports::{self, Port};
use crate::push::{self, Pushes};
use crate::tls;
use crate::turn::Relays;
use crate::web_app::WebApp;
use anyhow::{Context, Result, anyhow};
use proto::ids::{ServerId, Timeline};
use server_store::Stores;
use server_store::mailboxes::Retention;
use server_store::sqlite::Sqlite;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

const SWEEP_EVERY: Duration = Duration::from_secs(60);
/// Log entries deleted in one transaction.
const SWEEP_ROWS_MAX: u32 = 500;
/// How long requests may go on after the order to stop.
const STOP_WITHIN: Duration = Duration::from_secs(5);

/// What a server takes from outside beside its configuration.
pub struct Environment {
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Hands codes over.
    pub codes: Arc<dyn CodeSender>,
}

impl Default for Environment {
    fn default() -> Self {
        Self { clock: Arc::new(SystemClock), codes: Arc::new(ConsoleSender) }
    }
}

/// Gives the database in a data folder a new timeline: after an older copy was put back, so that clients learn that what
/// they were told since is not there. The server must not run.
pub async fn new_timeline(data: &Path) -> Result<()> {
    let database = data.join("heliograph.db");
    anyhow::ensure!(database.is_file(), "there is no database at {}", database.display());
    // Without threads, so that the file is closed and whole when this ends.
    let opened = Sqlite::open_in_this_thread(&database);
    let stores = opened.with_context(|| format!("cannot open {}", database.display()))?.stores();
    Ok(stores.sessions.put_setting("timeline", random::<16>().to_vec()).await?)
}

/// Inside of a data folder: a backup that is being put back there.
pub(crate) const RESTORING: &str = ".restoring";

/// What the nodes of one server share.
pub struct Common {
    /// The truth.
    pub database: Arc<Sqlite>,
    /// This node's connection to the bus.
    pub bus: Arc<dyn Bus>,
}

/// See [`Server::start`].
pub struct Server;

/// A server that runs.
pub struct Running {
    /// Where plain HTTP is served.
    pub addr: SocketAddr,
    /// Where HTTPS is served.
    pub https_addr: Option<SocketAddr>,
    /// Where what it measures is served.
    pub metrics_addr: Option<SocketAddr>,
    /// Where the units for calls take datagrams, and where connections.
    pub calls_addrs: Vec<(SocketAddr, SocketAddr)>,
    /// Whether HTTPS is by the generated authority.
    pub authority_pem: Option<String>,
    /// Whether there is a web app to serve.
    pub has_web_app: bool,
    stop: watch::Sender<bool>,
    app: Arc<App>,
    ports: Vec<JoinHandle<()>>,
    tasks: Vec<JoinHandle<()>>,
    /// Ends with the units for calls.
    pass_on: JoinHandle<()>,
}

impl Server {
    /// Opens the data folder, binds the ports and serves, with the machine's clock and codes as the configuration says.
    pub async fn start(config: Config) -> Result<Running> {
        let codes = config.codes.sender(&config.name)?;
        Self::start_with(config, Environment { codes, ..Environment::default() }).await
    }

    /// The same with another clock or code sender.
    pub async fn start_with(config: Config, environment: Environment) -> Result<Running> {
        Self::start_node(config, environment, None).await
    }

    /// The same as one of several nodes; without what they share it is the only one, over a database in its data folder.
    pub async fn start_node(config: Config, environment: Environment, common: Option<Common>) -> Result<Running> {
        writable(&config.data)?;
        let restoring = config.data.join(RESTORING);
        anyhow::ensure!(
            !restoring.exists(),
            "{} is there: a backup is being put back, or that was cut off: empty the data folder and restore again",
            restoring.display()
        );
        let common = match common {
            Some(common) => common,
            None => alone(&config.data)?,
        };
        let tls = match &config.https {
            None => None,
            Some(https) => Some(match &https.own {
                Some((cert, key)) => tls::from_files(cert, key)?,
                None => tls::local_authority(&config.data)?,
            }),
        };
        let authority_pem = tls.as_ref().and_then(|tls| tls.authority_pem.clone());
        let plain = bind(config.listen, "--listen")?;
        let addr = plain.local_addr()?;
        let secure = match (&config.https, tls) {
            (Some(https), Some(tls)) => match bind(https.listen, "--https-listen") {
                Ok(listener) => Some((listener, TlsAcceptor::from(tls.config))),
                Err(error) if https.if_taken == IfTaken::GoWithout => {
                    tracing::warn!("no HTTPS: {error}");
                    None
                }
                Err(error) => return Err(error),
            },
            _ => None,
        };
        let watched = match config.metrics_listen {
            Some(address) => Some(bind(address, "--metrics-listen")?),
            None => None,
        };
        let blobs = BlobBytes::Folder(BlobFolder::new(config.data.join("blobs")));
        let bound = config.calls.as_ref().map(bind_calls).unwrap_or_default();
        let calls_addrs =
            bound.iter().map(|unit| Ok((unit.udp_address()?, unit.tcp_address()?))).collect::<Result<Vec<_>>>()?;
        let (app, incoming) = build(config, environment, common, blobs, authority_pem.clone(), bound).await?;
        let https_addr = secure.as_ref().map(|(listener, _)| listener.local_addr()).transpose()?;
        let units = units_from_here(&app.config, &calls_addrs).filter(|_| https_addr.is_some());
        let calls = app.calls.relayed_to(units.collect());
        let app = Arc::new(App { origin: origin(addr, https_addr), calls, ..app });
        let metrics_addr = watched.as_ref().map(TcpListener::local_addr).transpose()?;
        let (stop, _) = watch::channel(false);
        let router = crate::http::router(app.clone());
        let port = |listener, tls: Option<TlsAcceptor>| Port {
            listener,
            relays: tls.as_ref().map(|_| Relays { app: app.clone() }),
            tls,
            router: router.clone(),
            connections: app.open.connections.clone(),
            refusals: app.open.refusals.clone(),
            head_within: app.config.head_within,
            read_within: app.config.read_within,
        };
        let mut ports = vec![ports::serve(port(plain, None), stop.subscribe())];
        ports.extend(secure.map(|(listener, tls)| ports::serve(port(listener, Some(tls)), stop.subscribe())));
        ports.extend(watched.map(|listener| ports::serve(metrics::port(listener, &app), stop.subscribe())));
        let fan_out = tokio::spawn(app.hub.clone().fan_out(app.stores.clone()));
        let sweep = tokio::spawn(sweep(app.clone()));
        let keep_calls = tokio::spawn(calls::keep(app.clone()));
        let push = tokio::spawn(push::run(app.clone()));
        let pass_on = tokio::spawn(calls::pass_on(app.clone(), incoming.sayings));
        let hold_rooms = tokio::spawn(calls::hold(app.clone()));
        let nodes = tokio::spawn(calls::serve(app.clone(), incoming.words));
        let mut tasks = vec![fan_out, sweep, keep_calls, push, hold_rooms, nodes];
        tasks.extend(admin(&app));
        Ok(Running {
            addr,
            https_addr,
            metrics_addr,
            calls_addrs: if app.calls.are_offered() { calls_addrs } else { Vec::new() },
            authority_pem,
            has_web_app: app.web.is_there(),
            stop,
            app,
            ports,
            tasks,
            pass_on,
        })
    }
}

impl Running {
    /// Takes no more, ends sockets, lets requests finish for a few seconds.
    pub async fn shutdown(self) -> Result<()> {
        self.stop.send_replace(true);
        self.app.hub.close_everything();
        self.app.calls.stop();
        let mut result = Ok(());
        for mut port in self.ports.into_iter().chain([self.pass_on]) {
            match tokio::time::timeout(STOP_WITHIN, &mut port).await {
                Ok(ended) => result = result.and(ended.map_err(|e| anyhow!(e))),
                Err(_) => port.abort(),
            }
        }
        for task in self.tasks {
            task.abort();
        }
        result.and(self.app.calls.release_closed().await.map_err(|error| anyhow!(error)))
    }
}

fn alone(data: &Path) -> Result<Common> {
    let database = data.join("heliograph.db");
    let database = Sqlite::open(&database).with_context(|| format!("cannot open {}", database.display()))?;
    Ok(Common { database, bus: Arc::new(InProcess::default()) })
}

fn bind(address: SocketAddr, option: &str) -> Result<TcpListener> {
    let listening = || {
        let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
        // Connections of the run before may not have ended yet. On other systems this would let two programs listen at once.
        socket.set_reuseaddr(cfg!(unix))?;
        socket.bind(address)?;
        socket.listen(BACKLOG)
    };
    listening().with_context(|| {
        format!("cannot listen on {address}: if another program, or another heliograph, is there, stop it or give {option} another port")
    })
}

/// As phones in the local network reach it, or else this machine.
fn origin(addr: SocketAddr, https_addr: Option<SocketAddr>) -> String {
    match (https_addr, tls::lan_address()) {
        (Some(https), Some(lan)) => format!("https://{}", SocketAddr::new(lan, https.port())),
        _ => format!("http://localhost:{}", addr.port()),
    }
}

/// None where the socket cannot be made: people can write to each other without it.
#[cfg(unix)]
fn admin(app: &Arc<App>) -> Option<JoinHandle<()>> {
    match crate::admin::listen(&app.config.data) {
        Ok(listener) => Some(tokio::spawn(crate::admin::serve(app.clone(), listener))),
        Err(error) => {
            tracing::warn!("`heliograph admin` cannot reach this server: {error:#}");
            None
        }
    }
}

#[cfg(not(unix))]
fn admin(_: &Arc<App>) -> Option<JoinHandle<()>> {
    None
}

/// Where units take datagrams: as clients are told, and as this machine reaches them.
fn units_from_here(
    config: &Config,
    calls_addrs: &[(SocketAddr, SocketAddr)],
) -> impl Iterator<Item = (SocketAddr, SocketAddr)> {
    let units = config
        .calls
        .iter()
        .filter(|calls| calls.turn)
        .flat_map(|calls| calls_addrs.iter().map(move |(udp, _)| (calls, udp.port())));
    units.flat_map(|(calls, port)| calls.reached_from_here(port))
}

/// None where a port is taken: messages go on without calls.
fn bind_calls(config: &CallsConfig) -> Vec<calls::Bound> {
    let address = |unit| config.listen_of(unit).context("there are no more ports");
    let bind = |unit| {
        let address = address(unit)?;
        calls::Bound::bind(address).with_context(|| {
            format!("cannot listen on {address}: if another program, or another heliograph, is there, stop it or give --calls-listen another port")
        })
    };
    let bound = (0..config.units.get()).map(bind).collect::<Result<Vec<_>>>();
    bound.unwrap_or_else(|error| {
        tracing::warn!("no calls: {error:#}");
        Vec::new()
    })
}

/// Fails with words where the folder cannot be made or written to: the database would only say that it cannot open a file.
fn writable(folder: &Path) -> Result<()> {
    let made = std::fs::create_dir_all(folder).and_then(|()| {
        let probe = folder.join(".heliograph-may-write");
        std::fs::write(&probe, [])?;
        std::fs::remove_file(&probe)
    });
    made.with_context(|| {
        let folder = folder.display();
        format!("cannot write to the data folder {folder}: let this user write there, or give --data another folder")
    })
}

pub(crate) async fn build(
    config: Config,
    environment: Environment,
    common: Common,
    blobs: BlobBytes,
    authority_pem: Option<String>,
    calls: Vec<calls::Bound>,
) -> Result<(App, calls::Incoming)> {
    let Common { database, bus } = common;
    let stores = database.stores();
    let identity = identity(&stores).await?;
    let hub = Arc::new(Hub::default());
    let pushes = pushes(config.push.as_ref(), &stores).await?;
    let factor = usize::try_from(config.rate_limit_factor.get()).unwrap_or(usize::MAX);
    let around = calls::Around {
        hub: hub.clone(),
        stores: stores.clone(),
        clock: environment.clock.clone(),
        bus,
        bus_key: identity.keyed_hash("words about calls on the bus", &[]),
    };
    let started = Calls::start(around, calls, config.calls.as_ref(), factor).await;
    let (calls, incoming) = started.context("cannot listen on the bus of the nodes")?;
    let app = App {
        delivery: Delivery::new(stores.clone()),
        hub,
        calls,
        pushes,
        limits: Limits::new(config.rate_limit_factor),
        open: Open::of(&config),
        metrics: if config.metrics_listen.is_some() { Metrics::kept() } else { Metrics::off() },
        database,
        clock: environment.clock,
        codes: Codes::new(environment.codes, config.code_within, factor),
        #[cfg(unix)]
        backing_up: tokio::sync::Mutex::default(),
        blobs,
        web: WebApp::new(config.web_dir.clone()),
        identity,
        origin: String::new(),
        authority_pem,
        stores,
        config,
    };
    Ok((app, incoming))
}

/// With a key that is made at the first start: browsers subscribe for it, so it stays.
async fn pushes(config: Option<&PushConfig>, stores: &Stores) -> Result<Pushes> {
    let Some(config) = config else { return Ok(Pushes::off()) };
    let secret = stores.sessions.setting_or_insert("vapid-key", push::fresh_secret().to_vec()).await?;
    let secret = secret.try_into().map_err(|_| anyhow!("a setting in the database has the wrong length"))?;
    Pushes::start(config, &secret, stores.pushes.subscribed().await?)
}

/// Made at the first start, the same ever after.
async fn identity(stores: &Stores) -> Result<ServerIdentity> {
    let setting =
        async |name, value: Vec<u8>| -> Result<Vec<u8>> { Ok(stores.sessions.setting_or_insert(name, value).await?) };
    let damaged = || anyhow!("a setting in the database has the wrong length");
    let seed: [u8; 32] = setting("server-key", random::<32>().to_vec()).await?.try_into().map_err(|_| damaged())?;
    let public_key = ed25519_dalek::SigningKey::from_bytes(&seed).verifying_key().to_bytes();
    let secret = setting("secret", random::<32>().to_vec()).await?.try_into().map_err(|_| damaged())?;
    let timeline = setting("timeline", random::<16>().to_vec()).await?;
    Ok(ServerIdentity {
        public_key,
        id: ServerId::of_key(&public_key),
        timeline: Timeline::try_from(timeline).map_err(|_| damaged())?,
        secret,
    })
}

/// Deletes what is over, for ever.
async fn sweep(app: Arc<App>) {
    let mut every = tokio::time::interval(SWEEP_EVERY);
    loop {
        every.tick().await;
        app.limits.sweep();
        app.metrics.upkeep();
        if let Err(error) = sweep_once(&app).await {
            tracing::error!(error = &*error, "the sweep failed");
        }
    }
}

/// Deletes what is over now.
pub(crate) async fn sweep_once(app: &App) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let now_ms = app.now_ms();
    app.stores.sessions.sweep(now_ms).await?;
    let retention =
        Retention { before_ms: now_ms.saturating_sub(app.config.message_retention_ms), limit: SWEEP_ROWS_MAX };
    while app.stores.mailboxes.expire(retention).await? == SWEEP_ROWS_MAX {}
    loop {
        let over = app.stores.blobs.expired_blobs(now_ms, SWEEP_ROWS_MAX).await?;
        if over.is_empty() {
            return Ok(());
        }
        for blob in over {
            app.blobs.delete(blob).await?;
            app.stores.blobs.delete_blob(blob).await?;
        }
    }
}
