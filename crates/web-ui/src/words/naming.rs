//! Words of naming people in a text.

pub const NAMED_HERE: &str = "You are named";
pub const OFFERED_PEOPLE: &str = "People and emoji";
pub const EVERYBODY_TEXT: &str = "Everybody in the group";
pub const TO_NAMED: &str = "Go to where you are named";
