//! Words of notifications.

use crate::language::{says, told};
use client_api::UserError;

says! {
    push
    push_blocked
    push_unsupported
    push_failed
    push_not_kept
    previews
    previews_text
    previews_sender
    previews_nothing
    previews_scope
}

says! {
    mute_title
    mute_text
    mute_8_hours
    mute_a_week
    mute_always
}

/// To hear of a chat again that is muted, until a moment ("today at 14:05") or always.
pub fn unmute(until: Option<&str>) -> String {
    until.map_or_else(|| unmute_now().into(), |until| told!(unmute, until: until))
}

says! {
    unmute_now
}

/// Why this device is not notified.
pub(super) fn push_error(error: &UserError) -> String {
    match error {
        UserError::PushHost => error_push_host(),
        _ => error_push_off(),
    }
    .into()
}

says! {
    error_push_host
    error_push_off
}
