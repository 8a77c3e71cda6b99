//! How linking ends when the new device is on the list already.

use super::*;
use crate::io::Output;
use crate::testing::{phone, step as input};
use client_api::Notice;
use e2ee::link::BundleKey;
use identity::{DeviceKey, Succession, VerifiedDeviceList};
use proto::account::{AccountDevices, DeviceLists, PutDeviceList};
use proto::ids::ServerId;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use rusqlite::Connection;

const SERVER: ServerId = ServerId([4; 16]);
const HEARD_MS: u64 = 1_000;
const COMPANION: u32 = 2;

/// A phone that has put the list with the new device.
struct Story {
    client: Client,
    db: Connection,
    /// The last list with a new device that was put, and that device.
    list: Vec<u8>,
    device: u32,
}

impl Story {
    fn new() -> Self {
        let mut story = Self::before();
        story.links(3);
        story
    }

    /// Nobody was linked yet.
    fn before() -> Self {
        let (client, db) = phone();
        Self { client, db, list: Vec::new(), device: 0 }
    }

    /// The phone talks with a device of this key, and puts the list with it.
    fn links(&mut self, seed: u8) {
        let answer = self.certifies(seed);
        let out = self.does(HEARD_MS, |client, cx| client.on_countersigned(cx, &answer).expect("signed"));
        self.list = put_list(&out).expect("the list is put");
    }

    /// The phone talks with a device of this key, and the device countersigns its certificate.
    fn certifies(&mut self, seed: u8) -> Countersigned {
        let mut rng = ChaCha20Rng::seed_from_u64(u64::from(seed));
        let device_key = DeviceKey::from_bytes(&[seed; 32]);
        let public = device_key.public();
        let (bytes, code) = BundleKey::generate(&mut rng).bundle(public, SERVER, ("Firefox", "Linux"), &mut rng);
        let base = input(&self.db, HEARD_MS, |cx| self.client.list_to_sign_on(cx).expect("a list")).0;
        self.device = base.next_device().0;
        let list_version = base.next_version();
        let talk = Talk {
            bundle: Box::new(check_bundle(&code, SERVER, &bytes).expect("a bundle")),
            channel: LinkChannel::start(&code, SERVER, &bytes).expect("a channel"),
            code,
            device_key: public,
            offer: Offer { device: self.device, list_version, ..Offer::default() },
            digits: "0427".to_owned(),
            tries_left: TRIES,
            seq: 5,
            heard_ms: HEARD_MS,
        };
        let account_key = self.reads(|cx| account_key(cx).expect("a phone"));
        let fields = CertFields {
            device: DeviceNumber(self.device),
            signature_key: public,
            role: DeviceRole::Companion,
            issued_ms: HEARD_MS,
            list_version,
        };
        let (cert_body, account_signature) = identity::cert::issue_cert(&account_key, &fields);
        let transcript = talk.channel.transcript(&talk.offer, public, &talk.digits);
        let answer = Countersigned {
            transcript_signature: device_key.sign_link_transcript(&transcript).to_vec(),
            device_signature: identity::cert::countersign(&device_key, account_key.public(), &cert_body)
                .expect("countersigned")
                .to_vec(),
        };
        let step = TalkStep::Countersignature { cert_body, account_signature };
        self.client.existing_device = ExistingDevice::Talking { talk: Box::new(talk), step };
        answer
    }

    /// The owner logs a device out.
    fn logs_out(&mut self, device: u32) -> Vec<Output> {
        self.does(HEARD_MS, |client, cx| client.unlink(cx, 7, Some(device)).expect("asked"))
    }

    fn reads<T>(&self, run: impl FnOnce(&mut Context<'_>) -> T) -> T {
        input(&self.db, HEARD_MS, run).0
    }

    /// Whatever was under way has an answer, or is given up.
    fn forgets_calls(&mut self) {
        self.client.calls.drop_where(|_| true);
    }

    /// The program ends, and starts again with its database.
    fn restarts(&mut self) {
        self.client = phone().0;
    }

    /// The phone connects, and the server says what list it has.
    fn connects(&mut self, list: &[u8]) -> Vec<Output> {
        let account = self.reads(|cx| cx.me().expect("me").address.account).to_vec();
        let mine = AccountDevices { account, signed_device_list: list.to_vec(), ..AccountDevices::default() };
        let lists = DeviceLists { accounts: vec![mine] };
        self.forgets_calls();
        self.does(HEARD_MS, |client, cx| client.on_own_devices(cx, Reply::Ok(lists)).expect("lists"))
    }

    /// The phone's list as it was before.
    fn first_list(&self) -> Vec<u8> {
        self.reads(|cx| mls::own_device_list(cx).expect("list").as_bytes().to_vec())
    }

    fn does(&mut self, at_ms: u64, run: impl FnOnce(&mut Client, &mut Context<'_>)) -> Vec<Output> {
        input(&self.db, at_ms, |cx| run(&mut self.client, cx)).1
    }

    /// The server answers that it has the list.
    fn is_listed(&mut self) -> Vec<Output> {
        self.put_is_answered(Reply::Ok(()))
    }

    fn put_is_answered(&mut self, reply: Reply<()>) -> Vec<Output> {
        let (device, list) = (self.device, self.list.clone());
        self.forgets_calls();
        self.does(HEARD_MS, |client, cx| {
            client.on_linked_list_put(cx, device, &list, reply).expect("answered");
        })
    }
}

fn told(out: &[Output]) -> Option<&LinkFailure> {
    out.iter().find_map(|output| match output {
        Output::Event(Event::Linking(Some(LinkingStage::Failed(why)))) => Some(why),
        _ => None,
    })
}

fn put_list(out: &[Output]) -> Option<Vec<u8>> {
    out.iter().find_map(|output| match output {
        Output::Http(request) if request.path == "/v1/devices" => {
            Some(PutDeviceList::decode(request.body.bytes()).expect("a request").signed_device_list)
        }
        _ => None,
    })
}

/// How many devices the list has that is put.
fn puts_list_of(out: &[Output]) -> Option<usize> {
    put_list(out).map(|list| VerifiedDeviceList::verify(&list).expect("a list").devices().count())
}

fn devices_of(list: &[u8]) -> Vec<u32> {
    VerifiedDeviceList::verify(list).expect("a list").devices().map(|cert| cert.device.0).collect()
}

fn asks_for_list(out: &[Output]) -> bool {
    out.iter().any(|output| matches!(output, Output::Http(request) if request.path == "/v1/devices/get"))
}

#[test]
fn a_device_that_falls_silent_when_it_is_listed_is_not_said_to_be_unlinked() {
    let mut story = Story::new();
    story.is_listed();
    let out = story.does(HEARD_MS + SILENCE_MS, |client, cx| client.linking_tick(cx).expect("tick"));
    assert_eq!(told(&out), Some(&LinkFailure::NotConfirmed));
    let is_http = |output: &&Output| matches!(output, Output::Http(_));
    assert_eq!(out.iter().filter(is_http).count(), 0, "it stays on the list, and what it needs in the slot");
}

#[test]
fn a_device_that_was_just_linked_was_just_seen() {
    let out = Story::new().is_listed();
    let rows = out.iter().find_map(|output| match output {
        Output::Event(Event::Devices(rows)) => Some(rows),
        _ => None,
    });
    let seen = rows.and_then(|rows| rows.iter().find(|row| row.device == COMPANION)).map(|row| row.last_seen_ms);
    assert_eq!(seen, Some(HEARD_MS));
}

#[test]
fn a_device_that_was_just_linked_is_told_of_once_by_its_name() {
    for pushed_before_the_answer in [false, true] {
        let mut story = Story::new();
        let longer = story.list.clone();
        let mut out = if pushed_before_the_answer { story.connects(&longer) } else { Vec::new() };
        out.extend(story.is_listed());
        out.extend(story.connects(&longer));
        let names = out.iter().filter_map(|output| match output {
            Output::Event(Event::Notice(Notice::DeviceLinked { name, .. })) => Some(name.as_str()),
            _ => None,
        });
        assert_eq!(names.collect::<Vec<_>>(), ["Firefox on Linux"]);
    }
}

#[test]
fn a_device_that_falls_silent_before_is_not_linked() {
    let mut story = Story::new();
    let out = story.does(HEARD_MS + SILENCE_MS, |client, cx| client.linking_tick(cx).expect("tick"));
    assert_eq!(told(&out), Some(&LinkFailure::OtherSideGone));
}

#[test]
fn stopping_when_the_device_is_listed_takes_it_off_again() {
    let mut story = Story::new();
    story.is_listed();
    let out = story.does(HEARD_MS, |client, cx| client.cancel_linking(cx, 0).expect("stopped"));
    assert_eq!(told(&out), Some(&LinkFailure::CancelledOnPhone));
    assert_eq!(puts_list_of(&out), Some(1));
}

#[test]
fn stopping_before_the_own_word_is_known_to_be_in_the_slot_closes_the_slot() {
    let paths = |out: &[Output]| -> Vec<String> {
        let path = |output: &Output| match output {
            Output::Http(request) if request.path.starts_with("/v1/link/") => Some(request.path.to_string()),
            _ => None,
        };
        out.iter().filter_map(path).collect()
    };
    for (says_before, path) in [(false, "/v1/link/put"), (true, "/v1/link/close")] {
        let mut story = Story::new();
        story.forgets_calls();
        if says_before {
            story.does(HEARD_MS, |client, cx| {
                client.say(cx, &cancel_step(cancelled::Reason::Digits)).expect("said");
            });
        }
        let out = story.does(HEARD_MS, |client, cx| client.cancel_linking(cx, 0).expect("stopped"));
        assert_eq!(paths(&out), [path]);
        assert_eq!(told(&out), Some(&LinkFailure::CancelledOnPhone));
    }
}

#[test]
fn stopping_while_the_list_is_on_its_way_takes_the_device_off_again() {
    let mut story = Story::new();
    let out = story.does(HEARD_MS, |client, cx| client.cancel_linking(cx, 0).expect("stopped"));
    assert_eq!((told(&out), puts_list_of(&out)), (Some(&LinkFailure::CancelledOnPhone), None));
    assert_eq!(puts_list_of(&story.is_listed()), Some(1));
}

#[test]
fn the_shorter_list_is_put_until_it_is_stored() {
    let mut story = Story::new();
    story.is_listed();
    let longer = story.list.clone();
    let out = story.does(HEARD_MS, |client, cx| client.cancel_linking(cx, 0).expect("stopped"));
    let shorter = put_list(&out).expect("the shorter list");
    // It is lost with its answer, and so is the next one, and the program.
    for _ in 0..2 {
        story.restarts();
        assert_eq!(puts_list_of(&story.connects(&longer)), Some(1));
    }
    assert_eq!(puts_list_of(&story.connects(&shorter)), None);
    assert_eq!(story.reads(|cx| unsettled::count(cx)), 0, "nothing is left to be done");
}

#[test]
fn a_list_that_may_be_stored_without_an_answer_is_taken_back() {
    for ends in [|story: &mut Story| drop(story.put_is_answered(Reply::None)), Story::restarts] {
        let mut story = Story::new();
        let (before, longer) = (story.first_list(), story.list.clone());
        ends(&mut story);
        // It has not come, but it may yet, or may be shown to others: a later one goes out, until it is in force.
        let later = put_list(&story.connects(&before)).expect("a later list");
        let version = |list: &[u8]| VerifiedDeviceList::verify(list).expect("a list").version();
        assert!(version(&later) > version(&longer));
        assert_eq!(devices_of(&later), [1]);
        story.restarts();
        let out = story.connects(&longer);
        assert_eq!(puts_list_of(&out), Some(1));
        let linked = |output: &Output| matches!(output, Output::Event(Event::Notice(Notice::DeviceLinked { .. })));
        assert!(!out.iter().any(linked), "the page says that nothing was linked");
    }
}

#[test]
fn without_an_answer_the_server_is_asked_what_list_it_has() {
    let mut story = Story::new();
    let out = story.put_is_answered(Reply::None);
    assert_eq!((told(&out), asks_for_list(&out)), (Some(&LinkFailure::Offline), true));
    story.forgets_calls();
    let none = |client: &mut Client, cx: &mut Context<'_>| client.on_own_devices(cx, Reply::None).expect("no answer");
    story.does(HEARD_MS, none);
    let later = |client: &mut Client, cx: &mut Context<'_>| client.unsettled_tick(cx).expect("tick");
    assert!(!asks_for_list(&story.does(HEARD_MS, later)), "not at once");
    assert!(asks_for_list(&story.does(HEARD_MS + 30_000, later)));
}

#[test]
fn a_later_linking_is_not_taken_back_with_one_that_had_no_answer() {
    let mut story = Story::new();
    story.put_is_answered(Reply::None);
    // The first list never reached the server, and still the number is given once.
    story.links(4);
    let second = story.list.clone();
    assert_eq!(devices_of(&second), [1, 3]);
    assert_eq!(puts_list_of(&story.connects(&second)), None, "the list is pushed before the answer to it comes");
    story.is_listed();
    assert_eq!(puts_list_of(&story.connects(&second)), None);
    story.restarts();
    assert_eq!(puts_list_of(&story.connects(&second)), None);
    assert_eq!(story.reads(|cx| unsettled::count(cx)), 0, "the first cannot come any more");
}

#[test]
fn the_first_of_two_linkings_goes_when_it_was_that_which_was_stored() {
    let mut story = Story::new();
    let first = story.list.clone();
    story.put_is_answered(Reply::None);
    story.links(4);
    let next = put_list(&story.connects(&first)).expect("a list is put");
    assert_eq!(devices_of(&next), [1, 3], "the second linking goes on");
}

#[test]
fn no_two_lists_have_one_version() {
    let mut story = Story::new();
    let mut signed = vec![story.first_list(), story.list.clone()];
    // No answer comes to any of them, and the program ends each time.
    for seed in [4, 5] {
        story.restarts();
        story.links(seed);
        signed.push(story.list.clone());
    }
    story.is_listed();
    for _ in 0..2 {
        signed.push(put_list(&story.logs_out(4)).expect("a shorter list is put"));
        story.restarts();
    }
    let signed: Vec<_> = signed.iter().map(|list| VerifiedDeviceList::verify(list).expect("a list")).collect();
    assert_eq!(signed.iter().map(VerifiedDeviceList::version).collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6]);
    for (place, later) in signed.iter().enumerate() {
        for known in &signed[..place] {
            assert_eq!(later.succeeds(known), Ok(Succession::Newer), "whoever has seen one takes the later");
        }
    }
    assert_eq!(devices_of(signed[3].as_bytes()), [1, 4], "those whose linking came to nothing are in no later list");
    assert_eq!(devices_of(signed[5].as_bytes()), [1]);
}

#[test]
fn a_list_that_was_signed_on_does_not_count_when_the_one_in_force_is_newer() {
    let mut story = Story::new();
    let longer = story.list.clone();
    story.is_listed();
    let shorter = put_list(&story.logs_out(2)).expect("a shorter list is put");
    story.connects(&shorter);
    // As a database is that was set back to before it signed anything.
    story.db.execute("UPDATE this SET signed_list = ?1", [longer]).expect("set back");
    story.links(4);
    assert_eq!(VerifiedDeviceList::verify(&story.list).expect("a list").version(), 4);
}

#[test]
fn a_certificate_for_a_list_that_another_took_meanwhile_is_not_used() {
    let mut story = Story::new();
    story.is_listed();
    let answer = story.certifies(4);
    story.logs_out(2);
    let out = story.does(HEARD_MS, |client, cx| client.on_countersigned(cx, &answer).expect("refused"));
    assert_eq!((told(&out), put_list(&out)), (Some(&LinkFailure::DevicesChanged), None));
}

#[test]
fn a_pasted_code_waits_only_where_no_pin_is_asked_for() {
    for (pin_set, pasted, waits, asks) in [
        (false, true, true, false),
        (true, true, false, true),
        (true, false, false, false),
        (false, false, false, false),
    ] {
        let mut story = Story::new();
        story.does(HEARD_MS, |client, cx| {
            pin::store(cx, if pin_set { &[1; 32] } else { &[] }).expect("kept");
            let mut rng = ChaCha20Rng::seed_from_u64(9);
            let public = DeviceKey::from_bytes(&[9; 32]).public();
            let (bytes, code) = BundleKey::generate(&mut rng).bundle(public, SERVER, ("Firefox", "Linux"), &mut rng);
            let slot = LinkSlot { seq: 1, bytes, ..LinkSlot::default() };
            client.on_bundle(cx, code, pasted, &slot).expect("no halt");
        });
        let ExistingDevice::Confirm { not_before_ms, pin_tries_left, .. } = &story.client.existing_device else {
            panic!("the warning is not shown");
        };
        let case = format!("pin set: {pin_set}, pasted: {pasted}");
        assert_eq!((*not_before_ms > HEARD_MS, pin_tries_left.is_some()), (waits, asks), "{case}");
    }
}
