//! Plain HTTP/1.1 requests over a kept connection: what a thousand registrations need, and no more.

use anyhow::{Context, Result, bail, ensure};
use prost::Message;
use proto::account::Problem;
use std::net::{IpAddr, SocketAddr};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpSocket, TcpStream};

/// Longest answer that is read.
const ANSWER_LEN_MAX: usize = 1024 * 1024;

/// A connection to a server.
pub struct Http {
    address: SocketAddr,
    stream: BufReader<TcpStream>,
}

impl Http {
    /// Connects.
    pub async fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).await.with_context(|| format!("{address} takes no connection"))?;
        stream.set_nodelay(true)?;
        Ok(Self { address, stream: BufReader::new(stream) })
    }

    /// Connects from an address of this machine's.
    pub async fn open_from(from: IpAddr, address: SocketAddr) -> Result<Self> {
        let socket = TcpSocket::new_v4()?;
        socket.bind(SocketAddr::new(from, 0))?;
        let stream = socket.connect(address).await.with_context(|| format!("{address} takes no connection"))?;
        Ok(Self { address, stream: BufReader::new(stream) })
    }

    /// The status of the answer to an empty POST.
    pub async fn status_of_post(&mut self, path: &str) -> Result<u16> {
        let request = format!("POST {path} HTTP/1.1\r\nhost: {}\r\ncontent-length: 0\r\n\r\n", self.address);
        self.stream.get_mut().write_all(request.as_bytes()).await?;
        Ok(self.answer().await?.0)
    }

    /// GET of a text.
    pub async fn text(&mut self, path: &str) -> Result<String> {
        let request = format!("GET {path} HTTP/1.1\r\nhost: {}\r\n\r\n", self.address);
        self.stream.get_mut().write_all(request.as_bytes()).await?;
        let (status, body) = self.answer().await?;
        ensure!(status == 200, "GET {path}: {status}");
        Ok(String::from_utf8(body)?)
    }

    /// GET.
    pub async fn get<T: Message + Default>(&mut self, path: &str) -> Result<T> {
        self.ask("GET", path, None, Vec::new()).await
    }

    /// POST of a body.
    pub async fn post<T: Message + Default>(&mut self, path: &str, body: &impl Message) -> Result<T> {
        self.ask("POST", path, None, body.encode_to_vec()).await
    }

    async fn ask<T: Message + Default>(
        &mut self,
        method: &str,
        path: &str,
        token: Option<&[u8]>,
        body: Vec<u8>,
    ) -> Result<T> {
        let mut request = format!(
            "{method} {path} HTTP/1.1\r\nhost: {}\r\ncontent-type: application/x-protobuf\r\ncontent-length: {}\r\n",
            self.address,
            body.len()
        );
        if let Some(token) = token {
            request += &format!("authorization: Bearer {}\r\n", data_encoding::BASE64URL_NOPAD.encode(token));
        }
        request += "\r\n";
        let request = [request.into_bytes(), body].concat();
        self.stream.get_mut().write_all(&request).await?;
        let (status, body) = self.answer().await?;
        if !(200..300).contains(&status) {
            let problem = Problem::decode(body.as_slice()).unwrap_or_default();
            bail!("{method} {path}: {status} {} {}", problem.code, problem.detail);
        }
        T::decode(body.as_slice()).with_context(|| format!("{method} {path}: what came is no answer"))
    }

    async fn answer(&mut self) -> Result<(u16, Vec<u8>)> {
        let mut line = String::new();
        self.stream.read_line(&mut line).await?;
        let status = line.split(' ').nth(1).and_then(|status| status.parse().ok());
        let status = status.with_context(|| format!("no HTTP answer: {line:?}"))?;
        let mut len = 0;
        loop {
            line.clear();
            ensure!(self.stream.read_line(&mut line).await? > 0, "the answer is cut off");
            if line.trim().is_empty() {
                break;
            }
            if let Some((name, value)) = line.split_once(':')
                && name.eq_ignore_ascii_case("content-length")
            {
                len = value.trim().parse().context("content-length")?;
            }
        }
        ensure!(len <= ANSWER_LEN_MAX, "an answer of {len} bytes");
        let mut body = vec![0; len];
        self.stream.read_exact(&mut body).await?;
        Ok((status, body))
    }
}
