//! `helio`, the terminal client, as it is shipped: processes that talk to a real server and end with what they say.

use anyhow::{Context, Result, ensure};
use e2e::{Terminal, World};
use serde_json::{Value, json};
use std::time::Duration;

const ALICE: &str = "+4915112345601";
const BOB: &str = "+4915112345602";
const CAROL: &str = "+4915112345603";
/// Runs a command to its good end.
async fn helio(world: &World, person: &str, arguments: &[&str]) -> Result<Vec<Value>> {
    Terminal::starts(world, person, arguments)?.succeeds().await
}

/// Runs a command that must be refused, with these words.
async fn refused(world: &World, person: &str, arguments: &[&str], words: &str) -> Result<()> {
    Terminal::starts(world, person, arguments)?.fails(words).await
}

async fn register(world: &World, person: &str, number: &str) -> Result<()> {
    let mut terminal = Terminal::starts(world, person, &["register", "--number", number, "--name", person])?;
    terminal.says("Type the code").await?;
    terminal.types(&world.code_for(number).await?).await?;
    let results = terminal.succeeds().await?;
    ensure!(results.first().is_some_and(|result| result["number"] == number), "{results:?}");
    Ok(())
}

/// Links a companion to a phone, to the end of the mirror; gives what the companion said at its end.
async fn link(world: &World, phone: &str, companion: &str) -> Result<Value> {
    let mut new = Terminal::starts(world, companion, &["link"])?;
    let code = new.gives_field("code").await?;
    // As it comes out of a mail: broken into lines.
    let pasted = format!("  {}\n{} ", &code[..40], &code[40..]);
    let mut scan = Terminal::starts(world, phone, &["scan", &pasted])?;
    let digits = scan.gives_field("digits").await?;
    new.says("Type the four digits").await?;
    new.types("12").await?;
    new.says("No: ").await?;
    new.types(&digits).await?;
    let mut linked = new.succeeds().await?;
    let handed = scan.succeeds().await?;
    ensure!(handed.last().is_some_and(|last| last["handed_over"] == true), "{handed:?}");
    linked.pop().context("link gave nothing at its end")
}

/// The texts in the results of `receive`, oldest first. A message whose key is still on its way is printed as waiting, and again as what it
/// says.
fn texts(results: &[Value]) -> Vec<&str> {
    results.iter().filter(|row| row["kind"] != "waiting").filter_map(|row| row["text"].as_str()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_goes_from_terminal_to_terminal() -> Result<()> {
    let world = World::new().await?;
    register(&world, "alice", ALICE).await?;
    register(&world, "bob", BOB).await?;
    let given = world.folder().join("plans.pdf");
    std::fs::write(&given, vec![7; 300_000])?;
    let path = given.to_str().context("a path")?;
    let sent = helio(&world, "alice", &["send-file", BOB, path, "--caption", "the plans"]).await?;
    ensure!(sent.len() == 1 && sent[0]["status"] == "sent" && sent[0]["kind"] == "document", "{sent:?}");
    let received = helio(&world, "bob", &["receive"]).await?;
    let row = received.iter().find(|row| row["text"] == "the plans").context("the message")?;
    ensure!(row["file"]["name"] == "plans.pdf" && row["file"]["mime"] == "application/pdf", "{row}");
    ensure!(row["file"]["size"] == 300_000 && row["file"]["place"] == "there", "{row}");
    let to = world.folder().join("saved.pdf");
    let to = to.to_str().context("a path")?;
    helio(&world, "bob", &["save", ALICE, "last", to]).await?;
    ensure!(std::fs::read(to)? == vec![7; 300_000], "byte for byte");
    refused(&world, "bob", &["save", ALICE, "last", to], "cannot be read or written").await?;
    let chats = helio(&world, "bob", &["chats"]).await?;
    ensure!(chats.iter().any(|chat| chat["last"] == "[document] the plans"), "{chats:?}");
    refused(&world, "bob", &["send-file", ALICE, "nowhere.pdf"], "cannot be read").await
}

#[tokio::test(flavor = "multi_thread")]
async fn two_terminals_talk_in_lines_of_json() -> Result<()> {
    let world = World::new().await?;
    register(&world, "alice", ALICE).await?;
    register(&world, "bob", BOB).await?;
    let sent =
        helio(&world, "alice", &["send", "--to", "+49 (1511) 234-5602", "hello", "Bob, 👋 «здравствуй»"]).await?;
    ensure!(sent.len() == 1 && sent[0]["status"] == "sent" && sent[0]["own"] == true, "{sent:?}");

    let mut listening = Terminal::starts(&world, "bob", &["receive", "--follow"])?;
    let first = listening.gives().await?;
    assert_eq!(first["text"], "hello Bob, 👋 «здравствуй»");
    assert_eq!((&first["id"], &first["chat"]), (&sent[0]["id"], &sent[0]["chat"]));
    assert_eq!(first["own"], false);
    helio(&world, "alice", &["send", "--to", BOB, "line one\nline two"]).await?;
    assert_eq!(listening.gives().await?["text"], "line one\nline two");
    // A second program on one database would tear it apart.
    refused(&world, "bob", &["chats"], "another program has the account").await?;
    listening.kills().await?;

    helio(&world, "bob", &["send", "--to", ALICE, "back"]).await?;
    let seen = helio(&world, "alice", &["receive"]).await?;
    assert_eq!(texts(&seen), ["hello Bob, 👋 «здравствуй»", "line one\nline two", "back"]);
    let chats = helio(&world, "alice", &["chats"]).await?;
    ensure!(chats.len() == 1 && chats[0]["unread"] == 1 && chats[0]["last"] == "back", "{chats:?}");
    helio(&world, "alice", &["read", BOB]).await?;
    let chats = helio(&world, "alice", &["chats"]).await?;
    ensure!(chats[0]["unread"] == 0, "{chats:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn both_begin_the_same_chat_before_they_hear_of_each_other() -> Result<()> {
    let world = World::new().await?;
    register(&world, "alice", ALICE).await?;
    register(&world, "bob", BOB).await?;
    let (alice, bob) = tokio::join!(
        helio(&world, "alice", &["send", "--to", BOB, "from Alice"]),
        helio(&world, "bob", &["send", "--to", ALICE, "from Bob"]),
    );
    alice?;
    bob?;
    for person in ["alice", "bob"] {
        let seen = helio(&world, person, &["receive"]).await?;
        let mut texts = texts(&seen);
        texts.sort_unstable();
        assert_eq!(texts, ["from Alice", "from Bob"], "{person}");
        assert_eq!(helio(&world, person, &["chats"]).await?.len(), 1, "{person}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_linked_terminal_talks_alone_and_is_told_when_it_is_logged_out() -> Result<()> {
    let world = World::new().await?;
    register(&world, "alice", ALICE).await?;
    register(&world, "bob", BOB).await?;
    for number in 0..5 {
        helio(&world, "alice", &["send", "--to", BOB, &format!("before {number}")]).await?;
    }
    helio(&world, "bob", &["send", "--to", ALICE, "answer"]).await?;

    let linked = link(&world, "alice", "laptop").await?;
    ensure!(linked["mirrored"] == true && linked["number"] == ALICE, "{linked}");
    // Both processes have ended: from here on, the phone is off.
    let mirrored = helio(&world, "laptop", &["receive"]).await?;
    assert_eq!(texts(&mirrored), ["before 0", "before 1", "before 2", "before 3", "before 4", "answer"]);
    let contacts = helio(&world, "laptop", &["contacts"]).await?;
    ensure!(contacts.len() == 1 && contacts[0]["number"] == BOB, "{contacts:?}");

    let mut listening = Terminal::starts(&world, "laptop", &["receive", "--follow", "--new"])?;
    // What is there before it listens is not new.
    listening.says("What comes from now on").await?;
    helio(&world, "bob", &["send", "--to", ALICE, "are you there?"]).await?;
    assert_eq!(listening.gives_field("text").await?, "are you there?");
    listening.kills().await?;
    helio(&world, "laptop", &["send", "--to", BOB, "from the laptop"]).await?;
    helio(&world, "laptop", &["read", BOB]).await?;
    let heard = helio(&world, "bob", &["receive"]).await?;
    assert_eq!(texts(&heard).last(), Some(&"from the laptop"));
    refused(&world, "laptop", &["link"], "linked already").await?;

    // The phone comes back: it is in step, and logs the laptop out.
    let chats = helio(&world, "alice", &["chats"]).await?;
    ensure!(chats[0]["unread"] == 0 && chats[0]["last"] == "from the laptop", "{chats:?}");
    let devices = helio(&world, "alice", &["devices"]).await?;
    ensure!(devices.len() == 2 && devices[1]["kind"] == "companion", "{devices:?}");
    let listening = Terminal::starts(&world, "laptop", &["receive", "--follow"])?;
    helio(&world, "alice", &["unlink", &devices[1]["device"].to_string()]).await?;
    listening.fails("this device was logged out by the account's phone; its data is deleted").await?;
    refused(&world, "laptop", &["chats"], "this device is not linked; go on with `helio link`").await?;
    refused(&world, "alice", &["unlink", "2"], "this is no longer there").await?;

    // The same folder can be linked anew, and can log itself out.
    link(&world, "alice", "laptop").await?;
    helio(&world, "laptop", &["logout"]).await?;
    refused(&world, "laptop", &["chats"], "this device is not linked").await
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_numbers_and_codes_are_refused_in_words() -> Result<()> {
    let world = World::new().await?;
    refused(&world, "alice", &["chats"], "begin with `helio register` or `helio link`").await?;
    for number in ["", "12", "not a number", "+49", "+999999999999999999999", "📞"] {
        let arguments = ["register", "--number", number];
        refused(&world, "alice", &arguments, "this is not a telephone number").await?;
    }
    let mut typing = Terminal::starts(&world, "alice", &["register", "--number", ALICE, "--name", "Alice"])?;
    typing.says("Type the code").await?;
    let code = world.code_for(ALICE).await?;
    let wrong = if code == "000000" { "000001" } else { "000000" };
    typing.types(wrong).await?;
    typing.says("the code is wrong").await?;
    typing.types(&code).await?;
    typing.succeeds().await?;

    refused(&world, "alice", &["send", "--to", BOB, "hello"], "nobody on this server has this number").await?;
    refused(&world, "alice", &["send", "--to", "nobody", "hello"], "this is not a telephone number").await?;
    refused(&world, "alice", &["send", "--to", "me", "  "], "there is nothing to send").await?;
    let long = "x".repeat(65_537);
    refused(&world, "alice", &["send", "--to", "me", &long], "at most 65536 bytes").await?;
    let chat = "0".repeat(32);
    refused(&world, "alice", &["read", &chat], "this is no longer there").await?;
    refused(&world, "alice", &["unlink", "the laptop"], "a device is a number").await?;
    refused(&world, "alice", &["logout"], "this is not possible now").await?;
    let name = "n".repeat(10_000);
    let mut typing = Terminal::starts(&world, "bob", &["register", "--number", BOB, "--name", &name])?;
    typing.says("Type the code").await?;
    typing.types(&world.code_for(BOB).await?).await?;
    typing.fails("a name has 1 to 64 characters").await
}

#[tokio::test(flavor = "multi_thread")]
async fn codes_of_other_things_and_other_servers_are_refused_in_words() -> Result<()> {
    let world = World::new().await?;
    register(&world, "alice", ALICE).await?;
    for (text, words) in [
        ("", "this is not a Heliograph code"),
        ("https://example.org/", "this is not a Heliograph code"),
        ("WIFI:T:WPA;S:home;P:secret;;", "this is not a Heliograph code"),
        ("HG1:", "this code is incomplete"),
        ("HG1:P25IMDRPXP5D6AC2D5ZN", "this code is incomplete"),
        ("HG7:P25IMDRPXP5D6AC2D5ZN", "another version of Heliograph"),
    ] {
        refused(&world, "alice", &["scan", text], words).await?;
    }
    let elsewhere = World::new().await?;
    let mut other = Terminal::starts(&elsewhere, "stranger", &["link"])?;
    let code = other.gives_field("code").await?;
    refused(&world, "alice", &["scan", &code], "this code belongs to another server").await?;
    other.kills().await?;

    let mut gone = Terminal::starts(&world, "laptop", &["link"])?;
    let code = gone.gives_field("code").await?;
    let cut = &code[..code.len() - 3];
    refused(&world, "alice", &["scan", cut], "this code is incomplete").await?;
    // A companion is not the phone.
    refused(&world, "laptop", &["chats"], "another program has the account").await?;
    gone.kills().await?;
    refused(&world, "laptop", &["chats"], "this device is not linked").await?;
    refused(&world, "laptop", &["register", "--number", BOB], "an account of the other kind").await?;
    // Another server at the known address is noticed before anything is sent to it.
    let moved = Terminal::starts_at(elsewhere.url()?.as_str(), world.client_folder("alice"), &["chats"])?;
    moved.fails("the server is not to be trusted").await
}

#[tokio::test(flavor = "multi_thread")]
async fn three_wrong_digits_end_the_linking_on_both_sides() -> Result<()> {
    let world = World::new().await?;
    register(&world, "alice", ALICE).await?;
    let mut new = Terminal::starts(&world, "laptop", &["link"])?;
    let code = new.gives_field("code").await?;
    let mut scan = Terminal::starts(&world, "alice", &["scan", &code])?;
    let digits = scan.gives_field("digits").await?;
    let wrong = if digits == "0000" { "0001" } else { "0000" };
    for tries_left in ["3 tries left", "2 tries left", "1 tries left"] {
        new.says(tries_left).await?;
        new.types(wrong).await?;
    }
    new.fails("three wrong tries").await?;
    scan.fails("three wrong tries").await?;
    let devices = helio(&world, "alice", &["devices"]).await?;
    assert_eq!(devices.len(), 1);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_server_it_says_so_and_keeps_what_is_written() -> Result<()> {
    let mut world = World::new().await?;
    register(&world, "alice", ALICE).await?;
    register(&world, "bob", BOB).await?;
    helio(&world, "alice", &["send", "--to", BOB, "first"]).await?;
    let address = world.url()?;
    world.stop_server().await?;
    let alone = |arguments: &[&str]| Terminal::starts_at(address.as_str(), world.client_folder("alice"), arguments);
    let ended = alone(&["--timeout", "2", "chats"])?.ends().await?;
    ensure!(ended.code == Some(3) && ended.said.contains("is the server running"), "{ended:?}");
    let chat = {
        let told = alone(&["send", "--no-wait", "--to", "me", "to myself, offline"])?.succeeds().await?;
        ensure!(told[0]["status"] == "pending", "{told:?}");
        told[0]["chat"].as_str().context("a chat")?.to_owned()
    };
    world.start_server().await?;
    let mut listening = Terminal::starts(&world, "alice", &["receive", "--follow", "--chat", &chat])?;
    loop {
        let row = listening.gives().await?;
        assert_eq!(row["text"], "to myself, offline");
        if row["status"] != "pending" {
            return Ok(());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn terminals_answer_react_change_and_delete() -> Result<()> {
    let world = World::new().await?;
    register(&world, "alice", ALICE).await?;
    register(&world, "bob", BOB).await?;
    let sent = helio(&world, "alice", &["send", "--to", BOB, "will you come?"]).await?;
    let question = sent[0]["id"].as_str().context("an id")?.to_owned();
    helio(&world, "bob", &["receive"]).await?;
    let answer = helio(&world, "bob", &["send", "--to", ALICE, "--answers", &question, "yes"]).await?;
    ensure!(answer[0]["answers"] == question.as_str(), "{answer:?}");
    helio(&world, "bob", &["react", ALICE, &question, "👍"]).await?;
    helio(&world, "alice", &["edit", BOB, &question, "will you come", "today?"]).await?;
    let slip = helio(&world, "alice", &["send", "--to", BOB, "a slip"]).await?;
    let slip = slip[0]["id"].as_str().context("an id")?.to_owned();
    helio(&world, "alice", &["delete", "--for-everyone", BOB, &slip]).await?;

    let heard = helio(&world, "bob", &["receive"]).await?;
    let last = |id: &str| heard.iter().rfind(|row| row["id"] == id).context("it is printed");
    ensure!(last(&question)?["text"] == "will you come today?" && last(&question)?["edited"] == true, "{heard:?}");
    ensure!(last(&question)?["reactions"][0]["emoji"] == "👍", "{heard:?}");
    ensure!(last(&slip)?["kind"] == "deleted" && last(&slip)?["text"] == "", "{heard:?}");

    refused(&world, "bob", &["edit", ALICE, &question, "forged"], "this message is too old for that").await?;
    refused(&world, "bob", &["react", ALICE, &question, "hello"], "a reaction is one emoji").await
}

#[tokio::test(flavor = "multi_thread")]
async fn terminals_find_star_and_send_on() -> Result<()> {
    let world = World::new().await?;
    register(&world, "alice", ALICE).await?;
    register(&world, "bob", BOB).await?;
    let sent = helio(&world, "alice", &["send", "--to", BOB, "Treffpunkt: das CAFÉ am Leuchtturm"]).await?;
    let meeting = sent[0]["id"].as_str().context("an id")?.to_owned();
    helio(&world, "alice", &["send", "--to", BOB, "see you -- \"there\""]).await?;
    helio(&world, "bob", &["receive"]).await?;

    let found = helio(&world, "bob", &["search", "cafe", "leucht"]).await?;
    ensure!(found.len() == 1 && found[0]["id"] == meeting.as_str() && found[0]["own"] == false, "{found:?}");
    ensure!(found[0]["marked"] == "Treffpunkt: das [CAFÉ] am [Leuchtturm]", "{found:?}");
    ensure!(helio(&world, "bob", &["search", "leucht", "cafe"]).await?.is_empty(), "a word before the last is whole");
    ensure!(helio(&world, "bob", &["search", "--", "-- \"there"]).await?.len() == 1, "what is typed is no syntax");
    ensure!(helio(&world, "bob", &["search", "--chat", "me", "cafe"]).await?.is_empty(), "in that chat only");

    helio(&world, "bob", &["star", ALICE, &meeting]).await?;
    let starred = helio(&world, "bob", &["search", "--starred"]).await?;
    ensure!(starred.len() == 1 && starred[0]["id"] == meeting.as_str() && starred[0]["starred"] == true, "{starred:?}");
    helio(&world, "bob", &["unstar", ALICE, &meeting]).await?;
    ensure!(helio(&world, "bob", &["search", "--starred"]).await?.is_empty(), "its star was taken");

    helio(&world, "bob", &["forward", ALICE, &meeting, "--to", "me", ALICE]).await?;
    let found = helio(&world, "bob", &["search", "--limit", "2", "cafe"]).await?;
    ensure!(found.len() == 2 && found.iter().all(|row| row["own"] == true), "the newest: {found:?}");
    ensure!(helio(&world, "bob", &["search", "cafe"]).await?.len() == 3, "with the one that was sent on");
    let heard = helio(&world, "alice", &["receive"]).await?;
    let again = heard.iter().rfind(|row| row["own"] == false).context("it came back")?;
    ensure!(again["forwarded"] == true && again["text"] == "Treffpunkt: das CAFÉ am Leuchtturm", "{again:?}");
    ensure!(heard.iter().filter(|row| row["forwarded"] == true).count() == 1, "{heard:?}");

    refused(&world, "bob", &["search", "   "], "a search has 1 to 256 characters").await?;
    refused(&world, "bob", &["forward", ALICE, &"0".repeat(32), "--to", "me"], "this is no longer there").await
}

#[tokio::test(flavor = "multi_thread")]
async fn terminals_ask_and_vote() -> Result<()> {
    let world = World::new().await?;
    register(&world, "alice", ALICE).await?;
    register(&world, "bob", BOB).await?;
    helio(&world, "alice", &["poll", BOB, "When?", "at six", "at seven"]).await?;
    let heard = helio(&world, "bob", &["receive"]).await?;
    let asked = heard.iter().find(|row| row["kind"] == "poll").context("the poll")?;
    let id = asked["id"].as_str().context("an id")?.to_owned();
    ensure!(asked["text"] == "When?" && asked["answers_to_choose"][1]["text"] == "at seven", "{asked:?}");
    helio(&world, "bob", &["vote", ALICE, &id, "2"]).await?;
    let heard = helio(&world, "alice", &["receive"]).await?;
    let told = heard.iter().rfind(|row| row["id"] == id.as_str()).context("it has changed")?;
    let voters = |at: usize| told["answers_to_choose"][at]["voters"].as_array().map(Vec::len);
    ensure!(voters(0) == Some(0) && voters(1) == Some(1), "{told:?}");
    refused(&world, "bob", &["vote", ALICE, &id, "0"], "answers are numbered from 1").await?;
    refused(&world, "bob", &["vote", ALICE, &id, "1", "2"], "a poll needs").await?;
    refused(&world, "alice", &["poll", BOB, "Alike?", "a", "a"], "a poll needs").await
}

#[tokio::test(flavor = "multi_thread")]
async fn terminals_give_people_and_places() -> Result<()> {
    let world = World::new().await?;
    register(&world, "alice", ALICE).await?;
    register(&world, "bob", BOB).await?;
    helio(&world, "alice", &["give-contacts", BOB, "Zoë=+4915112345699"]).await?;
    helio(&world, "alice", &["give-location", BOB, "-33.8568, 151.2153", "The opera"]).await?;
    let heard = helio(&world, "bob", &["receive"]).await?;
    let texts: Vec<_> =
        heard.iter().filter(|row| row["own"] == false).map(|row| (&row["kind"], &row["text"])).collect();
    ensure!(
        texts
            == [
                (&json!("contacts"), &json!("Zoë +4915112345699")),
                (&json!("place"), &json!("-33.85680, 151.21530 The opera"))
            ],
        "{heard:?}"
    );
    refused(&world, "alice", &["give-contacts", BOB, "Zoë=0151"], "each with a name and a number").await?;
    refused(&world, "alice", &["give-location", BOB, "91, 0"], "write degrees north and east").await
}

#[tokio::test(flavor = "multi_thread")]
async fn terminals_say_how_long_messages_stay() -> Result<()> {
    let world = World::new().await?;
    register(&world, "alice", ALICE).await?;
    register(&world, "bob", BOB).await?;
    let day_ms = 24 * 3_600_000_u64;
    helio(&world, "alice", &["disappear", BOB, "7d"]).await?;
    helio(&world, "alice", &["send", "--to", BOB, "for a week"]).await?;
    let stays = async |name: &str, text: &str| -> Result<u64> {
        let told = helio(&world, name, &["receive"]).await?;
        let row = told.iter().find(|row| row["text"] == text).with_context(|| format!("no “{text}” in {told:?}"))?;
        row["lifetime_ms"].as_u64().context("a number")
    };
    ensure!(stays("bob", "for a week").await? == 7 * day_ms, "as she said");
    // Either may, and the other's next words have it.
    helio(&world, "bob", &["disappear", ALICE, "24h"]).await?;
    helio(&world, "alice", &["send", "--to", BOB, "for a day"]).await?;
    ensure!(stays("bob", "for a day").await? == day_ms, "his word counts");
    helio(&world, "alice", &["disappear", BOB, "off"]).await?;
    helio(&world, "alice", &["send", "--to", BOB, "for good again"]).await?;
    ensure!(stays("bob", "for good again").await? == 0, "she has turned it off");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chat_is_written_into_a_file_from_a_terminal() -> Result<()> {
    let world = World::new().await?;
    register(&world, "alice", ALICE).await?;
    register(&world, "bob", BOB).await?;
    let sent = helio(&world, "alice", &["send", "--to", BOB, "first words"]).await?;
    let (changed, chat) = (sent[0]["id"].as_str().context("an id")?, sent[0]["chat"].as_str().context("a chat")?);
    let sent = helio(&world, "alice", &["send", "--to", BOB, "two lines\n[now] bob: yes"]).await?;
    let deleted = sent[0]["id"].as_str().context("an id")?;
    helio(&world, "alice", &["edit", BOB, changed, "better words"]).await?;
    helio(&world, "alice", &["send", "--to", BOB, "three lines\n[now] bob: no\n*"]).await?;
    helio(&world, "alice", &["delete", "--for-everyone", BOB, deleted]).await?;
    helio(&world, "bob", &["send", "--to", ALICE, "an answer"]).await?;
    helio(&world, "alice", &["disappear", BOB, "24h"]).await?;
    helio(&world, "alice", &["send", "--to", BOB, "gone tomorrow"]).await?;
    helio(&world, "alice", &["receive"]).await?;

    let file = world.folder().join("bob.txt");
    let path = file.to_str().context("a path")?;
    let told = helio(&world, "alice", &["export", chat, path]).await?;
    ensure!(told.len() == 1 && told[0]["messages"] == 4 && told[0]["left_out"] == 1, "{told:?}");
    let written = std::fs::read_to_string(&file)?;
    let said = |line: &str| line.split_once("] ").map(|(_, said)| said.to_owned()).filter(|_| line.starts_with("[20"));
    let mut lines: Vec<String> = written.lines().map(|line| said(line).unwrap_or_else(|| line.to_owned())).collect();
    // By then he is called by his profile, or by his number still.
    let name = lines.get(6).and_then(|line| line.strip_suffix(": an answer").map(str::to_owned));
    ensure!(name.as_deref().is_some_and(|name| name == "bob" || name.starts_with("+49")), "{written}");
    lines.remove(6);
    let expected = [
        "* Messages and calls are end-to-end encrypted",
        "You: better words",
        "You: <deleted>",
        "You: three lines",
        "    [now] bob: no",
        "    *",
        "* New messages disappear after 24 hours, says you",
        "* Left out, as they disappear: 1",
    ];
    ensure!(lines == expected, "{written}");
    // What is there is not written over, and no chat makes no file.
    refused(&world, "alice", &["export", chat, path], "cannot be made").await?;
    let nowhere = world.folder().join("nowhere.txt");
    let path = nowhere.to_str().context("a path")?;
    refused(&world, "alice", &["export", &"0".repeat(32), path], "no longer there").await?;
    ensure!(!nowhere.exists() && std::fs::read_to_string(&file)? == written, "as it was");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn terminals_clear_delete_and_block() -> Result<()> {
    let world = World::new().await?;
    register(&world, "alice", ALICE).await?;
    register(&world, "bob", BOB).await?;
    let sent = helio(&world, "alice", &["send", "--to", BOB, "keep this"]).await?;
    let kept = sent[0]["id"].as_str().context("an id")?.to_owned();
    helio(&world, "alice", &["send", "--to", BOB, "not this"]).await?;
    helio(&world, "bob", &["receive"]).await?;
    helio(&world, "bob", &["star", ALICE, &kept]).await?;
    helio(&world, "bob", &["clear", "--keep-starred", ALICE]).await?;
    ensure!(helio(&world, "bob", &["search", "this"]).await?.len() == 1, "what has a star stays");
    helio(&world, "bob", &["delete-chat", ALICE]).await?;
    ensure!(helio(&world, "bob", &["chats"]).await?.is_empty(), "out of the list");
    ensure!(helio(&world, "bob", &["search", "this"]).await?.is_empty(), "starred ones too");

    helio(&world, "bob", &["block", ALICE]).await?;
    ensure!(helio(&world, "bob", &["blocked"]).await?.len() == 1, "she is in the list");
    helio(&world, "alice", &["send", "--to", BOB, "let me in"]).await?;
    refused(&world, "bob", &["send", "--to", ALICE, "no"], "you have blocked this person; unblock them first").await?;
    ensure!(helio(&world, "bob", &["receive"]).await?.is_empty(), "nothing is heard of her");
    helio(&world, "bob", &["unblock", ALICE]).await?;
    ensure!(helio(&world, "bob", &["blocked"]).await?.is_empty(), "nobody is");
    helio(&world, "alice", &["send", "--to", BOB, "thank you"]).await?;
    ensure!(texts(&helio(&world, "bob", &["receive"]).await?) == ["thank you"], "and not what came before");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_comes_into_a_group_by_a_link_from_terminals() -> Result<()> {
    let world = World::new().await?;
    register(&world, "alice", ALICE).await?;
    register(&world, "bob", BOB).await?;
    register(&world, "carol", CAROL).await?;
    let made = helio(&world, "alice", &["group", "create", "Climbers", BOB]).await?;
    let chat = made[0]["chat"].as_str().context("a group")?;
    let link = async |arguments: &[&str]| -> Result<String> {
        let given = helio(&world, "alice", &[&["group-link", chat], arguments].concat()).await?;
        Ok(given[0]["link"].as_str().context("a link")?.to_owned())
    };
    let first = link(&[]).await?;
    ensure!(first.contains("/#/join/HGJ1:"), "{first}");
    let second = link(&["--reset"]).await?;
    ensure!(link(&["--approval", "on"]).await? == second && first != second, "{second}");
    helio(&world, "bob", &["receive"]).await?;
    refused(&world, "bob", &["group-link", chat], "only an admin").await?;
    refused(&world, "carol", &["join", "https://chat.example/"], "not a Heliograph code").await?;
    // She waits, and Alice says so.
    let mut asking = Terminal::starts(&world, "carol", &["join", &second])?;
    let carol = loop {
        let rows = helio(&world, "alice", &["group-asking", chat]).await?;
        if let Some(row) = rows.first() {
            break row["account"].as_str().context("an account")?.to_owned();
        }
    };
    helio(&world, "alice", &["group-asking", chat, "--let-in", &carol]).await?;
    ensure!(asking.gives_field("chat").await? == chat);
    ensure!(asking.ends().await?.code == Some(0));
    helio(&world, "carol", &["send", "--to", chat, "hello"]).await?;
    let heard = helio(&world, "bob", &["receive"]).await?;
    ensure!(heard.iter().any(|row| row["text"] == "hello"), "{heard:?}");
    let gone = helio(&world, "alice", &["group-link", chat, "--off"]).await?;
    ensure!(gone[0]["link"].is_null(), "{gone:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_is_described_pictured_and_ruled_from_terminals() -> Result<()> {
    let world = World::new().await?;
    register(&world, "alice", ALICE).await?;
    register(&world, "bob", BOB).await?;
    let made = helio(&world, "alice", &["group", "create", "Climbers", BOB]).await?;
    let chat = made[0]["chat"].as_str().context("a group")?;
    helio(&world, "alice", &["group", "describe", chat, "Every Monday"]).await?;
    let photo = world.folder().join("photo.jpg");
    let jpeg = |len: usize| [vec![0xff, 0xd8, 0xff, 0xc0, 0, 11, 8, 0, 16, 0, 16], vec![7; len]].concat();
    std::fs::write(&photo, jpeg(9_000))?;
    let path = photo.to_str().context("a path")?;
    refused(&world, "alice", &["group", "photo", chat, path], "at most 8 KiB").await?;
    std::fs::write(&photo, jpeg(8_000))?;
    helio(&world, "alice", &["group", "photo", chat, photo.to_str().context("a path")?]).await?;
    helio(&world, "alice", &["group", "rules", chat, "--send", "admins"]).await?;
    helio(&world, "bob", &["receive"]).await?;
    let shown = helio(&world, "bob", &["group", "show", chat]).await?;
    let shown = shown.first().context("the group")?;
    ensure!(shown["description"] == "Every Monday" && shown["photo_bytes"] == 8_011, "{shown}");
    ensure!(shown["send"] == "admins" && shown["edit"] == "admins" && shown["may_send"] == false, "{shown}");
    refused(&world, "bob", &["send", "--to", chat, "me too"], "only an admin").await?;
    refused(&world, "bob", &["group", "describe", chat, "Mine"], "only an admin").await?;
    helio(&world, "alice", &["group", "rules", chat, "--send", "everybody", "--edit", "everybody"]).await?;
    helio(&world, "bob", &["receive"]).await?;
    helio(&world, "bob", &["send", "--to", chat, "me too"]).await?;
    helio(&world, "bob", &["group", "photo", chat]).await?;
    helio(&world, "alice", &["receive"]).await?;
    let shown = helio(&world, "alice", &["group", "show", chat]).await?;
    ensure!(shown.first().is_some_and(|shown| shown["photo_bytes"] == 0 && shown["edit"] == "everybody"), "{shown:?}");
    let common = helio(&world, "alice", &["group", "in-common", BOB]).await?;
    ensure!(common.len() == 1 && common[0]["title"] == "Climbers", "{common:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_backed_up_restored_and_deleted_from_a_terminal() -> Result<()> {
    let world = World::new().await?;
    register(&world, "alice", ALICE).await?;
    register(&world, "bob", BOB).await?;
    helio(&world, "alice", &["send", "--to", BOB, "kept"]).await?;
    let file = world.folder().join("alice.hgb");
    let file = file.to_str().context("a path")?;
    let made = helio(&world, "alice", &["backup"]).await?;
    // Shown before anything is backed up under it.
    let key = made.first().and_then(|made| made["recovery_key"].as_str()).context("a recovery key")?;
    ensure!(made.len() == 2 && made[1]["backed_up"] == true, "{made:?}");
    let key_file = world.folder().join("recovery key");
    std::fs::write(&key_file, format!("{key}\n"))?;
    let key_file = key_file.to_str().context("a path")?;
    // With the key that is kept: none is shown again.
    let again = helio(&world, "alice", &["backup", file]).await?;
    ensure!(again.len() == 1 && again[0]["backed_up"] == true, "{again:?}");

    for (place, from) in [("from the server", None), ("from a file", Some(file))] {
        world.passes_on_the_server(Duration::from_secs(3_600));
        let arguments = ["restore", "--number", ALICE, "--key-file", key_file];
        let arguments: Vec<&str> = arguments.into_iter().chain(from).collect();
        let mut terminal = Terminal::starts(&world, place, &arguments)?;
        terminal.says("Type the code").await?;
        terminal.types(&world.code_for(ALICE).await?).await?;
        let restored = terminal.succeeds().await?;
        ensure!(restored.last().is_some_and(|restored| restored["number"] == ALICE), "{restored:?}");
        let seen = helio(&world, place, &["receive"]).await?;
        ensure!(texts(&seen).contains(&"kept"), "{place}: {seen:?}");
    }
    refused(&world, "from the server", &["chats"], "logged out").await?;
    refused(&world, "from a file", &["delete-account", "--number", BOB], "nothing was deleted").await?;
    helio(&world, "from a file", &["delete-account", "--number", ALICE]).await?;
    refused(&world, "bob", &["send", "--to", ALICE, "still there?"], "nobody on this server has this number").await
}
