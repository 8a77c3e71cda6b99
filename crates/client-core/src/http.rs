//! The HTTP calls of the core: which are under way, what each is for, and how an answer is read.

use crate::io::{HttpBody, HttpFailure, HttpId, HttpMethod, HttpRequest, HttpResponse, MediaId, Output};
use crate::link::End;
use client_api::UserError;
use prost::Message;
use proto::account::Problem;
use proto::decode::decode_limited;
use proto::ids::{AccountId, ArchiveId, ChatId, LinkId, MessageId};
use proto::limits::HTTP_BODY_LEN_MAX;
use std::collections::BTreeMap;

/// How long an answer may take, but for the rendezvous, which waits.
const TIMEOUT_MS: u32 = 20_000;

/// What a request is for; its answer goes there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Purpose {
    ServerInfo,
    RequestCode {
        request: u32,
        typed: String,
    },
    VerifyCode {
        request: u32,
        number: String,
    },
    Register {
        request: u32,
    },
    OpenRestore {
        request: u32,
    },
    Restore {
        request: u32,
    },
    DeleteAccount {
        request: u32,
    },
    BackupCreate {
        archive: ArchiveId,
    },
    BackupOffset {
        is_asked: bool,
    },
    PutBackup {
        archive: ArchiveId,
        made_ms: u64,
        size: u64,
    },
    DropBackup,
    Challenge,
    OpenSession,
    SetPin {
        request: u32,
        check: Vec<u8>,
    },
    PutKeyPackages,
    LinkOpen {
        link_id: LinkId,
    },
    LinkGet {
        end: End,
        link_id: LinkId,
    },
    LinkPut {
        end: End,
        link_id: LinkId,
    },
    LinkClose,
    PutLinkedList {
        device: u32,
        signed_list: Vec<u8>,
    },
    PutShorterList {
        request: u32,
        signed_list: Vec<u8>,
    },
    OwnDevices,
    PeerLists {
        wanted: BTreeMap<AccountId, u64>,
    },
    ExportCreate,
    ExportPatch,
    ImportSegment {
        place: u32,
    },
    /// The backup that the server has now, as one segment of the one that is being restored is not there.
    NewestBackup {
        place: u32,
    },
    DropBlob,
    MediaCreate {
        message: MessageId,
    },
    MediaHead {
        message: MessageId,
    },
    MediaPatch {
        message: MessageId,
    },
    MediaFetch {
        message: MessageId,
        media: MediaId,
        from: u64,
        last: u64,
    },
    MediaDrop {
        blob: String,
    },
    LookUp {
        request: u32,
        name: String,
    },
    AskAbout {
        accounts: Vec<AccountId>,
    },
    GetProfiles {
        accounts: Vec<AccountId>,
    },
    PutProfile {
        version: u64,
    },
    PushKey {
        request: u32,
    },
    PutPush {
        request: u32,
        endpoint: String,
    },
    DropPush,
    ListForSafety {
        request: u32,
        account: AccountId,
    },
    ListsForCreating {
        chat: ChatId,
    },
    ClaimForCreating {
        chat: ChatId,
    },
}

impl Purpose {
    /// The chat that waits for the answer.
    pub(crate) fn chat(&self) -> Option<ChatId> {
        match self {
            Self::ListsForCreating { chat } | Self::ClaimForCreating { chat } => Some(*chat),
            _ => None,
        }
    }
}

/// The server is full or busy: that says nothing about what was asked.
const SERVICE_UNAVAILABLE: u16 = 503;

/// What came of a request, read.
#[derive(Debug)]
pub(crate) enum Answer<M> {
    Ok(M),
    /// The server refused, and said why.
    Problem(Problem),
    /// No connection, no place or time for us at the server, or nonsense: to be tried again later.
    None,
}

/// The requests under way. They are of this run only: after a restart each is asked again where it is still wanted.
#[derive(Debug, Default)]
pub(crate) struct Calls {
    last: u64,
    under_way: BTreeMap<HttpId, Purpose>,
}

impl Calls {
    /// Starts a call with a Protobuf body.
    pub(crate) fn start(
        &mut self,
        purpose: Purpose,
        method: HttpMethod,
        path: &str,
        body: Vec<u8>,
        bearer: Option<Vec<u8>>,
    ) -> Output {
        self.last += 1;
        let id = HttpId(self.last);
        self.under_way.insert(id, purpose);
        let headers = vec![("content-type", "application/x-protobuf".to_owned())];
        let (path, body) = (path.to_owned(), HttpBody::Bytes(body));
        Output::Http(HttpRequest { id, method, path, headers, bearer, body, keep_in: None, timeout_ms: TIMEOUT_MS })
    }

    /// What the answer is for; `None` for one that is no longer wanted.
    pub(crate) fn finish(&mut self, id: HttpId) -> Option<Purpose> {
        self.under_way.remove(&id)
    }

    /// A call of this kind is under way.
    pub(crate) fn is_under_way(&self, wanted: impl Fn(&Purpose) -> bool) -> bool {
        self.under_way.values().any(wanted)
    }

    /// Forgets all calls of a kind; their answers are dropped.
    pub(crate) fn drop_where(&mut self, unwanted: impl Fn(&Purpose) -> bool) {
        self.under_way.retain(|_, purpose| !unwanted(purpose));
    }

    /// Forgets all calls of a kind, and says what they were for.
    pub(crate) fn take_where(&mut self, unwanted: impl Fn(&Purpose) -> bool) -> Vec<Purpose> {
        let (taken, kept) = std::mem::take(&mut self.under_way).into_iter().partition(|(_, purpose)| unwanted(purpose));
        self.under_way = kept;
        BTreeMap::into_values(taken).collect()
    }
}

/// Reads an answer.
pub(crate) fn read<M: Message + Default>(result: Result<HttpResponse, HttpFailure>) -> Answer<M> {
    let Ok(response) = result else { return Answer::None };
    if (200..300).contains(&response.status) {
        return decode_limited(&response.body, HTTP_BODY_LEN_MAX * 8).map_or(Answer::None, Answer::Ok);
    }
    if response.status == SERVICE_UNAVAILABLE {
        return Answer::None;
    }
    match decode_limited::<Problem>(&response.body, HTTP_BODY_LEN_MAX) {
        Ok(problem) if !problem.code.is_empty() => Answer::Problem(problem),
        _ => Answer::None,
    }
}

/// The words for a problem that no place has its own for.
pub(crate) fn user_error(problem: &Problem) -> UserError {
    match problem.code.as_str() {
        "number-invalid" => UserError::NumberInvalid,
        "number-without-country" => UserError::NumberWithoutCountry,
        "code-wrong" => UserError::CodeWrong { tries_left: problem.tries_left },
        "code-expired" | "ticket-expired" | "ticket-unknown" => UserError::CodeExpired,
        "pin-wrong" if problem.tries_left > 0 => UserError::PinWrong { tries_left: problem.tries_left },
        "pin-wrong" | "too-many" => UserError::TooMany { wait_s: problem.retry_after_ms.div_ceil(1000).max(1) },
        "code-not-sent" => UserError::CodeNotSent { wait_s: problem.retry_after_ms.div_ceil(1000).max(1) },
        "invite-needed" => UserError::InviteNeeded,
        "invite-used" => UserError::InviteUsed,
        "invite-expired" => UserError::InviteExpired,
        "invite-unknown" => UserError::InviteUnknown,
        "registration-closed" => UserError::RegistrationClosed,
        "pin-required" => UserError::PinNeeded,
        "push-off" => UserError::PushOff,
        "push-host" => UserError::PushHost,
        "not-found" => UserError::NotFound,
        _ => UserError::ServerFailed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_without_a_place_has_refused_nothing() {
        let answer = |status, code: &str| {
            let body = Problem { code: code.to_owned(), ..Problem::default() }.encode_to_vec();
            read::<Problem>(Ok(HttpResponse { status, headers: Vec::new(), body, kept: 0 }))
        };
        for code in ["too-many-connections", "busy"] {
            assert!(matches!(answer(503, code), Answer::None), "{code}");
        }
        assert!(matches!(answer(404, "link-gone"), Answer::Problem(problem) if problem.code == "link-gone"));
    }
}
