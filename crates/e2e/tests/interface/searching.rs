//! What people do with many messages: look for them, keep them by a star, select them and send them on.

use super::messages::{alice_reads, deletes, focus_is_on, sees_row};
use super::{BOB, CAROL, DAVE, ERIN, alice_hears_from, sees_just};
use anyhow::{Context, Result, bail, ensure};
use client_api::{ChatId, Command, MessageBody};
use e2e::browser::messages::message;
use e2e::browser::{Browser, NARROW, NARROWEST, WIDE, quoted};
use e2e::{Person, World};
use playwright_rs::ClickOptions;
use playwright_rs::protocol::{KeyboardModifier, SelectOption};

const FRANK: &str = "+4915112345606";
const GRACE: &str = "+4915112345607";
/// No name of anybody here begins with it.
const WORD: &str = "lantern";

/// In the page: the focus is on what has this test id.
fn focus_is(test_id: &str) -> String {
    format!("document.activeElement.matches('[data-testid={test_id}]')")
}

/// In the page: the focus is on the message that says this, and it stands out.
fn went_to(text: &str) -> String {
    format!("{} && document.activeElement.matches('.found')", focus_is_on(text))
}

/// In the page: how many messages are selected.
fn chosen(number: usize) -> String {
    format!("document.querySelectorAll('[data-testid=message].chosen').length === {number}")
}

async fn edits(person: &mut Person, chat: ChatId, from: &str, to: &str) -> Result<()> {
    let message = sees_row(person, chat, from).await?.id;
    person.does(Command::EditText { chat, message, text: to.to_owned() }).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_said_is_found_in_all_chats_and_opened_by_keys() -> Result<()> {
    let world = World::new().await?;
    let names = [("Bob", BOB), ("Carol", CAROL), ("Lantern keeper", DAVE)];
    let (alice, mut people) = alice_hears_from(&world, &names).await?;
    let old = format!("the {WORD} on the hill");
    let (bob, chat) = people.first_mut().context("Bob")?;
    bob.sends(*chat, &old).await?;
    for number in 1..=100 {
        bob.sends(*chat, &format!("number {number}")).await?;
    }
    alice.sees_text("chat-preview", "number 100").await?;
    alice.opens_chat("Carol").await?;
    alice.writes(&format!("take a {WORD} along")).await?;

    alice.presses("Control+KeyK").await?;
    alice.finds_true(&focus_is("chat-search")).await?;
    alice.types("chat-search", "lant").await?;
    sees_just(&alice, "found-title", &["Carol", "Bob"]).await?;
    sees_just(&alice, "found-text", &[&format!("You: take a {WORD} along"), &old]).await?;
    alice.finds_true("[...document.querySelectorAll('mark')].every(mark => /^lant/.test(mark.textContent))").await?;
    alice.finds_true("document.querySelectorAll('mark').length === 2").await?;
    alice.finds_true("document.querySelector('[data-testid=found-text] > bdi').textContent.startsWith('take')").await?;
    sees_just(&alice, "found-count", &["2 messages found"]).await?;
    sees_just(&alice, "chat-title", &["Lantern keeper"]).await?;
    alice.is_accessible("chats and messages that were found").await?;
    for (key, title) in
        [("ArrowDown", "chat-row"), ("ArrowDown", "found-row"), ("ArrowUp", "chat-row"), ("ArrowDown", "found-row")]
    {
        alice.presses(key).await?;
        alice.finds_true(&focus_is(title)).await?;
    }
    alice.presses("ArrowDown").await?;
    alice.finds_true(&format!("document.activeElement.textContent.includes({})", quoted(&old))).await?;
    alice.presses("Enter").await?;
    sees_just(&alice, "chat-head-title", &["Bob"]).await?;
    alice.finds_true(&went_to(&old)).await?;
    // To another place of the chat that is open now.
    alice.fills("chat-search", "number").await?;
    sees_just(&alice, "found-count", &["More than 40 messages found"]).await?;
    alice.at("found-more").focus().await?;
    alice.presses("Enter").await?;
    // The button that came into view may have asked for the rest already.
    alice.finds_true("document.querySelectorAll('[data-testid=found-row]').length > 40").await?;
    alice.evaluates::<()>("void document.querySelector('[data-testid=chat-list-scroller]').scrollTo(0, 1e6)").await?;
    sees_just(&alice, "found-count", &["100 messages found"]).await?;
    alice.hides("found-more").await?;
    alice.clicks_text("found-row", "number 50").await?;
    alice.finds_true(&went_to("number 50")).await?;

    alice.fills("chat-search", "nobody ever said this").await?;
    alice.sees_text("chat-list-empty", "No chats or messages found for").await?;
    alice.is_accessible("a search that finds no message").await?;
    // Esc takes one layer: the words, and not the chat.
    alice.presses("Escape").await?;
    alice.finds_true("document.querySelector('[data-testid=chat-search]').value === ''").await?;
    alice.hides("found-row").await?;
    sees_just(&alice, "chat-head-title", &["Bob"]).await?;
    alice.closes().await
}

/// The worker's answers wait until the test lets them go, the last one first.
const ANSWERS_WAIT: &str = "
    window.held = null;
    const heard = Object.getOwnPropertyDescriptor(Worker.prototype, 'onmessage');
    Object.defineProperty(Worker.prototype, 'onmessage', {
        get() { return heard.get.call(this); },
        set(hear) { heard.set.call(this, event => window.held ? window.held.push(() => hear(event)) : hear(event)); },
    });
";

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_comes_late_is_not_shown_for_newer_words() -> Result<()> {
    let (_world, alice, _bob, _chat) = alice_reads(&["an early bird", "a late worm"]).await?;
    alice.page().add_init_script(ANSWERS_WAIT).await?;
    alice.reloads().await?;
    // What the worker says of its connection is held as well, and would be counted.
    alice.is_online().await?;
    alice.shows("chat-row").await?;
    alice.fills("chat-search", "late").await?;
    sees_just(&alice, "found-text", &["a late worm"]).await?;
    alice.evaluates::<()>("void (window.held = [])").await?;
    let answers = async |number: usize| alice.finds_true(&format!("window.held.length === {number}")).await;
    alice.fills("chat-search", "late wo").await?;
    answers(1).await?;
    alice.fills("chat-search", "early").await?;
    answers(2).await?;
    // What stood there stays meanwhile.
    sees_just(&alice, "found-text", &["a late worm"]).await?;
    alice.evaluates::<()>("void window.held.splice(0).reverse().forEach(hear => hear())").await?;
    sees_just(&alice, "found-text", &["an early bird"]).await?;
    alice.settles().await?;
    sees_just(&alice, "found-text", &["an early bird"]).await?;
    alice.closes().await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_taken_back_or_changed_is_not_found_any_more() -> Result<()> {
    let world = World::new().await?;
    let (alice, mut people) = alice_hears_from(&world, &[("Carol", CAROL), ("Bob", BOB)]).await?;
    let [(carol, in_carols), (bob, in_bobs)] = people.as_mut_slice() else { bail!("two people") };
    let texts = ["lantern one", "lantern two", "lantern three"];
    for text in &texts[..2] {
        carol.sends(*in_carols, text).await?;
        alice.sees_text("chat-preview", text).await?;
    }
    bob.sends(*in_bobs, texts[2]).await?;
    alice.opens_chat("Bob").await?;
    alice.sees(&message(texts[2])).await?;
    alice.fills("chat-search", WORD).await?;
    sees_just(&alice, "found-text", &[texts[2], texts[1], texts[0]]).await?;
    alice.at("found-row").first().focus().await?;
    // In the chat that is open: where the row goes that has the focus, the next one has it.
    deletes(bob, *in_bobs, texts[2], true).await?;
    sees_just(&alice, "found-text", &[texts[1], texts[0]]).await?;
    alice.finds_true(&format!("document.activeElement.textContent.includes({})", quoted(texts[1]))).await?;
    // In another one. A row that stays keeps the focus.
    edits(carol, *in_carols, texts[0], "a candle").await?;
    sees_just(&alice, "found-text", &[texts[1]]).await?;
    alice.finds_true(&focus_is("found-row")).await?;
    edits(carol, *in_carols, texts[1], "a lantern again").await?;
    sees_just(&alice, "found-text", &["a lantern again"]).await?;
    alice.finds_true(&focus_is("found-row")).await?;
    deletes(carol, *in_carols, "a lantern again", true).await?;
    alice.hides("found-row").await?;
    alice.finds_true(&focus_is("chat-search")).await?;
    alice.closes().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chat_is_searched_beside_it_by_words_and_days() -> Result<()> {
    let world = World::new().await?;
    let (alice, mut people) = alice_hears_from(&world, &[("Carol", CAROL), ("Bob", BOB)]).await?;
    let texts = ["the lantern is lit", "bring another lantern"];
    for ((person, chat), text) in people.iter_mut().zip(texts) {
        person.sends(*chat, text).await?;
        alice.sees_text("chat-preview", text).await?;
    }
    alice.opens_chat("Bob").await?;
    alice.at("composer-input").focus().await?;
    alice.presses("Control+Shift+KeyF").await?;
    alice.finds_true(&focus_is("search-in-chat")).await?;
    alice.types("search-in-chat", WORD).await?;
    sees_just(&alice, "found-text", &[texts[1]]).await?;
    sees_just(&alice, "found-title", &["Bob"]).await?;
    alice.is_accessible("a search beside the chat").await?;
    let day = "(days => new Date(Date.now() + days * 864e5 - new Date().getTimezoneOffset() * 6e4).toISOString().slice(0, 10))";
    let today: String = alice.evaluates(&format!("{day}(0)")).await?;
    let tomorrow: String = alice.evaluates(&format!("{day}(1)")).await?;
    alice.fills("search-from", &tomorrow).await?;
    alice.shows("nothing-found").await?;
    alice.is_accessible("a search beside the chat that finds nothing").await?;
    alice.fills("search-from", &today).await?;
    sees_just(&alice, "found-text", &[texts[1]]).await?;
    alice.fills("search-to", &today).await?;
    alice.fills("search-in-chat", "").await?;
    // All of the day.
    sees_just(&alice, "found-text", &[texts[1], &format!("hello from {BOB}")]).await?;
    alice.at("search-in-chat").focus().await?;
    alice.presses("ArrowDown").await?;
    alice.presses("ArrowDown").await?;
    alice.presses("Enter").await?;
    alice.finds_true(&went_to(&format!("hello from {BOB}"))).await?;
    alice.shows("chat-search-results").await?;
    alice.presses("Escape").await?;
    alice.hides("chat-search-results").await?;
    sees_just(&alice, "chat-head-title", &["Bob"]).await?;

    // Whoever was elsewhere is there again.
    for (opens, back) in [("chat-search-open", "chat-search-open"), ("chat-menu", "chat-menu")] {
        alice.clicks(opens).await?;
        if opens == "chat-menu" {
            alice.clicks("menu-search").await?;
        }
        alice.finds_true(&focus_is("search-in-chat")).await?;
        alice.presses("Escape").await?;
        alice.finds_true(&focus_is(back)).await?;
    }
    alice.is_resized(NARROW).await?;
    alice.clicks("chat-menu").await?;
    alice.clicks("menu-search").await?;
    alice.fills("search-in-chat", WORD).await?;
    sees_just(&alice, "found-text", &[texts[1]]).await?;
    alice.is_accessible("a search in front of the chat").await?;
    alice.is_resized(NARROWEST).await?;
    alice.fits_the_window("a search in front of the chat").await?;
    alice.clicks("found-row").await?;
    alice.finds_true(&went_to(texts[1])).await?;
    alice.closes().await
}

async fn selects(browser: &Browser, field: &str, option: &str) -> Result<()> {
    browser.at(field).select_option(SelectOption::Label(option.to_owned()), None).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_are_looked_for_by_who_wrote_them_and_what_they_carry() -> Result<()> {
    let world = World::new().await?;
    let (alice, mut people) = alice_hears_from(&world, &[("Carol", CAROL), ("Bob", BOB)]).await?;
    let texts = ["the lantern is lit", "a lantern: https://example.org/lantern"];
    for ((person, chat), text) in people.iter_mut().zip(texts) {
        person.sends(*chat, text).await?;
        alice.sees_text("chat-preview", text).await?;
    }
    alice.opens_chat("Bob").await?;
    alice.writes("my own lantern").await?;

    alice.clicks("search-filters").await?;
    alice.sees("[data-testid=search-filters][aria-expanded=true]").await?;
    sees_just(&alice, "chat-title", &["Bob", "Carol"]).await?;
    selects(&alice, "search-sender", "Carol").await?;
    sees_just(&alice, "found-text", &[texts[0], &format!("hello from {CAROL}")]).await?;
    // Messages alone are looked for so.
    alice.hides("chat-row").await?;
    alice.is_accessible("messages by their sender").await?;
    selects(&alice, "search-kind", "Links").await?;
    alice.shows("nothing-found").await?;
    selects(&alice, "search-sender", "Anybody").await?;
    sees_just(&alice, "found-text", &[texts[1]]).await?;
    selects(&alice, "search-kind", "Everything").await?;
    selects(&alice, "search-sender", "You").await?;
    alice.types("chat-search", WORD).await?;
    sees_just(&alice, "found-text", &["You: my own lantern"]).await?;
    alice.is_resized(NARROWEST).await?;
    alice.clicks("chat-back").await?;
    alice.shows("search-sender").await?;
    alice.fits_the_window("filters of the search").await?;
    alice.is_resized(WIDE).await?;
    // What is not seen filters nothing.
    alice.clicks("search-filters").await?;
    sees_just(&alice, "found-text", &["You: my own lantern", texts[1], texts[0]]).await?;
    alice.fills("chat-search", "").await?;
    sees_just(&alice, "chat-title", &["Bob", "Carol"]).await?;

    alice.opens_chat("Bob").await?;
    alice.clicks("chat-search-open").await?;
    alice.types("search-in-chat", WORD).await?;
    sees_just(&alice, "found-text", &["my own lantern", texts[1]]).await?;
    selects(&alice, "search-sender", "Bob").await?;
    sees_just(&alice, "found-text", &[texts[1]]).await?;
    selects(&alice, "search-sender", "You").await?;
    sees_just(&alice, "found-text", &["my own lantern"]).await?;
    alice.closes().await
}

#[tokio::test(flavor = "multi_thread")]
async fn starred_messages_are_listed_for_all_chats_and_for_one() -> Result<()> {
    let world = World::new().await?;
    let (alice, _people) = alice_hears_from(&world, &[("Carol", CAROL), ("Bob", BOB)]).await?;
    let texts = [BOB, CAROL].map(|number| format!("hello from {number}"));
    alice.clicks("open-starred").await?;
    alice.sees_text("no-stars", "press S").await?;
    alice.is_accessible("no starred messages").await?;
    alice.presses("Escape").await?;
    for (name, text) in ["Bob", "Carol"].iter().zip(&texts) {
        alice.opens_chat(name).await?;
        alice.presses_on_message(text, "s").await?;
        alice.sees(&format!("{}.starred", message(text))).await?;
    }
    alice.clicks("open-starred").await?;
    sees_just(&alice, "found-title", &["Bob", "Carol"]).await?;
    sees_just(&alice, "found-text", &[&texts[0], &texts[1]]).await?;
    alice.is_accessible("starred messages").await?;
    alice.at("found-row").first().focus().await?;
    alice.presses("Enter").await?;
    alice.finds_true(&went_to(&texts[0])).await?;

    alice.clicks("chat-info-open").await?;
    alice.clicks("info-starred").await?;
    let beside = "[...document.querySelectorAll('.info-pane [data-testid=found-text]')].map(row => row.textContent)";
    alice.finds_true(&format!("JSON.stringify({beside}) === {}", quoted(&format!("[{}]", quoted(&texts[0]))))).await?;
    alice.is_accessible("the starred messages of a chat").await?;
    // What is done to the message is seen in both lists.
    alice.presses_on_message(&texts[0], "s").await?;
    alice.sees(".info-pane [data-testid=no-stars]").await?;
    sees_just(&alice, "found-title", &["Carol"]).await?;
    alice.presses("Escape").await?;
    alice.shows("info").await?;
    alice.presses("Escape").await?;
    alice.hides("info").await?;

    alice.at("found-row").focus().await?;
    alice.presses("Tab").await?;
    alice.finds_true(&focus_is("found-unstar")).await?;
    alice.presses("Enter").await?;
    alice.shows("no-stars").await?;
    alice.clicks("section-back").await?;
    alice.opens_chat("Carol").await?;
    alice.sees(&format!("{}:not(.starred)", message(&texts[1]))).await?;
    alice.closes().await
}

#[tokio::test(flavor = "multi_thread")]
async fn several_messages_are_selected_by_keys_and_clicks_and_copied() -> Result<()> {
    let texts = ["one", "two", "three", "four", "five"];
    let (_world, alice, _bob, _chat) = alice_reads(&texts).await?;
    alice.fills("composer-input", "half a thought").await?;
    alice.chooses_for_message("two", "menu-select").await?;
    alice.finds_true(&chosen(1)).await?;
    alice.sees_text("chosen-count", "1 selected").await?;
    alice.sees_no("[data-testid=composer-input]").await?;
    alice.is_accessible("messages that are being selected").await?;
    // The first keeps the focus; arrows move, the space bar lets go and chooses, with Shift all between.
    alice.presses("Space").await?;
    alice.finds_true(&chosen(0)).await?;
    alice.finds_true("document.querySelector('[data-testid=chosen-delete]').disabled").await?;
    alice.presses("Space").await?;
    for key in ["ArrowDown", "ArrowDown", "Shift+Space"] {
        alice.presses(key).await?;
    }
    alice.finds_true(&chosen(3)).await?;
    alice.finds_true("document.activeElement.ariaLabel.includes('Selected')").await?;
    alice.clicks("chosen-copy").await?;
    alice.sees_text("toast", "Copied").await?;
    alice.shows("composer-input").await?;
    let copied = alice.clipboard().await?;
    let lines: Vec<&str> = copied.lines().collect();
    ensure!(
        lines.len() == 3
            && lines
                .iter()
                .zip(["two", "three", "four"])
                .all(|(line, text)| { line.starts_with('[') && line.ends_with(&format!("] Bob: {text}")) }),
        "{copied}"
    );
    alice.finds_true("document.querySelector('[data-testid=composer-input]').value === 'half a thought'").await?;

    alice.chooses_for_message("one", "menu-select").await?;
    alice.clicks_at(&message("three")).await?;
    alice.finds_true(&chosen(2)).await?;
    let shift = ClickOptions::builder().modifiers(vec![KeyboardModifier::Shift]).build();
    alice.page().locator(message("five")).click(Some(shift)).await?;
    alice.finds_true(&chosen(4)).await?;
    alice.clicks_at(&message("three")).await?;
    alice.finds_true(&chosen(3)).await?;
    alice.is_resized(NARROWEST).await?;
    alice.fits_the_window("messages that are selected").await?;
    alice.is_resized(WIDE).await?;
    // Esc leaves one layer: the chat stays.
    alice.presses("Escape").await?;
    alice.hides("chosen-bar").await?;
    sees_just(&alice, "chat-head-title", &["Bob"]).await?;
    alice.finds_true("document.activeElement !== document.body").await?;
    alice.closes().await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_others_take_back_is_not_selected_any_more_and_what_they_change_is_copied_so() -> Result<()> {
    let (_world, alice, mut bob, chat) = alice_reads(&["a word", "a slip"]).await?;
    alice.chooses_for_message("a word", "menu-select").await?;
    alice.clicks_at(&message("a slip")).await?;
    alice.sees_text("chosen-count", "2 selected").await?;
    deletes(&mut bob, chat, "a slip", true).await?;
    alice.sees_text("chosen-count", "1 selected").await?;
    edits(&mut bob, chat, "a word", "a better word").await?;
    alice.sees(&message("a better word")).await?;
    alice.finds_true(&chosen(1)).await?;
    alice.clicks("chosen-copy").await?;
    alice.sees_text("toast", "Copied").await?;
    let copied = alice.clipboard().await?;
    ensure!(copied == "a better word", "{copied}");
    alice.closes().await
}

#[tokio::test(flavor = "multi_thread")]
async fn selected_messages_are_starred_and_deleted_together() -> Result<()> {
    let (_world, alice, mut bob, chat) = alice_reads(&["theirs"]).await?;
    for text in ["mine", "mine too"] {
        alice.writes(text).await?;
        alice.sees_status(text, "delivered").await?;
        bob.sees(chat, text).await?;
    }
    let selects = async |texts: [&'static str; 2]| {
        alice.chooses_for_message(texts[0], "menu-select").await?;
        alice.clicks_at(&message(texts[1])).await?;
        alice.finds_true(&chosen(2)).await
    };
    selects(["theirs", "mine"]).await?;
    alice.clicks("chosen-star").await?;
    alice.sees_text("toast", "2 messages starred").await?;
    alice.finds_true("document.querySelectorAll('[data-testid=message].starred').length === 2").await?;
    // What is not all one's own is not taken back from others.
    selects(["theirs", "mine"]).await?;
    alice.presses("Delete").await?;
    alice.sees_text("delete-dialog", "Delete 2 messages?").await?;
    ensure!(alice.at("delete-for-everyone").count().await? == 0, "one of them is Bob's");
    alice.is_accessible("the deletion of several messages").await?;
    alice.clicks("delete-no").await?;
    alice.finds_true(&chosen(2)).await?;
    alice.clicks("chosen-leave").await?;
    selects(["mine", "mine too"]).await?;
    alice.clicks("chosen-delete").await?;
    alice.clicks("delete-for-everyone").await?;
    alice.hides("chosen-bar").await?;
    bob.until("both to be gone", |screen| {
        let rows = screen.messages.get(&chat).into_iter().flat_map(|rows| rows.values());
        rows.filter(|row| row.body == MessageBody::Deleted).count() == 2
    })
    .await?;
    ensure!(bob.screen.texts(chat).contains(&"theirs".to_owned()), "what was not selected stays");
    alice.closes().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_sent_on_by_keys_and_says_so() -> Result<()> {
    let world = World::new().await?;
    let names = [("Carol", CAROL), ("Dave", DAVE), ("Erin", ERIN), ("Frank", FRANK), ("Grace", GRACE), ("Bob", BOB)];
    let (alice, mut people) = alice_hears_from(&world, &names).await?;
    let text = format!("hello from {BOB}");
    alice.opens_chat("Bob").await?;
    alice.presses_on_message(&text, "f").await?;
    alice.finds_true(&focus_is("forward-search")).await?;
    alice.is_accessible("to whom a message is sent on").await?;
    alice.types("forward-search", "car").await?;
    sees_just(&alice, "forward-row", &["CCarol"]).await?;
    for key in ["ArrowDown", "Space", "Enter"] {
        alice.presses(key).await?;
    }
    alice.sees_text("toast", "Forwarded to").await?;
    alice.hides("forward-dialog").await?;
    alice.finds_true("document.activeElement.matches('[data-testid=message]')").await?;
    let (carol, chat) = people.first_mut().context("Carol")?;
    ensure!(sees_row(carol, *chat, &text).await?.forwarded, "it says that it was sent on");
    alice.opens_chat("Carol").await?;
    let sent_on = format!("{}:has([data-testid=message-forwarded])", message(&text));
    alice.sees(&sent_on).await?;
    alice.presses_on_message(&text, "Shift+F10").await?;
    alice.shows("menu-forward").await?;
    ensure!(alice.at("menu-edit").count().await? == 0, "what somebody else said is not changed");
    alice.is_accessible("a message that was sent on").await?;
    alice.presses("Escape").await?;

    // Several to several, and to five at most.
    alice.chooses_for_message(&format!("hello from {CAROL}"), "menu-select").await?;
    alice.clicks_at(&message(&text)).await?;
    alice.clicks("chosen-forward").await?;
    alice.sees_text("forward-dialog", "Forward 2 messages").await?;
    for name in ["Bob", "Dave", "Erin", "Frank", "Grace"] {
        alice.clicks_text("forward-row", name).await?;
    }
    alice.sees_text("forward-to", "5 chats").await?;
    alice.finds_true("document.querySelectorAll('.forward-list input:disabled').length === 1").await?;
    alice.is_accessible("five chats to send to").await?;
    alice.is_resized(NARROWEST).await?;
    alice.fits_the_window("five chats to send to").await?;
    alice.clicks_text("forward-row", "Bob").await?;
    alice.clicks("forward-go").await?;
    alice.sees_text("toast", "Forwarded to 4 chats").await?;
    alice.hides("chosen-bar").await?;
    for (person, chat) in people.iter_mut().skip(1).take(4) {
        for text in [format!("hello from {CAROL}"), text.clone()] {
            ensure!(sees_row(person, *chat, &text).await?.forwarded, "{} has it as sent on", person.name);
        }
    }
    alice.closes().await
}
