//! Words of a chat that is written into a file.

use super::{body, day_and_time, media_label, system_line};
use crate::language::{says, told};
use crate::model::clock::{self, ZoneOffset};
use crate::model::people::People;
use client_api::export::entry;
use client_api::{AccountId, MessageBody, MessageRow};

says! {
    export_chat
    export_title
    export_text
    export_go
    exported
}

/// How far it is.
pub fn exporting(done: u64, total: u64) -> String {
    told!(exporting, done: done, total: total)
}

/// The file's name, of what the chat's title is in one.
pub fn export_file_name(title: &str) -> String {
    format!("{}.txt", told!(export_file_name, chat: title))
}

/// The last line, where something is not in the file.
pub fn export_left_out(number: u64) -> String {
    told!(export_left_out, n: number)
}

/// A message as it stands in the file, with the end of its line.
pub fn exported_line(row: &MessageRow, people: &People, me: AccountId, zone: ZoneOffset) -> String {
    let when = day_and_time(&clock::date_of(row.time_ms, zone), &clock::time(row.time_ms, zone));
    let author = super::author_in(row.own, row.sender, people);
    match (&row.body, &row.attachment) {
        (MessageBody::System(line), _) => entry(&when, None, &system_line(line, people, me)),
        // As it was written, with its marks.
        (MessageBody::Text(text), None) => entry(&when, Some(&author), text),
        (MessageBody::Text(caption), Some(file)) => {
            entry(&when, Some(&author), format!("<{}> {caption}", media_label(&file.facts)).trim_end())
        }
        (said, _) => entry(&when, Some(&author), &format!("<{}>", body(said, row.own, people, me))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use client_api::{MessageId, SystemLine};

    const ME: AccountId = AccountId([1; 16]);
    const ADA: AccountId = AccountId([2; 16]);
    /// 2026-11-23 11:00:15
    const NOW: u64 = 1_795_431_615_000;

    fn line(sender: AccountId, body: MessageBody) -> String {
        let row = MessageRow {
            id: MessageId([1; 16]),
            time_ms: NOW,
            sender,
            own: sender == ME,
            status: None,
            body,
            mentions: Vec::new(),
            attachment: None,
            quote: None,
            edited: false,
            forwarded: false,
            reactions: Vec::new(),
            edit_until_ms: 0,
            delete_until_ms: 0,
            starred: false,
            delivered_ms: 0,
            read_ms: 0,
            lifetime_ms: 0,
        };
        let people = People::named("Climbers".into(), Some([(ADA, "Ada".to_owned())].into()));
        exported_line(&row, &people, ME, ZoneOffset(60)).replace(['\u{2068}', '\u{2069}'], "")
    }

    #[test]
    fn lines_say_when_who_and_what() {
        assert_eq!(line(ADA, MessageBody::Text("*hi*".into())), "[23 November 2026, 12:00] Ada: *hi*\n");
        assert_eq!(line(ME, MessageBody::Text("hi".into())), "[23 November 2026, 12:00] You: hi\n");
        let who = AccountId([3; 16]);
        assert_eq!(line(who, MessageBody::Text("hi".into())), "[23 November 2026, 12:00] Somebody: hi\n");
        let deleted = line(ADA, MessageBody::Deleted);
        assert_eq!(deleted, format!("[23 November 2026, 12:00] Ada: <{}>\n", super::super::deleted(false)));
        let left = MessageBody::System(SystemLine::MemberLeft { account: ADA });
        assert_eq!(line(ADA, left), "[23 November 2026, 12:00] * Ada left\n");
    }
}
