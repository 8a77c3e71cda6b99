//! The words about photos that are changed before they are sent.

use super::isolated;
use crate::model::editing::Corner;

pub fn edit_photo(name: &str) -> String {
    format!("Edit {}", isolated(name))
}

pub fn corner(corner: Corner) -> &'static str {
    match corner {
        Corner::TopLeft => "Top left corner. Move it with the arrow keys.",
        Corner::TopRight => "Top right corner. Move it with the arrow keys.",
        Corner::BottomLeft => "Bottom left corner. Move it with the arrow keys.",
        Corner::BottomRight => "Bottom right corner. Move it with the arrow keys.",
    }
}

pub const EDIT_PHOTO: &str = "Edit photo";
pub const EDITED_PHOTO: &str = "The photo as it will be sent";
pub const TURN: &str = "Turn";
pub const MIRROR: &str = "Mirror";
pub const CROP: &str = "Crop";
pub const DRAW: &str = "Draw";
pub const CUT_HERE: &str = "Cut";
pub const SQUARE: &str = "Square";
pub const MOVE_FRAME: &str = "What stays. Move it with the arrow keys.";
pub const COLOUR: &str = "Colour";
pub const COLOURS: [(&str, &str); 5] =
    [("#ffffff", "White"), ("#1f1b16", "Black"), ("#d62828", "Red"), ("#f2b705", "Yellow"), ("#1f6fd6", "Blue")];
pub const WIDTH: &str = "Pen";
pub const THIN: &str = "Thin";
pub const THICK: &str = "Thick";
pub const USE_PHOTO: &str = "Use";
pub const NOT_EDITED: &str = "This photo cannot be changed here.";
