//! As much of MQTT 3.1.1 as a message of QoS 1 needs: a persistent session, a subscription to the own topic, PUBLISH and PUBACK.

use anyhow::{Context, Result, ensure};
use bytes::{Buf, BytesMut};
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const CONNECT: u8 = 0x10;
const PUBLISH_QOS_1: u8 = 0x32;
const PUBACK: u8 = 0x40;
const SUBSCRIBE: u8 = 0x82;
/// Level 4 is 3.1.1; no flag: the session stays.
const PROTOCOL: &[u8] = b"\0\x04MQTT\x04\x00\0\0";

/// A client that is subscribed to its topic.
pub(super) async fn enter(address: SocketAddr, who: usize) -> Result<(TcpStream, BytesMut)> {
    let mut stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let mut packets = Vec::new();
    packet(&mut packets, CONNECT, &[PROTOCOL, &text(&format!("u{who}"))]);
    packet(&mut packets, SUBSCRIBE, &[&[0, 1], &text(&topic(who)), &[1]]);
    stream.write_all(&packets).await?;
    // CONNACK, then SUBACK: both of a fixed length, and in this order.
    let mut answers = [0; 9];
    stream.read_exact(&mut answers).await?;
    let granted = answers == [0x20, 2, answers[2], 0, 0x90, 3, 0, 1, 1];
    ensure!(granted, "neither CONNACK nor SUBACK: {answers:?}");
    Ok((stream, BytesMut::new()))
}

fn topic(who: usize) -> String {
    format!("u/{who}")
}

fn text(text: &str) -> Vec<u8> {
    let len = u16::try_from(text.len()).unwrap_or_default();
    [&len.to_be_bytes(), text.as_bytes()].concat()
}

fn packet(into: &mut Vec<u8>, kind: u8, parts: &[&[u8]]) {
    into.push(kind);
    let mut len: usize = parts.iter().map(|part| part.len()).sum();
    loop {
        let low = u8::try_from(len & 0x7F).unwrap_or_default();
        len >>= 7;
        into.push(if len == 0 { low } else { low | 0x80 });
        if len == 0 {
            break;
        }
    }
    parts.iter().for_each(|part| into.extend_from_slice(part));
}

pub(super) fn write(batch: &mut Vec<u8>, to: usize, number: u16, content: &[u8]) {
    packet(batch, PUBLISH_QOS_1, &[&text(&topic(to)), &number.to_be_bytes(), content]);
}

/// Takes whole packets off the buffer; how many were messages, and what answers them.
pub(super) fn take(buffer: &mut BytesMut, answer: &mut Vec<u8>) -> Result<usize> {
    let mut came = 0;
    while let Some((head, len)) = length(buffer) {
        if buffer.len() < head + len {
            break;
        }
        let whole = buffer.split_to(head + len);
        let mut body = whole.get(head..).context("a packet has a body")?;
        // Whatever its flags for a repeat, a PUBLISH of QoS 1.
        if whole.first().is_some_and(|kind| kind & 0xF6 == PUBLISH_QOS_1) {
            ensure!(body.len() >= 2, "a PUBLISH without a topic");
            let topic = usize::from(body.get_u16());
            let number = body.get(topic..topic + 2).context("a PUBLISH without a number")?;
            packet(answer, PUBACK, &[number]);
            came += 1;
        }
    }
    Ok(came)
}

/// Where the body begins, and its length; `None` until that is here.
fn length(buffer: &[u8]) -> Option<(usize, usize)> {
    let mut len = 0_usize;
    for (place, byte) in buffer.iter().skip(1).take(4).enumerate() {
        len |= usize::from(byte & 0x7F) << (7 * place);
        if byte & 0x80 == 0 {
            return Some((place + 2, len));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_counted_and_answered_wherever_the_network_cuts_them() {
        let mut sent = Vec::new();
        (1..=3).for_each(|number| write(&mut sent, 7, number, &[0; 300]));
        for piece in 1..sent.len() {
            let (mut buffer, mut answer) = (BytesMut::new(), Vec::new());
            let counted: usize = sent
                .chunks(piece)
                .map(|piece| {
                    buffer.extend_from_slice(piece);
                    take(&mut buffer, &mut answer).unwrap()
                })
                .sum();
            assert_eq!((counted, answer.as_slice()), (3, &b"\x40\x02\0\x01\x40\x02\0\x02\x40\x02\0\x03"[..]));
        }
    }
}
