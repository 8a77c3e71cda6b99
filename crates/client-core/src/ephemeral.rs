//! Words that are said to whoever is connected and never stored: sealed for the chat's members and signed by their device. Knows how they are
//! sealed, opened and held against repetition; not what they say (`typing.rs`, `calling/signs.rs`, `calling/busy.rs`).

use crate::blocking;
use crate::client::{Client, Context};
use crate::io::Halt;
use crate::session::send;
use crate::{mls, reading};
use e2ee::marks::{MarkKind, open_mark, seal_mark};
use prost::Message as _;
use proto::content::{EphemeralBody, ephemeral_body};
use proto::ids::{ChatId, DeviceAddress};
use proto::wire::{Ephemeral, EphemeralItem, client_frame};
use std::collections::BTreeMap;

/// Two clocks may differ by this much; what is older is a repetition by the server.
const SKEW_MAX_MS: u64 = 10 * 60 * 1_000;
/// Devices whose last word is remembered, against repetitions.
const HEARD_LEN_MAX: usize = 4_096;

/// The newest time that each device has signed.
#[derive(Debug, Default)]
pub(crate) struct Newest(BTreeMap<(ChatId, DeviceAddress), u64>);

impl Newest {
    /// Takes a signed word once. The server could repeat it, or keep it for later.
    pub(crate) fn is_new(&mut self, now_ms: u64, key: (ChatId, DeviceAddress), time_ms: u64) -> bool {
        if time_ms.abs_diff(now_ms) > SKEW_MAX_MS || self.0.get(&key).is_some_and(|last| time_ms <= *last) {
            return false;
        }
        if self.0.len() >= HEARD_LEN_MAX {
            self.0.retain(|_, last| last.abs_diff(now_ms) <= SKEW_MAX_MS);
        }
        if self.0.len() >= HEARD_LEN_MAX {
            return false;
        }
        self.0.insert(key, time_ms);
        true
    }
}

/// Says a word in a chat: the server learns in which, by whom and how long it is.
pub(crate) fn say(cx: &mut Context<'_>, chat: ChatId, time_ms: u64, word: ephemeral_body::Body) -> Result<(), Halt> {
    let Some((epoch, key)) = reading::sealing_key(cx, chat)? else { return Ok(()) };
    let me = cx.me()?;
    let mut body = EphemeralBody {
        chat: chat.to_vec(),
        account: me.address.account.to_vec(),
        device: me.address.device.0,
        time_ms,
        signature: Vec::new(),
        body: Some(word),
    };
    identity::marks::sign_ephemeral(&me.device_key, &mut body);
    let sealed = seal_mark(&key, (chat, epoch), MarkKind::Ephemeral, &body.encode_to_vec(), cx.rng);
    send(cx, 0, client_frame::Body::Ephemeral(Ephemeral { chat: chat.to_vec(), epoch, sealed }));
    Ok(())
}

impl Client {
    /// Somebody's word. What does not open, is not signed by a member, or is repeated, is dropped.
    pub(crate) fn on_ephemeral(&mut self, cx: &mut Context<'_>, item: &EphemeralItem) -> Result<(), Halt> {
        let sender = item.sender.as_ref().and_then(|sender| DeviceAddress::try_from(sender).ok());
        let (Ok(chat), Some(sender)) = (ChatId::try_from(item.chat.as_slice()), sender) else { return Ok(()) };
        if sender.account == cx.me()?.address.account {
            return Ok(());
        }
        if blocking::blocks(cx.db, chat)? {
            return Ok(());
        }
        let Some(body) = opened(cx, chat, sender, item)? else { return Ok(()) };
        match body.body {
            Some(ephemeral_body::Body::Typing(typing)) => {
                self.hear_typing(cx, (chat, sender), body.time_ms, typing.on);
            }
            Some(ephemeral_body::Body::CallSigns(signs)) => self.hear_signs(cx, (chat, sender), body.time_ms, &signs),
            Some(ephemeral_body::Body::CallBusy(busy)) => self.hear_busy(cx, (chat, sender), body.time_ms, &busy),
            None => {}
        }
        Ok(())
    }
}

fn opened(
    cx: &mut Context<'_>,
    chat: ChatId,
    sender: DeviceAddress,
    item: &EphemeralItem,
) -> Result<Option<EphemeralBody>, Halt> {
    let Some((group, key)) = reading::opening_key(cx, chat, item.epoch)? else { return Ok(None) };
    let Ok(body) = open_mark(&key, (chat, item.epoch), MarkKind::Ephemeral, &item.sealed) else { return Ok(None) };
    let Ok(body) = EphemeralBody::decode(body.as_slice()) else { return Ok(None) };
    let fits = body.chat == chat.0 && body.account == sender.account.0 && body.device == sender.device.0;
    let signer = mls::taken(group.find(sender))?.flatten();
    let signed = signer.is_some_and(|entry| identity::marks::verify_ephemeral(&entry.signature_key, &body).is_ok());
    Ok((fits && signed).then_some(body))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{CHAT, Peer, now_ms, phone, step};
    use proto::ids::{AccountId, DeviceNumber};

    #[test]
    fn a_word_of_an_epoch_that_no_chat_reaches_is_dropped() {
        let (mut client, db) = phone();
        let mut peer = Peer::new();
        peer.shares_chat_with(&db);
        let sender = DeviceAddress { account: peer.list.account(), device: DeviceNumber(1) };
        for epoch in [0, 1, 1 << 62, u64::MAX] {
            let sender = Some(sender.to_wire());
            let item = EphemeralItem { chat: CHAT.to_vec(), epoch, sealed: vec![1], sender };
            let (heard, _) = step(&db, now_ms(), |cx| client.on_ephemeral(cx, &item));
            assert!(heard.is_ok(), "epoch {epoch}: {heard:?}");
        }
    }

    #[test]
    fn a_word_counts_once_and_not_when_it_is_old() {
        let mut newest = Newest::default();
        let now_ms = 1_000_000_000;
        let key = (ChatId([1; 16]), DeviceAddress { account: AccountId([2; 16]), device: DeviceNumber(1) });
        assert!(newest.is_new(now_ms, key, now_ms - 5));
        assert!(!newest.is_new(now_ms, key, now_ms - 5), "repeated");
        assert!(!newest.is_new(now_ms, key, now_ms - 6), "kept back");
        assert!(newest.is_new(now_ms, key, now_ms + 5));
        assert!(!newest.is_new(now_ms, key, now_ms + SKEW_MAX_MS + 1), "from the future");
        assert!(!newest.is_new(now_ms + SKEW_MAX_MS * 2, key, now_ms + 6), "from the past");
    }

    #[test]
    fn what_is_remembered_is_bounded_and_old_words_make_room() {
        let mut newest = Newest::default();
        let now_ms = 1_000_000_000;
        let key = |n: u32| (ChatId([1; 16]), DeviceAddress { account: AccountId([2; 16]), device: DeviceNumber(n) });
        for n in 0..4_096 {
            assert!(newest.is_new(now_ms, key(n), now_ms));
        }
        assert!(!newest.is_new(now_ms, key(5_000), now_ms));
        let later = now_ms + SKEW_MAX_MS + 1;
        assert!(newest.is_new(later, key(5_000), later));
    }
}
