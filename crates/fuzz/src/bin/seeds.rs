//! Makes all seeds anew, from real clients in this process: after a format has changed.

use std::process::ExitCode;

fn main() -> ExitCode {
    match fuzz::seeds::write_all() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            use std::io::Write as _;
            // Nothing can be told where standard error is closed.
            let _ = writeln!(std::io::stderr().lock(), "seeds: {error:#}");
            ExitCode::FAILURE
        }
    }
}
