//! The words about what a group shows of itself, and who may do what in it.

use client_api::{GroupRules, SystemLine};

/// What somebody did, behind their name; `None` for a line of another kind.
pub(super) fn changed(line: &SystemLine) -> Option<&'static str> {
    Some(match line {
        SystemLine::GroupDescribed { removed: false, .. } => "changed the group’s description",
        SystemLine::GroupDescribed { removed: true, .. } => "removed the group’s description",
        SystemLine::GroupPhotoChanged { removed: false, .. } => "changed the group’s photo",
        SystemLine::GroupPhotoChanged { removed: true, .. } => "removed the group’s photo",
        SystemLine::WhoMaySend { only_admins: true, .. } => "let only admins send messages from now on",
        SystemLine::WhoMaySend { only_admins: false, .. } => "let everybody send messages from now on",
        SystemLine::WhoMayEdit { only_admins: true, .. } => {
            "let only admins change name, photo and description from now on"
        }
        SystemLine::WhoMayEdit { only_admins: false, .. } => {
            "let everybody change name, photo and description from now on"
        }
        _ => return None,
    })
}

/// Who may do what, in one line.
pub fn rules(rules: &GroupRules) -> String {
    let who = |only_admins: bool| if only_admins { "only admins" } else { "everybody" };
    format!("Messages: {}. Name, photo and description: {}.", who(rules.only_admins_send), who(!rules.everybody_edits))
}

pub const DESCRIPTION: &str = "Description";
pub const ADD_DESCRIPTION: &str = "Add a description";
pub const CHANGE_DESCRIPTION: &str = "Change the description";
pub const DESCRIPTION_TOO_LONG: &str = "This description is too long.";
pub const ADD_GROUP_PHOTO: &str = "Add a photo";
pub const CHANGE_GROUP_PHOTO: &str = "Change the photo";
pub const REMOVE_GROUP_PHOTO: &str = "Remove the photo";
pub const WHO_MAY: &str = "Who may do what";
pub const WHO_MAY_TEXT: &str = "Adding and removing people is always for admins.";
pub const EVERYBODY_SENDS: &str = "Everybody sends messages";
pub const EVERYBODY_EDITS: &str = "Everybody changes name, photo and description";
pub const ONLY_ADMINS_SEND: &str = "Only admins can send messages";
pub const IN_COMMON: &str = "Groups in common";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_told_in_one_line() {
        let told = |only_admins_send, everybody_edits| rules(&GroupRules { only_admins_send, everybody_edits });
        assert_eq!(told(false, false), "Messages: everybody. Name, photo and description: only admins.");
        assert_eq!(told(true, true), "Messages: only admins. Name, photo and description: everybody.");
    }
}
