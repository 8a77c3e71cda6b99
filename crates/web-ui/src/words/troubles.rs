//! The words about what went wrong, and what to do then.

use super::{
    backups, call_refused, cards_invalid, description_too_long, draft_not_kept, draft_too_long, duration, file_error,
    forward_invalid, group_refused, housekeeping, isolated, mark_not_kept, not_loaded, notifications, place_invalid,
    poll_invalid,
};
use crate::language::told;
use client_api::{Command, LogoutReason, Notice, Unsupported, UserError};

/// What happened and what to do.
pub fn error(error: &UserError) -> String {
    match error {
        UserError::NumberInvalid => told!(error_number_invalid),
        UserError::NumberWithoutCountry => told!(error_number_without_country),
        UserError::NumberUnknown => told!(error_number_unknown),
        UserError::CodeWrong { tries_left: 0 } => told!(error_code_wrong_too_often),
        UserError::CodeWrong { tries_left } => told!(error_code_wrong, tries: *tries_left),
        UserError::CodeExpired => told!(error_code_expired),
        UserError::PinWrong { tries_left: n } => told!(error_pin_wrong, tries: *n),
        UserError::PinInvalid => told!(error_pin_invalid),
        UserError::TooMany { wait_s } => told!(error_too_many, wait: duration(*wait_s)),
        UserError::CodeNotSent { wait_s } => told!(error_code_not_sent, wait: duration(*wait_s)),
        UserError::RegistrationClosed => told!(error_registration_closed),
        UserError::InviteNeeded => told!(error_invite_needed),
        UserError::InviteUsed => told!(error_invite_used),
        UserError::InviteExpired => told!(error_invite_expired),
        UserError::InviteUnknown => told!(error_invite_unknown),
        UserError::NameInvalid { max } => told!(error_name_invalid, max: *max),
        UserError::AboutTooLong { max } => told!(error_about_too_long, max: *max),
        UserError::DescriptionTooLong { .. } => description_too_long().into(),
        UserError::PhotoInvalid => told!(error_photo_invalid),
        UserError::PollInvalid => poll_invalid().into(),
        UserError::CardsInvalid => cards_invalid().into(),
        UserError::PlaceInvalid => place_invalid().into(),
        UserError::TextEmpty => told!(error_text_empty),
        UserError::TextTooLong { .. } => told!(error_text_too_long),
        UserError::SearchInvalid { max } => told!(error_search_invalid, max: *max),
        UserError::ForwardInvalid { messages, chats } => forward_invalid(*messages, *chats),
        UserError::TooLate => told!(error_too_late),
        UserError::ReactionInvalid => told!(error_reaction_invalid),
        UserError::OtherAccount => told!(error_other_account),
        UserError::Blocked | UserError::LeaveFirst => housekeeping::kept_out(error),
        UserError::OnlyAdmin | UserError::GroupTooLarge { .. } | UserError::LastAdmin => group_refused(error),
        UserError::FileTooLarge { .. } | UserError::FileUnreadable | UserError::TooManyFiles { .. } => {
            file_error(error)
        }
        UserError::InCall
        | UserError::CallNobody
        | UserError::CallsNotOffered
        | UserError::CallFull
        | UserError::CallRefused => call_refused(error),
        UserError::RecoveryKeyLength { .. }
        | UserError::RecoveryKeySigns
        | UserError::RecoveryKeyGroup { .. }
        | UserError::RecoveryKeyWrong
        | UserError::BackupDamaged
        | UserError::BackupNewer
        | UserError::BackupOther
        | UserError::DevicesRolledBack
        | UserError::StillRestoring
        | UserError::BackupNone
        | UserError::BackupTooLarge
        | UserError::BackupOff
        | UserError::ConfirmWrong
        | UserError::PinNeeded => backups::backup_error(error),
        UserError::PushOff | UserError::PushHost => notifications::push_error(error),
        UserError::CodeNotOurs => told!(error_code_not_ours),
        UserError::CodeOtherKind => told!(error_code_other_kind),
        UserError::CodeOtherVersion => told!(error_code_other_version),
        UserError::CodeDamaged => told!(error_code_damaged),
        UserError::CodeOtherServer => told!(error_code_other_server),
        UserError::DigitsInvalid => told!(error_digits_invalid),
        UserError::OnlyPhone => told!(error_only_phone),
        UserError::Offline => told!(error_offline),
        UserError::ServerFailed => told!(error_server_failed),
        UserError::NotFound => told!(error_not_found),
        UserError::NotNow => told!(error_not_now),
        UserError::StorageFull => told!(error_storage_full),
        UserError::Internal => told!(error_internal),
    }
}

/// The refusal of something that was done by itself, where it costs the user something: what, and what to do.
pub fn refused(command: &Command, why: &UserError) -> Option<String> {
    match (command, why) {
        // No room, or a bug: whatever it was, it will go on.
        (_, UserError::StorageFull | UserError::Internal) => Some(error(why)),
        (Command::SetDraft { .. }, UserError::TextTooLong { .. }) => Some(draft_too_long().into()),
        (Command::SetDraft { .. }, _) => Some(draft_not_kept().into()),
        (Command::MarkRead { .. } | Command::MarkUnread { .. }, _) => Some(mark_not_kept().into()),
        (Command::OpenChat { .. } | Command::LoadWindow { .. }, _) => Some(not_loaded().into()),
        // Nobody misses these: they are said again, or were late.
        _ => None,
    }
}

/// A title and what to do.
pub fn unsupported(reason: &Unsupported) -> (String, String) {
    match reason {
        Unsupported::InsecureContext => {
            (told!(unsupported_insecure_context_title), told!(unsupported_insecure_context))
        }
        Unsupported::NoStorage => (told!(unsupported_no_storage_title), told!(unsupported_no_storage)),
        Unsupported::OldBrowser { missing } => {
            (told!(unsupported_old_browser_title), told!(unsupported_old_browser, missing: missing.as_str()))
        }
        Unsupported::NewerDatabase => (told!(unsupported_newer_database_title), told!(unsupported_newer_database)),
        Unsupported::StorageFull => (told!(unsupported_storage_full_title), told!(unsupported_storage_full)),
        Unsupported::ServerVersion => (told!(unsupported_server_version_title), told!(unsupported_server_version)),
    }
}

/// A title and what it means.
pub fn logged_out(reason: LogoutReason) -> (String, String) {
    match reason {
        LogoutReason::ByUser => (told!(logged_out_by_user_title), told!(logged_out_by_user)),
        LogoutReason::Remotely => (told!(logged_out_remotely_title), told!(logged_out_remotely)),
        LogoutReason::NumberMoved => (told!(logged_out_number_moved_title), told!(logged_out_number_moved)),
    }
}

/// A notice: what happened.
pub fn notice(notice: &Notice) -> String {
    match notice {
        Notice::DeviceLinked { name, again: false, .. } => told!(notice_device_linked, device: isolated(name)),
        Notice::DeviceLinked { name, .. } => told!(notice_device_linked_yesterday, device: isolated(name)),
        Notice::DeviceUnlinked { name } => told!(notice_device_unlinked, device: isolated(name)),
        Notice::PinChanged => told!(notice_pin_changed),
        Notice::ServerRestored => told!(notice_server_restored),
        Notice::StorageRolledBack => told!(notice_storage_rolled_back),
        Notice::ServerNotTrusted { what } => told!(notice_server_not_trusted, what: what.as_str()),
        Notice::BackupPartAwaited | Notice::BackupPartLost => backups::part_notice(notice).into(),
        Notice::BlockMoved { title } => housekeeping::block_moved(title),
        Notice::StorageNotPersistent => told!(notice_storage_not_persistent),
    }
}
