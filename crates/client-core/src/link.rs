//! Linking a companion: the new device's side and the phone's side, one enum each. What both share is here: the
//! rendezvous calls and how their failures are told.

pub(crate) mod existing_device;
pub(crate) mod new_device;
pub(crate) mod unsettled;

use crate::client::{Client, Context};
use crate::http::{Answer as Reply, Purpose};
use crate::io::{HttpMethod, Output};
use client_api::LinkFailure;
use prost::Message as _;
use proto::account::{LinkClose, LinkGet, LinkPut, Problem};
use proto::ids::LinkId;
use proto::link::{Step, cancelled, step};

/// How long a question to the rendezvous may wait for an answer there.
const WAIT_MS: u32 = 20_000;
/// The HTTP time-out of such a question.
const WAIT_TIMEOUT_MS: u32 = 30_000;
/// A question that had no answer at all is asked again after this.
const NO_ANSWER_PAUSE_MS: u64 = 1_000;
/// Without a word from the other side for this long, linking is over.
const SILENCE_MS: u64 = 120_000;

/// Which end of a linking asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    New,
    Existing,
}

impl Client {
    /// Asks for what comes after `after_seq` in the slot; waits there a while.
    fn link_get(&mut self, cx: &mut Context<'_>, end: End, link_id: LinkId, after_seq: u32, bearer: Option<Vec<u8>>) {
        let wait_ms = if after_seq == 0 { 0 } else { WAIT_MS };
        let body = LinkGet { link_id: link_id.to_vec(), after_seq, wait_ms }.encode_to_vec();
        let mut call =
            self.calls.start(Purpose::LinkGet { end, link_id }, HttpMethod::Post, "/v1/link/get", body, bearer);
        if let Output::Http(request) = &mut call {
            request.timeout_ms = WAIT_TIMEOUT_MS;
        }
        cx.out.push(call);
    }

    /// The same after a pause: without a connection the answer is there at once.
    fn link_get_later(&mut self, cx: &Context<'_>, end: End, link_id: LinkId, after_seq: u32) {
        self.link_later.push((end, link_id, after_seq));
        self.retry_at(cx.now_ms + NO_ANSWER_PAUSE_MS);
    }

    fn link_put(&mut self, cx: &mut Context<'_>, end: End, link_id: LinkId, expected_seq: u32, bytes: Vec<u8>) {
        let body = LinkPut { link_id: link_id.to_vec(), expected_seq, bytes }.encode_to_vec();
        let purpose = Purpose::LinkPut { end, link_id };
        cx.out.push(self.calls.start(purpose, HttpMethod::Post, "/v1/link/put", body, None));
    }

    /// An own word is on its way: its place in the slot, behind which the next one goes, is not known yet. Nobody waits for it any more:
    /// who ends the linking now closes the slot, which says so as well.
    fn has_unheard_word(&mut self, of: End) -> bool {
        !self.calls.take_where(|purpose| matches!(purpose, Purpose::LinkPut { end, .. } if *end == of)).is_empty()
    }

    fn link_close(&mut self, cx: &mut Context<'_>, link_id: LinkId) {
        let body = LinkClose { link_id: link_id.to_vec() }.encode_to_vec();
        cx.out.push(self.calls.start(Purpose::LinkClose, HttpMethod::Post, "/v1/link/close", body, None));
    }
}

/// Why a call to the rendezvous failed, in the user's terms. `gone`: what it means that the slot is no longer there.
fn failure<M>(reply: &Reply<M>, gone: LinkFailure) -> LinkFailure {
    match reply {
        Reply::Problem(Problem { code, .. }) if code == "link-gone" => gone,
        Reply::Problem(_) | Reply::Ok(_) => LinkFailure::ServerFailed,
        Reply::None => LinkFailure::Offline,
    }
}

fn cancel_step(reason: cancelled::Reason) -> Step {
    Step { body: Some(step::Body::Cancelled(proto::link::Cancelled { reason: reason.into() })) }
}
