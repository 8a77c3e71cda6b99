//! A question is asked, and answers are chosen by mouse and by keys, here and elsewhere.

use super::messages::alice_reads;
use anyhow::{Context, Result};
use client_api::{Command, MessageBody};
use e2e::browser::{NARROWEST, WIDE};
use e2e::person::Screen;

/// How many chose each answer of the newest poll.
fn votes(screen: &Screen, chat: client_api::ChatId) -> Vec<usize> {
    let rows = screen.messages.get(&chat).into_iter().flat_map(|rows| rows.values().rev());
    let poll = rows.filter_map(|row| if let MessageBody::Poll(poll) = &row.body { Some(poll) } else { None }).next();
    poll.map(|poll| poll.answers.iter().map(|answer| answer.voters.len()).collect()).unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_is_asked_and_answered_on_both_sides() -> Result<()> {
    let (_world, alice, mut bob, chat) = alice_reads(&["hello"]).await?;
    alice.clicks("attach").await?;
    alice.clicks("attach-poll").await?;
    alice.finds_true("document.activeElement.dataset.testid === 'poll-question'").await?;
    alice.is_accessible("the dialog of a poll").await?;
    // Something is missing: said, and nothing is lost.
    alice.clicks("poll-send").await?;
    alice.sees_text("poll-error", "A poll needs a question").await?;
    alice.fills("poll-question", "When shall we meet?").await?;
    let fields = alice.page().locator("[data-testid=poll-field]");
    for (at, text) in ["at six", "at seven", "not at all"].into_iter().enumerate() {
        // One more field comes when all are full.
        alice
            .finds_true(&format!("document.querySelectorAll('[data-testid=poll-field]').length === {}", at.max(1) + 1))
            .await?;
        fields.nth(i32::try_from(at)?).fill(text, None).await?;
    }
    alice.is_resized(NARROWEST).await?;
    alice.fits_the_window("the dialog of a poll, narrow").await?;
    alice.is_resized(WIDE).await?;
    alice.clicks("poll-send").await?;
    alice.hides("poll-dialog").await?;
    alice.sees_text("poll", "When shall we meet?").await?;
    alice.sees_text("poll", "Choose one").await?;
    bob.until("the poll", |screen| votes(screen, chat) == [0, 0, 0]).await?;

    alice.clicks_text("poll-answer", "at six").await?;
    let pressed =
        "[...document.querySelectorAll('[data-testid=poll-answer]')].map(answer => answer.ariaPressed).join()";
    alice.finds_true(&format!("{pressed} === 'true,false,false'")).await?;
    bob.until("Alice's answer", |screen| votes(screen, chat) == [1, 0, 0]).await?;
    let rows = bob.screen.messages.get(&chat).context("the chat")?;
    let message = rows.values().find(|row| matches!(row.body, MessageBody::Poll(_))).context("the poll")?.id;
    bob.does(Command::Vote { chat, message, answers: vec![1] }).await?;
    let shown =
        "[...document.querySelectorAll('[data-testid=poll-votes]')].map(votes => parseInt(votes.textContent)).join()";
    alice.finds_true(&format!("{shown} === '1,1,0'")).await?;
    // The one that has the focus keeps it, whatever others choose meanwhile; another press of it takes the answer back.
    alice.finds_true("document.activeElement.dataset.testid === 'poll-answer'").await?;
    alice.presses("Space").await?;
    alice.finds_true(&format!("{shown} === '0,1,0'")).await?;
    alice.presses("Tab").await?;
    alice.presses("Enter").await?;
    alice.finds_true(&format!("{shown} === '0,2,0'")).await?;
    alice.is_accessible("a poll in a conversation").await?;
    alice.clicks("poll-show-votes").await?;
    alice.finds_true("[...document.querySelectorAll('[data-testid=voters] li')].map(row => row.textContent.replace(/[\\u2068\\u2069]/g, '')).sort().join() === 'Bob,You'").await?;
    alice.is_accessible("who voted").await?;
    alice.clicks("dialog-close").await?;
    alice.is_resized(NARROWEST).await?;
    alice.fits_the_window("a poll, narrow").await?;
    alice.is_resized(WIDE).await?;
    alice.reloads().await?;
    alice.opens_chat("Bob").await?;
    alice.finds_true(&format!("{shown} === '0,2,0' && {pressed} === 'false,true,false'")).await?;
    bob.until("all answers", |screen| votes(screen, chat) == [0, 2, 0]).await?;
    alice.closes().await
}
