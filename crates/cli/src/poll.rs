//! Polls: asking, and choosing answers.

use crate::amend::{MessageIdArgument, run};
use crate::home::Place;
use anyhow::{Result, bail};
use clap::Args;
use client_api::Command;

#[derive(Args)]
pub(crate) struct Poll {
    /// A number, a chat's id, or "me"
    chat: String,
    /// What is asked, at most 255 characters
    question: String,
    /// What can be chosen: 2 to 12, of at most 100 characters each
    #[arg(required = true, num_args = 2..=12)]
    answers: Vec<String>,
    /// Several can be chosen
    #[arg(long)]
    several: bool,
}

#[derive(Args)]
pub(crate) struct Vote {
    /// A number, a chat's id, or "me"
    chat: String,
    /// The poll's id
    message: MessageIdArgument,
    /// Which answers, the first one being 1; none takes the vote back
    answers: Vec<u32>,
}

pub(crate) async fn poll(place: &Place, arguments: Poll) -> Result<()> {
    let Poll { chat, question, answers, several } = arguments;
    run(place, &chat, |chat| Command::SendPoll { chat, question, answers, several, written_for: None }).await
}

pub(crate) async fn vote(place: &Place, arguments: Vote) -> Result<()> {
    let places: Option<Vec<u32>> = arguments.answers.iter().map(|number| number.checked_sub(1)).collect();
    let Some(answers) = places else { bail!("answers are numbered from 1") };
    let message = arguments.message.0;
    run(place, &arguments.chat, |chat| Command::Vote { chat, message, answers }).await
}
