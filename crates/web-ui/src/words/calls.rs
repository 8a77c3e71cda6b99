//! The words about calls.

use super::{count, isolated};
use crate::model::media::length;
use client_api::{CallEnd, CallFacts, CallGrowth, CallSigns, CallState, RingingCall, RunningCall, UserError};

/// In the rail, and above the log.
pub const CALLS: &str = "Calls";
pub const NO_CALLS: &str = "No calls yet. A call begins in a chat: open one, and press the telephone or the camera.";
pub const VOICE_CALL: &str = "Voice call";
pub const VIDEO_CALL: &str = "Video call";
pub const CALLING: &str = "Calling…";
/// Of whoever is called.
pub const IN_ANOTHER_CALL: &str = "In another call…";
pub const CONNECTING: &str = "Connecting…";
pub const RECONNECTING: &str = "Reconnecting…";
pub const ANSWER: &str = "Answer";
pub const ANSWER_WITH_CAMERA: &str = "Answer with camera";
/// Where this device is in a call.
pub const HANG_UP_AND_ANSWER: &str = "Hang up and answer";
pub const HANG_UP_AND_ANSWER_WITH_CAMERA: &str = "Hang up and answer with camera";
pub const DECLINE: &str = "Decline";
pub const HANG_UP: &str = "Hang up";
pub const MICROPHONE_OFF: &str = "Turn the microphone off";
pub const MICROPHONE_ON: &str = "Turn the microphone on";
pub const CAMERA_OFF: &str = "Turn the camera off";
pub const CAMERA_ON: &str = "Turn the camera on";
pub const SCREEN_ON: &str = "Share your screen";
pub const SCREEN_OFF: &str = "Stop sharing your screen";
pub const CALL_MICROPHONE_GONE: &str = "The microphone was unplugged. Another one is used now.";
pub const CALL_CAMERA_GONE: &str = "The camera was unplugged. Another one is used now.";
pub const DEVICES_OF_CALLS: &str = "Microphone, camera, loudspeaker";
pub const MICROPHONE: &str = "Microphone";
pub const CAMERA: &str = "Camera";
pub const LOUDSPEAKER: &str = "Loudspeaker";
pub const SYSTEM_DEVICE: &str = "As the system has it";
pub const TRY_MICROPHONE: &str = "Try the microphone";
pub const TRY_LOUDSPEAKER: &str = "Play a tone";
pub const TONE_IS_PLAYED: &str = "You should have heard a tone.";
pub const MICROPHONE_LEVEL: &str = "How loud the microphone is";
pub const MICROPHONE_IS_OFF: &str = "Your microphone is off.";
pub const MICROPHONE_REFUSED_HERE: &str =
    "The browser does not let Heliograph use the microphone. Allow it beside the address.";
pub const MICROPHONE_MISSING_HERE: &str = "No microphone was found. Connect one.";
pub const HAND_UP: &str = "Raise your hand";
pub const HAND_DOWN: &str = "Lower your hand";
pub const KEYS_OF_CALLS: &str = "In a call";
/// What the keys of a call's window do.
pub const CALL_KEYS: [(&str, &[&str]); 5] = [
    ("Microphone on or off", &["M"]),
    ("Camera on or off", &["V"]),
    ("Share your screen, or stop", &["S"]),
    ("Raise or lower your hand", &["H"]),
    ("Make the call small", &["Esc"]),
];
/// Members of a group who are not in its call.
pub const CALL_PEOPLE: &str = "Who else";
pub const CALL_ALL_THERE: &str = "All members are in the call.";
pub const CALL_TO_GROUP: &str = "Add people";
/// To a call of two.
pub const CALL_ADD_ABOUT: &str = "The call goes on in a new group with both of you and whom you choose.";
pub const CALL_ADD_TOO_MANY: &str = "A call takes 32 people: choose 30 at most.";
pub const CALL_GROWS: &str = "Adding people…";
pub const RING: &str = "Ring";
pub const RUNG: &str = "Ringing…";
pub const CALL_SMALLER: &str = "Make the call small";
pub const CALL_LARGER: &str = "Make the call large";
pub const CALL_BY_SPEAKER: &str = "Show who speaks large";
pub const CALL_ALL_ALIKE: &str = "Show all alike";
pub const PICTURE_IN_PICTURE: &str = "Picture over other windows";
pub const CONNECTION_WEAK: &str = "Weak connection";
pub const CONNECTION_BAD: &str = "Bad connection";
pub const CALL_WAYS: &str = "Call";
pub const YOUR_PICTURE: &str = "Your picture";
pub const CALL_ASKING: &str = "Your browser asks whether Heliograph may use the microphone and the camera.";
pub const CALL_NEEDS_BROWSER: &str = "This browser cannot encrypt calls. Please update it, or call from another one.";
pub const CALL_MICROPHONE_REFUSED: &str = "The browser does not let Heliograph use the microphone: the others cannot hear you. Allow it beside the address, and turn the microphone on.";
pub const CALL_MICROPHONE_MISSING: &str =
    "No microphone was found: the others cannot hear you. Connect one, and turn the microphone on.";
pub const CALL_CAMERA_REFUSED: &str =
    "The browser does not let Heliograph use the camera. Allow it beside the address, and turn the camera on.";
pub const CALL_CAMERA_MISSING: &str =
    "No camera was found, or another program has it. Connect one, and turn the camera on.";

pub fn call_with(title: &str) -> String {
    format!("Call with {}", isolated(title))
}

pub fn picture_of(title: &str) -> String {
    format!("Picture of {}", isolated(title))
}

/// The button that rings at a member of a group.
pub fn ring_member(title: &str) -> String {
    format!("Ring {}", isolated(title))
}

/// A device by the name that it has, or its number where the browser gives none yet.
pub fn device(label: &str, number: usize) -> String {
    if label.is_empty() { format!("Device {number}") } else { label.to_owned() }
}

/// What somebody says of themselves, for whoever does not see the signs. What is on needs no words.
pub fn call_signs(signs: CallSigns) -> String {
    let all = [(!signs.microphone, "microphone off"), (!signs.camera, "camera off"), (signs.hand, "hand raised")];
    let shown: Vec<&str> = all.into_iter().filter(|(is_so, _)| *is_so).map(|(_, words)| words).collect();
    if shown.is_empty() { String::new() } else { format!(", {}", shown.join(", ")) }
}

/// Who wants to say something.
pub fn raised_hands(titles: &[String]) -> String {
    let names: Vec<String> = titles.iter().map(|title| isolated(title)).collect();
    if names.is_empty() { String::new() } else { format!("Raised hands: {}", names.join(", ")) }
}

/// Of what sort it is.
pub fn call_kind(video: bool) -> &'static str {
    if video { VIDEO_CALL } else { VOICE_CALL }
}

/// Below the chat's title. A group says who calls.
pub fn ringing(ringing: &RingingCall) -> String {
    match ringing.is_group {
        true => format!("{} from {}", call_kind(ringing.video), isolated(&ringing.caller_title)),
        false => call_kind(ringing.video).to_owned(),
    }
}

/// The same for whoever is in another call.
pub fn ringing_meanwhile(call: &RingingCall) -> String {
    format!("{}, while you are in another call", ringing(call))
}

/// A call as its chat tells it; `rings`: what becomes of it is open.
pub fn call(facts: CallFacts, own: bool, rings: bool) -> String {
    let kind = call_kind(facts.video);
    match (facts.state, own) {
        (CallState::Open, _) if rings => kind.to_owned(),
        (CallState::Over { length_ms }, _) if length_ms > 0 => format!("{kind}, {}", length(length_ms)),
        (CallState::WentOn { length_ms, .. }, _) => format!("{kind}, {}, went on in a group", length(length_ms)),
        (CallState::Open, true) => format!("{kind}, no answer"),
        (CallState::Open, false) => missed_call(facts.video),
        (CallState::Declined, _) => format!("{kind}, declined"),
        (CallState::Over { .. } | CallState::Taken | CallState::Merged, _) => kind.to_owned(),
    }
}

/// Who called whom, for whoever does not see the arrow.
pub fn call_way(own: bool) -> &'static str {
    if own { "Outgoing: " } else { "Incoming: " }
}

/// The button that calls once more.
pub fn call_again(kind: &str, title: &str) -> String {
    format!("{kind} with {}", isolated(title))
}

/// For a notification.
pub fn missed_call(video: bool) -> String {
    format!("Missed {}", call_kind(video).to_lowercase())
}

/// A call that goes on without this device, and what leads into it.
pub fn call_goes_on(running: &RunningCall) -> (String, &'static str) {
    if running.on_own_device {
        return ("You are in this call on another device".to_owned(), "Move it here");
    }
    let people = u64::try_from(running.people.len()).unwrap_or(u64::MAX);
    (format!("A call goes on here, with {}", count(people, "person", "people")), "Join")
}

/// The same in the list of chats, where the row leads to it.
pub fn call_goes_on_short(running: &RunningCall) -> &'static str {
    if running.on_own_device { "In a call on another device" } else { "A call goes on: join" }
}

/// What a call's end has to be explained by; nothing where one hung up oneself, or the other one did.
pub fn call_end(end: CallEnd, title: &str) -> Option<String> {
    let title = isolated(title);
    Some(match end {
        CallEnd::HungUp | CallEnd::ByOther => return None,
        CallEnd::Declined => format!("{title} declined your call."),
        CallEnd::NoAnswer => format!("{title} did not answer."),
        CallEnd::AnsweredElsewhere => "The call was answered on another of your devices.".to_owned(),
        CallEnd::Moved => "The call goes on on another of your devices.".to_owned(),
        CallEnd::NotOffered => call_refused(&UserError::CallsNotOffered),
        CallEnd::Full => call_refused(&UserError::CallFull),
        CallEnd::NotMember => "You are no longer in this chat, and its call.".to_owned(),
        CallEnd::LeftBehind => {
            format!("{title} added people and went on in a group that did not arrive here. Call again.")
        }
        CallEnd::Failed => "The call could not be connected. Check your network, and call again.".to_owned(),
    })
}

/// What has become of a call of two to which people are added.
pub fn call_growth(growth: &CallGrowth) -> String {
    match growth {
        CallGrowth::GoesOn { by, title } => {
            format!("{} added people: the call goes on in the group {}.", isolated(by), isolated(title))
        }
        CallGrowth::NotMade => "The group could not be made. The call goes on as it was; try again.".to_owned(),
        CallGrowth::OtherStays { title } => {
            format!("{} has not come along into the group's call yet.", isolated(title))
        }
    }
}

/// Why there is no call.
pub(super) fn call_refused(error: &UserError) -> String {
    match error {
        UserError::InCall => "You are in a call already. Hang up first.",
        UserError::CallNobody => "Nobody can be called in this chat.",
        UserError::CallsNotOffered => "This server carries no calls. Ask the person who runs it.",
        UserError::CallFull => "This call is full. Try again when somebody has left.",
        _ => "The call's connection was not accepted. Hang up, and call again.",
    }
    .to_owned()
}
