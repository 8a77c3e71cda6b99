//! Makes all seeds anew, from real clients in this process: after a format has changed. With `--keep VERSION`: keeps samples of what
//! this version says, for all that come.

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let done = match &arguments[..] {
        [] => fuzz::seeds::write_all(),
        [flag, version] if flag == "--keep" => fuzz::samples::keep(version),
        _ => Err(anyhow::anyhow!("usage: seeds [--keep VERSION]")),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            use std::io::Write as _;
            // Nothing can be told where standard error is closed.
            let _ = writeln!(std::io::stderr().lock(), "seeds: {error:#}");
            ExitCode::FAILURE
        }
    }
}
