//! Safety numbers: what two people compare to know that the server gave each the other's true account key, and that it
//! was compared. A comparison holds for the key that was compared, on all own devices.

use crate::accounts::{self, contact, number_of, set_contact};
use crate::client::{Client, Context};
use crate::http::{Answer as Reply, Purpose};
use crate::io::{Halt, HttpMethod};
use crate::{mls, this};
use client_api::{Answer, SafetyNumber, UserError};
use identity::VerifiedDeviceList;
use prost::Message as _;
use proto::account::{DeviceLists, GetDeviceLists};
use proto::content::Contact;
use proto::ids::AccountId;
use proto::qr::SafetyCode;

/// The key of this account was compared by the owner.
pub(crate) fn is_verified(
    cx: &Context<'_>,
    account: AccountId,
    list: Option<&VerifiedDeviceList>,
) -> Result<bool, Halt> {
    let compared = contact(cx.db, account)?.map(|contact| contact.verified_key).unwrap_or_default();
    Ok(list.is_some_and(|list| list.account_key().as_bytes().as_slice() == compared))
}

fn number_with(cx: &Context<'_>, list: &VerifiedDeviceList) -> Result<identity::safety_number::SafetyNumber, Halt> {
    let own = mls::own_device_list(cx)?;
    Ok(identity::safety_number::safety_number((own.account(), own.account_key()), (list.account(), list.account_key())))
}

impl Client {
    /// "Show the safety number."
    pub(crate) fn show_safety_number(
        &mut self,
        cx: &mut Context<'_>,
        request: u32,
        account: client_api::AccountId,
    ) -> Result<(), Halt> {
        let account = AccountId(account.0);
        if account == cx.me()?.address.account {
            cx.answer(request, Err(UserError::NotFound));
            return Ok(());
        }
        if accounts::device_list(cx.db, account)?.is_some() {
            return answer_safety(cx, request, account);
        }
        let Some(token) = this::session_token(cx.db)?.filter(|_| self.session.is_up()) else {
            cx.answer(request, Err(UserError::Offline));
            return Ok(());
        };
        let body = GetDeviceLists { accounts: vec![account.to_vec()] }.encode_to_vec();
        let purpose = Purpose::ListForSafety { request, account };
        cx.out.push(self.calls.start(purpose, HttpMethod::Post, "/v1/devices/get", body, Some(token)));
        Ok(())
    }

    pub(crate) fn on_list_for_safety(
        &mut self,
        cx: &mut Context<'_>,
        request: u32,
        account: AccountId,
        reply: Reply<DeviceLists>,
    ) -> Result<(), Halt> {
        let Reply::Ok(lists) = reply else {
            cx.answer(request, Err(UserError::Offline));
            return Ok(());
        };
        for list in lists.accounts.iter().filter(|list| list.account == account.0) {
            accounts::learn_device_list(cx, &list.signed_device_list)?;
        }
        answer_safety(cx, request, account)
    }

    /// "It is the same", or not.
    pub(crate) fn set_verified(
        &mut self,
        cx: &mut Context<'_>,
        request: u32,
        account: client_api::AccountId,
        verified: bool,
    ) -> Result<(), Halt> {
        let account = AccountId(account.0);
        let Some(list) = accounts::device_list(cx.db, account)? else {
            cx.answer(request, Err(UserError::NotFound));
            return Ok(());
        };
        let old = contact(cx.db, account)?.unwrap_or_default();
        let number = if old.number.is_empty() { number_of(cx.db, account)? } else { old.number };
        let verified_key = if verified { list.account_key().to_vec() } else { Vec::new() };
        let contact = Contact { account: account.to_vec(), number, verified_key, ..old };
        set_contact(cx, &contact, account)?;
        cx.answer(request, Ok(Answer::Done));
        Ok(())
    }

    /// The other one's code was scanned.
    pub(crate) fn compare_safety_code(
        &mut self,
        cx: &mut Context<'_>,
        request: u32,
        account: client_api::AccountId,
        text: &str,
    ) -> Result<(), Halt> {
        let code = match SafetyCode::parse(text) {
            Ok(code) => code,
            Err(error) => {
                cx.answer(request, Err(accounts::code_error(error)));
                return Ok(());
            }
        };
        let result = match accounts::device_list(cx.db, AccountId(account.0))? {
            Some(list) => Ok(Answer::SafetyMatches(number_with(cx, &list)?.matches_qr(&code.0))),
            None => Err(UserError::NotFound),
        };
        cx.answer(request, result);
        Ok(())
    }
}

fn answer_safety(cx: &mut Context<'_>, request: u32, account: AccountId) -> Result<(), Halt> {
    let result = match accounts::device_list(cx.db, account)? {
        Some(list) => {
            let number = number_with(cx, &list)?;
            Ok(Answer::Safety(SafetyNumber {
                account: client_api::AccountId(account.0),
                digits: number.digits(),
                qr: SafetyCode(number.qr_bytes()).to_text(),
                verified: is_verified(cx, account, Some(&list))?,
            }))
        }
        None => Err(UserError::NotFound),
    };
    cx.answer(request, result);
    Ok(())
}
