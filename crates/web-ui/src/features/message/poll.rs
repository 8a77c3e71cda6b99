//! A poll in its bubble: the question, and answers to press.

use super::dialogs::Dialogue;
use super::{Around, part_tabindex};
use crate::primitives::icon::Icon;
use crate::store::use_app;
use crate::words;
use client_api::{Command, MessageId, Poll};
use leptos::prelude::*;

/// The answers that are the own ones when one of them was pressed.
fn pressed(poll: &Poll, at: usize) -> Vec<u32> {
    let is_own = |place: usize| poll.answers.get(place).is_some_and(|answer| answer.own);
    let keeps = |place: usize| (poll.several && is_own(place) && place != at) || (place == at && !is_own(at));
    (0..poll.answers.len()).filter(|place| keeps(*place)).filter_map(|place| u32::try_from(place).ok()).collect()
}

/// The most that any answer has; at least 1, to be divided by.
fn most(poll: &Poll) -> usize {
    poll.answers.iter().map(|answer| answer.voters.len()).max().unwrap_or(0).max(1)
}

/// Drawn once: votes come while one of the answers has the focus.
#[component]
#[allow(unreachable_pub, reason = "the macro makes a public struct of its properties")]
pub(super) fn PollView(
    id: MessageId,
    poll: Memo<Option<Poll>>,
    is_entered: Memo<bool>,
    around: Around,
) -> impl IntoView {
    let app = use_app();
    let number = poll.with_untracked(|poll| poll.as_ref().map_or(0, |poll| poll.answers.len()));
    let question = move || poll.with(|poll| poll.as_ref().map(|poll| poll.question.clone()));
    let several = move || poll.with(|poll| poll.as_ref().is_some_and(|poll| poll.several));
    let how = move || {
        if several() { words::choose_several() } else { words::choose_one() }
    };
    let choose = move |at: usize| {
        let Some(chat) = app.open.get_untracked() else { return };
        if let Some(answers) = poll.with_untracked(|poll| poll.as_ref().map(|poll| pressed(poll, at))) {
            app.send(Command::Vote { chat, message: id, answers });
        }
    };
    let answers = (0..number).map(|at| {
        let answer = Memo::new(move |_| poll.with(|poll| poll.as_ref()?.answers.get(at).cloned()));
        let votes = move || answer.with(|answer| answer.as_ref().map_or(0, |answer| answer.voters.len()));
        let is_own = move || answer.with(|answer| answer.as_ref().is_some_and(|answer| answer.own));
        let share = move || votes() * 100 / poll.with(|poll| poll.as_ref().map_or(1, most));
        view! {
            <li>
                <button class="poll-answer" type="button" data-testid="poll-answer" tabindex=part_tabindex(is_entered)
                    aria-pressed=move || is_own().to_string() on:click=move |_| choose(at)>
                    <span class="poll-mark" aria-hidden="true"><Show when=is_own><Icon name="check"/></Show></span>
                    <span class="poll-text" dir="auto">{move || answer.with(|answer| answer.as_ref().map(|answer| answer.text.clone()))}</span>
                    <span class="poll-votes" data-testid="poll-votes">{votes}<span class="sr-only">" "{move || words::votes(votes())}</span></span>
                    <span class="poll-bar" aria-hidden="true"><span style:inline-size=move || format!("{}%", share())></span></span>
                </button>
            </li>
        }
    });
    let show_votes = move |_| {
        if let Some(row) = super::menu::held(app, id) {
            around.dialog.set(Some((Dialogue::Votes, vec![row])));
        }
    };
    view! {
        <div class="poll" class:several=several data-testid="poll">
            <strong class="poll-question" dir="auto">{question}</strong>
            <span class="faint">{how}</span>
            <ul class="poll-answers">{answers.collect_view()}</ul>
            <button class="button quiet small" type="button" data-testid="poll-show-votes" tabindex=part_tabindex(is_entered) on:click=show_votes>{words::show_votes()}</button>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use client_api::{AccountId, PollAnswer};

    fn poll(own: &[usize], several: bool) -> Poll {
        let answer = |at: usize| PollAnswer {
            text: at.to_string(),
            voters: vec![AccountId([1; 16]); at],
            own: own.contains(&at),
        };
        Poll { question: "?".into(), answers: (0..3).map(answer).collect(), several }
    }

    #[test]
    fn an_answer_that_is_pressed_is_chosen_or_taken_back() {
        assert_eq!(pressed(&poll(&[], false), 1), [1]);
        assert_eq!(pressed(&poll(&[0], false), 1), [1], "in place of the one before");
        assert_eq!(pressed(&poll(&[1], false), 1), [0_u32; 0]);
        assert_eq!(pressed(&poll(&[0], true), 2), [0, 2]);
        assert_eq!(pressed(&poll(&[0, 2], true), 0), [2]);
        assert_eq!(most(&poll(&[], false)), 2);
    }
}
