//! One-time codes through a gateway and a mail server that are played, from the registration route on: what they get, and what is said
//! when they fail.

use crate::client::Host;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::routing::post;
use hmac::{Hmac, Mac};
use prost::Message as _;
use proto::account::*;
use server::codes::{CodesConfig, HookConfig, MailConfig, SIGNATURE_HEADER, TIMESTAMP_HEADER};
use server::limits::{CODES_UNDER_WAY_MAX, CODES_UNDER_WAY_PER_ADDRESS_MAX};
use sha2::Sha256;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

const NUMBER: &str = "+4915123456789";
const SECRET: &str = "a secret that both know";

/// What the gateway does with the next requests.
#[derive(Clone, Copy)]
pub enum Gateway {
    Takes,
    Answers(StatusCode),
    Hangs,
}

/// A gateway for text messages that looks at signatures.
pub struct Hook {
    pub url: String,
    does: Arc<Mutex<Gateway>>,
    requests: mpsc::UnboundedReceiver<serde_json::Value>,
}

type HookState = (Arc<Mutex<Gateway>>, mpsc::UnboundedSender<serde_json::Value>);

impl Hook {
    pub async fn start(does: Gateway) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/send/key-of-the-path", listener.local_addr().unwrap());
        let does = Arc::new(Mutex::new(does));
        let (tell, requests) = mpsc::unbounded_channel();
        let router = Router::new().route("/send/key-of-the-path", post(take)).with_state((does.clone(), tell));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, does, requests }
    }

    pub fn now(&self, does: Gateway) {
        *self.does.lock().unwrap() = does;
    }

    pub async fn request(&mut self) -> serde_json::Value {
        tokio::time::timeout(Duration::from_secs(60), self.requests.recv()).await.expect("a request").unwrap()
    }

    fn config(&self) -> CodesConfig {
        CodesConfig::Http(HookConfig::new(&self.url, SECRET.to_owned()).unwrap())
    }
}

async fn take(State((does, tell)): State<HookState>, headers: HeaderMap, body: Bytes) -> (StatusCode, HeaderMap) {
    let said = |name: &str| headers[name].to_str().unwrap().to_owned();
    let timestamp = said(TIMESTAMP_HEADER);
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(format!("{timestamp}.").as_bytes());
    mac.update(&body);
    if said(SIGNATURE_HEADER) != format!("sha256={}", hex::encode(mac.finalize().into_bytes())) {
        return (StatusCode::UNAUTHORIZED, HeaderMap::new());
    }
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    assert!(now.abs_diff(timestamp.parse().unwrap()) < 60, "{timestamp}");
    assert_eq!(said("content-type"), "application/json");
    tell.send(serde_json::from_slice(&body).unwrap()).unwrap();
    let does = *does.lock().unwrap();
    match does {
        Gateway::Takes => (StatusCode::ACCEPTED, HeaderMap::new()),
        // A gateway that is taken over may lead elsewhere.
        Gateway::Answers(status) => (status, HeaderMap::from_iter([(header::LOCATION, "/other".parse().unwrap())])),
        Gateway::Hangs => std::future::pending().await,
    }
}

async fn sending(codes: CodesConfig, within: Duration) -> Host {
    Host::start_with(|config| {
        config.codes = codes;
        config.code_within = within;
    })
    .await
}

const PATIENT: Duration = Duration::from_secs(60);

async fn ask(host: &Host, number: &str) -> crate::client::Answer {
    host.post("/v1/register/code", None, &RequestCode { number: number.into(), ..Default::default() }).await
}

async fn verify(host: &Host, code: &str) -> crate::client::Answer {
    host.post("/v1/register/verify", None, &VerifyCode { number: NUMBER.into(), code: code.into() }).await
}

#[tokio::test]
async fn a_gateway_gets_a_signed_request_whose_code_registers() {
    let mut hook = Hook::start(Gateway::Takes).await;
    let host = sending(hook.config(), PATIENT).await;
    ask(&host, NUMBER).await.ok::<RequestCodeOk>();
    let request = hook.request().await;
    assert_eq!(request["number"], NUMBER);
    let code = request["code"].as_str().unwrap();
    assert_eq!(request["text"], format!("{code} is your code for Heliograph. Give it to nobody."));
    assert!(!verify(&host, code).await.ok::<VerifyCodeOk>().ticket.is_empty());
}

#[tokio::test]
async fn a_gateway_with_another_secret_takes_nothing() {
    let hook = Hook::start(Gateway::Takes).await;
    let config = HookConfig::new(&hook.url, "a secret of somebody else".to_owned()).unwrap();
    let host = sending(CodesConfig::Http(config), PATIENT).await;
    ask(&host, NUMBER).await.refused(502, "code-not-sent");
}

#[tokio::test]
async fn a_code_that_was_not_sent_is_void_and_does_not_count() {
    let mut hook = Hook::start(Gateway::Takes).await;
    let host = sending(hook.config(), PATIENT).await;
    // A third code that counted would be followed by a wait of five minutes.
    for status in [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN, StatusCode::TOO_MANY_REQUESTS] {
        hook.now(Gateway::Answers(status));
        let refused = ask(&host, NUMBER).await.refused(502, "code-not-sent");
        assert_eq!(refused.retry_after_ms, 30_000);
        let code = hook.request().await["code"].as_str().unwrap().to_owned();
        verify(&host, &code).await.refused(403, "code-expired");
        assert!(ask(&host, NUMBER).await.refused(429, "too-many").retry_after_ms <= 30_000);
        host.clock.forward(30_000);
    }
    hook.now(Gateway::Takes);
    assert_eq!(ask(&host, NUMBER).await.ok::<RequestCodeOk>().next_code_after_s, 30);
    let code = hook.request().await["code"].as_str().unwrap().to_owned();
    verify(&host, &code).await.ok::<VerifyCodeOk>();
}

#[tokio::test]
async fn a_code_that_may_have_been_sent_is_void_and_counts() {
    let mut hook = Hook::start(Gateway::Takes).await;
    let host = sending(hook.config(), PATIENT).await;
    for (status, wait_ms) in [
        (StatusCode::INTERNAL_SERVER_ERROR, 30_000),
        (StatusCode::TEMPORARY_REDIRECT, 60_000),
        (StatusCode::BAD_GATEWAY, 300_000),
    ] {
        hook.now(Gateway::Answers(status));
        assert_eq!(ask(&host, NUMBER).await.refused(502, "code-not-sent").retry_after_ms, wait_ms);
        let code = hook.request().await["code"].as_str().unwrap().to_owned();
        verify(&host, &code).await.refused(403, "code-expired");
        assert_eq!(ask(&host, NUMBER).await.refused(429, "too-many").retry_after_ms, wait_ms);
        host.clock.forward(u64::from(wait_ms));
    }
}

#[tokio::test]
async fn one_address_has_not_all_the_places() {
    let mut hook = Hook::start(Gateway::Hangs).await;
    let host = Host::start_with(|config| {
        config.codes = hook.config();
        config.code_within = PATIENT;
        config.trusted_proxies = vec!["127.0.0.1".parse().unwrap()];
    });
    let host = Arc::new(host.await);
    let ask_from = |from: &'static str, n: usize| {
        let host = host.clone();
        async move {
            let request = RequestCode { number: format!("+49151234567{:02}", n + 10), ..Default::default() };
            let headers = [("content-type", "application/x-protobuf"), ("x-forwarded-for", from)];
            host.send("POST", "/v1/register/code", None, &headers, request.encode_to_vec()).await
        }
    };
    let mut asking = tokio::task::JoinSet::new();
    for n in 0..CODES_UNDER_WAY_PER_ADDRESS_MAX {
        asking.spawn(ask_from("192.0.2.1", n));
        hook.request().await;
    }
    ask_from("192.0.2.1", 80).await.refused(502, "code-not-sent");
    asking.spawn(ask_from("192.0.2.2", 81));
    assert_eq!(hook.request().await["number"], "+4915123456791");
}

#[tokio::test]
async fn a_gateway_that_hangs_is_given_up() {
    let mut hook = Hook::start(Gateway::Hangs).await;
    let host = sending(hook.config(), Duration::from_secs(2)).await;
    ask(&host, NUMBER).await.refused(502, "code-not-sent");
    let code = hook.request().await["code"].as_str().unwrap().to_owned();
    verify(&host, &code).await.refused(403, "code-expired");
}

#[tokio::test]
async fn a_gateway_that_nobody_reaches_is_told() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    drop(listener);
    let hook = CodesConfig::Http(HookConfig::new(&url, SECRET.to_owned()).unwrap());
    let mail = MailConfig::new(&url.replace("http", "smtp"), None, None, "a@b.example", "{digits}@sms.example");
    for config in [hook, CodesConfig::Smtp(mail.unwrap())] {
        let host = sending(config, PATIENT).await;
        for _ in 0..3 {
            assert_eq!(ask(&host, NUMBER).await.refused(502, "code-not-sent").retry_after_ms, 30_000);
            host.clock.forward(30_000);
        }
    }
}

#[tokio::test]
async fn only_so_many_codes_are_under_way() {
    let mut hook = Hook::start(Gateway::Hangs).await;
    // They all come from one address, as do the tries until there is a place again.
    let host = Host::start_with(|config| {
        config.codes = hook.config();
        config.code_within = PATIENT;
        config.rate_limit_factor = NonZeroU32::new(100_000).unwrap();
    });
    let host = Arc::new(host.await);
    let mut asking = tokio::task::JoinSet::new();
    for n in 0..CODES_UNDER_WAY_MAX {
        let host = host.clone();
        asking.spawn(async move { ask(&host, &format!("+49151234567{:02}", n + 10)).await.status });
    }
    for _ in 0..CODES_UNDER_WAY_MAX {
        hook.request().await;
    }
    ask(&host, NUMBER).await.refused(502, "code-not-sent");
    hook.now(Gateway::Takes);
    // Who asks and goes away leaves the place.
    asking.shutdown().await;
    while ask(&host, NUMBER).await.status == 502 {
        tokio::task::yield_now().await;
    }
    assert_eq!(hook.request().await["number"], NUMBER, "the refused one used nothing up");
}

/// As much of a mail server as is needed to take a mail, or to refuse it.
struct Mailbox {
    addr: SocketAddr,
    mails: mpsc::UnboundedReceiver<(String, String)>,
}

impl Mailbox {
    async fn start(on_recipient: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        let (tell, mails) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(speak(stream, on_recipient, tell.clone()));
            }
        });
        Self { addr, mails }
    }

    fn config(&self, to: &str) -> CodesConfig {
        let (user, password) = (Some("codes".to_owned()), Some("password of mail".to_owned()));
        let url = format!("smtp://{}", self.addr);
        CodesConfig::Smtp(MailConfig::new(&url, user, password, "Ours <codes@our.example>", to).unwrap())
    }
}

async fn speak(stream: TcpStream, on_recipient: &str, tell: mpsc::UnboundedSender<(String, String)>) -> Option<()> {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    let mut to = String::new();
    write.write_all(b"220 mail.example ready\r\n").await.ok()?;
    while let Some(line) = lines.next_line().await.ok()? {
        let answer = match line.split([' ', ':']).next()? {
            "EHLO" => "250-mail.example\r\n250 AUTH PLAIN",
            "AUTH" => {
                let login = data_encoding::BASE64.encode(b"\0codes\0password of mail");
                if line == format!("AUTH PLAIN {login}") { "235 welcome" } else { "535 no" }
            }
            "MAIL" => "250 fine",
            "RCPT" => {
                to = line;
                on_recipient
            }
            "DATA" => {
                write.write_all(b"354 go on\r\n").await.ok()?;
                let mut mail = String::new();
                while let Some(line) = lines.next_line().await.ok()?.filter(|line| line != ".") {
                    mail += &line;
                    mail += "\n";
                }
                tell.send((to.clone(), mail)).ok()?;
                "250 taken"
            }
            "QUIT" => "221 bye",
            _ => "500 what?",
        };
        write.write_all(format!("{answer}\r\n").as_bytes()).await.ok()?;
    }
    Some(())
}

#[tokio::test]
async fn a_mail_server_gets_a_mail_whose_code_registers() {
    let mut mailbox = Mailbox::start("250 fine").await;
    let host = sending(mailbox.config("{number}@sms.example.org"), PATIENT).await;
    ask(&host, NUMBER).await.ok::<RequestCodeOk>();
    let (to, mail) = mailbox.mails.recv().await.unwrap();
    assert_eq!(to, format!("RCPT TO:<{NUMBER}@sms.example.org>"));
    assert!(mail.contains("Subject: Code for Heliograph\n") && mail.contains("codes@our.example"), "{mail}");
    let (_, words) = mail.split_once("\n\n").unwrap();
    let code = words.trim_end().strip_suffix(" is your code for Heliograph. Give it to nobody.").unwrap();
    verify(&host, code).await.ok::<VerifyCodeOk>();
}

#[tokio::test]
async fn one_mailbox_for_all_is_told_whose_code_it_is() {
    let mut mailbox = Mailbox::start("250 fine").await;
    let host = sending(mailbox.config("operator@our.example"), PATIENT).await;
    ask(&host, NUMBER).await.ok::<RequestCodeOk>();
    let (to, mail) = mailbox.mails.recv().await.unwrap();
    assert_eq!(to, "RCPT TO:<operator@our.example>");
    assert!(mail.contains(&format!("\n\nFor {NUMBER}: ")), "{mail}");
}

#[tokio::test]
async fn a_mail_server_that_refuses_fails_or_is_gone_is_told() {
    for answer in ["550 nobody here", "451 later"] {
        let mailbox = Mailbox::start(answer).await;
        let host = sending(mailbox.config("{digits}@sms.example.org"), PATIENT).await;
        ask(&host, NUMBER).await.refused(502, "code-not-sent");
    }
    // It takes the connection and says nothing.
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("smtp://{}", silent.local_addr().unwrap());
    let config = MailConfig::new(&url, None, None, "a@b.example", "{digits}@sms.example").unwrap();
    let host = sending(CodesConfig::Smtp(config), Duration::from_millis(50)).await;
    ask(&host, NUMBER).await.refused(502, "code-not-sent");
}
