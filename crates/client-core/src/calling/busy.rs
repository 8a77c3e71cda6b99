//! Who is called while in another call says so, to whom they have in their address book: nobody else is to learn by calling what somebody does.
//! Said by the device that is in a call, sealed and signed as signs are (`signs.rs`), never stored.

use super::{Calling, Ringing};
use crate::accounts;
use crate::client::{Client, Context};
use crate::ephemeral;
use crate::io::Halt;
use breakable::{Rule, broken};
use identity::ChatKind;
use proto::content::{CallBusy, ephemeral_body};
use proto::ids::{ChatId, DeviceAddress, MessageId};

impl Client {
    /// A call has begun to ring here.
    pub(super) fn say_busy(&mut self, cx: &mut Context<'_>, chat: ChatId, kind: ChatKind) -> Result<(), Halt> {
        let is_up = self.session.is_up();
        let Calling { own: Some(_), ringing, rooms, words, .. } = &mut self.calling else { return Ok(()) };
        let Some(Ringing { call, caller, .. }) = ringing.get(&chat).filter(|_| is_up && kind == ChatKind::Direct)
        else {
            return Ok(());
        };
        let is_known = accounts::contact(cx.db, caller.account)?.is_some_and(|contact| contact.in_address_book);
        if !is_known && !broken(Rule::BusyToContacts) {
            return Ok(());
        }
        let word = ephemeral_body::Body::CallBusy(CallBusy { message_id: call.to_vec() });
        let time_ms = words.next_ms(rooms.server_ms(cx.now_ms));
        ephemeral::say(cx, chat, time_ms, word)
    }

    /// Somebody who is called is in another call. Of interest while nobody has answered.
    pub(crate) fn hear_busy(
        &mut self,
        cx: &Context<'_>,
        (chat, device): (ChatId, DeviceAddress),
        time_ms: u64,
        said: &CallBusy,
    ) {
        let Calling { own: Some(own), rooms, words, changed, .. } = &mut self.calling else { return };
        let call = MessageId::try_from(said.message_id.as_slice()).ok();
        let is_of_it = own.chat == chat && call.is_some() && own.call == call && own.is_calling() && !own.is_group;
        if is_of_it && words.is_new(rooms.server_ms(cx.now_ms), (chat, device), time_ms) {
            own.is_busy_there = true;
            *changed = true;
        }
    }
}
