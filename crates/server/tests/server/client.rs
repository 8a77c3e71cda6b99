//! The server under test, and plain requests to it.

use crate::relay_client::RelayAt;
use prost::Message;
use proto::account::Problem;
use proto::ids::ServerId;
use server::bus::{Bus, InProcess};
use server::clock::Clock;
use server::codes::{CodeSender, CodesConfig, SendCodeError};
use server::{Common, Config, Environment, Running, Server};
use server_store::sqlite::Sqlite;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{SystemTime, UNIX_EPOCH};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Stands still until a test moves it. It starts at the machine's time, since MLS leaf lifetimes are checked by that.
pub struct TestClock(AtomicU64);

impl TestClock {
    fn of_now() -> Arc<Self> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        Arc::new(Self(AtomicU64::new(u64::try_from(now.as_millis()).unwrap())))
    }

    pub fn now(&self) -> u64 {
        self.now_ms()
    }

    pub fn forward(&self, ms: u64) {
        self.0.fetch_add(ms, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now_ms(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }
}

#[derive(Default)]
pub struct Codes(Mutex<BTreeMap<String, String>>);

impl Codes {
    pub fn last(&self, number: &str) -> String {
        self.0.lock().unwrap()[number].clone()
    }
}

#[async_trait::async_trait]
impl CodeSender for Codes {
    async fn send(&self, number: &str, code: &str) -> Result<(), SendCodeError> {
        self.0.lock().unwrap().insert(number.into(), code.into());
        Ok(())
    }
}

pub struct Host {
    pub addr: SocketAddr,
    pub clock: Arc<TestClock>,
    pub codes: Arc<Codes>,
    pub id: ServerId,
    folder: tempfile::TempDir,
    running: Option<Running>,
}

impl Host {
    pub async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    pub async fn start_with(change: impl FnOnce(&mut Config)) -> Self {
        Self::start_in(tempfile::tempdir().unwrap(), change).await
    }

    /// Over a folder that is there already.
    pub async fn start_from(folder: tempfile::TempDir) -> Self {
        Self::start_in(folder, |_| {}).await
    }

    /// Stops, puts a copy back (as an operator tells it), and starts again.
    pub async fn restart_restored(mut self) -> Self {
        self.running.take().unwrap().shutdown().await.unwrap();
        server::new_timeline(self.folder.path()).await.unwrap();
        Self::start_in(self.folder, |_| {}).await
    }

    /// Stops and starts again over the same folder.
    pub async fn restart(self) -> Self {
        self.restart_with(|_| {}).await
    }

    /// The same, with another configuration.
    pub async fn restart_with(mut self, change: impl FnOnce(&mut Config)) -> Self {
        self.running.take().unwrap().shutdown().await.unwrap();
        Self::start_in(self.folder, change).await
    }

    async fn start_in(folder: tempfile::TempDir, change: impl FnOnce(&mut Config)) -> Self {
        Self::start_node(folder, (TestClock::of_now(), Arc::default()), None, change).await
    }

    async fn start_node(
        folder: tempfile::TempDir,
        (clock, codes): (Arc<TestClock>, Arc<Codes>),
        common: Option<Common>,
        change: impl FnOnce(&mut Config),
    ) -> Self {
        let mut config = Config::in_folder(folder.path().to_path_buf());
        change(&mut config);
        let sender: Arc<dyn CodeSender> = match &config.codes {
            CodesConfig::Console => codes.clone(),
            chosen => chosen.sender(&config.name).unwrap(),
        };
        let environment = Environment { clock: clock.clone(), codes: sender };
        let running = Server::start_node(config, environment, common).await.unwrap();
        let addr = running.addr;
        let mut host = Self { addr, clock, codes, id: ServerId([0; 16]), folder, running: Some(running) };
        let info: proto::account::ServerInfo = host.get("/v1/server", None).await.ok();
        host.id = ServerId::of_key(&info.server_key.try_into().unwrap());
        host
    }

    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// Where what it measures is served.
    pub fn metrics_addr(&self) -> Option<SocketAddr> {
        self.running.as_ref().unwrap().metrics_addr
    }

    /// Where calls take datagrams, and where connections; of each unit.
    pub fn calls_addrs(&self) -> &[(SocketAddr, SocketAddr)] {
        &self.running.as_ref().unwrap().calls_addrs
    }

    /// Where TURN is spoken, over TLS.
    pub fn relay_at(&self) -> RelayAt {
        let running = self.running.as_ref().unwrap();
        RelayAt { address: running.https_addr.unwrap(), authority_pem: running.authority_pem.clone().unwrap() }
    }

    pub async fn stop(mut self) {
        self.running.take().unwrap().shutdown().await.unwrap();
    }

    pub async fn get(&self, path: &str, token: Option<&[u8]>) -> Answer {
        self.send("GET", path, token, &[], Vec::new()).await
    }

    pub async fn post(&self, path: &str, token: Option<&[u8]>, body: &impl Message) -> Answer {
        self.send("POST", path, token, &[("content-type", "application/x-protobuf")], body.encode_to_vec()).await
    }

    pub async fn put(&self, path: &str, token: Option<&[u8]>, body: &impl Message) -> Answer {
        self.send("PUT", path, token, &[("content-type", "application/x-protobuf")], body.encode_to_vec()).await
    }

    /// One request, one connection: HTTP/1.1 by hand, so that headers are exactly what a test says.
    pub async fn send(
        &self,
        method: &str,
        path: &str,
        token: Option<&[u8]>,
        headers: &[(&str, &str)],
        body: Vec<u8>,
    ) -> Answer {
        let mut request = format!(
            "{method} {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\ncontent-length: {}\r\n",
            self.addr,
            body.len()
        );
        if let Some(token) = token {
            request += &format!("authorization: Bearer {}\r\n", data_encoding::BASE64URL_NOPAD.encode(token));
        }
        for (name, value) in headers {
            request += &format!("{name}: {value}\r\n");
        }
        request += "\r\n";
        let mut stream = TcpStream::connect(self.addr).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        // A server that refuses by the headers may not read the rest.
        let _ = stream.write_all(&body).await;
        let mut bytes = Vec::new();
        let _ = stream.read_to_end(&mut bytes).await;
        Answer::read(&bytes)
    }
}

/// Nodes of one server: one store, one bus, one clock.
pub struct Nodes {
    pub database: Arc<Sqlite>,
    pub bus: InProcess,
    pub clock: Arc<TestClock>,
    codes: Arc<Codes>,
    _folder: tempfile::TempDir,
}

impl Nodes {
    pub fn none_yet() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = Sqlite::open(&folder.path().join("heliograph.db")).unwrap();
        let (bus, clock, codes) = (InProcess::default(), TestClock::of_now(), Arc::default());
        Self { database, bus, clock, codes, _folder: folder }
    }

    pub async fn start(&self, change: impl FnOnce(&mut Config)) -> Host {
        self.start_on(Arc::new(self.bus.another()), change).await
    }

    /// One that has this bus.
    pub async fn start_on(&self, bus: Arc<dyn Bus>, change: impl FnOnce(&mut Config)) -> Host {
        let common = Common { database: self.database.clone(), bus };
        let folder = tempfile::tempdir().unwrap();
        Host::start_node(folder, (self.clock.clone(), self.codes.clone()), Some(common), change).await
    }
}

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: BTreeMap<String, String>,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn read(bytes: &[u8]) -> Self {
        let end = bytes.windows(4).position(|w| w == b"\r\n\r\n").expect("an HTTP answer");
        let head = std::str::from_utf8(&bytes[..end]).unwrap();
        let mut lines = head.lines();
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let headers: BTreeMap<String, String> = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
            .collect();
        let mut body = bytes[end + 4..].to_vec();
        if headers.get("transfer-encoding").is_some_and(|coding| coding == "chunked") {
            body = unchunk(&body);
        }
        Self { status, headers, body }
    }

    pub fn ok<T: Message + Default>(&self) -> T {
        assert!((200..300).contains(&self.status), "{} {:?}", self.status, Problem::decode(self.body.as_slice()));
        T::decode(self.body.as_slice()).unwrap()
    }

    #[track_caller]
    pub fn refused(&self, status: u16, code: &str) -> Problem {
        let problem = Problem::decode(self.body.as_slice()).unwrap();
        assert_eq!((self.status, problem.code.as_str()), (status, code), "{}", problem.detail);
        problem
    }
}

fn unchunk(mut rest: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    while let Some(end) = rest.windows(2).position(|w| w == b"\r\n") {
        let len = usize::from_str_radix(std::str::from_utf8(&rest[..end]).unwrap(), 16).unwrap();
        body.extend(&rest[end + 2..end + 2 + len]);
        rest = &rest[end + 2 + len + 2..];
    }
    body
}
