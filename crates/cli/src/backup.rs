//! `helio backup`, `helio restore`, `helio delete-account`.

use crate::account::Account;
use crate::home::Place;
use crate::print::{result, say};
use crate::register::Source;
use anyhow::{Context, Result, bail};
use clap::Args;
use client_api::number::shown;
use client_api::{
    Answer, AppStage, BACKUP_PIECE_LEN_MAX, BackupFailure, BackupPlace, BackupState, Command, Event, PieceOf,
    RegistrationStage, Role, UserError,
};
use serde_json::json;
use std::path::{Path, PathBuf};
use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

#[derive(Args)]
pub(crate) struct Backup {
    /// Into this file instead of to the server
    file: Option<PathBuf>,
    /// A file with a recovery key that you have already. Without it the kept one is used, and where there is none one is made and printed
    #[arg(long)]
    key_file: Option<PathBuf>,
    /// Turn backups off, and have the server delete its copy
    #[arg(long, conflicts_with_all = ["file", "key_file"])]
    off: bool,
}

#[derive(Args)]
pub(crate) struct Restore {
    /// The telephone number of the account
    #[arg(long)]
    number: String,
    /// The one-time code, where it is known already. Else it is read from standard input
    #[arg(long)]
    code: Option<String>,
    /// A file with the recovery key: on the command line others of this machine would see it
    #[arg(long)]
    key_file: PathBuf,
    /// The account's registration PIN
    #[arg(long, default_value = "")]
    pin: String,
    /// Out of this file instead of from the server
    file: Option<PathBuf>,
}

#[derive(Args)]
pub(crate) struct DeleteAccount {
    /// The account's number, to confirm
    #[arg(long)]
    number: String,
    /// The account's registration PIN, where it has one
    #[arg(long, default_value = "")]
    pin: String,
}

pub(crate) async fn backup(place: &Place, arguments: Backup) -> Result<()> {
    let work = async |account: &mut Account| {
        account.online().await?;
        if arguments.off {
            account.ask(Command::TurnBackupOff).await?;
            account.sent().await?;
            return result(place.json, &json!({ "on": false }), "backups are off");
        }
        let state = account.view.backup.unwrap_or_default();
        let key = match &arguments.key_file {
            Some(path) => read_key(path)?,
            None if state.on => String::new(),
            None => {
                // Before anything is backed up under it: whatever comes between, nobody has a backup without its key.
                let key = make_key(account).await?;
                let words = format!("write this recovery key down, nothing opens the backup without it:\n{key}");
                result(place.json, &json!({ "recovery_key": key }), &words)?;
                key
            }
        };
        match &arguments.file {
            Some(file) => write_file(account, file, &key).await?,
            None => back_up(account, state, &key).await?,
        }
        result(place.json, &json!({ "backed_up": true }), "backed up")
    };
    place.open()?.run(work).await
}

/// The first line of a file.
fn read_key(path: &Path) -> Result<String> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(text.lines().next().unwrap_or_default().trim().to_owned())
}

async fn make_key(account: &mut Account) -> Result<String> {
    match account.ask(Command::MakeRecoveryKey).await? {
        Answer::RecoveryKey(key) => Ok(key.0),
        other => bail!("a recovery key was asked for, but {other:?} came"),
    }
}

/// To the server, until it has all of it.
async fn back_up(account: &mut Account, before: BackupState, key: &str) -> Result<()> {
    let command = if key.is_empty() { Command::BackUpNow } else { Command::TurnBackupOn { key: key.to_owned() } };
    account.ask(command).await?;
    loop {
        match account.view.backup {
            Some(BackupState { making: None, failed: Some(failure), .. }) => bail!("{}", failed(failure)),
            Some(BackupState { making: None, made_ms, .. }) if made_ms > 0 && made_ms != before.made_ms => {
                return Ok(());
            }
            _ => _ = account.next_in_time().await?,
        }
    }
}

fn failed(failure: BackupFailure) -> &'static str {
    match failure {
        BackupFailure::NoRoom => "the server has no room for this backup; the one before is still there",
        BackupFailure::TooLarge => "this account is too large for a backup",
        BackupFailure::ServerFailed => "the server did not take the backup; try again later",
    }
}

/// Beside its place first: what is there already is replaced by a whole backup only.
async fn write_file(account: &mut Account, path: &Path, key: &str) -> Result<()> {
    let mut name = path.file_name().context("a file has a name")?.to_owned();
    name.push(".part");
    let part = path.with_file_name(name);
    let mut file = File::create(&part).await.with_context(|| format!("cannot write {}", part.display()))?;
    let mut piece = PieceOf::Beginning;
    loop {
        let command = Command::TakeBackup { piece, key: key.to_owned() };
        let Answer::BackupPiece(taken) = account.ask(command).await? else { bail!("no piece of a backup came") };
        file.write_all(&taken.bytes).await?;
        piece = PieceOf::Rest;
        if taken.last {
            break;
        }
    }
    file.sync_all().await?;
    tokio::fs::rename(&part, path).await.with_context(|| format!("cannot write {}", path.display()))
}

pub(crate) async fn restore(place: &Place, arguments: Restore) -> Result<()> {
    let key = read_key(&arguments.key_file)?;
    let source = Source::of(arguments.code.clone());
    let work = async |account: &mut Account| {
        account.until(|view| view.registration.is_some()).await?;
        if let Some(file) = &arguments.file {
            read_file(account, file).await?;
            let place = BackupPlace::File;
            account.ask(Command::RestoreBackup { key: key.clone(), place }).await?;
        }
        come_in(account, &arguments, &key, source).await?;
        account.until(|view| view.stage == Some(AppStage::Active)).await?;
        let profile = account.online().await?;
        account.until(|view| view.mirror.is_some_and(|mirror| mirror.messages_done >= mirror.messages_total)).await?;
        account.sent().await?;
        let value = json!({ "account": profile.account.to_string(), "number": profile.number });
        result(place.json, &value, &format!("{} is restored", shown(&profile.number)))
    };
    place.begin(Role::Phone)?.run(work).await
}

async fn read_file(account: &mut Account, path: &Path) -> Result<()> {
    let mut file = File::open(path).await.with_context(|| format!("cannot read {}", path.display()))?;
    let mut piece = PieceOf::Beginning;
    loop {
        let mut bytes = Vec::new();
        (&mut file).take(BACKUP_PIECE_LEN_MAX as u64).read_to_end(&mut bytes).await?;
        let is_over = bytes.is_empty();
        account.ask(Command::GiveBackup { piece, bytes }).await?;
        piece = PieceOf::Rest;
        if is_over {
            return Ok(());
        }
    }
}

/// Number, code, PIN, and the key where the server has the backup.
async fn come_in(account: &mut Account, arguments: &Restore, key: &str, mut source: Source) -> Result<()> {
    let number = arguments.number.clone();
    account.ask(Command::RequestCode { number, invite: None }).await?;
    account.until(|view| matches!(view.registration, Some(RegistrationStage::Code { .. }))).await?;
    let Some(RegistrationStage::Code { number, .. }) = account.view.registration.take() else { bail!("no code") };
    let code = source.code(&number).await?;
    account.ask(Command::VerifyCode { code }).await?;
    loop {
        match account.view.registration.take() {
            Some(RegistrationStage::Pin) if arguments.pin.is_empty() => bail!(UserError::PinNeeded),
            Some(RegistrationStage::Pin) => {
                account.ask(Command::EnterPin { pin: arguments.pin.clone() }).await?;
            }
            Some(RegistrationStage::Restore { made_ms: 0, .. }) => bail!(UserError::BackupNone),
            Some(RegistrationStage::Restore { .. }) => {
                let place = BackupPlace::Server;
                account.ask(Command::RestoreBackup { key: key.to_owned(), place }).await?;
                return Ok(());
            }
            Some(RegistrationStage::ChoosePin) => {
                bail!("there was no backup of this number; a new account was made, go on with `helio register`")
            }
            _ if account.view.stage == Some(AppStage::Active) => return Ok(()),
            _ => _ = account.next_in_time().await?,
        }
    }
}

pub(crate) async fn delete_account(place: &Place, arguments: DeleteAccount) -> Result<()> {
    let work = async |account: &mut Account| {
        account.online().await?;
        let DeleteAccount { number, pin } = arguments;
        let request = account.tell(Command::DeleteAccount { pin, number: number.clone() }).await?;
        loop {
            match account.next_in_time().await? {
                Event::Answered { request: of, result: outcome } if of == request => {
                    outcome?;
                    break;
                }
                _ => {}
            }
        }
        say("The account is deleted, on this device and at the server.");
        result(place.json, &json!({ "deleted": number }), "deleted")
    };
    place.open()?.run(work).await
}
