//! What an operator can set: flags, then environment, then the file, then the defaults.

mod mistake;

use crate::codes::{CodesConfig, HookConfig, MailConfig};
use crate::limits;
use crate::numbers::Region;
use crate::push::PushHost;
use anyhow::{Context, Result, bail};
use clap::Args;
use serde::Deserialize;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;
use std::time::Duration;

const DAY_MS: u64 = 24 * 60 * 60 * 1_000;

/// All that a server needs to know.
#[derive(Debug, Clone)]
pub struct Config {
    /// Plain HTTP; for this machine, or behind a proxy.
    pub listen: SocketAddr,
    /// HTTPS, if wanted.
    pub https: Option<Https>,
    /// Database, blobs, keys.
    pub data: PathBuf,
    /// Shown to clients.
    pub name: String,
    /// Whose numbers may be written without a country code.
    pub default_region: Option<Region>,
    /// Who may register.
    pub registration: RegistrationMode,
    /// How codes reach their people.
    pub codes: CodesConfig,
    /// How long the sender may take for one code.
    pub code_within: Duration,
    /// A bundle's folder instead of the embedded one.
    pub web_dir: Option<PathBuf>,
    /// Multiplies every rate limit.
    pub rate_limit_factor: NonZeroU32,
    /// Bytes of blobs that an account may have.
    pub blob_quota: u64,
    /// Bytes of one blob.
    pub blob_size_max: u64,
    /// How long a blob is kept.
    pub blob_retention_ms: u64,
    /// How long a log entry is kept.
    pub message_retention_ms: u64,
    /// Whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// Connections at once.
    pub connections_max: usize,
    /// Connections of one address.
    pub connections_per_address_max: usize,
    /// Sockets of one account.
    pub sockets_per_account_max: usize,
    /// Sockets of one address that have not said Hello.
    pub greetings_per_address_max: usize,
    /// When a socket must have said Hello.
    pub hello_within: Duration,
    /// When the head of a request must have come.
    pub head_within: Duration,
    /// When some of what is written must have been read.
    pub read_within: Duration,
    /// Where what the server measures is served, if at all.
    pub metrics_listen: Option<SocketAddr>,
    /// Where calls go through, if at all.
    pub calls: Option<CallsConfig>,
    /// How browsers without a page of ours are notified, if at all.
    pub push: Option<PushConfig>,
}

/// Web Push.
#[derive(Debug, Clone)]
pub struct PushConfig {
    /// Whom push services turn to: `mailto:` or `https:`.
    pub contact: String,
    /// Push services beside those of the known browsers.
    pub hosts: Vec<PushHost>,
}

impl Default for PushConfig {
    fn default() -> Self {
        Self { contact: env!("CARGO_PKG_REPOSITORY").into(), hosts: Vec::new() }
    }
}

/// Ports for calls.
#[derive(Debug, Clone)]
pub struct CallsConfig {
    /// UDP and TCP, both under this number; further units have the numbers that follow. 0 takes any for each.
    pub listen: SocketAddr,
    /// As what clients are told to reach this machine; where empty, as `listen` says.
    pub addresses: Vec<IpAddr>,
    /// Units, each a thread.
    pub units: NonZeroUsize,
    /// TCP connections of one address, to all units.
    pub streams_per_address_max: usize,
    /// Where HTTPS is served, it relays for those whose network passes nothing else.
    pub turn: bool,
}

impl CallsConfig {
    /// One unit there.
    pub fn at(listen: SocketAddr) -> Self {
        Self {
            listen,
            addresses: Vec::new(),
            units: NonZeroUsize::MIN,
            streams_per_address_max: limits::CALL_STREAMS_PER_ADDRESS_MAX,
            turn: true,
        }
    }

    /// Where a unit listens.
    pub(crate) fn listen_of(&self, unit: usize) -> Option<SocketAddr> {
        let port = match self.listen.port() {
            0 => 0,
            first => first.checked_add(u16::try_from(unit).ok()?)?,
        };
        Some(SocketAddr::new(self.listen.ip(), port))
    }

    /// Where the datagrams of a unit go that takes them at this port: as clients are told, and as this machine reaches it.
    pub(crate) fn reached_from_here(&self, port: u16) -> impl Iterator<Item = (SocketAddr, SocketAddr)> {
        let listens = self.listen.ip();
        self.reached_at().into_iter().map(move |told| {
            let here = match (listens.is_unspecified(), told) {
                (false, _) => listens,
                (true, IpAddr::V4(_)) => IpAddr::V4(Ipv4Addr::LOCALHOST),
                (true, IpAddr::V6(_)) => IpAddr::V6(Ipv6Addr::LOCALHOST),
            };
            (SocketAddr::new(told, port), SocketAddr::new(here, port))
        })
    }

    /// The addresses that clients are told. Of all interfaces it is that in the local network, and for this machine its own.
    pub(crate) fn reached_at(&self) -> Vec<IpAddr> {
        match self.listen.ip() {
            _ if !self.addresses.is_empty() => self.addresses.clone(),
            ip if !ip.is_unspecified() => vec![ip],
            _ => crate::lan_address().into_iter().chain([IpAddr::V4(Ipv4Addr::LOCALHOST)]).collect(),
        }
    }
}

/// An HTTPS port and whose certificate it shows.
#[derive(Debug, Clone)]
pub struct Https {
    /// Where.
    pub listen: SocketAddr,
    /// Certificate chain and key in PEM; without it a local authority is made.
    pub own: Option<(PathBuf, PathBuf)>,
    /// What to do where the port is taken.
    pub if_taken: IfTaken,
}

/// What to do where a port is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IfTaken {
    /// Somebody asked for this port: without it nothing starts.
    Fail,
    /// The default: a second server on a machine goes without.
    GoWithout,
}

impl Config {
    /// The defaults, on port 0 and without HTTPS: for tests and benches.
    pub fn in_folder(data: PathBuf) -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            https: None,
            data,
            name: "Heliograph".into(),
            default_region: None,
            registration: RegistrationMode::Open,
            codes: CodesConfig::Console,
            code_within: limits::CODE_WITHIN,
            web_dir: None,
            rate_limit_factor: NonZeroU32::MIN,
            blob_quota: 20 * 1024 * 1024 * 1024,
            // A file of 2 GiB and its seals.
            blob_size_max: 2049 * 1024 * 1024,
            blob_retention_ms: 30 * DAY_MS,
            message_retention_ms: 90 * DAY_MS,
            trusted_proxies: Vec::new(),
            connections_max: limits::CONNECTIONS_MAX,
            connections_per_address_max: limits::CONNECTIONS_MAX / limits::ADDRESSES_MIN,
            sockets_per_account_max: limits::SOCKETS_PER_ACCOUNT_MAX,
            greetings_per_address_max: limits::GREETINGS_PER_ADDRESS_MAX,
            hello_within: limits::HELLO_WITHIN,
            head_within: limits::HEAD_WITHIN,
            read_within: limits::READ_WITHIN,
            metrics_listen: None,
            calls: None,
            push: Some(PushConfig::default()),
        }
    }
}

/// Options of `heliograph serve`. Each may also stand in the configuration file, under its long name with `_`.
// Not `Debug`: there are secrets in it.
#[derive(Default, Args, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServeArgs {
    /// A TOML file with any of these options [default: heliograph.toml, if there is one].
    #[arg(long, env = "HELIOGRAPH_CONFIG")]
    #[serde(skip)]
    config: Option<PathBuf>,
    /// Where to serve plain HTTP [default: 127.0.0.1:8470].
    #[arg(long, env = "HELIOGRAPH_LISTEN")]
    listen: Option<SocketAddr>,
    /// Where to serve HTTPS; "off" for not at all [default: 0.0.0.0:8471].
    #[arg(long, env = "HELIOGRAPH_HTTPS_LISTEN")]
    https_listen: Option<String>,
    /// Your certificate chain (PEM). Without it a local authority is generated in the data folder.
    #[arg(long, env = "HELIOGRAPH_TLS_CERT")]
    tls_cert: Option<PathBuf>,
    /// The key of that certificate (PEM).
    #[arg(long, env = "HELIOGRAPH_TLS_KEY")]
    tls_key: Option<PathBuf>,
    /// The folder of database, blobs and keys [default: ./data].
    #[arg(long, env = "HELIOGRAPH_DATA")]
    data: Option<PathBuf>,
    /// The server's name as clients show it [default: Heliograph].
    #[arg(long, env = "HELIOGRAPH_NAME")]
    name: Option<String>,
    /// Country of numbers that are typed without a country code, as in DE or US [default: none, so that all need one].
    #[arg(long, env = "HELIOGRAPH_DEFAULT_REGION")]
    default_region: Option<String>,
    /// Who may register: "open" for everybody, "invite" for those with an invite (`heliograph admin invite`), "closed" for nobody
    /// [default: open].
    #[arg(long, env = "HELIOGRAPH_REGISTRATION")]
    registration: Option<RegistrationMode>,
    /// Before there was `registration`: true is "open", false is "closed".
    #[arg(long, env = "HELIOGRAPH_REGISTRATION_OPEN")]
    registration_open: Option<bool>,
    /// How one-time codes reach their people: "console" (standard output), "http" (a gateway for text messages) or "smtp" (mail)
    /// [default: console].
    #[arg(long, env = "HELIOGRAPH_CODE_SENDER")]
    code_sender: Option<CodeSenderName>,
    /// With http: the gateway that codes are posted to, as in "https://sms.example.org/send".
    #[arg(long, env = "HELIOGRAPH_CODE_HTTP_URL", hide_env_values = true)]
    code_http_url: Option<String>,
    /// With http: the secret that requests are signed with, 16 characters or more. Other users of a machine can read command lines: let it
    /// stand in the file or the environment.
    #[arg(long, env = "HELIOGRAPH_CODE_HTTP_SECRET", hide_env_values = true)]
    code_http_secret: Option<String>,
    /// With smtp: the mail server, as in "smtps://mail.example.org", or "smtp://mail.example.org:587" for STARTTLS.
    #[arg(long, env = "HELIOGRAPH_CODE_SMTP_URL", hide_env_values = true)]
    code_smtp_url: Option<String>,
    /// With smtp: who logs in there [default: nobody does].
    #[arg(long, env = "HELIOGRAPH_CODE_SMTP_USER")]
    code_smtp_user: Option<String>,
    /// With smtp: the password of that; as `code_http_secret`.
    #[arg(long, env = "HELIOGRAPH_CODE_SMTP_PASSWORD", hide_env_values = true)]
    code_smtp_password: Option<String>,
    /// With smtp: whom the mail is from, as in "Our server <codes@example.org>".
    #[arg(long, env = "HELIOGRAPH_CODE_SMTP_FROM")]
    code_smtp_from: Option<String>,
    /// With smtp: the address that a code goes to, as in "{number}@sms.example.org" ("{digits}" is the number without its plus).
    #[arg(long, env = "HELIOGRAPH_CODE_SMTP_TO")]
    code_smtp_to: Option<String>,
    /// Serve the web app from this bundle folder instead of the embedded one.
    #[arg(long, env = "HELIOGRAPH_WEB_DIR")]
    web_dir: Option<PathBuf>,
    /// Multiplies every rate limit; for set-ups that play many people from one address [default: 1].
    #[arg(long, env = "HELIOGRAPH_RATE_LIMIT_FACTOR")]
    rate_limit_factor: Option<NonZeroU32>,
    /// Megabytes of blobs that an account may have [default: 20480].
    #[arg(long, env = "HELIOGRAPH_BLOB_QUOTA_MB")]
    blob_quota_mb: Option<u64>,
    /// Megabytes of one blob [default: 2048].
    #[arg(long, env = "HELIOGRAPH_BLOB_SIZE_MAX_MB")]
    blob_size_max_mb: Option<u64>,
    /// Days that a blob is kept [default: 30].
    #[arg(long, env = "HELIOGRAPH_BLOB_RETENTION_DAYS")]
    blob_retention_days: Option<u64>,
    /// Days that messages wait for devices that are away [default: 90].
    #[arg(long, env = "HELIOGRAPH_MESSAGE_RETENTION_DAYS")]
    message_retention_days: Option<u64>,
    /// Addresses of reverse proxies whose X-Forwarded-For is believed, separated by commas.
    #[arg(long, env = "HELIOGRAPH_TRUSTED_PROXIES", value_delimiter = ',')]
    trusted_proxies: Option<Vec<IpAddr>>,
    /// Connections at once; others hear that they should come back [default: 10000].
    #[arg(long, env = "HELIOGRAPH_CONNECTIONS_MAX")]
    connections_max: Option<NonZeroUsize>,
    /// Connections of one address (of IPv6: of a /64), trusted proxies aside; the rate limit factor multiplies it [default: a fifth of all].
    #[arg(long, env = "HELIOGRAPH_CONNECTIONS_PER_ADDRESS_MAX")]
    connections_per_address_max: Option<NonZeroUsize>,
    /// Sockets of one account [default: 32].
    #[arg(long, env = "HELIOGRAPH_SOCKETS_PER_ACCOUNT_MAX")]
    sockets_per_account_max: Option<NonZeroUsize>,
    /// Sockets of one address that have not said who they are; the rate limit factor multiplies it [default: 64].
    #[arg(long, env = "HELIOGRAPH_GREETINGS_PER_ADDRESS_MAX")]
    greetings_per_address_max: Option<NonZeroUsize>,
    /// Where to serve what the server measures, at /metrics, for Prometheus; keep it off the Internet [default: nowhere].
    #[arg(long, env = "HELIOGRAPH_METRICS_LISTEN")]
    metrics_listen: Option<SocketAddr>,
    /// Where calls go through, UDP and TCP; "off" for no calls [default: 0.0.0.0:8472].
    #[arg(long, env = "HELIOGRAPH_CALLS_LISTEN")]
    calls_listen: Option<String>,
    /// Addresses of this machine as clients reach it for calls, separated by commas [default: as it listens; of all interfaces, that in
    /// the local network and 127.0.0.1].
    #[arg(long, env = "HELIOGRAPH_CALLS_ADDRESSES", value_delimiter = ',')]
    calls_addresses: Option<Vec<IpAddr>>,
    /// Threads for calls, each with a port: that of `calls_listen` and those that follow [default: 1].
    #[arg(long, env = "HELIOGRAPH_CALLS_UNITS")]
    calls_units: Option<NonZeroUsize>,
    /// Whether the port of HTTPS relays calls of networks that pass nothing else (TURN) [default: true].
    #[arg(long, env = "HELIOGRAPH_CALLS_TURN")]
    calls_turn: Option<bool>,
    /// Whether browsers may be notified while no page is open, through their makers' push services [default: true].
    #[arg(long, env = "HELIOGRAPH_PUSH")]
    push: Option<bool>,
    /// Whom push services turn to when something is wrong, as in "mailto:admin@example.org" [default: this software's address].
    #[arg(long, env = "HELIOGRAPH_PUSH_CONTACT")]
    push_contact: Option<String>,
    /// Push services beside those of the known browsers, separated by commas, as in "push.example.org" or "*.example.org"; they may be in
    /// a private network.
    #[arg(long, env = "HELIOGRAPH_PUSH_HOSTS", value_delimiter = ',')]
    push_hosts: Option<Vec<String>>,
    /// Log lines for people ("text") or for machines ("json") [default: text].
    #[arg(long, env = "HELIOGRAPH_LOG_FORMAT")]
    pub log_format: Option<LogFormat>,
    /// What to log, as in "info" or "server=debug" [default: info].
    #[arg(long, env = "HELIOGRAPH_LOG")]
    pub log: Option<String>,
}

/// Who may register.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RegistrationMode {
    /// Everybody who gets a code.
    Open,
    /// Who brings an invite.
    Invite,
    /// Nobody.
    Closed,
}

/// Who sends codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
enum CodeSenderName {
    #[default]
    Console,
    Http,
    Smtp,
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One object a line.
    Json,
}

impl ServeArgs {
    /// Reads a configuration file's text.
    pub fn parse(text: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(text)
    }

    /// Fills in what only the file says.
    pub fn with_file(self) -> Result<Self> {
        let (path, named) = match &self.config {
            Some(path) => (path.clone(), true),
            None => (PathBuf::from("heliograph.toml"), false),
        };
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if !named && error.kind() == std::io::ErrorKind::NotFound => return Ok(self),
            Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
        };
        let file = Self::parse(&text).map_err(|error| mistake::told(&text, &error));
        let file = file.with_context(|| format!("{} is not understood", path.display()))?;
        Ok(Self {
            config: self.config,
            listen: self.listen.or(file.listen),
            https_listen: self.https_listen.or(file.https_listen),
            tls_cert: self.tls_cert.or(file.tls_cert),
            tls_key: self.tls_key.or(file.tls_key),
            data: self.data.or(file.data),
            name: self.name.or(file.name),
            default_region: self.default_region.or(file.default_region),
            registration: self.registration.or(file.registration),
            registration_open: self.registration_open.or(file.registration_open),
            code_sender: self.code_sender.or(file.code_sender),
            code_http_url: self.code_http_url.or(file.code_http_url),
            code_http_secret: self.code_http_secret.or(file.code_http_secret),
            code_smtp_url: self.code_smtp_url.or(file.code_smtp_url),
            code_smtp_user: self.code_smtp_user.or(file.code_smtp_user),
            code_smtp_password: self.code_smtp_password.or(file.code_smtp_password),
            code_smtp_from: self.code_smtp_from.or(file.code_smtp_from),
            code_smtp_to: self.code_smtp_to.or(file.code_smtp_to),
            web_dir: self.web_dir.or(file.web_dir),
            rate_limit_factor: self.rate_limit_factor.or(file.rate_limit_factor),
            blob_quota_mb: self.blob_quota_mb.or(file.blob_quota_mb),
            blob_size_max_mb: self.blob_size_max_mb.or(file.blob_size_max_mb),
            blob_retention_days: self.blob_retention_days.or(file.blob_retention_days),
            message_retention_days: self.message_retention_days.or(file.message_retention_days),
            trusted_proxies: self.trusted_proxies.or(file.trusted_proxies),
            connections_max: self.connections_max.or(file.connections_max),
            connections_per_address_max: self.connections_per_address_max.or(file.connections_per_address_max),
            sockets_per_account_max: self.sockets_per_account_max.or(file.sockets_per_account_max),
            greetings_per_address_max: self.greetings_per_address_max.or(file.greetings_per_address_max),
            metrics_listen: self.metrics_listen.or(file.metrics_listen),
            calls_listen: self.calls_listen.or(file.calls_listen),
            calls_addresses: self.calls_addresses.or(file.calls_addresses),
            calls_units: self.calls_units.or(file.calls_units),
            calls_turn: self.calls_turn.or(file.calls_turn),
            push: self.push.or(file.push),
            push_contact: self.push_contact.or(file.push_contact),
            push_hosts: self.push_hosts.or(file.push_hosts),
            log_format: self.log_format.or(file.log_format),
            log: self.log.or(file.log),
        })
    }

    /// What the server gets.
    pub fn into_config(mut self) -> Result<Config> {
        let codes = self.codes()?;
        let default = Config::in_folder(self.data.unwrap_or_else(|| PathBuf::from("data")));
        let own = match (self.tls_cert, self.tls_key) {
            (Some(cert), Some(key)) => Some((cert, key)),
            (None, None) => None,
            (Some(_), None) => bail!("a certificate needs its key: give --tls-key too (tls_key in the file)"),
            (None, Some(_)) => bail!("a key needs its certificate: give --tls-cert too (tls_cert in the file)"),
        };
        let if_taken = if self.https_listen.is_some() { IfTaken::Fail } else { IfTaken::GoWithout };
        let https = match self.https_listen.as_deref() {
            Some("off") => None,
            Some(text) => Some(text.parse().with_context(|| format!("https_listen: {text:?} is no address and port"))?),
            None => Some(SocketAddr::from(([0, 0, 0, 0], 8471))),
        };
        let listen = self.listen.unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 8470)));
        let calls = match self.calls_listen.as_deref() {
            Some("off") => None,
            None => Some(SocketAddr::from(([0, 0, 0, 0], 8472))),
            Some(text) => Some(text.parse().with_context(|| format!("calls_listen: {text:?} is no address and port"))?),
        };
        let mut calls = calls.map(|listen| calls_at(listen, self.calls_addresses, self.calls_units)).transpose()?;
        if let Some(calls) = &mut calls {
            calls.turn = self.calls_turn.unwrap_or(calls.turn);
        }
        let default_region = region(self.default_region.as_deref().unwrap_or_default())?;
        let connections_max = self.connections_max.map_or(default.connections_max, NonZeroUsize::get);
        let connections_per_address_max = share_of(connections_max, self.connections_per_address_max)?;
        let megabytes = |mb: Option<u64>, default| mb.map_or(default, |mb| mb.saturating_mul(1024 * 1024));
        let days = |days: Option<u64>, default| days.map_or(default, |days| days.saturating_mul(DAY_MS));
        Ok(Config {
            listen,
            https: https.map(|listen| Https { listen, own, if_taken }),
            name: self.name.unwrap_or(default.name),
            default_region,
            registration: who_registers(self.registration, self.registration_open)?,
            codes,
            web_dir: self.web_dir,
            rate_limit_factor: self.rate_limit_factor.unwrap_or(NonZeroU32::MIN),
            blob_quota: megabytes(self.blob_quota_mb, default.blob_quota),
            blob_size_max: megabytes(self.blob_size_max_mb, default.blob_size_max),
            blob_retention_ms: days(self.blob_retention_days, default.blob_retention_ms),
            message_retention_ms: days(self.message_retention_days, default.message_retention_ms),
            trusted_proxies: self.trusted_proxies.unwrap_or_default(),
            connections_max,
            connections_per_address_max,
            sockets_per_account_max: self
                .sockets_per_account_max
                .map_or(default.sockets_per_account_max, NonZeroUsize::get),
            greetings_per_address_max: self
                .greetings_per_address_max
                .map_or(default.greetings_per_address_max, NonZeroUsize::get),
            metrics_listen: self.metrics_listen,
            calls,
            push: push_as(self.push.unwrap_or(true), self.push_contact, self.push_hosts)?,
            ..default
        })
    }

    /// Takes what is about codes. Options of another sender than the chosen one are refused: somebody believes that they count.
    fn codes(&mut self) -> Result<CodesConfig> {
        let http = [("code_http_url", self.code_http_url.take()), ("code_http_secret", self.code_http_secret.take())];
        let smtp = [
            ("code_smtp_url", self.code_smtp_url.take()),
            ("code_smtp_from", self.code_smtp_from.take()),
            ("code_smtp_to", self.code_smtp_to.take()),
            ("code_smtp_user", self.code_smtp_user.take()),
            ("code_smtp_password", self.code_smtp_password.take()),
        ];
        let chosen = self.code_sender.unwrap_or_default();
        let unused = |options: &[(&str, Option<String>)], sender: &str| match options.iter().find(|o| o.1.is_some()) {
            Some((name, _)) => bail!("{name} is set, but code_sender is not \"{sender}\": set it, or leave {name} out"),
            None => Ok(()),
        };
        if chosen != CodeSenderName::Http {
            unused(&http, "http")?;
        }
        if chosen != CodeSenderName::Smtp {
            unused(&smtp, "smtp")?;
        }
        let given = |(name, value): (&str, Option<String>), sender: &str| {
            value.with_context(|| format!("code_sender is \"{sender}\", so {name} has to be set"))
        };
        Ok(match chosen {
            CodeSenderName::Console => CodesConfig::Console,
            CodeSenderName::Http => {
                let [url, secret] = http;
                CodesConfig::Http(HookConfig::new(&given(url, "http")?, given(secret, "http")?)?)
            }
            CodeSenderName::Smtp => {
                let [url, from, to, (_, user), (_, password)] = smtp;
                let (url, from, to) = (given(url, "smtp")?, given(from, "smtp")?, given(to, "smtp")?);
                CodesConfig::Smtp(MailConfig::new(&url, user, password, &from, &to)?)
            }
        })
    }
}

/// What older configurations say goes on to count; what says both is not understood.
fn who_registers(mode: Option<RegistrationMode>, open: Option<bool>) -> Result<RegistrationMode> {
    match (mode, open) {
        (Some(_), Some(_)) => bail!("registration and registration_open are both set: leave registration_open out"),
        (Some(mode), None) => Ok(mode),
        (None, Some(false)) => Ok(RegistrationMode::Closed),
        (None, _) => Ok(RegistrationMode::Open),
    }
}

fn push_as(offered: bool, contact: Option<String>, hosts: Option<Vec<String>>) -> Result<Option<PushConfig>> {
    if !offered {
        return Ok(None);
    }
    let mut push = PushConfig::default();
    if let Some(contact) = contact {
        if !["mailto:", "https:"].iter().any(|scheme| contact.starts_with(scheme)) {
            bail!("push_contact: {contact:?} is neither mailto: nor https:");
        }
        push.contact = contact;
    }
    for host in hosts.unwrap_or_default() {
        push.hosts.push(host.parse().with_context(|| format!("push_hosts: {host:?} cannot be used"))?);
    }
    Ok(Some(push))
}

fn calls_at(listen: SocketAddr, addresses: Option<Vec<IpAddr>>, units: Option<NonZeroUsize>) -> Result<CallsConfig> {
    let mut calls = CallsConfig::at(listen);
    calls.addresses = addresses.unwrap_or_default();
    calls.units = units.unwrap_or(calls.units);
    if let Some(address) = calls.addresses.iter().find(|address| address.is_unspecified() || address.is_multicast()) {
        bail!("calls_addresses: clients cannot reach {address}");
    }
    if calls.units.get() > limits::CALL_UNITS_MAX {
        bail!("calls_units is {}: there are {} at most", calls.units, limits::CALL_UNITS_MAX);
    }
    if calls.listen_of(calls.units.get() - 1).is_none() {
        bail!(
            "calls_listen and calls_units: the ports from {} on are not enough for {} units",
            listen.port(),
            calls.units
        );
    }
    Ok(calls)
}

/// Nothing is as good as none: so an environment or a command line takes back what the file says.
fn region(text: &str) -> Result<Option<Region>> {
    match text.trim() {
        "" => Ok(None),
        text => Ok(Some(text.parse().with_context(|| format!("default_region: {text:?} cannot be used"))?)),
    }
}

/// What one address may have of the connections: a fifth, unless the operator says otherwise. It is less than all, or nobody else
/// finds a place whenever somebody likes.
fn share_of(connections_max: usize, wanted: Option<NonZeroUsize>) -> Result<usize> {
    let share = wanted.map_or((connections_max / limits::ADDRESSES_MIN).max(1), NonZeroUsize::get);
    if share >= connections_max {
        bail!(
            "connections_per_address_max is {share} and connections_max is {connections_max}: one address would have all connections to \
             itself; give it fewer, or allow more in all"
        );
    }
    Ok(share)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser as _;

    #[derive(clap::Parser)]
    struct Line {
        #[command(flatten)]
        serve: ServeArgs,
    }

    fn config(line: &str) -> Result<Config> {
        Line::try_parse_from(std::iter::once("heliograph").chain(line.split_whitespace()))?.serve.into_config()
    }

    fn shares(line: &str) -> Result<(usize, usize)> {
        let config = config(line)?;
        Ok((config.connections_max, config.connections_per_address_max))
    }

    #[test]
    fn a_region_is_a_countrys_code_or_none() {
        assert_eq!(config("").unwrap().default_region, None);
        assert_eq!(config("--default-region=").unwrap().default_region, None);
        assert_eq!(config("--default-region us").unwrap().default_region.map(Region::code), Some("US".to_owned()));
        let error = format!("{:#}", config("--default-region Germany").unwrap_err());
        assert!(error.contains("default_region") && error.contains("two letters"), "{error}");
    }

    #[test]
    fn calls_are_where_the_operator_says() {
        let listens = |line: &str| config(line).unwrap().calls.map(|calls| calls.listen.to_string());
        assert_eq!(listens("").as_deref(), Some("0.0.0.0:8472"));
        assert_eq!(listens("--calls-listen [::]:443").as_deref(), Some("[::]:443"));
        assert_eq!(listens("--calls-listen off"), None);
        let reached = |line: &str| config(line).unwrap().calls.unwrap().reached_at();
        assert!(reached("--calls-listen 0.0.0.0:8472").contains(&IpAddr::V4(Ipv4Addr::LOCALHOST)));
        let given = "--calls-listen 0.0.0.0:8472 --calls-addresses 198.51.100.7,2001:db8::7";
        assert_eq!(reached(given), ["198.51.100.7".parse::<IpAddr>().unwrap(), "2001:db8::7".parse().unwrap()]);
        assert_eq!(reached("--calls-listen 192.0.2.1:9"), ["192.0.2.1".parse::<IpAddr>().unwrap()]);
    }

    #[test]
    fn calls_that_nobody_could_reach_are_refused_in_words() {
        for (line, words) in [
            ("--calls-listen 0.0.0.0:8472 --calls-addresses 0.0.0.0", "calls_addresses"),
            ("--calls-listen nowhere", "calls_listen"),
            ("--calls-listen 0.0.0.0:8472 --calls-units 65", "calls_units"),
            ("--calls-listen 127.0.0.1:65535 --calls-units 2", "not enough"),
        ] {
            let error = format!("{:#}", config(line).unwrap_err());
            assert!(error.contains(words), "{line}: {error}");
        }
        let calls = config("--calls-listen 127.0.0.1:9000 --calls-units 2").unwrap().calls.unwrap();
        assert_eq!([0, 1].map(|unit| calls.listen_of(unit).unwrap().port()), [9000, 9001]);
    }

    #[test]
    fn pushes_go_where_the_operator_says() {
        assert_eq!(config("").unwrap().push.unwrap().hosts, []);
        assert!(config("--push false").unwrap().push.is_none());
        let push = config("--push-contact mailto:a@b.example --push-hosts p.example,http://127.0.0.1").unwrap().push;
        let push = push.unwrap();
        assert_eq!((push.contact.as_str(), push.hosts.len()), ("mailto:a@b.example", 2));
        for (line, words) in [
            ("--push-contact a@b.example", "push_contact"),
            ("--push-hosts http://10.0.0.1", "this machine alone"),
            ("--push-hosts p.example/x", "push_hosts"),
        ] {
            let error = format!("{:#}", config(line).unwrap_err());
            assert!(error.contains(words), "{line}: {error}");
        }
    }

    #[test]
    fn codes_go_where_the_operator_says_or_nothing_starts() {
        assert!(matches!(config("").unwrap().codes, CodesConfig::Console));
        let http = "--code-sender http --code-http-url https://sms.example.org";
        let smtp = "--code-sender smtp --code-smtp-url smtps://mail.example --code-smtp-from a@b.example";
        assert!(config(&format!("{http} --code-http-secret 0123456789abcdef")).is_ok());
        assert!(config(&format!("{smtp} --code-smtp-to {{number}}@sms.example")).is_ok());
        for (line, words) in [
            ("--code-sender http", "code_http_url has to be set"),
            (http, "code_http_secret has to be set"),
            (&format!("{http} --code-http-secret SHORTSECRET"), "at least 16"),
            ("--code-http-url https://SHORTSECRET.example", "code_sender is not \"http\""),
            ("--code-sender smtp", "code_smtp_url has to be set"),
            (smtp, "code_smtp_to has to be set"),
            (&format!("{smtp} --code-smtp-to nobody"), "code_smtp_to is no mail address"),
            (&format!("{smtp} --code-smtp-to a@b.example --code-smtp-password SHORTSECRET"), "go together"),
            ("--code-smtp-password SHORTSECRET", "code_sender is not \"smtp\""),
            (&format!("{smtp} --code-http-secret SHORTSECRET"), "code_sender is not \"http\""),
        ] {
            let error = format!("{:#}", config(line).unwrap_err());
            assert!(error.contains(words) && !error.contains("SHORTSECRET"), "{line}: {error}");
        }
    }

    #[test]
    fn who_registers_is_said_in_the_new_way_or_the_old_one() {
        let mode = |line| config(line).map(|config| config.registration);
        assert_eq!(mode("").unwrap(), RegistrationMode::Open);
        assert_eq!(mode("--registration invite").unwrap(), RegistrationMode::Invite);
        assert_eq!(mode("--registration-open false").unwrap(), RegistrationMode::Closed);
        assert_eq!(mode("--registration-open true").unwrap(), RegistrationMode::Open);
        let both = mode("--registration invite --registration-open false").unwrap_err().to_string();
        assert!(both.contains("leave registration_open out"), "{both}");
    }

    #[test]
    fn one_address_never_has_all_connections() {
        assert_eq!(shares("").unwrap(), (10_000, 2_000));
        assert_eq!(shares("--connections-max 500").unwrap(), (500, 100));
        assert_eq!(shares("--connections-max 2").unwrap(), (2, 1));
        assert_eq!(shares("--connections-max 500 --connections-per-address-max 499").unwrap(), (500, 499));
        for line in [
            "--connections-max 500 --connections-per-address-max 500",
            "--connections-per-address-max 10000",
            "--connections-max 1",
        ] {
            let error = shares(line).unwrap_err().to_string();
            assert!(error.contains("connections_per_address_max") && error.contains("connections_max is"), "{error}");
        }
    }
}
