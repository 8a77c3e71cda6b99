//! From a number to an account, and every way it is refused.

use crate::client::Host;
use crate::device::{Account, proved, registered};
use proto::account::*;
use server::config::RegistrationMode;

const NUMBER: &str = "+4915123456789";

async fn register(host: &Host, ticket: Vec<u8>, pin_proof: Vec<u8>, new_pin_proof: Vec<u8>) -> crate::client::Answer {
    let (account, _) = Account::make();
    let signed_device_list = account.list.as_bytes().to_vec();
    host.post("/v1/register", None, &Register { ticket, pin_proof, signed_device_list, new_pin_proof }).await
}

#[tokio::test]
async fn a_number_is_registered_and_looked_up() {
    let host = Host::start().await;
    let (account, phone) = registered(&host, NUMBER).await;
    let own: OwnAccount = host.get("/v1/account", Some(&phone.token)).await.ok();
    assert_eq!((own.number.as_str(), own.pin_set), (NUMBER, false));
    let numbers = vec!["+49 151 23456789".into(), "+4915123456780".into()];
    let found: LookUpOk = host.post("/v1/lookup", Some(&phone.token), &LookUp { numbers }).await.ok();
    assert_eq!(found.found, [Found { number: NUMBER.into(), account: account.id().to_vec(), ..Found::default() }]);
    let none = host.post("/v1/lookup", None, &LookUp { numbers: vec![NUMBER.into()] }).await;
    none.refused(401, "unauthenticated");
    let many = LookUp { numbers: vec![NUMBER.into(); 65] };
    host.post("/v1/lookup", Some(&phone.token), &many).await.refused(400, "too-many-items");
}

#[tokio::test]
async fn numbers_that_are_none_are_refused() {
    let host = Host::start().await;
    for number in ["", "hello", "+49", &"+".repeat(10_000)] {
        let answer =
            host.post("/v1/register/code", None, &RequestCode { number: number.into(), ..Default::default() }).await;
        answer.refused(400, "number-invalid");
    }
}

#[tokio::test]
async fn a_server_without_a_region_asks_for_the_country_of_a_number() {
    let host = Host::start().await;
    assert_eq!(host.get("/v1/server", None).await.ok::<ServerInfo>().default_region, "");
    let (_, phone) = registered(&host, NUMBER).await;
    let national = || "0151 23456789".to_owned();
    let answer = host.post("/v1/register/code", None, &RequestCode { number: national(), ..Default::default() }).await;
    answer.refused(400, "number-without-country");
    let answer = host.post("/v1/lookup", Some(&phone.token), &LookUp { numbers: vec![national()] }).await;
    answer.refused(400, "number-without-country");
}

#[tokio::test]
async fn a_server_with_a_region_takes_its_numbers_as_people_write_them_and_names_one_form() {
    let host = Host::start_with(|config| config.default_region = "DE".parse().ok()).await;
    assert_eq!(host.get("/v1/server", None).await.ok::<ServerInfo>().default_region, "DE");
    let asked = RequestCode { number: "0151 23456789".into(), ..Default::default() };
    let ok: RequestCodeOk = host.post("/v1/register/code", None, &asked).await.ok();
    assert_eq!(ok.number, NUMBER);
    let proof = VerifyCode { number: "+49 (0) 151 23456789".into(), code: host.codes.last(NUMBER) };
    let ok: VerifyCodeOk = host.post("/v1/register/verify", None, &proof).await.ok();
    register(&host, ok.ticket, Vec::new(), Vec::new()).await.ok::<RegisterOk>();
    let (_, phone) = registered(&host, "+4915123456780").await;
    let numbers = vec!["0151/23456789".into(), "0049 151 23456789".into(), "49 151 23456789".into()];
    let found: LookUpOk = host.post("/v1/lookup", Some(&phone.token), &LookUp { numbers }).await.ok();
    let found: Vec<_> = found.found.into_iter().map(|found| found.number).collect();
    assert!(!found.is_empty() && found.iter().all(|number| number == NUMBER), "{found:?}");
}

#[tokio::test]
async fn a_code_is_void_after_five_wrong_tries_and_after_ten_minutes() {
    let host = Host::start().await;
    let ask = async || {
        host.post("/v1/register/code", None, &RequestCode { number: NUMBER.into(), ..Default::default() })
            .await
            .ok::<RequestCodeOk>()
    };
    let verify =
        async |code: String| host.post("/v1/register/verify", None, &VerifyCode { number: NUMBER.into(), code }).await;
    assert_eq!(ask().await.code_length, 6);
    let right = host.codes.last(NUMBER);
    let wrong = if right == "000000" { "000001" } else { "000000" };
    for left in (0..5).rev() {
        assert_eq!(verify(wrong.into()).await.refused(403, "code-wrong").tries_left, left);
    }
    verify(right).await.refused(403, "code-expired");
    let again =
        host.post("/v1/register/code", None, &RequestCode { number: NUMBER.into(), ..Default::default() }).await;
    assert!(again.refused(429, "too-many").retry_after_ms > 0);
    host.clock.forward(31_000);
    ask().await;
    host.clock.forward(600_000);
    verify(host.codes.last(NUMBER)).await.refused(403, "code-expired");
}

#[tokio::test]
async fn a_ticket_is_used_once_and_ends() {
    let host = Host::start().await;
    let ticket = proved(&host, NUMBER).await.ticket;
    register(&host, vec![1; 32], Vec::new(), Vec::new()).await.refused(403, "ticket-expired");
    assert_eq!(register(&host, ticket.clone(), Vec::new(), Vec::new()).await.status, 200);
    register(&host, ticket, Vec::new(), Vec::new()).await.refused(403, "ticket-expired");
    host.clock.forward(31_000);
    let ticket = proved(&host, NUMBER).await.ticket;
    host.clock.forward(31 * 60_000);
    register(&host, ticket, Vec::new(), Vec::new()).await.refused(403, "ticket-expired");
}

#[tokio::test]
async fn a_first_list_is_one_phone_signed_by_its_account() {
    let host = Host::start().await;
    let ticket = proved(&host, NUMBER).await.ticket;
    let (mut account, _) = Account::make();
    let mut cut = account.list.as_bytes().to_vec();
    cut.pop();
    account.with_companion();
    for signed_device_list in [cut, account.list.as_bytes().to_vec(), Vec::new()] {
        let body = Register { ticket: ticket.clone(), signed_device_list, ..Register::default() };
        host.post("/v1/register", None, &body).await.refused(400, "device-list-invalid");
    }
}

#[tokio::test]
async fn a_pin_guards_the_number_and_wrong_ones_make_wait() {
    let host = Host::start().await;
    let (_, phone) = registered(&host, NUMBER).await;
    let put = host.put("/v1/pin", Some(&phone.token), &SetPin { pin_proof: vec![4; 32] }).await;
    assert_eq!(put.status, 204);
    host.put("/v1/pin", Some(&phone.token), &SetPin { pin_proof: vec![4; 31] }).await.refused(400, "malformed");
    host.clock.forward(31_000);
    let verified = proved(&host, NUMBER).await;
    assert!(verified.pin_required && verified.account_exists);
    let ticket = verified.ticket;
    register(&host, ticket.clone(), Vec::new(), Vec::new()).await.refused(403, "pin-required");
    for left in (0..5).rev() {
        let wrong = register(&host, ticket.clone(), vec![5; 32], Vec::new()).await;
        assert_eq!(wrong.refused(403, "pin-wrong").tries_left, left);
    }
    let locked = register(&host, ticket.clone(), vec![4; 32], Vec::new()).await.refused(429, "too-many");
    assert_eq!(locked.retry_after_ms, 60_000);
    host.clock.forward(60_000);
    assert_eq!(register(&host, ticket, vec![4; 32], Vec::new()).await.status, 200);
    // The number is another account's now: the old one is told so, and gets no session.
    host.get("/v1/account", Some(&phone.token)).await.refused(401, "unauthenticated");
    phone.try_session(&host).await.refused(403, "number-moved");
}

#[tokio::test]
async fn an_address_that_asks_too_much_waits() {
    let host = Host::start().await;
    let mut status = 0;
    for n in 0..200 {
        let number = format!("+4915123{n:06}");
        let answer = host.post("/v1/register/code", None, &RequestCode { number, ..Default::default() }).await;
        status = answer.status;
        if status == 429 {
            assert!(answer.refused(429, "too-many").retry_after_ms > 0);
            break;
        }
    }
    assert_eq!(status, 429);
}

#[tokio::test]
async fn bodies_that_are_no_messages_are_refused() {
    let host = Host::start_with(|config| config.registration = RegistrationMode::Closed).await;
    let headers = [("content-type", "application/x-protobuf")];
    let send = async |headers: &[(&str, &str)], body| host.send("POST", "/v1/register/code", None, headers, body).await;
    send(&headers, vec![0xFF; 10]).await.refused(400, "malformed");
    send(&[], Vec::new()).await.refused(415, "media-type");
    send(&headers, vec![0; 1024 * 1024 + 1]).await.refused(413, "too-large");
    let closed =
        host.post("/v1/register/code", None, &RequestCode { number: NUMBER.into(), ..Default::default() }).await;
    closed.refused(403, "registration-closed");
    host.get("/v1/nothing", None).await.refused(404, "not-found");
}
