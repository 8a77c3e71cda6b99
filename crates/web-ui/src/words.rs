//! All words of the interface, in one place, so that languages can come later.

mod backups;
mod calls;
mod editing;
mod emoji;
mod exporting;
mod finding;
mod given;
mod groups;
mod housekeeping;
mod join;
mod keys;
mod linking;
mod media;
mod messages;
mod naming;
mod notifications;
mod polls;
mod troubles;

pub use backups::*;
pub use calls::*;
pub use editing::*;
pub use emoji::*;
pub use exporting::*;
pub use finding::*;
pub use given::*;
pub use groups::*;
pub use housekeeping::*;
pub use join::*;
pub use keys::*;
pub use linking::*;
pub use media::*;
pub use messages::*;
pub use naming::*;
pub use notifications::*;
pub use polls::*;
pub use troubles::*;

use crate::language::{grouped, says, told};
use crate::model::chat_list::ChatFilter;
use crate::model::clock::{self, Within, ZoneOffset};
use crate::model::people::People;
use crate::model::rich_text::plain;
use client_api::number::shown;
use client_api::{AccountId, MessageBody, MessageStatus, SystemLine};

says! {
    app_name
    today
    yesterday
    list_separator
}

/// A name within a sentence: written from right to left, it must not turn the words and stops around it.
fn isolated(name: &str) -> String {
    format!("\u{2068}{name}\u{2069}")
}

says! {
    draft_too_long
    draft_not_kept
    mark_not_kept
    not_loaded
}

says! {
    keys
    keys_of_lists
}
/// What keys do in lists.
pub fn list_keys() -> [(&'static str, &'static [&'static str]); 12] {
    [
        (key_through_list(), &["↑ ↓"]),
        (key_to_ends(), &["Home End"]),
        (key_open(), &["Enter"]),
        (key_menu(), &["Shift", "F10"]),
        (key_reply(), &["R"]),
        (key_copy(), &["C"]),
        (key_star(), &["S"]),
        (key_edit(), &["E"]),
        (key_forward(), &["F"]),
        (key_delete(), &["Del"]),
        (key_select(), &["Space"]),
        (key_select_to(), &["Shift", "Space"]),
    ]
}

says! {
    key_through_list
    key_to_ends
    key_open
    key_menu
    key_reply
    key_copy
    key_star
    key_edit
    key_forward
    key_delete
    key_select
    key_select_to
}
says! {
    keys_of_composer
    key_send
    key_line
    key_edit_last
}

/// With the setting "Enter sends".
pub fn composer_keys(enter_sends: bool) -> Vec<(&'static str, Vec<&'static str>)> {
    let (send, line) =
        if enter_sends { (vec!["Enter"], vec!["Shift", "Enter"]) } else { (vec!["Ctrl", "Enter"], vec!["Enter"]) };
    vec![(key_send(), send), (key_line(), line), (key_edit_last(), vec!["↑"])]
}

/// Names, or other things, one after the other: "Ada, Bob".
fn in_a_row<Item: AsRef<str>>(items: &[Item]) -> String {
    let items: Vec<&str> = items.iter().map(AsRef::as_ref).collect();
    items.join(list_separator())
}

/// A day and a time of it: "Yesterday, 14:05".
pub fn day_and_time(day: &str, time: &str) -> String {
    told!(day_and_time, day: day, time: time)
}

/// A moment, or the day alone, within a sentence: "today at 14:05", "on Monday".
pub fn moment(day: Within, time: Option<&str>) -> String {
    match (day, time) {
        (Within::Today, None) => told!(moment_today),
        (Within::Today, Some(time)) => told!(moment_today_at, time: time),
        (Within::Yesterday, None) => told!(moment_yesterday),
        (Within::Yesterday, Some(time)) => told!(moment_yesterday_at, time: time),
        (Within::Weekday(day), None) => told!(moment_weekday, day: day),
        (Within::Weekday(day), Some(time)) => told!(moment_weekday_at, day: day, time: time),
        (Within::Date(day), None) => told!(moment_date, day: day),
        (Within::Date(day), Some(time)) => told!(moment_date_at, day: day, time: time),
    }
}

/// "2 new messages"
pub fn new_messages(number: u32) -> String {
    told!(new_messages, n: number)
}

/// "1 unread message"
pub fn unread_messages_of(number: u32) -> String {
    told!(unread_messages_of, n: number)
}

/// "2 devices"
pub fn devices_of(number: u32) -> String {
    told!(devices_of, n: number)
}

/// "40 seconds", "3 minutes"
pub fn duration(seconds: u32) -> String {
    if seconds < 90 {
        told!(seconds, n: seconds)
    } else if seconds < 5_400 {
        told!(minutes, n: seconds.div_ceil(60))
    } else {
        told!(hours, n: seconds.div_ceil(3_600))
    }
}

/// A line of the chat itself.
pub fn system_line(line: &SystemLine, people: &People, me: AccountId) -> String {
    let peer = isolated(people.title());
    match line {
        SystemLine::Encrypted => told!(line_encrypted),
        SystemLine::SafetyNumberChanged => told!(line_safety_number_changed, who: peer),
        SystemLine::DevicesChanged { devices } => told!(line_devices_changed, who: peer, n: *devices),
        SystemLine::MayBeMissing { from_ms, to_ms } => may_be_missing(*from_ms, *to_ms),
        SystemLine::HistoryDiffers => told!(line_history_differs),
        SystemLine::UnknownDevice => told!(line_unknown_device),
        SystemLine::OwnDeviceLinked { name } => told!(line_own_device_linked, device: isolated(name)),
        SystemLine::OwnDeviceUnlinked { name } => told!(line_own_device_unlinked, device: isolated(name)),
        of_group => group_line(of_group, people, me).unwrap_or_default(),
    }
}

/// Days by UTC: a line of the chat says the same wherever it is read.
fn may_be_missing(from_ms: u64, to_ms: u64) -> String {
    const UTC: ZoneOffset = ZoneOffset(0);
    let (from, to) = (clock::date_of(from_ms, UTC), clock::date_of(to_ms, UTC));
    match from_ms {
        0 => told!(may_be_missing_before, to: to),
        _ if from == to => told!(may_be_missing_of, day: to),
        _ => told!(may_be_missing_between, from: from, to: to),
    }
}

/// The text of a message, as a reader is told it.
pub fn body(body: &MessageBody, own: bool, people: &People, me: AccountId) -> String {
    match body {
        MessageBody::Text(text) => plain(text),
        MessageBody::Deleted => deleted(own).into(),
        MessageBody::Waiting => waiting().into(),
        MessageBody::Newer => newer().into(),
        MessageBody::Poll(asked) => poll(asked),
        MessageBody::Cards(given) => cards(given),
        MessageBody::Place(given) => place(given),
        MessageBody::Call(facts) => call(*facts, own, false),
        MessageBody::System(line) => system_line(line, people, me),
    }
}

says! {
    waiting
    status_failed
    status_pending
}

/// The words for the ticks.
pub fn status(status: MessageStatus) -> &'static str {
    match status {
        MessageStatus::Failed => status_failed(),
        MessageStatus::Pending => status_pending(),
        MessageStatus::Sent => sent_at(),
        MessageStatus::Delivered => delivered_at(),
        MessageStatus::Read => read_at(),
    }
}

says! {
    new_message
    /// Of a notification.
    incoming_call
    camera_picture
    camera_refused
    camera_missing
    opening
    reload
    start_again
    other_tab_title
    other_tab_text
    use_here
    chats_arriving
    halted_title
    halted_text
    unsent
    for_a_report
    one_moment
    next
    later
    finish
    done
    close
    cancel
    save
    back
    try_again
    unknown
}

says! {
    number_title
    number_label
    phone_note
    code_title
    code_label
    new_code
    other_number
    pin_title
    pin_text
    pin_label
    show_pin
    hide_pin
    choose_pin_title
    choose_pin_text
    set_pin
    profile_title
    profile_text
    losing_phone
    choose_photo
    your_name
    about
}

/// Under the title of the number's page. Where the server has a region, only foreign numbers need a country code.
pub fn number_text(server: &str, region: &str) -> String {
    let server = if server.is_empty() { told!(this_server) } else { server.to_owned() };
    // Where there is no region, every number needs its country.
    if region.is_empty() { told!(number_text_foreign, server: server) } else { told!(number_text, server: server) }
}

/// Under the title of the code's page.
pub fn code_text(number: &str, length: u32) -> String {
    told!(code_text, number: isolated(&shown(number)), length: length)
}

/// On the button that still sleeps.
pub fn new_code_in(seconds: u32) -> String {
    told!(new_code_in, wait: duration(seconds))
}

says! {
    encrypted_footer
    copy_failed
    chats
    new_chat
    search_chats
    filter
    all
    unread
    archived
    marked_unread
    is_pinned
    muted
    unread_messages
    typing
    draft
    loading_chats
    loading_messages
    show_all
    no_chats
    mirror_progress
    notes
    notes_text
    you
    message_menu
    send_again
    copied
    copy
    star
    unstar
    message_info
    write_message
    send
    no_chat_open
    phone_may_be_off
    no_messages
    chat_info
    chat_menu
    pin
    unpin
    mute
    mark_read
    now_archived
    unarchived
    undo
    list_width
    mark_unread
    archive
    unarchive
    close_chat
    history_arriving
    not_yet
    time_unknown
    sent_at
    received
    delivered_at
    read_at
    history
    complete
    arriving
    devices
    safety_number
    verified
    not_verified
    verify
    unverify
    scan_theirs
    show_digits
    safety_scan_text
    safety_same
    safety_qr
    contact_name
    saved
}

/// A chat's title.
pub fn title(row: &client_api::ChatRow) -> String {
    named(row.kind, &row.title)
}

/// The title of an open chat.
pub fn title_of(info: &client_api::ChatInfo) -> String {
    named(info.kind, &info.title)
}

fn named(kind: client_api::ChatKind, title: &str) -> String {
    if kind == client_api::ChatKind::Notes { notes().to_owned() } else { title.to_owned() }
}

/// In place of a list that a search or a filter has emptied.
pub fn no_chats_found(typed: &str, filter: ChatFilter) -> String {
    match filter {
        _ if !typed.is_empty() => told!(nothing_found_for, typed: isolated(typed)),
        ChatFilter::Unread => told!(all_is_read),
        ChatFilter::All | ChatFilter::Archived => told!(archive_is_empty),
    }
}

/// Of the menu of a chat in the list.
pub fn menu_of(title: &str) -> String {
    told!(menu_of, chat: isolated(title))
}

/// Of the list of messages.
pub fn messages_with(peer: &str) -> String {
    told!(messages_with, who: isolated(peer))
}

/// Of the button at the end.
pub fn to_bottom(unread: u32) -> String {
    if unread == 0 { told!(to_bottom) } else { told!(to_bottom_unread, n: unread) }
}

/// How far back the open chat goes.
pub fn history_back_to(when: &str) -> String {
    told!(history_back_to, when: when)
}

/// The same, in the information pane.
pub fn complete_back_to(when: &str) -> String {
    told!(complete_back_to, when: when)
}

/// In the dialog of the safety number.
pub fn safety_text(peer: &str) -> String {
    told!(safety_text, who: isolated(peer))
}

/// After a scan.
pub fn safety_differs(peer: &str) -> String {
    told!(safety_differs, who: isolated(peer))
}

/// The mirror's progress.
pub fn mirror(progress: &client_api::MirrorProgress) -> String {
    if progress.waiting_for_phone {
        return told!(mirror_waits);
    }
    if progress.messages_total > 0 && progress.messages_done >= progress.messages_total {
        return told!(mirror_joins, done: progress.chats_joined, total: progress.chats_total);
    }
    told!(mirror, progress: handed_over(progress))
}

/// How many of the messages have gone from the phone to its new device.
pub fn handed_over(progress: &client_api::MirrorProgress) -> String {
    let (done, total) = (grouped(progress.messages_done), grouped(progress.messages_total));
    told!(handed_over, done: done, total: total, n: progress.messages_total)
}

says! {
    number_or_link
    their_name
    write_to
    scan_a_code
    scan_any_text
    scan_instead
    scan_contact
    my_code
    my_code_short
    my_code_text
    copy_link
    contacts
    no_contacts
    no_contact_fits
    linked_devices
    devices_text_phone
    devices_text
    link_a_device
    no_devices
    log_out
    log_out_all
    log_out_all_question
    log_out_here_question
    this_device
    online_now
    never_seen
    seen_unknown
    settings
    change_pin
    set_a_pin
    remove_pin
    notifications
    allow_notifications
    appearance
    theme
    language
    /// Chosen during a call.
    language_later
    automatic
    light
    dark
    direction
    ltr
    rtl
    enter_sends
    read_receipts
    sounds
    your_profile
    offline
    try_now
    catching_up
    new_version
    part_coming
    part_missing_title
    part_missing
    part_gone
    skip_to_chats
    skip_to_composer
    skips
    conversation
    sections
}

/// Before a device is logged out.
pub fn log_out_question(name: &str) -> String {
    told!(log_out_question, device: isolated(name))
}

/// Of a device.
pub fn last_seen(when: &str) -> String {
    told!(last_seen, when: when)
}

/// Of a device.
pub fn linked_at(when: &str) -> String {
    told!(linked_at, when: when)
}

#[cfg(test)]
mod tests {
    use super::*;
    use client_api::MirrorProgress;

    #[test]
    fn what_may_be_missing_has_its_days() {
        const DAY_MS: u64 = 86_400_000;
        let words = |from_ms, to_ms| may_be_missing(from_ms, to_ms);
        assert!(
            words(DAY_MS, 3 * DAY_MS).starts_with("Messages from 2 January 1970 to 4 January 1970 may be missing.")
        );
        assert!(words(DAY_MS, DAY_MS + 5).starts_with("Messages of 2 January 1970 may be missing."));
        assert!(words(0, DAY_MS).starts_with("Messages from before 2 January 1970 may be missing."));
    }

    #[test]
    fn the_mirrors_words_say_how_far_it_is_and_what_to_do_where_it_waits() {
        let on_the_way = MirrorProgress {
            active: true,
            messages_done: 1_020,
            messages_total: 12_345,
            chats_joined: 3,
            chats_total: 8,
            ..MirrorProgress::default()
        };
        assert_eq!(mirror(&on_the_way), "Mirroring: 1,020 of 12,345 messages");
        assert_eq!(mirror(&MirrorProgress { messages_done: 12_345, ..on_the_way }), "Joining your chats: 3 of 8");
        let waiting = MirrorProgress { waiting_for_phone: true, ..on_the_way };
        assert_eq!(mirror(&waiting), "Waiting for your phone. Open Heliograph on it to go on.");
    }
}
