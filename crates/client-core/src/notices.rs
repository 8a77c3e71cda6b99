//! Lines that a chat itself says: when they are written, and how they are stored. Each device writes its own, from what
//! it learned itself; they go to nobody. The words are the interface's.

use crate::chats::{self, Chat};
use crate::client::Context;
use crate::io::Halt;
use crate::messages::{self, Kind};
use client_api::{Disappearing, LinkNews, SystemLine};
use identity::{ChatKind, VerifiedDeviceList};
use proto::ids::{ChatId, MessageId};
use rusqlite::params;

/// Writes a line after the newest message that has its place.
pub(crate) fn say(cx: &mut Context<'_>, chat: &Chat, line: &SystemLine) -> Result<(), Halt> {
    let newest: Option<u64> = cx
        .db
        .prepare_cached("SELECT max(time_ms) FROM message WHERE chat = ?1 AND time_ms < ?2")?
        .query_row(params![chat.chat.as_bytes(), messages::UNSENT_MS], |row| row.get(0))?;
    let time_ms = newest.map_or(cx.now_ms, |newest| cx.now_ms.max(newest + 1));
    say_at(cx, chat, line, time_ms)?;
    Ok(())
}

/// Writes a line at a time among the messages, and says which row it is.
pub(crate) fn say_at(cx: &mut Context<'_>, chat: &Chat, line: &SystemLine, time_ms: u64) -> Result<MessageId, Halt> {
    let id = chats::random_id(cx);
    cx.db
        .prepare_cached(
            "INSERT INTO message (chat, time_ms, message, seq, account, device, sent_ms, kind, content)
             VALUES (?1, ?2, ?3, 0, ?4, 0, ?2, ?5, ?6)",
        )?
        .execute(params![
            chat.chat.as_bytes(),
            time_ms,
            id,
            chat.peer.as_bytes(),
            Kind::System.number(),
            encode(line)
        ])?;
    cx.changed.message(ChatId(chat.chat.0), MessageId(id));
    Ok(MessageId(id))
}

/// A device list took the place of another: the chat says it where devices came or went.
pub(crate) fn devices_changed(
    cx: &mut Context<'_>,
    known: Option<&VerifiedDeviceList>,
    list: &VerifiedDeviceList,
) -> Result<(), Halt> {
    cx.changed.person(list.account());
    let Some(known) = known.filter(|known| !known.addresses().eq(list.addresses())) else { return Ok(()) };
    let Some(chat) = chats::find_with(cx.db, ChatKind::Direct, known.account())? else { return Ok(()) };
    let devices = u32::try_from(list.devices().count()).unwrap_or(u32::MAX);
    say(cx, &chat, &SystemLine::DevicesChanged { devices })
}

/// A line about the own devices, in the chat with oneself, where there is one.
pub(crate) fn say_to_oneself(cx: &mut Context<'_>, line: &SystemLine) -> Result<(), Halt> {
    let me = cx.me()?.address.account;
    match chats::find_with(cx.db, ChatKind::Direct, me)? {
        Some(notes) => say(cx, &notes, line),
        None => Ok(()),
    }
}

/// A line as it is stored: a number, then what it says more.
fn encode(line: &SystemLine) -> Vec<u8> {
    match line {
        SystemLine::Encrypted => vec![1],
        SystemLine::SafetyNumberChanged => vec![2],
        SystemLine::DevicesChanged { devices } => [&[3][..], &devices.to_be_bytes()].concat(),
        SystemLine::MayBeMissing { from_ms, to_ms } => {
            [&[4][..], &from_ms.to_be_bytes(), &to_ms.to_be_bytes()].concat()
        }
        SystemLine::HistoryDiffers => vec![5],
        SystemLine::UnknownDevice => vec![6],
        SystemLine::OwnDeviceLinked { name } => [&[7][..], name.as_bytes()].concat(),
        SystemLine::OwnDeviceUnlinked { name } => [&[8][..], name.as_bytes()].concat(),
        SystemLine::GroupCreated { by } => people(9, *by, &[]),
        SystemLine::MembersAdded { by, accounts } => people(10, *by, accounts),
        SystemLine::MembersRemoved { by, accounts } => people(11, *by, accounts),
        SystemLine::MemberLeft { account } => people(12, *account, &[]),
        SystemLine::AdminsMade { by, accounts } => people(13, *by, accounts),
        SystemLine::AdminsWithdrawn { by, accounts } => people(14, *by, accounts),
        SystemLine::GroupRenamed { by, name } => [&[15][..], &by.0, name.as_bytes()].concat(),
        SystemLine::GroupDescribed { by, removed } => flagged(16, *by, *removed),
        SystemLine::GroupPhotoChanged { by, removed } => flagged(17, *by, *removed),
        SystemLine::WhoMaySend { by, only_admins } => flagged(18, *by, *only_admins),
        SystemLine::WhoMayEdit { by, only_admins } => flagged(19, *by, *only_admins),
        SystemLine::MessagePinned { by } => people(20, *by, &[]),
        SystemLine::GroupLinkChanged { by, news } => [&[22][..], &by.0, &[link_news(*news)]].concat(),
        SystemLine::DisappearingSet { by, after } => [&[21][..], &by.0, &after.seconds().to_be_bytes()].concat(),
    }
}

/// A number, who did it, and to whom.
fn people(number: u8, by: client_api::AccountId, accounts: &[client_api::AccountId]) -> Vec<u8> {
    let ids = std::iter::once(&by).chain(accounts).flat_map(|account| account.0);
    std::iter::once(number).chain(ids).collect()
}

/// A number, who did it, and one of two.
fn flagged(number: u8, by: client_api::AccountId, flag: bool) -> Vec<u8> {
    [&[number][..], &by.0, &[flag.into()]].concat()
}

/// A stored line; `None` for one of a newer version.
pub(crate) fn decode(stored: &[u8]) -> Option<SystemLine> {
    let (number, rest) = stored.split_first()?;
    let name = || String::from_utf8(rest.to_vec()).ok();
    Some(match number {
        1 => SystemLine::Encrypted,
        2 => SystemLine::SafetyNumberChanged,
        3 => SystemLine::DevicesChanged { devices: u32::from_be_bytes(rest.try_into().ok()?) },
        4 => {
            let (from_ms, to_ms) = rest.split_at_checked(8)?;
            SystemLine::MayBeMissing {
                from_ms: u64::from_be_bytes(from_ms.try_into().ok()?),
                to_ms: u64::from_be_bytes(to_ms.try_into().ok()?),
            }
        }
        5 => SystemLine::HistoryDiffers,
        6 => SystemLine::UnknownDevice,
        7 => SystemLine::OwnDeviceLinked { name: name()? },
        8 => SystemLine::OwnDeviceUnlinked { name: name()? },
        9..=15 => of_group(*number, rest)?,
        16..=19 => of_group_flagged(*number, rest)?,
        20 => SystemLine::MessagePinned { by: client_api::AccountId(rest.try_into().ok()?) },
        21 => {
            let (by, seconds) = rest.split_first_chunk::<16>()?;
            let after = Disappearing::of_seconds(u32::from_be_bytes(seconds.try_into().ok()?));
            SystemLine::DisappearingSet { by: client_api::AccountId(*by), after }
        }
        22 => {
            let (by, news) = rest.split_first_chunk::<16>()?;
            let all = [LinkNews::On, LinkNews::Reset, LinkNews::Off];
            let news = all.into_iter().find(|one| *news == [link_news(*one)])?;
            SystemLine::GroupLinkChanged { by: client_api::AccountId(*by), news }
        }
        _ => return None,
    })
}

fn link_news(news: LinkNews) -> u8 {
    match news {
        LinkNews::On => 0,
        LinkNews::Reset => 1,
        LinkNews::Off => 2,
    }
}

fn of_group(number: u8, rest: &[u8]) -> Option<SystemLine> {
    let (by, rest) = rest.split_first_chunk::<16>()?;
    let by = client_api::AccountId(*by);
    if number == 15 {
        return Some(SystemLine::GroupRenamed { by, name: String::from_utf8(rest.to_vec()).ok()? });
    }
    let (ids, cut) = rest.as_chunks::<16>();
    if !cut.is_empty() {
        return None;
    }
    let accounts = ids.iter().map(|id| client_api::AccountId(*id)).collect();
    Some(match number {
        9 => SystemLine::GroupCreated { by },
        10 => SystemLine::MembersAdded { by, accounts },
        11 => SystemLine::MembersRemoved { by, accounts },
        12 => SystemLine::MemberLeft { account: by },
        13 => SystemLine::AdminsMade { by, accounts },
        _ => SystemLine::AdminsWithdrawn { by, accounts },
    })
}

fn of_group_flagged(number: u8, rest: &[u8]) -> Option<SystemLine> {
    let (by, rest) = rest.split_first_chunk::<16>()?;
    let by = client_api::AccountId(*by);
    let flag = match rest {
        [flag @ (0 | 1)] => *flag == 1,
        _ => return None,
    };
    Some(match number {
        16 => SystemLine::GroupDescribed { by, removed: flag },
        17 => SystemLine::GroupPhotoChanged { by, removed: flag },
        18 => SystemLine::WhoMaySend { by, only_admins: flag },
        _ => SystemLine::WhoMayEdit { by, only_admins: flag },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHO: client_api::AccountId = client_api::AccountId([7; 16]);

    #[test]
    fn lines_come_back_and_those_of_a_newer_version_are_none() {
        for line in [
            SystemLine::Encrypted,
            SystemLine::MessagePinned { by: WHO },
            SystemLine::DisappearingSet { by: WHO, after: Disappearing::NinetyDays },
            SystemLine::DisappearingSet { by: WHO, after: Disappearing::Off },
            SystemLine::SafetyNumberChanged,
            SystemLine::DevicesChanged { devices: 3 },
            SystemLine::MayBeMissing { from_ms: 5, to_ms: 9 },
            SystemLine::HistoryDiffers,
            SystemLine::UnknownDevice,
            SystemLine::OwnDeviceLinked { name: "Firefox on Linux".into() },
            SystemLine::OwnDeviceUnlinked { name: String::new() },
            SystemLine::GroupCreated { by: WHO },
            SystemLine::MembersAdded { by: WHO, accounts: vec![WHO, WHO] },
            SystemLine::MembersRemoved { by: WHO, accounts: vec![WHO] },
            SystemLine::MemberLeft { account: WHO },
            SystemLine::AdminsMade { by: WHO, accounts: vec![WHO] },
            SystemLine::AdminsWithdrawn { by: WHO, accounts: Vec::new() },
            SystemLine::GroupRenamed { by: WHO, name: "Climbers".into() },
            SystemLine::GroupDescribed { by: WHO, removed: false },
            SystemLine::GroupPhotoChanged { by: WHO, removed: true },
            SystemLine::WhoMaySend { by: WHO, only_admins: true },
            SystemLine::WhoMayEdit { by: WHO, only_admins: false },
            SystemLine::GroupLinkChanged { by: WHO, news: LinkNews::Reset },
            SystemLine::GroupLinkChanged { by: WHO, news: LinkNews::Off },
        ] {
            assert_eq!(decode(&encode(&line)), Some(line));
        }
        for stored in [&[][..], &[99], &[3, 1], &[4, 1], &[7, 0xff], &[9, 1], &[10; 18], &[16; 18], &[22; 18]] {
            assert_eq!(decode(stored), None);
        }
    }
}
