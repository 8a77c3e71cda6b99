//! What is told of a configuration file that is not understood: where, and why. Never its text: that may hold secrets.

use super::ServeArgs;
use anyhow::{Error, anyhow};
use clap::Args as _;

/// Options that begin so are about codes: secrets are among them.
const SECRET: &str = "code_";

/// In words for people. Of a value the reason may repeat something, so where it may be a secret there is none.
pub(super) fn told(text: &str, error: &toml::de::Error) -> Error {
    let reason = error.message().trim();
    let Some(before) = error.span().and_then(|span| text.get(..span.start)) else { return anyhow!("{reason}") };
    let line = before.matches('\n').count();
    match text.lines().nth(line).and_then(option_of) {
        Some(option) if option.starts_with(SECRET) => {
            anyhow!("line {}: {option} takes a text in quotes, or one of its words", line + 1)
        }
        Some(option) => anyhow!("line {}: {option}: {reason}", line + 1),
        None => anyhow!("line {}: {reason}", line + 1),
    }
}

/// The option that a line sets, if there is such an option: anything else may be the middle of a longer text.
fn option_of(line: &str) -> Option<String> {
    let name = line.split('=').next()?.trim().trim_matches(['"', '\'']);
    let options = ServeArgs::augment_args(clap::Command::new("serve"));
    options.get_arguments().map(|option| option.get_id().as_str()).find(|option| *option == name).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> String {
        told(text, &ServeArgs::parse(text).err().unwrap()).to_string()
    }

    #[test]
    fn no_secret_is_repeated() {
        for text in [
            "code_http_secret = \"HUSH",
            "code_http_secret = HUSH",
            "code_http_secret = \"HUSH\" HUSH",
            "\"code_smtp_password\" = HUSH",
            "code_smtp_password = \"\"\"\nHUSH\nHUSH = 1\"\"\" 1",
            "code_smtp_password = \"\"\"\nHUSH",
            "code_http_url = [\"HUSH\"]",
            "Code_http_secret = \"HUSH\"",
            "listen = \"HUSH\"",
        ] {
            let said = said(text);
            assert!(said.starts_with("line ") && !said.contains("HUSH"), "{text}\n{said}");
        }
        let number = said("name = \"x\"\ncode_http_secret = 4711");
        assert!(number.starts_with("line 2: code_http_secret") && !number.contains("4711"), "{number}");
    }

    #[test]
    fn the_place_is_told() {
        for (text, words) in [
            ("name = \"x\"\nlisen = 1", "line 2: unknown field `lisen`"),
            ("\nlisten = \"here\"", "line 2: listen: invalid socket address"),
            ("blob_quota_mb = -1", "line 1: blob_quota_mb: "),
        ] {
            assert!(said(text).starts_with(words), "{}", said(text));
        }
    }
}
