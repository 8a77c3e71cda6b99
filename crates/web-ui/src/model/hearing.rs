//! Whether what a worker says can be understood: it greets with its format first. After an update a page may meet a worker of another
//! version; read as the own, its events would be other events.

use client_api::wire::{Greeting, read_greeting};

/// What is known of the worker.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Hearing {
    /// It has said nothing yet.
    #[default]
    Nothing,
    /// It speaks the own format.
    Understood,
    /// It does not: nothing more is heard from it, and nothing is said to it.
    Deaf,
}

/// What to do with a message of the worker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    /// Read it.
    Read,
    /// There is nothing in it for the pages.
    Pass,
    /// The worker is of another version; told once.
    OtherVersion,
}

impl Hearing {
    /// A text came. Texts that are no greeting are of the little program around the worker, or words for a report.
    pub fn text(&mut self, text: &str) -> Heard {
        match (*self, read_greeting(text)) {
            (Self::Deaf, _) => Heard::Pass,
            (_, None) => Heard::Read,
            (_, Some(Greeting::Same)) => {
                *self = Self::Understood;
                Heard::Pass
            }
            (_, Some(Greeting::Other)) => self.turn_deaf(),
        }
    }

    /// Bytes came. Before a greeting they are of a version that did not greet.
    pub fn bytes(&mut self) -> Heard {
        match self {
            Self::Understood => Heard::Read,
            Self::Deaf => Heard::Pass,
            Self::Nothing => self.turn_deaf(),
        }
    }

    fn turn_deaf(&mut self) -> Heard {
        *self = Self::Deaf;
        Heard::OtherVersion
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use client_api::wire::greeting;

    const OTHER: &str = "heliograph format 0000000000000001";

    #[test]
    fn a_worker_of_the_own_format_is_heard() {
        let mut hearing = Hearing::default();
        assert_eq!(hearing.text(&greeting()), Heard::Pass);
        assert_eq!(hearing.bytes(), Heard::Read);
        assert_eq!(hearing.text("words for a report"), Heard::Read);
    }

    #[test]
    fn a_worker_of_another_format_is_told_once_and_never_read() {
        let mut hearing = Hearing::default();
        assert_eq!(hearing.text(OTHER), Heard::OtherVersion);
        assert_eq!(hearing.bytes(), Heard::Pass);
        assert_eq!(hearing.text("words of another version"), Heard::Pass);
        assert_eq!(hearing.text(&greeting()), Heard::Pass);
    }

    #[test]
    fn a_worker_that_does_not_greet_is_an_old_one() {
        let mut hearing = Hearing::default();
        assert_eq!(hearing.bytes(), Heard::OtherVersion);
        assert_eq!(hearing.bytes(), Heard::Pass);
    }

    #[test]
    fn that_it_could_not_be_loaded_needs_no_greeting() {
        assert_eq!(Hearing::default().text("The program could not be loaded."), Heard::Read);
    }
}
