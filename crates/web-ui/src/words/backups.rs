//! Words of backups, of restoring, and of deleting the account.

use crate::language::{says, told};
use client_api::{BackupFailure, Notice, UserError};

says! {
    backup
    backup_text
    make_key
    key_title
    key_text
    wrote_it_down
    confirm_text
    confirm_wrong
    show_key_again
    turn_on
    back_up_now
    backup_to_file
    backup_saved
    backup_file_name
    turn_off
    backup_off_question
    backup_off_text
    no_backup_yet
}

says! {
    restore_title
    recovery_key
    restore
    restore_file
    start_anew
    start_anew_title
    start_anew_text
}

says! {
    delete_account
    delete_account_title
    delete_account_text
    type_your_number
}

/// On the page that offers it; `when` is a moment, in words.
pub fn restore_text(when: &str, companions: u32) -> String {
    told!(restore_text, when: when, devices: who_stays(companions))
}

/// Where the server has none.
pub fn restore_from_file_text(companions: u32) -> String {
    told!(restore_from_file_text, devices: who_stays(companions))
}

/// Said before the list of devices is signed: one that is none of the owner's is seen here.
fn who_stays(companions: u32) -> String {
    match companions {
        0 => restore_nobody_stays().to_owned(),
        _ => told!(restore_devices_stay, n: companions),
    }
}

says! {
    restore_nobody_stays
}

pub fn group_label(number: usize) -> String {
    told!(group_label, n: number)
}

pub(super) fn part_notice(notice: &Notice) -> &'static str {
    match notice {
        Notice::BackupPartAwaited => notice_backup_part_awaited(),
        _ => notice_backup_part_lost(),
    }
}

says! {
    notice_backup_part_awaited
    notice_backup_part_lost
}

pub fn backed_up(when: &str) -> String {
    told!(backed_up, when: when)
}

pub fn backing_up(done: u64, total: u64) -> String {
    told!(backing_up, done: done, total: total)
}

pub fn backup_failed(failure: BackupFailure) -> &'static str {
    match failure {
        BackupFailure::NoRoom => backup_no_room(),
        BackupFailure::TooLarge => backup_too_large(),
        BackupFailure::ServerFailed => backup_not_taken(),
    }
}

says! {
    backup_no_room
    backup_too_large
    backup_not_taken
}

pub(super) fn backup_error(error: &UserError) -> String {
    match error {
        UserError::RecoveryKeyLength { digits } => told!(error_recovery_key_length, digits: *digits),
        UserError::RecoveryKeySigns => error_recovery_key_signs().into(),
        UserError::RecoveryKeyGroup { group } => told!(error_recovery_key_group, group: *group),
        UserError::RecoveryKeyWrong => error_recovery_key_wrong().into(),
        UserError::BackupDamaged => error_backup_damaged().into(),
        UserError::BackupNewer => error_backup_newer().into(),
        UserError::BackupOther => error_backup_other().into(),
        UserError::DevicesRolledBack => error_devices_rolled_back().into(),
        UserError::StillRestoring => error_still_restoring().into(),
        UserError::BackupNone => error_backup_none().into(),
        UserError::BackupTooLarge => backup_failed(BackupFailure::TooLarge).into(),
        UserError::BackupOff => error_backup_off().into(),
        UserError::ConfirmWrong => error_confirm_wrong().into(),
        _ => error_pin_needed().into(),
    }
}

says! {
    error_recovery_key_signs
    error_recovery_key_wrong
    error_backup_damaged
    error_backup_newer
    error_backup_other
    error_devices_rolled_back
    error_still_restoring
    error_backup_none
    error_backup_off
    error_confirm_wrong
    error_pin_needed
}
