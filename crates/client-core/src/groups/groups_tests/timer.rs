//! Who may say in a group how long messages stay, and whom it is told.

use super::*;
use client_api::Disappearing;
use proto::content::ChatTimer;

fn timed(after: Disappearing, clock_ms: u64) -> content::Body {
    content::Body::ChatTimer(ChatTimer { lifetime_s: after.seconds(), clock_ms, again: false })
}

fn set(after: Disappearing) -> Command {
    Command::SetDisappearing { chat: CHAT_UI, after }
}

impl Story {
    fn said_timers(&self) -> Vec<Disappearing> {
        let after = |line| match line {
            SystemLine::DisappearingSet { after, .. } => Some(after),
            _ => None,
        };
        self.lines().into_iter().filter_map(after).collect()
    }
}

#[test]
fn the_word_of_who_may_edit_counts_by_its_place() {
    let mut story = Story::new();
    story.peer_is_admin(false);
    let clock_ms = story.began_ms;
    story.hears(1, timed(Disappearing::Day, clock_ms));
    assert_eq!((story.info().disappearing, story.said_timers()), (Disappearing::Off, vec![]));
    story.peer_is_admin(true);
    story.hears(2, timed(Disappearing::Day, clock_ms + 1));
    // An older word that comes later.
    story.hears(3, timed(Disappearing::NinetyDays, clock_ms));
    // One that nobody could ever take back.
    story.hears(4, timed(Disappearing::NinetyDays, u64::MAX >> 17));
    assert_eq!((story.info().disappearing, story.said_timers()), (Disappearing::Day, vec![Disappearing::Day]));
}

#[test]
fn the_own_word_counts_from_its_place_on_and_what_is_written_behind_it_has_its_lifetime() {
    let mut story = Story::new();
    assert_eq!(story.asks(set(Disappearing::Week)), Ok(Answer::Done));
    story.writes("in a week I am gone").expect("written");
    let lifetime = "SELECT lifetime_ms FROM message WHERE kind = 0";
    let lifetime_ms: u64 = story.db.query_row(lifetime, [], |row| row.get(0)).expect("the text");
    assert_eq!(lifetime_ms, 7 * 24 * 3_600_000);
    // Shown where it was chosen at once, and said when the group has heard it.
    assert_eq!((story.info().disappearing, story.said_timers()), (Disappearing::Week, vec![]));
    story.says_it();
    assert_eq!(story.said_timers(), [Disappearing::Week]);
    // Who comes is told.
    story.does(|client, cx| client.say_timer(cx, CHAT));
    let told = story
        .tells_again()
        .into_iter()
        .any(|body| matches!(body, content::Body::ChatTimer(ChatTimer { lifetime_s: 604_800, again: true, .. })));
    assert!(told);
}

#[test]
fn who_may_not_edit_is_refused() {
    let mut story = Story::new();
    story.is_admin(story.me.account, false);
    assert_eq!(story.asks(set(Disappearing::Day)), Err(UserError::OnlyAdmin));
    assert!(story.sends().is_empty());
    let clock_ms = story.began_ms;
    story.hears(1, ruled(ALL_EDIT, clock_ms));
    assert_eq!(story.asks(set(Disappearing::Day)), Ok(Answer::Done));
}

#[test]
fn who_comes_again_is_told_that_nothing_disappears_any_more() {
    let mut story = Story::new();
    story.peer_is_admin(true);
    let clock_ms = story.began_ms;
    story.hears(1, timed(Disappearing::Week, clock_ms));
    story.hears(2, timed(Disappearing::Off, clock_ms + 1));
    story.does(|client, cx| client.say_timer(cx, CHAT));
    let is_off = |body| matches!(body, content::Body::ChatTimer(ChatTimer { lifetime_s: 0, again: true, .. }));
    assert!(story.tells_again().into_iter().any(is_off));
}

#[test]
fn what_has_disappeared_is_for_own_devices_to_say() {
    let mut story = Story::new();
    story.hears(1, content::Body::Erased(proto::content::Erased { disappeared: true }));
    let rows: u32 = story
        .db
        .query_row("SELECT count(*) FROM message WHERE message = ?1", [id(1).as_bytes()], |row| row.get(0))
        .expect("counted");
    assert_eq!(rows, 0, "its id is nobody's");
}

#[test]
fn times_rise_within_a_chat_whatever_the_server_says() {
    let mut story = Story::new();
    story.hears(1, text("one"));
    let began_ms = story.began_ms;
    story.began_ms -= 48 * 3_600_000;
    story.hears(2, text("two"));
    story.began_ms = began_ms;
    let time = |number| {
        let sql = "SELECT time_ms FROM message WHERE message = ?1";
        story.db.query_row(sql, [id(number).as_bytes()], |row| row.get::<_, u64>(0)).expect("the message")
    };
    assert!(time(2) >= time(1));
}
