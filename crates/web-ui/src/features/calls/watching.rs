//! Who speaks now and how well connections are, looked at while the call's window is there.

use super::session::Session;
use crate::model::call_view::{Counted, Quality, Speaker};
use crate::model::calls::Tile;
use crate::platform::call::level::Level;
use crate::platform::call::quality::Measured;
use crate::platform::page;
use leptos::prelude::*;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::time::Duration;
use wasm_bindgen_futures::spawn_local;

const LISTEN_EVERY: Duration = Duration::from_millis(250);
const MEASURE_EVERY: Duration = Duration::from_secs(2);

/// What is seen of it.
#[derive(Clone, Copy)]
pub struct Watching {
    /// A participant.
    pub speaker: RwSignal<Option<u64>>,
    pub own: RwSignal<Quality>,
    /// Of participants whose pictures or sound come badly.
    pub theirs: RwSignal<Vec<(u64, Quality)>>,
}

impl Watching {
    pub fn begin(session: Session, people: Memo<Vec<Tile>>) -> Self {
        let watching =
            Self { speaker: RwSignal::new(None), own: RwSignal::new(Quality::Good), theirs: RwSignal::new(Vec::new()) };
        every(LISTEN_EVERY, {
            let (mut levels, mut speaker) = (HashMap::new(), Speaker::default());
            move || watching.listen(session, people, &mut levels, &mut speaker)
        });
        let before = Rc::new(RefCell::new(HashMap::new()));
        every(MEASURE_EVERY, move || {
            let Some(measuring) = session.measuring() else { return };
            let before = Rc::clone(&before);
            spawn_local(async move {
                if let Some(measured) = measuring.await {
                    watching.take(people, &measured, &mut before.borrow_mut());
                }
            });
        });
        watching
    }

    fn listen(
        self,
        session: Session,
        people: Memo<Vec<Tile>>,
        levels: &mut HashMap<String, Level>,
        speaker: &mut Speaker,
    ) {
        let Some(tiles) = people.try_get_untracked().filter(|_| page::is_visible()) else { return };
        levels.retain(|mid, _| tiles.iter().any(|tile| tile.sounds.contains(mid)));
        let mut loudness_of = |mid: &String| {
            let track = session.received(mid)?;
            if levels.get(mid).is_none_or(|level| !level.is_of(&track)) {
                levels.insert(mid.clone(), Level::of(&track)?);
            }
            levels.get(mid).map(Level::peak)
        };
        let mut loudest = |tile: &Tile| tile.sounds.iter().filter_map(&mut loudness_of).fold(0.0, f32::max);
        let heard: Vec<(u64, f32)> = tiles.iter().map(|tile| (tile.participant, loudest(tile))).collect();
        let now = speaker.hears(&heard);
        if self.speaker.try_get_untracked().is_some_and(|before| before != now) {
            self.speaker.set(now);
        }
    }

    fn take(self, people: Memo<Vec<Tile>>, measured: &Measured, before: &mut HashMap<String, Counted>) {
        let Some(tiles) = people.try_get_untracked() else { return };
        let loss_of = |mid: &String| {
            let now = measured.lines.iter().find(|(line, _)| line == mid)?.1;
            Some(now.loss_since(before.get(mid).copied().unwrap_or(now)))
        };
        let quality = |tile: &Tile| {
            let losses = tile.sounds.iter().chain(&tile.pictures).filter_map(loss_of);
            (tile.participant, Quality::of(losses.fold(0.0, f64::max), 0.0))
        };
        let theirs: Vec<_> = tiles.iter().map(quality).filter(|(_, quality)| *quality != Quality::Good).collect();
        let own = Quality::of(measured.sent_loss, measured.round_trip_ms);
        *before = measured.lines.iter().cloned().collect();
        if self.theirs.with_untracked(|shown| *shown != theirs) {
            self.theirs.set(theirs);
        }
        if self.own.get_untracked() != own {
            self.own.set(own);
        }
    }
}

/// Until what shows it is gone.
fn every(pause: Duration, act: impl FnMut() + 'static) {
    let act = RefCell::new(act);
    let handle = set_interval_with_handle(move || (act.borrow_mut())(), pause).ok();
    on_cleanup(move || {
        if let Some(handle) = handle {
            handle.clear();
        }
    });
}
