//! What people do with messages: answer, react to, change and delete them, by hand and by keys.

use super::{ALICE, BOB, CAROL, alice_hears_from, sees_just};
use anyhow::{Context, Result, ensure};
use client_api::{ChatId, Command, MessageBody, MessageId, MessageRow, Quoted};
use e2e::browser::messages::{MENU, message};
use e2e::browser::{Browser, NARROWEST, WIDE, quoted};
use e2e::{Person, World};

const WRITING: &str = "document.activeElement.matches('[data-testid=composer-input]')";
const FIELD: &str = "document.querySelector('[data-testid=composer-input]').value";

/// Alice's page, wide, with the chat open in which Bob has written these.
pub(super) async fn alice_reads(texts: &[&str]) -> Result<(World, Browser, Person, ChatId)> {
    let world = World::new().await?;
    let (alice, mut people) = alice_hears_from(&world, &[("Bob", BOB)]).await?;
    let (mut bob, chat) = people.pop().context("Bob")?;
    for text in texts {
        bob.sends(chat, text).await?;
    }
    alice.opens_chat("Bob").await?;
    for text in texts {
        alice.sees(&message(text)).await?;
    }
    Ok((world, alice, bob, chat))
}

/// What a person's screen shows of the message with this text.
fn row(person: &Person, chat: ChatId, text: &str) -> Option<MessageRow> {
    let rows = person.screen.messages.get(&chat)?;
    rows.values().find(|row| row.body == MessageBody::Text(text.to_owned())).cloned()
}

/// Waits for it.
pub(super) async fn sees_row(person: &mut Person, chat: ChatId, text: &str) -> Result<MessageRow> {
    person.sees(chat, text).await?;
    row(person, chat, text).context("it was there")
}

async fn answers(person: &mut Person, chat: ChatId, text: &str, answers: MessageId) -> Result<()> {
    person.does(Command::SendText { chat, text: text.into(), written_for: None, answers: Some(answers) }).await?;
    Ok(())
}

async fn reacts(person: &mut Person, chat: ChatId, text: &str, emoji: &str) -> Result<()> {
    let id = sees_row(person, chat, text).await?.id;
    person.does(Command::React { chat, message: id, emoji: emoji.into() }).await?;
    Ok(())
}

pub(super) async fn deletes(person: &mut Person, chat: ChatId, text: &str, for_everyone: bool) -> Result<()> {
    let messages = vec![sees_row(person, chat, text).await?.id];
    person.does(Command::DeleteMessages { chat, messages, for_everyone }).await?;
    Ok(())
}

/// In the page: the message that has the focus says this.
pub(super) fn focus_is_on(text: &str) -> String {
    format!(
        "document.activeElement.querySelector(':scope > .bubble > [data-testid=message-text]')?.textContent === {}",
        quoted(text)
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_answered_by_keys_and_the_quote_leads_back_to_it() -> Result<()> {
    let world = World::new().await?;
    let (alice, mut people) = alice_hears_from(&world, &[("Carol", CAROL), ("Bob", BOB)]).await?;
    let (mut bob, chat) = people.pop().context("Bob")?;
    let question = "where shall we meet?";
    bob.sends(chat, question).await?;
    alice.opens_chat("Bob").await?;
    alice.presses_on_message(question, "r").await?;
    alice.sees_text("reply-bar", question).await?;
    alice.sees_text("reply-bar", "Bob").await?;
    alice.finds_true(WRITING).await?;
    alice.is_accessible("an answer that is being written").await?;
    // One layer: the chat stays.
    alice.presses("Escape").await?;
    alice.hides("reply-bar").await?;
    alice.finds_true(WRITING).await?;
    alice.presses_on_message(question, "r").await?;
    // It waits while one looks elsewhere.
    for (key, opened) in [("Alt+ArrowDown", "Carol"), ("Alt+ArrowUp", "Bob")] {
        alice.presses(key).await?;
        sees_just(&alice, "chat-head-title", &[opened]).await?;
        let bars = u8::from(opened == "Bob");
        alice.finds_true(&format!("document.querySelectorAll('[data-testid=reply-bar]').length === {bars}")).await?;
    }
    alice.types("composer-input", "at the lighthouse").await?;
    alice.presses("Enter").await?;
    alice.hides("reply-bar").await?;
    let quote = format!("{} [data-testid=quote]", message("at the lighthouse"));
    alice.sees(&format!("{quote}:has-text({})", quoted(question))).await?;
    let read = format!("document.querySelector('{}')", "[data-testid=message].own");
    alice.finds_true(&format!("{read}.ariaLabel.includes('in reply to')")).await?;
    let answer = sees_row(&mut bob, chat, "at the lighthouse").await?;
    let quoted_there = answer.quote.context("it is an answer")?;
    ensure!(quoted_there.own && quoted_there.body == Quoted::Text(question.into()), "{quoted_there:?}");

    // So long ago that the page does not hold it when the chat is opened anew.
    for number in 1..=140 {
        bob.sends(chat, &format!("number {number}")).await?;
    }
    answers(&mut bob, chat, "I am there", answer.id).await?;
    alice.scrolls_down_to("I am there").await?;
    // Carol's chat was looked at for a moment only: what it holds may have been read or not.
    alice.sees("[data-testid=chat-row]:has-text('Bob'):not(:has([data-testid=chat-unread]))").await?;
    alice.reloads().await?;
    alice.opens_chat("Bob").await?;
    alice.sees(&message("I am there")).await?;
    ensure!(alice.page().locator(message("at the lighthouse")).count().await? == 0, "it is far away");
    alice.presses_on_message("I am there", "Tab").await?;
    alice.finds_true("document.activeElement.matches('[data-testid=quote]')").await?;
    alice.presses("Enter").await?;
    alice
        .finds_true(&format!("{} && document.activeElement.matches('.found')", focus_is_on("at the lighthouse")))
        .await?;
    let is_seen = "(box => box.top >= 60 && box.bottom <= innerHeight)(document.activeElement.getBoundingClientRect())";
    alice.finds_true(is_seen).await?;
    alice.finds_true("!document.querySelector('.found')").await?;
    alice.closes().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_double_click_beside_the_words_answers_and_one_on_them_does_not() -> Result<()> {
    let (_world, alice, _bob, _chat) = alice_reads(&["press me"]).await?;
    alice.at("message-text").last().dblclick(None).await?;
    ensure!(!alice.evaluates::<String>("getSelection().toString()").await?.is_empty(), "a word is chosen");
    ensure!(alice.at("reply-bar").count().await? == 0, "nothing is answered");
    alice.page().locator(format!("{} .bubble-space", message("press me"))).dblclick(None).await?;
    alice.sees_text("reply-bar", "press me").await?;
    alice.clicks("aside-close").await?;
    alice.hides("reply-bar").await?;
    alice.chooses_for_message("press me", "menu-reply").await?;
    alice.sees_text("reply-bar", "press me").await?;
    alice.closes().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reaction_is_put_seen_changed_and_taken_back() -> Result<()> {
    let text = "look at this";
    let (_world, alice, mut bob, chat) = alice_reads(&[text]).await?;
    alice.reacts(text, "👍").await?;
    sees_just(&alice, "reactions", &["👍"]).await?;
    let id = sees_row(&mut bob, chat, text).await?.id;
    bob.until("the reaction", |screen| {
        screen.messages.get(&chat).is_some_and(|rows| {
            rows.values().any(|row| row.id == id && row.reactions.iter().any(|other| other.emoji == "👍" && !other.own))
        })
    })
    .await?;
    reacts(&mut bob, chat, text, "❤️").await?;
    sees_just(&alice, "reactions", &["👍❤️ 2"]).await?;
    alice
        .finds_true("document.querySelector('[data-testid=reactions]').ariaLabel === '👍 1, ❤️ 1, 2 reactions'")
        .await?;
    alice.sees("[data-testid=message][aria-label*='👍 1, ❤️ 1, 2 reactions']").await?;
    alice.is_accessible("a message with reactions").await?;

    // By keys: what is chosen is marked; choosing it again takes it back.
    alice.presses_on_message(text, "Shift+F10").await?;
    alice.finds_true("document.activeElement.matches('[data-testid=menu-emoji][aria-checked=true]')").await?;
    alice.is_accessible("the menu of a message").await?;
    alice.presses("ArrowRight").await?;
    alice.finds_true("document.activeElement.matches('[data-testid=menu-emoji][aria-checked=false]')").await?;
    alice.presses("ArrowDown").await?;
    alice.finds_true("document.activeElement.matches('[data-testid=menu-reply]')").await?;
    alice.presses("ArrowUp").await?;
    alice.presses("Enter").await?;
    sees_just(&alice, "reactions", &["❤️"]).await?;
    alice.finds_true(&focus_is_on(text)).await?;

    alice.chooses_for_message(text, "menu-react").await?;
    alice.fills("emoji-input", "abc").await?;
    alice.presses("Enter").await?;
    alice.sees_text("emoji-error", "one emoji").await?;
    alice.is_accessible("another emoji").await?;
    alice.fills("emoji-input", "🥳").await?;
    alice.presses("Enter").await?;
    alice.hides("react-dialog").await?;
    sees_just(&alice, "reactions", &["❤️🥳 2"]).await?;
    alice.clicks("reactions").await?;
    alice.sees_text("reactions-dialog", "Bob").await?;
    alice.is_accessible("who reacted").await?;
    alice.clicks("reaction-take-back").await?;
    alice.finds_true("document.querySelectorAll('[data-testid=reaction]').length === 1").await?;
    // The last one goes while the dialog is open.
    reacts(&mut bob, chat, text, "").await?;
    alice.hides("reactions-dialog").await?;
    alice.hides("reactions").await?;
    alice.closes().await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_read_stays_in_its_place_when_reactions_come_above_and_below() -> Result<()> {
    let texts: Vec<String> = (1..=40).map(|number| format!("some lines\nof number {number}")).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let world = World::new().await?;
    let (alice, mut people) = alice_hears_from(&world, &[("Bob", BOB)]).await?;
    let (bob, chat) = people.first_mut().context("Bob")?;
    for text in &texts {
        bob.sends(*chat, text).await?;
    }
    alice.opens_chat("Bob").await?;
    alice.scrolls_down_to("some lines\nof number 40").await?;
    let scroller = "document.querySelector('[data-testid=message-scroller]')";
    alice.evaluates::<()>(&format!("void {scroller}.scrollBy(0, -700)")).await?;
    alice.settles().await?;
    let at = format!(
        "[...document.querySelectorAll('[data-testid=message]')].find(message => message.getBoundingClientRect().top \
         > {scroller}.getBoundingClientRect().top)"
    );
    let id: String = alice.evaluates(&format!("{at}.dataset.message")).await?;
    let place = format!("Math.round(document.querySelector('[data-message=\"{id}\"]').getBoundingClientRect().top)");
    let before: i64 = alice.evaluates(&place).await?;
    let shown = "document.querySelectorAll('[data-testid=reactions]').length";
    // In the page, but out of sight.
    for (count, number) in [(1, 40), (2, 12)] {
        reacts(bob, *chat, &format!("some lines\nof number {number}"), "😮").await?;
        alice.finds_true(&format!("{shown} === {count}")).await?;
        alice.settles().await?;
        let now: i64 = alice.evaluates(&place).await?;
        ensure!(now == before, "after a reaction to {number} it stands at {now}, not at {before}");
    }
    alice.closes().await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_message_is_changed_by_keys_while_its_time_lasts() -> Result<()> {
    let (_world, alice, mut bob, chat) = alice_reads(&["well?"]).await?;
    alice.writes("at sicks").await?;
    alice.fills("composer-input", "half of it").await?;
    // With something written, the arrow moves in it.
    alice.presses("ArrowUp").await?;
    ensure!(alice.at("edit-bar").count().await? == 0, "nothing is edited");
    alice.presses_on_message("at sicks", "e").await?;
    alice.shows("edit-bar").await?;
    alice.finds_true(&format!("{FIELD} === 'at sicks' && {WRITING}")).await?;
    alice.is_accessible("an edit").await?;
    alice.presses("Escape").await?;
    alice.hides("edit-bar").await?;
    alice.finds_true(&format!("{FIELD} === 'half of it'")).await?;
    alice.fills("composer-input", "").await?;
    alice.presses("ArrowUp").await?;
    alice.finds_true(&format!("{FIELD} === 'at sicks'")).await?;
    alice.fills("composer-input", "at six").await?;
    alice.presses("Enter").await?;
    alice.sees(&format!("{}:has([data-testid=message-edited])", message("at six"))).await?;
    alice.hides("edit-bar").await?;
    alice.finds_true(&format!("{FIELD} === ''")).await?;
    ensure!(sees_row(&mut bob, chat, "at six").await?.edited, "it is marked");
    // Nobody else's.
    alice.presses_on_message("well?", "e").await?;
    alice.opens_message_menu("well?").await?;
    ensure!(alice.at("menu-edit").count().await? == 0 && alice.at("edit-bar").count().await? == 0, "it is Bob's");
    alice.presses("Escape").await?;

    let wells = sees_row(&mut bob, chat, "well?").await?;
    bob.does(Command::EditText { chat, message: wells.id, text: "well, when?".into() }).await?;
    alice.sees(&format!("{}:has([data-testid=message-edited])", message("well, when?"))).await?;
    alice.closes().await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_that_comes_too_late_says_so_and_keeps_the_text() -> Result<()> {
    let (_world, alice, mut bob, chat) = alice_reads(&["well?"]).await?;
    alice.writes("at sicks").await?;
    alice.sees_status("at sicks", "delivered").await?;
    alice.presses("ArrowUp").await?;
    alice.finds_true(&format!("{FIELD} === 'at sicks'")).await?;
    alice.fills("composer-input", "at six").await?;
    // Sixteen minutes pass for the worker.
    let worker = alice.page().workers().pop().context("the worker")?;
    let later = "void (Date.now = (now => () => now() + 960_000)(Date.now))";
    worker.evaluate::<Option<()>, ()>(later, None).await?;
    alice.presses("Enter").await?;
    alice.sees_text("toast", "can no longer be edited").await?;
    alice.finds_true(&format!("{FIELD} === 'at six'")).await?;
    alice.shows("edit-bar").await?;
    alice.presses("Escape").await?;
    alice.hides("edit-bar").await?;
    alice.writes("so be it").await?;
    sees_row(&mut bob, chat, "so be it").await?;
    ensure!(!sees_row(&mut bob, chat, "at sicks").await?.edited, "nothing went to Bob");
    alice.closes().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_deleted_for_everyone_or_for_oneself() -> Result<()> {
    let (_world, alice, mut bob, chat) = alice_reads(&["keep this", "hide this", "I take this back"]).await?;
    alice.writes("a slip").await?;
    let slip = sees_row(&mut bob, chat, "a slip").await?;
    answers(&mut bob, chat, "a slip?", slip.id).await?;
    alice.sees(&message("a slip?")).await?;
    alice.presses_on_message("a slip", "Delete").await?;
    alice.shows("delete-dialog").await?;
    alice.is_accessible("a deletion").await?;
    alice.at("delete-for-everyone").focus().await?;
    alice.presses("Enter").await?;
    sees_just(&alice, "message-deleted", &[" You deleted this message"]).await?;
    alice
        .finds_true("document.activeElement.matches('[data-testid=message]:has([data-testid=message-deleted])')")
        .await?;
    alice.sees_text("quote", "You deleted this message").await?;
    bob.until("the deletion", |screen| {
        screen.messages.get(&chat).is_some_and(|rows| rows.values().any(|row| row.body == MessageBody::Deleted))
    })
    .await?;
    // What is left to do with it.
    alice.presses("r").await?;
    alice.presses("Shift+F10").await?;
    alice.shows("menu-info").await?;
    let offered = "[...document.querySelectorAll('[role^=menuitem]')].map(entry => entry.dataset.testid).join()";
    ensure!(alice.evaluates::<String>(offered).await? == "menu-select,menu-info,menu-delete", "little is left");
    ensure!(alice.at("reply-bar").count().await? == 0, "it is not answered");
    alice.presses("Escape").await?;

    deletes(&mut bob, chat, "a slip?", true).await?;
    alice.sees_text("chat-preview", "This message was deleted").await?;
    deletes(&mut bob, chat, "I take this back", true).await?;
    alice.finds_true("document.querySelectorAll('[data-testid=message-deleted]').length === 3").await?;

    let hidden = sees_row(&mut bob, chat, "hide this").await?;
    alice.presses_on_message("hide this", "Backspace").await?;
    ensure!(alice.at("delete-for-everyone").count().await? == 0, "it is Bob's");
    alice.at("delete-for-me").focus().await?;
    alice.presses("Enter").await?;
    alice.sees_no(&message("hide this")).await?;
    alice.sees_text("toast", "deleted for you").await?;
    // The one after it.
    alice
        .finds_true("document.activeElement.matches('[data-testid=message]:has([data-testid=message-deleted])')")
        .await?;
    answers(&mut bob, chat, "you saw it", hidden.id).await?;
    // Nobody shows it to her again by quoting it.
    let quote = format!("{} [data-testid=quote]", message("you saw it"));
    alice.sees(&format!("{quote}:has-text('This message was deleted')")).await?;
    alice.writes("I did").await?;
    sees_row(&mut bob, chat, "I did").await?;
    ensure!(row(&bob, chat, "hide this").is_some(), "Bob keeps it");
    alice.is_accessible("deleted messages").await?;
    alice.closes().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_menu_and_a_dialog_close_when_their_message_goes() -> Result<()> {
    let world = World::new().await?;
    let mut alice = Person::register(&world, "Alice", ALICE).await?;
    let browser = Browser::companion(&world, "Alice").await?;
    let digits = alice.scans(&browser.copies_code().await?).await?;
    browser.types_digits(&digits).await?;
    browser.comes_to("active").await?;
    let mut bob = Person::register(&world, "Bob", BOB).await?;
    let theirs = bob.opens_chat_with(ALICE).await?;
    for text in ["one", "two", "three"] {
        bob.sends(theirs, text).await?;
    }
    let chat = alice.only_chat().await?;
    browser.opens_chat("three").await?;
    browser.opens_message_menu("two").await?;
    deletes(&mut alice, chat, "two", false).await?;
    browser.sees_no(MENU).await?;
    browser.sees_no(&message("two")).await?;
    browser.presses_on_message("three", "Delete").await?;
    browser.shows("delete-dialog").await?;
    deletes(&mut alice, chat, "three", false).await?;
    browser.hides("delete-dialog").await?;
    browser.finds_true(&focus_is_on("one")).await?;
    browser.comes_to("active").await?;
    browser.closes().await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_sent_yet_is_taken_back_wholly() -> Result<()> {
    let (_world, alice, mut bob, chat) = alice_reads(&["hello"]).await?;
    // The dialog's code, too.
    alice.is_kept_whole().await?;
    alice.goes_offline(true).await?;
    alice.shows("offline-banner").await?;
    alice.writes("a slip").await?;
    alice.sees_status("a slip", "pending").await?;
    alice.presses_on_message("a slip", "Delete").await?;
    alice.sees_text("delete-dialog", "not sent yet").await?;
    ensure!(alice.at("delete-for-everyone").count().await? == 0, "there is one way");
    alice.clicks("delete-for-me").await?;
    alice.sees_no(&message("a slip")).await?;
    alice.goes_offline(false).await?;
    alice.hides("offline-banner").await?;
    alice.writes("better").await?;
    alice.sees_status("better", "delivered").await?;
    bob.sees(chat, "better").await?;
    let rows = bob.screen.messages.get(&chat).context("the chat")?;
    let own = rows.values().filter(|row| !row.own && !matches!(row.body, MessageBody::System(_))).count();
    ensure!(own == 1, "Bob has {own} messages of hers");
    alice.closes().await
}

#[tokio::test(flavor = "multi_thread")]
async fn menus_and_dialogs_of_messages_fit_into_the_narrowest_window() -> Result<()> {
    let long = "a word and another one and ".repeat(9);
    let (_world, alice, mut bob, chat) = alice_reads(&[long.trim(), "short"]).await?;
    let id = sees_row(&mut bob, chat, long.trim()).await?.id;
    answers(&mut bob, chat, "ok", id).await?;
    reacts(&mut bob, chat, "short", "👍").await?;
    alice.shows("reactions").await?;
    alice.is_resized(NARROWEST).await?;
    alice.scrolls_down_to("ok").await?;
    alice.fits_the_window("quotes and reactions").await?;
    for (entry, shown) in [
        ("menu-reply", "reply-bar"),
        ("menu-react", "react-dialog"),
        ("menu-delete", "delete-dialog"),
        ("menu-info", "message-info"),
    ] {
        alice.opens_message_menu("short").await?;
        alice.fits_the_window("the menu of a message").await?;
        let menu = format!("document.querySelector({}).getBoundingClientRect()", quoted(MENU));
        alice.finds_true(&format!("(box => box.top >= 0 && box.bottom <= innerHeight)({menu})")).await?;
        alice.clicks(entry).await?;
        alice.shows(shown).await?;
        alice.fits_the_window(shown).await?;
        alice.presses("Escape").await?;
        alice.hides(shown).await?;
    }
    alice.is_resized(WIDE).await?;
    alice.closes().await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_pinned_stands_above_the_conversation_for_everybody_and_leads_there() -> Result<()> {
    let (_world, alice, mut bob, chat) = alice_reads(&["the first"]).await?;
    for number in 1..=40 {
        bob.sends(chat, &format!("line {number}")).await?;
    }
    alice.sees(&message("line 40")).await?;
    alice.sees_no("[data-testid=pinned]").await?;
    alice.chooses_for_message("line 40", "menu-pin-message").await?;
    alice.sees_text("pinned-text", "line 40").await?;
    bob.until("the pinned message", |screen| screen.infos.get(&chat).is_some_and(|info| info.pinned.len() == 1))
        .await?;
    let first = sees_row(&mut bob, chat, "the first").await?.id;
    bob.does(Command::PinMessage { chat, message: first, pinned: true }).await?;
    alice.sees_text("pinned-text", "the first").await?;
    alice.sees_text("pinned-place", "1 / 2").await?;
    alice.finds_true("[...document.querySelectorAll('[data-testid=system-line]')].some(line => line.textContent.replace(/[\\u2068\\u2069]/g, '').includes('Bob pinned a message'))").await?;
    alice.is_accessible("a conversation with pinned messages").await?;
    // By keys: there, and the next one is shown.
    alice.finds_true("(document.querySelector('[data-testid=pinned]').focus(), true)").await?;
    alice.presses("Enter").await?;
    // It stands out for a moment only.
    alice.finds_true("document.querySelector('.found')?.textContent.includes('the first') ?? false").await?;
    alice.sees_text("pinned-place", "2 / 2").await?;
    alice.is_resized(NARROWEST).await?;
    alice.fits_the_window("pinned messages, narrow").await?;
    alice.is_resized(WIDE).await?;
    deletes(&mut bob, chat, "the first", true).await?;
    alice.sees_no("[data-testid=pinned-place]").await?;
    alice.sees_text("pinned-text", "line 40").await?;
    alice.clicks("pinned").await?;
    alice.chooses_for_message("line 40", "menu-unpin-message").await?;
    alice.sees_no("[data-testid=pinned]").await?;
    alice.closes().await
}
