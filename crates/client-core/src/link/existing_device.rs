//! Linking, as the phone: takes a code, warns, shows digits and counts tries, certifies, signs the new device list.

use super::{End, SILENCE_MS, cancel_step, failure, unsettled};
use crate::accounts::{self, code_error};
use crate::client::{Client, Context};
use crate::http::{Answer as Reply, Purpose};
use crate::io::{Halt, HttpMethod};
use crate::{mls, own_list, pin, profile, this};
use client_api::{Answer, Event, LinkFailure, LinkingStage, UserError};
use e2ee::link::{LinkChannel, LinkError, check_bundle, random_digits};
use identity::{AccountKey, CertFields, DevicePublicKey, DeviceRole, Signature};
use prost::Message as _;
use proto::account::{LinkPutOk, LinkSlot, PutDeviceList};
use proto::ids::{DeviceNumber, LinkId};
use proto::limits::COMPANIONS_MAX;
use proto::link::{Bundle, Certify, Countersigned, Digits, DigitsWrong, Linked, Offer, Step, cancelled, step};
use proto::qr::LinkCode;

/// Tries to type the digits.
const TRIES: u32 = 3;
/// A pasted code is what a phisher would send. Where there is no PIN to ask for, the button wakes after this: time to read the warning.
const PASTED_DELAY_MS: u64 = 10_000;

/// Where the phone is. In memory only: if the phone goes away, the new device is told by the rendezvous' silence.
#[derive(Default)]
pub(crate) enum ExistingDevice {
    #[default]
    Idle,
    Fetching {
        code: LinkCode,
        pasted: bool,
    },
    Confirm {
        code: LinkCode,
        bytes: Vec<u8>,
        bundle: Box<Bundle>,
        stage: LinkingStage,
        not_before_ms: u64,
        /// Where the PIN is asked for.
        pin_tries_left: Option<u32>,
    },
    Talking {
        talk: Box<Talk>,
        step: TalkStep,
    },
}

/// A running talk with the new device.
pub(crate) struct Talk {
    code: LinkCode,
    bundle: Box<Bundle>,
    device_key: DevicePublicKey,
    channel: LinkChannel,
    offer: Offer,
    digits: String,
    tries_left: u32,
    seq: u32,
    heard_ms: u64,
}

/// What the phone waits for.
pub(crate) enum TalkStep {
    Digits,
    Countersignature {
        cert_body: Vec<u8>,
        account_signature: Signature,
    },
    ListStored,
    /// The device is on the account's list; what is left is its own word that it has what it needs.
    Received,
}

impl std::fmt::Debug for ExistingDevice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Idle => "Idle",
            Self::Fetching { .. } => "Fetching",
            Self::Confirm { .. } => "Confirm",
            Self::Talking { .. } => "Talking",
        })
    }
}

impl ExistingDevice {
    /// A talk with the device that has this key goes on.
    pub(crate) fn talks_with(&self, device_key: &[u8]) -> bool {
        matches!(self, Self::Talking { talk, .. } if talk.device_key.as_bytes() == device_key)
    }
}

impl Client {
    /// A code was scanned or pasted.
    pub(crate) fn scan_link_code(
        &mut self,
        cx: &mut Context<'_>,
        request: u32,
        text: &str,
        pasted: bool,
    ) -> Result<(), Halt> {
        let refusal = match (LinkCode::parse(text), this::server_id(cx.db)?, this::session_token(cx.db)?) {
            _ if !cx.is_phone()? => UserError::OnlyPhone,
            (Err(error), ..) => code_error(error),
            (Ok(code), Some(server), _) if code.server_id != server => UserError::CodeOtherServer,
            (Ok(code), Some(_), Some(token)) => {
                cx.answer(request, Ok(Answer::Done));
                self.link_get(cx, End::Existing, code.link_id, 0, Some(token));
                self.existing_device = ExistingDevice::Fetching { code, pasted };
                self.show_linking(cx);
                return Ok(());
            }
            _ => UserError::Offline,
        };
        cx.answer(request, Err(refusal));
        Ok(())
    }

    /// The page asks what to show.
    pub(crate) fn show_linking(&self, cx: &mut Context<'_>) {
        let stage = match &self.existing_device {
            ExistingDevice::Idle => None,
            ExistingDevice::Fetching { .. } => Some(LinkingStage::Fetching),
            ExistingDevice::Confirm { stage, .. } => Some(stage.clone()),
            ExistingDevice::Talking { talk, step: TalkStep::Digits } => {
                Some(LinkingStage::ShowDigits { digits: talk.digits.clone(), tries_left: talk.tries_left })
            }
            ExistingDevice::Talking { .. } => Some(LinkingStage::Finishing),
        };
        cx.event(Event::Linking(stage));
    }

    pub(crate) fn on_slot_existing(
        &mut self,
        cx: &mut Context<'_>,
        id: LinkId,
        reply: Reply<LinkSlot>,
    ) -> Result<(), Halt> {
        match &mut self.existing_device {
            ExistingDevice::Fetching { code, pasted } if code.link_id == id => {
                let (code, pasted) = (code.clone(), *pasted);
                match reply {
                    Reply::Ok(slot) if slot.seq == 1 => self.on_bundle(cx, code, pasted, &slot)?,
                    Reply::Ok(_) => self.fail_linking(cx, LinkFailure::Expired),
                    other => self.fail_linking(cx, failure(&other, LinkFailure::Expired)),
                }
                Ok(())
            }
            ExistingDevice::Talking { talk, .. } if talk.code.link_id == id => {
                let seq = talk.seq;
                match reply {
                    Reply::Ok(slot) if slot.seq > seq => self.on_talk(cx, &slot),
                    // How long to go on asking is `linking_tick`'s to say.
                    Reply::Ok(_) => {
                        self.link_get(cx, End::Existing, id, seq, None);
                        Ok(())
                    }
                    Reply::None => {
                        self.link_get_later(cx, End::Existing, id, seq);
                        Ok(())
                    }
                    other => {
                        let gone = failure(&other, LinkFailure::OtherSideGone);
                        self.fail_linking(cx, gone);
                        Ok(())
                    }
                }
            }
            _ => Ok(()),
        }
    }

    /// Time passed: the end of a talk that fell silent.
    pub(crate) fn linking_tick(&mut self, cx: &mut Context<'_>) -> Result<(), Halt> {
        match &self.existing_device {
            // What it needs stays in the slot: it may yet come for it.
            ExistingDevice::Talking { talk, step: TalkStep::Received } if cx.now_ms >= talk.heard_ms + SILENCE_MS => {
                self.fail_linking(cx, LinkFailure::OtherSideGone);
                Ok(())
            }
            ExistingDevice::Talking { talk, .. } if cx.now_ms >= talk.heard_ms + SILENCE_MS => {
                // Should it still be there, it need not wait as long.
                self.end_linking(cx, cancelled::Reason::ByUser, LinkFailure::OtherSideGone)
            }
            _ => Ok(()),
        }
    }

    fn on_bundle(&mut self, cx: &mut Context<'_>, code: LinkCode, pasted: bool, slot: &LinkSlot) -> Result<(), Halt> {
        let bundle = match check_bundle(&code, code.server_id, &slot.bytes) {
            Ok(bundle) => bundle,
            Err(error) => {
                let other_server = matches!(error, LinkError::OtherServer);
                let why = if other_server { LinkFailure::OtherServer } else { LinkFailure::Tampered };
                self.fail_linking(cx, why);
                return Ok(());
            }
        };
        let pin_needed = pasted && pin::is_set(cx)?;
        let wait_ms = if pasted && !pin_needed { PASTED_DELAY_MS } else { 0 };
        let not_before_ms = cx.now_ms + wait_ms;
        let stage = LinkingStage::Confirm {
            browser: bundle.browser.clone(),
            system: bundle.system.clone(),
            network: slot.opener_network.clone(),
            same_network: slot.same_network,
            pasted,
            pin_needed,
            not_before_ms,
        };
        self.existing_device = ExistingDevice::Confirm {
            code,
            bytes: slot.bytes.clone(),
            bundle: Box::new(bundle),
            stage,
            not_before_ms,
            pin_tries_left: pin_needed.then_some(TRIES),
        };
        self.show_linking(cx);
        Ok(())
    }

    /// "Link this device", after the warning.
    pub(crate) fn confirm_link(&mut self, cx: &mut Context<'_>, request: u32, pin: &str) -> Result<(), Halt> {
        if let ExistingDevice::Confirm { pin_tries_left: Some(tries_left), .. } = &mut self.existing_device
            && !pin::is_right(cx, pin)?
        {
            *tries_left -= 1;
            let tries_left = *tries_left;
            cx.answer(request, Err(UserError::PinWrong { tries_left }));
            if tries_left == 0 {
                self.cancel_linking(cx, 0)?;
            }
            return Ok(());
        }
        let ready = match &self.existing_device {
            ExistingDevice::Confirm { not_before_ms, .. } => cx.now_ms >= *not_before_ms,
            _ => false,
        };
        let ExistingDevice::Confirm { code, bytes, bundle, .. } =
            (if ready { std::mem::take(&mut self.existing_device) } else { ExistingDevice::Idle })
        else {
            cx.answer(request, Err(UserError::NotNow));
            return Ok(());
        };
        cx.answer(request, Ok(Answer::Done));
        let me = cx.me()?;
        let (account_key, base) = (account_key(cx)?, self.list_to_sign_on(cx)?);
        if base.device_count() > COMPANIONS_MAX {
            self.fail_linking(cx, LinkFailure::TooManyDevices);
            return Ok(());
        }
        let started = LinkChannel::start(&code, code.server_id, &bytes)
            .ok()
            .zip(DevicePublicKey::try_from(bundle.signature_key.as_slice()).ok());
        let Some((mut channel, device_key)) = started else {
            self.fail_linking(cx, LinkFailure::Tampered);
            return Ok(());
        };
        let offer = Offer {
            account: me.address.account.to_vec(),
            account_key: account_key.public().to_vec(),
            device: base.next_device().0,
            list_version: base.next_version(),
            name: profile::own(cx)?.name,
        };
        let Ok(bytes) = channel.seal(&Step { body: Some(step::Body::Offer(offer.clone())) }) else {
            self.fail_linking(cx, LinkFailure::ServerFailed);
            return Ok(());
        };
        self.link_put(cx, End::Existing, code.link_id, 1, bytes);
        let digits = random_digits(cx.rng);
        let heard_ms = cx.now_ms;
        let talk = Talk { code, bundle, device_key, channel, offer, digits, tries_left: TRIES, seq: 1, heard_ms };
        self.existing_device = ExistingDevice::Talking { talk: Box::new(talk), step: TalkStep::Digits };
        self.retry_at(cx.now_ms + SILENCE_MS);
        self.show_linking(cx);
        Ok(())
    }

    pub(crate) fn on_put_existing(&mut self, cx: &mut Context<'_>, id: LinkId, reply: Reply<LinkPutOk>) {
        let ExistingDevice::Talking { talk, .. } = &mut self.existing_device else { return };
        if talk.code.link_id != id {
            return;
        }
        match reply {
            Reply::Ok(ok) => {
                talk.seq = ok.seq;
                self.link_get(cx, End::Existing, id, ok.seq, None);
            }
            other => self.fail_linking(cx, failure(&other, LinkFailure::OtherSideGone)),
        }
    }

    fn on_talk(&mut self, cx: &mut Context<'_>, slot: &LinkSlot) -> Result<(), Halt> {
        let ExistingDevice::Talking { talk, .. } = &mut self.existing_device else { return Ok(()) };
        talk.seq = slot.seq;
        talk.heard_ms = cx.now_ms;
        let silent_ms = cx.now_ms + SILENCE_MS;
        let step = talk.channel.open(&slot.bytes);
        self.retry_at(silent_ms);
        let Ok(Step { body: Some(body) }) = step else {
            self.fail_linking(cx, LinkFailure::Tampered);
            return Ok(());
        };
        match body {
            step::Body::Digits(digits) => self.on_digits(cx, &digits),
            step::Body::Countersigned(countersigned) => self.on_countersigned(cx, &countersigned),
            step::Body::Received(_) => {
                let ExistingDevice::Talking { talk, .. } = std::mem::take(&mut self.existing_device) else {
                    return Ok(());
                };
                self.link_close(cx, talk.code.link_id);
                cx.event(Event::Linking(Some(LinkingStage::Done { name: device_name(&talk.bundle) })));
                Ok(())
            }
            step::Body::Cancelled(_) => {
                self.note_stopped(cx)?;
                self.fail_linking(cx, LinkFailure::CancelledOnDevice);
                self.unlink_unsettled(cx)
            }
            _ => {
                self.fail_linking(cx, LinkFailure::Tampered);
                Ok(())
            }
        }
    }

    fn on_digits(&mut self, cx: &mut Context<'_>, digits: &Digits) -> Result<(), Halt> {
        let account_key = account_key(cx)?;
        let ExistingDevice::Talking { talk, step } = &mut self.existing_device else { return Ok(()) };
        let transcript = talk.channel.transcript(&talk.offer, talk.device_key, &talk.digits);
        if !talk.channel.digits_match(&transcript, &digits.mac) {
            talk.tries_left -= 1;
            if talk.tries_left == 0 {
                return self.end_linking(cx, cancelled::Reason::Digits, LinkFailure::DigitsWrong);
            }
            let tries_left = talk.tries_left;
            return self.say(cx, &Step { body: Some(step::Body::DigitsWrong(DigitsWrong { tries_left })) });
        }
        let issued_ms = cx.now_ms;
        let fields = CertFields {
            device: DeviceNumber(talk.offer.device),
            signature_key: talk.device_key,
            role: DeviceRole::Companion,
            issued_ms,
            list_version: talk.offer.list_version,
        };
        let (cert_body, account_signature) = identity::cert::issue_cert(&account_key, &fields);
        *step = TalkStep::Countersignature { cert_body: cert_body.clone(), account_signature };
        self.say(cx, &Step { body: Some(step::Body::Certify(Certify { cert_body })) })
    }

    fn on_countersigned(&mut self, cx: &mut Context<'_>, answer: &Countersigned) -> Result<(), Halt> {
        let account_key = account_key(cx)?;
        let base = self.list_to_sign_on(cx)?;
        let token = this::session_token(cx.db)?;
        let ExistingDevice::Talking { talk, step } = &mut self.existing_device else { return Ok(()) };
        let TalkStep::Countersignature { cert_body, account_signature } = &*step else {
            self.fail_linking(cx, LinkFailure::Tampered);
            return Ok(());
        };
        // Another list was signed meanwhile: a certificate for a list that is signed already would be refused by everybody.
        if talk.offer.list_version != base.next_version() || talk.offer.device != base.next_device().0 {
            return self.end_linking(cx, cancelled::Reason::Failed, LinkFailure::DevicesChanged);
        }
        let transcript = talk.channel.transcript(&talk.offer, talk.device_key, &talk.digits);
        let agreed = talk.device_key.verify_link_transcript(&transcript, &answer.transcript_signature).is_ok();
        let cert = identity::cert::assemble_cert(cert_body.clone(), *account_signature, &answer.device_signature);
        let (true, Some(token)) = (agreed, token) else {
            return self.end_linking(cx, cancelled::Reason::Failed, LinkFailure::Tampered);
        };
        let Ok(next) = own_list::sign_next(cx, &base, &account_key, &[], Some(cert))? else {
            return self.end_linking(cx, cancelled::Reason::Failed, LinkFailure::Tampered);
        };
        let signed_list = next.as_bytes().to_vec();
        *step = TalkStep::ListStored;
        // From here on the device may be listed, whatever is heard of it.
        unsettled::expect(cx, DeviceNumber(talk.offer.device), talk.device_key, next.version())?;
        let body = PutDeviceList { signed_device_list: signed_list.clone() }.encode_to_vec();
        let purpose = Purpose::PutLinkedList { device: talk.offer.device, signed_list };
        let call = self.calls.start(purpose, HttpMethod::Put, "/v1/devices", body, Some(token));
        cx.out.push(call);
        self.show_linking(cx);
        Ok(())
    }

    /// The server has the new list: the device is one. Where the user has stopped meanwhile, it goes off the list again.
    pub(crate) fn on_linked_list_put(
        &mut self,
        cx: &mut Context<'_>,
        device: u32,
        signed_list: &[u8],
        reply: Reply<()>,
    ) -> Result<(), Halt> {
        let waiting = match &mut self.existing_device {
            ExistingDevice::Talking { talk, step: step @ TalkStep::ListStored } if talk.offer.device == device => {
                Some((device_name(&talk.bundle), talk.device_key, step))
            }
            _ => None,
        };
        let (name, device_key, step) = match (waiting, &reply) {
            (Some(waiting), Reply::Ok(())) => waiting,
            (Some(_), _) => {
                let why = failure(&reply, LinkFailure::ServerFailed);
                self.end_linking(cx, cancelled::Reason::Failed, why)?;
                return self.ask_own_devices(cx);
            }
            (None, Reply::Ok(())) => {
                accounts::learn_device_list(cx, signed_list)?;
                return self.unlink_unsettled(cx);
            }
            (None, _) => return self.ask_own_devices(cx),
        };
        *step = TalkStep::Received;
        // Told below, by its name: the list may have been known before this answer came.
        accounts::learn_device_list(cx, signed_list)?;
        unsettled::settle(cx, device_key.as_bytes())?;
        crate::devices::name_device(cx, device, &name)?;
        let signed_device_list = signed_list.to_vec();
        let linked = Linked { signed_device_list, number: cx.me()?.number, ..Linked::default() };
        let linked = self.begin_export(cx, device, linked)?;
        self.say(cx, &Step { body: Some(step::Body::Linked(linked)) })?;
        crate::devices::tell_linked(cx, device, &name)?;
        // It has just answered, and waits for this.
        self.seen.hear(device, cx.now_ms);
        self.show_devices(cx)
    }

    fn say(&mut self, cx: &mut Context<'_>, step: &Step) -> Result<(), Halt> {
        let ExistingDevice::Talking { talk, .. } = &mut self.existing_device else { return Ok(()) };
        let (id, seq) = (talk.code.link_id, talk.seq);
        match talk.channel.seal(step) {
            Ok(bytes) => self.link_put(cx, End::Existing, id, seq, bytes),
            Err(_) => self.fail_linking(cx, LinkFailure::ServerFailed),
        }
        self.show_linking(cx);
        Ok(())
    }

    /// "Stop."
    pub(crate) fn cancel_linking(&mut self, cx: &mut Context<'_>, request: u32) -> Result<(), Halt> {
        cx.answer(request, Ok(Answer::Done));
        match &self.existing_device {
            ExistingDevice::Talking { talk, .. } => {
                let id = talk.code.link_id;
                self.note_stopped(cx)?;
                if self.has_unheard_word(End::Existing) {
                    self.link_close(cx, id);
                    self.fail_linking(cx, LinkFailure::CancelledOnPhone);
                } else {
                    self.end_linking(cx, cancelled::Reason::ByUser, LinkFailure::CancelledOnPhone)?;
                }
                self.unlink_unsettled(cx)?;
            }
            ExistingDevice::Fetching { code, .. } | ExistingDevice::Confirm { code, .. } => {
                let id = code.link_id;
                self.link_close(cx, id);
            }
            ExistingDevice::Idle => {}
        }
        self.existing_device = ExistingDevice::Idle;
        self.show_linking(cx);
        Ok(())
    }

    fn end_linking(&mut self, cx: &mut Context<'_>, reason: cancelled::Reason, why: LinkFailure) -> Result<(), Halt> {
        self.say(cx, &cancel_step(reason))?;
        self.fail_linking(cx, why);
        Ok(())
    }

    /// Somebody stops. If the device is on the list already, it is to go off it again.
    fn note_stopped(&self, cx: &Context<'_>) -> Result<(), Halt> {
        if let ExistingDevice::Talking { talk, step: TalkStep::Received } = &self.existing_device {
            let version = mls::own_device_list(cx)?.version();
            unsettled::expect(cx, DeviceNumber(talk.offer.device), talk.device_key, version)?;
        }
        Ok(())
    }

    fn fail_linking(&mut self, cx: &mut Context<'_>, why: LinkFailure) {
        let is_listed = matches!(&self.existing_device, ExistingDevice::Talking { step: TalkStep::Received, .. });
        let stopped = matches!(why, LinkFailure::CancelledOnPhone | LinkFailure::CancelledOnDevice);
        let why = if is_listed && !stopped { LinkFailure::NotConfirmed } else { why };
        self.existing_device = ExistingDevice::Idle;
        cx.event(Event::Linking(Some(LinkingStage::Failed(why))));
    }
}

fn account_key(cx: &Context<'_>) -> Result<AccountKey, Halt> {
    cx.me()?.account_key.ok_or(Halt::Broken("a phone without the account key"))
}

fn device_name(bundle: &Bundle) -> String {
    let name = match (bundle.browser.as_str(), bundle.system.as_str()) {
        ("", "") => "Linked device".to_owned(),
        (browser, "") => browser.to_owned(),
        ("", system) => system.to_owned(),
        (browser, system) => format!("{browser} on {system}"),
    };
    profile::tidy_name(&name).unwrap_or_else(|_| "Linked device".to_owned())
}

#[cfg(test)]
mod existing_device_tests;
