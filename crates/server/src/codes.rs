//! How one-time codes reach their people: the console, an HTTP hook, mail. Bounds how many are under way, and how long one may take.
//!
//! Nothing that is logged or told here has a code, a number, a secret or an address in it: only of what kind a failure is.

mod hook;
mod mail;

pub use hook::{HookConfig, HookConfigError, SIGNATURE_HEADER, TIMESTAMP_HEADER};
pub use mail::{MailConfig, MailConfigError};

use crate::limits::{CODES_UNDER_WAY_MAX, CODES_UNDER_WAY_PER_ADDRESS_MAX, counted};
use crate::open::{Place, Places};
use anyhow::Result;
use async_trait::async_trait;
use server_store::registrations::NotSent;
use std::io::Write;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::Instant;

/// Between two lines about failures: a broken gateway fails with each code.
const WARN_EVERY: Duration = Duration::from_secs(60);

/// Hands a code over; it stores nothing.
#[async_trait]
pub trait CodeSender: Send + Sync + 'static {
    /// Sends `code` to `number`, which is in E.164.
    async fn send(&self, number: &str, code: &str) -> Result<(), SendCodeError>;

    /// It waits for another machine, so that only so many are asked for at a time.
    fn is_remote(&self) -> bool {
        false
    }
}

/// The code did not go out. Why is for the log, in words that hold nothing of the code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the code could not be sent")]
pub struct SendCodeError {
    kind: &'static str,
    not_sent: NotSent,
}

impl SendCodeError {
    /// Of this kind, as in "timeout". The code may be on its way all the same.
    pub fn of(kind: &'static str) -> Self {
        Self { kind, not_sent: NotSent::Perhaps }
    }

    /// Before anybody took the code, or by somebody who said that they do not.
    pub fn before_sending(kind: &'static str) -> Self {
        Self { kind, not_sent: NotSent::Surely }
    }

    pub(crate) fn not_sent(self) -> NotSent {
        self.not_sent
    }
}

/// Which sender the operator chose.
#[derive(Debug, Clone)]
pub enum CodesConfig {
    /// Standard output.
    Console,
    /// A request to the operator's gateway.
    Http(HookConfig),
    /// Mail, to a gateway or a mailbox.
    Smtp(MailConfig),
}

impl CodesConfig {
    /// The sender, without trying whether it works.
    pub fn sender(&self, server_name: &str) -> Result<Arc<dyn CodeSender>> {
        Ok(match self {
            Self::Console => Arc::new(ConsoleSender),
            Self::Http(config) => Arc::new(hook::Hook::new(config, server_name)?),
            Self::Smtp(config) => Arc::new(mail::Mail::new(config, server_name)?),
        })
    }
}

/// Something that nobody may read in a log or an error.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// Hides it.
    pub fn new(text: String) -> Self {
        Self(text)
    }

    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret")
    }
}

/// Among all codes under way, and among those of its address. Of a sender that waits for nobody there are as many as are asked for.
pub(crate) struct CodePlace<'a> {
    _taken: Option<(SemaphorePermit<'a>, Place<IpAddr>)>,
}

/// The chosen sender, with its bounds.
pub(crate) struct Codes {
    sender: Arc<dyn CodeSender>,
    places: Semaphore,
    shares: Arc<Places<IpAddr>>,
    within: Duration,
    sent: AtomicU64,
    failed: AtomicU64,
    warned: Mutex<Option<Instant>>,
}

impl Codes {
    /// `factor` multiplies what one address may have under way.
    pub(crate) fn new(sender: Arc<dyn CodeSender>, within: Duration, factor: usize) -> Self {
        Self {
            sender,
            places: Semaphore::new(CODES_UNDER_WAY_MAX),
            shares: Places::new(CODES_UNDER_WAY_PER_ADDRESS_MAX.saturating_mul(factor)),
            within,
            sent: AtomicU64::new(0),
            failed: AtomicU64::new(0),
            warned: Mutex::default(),
        }
    }

    /// A place for one code that somebody at this address asks for, if there is one. Taken before anything is stored: who finds none has
    /// used nothing up.
    pub(crate) fn place(&self, address: IpAddr) -> Option<CodePlace<'_>> {
        if !self.sender.is_remote() {
            return Some(CodePlace { _taken: None });
        }
        let share = self.shares.take(counted(address));
        let taken = share.and_then(|share| Some((self.places.try_acquire().ok()?, share)));
        if taken.is_none() {
            self.has_failed("too many under way");
        }
        taken.map(|taken| CodePlace { _taken: Some(taken) })
    }

    /// Hands one code over in its place, within the time that one may take.
    pub(crate) async fn send(&self, _place: CodePlace<'_>, number: &str, code: &str) -> Result<(), SendCodeError> {
        let sending = tokio::time::timeout(self.within, self.sender.send(number, code));
        match sending.await.unwrap_or(Err(SendCodeError::of("timeout"))) {
            Ok(()) => {
                self.sent.fetch_add(1, Ordering::Relaxed);
                Ok(())
            }
            Err(error) => {
                self.has_failed(error.kind);
                Err(error)
            }
        }
    }

    /// How many were sent since the start, and how many were not.
    pub(crate) fn tally(&self) -> (u64, u64) {
        (self.sent.load(Ordering::Relaxed), self.failed.load(Ordering::Relaxed))
    }

    fn has_failed(&self, kind: &'static str) {
        self.failed.fetch_add(1, Ordering::Relaxed);
        let now = Instant::now();
        let mut warned = self.warned.lock().unwrap_or_else(PoisonError::into_inner);
        if warned.is_none_or(|at| now.duration_since(at) >= WARN_EVERY) {
            *warned = Some(now);
            tracing::warn!(kind, "a one-time code could not be sent");
        }
    }
}

/// Prints one line a code on standard output, for the operator (and tests) to read.
pub struct ConsoleSender;

#[async_trait]
impl CodeSender for ConsoleSender {
    async fn send(&self, number: &str, code: &str) -> Result<(), SendCodeError> {
        let mut out = std::io::stdout().lock();
        let written = writeln!(out, "Code for {number}: {code}").and_then(|()| out.flush());
        written.map_err(|_| SendCodeError::before_sending("standard output is closed"))
    }
}
