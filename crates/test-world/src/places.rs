//! The places at which something can go wrong for a device: its transactions with what follows from each, the frames of its
//! connections, its requests. Counted in every run, so that a scenario can try all of them, one after the other. Knows no client
//! but for what its outputs are.

use crate::plan::{CrashPoint, PlacedFault};
use client_core::Output;

/// What a device came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Places {
    /// Its transactions, in their order.
    pub turns: Vec<TurnPlace>,
    /// Frames that arrived at the server.
    pub frames: u16,
    /// Frames that arrived from the server.
    pub replies: u16,
    /// Requests over HTTP.
    pub calls: u16,
}

/// One transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TurnPlace {
    /// It changed the database.
    pub wrote: bool,
    /// Which of its outputs somebody outside notices: frames, requests, connections. What is shown to a user who is gone with the
    /// program is none of them, and no more is a wish to be woken.
    pub effects: Vec<u16>,
}

/// Kinds of places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Turn,
    Frame,
    Reply,
    Call,
}

/// What a device comes to, and what is to go wrong there.
#[derive(Debug, Clone, Default)]
pub(crate) struct CourseOf {
    pub(crate) seen: Places,
    awaited: Option<(u16, PlacedFault)>,
}

impl TurnPlace {
    /// The points at which a program can die in it, so that each leaves something else behind. A transaction that wrote nothing is
    /// the same before its flush and after it.
    pub fn points(&self) -> Vec<CrashPoint> {
        let before = self.wrote.then_some(CrashPoint::BeforeCommit);
        let effects = self.effects.iter().map(|output| CrashPoint::AfterOutputs(output + 1));
        before.into_iter().chain([CrashPoint::AfterCommit]).chain(effects).collect()
    }
}

impl Places {
    /// All places and points at which its program can die.
    pub fn deaths(&self) -> Vec<(u16, CrashPoint)> {
        let turns = (0..).zip(&self.turns);
        turns.flat_map(|(place, turn)| turn.points().into_iter().map(move |point| (place, point))).collect()
    }

    /// Transactions that changed its database.
    pub fn writes(&self) -> usize {
        self.turns.iter().filter(|turn| turn.wrote).count()
    }
}

impl CourseOf {
    /// Something is to go wrong after so many places of its kind.
    pub(crate) fn await_fault(&mut self, place: u16, fault: PlacedFault) {
        self.awaited = Some((place, fault));
    }

    /// Nothing more goes wrong.
    pub(crate) fn spare(&mut self) {
        self.awaited = None;
    }

    /// The device comes to a place: what goes wrong here?
    pub(crate) fn pass(&mut self, kind: Kind) -> Option<PlacedFault> {
        match kind {
            Kind::Turn => {}
            Kind::Frame => self.seen.frames = self.seen.frames.saturating_add(1),
            Kind::Reply => self.seen.replies = self.seen.replies.saturating_add(1),
            Kind::Call => self.seen.calls = self.seen.calls.saturating_add(1),
        }
        let (left, fault) = self.awaited.as_mut().filter(|(_, fault)| kind_of(*fault) == kind)?;
        if let Some(fewer) = left.checked_sub(1) {
            *left = fewer;
            return None;
        }
        let fault = *fault;
        self.awaited = None;
        Some(fault)
    }

    /// A transaction was done.
    pub(crate) fn turned(&mut self, wrote: bool, outputs: &[Output]) {
        let effects = (0..).zip(outputs).filter(|(_, output)| is_effect(output)).map(|(place, _)| place).collect();
        self.seen.turns.push(TurnPlace { wrote, effects });
    }
}

fn kind_of(fault: PlacedFault) -> Kind {
    match fault {
        PlacedFault::Dies { .. } => Kind::Turn,
        PlacedFault::LosesFrame => Kind::Frame,
        PlacedFault::LosesReply => Kind::Reply,
        PlacedFault::LosesRequest | PlacedFault::LosesAnswer => Kind::Call,
    }
}

fn is_effect(output: &Output) -> bool {
    match output {
        Output::Connect
        | Output::Disconnect
        | Output::CheckSocket
        | Output::Send(_)
        | Output::Http(_)
        | Output::Media(_)
        | Output::Wipe => true,
        Output::Event(_) | Output::Push(_) | Output::WakeAt(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_comes_at_its_place_and_only_there() {
        let mut course = CourseOf::default();
        course.await_fault(1, PlacedFault::LosesAnswer);
        assert_eq!(course.pass(Kind::Call), None);
        assert_eq!(course.pass(Kind::Reply), None, "another kind is not counted for it");
        assert_eq!(course.pass(Kind::Call), Some(PlacedFault::LosesAnswer));
        assert_eq!(course.pass(Kind::Call), None);
        assert_eq!((course.seen.calls, course.seen.replies), (3, 1));
    }

    #[test]
    fn a_program_dies_before_the_flush_after_it_and_after_each_effect() {
        let mut course = CourseOf::default();
        course.turned(true, &[Output::WakeAt(1), Output::Connect, Output::Send(Vec::new())]);
        course.turned(false, &[]);
        let points = [
            (0, CrashPoint::BeforeCommit),
            (0, CrashPoint::AfterCommit),
            (0, CrashPoint::AfterOutputs(2)),
            (0, CrashPoint::AfterOutputs(3)),
            (1, CrashPoint::AfterCommit),
        ];
        assert_eq!(course.seen.deaths(), points);
        assert_eq!(course.seen.writes(), 1);
    }
}
