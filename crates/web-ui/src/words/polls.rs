//! Words of polls.

use super::in_a_row;
use crate::language::{says, told};
use client_api::Poll;

says! {
    a_poll
    poll_title
    question
    answers
    several_answers
    send_poll
    choose_one
    choose_several
    show_votes
    no_votes
    poll_invalid
}

/// Of one field.
pub fn answer_label(number: usize) -> String {
    told!(answer_label, n: number)
}

/// How many chose an answer.
pub fn votes(number: usize) -> String {
    told!(votes, n: number)
}

/// A poll for a reader of the screen: the question, and each answer with its votes.
pub fn poll(poll: &Poll) -> String {
    let answers = poll.answers.iter().map(|answer| format!("{}: {}", answer.text, votes(answer.voters.len())));
    let answers: Vec<String> = answers.collect();
    told!(poll, question: poll.question.as_str(), answers: in_a_row(&answers))
}
