//! Deleting one's own account: the phone signs a last list without the companions, on which they wipe themselves, and has the server forget
//! everything. The leaves of its devices go as those of a deleted account do: whoever writes next takes them out.

use crate::client::{Client, Context};
use crate::http::{Answer as Reply, Purpose, user_error};
use crate::io::{Halt, HttpMethod};
use crate::pin;
use crate::{mls, own_list, this};
use client_api::{LogoutReason, UserError};
use identity::DeviceRole;
use prost::Message as _;
use proto::account::DeleteAccount;
use proto::ids::DeviceNumber;

impl Client {
    /// "Delete my account", confirmed by its number, and by the PIN where there is one.
    pub(crate) fn delete_account(
        &mut self,
        cx: &mut Context<'_>,
        request: u32,
        typed_pin: &str,
        number: &str,
    ) -> Result<(), Halt> {
        let me = cx.me()?;
        let Some(account_key) = me.account_key else {
            cx.answer(request, Err(UserError::OnlyPhone));
            return Ok(());
        };
        let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
        if digits(number) != digits(&me.number) {
            cx.answer(request, Err(UserError::ConfirmWrong));
            return Ok(());
        }
        let pin_proof = match pin::six_digits(typed_pin) {
            Some(pin) => identity::pin::pin_proof(&pin, &me.number).to_vec(),
            None if pin::is_set(cx)? => {
                cx.answer(request, Err(UserError::PinNeeded));
                return Ok(());
            }
            None => Vec::new(),
        };
        let Some(token) = this::session_token(cx.db)?.filter(|_| self.session.is_up()) else {
            cx.answer(request, Err(UserError::Offline));
            return Ok(());
        };
        let list = mls::own_device_list(cx)?;
        let companions: Vec<DeviceNumber> =
            list.devices().filter(|cert| cert.role == DeviceRole::Companion).map(|cert| cert.device).collect();
        let base = self.list_to_sign_on(cx)?;
        let Ok(last) = own_list::sign_next(cx, &base, &account_key, &companions, None)? else {
            return Err(Halt::Broken("a device list without a companion cannot be signed"));
        };
        cx.db.prepare_cached("UPDATE this SET farewell = 1")?.execute([])?;
        let body = DeleteAccount { pin_proof, signed_device_list: last.as_bytes().to_vec() }.encode_to_vec();
        let purpose = Purpose::DeleteAccount { request };
        cx.out.push(self.calls.start(purpose, HttpMethod::Post, "/v1/account/delete", body, Some(token)));
        Ok(())
    }

    pub(crate) fn on_account_deleted(
        &mut self,
        cx: &mut Context<'_>,
        request: u32,
        reply: Reply<()>,
    ) -> Result<(), Halt> {
        match reply {
            Reply::Ok(()) => {
                cx.answer(request, Ok(client_api::Answer::Done));
                self.log_out(cx, LogoutReason::ByUser)
            }
            Reply::Problem(problem) => {
                cx.db.prepare_cached("UPDATE this SET farewell = 0")?.execute([])?;
                cx.answer(request, Err(user_error(&problem)));
                Ok(())
            }
            // The request may have arrived: if so, the server says it when this phone comes back.
            Reply::None => {
                cx.answer(request, Err(UserError::Offline));
                Ok(())
            }
        }
    }
}

/// The account is there still, so the wish was not heard, and is over: no later word of the server is believed for it.
pub(crate) fn is_over(cx: &Context<'_>) -> Result<(), Halt> {
    cx.db.prepare_cached("UPDATE this SET farewell = 0 WHERE farewell = 1")?.execute([])?;
    Ok(())
}

/// This phone asked for its account's end, so it believes the server that it came.
pub(crate) fn was_asked_for(cx: &Context<'_>) -> Result<bool, Halt> {
    Ok(cx.db.prepare_cached("SELECT farewell FROM this")?.query_row([], |row| row.get(0))?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::HttpResponse;
    use crate::testing::{phone, step};
    use proto::account::OpenSessionOk;

    /// Years later the server could wipe this phone by a word without a signature.
    #[test]
    fn a_wish_that_was_not_heard_ends_with_the_next_session() {
        let (mut client, db) = phone();
        step(&db, 1, |cx| {
            let opens = |client: &mut Client, cx: &mut Context<'_>| {
                let body = OpenSessionOk { token: vec![1; 32], expires_ms: 9 }.encode_to_vec();
                let answer = HttpResponse { status: 200, headers: Vec::new(), body, kept: 0 };
                client.on_session_answer(cx, Ok(answer)).expect("no halt");
                was_asked_for(cx).expect("read")
            };
            cx.db.execute("UPDATE this SET farewell = 1", []).expect("asked");
            let purpose = Purpose::DeleteAccount { request: 1 };
            client.calls.start(purpose, HttpMethod::Post, "/v1/account/delete", Vec::new(), None);
            assert!(opens(&mut client, cx), "it may still be heard");
            client.calls.drop_where(|_| true);
            assert!(!opens(&mut client, cx));
        });
    }
}
