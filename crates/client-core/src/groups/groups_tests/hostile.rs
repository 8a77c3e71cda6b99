//! Whatever is said of a group, and whatever a sibling keeps of it.

use super::*;
use proptest::prelude::*;

fn any_about() -> impl Strategy<Value = GroupAbout> {
    let bytes = || {
        let jpeg = (any::<u8>(), 0..70_000_usize).prop_map(|(of, len)| jpeg(of, len));
        prop_oneof![proptest::collection::vec(any::<u8>(), 0..64), jpeg]
    };
    let about = prop_oneof![
        "\\PC{0,64}".prop_map(About::Description),
        (0..5_000_usize).prop_map(|len| About::Description("y".repeat(len))),
        (bytes(), bytes()).prop_map(|(photo_jpeg, thumb_jpeg)| About::Photo(GroupPhoto { photo_jpeg, thumb_jpeg })),
    ];
    (any::<u64>(), any::<bool>(), proptest::option::of(about)).prop_map(|(clock_ms, again, about)| GroupAbout {
        clock_ms: clock_ms >> (again as u8 * 30),
        again,
        about,
    })
}

fn any_rules() -> impl Strategy<Value = GroupRules> {
    let clock_ms = prop_oneof![any::<u64>(), 0..20_000_u64];
    (clock_ms, any::<[bool; 3]>()).prop_map(|(clock_ms, [again, only_admins_send, everybody_edits])| GroupRules {
        clock_ms,
        again,
        only_admins_send,
        everybody_edits,
    })
}

fn any_content() -> impl Strategy<Value = Vec<u8>> {
    let body =
        prop_oneof![any_about().prop_map(content::Body::GroupAbout), any_rules().prop_map(content::Body::GroupRules),];
    let content = body.prop_map(|body| Content { body: Some(body), ..Content::default() }.encode_to_vec());
    // Whole ones, cut ones, and ones with a byte changed.
    (content, any::<prop::sample::Index>(), 0..3_u8, any::<u8>()).prop_map(|(mut bytes, at, how, with)| {
        if !bytes.is_empty() {
            let at = at.index(bytes.len());
            match how {
                0 => bytes.truncate(at),
                1 => bytes[at] = with,
                _ => {}
            }
        }
        bytes
    })
}

#[test]
fn whatever_is_said_of_a_group_nothing_panics_and_all_that_is_kept_is_bounded() {
    let story = Story::new();
    let peers = story.peers().account;
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(300));
    let places = (0..=messages::NUMBER_MAX, 0..=messages::NUMBER_MAX);
    let run = |(content, state, (seq, time_ms)): (Vec<u8>, Vec<u8>, (u64, u64))| {
        step(&story.db, now_ms(), |cx| {
            let chat = chats::find(cx.db, CHAT).expect("read").expect("the group");
            hear(cx, &chat, peers, &content, Place { seq, time_ms }).expect("no halt");
            may_send(cx.db, &chat, peers, seq).expect("no halt");
            about_and_photo(cx.db, CHAT).expect("no halt");
            // A sibling's state may be anything as well.
            let key = ChatKey::GroupRules.of(ChatId([1; 16]));
            state::merge(cx.db, &StateOp { key, value: state, clock: seq, device: 1 }).expect("merged");
            rules_now(cx.db, ChatId([1; 16])).expect("no halt");
        });
        let longest = "SELECT coalesce(max(length(value)), 0) FROM state WHERE key LIKE 'group%' || lower(hex(?1))";
        let longest: usize = story.db.query_row(longest, [CHAT.as_bytes()], |row| row.get(0)).expect("a length");
        prop_assert!(longest <= proto::limits::PHOTO_LEN_MAX);
        Ok(())
    };
    let state = prop_oneof![proptest::collection::vec(any::<u8>(), 0..64), any_content()];
    runner.run(&(any_content(), state, places), run).unwrap_or_else(|error| panic!("{error}"));
    let kept = state::get(&story.db, &ChatKey::GroupRules.of(CHAT)).expect("read").unwrap_or_default();
    assert!(kept.len() < 512, "{} bytes of rules", kept.len());
}
