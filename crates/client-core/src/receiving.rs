//! Receiving: one item of the queue after the other, each applied and acknowledged in the transaction that it came in.

use crate::accounts;
use crate::chats::{self, Chat, Membership};
use crate::client::{Client, Context};
use crate::devices;
use crate::disappearing;
use crate::echo::Echo;
use crate::groups;
use crate::history::completeness;
use crate::io::Halt;
use crate::marks::{self, Mark};
use crate::mentions;
use crate::messages::NUMBER_MAX;
use crate::messages::{self, NewMessage, Place, Stored};
use crate::missing;
use crate::mls;
use crate::own_state;
use crate::pinning;
use crate::pushing;
use crate::reading;
use crate::restored;
use crate::sending::Flight;
use crate::session::send;
use crate::spoken;
use crate::updating;
use crate::witness;
use breakable::{Rule, broken};
use client_api::{Event, MessageBody, Notice};
use e2ee::RuleError;
use e2ee::group::{Processed, ReceivedApp};
use identity::ChatKind;
use proto::content::{Content, content};
use proto::decode::decode_limited;
use proto::ids::{AccountId, ChatId, DeviceAddress, Generation, MessageId};
use proto::limits::{APP_LEN_MAX, LOG_PAGE_LEN_MAX};
use proto::wire::{Ack, Delivered, FetchLog, GroupItem, Item, LogPage, client_frame, group_item, item};

/// What came of an entry of a log.
#[derive(Debug, PartialEq, Eq)]
enum Followed {
    /// It was the next one, or is nobody's business here.
    Settled,
    /// Others lie before it.
    TooFar(ChatId),
}

impl Client {
    /// An item of the queue. It is acknowledged after the commit of this transaction.
    pub(crate) fn on_item(&mut self, cx: &mut Context<'_>, item: &Item) -> Result<(), Halt> {
        let acked: u64 = cx.db.prepare_cached("SELECT acked_queue_seq FROM this")?.query_row([], |row| row.get(0))?;
        // No server counts so far: it is not taken, so it is not acknowledged either.
        if item.queue_seq > NUMBER_MAX {
            return Ok(());
        }
        if item.queue_seq > acked {
            match &item.body {
                Some(item::Body::Group(group)) => self.on_group_item(cx, group)?,
                Some(item::Body::Welcome(welcome)) => self.on_welcome(cx, welcome)?,
                None => {}
            }
            cx.db.prepare_cached("UPDATE this SET acked_queue_seq = ?1")?.execute([item.queue_seq])?;
        }
        send(cx, 0, client_frame::Body::Ack(Ack { queue_seq: item.queue_seq.max(acked) }));
        Ok(())
    }

    fn on_group_item(&mut self, cx: &mut Context<'_>, item: &GroupItem) -> Result<(), Halt> {
        match self.follow(cx, item)? {
            Followed::Settled => Ok(()),
            Followed::TooFar(chat) => self.fetch_log(cx, chat),
        }
    }

    /// The next entry of a log, where it is that.
    fn follow(&mut self, cx: &mut Context<'_>, item: &GroupItem) -> Result<Followed, Halt> {
        let Ok(chat) = ChatId::try_from(item.chat.as_slice()) else { return Ok(Followed::Settled) };
        let Some(chat) = chats::find(cx.db, chat)? else { return Ok(Followed::Settled) };
        if item.seq > NUMBER_MAX || item.time_ms > NUMBER_MAX {
            return Ok(Followed::Settled);
        }
        if chat.membership != Membership::Joined || item.seq <= chat.applied_seq {
            return Ok(Followed::Settled);
        }
        if self.finding.comparing && restored::is_comparing(cx.db, chat.chat)? {
            return Ok(Followed::Settled);
        }
        if item.seq > chat.applied_seq + 1 {
            return Ok(Followed::TooFar(chat.chat));
        }
        // Times rise within a chat: one that says less was not given when the server took it.
        let time_ms = item.time_ms.max(chats::applied_ms(cx.db, chat.chat)?);
        let risen = (time_ms > item.time_ms).then(|| GroupItem { time_ms, ..item.clone() });
        let item = risen.as_ref().unwrap_or(item);
        self.apply(cx, &chat, item)?;
        // Nobody signs that a next generation begins: where it does not, what stands there is looked for after joining anew.
        if is_next_generation(&chat, item) && !broken(Rule::NextGenerationIsJoined) {
            return Ok(Followed::Settled);
        }
        witness::follow(cx, chat.chat, item.seq, &item.bytes)?;
        updating::stir(cx, chat.chat)?;
        chats::set_applied(cx, chat.chat, item.seq, item.time_ms)?;
        Ok(Followed::Settled)
    }

    /// Asks for what lies between.
    pub(crate) fn fetch_log(&mut self, cx: &mut Context<'_>, chat: ChatId) -> Result<(), Halt> {
        if self.flights.any(|flight| *flight == Flight::FetchLog { chat }) {
            return Ok(());
        }
        let Some(stored) = chats::find(cx.db, chat)? else { return Ok(()) };
        let body = FetchLog { chat: chat.to_vec(), from_seq: stored.applied_seq + 1, limit: LOG_PAGE_LEN_MAX };
        self.flights.send(cx, Flight::FetchLog { chat }, client_frame::Body::FetchLog(body));
        Ok(())
    }

    pub(crate) fn on_log_page(&mut self, cx: &mut Context<'_>, chat: ChatId, page: &LogPage) -> Result<(), Halt> {
        let Some(before) = chats::find(cx.db, chat)? else { return Ok(()) };
        let expired = before.applied_seq < page.head_seq
            && (before.applied_seq + 2..=NUMBER_MAX).contains(&page.first_kept_seq)
            && before.membership == Membership::Joined;
        if expired {
            return self.on_expired(cx, &before, page);
        }
        for item in page.items.iter().filter(|item| item.chat == chat.as_bytes()) {
            if self.follow(cx, item)? != Followed::Settled {
                break;
            }
        }
        let applied = chats::find(cx.db, chat)?.map_or(0, |chat| chat.applied_seq);
        // A page that leads nowhere would lead nowhere again: what the queue brings next asks anew.
        let leads_on = applied > before.applied_seq;
        if leads_on && applied < page.head_seq { self.fetch_log(cx, chat) } else { Ok(()) }
    }

    fn apply(&mut self, cx: &mut Context<'_>, chat: &Chat, item: &GroupItem) -> Result<(), Halt> {
        if Generation(item.generation) != chat.generation {
            return if is_next_generation(chat, item) { self.on_next_generation(cx, chat) } else { Ok(()) };
        }
        let me = cx.me()?.address;
        let sender = item.sender.as_ref().and_then(|sender| DeviceAddress::try_from(sender).ok());
        let own = sender == Some(me);
        match group_item::Kind::try_from(item.kind) {
            Ok(group_item::Kind::App) if own && self.settle_echo(cx, chat, item)? == Echo::Settled => Ok(()),
            Ok(group_item::Kind::Commit) if own && self.confirm_echo(cx, chat, item)? == Echo::Settled => Ok(()),
            Ok(group_item::Kind::App | group_item::Kind::Commit) => self.open(cx, chat, item, own),
            _ => Ok(()),
        }
    }

    /// `own`: the server calls it this device's.
    fn open(&mut self, cx: &mut Context<'_>, chat: &Chat, item: &GroupItem, own: bool) -> Result<(), Halt> {
        if broken(Rule::CommitIsApplied) && item.kind == group_item::Kind::Commit as i32 {
            return Ok(());
        }
        let (processed, ended) = {
            let Some(mut group) = mls::load(cx, chat)? else { return Ok(()) };
            let provider = mls::provider(cx);
            let key = mls::taken(group.mark_key(&provider))?;
            let ended = key.map(|key| (group.epoch(), key));
            (group.process(&provider, &item.bytes), ended)
        };
        if let (Ok(Processed::Commit(_)), Some((epoch, key))) = (&processed, ended) {
            reading::keep_epoch_key(cx, chat.chat, epoch, &key)?;
        }
        match processed {
            Ok(Processed::App(app)) => {
                self.hear_witness(cx, chat.chat, app.sender, &app.aad)?;
                self.on_app(cx, chat, item, &app)
            }
            Ok(Processed::Commit(commit)) if commit.self_removed => {
                let at = Place { seq: item.seq, time_ms: item.time_ms };
                self.on_removed(cx, chat, at, commit.sender.account)
            }
            Ok(Processed::Commit(commit)) => {
                self.hear_witness(cx, chat.chat, commit.sender.address(), &commit.aad)?;
                // Who comes from outside signs what the server gave it.
                if !commit.is_external {
                    self.hear_signed(cx, chat, commit.sender.address())?;
                }
                if commit.is_external {
                    reading::tell_again(cx, chat.chat)?;
                }
                if commit.is_external && chat.kind == ChatKind::SelfGroup {
                    // A device that was linked is connected now. Or one that was away for long has come back: it cannot open what was asked
                    // of it before.
                    self.ask_own_devices(cx)?;
                    completeness::ask_for_gaps_again(cx)?;
                    missing::ask_again(cx)?;
                }
                self.vet_commit(cx, chat, &commit)?;
                let at = Place { seq: item.seq, time_ms: item.time_ms };
                self.group_changed(cx, chat.chat, commit.sender.account, at).map(|_| ())
            }
            Ok(Processed::OwnApp) if own || broken(Rule::OwnWordsAreOwn) => self.on_own_entry(cx, chat, item),
            // MLS goes by a number that any member can write: nothing of it was opened, and no signature looked at.
            Ok(Processed::OwnApp) => self.on_unreadable(cx, chat, item, &RuleError::Denied.into()),
            Err(error) if error.is_storage() => Err(Halt::Encryption(error.to_string())),
            Err(error) => self.on_unreadable(cx, chat, item, &error),
        }
    }

    /// This device was put out. While its account lists it, it belongs into the chats of two, and into a group that no admin took it out of: it
    /// comes back by itself.
    fn on_removed(&mut self, cx: &mut Context<'_>, chat: &Chat, at: Place, by: AccountId) -> Result<(), Halt> {
        let me = cx.me()?.address.device;
        let listed = mls::own_device_list(cx)?.device(me).is_some();
        if chat.kind == ChatKind::Group && (!listed || groups::is_admin(cx.db, chat.chat, by)?) {
            chats::set_applied(cx, chat.chat, at.seq, at.time_ms)?;
            return groups::put_out(cx, chat, by, at.time_ms);
        }
        if chat.kind == ChatKind::Group {
            // As a revoked device, which it is not: a member and the server are of one mind.
            let what = "this device was put out of a group though it is on its account's list".to_owned();
            cx.event(Event::Notice(Notice::ServerNotTrusted { what }));
        }
        let membership = if listed { Membership::Wanted } else { Membership::Left };
        chats::set_membership(cx, chat.chat, membership, at.seq)
    }

    fn on_app(&mut self, cx: &mut Context<'_>, chat: &Chat, item: &GroupItem, app: &ReceivedApp) -> Result<(), Halt> {
        let Ok(content) = decode_limited::<Content>(&app.content, APP_LEN_MAX) else { return Ok(()) };
        // Who asks for a word does not know where it is, and gives none.
        if !matches!(content.body, Some(content::Body::VouchRequest(_))) {
            self.hear_signed(cx, chat, app.sender)?;
        }
        let place = Place { seq: item.seq, time_ms: item.time_ms };
        // What own devices tell each other is nobody else's to say.
        let own = chat.kind == ChatKind::SelfGroup || broken(Rule::StateIsOfOwnGroup);
        match &content.body {
            Some(content::Body::ProfileKey(given)) => self.on_profile_key_in(cx, chat, app.sender.account, given),
            Some(content::Body::StateOps(ops)) if own => {
                let ops = devices::without_foreign_leaves(&ops.ops, app.sender.device);
                own_state::take(cx, &ops)?;
                self.unlink_leavers(cx)
            }
            Some(content::Body::StateDigest(told)) if own => self.on_state_digest(cx, app.sender, told),
            Some(content::Body::ArchiveSegment(segment)) if own => {
                self.on_archive_segment(cx, app.sender.device, segment)
            }
            Some(content::Body::ArchiveManifest(manifest)) if own => {
                self.on_archive_manifest(cx, app.sender.device, manifest)
            }
            Some(content::Body::FillRequest(wanted)) if own => self.on_fill_request(cx, wanted),
            Some(content::Body::ArchiveReport(report)) if own => self.on_archive_report(cx, report),
            Some(content::Body::Fill(fill)) if own => self.on_fill(cx, fill),
            Some(content::Body::GroupName(name)) => groups::on_name(cx, chat, app.sender.account, name, place),
            Some(
                content::Body::GroupAbout(_)
                | content::Body::GroupRules(_)
                | content::Body::ChatTimer(_)
                | content::Body::GroupLink(_),
            ) => groups::hear(cx, chat, app.sender.account, &app.content, place),
            Some(content::Body::JoinRequest(given)) => {
                self.on_join_request(cx, (chat, app.sender), &content.message_id, given, place)
            }
            Some(content::Body::JoinAnswer(given)) => self.on_join_answer(cx, chat, app.sender, given),
            Some(content::Body::Leaving(_)) => self.on_leaving(cx, chat, app.sender.account, item.time_ms),
            Some(content::Body::NotificationKey(key)) => pushing::on_key(cx, chat, key),
            Some(content::Body::VouchRequest(request)) => self.on_vouch_request(cx, chat, app.sender, request),
            Some(content::Body::RetryRequest(request)) => self.on_retry_request(cx, chat, request),
            Some(content::Body::Resent(resent)) => self.on_resent(cx, chat, app, resent),
            _ => self.on_message(cx, chat, item, app, &content),
        }
    }

    fn on_message(
        &mut self,
        cx: &mut Context<'_>,
        chat: &Chat,
        item: &GroupItem,
        app: &ReceivedApp,
        content: &Content,
    ) -> Result<(), Halt> {
        let (Some(kind), Ok(id)) = (messages::kind_of(content), MessageId::try_from(content.message_id.as_slice()))
        else {
            return Ok(());
        };
        // That something has disappeared is for nobody but own devices to say.
        if disappearing::is_remains(content) || !groups::may_say(cx.db, chat, app.sender.account, item.seq, content)? {
            return Ok(());
        }
        let message = NewMessage {
            chat: chat.chat,
            id,
            sender: app.sender,
            place: Some(Place { seq: item.seq, time_ms: item.time_ms }),
            sent_ms: content.sent_ms,
            kind,
            content: app.content.clone(),
        };
        let own = app.sender.account == cx.me()?.address.account;
        if !own {
            self.typing_ended(cx, chat.chat);
            self.hear_profile_version(cx, app.sender.account, content.profile_version)?;
        }
        match messages::store(cx, &message)? {
            Stored::Duplicate | Stored::KeptOut => Ok(()),
            Stored::New | Stored::InPlace => {
                self.fetch_with_message(cx, chat.chat, id)?;
                self.hear_of_call(cx, chat, app.sender, item, content)?;
                pinning::tell(cx, chat, app.sender.account, content, item.time_ms)?;
                self.tell_arrival(cx, chat, app.sender, content, item.seq)
            }
        }
    }

    /// Something to notify of, where it is another's and has not been read on another device.
    pub(crate) fn tell_arrival(
        &mut self,
        cx: &mut Context<'_>,
        chat: &Chat,
        sender: DeviceAddress,
        content: &Content,
        seq: u64,
    ) -> Result<(), Halt> {
        let me = cx.me()?.address.account;
        let Ok(id) = MessageId::try_from(content.message_id.as_slice()) else { return Ok(()) };
        if sender.account == me || seq <= marks::reached(cx.db, chat.chat, me, Mark::Read)? {
            return Ok(());
        }
        // As it is now: it may have been changed, or deleted, before it came.
        let row = messages::get_row(cx.db, chat.chat, id, me)?;
        let media = row.as_ref().and_then(|row| row.attachment.as_ref()).map(|file| file.facts.kind);
        let preview = match row.map(|row| row.body) {
            // What stands in the system is not taken away at its end.
            Some(_) if content.lifetime_s > 0 => String::new(),
            Some(MessageBody::Text(text)) => text.chars().take(200).collect::<String>(),
            Some(MessageBody::Newer) => String::new(),
            Some(body) => match spoken::line(&body) {
                Some(line) => line,
                None => return Ok(()),
            },
            None => return Ok(()),
        };
        let preview = match chat.kind {
            ChatKind::Group => format!("{}: {preview}", accounts::title_of(cx.db, sender.account)?),
            _ => preview,
        };
        let in_person = chat.kind == ChatKind::Group && mentions::names_in_person(content, me);
        cx.event(Event::Notify {
            chat: client_api::ChatId(chat.chat.0),
            message: client_api::MessageId(id.0),
            title: chats::title(cx.db, chat)?,
            preview,
            media,
            in_person,
        });
        Ok(())
    }

    /// A device of another account has everything up to here.
    pub(crate) fn on_delivered(&mut self, cx: &mut Context<'_>, delivered: &Delivered) -> Result<(), Halt> {
        let ids = (ChatId::try_from(delivered.chat.as_slice()), AccountId::try_from(delivered.account.as_slice()));
        let (Ok(chat), Ok(account)) = ids else { return Ok(()) };
        marks::advance(cx, chat, account, Mark::Delivered, (delivered.seq, delivered.time_ms))
    }
}

/// The entry with which a later generation of the chat begins.
fn is_next_generation(chat: &Chat, item: &GroupItem) -> bool {
    item.kind == group_item::Kind::Create as i32 && item.generation > chat.generation.0
}
