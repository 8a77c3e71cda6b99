//! Words of linking a device, on it and on the phone.

use super::{count, duration, isolated};
use client_api::LinkFailure;

pub const LINK_TITLE: &str = "Link this browser to your phone";
pub const LINK_STEPS: [&str; 3] =
    ["Open Heliograph on your phone", "Tap Devices, then Link a device", "Point the phone's camera at this code"];
pub const LINK_QR_LABEL: &str = "QR code for linking";
pub const COPY_CODE: &str = "No camera? Copy this code's text";
pub const CODE_COPIED: &str = "Copied. Paste it on your phone";
pub const RELOAD_CODE: &str = "Show a new code";
pub const NO_PHONE_YET: &str = "No account yet?";
pub const OPEN_PHONE: &str = "Open Heliograph as a phone";
pub const DIGITS_TITLE: &str = "Type the digits that your phone shows";
pub const DIGITS_LABEL: &str = "Four digits";
pub const CHECKING: &str = "Checking…";
pub const CERTIFYING: &str = "Your phone is certifying this browser…";
pub const OPENING_OVERVIEW: &str = "Your chats are arriving…";
pub const LINKED: &str = "Linked";
pub const LINK_PROGRESS: &str = "Progress of linking";
pub const LINK_PROGRESS_TEXT: &str = "Keep Heliograph open on your phone until your chats appear.";

/// Under the title of the digits' page.
pub fn digits_text(name: &str) -> String {
    if name.is_empty() {
        "They show that it is your own phone that links this browser.".into()
    } else {
        format!("This browser will be linked to the account of {}.", isolated(name))
    }
}

/// After a wrong try.
pub fn digits_wrong(tries_left: u32) -> String {
    format!("The digits were wrong. {} left.", count(u64::from(tries_left), "try", "tries"))
}

/// Of one box.
pub fn digit_label(number: usize) -> String {
    format!("Digit {number} of 4")
}

pub const FETCHING: &str = "Checking the code…";
pub const FINISHING: &str = "Linking. Keep this page open…";
pub const LINKED_TEXT: &str = "Your chats are going over now. Keep this page open until that is done.";
pub const HANDED_OVER: &str =
    "Everything has left this phone. Once the other device shows all your chats, the phone may be off.";
pub const HANDING_OVER: &str = "How much has gone over";
pub const SCAN_TEXT: &str =
    "Open Heliograph in the browser that you want to link, and point the camera at the code there.";
pub const PASTE_WARNING: &str = "Only paste a code that you copied yourself from your own browser. Nobody else has a reason to send you one: whoever does wants to read your messages.";
pub const PASTE_LABEL: &str = "The code's text";
pub const NO_CAMERA: &str = "No camera? Paste the code's text";
pub const USE_CAMERA: &str = "Use the camera";
pub const CONFIRM_TITLE: &str = "Link this device?";
pub const CONFIRM_WARNING: &str = "This device will be able to read all your messages and to write in your name.";
pub const CONFIRM_PASTED: &str = "This code was pasted. If somebody sent it to you, cancel now.";
pub const BROWSER: &str = "Device";
pub const NETWORK: &str = "Network";
pub const OTHER_NETWORK: &str = " – not the network of this phone";
pub const LINK_THIS: &str = "Link this device";
pub const TYPE_THESE: &str = "Type these digits in the browser";
pub const TYPE_THESE_TEXT: &str = "Only in a browser that you see in front of you. Never tell them to anybody.";

/// On the button that still sleeps.
pub fn link_in(seconds: u32) -> String {
    format!("Link this device in {}", duration(seconds))
}

/// "Firefox on Linux"
pub fn on_system(browser: &str, system: &str) -> String {
    format!("{browser} on {system}")
}

/// At the end.
pub fn linked(name: &str) -> String {
    format!("{} is linked", isolated(name))
}

/// A title and what to do.
pub fn link_failure(failure: LinkFailure) -> (&'static str, &'static str) {
    match failure {
        LinkFailure::Expired => {
            ("This code has expired", "Codes live for a minute. Scan the one that the browser shows now.")
        }
        LinkFailure::Tampered => (
            "Linking was stopped for your safety",
            "What the server delivered is not what the code says. Somebody may be interfering. Do not try again on this network; tell the person who runs the server.",
        ),
        LinkFailure::OtherServer => (
            "This code belongs to another server",
            "Open the page of the server that your account is on, and scan the code there.",
        ),
        LinkFailure::DigitsWrong => (
            "The digits were wrong three times",
            "Nothing was linked. Start again, and type the digits that the phone shows.",
        ),
        LinkFailure::CancelledOnPhone => ("Cancelled on the phone", "Nothing was linked."),
        LinkFailure::CancelledOnDevice => ("Cancelled on the other device", "Nothing was linked."),
        LinkFailure::OtherSideGone => {
            ("The other device stopped answering", "Nothing was linked. Keep both pages open and start again.")
        }
        LinkFailure::NotConfirmed => (
            "Linked, but the device stopped answering",
            "It is in your list of linked devices. If it does not show your chats, log it out there and link it again.",
        ),
        LinkFailure::TooManyDevices => {
            ("Eight devices are linked already", "Log one of them out under Linked devices, then start again.")
        }
        LinkFailure::Offline => {
            ("No connection", "Linking needs the server on both devices. Check the network and try again.")
        }
        LinkFailure::DevicesChanged => {
            ("Your devices changed meanwhile", "Another one was linked or logged out. Scan the code again.")
        }
        LinkFailure::ServerFailed => (
            "The server could not do it",
            "Try again in a moment. If it happens again, tell the person who runs the server.",
        ),
    }
}
