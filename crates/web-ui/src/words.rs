//! All words of the interface, in one place, so that languages can come later.

use client_api::{
    LinkFailure, LogoutReason, MessageBody, MessageStatus, Notice, SystemLine, Unsupported, UserError,
};

pub const APP: &str = "Heliograph";
pub const TODAY: &str = "Today";
pub const YESTERDAY: &str = "Yesterday";
pub const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
pub const MONTHS: [&str; 12] = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
];

/// "1 chat", "2 chats"
pub fn count(number: u64, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// What happened and what to do.
pub fn error(error: &UserError) -> String {
    match error {
        UserError::NumberInvalid => "This is not a phone number. Write it with its country code, as in +49 151 2345678.".into(),
        UserError::NumberUnknown => "Nobody on this server has this number. Check it, or invite them.".into(),
        UserError::CodeWrong { tries_left } => {
            format!("The code is wrong. {} left.", count(u64::from(*tries_left), "try", "tries"))
        }
        UserError::CodeExpired => "This code is no longer valid. Ask for a new one.".into(),
        UserError::PinWrong { tries_left } => {
            format!("The PIN is wrong. {} left.", count(u64::from(*tries_left), "try", "tries"))
        }
        UserError::PinInvalid => "A PIN has six digits.".into(),
        UserError::TooMany { wait_s } => format!("Too many tries. Wait {} and try again.", duration(*wait_s)),
        UserError::RegistrationClosed => "This server takes no new accounts. Ask the person who runs it.".into(),
        UserError::NameInvalid { max } => format!("A name has 1 to {max} characters."),
        UserError::AboutTooLong { max } => format!("This text has at most {max} characters."),
        UserError::PhotoInvalid => "This picture could not be used. Choose another one.".into(),
        UserError::TextEmpty => "There is nothing to send.".into(),
        UserError::TextTooLong { .. } => "This message is too long. Send it in parts.".into(),
        UserError::CodeNotOurs => {
            "This is not a Heliograph code. Scan the code that your browser shows at the address of your server.".into()
        }
        UserError::CodeOtherKind => {
            "This is a Heliograph code of another kind: contact codes are added as contacts, linking codes under Linked devices.".into()
        }
        UserError::CodeOtherVersion => "This code was made by another version of Heliograph. Reload both pages.".into(),
        UserError::CodeDamaged => "This code is incomplete. Copy or scan it again.".into(),
        UserError::CodeOtherServer => "This code belongs to another server. Open the page of your own server.".into(),
        UserError::DigitsInvalid => "Type the four digits that the phone shows.".into(),
        UserError::OnlyPhone => "Only the phone can do this.".into(),
        UserError::Offline => "This needs a connection to the server. Try again when you are online.".into(),
        UserError::ServerFailed => "The server answered with an error. Try again later.".into(),
        UserError::NotFound => "This is no longer there.".into(),
        UserError::NotNow => "This is not possible now.".into(),
        UserError::StorageFull => "The storage is full. Free some space; nothing was lost.".into(),
        UserError::Internal => "Something unexpected happened. Reload the page; nothing was lost.".into(),
    }
}

/// "40 seconds", "3 minutes"
pub fn duration(seconds: u32) -> String {
    if seconds < 90 {
        count(u64::from(seconds), "second", "seconds")
    } else if seconds < 5_400 {
        count(u64::from(seconds.div_ceil(60)), "minute", "minutes")
    } else {
        count(u64::from(seconds.div_ceil(3_600)), "hour", "hours")
    }
}

/// A title and what to do.
pub fn link_failure(failure: LinkFailure) -> (&'static str, &'static str) {
    match failure {
        LinkFailure::Expired => ("This code has expired", "Codes live for a minute. Scan the one that the browser shows now."),
        LinkFailure::Tampered => (
            "Linking was stopped for your safety",
            "What the server delivered is not what the code says. Somebody may be interfering. Do not try again on this network; tell the person who runs the server.",
        ),
        LinkFailure::OtherServer => ("This code belongs to another server", "Open the page of the server that your account is on, and scan the code there."),
        LinkFailure::DigitsWrong => ("The digits were wrong three times", "Nothing was linked. Start again, and type the digits that the phone shows."),
        LinkFailure::CancelledOnPhone => ("Cancelled on the phone", "Nothing was linked."),
        LinkFailure::CancelledOnDevice => ("Cancelled on the other device", "Nothing was linked."),
        LinkFailure::OtherSideGone => ("The other device stopped answering", "Nothing was linked. Keep both pages open and start again."),
        LinkFailure::TooManyDevices => ("Eight devices are linked already", "Log one of them out under Linked devices, then start again."),
        LinkFailure::Offline => ("No connection", "Linking needs the server on both devices. Check the network and try again."),
        LinkFailure::ServerFailed => ("The server could not do it", "Try again in a moment. If it happens again, tell the person who runs the server."),
    }
}

/// A title and what to do.
pub fn unsupported(reason: &Unsupported) -> (&'static str, String) {
    match reason {
        Unsupported::InsecureContext => (
            "This page needs HTTPS",
            "Open the https:// address that the server printed, or http://localhost on the same machine.".into(),
        ),
        Unsupported::NoStorage => (
            "No storage for messages here",
            "Private windows and some old browsers give none. Open this page in an ordinary window.".into(),
        ),
        Unsupported::OldBrowser { missing } => {
            ("This browser is too old", format!("It lacks {missing}. Update it, or use a current one."))
        }
        Unsupported::NewerDatabase => (
            "Your messages were kept by a newer version",
            "This page is older than the one that wrote them. Reload it; if that does not help, ask the person who runs the server to update it. Nothing was changed.".into(),
        ),
        Unsupported::StorageFull => (
            "The storage is full",
            "The disk, or what the browser allows this page, is used up. Free some space and reload. Nothing was lost.".into(),
        ),
        Unsupported::ServerVersion => {
            ("The server was updated", "This page is of another version. Reload it.".into())
        }
    }
}

/// A title and what it means.
pub fn logged_out(reason: LogoutReason) -> (&'static str, &'static str) {
    match reason {
        LogoutReason::ByUser => ("You are logged out", "Your messages were removed from this browser. They are still on your phone."),
        LogoutReason::Remotely => (
            "This device was logged out",
            "Your phone, or another of your devices, logged it out. Your messages were removed from here; they are still on your phone.",
        ),
        LogoutReason::NumberMoved => (
            "Your number was registered on another phone",
            "This device no longer belongs to it, and its messages were removed. If that was not you, register your number again and set a PIN.",
        ),
    }
}

/// A notice: what happened.
pub fn notice(notice: &Notice) -> String {
    match notice {
        Notice::DeviceLinked { name, again: false, .. } => {
            format!("{name} was linked to your account. If that was not you, log it out under Linked devices.")
        }
        Notice::DeviceLinked { name, .. } => {
            format!("Reminder: {name} was linked to your account yesterday. If that was not you, log it out.")
        }
        Notice::DeviceUnlinked { name } => format!("{name} was logged out."),
        Notice::PinChanged => "Your registration PIN was changed.".into(),
        Notice::ServerRestored => "The server was restored from a backup. What it lost is being sent again.".into(),
        Notice::StorageRolledBack => "This device's storage was set back to an older state. It is repairing itself.".into(),
        Notice::ServerNotTrusted { what } => {
            format!("The server delivered something that does not verify ({what}). Nothing was taken from it.")
        }
        Notice::StorageNotPersistent => {
            "The browser may clear this page's storage when space runs out. Installing the app prevents that.".into()
        }
    }
}

/// A line of the chat itself.
pub fn system_line(line: &SystemLine, peer: &str) -> String {
    match line {
        SystemLine::Encrypted => "Messages here are end-to-end encrypted. Nobody outside this chat can read them, not even the server.".into(),
        SystemLine::SafetyNumberChanged => format!("Your safety number with {peer} changed. They may have a new phone; compare it if it matters."),
        SystemLine::DevicesChanged { devices } => {
            format!("{peer} now uses {}.", count(u64::from(*devices), "device", "devices"))
        }
        SystemLine::MayBeMissing => "Messages may be missing here.".into(),
        SystemLine::HistoryDiffers => "The members of this chat see different histories. The server is not to be trusted.".into(),
        SystemLine::UnknownDevice => "A device in this chat is not on its owner's signed list. Nothing is sent until it is removed.".into(),
    }
}

/// The text of a message, as a reader is told it.
pub fn body(body: &MessageBody, peer: &str) -> String {
    match body {
        MessageBody::Text(text) => text.clone(),
        MessageBody::Waiting => WAITING.into(),
        MessageBody::Newer => NEWER.into(),
        MessageBody::System(line) => system_line(line, peer),
    }
}

pub const WAITING: &str = "Waiting for this message. Other devices have been asked for it.";
pub const NEWER: &str = "This message was sent by a newer version. Update to see it.";

/// The words for the ticks.
pub fn status(status: MessageStatus) -> &'static str {
    match status {
        MessageStatus::Failed => "Not sent",
        MessageStatus::Pending => "Waiting to be sent",
        MessageStatus::Sent => "Sent",
        MessageStatus::Delivered => "Delivered",
        MessageStatus::Read => "Read",
    }
}

pub const NEW_MESSAGE: &str = "New message";
