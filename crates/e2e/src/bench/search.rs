//! Looking for messages as one types, on a phone that holds very many: how long each answer takes, and how large the index is.

use super::Size;
use super::corpus::say;
use super::report::{Report, percentile};
use super::served::Served;
use anyhow::{Context, Result, bail};
use client_api::{Answer, Command, Event, Found, Request, Role, SearchQuery};
use client_driver::native::{Events, Handle, Options, Storage, start};
use prost::Message as _;
use proto::content::{Content, Text, content};
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use rusqlite::{Connection, params};
use std::path::Path;
use std::time::Instant;
use tempfile::TempDir;

/// Different words that are said. The n-th is said about 1 / n as often as the first.
const VOCABULARY: usize = 30_000;
/// Words of a message, on average.
const WORDS: usize = 9;
/// Between two messages: a million of them are ten years.
const PAUSE_MS: u64 = 300_000;
/// Searches that are typed; each is some letters, and an answer is waited for after each.
const SEARCHES: usize = 200;
/// Messages of an answer, as a screen shows them.
const PAGE: u16 = 50;

/// The benchmark.
pub async fn run(size: &Size) -> Result<Report> {
    let folder = TempDir::new()?;
    let phone = folder.path().join("phone");
    let server = Served::start(&folder.path().join("server")).await?;
    server.registers(&phone, "+4915112345698", "Somebody with a long memory").await?;
    server.helio(&phone, &["send", "--to", "me", "the first word"])?.succeeds().await?;
    let mut words = Words::new();
    fill(&phone, size.searched, &mut words)?;
    let before = bytes(&phone, "")?;

    let mut asking = Asking::start(&server, &phone)?;
    let began = Instant::now();
    while asking.finds("first").await?.not_indexed > 0 {}
    let indexing = began.elapsed();
    let (mut took, mut first) = (Vec::new(), Vec::new());
    for _ in 0..SEARCHES {
        for typed in words.typed() {
            let began = Instant::now();
            asking.finds(&typed).await?;
            let ms = began.elapsed().as_secs_f64() * 1_000.0;
            took.push(ms);
            if typed.chars().count() == 1 {
                first.push(ms);
            }
        }
    }
    asking.handle.stop().await;
    let mut report = Report::new("search");
    report.metric("p95_ms", percentile(&took, 95), "ms", Some(50.0));
    report.metric("p50_ms", percentile(&took, 50), "ms", None);
    report.metric("worst_ms", percentile(&took, 100), "ms", None);
    report.metric("first_letter_p95_ms", percentile(&first, 95), "ms", None);
    report.metric("messages", size.searched as f64, "messages", None);
    report.metric("answers", took.len() as f64, "answers", None);
    report.metric("indexing_s", indexing.as_secs_f64(), "s", None);
    report.metric("database_before_mb", before as f64 / 1e6, "MB", None);
    report.metric(
        "index_mb",
        bytes(&phone, "WHERE name LIKE 'search%' OR tbl_name LIKE 'search%'")? as f64 / 1e6,
        "MB",
        None,
    );
    Ok(report)
}

/// A running phone that is asked.
struct Asking {
    handle: Handle,
    events: Events,
    last: u32,
}

impl Asking {
    fn start(server: &Served, phone: &Path) -> Result<Self> {
        let (handle, events) = start(Options {
            server: server.address.clone(),
            authority: None,
            storage: Storage::Folder(phone.to_owned()),
            role: Role::Phone,
            device_name: String::new(),
        })?;
        Ok(Self { handle, events, last: 0 })
    }

    async fn finds(&mut self, words: &str) -> Result<Found> {
        self.last += 1;
        let query = SearchQuery { words: words.to_owned(), ..SearchQuery::default() };
        let command = Command::Search { query, after: None, limit: PAGE };
        self.handle.send(Request { id: self.last, command }).await?;
        loop {
            match self.events.next().await.context("the client has stopped")? {
                Event::Answered { request, result } if request == self.last => match result? {
                    Answer::Found(found) => return Ok(found),
                    other => bail!("{other:?} came"),
                },
                _ => {}
            }
        }
    }
}

/// What is said, and looked for: the same each time.
struct Words {
    rng: StdRng,
    all: Vec<String>,
}

impl Words {
    fn new() -> Self {
        let mut rng = StdRng::seed_from_u64(7);
        let syllable = |rng: &mut StdRng| {
            let letter = |rng: &mut StdRng, of: &str| of.chars().nth(rng.random_range(0..of.chars().count()));
            [letter(rng, "bcdfghklmnprstvwz"), letter(rng, "aeiouäö")].into_iter().flatten().collect::<String>()
        };
        let all = (0..VOCABULARY).map(|_| (0..rng.random_range(1..5)).map(|_| syllable(&mut rng)).collect()).collect();
        Self { rng, all }
    }

    fn word(&mut self) -> &str {
        let place = (VOCABULARY as f64).powf(self.rng.random::<f64>()) as usize;
        self.all.get(place.min(VOCABULARY - 1)).map_or("", String::as_str)
    }

    fn message(&mut self) -> String {
        let count = self.rng.random_range(1..WORDS * 2);
        (0..count).map(|_| self.word().to_owned()).collect::<Vec<_>>().join(" ")
    }

    /// One word or two, letter by letter.
    fn typed(&mut self) -> Vec<String> {
        let mut whole = self.word().to_owned();
        if self.rng.random_ratio(1, 2) {
            whole = format!("{whole} {}", self.word());
        }
        let ends = whole.char_indices().map(|(at, letter)| at + letter.len_utf8());
        ends.filter_map(|end| whole.get(..end).filter(|typed| !typed.ends_with(' ')).map(str::to_owned)).collect()
    }
}

/// Writes so many messages into the chat with oneself, as if they had come over the years.
fn fill(phone: &Path, messages: usize, words: &mut Words) -> Result<()> {
    let mut db = Connection::open(phone.join("client.db"))?;
    let transaction = db.transaction()?;
    let (chat, account, newest_ms): (Vec<u8>, Vec<u8>, u64) = transaction.query_row(
        "SELECT chat, account, time_ms FROM message WHERE kind = 0 ORDER BY time_ms LIMIT 1",
        [],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
    )?;
    for number in 1..=u64::try_from(messages)? {
        let message_id = words.rng.random::<[u8; 16]>();
        let text = Text { text: words.message(), ..Text::default() };
        let time_ms = newest_ms - number * PAUSE_MS;
        let body = Some(content::Body::Text(text));
        let content =
            Content { message_id: message_id.to_vec(), sent_ms: time_ms, profile_version: 0, lifetime_s: 0, body };
        transaction
            .prepare_cached(
                "INSERT INTO message (chat, time_ms, message, seq, account, device, sent_ms, kind, content)
                 VALUES (?1, ?2, ?3, 1, ?4, 1, ?2, 0, ?5)",
            )?
            .execute(params![chat, time_ms, message_id, account, content.encode_to_vec()])?;
    }
    transaction.commit()?;
    say(&format!("{messages} messages are there"));
    Ok(())
}

/// What tables and indices of these names take.
fn bytes(phone: &Path, of: &str) -> Result<u64> {
    let db = Connection::open(phone.join("client.db"))?;
    let sql =
        format!("SELECT coalesce(sum(pgsize), 0) FROM dbstat WHERE name IN (SELECT name FROM sqlite_schema {of})");
    Ok(db.query_row(&sql, [], |row| row.get(0))?)
}
