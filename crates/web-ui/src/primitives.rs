//! The parts that pages are made of. They know no event and no command.

pub mod avatar;
pub mod dialog;
pub mod icon;
pub mod long_press;
pub mod menu;
pub mod pin_field;
pub mod qr;
pub mod roam;
pub mod scan_view;
