//! The stretch grows, is cut, and never has a gap.

use super::*;

const CHAT: ChatId = ChatId([7; 16]);

fn id(number: u64) -> MessageId {
    let mut id = [0; 16];
    id[8..].copy_from_slice(&number.to_be_bytes());
    MessageId(id)
}

fn row(number: u64, time_ms: u64, own: bool) -> MessageRow {
    MessageRow {
        id: id(number),
        time_ms,
        sender: AccountId([u8::from(own); 16]),
        own,
        status: own.then_some(MessageStatus::Sent),
        body: MessageBody::Text(number.to_string()),
        mentions: Vec::new(),
        attachment: None,
        quote: None,
        edited: false,
        forwarded: false,
        reactions: Vec::new(),
        edit_until_ms: 0,
        delete_until_ms: 0,
        starred: false,
        delivered_ms: 0,
        read_ms: 0,
        lifetime_ms: 0,
    }
}

fn window(anchor: WindowAnchor, numbers: std::ops::Range<u64>, total: u64) -> MessageWindow {
    MessageWindow {
        chat: CHAT,
        anchor,
        has_older: numbers.start > 0,
        has_newer: numbers.end < total,
        rows: numbers.map(|number| row(number, number * 1_000, false)).collect(),
        first_unread: None,
        unread: 0,
    }
}

fn numbers(timeline: &Timeline) -> Vec<u64> {
    timeline.rows.iter().map(|row| row.time_ms / 1_000).collect()
}

fn change(rows: Vec<MessageRow>) -> MessageChanges {
    MessageChanges { chat: CHAT, upserts: rows, removed: Vec::new() }
}

#[test]
fn scrolling_back_and_forth_keeps_one_stretch_without_gaps() {
    let total = 2_000;
    let mut timeline = Timeline::new(window(WindowAnchor::Newest, 1_936..2_000, total));
    while let Some(anchor) = timeline.older() {
        let WindowAnchor::Before(time) = anchor else { panic!("older asks before a time") };
        let end = time.div_ceil(1_000).min(total);
        timeline.load(window(anchor, end.saturating_sub(64)..end, total));
        let shown = numbers(&timeline);
        assert!(shown.len() <= ROWS_MAX);
        assert!(shown.windows(2).all(|pair| pair[1] == pair[0] + 1), "a gap");
    }
    assert_eq!(numbers(&timeline).first(), Some(&0));
    assert!(timeline.has_newer);
    while let Some(anchor) = timeline.newer() {
        let WindowAnchor::After(time) = anchor else { panic!("newer asks after a time") };
        let start = time / 1_000 + 1;
        timeline.load(window(anchor, start..(start + 64).min(total), total));
        assert!(numbers(&timeline).windows(2).all(|pair| pair[1] == pair[0] + 1), "a gap");
    }
    assert_eq!(numbers(&timeline).last(), Some(&1_999));
    assert!(timeline.has_older);
}

#[test]
fn a_page_of_equal_times_does_not_stop_the_scrolling() {
    let mut timeline = Timeline::new(window(WindowAnchor::Newest, 10..12, 12));
    let same = MessageWindow { has_older: true, ..window(WindowAnchor::Before(10_001), 10..11, 12) };
    timeline.load(same);
    assert_eq!(timeline.older(), Some(WindowAnchor::Before(10_000)));
}

#[test]
fn new_messages_at_the_end_are_taken_and_counted() {
    let mut timeline = Timeline::new(window(WindowAnchor::Newest, 0..3, 3));
    let arrived = timeline.change(change(vec![row(3, 3_000, false), row(4, 4_000, true)]));
    assert_eq!(arrived, Arrived { others: 1, own: 1 });
    assert_eq!(numbers(&timeline), [0, 1, 2, 3, 4]);
}

#[test]
fn while_the_end_is_not_loaded_new_messages_are_only_counted() {
    let mut timeline = Timeline::new(window(WindowAnchor::Newest, 0..3, 10));
    assert_eq!(timeline.change(change(vec![row(10, 10_000, false)])).others, 1);
    assert_eq!(numbers(&timeline), [0, 1, 2]);
}

#[test]
fn older_messages_of_the_mirror_wait_until_they_are_asked_for() {
    let mut timeline = Timeline::new(window(WindowAnchor::Newest, 5..8, 8));
    timeline.has_older = false;
    assert_eq!(timeline.change(change(vec![row(1, 1_000, false)])), Arrived::default());
    assert_eq!(numbers(&timeline), [5, 6, 7]);
    assert!(timeline.older().is_some());
}

#[test]
fn an_unsent_message_moves_to_its_place_when_the_server_has_it() {
    let mut timeline = Timeline::new(window(WindowAnchor::Newest, 0..2, 2));
    timeline.change(change(vec![row(9, 9_000_000, true)]));
    timeline.change(change(vec![row(2, 2_000, false)]));
    timeline.change(change(vec![row(9, 1_500, true)]));
    let order: Vec<_> = timeline.rows.iter().map(|row| row.id).collect();
    assert_eq!(order, [id(0), id(1), id(9), id(2)]);
}

#[test]
fn removed_messages_go() {
    let mut timeline = Timeline::new(window(WindowAnchor::Newest, 0..3, 3));
    timeline.change(MessageChanges { chat: CHAT, upserts: vec![], removed: vec![id(1)] });
    assert_eq!(numbers(&timeline), [0, 2]);
}

#[test]
fn groups_break_at_days_senders_minutes_and_the_divider() {
    let minute = 60_000;
    let day = 86_400_000;
    let rows = vec![
        row(1, 0, false),
        row(2, minute, false),
        row(3, 2 * minute, true),
        row(4, 10 * minute, true),
        row(5, day, true),
        row(6, day + 1, false),
        row(7, day + 2, false),
    ];
    let opened =
        MessageWindow { rows, first_unread: Some(id(7)), unread: 1, ..window(WindowAnchor::FirstUnread, 0..0, 0) };
    let items = Timeline::new(opened).items(u64::MAX, |_| ZoneOffset(0));
    let shape: Vec<String> = items
        .iter()
        .map(|item| match item {
            Item::Day(day) => format!("day {}", day.0),
            Item::Unread(count) => format!("unread {count}"),
            Item::Message { row, first, last } => {
                let MessageBody::Text(text) = &row.body else { panic!("only texts here") };
                format!("{}{text}{}", if *first { "[" } else { "" }, if *last { "]" } else { "" })
            }
        })
        .collect();
    let wanted = ["day 0", "[1", "2]", "[3]", "[4]", "day 1", "[5]", "[6]", "unread 1", "[7]"];
    assert_eq!(shape, wanted);
}

#[test]
fn keys_are_unique_even_when_clocks_disagree() {
    let day = 86_400_000;
    let rows = vec![row(1, day, false), row(2, 2 * day, false)];
    let mut timeline = Timeline::new(MessageWindow { rows, ..window(WindowAnchor::Newest, 0..0, 0) });
    timeline.change(change(vec![row(3, 2 * day + 1, true)]));
    let keys: Vec<_> =
        timeline.items(u64::MAX, |ms| ZoneOffset(if ms == 2 * day { 0 } else { -600 })).iter().map(Item::key).collect();
    let unique: std::collections::BTreeSet<_> = keys.iter().collect();
    assert_eq!(unique.len(), keys.len());
}

#[test]
fn an_unsent_message_stands_under_today() {
    let now_ms = 20_000 * 86_400_000 + 1_000;
    let mut opened = window(WindowAnchor::Newest, 0..1, 1);
    opened.rows = vec![row(1, now_ms - 500, true), row(2, 1 << 60, true)];
    let items = Timeline::new(opened).items(now_ms, |_| ZoneOffset(0));
    let days = items.iter().filter(|item| matches!(item, Item::Day(_))).count();
    assert_eq!((days, items.len()), (1, 3), "one pill for both, and they are one group");
    assert!(matches!(items.last(), Some(Item::Message { first: false, .. })));
}

#[test]
fn a_message_that_was_waited_for_takes_its_place_and_is_no_arrival() {
    let mut timeline = Timeline::new(window(WindowAnchor::Newest, 0..3, 3));
    let waiting = MessageRow { id: id(900), body: MessageBody::Waiting, ..row(3, 3_000, false) };
    assert_eq!(timeline.change(change(vec![waiting])), Arrived { others: 1, own: 0 });
    timeline.first_unread = Some(id(900));
    timeline.unread = 1;
    let changes = MessageChanges { removed: vec![id(900)], ..change(vec![row(3, 3_000, false)]) };
    assert_eq!(timeline.change(changes), Arrived::default(), "it was counted when its place came");
    assert_eq!(timeline.last().map(|row| row.id), Some(id(3)));
    assert_eq!(numbers(&timeline), [0, 1, 2, 3]);
    assert_eq!((timeline.first_unread, timeline.unread), (Some(id(3)), 1), "the divider stays where it stood");

    // In the middle of the stretch, and where nothing takes the place.
    let waiting = MessageRow { id: id(901), body: MessageBody::Waiting, ..row(1, 1_500, false) };
    timeline.change(change(vec![waiting]));
    let changes = MessageChanges { removed: vec![id(901)], ..change(Vec::new()) };
    assert_eq!(timeline.change(changes), Arrived::default());
    assert_eq!(timeline.items(10_000, |_| ZoneOffset(0)).len(), 6, "a pill, the divider, four messages");
}

#[test]
fn what_is_unsent_is_below_all_that_comes_and_marks_nothing_as_seen() {
    let mut timeline = Timeline::new(window(WindowAnchor::Newest, 0..3, 3));
    let unsent = |number, status| MessageRow { status: Some(status), ..row(number, (1 << 60) + number, true) };
    let waiting = [unsent(10, MessageStatus::Failed), unsent(11, MessageStatus::Pending)];
    timeline.change(change(waiting.to_vec()));
    let newest = |timeline: &Timeline, lowest| timeline.newest_placed(id(lowest)).map(|row| row.id);
    assert_eq!(newest(&timeline, 11), Some(id(2)));
    timeline.change(change(vec![row(3, 3_000, false)]));
    assert_eq!(newest(&timeline, 11), Some(id(3)), "what came stands above what waits");
    assert_eq!(newest(&timeline, 1), Some(id(1)));
    assert_eq!(newest(&timeline, 12), None, "it is not loaded");
}

#[test]
fn a_range_goes_either_way_from_where_it_began_and_ends_with_what_is_loaded() {
    let timeline = Timeline::new(window(WindowAnchor::Newest, 10..20, 20));
    let between = |one, other| timeline.between(id(one), id(other)).iter().map(|row| row.id).collect::<Vec<_>>();
    assert_eq!(between(12, 14), [12, 13, 14].map(id));
    assert_eq!(between(14, 12), [14, 13, 12].map(id));
    assert_eq!(between(14, 14), [id(14)]);
    assert!(between(9, 12).is_empty(), "where it began is not there any more");
}
