//! A scenario and its places: runs it once as it is, and then once for each place at which something can go wrong.

use std::io::Write as _;
use test_world::places::Places;
use test_world::plan::{Action, DeviceRef, PlacedFault, Shape, Step};
use test_world::{Options, Outcome, Plan, run};

pub(crate) const A0: DeviceRef = DeviceRef { account: 0, slot: 0 };
pub(crate) const A1: DeviceRef = DeviceRef { account: 0, slot: 1 };
pub(crate) const B0: DeviceRef = DeviceRef { account: 1, slot: 0 };
pub(crate) const B1: DeviceRef = DeviceRef { account: 1, slot: 1 };
pub(crate) const C0: DeviceRef = DeviceRef { account: 2, slot: 0 };

/// How long what died stays dead.
const DOWN_MS: u32 = 2_000;
/// Findings that are told in full.
const TOLD: usize = 3;

/// What is done in which world.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    pub(crate) accounts: u8,
    pub(crate) devices: u8,
    /// Up to when something may go wrong: all of it is done by then where nothing does.
    pub(crate) until_ms: u64,
    pub(crate) done: &'static [(u64, Action)],
}

/// One way in which it went wrong, and what came of it.
struct Tried {
    how: String,
    outcome: Outcome,
    plan: Plan,
}

/// What happens at which time.
pub(crate) fn steps(done: impl IntoIterator<Item = (u64, Action)>) -> Vec<Step> {
    (1..).zip(done).map(|(mark, (at_ms, action))| Step { at_ms, action, mark }).collect()
}

/// A run after which all oracles hold.
pub(crate) fn is_sound(plan: &Plan) -> Outcome {
    let outcome = run(plan, Options::default()).expect("runs");
    assert!(outcome.failure.is_none(), "{:#?}\n{}", outcome.failure, serde_json::to_string(plan).expect("writes"));
    outcome
}

/// What was tried is seen also where all is well.
pub(crate) fn tell(name: &str, what: &str) {
    // Nothing can be told where standard error is closed.
    let _ = writeln!(std::io::stderr().lock(), "{name}: {what}");
}

impl Scenario {
    /// As it is, with something that goes wrong.
    pub(crate) fn plan(&self, fault: Option<Action>) -> Plan {
        let end = (self.until_ms, Action::Quiet { for_ms: 0 });
        let steps = fault.map(|fault| (0, fault)).into_iter().chain(self.done.iter().copied()).chain([end]);
        let shape = Shape { seed: 0, accounts: self.accounts, devices: self.devices };
        Plan { seed: 1, shape, steps: self::steps(steps), kept_ms: None }
    }

    /// What it comes to where nothing goes wrong.
    pub(crate) fn undisturbed(&self) -> Outcome {
        let outcome = run(&self.plan(None), Options::default()).expect("runs");
        assert!(outcome.failure.is_none(), "{}, with nothing going wrong: {:#?}", self.name, outcome.failure);
        assert_eq!(outcome.coverage.of("(not possible at its time)"), 0, "{}: {}", self.name, outcome.coverage);
        outcome
    }

    fn places(&self, device: DeviceRef) -> Places {
        self.undisturbed().places.remove(&device).expect("a device of the scenario")
    }

    fn with(&self, fault: Action) -> Tried {
        let plan = self.plan(Some(fault));
        Tried { how: format!("{fault:?}"), outcome: run(&plan, Options::default()).expect("runs"), plan }
    }

    /// A device dies at each of its transactions: before the flush, after it, after each effect.
    pub(crate) fn dies_at_each(&self, device: DeviceRef) {
        let places = self.places(device);
        let deaths = places.deaths();
        assert!(!deaths.is_empty(), "{}: {device:?} does nothing", self.name);
        let count = (deaths.len(), places.turns.len(), places.writes());
        let fault = |(place, point)| Action::At { device, place, fault: PlacedFault::Dies { point, down_ms: DOWN_MS } };
        self.sound(deaths.into_iter().map(|death| self.with(fault(death))));
        let (points, turns, writes) = count;
        tell(
            self.name,
            &format!("{device:?} died at {points} points of {turns} transactions, {writes} of which wrote"),
        );
    }

    /// The server stops dead after each of its writes, with nothing said of it, until there is none left.
    pub(crate) fn server_stops_at_each(&self) {
        let stops = (1..).map(|writes| self.with(Action::ServerCrash { writes, down_ms: DOWN_MS }));
        let mut count = 0;
        self.sound(
            stops
                .take_while(|tried| tried.outcome.coverage.of("the server stopped at a write") > 0)
                .inspect(|_| count += 1),
        );
        assert!(count > 0, "{}: the server writes nothing", self.name);
        tell(self.name, &format!("the server stopped at {count} writes"));
    }

    /// The server is put back to what it was after each of its writes, until there is none left.
    pub(crate) fn is_put_back_to_each(&self) {
        let copies = (1..).map(|writes| self.with(Action::ServerBackup { writes }));
        let mut count = 0;
        self.sound(
            copies
                .take_while(|tried| tried.outcome.coverage.of("the server was copied at a write") > 0)
                .inspect(|_| count += 1),
        );
        assert!(count > 0, "{}: the server writes nothing", self.name);
        tell(self.name, &format!("the server was put back to {count} writes"));
    }

    /// Each frame of these devices is lost, with its connection, in both directions; each request, and its answer.
    pub(crate) fn loses_each(&self, devices: &[DeviceRef]) {
        for device in devices.iter().copied() {
            let Places { frames, replies, calls, .. } = self.places(device);
            assert!(frames > 0 && replies > 0, "{}: {device:?} says nothing", self.name);
            let kinds = [
                (frames, PlacedFault::LosesFrame),
                (replies, PlacedFault::LosesReply),
                (calls, PlacedFault::LosesRequest),
                (calls, PlacedFault::LosesAnswer),
            ];
            let faults = kinds.into_iter().flat_map(|(count, fault)| (0..count).map(move |place| (place, fault)));
            self.sound(faults.map(|(place, fault)| self.with(Action::At { device, place, fault })));
            tell(
                self.name,
                &format!("{device:?} lost {frames} frames, {replies} of the server's, {calls} requests and answers"),
            );
        }
    }

    /// All of these went wrong where they were to, and healed.
    fn sound(&self, tried: impl Iterator<Item = Tried>) {
        let mut failed = Vec::new();
        let mut missed = Vec::new();
        for Tried { how, outcome, plan } in tried {
            let faults = ["a fault at its place", "the server stopped at a write", "the server was copied at a write"];
            let met = faults.map(|what| outcome.coverage.of(what));
            if met.iter().sum::<u64>() != 1 {
                missed.push(format!("{how}: met {met:?}"));
            }
            if let Some(failure) = outcome.failure {
                let plan = serde_json::to_string(&plan).expect("writes");
                failed.push(format!("{how}: {failure:#?}\n{plan}"));
            }
        }
        assert!(missed.is_empty(), "{}: not met once at its place: {missed:#?}", self.name);
        let told = failed.iter().take(TOLD).map(String::as_str).collect::<Vec<_>>().join("\n");
        assert!(failed.is_empty(), "{}: {} ways do not heal:\n{told}", self.name, failed.len());
    }
}
