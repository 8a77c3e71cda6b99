//! Plans that failed once, shrunk, and mended at their cause since: each must be sound for ever after.

use test_world::{Options, Plan, run};

fn check(text: &str) {
    let plan: Plan = serde_json::from_str(text).expect("a plan");
    let outcome = run(&plan, Options::default()).expect("runs");
    assert!(outcome.failure.is_none(), "{:#?}", outcome.failure);
}

macro_rules! found {
    ($($name:ident: $file:literal;)*) => {$(
        #[test]
        fn $name() {
            check(include_str!(concat!("../plans/", $file, ".json")));
        }
    )*};
}

found! {
    a_lost_answer_to_unlinking_leaves_no_leaf: "lost-answer-to-unlinking";
    a_new_companion_knows_what_was_read: "new-companion-knows-what-was-read";
}
