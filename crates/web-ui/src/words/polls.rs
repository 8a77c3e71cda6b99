//! Words of polls.

use super::count;
use client_api::Poll;

pub const POLL: &str = "Poll";
pub const POLL_TITLE: &str = "Ask the chat";
pub const QUESTION: &str = "Question";
pub const ANSWERS: &str = "Answers";
pub const SEVERAL_ANSWERS: &str = "Several answers can be chosen";
pub const SEND_POLL: &str = "Send poll";
pub const CHOOSE_ONE: &str = "Choose one";
pub const CHOOSE_SEVERAL: &str = "Choose one or more";
pub const SHOW_VOTES: &str = "Show votes";
pub const NO_VOTES: &str = "Nobody has chosen yet.";
pub const POLL_INVALID: &str = "A poll needs a question and 2 to 12 different answers.";

/// Of one field.
pub fn answer_label(number: usize) -> String {
    format!("Answer {number}")
}

/// How many chose an answer.
pub fn votes(number: usize) -> String {
    count(u64::try_from(number).unwrap_or(u64::MAX), "vote", "votes")
}

/// A poll for a reader of the screen: the question, and each answer with its votes.
pub fn poll(poll: &Poll) -> String {
    let answers = poll.answers.iter().map(|answer| format!("{}: {}", answer.text, votes(answer.voters.len())));
    let answers: Vec<String> = answers.collect();
    format!("{POLL}: {}. {}", poll.question, answers.join(", "))
}
