//! Files that are played while they come.

use super::device::{Device, SIZE, plain};
use super::*;
use e2ee::media::sealed_size;

const FILM: u8 = 5;

fn device() -> Device {
    let mut device = Device::new();
    device.hears_of_file(FILM, MediaKind::Video, &plain(SIZE));
    device
}

fn plays(device: &mut Device, from: Option<u64>) {
    let message = client_api::MessageId([FILM; 16]);
    device.asks(Command::StreamMedia { chat: CHAT_UI, message, from });
}

fn held(device: &Device) -> Vec<std::ops::Range<u64>> {
    let message = client_api::MessageId([FILM; 16]);
    let found = device.story.client.stream_source(&device.story.db, CHAT_UI, message).expect("read");
    found.map(|found| found.held).unwrap_or_default()
}

#[test]
fn what_a_player_wants_comes_first_and_nothing_twice() {
    let mut device = device();
    plays(&mut device, None);
    device.performs_next();
    let first = held(&device);
    assert!(first.len() == 1 && first[0].start == 0 && first[0].end < 1024 * 1024, "a small piece: {first:?}");
    plays(&mut device, Some(SIZE - 10));
    // What is on its way comes before it.
    device.performs_next();
    device.performs_next();
    let both = held(&device);
    assert!(both.len() == 2 && both[1].end == sealed_size(SIZE), "its end is here: {both:?}");
    assert_eq!(device.shows(FILM), None, "it is not whole");
    device.runs();
    assert_eq!(device.shows(FILM), Some(plain(SIZE)));
    let came: u64 = device.fetched.iter().map(|piece| piece.end - piece.start).sum();
    assert_eq!(came, sealed_size(SIZE), "{:?}", device.fetched);
}

#[test]
fn a_film_that_was_played_in_pieces_goes_on_after_a_death() {
    let mut device = device();
    plays(&mut device, None);
    plays(&mut device, Some(SIZE / 2));
    device.performs_next();
    device.performs_next();
    device.dies();
    assert_eq!(held(&device).len(), 1, "what came out of its turn is forgotten, and comes again");
    plays(&mut device, Some(SIZE - 1));
    device.runs();
    assert_eq!(device.shows(FILM), Some(plain(SIZE)));
}

#[test]
fn what_was_changed_on_the_way_is_damaged_in_whatever_order_it_came() {
    let mut device = device();
    device.blobs.values_mut().for_each(|(_, bytes)| bytes[70_000] ^= 1);
    plays(&mut device, None);
    plays(&mut device, Some(SIZE - 1));
    device.runs();
    assert_eq!(device.place_of(FILM), MediaPlace::Stopped(MediaTrouble::Damaged));
    assert_eq!(held(&device), []);
}

#[test]
fn a_player_that_still_waits_brings_nothing_that_was_stopped() {
    let mut device = device();
    plays(&mut device, None);
    device.performs_next();
    device.asks(Command::CancelMedia { chat: CHAT_UI, message: client_api::MessageId([FILM; 16]) });
    plays(&mut device, Some(0));
    assert_eq!(device.place_of(FILM), MediaPlace::Stopped(MediaTrouble::Cancelled));
    assert_eq!(held(&device), []);
    // A press on "play" does.
    plays(&mut device, None);
    device.runs();
    assert_eq!(device.shows(FILM), Some(plain(SIZE)));
}

#[test]
fn what_is_played_comes_before_what_waits_longer() {
    let mut device = Device::new();
    for number in [1, 2, 3, FILM] {
        device.hears_of_file(number, MediaKind::Video, &plain(SIZE));
    }
    [1, 2, 3].into_iter().for_each(|number| device.downloads(number));
    plays(&mut device, None);
    while held(&device).is_empty() {
        device.performs_next();
    }
    let whole = [1, 2, 3].map(|number| device.place_of(number) == MediaPlace::Here);
    assert_eq!(whole, [false; 3], "it did not wait for its turn");
}
