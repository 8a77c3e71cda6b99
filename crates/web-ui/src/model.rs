//! What the pages know, free of any framework and of the browser: rows in order, the loaded stretch of a conversation, which rows
//! are in the page, times,
//! formatted text and its links, codes in camera pictures, whom a search finds. Everything here has native tests.

pub mod asides;
pub mod asking;
pub mod attention;
pub mod bubble_height;
pub mod call_log;
pub mod call_view;
pub mod call_way;
pub mod calls;
pub mod chat_list;
pub mod clock;
pub mod contacts;
pub mod deeds;
pub mod editing;
pub mod emoji;
pub mod emoji_alone;
pub mod finding;
pub mod fingers;
pub mod hearing;
pub mod heights;
pub mod keys;
pub mod list_width;
pub mod media;
pub mod mentions;
pub mod moves;
pub mod people;
pub mod rich_text;
pub mod scan;
pub mod search;
pub mod selection;
pub mod streams;
pub mod timeline;
pub mod tint;
pub mod toast;
pub mod voice;
pub mod window;
