//! One line for what happens, to be read by a person who looks for a cause.

use crate::world::{Due, World};
use prost::Message as _;
use proto::wire::{ClientFrame, ServerFrame, client_frame, reply, server_frame};

pub(crate) fn line(due: &Due, world: &World) -> String {
    let device = |index: usize| world.devices.get(index).map(|device| device.name);
    let end = |id: u64| world.network.pipes.get(&id).and_then(|pipe| device(pipe.device));
    match due {
        Due::Act(action, mark) => format!("step {mark}: {action:?}"),
        Due::Turn(index) => format!("{:?} turns", device(*index)),
        Due::Wake(index, _) => format!("{:?} wakes", device(*index)),
        Due::ToServer(id, bytes) => format!("{:?} #{id} -> {}", end(*id), client_line(bytes)),
        Due::ToClient(id, Some(bytes)) => format!("{:?} #{id} <- {}", end(*id), server_line(bytes)),
        Due::CallArrives(_, request) => format!("call arrives: {request:?}"),
        Due::Answer(id, answer) => {
            let of = world.network.calls.get(id).and_then(|call| device(call.device));
            format!("{of:?} answer {id}: {answer:?}")
        }
        Due::Start(index, _) => format!("{:?} starts", device(*index)),
        other => format!("{other:?}"),
    }
}

/// What the server says only where something was not as a client believed.
pub(crate) fn remarkable(bytes: &[u8]) -> Option<&'static str> {
    let Ok(ServerFrame { body: Some(body) }) = ServerFrame::decode(bytes) else { return None };
    match body {
        server_frame::Body::Reply(reply) => {
            matches!(reply.body, Some(reply::Body::Stale(_))).then_some("an operation came too late for its epoch")
        }
        server_frame::Body::Gap(_) => Some("a device was told of a gap"),
        _ => None,
    }
}

fn short(id: &[u8]) -> String {
    id.iter().take(2).map(|byte| format!("{byte:02x}")).collect()
}

fn client_line(bytes: &[u8]) -> String {
    let Ok(ClientFrame { request, body: Some(body) }) = ClientFrame::decode(bytes) else { return "?".into() };
    let what = match body {
        client_frame::Body::Ack(ack) => format!("ack {}", ack.queue_seq),
        client_frame::Body::App(app) => format!("app chat {} epoch {}", short(&app.chat), app.epoch),
        client_frame::Body::Commit(commit) => {
            format!("commit chat {} base {} purpose {}", short(&commit.chat), commit.base_epoch, commit.purpose)
        }
        client_frame::Body::GroupCreate(create) => format!("create chat {}", short(&create.chat)),
        client_frame::Body::FetchLog(fetch) => format!("fetch chat {} from {}", short(&fetch.chat), fetch.from_seq),
        client_frame::Body::GetGroupInfo(get) => format!("group info chat {}", short(&get.chat)),
        client_frame::Body::Hello(hello) => format!("hello acked {}", hello.acked_queue_seq),
        client_frame::Body::ReadMark(mark) => format!("read mark chat {}", short(&mark.chat)),
        client_frame::Body::ListGroups(_) => "list groups".into(),
        client_frame::Body::GetMarks(_) => "get marks".into(),
        client_frame::Body::Ephemeral(_) => "ephemeral".into(),
        _ => "other".into(),
    };
    format!("[{request}] {what}")
}

fn server_line(bytes: &[u8]) -> String {
    let Ok(ServerFrame { body: Some(body) }) = ServerFrame::decode(bytes) else { return "?".into() };
    match body {
        server_frame::Body::Reply(reply) => {
            let what = match reply.body {
                Some(reply::Body::Accepted(accepted)) => format!("accepted {} {}", accepted.seq, accepted.repeated),
                Some(reply::Body::Stale(stale)) => format!("stale epoch {} head {}", stale.epoch, stale.head_seq),
                Some(reply::Body::Refused(refused)) => format!("refused {} {}", refused.reason, refused.detail),
                Some(reply::Body::LogPage(page)) => format!("{} entries, head {}", page.items.len(), page.head_seq),
                Some(reply::Body::GroupInfo(info)) => format!("group info epoch {}", info.epoch),
                Some(reply::Body::HelloOk(_)) => "hello ok".into(),
                Some(reply::Body::Rollback(_)) => "ROLLBACK".into(),
                Some(reply::Body::Revoked(_)) => "revoked".into(),
                Some(reply::Body::RevokedLeaf(_)) => "revoked leaf".into(),
                Some(reply::Body::GroupExists(_)) => "group exists".into(),
                _ => "other".into(),
            };
            format!("[{}] {what}", reply.request)
        }
        server_frame::Body::Item(item) => match item.body {
            Some(proto::wire::item::Body::Group(group)) => format!(
                "item {} chat {} seq {} kind {} epoch {}",
                item.queue_seq,
                short(&group.chat),
                group.seq,
                group.kind,
                group.epoch
            ),
            Some(proto::wire::item::Body::Welcome(welcome)) => {
                format!("item {} welcome chat {} seq {}", item.queue_seq, short(&welcome.chat), welcome.seq)
            }
            None => "item".into(),
        },
        server_frame::Body::QueueEmpty(_) => "queue empty".into(),
        server_frame::Body::Delivered(delivered) => {
            format!("delivered chat {} seq {}", short(&delivered.chat), delivered.seq)
        }
        server_frame::Body::MarkChanged(_) => "mark changed".into(),
        server_frame::Body::DeviceListChanged(_) => "device list changed".into(),
        server_frame::Body::AccountGroupAdded(_) => "group added".into(),
        server_frame::Body::Ephemeral(_) => "ephemeral".into(),
        server_frame::Body::Gap(_) => "GAP".into(),
        server_frame::Body::Revoked(_) => "REVOKED".into(),
        server_frame::Body::LeaseLost(_) => "LEASE LOST".into(),
        _ => "other".into(),
    }
}
