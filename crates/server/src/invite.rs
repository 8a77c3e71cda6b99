//! Codes of invites: 128 random bits, of which the database has a hash under the server's secret.

use crate::app::App;
use crate::config::RegistrationMode;
use crate::problem::Problem;
use data_encoding::BASE64URL_NOPAD;
use server_store::invites::{Admission, InviteId, InviteStanding};

const CODE_LEN: usize = 16;

/// As it stands in a link.
pub(crate) fn written(code: &[u8; CODE_LEN]) -> String {
    BASE64URL_NOPAD.encode(code)
}

/// What is stored of it.
pub(crate) fn code_hash(app: &App, code: &[u8; CODE_LEN]) -> [u8; 32] {
    app.identity.keyed_hash("invite", &[code])
}

/// Whose codes and tickets make accounts now. They may be of a time at which the operator had another mind.
pub(crate) fn admission(app: &App) -> Result<Admission, Problem> {
    match app.config.registration {
        RegistrationMode::Open => Ok(Admission::Anybody),
        RegistrationMode::Invite => Ok(Admission::Invited),
        RegistrationMode::Closed => Err(Problem::denied("registration-closed")),
    }
}

/// Whether somebody who brings this may register now; by which invite, where one is needed.
pub(crate) async fn admit(app: &App, written: &str) -> Result<Option<InviteId>, Problem> {
    match app.config.registration {
        RegistrationMode::Open => return Ok(None),
        RegistrationMode::Closed => return Err(Problem::denied("registration-closed")),
        RegistrationMode::Invite if written.is_empty() => return Err(Problem::denied("invite-needed")),
        RegistrationMode::Invite => {}
    }
    let unknown = || Problem::denied("invite-unknown");
    let code = BASE64URL_NOPAD.decode(written.as_bytes()).map_err(|_| unknown())?;
    let code: [u8; CODE_LEN] = code.try_into().map_err(|_| unknown())?;
    match app.stores.invites.invite(code_hash(app, &code), app.now_ms()).await? {
        InviteStanding::Good(invite) => Ok(Some(invite)),
        InviteStanding::UsedUp => Err(Problem::denied("invite-used")),
        InviteStanding::Expired => Err(Problem::denied("invite-expired")),
        InviteStanding::Unknown => Err(unknown()),
    }
}
