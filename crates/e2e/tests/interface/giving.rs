//! People out of an address book and places are given to a chat, and used by whoever gets them.

use super::CAROL;
use super::messages::alice_reads;
use anyhow::{Context, Result};
use client_api::{Card, ChatId, Command, MessageBody, Place};
use e2e::Person;
use e2e::browser::{NARROWEST, WIDE};
use serde_json::json;

fn bodies(person: &Person, chat: ChatId) -> Vec<MessageBody> {
    person.screen.messages.get(&chat).into_iter().flat_map(|rows| rows.values().map(|row| row.body.clone())).collect()
}

async fn hears(person: &mut Person, chat: ChatId, body: MessageBody) -> Result<()> {
    person
        .until("what was given", |screen| {
            screen.messages.get(&chat).is_some_and(|rows| rows.values().any(|row| row.body == body))
        })
        .await
        .with_context(|| format!("{:?}", bodies(person, chat)))
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_given_and_written_to() -> Result<()> {
    let (world, alice, mut bob, chat) = alice_reads(&["hello"]).await?;
    let carol = Person::register(&world, "Carol Ω", CAROL).await?;
    let card = Card { name: "Carol from the club".to_owned(), number: CAROL.to_owned() };
    bob.does(Command::SendCards { chat, cards: vec![card.clone()], written_for: None }).await?;
    alice.sees_text("card", "Carol from the club").await?;
    alice.is_accessible("somebody in a conversation").await?;
    alice.is_resized(NARROWEST).await?;
    alice.fits_the_window("somebody in a conversation, narrow").await?;
    alice.is_resized(WIDE).await?;

    alice.clicks("attach").await?;
    alice.clicks("attach-people").await?;
    alice.finds_true("document.activeElement.dataset.testid === 'people-search'").await?;
    alice.shows("people-none").await?;
    alice.presses("Escape").await?;
    alice.hides("people-dialog").await?;

    // Kept under the name that came with it; then somebody to give.
    alice.clicks("card-save").await?;
    alice.sees_text("chat-head", "Carol from the club").await?;
    alice.opens_chat("Bob").await?;
    // Whom one has, one need not keep.
    alice.sees_no("[data-testid=card-save]").await?;
    alice.clicks("attach").await?;
    alice.clicks("attach-people").await?;
    alice.fills("people-search", "club").await?;
    alice.sees_text("people-row", "Carol from the club").await?;
    alice.is_accessible("the dialog of contacts").await?;
    alice.is_resized(NARROWEST).await?;
    alice.fits_the_window("the dialog of contacts, narrow").await?;
    alice.is_resized(WIDE).await?;
    alice.finds_true("document.querySelector('[data-testid=people-send]').disabled").await?;
    alice.page().locator("[data-testid=people-row] input").focus().await?;
    alice.presses("Space").await?;
    alice.clicks("people-send").await?;
    alice.hides("people-dialog").await?;
    hears(&mut bob, chat, MessageBody::Cards(vec![card])).await?;
    let nobody = Card { name: "Nobody".to_owned(), number: "+4915112349999".to_owned() };
    bob.does(Command::SendCards { chat, cards: vec![nobody], written_for: None }).await?;
    alice.page().locator("[data-testid=card]:has-text('Nobody') [data-testid=card-write]").click(None).await?;
    alice.sees("[data-testid=toast]").await?;
    carol.stops().await;
    alice.closes().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_is_told_typed_and_given() -> Result<()> {
    let (_world, alice, mut bob, chat) = alice_reads(&["hello"]).await?;
    let debugger = alice.debugger().await?;
    let may = |setting: &str| Some(json!({ "permission": { "name": "geolocation" }, "setting": setting }));
    debugger.send("Browser.setPermission", may("denied")).await?;
    alice.clicks("attach").await?;
    alice.clicks("attach-place").await?;
    alice.shows("place-dialog").await?;
    alice.is_accessible("the dialog of a place").await?;
    alice.is_resized(NARROWEST).await?;
    alice.fits_the_window("the dialog of a place, narrow").await?;
    alice.is_resized(WIDE).await?;
    alice.clicks("place-here").await?;
    alice.sees_text("place-error", "may not ask where you are").await?;
    alice.fills("place-degrees", "52.52, here").await?;
    alice.clicks("place-send").await?;
    alice.sees_text("place-error", "Type two numbers").await?;

    debugger.send("Browser.setPermission", may("granted")).await?;
    let here = json!({ "latitude": -33.856_789, "longitude": 151.215_3, "accuracy": 17.4 });
    debugger.send("Emulation.setGeolocationOverride", Some(here)).await?;
    alice.clicks("place-here").await?;
    alice.finds_true("document.querySelector('[data-testid=place-degrees]').value === '-33.85679, 151.21530'").await?;
    alice.fills("place-name", "The opera").await?;
    alice.clicks("place-send").await?;
    alice.hides("place-dialog").await?;
    let opera = Place { latitude_e6: -33_856_789, longitude_e6: 151_215_300, accuracy_m: 17, name: "The opera".into() };
    hears(&mut bob, chat, MessageBody::Place(opera)).await?;
    let map = "document.querySelector('[data-testid=place-map]')";
    alice.finds_true(&format!("{map}?.href.startsWith('https://www.openstreetmap.org/?mlat=-33.856789&mlon=151.215300#map=16/') && {map}.rel === 'noopener noreferrer'")).await?;
    alice.is_accessible("a place in a conversation").await?;
    alice.is_resized(NARROWEST).await?;
    alice.fits_the_window("a place, narrow").await?;
    alice.closes().await
}
