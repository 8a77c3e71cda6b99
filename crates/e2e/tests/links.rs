//! Links into groups, with real clients at a real server: who has one comes in or is looked at first, on all devices of everybody.

use anyhow::{Context, Result, bail};
use client_api::{
    AccountId, Answer, ChatId, Command, JoinCommand, JoinRow, JoinState, JoinWord, LinkChange, LinkNews, SystemLine,
    UserError,
};
use e2e::person::Screen;
use e2e::{Person, World};

const ALICE: &str = "+4915112345711";
const BOB: &str = "+4915112345712";
const CAROL: &str = "+4915112345713";
const DAVE: &str = "+4915112345714";

fn own(person: &Person) -> Result<AccountId> {
    Ok(person.screen.profile.as_ref().context("a profile")?.account)
}

/// Alice's group with Bob, which both have open.
async fn two(world: &World) -> Result<(Person, Person, ChatId)> {
    let mut alice = Person::register(world, "Alice", ALICE).await?;
    let mut bob = Person::register(world, "Bob", BOB).await?;
    let direct = alice.opens_chat_with(BOB).await?;
    alice.until("Bob's row", |s| s.chats.contains_key(&direct)).await?;
    let members = vec![alice.screen.chats.get(&direct).context("listed")?.peer];
    let command = Command::CreateGroup { name: "Climbers canary".into(), members };
    let Answer::Chat(chat) = alice.does(command).await? else { bail!("no chat") };
    alice.opens(chat).await?;
    bob.until("the group", |s| s.chats.contains_key(&chat)).await?;
    bob.opens(chat).await?;
    Ok((alice, bob, chat))
}

async fn sets_link(person: &mut Person, chat: ChatId, change: LinkChange) -> Result<Option<client_api::GroupLink>> {
    let link = |s: &Screen| s.infos.get(&chat).and_then(|info| info.link.clone());
    let before = link(&person.screen);
    person.does(Command::Join(JoinCommand::SetLink { chat, change })).await?;
    person.until("another link", |s| link(s) != before).await?;
    Ok(link(&person.screen))
}

async fn link_of(person: &mut Person, chat: ChatId, change: LinkChange) -> Result<String> {
    let link = sets_link(person, chat, change).await?.context("a link")?;
    Ok(format!("https://chat.example/#/join/{}", link.code))
}

async fn asks(person: &mut Person, link: &str) -> Result<JoinRow> {
    match person.does(Command::Join(JoinCommand::Ask { text: link.into() })).await? {
        Answer::Join(row) => Ok(row),
        other => bail!("no row: {other:?}"),
    }
}

async fn comes_to(person: &mut Person, chat: ChatId, state: JoinState) -> Result<()> {
    let is_so = |s: &Screen| s.joins.iter().any(|row| row.chat == chat && row.state == state);
    person.until(&format!("being {state:?}"), is_so).await
}

async fn has_members(person: &mut Person, chat: ChatId, number: usize) -> Result<()> {
    let seen = |s: &Screen| s.infos.get(&chat).is_some_and(|info| info.members.len() == number);
    person.until(&format!("{number} members"), seen).await
}

async fn is_asked_by(person: &mut Person, chat: ChatId, who: &[AccountId]) -> Result<()> {
    let asking = |s: &Screen| {
        let rows = s.infos.get(&chat).map(|info| info.asking.iter().map(|row| row.account).collect::<Vec<_>>());
        rows.is_some_and(|rows| rows == who)
    };
    person.until(&format!("{} who ask", who.len()), asking).await
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_a_link_comes_in_and_talks() -> Result<()> {
    let world = World::new().await?;
    let (mut alice, mut bob, chat) = two(&world).await?;
    let mut carol = Person::register(&world, "Carol", CAROL).await?;
    let link = link_of(&mut alice, chat, LinkChange::On).await?;
    let line = SystemLine::GroupLinkChanged { by: own(&alice)?, news: LinkNews::On };
    bob.until("that there is a link", |s| s.lines(chat).contains(&line)).await?;
    assert!(bob.screen.infos.get(&chat).is_some_and(|info| info.link.is_none()), "it is for admins");
    let command = Command::Join(JoinCommand::SetLink { chat, change: LinkChange::Reset });
    assert_eq!(bob.asks(command).await?, Err(UserError::OnlyAdmin));

    // Carol knows nobody of them.
    let row = asks(&mut carol, &link).await?;
    assert_eq!((row.name.as_str(), row.chat, row.call), ("Climbers canary", chat, false));
    comes_to(&mut carol, chat, JoinState::In).await?;
    carol.until("the group's row", |s| s.chats.contains_key(&chat)).await?;
    carol.opens(chat).await?;
    for person in [&mut alice, &mut bob, &mut carol] {
        has_members(person, chat, 3).await?;
    }
    carol.sends(chat, "canary of Carol").await?;
    alice.sees(chat, "canary of Carol").await?;
    bob.sees(chat, "canary of Carol").await?;
    bob.sends(chat, "welcome").await?;
    carol.sees(chat, "welcome").await?;
    // Neither has the chat of two in the list.
    let others = |person: &Person| person.screen.chats.values().map(|row| row.chat).collect::<Vec<_>>();
    assert_eq!(others(&carol), [chat]);
    assert_eq!(others(&alice).len(), 2, "the group, and the chat with Bob");
    assert_eq!(asks(&mut carol, &link).await?.state, JoinState::In);
    for canary in ["Climbers canary", "canary of Carol"] {
        assert!(!world.server_holds(canary)?, "the server holds {canary:?}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_device_of_an_admin_decides_the_others_know() -> Result<()> {
    let world = World::new().await?;
    let (mut alice, mut bob, chat) = two(&world).await?;
    let mut browser = alice.links(&world, "browser").await?;
    browser.until("the whole mirror", |s| s.mirror.complete).await?;
    browser.opens(chat).await?;
    browser.until("having joined", |s| s.infos.get(&chat).is_some_and(|info| info.joined)).await?;
    let link = link_of(&mut alice, chat, LinkChange::Approval(true)).await?;
    browser.until("the link", |s| s.infos.get(&chat).is_some_and(|info| info.link.is_some())).await?;

    let mut carol = Person::register(&world, "Carol", CAROL).await?;
    let carols = own(&carol)?;
    asks(&mut carol, &link).await?;
    comes_to(&mut carol, chat, JoinState::Waiting).await?;
    for device in [&mut alice, &mut browser] {
        is_asked_by(device, chat, &[carols]).await?;
        let is_named = |s: &Screen| s.infos.get(&chat).is_some_and(|info| info.asking[0].title == "Carol");
        device.until("her name", is_named).await?;
        assert_eq!(device.screen.chats.len(), 2, "no chat with her");
    }
    let decides = |account, word| Command::Join(JoinCommand::Decide { chat, account, word });
    browser.does(decides(carols, JoinWord::Decline)).await?;
    is_asked_by(&mut browser, chat, &[]).await?;
    is_asked_by(&mut alice, chat, &[]).await?;
    comes_to(&mut carol, chat, JoinState::Declined).await?;

    let mut dave = Person::register(&world, "Dave", DAVE).await?;
    let daves = own(&dave)?;
    asks(&mut dave, &link).await?;
    is_asked_by(&mut alice, chat, &[daves]).await?;
    is_asked_by(&mut browser, chat, &[daves]).await?;
    alice.does(decides(daves, JoinWord::LetIn)).await?;
    comes_to(&mut dave, chat, JoinState::In).await?;
    for device in [&mut alice, &mut browser] {
        is_asked_by(device, chat, &[]).await?;
        has_members(device, chat, 3).await?;
    }
    dave.until("the group's row", |s| s.chats.contains_key(&chat)).await?;
    dave.opens(chat).await?;
    dave.sends(chat, "hello").await?;
    bob.sees(chat, "hello").await?;
    browser.sees(chat, "hello").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_was_reset_or_turned_off_leads_nowhere() -> Result<()> {
    let world = World::new().await?;
    let (mut alice, _bob, chat) = two(&world).await?;
    let mut carol = Person::register(&world, "Carol", CAROL).await?;
    let old = link_of(&mut alice, chat, LinkChange::On).await?;
    let new = link_of(&mut alice, chat, LinkChange::Reset).await?;
    assert_ne!(old, new);
    asks(&mut carol, &old).await?;
    comes_to(&mut carol, chat, JoinState::Void).await?;
    assert_eq!(sets_link(&mut alice, chat, LinkChange::Off).await?, None);
    asks(&mut carol, &new).await?;
    comes_to(&mut carol, chat, JoinState::Void).await?;
    // With the link of now she comes in; put out, it leads nowhere any more, and with the next one she waits for an admin.
    let newest = link_of(&mut alice, chat, LinkChange::On).await?;
    asks(&mut carol, &newest).await?;
    comes_to(&mut carol, chat, JoinState::In).await?;
    has_members(&mut alice, chat, 3).await?;
    let carols = own(&carol)?;
    alice.does(Command::RemoveMembers { chat, members: vec![carols] }).await?;
    has_members(&mut alice, chat, 2).await?;
    carol.until("being out", |s| s.chats.get(&chat).is_some_and(|row| row.left)).await?;
    let code = |s: &Screen| s.infos.get(&chat)?.link.as_ref().map(|link| link.code.clone());
    alice.until("another link", |s| code(s).is_some_and(|code| !newest.ends_with(&code))).await?;
    asks(&mut carol, &newest).await?;
    comes_to(&mut carol, chat, JoinState::Void).await?;
    let renewed = code(&alice.screen).context("a link")?;
    asks(&mut carol, &renewed).await?;
    comes_to(&mut carol, chat, JoinState::Waiting).await?;
    is_asked_by(&mut alice, chat, &[carols]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_link_lets_in_while_its_maker_is_online() -> Result<()> {
    let world = World::new().await?;
    let mut alice = Person::register(&world, "Alice", ALICE).await?;
    let mut bob = Person::register(&world, "Bob", BOB).await?;
    let made = alice.does(Command::Join(JoinCommand::MakeCallLink { name: "Call of Alice".into() })).await?;
    let Answer::CallLink { chat, code: client_api::LinkCode(code) } = made else { bail!("no link: {made:?}") };
    alice.opens(chat).await?;
    let row = asks(&mut bob, &code).await?;
    assert!(row.call && row.name == "Call of Alice", "{row:?}");
    comes_to(&mut bob, chat, JoinState::In).await?;
    has_members(&mut alice, chat, 2).await
}
