//! What a page can show, and what it tells in passing.

use crate::model::timeline::Arrived;
use client_api::{ChatId, Command};

/// What the list pane shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Section {
    /// The chats.
    #[default]
    Chats,
    /// The calls of all chats.
    Calls,
    /// Whom to write to.
    NewChat,
    /// The camera, for any code.
    Scan,
    /// Settings.
    Settings,
    /// The own name, photo and about.
    Profile,
    /// Linked devices.
    Devices,
    /// The own contact code.
    ContactCode,
    /// The starred messages of all chats.
    Starred,
    /// Who shall be in a group, and what it is called.
    NewGroup,
}

/// What a narrow screen shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Pane {
    /// The list.
    #[default]
    List,
    /// The conversation.
    Chat,
    /// The information beside it,
    Info,
    /// or a search in it,
    Search,
    /// or its starred messages, which lie over the information,
    Starred,
    /// or its pictures, files and links, which do, too.
    Carried,
}

impl Pane {
    /// Beside the conversation, where there is room.
    pub fn is_beside(self) -> bool {
        matches!(self, Self::Info | Self::Search | Self::Starred | Self::Carried)
    }
}

/// A short word at the edge of the screen.
#[derive(Clone, PartialEq, Eq)]
pub struct Toast {
    /// Counts up.
    pub id: u32,
    /// What it says.
    pub text: String,
    /// Stays until it is closed.
    pub stays: bool,
    /// What a button in it does: its words, and the command.
    pub action: Option<(&'static str, Command)>,
}

/// A number that grows with each thing that arrived, and what arrived last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Arrival {
    /// Grows.
    pub count: u32,
    /// What came.
    pub last: Arrived,
}

/// A call that the user wants to be in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallWish {
    /// To call a chat.
    Place { chat: ChatId, video: bool },
    /// To be in the one that rings, or goes on; with the own picture.
    Answer { chat: ChatId, video: bool },
}

impl CallWish {
    /// Where.
    pub fn chat(self) -> ChatId {
        match self {
            Self::Place { chat, .. } | Self::Answer { chat, .. } => chat,
        }
    }
}
