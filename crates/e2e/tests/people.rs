//! Stories of what people see of each other: typing, profiles, safety numbers, and of one's own devices in step.

use anyhow::{Context, Result, bail};
use client_api::number::shown;
use client_api::{
    AccountId, Answer, ChatId, ChatRow, Command, MessageBody, MessageId, MessageRow, MessageStatus, Quoted, Role,
    SafetyNumber, SearchQuery, SystemLine, UserError,
};
use e2e::person::Screen;
use e2e::{Person, World};
use std::collections::BTreeMap;
use std::time::Duration;

const ALICE: &str = "+4915112345611";
const BOB: &str = "+4915112345612";

/// What these stories do often.
trait Does {
    async fn mirrors(&mut self, world: &World, name: &str) -> Result<Person>;
    async fn sees_row(&mut self, chat: ChatId, what: &str, seen: impl Fn(&ChatRow) -> bool) -> Result<()>;
    fn newest(&self, chat: ChatId) -> Result<MessageId>;
}

impl Does for Person {
    /// Links a companion and waits for the whole mirror.
    async fn mirrors(&mut self, world: &World, name: &str) -> Result<Person> {
        let mut browser = self.links(world, name).await?;
        browser.until("the whole mirror", |s| s.mirror.complete).await?;
        Ok(browser)
    }

    async fn sees_row(&mut self, chat: ChatId, what: &str, seen: impl Fn(&ChatRow) -> bool) -> Result<()> {
        self.until(what, |s| s.chats.get(&chat).is_some_and(&seen)).await
    }

    fn newest(&self, chat: ChatId) -> Result<MessageId> {
        let rows = self.screen.messages.get(&chat).context("the chat is open")?;
        Ok(rows.keys().next_back().context("it has rows")?.1)
    }
}

/// Alice and Bob, and the chat that Alice began, as each of them has it.
async fn pair(world: &World) -> Result<(Person, Person, ChatId)> {
    let mut alice = Person::register(world, "Alice", ALICE).await?;
    let mut bob = Person::register(world, "Bob", BOB).await?;
    let chat = alice.opens_chat_with(BOB).await?;
    alice.sends(chat, "hello").await?;
    assert_eq!(bob.only_chat().await?, chat);
    bob.sees(chat, "hello").await?;
    alice.sees_status(chat, "hello", MessageStatus::Delivered).await?;
    Ok((alice, bob, chat))
}

fn lines(person: &Person, chat: ChatId) -> Vec<SystemLine> {
    person.screen.lines(chat)
}

#[tokio::test(flavor = "multi_thread")]
async fn typing_is_seen_on_all_devices_of_the_other_and_ends_by_itself_or_by_a_message() -> Result<()> {
    let world = World::new().await?;
    let (mut alice, mut bob, chat) = pair(&world).await?;
    let mut browser = bob.mirrors(&world, "browser").await?;
    let typing = |chat, typing| Command::SetTyping { chat, typing };
    // What is typed is sealed for those who are in the chat as its writer knows it, and never comes again: they know of each other first.
    alice.sends(chat, "to both of your devices").await?;
    for device in [&mut bob, &mut browser] {
        let has_it =
            |row: &client_api::ChatRow| row.last.as_ref().is_some_and(|last| last.preview == "to both of your devices");
        device.sees_row(chat, "what was sent to both", has_it).await?;
    }

    alice.does(typing(chat, true)).await?;
    bob.sees_row(chat, "Alice typing", |row| row.typing).await?;
    browser.sees_row(chat, "Alice typing", |row| row.typing).await?;
    assert!(!alice.screen.chats.get(&chat).context("the chat")?.typing, "not shown to oneself");
    // Nothing more is said: it ends by itself.
    bob.sees_row(chat, "the end of it", |row| !row.typing).await?;

    bob.does(typing(chat, true)).await?;
    alice.sees_row(chat, "Bob typing", |row| row.typing).await?;
    bob.does(typing(chat, false)).await?;
    alice.sees_row(chat, "Bob having stopped", |row| !row.typing).await?;

    bob.does(typing(chat, true)).await?;
    alice.sees_row(chat, "Bob typing again", |row| row.typing).await?;
    bob.sends(chat, "here it is").await?;
    alice.sees(chat, "here it is").await?;
    assert!(!alice.screen.chats.get(&chat).context("the chat")?.typing, "the message ends it");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hidden_page_tells_nobody_that_it_has_read_until_it_is_shown() -> Result<()> {
    let world = World::new().await?;
    let (mut alice, mut bob, chat) = pair(&world).await?;
    bob.does(Command::SetVisible(false)).await?;
    let newest = bob.newest(chat)?;
    bob.does(Command::MarkRead { chat, up_to: newest }).await?;
    bob.sends(chat, "written after reading").await?;
    alice.sees(chat, "written after reading").await?;
    assert_eq!(alice.screen.status_of(chat, "hello"), Some(MessageStatus::Delivered));
    bob.does(Command::SetVisible(true)).await?;
    alice.sees_status(chat, "hello", MessageStatus::Read).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chat_begins_with_the_line_about_encryption_on_every_device() -> Result<()> {
    let world = World::new().await?;
    let (mut alice, bob, chat) = pair(&world).await?;
    let mut browser = alice.mirrors(&world, "browser").await?;
    alice.opens(chat).await?;
    browser.opens(chat).await?;
    for person in [&alice, &bob, &browser] {
        let first = person.screen.messages.get(&chat).and_then(|rows| rows.values().next()).context("a row")?;
        assert_eq!(first.body, MessageBody::System(SystemLine::Encrypted), "{}", person.name);
        assert_eq!(lines(person, chat).len(), 1, "{}", person.name);
        assert_eq!(person.screen.texts(chat), ["hello"]);
    }
    Ok(())
}

const JPEG: [u8; 5] = [0xff, 0xd8, 0xff, 0xe0, 7];
const SMALL_JPEG: [u8; 4] = [0xff, 0xd8, 0xff, 8];

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_who_writes_first_is_shown_by_profile_and_number_and_changes_reach_contacts() -> Result<()> {
    let world = World::new().await?;
    let (mut alice, mut bob, chat) = pair(&world).await?;
    bob.sees_row(chat, "Alice by her profile", |row| row.title == "Alice" && row.number == ALICE).await?;
    // Bob has not written: what he calls himself is not Alice's to know yet.
    assert_eq!(alice.screen.chats.get(&chat).map(|row| row.title.as_str()), Some(shown(BOB).as_str()));
    bob.sends(chat, "who are you?").await?;
    alice.sees_row(chat, "Bob by his profile", |row| row.title == "Bob" && row.number == BOB).await?;

    let profile = Command::SetProfile { name: "Alice Canarysdottir".into(), about: "canary about".into(), photo: None };
    alice.does(profile).await?;
    alice.does(Command::SetPhoto { photo: JPEG.to_vec(), thumb: SMALL_JPEG.to_vec() }).await?;
    bob.sees_row(chat, "the new name", |row| row.title == "Alice Canarysdottir").await?;
    bob.sees_row(chat, "the small photo", |row| row.photo == SMALL_JPEG).await?;
    bob.until("the new facts", |s| {
        s.infos.get(&chat).is_some_and(|info| info.about == "canary about" && info.photo == JPEG)
    })
    .await?;
    for canary in ["Canarysdottir", "canary about"] {
        assert!(!world.server_holds(canary)?, "the server holds {canary:?}");
    }

    // A name that the owner gives stands before the profile's.
    let account = bob.screen.chats.get(&chat).context("the chat")?.peer;
    bob.does(Command::RenameContact { account, name: "Al".into() }).await?;
    bob.sees_row(chat, "the owner's name", |row| row.title == "Al" && row.number == ALICE).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_set_while_the_other_is_away_is_there_when_they_come_back() -> Result<()> {
    let world = World::new().await?;
    let (mut alice, bob, chat) = pair(&world).await?;
    bob.stops().await;
    alice.does(Command::SetProfile { name: "Alice the Second".into(), about: String::new(), photo: None }).await?;
    let mut bob = Person::start(&world, "Bob", Role::Phone)?;
    bob.sees_row(chat, "the name set meanwhile", |row| row.title == "Alice the Second").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_linked_browser_knows_the_profiles_and_sets_the_own_one() -> Result<()> {
    let world = World::new().await?;
    let (mut alice, mut bob, chat) = pair(&world).await?;
    bob.sees_row(chat, "Alice by her profile", |row| row.title == "Alice").await?;
    let mut browser = bob.mirrors(&world, "browser").await?;
    browser.sees_row(chat, "Alice by her profile", |row| row.title == "Alice" && row.number == ALICE).await?;
    // From the browser: the phone has it, and so has Alice after the first word.
    browser.does(Command::SetProfile { name: "Robert".into(), about: String::new(), photo: None }).await?;
    bob.until("the name set in the browser", |s| s.profile.as_ref().is_some_and(|own| own.name == "Robert")).await?;
    browser.sends(chat, "from the browser").await?;
    alice.sees_row(chat, "the name set in the browser", |row| row.title == "Robert").await
}

async fn safety(person: &mut Person, account: AccountId) -> Result<SafetyNumber> {
    match person.does(Command::ShowSafetyNumber { account }).await? {
        Answer::Safety(number) => Ok(number),
        other => bail!("{other:?} is no safety number"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn safety_numbers_are_the_same_at_both_ends_and_a_comparison_is_known_to_all_own_devices() -> Result<()> {
    let world = World::new().await?;
    let (mut alice, mut bob, chat) = pair(&world).await?;
    let mut browser = alice.mirrors(&world, "browser").await?;
    browser.opens(chat).await?;
    let bobs = alice.screen.chats.get(&chat).context("the chat")?.peer;
    let alices = bob.screen.chats.get(&chat).context("the chat")?.peer;
    let (here, there) = (safety(&mut alice, bobs).await?, safety(&mut bob, alices).await?);
    assert_eq!((&here.digits, &here.qr, here.verified), (&there.digits, &there.qr, false));
    assert_eq!((here.digits.len(), here.digits.bytes().all(|b| b.is_ascii_digit())), (60, true));

    let compare = |text: String| Command::CompareSafetyCode { account: bobs, text };
    assert_eq!(alice.does(compare(there.qr)).await?, Answer::SafetyMatches(true));
    let mut carol = Person::register(&world, "Carol", "+4915112345613").await?;
    let with_carol = carol.opens_chat_with(BOB).await?;
    carol.sends(with_carol, "hello Bob").await?;
    carol.sees_status(with_carol, "hello Bob", MessageStatus::Sent).await?;
    let other = safety(&mut carol, bobs).await?;
    assert_ne!(other.digits, here.digits);
    assert_eq!(alice.does(compare(other.qr)).await?, Answer::SafetyMatches(false));
    assert_eq!(alice.asks(compare("https://example.org".into())).await?, Err(UserError::CodeNotOurs));

    alice.does(Command::SetVerified { account: bobs, verified: true }).await?;
    assert!(safety(&mut alice, bobs).await?.verified);
    for person in [&mut alice, &mut browser] {
        person.until("the comparison", |s| s.infos.get(&chat).is_some_and(|info| info.verified)).await?;
    }
    browser.does(Command::SetVerified { account: bobs, verified: false }).await?;
    alice.until("its end", |s| s.infos.get(&chat).is_some_and(|info| !info.verified)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_chat_says_when_the_other_links_and_unlinks_a_device_and_notes_when_one_does_oneself() -> Result<()> {
    let world = World::new().await?;
    let (mut alice, mut bob, chat) = pair(&world).await?;
    let own = alice.screen.profile.as_ref().context("the own profile")?.account;
    let Answer::Chat(notes) = alice.does(Command::StartChat { account: own }).await? else { bail!("no chat") };
    alice.opens(notes).await?;
    let browser = alice.mirrors(&world, "browser").await?;
    let devices = |devices| SystemLine::DevicesChanged { devices };
    bob.until("the line about two devices", |s| s.lines(chat).contains(&devices(2))).await?;
    bob.until("the count", |s| s.infos.get(&chat).is_some_and(|info| info.devices == 2)).await?;
    let name = "Firefox on Linux".to_owned();
    let linked = SystemLine::OwnDeviceLinked { name: name.clone() };
    alice.until("the line in the notes", |s| s.lines(notes).contains(&linked)).await?;

    let device = browser.screen.devices.iter().find(|row| row.this).context("the browser")?.device;
    alice.does(Command::UnlinkDevice { device }).await?;
    bob.until("the line about one device", |s| s.lines(chat).ends_with(&[devices(2), devices(1)])).await?;
    alice
        .until("the line in the notes", |s| {
            s.lines(notes).ends_with(&[SystemLine::OwnDeviceUnlinked { name: name.clone() }])
        })
        .await?;
    // Lines are no messages: nothing is unread, the list shows what was said.
    let row = bob.screen.chats.get(&chat).context("the chat")?;
    assert_eq!((row.unread, row.last.as_ref().map(|last| last.preview.as_str())), (1, Some("hello")));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_registered_anew_goes_on_in_the_same_chat_with_a_warning_and_without_trust() -> Result<()> {
    let world = World::new().await?;
    let (alice, mut bob, chat) = pair(&world).await?;
    let account = bob.screen.chats.get(&chat).context("the chat")?.peer;
    bob.does(Command::RenameContact { account, name: "Al".into() }).await?;
    bob.sends(chat, "delivered before").await?;
    bob.sees_status(chat, "delivered before", MessageStatus::Delivered).await?;
    let before = safety(&mut bob, account).await?;
    bob.does(Command::SetVerified { account, verified: true }).await?;
    alice.stops().await;
    bob.drafts(chat, "half a sent").await?;
    bob.sends(chat, "never delivered").await?;
    bob.sees_status(chat, "never delivered", MessageStatus::Sent).await?;

    // A number gets its next code after a while only.
    world.passes_on_the_server(Duration::from_secs(31));
    let mut alice = Person::register(&world, "Alice anew", ALICE).await?;
    bob.until("the chat with the new account", |s| s.chats.len() == 1 && !s.chats.contains_key(&chat)).await?;
    let anew = *bob.screen.chats.keys().next().context("the new chat")?;
    // The page that had the old one open was told, and what it held and set goes along.
    assert_eq!(bob.screen.moved, [(chat, anew)]);
    let draft = |row: &ChatRow| (row.draft.clone(), row.draft_for);
    assert_eq!(bob.screen.chats.get(&anew).map(draft), Some(("half a sent".to_owned(), account)), "for the old Alice");
    bob.until("the line", |s| s.lines(anew).contains(&SystemLine::SafetyNumberChanged)).await?;
    // A draft under the old name goes into the new chat; words meant for the old account go to nobody.
    bob.does(Command::SetDraft { chat, text: "half a sentence".into(), written_for: account }).await?;
    bob.sees_row(anew, "the draft", |row| row.draft == "half a sentence" && row.draft_for == account).await?;
    // Also where the page has followed since they were written.
    for (chat, written_for) in [(chat, None), (anew, Some(account))] {
        let sent =
            bob.asks(Command::SendText { chat, text: "for the old Alice".into(), written_for, answers: None }).await?;
        assert_eq!(sent, Err(UserError::OtherAccount));
    }
    bob.opens(anew).await?;
    let row = bob.screen.chats.get(&anew).context("the chat")?.clone();
    assert_eq!(row.title, "Al");
    assert_ne!(row.peer, account);
    assert_eq!(lines(&bob, anew), [SystemLine::Encrypted, SystemLine::SafetyNumberChanged]);
    assert_eq!(bob.screen.texts(anew), ["hello", "delivered before", "never delivered"]);
    assert_eq!(bob.screen.status_of(anew, "never delivered"), Some(MessageStatus::Failed));
    bob.until("no trust", |s| s.infos.get(&anew).is_some_and(|info| !info.verified)).await?;
    assert_ne!(safety(&mut bob, row.peer).await?.digits, before.digits);

    // Both can write, and what failed can be sent again.
    bob.sends(anew, "is that you?").await?;
    let theirs = alice.only_chat().await?;
    alice.sees(theirs, "is that you?").await?;
    assert_eq!(alice.screen.texts(theirs), ["is that you?"], "the new account gets nothing of before by itself");
    let rows = bob.screen.messages.get(&anew).context("the chat is open")?;
    let failed = rows.values().find(|row| row.body == MessageBody::Text("never delivered".into()));
    let message = failed.context("the failed message")?.id;
    bob.does(Command::RetryMessage { chat: anew, message }).await?;
    alice.sees(theirs, "never delivered").await?;
    alice.sends(theirs, "it is").await?;
    bob.sees(anew, "it is").await
}

async fn contact_code(person: &mut Person) -> Result<String> {
    match person.does(Command::ShowContactCode).await? {
        Answer::ContactCode(code) => Ok(code),
        other => bail!("{other:?} is no contact code"),
    }
}

/// Begins a chat, opens it and writes in it.
async fn begins_a_chat(person: &mut Person, code: String, text: &str) -> Result<ChatId> {
    let answer = person.does(Command::AddContactByCode { text: code, name: String::new() }).await?;
    let Answer::Chat(chat) = answer else { bail!("{answer:?} is no chat") };
    person.opens(chat).await?;
    person.sends(chat, text).await?;
    person.drafts(chat, &format!("draft of {}", person.name)).await?;
    Ok(chat)
}

#[tokio::test(flavor = "multi_thread")]
async fn two_people_who_begin_the_same_chat_at_once_meet_in_one_and_it_stays_open() -> Result<()> {
    let mut world = World::new().await?;
    let mut alice = Person::register(&world, "Alice", ALICE).await?;
    let mut bob = Person::register(&world, "Bob", BOB).await?;
    let (alices, bobs) = (contact_code(&mut alice).await?, contact_code(&mut bob).await?);
    // Without a server each begins it alone.
    world.stop_server().await?;
    let from_alice = begins_a_chat(&mut alice, bobs, "hello from Alice").await?;
    let from_bob = begins_a_chat(&mut bob, alices, "hello from Bob").await?;
    assert_ne!(from_alice, from_bob);
    world.start_server().await?;
    for person in [&mut alice, &mut bob] {
        person.does(Command::CheckConnection).await?;
    }
    let met = |s: &e2e::person::Screen| s.chats.len() == 1 && s.chats.values().all(|row| row.unread == 1);
    alice.until("one chat with a message of the other", met).await?;
    bob.until("one chat with a message of the other", met).await?;
    let chat = *alice.screen.chats.keys().next().context("the chat")?;
    assert!(bob.screen.chats.contains_key(&chat), "they met");
    let winner_is_alice = chat == from_alice;
    assert!(winner_is_alice || chat == from_bob);
    let (winner, loser, from) =
        if winner_is_alice { (&mut alice, &mut bob, from_bob) } else { (&mut bob, &mut alice, from_alice) };
    // Who had the other one open was told of it, and is in the one that stays without opening it anew.
    assert_eq!((&winner.screen.moved, &loser.screen.moved), (&vec![], &vec![(from, chat)]));
    winner.sends(chat, "met").await?;
    loser.sees(chat, "met").await?;
    let hello = |person: &Person| format!("hello from {}", person.name);
    assert_eq!(loser.screen.texts(chat).len(), 3, "both first words and the third");
    loser.sees_status(chat, &hello(loser), MessageStatus::Delivered).await?;
    let draft = format!("draft of {}", loser.name);
    loser.sees_row(chat, "the draft", |row| row.draft == draft).await?;
    // What the page said before it heard of the new name is done under it.
    loser.sends(from, "said under the old name").await?;
    loser.sees_status(chat, "said under the old name", MessageStatus::Sent).await?;
    winner.sees(chat, "said under the old name").await?;
    assert!(winner.screen.texts(chat).contains(&hello(loser)));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_set_or_read_on_one_device_is_so_on_the_other() -> Result<()> {
    let world = World::new().await?;
    let (mut alice, mut bob, chat) = pair(&world).await?;
    let mut browser = bob.mirrors(&world, "browser").await?;
    browser.opens(chat).await?;
    let account = bob.screen.chats.get(&chat).context("the chat")?.peer;

    // From the browser to the phone.
    browser.does(Command::SetPinned { chat, pinned: true }).await?;
    browser.does(Command::SetMuted { chat, until_ms: u64::MAX }).await?;
    browser.drafts(chat, "half a sent").await?;
    browser.does(Command::RenameContact { account, name: "Al".into() }).await?;
    let set =
        |row: &ChatRow| row.pinned && row.muted_until_ms == u64::MAX && row.draft == "half a sent" && row.title == "Al";
    bob.sees_row(chat, "what the browser set", set).await?;
    bob.until("the contact", |s| s.contacts.get(&account).is_some_and(|contact| contact.name == "Al")).await?;

    // And back, where what was set is taken back.
    bob.does(Command::SetPinned { chat, pinned: false }).await?;
    bob.drafts(chat, "").await?;
    bob.does(Command::SetArchived { chat, archived: true }).await?;
    bob.does(Command::MarkUnread { chat, unread: true }).await?;
    let back = |row: &ChatRow| !row.pinned && row.draft.is_empty() && row.archived && row.marked_unread;
    browser.sees_row(chat, "what the phone set", back).await?;

    // Read on the one, read on the other, and told to Alice.
    alice.sends(chat, "read this").await?;
    bob.sees_row(chat, "two unread", |row| row.unread == 2).await?;
    browser.sees(chat, "read this").await?;
    let up_to = browser.newest(chat)?;
    browser.does(Command::MarkRead { chat, up_to }).await?;
    bob.sees_row(chat, "nothing unread", |row| row.unread == 0 && !row.marked_unread).await?;
    alice.sees_status(chat, "read this", MessageStatus::Read).await
}

#[tokio::test(flavor = "multi_thread")]
async fn devices_that_hold_different_things_agree_again_a_minute_after_a_start() -> Result<()> {
    let world = World::new().await?;
    let (_alice, mut bob, chat) = pair(&world).await?;
    let account = bob.screen.chats.get(&chat).context("the chat")?.peer;
    bob.does(Command::RenameContact { account, name: "Al".into() }).await?;
    let browser = bob.mirrors(&world, "browser").await?;
    browser.stops().await;
    // What one of them lost, and what the other never heard of.
    let db = rusqlite::Connection::open(world.client_folder("browser").join("client.db"))?;
    assert_eq!(db.execute("DELETE FROM state WHERE key LIKE 'contact/%'", [])?, 1);
    let pinned = format!("pin/{chat}");
    db.execute("INSERT INTO state (key, value, clock, device) VALUES (?1, x'01', 1, 2)", [&pinned])?;
    drop(db);
    // The minute after its start begins here: on a slow machine the one before may be over, and what was compared then was alike.
    bob.stops().await;
    let mut bob = Person::start(&world, "Bob", Role::Phone)?;
    bob.until("being online", |s| s.connection == "Online").await?;
    let mut browser = Person::start(&world, "browser", Role::Companion)?;
    browser.until("being online", |s| s.connection == "Online").await?;
    browser.until("the list", |s| s.chats.contains_key(&chat)).await?;
    let row = browser.screen.chats.get(&chat).context("the chat")?;
    assert!(row.title != "Al" && row.pinned, "they differ");
    bob.lets_pass(Duration::from_secs(61)).await?;
    browser.sees_row(chat, "the name from the phone", |row| row.title == "Al" && row.pinned).await?;
    bob.sees_row(chat, "what the browser held", |row| row.title == "Al" && row.pinned).await
}

fn row(person: &Person, chat: ChatId, id: MessageId) -> Option<&MessageRow> {
    person.screen.messages.get(&chat)?.values().find(|row| row.id == id)
}

fn emojis(row: &MessageRow) -> Vec<&str> {
    row.reactions.iter().map(|reaction| reaction.emoji.as_str()).collect()
}

/// Waits until a message is so on a device's screen.
async fn sees_so(
    person: &mut Person,
    (chat, id): (ChatId, MessageId),
    what: &str,
    so: impl Fn(&MessageRow) -> bool,
) -> Result<()> {
    let is_so = |screen: &Screen| {
        screen.messages.get(&chat).is_some_and(|rows| rows.values().any(|row| row.id == id && so(row)))
    };
    person.until(what, is_so).await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_said_about_messages_is_seen_on_all_devices_and_on_one_that_is_linked_later() -> Result<()> {
    let world = World::new().await?;
    let (mut alice, mut bob, chat) = pair(&world).await?;
    let mut tablet = alice.mirrors(&world, "tablet").await?;
    tablet.opens(chat).await?;
    let hello = alice.newest(chat)?;

    let answer = Command::SendText { chat, text: "hello to you".into(), written_for: None, answers: Some(hello) };
    let Answer::Message(answer) = bob.does(answer).await? else { bail!("no message") };
    tablet.sees(chat, "hello to you").await?;
    tablet.does(Command::React { chat, message: answer, emoji: "❤️".into() }).await?;
    alice.does(Command::EditText { chat, message: hello, text: "hello Bob".into() }).await?;
    bob.does(Command::React { chat, message: hello, emoji: "👍".into() }).await?;

    let edited =
        |row: &MessageRow| row.body == MessageBody::Text("hello Bob".into()) && row.edited && emojis(row) == ["👍"];
    let answered = |row: &MessageRow| {
        let quoted = row.quote.as_ref().map(|quote| (quote.message, &quote.body));
        quoted == Some((hello, &Quoted::Text("hello Bob".into()))) && emojis(row) == ["❤️"]
    };
    for person in [&mut alice, &mut tablet, &mut bob] {
        sees_so(person, (chat, hello), "the changed text", edited).await?;
        sees_so(person, (chat, answer), "the answer to it", answered).await?;
    }

    // A slip, taken back by its writer; and a message that Alice does not want to see again.
    bob.sends(chat, "a slip, canary").await?;
    bob.sends(chat, "nothing for Alice, canary").await?;
    for person in [&mut alice, &mut tablet] {
        person.sees(chat, "nothing for Alice, canary").await?;
    }
    let of = |person: &Person, text: &str| {
        let wanted = MessageBody::Text(text.to_owned());
        let rows = person.screen.messages.get(&chat).into_iter().flat_map(BTreeMap::values);
        rows.filter(|row| row.body == wanted).map(|row| row.id).next().context("it is there")
    };
    let (slip, unwanted) = (of(&bob, "a slip, canary")?, of(&alice, "nothing for Alice, canary")?);
    bob.does(Command::DeleteMessages { chat, messages: vec![slip], for_everyone: true }).await?;
    alice.does(Command::DeleteMessages { chat, messages: vec![unwanted], for_everyone: false }).await?;
    let refused = alice.asks(Command::DeleteMessages { chat, messages: vec![answer], for_everyone: true }).await?;
    assert_eq!(refused, Err(UserError::TooLate), "another's message");
    for person in [&mut alice, &mut tablet] {
        sees_so(person, (chat, slip), "the slip gone", |row| row.body == MessageBody::Deleted).await?;
        let is_gone = |screen: &Screen| {
            screen.messages.get(&chat).is_some_and(|rows| rows.values().all(|row| row.id != unwanted))
        };
        person.until("the other gone", is_gone).await?;
    }
    tablet.sends(chat, "all is well").await?;
    bob.sees(chat, "all is well").await?;
    assert!(row(&bob, chat, unwanted).is_some(), "Bob keeps it");

    // Whoever comes later has it by history.
    let mut laptop = alice.mirrors(&world, "laptop").await?;
    laptop.opens(chat).await?;
    sees_so(&mut laptop, (chat, hello), "the changed text", edited).await?;
    sees_so(&mut laptop, (chat, answer), "the answer", answered).await?;
    sees_so(&mut laptop, (chat, slip), "the slip gone", |row| row.body == MessageBody::Deleted).await?;
    assert!(row(&laptop, chat, unwanted).is_none());
    laptop.does(Command::React { chat, message: answer, emoji: String::new() }).await?;
    for person in [&mut bob, &mut tablet, &mut alice] {
        sees_so(person, (chat, answer), "the reaction gone", |row| row.reactions.is_empty()).await?;
    }
    Ok(())
}

/// The messages that a device finds, newest first.
async fn found(person: &mut Person, query: SearchQuery) -> Result<Vec<MessageId>> {
    let Answer::Found(found) = person.does(Command::Search { query, after: None, limit: 100 }).await? else {
        bail!("nothing was answered")
    };
    assert_eq!((found.not_indexed, found.has_more), (0, false));
    Ok(found.messages.into_iter().map(|found| found.message).collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_found_starred_and_sent_on_is_the_same_on_all_devices_and_on_one_that_is_linked_later() -> Result<()> {
    let world = World::new().await?;
    let (mut alice, mut bob, chat) = pair(&world).await?;
    let mut tablet = alice.mirrors(&world, "tablet").await?;
    tablet.opens(chat).await?;
    bob.sends(chat, "Meet me at the café by the lighthouse").await?;
    bob.sends(chat, "a slip by the lighthouse").await?;
    bob.sends(chat, "a lighter word").await?;
    for person in [&mut alice, &mut tablet] {
        person.sees(chat, "a lighter word").await?;
    }
    let of = |person: &Person, chat: ChatId, text: &str| {
        let wanted = MessageBody::Text(text.to_owned());
        let rows = person.screen.messages.get(&chat).into_iter().flat_map(BTreeMap::values);
        rows.filter(|row| row.body == wanted).map(|row| row.id).next_back().context("it is there")
    };
    let meeting = of(&alice, chat, "Meet me at the café by the lighthouse")?;
    let slip = of(&alice, chat, "a slip by the lighthouse")?;
    let word = of(&alice, chat, "a lighter word")?;
    bob.does(Command::DeleteMessages { chat, messages: vec![slip], for_everyone: true }).await?;
    bob.does(Command::EditText { chat, message: word, text: "a heavier word".into() }).await?;
    for person in [&mut alice, &mut tablet] {
        sees_so(person, (chat, slip), "the slip gone", |row| row.body == MessageBody::Deleted).await?;
        sees_so(person, (chat, word), "the change", |row| row.edited).await?;
    }

    // Sent on to oneself and back to Bob: once with what was changed, in the order of their times.
    let own = alice.screen.profile.as_ref().context("the own profile")?.account;
    let Answer::Chat(notes) = alice.does(Command::StartChat { account: own }).await? else { bail!("no chat") };
    alice.opens(notes).await?;
    let sends_on = |messages| Command::ForwardMessages { chat, messages, to: vec![(notes, Some(own)), (chat, None)] };
    assert_eq!(
        alice.asks(sends_on(vec![meeting, slip])).await?,
        Err(UserError::ForwardInvalid { messages: 100, chats: 5 }),
        "it was deleted"
    );
    alice.does(sends_on(vec![word, meeting])).await?;
    let is_sent_on =
        |text: &'static str| move |row: &MessageRow| row.forwarded && row.body == MessageBody::Text(text.into());
    for person in [&mut bob, &mut tablet] {
        for text in ["Meet me at the café by the lighthouse", "a heavier word"] {
            let seen =
                |screen: &Screen| screen.messages.get(&chat).is_some_and(|rows| rows.values().any(is_sent_on(text)));
            person.until("what was sent on", seen).await?;
        }
    }
    alice.sees(notes, "a heavier word").await?;
    assert_eq!(alice.screen.texts(notes), ["Meet me at the café by the lighthouse", "a heavier word"]);
    assert_eq!(
        bob.screen.messages[&chat].values().filter(|row| row.forwarded).count(),
        2,
        "{:?}",
        bob.screen.texts(chat)
    );
    tablet.does(Command::SetStarred { chat, message: meeting, starred: true }).await?;
    sees_so(&mut alice, (chat, meeting), "the star", |row| row.starred).await?;
    alice.sees_status(notes, "a heavier word", MessageStatus::Read).await?;
    // What went to the notes comes by a chat of its own.
    tablet.until("the notes", |s| s.chats.contains_key(&notes)).await?;
    tablet.opens(notes).await?;
    tablet.sees(notes, "a heavier word").await?;

    let words = |words: &str| SearchQuery { words: words.to_owned(), ..SearchQuery::default() };
    let starred = SearchQuery { starred: true, ..SearchQuery::default() };
    let mut laptop = alice.mirrors(&world, "laptop").await?;
    laptop.opens(chat).await?;
    let sent_on = |row: &MessageRow| row.forwarded && row.edit_until_ms == 0;
    let again = of(&alice, chat, "a heavier word")?;
    sees_so(&mut laptop, (chat, again), "what was sent on", sent_on).await?;
    let here = found(&mut alice, words("lighthouse CAFE")).await?;
    assert_eq!((here.len(), here.last()), (3, Some(&meeting)), "the one that Bob wrote is the oldest");
    let heavier = found(&mut alice, words("heav")).await?;
    assert_eq!((heavier.len(), heavier.last()), (3, Some(&word)));
    for person in [&mut alice, &mut tablet, &mut laptop] {
        assert_eq!(found(person, words("lighthouse CAFE")).await?, here, "on {}", person.name);
        assert_eq!(found(person, words("heav")).await?, heavier, "on {}", person.name);
        for gone in ["slip", "lighter"] {
            assert_eq!(found(person, words(gone)).await?, [], "{gone} on {}", person.name);
        }
        assert_eq!(found(person, starred.clone()).await?, [meeting], "on {}", person.name);
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chat_is_cleared_on_all_own_devices_also_on_one_that_is_away_and_one_linked_later() -> Result<()> {
    let world = World::new().await?;
    let (mut alice, mut bob, chat) = pair(&world).await?;
    let mut browser = alice.mirrors(&world, "browser").await?;
    for text in ["one", "two", "three"] {
        bob.sends(chat, text).await?;
        alice.sees(chat, text).await?;
    }
    browser.opens(chat).await?;
    browser.sees(chat, "three").await?;
    let starred = alice.newest(chat)?;
    alice.does(Command::SetStarred { chat, message: starred, starred: true }).await?;
    browser.stops().await;
    alice.does(Command::ClearChat { chat, keep_starred: true }).await?;
    alice.until("the starred one alone", |s| s.texts(chat) == ["three"]).await?;
    let mut browser = Person::start(&world, "browser", Role::Companion)?;
    browser.opens(chat).await?;
    browser.until("the starred one alone", |s| s.texts(chat) == ["three"]).await?;
    let mut later = alice.mirrors(&world, "tablet").await?;
    later.opens(chat).await?;
    later.until("the starred one alone", |s| s.texts(chat) == ["three"]).await?;
    bob.until("his own", |s| s.texts(chat) == ["hello", "one", "two", "three"]).await?;

    alice.does(Command::DeleteChat { chat }).await?;
    for device in [&mut alice, &mut browser, &mut later] {
        device.until("the chat gone", |s| !s.chats.contains_key(&chat)).await?;
    }
    bob.sends(chat, "still there?").await?;
    for device in [&mut alice, &mut browser, &mut later] {
        device.sees_row(chat, "the chat again", |row| row.unread == 1).await?;
    }
    later.until("the new one alone", |s| s.texts(chat) == ["still there?"]).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_blocked_is_not_heard_in_the_chat_of_two_on_any_device_and_is_told_nothing() -> Result<()> {
    let world = World::new().await?;
    let (mut alice, mut bob, chat) = pair(&world).await?;
    let mut browser = bob.mirrors(&world, "browser").await?;
    browser.opens(chat).await?;
    let account = alice.screen.profile.as_ref().context("a profile")?.account;
    bob.does(Command::SetBlocked { account, blocked: true }).await?;
    browser.until("who is blocked", |s| s.blocked == [account]).await?;
    alice.sends(chat, "let me in").await?;
    alice.sees_status(chat, "let me in", MessageStatus::Delivered).await?;
    let refused = bob.asks(Command::SendText { chat, text: "no".into(), written_for: None, answers: None }).await?;
    assert_eq!(refused, Err(UserError::Blocked));
    bob.does(Command::SetBlocked { account, blocked: false }).await?;
    browser.until("nobody blocked", |s| s.blocked.is_empty()).await?;
    alice.sends(chat, "thank you").await?;
    for device in [&mut bob, &mut browser] {
        device.until("what was said before and after", |s| s.texts(chat) == ["hello", "thank you"]).await?;
    }
    Ok(())
}
