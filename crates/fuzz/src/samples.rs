//! Samples: what a version of clients and server said, kept in `samples/VERSION/KIND/NAME` and never changed. Every later version must
//! read all of it back, field by field. Owns where they lie, how they are made and what reading back is.

use crate::real::{Values, values};
use anyhow::{Context as _, Result, ensure};
use prost::Message;
use prost::encoding::{DecodeContext, decode_key, skip_field};
use proto::content::{AuthenticatedData, Content, Deletion, Edit, Erased, Quote, Reaction, Text, content};
use proto::identity::{ChatPolicy, SignedDeviceCert, SignedDeviceList};
use proto::wire::{ClientFrame, ServerFrame};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Samples of one kind that are kept.
const KEPT_MAX: usize = 40;

/// A kind of value, and how it is read back.
pub struct Kind {
    /// The name of its folder.
    pub name: &'static str,
    made: fn(&Values) -> Vec<Vec<u8>>,
    read_back: fn(&[u8]) -> Result<Vec<u8>>,
}

/// All kinds.
pub const KINDS: &[Kind] = &[
    Kind { name: "client-frame", made: |values| values.client_frames.clone(), read_back: read_back::<ClientFrame> },
    Kind { name: "server-frame", made: |values| values.server_frames.clone(), read_back: read_back::<ServerFrame> },
    Kind { name: "content", made: contents, read_back: read_back::<Content> },
    Kind { name: "authenticated-data", made: |values| values.aads.clone(), read_back: read_back::<AuthenticatedData> },
    Kind { name: "device-list", made: |values| values.device_lists.clone(), read_back: read_back::<SignedDeviceList> },
    Kind { name: "certificate", made: |values| values.certificates.clone(), read_back: read_back::<SignedDeviceCert> },
    Kind { name: "policy", made: |values| values.policies.clone(), read_back: read_back::<ChatPolicy> },
];

/// Fields that this version does not know are dropped by decoding, and those that it reads as something else come back otherwise.
fn read_back<T: Message + Default>(bytes: &[u8]) -> Result<Vec<u8>> {
    Ok(T::decode(bytes)?.encode_to_vec())
}

impl Kind {
    /// A sample means what it meant.
    pub fn check(&self, bytes: &[u8]) -> Result<()> {
        let again = (self.read_back)(bytes)?;
        ensure!(again == bytes, "{} bytes were read, and {} come back of them", bytes.len(), again.len());
        Ok(())
    }
}

/// What was recorded, and what is said about messages.
fn contents(values: &Values) -> Vec<Vec<u8>> {
    let of = |body| {
        let content = Content {
            message_id: vec![1; 16],
            sent_ms: 1_700_000_000_000,
            profile_version: 1,
            lifetime_s: 0,
            body: Some(body),
        };
        content.encode_to_vec()
    };
    let message_id = || vec![2; 16];
    let quote = Quote { message_id: message_id(), account: vec![3; 16], excerpt: "will you come?".into() };
    let said = [
        content::Body::Text(Text { text: "yes".into(), quote: Some(quote), ..Text::default() }),
        content::Body::Text(Text { text: "will you come?".into(), forwarded: true, ..Text::default() }),
        content::Body::Reaction(Reaction { message_id: message_id(), emoji: "👍".into() }),
        content::Body::Edit(Edit { message_id: message_id(), text: "will you come today?".into(), ..Edit::default() }),
        content::Body::Deletion(Deletion { message_id: message_id() }),
        content::Body::Erased(Erased::default()),
    ];
    values.contents.iter().cloned().chain(said.map(of)).collect()
}

/// The folder of all samples.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("samples")
}

/// Keeps samples of this version under a number that no version has yet: one of each shape that is said.
pub fn keep(version: &str) -> Result<()> {
    let folder = folder().join(version);
    ensure!(!folder.exists(), "there are samples of version {version}; they are never changed");
    for kind in KINDS {
        let folder = folder.join(kind.name);
        fs::create_dir_all(&folder)?;
        let mut seen = BTreeSet::new();
        let different = (kind.made)(values()).into_iter().filter(|bytes| seen.insert(shape(bytes)));
        for (number, bytes) in (1..).zip(different.take(KEPT_MAX)) {
            let number: u32 = number;
            kind.check(&bytes).with_context(|| kind.name)?;
            fs::write(folder.join(format!("{number:02}")), bytes)?;
        }
    }
    Ok(())
}

/// Alike are those that have the same fields and are of about the same length.
fn shape(bytes: &[u8]) -> (Vec<u64>, Option<u32>) {
    let mut rest = bytes;
    let mut fields = Vec::new();
    while let Ok((field, wire_type)) = decode_key(&mut rest) {
        fields.push(u64::from(field));
        let skipped = skip_field(wire_type, field, &mut rest, DecodeContext::default());
        if skipped.is_err() {
            break;
        }
    }
    fields.dedup();
    (fields, bytes.len().checked_ilog2())
}
