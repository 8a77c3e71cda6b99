//! Deleting one's own account: the phone signs a last list without the companions, on which they wipe themselves, and has the server forget
//! everything. The leaves of its devices go as those of a deleted account do: whoever writes next takes them out.

use crate::client::{Client, Context};
use crate::http::{Answer as Reply, Purpose, user_error};
use crate::io::{Halt, HttpMethod};
use crate::pin;
use crate::{own_list, this};
use client_api::{LogoutReason, UserError};
use prost::Message as _;
use proto::account::DeleteAccount;

/// Wrong PINs that are told so before there is a wait.
const PIN_TRIES: u32 = 5;
/// That wait.
const PIN_WAIT_MS: u64 = 3_600_000;

/// Wrong PINs of this run.
#[derive(Debug, Default)]
pub(crate) struct Farewell {
    wrong_pins: u32,
    locked_until_ms: u64,
}

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
        if let Err(error) = self.check_pin(cx, typed_pin)? {
            cx.answer(request, Err(error));
            return Ok(());
        }
        let pin_proof = pin::six_digits(typed_pin)
            .map(|pin| identity::pin::pin_proof(&pin, &me.number).to_vec())
            .unwrap_or_default();
        let Some(token) = this::session_token(cx.db)?.filter(|_| self.session.is_up()) else {
            cx.answer(request, Err(UserError::Offline));
            return Ok(());
        };
        let base = self.list_to_sign_on(cx)?;
        let Ok(last) = own_list::sign_last(cx, &base, &account_key)? else {
            return Err(Halt::Broken("a device list without a companion cannot be signed"));
        };
        cx.db.prepare_cached("UPDATE this SET farewell = 1")?.execute([])?;
        let body = DeleteAccount { pin_proof, signed_device_list: last.as_bytes().to_vec() }.encode_to_vec();
        let purpose = Purpose::DeleteAccount { request };
        cx.out.push(self.calls.start(purpose, HttpMethod::Post, "/v1/account/delete", body, Some(token)));
        Ok(())
    }

    /// Before the last list is signed: whoever is given it may make the companions wipe themselves.
    fn check_pin(&mut self, cx: &Context<'_>, typed: &str) -> Result<Result<(), UserError>, Halt> {
        if !pin::is_set(cx)? {
            return Ok(Ok(()));
        }
        if pin::six_digits(typed).is_none() {
            return Ok(Err(UserError::PinNeeded));
        }
        let tries = &mut self.farewell;
        if let Some(left_ms) = tries.locked_until_ms.checked_sub(cx.now_ms).filter(|left_ms| *left_ms > 0) {
            return Ok(Err(UserError::TooMany { wait_s: u32::try_from(left_ms.div_ceil(1_000)).unwrap_or(u32::MAX) }));
        }
        if pin::is_right(cx, typed)? {
            tries.wrong_pins = 0;
            return Ok(Ok(()));
        }
        tries.wrong_pins += 1;
        if tries.wrong_pins < PIN_TRIES {
            return Ok(Err(UserError::PinWrong { tries_left: PIN_TRIES - tries.wrong_pins }));
        }
        *tries = Farewell { wrong_pins: 0, locked_until_ms: cx.now_ms + PIN_WAIT_MS };
        Ok(Err(UserError::TooMany { wait_s: u32::try_from(PIN_WAIT_MS / 1_000).unwrap_or(u32::MAX) }))
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
mod farewell_tests;
