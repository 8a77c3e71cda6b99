//! `helio load`: many accounts that each write to one number, for benches. What the server has taken is written down.

use crate::account::Account;
use crate::codes::{self, Code};
use crate::home::Place;
use crate::print::{result, say};
use crate::register::{self, Person, Source};
use crate::talk::Outgoing;
use crate::texts::{self, Dice};
use anyhow::{Context, Result, bail};
use client_api::{Command, Event, MessageBody, MessageId, MessageStatus};
use client_driver::native::Storage;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use tokio::sync::broadcast;
use tokio::task::JoinSet;

/// Messages of one account that may be without a verdict of the server.
const UNDER_WAY_MAX: usize = 64;

/// What to send. `{"to": "+49…", "accounts": 1000, "messages": 100000}` and the rest by default.
#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
struct Spec {
    /// Whom all write to.
    to: String,
    /// How many write, each in their own chat.
    accounts: usize,
    /// How many messages in all.
    messages: usize,
    /// The most in one chat.
    #[serde(default = "largest")]
    largest: usize,
    /// Accounts at work at the same time.
    #[serde(default = "parallel")]
    parallel: usize,
    /// The number of the first account; the others count on.
    #[serde(default = "first_number")]
    first_number: String,
    /// Other texts with another seed.
    #[serde(default)]
    seed: u64,
}

fn largest() -> usize {
    10_000
}

fn parallel() -> usize {
    8
}

fn first_number() -> String {
    "+4915900000000".to_owned()
}

pub(crate) async fn run(place: &Place, spec: &Path, log: Option<&Path>) -> Result<()> {
    let text = std::fs::read(spec).with_context(|| format!("cannot read {}", spec.display()))?;
    let spec: Spec =
        serde_json::from_slice(&text).with_context(|| format!("{} is no load description", spec.display()))?;
    let mut log =
        log.map(|path| File::create(path).with_context(|| format!("cannot write {}", path.display()))).transpose()?;
    let mut log = log.as_mut().map(BufWriter::new);
    let first: u64 = spec.first_number.trim_start_matches('+').parse().context("first_number is no number")?;
    let console = codes::console();
    let counts = texts::spread(spec.messages, spec.accounts, spec.largest);
    let mut at_work = JoinSet::new();
    let mut sent = 0;
    for (number, (index, messages)) in (first..).zip(counts.into_iter().enumerate()) {
        if at_work.len() >= spec.parallel.max(1) {
            sent += write_down(at_work.join_next().await, &mut log)?;
        }
        let sender = Sender { number: format!("+{number}"), index, messages };
        at_work.spawn(sender.work(place.clone(), spec.clone(), console.clone()));
    }
    while let Some(ended) = at_work.join_next().await {
        sent += write_down(Some(ended), &mut log)?;
    }
    if let Some(log) = &mut log {
        log.flush()?;
    }
    result(place.json, &json!({ "accounts": spec.accounts, "messages": sent }), &format!("{sent} messages sent"))
}

type Ended = Result<Result<Vec<Value>>, tokio::task::JoinError>;

fn write_down(ended: Option<Ended>, log: &mut Option<BufWriter<&mut File>>) -> Result<usize> {
    let Some(ended) = ended else { return Ok(0) };
    let lines = ended??;
    if let Some(log) = log {
        for line in &lines {
            writeln!(log, "{line}")?;
        }
    }
    Ok(lines.len())
}

struct Sender {
    number: String,
    index: usize,
    messages: usize,
}

impl Sender {
    /// Registers, sends everything, and gives back what the server took, in order.
    async fn work(self, place: Place, spec: Spec, console: broadcast::Sender<Code>) -> Result<Vec<Value>> {
        let account = place.open_at(Storage::Memory)?;
        let lines = account.run(async |account: &mut Account| self.send_all(account, &spec, &console).await).await?;
        if self.index.is_multiple_of(100) {
            say(&format!("account {} of {} is done", self.index + 1, spec.accounts));
        }
        Ok(lines)
    }

    async fn send_all(
        &self,
        account: &mut Account,
        spec: &Spec,
        console: &broadcast::Sender<Code>,
    ) -> Result<Vec<Value>> {
        let name =
            format!("{} {}", texts::NAMES.get(self.index % texts::NAMES.len()).unwrap_or(&"Somebody"), self.index);
        let person = Person { number: self.number.clone(), name: name.clone(), pin: String::new(), invite: None };
        register::register(account, person, Source::Console(console.subscribe())).await?;
        account.online().await?;
        let mut outgoing = Outgoing::open(account, &spec.to).await?;
        let mut dice = Dice::new(spec.seed.wrapping_mul(1_000_003) ^ u64::try_from(self.index).unwrap_or_default());
        let mut under_way: BTreeSet<MessageId> = BTreeSet::new();
        let mut taken: BTreeMap<(u64, MessageId), Value> = BTreeMap::new();
        let (mut asked, mut shown) = (0, 0);
        while taken.len() < self.messages {
            // What was asked and not yet shown counts as under way.
            while asked < self.messages && asked - shown + under_way.len() < UNDER_WAY_MAX {
                // The place in the chat makes each text one of a kind, so that a comparison finds each.
                let text = format!("{} #{asked}", texts::say(&mut dice));
                account.tell(Command::SendText { chat: outgoing.chat, text, written_for: None, answers: None }).await?;
                asked += 1;
            }
            let event = account.next_in_time().await?;
            if let Event::Answered { result: Err(error), .. } = &event {
                bail!(error.clone());
            }
            for row in outgoing.rows(account, &event).await? {
                match (row.status, row.body) {
                    (Some(MessageStatus::Failed), _) => bail!("the server refused a message of {}", self.number),
                    (Some(MessageStatus::Pending), _) => shown += usize::from(under_way.insert(row.id)),
                    (Some(_), MessageBody::Text(text)) if under_way.remove(&row.id) => {
                        let line = json!({
                            "from": self.number, "name": name, "chat": outgoing.chat.to_string(),
                            "id": row.id.to_string(), "time_ms": row.time_ms, "text": text,
                        });
                        taken.insert((row.time_ms, row.id), line);
                    }
                    _ => {}
                }
            }
        }
        Ok(taken.into_values().collect())
    }
}
