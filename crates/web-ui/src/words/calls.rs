//! The words about calls.

use super::{in_a_row, isolated};
use crate::language::{says, told};
use crate::model::media::length;
use client_api::{CallEnd, CallFacts, CallGrowth, CallSigns, CallState, RingingCall, RunningCall, UserError};

says! {
    /// In the rail, and above the log.
    calls
    no_calls
    voice_call
    video_call
    calling
    /// Of whoever is called.
    in_another_call
    connecting
    reconnecting
    answer
    answer_with_camera
    /// Where this device is in a call.
    hang_up_and_answer
    hang_up_and_answer_with_camera
    decline
    hang_up
    microphone_off
    microphone_on
    camera_off
    camera_on
    screen_on
    screen_off
    call_microphone_gone
    call_camera_gone
    devices_of_calls
    microphone
    camera
    loudspeaker
    system_device
    try_microphone
    try_loudspeaker
    tone_is_played
    microphone_level
    microphone_is_off
    microphone_refused_here
    microphone_missing_here
    hand_up
    hand_down
    keys_of_calls
}

/// What the keys of a call's window do.
pub fn call_keys() -> [(&'static str, &'static [&'static str]); 5] {
    [
        (call_key_microphone(), &["M"]),
        (call_key_camera(), &["V"]),
        (call_key_screen(), &["S"]),
        (call_key_hand(), &["H"]),
        (call_key_small(), &["Esc"]),
    ]
}

says! {
    call_key_microphone
    call_key_camera
    call_key_screen
    call_key_hand
    call_key_small
}

says! {
    /// Members of a group who are not in its call.
    call_people
    call_all_there
    call_to_group
    /// To a call of two.
    call_add_about
    call_add_too_many
    call_grows
    ring
    rung
    call_smaller
    call_larger
    call_by_speaker
    call_all_alike
    picture_in_picture
    connection_weak
    connection_bad
    call_ways
    your_picture
    call_asking
    call_needs_browser
    call_microphone_refused
    call_microphone_missing
    call_camera_refused
    call_camera_missing
}

pub fn call_with(title: &str) -> String {
    told!(call_with, chat: isolated(title))
}

pub fn picture_of(title: &str) -> String {
    told!(picture_of, name: isolated(title))
}

/// The button that rings at a member of a group.
pub fn ring_member(title: &str) -> String {
    told!(ring_member, name: isolated(title))
}

/// A device by the name that it has, or its number where the browser gives none yet.
pub fn device(label: &str, number: usize) -> String {
    if label.is_empty() { told!(device, number: number) } else { label.to_owned() }
}

says! {
    call_sign_microphone_off
    call_sign_camera_off
    call_sign_hand
}

/// What somebody says of themselves, for whoever does not see the signs. What is on needs no words.
pub fn call_signs(signs: CallSigns) -> String {
    let all = [
        (!signs.microphone, call_sign_microphone_off()),
        (!signs.camera, call_sign_camera_off()),
        (signs.hand, call_sign_hand()),
    ];
    let shown: Vec<&str> = all.into_iter().filter(|(is_so, _)| *is_so).map(|(_, words)| words).collect();
    if shown.is_empty() { String::new() } else { format!(", {}", in_a_row(&shown)) }
}

/// Who wants to say something.
pub fn raised_hands(titles: &[String]) -> String {
    let names: Vec<String> = titles.iter().map(|title| isolated(title)).collect();
    if names.is_empty() { String::new() } else { told!(raised_hands, names: in_a_row(&names)) }
}

/// Of what sort it is.
pub fn call_kind(video: bool) -> &'static str {
    if video { video_call() } else { voice_call() }
}

/// By which a message chooses among its sentences.
fn kind_key(video: bool) -> &'static str {
    if video { "video" } else { "voice" }
}

/// Below the chat's title. A group says who calls.
pub fn ringing(ringing: &RingingCall) -> String {
    match ringing.is_group {
        true => told!(ringing, kind: kind_key(ringing.video), name: isolated(&ringing.caller_title)),
        false => call_kind(ringing.video).to_owned(),
    }
}

/// The same for whoever is in another call.
pub fn ringing_meanwhile(call: &RingingCall) -> String {
    let kind = kind_key(call.video);
    match call.is_group {
        true => told!(ringing_meanwhile_from, kind: kind, name: isolated(&call.caller_title)),
        false => told!(ringing_meanwhile, kind: kind),
    }
}

/// A call as its chat tells it; `rings`: what becomes of it is open.
pub fn call(facts: CallFacts, own: bool, rings: bool) -> String {
    let kind = kind_key(facts.video);
    match (facts.state, own) {
        (CallState::Open, _) if rings => call_kind(facts.video).to_owned(),
        (CallState::Over { length_ms }, _) if length_ms > 0 => {
            told!(call_over, kind: kind, length: length(length_ms))
        }
        (CallState::WentOn { length_ms, .. }, _) => told!(call_went_on, kind: kind, length: length(length_ms)),
        (CallState::Open, true) => told!(call_no_answer, kind: kind),
        (CallState::Open, false) => missed_call(facts.video),
        (CallState::Declined, _) => told!(call_declined, kind: kind),
        (CallState::Over { .. } | CallState::Taken | CallState::Merged, _) => call_kind(facts.video).to_owned(),
    }
}

says! {
    call_outgoing
    call_incoming
}

/// Who called whom, for whoever does not see the arrow.
pub fn call_way(own: bool) -> &'static str {
    if own { call_outgoing() } else { call_incoming() }
}

/// The button that calls once more.
pub fn call_again(video: bool, title: &str) -> String {
    told!(call_again, kind: kind_key(video), chat: isolated(title))
}

/// For a notification.
pub fn missed_call(video: bool) -> String {
    told!(missed_call, kind: kind_key(video))
}

says! {
    call_on_other_device
    call_move_here
    call_join_running
    call_on_other_device_short
    call_running_short
}

/// A call that goes on without this device, and what leads into it.
pub fn call_goes_on(running: &RunningCall) -> (String, &'static str) {
    if running.on_own_device {
        return (call_on_other_device().to_owned(), call_move_here());
    }
    (told!(call_goes_on, n: running.people.len()), call_join_running())
}

/// The same in the list of chats, where the row leads to it.
pub fn call_goes_on_short(running: &RunningCall) -> &'static str {
    if running.on_own_device { call_on_other_device_short() } else { call_running_short() }
}

says! {
    call_end_elsewhere
    call_end_moved
    call_end_not_member
    call_end_failed
}

/// What a call's end has to be explained by; nothing where one hung up oneself, or the other one did.
pub fn call_end(end: CallEnd, title: &str) -> Option<String> {
    let name = isolated(title);
    Some(match end {
        CallEnd::HungUp | CallEnd::ByOther => return None,
        CallEnd::Declined => told!(call_end_declined, name: name),
        CallEnd::NoAnswer => told!(call_end_no_answer, name: name),
        CallEnd::AnsweredElsewhere => call_end_elsewhere().to_owned(),
        CallEnd::Moved => call_end_moved().to_owned(),
        CallEnd::NotOffered => call_refused(&UserError::CallsNotOffered),
        CallEnd::Full => call_refused(&UserError::CallFull),
        CallEnd::NotMember => call_end_not_member().to_owned(),
        CallEnd::LeftBehind => told!(call_end_left_behind, name: name),
        CallEnd::Failed => call_end_failed().to_owned(),
    })
}

says! {
    call_growth_not_made
}

/// What has become of a call of two to which people are added.
pub fn call_growth(growth: &CallGrowth) -> String {
    match growth {
        CallGrowth::GoesOn { by, title } => {
            told!(call_growth_goes_on, by: isolated(by), group: isolated(title))
        }
        CallGrowth::NotMade => call_growth_not_made().to_owned(),
        CallGrowth::OtherStays { title } => told!(call_growth_other_stays, name: isolated(title)),
    }
}

says! {
    call_refused_in_call
    call_refused_nobody
    call_refused_not_offered
    call_refused_full
    call_refused_connection
}

/// Why there is no call.
pub(super) fn call_refused(error: &UserError) -> String {
    match error {
        UserError::InCall => call_refused_in_call(),
        UserError::CallNobody => call_refused_nobody(),
        UserError::CallsNotOffered => call_refused_not_offered(),
        UserError::CallFull => call_refused_full(),
        _ => call_refused_connection(),
    }
    .to_owned()
}
