//! What the operator asks of the running server: over a Unix socket in the data folder that only the server's own user can open. A
//! connection has one request and one answer, each a line of JSON.
//!
//! Nothing here goes past the server to its database: what it keeps in memory stays true.

mod accounts;
mod backup;
mod command;
mod invites;
mod words;

pub use backup::restore;
pub use command::{AdminArgs, ask, run};
pub use words::{AccountLine, Answer, DeviceLine, InviteLine, Request, StatsLine};

use crate::app::App;
use crate::limits::{ADMIN_CONNECTIONS_MAX, ADMIN_REQUEST_LEN_MAX, ADMIN_REQUEST_WITHIN};
use anyhow::{Context, Result};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::Semaphore;

/// After a connection could not be taken.
const PAUSE: Duration = Duration::from_millis(100);

/// Where the socket of a data folder is.
pub fn socket_path(data: &Path) -> PathBuf {
    data.join("admin.sock")
}

/// Listens there, in place of what a server before left. Nobody else can open it at any moment: it is made in a folder that is closed to
/// others, and moved once it is closed itself.
pub(crate) fn listen(data: &Path) -> Result<UnixListener> {
    let folder = data.join(".admin");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::DirBuilder::new().mode(0o700).create(&folder)?;
    let made = folder.join("s");
    let listener = UnixListener::bind(&made).context("the path of the data folder may be too long for a socket")?;
    std::fs::set_permissions(&made, std::fs::Permissions::from_mode(0o600))?;
    std::fs::rename(&made, socket_path(data))?;
    std::fs::remove_dir(&folder)?;
    Ok(listener)
}

/// Answers for ever.
pub(crate) async fn serve(app: Arc<App>, listener: UnixListener) {
    let places = Arc::new(Semaphore::new(ADMIN_CONNECTIONS_MAX));
    loop {
        let Ok(place) = places.clone().acquire_owned().await else { return };
        match listener.accept().await {
            Ok((stream, _)) => {
                let app = app.clone();
                tokio::spawn(async move {
                    let _place = place;
                    // Who went away needs no answer.
                    let _ = converse(&app, stream).await;
                });
            }
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "an admin connection could not be taken");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

async fn converse(app: &Arc<App>, stream: UnixStream) -> Result<()> {
    let (read, mut write) = stream.into_split();
    let mut line = String::new();
    let mut read = BufReader::new(read.take(ADMIN_REQUEST_LEN_MAX));
    tokio::time::timeout(ADMIN_REQUEST_WITHIN, read.read_line(&mut line)).await??;
    let answer = match serde_json::from_str(&line) {
        Ok(request) => answer(app, request).await,
        Err(_) => Answer::refused("this server does not know this command: use the heliograph that it runs as"),
    };
    let mut answer = serde_json::to_vec(&answer)?;
    answer.push(b'\n');
    Ok(write.write_all(&answer).await?)
}

async fn answer(app: &Arc<App>, request: Request) -> Answer {
    let answered = match request {
        Request::Accounts { after } => accounts::list(app, &after).await,
        Request::Devices { number } => accounts::devices(app, &number).await,
        Request::Suspend { number } => accounts::suspend(app, &number).await,
        Request::Resume { number } => accounts::resume(app, &number).await,
        Request::Delete { number } => accounts::delete(app, &number).await,
        Request::Stats => accounts::stats(app).await,
        Request::Backup { to } => Ok(backup::make(app, &to).await),
        Request::MakeInvite { uses, days } => invites::make(app, uses, days).await,
        Request::Invites => invites::list(app).await,
        Request::RevokeInvite { invite } => invites::revoke(app, invite).await,
    };
    answered.unwrap_or_else(|error| Answer::refused(format!("the database did not take it: {error}")))
}
