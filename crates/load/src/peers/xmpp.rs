//! As much of XMPP (RFC 6120) as a message needs: registration, SASL PLAIN, a bound resource, messages that are counted by their ends.

use anyhow::{Context, Result, ensure};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::{Buf, BytesMut};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const HEAD: &str = "<?xml version='1.0'?><stream:stream to='localhost' xmlns='jabber:client' \
                    xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>";
const END: &[u8] = b"</message>";
const PATIENCE: Duration = Duration::from_secs(30);

/// A new account that is online.
pub(super) async fn enter(address: SocketAddr, who: usize) -> Result<(TcpStream, BytesMut)> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let mut talk = Talk { stream, buffer: BytesMut::new() };
    talk.ask(HEAD, "</stream:features>").await?;
    let account = format!(
        "<iq type='set' id='register'><query xmlns='jabber:iq:register'><username>u{who}</username>\
         <password>load-bench</password></query></iq>"
    );
    talk.ask(&account, "result").await?;
    let proof = BASE64_STANDARD.encode(format!("\0u{who}\0load-bench"));
    let proof = format!("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>{proof}</auth>");
    talk.ask(&proof, "<success").await?;
    talk.ask(HEAD, "</stream:features>").await?;
    let bind =
        "<iq type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>r</resource></bind></iq>";
    talk.ask(bind, "result").await?;
    Ok((talk.stream, BytesMut::new()))
}

struct Talk {
    stream: TcpStream,
    buffer: BytesMut,
}

impl Talk {
    /// Writes, and reads until the answer holds this; what comes before the next question is of no use to anybody.
    async fn ask(&mut self, text: &str, until: &str) -> Result<()> {
        self.buffer.clear();
        self.stream.write_all(text.as_bytes()).await?;
        let heard = async {
            loop {
                let heard = String::from_utf8_lossy(&self.buffer).into_owned();
                if heard.contains(until) && heard.ends_with('>') {
                    return Ok(());
                }
                ensure!(!heard.contains("type='error'") && !heard.contains("<failure"), "refused: {heard}");
                ensure!(self.stream.read_buf(&mut self.buffer).await? > 0, "closed after {heard}");
            }
        };
        tokio::time::timeout(PATIENCE, heard).await.context("no answer")?
    }
}

/// Takes what came off the buffer, but for the beginning of an end that is not whole; how many messages ended in it.
pub(super) fn take(buffer: &mut BytesMut) -> usize {
    let mut ended = 0;
    while let Some(at) = buffer.windows(END.len()).position(|window| window == END) {
        buffer.advance(at + END.len());
        ended += 1;
    }
    buffer.advance(buffer.len().saturating_sub(END.len() - 1));
    ended
}

pub(super) fn write(batch: &mut Vec<u8>, to: usize, number: u16, text: &[u8]) {
    let head = format!("<message to='u{to}@localhost/r' type='chat' id='{number}'><body>");
    batch.extend_from_slice(head.as_bytes());
    batch.extend_from_slice(text);
    batch.extend_from_slice(b"</body></message>");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_counted_wherever_the_network_cuts_them() {
        let mut sent = Vec::new();
        (0..3).for_each(|number| write(&mut sent, 1, number, b"hello"));
        for piece in 1..sent.len() {
            let mut buffer = BytesMut::new();
            let counted = sent.chunks(piece).map(|piece| {
                buffer.extend_from_slice(piece);
                take(&mut buffer)
            });
            assert_eq!(counted.sum::<usize>(), 3, "in pieces of {piece}");
        }
    }
}
