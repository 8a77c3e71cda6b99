//! Files that messages carry.

use crate::client::{Client, Context};
use crate::io::{Halt, MediaId, MediaReport};
use crate::sending::Written;
use client_api::{FileId, MediaFacts, UserError};

// Until the slices that follow: every command is refused, so that no driver is asked for anything.
#[allow(clippy::unused_self, clippy::unnecessary_wraps, clippy::needless_pass_by_value, clippy::too_many_arguments)]
impl Client {
    pub(crate) fn send_media(
        &mut self,
        cx: &mut Context<'_>,
        request: u32,
        _chat: client_api::ChatId,
        _file: FileId,
        _facts: MediaFacts,
        _caption: Written,
    ) -> Result<(), Halt> {
        cx.answer(request, Err(UserError::NotNow));
        Ok(())
    }

    pub(crate) fn download_media(
        &mut self,
        cx: &mut Context<'_>,
        request: u32,
        _chat: client_api::ChatId,
        _message: client_api::MessageId,
    ) -> Result<(), Halt> {
        cx.answer(request, Err(UserError::NotNow));
        Ok(())
    }

    pub(crate) fn cancel_media(
        &mut self,
        cx: &mut Context<'_>,
        request: u32,
        _chat: client_api::ChatId,
        _message: client_api::MessageId,
    ) -> Result<(), Halt> {
        cx.answer(request, Err(UserError::NotNow));
        Ok(())
    }

    pub(crate) fn on_media(
        &mut self,
        _cx: &mut Context<'_>,
        _media: MediaId,
        _report: MediaReport,
    ) -> Result<(), Halt> {
        Ok(())
    }
}
