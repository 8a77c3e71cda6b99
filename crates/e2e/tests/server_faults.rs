//! The server that is shipped, on a machine where things go wrong: killed again and again under load, on a disk that loses what was not synced, that is
//! full or slow, with a clock that jumps, out of file descriptors.

use anyhow::{Context as _, Result, ensure};
use client_api::{ChatId, Command, MessageStatus, RegistrationStage, Role};
use e2e::program::{FaultyDisk, Machine, POWER_FAILED};
use e2e::{Person, World};
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use std::net::SocketAddr;
use std::process::Stdio;
use std::time::Duration;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

const ALICE: &str = "+4915112345601";
const BOB: &str = "+4915112345602";
const CAROL: &str = "+4915112345603";

const DORA: &str = "+4915112345604";

/// How often it happens, and how much is said by each of four speakers before each time.
const ROUNDS: u32 = 10;
const SAID: u32 = 6;

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_or_doubled_when_the_server_is_killed_again_and_again() -> Result<()> {
    let mut world = World::with_program().await?;
    let mut talk = Talk::begin(&world).await?;
    let mut dice = StdRng::seed_from_u64(0x6b69_6c6c);
    for round in 0..ROUNDS {
        talk.goes_on(round).await?;
        // In the middle of the work: some of it was taken, some is being written, some is under way.
        let taken = format!("Alice to Carol {round}.{}", dice.random_range(0..SAID));
        talk.alice.sees_status(talk.with_carol, &taken, MessageStatus::Sent).await?;
        world.kill_server().await?;
        world.start_server().await?;
    }
    talk.ends_whole().await?;
    world.stop_server().await
}

#[tokio::test]
async fn the_disk_of_these_tests_forgets_what_was_not_synced() -> Result<()> {
    let (folder, disk) = (TempDir::new()?, faulty_disk()?);
    let file = folder.path().join("file");
    let append = async |text: &str| -> Result<Option<i32>> {
        let mut dd = disk.disk.preloaded("dd", folder.path())?;
        dd.args(["oflag=append", "conv=notrunc,fsync", "status=none"]).arg(format!("of={}", file.display()));
        let mut child = dd.stdin(Stdio::piped()).spawn()?;
        child.stdin.take().context("its input is piped")?.write_all(text.as_bytes()).await?;
        Ok(child.wait().await?.code())
    };
    ensure!(append("kept").await? == Some(0));
    disk.disk.dies_at_sync(1)?;
    ensure!(append(", lost").await? == Some(POWER_FAILED), "the power failed");
    ensure!(std::fs::read_to_string(&file)? == "kept");
    ensure!(append(", written again").await? == Some(0));
    disk.disk.is_full()?;
    ensure!(append(", no room").await? == Some(1), "dd says so");
    ensure!(std::fs::read_to_string(&file)? == "kept, written again");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_was_taken_is_lost_when_the_power_fails_at_any_sync() -> Result<()> {
    let disk = faulty_disk()?;
    let mut world = World::on(Machine { disk: Some(disk.disk.clone()), ..Machine::default() }).await?;
    let mut talk = Talk::begin(&world).await?;
    let mut dice = StdRng::seed_from_u64(0x706f_7765);
    for round in 0..ROUNDS {
        disk.disk.dies_at_sync(dice.random_range(1..=SAID))?;
        talk.goes_on(round).await?;
        world.server_dies().await?;
        world.start_server().await?;
    }
    talk.ends_whole().await?;
    world.stop_server().await
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_full_disk_what_is_there_can_be_read_and_what_waits_goes_out_when_there_is_room() -> Result<()> {
    let disk = faulty_disk()?;
    let mut world = World::on(Machine { disk: Some(disk.disk.clone()), ..Machine::default() }).await?;
    let mut talk = Talk::begin(&world).await?;
    let chat = talk.with_bob;
    disk.disk.is_full()?;
    talk.alice.sends(chat, "no room for this").await?;
    talk.alice.sees(chat, "no room for this").await?;
    let mut late = Person::start(&world, "Dora", Role::Phone)?;
    late.until("the number page", |s| matches!(s.registration, Some(RegistrationStage::Number { .. }))).await?;
    let refused = late.asks(Command::RequestCode { number: DORA.to_owned(), invite: None }).await?;
    ensure!(refused.is_err(), "a code that cannot be kept is not promised: {refused:?}");
    let status = talk.alice.screen.status_of(chat, "no room for this");
    ensure!(status == Some(MessageStatus::Pending), "what the server cannot keep it does not take: {status:?}");
    ensure!(health(address(&world)?).await?.starts_with("HTTP/1.1"), "it still answers");
    disk.disk.has_room()?;
    talk.bob.sees(chat, "no room for this").await?;
    talk.goes_on(0).await?;
    late.stops().await;
    world.stop_server().await
}

/// A hundred times what a good disk takes.
const SLOW_SYNC: Duration = Duration::from_millis(150);

#[tokio::test(flavor = "multi_thread")]
async fn on_a_slow_disk_all_goes_on_and_what_was_taken_outlasts_a_kill_in_the_middle_of_a_sync() -> Result<()> {
    let disk = faulty_disk()?;
    let mut world = World::on(Machine { disk: Some(disk.disk.clone()), ..Machine::default() }).await?;
    let mut talk = Talk::begin(&world).await?;
    disk.disk.is_slow(SLOW_SYNC)?;
    for round in 0..ROUNDS {
        talk.goes_on(round).await?;
        if round % 3 == 1 {
            // The one after it is being written, or waits to be.
            talk.alice.sees_status(talk.with_carol, &format!("Alice to Carol {round}.0"), MessageStatus::Sent).await?;
            world.kill_server().await?;
            world.start_server().await?;
        }
    }
    talk.ends_whole().await?;
    ensure!(health(address(&world)?).await?.starts_with("HTTP/1.1 200"), "it answers");
    world.stop_server().await
}

const HOUR_MS: i64 = 60 * 60 * 1_000;

#[tokio::test(flavor = "multi_thread")]
async fn times_rise_in_each_chat_whatever_the_servers_clock_does() -> Result<()> {
    let disk = faulty_disk()?;
    let mut world = World::on(Machine { disk: Some(disk.disk.clone()), ..Machine::default() }).await?;
    let mut talk = Talk::begin(&world).await?;
    for (round, off_by_hours) in (0..ROUNDS).zip([0, 1, 0, -24, 2, 1, -1, 3, 0, 0]) {
        disk.disk.clock_is_off_by(off_by_hours * HOUR_MS)?;
        talk.goes_on(round).await?;
        let last = format!("Alice to Carol {round}.{}", SAID - 1);
        talk.alice.sees_status(talk.with_carol, &last, MessageStatus::Delivered).await?;
        if round % 4 == 3 {
            // A new process knows of the time only what the database and the clock say.
            world.kill_server().await?;
            world.start_server().await?;
        }
    }
    talk.ends_whole().await?;
    world.stop_server().await?;
    let database = rusqlite::Connection::open(world.server_data().join("heliograph.db"))?;
    let not_rising: i64 = database.query_row(
        "SELECT count(*) FROM group_log AS one JOIN group_log AS next ON next.chat = one.chat AND next.seq = one.seq + 1
         WHERE next.time_ms <= one.time_ms",
        [],
        |row| row.get(0),
    )?;
    ensure!(not_rising == 0, "{not_rising} entries have a time that is not after the one before");
    let within: i64 = database.query_row("SELECT max(time_ms) - min(time_ms) FROM group_log", [], |row| row.get(0))?;
    ensure!(within > 2 * HOUR_MS, "the clock jumped: {within}");
    Ok(())
}

/// A disk, and the folder by which it is told what to do.
struct Disk {
    disk: FaultyDisk,
    _control: TempDir,
}

fn faulty_disk() -> Result<Disk> {
    let control = TempDir::new()?;
    Ok(Disk { disk: FaultyDisk::new(control.path().to_owned()), _control: control })
}

/// Three people, of whom one talks with the two others.
struct Talk {
    alice: Person,
    bob: Person,
    carol: Person,
    with_bob: ChatId,
    with_carol: ChatId,
}

impl Talk {
    async fn begin(world: &World) -> Result<Self> {
        let mut alice = Person::register(world, "Alice", ALICE).await?;
        let mut bob = Person::register(world, "Bob", BOB).await?;
        let mut carol = Person::register(world, "Carol", CAROL).await?;
        let with_bob = alice.opens_chat_with(BOB).await?;
        alice.sends(with_bob, "first").await?;
        let with_carol = alice.opens_chat_with(CAROL).await?;
        alice.sends(with_carol, "first").await?;
        ensure!(bob.only_chat().await? == with_bob && carol.only_chat().await? == with_carol, "a chat has one id");
        bob.sees(with_bob, "first").await?;
        carol.sees(with_carol, "first").await?;
        Ok(Self { alice, bob, carol, with_bob, with_carol })
    }

    /// Each says something, in both chats.
    async fn goes_on(&mut self, round: u32) -> Result<()> {
        for number in 0..SAID {
            self.alice.sends(self.with_bob, &format!("Alice to Bob {round}.{number}")).await?;
            self.alice.sends(self.with_carol, &format!("Alice to Carol {round}.{number}")).await?;
            self.bob.sends(self.with_bob, &format!("Bob {round}.{number}")).await?;
            self.carol.sends(self.with_carol, &format!("Carol {round}.{number}")).await?;
        }
        Ok(())
    }

    /// Waits until all has come, and compares.
    async fn ends_whole(mut self) -> Result<()> {
        let (with_bob, with_carol) = (self.with_bob, self.with_carol);
        let last = |speaker: &str| format!("{speaker} {}.{}", ROUNDS - 1, SAID - 1);
        self.alice.sees(with_bob, &last("Bob")).await?;
        self.alice.sees(with_carol, &last("Carol")).await?;
        self.bob.sees(with_bob, &last("Alice to Bob")).await?;
        self.carol.sees(with_carol, &last("Alice to Carol")).await?;
        self.alice.sees_status(with_bob, &last("Alice to Bob"), MessageStatus::Delivered).await?;
        self.alice.sees_status(with_carol, &last("Alice to Carol"), MessageStatus::Delivered).await?;
        self.bob.sees_status(with_bob, &last("Bob"), MessageStatus::Delivered).await?;
        self.carol.sees_status(with_carol, &last("Carol"), MessageStatus::Delivered).await?;
        holds_all(&self.alice, with_bob, &["Alice to Bob", "Bob"])?;
        holds_all(&self.carol, with_carol, &["Alice to Carol", "Carol"])?;
        let (alice, bob, carol) = (&self.alice.screen, &self.bob.screen, &self.carol.screen);
        ensure!(alice.texts(with_bob) == bob.texts(with_bob), "both hold one conversation");
        ensure!(alice.texts(with_carol) == carol.texts(with_carol), "both hold one conversation");
        for person in [self.alice, self.bob, self.carol] {
            person.stops().await;
        }
        Ok(())
    }
}

/// All that the two have said, each once and in the order in which it was said.
fn holds_all(person: &Person, chat: ChatId, speakers: &[&str]) -> Result<()> {
    let texts = person.screen.texts(chat);
    for speaker in speakers {
        let said: Vec<String> = (0..ROUNDS * SAID).map(|n| format!("{speaker} {}.{}", n / SAID, n % SAID)).collect();
        let held: Vec<&String> = texts.iter().filter(|text| said.contains(text)).collect();
        ensure!(held.iter().copied().eq(&said), "{}: {speaker} said {said:#?}\nbut here is {held:#?}", person.name);
    }
    Ok(())
}

/// What the program needs for itself is some thirty.
const DESCRIPTORS: u32 = 128;
/// How often the program's log is looked at, and how long something may take to stand in it.
const LOOK_EVERY: Duration = Duration::from_millis(20);
const PATIENCE: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread")]
async fn without_file_descriptors_those_who_are_connected_go_on_talking() -> Result<()> {
    let mut world = World::on(Machine { descriptors_max: Some(DESCRIPTORS), ..Machine::default() }).await?;
    let mut alice = Person::register(&world, "Alice", ALICE).await?;
    let mut bob = Person::register(&world, "Bob", BOB).await?;
    let chat = alice.opens_chat_with(BOB).await?;
    alice.sends(chat, "before").await?;
    ensure!(bob.only_chat().await? == chat, "a chat has one id");
    bob.sees(chat, "before").await?;

    let address = address(&world)?;
    let mut held = Vec::new();
    // The last ones wait where the operating system keeps those whom nobody has taken.
    for _ in 0..DESCRIPTORS {
        held.push(TcpStream::connect(address).await?);
    }
    for number in 0..20 {
        let (there, back) = (format!("there {number}"), format!("back {number}"));
        alice.sends(chat, &there).await?;
        bob.sees(chat, &there).await?;
        bob.sends(chat, &back).await?;
        alice.sees(chat, &back).await?;
    }
    // What it writes is read by somebody else, who may be behind.
    let ran_out = async {
        let mut looks = tokio::time::interval(LOOK_EVERY);
        while !world.program()?.said("Too many open files") {
            looks.tick().await;
        }
        anyhow::Ok(())
    };
    tokio::time::timeout(PATIENCE, ran_out).await.context("it did not run out of them")??;
    drop(held);
    ensure!(health(address).await?.starts_with("HTTP/1.1 200"), "with room again, others are let in");
    alice.stops().await;
    bob.stops().await;
    world.stop_server().await
}

fn address(world: &World) -> Result<SocketAddr> {
    world.url()?.socket_addrs(|| None)?.first().copied().context("the server has an address")
}

/// What the server says about itself.
async fn health(address: SocketAddr) -> Result<String> {
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(b"GET /health HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").await?;
    let mut said = String::new();
    stream.read_to_string(&mut said).await?;
    Ok(said)
}
