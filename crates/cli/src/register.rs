//! `helio register`: number, code, PIN, name. What is given on the command line is not asked for.

use crate::account::Account;
use crate::codes;
use crate::home::Place;
use crate::print::{result, say};
use anyhow::{Context, Result, bail};
use clap::Args;
use client_api::number::shown;
use client_api::{AppStage, Command, RegistrationStage, Role, UserError};
use serde_json::json;
use tokio::sync::{broadcast, mpsc};

#[derive(Args)]
pub(crate) struct Arguments {
    /// The telephone number; with its country code, where the server has no region
    #[arg(long)]
    number: String,
    /// The one-time code, where it is known already. Else it is read from standard input: alone in a line, or in a line
    /// of the server's console
    #[arg(long)]
    code: Option<String>,
    /// The name that others see
    #[arg(long)]
    name: Option<String>,
    /// The account's registration PIN, or the one to set
    #[arg(long, default_value = "")]
    pin: String,
    /// The link of an invite, or its code, where the server takes new accounts by invite
    #[arg(long)]
    invite: Option<String>,
}

/// Where one-time codes come from.
pub(crate) enum Source {
    Given(String),
    Lines(mpsc::Receiver<String>),
    Console(broadcast::Receiver<codes::Code>),
}

/// Whom to become.
pub(crate) struct Person {
    pub(crate) number: String,
    /// Empty: called by the number.
    pub(crate) name: String,
    pub(crate) pin: String,
    pub(crate) invite: Option<String>,
}

pub(crate) async fn run(place: &Place, arguments: Arguments) -> Result<()> {
    let source = Source::of(arguments.code);
    let name = arguments.name.unwrap_or_default();
    let invite = arguments.invite.map(|link| link.rsplit("#invite=").next().unwrap_or_default().trim().to_owned());
    let person = Person { number: arguments.number, name, pin: arguments.pin, invite };
    let work = async |account: &mut Account| {
        register(account, person, source).await?;
        let profile = account.online().await?;
        account.sent().await?;
        let value = json!({ "account": profile.account.to_string(), "number": profile.number, "name": profile.name });
        result(place.json, &value, &format!("{} is {}", shown(&profile.number), profile.name))
    };
    place.begin(Role::Phone)?.run(work).await
}

/// Goes through the pages of registration until the account is here. An account that is here stays.
pub(crate) async fn register(account: &mut Account, person: Person, mut source: Source) -> Result<()> {
    let mut code_asked = false;
    loop {
        if account.view.stage == Some(AppStage::Active) {
            return Ok(());
        }
        match account.view.registration.take() {
            Some(RegistrationStage::Number { .. }) if !code_asked => {
                account
                    .ask(Command::RequestCode { number: person.number.clone(), invite: person.invite.clone() })
                    .await?;
                code_asked = true;
            }
            Some(RegistrationStage::Code { number, .. }) => loop {
                let code = source.code(&number).await?;
                match (account.try_ask(Command::VerifyCode { code }).await?, &source) {
                    (Err(error @ UserError::CodeWrong { tries_left: 1.. }), Source::Lines(_)) => {
                        say(&format!("No: {error}."));
                    }
                    (Err(error), _) => bail!(error),
                    (Ok(_), _) => break,
                }
            },
            Some(RegistrationStage::Pin) => {
                if person.pin.is_empty() {
                    bail!("this number has an account with a registration PIN; give it with --pin");
                }
                account.ask(Command::EnterPin { pin: person.pin.clone() }).await?;
            }
            // Whoever wants the account of before says `helio restore`.
            Some(RegistrationStage::Restore { .. }) => _ = account.ask(Command::StartAnew).await?,
            Some(RegistrationStage::ChoosePin) => {
                account.ask(Command::SetPin { pin: person.pin.clone() }).await?;
            }
            Some(RegistrationStage::Profile) => {
                let number = account.view.profile.as_ref().map(|profile| shown(&profile.number)).unwrap_or_default();
                let name = if person.name.is_empty() { number } else { person.name.clone() };
                let command = Command::SetProfile { name, about: String::new(), photo: None };
                account.ask(command).await?;
            }
            _ => _ = account.next_in_time().await?,
        }
    }
}

impl Source {
    /// A code that was given, or else the lines of standard input.
    pub(crate) fn of(code: Option<String>) -> Self {
        code.map_or_else(|| Self::Lines(codes::lines()), Self::Given)
    }

    /// For a number in E.164, as the server's console has it.
    pub(crate) async fn code(&mut self, number: &str) -> Result<String> {
        match self {
            Self::Given(code) => Ok(code.clone()),
            Self::Lines(lines) => {
                let to = shown(number);
                say(&format!("Type the code that was sent to {to} (a test server prints it on its console):"));
                loop {
                    let line = lines.recv().await.context("standard input ended before a code came")?;
                    match codes::parse(&line) {
                        Some(code) if code.number == number => return Ok(code.code),
                        // Somebody else's code, on the server's console.
                        Some(_) => {}
                        None => {
                            let digits: String = line.chars().filter(char::is_ascii_digit).collect();
                            if digits.len() == line.trim().len() && !digits.is_empty() {
                                return Ok(digits);
                            }
                        }
                    }
                }
            }
            Self::Console(codes) => loop {
                let code = codes.recv().await.context("the server's console ended before a code came")?;
                if code.number == number {
                    return Ok(code.code);
                }
            },
        }
    }
}
