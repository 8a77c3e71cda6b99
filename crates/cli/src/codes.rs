//! Lines of standard input: what a person types, and the one-time codes that a server prints on its console.

use std::io::BufRead;
use tokio::sync::{broadcast, mpsc};

/// Lines that may wait to be read.
const LINES_MAX: usize = 1_024;
/// Codes that a slow listener may be behind.
const CODES_MAX: usize = 4_096;

/// A code for a number, which is in E.164.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Code {
    pub(crate) number: String,
    pub(crate) code: String,
}

/// Standard input, a line at a time, read by a thread of its own: it cannot be interrupted.
pub(crate) fn lines() -> mpsc::Receiver<String> {
    let (sender, receiver) = mpsc::channel(LINES_MAX);
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines() {
            let Ok(line) = line else { break };
            if sender.blocking_send(line).is_err() {
                break;
            }
        }
    });
    receiver
}

/// The codes that the server's console shows. Subscribe before a code is asked for.
pub(crate) fn console() -> broadcast::Sender<Code> {
    let (sender, _) = broadcast::channel(CODES_MAX);
    let codes = sender.clone();
    let mut lines = lines();
    tokio::spawn(async move {
        while let Some(line) = lines.recv().await {
            if let Some(code) = parse(&line) {
                // Nobody may be listening now.
                let _ = codes.send(code);
            }
        }
    });
    sender
}

/// Reads `Code for +49151…: 123456`, wherever it stands in a line.
pub(crate) fn parse(line: &str) -> Option<Code> {
    let (number, rest) = line.split_once("Code for ")?.1.split_once(": ")?;
    let code: String = rest.chars().take_while(char::is_ascii_digit).collect();
    (number.starts_with('+') && !code.is_empty()).then(|| Code { number: number.to_owned(), code })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_found_in_console_lines() {
        let code = Some(Code { number: "+4915112345678".into(), code: "012345".into() });
        assert_eq!(parse("Code for +4915112345678: 012345"), code);
        assert_eq!(parse("2026 INFO Code for +4915112345678: 012345 (10 min)"), code);
        for line in ["", "Code for +49", "Code for nobody: 123", "Code for +49: none"] {
            assert_eq!(parse(line), None, "{line}");
        }
    }
}
