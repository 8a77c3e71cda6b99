//! Words of notifications.

use client_api::UserError;

pub const PUSH: &str = "Notify me in this browser, also while no page is open";
pub const PUSH_BLOCKED: &str = "This browser has blocked notifications for this site. Allow them in the browser's settings for this site, then turn this on.";
pub const PUSH_UNSUPPORTED: &str =
    "This browser cannot notify while no page is open. On an iPhone or iPad, add this page to the home screen first.";
pub const PUSH_FAILED: &str = "The browser's maker could not be reached for notifications. Try again later.";
pub const PUSH_NOT_KEPT: &str =
    "This browser could not keep the program, which it needs to notify you. Reload the page, then turn this on again.";
pub const PREVIEWS: &str = "Notifications show";
pub const PREVIEWS_TEXT: &str = "Sender and message";
pub const PREVIEWS_SENDER: &str = "Sender only";
pub const PREVIEWS_NOTHING: &str = "Only that there is a message";
pub const PREVIEWS_SCOPE: &str =
    "The switch is for this browser; what notifications show is chosen for all your devices.";

pub const MUTE_TITLE: &str = "Mute this chat";
pub const MUTE_TEXT: &str = "You are not notified of its messages, and its calls make no sound, on all your devices.";
pub const MUTE_8_HOURS: &str = "For 8 hours";
pub const MUTE_A_WEEK: &str = "For a week";
pub const MUTE_ALWAYS: &str = "Always";

/// To hear of a chat again that is muted, until a moment ("tomorrow at 14:05") or always.
pub fn unmute(until: Option<&str>) -> String {
    until.map_or_else(|| "Unmute".into(), |until| format!("Unmute (muted until {until})"))
}

/// Why this device is not notified.
pub(super) fn push_error(error: &UserError) -> String {
    match error {
        UserError::PushHost => {
            "This server does not know the service that notifies this browser. Ask the person who runs it."
        }
        _ => "This server sends no notifications to browsers. Ask the person who runs it.",
    }
    .into()
}
