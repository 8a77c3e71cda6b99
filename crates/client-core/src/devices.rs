//! The devices of this account: their list for the interface, names, logging out, and the notices about new ones.

use crate::client::{Client, Context};
use crate::http::{Answer as Reply, Purpose, user_error};
use crate::io::{Halt, HttpMethod};
use crate::link::unsettled;
use crate::profile::tidy_name;
use crate::this;
use crate::{accounts, chats, mls, notices, outbox, own_list, own_state, state};
use breakable::{Rule, broken};
use client_api::{Answer, DeviceKind, DeviceRow, Event, LogoutReason, Notice, SystemLine, UserError};
use identity::{ChatKind, DeviceRole, VerifiedDeviceList};
use prost::Message as _;
use proto::account::{AccountDevices, DeviceLists, GetDeviceLists, PutDeviceList};
use proto::content::StateOp;
use proto::ids::DeviceNumber;
use std::collections::BTreeMap;

const DAY_MS: u64 = 24 * 3_600 * 1_000;

/// How long a companion that logs out tries to tell the phone.
const LEAVE_WITHIN_MS: u64 = 5_000;

/// "This device leaves": taken from that very device only.
pub(crate) fn leave_key(device: DeviceNumber) -> String {
    format!("leave/{}", device.0)
}

/// The user said here that this device logs out.
pub(crate) fn is_leaving(cx: &Context<'_>) -> Result<bool, Halt> {
    let key = leave_key(cx.me()?.address.device);
    Ok(state::get(cx.db, &key)?.is_some_and(|value| !value.is_empty()))
}

/// Of a wish to leave, whosever.
pub(crate) fn is_leave_key(key: &str) -> bool {
    key.starts_with("leave/")
}

/// What a sibling says of own-device state, without what it may not say: that another device leaves.
pub(crate) fn without_foreign_leaves(ops: &[StateOp], by: DeviceNumber) -> Vec<StateOp> {
    let own = leave_key(by);
    let may_say = |op: &&StateOp| !is_leave_key(&op.key) || op.key == own || broken(Rule::LeaveIsOwnWord);
    ops.iter().filter(may_say).cloned().collect()
}

/// The keys of devices' names in the own state.
pub(crate) const NAME: &str = "device/";

fn name_key(device: u32) -> String {
    format!("{NAME}{device}")
}

/// Remembers a device's name, on all devices.
pub(crate) fn name_device(cx: &mut Context<'_>, device: u32, name: &str) -> Result<(), Halt> {
    own_state::set(cx, &name_key(device), name.as_bytes().to_vec())
}

pub(crate) fn name_of(cx: &Context<'_>, device: u32, role: DeviceRole) -> Result<String, Halt> {
    let stored = state::get(cx.db, &name_key(device))?.and_then(|bytes| String::from_utf8(bytes).ok());
    Ok(stored.unwrap_or_else(|| match role {
        DeviceRole::Phone => "Phone".to_owned(),
        DeviceRole::Companion => "Linked device".to_owned(),
    }))
}

/// The number of the account's phone.
pub(crate) fn number_of_phone(cx: &Context<'_>) -> Result<DeviceNumber, Halt> {
    Ok(mls::own_device_list(cx)?.phone().device)
}

/// When the own devices were last seen, as far as this run knows: from the server, to the day, and from themselves.
#[derive(Debug, Default)]
pub(crate) struct Seen(BTreeMap<u32, LastSeen>);

#[derive(Debug, Default, Clone, Copy)]
struct LastSeen {
    at_ms: u64,
    online: bool,
}

impl Seen {
    /// The device itself said something.
    pub(crate) fn hear(&mut self, device: u32, now_ms: u64) {
        let last = self.0.entry(device).or_default();
        last.at_ms = now_ms.max(last.at_ms);
    }

    /// The server knows of no device more than its day: what was heard of it may be newer.
    fn learn(&mut self, account: &AccountDevices, list: &VerifiedDeviceList) {
        // Of others it would fill the memory.
        for seen in account.seen.iter().filter(|seen| list.device(DeviceNumber(seen.device)).is_some()) {
            let at_ms = self.0.get(&seen.device).map_or(0, |last| last.at_ms).max(seen.last_seen_day_ms);
            self.0.insert(seen.device, LastSeen { at_ms, online: seen.online });
        }
    }
}

/// Tells of a new device now, and again after a day.
pub(crate) fn tell_linked(cx: &mut Context<'_>, device: u32, name: &str) -> Result<(), Halt> {
    cx.db
        .prepare_cached("INSERT OR IGNORE INTO reminder (due_ms, device, name, linked_ms) VALUES (?1, ?2, ?3, ?4)")?
        .execute(rusqlite::params![cx.now_ms + DAY_MS, device, name, cx.now_ms])?;
    let time_ms = cx.now_ms;
    cx.event(Event::Notice(Notice::DeviceLinked { device, name: name.to_owned(), time_ms, again: false }));
    notices::say_to_oneself(cx, &SystemLine::OwnDeviceLinked { name: name.to_owned() })
}

/// One own list took the place of another: tells of the devices that came and went. Of this one there is more to say when it goes.
pub(crate) fn tell_changes(
    cx: &mut Context<'_>,
    before: &VerifiedDeviceList,
    after: &VerifiedDeviceList,
) -> Result<(), Halt> {
    cx.changed.devices = true;
    for cert in after.devices().filter(|cert| before.device(cert.device).is_none()) {
        // Of a linking that goes on, or was stopped, is spoken elsewhere.
        if !unsettled::holds(cx, cert)? {
            let name = name_of(cx, cert.device.0, cert.role)?;
            tell_linked(cx, cert.device.0, &name)?;
        }
    }
    let me = cx.me()?.address.device;
    for cert in before.devices().filter(|cert| cert.device != me && after.device(cert.device).is_none()) {
        let name = name_of(cx, cert.device.0, cert.role)?;
        cx.event(Event::Notice(Notice::DeviceUnlinked { name: name.clone() }));
        notices::say_to_oneself(cx, &SystemLine::OwnDeviceUnlinked { name })?;
    }
    Ok(())
}

/// Tells again of the devices that were linked a day ago.
pub(crate) fn remind(cx: &mut Context<'_>) -> Result<(), Halt> {
    let due: Vec<(u32, String, u64)> = {
        let mut statement =
            cx.db.prepare_cached("DELETE FROM reminder WHERE due_ms <= ?1 RETURNING device, name, linked_ms")?;
        let rows = statement.query_map([cx.now_ms], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        rows.collect::<Result<_, _>>()?
    };
    let list = mls::own_device_list(cx)?;
    for (device, name, time_ms) in due {
        if list.device(DeviceNumber(device)).is_some() {
            cx.event(Event::Notice(Notice::DeviceLinked { device, name, time_ms, again: true }));
        }
    }
    Ok(())
}

impl Client {
    /// The list, with when each was seen.
    pub(crate) fn show_devices(&self, cx: &mut Context<'_>) -> Result<(), Halt> {
        let me = cx.me()?.address.device;
        let list = mls::own_device_list(cx)?;
        let mut rows = Vec::new();
        for cert in list.devices() {
            let seen = self.seen.0.get(&cert.device.0).copied().unwrap_or_default();
            rows.push(DeviceRow {
                device: cert.device.0,
                kind: match cert.role {
                    DeviceRole::Phone => DeviceKind::Phone,
                    DeviceRole::Companion => DeviceKind::Companion,
                },
                name: name_of(cx, cert.device.0, cert.role)?,
                linked_ms: cert.issued_ms,
                last_seen_ms: seen.at_ms,
                online: cert.device == me || seen.online,
                this: cert.device == me,
            });
        }
        cx.event(Event::Devices(rows));
        Ok(())
    }

    /// Asks the server for the newest own list, and when each device was seen.
    pub(crate) fn ask_own_devices(&mut self, cx: &mut Context<'_>) -> Result<(), Halt> {
        let Some(token) = this::session_token(cx.db)? else { return Ok(()) };
        let body = GetDeviceLists { accounts: vec![cx.me()?.address.account.to_vec()] }.encode_to_vec();
        cx.out.push(self.calls.start(Purpose::OwnDevices, HttpMethod::Post, "/v1/devices/get", body, Some(token)));
        Ok(())
    }

    pub(crate) fn on_own_devices(&mut self, cx: &mut Context<'_>, reply: Reply<DeviceLists>) -> Result<(), Halt> {
        let Reply::Ok(lists) = reply else { return self.look_at_list_later(cx) };
        let own = cx.me()?.address.account.to_vec();
        let Some(mine) = lists.accounts.iter().find(|account| account.account == own) else { return Ok(()) };
        accounts::learn_list_of(cx, &mine.account, &mine.signed_device_list)?;
        self.seen.learn(mine, &mls::own_device_list(cx)?);
        cx.changed.devices = true;
        self.unlink_leavers(cx)?;
        self.unlink_unsettled(cx)
    }

    /// "Log out", one or all; on the phone. A companion can log itself out only.
    pub(crate) fn unlink(&mut self, cx: &mut Context<'_>, request: u32, devices: Option<u32>) -> Result<(), Halt> {
        let me = cx.me()?;
        if !cx.is_phone()? {
            return if devices == Some(me.address.device.0) {
                self.log_out_here(cx, request)
            } else {
                cx.answer(request, Err(UserError::OnlyPhone));
                Ok(())
            };
        }
        let list = mls::own_device_list(cx)?;
        let removed: Vec<DeviceNumber> = list
            .devices()
            .filter(|cert| cert.role == DeviceRole::Companion && devices.is_none_or(|device| device == cert.device.0))
            .map(|cert| cert.device)
            .collect();
        if removed.is_empty() {
            cx.answer(request, Err(UserError::NotFound));
            return Ok(());
        }
        self.put_list_without(cx, request, &removed)
    }

    /// Signs the next list without these devices, and without those whose linking came to nothing.
    pub(crate) fn put_list_without(
        &mut self,
        cx: &mut Context<'_>,
        request: u32,
        removed: &[DeviceNumber],
    ) -> Result<(), Halt> {
        let Some(account_key) = cx.me()?.account_key else {
            return Err(Halt::Broken("a phone without the account key"));
        };
        let Some(token) = this::session_token(cx.db)? else {
            cx.answer(request, Err(UserError::Offline));
            return Ok(());
        };
        let base = self.list_to_sign_on(cx)?;
        let Ok(next) = own_list::sign_next(cx, &base, &account_key, removed, None)? else {
            return Err(Halt::Broken("a device list without a companion cannot be signed"));
        };
        let signed_list = next.as_bytes().to_vec();
        let body = PutDeviceList { signed_device_list: signed_list.clone() }.encode_to_vec();
        let purpose = Purpose::PutShorterList { request, signed_list };
        cx.out.push(self.calls.start(purpose, HttpMethod::Put, "/v1/devices", body, Some(token)));
        Ok(())
    }

    pub(crate) fn on_shorter_list_put(
        &mut self,
        cx: &mut Context<'_>,
        request: u32,
        signed_list: &[u8],
        reply: Reply<()>,
    ) -> Result<(), Halt> {
        match reply {
            Reply::Ok(()) => {
                accounts::learn_device_list(cx, signed_list)?;
                cx.answer(request, Ok(Answer::Done));
                return self.unlink_unsettled(cx);
            }
            Reply::Problem(problem) => cx.answer(request, Err(user_error(&problem))),
            Reply::None => cx.answer(request, Err(UserError::Offline)),
        }
        self.look_at_list_later(cx)
    }

    /// "Log out here": wipes this companion. Connected, it first tells the phone, which takes it off the list.
    pub(crate) fn log_out_here(&mut self, cx: &mut Context<'_>, request: u32) -> Result<(), Halt> {
        if cx.is_phone()? {
            cx.answer(request, Err(UserError::NotNow));
            return Ok(());
        }
        cx.answer(request, Ok(Answer::Done));
        let device = cx.me()?.address.device;
        own_state::set(cx, &leave_key(device), own_state::flag(true))?;
        let wait_ms = if self.session.is_up() { LEAVE_WITHIN_MS } else { 0 };
        self.leaving_ms = Some(cx.now_ms + wait_ms);
        self.retry_at(cx.now_ms + wait_ms);
        Ok(())
    }

    /// The user had this companion log out, and the program ended before it was: it goes on with that.
    pub(crate) fn resume_leaving(&mut self, cx: &Context<'_>) -> Result<(), Halt> {
        if !cx.is_phone()? && is_leaving(cx)? {
            self.leaving_ms = Some(cx.now_ms + LEAVE_WITHIN_MS);
            self.retry_at(cx.now_ms + LEAVE_WITHIN_MS);
        }
        Ok(())
    }

    /// The phone was told, or the time to tell it is over.
    pub(crate) fn leave_if_told(&mut self, cx: &mut Context<'_>) -> Result<(), Halt> {
        let Some(latest_ms) = self.leaving_ms else { return Ok(()) };
        let me = cx.me()?.address.account;
        let told = match chats::find_with(cx.db, ChatKind::SelfGroup, me)? {
            Some(group) => cx.state_ops.is_empty() && outbox::head(cx.db, group.chat)?.is_none(),
            None => true,
        };
        if told || cx.now_ms >= latest_ms {
            self.leaving_ms = None;
            return self.log_out(cx, LogoutReason::ByUser);
        }
        Ok(())
    }

    /// On the phone: companions that logged themselves out go off the list.
    pub(crate) fn unlink_leavers(&mut self, cx: &mut Context<'_>) -> Result<(), Halt> {
        let under_way = self.calls.is_under_way(|p| matches!(p, Purpose::PutShorterList { .. }));
        if !cx.is_phone()? || under_way {
            return Ok(());
        }
        for device in mls::own_device_list(cx)?.devices().map(|cert| cert.device).collect::<Vec<_>>() {
            if state::get(cx.db, &leave_key(device))?.is_some_and(|value| !value.is_empty()) {
                return self.unlink(cx, 0, Some(device.0));
            }
        }
        Ok(())
    }

    /// Another name in the list.
    pub(crate) fn rename_device(
        &mut self,
        cx: &mut Context<'_>,
        request: u32,
        device: u32,
        name: &str,
    ) -> Result<(), Halt> {
        match tidy_name(name) {
            Ok(name) if mls::own_device_list(cx)?.device(DeviceNumber(device)).is_some() => {
                name_device(cx, device, &name)?;
                cx.answer(request, Ok(Answer::Done));
                self.show_devices(cx)?;
            }
            Ok(_) => cx.answer(request, Err(UserError::NotFound)),
            Err(error) => cx.answer(request, Err(error)),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::{Clock, Input, Output};
    use crate::testing::{companion, phone, step};
    use client_api::AppStage;
    use rand_chacha::ChaCha20Rng;
    use rand_core::SeedableRng as _;
    use rusqlite::Connection;

    fn starts(client: &mut Client, db: &Connection, now_ms: u64) -> Vec<Output> {
        takes(client, db, now_ms, Input::Start)
    }

    fn takes(client: &mut Client, db: &Connection, now_ms: u64, input: Input) -> Vec<Output> {
        let tx = db.unchecked_transaction().expect("transaction");
        let mut rng = ChaCha20Rng::seed_from_u64(now_ms);
        let out = client.handle(&tx, input, Clock { now_ms }, &mut rng).expect("no halt");
        tx.commit().expect("commit");
        out
    }

    fn logged_out(out: &[Output]) -> Option<LogoutReason> {
        out.iter().find_map(|output| match output {
            Output::Event(Event::Stage(AppStage::LoggedOut(reason))) => Some(*reason),
            _ => None,
        })
    }

    #[test]
    fn a_device_that_died_before_it_wiped_itself_still_says_who_logged_it_out() {
        for reason in [LogoutReason::ByUser, LogoutReason::Remotely, LogoutReason::NumberMoved] {
            let (mut client, db) = companion();
            step(&db, 1, |cx| client.log_out(cx, reason).expect("logged out"));
            let (mut anew, _) = companion();
            assert_eq!(logged_out(&starts(&mut anew, &db, 2)), Some(reason));
        }
    }

    #[test]
    fn a_companion_that_died_while_it_logged_out_goes_on_with_it() {
        let (mut client, db) = companion();
        step(&db, 1, |cx| {
            let group = chats::Chat {
                chat: crate::testing::CHAT,
                kind: ChatKind::SelfGroup,
                generation: proto::ids::Generation(1),
                peer: cx.me().expect("me").address.account,
                membership: chats::Membership::Joined,
                applied_seq: 0,
                activity_ms: 1,
            };
            chats::insert(cx, &group).expect("the self group");
            client.log_out_here(cx, 0).expect("asked");
            client.share_state(cx).expect("told");
        });
        let (mut client, _) = companion();
        assert_eq!(logged_out(&starts(&mut client, &db, 2)), None, "the phone is to hear of it first");
        let out = takes(&mut client, &db, 2 + LEAVE_WITHIN_MS, Input::Wake);
        assert_eq!(logged_out(&out), Some(LogoutReason::ByUser));
    }

    #[test]
    fn who_wanted_to_leave_and_is_put_out_was_not_logged_out_by_the_phone() {
        for (leaves, reason) in [(true, LogoutReason::ByUser), (false, LogoutReason::Remotely)] {
            let (mut client, db) = companion();
            let (_, out) = step(&db, 1, |cx| {
                let key = leave_key(cx.me().expect("me").address.device);
                own_state::set(cx, &key, own_state::flag(leaves)).expect("set");
                let shorter = crate::testing::without_companion(cx);
                client.on_revoked(cx, &shorter).expect("revoked");
            });
            assert_eq!(logged_out(&out), Some(reason));
        }
    }

    #[test]
    fn when_a_device_was_seen_is_known_until_there_is_something_newer() {
        const DAY: u64 = 20_000 * DAY_MS;
        let (mut client, db) = phone();
        crate::testing::links_companion(&db);
        let mut shows = |change: &dyn Fn(&mut Seen)| {
            change(&mut client.seen);
            let (_, out) = step(&db, 1, |cx| client.show_devices(cx).expect("shown"));
            let rows = out.into_iter().find_map(|output| match output {
                Output::Event(Event::Devices(rows)) => Some(rows),
                _ => None,
            });
            rows.expect("rows").iter().find(|row| !row.this).map(|row| (row.last_seen_ms, row.online)).expect("two")
        };
        let (list, _) = step(&db, 1, |cx| mls::own_device_list(cx).expect("a list"));
        let server_says = |online| AccountDevices {
            seen: vec![proto::account::DeviceSeen { device: 2, last_seen_day_ms: DAY, online }],
            ..AccountDevices::default()
        };
        assert_eq!(shows(&|_| ()), (0, false));
        assert_eq!(shows(&|seen| seen.learn(&server_says(true), &list)), (DAY, true));
        assert_eq!(shows(&|_| ()), (DAY, true), "a change of a name changes nothing about this");
        assert_eq!(shows(&|seen| seen.hear(2, DAY + 7)), (DAY + 7, true));
        assert_eq!(
            shows(&|seen| seen.learn(&server_says(false), &list)),
            (DAY + 7, false),
            "the server knows the day only"
        );
    }

    fn tells(out: &[Output]) -> Vec<&Notice> {
        let told = |output| match output {
            &Output::Event(Event::Notice(ref notice)) => Some(notice),
            _ => None,
        };
        out.iter().filter_map(told).collect()
    }

    #[test]
    fn whatever_way_a_list_comes_every_device_is_told_once_who_came_and_who_went() {
        let (mut client, db) = companion();
        let (account, _) = step(&db, 1, |cx| {
            let account = cx.me().expect("me").address.account;
            let notes = chats::Chat {
                chat: crate::testing::CHAT,
                kind: ChatKind::Direct,
                generation: proto::ids::Generation(1),
                peer: account,
                membership: chats::Membership::Joined,
                applied_seq: 0,
                activity_ms: 1,
            };
            chats::insert(cx, &notes).expect("the chat with oneself");
            account
        });
        // First beside other accounts' lists, then as the own one that was asked for.
        let mut comes = |list: Vec<u8>| {
            let mine =
                AccountDevices { account: account.to_vec(), signed_device_list: list, ..AccountDevices::default() };
            let lists = DeviceLists { accounts: vec![mine] };
            let again = lists.clone();
            let first = step(&db, 1, |cx| {
                client.on_peer_lists(cx, BTreeMap::new(), Reply::Ok(lists)).expect("taken");
                cx.changed.devices
            });
            let (_, then) = step(&db, 1, |cx| client.on_own_devices(cx, Reply::Ok(again)).expect("taken"));
            assert_eq!(tells(&then), Vec::<&Notice>::new(), "it was told");
            first
        };
        let count = |what: &str| -> u32 {
            let sql = format!("SELECT count(*) FROM {what}");
            db.query_row(&sql, [], |row| row.get(0)).expect("counted")
        };
        let longer = step(&db, 1, |cx| crate::testing::with_third_device(cx)).0;
        let (shown, out) = comes(longer);
        assert!(matches!(tells(&out)[..], [Notice::DeviceLinked { device: 3, again: false, .. }]), "{out:?}");
        assert_eq!((shown, count("message"), count("reminder")), (true, 1, 1));
        let shorter = step(&db, 1, |cx| crate::testing::without(cx, DeviceNumber(3))).0;
        let (shown, out) = comes(shorter);
        assert!(matches!(tells(&out)[..], [Notice::DeviceUnlinked { .. }]), "{out:?}");
        assert_eq!((shown, count("message")), (true, 2));
        let without_us = step(&db, 1, |cx| crate::testing::without_companion(cx)).0;
        assert_eq!(tells(&comes(without_us).1), Vec::<&Notice>::new(), "of this device the stage speaks");
    }

    #[test]
    fn a_device_leaves_by_its_own_word_only() {
        let op = |key: &str| StateOp { key: key.to_owned(), value: vec![1], clock: 1, device: 2 };
        let said = [op("leave/2"), op("leave/3"), op("leave/"), op("pin/x")];
        let keys = |by| {
            let taken = without_foreign_leaves(&said, DeviceNumber(by));
            taken.into_iter().map(|op| op.key).collect::<Vec<_>>()
        };
        assert_eq!(keys(2), ["leave/2", "pin/x"]);
        assert_eq!(keys(1), ["pin/x"]);
    }
}
