//! A companion that begins a chat which its account has already.

use super::*;
use crate::io::Output;
use crate::testing::{CHAT, Peer, companion, links_companion, now_ms, phone, step};
use e2ee::group::RatchetTree;
use rusqlite::Connection;

/// The account's phone has a chat with a peer. Its companion does not know of that, and begins one with the same peer.
struct Story {
    client: Client,
    db: Connection,
    info: GroupInfo,
    begun: ChatId,
}

impl Story {
    fn new() -> Self {
        let (_, phone) = phone();
        links_companion(&phone);
        let mut peer = Peer::new();
        peer.shares_chat_with(&phone);
        let chat = chats::find(&phone, CHAT).expect("read").expect("a chat");
        let (info, _) = step(&phone, now_ms(), |cx| {
            let (group, device) = (mls::load(cx, &chat).expect("read").expect("a group"), mls::own_device(cx));
            let provider = mls::provider(cx);
            let device = device.expect("a device");
            GroupInfo {
                chat: CHAT.to_vec(),
                generation: 1,
                epoch: group.epoch(),
                group_info: group.export_group_info(&provider, &device, RatchetTree::LeftOut).expect("group info"),
                ratchet_tree: group.export_ratchet_tree(&provider).expect("tree"),
                ..GroupInfo::default()
            }
        });
        let (client, db) = companion();
        let (begun, _) = step(&db, now_ms(), |cx| {
            crate::accounts::learn_device_list(cx, peer.list.as_bytes()).expect("list");
            chats::ensure_direct(cx, peer.list.account()).expect("begun")
        });
        Self { client, db, info, begun }
    }

    fn does(&mut self, run: impl FnOnce(&mut Client, &mut Context<'_>) -> Result<(), Halt>) -> Vec<Output> {
        step(&self.db, now_ms(), |cx| run(&mut self.client, cx).expect("no halt")).1
    }

    /// The server tells of the chat that there is, and the companion joins it from outside.
    fn joins(&mut self) {
        let info = self.info.clone();
        self.does(|client, cx| client.on_group_info(cx, CHAT, &info));
    }

    fn membership(&self, chat: ChatId) -> Option<Membership> {
        chats::find(&self.db, chat).expect("read").map(|chat| chat.membership)
    }
}

#[test]
fn what_was_begun_here_is_not_made_any_more_while_the_chat_that_there_is_is_joined() {
    let mut story = Story::new();
    assert_eq!(story.membership(story.begun), Some(Membership::Creating));
    story.joins();
    assert_eq!((story.membership(story.begun), story.membership(CHAT)), (None, Some(Membership::Wanted)));
    let out = story.does(|client, cx| client.create_waiting(cx));
    assert!(!out.iter().any(|output| matches!(output, Output::Http(_))), "nobody's keys are claimed");
    // An answer that was under way, for the chat under either id.
    for chat in [story.begun, CHAT] {
        let claimed = proto::account::ClaimKeyPackagesOk::default();
        story.does(|client, cx| client.on_claimed_for_creating(cx, chat, crate::http::Answer::Ok(claimed)));
    }
    story.does(|client, cx| client.on_joined(cx, CHAT, Place { seq: 2, time_ms: now_ms() }));
    assert_eq!(story.membership(CHAT), Some(Membership::Joined));
    let chat = chats::find(&story.db, CHAT).expect("read").expect("a chat");
    let (group, _) = step(&story.db, now_ms(), |cx| mls::load(cx, &chat).expect("read").expect("a group"));
    assert_eq!(group.roster().expect("roster").len(), 3, "the phone, the peer and the companion");
}

#[test]
fn the_keys_of_what_was_begun_here_are_forgotten_when_another_chat_is_joined_instead() {
    let mut story = Story::new();
    let begun = story.begun;
    story.does(|client, cx| {
        let chat = chats::find(cx.db, begun)?.expect("begun");
        let me = cx.me()?.address.account;
        let device = mls::own_device(cx)?;
        let (policy, now_ms) = (ChatPolicy::for_direct(begun, chat.generation, me, chat.peer), cx.now_ms);
        let suite = identity::mls::Suite::Classical;
        ChatGroup::create(&mls::provider(cx), &device, &policy, suite, now_ms).expect("made");
        let _ = client;
        Ok(())
    });
    story.joins();
    let (group, _) = step(&story.db, now_ms(), |cx| {
        ChatGroup::load(&mls::provider(cx), begun, Generation(1)).expect("read").is_some()
    });
    assert!(!group);
}

#[test]
fn a_joining_that_was_taken_and_is_not_staged_is_begun_again() {
    let mut story = Story::new();
    story.joins();
    let operation = outbox::head(&story.db, CHAT).expect("read").expect("an operation");
    story.does(|_, cx| {
        discard_external(&mls::provider(cx), CHAT, Generation(1)).expect("thrown away");
        outbox::remove(cx, operation.op_id)
    });
    story.does(|client, cx| client.on_joined(cx, CHAT, Place { seq: 2, time_ms: now_ms() }));
    assert_eq!(story.membership(CHAT), Some(Membership::Wanted));
    let asks = |out: &[Output]| out.iter().any(|output| matches!(output, Output::Send(_)));
    let out = step(&story.db, now_ms() + 1_000, |cx| story.client.join_waiting(cx).expect("no halt")).1;
    assert!(asks(&out), "the group's newest state is asked for");
}
