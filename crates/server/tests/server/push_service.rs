//! A push service as the makers of browsers run them, and a browser that has subscribed there: it takes pushes over plain HTTP, holds them
//! against RFC 8030, 8291 and 8292, and opens them with the browser's keys. Tests of the server and of the whole use it.
// Helpers of tests fail by panicking.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use data_encoding::BASE64URL_NOPAD;
use p256::ecdsa::signature::Verifier as _;
use p256::ecdsa::{Signature, VerifyingKey};
use p256::{PublicKey, SecretKey};
use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

/// A push takes seconds, also where it is tried again.
const PATIENCE: Duration = Duration::from_secs(60);

/// A browser's keys for its pushes.
#[derive(Clone)]
pub struct Browser {
    secret: SecretKey,
    pub auth: [u8; 16],
}

impl Browser {
    pub fn new(n: u8) -> Self {
        Self { secret: SecretKey::from_slice(&[n; 32]).unwrap(), auth: [n; 16] }
    }

    pub fn p256dh(&self) -> Vec<u8> {
        self.secret.public_key().to_sec1_bytes().to_vec()
    }
}

/// A push that was taken.
#[derive(Debug)]
pub struct Pushed {
    pub path: String,
    pub headers: BTreeMap<String, String>,
    /// What the browser's service worker gets.
    pub text: String,
    /// The key that the token was signed with.
    pub vapid_key: Vec<u8>,
    pub claims: serde_json::Value,
}

/// An answer that is none of 201.
pub struct Answer(pub u16, pub &'static str);

pub struct PushService {
    pub addr: SocketAddr,
    pub browser: Browser,
    answers: Arc<Mutex<VecDeque<Answer>>>,
    pushed: mpsc::UnboundedReceiver<Pushed>,
}

impl PushService {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        let browser = Browser::new(7);
        let answers: Arc<Mutex<VecDeque<Answer>>> = Arc::default();
        let (tell, pushed) = mpsc::unbounded_channel();
        let (keys, next) = (browser.clone(), answers.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, addr, keys.clone(), next.clone(), tell.clone()));
            }
        });
        Self { addr, browser, answers, pushed }
    }

    pub fn endpoint(&self, path: &str) -> String {
        format!("http://{}/{path}", self.addr)
    }

    /// What the next push is answered, before all others are taken.
    pub fn answers(&self, status: u16, headers: &'static str) {
        self.answers.lock().unwrap().push_back(Answer(status, headers));
    }

    pub async fn next(&mut self) -> Pushed {
        let pushed = tokio::time::timeout(PATIENCE, self.pushed.recv()).await;
        pushed.expect("a push comes").unwrap()
    }

    pub fn nothing_more(&mut self) -> bool {
        self.pushed.try_recv().is_err()
    }
}

async fn serve(
    mut stream: TcpStream,
    addr: SocketAddr,
    browser: Browser,
    answers: Arc<Mutex<VecDeque<Answer>>>,
    tell: mpsc::UnboundedSender<Pushed>,
) {
    let mut bytes = Vec::new();
    loop {
        let head = loop {
            if let Some(end) = bytes.windows(4).position(|w| w == b"\r\n\r\n") {
                break bytes.drain(..end + 4).collect::<Vec<u8>>();
            }
            let mut more = [0; 4_096];
            match stream.read(&mut more).await {
                Ok(n) if n > 0 => bytes.extend(&more[..n]),
                _ => return,
            }
        };
        let head = String::from_utf8(head).unwrap();
        let (line, headers) = head.split_once("\r\n").unwrap();
        let headers: BTreeMap<String, String> = headers
            .lines()
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
            .collect();
        let len: usize = headers["content-length"].parse().unwrap();
        while bytes.len() < len {
            let mut more = [0; 4_096];
            let n = stream.read(&mut more).await.unwrap();
            bytes.extend(&more[..n]);
        }
        let body: Vec<u8> = bytes.drain(..len).collect();
        let Answer(status, extra) = answers.lock().unwrap().pop_front().unwrap_or(Answer(201, ""));
        let _ = tell.send(checked(line, headers, body, addr, &browser));
        let answer = format!("HTTP/1.1 {status} x\r\n{extra}content-length: 0\r\n\r\n");
        stream.write_all(answer.as_bytes()).await.unwrap();
    }
}

/// Panics where it is no push as the standards have it.
fn checked(
    line: &str,
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
    addr: SocketAddr,
    browser: &Browser,
) -> Pushed {
    let [method, path, _] = line.split(' ').collect::<Vec<_>>()[..] else { panic!("{line}") };
    assert_eq!(method, "POST");
    assert_eq!(headers["content-encoding"], "aes128gcm");
    assert!(headers["ttl"].parse::<u32>().is_ok());
    assert!(body.len() <= 4_096, "RFC 8030, 7.2");
    if let Some(topic) = headers.get("topic") {
        let is_topic = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        assert!(!topic.is_empty() && topic.len() <= 32 && topic.chars().all(is_topic), "{topic}");
    }
    let (token, key) = headers["authorization"].strip_prefix("vapid t=").unwrap().split_once(", k=").unwrap();
    let vapid_key = BASE64URL_NOPAD.decode(key.as_bytes()).unwrap();
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let signature = Signature::from_slice(&BASE64URL_NOPAD.decode(signature.as_bytes()).unwrap()).unwrap();
    VerifyingKey::from_sec1_bytes(&vapid_key).unwrap().verify(signed.as_bytes(), &signature).unwrap();
    let part = |text: &str| -> serde_json::Value {
        serde_json::from_slice(&BASE64URL_NOPAD.decode(text.as_bytes()).unwrap()).unwrap()
    };
    let (header, claims) = signed.split_once('.').unwrap();
    assert_eq!(part(header)["alg"], "ES256");
    let claims = part(claims);
    assert_eq!(claims["aud"], format!("http://{addr}"));
    let text = String::from_utf8(open(body, browser)).unwrap();
    Pushed { path: path.to_owned(), headers, text, vapid_key, claims }
}

/// As a browser opens it (RFC 8291, 3 and RFC 8188, 2), by the key that stands in the record's header.
fn open(body: Vec<u8>, browser: &Browser) -> Vec<u8> {
    assert_eq!(body[20], 65, "an uncompressed point");
    assert!(PublicKey::from_sec1_bytes(&body[21..86]).is_ok());
    web_push_native::decrypt(body, &browser.secret, &browser.auth.into()).unwrap()
}
