//! A process that only holds sockets: a process has files for so many, and what it needs must not be counted as the server's.

use crate::device::now_ms;
use crate::served::Tls;
use crate::socket::{Route, Socket, trusting};
use anyhow::{Context, Result, bail, ensure};
use futures_util::StreamExt;
use futures_util::stream;
use proto::wire::server_frame;
use std::io::Write;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::sync::oneshot;

/// Sockets that greet at once.
const GREETING_MAX: usize = 64;
/// Until all sockets of a process are there.
const PATIENCE: Duration = Duration::from_secs(300);
/// Between two tries to come back.
const TRY_AGAIN_AFTER: Duration = Duration::from_millis(100);

/// What one such process holds. Tokens come on its standard input, one a line, in base64; it holds until that ends.
#[derive(clap::Args, Clone, Debug)]
pub struct Size {
    #[arg(long)]
    to: SocketAddr,
    #[arg(long)]
    from: IpAddr,
    #[arg(long)]
    authority: Option<PathBuf>,
    #[arg(long)]
    sockets: usize,
    /// They come back, once, when the server has gone
    #[arg(long)]
    again: bool,
}

/// The inside: says "held" when every socket has said Hello and got all there was for it.
pub async fn run(size: &Size) -> Result<()> {
    let tls = size.authority.as_deref().map(trusting).transpose()?;
    let route = Route { to: size.to, from: size.from, tls };
    let mut tokens = Vec::with_capacity(size.sockets);
    let mut lines = std::io::stdin().lines();
    while tokens.len() < size.sockets {
        let line = lines.next().context("fewer tokens than sockets")??;
        tokens.push(data_encoding::BASE64.decode(line.as_bytes()).context("a token in base64")?);
    }
    drop(lines);
    let (tell_end, end) = oneshot::channel();
    std::thread::spawn(move || {
        std::io::stdin().lines().for_each(drop);
        // Where the sockets have ended before, nobody waits.
        let _ = tell_end.send(());
    });
    let greeted = stream::iter(&tokens).map(|token| greet(&route, token)).buffer_unordered(GREETING_MAX);
    let sockets: Vec<Result<Socket>> = greeted.collect().await;
    let mut sockets = sockets.into_iter().collect::<Result<Vec<_>>>()?;
    {
        let mut out = std::io::stdout().lock();
        writeln!(out, "held")?;
        out.flush()?;
    }
    if size.again {
        return come_again(&route, tokens, sockets).await;
    }
    // Read on all the while, as a client does: a ping that nobody reads would wait in the server's memory.
    let reading = sockets.iter_mut().map(|socket| async move {
        loop {
            if let Err(error) = socket.next().await {
                return error;
            }
        }
    });
    tokio::select! {
        (error, ..) = futures_util::future::select_all(reading.map(Box::pin)) => Err(error).context("a held socket has ended"),
        _ = end => Ok(()),
    }
}

async fn greet(route: &Route, token: &[u8]) -> Result<Socket> {
    let mut socket = Socket::greet(route, token).await?;
    loop {
        if let server_frame::Body::QueueEmpty(_) = socket.next().await? {
            return Ok(socket);
        }
    }
}

/// The inside of a process whose sockets come back.
async fn come_again(route: &Route, tokens: Vec<Vec<u8>>, sockets: Vec<Socket>) -> Result<()> {
    let (again, _sockets) = back(route, &tokens, sockets).await;
    let times: Vec<String> = again.at_ms.iter().map(u64::to_string).collect();
    let mut out = std::io::stdout().lock();
    writeln!(out, "again {} {}", again.tries, times.join(" "))?;
    Ok(out.flush()?)
}

/// Each notices that the server is gone and tries until it has said Hello again, with no more patience than it takes to be refused: the
/// worst that clients could do.
async fn back(route: &Route, tokens: &[Vec<u8>], sockets: Vec<Socket>) -> (Again, Vec<Socket>) {
    let back = tokens.iter().zip(sockets).map(|(token, mut socket)| async move {
        while socket.next().await.is_ok() {}
        drop(socket);
        let mut tries = 0_u64;
        loop {
            tries += 1;
            if let Ok(socket) = greet(route, token).await {
                return (socket, now_ms(), tries);
            }
            tokio::time::sleep(TRY_AGAIN_AFTER).await;
        }
    });
    let (mut again, mut sockets) = (Again::default(), Vec::new());
    for (socket, at_ms, tries) in futures_util::future::join_all(back).await {
        again.tries += tries;
        again.at_ms.push(at_ms);
        sockets.push(socket);
    }
    (again, sockets)
}

/// Sockets that come back, held by this process.
pub struct Faithful(tokio::task::JoinHandle<(Again, Vec<Socket>)>);

impl Faithful {
    /// Returns when all are there.
    pub async fn hold(to: SocketAddr, tokens: &[&[u8]]) -> Result<Self> {
        let route = Route::plain(to);
        let greeted = stream::iter(tokens).map(|token| greet(&route, token)).buffer_unordered(GREETING_MAX);
        // Which of them has which token does not matter: each comes back once, with any of them.
        let sockets = greeted.collect::<Vec<_>>().await.into_iter().collect::<Result<Vec<_>>>()?;
        let tokens: Vec<Vec<u8>> = tokens.iter().map(|token| token.to_vec()).collect();
        Ok(Self(tokio::spawn(async move { back(&route, &tokens, sockets).await })))
    }

    /// Returns when all are back.
    pub async fn is_back(self) -> Result<Again> {
        Ok(tokio::time::timeout(PATIENCE, self.0).await.context("the sockets do not come back")??.0)
    }
}

/// How often a process of such sockets had to try, and when each was back.
#[derive(Debug, Default)]
pub struct Again {
    pub tries: u64,
    /// Unix time.
    pub at_ms: Vec<u64>,
}

/// Such a process, from outside.
pub struct Holder {
    child: Child,
    said: Lines<BufReader<ChildStdout>>,
}

impl Holder {
    /// Starts one from this source address, `127.0.0.place`.
    pub async fn start(to: SocketAddr, place: u8, tls: Tls, data: &Path, tokens: &[&[u8]]) -> Result<Self> {
        Self::start_with(to, place, tls, data, tokens, &[]).await
    }

    /// The same, whose sockets come back when the server has gone.
    pub async fn start_faithful(to: SocketAddr, place: u8, data: &Path, tokens: &[&[u8]]) -> Result<Self> {
        Self::start_with(to, place, Tls::Off, data, tokens, &["--again"]).await
    }

    async fn start_with(
        to: SocketAddr,
        place: u8,
        tls: Tls,
        data: &Path,
        tokens: &[&[u8]],
        options: &[&str],
    ) -> Result<Self> {
        let from = IpAddr::from([127, 0, 0, place]);
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["hold", "--to", &to.to_string(), "--from", &from.to_string()]);
        command.args(["--sockets", &tokens.len().to_string()]);
        command.args(options);
        if tls == Tls::On {
            command.arg("--authority").arg(data.join("tls/authority.pem"));
        }
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true).spawn()?;
        let lines: String = tokens.iter().map(|token| data_encoding::BASE64.encode(token) + "\n").collect();
        child.stdin.as_mut().context("piped")?.write_all(lines.as_bytes()).await?;
        let said = BufReader::new(child.stdout.take().context("piped")?).lines();
        Ok(Self { child, said })
    }

    /// Returns when it holds all.
    pub async fn holds(&mut self) -> Result<()> {
        let line = tokio::time::timeout(PATIENCE, self.said.next_line()).await.context("the sockets do not come")??;
        match line.as_deref() {
            Some("held") => Ok(()),
            other => bail!("a process that holds sockets says {other:?}"),
        }
    }

    /// Returns when all of them are back.
    pub async fn is_back(&mut self) -> Result<Again> {
        let line =
            tokio::time::timeout(PATIENCE, self.said.next_line()).await.context("the sockets do not come back")??;
        let mut numbers = line.as_deref().and_then(|line| line.strip_prefix("again ")).context("no word")?.split(' ');
        let tries = numbers.next().context("no number of tries")?.parse()?;
        Ok(Again { tries, at_ms: numbers.map(str::parse).collect::<Result<_, _>>()? })
    }

    /// Lets its sockets go. It must have held them until now.
    pub async fn stop(mut self) -> Result<()> {
        drop(self.child.stdin.take());
        let ended = self.child.wait().await?;
        ensure!(ended.success(), "a process that held sockets has failed: {ended}");
        Ok(())
    }
}
