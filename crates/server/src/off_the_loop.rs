//! Work that takes milliseconds, kept off the threads that serve sockets.

use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::task::JoinError;

/// Runs `work` where blocking is allowed. A runtime of one thread has nobody to spare: there it runs at once, in order, so
/// that what a simulator does never depends on another thread.
pub(crate) async fn run<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, JoinError> {
    match Handle::current().runtime_flavor() {
        RuntimeFlavor::CurrentThread => Ok(work()),
        _ => tokio::task::spawn_blocking(work).await,
    }
}
