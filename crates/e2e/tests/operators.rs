//! What an operator does at a running server, and what people see of it.

use anyhow::{Result, ensure};
use client_api::{Command, UserError};
use e2e::{Person, World};

const ALICE: &str = "+4915112345601";
const BOB: &str = "+4915112345602";

async fn asks_by(person: &mut Person, number: &str, invite: Option<&str>) -> Result<Option<UserError>> {
    let command = Command::RequestCode { number: number.to_owned(), invite: invite.map(str::to_owned) };
    Ok(person.asks(command).await?.err())
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_invited_registers_and_who_was_not_is_told_so() -> Result<()> {
    let mut world = World::new().await?;
    world.asks_for_invites().await?;
    let mut alice = Person::at_the_number_page(&world, "Alice").await?;
    ensure!(asks_by(&mut alice, ALICE, None).await? == Some(UserError::InviteNeeded));
    ensure!(asks_by(&mut alice, ALICE, Some("somebody's guess")).await? == Some(UserError::InviteUnknown));
    let invite = world.invite()?;
    ensure!(asks_by(&mut alice, ALICE, Some(&invite)).await?.is_none());
    let alice = alice.goes_on_with_code(&world, ALICE).await?;

    let mut bob = Person::at_the_number_page(&world, "Bob").await?;
    ensure!(asks_by(&mut bob, BOB, Some(&invite)).await? == Some(UserError::InviteUsed));
    ensure!(asks_by(&mut bob, BOB, Some(&world.invite()?)).await?.is_none());
    let mut bob = bob.goes_on_with_code(&world, BOB).await?;
    bob.does(Command::AddContact { number: ALICE.to_owned(), name: "Alice".to_owned() }).await?;
    drop(alice);
    Ok(())
}
