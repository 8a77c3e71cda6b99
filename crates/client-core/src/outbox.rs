//! The outbox: operations on the delivery service without a verdict yet. Owns the rows and their order per chat; sending
//! is in `sending`.

use crate::chats::{self, Chat};
use crate::client::Context;
use crate::echo;
use crate::io::Halt;
use e2ee::group::StagedChange;
use prost::Message as _;
use proto::ids::{ChatId, MessageId, OpId};
use proto::wire::{Commit, Welcome, commit};
use rusqlite::{Connection, OptionalExtension, params};

/// What an operation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// An application message.
    App,
    /// A chat's first group, with the commit that adds the others.
    Create,
    /// An external commit.
    Join,
    /// A commit of a member.
    Commit,
    /// A chat's next group, in the place of one that nobody can follow.
    Reset,
}

impl Kind {
    fn number(self) -> u32 {
        match self {
            Self::App => 0,
            Self::Create => 1,
            Self::Join => 2,
            Self::Commit => 3,
            Self::Reset => 4,
        }
    }
}

/// An operation.
#[derive(Debug, Clone)]
pub(crate) struct Operation {
    pub(crate) op_id: OpId,
    pub(crate) chat: ChatId,
    pub(crate) kind: Kind,
    /// Of an application message that is a message of the conversation.
    pub(crate) message: Option<MessageId>,
    /// The plaintext, kept until the verdict: at `Stale` it is encrypted again under the same message id.
    pub(crate) content: Vec<u8>,
    /// The exact bytes of the request's body (`wire.App`, `wire.GroupCreate`, `wire.Commit`, `wire.ResetGroup`); empty until made.
    pub(crate) frame: Vec<u8>,
}

const COLUMNS: &str = "op_id, chat, kind, message, content, frame";

type Raw = ([u8; 16], [u8; 16], u32, Vec<u8>, Vec<u8>, Vec<u8>);

fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Raw> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?))
}

fn build(raw: Raw) -> Result<Operation, Halt> {
    let kinds = [Kind::App, Kind::Create, Kind::Join, Kind::Commit, Kind::Reset];
    let kind = kinds.into_iter().find(|kind| kind.number() == raw.2);
    Ok(Operation {
        op_id: OpId(raw.0),
        chat: ChatId(raw.1),
        kind: kind.ok_or(Halt::Broken("an unknown operation is in the outbox"))?,
        message: MessageId::try_from(raw.3).ok(),
        content: raw.4,
        frame: raw.5,
    })
}

/// Puts an operation at the end.
pub(crate) fn push(cx: &Context<'_>, operation: &Operation) -> Result<(), Halt> {
    cx.db
        .prepare_cached(
            "INSERT INTO outbox (op_id, chat, kind, message, content, frame) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![
            operation.op_id.as_bytes(),
            operation.chat.as_bytes(),
            operation.kind.number(),
            operation.message.map(|id| id.to_vec()).unwrap_or_default(),
            operation.content,
            operation.frame
        ])?;
    Ok(())
}

/// Puts an operation before all others.
pub(crate) fn push_ahead(cx: &Context<'_>, operation: &Operation) -> Result<(), Halt> {
    push(cx, operation)?;
    cx.db
        .prepare_cached("UPDATE outbox SET place = (SELECT min(place) - 1 FROM outbox) WHERE op_id = ?1")?
        .execute([operation.op_id.as_bytes()])?;
    Ok(())
}

/// The same, of one that had gone out already.
pub(crate) fn push_first(cx: &Context<'_>, operation: &Operation) -> Result<(), Halt> {
    push_ahead(cx, operation)?;
    cx.db.prepare_cached("UPDATE outbox SET went_out = 1 WHERE op_id = ?1")?.execute([operation.op_id.as_bytes()])?;
    Ok(())
}

/// Puts a member's commit at the end, as it was staged, and expects its echo.
pub(crate) fn push_commit(
    cx: &mut Context<'_>,
    chat: &Chat,
    staged: StagedChange,
    purpose: commit::Purpose,
) -> Result<(), Halt> {
    push_commit_for(cx, chat, staged, purpose, Vec::new())
}

/// The same, with its Welcome for these devices.
pub(crate) fn push_commit_for(
    cx: &mut Context<'_>,
    chat: &Chat,
    staged: StagedChange,
    purpose: commit::Purpose,
    added: Vec<proto::wire::DeviceAddress>,
) -> Result<(), Halt> {
    let op_id = OpId(chats::random_id(cx));
    echo::expect(cx, chat.chat, &staged.commit)?;
    let frame = Commit {
        op_id: op_id.to_vec(),
        chat: chat.chat.to_vec(),
        generation: chat.generation.0,
        base_epoch: staged.base_epoch,
        commit: staged.commit,
        welcomes: staged.welcome.map(|welcome| Welcome { targets: added, welcome }).into_iter().collect(),
        group_info: staged.group_info,
        purpose: purpose.into(),
    };
    let frame = frame.encode_to_vec();
    push(cx, &Operation { op_id, chat: chat.chat, kind: Kind::Commit, message: None, content: Vec::new(), frame })
}

/// How many commits of this device wait for a verdict.
pub(crate) fn commits(db: &Connection) -> Result<u32, Halt> {
    let mut statement = db.prepare_cached("SELECT count(*) FROM outbox WHERE kind = ?1")?;
    Ok(statement.query_row([Kind::Commit.number()], |row| row.get(0))?)
}

/// The chats that have something to send.
pub(crate) fn waiting_chats(db: &Connection) -> Result<Vec<ChatId>, Halt> {
    let mut statement = db.prepare_cached("SELECT chat FROM outbox GROUP BY chat ORDER BY min(place)")?;
    let ids = statement.query_map([], |row| row.get(0))?.collect::<Result<Vec<[u8; 16]>, _>>()?;
    Ok(ids.into_iter().map(ChatId).collect())
}

/// Nothing waits for a verdict, nor to become an operation that others wait for (removing, groups): new keys for the own leaf have time, and
/// whether somebody vouches for a group (vouching) is others' to say.
pub(crate) fn is_empty(db: &Connection) -> Result<bool, Halt> {
    let mut statement = db.prepare_cached(
        "SELECT NOT EXISTS (SELECT 1 FROM outbox) AND NOT EXISTS (SELECT 1 FROM intent WHERE kind NOT IN (0, 2))",
    )?;
    Ok(statement.query_row([], |row| row.get(0))?)
}

/// The first operation of a chat; of another kind than messages first, since they wait for it.
pub(crate) fn head(db: &Connection, chat: ChatId) -> Result<Option<Operation>, Halt> {
    let sql = format!("SELECT {COLUMNS} FROM outbox WHERE chat = ?1 ORDER BY kind = 0, place LIMIT 1");
    let mut statement = db.prepare_cached(&sql)?;
    statement.query_row([chat.as_bytes()], read).optional()?.map(build).transpose()
}

/// An operation by its id.
pub(crate) fn find(db: &Connection, op_id: OpId) -> Result<Option<Operation>, Halt> {
    let mut statement = db.prepare_cached(&format!("SELECT {COLUMNS} FROM outbox WHERE op_id = ?1"))?;
    statement.query_row([op_id.as_bytes()], read).optional()?.map(build).transpose()
}

/// The bytes that go out, now and at every repeat.
pub(crate) fn set_frame(cx: &Context<'_>, op_id: OpId, frame: &[u8]) -> Result<(), Halt> {
    cx.db
        .prepare_cached("UPDATE outbox SET frame = ?2, went_out = 1 WHERE op_id = ?1")?
        .execute(params![op_id.as_bytes(), frame])?;
    Ok(())
}

/// The server refused these bytes as of another epoch: the same plaintext goes again under a new operation.
pub(crate) fn renew(cx: &Context<'_>, op_id: OpId, new: OpId) -> Result<(), Halt> {
    cx.db
        .prepare_cached("UPDATE outbox SET op_id = ?2, frame = x'' WHERE op_id = ?1")?
        .execute(params![op_id.as_bytes(), new.as_bytes()])?;
    Ok(())
}

/// There is a verdict.
pub(crate) fn remove(cx: &Context<'_>, op_id: OpId) -> Result<(), Halt> {
    cx.db.prepare_cached("DELETE FROM outbox WHERE op_id = ?1")?.execute([op_id.as_bytes()])?;
    Ok(())
}
