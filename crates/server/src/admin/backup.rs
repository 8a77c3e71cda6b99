//! A copy of a running server: its database as of one moment, the blobs that it knows then, and its authority. Blobs that are whole never
//! change, so the copy shares their bytes by hard links where it lies on the same disk.

use super::words::Answer;
use crate::app::App;
use crate::blob_bytes::BlobBytes;
use crate::blob_folder::BlobFolder;
use anyhow::{Context, Result, ensure};
use server_store::blobs::BlobId;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

pub(super) async fn make(app: &App, to: &Path) -> Answer {
    let partial = partial(to);
    match copy(app, to, &partial).await {
        Ok(()) => Answer::Done,
        Err(error) => {
            let _ = tokio::fs::remove_dir_all(&partial).await;
            Answer::refused(format!("no backup was made: {error:#}"))
        }
    }
}

/// Where it grows: what has the name of a backup is whole.
fn partial(to: &Path) -> PathBuf {
    let mut name = to.as_os_str().to_owned();
    name.push(".partial");
    PathBuf::from(name)
}

async fn copy(app: &App, to: &Path, partial: &Path) -> Result<()> {
    ensure!(to.is_absolute(), "the folder has to be named from the root");
    ensure!(!to.exists(), "{} exists: name a folder that does not", to.display());
    ensure!(
        !partial.exists(),
        "{} exists: another backup is being made, or one was cut off: delete it",
        partial.display()
    );
    std::fs::DirBuilder::new()
        .mode(0o700)
        .create(partial)
        .with_context(|| format!("cannot make {}", partial.display()))?;
    let blobs = app.database.backup(partial.join("heliograph.db")).await?;
    if let BlobBytes::Folder(folder) = &app.blobs {
        let target = BlobFolder::new(partial.join("blobs"));
        for blob in blobs {
            share(folder, &target, blob.id, blob.received == blob.size).await.context("a blob could not be copied")?;
        }
    }
    let authority = app.config.data.join("tls");
    if authority.is_dir() {
        copy_folder(&authority, &partial.join("tls")).context("the authority could not be copied")?;
    }
    Ok(tokio::fs::rename(partial, to).await?)
}

async fn share(from: &BlobFolder, to: &BlobFolder, id: BlobId, is_whole: bool) -> std::io::Result<()> {
    let (from, to) = (from.path(id), to.path(id));
    if let Some(shelf) = to.parent() {
        tokio::fs::create_dir_all(shelf).await?;
    }
    if is_whole && tokio::fs::hard_link(&from, &to).await.is_ok() {
        return Ok(());
    }
    match tokio::fs::copy(&from, &to).await {
        // Deleted since, or never begun.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        copied => copied.map(drop),
    }
}

/// Files and folders, and nothing else.
pub(super) fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    std::fs::create_dir_all(to).with_context(|| format!("cannot make {}", to.display()))?;
    for entry in std::fs::read_dir(from).with_context(|| format!("cannot read {}", from.display()))? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else if entry.file_type()?.is_file() {
            std::fs::copy(entry.path(), &target).with_context(|| format!("cannot write {}", target.display()))?;
        }
    }
    Ok(())
}

/// Puts a backup into an empty data folder, under a new timeline, so that clients learn of it.
pub async fn restore(backup: &Path, data: &Path) -> Result<()> {
    ensure!(
        backup.join("heliograph.db").is_file(),
        "{} is no backup: there is no heliograph.db in it",
        backup.display()
    );
    let is_empty = !data.exists() || std::fs::read_dir(data)?.next().is_none();
    ensure!(is_empty, "{} is not empty: stop its server, and move the folder away or name another", data.display());
    copy_folder(backup, data)?;
    crate::new_timeline(data).await
}
