//! How linking ends when the new device is on the list already.

use super::*;
use crate::io::Output;
use crate::testing::{phone, step as input, with_companion};
use e2ee::link::BundleKey;
use identity::DeviceKey;
use proto::account::PutDeviceList;
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
    list: Vec<u8>,
}

impl Story {
    fn new() -> Self {
        let (mut client, db) = phone();
        let (list, _) = input(&db, HEARD_MS, |cx| with_companion(&mls::own_device_list(cx).expect("list")));
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let device_key = DeviceKey::from_bytes(&[3; 32]).public();
        let (bytes, code) = BundleKey::generate(&mut rng).bundle(device_key, SERVER, ("Firefox", "Linux"), &mut rng);
        let talk = Talk {
            bundle: Box::new(check_bundle(&code, SERVER, &bytes).expect("a bundle")),
            channel: LinkChannel::start(&code, SERVER, &bytes).expect("a channel"),
            code,
            device_key,
            offer: Offer { device: COMPANION, ..Offer::default() },
            digits: "0427".to_owned(),
            tries_left: TRIES,
            seq: 5,
            heard_ms: HEARD_MS,
        };
        client.existing_device = ExistingDevice::Talking { talk: Box::new(talk), step: TalkStep::ListStored };
        Self { client, db, list: list.as_bytes().to_vec() }
    }

    fn does(&mut self, at_ms: u64, run: impl FnOnce(&mut Client, &mut Context<'_>)) -> Vec<Output> {
        input(&self.db, at_ms, |cx| run(&mut self.client, cx)).1
    }

    /// The server answers that it has the list.
    fn is_listed(&mut self) -> Vec<Output> {
        let list = self.list.clone();
        self.does(HEARD_MS, |client, cx| {
            client.on_linked_list_put(cx, COMPANION, &list, Reply::Ok(())).expect("stored");
        })
    }
}

fn told(out: &[Output]) -> Option<&LinkFailure> {
    out.iter().find_map(|output| match output {
        Output::Event(Event::Linking(Some(LinkingStage::Failed(why)))) => Some(why),
        _ => None,
    })
}

/// How many devices the list has that is put.
fn puts_list_of(out: &[Output]) -> Option<usize> {
    out.iter().find_map(|output| match output {
        Output::Http(request) if request.path == "/v1/devices" => {
            let put = PutDeviceList::decode(request.body.as_slice()).expect("a request");
            let list = identity::VerifiedDeviceList::verify(&put.signed_device_list).expect("a list");
            Some(list.devices().count())
        }
        _ => None,
    })
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
fn stopping_while_the_list_is_on_its_way_takes_the_device_off_again() {
    let mut story = Story::new();
    let out = story.does(HEARD_MS, |client, cx| client.cancel_linking(cx, 0).expect("stopped"));
    assert_eq!((told(&out), puts_list_of(&out)), (Some(&LinkFailure::CancelledOnPhone), None));
    assert_eq!(puts_list_of(&story.is_listed()), Some(1));
}
