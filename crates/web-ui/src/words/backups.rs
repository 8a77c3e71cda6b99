//! Words of backups, of restoring, and of deleting the account.

use super::count;
use client_api::{BackupFailure, Notice, UserError};

pub const BACKUP: &str = "Backup";
pub const BACKUP_TEXT: &str = "Your chats, contacts and settings are kept sealed on the server, once a day while this phone is online. Nobody reads them without the recovery key, the person who runs the server neither. Photos and files are not in it.";
pub const MAKE_KEY: &str = "Make a recovery key";
pub const KEY_TITLE: &str = "Your recovery key";
pub const KEY_TEXT: &str = "Write these 64 digits down and keep them safe. They are shown this once. Without them nobody can restore your backup.";
pub const WROTE_IT_DOWN: &str = "I wrote it down";
pub const CONFIRM_TEXT: &str = "To be sure, type two of its groups from what you wrote down.";
pub const CONFIRM_WRONG: &str = "This is not what was shown. Compare it with what you wrote down.";
pub const SHOW_KEY_AGAIN: &str = "Show it again";
pub const TURN_ON: &str = "Turn backups on";
pub const BACK_UP_NOW: &str = "Back up now";
pub const BACKUP_TO_FILE: &str = "Save to a file";
pub const BACKUP_SAVED: &str = "Backup saved. Its recovery key opens it.";
pub const BACKUP_FILE_NAME: &str = "heliograph-backup.hgb";
pub const TURN_OFF: &str = "Turn off";
pub const BACKUP_OFF_QUESTION: &str = "Turn off backups?";
pub const BACKUP_OFF_TEXT: &str = "The server deletes its copy. If this phone is lost, your messages are lost with it.";
pub const NO_BACKUP_YET: &str = "There is no backup yet.";

pub const RESTORE_TITLE: &str = "Restore your account?";
pub const RECOVERY_KEY: &str = "Recovery key";
pub const RESTORE: &str = "Restore";
pub const RESTORE_FILE: &str = "Restore from a file";
pub const START_ANEW: &str = "Start without it";
pub const START_ANEW_TITLE: &str = "Start without your messages?";
pub const START_ANEW_TEXT: &str = "A new account is made of this number. Your old one, its messages, groups and linked devices, loses it, and your contacts are told that your safety number changed.";

pub const DELETE_ACCOUNT: &str = "Delete account";
pub const DELETE_ACCOUNT_TITLE: &str = "Delete your account?";
pub const DELETE_ACCOUNT_TEXT: &str = "Everything goes from this phone, from all your linked devices and from the server, the backup too. Others keep what you wrote to them. This cannot be undone.";
pub const TYPE_YOUR_NUMBER: &str = "Type your number to confirm";

/// On the page that offers it; `when` is a moment, in words.
pub fn restore_text(when: &str, companions: u32) -> String {
    format!(
        "There is a backup of this account, made {when}. Type its recovery key to get your messages back on this phone. {}",
        who_stays(companions)
    )
}

/// Where the server has none.
pub fn restore_from_file_text(companions: u32) -> String {
    format!(
        "The server has no backup that can be restored here. If you have one in a file, type its recovery key and choose the file. {}",
        who_stays(companions)
    )
}

/// Said before the list of devices is signed: one that is none of the owner's is seen here.
fn who_stays(companions: u32) -> String {
    match companions {
        0 => "The phone before is logged out.".to_owned(),
        _ => format!(
            "The phone before is logged out. {} linked: if you know of fewer, log them out under Linked devices at once.",
            count(u64::from(companions), "other device stays", "other devices stay")
        ),
    }
}

pub fn group_label(number: usize) -> String {
    format!("Group {number}")
}

pub(super) fn part_notice(notice: &Notice) -> &'static str {
    match notice {
        Notice::BackupPartAwaited => {
            "A part of your backup is missing at the server, or was changed there. It is asked for again for about an hour. Keep this open."
        }
        _ => "A part of your backup could not be restored. All the rest is here.",
    }
}

pub fn backed_up(when: &str) -> String {
    format!("Last backed up {when}")
}

pub fn backing_up(done: u64, total: u64) -> String {
    format!("Backing up: {done} of {}", count(total, "message", "messages"))
}

pub fn backup_failed(failure: BackupFailure) -> &'static str {
    match failure {
        BackupFailure::NoRoom => {
            "The server has no room for a new backup. Ask the person who runs it. The one before is still there."
        }
        BackupFailure::TooLarge => "This account is too large for a backup.",
        BackupFailure::ServerFailed => "The server did not take the new backup. The one before is still there.",
    }
}

pub(super) fn backup_error(error: &UserError) -> String {
    match error {
        UserError::RecoveryKeyLength { digits } => {
            format!("A recovery key has 64 digits; there are {digits}.")
        }
        UserError::RecoveryKeySigns => "A recovery key has digits only.".into(),
        UserError::RecoveryKeyGroup { group } => {
            format!("A digit of group {group} is wrong. Compare it with what you wrote down.")
        }
        UserError::RecoveryKeyWrong => {
            "The backup does not open with this recovery key. It is another backup's, or the backup was changed.".into()
        }
        UserError::BackupDamaged => "This backup is damaged or not whole. Nothing was taken from it.".into(),
        UserError::BackupNewer => "This backup was made by a newer version. Reload the page and try again.".into(),
        UserError::BackupOther => "This backup is of another account than the one that this number leads to.".into(),
        UserError::DevicesRolledBack => {
            "The server names an older list of your devices than this backup knows. Nothing was restored. Tell the person who runs the server.".into()
        }
        UserError::StillRestoring => "Your backup is still being restored. Try again when all of it is here.".into(),
        UserError::BackupNone => "The server has no backup of this account. Restore it from a file.".into(),
        UserError::BackupTooLarge => backup_failed(BackupFailure::TooLarge).into(),
        UserError::BackupOff => "Backups are not turned on.".into(),
        UserError::ConfirmWrong => "This is not your number. Nothing was deleted.".into(),
        _ => "Type the registration PIN of your account.".into(),
    }
}
