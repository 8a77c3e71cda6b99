//! The same call in Janus' video room, as Debian packages it, with the project's configuration in `bench/peers/janus`. It is not
//! installed here: its package starts a service of its own.

use super::client::{Client, Counts};
use super::{Call, InCall, Seen, Server, Size, filmed};
use crate::folder::Folder;
use crate::process::Process;
use crate::served::free_address;
use anyhow::{Context, Result, bail};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

const PROGRAM: &str = "/usr/bin/janus";
/// Of the room in the configuration.
const ROOM: u64 = 1;
const STARTS_WITHIN: Duration = Duration::from_secs(30);
const ANSWERS_WITHIN: Duration = Duration::from_secs(30);
const LOOK_EVERY: Duration = Duration::from_millis(100);
const CONFIGURATION: [(&str, &str); 3] = [
    ("janus.jcfg", include_str!("../../../../bench/peers/janus/janus.jcfg")),
    ("janus.transport.websockets.jcfg", include_str!("../../../../bench/peers/janus/janus.transport.websockets.jcfg")),
    ("janus.plugin.videoroom.jcfg", include_str!("../../../../bench/peers/janus/janus.plugin.videoroom.jcfg")),
];

pub(super) async fn measure(call: Call, size: &Size, from: IpAddr) -> Result<Seen> {
    if !Path::new(PROGRAM).is_file() {
        bail!("not installed: `apt-get install janus` to have it beside ours");
    }
    let folder = Folder::make()?;
    let address = SocketAddr::new(from, free_address()?.port());
    let mut child = start(folder.path(), address)?;
    let process = Process::with_children(child.id().context("it has ended")?);
    answers(&mut child, address).await?;
    let counts = Arc::new(Counts::default());
    let (mut publishers, mut watching, mut handles) = (Vec::new(), Vec::new(), Vec::new());
    for feed in 1..=call.publishers {
        let client = Arc::new(Client::start(from, counts.clone())?);
        let mut handle = Handle::attach(address).await?;
        let offer = client.offer(true).await?;
        let join = json!({"request": "joinandconfigure", "ptype": "publisher", "room": ROOM, "id": feed, "audio": false, "video": true});
        let answer = handle.asks(join, Some(("offer", offer))).await?;
        client.answered(answer.context("an answer")?).await?;
        publishers.push(client);
        handles.push(handle);
    }
    // What nobody sends yet cannot be subscribed to.
    for publisher in &publishers {
        publisher.films(size.bits);
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    // Whoever publishes looks at the others as well, by a second connection, as Janus has it.
    let own = (1..=call.publishers).map(Some).chain(std::iter::repeat_n(None, call.others));
    for own in own {
        let feeds = (1..=call.publishers).filter(|feed| Some(*feed) != own);
        let feeds: Vec<Value> = feeds.map(|feed| json!({ "feed": feed })).collect();
        if feeds.is_empty() {
            continue;
        }
        let client = Arc::new(Client::start(from, counts.clone())?);
        let mut handle = Handle::attach(address).await?;
        let join = json!({"request": "join", "ptype": "subscriber", "room": ROOM, "streams": feeds});
        let offer = handle.asks(join, None).await?.context("an offer")?;
        let answer = client.answer(offer).await?;
        handle.asks(json!({"request": "start"}), Some(("answer", answer))).await?;
        watching.push(client);
        handles.push(handle);
    }
    // Unread events would fill its queues: they are few, and the sockets hold them.
    let in_call = InCall { publishers, _others: watching };
    let looking = call.publishers + call.others - 1;
    let seen = filmed(&in_call, size, looking, &counts, &Server { process, metrics: None }).await;
    drop((in_call, handles));
    child.kill().await?;
    seen
}

fn start(folder: &Path, address: SocketAddr) -> Result<Child> {
    let folder_text = folder.to_str().context("the folder's name is no text")?;
    let libraries = libraries()?;
    for (name, text) in CONFIGURATION {
        let text = text.replace("@FOLDER@", folder_text).replace("@LIBRARIES@", &libraries);
        let text = text.replace("@ADDRESS@", &address.ip().to_string()).replace("@PORT@", &address.port().to_string());
        std::fs::write(folder.join(name), text)?;
    }
    let mut command = Command::new(PROGRAM);
    command.arg("-F").arg(folder).arg("--disable-colors");
    // What it says is no figure.
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
    command.spawn().context("janus does not start")
}

/// Debian keeps them in the folder of the machine's architecture.
fn libraries() -> Result<String> {
    let folders = std::fs::read_dir("/usr/lib")?.flatten().map(|entry| entry.path().join("janus"));
    let found: Option<PathBuf> = folders.into_iter().find(|folder| folder.join("plugins").is_dir());
    Ok(found.context("janus' libraries are not in /usr/lib")?.to_string_lossy().into_owned())
}

async fn answers(child: &mut Child, address: SocketAddr) -> Result<()> {
    let looking = async {
        while TcpStream::connect(address).await.is_err() {
            if let Some(status) = child.try_wait()? {
                bail!("it ended at once: {status}");
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
        Ok(())
    };
    tokio::time::timeout(STARTS_WITHIN, looking).await.context("it takes no connection")?
}

/// A connection with a session and a handle of the video room: one client's.
struct Handle {
    socket: WebSocketStream<TcpStream>,
    session: u64,
    handle: u64,
    transaction: u64,
}

impl Handle {
    async fn attach(address: SocketAddr) -> Result<Self> {
        let mut request = format!("ws://{address}/").into_client_request()?;
        request.headers_mut().insert("Sec-WebSocket-Protocol", "janus-protocol".parse()?);
        let stream = TcpStream::connect(address).await?;
        let (socket, _) = tokio_tungstenite::client_async(request, stream).await?;
        let mut attached = Self { socket, session: 0, handle: 0, transaction: 0 };
        attached.session = attached.success(json!({"janus": "create"})).await?;
        let attach = json!({"janus": "attach", "session_id": attached.session, "plugin": "janus.plugin.videoroom"});
        attached.handle = attached.success(attach).await?;
        Ok(attached)
    }

    /// The id that a request is answered by.
    async fn success(&mut self, request: Value) -> Result<u64> {
        let reply = self.tell(request, "success").await?;
        reply.pointer("/data/id").and_then(Value::as_u64).context("an id")
    }

    /// What the video room answers to a message: its description, if it has one.
    async fn asks(&mut self, body: Value, description: Option<(&str, String)>) -> Result<Option<String>> {
        let mut message =
            json!({"janus": "message", "session_id": self.session, "handle_id": self.handle, "body": body});
        if let Some((kind, sdp)) = description {
            add(&mut message, "jsep", json!({"type": kind, "sdp": sdp}));
        }
        let event = self.tell(message, "event").await?;
        if let Some(error) = text(&event, "/plugindata/data/error") {
            bail!("the video room says: {error}");
        }
        Ok(text(&event, "/jsep/sdp").map(str::to_owned))
    }

    /// The answer of this kind; acknowledgements and what is told besides are left out.
    async fn tell(&mut self, mut request: Value, kind: &str) -> Result<Value> {
        self.transaction += 1;
        let transaction = self.transaction.to_string();
        add(&mut request, "transaction", json!(transaction));
        self.socket.send(Message::text(request.to_string())).await?;
        let answering = async {
            while let Some(message) = self.socket.next().await {
                let Message::Text(message) = message? else { continue };
                let reply: Value = serde_json::from_str(&message)?;
                if text(&reply, "/transaction") != Some(&transaction) {
                    continue;
                }
                match text(&reply, "/janus") {
                    Some("error") => bail!("janus says: {}", text(&reply, "/error/reason").unwrap_or_default()),
                    Some(said) if said == kind => return Ok(reply),
                    _ => {}
                }
            }
            bail!("janus has closed a connection")
        };
        tokio::time::timeout(ANSWERS_WITHIN, answering).await.context("no answer")?
    }
}

fn text<'a>(value: &'a Value, pointer: &str) -> Option<&'a str> {
    value.pointer(pointer)?.as_str()
}

fn add(object: &mut Value, name: &str, value: Value) {
    if let Some(fields) = object.as_object_mut() {
        fields.insert(name.to_owned(), value);
    }
}
