//! Backups: a phone that is gone comes back on another one with a recovery key, and an account that deletes itself is gone everywhere.

use anyhow::{Context, Result, bail};
use client_api::{
    AccountId, Answer, BackupPlace, BackupState, ChatId, Command, MessageStatus, Notice, PieceOf, RegistrationStage,
    SystemLine, UserError,
};
use e2e::{Person, World};
use std::time::Duration;

const ALICE: &str = "+4915112345751";
const BOB: &str = "+4915112345752";
const CAROL: &str = "+4915112345753";
/// How often a condition on the server is looked at, and how long it may take.
const LOOK_EVERY: Duration = Duration::from_millis(20);
const PATIENCE: Duration = Duration::from_secs(60);
/// Codes for one number come so far apart.
const BETWEEN_CODES: Duration = Duration::from_secs(3_600);

async fn knows(person: &mut Person, number: &str) -> Result<AccountId> {
    let Answer::Chat(chat) = person.does(Command::AddContact { number: number.into(), name: String::new() }).await?
    else {
        bail!("no chat")
    };
    person.until("the chat's row", |s| s.chats.contains_key(&chat)).await?;
    Ok(person.screen.chats.get(&chat).context("listed")?.peer)
}

async fn safety_number(person: &mut Person, account: AccountId) -> Result<String> {
    match person.does(Command::ShowSafetyNumber { account }).await? {
        Answer::Safety(number) => Ok(number.digits),
        other => bail!("{other:?} is no safety number"),
    }
}

async fn makes_key(person: &mut Person) -> Result<String> {
    match person.does(Command::MakeRecoveryKey).await? {
        Answer::RecoveryKey(key) => Ok(key.0),
        other => bail!("{other:?} is no recovery key"),
    }
}

/// Backs up to the server, until all of it is there.
async fn backs_up(person: &mut Person) -> Result<String> {
    let key = makes_key(person).await?;
    person.does(Command::TurnBackupOn { key: key.clone() }).await?;
    let made = |s: &e2e::person::Screen| {
        matches!(s.backup, BackupState { on: true, made_ms: 1.., making: None, failed: None, .. })
    };
    person.until("a backup", made).await?;
    Ok(key)
}

async fn file_of(person: &mut Person, key: &str) -> Result<Vec<u8>> {
    let (mut file, mut piece) = (Vec::new(), PieceOf::Beginning);
    loop {
        match person.does(Command::TakeBackup { piece, key: key.to_owned() }).await? {
            Answer::BackupPiece(taken) => {
                file.extend(taken.bytes);
                piece = PieceOf::Rest;
                if taken.last {
                    return Ok(file);
                }
            }
            other => bail!("{other:?} is no piece"),
        }
    }
}

async fn gives_file(person: &mut Person, file: &[u8]) -> Result<()> {
    let mut piece = PieceOf::Beginning;
    for bytes in file.chunks(10_000) {
        person.does(Command::GiveBackup { piece, bytes: bytes.to_vec() }).await?;
        piece = PieceOf::Rest;
    }
    Ok(())
}

/// Another phone, with the number's code given.
async fn comes_with_number(world: &World, name: &str, number: &str) -> Result<Person> {
    world.passes_on_the_server(BETWEEN_CODES);
    let person = Person::at_the_number_page(world, name).await?;
    proves_number(world, person, number).await
}

async fn proves_number(world: &World, mut person: Person, number: &str) -> Result<Person> {
    person.does(Command::RequestCode { number: number.to_owned(), invite: None }).await?;
    let code = world.code_for(number).await?;
    person.does(Command::VerifyCode { code }).await?;
    Ok(person)
}

async fn is_offered_a_backup(person: &mut Person) -> Result<()> {
    let offered = |s: &e2e::person::Screen| {
        matches!(s.registration, Some(RegistrationStage::Restore { made_ms: 1.., size: 1.., .. }))
    };
    person.until("the backup to be offered", offered).await
}

async fn is_restored(person: &mut Person) -> Result<()> {
    person.until("the account", |s| s.stage == "Active" && s.listed).await?;
    person.until("being online", |s| s.connection == "Online").await?;
    person.until("all of the backup", |s| s.mirror.complete).await
}

/// Alice with a chat, a group and a companion.
struct Lives {
    alice: Person,
    bob: Person,
    carol: Person,
    browser: Person,
    chat: ChatId,
    group: ChatId,
}

async fn lives(world: &World) -> Result<Lives> {
    let mut alice = Person::register(world, "Alice", ALICE).await?;
    let mut bob = Person::register(world, "Bob", BOB).await?;
    let mut carol = Person::register(world, "Carol", CAROL).await?;
    let chat = alice.opens_chat_with(BOB).await?;
    for n in 0..30 {
        alice.sends(chat, &format!("word {n} canary")).await?;
    }
    alice.sees_status(chat, "word 29 canary", MessageStatus::Sent).await?;
    bob.only_chat().await?;
    bob.sees(chat, "word 29 canary").await?;
    bob.sends(chat, "heard canary").await?;
    alice.sees(chat, "heard canary").await?;
    let members = vec![knows(&mut alice, BOB).await?, knows(&mut alice, CAROL).await?];
    let Answer::Chat(group) = alice.does(Command::CreateGroup { name: "Climbers".into(), members }).await? else {
        bail!("no group")
    };
    alice.opens(group).await?;
    alice.sends(group, "up canary").await?;
    for person in [&mut bob, &mut carol] {
        person.until("the group", |s| s.chats.contains_key(&group)).await?;
        person.opens(group).await?;
        person.sees(group, "up canary").await?;
    }
    alice.does(Command::SetPinned { chat, pinned: true }).await?;
    let mut browser = alice.links(world, "browser").await?;
    browser.until("the whole mirror", |s| s.mirror.complete).await?;
    browser.opens(chat).await?;
    browser.opens(group).await?;
    Ok(Lives { alice, bob, carol, browser, chat, group })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_that_is_gone_comes_back_with_its_recovery_key() -> Result<()> {
    let world = World::new().await?;
    let Lives { mut alice, mut bob, mut carol, mut browser, chat, group } = lives(&world).await?;
    let alices = bob.screen.chats.get(&chat).context("the chat")?.peer;
    let number = safety_number(&mut bob, alices).await?;
    let key = backs_up(&mut alice).await?;
    alice.stops().await;
    // Said while no phone of Alice's is there.
    bob.sends(chat, "where are you canary").await?;
    bob.sees_status(chat, "where are you canary", MessageStatus::Sent).await?;

    let mut alice = comes_with_number(&world, "Alice's new phone", ALICE).await?;
    is_offered_a_backup(&mut alice).await?;
    let place = BackupPlace::Server;
    let foreign = makes_key(&mut bob).await?;
    let refused = alice.asks(Command::RestoreBackup { key: foreign, place }).await?;
    assert_eq!(refused.err(), Some(UserError::RecoveryKeyWrong));
    let cut = key.get(1..).context("a key is longer")?.to_owned();
    let refused = alice.asks(Command::RestoreBackup { key: cut, place }).await?;
    assert_eq!(refused.err(), Some(UserError::RecoveryKeyLength { digits: 63 }));
    alice.does(Command::RestoreBackup { key: key.clone(), place }).await?;
    is_restored(&mut alice).await?;

    alice.opens(chat).await?;
    alice.opens(group).await?;
    for n in 0..30 {
        alice.sees(chat, &format!("word {n} canary")).await?;
    }
    alice.sees(chat, "heard canary").await?;
    alice.sees(group, "up canary").await?;
    alice.sees(chat, "where are you canary").await?;
    assert!(alice.screen.chats.get(&chat).is_some_and(|row| row.pinned), "what was set comes back too");
    alice.sends(chat, "here again canary").await?;
    bob.sees(chat, "here again canary").await?;
    alice.sends(group, "up again canary").await?;
    carol.sees(group, "up again canary").await?;
    carol.sends(group, "welcome back canary").await?;
    alice.sees(group, "welcome back canary").await?;
    browser.sees(chat, "here again canary").await?;
    browser.sends(chat, "from the browser canary").await?;
    alice.sees(chat, "from the browser canary").await?;
    bob.sees(chat, "from the browser canary").await?;

    assert_eq!(safety_number(&mut bob, alices).await?, number);
    let told = |line: &SystemLine| matches!(line, SystemLine::SafetyNumberChanged);
    assert!(!bob.screen.lines(chat).iter().any(told), "{:?}", bob.screen.lines(chat));
    assert_eq!(alice.screen.devices.len(), 2, "the phone before is out: {:?}", alice.screen.devices);
    assert!(alice.screen.backup.on, "backups go on under the same key");
    assert!(!world.server_holds("canary")?);

    // The phone before, should it turn up, wipes itself.
    let mut before = Person::start(&world, "Alice", client_api::Role::Phone)?;
    before.until("the end", |s| s.stage.starts_with("LoggedOut")).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_restores_an_account_whose_server_has_no_backup() -> Result<()> {
    let world = World::new().await?;
    let mut alice = Person::register(&world, "Alice", ALICE).await?;
    let mut bob = Person::register(&world, "Bob", BOB).await?;
    let chat = alice.opens_chat_with(BOB).await?;
    alice.sends(chat, "kept canary").await?;
    bob.only_chat().await?;
    bob.sees(chat, "kept canary").await?;
    alice.does(Command::SetPin { pin: "314159".into() }).await?;
    let key = makes_key(&mut alice).await?;
    let file = file_of(&mut alice, &key).await?;
    assert!(!file.windows(6).any(|window| window == b"canary"));
    alice.stops().await;

    world.passes_on_the_server(BETWEEN_CODES);
    let mut alice = Person::at_the_number_page(&world, "Alice's new phone").await?;
    let place = BackupPlace::File;
    let mut tampered = file.clone();
    *tampered.get_mut(40).context("a file is longer")? ^= 1;
    gives_file(&mut alice, &tampered).await?;
    let refused = alice.asks(Command::RestoreBackup { key: key.clone(), place }).await?;
    assert_eq!(refused.err(), Some(UserError::BackupDamaged));
    gives_file(&mut alice, &file).await?;
    alice.does(Command::RestoreBackup { key, place }).await?;
    let mut alice = proves_number(&world, alice, ALICE).await?;
    alice.until("the PIN's page", |s| matches!(s.registration, Some(RegistrationStage::Pin))).await?;
    let refused = alice.asks(Command::EnterPin { pin: "271828".into() }).await?;
    assert_eq!(refused.err(), Some(UserError::PinWrong { tries_left: 4 }));
    alice.does(Command::EnterPin { pin: "314159".into() }).await?;
    is_restored(&mut alice).await?;
    alice.opens(chat).await?;
    alice.sees(chat, "kept canary").await?;
    alice.sends(chat, "back canary").await?;
    bob.sees(chat, "back canary").await?;
    assert!(!alice.screen.backup.on, "the server has none, and gets none unasked");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_want_the_backup_starts_anew() -> Result<()> {
    let world = World::new().await?;
    let mut alice = Person::register(&world, "Alice", ALICE).await?;
    backs_up(&mut alice).await?;
    alice.stops().await;
    let mut alice = comes_with_number(&world, "Alice's new phone", ALICE).await?;
    is_offered_a_backup(&mut alice).await?;
    alice.does(Command::StartAnew).await?;
    alice.until("the PIN to be chosen", |s| matches!(s.registration, Some(RegistrationStage::ChoosePin))).await
}

#[tokio::test(flavor = "multi_thread")]
async fn backups_that_are_turned_off_leave_nothing_at_the_server() -> Result<()> {
    let world = World::new().await?;
    let mut alice = Person::register(&world, "Alice", ALICE).await?;
    backs_up(&mut alice).await?;
    alice.does(Command::TurnBackupOff).await?;
    alice.until("backups to be off", |s| !s.backup.on).await?;
    // Another phone is offered none, once the server has heard it.
    let database = world.server_data().join("heliograph.db");
    let count = || -> Result<u32> {
        let open = rusqlite::Connection::open(&database)?;
        Ok(open.query_row("SELECT count(*) FROM backup", [], |row| row.get(0))?)
    };
    let heard = async {
        let mut looks = tokio::time::interval(LOOK_EVERY);
        while count()? > 0 {
            // Each is an input, and the request goes at the first.
            alice.does(Command::Refresh).await?;
            looks.tick().await;
        }
        anyhow::Ok(())
    };
    tokio::time::timeout(PATIENCE, heard).await.context("the server has not heard it")??;
    alice.stops().await;
    let mut alice = comes_with_number(&world, "Alice's new phone", ALICE).await?;
    let none = |s: &e2e::person::Screen| matches!(s.registration, Some(RegistrationStage::Restore { made_ms: 0, .. }));
    alice.until("a file or a new start to be offered", none).await?;
    alice.does(Command::StartAnew).await?;
    alice.until("the PIN to be chosen", |s| matches!(s.registration, Some(RegistrationStage::ChoosePin))).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_deletes_itself_is_gone_everywhere() -> Result<()> {
    let world = World::new().await?;
    let Lives { mut alice, mut bob, browser, chat, .. } = lives(&world).await?;
    let mut other = alice.links(&world, "office").await?;
    backs_up(&mut alice).await?;
    alice.does(Command::SetPin { pin: "314159".into() }).await?;
    browser.stops().await;
    let delete = |pin: &str, number: &str| Command::DeleteAccount { pin: pin.into(), number: number.into() };
    assert_eq!(alice.asks(delete("314159", BOB)).await?.err(), Some(UserError::ConfirmWrong));
    assert_eq!(alice.asks(delete("", ALICE)).await?.err(), Some(UserError::PinNeeded));
    assert_eq!(alice.asks(delete("271828", ALICE)).await?.err(), Some(UserError::PinWrong { tries_left: 4 }));
    assert_eq!(other.asks(delete("314159", ALICE)).await?.err(), Some(UserError::OnlyPhone));
    alice.does(delete("314159", "+49 151 12345751")).await?;
    alice.until("the end", |s| s.stage.starts_with("LoggedOut(ByUser")).await?;
    // Of its other devices one is there, and one comes later.
    other.until("the end", |s| s.stage.starts_with("LoggedOut")).await?;
    let mut browser = Person::start(&world, "browser", client_api::Role::Companion)?;
    browser.until("the end", |s| s.stage.starts_with("LoggedOut")).await?;
    let database = rusqlite::Connection::open(world.server_data().join("heliograph.db"))?;
    for (table, left) in [("account", 2), ("number", 2), ("device", 2), ("device_list", 2), ("backup", 0), ("blob", 0)]
    {
        let rows: u32 = database.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0))?;
        assert_eq!(rows, left, "{table}: Bob and Carol are here, and nobody else");
    }
    let refused = bob.asks(Command::AddContact { number: ALICE.into(), name: String::new() }).await?;
    assert_eq!(refused.err(), Some(UserError::NumberUnknown));
    // What was said stays Bob's, and his other chats go on.
    bob.sees(chat, "word 29 canary").await?;
    let told = bob.screen.notices.iter().any(|notice| matches!(notice, Notice::ServerNotTrusted { .. }));
    assert!(!told, "{:?}", bob.screen.notices);
    Ok(())
}
