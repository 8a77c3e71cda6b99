//! The words about what a group shows of itself, and who may do what in it.

use crate::language::{says, told};
use client_api::{GroupRules, SystemLine};

/// What somebody did; `None` for a line of another kind. `who`: me or other; `by`: the other's name.
pub(super) fn changed(line: &SystemLine, who: &str, by: &str) -> Option<String> {
    Some(match line {
        SystemLine::GroupDescribed { removed: false, .. } => told!(group_line_described, who: who, by: by),
        SystemLine::GroupDescribed { removed: true, .. } => told!(group_line_description_removed, who: who, by: by),
        SystemLine::GroupPhotoChanged { removed: false, .. } => told!(group_line_photo_changed, who: who, by: by),
        SystemLine::GroupPhotoChanged { removed: true, .. } => told!(group_line_photo_removed, who: who, by: by),
        SystemLine::WhoMaySend { only_admins: true, .. } => told!(group_line_admins_send, who: who, by: by),
        SystemLine::WhoMaySend { only_admins: false, .. } => told!(group_line_everybody_sends, who: who, by: by),
        SystemLine::WhoMayEdit { only_admins: true, .. } => told!(group_line_admins_edit, who: who, by: by),
        SystemLine::WhoMayEdit { only_admins: false, .. } => told!(group_line_everybody_edits, who: who, by: by),
        _ => return None,
    })
}

/// Who may do what, in one line.
pub fn rules(rules: &GroupRules) -> String {
    let who = |only_admins: bool| if only_admins { "admins" } else { "everybody" };
    told!(rules, send: who(rules.only_admins_send), edit: who(!rules.everybody_edits))
}

says! {
    description
    add_description
    change_description
    description_too_long
    add_group_photo
    change_group_photo
    remove_group_photo
    who_may
    who_may_text
    everybody_sends
    everybody_edits
    only_admins_send
    in_common
}

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
