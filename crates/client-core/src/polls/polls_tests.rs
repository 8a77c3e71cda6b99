//! What is asked, who chose what, and what is no poll.

use super::*;
use crate::amendments::{self, Names};
use crate::testing::CHAT;
use crate::testing::story::{CHAT_UI, Story, deletion, id};
use client_api::{Command, Quoted};
use proptest::prelude::*;

fn poll(question: &str, answers: &[&str], several: bool) -> content::Body {
    let answers = answers.iter().map(|answer| (*answer).to_owned()).collect();
    content::Body::Poll(Poll { question: question.to_owned(), answers, several })
}

fn vote(of: MessageId, answers: &[u32]) -> content::Body {
    content::Body::Vote(Vote { message_id: of.to_vec(), answers: answers.to_vec() })
}

impl Story {
    fn poll(&self, number: u8) -> client_api::Poll {
        match self.row(number).expect("the row").body {
            MessageBody::Poll(poll) => poll,
            body => panic!("no poll: {body:?}"),
        }
    }

    /// How many chose each answer, and which are the own.
    fn votes(&self, number: u8) -> Vec<(usize, bool)> {
        self.poll(number).answers.iter().map(|answer| (answer.voters.len(), answer.own)).collect()
    }

    fn votes_for(&mut self, number: u8, answers: &[u32]) -> Result<Answer, UserError> {
        let message = client_api::MessageId(id(number).0);
        self.asks(Command::Vote { chat: CHAT_UI, message, answers: answers.to_vec() })
    }

    fn asks_poll(&mut self, question: &str, answers: &[&str]) -> Result<Answer, UserError> {
        let answers = answers.iter().map(|answer| (*answer).to_owned()).collect();
        let question = question.to_owned();
        self.asks(Command::SendPoll { chat: CHAT_UI, question, answers, several: false, written_for: None })
    }
}

#[test]
fn of_several_votes_by_one_account_the_last_in_the_log_counts() {
    let story = Story::new();
    let (me, peer) = (story.me, story.peer);
    // A vote may come before what it is about.
    story.says(peer, 2, 1, vote(id(1), &[1]));
    story.says(peer, 1, 0, poll("When?", &["at six", "at seven"], false));
    assert_eq!(story.votes(1), [(0, false), (1, false)]);
    story.says(me, 4, 4, vote(id(1), &[0]));
    story.says(me, 3, 3, vote(id(1), &[1]));
    assert_eq!(story.votes(1), [(1, true), (1, false)], "what was said before came later");
    assert_eq!(story.poll(1).answers[1].voters, [ui_account(peer)]);
    story.says(me, 5, 5, vote(id(1), &[]));
    assert_eq!(story.votes(1), [(0, false), (1, false)], "taken back");
}

#[test]
fn whoever_votes_again_and_again_takes_nobodys_place() {
    let story = Story::new();
    story.says(story.me, 1, 0, poll("When?", &["at six", "at seven"], false));
    story.says(story.peer, 2, 1, vote(id(1), &[0]));
    story.db.execute_batch("BEGIN").expect("one for all");
    let add = "INSERT INTO message (chat, time_ms, message, seq, account, device, sent_ms, kind, content, target, about)
               SELECT chat, time_ms + ?1, randomblob(16), seq + ?1, x'77777777777777777777777777777777', 1, 1, kind, content, target, about
               FROM message WHERE message = ?2";
    for number in 1..=VOTERS_MAX + 1 {
        story.db.execute(add, params![number, id(2).as_bytes()]).expect("a vote");
    }
    story.db.execute_batch("COMMIT").expect("all");
    assert_eq!(story.votes(1), [(2, false), (0, false)]);
}

#[test]
fn what_nobody_was_asked_is_answered_by_nobody() {
    let mut story = Story::new();
    let Ok(Answer::Message(asked)) = story.asks_poll("When?", &["at six", "at seven"]) else { panic!("asked") };
    crate::testing::step(&story.db, crate::testing::now_ms(), |cx| {
        crate::messages::fail(cx, CHAT, MessageId(asked.0)).expect("refused by the server");
    });
    let vote = Command::Vote { chat: CHAT_UI, message: asked, answers: vec![0] };
    assert_eq!(story.asks(vote), Err(UserError::NotNow));
}

#[test]
fn of_a_vote_counts_what_the_poll_lets_one_choose() {
    let story = Story::new();
    story.says(story.me, 1, 0, poll("Which?", &["a", "b", "c"], true));
    story.says(story.me, 2, 0, poll("Which one?", &["a", "b", "c"], false));
    for (number, of) in [(3, 1), (4, 2)] {
        story.says(story.peer, number, 1, vote(id(of), &[2, 7, u32::MAX, 0, 2]));
    }
    assert_eq!(story.votes(1), [(1, false), (0, false), (1, false)]);
    assert_eq!(story.votes(2).iter().map(|(votes, _)| votes).sum::<usize>(), 1);
}

#[test]
fn a_vote_says_one_word_and_the_same_again_none() {
    let mut story = Story::new();
    story.says(story.peer, 1, 0, poll("When?", &["at six", "at seven"], false));
    let words = "SELECT count(*) FROM message WHERE about = 8";
    assert!(matches!(story.votes_for(1, &[1]), Ok(Answer::Message(_))));
    assert_eq!(story.votes(1), [(0, false), (1, true)], "at once");
    assert_eq!(story.votes_for(1, &[1]), Ok(Answer::Done));
    assert_eq!(story.count(words), 1);
    for wrong in [&[2][..], &[0, 1], &[1, 1]] {
        assert_eq!(story.votes_for(1, wrong), Err(UserError::PollInvalid), "{wrong:?}");
    }
    assert!(story.votes_for(1, &[]).is_ok());
    assert_eq!((story.count(words), story.votes(1)), (2, vec![(0, false), (0, false)]));
    story.says(story.peer, 2, 1, crate::testing::story::text("no poll"));
    assert_eq!(story.votes_for(2, &[0]), Err(UserError::NotFound));
}

#[test]
fn what_is_no_poll_is_refused_here_and_a_text_from_others() {
    let mut story = Story::new();
    let thousand: Vec<String> = (0..1_000).map(|number| number.to_string()).collect();
    let thousand: Vec<&str> = thousand.iter().map(String::as_str).collect();
    let long = "x".repeat(ANSWER_CHARS_MAX + 1);
    let wrong: [(&str, &[&str]); 8] = [
        ("One?", &["only"]),
        ("None?", &[]),
        ("Many?", &thousand),
        (" ", &["a", "b"]),
        ("Alike?", &["a", " a "]),
        ("Nothing?", &["a", " \u{200b}"]),
        ("Seen alike?", &["a", "a\u{202e}"]),
        ("Long?", &["a", &long]),
    ];
    for (number, (question, answers)) in (1..).zip(wrong) {
        assert_eq!(story.asks_poll(question, answers), Err(UserError::PollInvalid), "{question}");
        story.says(story.peer, number, 0, poll(question, answers, false));
        let body = story.row(number).expect("the row").body;
        assert_eq!(body, MessageBody::Text(question.to_owned()));
    }
    assert_eq!(story.count("SELECT count(*) FROM outbox"), 0);
    assert!(matches!(story.asks_poll(" When  then? ", &["at six", "at seven"]), Ok(Answer::Message(_))));
}

#[test]
fn a_poll_is_quoted_and_pinned_by_its_question_cannot_be_changed_and_goes_with_its_deletion() {
    let mut story = Story::new();
    story.says(story.me, 1, 0, poll("When?", &["at six", "at seven"], false));
    story.says(story.peer, 2, 1, vote(id(1), &[0]));
    let said = amendments::said(&story.db, CHAT, id(1), Names::Own).expect("read").expect("there");
    assert_eq!(said.1, Quoted::Text("📊 When?".to_owned()));
    let message = client_api::MessageId(id(1).0);
    let row = story.row(1).expect("the row");
    assert_eq!((row.edit_until_ms, row.delete_until_ms > 0), (0, true));
    let pin = Command::PinMessage { chat: CHAT_UI, message, pinned: true };
    assert!(story.asks(pin).is_ok());
    assert_eq!(crate::pinning::rows(&story.db, CHAT, story.me).expect("read").len(), 1);
    story.says(story.me, 3, 2, deletion(id(1)));
    assert_eq!(story.row(1).expect("the row").body, MessageBody::Deleted);
    assert!(story.is_forgotten("When?"));
    assert_eq!(story.votes_for(1, &[0]), Err(UserError::NotFound));
}

proptest! {
    #[test]
    fn whatever_a_vote_says_it_counts_within_its_poll(answers in prop::collection::vec(any::<u32>(), 0..40), several: bool) {
        let poll = asked(&Poll { question: "?".to_owned(), answers: vec!["a".to_owned(), "b".to_owned()], several });
        let chosen = chosen(&answers, &poll.expect("a poll"));
        let most = if several { 2 } else { 1 };
        prop_assert!(chosen.len() <= most && chosen.iter().all(|at| *at < 2));
    }
}
