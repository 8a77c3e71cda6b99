//! What the pages know, free of any framework and of the browser: rows in order, the loaded stretch of a conversation, times,
//! links in text, codes in camera pictures. Everything here has native tests.

pub mod chat_list;
pub mod clock;
pub mod rich_text;
pub mod scan;
pub mod timeline;
pub mod tint;
