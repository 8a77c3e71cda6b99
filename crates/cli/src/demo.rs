//! `helio demo`: thirty played people who write to the first new account of a server, and answer what it writes.
//!
//! They are ordinary accounts, registered with the codes of the server's console. They stay in the --data folder.

use crate::account::Account;
use crate::codes::{self, Code};
use crate::home::Place;
use crate::print::say;
use crate::register::{self, Person, Source};
use crate::texts::{self, Dice, NAMES};
use anyhow::{Result, bail};
use clap::Args;
use client_api::{Answer, ChatId, Command, Event, MessageBody, MessageId, UserError, WindowAnchor};
use client_driver::native::Storage;
use std::collections::BTreeSet;
use std::time::Duration;
use tokio::sync::{broadcast, watch};
use tokio::task::JoinSet;

/// Numbers that the German regulator keeps for films and examples: +49 171 39200 00 to 99.
const NUMBERS: &str = "+49171392";
/// How often a person is looked up who has asked for a code and not yet registered.
const LOOK_AGAIN: Duration = Duration::from_secs(2);

#[derive(Args)]
pub(crate) struct Arguments {
    /// Messages in all
    #[arg(long, default_value_t = 2_000)]
    messages: usize,
    /// Write to this number instead of waiting for the first new one
    #[arg(long)]
    to: Option<String>,
}

pub(crate) async fn run(place: &Place, arguments: &Arguments) -> Result<()> {
    let console = codes::console();
    let (guest_sender, guest) = watch::channel(arguments.to.clone());
    let counts = texts::spread(arguments.messages, NAMES.len(), arguments.messages);
    let mut people = JoinSet::new();
    for (index, (name, messages)) in NAMES.iter().zip(counts).enumerate() {
        let storage = Storage::Folder(place.folder()?.join(format!("{index:02}")));
        let account = place.open_at(storage)?;
        let person = Person { number: number(index), name: (*name).to_owned(), pin: String::new(), invite: None };
        let source = Source::Console(console.subscribe());
        people.spawn(play(account, person, source, guest.clone(), messages, index));
    }
    say("The played people register.");
    let watching = tokio::spawn(find_guest(console.subscribe(), guest_sender));
    while let Some(ended) = people.join_next().await {
        if let Err(error) = ended? {
            say(&format!("one of the played people left: {error:#}"));
        }
    }
    watching.abort();
    bail!("all played people left")
}

/// The number of a played person.
fn number(index: usize) -> String {
    format!("{NUMBERS}{index:04}")
}

/// The first number that asks for a code and is not one of ours.
async fn find_guest(mut console: broadcast::Receiver<Code>, guest: watch::Sender<Option<String>>) {
    while let Ok(code) = console.recv().await {
        let played = (0..NAMES.len()).any(|index| number(index) == code.number);
        if !played && guest.borrow().is_none() {
            say("Somebody new registers; the played people will write to them.");
            guest.send_replace(Some(code.number));
        }
    }
    // Without a console nobody new can be seen; those who are known are still answered.
    guest.closed().await;
}

async fn play(
    mut account: Account,
    person: Person,
    source: Source,
    mut guest: watch::Receiver<Option<String>>,
    messages: usize,
    index: usize,
) -> Result<()> {
    let mut dice = Dice::new(u64::try_from(index).unwrap_or_default());
    register::register(&mut account, person, source).await?;
    account.online().await?;
    let mut answerer = Answerer::default();
    if account.view.chats.is_empty() {
        let number = loop {
            if let Some(number) = guest.borrow_and_update().clone() {
                break number;
            }
            tokio::select! {
                changed = guest.changed() => changed?,
                event = account.next() => drop(event?),
            }
        };
        let chat = find(&mut account, number).await?;
        for _ in 0..messages {
            let text = texts::say(&mut dice);
            account.ask(Command::SendText { chat, text, written_for: None, answers: None }).await?;
        }
    }
    loop {
        answerer.open_new_chats(&mut account).await?;
        let event = account.next().await?;
        for command in answerer.answer(&event, &mut dice) {
            account.tell(command).await?;
        }
    }
}

/// The chat with a number that may not be registered yet.
async fn find(account: &mut Account, number: String) -> Result<ChatId> {
    loop {
        match account.try_ask(Command::AddContact { number: number.clone(), name: String::new() }).await? {
            Ok(Answer::Chat(chat)) => return Ok(chat),
            Ok(other) => bail!("a chat was asked for, but {other:?} came"),
            Err(UserError::NumberUnknown | UserError::Offline | UserError::TooMany { .. }) => {
                tokio::time::sleep(LOOK_AGAIN).await;
            }
            Err(error) => bail!(error),
        }
    }
}

/// Watches all chats and knows what was answered.
#[derive(Default)]
struct Answerer {
    open: BTreeSet<ChatId>,
    heard: BTreeSet<MessageId>,
}

impl Answerer {
    async fn open_new_chats(&mut self, account: &mut Account) -> Result<()> {
        let new: Vec<ChatId> = account.view.chats.keys().filter(|chat| !self.open.contains(*chat)).copied().collect();
        for chat in new {
            self.open.insert(chat);
            account.tell(Command::OpenChat { chat, anchor: WindowAnchor::Newest, limit: 16 }).await?;
        }
        Ok(())
    }

    /// Reads what somebody else said anew, and answers it. What was said while nobody played is answered once.
    fn answer(&mut self, event: &Event, dice: &mut Dice) -> Vec<Command> {
        let (chat, rows) = match event {
            Event::Messages(changes) => (changes.chat, changes.upserts.as_slice()),
            // Only where the other one had the last word.
            Event::Window(window) => (window.chat, window.rows.last().map_or(&[][..], std::slice::from_ref)),
            _ => return Vec::new(),
        };
        let mut commands = Vec::new();
        for row in rows.iter().filter(|row| !row.own) {
            if let MessageBody::Text(text) = &row.body
                && self.heard.insert(row.id)
            {
                commands.push(Command::MarkRead { chat, up_to: row.id });
                commands.push(Command::SendText {
                    chat,
                    text: texts::reply(dice, text),
                    written_for: None,
                    answers: None,
                });
            }
        }
        commands
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use client_api::{AccountId, MessageChanges, MessageRow};

    const CHAT: ChatId = ChatId([1; 16]);

    fn row(id: u8, own: bool) -> MessageRow {
        MessageRow {
            id: MessageId([id; 16]),
            time_ms: u64::from(id),
            sender: AccountId([u8::from(own); 16]),
            own,
            status: None,
            body: MessageBody::Text("How are you?".into()),
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

    #[test]
    fn what_is_answered_is_read_first_and_only_once() {
        let (mut answerer, mut dice) = (Answerer::default(), Dice::new(1));
        let changes = MessageChanges { chat: CHAT, upserts: vec![row(1, false), row(2, true)], removed: Vec::new() };
        let event = Event::Messages(changes);
        let commands = answerer.answer(&event, &mut dice);
        let read = Command::MarkRead { chat: CHAT, up_to: MessageId([1; 16]) };
        assert!(
            matches!(&commands[..], [first, Command::SendText { chat: CHAT, .. }] if *first == read),
            "{commands:?}"
        );
        assert_eq!(answerer.answer(&event, &mut dice), []);
    }
}
