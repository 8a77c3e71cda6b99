//! How one-time codes reach their people.

use async_trait::async_trait;
use std::io::Write;

/// Hands a code over; it stores nothing.
#[async_trait]
pub trait CodeSender: Send + Sync + 'static {
    /// Sends `code` to `number`, which is in E.164.
    async fn send(&self, number: &str, code: &str) -> Result<(), SendCodeError>;
}

/// The code did not go out.
#[derive(Debug, thiserror::Error)]
#[error("the code could not be sent")]
pub struct SendCodeError;

/// Prints one line a code on standard output, for the operator (and tests) to read.
pub struct ConsoleSender;

#[async_trait]
impl CodeSender for ConsoleSender {
    async fn send(&self, number: &str, code: &str) -> Result<(), SendCodeError> {
        let mut out = std::io::stdout().lock();
        writeln!(out, "Code for {number}: {code}").and_then(|()| out.flush()).map_err(|_| SendCodeError)
    }
}
