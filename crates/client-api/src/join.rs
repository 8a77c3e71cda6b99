//! Links into groups: what an admin sees of them, and what whoever opens one sees.

use crate::id::{AccountId, ChatId};
use serde::{Deserialize, Serialize};

/// The link into a group, as its admins have it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupLink {
    /// The code; behind `#/join/` of the server's address it is the link.
    pub code: String,
    /// An admin says of each who asks whether they come in.
    pub approval: bool,
    /// The group is there for its call.
    pub call: bool,
}

/// Whoever has the code may ask: it stands in no log.
impl std::fmt::Debug for GroupLink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GroupLink").field("approval", &self.approval).field("call", &self.call).finish_non_exhaustive()
    }
}

/// The code of a link into a group. It stands in no log, as of `GroupLink`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkCode(pub String);

impl std::fmt::Debug for LinkCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LinkCode")
    }
}

/// What can be asked for about links into groups.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum JoinCommand {
    /// Changes the link into a group. Only for admins. Answer: `Answer::Done`, at once; it counts when the server has it.
    SetLink {
        /// Which group.
        chat: ChatId,
        /// What is wanted.
        change: LinkChange,
    },
    /// Lets somebody who asks into a group, or declines. Only for admins.
    Decide {
        /// Which group.
        chat: ChatId,
        /// Who asks.
        account: AccountId,
        /// What is said.
        word: JoinWord,
    },
    /// Makes a group for a call, with a link that lets everybody in who has it. Answer: `Answer::CallLink`.
    MakeCallLink {
        /// As long as a person's name may be.
        name: String,
    },
    /// What is this link? Answer: `Answer::Join`; nobody is asked.
    Read {
        /// The link, or the code in it.
        text: String,
    },
    /// Asks the admins whom a link names to be let in. Answer: `Answer::Join`; how it goes on say events.
    Ask {
        /// The link, or the code in it.
        text: String,
    },
    /// Nothing more is wanted of a link.
    Forget {
        /// The group.
        chat: ChatId,
    },
}

impl JoinCommand {
    pub(crate) fn chat_mut(&mut self) -> Option<&mut ChatId> {
        match self {
            Self::SetLink { chat, .. } | Self::Decide { chat, .. } => Some(chat),
            _ => None,
        }
    }

    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::SetLink { .. } => "set-group-link",
            Self::Decide { .. } => "decide-join",
            Self::MakeCallLink { .. } => "make-call-link",
            Self::Read { .. } => "read-join-link",
            Self::Ask { .. } => "ask-to-join",
            Self::Forget { .. } => "forget-join",
        }
    }
}

/// What an admin says to somebody who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum JoinWord {
    /// They come in.
    LetIn,
    /// They do not.
    Decline,
}

/// What the chat says of its link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum LinkNews {
    /// There is one now.
    On,
    /// There is another one.
    Reset,
    /// There is none any more.
    Off,
}

/// What an admin wants of a group's link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum LinkChange {
    /// There is one, where there was none.
    On,
    /// There is one, and an admin says of each whether they come in; or no longer.
    Approval(bool),
    /// There is another one; those of before lead nowhere.
    Reset,
    /// There is none.
    Off,
}

/// Somebody who asks an admin to be let in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskingRow {
    /// Who.
    pub account: AccountId,
    /// The name to show.
    pub title: String,
    /// When the server had it.
    pub asked_ms: u64,
}

/// A link that was opened here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JoinRow {
    /// The group.
    pub chat: ChatId,
    /// What the group is called, as the link says; may be empty.
    pub name: String,
    /// It is there for its call.
    pub call: bool,
    /// How far it is.
    pub state: JoinState,
}

/// How far it is with a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum JoinState {
    /// Nobody was asked yet.
    Open,
    /// The request is on its way to an admin, or no admin was online since.
    Asking,
    /// An admin has it, and will look at it, or has let this account in: the group comes.
    Waiting,
    /// This account is in the group.
    In,
    /// An admin does not want it.
    Declined,
    /// The link leads nowhere any more.
    Void,
    /// As many as can be are in the group.
    Full,
}

impl JoinState {
    /// Nothing more comes of it by itself.
    pub fn is_over(self) -> bool {
        matches!(self, Self::In | Self::Declined | Self::Void | Self::Full)
    }
}
