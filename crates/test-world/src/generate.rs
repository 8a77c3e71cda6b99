//! Plans from seeds: what people do in a few minutes, and what goes wrong meanwhile.

use crate::plan::{Accounts, Action, Amends, CrashPoint, DeviceRef, GroupDeed, Loses, Plan, Shape, Step};
use rand::seq::IndexedRandom as _;
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha20Rng;

/// Worlds of different beginnings.
const BEGINNINGS: u64 = 2;
/// What goes wrong may last so long.
const DOWN_MAX_MS: u32 = 20_000;
const OFFLINE_MAX_MS: u64 = 120_000;
/// "For long": longer than sessions, waits and pauses.
const LONG_MAX_MS: u64 = 6 * 3_600_000;
/// A clock is set by so much at most.
const JUMP_MAX_MS: i64 = 30 * 60_000;

/// What kind of plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Profile {
    /// How many people.
    pub accounts: u8,
    /// Of each, at the beginning.
    pub devices: u8,
    /// Things that people do.
    pub operations: u32,
    /// Things that go wrong, for a thousand that people do.
    pub faults_permille: u32,
    /// Things that are done in groups of many, for a thousand that people do; in every second seed.
    pub groups_permille: u32,
}

impl Default for Profile {
    fn default() -> Self {
        Self { accounts: 3, devices: 3, operations: 200, faults_permille: 250, groups_permille: 150 }
    }
}

/// Of so many faults one is followed by a connection that goes silent;
const SILENCES: u32 = 8;
/// its page may hear within this time that the network has changed.
const DOUBTS_MAX_MS: u32 = 40_000;
/// Marks of these.
const SILENCE_MARKS: u32 = 2_000_000;

struct Maker {
    rng: ChaCha20Rng,
    profile: Profile,
    at_ms: u64,
    steps: Vec<Step>,
}

/// The plan of a seed.
pub fn plan(seed: u64, profile: Profile) -> Plan {
    let shape = Shape { seed: seed % BEGINNINGS, accounts: profile.accounts, devices: profile.devices };
    let mut maker = Maker { rng: ChaCha20Rng::seed_from_u64(seed), profile, at_ms: 0, steps: Vec::new() };
    for _ in 0..profile.operations {
        maker.time_passes();
        if maker.rng.random_ratio(profile.faults_permille.min(1_000), 1_000) {
            let fault = maker.fault();
            maker.push(fault);
            maker.time_passes();
        }
        let action = maker.action();
        maker.push(action);
    }
    let steps = with_amendments(with_silences(maker.steps, seed, profile), seed, profile);
    let steps = with_groups(steps, seed, profile);
    Plan { seed, shape, steps, kept_ms: None }
}

/// Of so many texts one is followed by a word about a message.
const AMENDED: u32 = 3;
/// It is about one of the newest so many.
const AMENDED_BACK_MAX: u8 = 5;
/// Marks of these: above those of what was said before the first step, which stand in no order either.
const AMENDMENT_MARKS: u32 = 5_000_000;
/// Draws differ from those of silences.
const AMENDMENT_SEEDS: u64 = 0xA3;

/// People answer, react, change and delete what was said. Drawn apart, as silences are.
fn with_amendments(steps: Vec<Step>, seed: u64, profile: Profile) -> Vec<Step> {
    let rng = ChaCha20Rng::seed_from_u64(!seed ^ AMENDMENT_SEEDS);
    let mut maker = Maker { rng, profile, at_ms: 0, steps: Vec::new() };
    for step in steps {
        let (at_ms, mark) = (step.at_ms, step.mark);
        let sent = matches!(step.action, Action::Send { .. });
        maker.steps.push(step);
        if sent && maker.rng.random_ratio(1, AMENDED) {
            let device = maker.device();
            let (peer, how) = (maker.peer(device), Amends::ALL.choose(&mut maker.rng).copied());
            let back = maker.rng.random_range(0..AMENDED_BACK_MAX);
            let action = Action::Amend { device, peer, how: how.unwrap_or(Amends::React), back };
            maker.steps.push(Step { at_ms, action, mark: AMENDMENT_MARKS + mark });
        }
    }
    maker.steps
}

/// Connections that go silent here and there, where something else goes wrong. Drawn apart, so that a seed does what it did before there
/// were any.
fn with_silences(steps: Vec<Step>, seed: u64, profile: Profile) -> Vec<Step> {
    let mut maker = Maker { rng: ChaCha20Rng::seed_from_u64(!seed), profile, at_ms: 0, steps: Vec::new() };
    for step in steps {
        let (at_ms, mark) = (step.at_ms, step.mark);
        let follows = step.action.is_fault() && maker.rng.random_ratio(1, SILENCES);
        maker.steps.push(step);
        if follows {
            let device = maker.device();
            let doubts_ms = maker.rng.random_ratio(1, 3).then(|| maker.rng.random_range(0..DOUBTS_MAX_MS));
            maker.steps.push(Step { at_ms, action: Action::Silence { device, doubts_ms }, mark: SILENCE_MARKS + mark });
        }
    }
    maker.steps
}

/// So many groups at most.
const GROUPS_MAX: u8 = 2;
/// Marks of what is done in groups.
const GROUP_MARKS: u32 = 6_000_000;
/// Draws differ from those of silences and amendments.
const GROUP_SEEDS: u64 = 0x6E;

/// In every second seed people make groups and live in them. Drawn apart, as silences are: other seeds do what they did before, and those with
/// groups as well, beside them.
fn with_groups(steps: Vec<Step>, seed: u64, profile: Profile) -> Vec<Step> {
    let rng = ChaCha20Rng::seed_from_u64(!seed ^ GROUP_SEEDS);
    let mut maker = Maker { rng, profile, at_ms: 0, steps: Vec::new() };
    if profile.groups_permille == 0 || maker.rng.random_ratio(1, 2) {
        return steps;
    }
    let mut groups = 0;
    for step in steps {
        let (at_ms, mark) = (step.at_ms, step.mark);
        let is_of_people = !step.action.is_fault() && mark < SILENCE_MARKS;
        maker.steps.push(step);
        if is_of_people && maker.rng.random_ratio(profile.groups_permille.min(1_000), 1_000) {
            let action = maker.of_a_group(&mut groups);
            maker.steps.push(Step { at_ms, action, mark: GROUP_MARKS + mark });
        }
    }
    maker.steps
}

impl Maker {
    /// The first steps make groups; what is done in one that is not there is left out.
    fn of_a_group(&mut self, groups: &mut u8) -> Action {
        let device = self.device();
        if *groups == 0 || (*groups < GROUPS_MAX && self.rng.random_ratio(1, 12)) {
            *groups += 1;
            let all = (1u64 << self.profile.accounts.min(63)) - 1;
            let others = if self.rng.random_ratio(1, 2) { all } else { self.rng.random::<u64>() & all };
            // Whoever was there from the beginning knows somebody.
            let device = DeviceRef { account: device.account.min(1), ..device };
            return Action::MakeGroup { device, group: *groups - 1, others: Accounts(others) };
        }
        let group = self.rng.random_range(0..*groups);
        let member = self.account();
        let deed = match self.rng.random_range(0..100) {
            0..40 => GroupDeed::Send,
            40..47 => GroupDeed::Read,
            47..57 => GroupDeed::Amend {
                how: Amends::ALL.choose(&mut self.rng).copied().unwrap_or(Amends::React),
                back: self.rng.random_range(0..AMENDED_BACK_MAX),
            },
            57..70 => GroupDeed::Add { member },
            70..78 => GroupDeed::Remove { member },
            78..87 => GroupDeed::MakeAdmin { member },
            87..90 => GroupDeed::WithdrawAdmin { member },
            90..94 => GroupDeed::Rename,
            94..98 => GroupDeed::Leave,
            _ => GroupDeed::Type { on: true },
        };
        Action::InGroup { device, group, deed }
    }

    fn push(&mut self, action: Action) {
        let mark = u32::try_from(self.steps.len()).unwrap_or(u32::MAX);
        self.steps.push(Step { at_ms: self.at_ms, action, mark });
    }

    /// People write in bursts, and then do something else.
    fn time_passes(&mut self) {
        self.at_ms += match self.rng.random_range(0..100) {
            0..25 => 0,
            25..65 => self.rng.random_range(0..300),
            65..92 => self.rng.random_range(300..4_000),
            _ => self.rng.random_range(4_000..30_000),
        };
    }

    fn device(&mut self) -> DeviceRef {
        let account = self.account();
        // The spare device is there only where it was linked meanwhile.
        let slots = if self.rng.random_ratio(1, 8) { self.profile.devices + 1 } else { self.profile.devices };
        DeviceRef { account, slot: self.rng.random_range(0..slots) }
    }

    fn account(&mut self) -> u8 {
        self.rng.random_range(0..self.profile.accounts)
    }

    /// Somebody else, mostly.
    fn peer(&mut self, device: DeviceRef) -> u8 {
        if self.rng.random_ratio(1, 12) {
            return device.account;
        }
        let other = self.rng.random_range(1..self.profile.accounts.max(2));
        (device.account + other) % self.profile.accounts
    }

    fn action(&mut self) -> Action {
        let device = self.device();
        let (peer, on) = (self.peer(device), self.rng.random());
        match self.rng.random_range(0..1_000) {
            0..520 => Action::Send { device, peer },
            520..640 => Action::Read { device, peer },
            640..690 => Action::Begin { device, peer },
            690..740 => Action::Type { device, peer, on },
            740..775 => Action::Draft { device, peer, empty: on },
            775..800 => Action::Open { device, peer },
            800..815 => Action::Close { device, peer },
            815..830 => Action::Pin { device, peer, on },
            830..840 => Action::Archive { device, peer, on },
            840..850 => Action::Mute { device, peer, on },
            850..860 => Action::MarkUnread { device, peer, on },
            860..880 => Action::Star { device, peer, on },
            880..900 => Action::RenameContact { device, peer },
            900..910 => Action::RenameDevice { device, slot: self.rng.random_range(0..=self.profile.devices) },
            910..925 => Action::Profile { device },
            925..930 => Action::Receipts { device, on },
            930..945 => Action::Visible { device, on },
            945..970 => Action::Link { account: device.account },
            970..988 => Action::LogOut { device },
            _ => Action::Unlink { account: device.account, slot: self.rng.random_range(1..=self.profile.devices) },
        }
    }

    fn fault(&mut self) -> Action {
        let device = self.device();
        match self.rng.random_range(0..1_000) {
            0..300 => self.cut(device),
            300..560 => {
                let point = CrashPoint::ALL.choose(&mut self.rng).copied().unwrap_or(CrashPoint::BeforeCommit);
                let (turns, down_ms) = (self.rng.random_range(0..6), self.rng.random_range(1..DOWN_MAX_MS));
                Action::Crash { device, point, turns, down_ms }
            }
            560..690 => Action::LoseHttp { device, answer: self.rng.random(), skip: self.rng.random_range(0..3) },
            690..790 => {
                let most = if self.rng.random_ratio(1, 8) { LONG_MAX_MS } else { OFFLINE_MAX_MS };
                Action::Offline { device, for_ms: self.rng.random_range(1..most) }
            }
            790..850 => Action::Away { device, for_ms: self.rng.random_range(1..OFFLINE_MAX_MS) },
            850..890 => Action::ServerRestart { down_ms: self.rng.random_range(1..DOWN_MAX_MS) },
            890..930 => {
                let (writes, down_ms) = (self.rng.random_range(1..12), self.rng.random_range(1..DOWN_MAX_MS));
                Action::ServerCrash { writes, down_ms }
            }
            930..965 => {
                let most = [60, 60, 400, 3_000].choose(&mut self.rng).copied().unwrap_or(60);
                Action::Weather { delay_max_ms: most }
            }
            965..985 => Action::ClockJump { device, by_ms: self.rng.random_range(-JUMP_MAX_MS..JUMP_MAX_MS) },
            _ => Action::Quiet { for_ms: self.rng.random_range(60_000..LONG_MAX_MS) },
        }
    }

    fn cut(&mut self, device: DeviceRef) -> Action {
        let loses = [Loses::ToServer, Loses::ToClient, Loses::Both].choose(&mut self.rng).copied();
        let notices = |rng: &mut ChaCha20Rng| {
            if rng.random_ratio(1, 2) { rng.random_range(0..200) } else { rng.random_range(200..60_000) }
        };
        Action::Cut {
            device,
            loses: loses.unwrap_or(Loses::Both),
            client_notices_ms: notices(&mut self.rng),
            server_notices_ms: notices(&mut self.rng),
        }
    }
}
