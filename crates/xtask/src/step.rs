//! One child process: shown before it runs, its failure reported with its command line.
//! Knows nothing of what it runs.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

#[derive(Clone, Debug)]
pub(crate) struct Step {
    program: OsString,
    args: Vec<OsString>,
    env: Vec<(OsString, OsString)>,
    env_removed: Vec<OsString>,
    folder: Option<PathBuf>,
}

impl Step {
    pub(crate) fn new(program: impl AsRef<OsStr>) -> Self {
        Self {
            program: program.as_ref().to_owned(),
            args: Vec::new(),
            env: Vec::new(),
            env_removed: Vec::new(),
            folder: None,
        }
    }

    /// The cargo that runs us, so that one toolchain builds everything.
    pub(crate) fn cargo() -> Self {
        Self::new(std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo")))
    }

    pub(crate) fn args<I: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = I>) -> Self {
        self.args.extend(args.into_iter().map(|arg| arg.as_ref().to_owned()));
        self
    }

    pub(crate) fn arg_path(self, name: &str, path: impl AsRef<Path>) -> Self {
        self.args([name]).args([path.as_ref()])
    }

    pub(crate) fn env(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self.env.push((name.as_ref().to_owned(), value.as_ref().to_owned()));
        self
    }

    pub(crate) fn env_remove(mut self, name: impl AsRef<OsStr>) -> Self {
        self.env_removed.push(name.as_ref().to_owned());
        self
    }

    pub(crate) fn folder(mut self, folder: impl AsRef<Path>) -> Self {
        self.folder = Some(folder.as_ref().to_path_buf());
        self
    }

    /// The command line as a person would type it; `CARGO`'s long path shown as `cargo`.
    pub(crate) fn line(&self) -> String {
        let program = Path::new(&self.program).file_name().unwrap_or(&self.program).to_string_lossy().into_owned();
        let args = self.args.iter().map(|arg| arg.to_string_lossy().into_owned());
        std::iter::once(program).chain(args).collect::<Vec<_>>().join(" ")
    }

    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.args);
        for name in &self.env_removed {
            command.env_remove(name);
        }
        command.envs(self.env.iter().map(|(name, value)| (name, value)));
        if let Some(folder) = &self.folder {
            command.current_dir(folder);
        }
        command
    }

    /// Shows the command line, runs it with our terminal, and fails if it fails.
    pub(crate) fn run(&self) -> Result<()> {
        crate::say(&format!("$ {}", self.line()));
        self.run_quiet()
    }

    /// As `run`, for steps that are done at every start and would only be noise.
    pub(crate) fn run_quiet(&self) -> Result<()> {
        let status = self.command().status().with_context(|| format!("cannot start `{}`", self.line()))?;
        if !status.success() {
            bail!("`{}` failed ({status})", self.line());
        }
        Ok(())
    }

    /// What it wrote to its standard output; fails if it fails.
    pub(crate) fn output(&self) -> Result<String> {
        let output = self
            .command()
            .stderr(Stdio::piped())
            .output()
            .with_context(|| format!("cannot start `{}`", self.line()))?;
        if !output.status.success() {
            let errors = String::from_utf8_lossy(&output.stderr);
            bail!("`{}` failed ({}): {}", self.line(), output.status, errors.trim());
        }
        String::from_utf8(output.stdout).with_context(|| format!("`{}` wrote no UTF-8", self.line()))
    }

    /// Runs it for at most `limit`; then ends it and fails.
    pub(crate) fn run_within(&self, limit: Duration) -> Result<()> {
        crate::say(&format!("$ {}", self.line()));
        let mut child =
            self.command().stdin(Stdio::null()).spawn().with_context(|| format!("cannot start `{}`", self.line()))?;
        wait_within(&mut child, limit).with_context(|| format!("`{}`", self.line()))
    }
}

fn wait_within(child: &mut Child, limit: Duration) -> Result<()> {
    let end = Instant::now() + limit;
    loop {
        if let Some(status) = child.try_wait()? {
            if status.success() {
                return Ok(());
            }
            bail!("failed ({status})");
        }
        if Instant::now() >= end {
            child.kill()?;
            child.wait()?;
            bail!("took longer than {} s", limit.as_secs());
        }
        thread::sleep(Duration::from_millis(50));
    }
}

/// The first of `names` that stands on the PATH.
pub(crate) fn find_program(names: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    names.iter().find_map(|name| std::env::split_paths(&path).map(|folder| folder.join(name)).find(|p| p.is_file()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_over_its_limit_is_ended() {
        let started = Instant::now();
        let error = Step::new("sleep").args(["30"]).run_within(Duration::from_millis(100)).unwrap_err();
        assert!(format!("{error:#}").contains("took longer"), "{error:#}");
        assert!(started.elapsed() < Duration::from_secs(20));
    }

    #[test]
    fn a_failing_step_names_its_command_line() {
        let error = Step::new("false").args(["--now"]).run_quiet().unwrap_err();
        assert!(error.to_string().contains("false --now"), "{error}");
    }

    #[test]
    fn a_program_is_found_by_its_second_name() {
        assert!(find_program(&["no-such-program-here", "sh"]).is_some());
        assert!(find_program(&["no-such-program-here"]).is_none());
    }
}
