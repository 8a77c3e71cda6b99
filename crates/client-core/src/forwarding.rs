//! Sending texts and files on: what stands in one chat goes into others, as own messages that say that they come from elsewhere, and not from
//! where. What a row shows of that is `messages`'.

use crate::amendments;
use crate::chats::{self, Membership};
use crate::client::{Client, Context};
use crate::given;
use crate::groups;
use crate::io::Halt;
use crate::media;
use crate::messages::{self, Kind};
use crate::sending::refusal_of;
use breakable::{Rule, broken};
use client_api::{Answer, MessageBody, UserError};
use identity::ChatKind;
use proto::content::{Text, content};
use proto::ids::{ChatId, MessageId};
use std::collections::{BTreeMap, BTreeSet};

/// Messages of one command to send on.
const MESSAGES_MAX: usize = 100;
/// Chats that they go to: it is no way to write to everybody.
const CHATS_MAX: usize = 5;
const INVALID: UserError = UserError::ForwardInvalid { messages: MESSAGES_MAX as u32, chats: CHATS_MAX as u32 };

/// A chat to send to, with who was in it when it was chosen.
type Target = (client_api::ChatId, Option<client_api::AccountId>);

impl Client {
    /// "Send these on": all of them to all of these chats or, where one cannot be, none to any.
    pub(crate) fn forward_messages(
        &mut self,
        cx: &mut Context<'_>,
        request: u32,
        from: client_api::ChatId,
        messages: &[client_api::MessageId],
        to: &[Target],
    ) -> Result<(), Halt> {
        let refused = match self.targets(cx, to)? {
            Ok(targets) => match bodies(cx, ChatId(from.0), messages)? {
                Ok(bodies) => {
                    for target in targets {
                        self.forward(cx, target, &bodies)?;
                    }
                    None
                }
                Err(refused) => Some(refused),
            },
            Err(refused) => Some(refused),
        };
        cx.answer(request, refused.map_or(Ok(Answer::Done), Err));
        Ok(())
    }

    fn forward(&mut self, cx: &mut Context<'_>, to: ChatId, bodies: &[Onward]) -> Result<(), Halt> {
        for body in bodies {
            match body {
                Onward::Text(text) => drop(self.write(cx, to, Kind::Text, content::Body::Text(text.clone()))?),
                Onward::Given(given) => drop(self.write(cx, to, Kind::Text, given.clone())?),
                Onward::File(file) => self.forward_file(cx, to, file)?,
            }
        }
        Ok(())
    }

    /// The chats to send to, each once.
    fn targets(&self, cx: &Context<'_>, to: &[Target]) -> Result<Result<BTreeSet<ChatId>, UserError>, Halt> {
        if to.is_empty() || to.len() > CHATS_MAX {
            return Ok(Err(INVALID));
        }
        let mut targets = BTreeSet::new();
        for (chat, chosen_for) in to {
            let chat = ChatId(chat.0);
            let stored = chats::find(cx.db, chat)?
                .filter(|chat| chat.membership != Membership::Left && chat.kind != ChatKind::SelfGroup);
            let refused = if self.is_for_others(chat, stored.as_ref(), *chosen_for) {
                UserError::OtherAccount
            } else if stored.is_none() {
                UserError::NotFound
            } else if let Some(refusal) = groups::refusal(cx, chat)? {
                refusal
            } else {
                targets.insert(chat);
                continue;
            };
            if !broken(Rule::ForwardsAllOrNone) {
                return Ok(Err(refused));
            }
        }
        Ok(Ok(targets))
    }
}

/// What goes into another chat.
enum Onward {
    Text(Text),
    /// People, a place.
    Given(content::Body),
    File(Box<media::Forwarded>),
}

/// What these messages say now, in the order of their times, each once.
fn bodies(
    cx: &Context<'_>,
    from: ChatId,
    messages: &[client_api::MessageId],
) -> Result<Result<Vec<Onward>, UserError>, Halt> {
    if messages.is_empty() || messages.len() > MESSAGES_MAX {
        return Ok(Err(INVALID));
    }
    let me = cx.me()?.address.account;
    let mut bodies = BTreeMap::new();
    for id in messages {
        let refused = match messages::get_row(cx.db, from, MessageId(id.0), me)? {
            Some(row) => match row.body {
                MessageBody::Cards(_) | MessageBody::Place(_) => match given::onward(cx.db, from, MessageId(id.0))? {
                    Some(given) => {
                        bodies.insert((row.time_ms, row.id.0), Onward::Given(given));
                        continue;
                    }
                    None => INVALID,
                },
                MessageBody::Text(_) => {
                    let said = amendments::as_sent(cx.db, from, MessageId(id.0))?.unwrap_or_default();
                    // Whom it names is in another chat.
                    let text = said.text;
                    let text = Text { text, forwarded: !broken(Rule::ForwardIsLabelled), ..Text::default() };
                    let (of, time_ms) = (MessageId(id.0), row.time_ms);
                    let body = match row.attachment {
                        Some(_) => media::forwarded(cx, of, text)?.map(|file| Onward::File(Box::new(file))),
                        None if refusal_of(&text.text).is_some() => None,
                        None => Some(Onward::Text(text)),
                    };
                    match body {
                        Some(body) => {
                            bodies.insert((time_ms, row.id.0), body);
                            continue;
                        }
                        None => INVALID,
                    }
                }
                _ => INVALID,
            },
            None => UserError::NotFound,
        };
        if !broken(Rule::ForwardsAllOrNone) {
            return Ok(Err(refused));
        }
    }
    Ok(Ok(bodies.into_values().collect()))
}

#[cfg(test)]
mod forwarding_tests;
