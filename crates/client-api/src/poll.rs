//! Polls: a question with answers, and who chose which.

use crate::id::AccountId;
use serde::{Deserialize, Serialize};

/// A poll as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Poll {
    /// At most 255 characters.
    pub question: String,
    /// 2 to 12.
    pub answers: Vec<PollAnswer>,
    /// One may choose several.
    pub several: bool,
}

/// One answer of a poll.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PollAnswer {
    /// At most 100 characters.
    pub text: String,
    /// Who chose it, the own account among them, in the order of their votes.
    pub voters: Vec<AccountId>,
    /// This account did.
    pub own: bool,
}
