//! The keys of the whole page: one table, from which presses are read and the help is written. By `code`, so that they lie at the
//! same place on every keyboard; never with Ctrl+Alt, which is AltGr, but on a Mac, where ⌃⌥ is free. Knows no page.

/// What a key means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    Help,
    Search,
    SearchInChat,
    NextChat,
    PreviousChat,
    NextUnread,
    PreviousUnread,
    NextLandmark,
    PreviousLandmark,
    NewChat,
    Emoji,
    Attach,
    Settings,
    Archive,
    Mute,
    Pin,
    MarkUnread,
    Close,
}

/// The modifiers of a press.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Modifiers {
    pub control: bool,
    pub alt: bool,
    pub shift: bool,
    /// ⌘ on a Mac.
    pub meta: bool,
}

/// Whose keyboard it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keyboard {
    Mac,
    Other,
}

/// What is held with a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Held {
    Nothing,
    Shift,
    /// ⌘ on a Mac.
    Control,
    ControlShift,
    /// ⌃⌥ on a Mac.
    Alt,
    AltShift,
}

/// One shortcut.
#[derive(Debug, Clone, Copy)]
struct Shortcut {
    held: Held,
    code: &'static str,
    /// As the key is called.
    name: &'static str,
    key: Key,
}

const fn shortcut(held: Held, code: &'static str, name: &'static str, key: Key) -> Shortcut {
    Shortcut { held, code, name, key }
}

const SHORTCUTS: [Shortcut; 18] = [
    shortcut(Held::Control, "Slash", "/", Key::Help),
    shortcut(Held::Control, "KeyK", "K", Key::Search),
    shortcut(Held::ControlShift, "KeyF", "F", Key::SearchInChat),
    shortcut(Held::Alt, "KeyN", "N", Key::NewChat),
    shortcut(Held::Alt, "KeyE", "E", Key::Emoji),
    shortcut(Held::Alt, "KeyA", "A", Key::Attach),
    shortcut(Held::Alt, "ArrowDown", "↓", Key::NextChat),
    shortcut(Held::Alt, "ArrowUp", "↑", Key::PreviousChat),
    shortcut(Held::AltShift, "ArrowDown", "↓", Key::NextUnread),
    shortcut(Held::AltShift, "ArrowUp", "↑", Key::PreviousUnread),
    shortcut(Held::AltShift, "KeyA", "A", Key::Archive),
    shortcut(Held::AltShift, "KeyM", "M", Key::Mute),
    shortcut(Held::AltShift, "KeyP", "P", Key::Pin),
    shortcut(Held::AltShift, "KeyU", "U", Key::MarkUnread),
    shortcut(Held::Nothing, "F6", "F6", Key::NextLandmark),
    shortcut(Held::Shift, "F6", "F6", Key::PreviousLandmark),
    shortcut(Held::Control, "Comma", ",", Key::Settings),
    shortcut(Held::Nothing, "Escape", "Esc", Key::Close),
];

/// What a press means.
pub fn read(code: &str, modifiers: Modifiers, keyboard: Keyboard) -> Option<Key> {
    let held = held(modifiers, keyboard)?;
    SHORTCUTS.iter().find(|shortcut| shortcut.code == code && shortcut.held == held).map(|shortcut| shortcut.key)
}

fn held(modifiers: Modifiers, keyboard: Keyboard) -> Option<Held> {
    let Modifiers { control, alt, shift, meta } = modifiers;
    let (control, alt) = match keyboard {
        Keyboard::Other if meta => return None,
        Keyboard::Other => (control, alt),
        // ⌃ and ⌥ alone belong to the system and to letters.
        Keyboard::Mac if control != alt => return None,
        Keyboard::Mac => (meta, alt),
    };
    match (control, alt, shift) {
        (false, false, false) => Some(Held::Nothing),
        (false, false, true) => Some(Held::Shift),
        (true, false, false) => Some(Held::Control),
        (true, false, true) => Some(Held::ControlShift),
        (false, true, false) => Some(Held::Alt),
        (false, true, true) => Some(Held::AltShift),
        _ => None,
    }
}

/// For the help: what each does, and the keys' names in the order in which they are pressed.
pub fn table(keyboard: Keyboard) -> impl Iterator<Item = (Key, Vec<&'static str>)> {
    SHORTCUTS.iter().map(move |shortcut| {
        let mut names = match (keyboard, shortcut.held) {
            (_, Held::Nothing) => vec![],
            (Keyboard::Other, Held::Shift) => vec!["Shift"],
            (Keyboard::Other, Held::Control) => vec!["Ctrl"],
            (Keyboard::Other, Held::ControlShift) => vec!["Ctrl", "Shift"],
            (Keyboard::Other, Held::Alt) => vec!["Alt"],
            (Keyboard::Other, Held::AltShift) => vec!["Alt", "Shift"],
            (Keyboard::Mac, Held::Shift) => vec!["⇧"],
            (Keyboard::Mac, Held::Control) => vec!["⌘"],
            (Keyboard::Mac, Held::ControlShift) => vec!["⇧", "⌘"],
            (Keyboard::Mac, Held::Alt) => vec!["⌃", "⌥"],
            (Keyboard::Mac, Held::AltShift) => vec!["⌃", "⌥", "⇧"],
        };
        names.push(shortcut.name);
        (shortcut.key, names)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: Modifiers = Modifiers { control: false, alt: false, shift: false, meta: false };
    const CONTROL: Modifiers = Modifiers { control: true, ..NONE };
    const ALT: Modifiers = Modifiers { alt: true, ..NONE };

    #[test]
    fn keys_of_the_browser_and_of_alt_gr_are_left_alone() {
        for code in ["KeyN", "KeyT", "KeyW", "Tab", "KeyA", "KeyM", "ArrowDown"] {
            assert_eq!(read(code, CONTROL, Keyboard::Other), None, "Ctrl+{code}");
            assert_eq!(read(code, Modifiers { alt: true, ..CONTROL }, Keyboard::Other), None, "AltGr+{code}");
        }
    }

    #[test]
    fn the_map_is_as_designed() {
        let shift = |modifiers| Modifiers { shift: true, ..modifiers };
        for (code, modifiers, key) in [
            ("Slash", CONTROL, Some(Key::Help)),
            ("KeyK", CONTROL, Some(Key::Search)),
            ("KeyF", shift(CONTROL), Some(Key::SearchInChat)),
            ("KeyF", CONTROL, None),
            ("ArrowUp", shift(ALT), Some(Key::PreviousUnread)),
            ("ArrowDown", ALT, Some(Key::NextChat)),
            ("KeyP", shift(ALT), Some(Key::Pin)),
            ("KeyP", NONE, None),
            ("F6", shift(NONE), Some(Key::PreviousLandmark)),
            ("Escape", NONE, Some(Key::Close)),
            ("Escape", shift(NONE), None),
        ] {
            assert_eq!(read(code, modifiers, Keyboard::Other), key, "{code}");
        }
    }

    #[test]
    fn a_mac_has_its_own_modifiers() {
        let command = Modifiers { meta: true, ..NONE };
        let control_option = Modifiers { control: true, alt: true, ..NONE };
        assert_eq!(read("KeyK", command, Keyboard::Mac), Some(Key::Search));
        assert_eq!(read("KeyN", control_option, Keyboard::Mac), Some(Key::NewChat));
        assert_eq!(read("KeyN", ALT, Keyboard::Mac), None, "⌥N writes a letter");
        assert_eq!(read("KeyK", CONTROL, Keyboard::Mac), None, "⌃K edits");
        assert_eq!(read("KeyK", command, Keyboard::Other), None);
    }

    #[test]
    fn no_two_shortcuts_are_the_same() {
        for (at, one) in SHORTCUTS.iter().enumerate() {
            for other in SHORTCUTS.iter().skip(at + 1) {
                assert!((one.held, one.code) != (other.held, other.code), "{one:?}");
                assert_ne!(one.key, other.key);
            }
        }
        assert_eq!(table(Keyboard::Other).count(), SHORTCUTS.len());
    }
}
