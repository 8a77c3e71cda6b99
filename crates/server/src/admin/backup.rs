//! A copy of a running server: its database as of one moment, the blobs that it knows then, and its authority. Blobs that are whole never
//! change, so the copy shares their bytes by hard links where it lies on the same disk.

use super::words::Answer;
use crate::app::App;
use crate::blob_bytes::BlobBytes;
use crate::blob_folder::BlobFolder;
use anyhow::{Context, Result, ensure};
use server_store::blobs::BlobId;
use std::fs::{File, Permissions};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

const DATABASE: &str = "heliograph.db";
/// What a backup is called while it grows: what has the name of a backup is whole.
const PARTIAL: &str = ".partial";

pub(super) async fn make(app: &App, to: &Path) -> Answer {
    let Ok(_only_one) = app.backing_up.try_lock() else {
        return Answer::refused("no backup was made: another one is being made");
    };
    match copy(app, to).await {
        Ok(()) => Answer::Done,
        Err(error) => Answer::refused(format!("no backup was made: {error:#}")),
    }
}

async fn copy(app: &App, to: &Path) -> Result<()> {
    ensure!(to.is_absolute(), "the folder has to be named from the root");
    ensure!(!to.exists(), "{} exists: name a folder that does not", to.display());
    let mut partial = to.as_os_str().to_owned();
    partial.push(PARTIAL);
    let partial = PathBuf::from(partial);
    make_folder(&partial).map_err(|error| {
        let is_there = error.kind() == ErrorKind::AlreadyExists;
        let why = if is_there {
            "exists: a backup was cut off, or it is something else: look, and delete it"
        } else {
            "cannot be made"
        };
        anyhow::Error::new(error).context(format!("{} {why}", partial.display()))
    })?;
    let copied = match fill(app, &partial).await {
        Ok(()) => tokio::fs::rename(&partial, to).await.context("the copy could not be given its name"),
        Err(error) => Err(error),
    };
    if copied.is_err() {
        // Made by this call, so it is no one else's.
        let _ = tokio::fs::remove_dir_all(&partial).await;
    }
    copied
}

async fn fill(app: &App, partial: &Path) -> Result<()> {
    let database = partial.join(DATABASE);
    let blobs = app.database.backup(database.clone()).await?;
    if let BlobBytes::Folder(folder) = &app.blobs {
        let shelves = partial.join("blobs");
        make_folder(&shelves)?;
        let target = BlobFolder::new(shelves);
        for blob in blobs {
            share(folder, &target, blob.id, blob.received == blob.size).await.context("a blob could not be copied")?;
        }
    }
    let authority = app.config.data.join("tls");
    if authority.is_dir() {
        copy_folder(&authority, &partial.join("tls")).context("the authority could not be copied")?;
    }
    ensure!(database.is_file(), "its database is gone: somebody deleted it while it was being made");
    Ok(())
}

async fn share(from: &BlobFolder, to: &BlobFolder, id: BlobId, is_whole: bool) -> std::io::Result<()> {
    let (from, to) = (from.path(id), to.path(id));
    if let Some(shelf) = to.parent() {
        // Its own folder alone: where somebody deletes the copy, it does not come again.
        match tokio::fs::create_dir(shelf).await {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
    }
    if is_whole && tokio::fs::hard_link(&from, &to).await.is_ok() {
        return Ok(());
    }
    match tokio::fs::copy(&from, &to).await {
        // Deleted since, or never begun.
        Err(error) if error.kind() == ErrorKind::NotFound && to.parent().is_some_and(Path::is_dir) => Ok(()),
        copied => copied.map(drop),
    }
}

/// For its owner alone.
fn make_folder(path: &Path) -> std::io::Result<()> {
    std::fs::DirBuilder::new().mode(0o700).create(path)
}

/// Files and folders, and nothing else, for their owner alone, and on the disk when it ends. It must not exist.
fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    make_folder(to).with_context(|| format!("cannot make {}", to.display()))?;
    for entry in std::fs::read_dir(from).with_context(|| format!("cannot read {}", from.display()))? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else if entry.file_type()?.is_file() {
            copy_file(&entry.path(), &target).with_context(|| format!("cannot write {}", target.display()))?;
        }
    }
    Ok(File::open(to)?.sync_all()?)
}

fn copy_file(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::copy(from, to)?;
    std::fs::set_permissions(to, Permissions::from_mode(0o600))?;
    File::open(to)?.sync_all()
}

/// Puts a backup into an empty data folder, under a new timeline, so that clients learn of it.
///
/// It grows inside of that folder, which may be a mount or a link and so cannot be replaced; a server does not start on one that was cut
/// off. The database comes last.
pub async fn restore(backup: &Path, data: &Path) -> Result<()> {
    let is_partial = backup.file_name().is_some_and(|name| name.as_encoded_bytes().ends_with(PARTIAL.as_bytes()));
    ensure!(!is_partial, "{} is a backup that was cut off, or is being made", backup.display());
    ensure!(backup.join(DATABASE).is_file(), "{} is no backup: there is no {DATABASE} in it", backup.display());
    if !data.exists() {
        let made = std::fs::DirBuilder::new().mode(0o700).recursive(true).create(data);
        made.with_context(|| format!("cannot make {}", data.display()))?;
    }
    let is_empty = std::fs::read_dir(data)?.next().is_none();
    ensure!(is_empty, "{} is not empty: stop its server, and move the folder away or name another", data.display());
    let restoring = data.join(crate::RESTORING);
    let restored = bring(backup, &restoring, data).await;
    if restored.is_err() && !data.join(DATABASE).exists() {
        let _ = std::fs::remove_dir_all(&restoring);
    }
    restored
}

async fn bring(backup: &Path, restoring: &Path, data: &Path) -> Result<()> {
    copy_folder(backup, restoring)?;
    crate::new_timeline(restoring).await?;
    File::open(restoring.join(DATABASE))?.sync_all()?;
    let mut names = Vec::new();
    for entry in std::fs::read_dir(restoring)? {
        names.push(entry?.file_name());
    }
    names.sort_by_key(|name| name == DATABASE);
    for name in names {
        std::fs::rename(restoring.join(&name), data.join(&name))?;
    }
    std::fs::remove_dir(restoring)?;
    Ok(File::open(data)?.sync_all()?)
}
