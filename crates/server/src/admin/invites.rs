//! The operator's invites.

use super::words::{Answer, InviteLine};
use crate::app::{App, random};
use crate::invite;
use server_store::StoreError;
use server_store::invites::{INVITES_MAX, InviteId, MakeInviteOutcome, NewInvite};

const DAY_MS: u64 = 24 * 60 * 60 * 1_000;
const USES_MAX: u32 = 10_000;
const DAYS_MAX: u32 = 3_650;

pub(super) async fn make(app: &App, uses: u32, days: u32) -> Result<Answer, StoreError> {
    if !(1..=USES_MAX).contains(&uses) || !(1..=DAYS_MAX).contains(&days) {
        return Ok(Answer::refused(format!(
            "an invite is for 1 to {USES_MAX} accounts and lasts 1 to {DAYS_MAX} days"
        )));
    }
    let code = random();
    let now_ms = app.now_ms();
    let expires_ms = now_ms + u64::from(days) * DAY_MS;
    let new = NewInvite { code_hash: invite::code_hash(app, &code), uses, expires_ms, now_ms };
    Ok(match app.stores.invites.make_invite(new).await? {
        MakeInviteOutcome::Made(InviteId(made)) => {
            Answer::Invite { invite: made, code: invite::written(&code), origin: app.origin.clone(), expires_ms }
        }
        MakeInviteOutcome::TooMany => Answer::refused(format!("there are {INVITES_MAX} invites: revoke some first")),
    })
}

pub(super) async fn list(app: &App) -> Result<Answer, StoreError> {
    let now_ms = app.now_ms();
    let lines = app.stores.invites.invites().await?.into_iter().map(|invite| InviteLine {
        invite: invite.invite.0,
        uses: invite.uses,
        uses_left: invite.uses_left,
        created_ms: invite.created_ms,
        expires_ms: invite.expires_ms,
        expired: invite.expires_ms <= now_ms,
    });
    Ok(Answer::Invites(lines.collect()))
}

pub(super) async fn revoke(app: &App, invite: i64) -> Result<Answer, StoreError> {
    Ok(match app.stores.invites.revoke_invite(InviteId(invite)).await? {
        true => Answer::Done,
        false => Answer::refused(format!("there is no invite {invite}; `heliograph admin invites` lists them")),
    })
}
