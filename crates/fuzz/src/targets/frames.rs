//! Protobuf and postcard: what decodes must encode to something that decodes to the same.

use crate::script::{Script, chosen};
use client_api::wire;
use prost::Message;
use proto::decode::decode_limited;
use proto::limits::{FRAME_LEN_MAX, HTTP_BODY_LEN_MAX};
use proto::{account, content, history, identity, link, wire as schema};
use std::fmt::Debug;

fn comes_back<M: Message + Default + PartialEq + Debug>(bytes: &[u8], len_max: usize) {
    let Ok(message) = decode_limited::<M>(bytes, len_max) else { return };
    let encoded = message.encode_to_vec();
    // A repeated field may stand in pieces, a number in more bytes than it needs; nothing makes it longer but a bomb.
    assert!(encoded.len() <= bytes.len().saturating_mul(2), "{} bytes became {}", bytes.len(), encoded.len());
    assert_eq!(M::decode(encoded.as_slice()).as_ref(), Ok(&message));
}

pub(super) fn client_frame(bytes: &[u8]) {
    comes_back::<schema::ClientFrame>(bytes, FRAME_LEN_MAX);
}

pub(super) fn server_frame(bytes: &[u8]) {
    comes_back::<schema::ServerFrame>(bytes, FRAME_LEN_MAX);
}

/// Reads a body as one message and holds it against itself.
type Body = fn(&[u8], usize);

/// What HTTP bodies, messages, archives, codes and stored values hold, each a message. A new one goes to the end: seeds name
/// them by their place.
pub(crate) const BODIES: &[Body] = &[
    comes_back::<account::Problem>,
    comes_back::<account::ServerInfo>,
    comes_back::<account::RequestCode>,
    comes_back::<account::RequestCodeOk>,
    comes_back::<account::VerifyCode>,
    comes_back::<account::VerifyCodeOk>,
    comes_back::<account::Register>,
    comes_back::<account::RegisterOk>,
    comes_back::<account::Challenge>,
    comes_back::<account::OpenSession>,
    comes_back::<account::OpenSessionOk>,
    comes_back::<account::SetPin>,
    comes_back::<account::LookUp>,
    comes_back::<account::LookUpOk>,
    comes_back::<account::LookUpAccounts>,
    comes_back::<account::OwnAccount>,
    comes_back::<account::GetDeviceLists>,
    comes_back::<account::DeviceLists>,
    comes_back::<account::PutDeviceList>,
    comes_back::<account::PutKeyPackages>,
    comes_back::<account::PutKeyPackagesOk>,
    comes_back::<account::ClaimKeyPackages>,
    comes_back::<account::ClaimKeyPackagesOk>,
    comes_back::<account::PutProfile>,
    comes_back::<account::GetProfiles>,
    comes_back::<account::Profiles>,
    comes_back::<account::LinkOpen>,
    comes_back::<account::LinkGet>,
    comes_back::<account::LinkSlot>,
    comes_back::<account::LinkPut>,
    comes_back::<account::LinkPutOk>,
    comes_back::<account::LinkClose>,
    comes_back::<content::Content>,
    comes_back::<content::ProfileBody>,
    comes_back::<content::AuthenticatedData>,
    comes_back::<content::ReadWatermark>,
    comes_back::<content::EphemeralBody>,
    comes_back::<content::StateOps>,
    comes_back::<content::Contact>,
    comes_back::<content::ArchiveManifest>,
    comes_back::<history::Frame>,
    comes_back::<history::Message>,
    comes_back::<identity::SignedDeviceCert>,
    comes_back::<identity::SignedDeviceList>,
    comes_back::<identity::DeviceList>,
    comes_back::<identity::ChatPolicy>,
    comes_back::<link::Bundle>,
    comes_back::<link::Slot>,
    comes_back::<link::Step>,
];

/// The first byte says which.
pub(super) fn bodies(bytes: &[u8]) {
    let mut script = Script::new(bytes);
    if let Some(body) = chosen(BODIES, script.byte()) {
        body(script.rest(), HTTP_BODY_LEN_MAX);
    }
}

/// Page to worker.
pub(super) fn page_request(bytes: &[u8]) {
    let Ok(request) = wire::decode_request(bytes) else { return };
    let again = wire::decode_request(&wire::encode_request(&request));
    assert!(again.is_ok_and(|again| again == request), "a request did not come back");
}

/// Worker to page.
pub(super) fn page_events(bytes: &[u8]) {
    let Ok(events) = wire::decode_events(bytes) else { return };
    let again = wire::decode_events(&wire::encode_events(&events));
    assert!(again.is_ok_and(|again| again == events), "events did not come back");
}
