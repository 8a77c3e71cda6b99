//! What earlier versions said is read as it was meant.

#![allow(clippy::unwrap_used)]

use fuzz::samples::{KINDS, folder};
use std::fs;

#[test]
fn what_every_version_said_is_read_back_field_by_field() {
    let mut read = 0;
    let mut faults = Vec::new();
    for version in fs::read_dir(folder()).unwrap() {
        let version = version.unwrap().path();
        for entry in fs::read_dir(&version).unwrap() {
            let entry = entry.unwrap();
            let name = entry.file_name().into_string().unwrap();
            let kind = KINDS.iter().find(|kind| kind.name == name).expect("a folder of a kind");
            for sample in fs::read_dir(entry.path()).unwrap() {
                let sample = sample.unwrap().path();
                read += 1;
                if let Err(error) = kind.check(&fs::read(&sample).unwrap()) {
                    faults.push(format!("{}: {error:#}", sample.display()));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(read > 50, "only {read} samples");
}

/// A field that changed its number is lost in reading back: so the check notices.
#[test]
fn what_is_not_known_does_not_come_back() {
    let content = KINDS.iter().find(|kind| kind.name == "content").unwrap();
    // Field 3000 with the number 1.
    assert!(content.check(&[0xC0, 0xBB, 0x01, 0x01]).is_err());
    assert!(content.check(&[0x10, 0x05]).is_ok(), "sent_ms is 5");
}
