//! Linking, as the new device: shows codes, takes the digits, countersigns, becomes a device.

use super::{End, SILENCE_MS, cancel_step, failure};
use crate::client::{Client, Context};
use crate::http::{Answer as Reply, Purpose};
use crate::io::{Halt, HttpMethod};
use crate::this::{self, Me, Stage};
use client_api::{Answer, Event, LinkFailure, LinkStage, Role, UserError};
use e2ee::link::{BundleKey, DIGITS_LEN, LinkChannel, offered_account};
use identity::{AccountPublicKey, DeviceKey, VerifiedDeviceList};
use prost::Message as _;
use proto::account::{LinkOpen, LinkPutOk, LinkSlot};
use proto::ids::{AccountId, DeviceAddress, DeviceNumber, LinkId};
use proto::limits::QR_LIFETIME_S;
use proto::link::{Cancelled, Certify, Countersigned, Digits, Linked, Offer, Received, Step, cancelled, step};
use proto::qr::LinkCode;

/// Codes shown in a row without a scan, before the user is asked whether to go on.
const CODES_MAX: u32 = 6;

/// Where the new device is. Lives in memory only: a reload starts with a fresh code, and leaves nothing behind.
#[derive(Default)]
pub(crate) enum NewDevice {
    #[default]
    Idle,
    /// Waits to know the server.
    Wanted { claim: Claim },
    /// A code is on the screen. The one before it stays good while its rendezvous lives: whoever scanned it in its last second is
    /// still reading the phone's warning.
    Showing {
        claim: Claim,
        attempt: Box<Attempt>,
        before: Option<Box<Attempt>>,
        expires_ms: u64,
        opened: bool,
        codes: u32,
    },
    /// The phone scanned.
    Talking {
        attempt: Box<Attempt>,
        channel: Box<LinkChannel>,
        offer: Offer,
        digits: Option<String>,
        seq: u32,
        heard_ms: u64,
    },
}

/// What the device says of itself.
#[derive(Clone)]
pub(crate) struct Claim {
    browser: String,
    system: String,
}

/// The keys behind one code.
pub(crate) struct Attempt {
    bundle_key: BundleKey,
    bundle: Vec<u8>,
    code: LinkCode,
    device_key: DeviceKey,
}

impl std::fmt::Debug for NewDevice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Idle => "Idle",
            Self::Wanted { .. } => "Wanted",
            Self::Showing { .. } => "Showing",
            Self::Talking { .. } => "Talking",
        })
    }
}

impl Client {
    /// "Show a code."
    pub(crate) fn start_link(
        &mut self,
        cx: &mut Context<'_>,
        request: u32,
        browser: String,
        system: String,
    ) -> Result<(), Halt> {
        if this::stage(cx.db)? != Stage::New || self.config.role != Role::Companion {
            cx.answer(request, Err(UserError::NotNow));
            return Ok(());
        }
        cx.answer(request, Ok(Answer::Done));
        self.drop_new_device(cx);
        self.show_code(cx, Claim { browser, system }, None, 1)
    }

    /// Makes keys and opens the rendezvous; the code is shown when it is open.
    fn show_code(
        &mut self,
        cx: &mut Context<'_>,
        claim: Claim,
        before: Option<Box<Attempt>>,
        codes: u32,
    ) -> Result<(), Halt> {
        cx.event(Event::Link(LinkStage::Preparing));
        let Some(server) = this::server_id(cx.db)? else {
            self.new_device = NewDevice::Wanted { claim };
            self.ask_server_info(cx);
            return Ok(());
        };
        let bundle_key = BundleKey::generate(cx.rng);
        let device_key = DeviceKey::generate(cx.rng);
        let said = (claim.browser.as_str(), claim.system.as_str());
        let (bundle, code) = bundle_key.bundle(device_key.public(), server, said, cx.rng);
        let body = LinkOpen { link_id: code.link_id.to_vec(), bytes: bundle.clone() }.encode_to_vec();
        let purpose = Purpose::LinkOpen { link_id: code.link_id };
        cx.out.push(self.calls.start(purpose, HttpMethod::Post, "/v1/link/open", body, None));
        let expires_ms = cx.now_ms + QR_LIFETIME_S * 1_000;
        let attempt = Box::new(Attempt { bundle_key, bundle, code, device_key });
        self.new_device = NewDevice::Showing { claim, attempt, before, expires_ms, opened: false, codes };
        Ok(())
    }

    /// The server is known now.
    pub(crate) fn link_can_start(&mut self, cx: &mut Context<'_>) -> Result<(), Halt> {
        match &self.new_device {
            NewDevice::Wanted { claim } => {
                let claim = claim.clone();
                self.show_code(cx, claim, None, 1)
            }
            _ => Ok(()),
        }
    }

    /// The page asks what to show.
    pub(crate) fn show_link(&self, cx: &mut Context<'_>) {
        match &self.new_device {
            NewDevice::Showing { attempt, expires_ms, opened: true, .. } => {
                cx.event(Event::Link(LinkStage::ShowCode { text: attempt.code.to_text(), expires_ms: *expires_ms }));
            }
            NewDevice::Talking { offer, digits: None, .. } => {
                cx.event(Event::Link(LinkStage::EnterDigits { name: offer.name.clone(), tries_left: 3, wrong: false }));
            }
            _ => cx.event(Event::Link(LinkStage::Preparing)),
        }
    }

    pub(crate) fn on_link_opened(
        &mut self,
        cx: &mut Context<'_>,
        id: LinkId,
        reply: Reply<LinkPutOk>,
    ) -> Result<(), Halt> {
        let NewDevice::Showing { attempt, opened, expires_ms, .. } = &mut self.new_device else { return Ok(()) };
        if attempt.code.link_id != id {
            return Ok(());
        }
        if !matches!(reply, Reply::Ok(_)) {
            let why = failure(&reply, LinkFailure::ServerFailed);
            self.fail_link(cx, why);
            return Ok(());
        }
        *opened = true;
        let at_ms = *expires_ms;
        self.retry_at(at_ms);
        self.show_link(cx);
        self.link_get(cx, End::New, id, 1, None);
        Ok(())
    }

    /// Time passed: the next code, or the end of a talk that fell silent.
    pub(crate) fn link_tick(&mut self, cx: &mut Context<'_>) -> Result<(), Halt> {
        for (end, id, after_seq) in std::mem::take(&mut self.link_later) {
            self.link_get(cx, end, id, after_seq, None);
        }
        match &self.new_device {
            NewDevice::Showing { expires_ms, .. } if cx.now_ms >= *expires_ms => self.show_next_code(cx),
            NewDevice::Talking { heard_ms, .. } if cx.now_ms >= heard_ms + SILENCE_MS => {
                self.fail_link(cx, LinkFailure::OtherSideGone);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// In place of the code on the screen; after some in a row, the user is asked first.
    fn show_next_code(&mut self, cx: &mut Context<'_>) -> Result<(), Halt> {
        let NewDevice::Showing { claim, attempt, before, codes, .. } = std::mem::take(&mut self.new_device) else {
            return Ok(());
        };
        if let Some(older) = before {
            self.link_close(cx, older.code.link_id);
        }
        if codes >= CODES_MAX {
            self.link_close(cx, attempt.code.link_id);
            cx.event(Event::Link(LinkStage::CodeIdle));
            return Ok(());
        }
        self.show_code(cx, claim, Some(attempt), codes + 1)
    }

    pub(crate) fn on_slot_new(&mut self, cx: &mut Context<'_>, id: LinkId, reply: Reply<LinkSlot>) -> Result<(), Halt> {
        match &self.new_device {
            NewDevice::Showing { before: Some(before), .. } if before.code.link_id == id => {
                self.on_slot_before(cx, id, reply)
            }
            NewDevice::Showing { attempt, opened: true, .. } if attempt.code.link_id == id => match reply {
                Reply::Ok(slot) if slot.seq > 1 => self.on_first_slot(cx, id, &slot),
                Reply::Ok(_) => {
                    self.link_get(cx, End::New, id, 1, None);
                    Ok(())
                }
                Reply::None => {
                    self.link_get_later(cx, End::New, id, 1);
                    Ok(())
                }
                // Stopped on the phone at its warning, or out of time a moment before the next code is due: nobody can use the
                // one that is shown.
                Reply::Problem(_) => self.show_next_code(cx),
            },
            NewDevice::Talking { attempt, seq, .. } if attempt.code.link_id == id => {
                let seq = *seq;
                match reply {
                    Reply::Ok(slot) if slot.seq > seq => self.on_next_slot(cx, &slot),
                    Reply::Ok(_) => {
                        self.link_get(cx, End::New, id, seq, None);
                        Ok(())
                    }
                    Reply::None => {
                        self.link_get_later(cx, End::New, id, seq);
                        Ok(())
                    }
                    Reply::Problem(_) => {
                        self.fail_link(cx, failure(&reply, LinkFailure::CancelledOnPhone));
                        Ok(())
                    }
                }
            }
            _ => Ok(()),
        }
    }

    /// News of the code that was on the screen before.
    fn on_slot_before(&mut self, cx: &mut Context<'_>, id: LinkId, reply: Reply<LinkSlot>) -> Result<(), Halt> {
        match reply {
            Reply::Ok(slot) if slot.seq > 1 => return self.on_first_slot(cx, id, &slot),
            Reply::Ok(_) => self.link_get(cx, End::New, id, 1, None),
            Reply::None => self.link_get_later(cx, End::New, id, 1),
            Reply::Problem(_) => {
                if let NewDevice::Showing { before, .. } = &mut self.new_device {
                    *before = None;
                }
            }
        }
        Ok(())
    }

    /// The phone took one of the codes; the other one is void now.
    fn on_first_slot(&mut self, cx: &mut Context<'_>, id: LinkId, slot: &LinkSlot) -> Result<(), Halt> {
        let NewDevice::Showing { attempt, before, .. } = std::mem::take(&mut self.new_device) else { return Ok(()) };
        let (taken, others): (Vec<_>, Vec<_>) =
            [Some(attempt), before].into_iter().flatten().partition(|attempt| attempt.code.link_id == id);
        for other in others {
            self.link_close(cx, other.code.link_id);
        }
        let Some(attempt) = taken.into_iter().next() else { return Ok(()) };
        let accepted = LinkChannel::accept(&attempt.bundle_key, &attempt.code, &attempt.bundle, &slot.bytes);
        let Ok((channel, Step { body: Some(step::Body::Offer(offer)) })) = accepted else {
            self.fail_link(cx, LinkFailure::Tampered);
            return Ok(());
        };
        if offered_account(&offer).is_none() {
            self.fail_link(cx, LinkFailure::Tampered);
            return Ok(());
        }
        let heard_ms = cx.now_ms;
        self.new_device =
            NewDevice::Talking { attempt, channel: Box::new(channel), offer, digits: None, seq: slot.seq, heard_ms };
        self.retry_at(cx.now_ms + SILENCE_MS);
        self.show_link(cx);
        self.listen_while_typing(cx);
        Ok(())
    }

    /// While the user types, the phone may stop it all.
    fn listen_while_typing(&mut self, cx: &mut Context<'_>) {
        if let NewDevice::Talking { attempt, seq, .. } = &self.new_device {
            let (id, seq) = (attempt.code.link_id, *seq);
            self.link_get(cx, End::New, id, seq, None);
        }
    }

    /// The digits that the user read from the phone.
    pub(crate) fn enter_digits(&mut self, cx: &mut Context<'_>, request: u32, typed: &str) {
        let typed: String = typed.chars().filter(char::is_ascii_digit).collect();
        let NewDevice::Talking { attempt, channel, offer, digits, seq, .. } = &mut self.new_device else {
            cx.answer(request, Err(UserError::NotNow));
            return;
        };
        if typed.len() != DIGITS_LEN || digits.is_some() {
            cx.answer(request, Err(UserError::DigitsInvalid));
            return;
        }
        let transcript = channel.transcript(offer, attempt.device_key.public(), &typed);
        let mac = channel.digits_mac(&transcript).to_vec();
        let sealed = channel.seal(&Step { body: Some(step::Body::Digits(Digits { mac })) });
        // Its answer would be what is said here.
        self.calls.drop_where(|p| matches!(p, Purpose::LinkGet { end: End::New, .. }));
        *digits = Some(typed);
        let (id, seq) = (attempt.code.link_id, *seq);
        match sealed {
            Ok(bytes) => self.link_put(cx, End::New, id, seq, bytes),
            Err(_) => self.fail_link(cx, LinkFailure::ServerFailed),
        }
        cx.answer(request, Ok(Answer::Done));
        cx.event(Event::Link(LinkStage::Checking));
    }

    pub(crate) fn on_put_new(&mut self, cx: &mut Context<'_>, id: LinkId, reply: Reply<LinkPutOk>) {
        let NewDevice::Talking { attempt, seq, heard_ms, .. } = &mut self.new_device else { return };
        if attempt.code.link_id != id {
            return;
        }
        match reply {
            Reply::Ok(ok) => {
                *seq = ok.seq;
                *heard_ms = cx.now_ms;
                let seq = ok.seq;
                self.retry_at(cx.now_ms + SILENCE_MS);
                self.link_get(cx, End::New, id, seq, None);
            }
            other => self.fail_link(cx, failure(&other, LinkFailure::CancelledOnPhone)),
        }
    }

    fn on_next_slot(&mut self, cx: &mut Context<'_>, slot: &LinkSlot) -> Result<(), Halt> {
        let NewDevice::Talking { channel, seq, heard_ms, .. } = &mut self.new_device else { return Ok(()) };
        *seq = slot.seq;
        *heard_ms = cx.now_ms;
        let step = channel.open(&slot.bytes);
        self.retry_at(cx.now_ms + SILENCE_MS);
        let Ok(Step { body: Some(body) }) = step else {
            self.fail_link(cx, LinkFailure::Tampered);
            return Ok(());
        };
        match body {
            step::Body::DigitsWrong(wrong) => {
                self.ask_digits_again(cx, wrong.tries_left);
                Ok(())
            }
            step::Body::Certify(certify) => {
                self.on_certify(cx, &certify);
                Ok(())
            }
            step::Body::Linked(linked) => self.on_linked(cx, &linked),
            step::Body::Cancelled(Cancelled { reason }) => {
                let why = match cancelled::Reason::try_from(reason) {
                    Ok(cancelled::Reason::Digits) => LinkFailure::DigitsWrong,
                    Ok(cancelled::Reason::TooManyDevices) => LinkFailure::TooManyDevices,
                    Ok(cancelled::Reason::Failed) => LinkFailure::ServerFailed,
                    _ => LinkFailure::CancelledOnPhone,
                };
                self.fail_link(cx, why);
                Ok(())
            }
            _ => {
                self.fail_link(cx, LinkFailure::Tampered);
                Ok(())
            }
        }
    }

    fn ask_digits_again(&mut self, cx: &mut Context<'_>, tries_left: u32) {
        let NewDevice::Talking { digits, offer, .. } = &mut self.new_device else { return };
        *digits = None;
        let name = offer.name.clone();
        cx.event(Event::Link(LinkStage::EnterDigits { name, tries_left, wrong: true }));
        self.listen_while_typing(cx);
    }

    /// The phone says that the digits were right: signs what this device is to be, and the whole talk.
    fn on_certify(&mut self, cx: &mut Context<'_>, certify: &Certify) {
        let NewDevice::Talking { attempt, channel, offer, digits: Some(digits), seq, .. } = &mut self.new_device else {
            self.fail_link(cx, LinkFailure::Tampered);
            return;
        };
        let transcript = channel.transcript(offer, attempt.device_key.public(), digits);
        let signed = AccountPublicKey::try_from(offer.account_key.as_slice())
            .ok()
            .and_then(|key| identity::cert::countersign(&attempt.device_key, key, &certify.cert_body).ok());
        let step = signed.map(|signature| Step {
            body: Some(step::Body::Countersigned(Countersigned {
                device_signature: signature.to_vec(),
                transcript_signature: attempt.device_key.sign_link_transcript(&transcript).to_vec(),
            })),
        });
        let (id, seq) = (attempt.code.link_id, *seq);
        match step.map(|step| channel.seal(&step)) {
            Some(Ok(bytes)) => {
                cx.event(Event::Link(LinkStage::Certifying));
                self.link_put(cx, End::New, id, seq, bytes);
            }
            _ => self.fail_link(cx, LinkFailure::Tampered),
        }
    }

    /// The account's newest list holds this device: it is one.
    fn on_linked(&mut self, cx: &mut Context<'_>, linked: &Linked) -> Result<(), Halt> {
        let NewDevice::Talking { attempt, mut channel, offer, seq, .. } = std::mem::take(&mut self.new_device) else {
            return Ok(());
        };
        let list = VerifiedDeviceList::verify(&linked.signed_device_list).ok().filter(|list| {
            list.account_key().as_bytes().as_slice() == offer.account_key
                && list
                    .device(DeviceNumber(offer.device))
                    .is_some_and(|cert| cert.signature_key == attempt.device_key.public())
        });
        let (Some(list), Ok(account)) = (list, AccountId::try_from(offer.account.as_slice())) else {
            self.fail_link(cx, LinkFailure::Tampered);
            return Ok(());
        };
        let me = Me {
            address: DeviceAddress { account, device: DeviceNumber(offer.device) },
            number: linked.number.clone(),
            device_key: attempt.device_key.clone(),
            account_key: None,
        };
        this::become_device(cx.db, &me, list.as_bytes())?;
        if let Ok(bytes) = channel.seal(&Step { body: Some(step::Body::Received(Received {})) }) {
            self.link_put(cx, End::New, attempt.code.link_id, seq, bytes);
        }
        cx.event(Event::Link(LinkStage::Done));
        self.begin_mirror(cx, linked)?;
        self.show_stage(cx)?;
        self.show_all(cx)?;
        self.connect(cx)
    }

    /// "Stop."
    pub(crate) fn cancel_link(&mut self, cx: &mut Context<'_>, request: u32) {
        let is_unheard = self.has_unheard_word(End::New);
        if let NewDevice::Talking { attempt, channel, seq, .. } = &mut self.new_device {
            let (id, seq) = (attempt.code.link_id, *seq);
            match channel.seal(&cancel_step(cancelled::Reason::ByUser)) {
                Ok(bytes) if !is_unheard => self.link_put(cx, End::New, id, seq, bytes),
                _ => self.link_close(cx, id),
            }
        }
        self.drop_new_device(cx);
        cx.event(Event::Link(LinkStage::CodeIdle));
        cx.answer(request, Ok(Answer::Done));
    }

    fn fail_link(&mut self, cx: &mut Context<'_>, why: LinkFailure) {
        self.drop_new_device(cx);
        cx.event(Event::Link(LinkStage::Failed(why)));
    }

    fn drop_new_device(&mut self, cx: &mut Context<'_>) {
        if let NewDevice::Showing { attempt, before, .. } = std::mem::take(&mut self.new_device) {
            for attempt in [Some(attempt), before].into_iter().flatten() {
                self.link_close(cx, attempt.code.link_id);
            }
        }
    }
}
