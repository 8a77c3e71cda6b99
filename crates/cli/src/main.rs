//! `helio`, the terminal client: reads the command line, calls the command, says what went wrong.
//!
//! Results go to standard output, words for people to standard error.

mod account;
mod amend;
mod backup;
mod chores;
mod codes;
mod demo;
mod export;
mod files;
mod find;
mod give;
mod group;
mod home;
mod join;
mod link;
mod load;
mod people;
mod poll;
mod print;
mod register;
mod scan;
mod talk;
mod texts;

use anyhow::Result;
use clap::{Parser, Subcommand};
use home::Place;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Parser)]
#[command(name = "helio", version, about = "Heliograph in the terminal")]
struct Arguments {
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Become the phone of a number
    Register(register::Arguments),
    /// Become a companion: shows a code for the phone to scan
    Link(link::Arguments),
    /// Link the device that shows this code (on the phone)
    Scan(scan::Arguments),
    /// List the chats
    Chats,
    /// List the contacts
    Contacts,
    /// Send a message, and wait until the server has it
    Send(talk::SendArguments),
    /// Send a file, and wait until the server has it
    SendFile(files::SendFile),
    /// Write the file of a message out
    Save(files::Save),
    /// Print messages, a JSON object a line
    Receive(talk::ReceiveArguments),
    /// Put an emoji to a message, or take it back
    React(amend::React),
    /// Change the text of an own message
    Edit(amend::Edit),
    /// Delete messages
    Delete(amend::Delete),
    /// Send messages on to other chats
    Forward(find::Forward),
    /// Look for messages in all chats, newest first
    Search(find::Search),
    /// Star a message
    Star(find::Star),
    /// Take the star from a message
    Unstar(find::Star),
    /// Pin a message above its chat, for everybody in it
    Pin(find::Star),
    /// Pin it no more
    Unpin(find::Star),
    /// Give people out of an address book to a chat
    GiveContacts(give::People),
    /// Say where something is
    GiveLocation(give::Location),
    /// Ask a question with answers to choose from
    Poll(poll::Poll),
    /// Choose answers of a poll
    Vote(poll::Vote),
    /// Write all messages of a chat that are on this device into a text file
    Export(export::Export),
    /// Have new messages of a chat disappear from everybody's devices after a time
    Disappear(chores::Disappear),
    /// Take all messages of a chat from one's own devices
    Clear(chores::Clear),
    /// The same, and take the chat out of the list until something new comes; a group is left first
    DeleteChat {
        /// A number, a chat's id, or "me"
        chat: String,
    },
    /// Hear nothing more of somebody in the chat of two
    Block {
        /// Their number, or the id of the chat with them
        person: String,
    },
    /// Hear them again
    Unblock {
        /// Their number, or the id of the chat with them
        person: String,
    },
    /// List who is blocked
    Blocked,
    /// Make, change and leave groups
    #[command(subcommand)]
    Group(group::Group),
    /// Show the link into a group, which there is then, or change it (admins)
    GroupLink(join::GroupLink),
    /// List who asks to come into a group, let them in or decline (admins)
    GroupAsking(join::GroupAsking),
    /// Ask to come into the group of a link, and wait for what comes of it
    Join(join::Join),
    /// Mark a chat read
    Read {
        /// A number, a chat's id, or "me"
        chat: String,
    },
    /// List the devices of this account
    Devices,
    /// Log a companion out
    Unlink {
        /// Its number in `devices`; "all" for all companions
        device: String,
    },
    /// Log this companion out and delete its database
    Logout,
    /// Show the safety number with a contact
    Safety {
        /// Their number
        number: String,
    },
    /// Back the account up: to the server, or into a file
    Backup(backup::Backup),
    /// Become the phone of an account again, out of a backup
    Restore(backup::Restore),
    /// Delete this account, on all its devices and at the server
    DeleteAccount(backup::DeleteAccount),
    /// Show whose client this is
    Whoami,
    /// Play thirty people who write to the first new account (reads the server's console on standard input)
    Demo(demo::Arguments),
    /// Send the messages of a load description (reads the server's console on standard input)
    Load {
        /// The description, a JSON file
        spec: PathBuf,
        /// Where each sent message is written down, a JSON object a line
        #[arg(long)]
        log: Option<PathBuf>,
    },
}

#[tokio::main]
async fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::from_default_env())
        .with_writer(std::io::stderr)
        .init();
    let arguments = Arguments::parse();
    match run(arguments).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Standard error may be closed; there is nobody else to tell.
            let _ = writeln!(std::io::stderr(), "helio: {error:#}");
            if error.is::<account::OutOfTime>() { ExitCode::from(3) } else { ExitCode::FAILURE }
        }
    }
}

async fn run(arguments: Arguments) -> Result<()> {
    let place = arguments.place;
    match arguments.command {
        Command::Register(arguments) => register::run(&place, arguments).await,
        Command::Link(arguments) => link::run(&place, &arguments).await,
        Command::Scan(arguments) => scan::run(&place, arguments).await,
        Command::Chats => people::chats(&place).await,
        Command::Contacts => people::contacts(&place).await,
        Command::Send(arguments) => talk::send(&place, arguments).await,
        Command::SendFile(arguments) => files::send(&place, arguments).await,
        Command::Save(arguments) => files::save(&place, arguments).await,
        Command::Receive(arguments) => talk::receive(&place, &arguments).await,
        Command::React(arguments) => amend::react(&place, arguments).await,
        Command::Edit(arguments) => amend::edit(&place, arguments).await,
        Command::Delete(arguments) => amend::delete(&place, arguments).await,
        Command::Forward(arguments) => find::forward(&place, arguments).await,
        Command::Search(arguments) => find::search(&place, arguments).await,
        Command::Star(arguments) => find::star(&place, arguments, true).await,
        Command::Unstar(arguments) => find::star(&place, arguments, false).await,
        Command::GiveContacts(arguments) => give::people(&place, arguments).await,
        Command::GiveLocation(arguments) => give::location(&place, arguments).await,
        Command::Poll(arguments) => poll::poll(&place, arguments).await,
        Command::Vote(arguments) => poll::vote(&place, arguments).await,
        Command::Pin(arguments) => find::pin(&place, arguments, true).await,
        Command::Unpin(arguments) => find::pin(&place, arguments, false).await,
        Command::Export(arguments) => export::export(&place, arguments).await,
        Command::Disappear(arguments) => chores::disappear(&place, arguments).await,
        Command::Clear(arguments) => chores::clear(&place, arguments).await,
        Command::DeleteChat { chat } => chores::delete(&place, &chat).await,
        Command::Block { person } => chores::block(&place, &person, true).await,
        Command::Unblock { person } => chores::block(&place, &person, false).await,
        Command::Blocked => chores::blocked(&place).await,
        Command::Read { chat } => talk::read(&place, &chat).await,
        Command::Group(group) => group::run(&place, group).await,
        Command::GroupLink(arguments) => join::link(&place, arguments).await,
        Command::GroupAsking(arguments) => join::asking(&place, arguments).await,
        Command::Join(arguments) => join::join(&place, arguments).await,
        Command::Devices => people::devices(&place).await,
        Command::Unlink { device } => people::unlink(&place, &device).await,
        Command::Logout => people::logout(&place).await,
        Command::Safety { number } => people::safety(&place, &number).await,
        Command::Backup(arguments) => backup::backup(&place, arguments).await,
        Command::Restore(arguments) => backup::restore(&place, arguments).await,
        Command::DeleteAccount(arguments) => backup::delete_account(&place, arguments).await,
        Command::Whoami => people::whoami(&place).await,
        Command::Demo(arguments) => demo::run(&place, &arguments).await,
        Command::Load { spec, log } => load::run(&place, &spec, log.as_deref()).await,
    }
}
