//! One WebSocket: Hello, requests and replies, the device's queue, pushes, and the reasons to end.
//!
//! A reader task in this loop, a writer task behind a bounded channel. Requests run side by side, but each is begun
//! before the next frame is read, so that messages enter the log in the order they came.

mod hello;
mod queue;

use crate::app::App;
use crate::calls;
use crate::http::Peer;
use crate::hub::{Push, Seat, frame};
use crate::limits::{Class, FULL_RETRY_MS};
use crate::open::Place;
use crate::ports::Connection;
use crate::problem::Problem;
use axum::Extension;
use axum::extract::State;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade, close_code};
use axum::http::StatusCode;
use axum::response::Response;
use futures_util::stream::{FuturesUnordered, SplitSink, Stream, StreamExt};
use futures_util::{Future, SinkExt};
use hello::Greeted;
use proto::decode::{DecodeError, decode_limited};
use proto::ids::{DeviceAddress, Lease};
use proto::limits::FRAME_LEN_MAX;
use proto::wire::{self, ClientFrame, client_frame, refused::Reason, reply, server_frame};
use queue::Queue;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::Instant;

/// What is read from the network at once: a message as most are. Each socket has so much, whether or not anything comes.
const READ_BUFFER_LEN: usize = 1_024;
/// Requests of one socket under way; the next frame is read when one is answered.
const REQUESTS_MAX: usize = 256;
/// Frames that wait for the network.
const OUTGOING_MAX: usize = 256;
/// A client that takes nothing for so long is gone.
const SLOW_READER: Duration = Duration::from_secs(30);
const PING_EVERY: Duration = Duration::from_secs(25);
/// No frame at all, not even a pong.
const SILENT_FOR: Duration = Duration::from_secs(75);

/// `GET /v1/socket`.
pub(crate) async fn upgrade(
    State(app): State<Arc<App>>,
    Peer(address): Peer,
    Extension(connection): Extension<Connection>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, Problem> {
    let upgrade = upgrade
        .map_err(|_| Problem::new(StatusCode::UPGRADE_REQUIRED, "no-upgrade").detail("a WebSocket is wanted"))?;
    let full = || Problem::new(StatusCode::SERVICE_UNAVAILABLE, "too-many-connections").retry_after(FULL_RETRY_MS);
    // Of a connection by itself the share was taken when it came.
    let share = match address == connection.peer.ip().to_canonical() {
        true => None,
        false => Some(app.open.connections.share(address).ok_or_else(full)?),
    };
    let greeting = app.open.greeting(address).ok_or_else(full)?;
    let held = Held { greeting, _share: share, _connection: connection };
    Ok(upgrade
        .read_buffer_size(READ_BUFFER_LEN)
        .write_buffer_size(8_192)
        .max_write_buffer_size(FRAME_LEN_MAX * 2)
        .max_message_size(FRAME_LEN_MAX)
        .max_frame_size(FRAME_LEN_MAX)
        .on_upgrade(move |socket| Box::pin(run(app, socket, held))))
}

/// Why a socket ends; becomes the close frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// The client went, or is not heard any more.
    Gone,
    /// What came is no frame, or came out of order.
    Protocol(&'static str),
    TooLarge,
    /// Another lease, an unlinked device, or the server is going down.
    Told,
}

/// What a socket takes up: the connection's place and its address's share until the end, the greeting's until it has said who
/// it is.
struct Held {
    greeting: Place<IpAddr>,
    _share: Option<Place<IpAddr>>,
    _connection: Connection,
}

async fn run(app: Arc<App>, socket: WebSocket, held: Held) {
    let Held { greeting, _share, _connection } = held;
    let (sink, mut frames) = socket.split();
    let (out, outgoing) = mpsc::channel(OUTGOING_MAX);
    let writer = tokio::spawn(write(sink, outgoing));
    let end = serve(&app, &mut frames, &out, greeting).await;
    let close = match end {
        Ok(()) | Err(End::Gone | End::Told) => (close_code::NORMAL, ""),
        Err(End::Protocol(why)) => (close_code::PROTOCOL, why),
        Err(End::TooLarge) => (close_code::SIZE, "frame too large"),
    };
    let close = CloseFrame { code: close.0, reason: close.1.into() };
    let _ = tokio::time::timeout(SLOW_READER, out.send(Message::Close(Some(close)))).await;
    drop(out);
    let _ = writer.await;
}

/// A socket without a WebSocket: what a client would send, and where what it would get goes. Returns when the server has
/// ended it, or when `frames` has.
pub(crate) async fn run_portless(
    app: Arc<App>,
    mut frames: impl Stream<Item = Message> + Unpin,
    out: mpsc::Sender<Message>,
    peer: IpAddr,
) {
    let Some(greeting) = app.open.greeting(peer) else { return };
    let mut frames = frames.by_ref().map(Ok);
    // Why it ended is in no frame of ours: a close frame is the WebSocket's.
    let _ = serve(&app, &mut frames, &out, greeting).await;
}

/// Takes all that waits, and flushes once.
async fn write(mut sink: SplitSink<WebSocket, Message>, mut outgoing: mpsc::Receiver<Message>) {
    let mut batch = Vec::new();
    while outgoing.recv_many(&mut batch, OUTGOING_MAX).await > 0 {
        let sent = async {
            for message in batch.drain(..) {
                sink.feed(message).await?;
            }
            sink.flush().await
        };
        match tokio::time::timeout(SLOW_READER, sent).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) | Err(_) => return,
        }
    }
}

/// The whole life of a socket, whatever carries its messages.
async fn serve(
    app: &Arc<App>,
    frames: &mut (impl Stream<Item = Result<Message, axum::Error>> + Unpin),
    out: &mpsc::Sender<Message>,
    greeting: Place<IpAddr>,
) -> Result<(), End> {
    let greeted = tokio::time::timeout(app.config.hello_within, greet(app, frames, out)).await;
    let Greeted { device, lease, seat, mut queue, place: _place } =
        greeted.map_err(|_| End::Protocol("no Hello in time"))??;
    drop(greeting);
    queue.send_more(app, out).await?;
    let mut requests: FuturesUnordered<Request> = FuturesUnordered::new();
    let end = work(app, frames, out, (device, lease), (&seat, &mut queue), &mut requests).await;
    drop(seat);
    if !app.hub.is_connected(device) {
        app.pushes.left(device);
    }
    // What was taken on is written whether or not its sender still listens: those whom it concerns hear of it.
    while let Some(done) = requests.next().await {
        app.carry_out(done.handled.effects).await;
    }
    end
}

/// Takes on requests and sends what comes, until the socket ends.
async fn work(
    app: &Arc<App>,
    frames: &mut (impl Stream<Item = Result<Message, axum::Error>> + Unpin),
    out: &mpsc::Sender<Message>,
    of: (DeviceAddress, Lease),
    (seat, queue): (&Seat, &mut Queue),
    requests: &mut FuturesUnordered<Request>,
) -> Result<(), End> {
    let mut ping = tokio::time::interval(PING_EVERY);
    let mut heard = Instant::now();
    loop {
        tokio::select! {
            // What is done goes out before more is taken on; and a simulator's runs must not depend on chance.
            biased;
            Some(done) = requests.next(), if !requests.is_empty() => finish(app, done, queue, out).await?,
            // Before what waits for this client: who takes frames slowly shall be heard, and not be held for silent.
            message = frames.next(), if requests.len() < REQUESTS_MAX => {
                heard = Instant::now();
                if let Some(frame) = read(message)? {
                    let request = begin(app.clone(), of, frame, Instant::now());
                    start(request, requests).await;
                }
            }
            push = seat.next_push() => match push {
                Some(Push::Frame(bytes)) => send(out, bytes).await?,
                Some(Push::Item { queue_seq, frame }) => queue.take(queue_seq, frame, out).await?,
                Some(Push::Farewell(bytes)) => {
                    send(out, bytes).await?;
                    return Err(End::Told);
                }
                None => return Err(End::Told),
            },
            () = seat.queue_grew() => queue.send_more(app, out).await?,
            // One that goes before is not among the pushes: it is in the store.
            () = std::future::ready(()), if queue.misses_one() => queue.send_more(app, out).await?,
            _ = ping.tick() => {
                if heard.elapsed() > SILENT_FOR {
                    return Err(End::Gone);
                }
                // Whoever was just heard need not be asked.
                if heard.elapsed() >= PING_EVERY {
                    give(out, Message::Ping(bytes::Bytes::new())).await?;
                }
            }
        }
    }
}

/// Reads until a Hello is taken. After a Rollback the client may say Hello again, as what it is now.
async fn greet(
    app: &Arc<App>,
    frames: &mut (impl Stream<Item = Result<Message, axum::Error>> + Unpin),
    out: &mpsc::Sender<Message>,
) -> Result<Greeted, End> {
    loop {
        let Some(ClientFrame { request, body }) = read(frames.next().await)? else { continue };
        let received = Instant::now();
        let Some(client_frame::Body::Hello(hello)) = body else { return Err(End::Protocol("Hello comes first")) };
        let (body, greeted) = hello::hello(app, hello).await;
        let fatal = matches!(body, reply::Body::Revoked(_) | reply::Body::Refused(_));
        send(out, frame(server_frame::Body::Reply(wire::Reply { request, body: Some(body) }))).await?;
        app.metrics.answered_on_socket("Hello", received);
        match greeted {
            Some(greeted) => return Ok(greeted),
            None if fatal => return Err(End::Told),
            None => {}
        }
    }
}

fn read(message: Option<Result<Message, axum::Error>>) -> Result<Option<ClientFrame>, End> {
    let message = match message {
        None => return Err(End::Gone),
        Some(Err(error)) => return Err(if is_too_large(&error) { End::TooLarge } else { End::Gone }),
        Some(Ok(message)) => message,
    };
    match message {
        Message::Binary(bytes) => match decode_limited::<ClientFrame>(&bytes, FRAME_LEN_MAX) {
            Ok(frame) => Ok(Some(frame)),
            Err(DecodeError::TooLarge { .. }) => Err(End::TooLarge),
            Err(DecodeError::Malformed(_)) => Err(End::Protocol("not a frame")),
        },
        Message::Text(_) => Err(End::Protocol("frames are binary")),
        Message::Ping(_) | Message::Pong(_) => Ok(None),
        Message::Close(_) => Err(End::Gone),
    }
}

fn is_too_large(error: &axum::Error) -> bool {
    let mut source: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = source {
        let text = error.to_string();
        if text.contains("too long") || text.contains("too large") || text.contains("Space limit") {
            return true;
        }
        source = error.source();
    }
    false
}

/// What a request came to.
struct Done {
    kind: &'static str,
    received: Instant,
    request: u32,
    handled: crate::delivery::Handled,
    acked: Option<u64>,
}

type Request = Pin<Box<dyn Future<Output = Done> + Send>>;

fn begin(app: Arc<App>, (device, lease): (DeviceAddress, Lease), frame: ClientFrame, received: Instant) -> Request {
    Box::pin(async move {
        let request = frame.request;
        let kind = frame.body.as_ref().map_or("unknown", kind);
        let refused = |reason: Reason, detail: &str, retry_after_ms| crate::delivery::Handled {
            reply: Some(reply::Body::Refused(wire::Refused {
                reason: reason.into(),
                detail: detail.into(),
                retry_after_ms,
            })),
            effects: Vec::new(),
        };
        let Some(body) = frame.body else {
            // A newer client's request: it hears that, and goes on without it.
            let handled = refused(Reason::Unsupported, "unknown request", 0);
            return Done { kind, received, request, handled, acked: None };
        };
        if let Err(problem) = within_rates(&app, device, &body) {
            let handled = refused(Reason::Busy, "too many", problem.retry_after_ms());
            return Done { kind, received, request, handled, acked: None };
        }
        let acked = match &body {
            client_frame::Body::Ack(ack) => Some(ack.queue_seq),
            _ => None,
        };
        let handled = if calls::is_of_calls(&body) {
            let reply = app.calls.handle(device, lease, body).await;
            crate::delivery::Handled { reply: Some(reply), effects: Vec::new() }
        } else {
            app.delivery.handle(device, body, app.now_ms()).await
        };
        // What the store did not take is not acknowledged: it is sent again, and acknowledged with the next.
        let acked = acked.filter(|_| !matches!(handled.reply, Some(reply::Body::Refused(_))));
        if let Some(queue_seq) = acked {
            app.pushes.acknowledged(device, queue_seq);
        }
        Done { kind, received, request, handled, acked }
    })
}

fn within_rates(app: &App, device: DeviceAddress, body: &client_frame::Body) -> Result<(), Problem> {
    use client_frame::Body;
    app.limits.account(Class::Frames, device.account)?;
    match body {
        Body::JoinCall(_) | Body::GetCalls(_) => app.limits.account(Class::CallJoins, device.account),
        Body::SayInCall(say) => match NonZeroU32::new(app.calls.cost(device, say)) {
            Some(words) => app.limits.account_many(Class::CallWords, device.account, words),
            None => Ok(()),
        },
        _ => Ok(()),
    }
}

/// The name of a request in metrics.
fn kind(body: &client_frame::Body) -> &'static str {
    use client_frame::Body;
    match body {
        Body::Hello(_) => "Hello",
        Body::GroupCreate(_) => "GroupCreate",
        Body::Commit(_) => "Commit",
        Body::CommitBatch(_) => "CommitBatch",
        Body::App(_) => "App",
        Body::GetGroupInfo(_) => "GetGroupInfo",
        Body::FetchLog(_) => "FetchLog",
        Body::Ack(_) => "Ack",
        Body::ReadMark(_) => "ReadMark",
        Body::GetMarks(_) => "GetMarks",
        Body::Ephemeral(_) => "Ephemeral",
        Body::ResetGroup(_) => "ResetGroup",
        Body::ListGroups(_) => "ListGroups",
        Body::FindDirect(_) => "FindDirect",
        Body::Ping(_) => "Ping",
        Body::JoinCall(_) => "JoinCall",
        Body::SayInCall(_) => "SayInCall",
        Body::LeaveCall(_) => "LeaveCall",
        Body::GetCalls(_) => "GetCalls",
    }
}

/// Runs a request up to its first wait, so that its write is in line before the next frame is read.
async fn start(mut request: Request, requests: &mut FuturesUnordered<Request>) {
    let first = std::future::poll_fn(|cx| std::task::Poll::Ready(request.as_mut().poll(cx))).await;
    match first {
        std::task::Poll::Ready(done) => requests.push(Box::pin(std::future::ready(done))),
        std::task::Poll::Pending => requests.push(request),
    }
}

async fn finish(app: &Arc<App>, done: Done, queue: &mut Queue, out: &mpsc::Sender<Message>) -> Result<(), End> {
    let mut sent = Ok(());
    if done.request != 0
        && let Some(body) = done.handled.reply
    {
        let reply = wire::Reply { request: done.request, body: Some(body) };
        sent = send(out, frame(server_frame::Body::Reply(reply))).await;
    }
    app.metrics.answered_on_socket(done.kind, done.received);
    // Also where the one who asked is gone: it is done.
    app.carry_out(done.handled.effects).await;
    sent?;
    if let Some(acked) = done.acked {
        queue.acknowledged(acked);
        if queue.waits_for_room() {
            queue.send_more(app, out).await?;
        }
    }
    Ok(())
}

async fn send(out: &mpsc::Sender<Message>, bytes: Vec<u8>) -> Result<(), End> {
    give(out, Message::Binary(bytes.into())).await
}

async fn give(out: &mpsc::Sender<Message>, message: Message) -> Result<(), End> {
    match tokio::time::timeout(SLOW_READER, out.send(message)).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) | Err(_) => Err(End::Gone),
    }
}
