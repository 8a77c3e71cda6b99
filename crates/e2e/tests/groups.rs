//! Groups of many: who is in them reads them, from then on and until they are out, on all devices; admins alone change them.

use anyhow::{Context, Result, bail};
use client_api::{
    AccountId, Answer, ChatId, ChatInfo, Command, GroupRules, MessageStatus, Notice, SystemLine, UserError,
};
use e2e::{Person, World};

const ALICE: &str = "+4915112345701";
const BOB: &str = "+4915112345702";
const CAROL: &str = "+4915112345703";
const DAVE: &str = "+4915112345704";

fn own(person: &Person) -> Result<AccountId> {
    Ok(person.screen.profile.as_ref().context("a profile")?.account)
}

/// Whose a number is, made a contact.
async fn knows(person: &mut Person, number: &str) -> Result<AccountId> {
    let Answer::Chat(chat) = person.does(Command::AddContact { number: number.into(), name: String::new() }).await?
    else {
        bail!("no chat")
    };
    person.until("the chat's row", |s| s.chats.contains_key(&chat)).await?;
    Ok(person.screen.chats.get(&chat).context("listed")?.peer)
}

async fn makes_group(person: &mut Person, name: &str, numbers: &[&str]) -> Result<ChatId> {
    let mut members = Vec::new();
    for number in numbers {
        members.push(knows(person, number).await?);
    }
    let Answer::Chat(chat) = person.does(Command::CreateGroup { name: name.into(), members }).await? else {
        bail!("no chat")
    };
    person.opens(chat).await?;
    Ok(chat)
}

/// Waits for the group under this name, and opens it.
async fn finds(person: &mut Person, chat: ChatId, name: &str) -> Result<()> {
    person.until("the group by its name", |s| s.chats.get(&chat).is_some_and(|row| row.title == name)).await?;
    person.opens(chat).await
}

async fn has_members(person: &mut Person, chat: ChatId, number: usize) -> Result<()> {
    let seen = |s: &e2e::person::Screen| s.infos.get(&chat).is_some_and(|info| info.members.len() == number);
    person.until(&format!("{number} members"), seen).await
}

/// Alice's group with Bob and Carol.
async fn three(world: &World) -> Result<(Person, Person, Person, ChatId)> {
    let mut alice = Person::register(world, "Alice", ALICE).await?;
    let mut bob = Person::register(world, "Bob", BOB).await?;
    let mut carol = Person::register(world, "Carol", CAROL).await?;
    let chat = makes_group(&mut alice, "Climbers canary", &[BOB, CAROL]).await?;
    finds(&mut bob, chat, "Climbers canary").await?;
    finds(&mut carol, chat, "Climbers canary").await?;
    Ok((alice, bob, carol, chat))
}

#[tokio::test(flavor = "multi_thread")]
async fn three_people_talk_and_a_companion_has_it_all() -> Result<()> {
    let world = World::new().await?;
    let (mut alice, mut bob, mut carol, chat) = three(&world).await?;
    alice.sends(chat, "canary hello").await?;
    for person in [&mut bob, &mut carol] {
        person.sees(chat, "canary hello").await?;
        let row = person.screen.chats.get(&chat).context("the group's row")?;
        assert_eq!((row.unread, row.peer), (1, AccountId::NOBODY));
        // By the number until her profile is here.
        person
            .until("who wrote it, by name", |s| {
                s.chats.get(&chat).and_then(|row| row.last.as_ref()).is_some_and(|last| last.by == "Alice")
            })
            .await?;
    }
    bob.sends(chat, "from Bob").await?;
    alice.sees(chat, "from Bob").await?;
    carol.sees(chat, "from Bob").await?;
    alice.sees_status(chat, "canary hello", MessageStatus::Delivered).await?;
    let newest = |person: &Person| -> Result<_> {
        Ok(person.screen.messages.get(&chat).and_then(|rows| rows.keys().next_back()).context("a message")?.1)
    };
    let up_to = newest(&bob)?;
    bob.does(Command::MarkRead { chat, up_to }).await?;
    // One of two has read it: not yet.
    bob.sends(chat, "I have read it").await?;
    alice.sees(chat, "I have read it").await?;
    assert_eq!(alice.screen.status_of(chat, "canary hello"), Some(MessageStatus::Delivered));
    carol.sees(chat, "I have read it").await?;
    let up_to = newest(&carol)?;
    carol.does(Command::MarkRead { chat, up_to }).await?;
    alice.sees_status(chat, "canary hello", MessageStatus::Read).await?;

    let mut browser = bob.links(&world, "browser").await?;
    browser.until("the whole mirror", |s| s.mirror.complete).await?;
    finds(&mut browser, chat, "Climbers canary").await?;
    browser.sees(chat, "canary hello").await?;
    browser.until("having joined", |s| s.infos.get(&chat).is_some_and(|info| info.joined)).await?;
    carol.sends(chat, "to the browser too").await?;
    browser.sees(chat, "to the browser too").await?;
    browser.sends(chat, "from the browser").await?;
    alice.sees(chat, "from the browser").await?;
    bob.sees(chat, "from the browser").await?;
    for canary in ["canary hello", "Climbers canary"] {
        assert!(!world.server_holds(canary)?, "the server holds {canary:?}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_added_reads_from_then_on_and_who_is_out_reads_no_more() -> Result<()> {
    let world = World::new().await?;
    let (mut alice, mut bob, mut carol, chat) = three(&world).await?;
    let mut dave = Person::register(&world, "Dave", DAVE).await?;
    alice.sends(chat, "before Dave").await?;
    bob.sees(chat, "before Dave").await?;
    alice.does(Command::RenameGroup { chat, name: "Boulderers".into() }).await?;
    finds(&mut bob, chat, "Boulderers").await?;

    let daves = knows(&mut alice, DAVE).await?;
    alice.does(Command::AddMembers { chat, members: vec![daves] }).await?;
    finds(&mut dave, chat, "Boulderers").await?;
    has_members(&mut bob, chat, 4).await?;
    bob.sends(chat, "welcome Dave").await?;
    dave.sees(chat, "welcome Dave").await?;
    assert_eq!(dave.screen.texts(chat), ["welcome Dave"]);
    let added = SystemLine::MembersAdded { by: own(&alice)?, accounts: vec![daves] };
    for person in [&mut dave, &mut bob] {
        person.until(&format!("{added:?}"), |s| s.lines(chat).contains(&added)).await?;
    }

    let carols = own(&carol)?;
    alice.does(Command::RemoveMembers { chat, members: vec![carols] }).await?;
    has_members(&mut dave, chat, 3).await?;
    let removed = SystemLine::MembersRemoved { by: own(&alice)?, accounts: vec![carols] };
    carol.until("being out", |s| s.lines(chat).contains(&removed)).await?;
    bob.sends(chat, "without Carol").await?;
    dave.sees(chat, "without Carol").await?;
    let refused = carol.asks(Command::SendText { chat, text: "still here".into(), written_for: None, answers: None });
    assert_eq!(refused.await?, Err(UserError::NotFound));

    dave.does(Command::LeaveGroup { chat }).await?;
    let left = SystemLine::MemberLeft { account: daves };
    dave.until("having left", |s| s.lines(chat).contains(&left)).await?;
    has_members(&mut alice, chat, 2).await?;
    has_members(&mut bob, chat, 2).await?;
    bob.until("Dave having left", |s| s.lines(chat).contains(&left)).await?;
    bob.sends(chat, "without Dave").await?;
    alice.sees(chat, "without Dave").await?;

    // Whoever comes back reads nothing of the time between.
    alice.does(Command::AddMembers { chat, members: vec![carols] }).await?;
    has_members(&mut bob, chat, 3).await?;
    bob.sends(chat, "Carol again").await?;
    carol.sees(chat, "Carol again").await?;
    for person in [&carol, &dave] {
        assert!(!person.screen.texts(chat).iter().any(|text| text == "without Dave"));
    }
    assert!(!carol.screen.texts(chat).iter().any(|text| text == "without Carol"));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn admins_alone_change_a_group_and_two_do_so_at_once() -> Result<()> {
    let world = World::new().await?;
    let (mut alice, mut bob, mut carol, chat) = three(&world).await?;
    let mut dave = Person::register(&world, "Dave", DAVE).await?;
    let (alices, bobs, carols, daves) = (own(&alice)?, own(&bob)?, own(&carol)?, own(&dave)?);
    knows(&mut bob, DAVE).await?;
    for command in [
        Command::AddMembers { chat, members: vec![daves] },
        Command::RemoveMembers { chat, members: vec![carols] },
        Command::SetAdmin { chat, member: bobs, admin: true },
        Command::RenameGroup { chat, name: "Bob's".into() },
    ] {
        assert_eq!(bob.asks(command).await?, Err(UserError::OnlyAdmin));
    }
    assert_eq!(alice.asks(Command::LeaveGroup { chat }).await?, Err(UserError::LastAdmin));

    alice.does(Command::SetAdmin { chat, member: bobs, admin: true }).await?;
    let made = SystemLine::AdminsMade { by: alices, accounts: vec![bobs] };
    for person in [&mut bob, &mut carol] {
        person.until("Bob being an admin", |s| s.lines(chat).contains(&made)).await?;
    }
    // Both at once: one commit wins, and the other wish is fulfilled behind it.
    alice.does(Command::RemoveMembers { chat, members: vec![carols] }).await?;
    bob.does(Command::AddMembers { chat, members: vec![daves] }).await?;
    for person in [&mut alice, &mut bob] {
        person
            .until("Dave instead of Carol", |s| {
                s.infos.get(&chat).is_some_and(|info| {
                    let has = |account| info.members.iter().any(|member| member.account == account);
                    has(daves) && !has(carols)
                })
            })
            .await?;
    }
    // The first admin goes, and says so in order: no admin any more, then out.
    alice.does(Command::LeaveGroup { chat }).await?;
    has_members(&mut bob, chat, 2).await?;
    let info = bob.screen.infos.get(&chat).context("the group's facts")?;
    let admins: Vec<_> = info.members.iter().filter(|member| member.admin).map(|member| member.account).collect();
    assert_eq!(admins, [bobs]);
    finds(&mut dave, chat, "Climbers canary").await?;
    bob.sends(chat, "the two of us").await?;
    dave.sees(chat, "the two of us").await?;
    for person in [&alice, &bob, &carol, &dave] {
        assert!(!person.screen.notices.iter().any(|notice| matches!(notice, Notice::ServerNotTrusted { .. })));
    }
    Ok(())
}

const ONLY_ADMINS: GroupRules = GroupRules { only_admins_send: true, everybody_edits: false };
const ALL_EDIT: GroupRules = GroupRules { only_admins_send: false, everybody_edits: true };

/// Of 16 pixels a side, as it says.
fn jpeg(of: u8, len: usize) -> Vec<u8> {
    [vec![0xff, 0xd8, 0xff, 0xc0, 0, 11, 8, 0, 16, 0, 16], vec![of; len]].concat()
}

async fn shows(person: &mut Person, chat: ChatId, what: &str, is_so: impl Fn(&ChatInfo) -> bool) -> Result<()> {
    person.until(what, |s| s.infos.get(&chat).is_some_and(&is_so)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn description_and_photo_are_seen_by_all_who_are_there_and_who_come_later() -> Result<()> {
    let world = World::new().await?;
    let (mut alice, mut bob, mut carol, chat) = three(&world).await?;
    let mut dave = Person::register(&world, "Dave", DAVE).await?;
    let describe = |description: &str| Command::DescribeGroup { chat, description: description.into() };
    assert_eq!(bob.asks(describe("Bob's")).await?, Err(UserError::OnlyAdmin));
    alice.does(describe("canary description")).await?;
    let (photo, thumb) = (jpeg(1, 60_000), jpeg(1, 5_000));
    alice.does(Command::SetGroupPhoto { chat, photo: photo.clone(), thumb: thumb.clone() }).await?;
    alice.does(Command::SetGroupRules { chat, change: ALL_EDIT.into() }).await?;
    let is_whole =
        |info: &ChatInfo| info.about == "canary description" && info.photo == photo && info.rules == ALL_EDIT;
    for person in [&mut alice, &mut bob, &mut carol] {
        shows(person, chat, "description, photo and rules", is_whole).await?;
        person.until("the small photo", |s| s.chats.get(&chat).is_some_and(|row| row.photo == thumb)).await?;
    }
    let by = own(&alice)?;
    for line in [
        SystemLine::GroupDescribed { by, removed: false },
        SystemLine::GroupPhotoChanged { by, removed: false },
        SystemLine::WhoMayEdit { by, only_admins: false },
    ] {
        bob.until(&format!("{line:?}"), |s| s.lines(chat).contains(&line)).await?;
    }

    // Somebody who was not there, and a device that was not.
    let daves = knows(&mut alice, DAVE).await?;
    alice.does(Command::AddMembers { chat, members: vec![daves] }).await?;
    finds(&mut dave, chat, "Climbers canary").await?;
    shows(&mut dave, chat, "what was said before", is_whole).await?;
    assert!(!dave.screen.lines(chat).iter().any(|line| matches!(line, SystemLine::GroupDescribed { .. })));
    let mut browser = bob.links(&world, "browser").await?;
    browser.until("the whole mirror", |s| s.mirror.complete).await?;
    finds(&mut browser, chat, "Climbers canary").await?;
    shows(&mut browser, chat, "what was said before", is_whole).await?;

    // Everybody edits: also who came later, and from the browser.
    dave.does(describe("Dave's words")).await?;
    for person in [&mut alice, &mut bob, &mut carol, &mut browser] {
        shows(person, chat, "Dave's words", |info| info.about == "Dave's words").await?;
    }
    browser.until("having joined", |s| s.infos.get(&chat).is_some_and(|info| info.joined)).await?;
    browser.does(Command::SetGroupPhoto { chat, photo: Vec::new(), thumb: Vec::new() }).await?;
    for person in [&mut alice, &mut dave, &mut carol, &mut browser, &mut bob] {
        shows(person, chat, "no photo any more", |info| info.photo.is_empty()).await?;
    }
    for canary in ["canary description", "Dave's words"] {
        assert!(!world.server_holds(canary)?, "the server holds {canary:?}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn where_only_admins_send_others_read() -> Result<()> {
    let world = World::new().await?;
    let (mut alice, mut bob, mut carol, chat) = three(&world).await?;
    bob.sends(chat, "while everybody may").await?;
    alice.sees(chat, "while everybody may").await?;
    assert_eq!(bob.asks(Command::SetGroupRules { chat, change: ONLY_ADMINS.into() }).await?, Err(UserError::OnlyAdmin));
    alice.does(Command::SetGroupRules { chat, change: ONLY_ADMINS.into() }).await?;
    for person in [&mut bob, &mut carol] {
        shows(person, chat, "the rule", |info| info.rules == ONLY_ADMINS && !info.may_send).await?;
    }
    shows(&mut alice, chat, "being an admin", |info| info.rules == ONLY_ADMINS && info.may_send).await?;
    let text = |text: &str| Command::SendText { chat, text: text.into(), written_for: None, answers: None };
    assert_eq!(bob.asks(text("no more")).await?, Err(UserError::OnlyAdmin));
    alice.sends(chat, "from an admin").await?;
    bob.sees(chat, "from an admin").await?;
    // A device that is linked now is told the same.
    let mut browser = carol.links(&world, "browser").await?;
    browser.until("the whole mirror", |s| s.mirror.complete).await?;
    finds(&mut browser, chat, "Climbers canary").await?;
    shows(&mut browser, chat, "the rule", |info| info.rules == ONLY_ADMINS && !info.may_send).await?;
    browser.until("having joined", |s| s.infos.get(&chat).is_some_and(|info| info.joined)).await?;
    assert_eq!(browser.asks(text("no more")).await?, Err(UserError::OnlyAdmin));
    // Who becomes an admin sends.
    let bobs = own(&bob)?;
    alice.does(Command::SetAdmin { chat, member: bobs, admin: true }).await?;
    shows(&mut bob, chat, "being an admin", |info| info.may_send).await?;
    bob.sends(chat, "as an admin").await?;
    for person in [&mut alice, &mut carol, &mut browser] {
        person.sees(chat, "as an admin").await?;
    }
    bob.does(Command::SetGroupRules { chat, change: GroupRules::default().into() }).await?;
    shows(&mut carol, chat, "no rule any more", |info| info.may_send).await?;
    carol.sends(chat, "everybody again").await?;
    alice.sees(chat, "everybody again").await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contact_shows_the_groups_that_both_are_in() -> Result<()> {
    let world = World::new().await?;
    let (mut alice, bob, _carol, chat) = three(&world).await?;
    let bobs = own(&bob)?;
    let Answer::Chat(direct) = alice.does(Command::StartChat { account: bobs }).await? else { bail!("no chat") };
    alice.opens(direct).await?;
    shows(&mut alice, direct, "the group in common", |info| info.in_common == [chat]).await?;
    alice.does(Command::RemoveMembers { chat, members: vec![bobs] }).await?;
    has_members(&mut alice, chat, 2).await?;
    alice.opens(direct).await?;
    shows(&mut alice, direct, "no group in common", |info| info.in_common.is_empty()).await
}
