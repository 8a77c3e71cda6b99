//! The pages, one file a feature.

pub mod banners;
pub mod chat_list;
pub mod composer;
pub mod contact_code;
pub mod conversation;
pub mod devices;
pub mod finding;
pub mod groups;
pub mod info;
pub mod keys;
pub mod link;
pub mod linking;
pub mod list_grip;
pub mod media;
pub mod message;
pub mod name_form;
pub mod new_chat;
pub mod parts;
pub mod profile;
pub mod refusal;
pub mod registration;
pub mod safety;
pub mod scan_code;
pub mod settings;
pub mod shell;
pub mod start;
