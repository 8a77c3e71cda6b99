//! Which form of a number the rest is derived from.

use crate::client::Client;
use crate::io::{Clock, HttpRequest, HttpResponse, Input, Output};
use crate::testing::new_phone;
use crate::this;
use client_api::{Answer, Command, Event, RegistrationStage, Request, UserError};
use prost::Message;
use proto::account::{
    OpenRestore, OpenRestoreOk, Register, RegisterOk, RequestCode, RequestCodeOk, SetPin, VerifyCode, VerifyCodeOk,
};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use rusqlite::Connection;

pub(super) const CANONICAL: &str = "+4915177700033";
pub(super) const PIN: &str = "271828";

pub(super) struct Phone {
    pub(super) client: Client,
    pub(super) db: Connection,
    rng: ChaCha20Rng,
}

impl Phone {
    pub(super) fn new(seed: u64) -> Self {
        let (client, db) = new_phone();
        Self { client, db, rng: ChaCha20Rng::seed_from_u64(seed) }
    }

    pub(super) fn takes(&mut self, input: Input) -> Vec<Output> {
        let tx = self.db.unchecked_transaction().expect("transaction");
        let out = self.client.handle(&tx, input, Clock { now_ms: 1 }, &mut self.rng).expect("no halt");
        tx.commit().expect("commit");
        out
    }

    /// The request that a command leads to.
    pub(super) fn asks(&mut self, command: Command) -> HttpRequest {
        let out = self.takes(Input::Command(Request { id: 1, command }));
        let mut requests = out.into_iter().filter_map(|output| match output {
            Output::Http(request) => Some(request),
            _ => None,
        });
        requests.next_back().expect("a request")
    }

    pub(super) fn hears(&mut self, request: &HttpRequest, answer: &impl Message) -> (Vec<Event>, Vec<HttpRequest>) {
        self.hears_with(200, request, answer)
    }

    pub(super) fn hears_with(
        &mut self,
        status: u16,
        request: &HttpRequest,
        answer: &impl Message,
    ) -> (Vec<Event>, Vec<HttpRequest>) {
        let response = HttpResponse { status, headers: Vec::new(), body: answer.encode_to_vec(), kept: 0 };
        let (mut events, mut requests) = (Vec::new(), Vec::new());
        for output in self.takes(Input::Http(request.id, Ok(response))) {
            match output {
                Output::Event(event) => events.push(event),
                Output::Http(request) => requests.push(request),
                _ => {}
            }
        }
        (events, requests)
    }

    /// Types the number and hears its canonical form; then the code, and whether a PIN is set.
    pub(super) fn proves(&mut self, typed: &str, pin_required: bool) -> Vec<HttpRequest> {
        let request = self.asks(Command::RequestCode { number: typed.to_owned(), invite: None });
        assert_eq!(RequestCode::decode(request.body.bytes()).expect("request").number, typed);
        let ok = RequestCodeOk { next_code_after_s: 30, code_length: 6, number: CANONICAL.to_owned() };
        let (events, _) = self.hears(&request, &ok);
        assert!(
            events.iter().any(|event| matches!(event, Event::Registration(RegistrationStage::Code { number, .. }) if number == CANONICAL)),
            "{events:?}"
        );
        let request = self.asks(Command::VerifyCode { code: "123456".to_owned() });
        assert_eq!(VerifyCode::decode(request.body.bytes()).expect("request").number, CANONICAL);
        let ok = VerifyCodeOk { ticket: vec![1; 32], pin_required, account_exists: pin_required };
        self.hears(&request, &ok).1
    }
}

#[test]
fn a_pin_that_was_set_with_the_national_form_is_right_with_the_international_one() {
    let mut first = Phone::new(1);
    let register = first.proves("0151 77700033", false).remove(0);
    first.hears(&register, &RegisterOk::default());
    this::set_session_token(&first.db, Some(&[3; 32])).expect("token");
    let set = SetPin::decode(first.asks(Command::SetPin { pin: PIN.to_owned() }).body.bytes()).expect("request");

    let mut second = Phone::new(2);
    second.proves("+49 (0) 151 77700033", true);
    let open = second.asks(Command::EnterPin { pin: PIN.to_owned() });
    assert_eq!(OpenRestore::decode(open.body.bytes()).expect("request").pin_proof, set.pin_proof);
    second.hears(&open, &OpenRestoreOk { account: vec![1; 16], ..OpenRestoreOk::default() });
    let register = second.asks(Command::StartAnew);
    let register = Register::decode(register.body.bytes()).expect("request");
    assert_eq!(register.pin_proof, set.pin_proof);
    assert_eq!(set.pin_proof, identity::pin::pin_proof(PIN, CANONICAL).to_vec());
}

#[test]
fn a_server_that_answers_with_something_else_than_a_number_is_not_gone_on_with() {
    let mut phone = Phone::new(1);
    let request = phone.asks(Command::RequestCode { number: "0151 77700033".to_owned(), invite: None });
    let ok = RequestCodeOk { next_code_after_s: 30, code_length: 6, number: "0151 77700033".to_owned() };
    let (events, _) = phone.hears(&request, &ok);
    let refused = Event::Answered { request: 1, result: Err::<Answer, _>(UserError::ServerFailed) };
    assert!(events.contains(&refused), "{events:?}");
    assert!(!events.iter().any(|event| matches!(event, Event::Registration(RegistrationStage::Code { .. }))));
}
