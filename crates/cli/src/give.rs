//! People and places for a chat.

use crate::amend::run;
use crate::home::Place as Home;
use anyhow::{Context, Result};
use clap::Args;
use client_api::{Card, Command, Place};

#[derive(Args)]
pub(crate) struct People {
    /// A number, a chat's id, or "me"
    chat: String,
    /// 1 to 10 people, each as NAME=NUMBER, the number in international form (+49151...)
    #[arg(required = true, num_args = 1..=10, value_parser = card)]
    people: Vec<Card>,
}

#[derive(Args)]
pub(crate) struct Location {
    /// A number, a chat's id, or "me"
    chat: String,
    /// Degrees north and east, as "52.52, 13.405"
    #[arg(allow_hyphen_values = true)]
    degrees: String,
    /// What is there, at most 100 characters
    #[arg(default_value = "")]
    name: String,
}

fn card(text: &str) -> Result<Card, String> {
    let (name, number) = text.rsplit_once('=').ok_or("write NAME=NUMBER")?;
    Ok(Card { name: name.to_owned(), number: number.to_owned() })
}

pub(crate) async fn people(home: &Home, arguments: People) -> Result<()> {
    let cards = arguments.people;
    run(home, &arguments.chat, |chat| Command::SendCards { chat, cards, written_for: None }).await
}

pub(crate) async fn location(home: &Home, arguments: Location) -> Result<()> {
    let place = Place::typed(&arguments.degrees).context("write degrees north and east, as \"52.52, 13.405\"")?;
    let place = Place { name: arguments.name, ..place };
    run(home, &arguments.chat, |chat| Command::SendPlace { chat, place, written_for: None }).await
}
