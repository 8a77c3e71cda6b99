//! A world: devices, a server, the network between them, and a clock that goes from one thing that happens to the next.
//! One thread, one order: of what is due at the same time, what was put in first.

use crate::backend::{Backend, CallId, News, SocketId};
use crate::clones;
use crate::complaints::Complaints;
use crate::coverage::Coverage;
use crate::device::{Crash, Device, Driver, Turn};
use crate::ledger::Ledger;
use crate::network::{Fate, Network, address};
use crate::people::People;
use crate::places::{CourseOf, Kind};
use crate::plan::{Action, DeviceRef, Loses, PlacedFault};
use crate::recording::Tape;
use crate::rooms::Rooms;
use crate::screen::Told;
use crate::silence::Patience;
use crate::texts;
use crate::tracing;
use anyhow::{Context as _, Result};
use client_api::{Command, Event, Notice, Request};
use client_core::{HttpFailure, HttpRequest, HttpResponse, Input, Output};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

/// A try without a network ends after this.
const NO_NETWORK_MS: u64 = 20;
/// Where the server has requests that wait, its timers are looked at this often.
const LOOK_EVERY_MS: u64 = 1_000;
/// How often the server deletes what is over.
const SWEEP_EVERY_MS: u64 = 600_000;
/// Steps of a run: one that goes on for ever is a failure, not a wait.
const EVENTS_MAX: u64 = 3_000_000;

/// Requests of pages that hear of a changed network.
const DOUBT_REQUEST: u32 = u32::MAX - 2;
/// A connection that is lost at a place: when each end notices.
const PLACED_CLIENT_NOTICES_MS: u64 = 500;
const PLACED_SERVER_NOTICES_MS: u64 = 3_000;
/// How it is counted that a fault was met at its place.
pub(crate) const HAPPENED: &str = "a fault at its place";

/// Something that is to happen.
#[derive(Debug)]
pub(crate) enum Due {
    Act(Action, u32),
    Turn(usize),
    Wake(usize, u64),
    SocketArrives(SocketId),
    ToServer(SocketId, Vec<u8>),
    ToClient(SocketId, Option<Vec<u8>>),
    SocketOpened(SocketId),
    ServerNotices(SocketId),
    ClientNotices(SocketId),
    /// The client listens whether a silent connection says something.
    Listen(SocketId),
    /// A page hears that the network may have changed.
    Doubt(usize),
    CallArrives(CallId, Box<HttpRequest>),
    Answer(CallId, Result<HttpResponse, HttpFailure>),
    Start(usize, u32),
    Online(usize),
    ServerStarts,
    Look,
    Sweep,
    Hands(u8),
}

/// See the module.
pub(crate) struct World {
    pub(crate) now_ms: u64,
    queue: BinaryHeap<Reverse<(u64, u64)>>,
    due: BTreeMap<u64, Due>,
    order: u64,
    pub(crate) backend: Backend,
    pub(crate) devices: Vec<Device>,
    pub(crate) network: Network,
    pub(crate) people: People,
    pub(crate) ledger: Ledger,
    pub(crate) coverage: Coverage,
    /// What users were told that no honest server and no sound client lets them be told.
    pub(crate) alarms: Vec<String>,
    /// Of these there are, or were, two: that one of them is told that it is behind is no false alarm.
    pub(crate) cloned: BTreeSet<DeviceRef>,
    /// What the clients said of faults of their own.
    pub(crate) complaints: Complaints,
    pub(crate) driver: Driver,
    /// When each device is woken; a later wish replaces an earlier one.
    wakes: Vec<u64>,
    turns_due: Vec<bool>,
    /// What each device comes to, and what is to go wrong there.
    pub(crate) places: Vec<CourseOf>,
    looking: bool,
    /// How long a server that stops at a write stays down.
    pub(crate) server_down_ms: u64,
    /// The server is copied at a write that is to come: how many until then, and what it had written when that was last looked at.
    pub(crate) backup_in: Option<(u16, u64)>,
    /// Nobody ever keeps to themselves what they have read.
    pub(crate) receipts_always: bool,
    pub(crate) events: u64,
    /// Every decision so far, as one number: two runs of a plan agree in it.
    pub(crate) digest: u64,
    pub(crate) trace: bool,
    /// What passes, where somebody wants it.
    pub(crate) tape: Option<Tape>,
    /// Who is in which call, where calls are made.
    pub(crate) rooms: Option<Rooms>,
}

impl World {
    pub(crate) fn new(seed: u64, now_ms: u64, backend: Backend, devices: Vec<Device>, people: People) -> Self {
        let count = devices.len();
        let mut world = Self {
            now_ms,
            queue: BinaryHeap::new(),
            due: BTreeMap::new(),
            order: 0,
            backend,
            network: Network::new(seed, count),
            devices,
            people,
            ledger: Ledger::default(),
            coverage: Coverage::default(),
            alarms: Vec::new(),
            cloned: BTreeSet::new(),
            complaints: Complaints::default(),
            driver: Driver::Honest,
            wakes: vec![0; count],
            turns_due: vec![false; count],
            places: vec![CourseOf::default(); count],
            looking: false,
            server_down_ms: 0,
            backup_in: None,
            receipts_always: true,
            events: 0,
            digest: 0,
            trace: false,
            tape: None,
            rooms: None,
        };
        world.put(now_ms + SWEEP_EVERY_MS, Due::Sweep);
        world
    }

    /// Lets something happen at a time.
    pub(crate) fn put(&mut self, at_ms: u64, due: Due) {
        self.order += 1;
        self.queue.push(Reverse((at_ms.max(self.now_ms), self.order)));
        self.due.insert(self.order, due);
    }

    /// A device's place among all.
    pub(crate) fn index(&self, name: DeviceRef) -> Option<usize> {
        self.devices.iter().position(|device| device.name == name)
    }

    /// Does all that is due up to a time.
    pub(crate) fn run_until(&mut self, until_ms: u64) -> Result<()> {
        while let Some(Reverse((at_ms, order))) = self.queue.peek().copied().filter(|Reverse((at, _))| *at <= until_ms)
        {
            self.queue.pop();
            let Some(due) = self.due.remove(&order) else { continue };
            self.pass(at_ms);
            self.events += 1;
            anyhow::ensure!(self.events < EVENTS_MAX, "a run of {EVENTS_MAX} events does not end");
            self.happen(due)?;
            self.hear_server()?;
        }
        self.pass(until_ms);
        self.hear_server()
    }

    fn pass(&mut self, at_ms: u64) {
        if at_ms > self.now_ms {
            self.now_ms = at_ms;
            self.backend.pass(at_ms);
        }
    }

    fn happen(&mut self, due: Due) -> Result<()> {
        self.note(&due);
        match due {
            Due::Act(action, mark) => self.act(action, mark)?,
            Due::Turn(device) => self.turn(device)?,
            Due::Wake(device, at_ms) => {
                if self.wakes.get(device) == Some(&at_ms) && at_ms > 0 {
                    self.set_wake(device, 0);
                    self.give(device, Input::Wake);
                }
            }
            Due::SocketArrives(id) => self.socket_arrives(id),
            Due::ToServer(id, bytes) => {
                self.maybe_lost(id, Kind::Frame);
                let pipe = self.network.pipes.get(&id).filter(|pipe| pipe.server_has_it && !pipe.to_server_lost);
                if let Some(device) = pipe.map(|pipe| pipe.device)
                    && !self.is_of_a_call(device, &bytes)?
                {
                    self.backend.frame(id, bytes);
                }
            }
            Due::ToClient(id, bytes) => self.frame_arrives(id, bytes),
            Due::SocketOpened(id) => {
                if let Some(device) = self.open_end(id) {
                    self.give(device, Input::SocketOpened);
                }
            }
            Due::ServerNotices(id) => self.server_loses(id),
            Due::ClientNotices(id) => self.client_loses(id),
            Due::Listen(id) => self.listen(id),
            Due::Doubt(device) => {
                let command = Command::CheckConnection;
                self.give(device, Input::Command(Request { id: DOUBT_REQUEST, command }));
            }
            Due::CallArrives(id, request) => self.call_arrives(id, *request),
            Due::Answer(id, answer) => self.answer(id, answer),
            Due::Start(device, life) => self.start(device, life)?,
            Due::Online(device) => {
                if let Some(line) = self.network.lines.get_mut(device) {
                    line.offline = line.offline.saturating_sub(1);
                }
            }
            Due::ServerStarts => {
                if !self.backend.is_up() {
                    self.backend.start()?;
                }
            }
            Due::Look => {
                self.looking = false;
                self.keep_looking();
            }
            Due::Sweep => {
                self.backend.sweep();
                self.put(self.now_ms + SWEEP_EVERY_MS, Due::Sweep);
            }
            Due::Hands(account) => self.hands(account)?,
        }
        Ok(())
    }

    /// Folds a decision into the digest: what, to whom, when; not the bytes, which differ.
    fn note(&mut self, due: &Due) {
        let (kind, whom) = match due {
            Due::Act(_, mark) => (1, u64::from(*mark)),
            Due::Turn(device) => (2, *device as u64),
            Due::Wake(device, _) => (3, *device as u64),
            Due::SocketArrives(id) => (4, *id),
            Due::ToServer(id, bytes) => (5, *id ^ ((bytes.len() as u64) << 32)),
            Due::ToClient(id, _) => (6, *id),
            Due::SocketOpened(id) => (7, *id),
            Due::ServerNotices(id) => (8, *id),
            Due::ClientNotices(id) => (9, *id),
            Due::CallArrives(id, _) => (10, *id),
            Due::Answer(id, answer) => (11, *id ^ (answer.as_ref().map_or(0, |a| u64::from(a.status)) << 32)),
            Due::Start(device, _) => (12, *device as u64),
            Due::Online(device) => (13, *device as u64),
            Due::ServerStarts => (14, 0),
            Due::Look | Due::Sweep => return,
            Due::Hands(account) => (15, u64::from(*account)),
            Due::Listen(id) => (16, *id),
            Due::Doubt(device) => (17, *device as u64),
        };
        self.digest = crate::network::mixed(self.digest ^ (kind << 58) ^ whom.rotate_left(8) ^ self.now_ms);
        if self.trace {
            self.say(&tracing::line(due, self));
        }
    }

    /// Hands an input to a device that runs; its turn follows.
    pub(crate) fn give(&mut self, device: usize, input: Input) {
        let Some(target) = self.devices.get_mut(device).filter(|device| device.is_running()) else { return };
        target.push(input);
        self.want_turn(device);
    }

    fn want_turn(&mut self, device: usize) {
        let Some(due) = self.turns_due.get_mut(device).filter(|due| !**due) else { return };
        *due = true;
        let at_ms = self.now_ms + self.network.delay_ms(device, 4) - 1;
        self.put(at_ms, Due::Turn(device));
    }

    fn turn(&mut self, index: usize) -> Result<()> {
        if let Some(due) = self.turns_due.get_mut(index) {
            *due = false;
        }
        let (now_ms, driver) = (self.now_ms, self.driver);
        let Some(device) = self.devices.get_mut(index).filter(|device| device.is_running()) else { return Ok(()) };
        let fault = self.places.get_mut(index).and_then(|course| course.pass(Kind::Turn));
        if let Some(PlacedFault::Dies { point, down_ms }) = fault {
            self.coverage.count(HAPPENED);
            device.crash = Some(Crash { point, turns: 0, down_ms });
        }
        let changes = device.db.total_changes();
        let turn = device.turn(now_ms, driver);
        let wrote = device.db.total_changes() != changes;
        match turn {
            Turn::Done(outputs) => {
                if let Some(course) = self.places.get_mut(index) {
                    course.turned(wrote, &outputs);
                }
                self.count_answers(&outputs);
                self.perform(index, outputs)?;
            }
            Turn::Died { committed, performed, down_ms } => {
                self.count_answers(&committed);
                self.perform(index, performed)?;
                self.program_gone(index, u64::from(down_ms));
            }
            Turn::Halted => {}
        }
        if self.devices.get(index).is_some_and(Device::has_inputs) {
            self.want_turn(index);
        }
        Ok(())
    }

    /// What a flushed transaction answered counts, whether or not anybody saw it.
    fn count_answers(&mut self, outputs: &[Output]) {
        for output in outputs {
            if let Output::Event(Event::Answered { request, result }) = output {
                self.ledger.answered(*request, result);
            }
        }
    }

    fn perform(&mut self, index: usize, outputs: Vec<Output>) -> Result<()> {
        for output in outputs {
            match output {
                Output::Event(event) => self.show(index, event),
                Output::Connect => self.connect(index),
                Output::Disconnect => self.disconnect(index),
                Output::CheckSocket => self.check_socket(index),
                Output::Send(bytes) => self.send(index, bytes),
                Output::Http(request) => self.call(index, request),
                // No plan of the simulator sends files yet, and none has a service worker.
                Output::Media(_) | Output::Push(_) => {}
                Output::WakeAt(at_ms) => {
                    let device_ms = self.devices.get(index).map_or(0, |device| device.now_ms(self.now_ms));
                    let at_ms = self.now_ms + at_ms.saturating_sub(device_ms).max(1);
                    self.set_wake(index, at_ms);
                    self.put(at_ms, Due::Wake(index, at_ms));
                }
                Output::Wipe => self.wipe(index)?,
            }
        }
        Ok(())
    }

    fn set_wake(&mut self, index: usize, at_ms: u64) {
        if let Some(wake) = self.wakes.get_mut(index) {
            *wake = at_ms;
        }
    }

    fn show(&mut self, index: usize, event: Event) {
        let Some(device) = self.devices.get_mut(index) else { return };
        let name = device.name;
        match device.screen.take(event) {
            Told::Notice(Notice::ServerNotTrusted { what }) => {
                self.alarms.push(format!("{name:?} was told not to trust the server: {what}"));
            }
            Told::Notice(Notice::StorageRolledBack) if self.cloned.contains(&name) => self.coverage.count(clones::TOLD),
            Told::Notice(Notice::StorageRolledBack) => self.alarms.push(format!("{name:?} was told of a rollback")),
            Told::Answer(request, result) => self.answered(index, request, &result),
            _ => {}
        }
        self.reach_for(name.account);
    }

    fn connect(&mut self, index: usize) {
        if let Some(device) = self.devices.get_mut(index) {
            device.drop_socket_inputs();
        }
        self.let_go(index);
        let id = self.network.open(index);
        if self.network.is_offline(index) || !self.backend.is_up() {
            self.put(self.now_ms + NO_NETWORK_MS, Due::ClientNotices(id));
        } else if let Some(at_ms) = self.network.next_to_server(id, self.now_ms) {
            self.put(at_ms, Due::SocketArrives(id));
        }
    }

    fn disconnect(&mut self, index: usize) {
        if let Some(device) = self.devices.get_mut(index) {
            device.drop_socket_inputs();
        }
        self.let_go(index);
    }

    /// The client's end is gone; the server hears of it after what was sent before.
    fn let_go(&mut self, index: usize) {
        if let Some(id) = self.network.let_go(index)
            && self.network.pipes.get(&id).is_some_and(|pipe| !pipe.silent)
            && let Some(at_ms) = self.network.next_to_server(id, self.now_ms)
        {
            self.put(at_ms, Due::ServerNotices(id));
        }
    }

    /// Nothing comes through a connection any more, and nobody is told.
    pub(crate) fn silence(&mut self, id: SocketId) {
        if let Some(pipe) = self.network.pipes.get_mut(&id) {
            (pipe.to_server_lost, pipe.to_client_lost, pipe.silent) = (true, true, true);
            self.backend.silence(id);
            self.put(self.now_ms, Due::Listen(id));
        }
    }

    /// The network may have changed: only where nothing comes through anything follows from it.
    fn check_socket(&mut self, index: usize) {
        let Some(id) = self.network.lines.get(index).and_then(|line| line.socket) else { return };
        let now_ms = self.now_ms;
        if let Some(pipe) = self.network.pipes.get_mut(&id).filter(|pipe| pipe.silent) {
            pipe.ear.doubts(now_ms);
            self.coverage.count("a silent connection was doubted");
            self.put(now_ms, Due::Listen(id));
        }
    }

    fn listen(&mut self, id: SocketId) {
        let now_ms = self.now_ms;
        let Some(pipe) = self.network.pipes.get_mut(&id).filter(|pipe| pipe.silent && pipe.client_has_it) else {
            return;
        };
        match pipe.ear.listens(now_ms) {
            Some(Patience::Until(at_ms)) => self.put(at_ms, Due::Listen(id)),
            Some(Patience::Lost) => {
                self.coverage.count("a silent connection was given up");
                self.client_loses(id);
            }
            // The core itself waits for its greeting to be answered.
            None => {}
        }
    }

    fn send(&mut self, index: usize, bytes: Vec<u8>) {
        if let Some(tape) = &mut self.tape {
            tape.sent(index, &bytes);
        }
        let Some(id) = self.network.lines.get(index).and_then(|line| line.socket) else { return };
        let now_ms = self.now_ms;
        if let Some(pipe) = self.network.pipes.get_mut(&id) {
            pipe.ear.sent(&bytes, now_ms);
            if pipe.silent {
                self.put(now_ms, Due::Listen(id));
            }
        }
        if let Some(at_ms) = self.network.next_to_server(id, self.now_ms) {
            self.put(at_ms, Due::ToServer(id, bytes));
        }
    }

    fn call(&mut self, index: usize, request: HttpRequest) {
        let life = self.devices.get(index).map_or(0, |device| device.life);
        let timeout_at_ms = self.now_ms + u64::from(request.timeout_ms);
        let placed = self.places.get_mut(index).and_then(|course| course.pass(Kind::Call));
        if placed.is_some() {
            self.coverage.count(HAPPENED);
            let answer = placed == Some(PlacedFault::LosesAnswer);
            self.network.lose_next_call(index, answer);
        }
        let (id, fate) = self.network.call(index, life, request.id);
        if let Some(tape) = &mut self.tape {
            tape.asked(index, id, &request);
        }
        if self.network.is_offline(index) || !self.backend.is_up() {
            self.put(self.now_ms + NO_NETWORK_MS, Due::Answer(id, Err(HttpFailure::Network)));
            return;
        }
        let most = self.network.delay_max_ms;
        let at_ms = self.now_ms + self.network.delay_ms(index, most);
        if fate != Fate::Lost {
            self.put(at_ms, Due::CallArrives(id, Box::new(request)));
        }
        self.put(timeout_at_ms, Due::Answer(id, Err(HttpFailure::Network)));
    }

    fn call_arrives(&mut self, id: CallId, request: HttpRequest) {
        let Some(device) = self.network.calls.get(&id).map(|call| call.device) else { return };
        if self.backend.is_up() && !self.network.is_offline(device) {
            self.backend.call(id, request, address(device));
            self.keep_looking();
        } else {
            self.put(self.now_ms + NO_NETWORK_MS, Due::Answer(id, Err(HttpFailure::Network)));
        }
    }

    fn answer(&mut self, id: CallId, answer: Result<HttpResponse, HttpFailure>) {
        let Some(call) = self.network.calls.remove(&id) else { return };
        if self.devices.get(call.device).is_some_and(|device| device.life == call.life) {
            self.give(call.device, Input::Http(call.id, answer));
        }
    }

    fn keep_looking(&mut self) {
        if !self.looking && !self.network.calls.is_empty() {
            self.looking = true;
            self.put(self.now_ms + LOOK_EVERY_MS, Due::Look);
        }
    }

    fn socket_arrives(&mut self, id: SocketId) {
        let Some(device) = self.network.pipes.get(&id).map(|pipe| pipe.device) else { return };
        if !self.backend.is_up() || self.network.is_offline(device) {
            self.put(self.now_ms + NO_NETWORK_MS, Due::ClientNotices(id));
            return;
        }
        if let Some(pipe) = self.network.pipes.get_mut(&id) {
            pipe.server_has_it = true;
        }
        self.backend.open_socket(id, address(device));
        if let Some(at_ms) = self.network.next_to_client(id, self.now_ms) {
            self.put(at_ms, Due::SocketOpened(id));
        }
    }

    /// The device at the client's end, if it still has this socket and hears it.
    fn open_end(&self, id: SocketId) -> Option<usize> {
        let pipe = self.network.pipes.get(&id)?;
        (pipe.client_has_it && !pipe.to_client_lost).then_some(pipe.device)
    }

    /// A frame is about to arrive: is it one that is to be lost?
    fn maybe_lost(&mut self, id: SocketId, kind: Kind) {
        let Some(device) = self.network.pipes.get(&id).map(|pipe| pipe.device) else { return };
        let loses = match self.places.get_mut(device).and_then(|course| course.pass(kind)) {
            Some(PlacedFault::LosesFrame) => Loses::ToServer,
            Some(PlacedFault::LosesReply) => Loses::ToClient,
            _ => return,
        };
        self.coverage.count(HAPPENED);
        self.cut(id, loses, PLACED_CLIENT_NOTICES_MS, PLACED_SERVER_NOTICES_MS);
    }

    fn frame_arrives(&mut self, id: SocketId, bytes: Option<Vec<u8>>) {
        if bytes.is_some() {
            self.maybe_lost(id, Kind::Reply);
        }
        let Some(device) = self.open_end(id) else { return };
        let now_ms = self.now_ms;
        match bytes {
            Some(bytes) => {
                if let Some(pipe) = self.network.pipes.get_mut(&id) {
                    pipe.ear.hears(now_ms);
                }
                if let Some(what) = tracing::remarkable(&bytes) {
                    self.coverage.count(what);
                }
                self.give(device, Input::Frame(bytes));
            }
            None => self.client_loses(id),
        }
    }

    pub(crate) fn client_loses(&mut self, id: SocketId) {
        let Some(pipe) = self.network.pipes.get(&id).filter(|pipe| pipe.client_has_it) else { return };
        let device = pipe.device;
        self.let_go(device);
        self.give(device, Input::SocketClosed);
    }

    pub(crate) fn server_loses(&mut self, id: SocketId) {
        if let Some(pipe) = self.network.pipes.get_mut(&id) {
            pipe.server_has_it = false;
            self.backend.close_socket(id);
        }
        self.network.tidy(id);
    }

    /// Fetches what the server has to say, and finds out whether it stopped.
    fn hear_server(&mut self) -> Result<()> {
        self.maybe_back_up()?;
        if self.backend.has_died() {
            self.coverage.count("the server stopped at a write");
            self.server_stops();
            self.put(self.now_ms + self.server_down_ms, Due::ServerStarts);
            return Ok(());
        }
        for news in self.backend.fetch() {
            match news {
                News::Frame(id, bytes) => {
                    if let (Some(tape), Some(pipe)) = (&mut self.tape, self.network.pipes.get(&id)) {
                        tape.told(pipe.device, &bytes);
                    }
                    if let Some(at_ms) = self.network.next_to_client(id, self.now_ms) {
                        self.put(at_ms, Due::ToClient(id, Some(bytes)));
                    }
                }
                News::SocketEnded(id) => {
                    if let Some(pipe) = self.network.pipes.get_mut(&id) {
                        pipe.server_has_it = false;
                        if pipe.silent {
                            self.coverage.count("the server gave a silent connection up");
                        }
                    }
                    if let Some(at_ms) = self.network.next_to_client(id, self.now_ms) {
                        self.put(at_ms, Due::ToClient(id, None));
                    }
                }
                News::Answer(id, answer) => self.answer_leaves(id, answer),
            }
        }
        Ok(())
    }

    /// Something of the server's that does not come out of it goes to a device that is connected.
    pub(crate) fn tell(&mut self, index: usize, bytes: Vec<u8>) {
        let Some(id) = self.network.lines.get(index).and_then(|line| line.socket) else { return };
        if self.network.pipes.get(&id).is_some_and(|pipe| pipe.server_has_it)
            && let Some(at_ms) = self.network.next_to_client(id, self.now_ms)
        {
            self.put(at_ms, Due::ToClient(id, Some(bytes)));
        }
    }

    /// The server is copied after so many of its writes.
    pub(crate) fn back_up_after(&mut self, writes: u16) -> Result<()> {
        if writes == 0 {
            return self.backend.back_up();
        }
        self.backup_in = Some((writes, self.backend.changes()?));
        Ok(())
    }

    fn maybe_back_up(&mut self) -> Result<()> {
        let Some((left, before)) = self.backup_in else { return Ok(()) };
        let changes = self.backend.changes()?;
        if changes == before {
            return Ok(());
        }
        self.backup_in = (left > 1).then_some((left - 1, changes));
        if self.backup_in.is_none() {
            self.coverage.count("the server was copied at a write");
            self.backend.back_up()?;
        }
        Ok(())
    }

    fn answer_leaves(&mut self, id: CallId, answer: Result<HttpResponse, HttpFailure>) {
        if let (Some(tape), Ok(answer)) = (&mut self.tape, &answer) {
            tape.answered(id, answer);
        }
        let Some(call) = self.network.calls.get(&id).filter(|call| !call.answer_lost) else { return };
        let (device, most) = (call.device, self.network.delay_max_ms);
        let at_ms = self.now_ms + self.network.delay_ms(device, most);
        self.put(at_ms, Due::Answer(id, answer));
    }

    /// The server is gone, with all its sockets and what it had not said.
    pub(crate) fn server_stops(&mut self) {
        self.backend.stop();
        let open: Vec<SocketId> = self.network.pipes.keys().copied().collect();
        for id in open {
            if let Some(pipe) = self.network.pipes.get_mut(&id) {
                pipe.server_has_it = false;
            }
            if let Some(at_ms) = self.network.next_to_client(id, self.now_ms) {
                self.put(at_ms, Due::ToClient(id, None));
            }
            self.network.tidy(id);
        }
        let calls: Vec<CallId> = self.network.calls.keys().copied().collect();
        for id in calls {
            self.put(self.now_ms + NO_NETWORK_MS, Due::Answer(id, Err(HttpFailure::Network)));
        }
    }

    /// A device's program is gone; it is started again after so long.
    pub(crate) fn program_gone(&mut self, index: usize, down_ms: u64) {
        self.let_go(index);
        self.set_wake(index, 0);
        let Some(device) = self.devices.get_mut(index) else { return };
        device.end();
        let life = device.life;
        self.network.calls.retain(|_, call| call.device != index);
        self.put(self.now_ms + down_ms, Due::Start(index, life));
    }

    /// Starts a device's program, unless somebody else did.
    pub(crate) fn start(&mut self, index: usize, life: u32) -> Result<()> {
        let Some(device) = self.devices.get_mut(index) else { return Ok(()) };
        if !device.is_running() && device.life == life && device.halted.is_none() {
            device.start()?;
            self.want_turn(index);
        }
        Ok(())
    }

    fn wipe(&mut self, index: usize) -> Result<()> {
        self.coverage.count("a device wiped itself");
        self.put_away(index)
    }

    /// A device is emptied. What it had not sent is gone with it.
    pub(crate) fn put_away(&mut self, index: usize) -> Result<()> {
        self.let_go(index);
        self.set_wake(index, 0);
        self.network.calls.retain(|_, call| call.device != index);
        let device = self.devices.get_mut(index).context("a device that is put away is there")?;
        // What was read on a hidden page is told when it is seen again: now it never is.
        self.receipts_always &= !device.hidden;
        if !device.is_vacant() {
            for mark in texts::unsent(&device.db)? {
                self.ledger.excuse(mark);
            }
            self.ledger.excuse_amendments(device.name, &texts::unsent_amendments(&device.db)?);
            self.ledger.unnamed.extend(texts::unnamed(&device.db)?);
        }
        device.wipe()
    }

    fn say(&self, line: &str) {
        use std::io::Write as _;
        // Nothing can be told where standard error is closed.
        let _ = writeln!(std::io::stderr().lock(), "{:>12} {line}", self.now_ms % 10_000_000_000);
    }
}
