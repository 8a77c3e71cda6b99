//! Words of linking a device, on it and on the phone.

use super::{duration, isolated};
use crate::language::{says, told};
use client_api::LinkFailure;

says! {
    link_title
}

/// What to do with the code that is shown.
pub fn link_steps() -> [&'static str; 3] {
    [link_step_open(), link_step_tap(), link_step_point()]
}

says! {
    link_step_open
    link_step_tap
    link_step_point
}

says! {
    link_qr_label
    copy_code
    code_copied
    reload_code
    no_phone_yet
    open_phone
    digits_title
    digits_label
    checking
    certifying
    opening_overview
    linked_title
    link_progress
    link_progress_text
}

/// Under the title of the digits' page.
pub fn digits_text(name: &str) -> String {
    if name.is_empty() { digits_text_nameless().into() } else { told!(digits_text, name: isolated(name)) }
}

says! {
    digits_text_nameless
}

/// After a wrong try.
pub fn digits_wrong(tries_left: u32) -> String {
    told!(digits_wrong, tries: tries_left)
}

/// Of one box.
pub fn digit_label(number: usize) -> String {
    told!(digit_label, n: number)
}

says! {
    fetching
    finishing
    linked_text
    all_handed_over
    handing_over
    scan_text
    paste_warning
    paste_label
    no_camera
    use_camera
    confirm_title
    confirm_warning
    confirm_pasted
    browser
    network
    other_network
    link_this
    type_these
    type_these_text
}

/// On the button that still sleeps.
pub fn link_in(seconds: u32) -> String {
    told!(link_in, wait: duration(seconds))
}

/// "Firefox on Linux"
pub fn on_system(browser: &str, system: &str) -> String {
    told!(on_system, browser: browser, system: system)
}

/// At the end.
pub fn linked(name: &str) -> String {
    told!(linked, device: isolated(name))
}

/// A title and what to do.
pub fn link_failure(failure: LinkFailure) -> (&'static str, &'static str) {
    match failure {
        LinkFailure::Expired => (link_failed_expired(), link_failed_expired_text()),
        LinkFailure::Tampered => (link_failed_tampered(), link_failed_tampered_text()),
        LinkFailure::OtherServer => (link_failed_other_server(), link_failed_other_server_text()),
        LinkFailure::DigitsWrong => (link_failed_digits_wrong(), link_failed_digits_wrong_text()),
        LinkFailure::CancelledOnPhone => (link_failed_cancelled_on_phone(), link_failed_nothing()),
        LinkFailure::CancelledOnDevice => (link_failed_cancelled_on_device(), link_failed_nothing()),
        LinkFailure::OtherSideGone => (link_failed_other_side_gone(), link_failed_other_side_gone_text()),
        LinkFailure::NotConfirmed => (link_failed_not_confirmed(), link_failed_not_confirmed_text()),
        LinkFailure::TooManyDevices => (link_failed_too_many_devices(), link_failed_too_many_devices_text()),
        LinkFailure::Offline => (link_failed_offline(), link_failed_offline_text()),
        LinkFailure::DevicesChanged => (link_failed_devices_changed(), link_failed_devices_changed_text()),
        LinkFailure::ServerFailed => (link_failed_server_failed(), link_failed_server_failed_text()),
    }
}

says! {
    link_failed_expired
    link_failed_expired_text
    link_failed_tampered
    link_failed_tampered_text
    link_failed_other_server
    link_failed_other_server_text
    link_failed_digits_wrong
    link_failed_digits_wrong_text
    link_failed_cancelled_on_phone
    link_failed_nothing
    link_failed_cancelled_on_device
    link_failed_other_side_gone
    link_failed_other_side_gone_text
    link_failed_not_confirmed
    link_failed_not_confirmed_text
    link_failed_too_many_devices
    link_failed_too_many_devices_text
    link_failed_offline
    link_failed_offline_text
    link_failed_devices_changed
    link_failed_devices_changed_text
    link_failed_server_failed
    link_failed_server_failed_text
}
