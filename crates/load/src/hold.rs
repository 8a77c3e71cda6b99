//! A process that only holds sockets: a process has files for so many, and what it needs must not be counted as the server's.

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

/// Such a process, from outside.
pub struct Holder {
    child: Child,
    said: Lines<BufReader<ChildStdout>>,
}

impl Holder {
    /// Starts one from this source address, `127.0.0.place`.
    pub async fn start(to: SocketAddr, place: u8, tls: Tls, data: &Path, tokens: &[&[u8]]) -> Result<Self> {
        let from = IpAddr::from([127, 0, 0, place]);
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["hold", "--to", &to.to_string(), "--from", &from.to_string()]);
        command.args(["--sockets", &tokens.len().to_string()]);
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

    /// Lets its sockets go. It must have held them until now.
    pub async fn stop(mut self) -> Result<()> {
        drop(self.child.stdin.take());
        let ended = self.child.wait().await?;
        ensure!(ended.success(), "a process that held sockets has failed: {ended}");
        Ok(())
    }
}
