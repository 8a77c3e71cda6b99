//! What commands are called in logs.

use crate::command::{Command, Request};

impl Command {
    /// The command's name, for logs: never its contents.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Refresh => "refresh",
            Self::SetVisible(_) => "set-visible",
            Self::CheckConnection => "check-connection",
            Self::AwaitSent => "await-sent",
            Self::RequestCode { .. } => "request-code",
            Self::VerifyCode { .. } => "verify-code",
            Self::EnterPin { .. } => "enter-pin",
            Self::GiveBackup { .. } => "give-backup",
            Self::RestoreBackup { .. } => "restore-backup",
            Self::StartAnew => "start-anew",
            Self::MakeRecoveryKey => "make-recovery-key",
            Self::TurnBackupOn { .. } => "turn-backup-on",
            Self::BackUpNow => "back-up-now",
            Self::TurnBackupOff => "turn-backup-off",
            Self::TakeBackup { .. } => "take-backup",
            Self::DeleteAccount { .. } => "delete-account",
            Self::RestartRegistration => "restart-registration",
            Self::SetPin { .. } => "set-pin",
            Self::SetProfile { .. } => "set-profile",
            Self::SetPhoto { .. } => "set-photo",
            Self::CompareSafetyCode { .. } => "compare-safety-code",
            Self::StartLink { .. } => "start-link",
            Self::EnterLinkDigits { .. } => "enter-link-digits",
            Self::CancelLink => "cancel-link",
            Self::ScanLinkCode { .. } => "scan-link-code",
            Self::ConfirmLink { .. } => "confirm-link",
            Self::CancelLinking => "cancel-linking",
            Self::UnlinkDevice { .. } => "unlink-device",
            Self::UnlinkAll => "unlink-all",
            Self::LogOut => "log-out",
            Self::RenameDevice { .. } => "rename-device",
            Self::AddContact { .. } => "add-contact",
            Self::AddContactByCode { .. } => "add-contact-by-code",
            Self::RenameContact { .. } => "rename-contact",
            Self::ShowContactCode => "show-contact-code",
            Self::ShowSafetyNumber { .. } => "show-safety-number",
            Self::SetVerified { .. } => "set-verified",
            Self::StartChat { .. } => "start-chat",
            Self::OpenChat { .. } => "open-chat",
            Self::LoadWindow { .. } => "load-window",
            Self::CloseChat { .. } => "close-chat",
            Self::ClearChat { .. } => "clear-chat",
            Self::DeleteChat { .. } => "delete-chat",
            Self::ExportChat { .. } => "export-chat",
            Self::SetDisappearing { .. } => "set-disappearing",
            Self::SetBlocked { .. } => "set-blocked",
            Self::MarkRead { .. } => "mark-read",
            Self::MarkUnread { .. } => "mark-unread",
            Self::SendText { .. } => "send-text",
            Self::SendMedia { .. } => "send-media",
            Self::DownloadMedia { .. } => "download-media",
            Self::StreamMedia { .. } => "stream-media",
            Self::CancelMedia { .. } => "cancel-media",
            Self::React { .. } => "react",
            Self::SendPoll { .. } => "send-poll",
            Self::SendCards { .. } => "send-cards",
            Self::SendPlace { .. } => "send-place",
            Self::Vote { .. } => "vote",
            Self::PinMessage { .. } => "pin-message",
            Self::AskReceipts { .. } => "ask-receipts",
            Self::EditText { .. } => "edit-text",
            Self::DeleteMessages { .. } => "delete-messages",
            Self::RetryMessage { .. } => "retry-message",
            Self::SetDraft { .. } => "set-draft",
            Self::SetTyping { .. } => "set-typing",
            Self::SetPinned { .. } => "set-pinned",
            Self::SetArchived { .. } => "set-archived",
            Self::SetMuted { .. } => "set-muted",
            Self::SetStarred { .. } => "set-starred",
            Self::ForwardMessages { .. } => "forward-messages",
            Self::Search { .. } => "search",
            Self::CreateGroup { .. } => "create-group",
            Self::AddMembers { .. } => "add-members",
            Self::RemoveMembers { .. } => "remove-members",
            Self::SetAdmin { .. } => "set-admin",
            Self::RenameGroup { .. } => "rename-group",
            Self::DescribeGroup { .. } => "describe-group",
            Self::SetGroupPhoto { .. } => "set-group-photo",
            Self::SetGroupRules { .. } => "set-group-rules",
            Self::LeaveGroup { .. } => "leave-group",
            Self::Join(command) => command.name(),
            Self::PlaceCall { .. } => "place-call",
            Self::AnswerCall { .. } => "answer-call",
            Self::DeclineCall { .. } => "decline-call",
            Self::RingMembers { .. } => "ring-members",
            Self::GrowCall { .. } => "grow-call",
            Self::HangUp => "hang-up",
            Self::SayInCall { .. } => "say-in-call",
            Self::ShowSigns { .. } => "show-signs",
            Self::ListCalls { .. } => "list-calls",
            Self::SetSettings(_) => "set-settings",
            Self::AskPushKey => "ask-push-key",
            Self::TurnPushOn(_) => "turn-push-on",
            Self::TurnPushOff => "turn-push-off",
        }
    }
}

/// Only the name: a command holds texts, numbers and PINs.
impl std::fmt::Debug for Command {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

impl std::fmt::Debug for Request {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}#{}", self.command.name(), self.id)
    }
}
