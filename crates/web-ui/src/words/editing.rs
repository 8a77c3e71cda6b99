//! The words about photos that are changed before they are sent.

use super::isolated;
use crate::language::{says, told};
use crate::model::editing::Corner;

pub fn edit_photo(name: &str) -> String {
    told!(edit_photo, name: isolated(name))
}

pub fn corner(corner: Corner) -> &'static str {
    match corner {
        Corner::TopLeft => corner_top_left(),
        Corner::TopRight => corner_top_right(),
        Corner::BottomLeft => corner_bottom_left(),
        Corner::BottomRight => corner_bottom_right(),
    }
}

says! {
    corner_top_left
    corner_top_right
    corner_bottom_left
    corner_bottom_right
}

says! {
    edit_photo_title
    edited_photo
    turn
    mirror_photo
    crop
    draw
    cut_here
    square
    move_frame
    colour
}

/// Of the pen, each as CSS has it and by its name.
pub fn colours() -> [(&'static str, &'static str); 5] {
    [
        ("#ffffff", colour_white()),
        ("#1f1b16", colour_black()),
        ("#d62828", colour_red()),
        ("#f2b705", colour_yellow()),
        ("#1f6fd6", colour_blue()),
    ]
}

says! {
    colour_white
    colour_black
    colour_red
    colour_yellow
    colour_blue
}

says! {
    width
    thin
    thick
    use_photo
    not_edited
}
