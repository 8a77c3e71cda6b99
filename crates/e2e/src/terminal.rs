//! `helio`, as it is shipped, in a process of its own: what it is typed, what it gives and says, and how it ends.

use crate::World;
use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};

/// Nothing that a person does at a terminal takes this long.
const PATIENCE: Duration = Duration::from_secs(60);

/// A program in a terminal.
pub struct Terminal {
    words: String,
    child: Child,
    input: Option<ChildStdin>,
    results: Lines<BufReader<ChildStdout>>,
    said: Lines<BufReader<ChildStderr>>,
}

/// What a program left when it ended.
#[derive(Debug)]
pub struct Ended {
    /// As the system has it; none where a signal ended it.
    pub code: Option<i32>,
    /// Lines of standard output that were not read before.
    pub results: Vec<String>,
    /// The same of standard error.
    pub said: String,
}

impl Terminal {
    /// Starts `helio` with one person's folder.
    pub fn starts(world: &World, person: &str, arguments: &[&str]) -> Result<Self> {
        Self::starts_at(world.url()?.as_str(), world.client_folder(person), arguments)
    }

    pub fn starts_at(server: &str, folder: PathBuf, arguments: &[&str]) -> Result<Self> {
        let program = std::env::var_os("HELIO_BIN").context("HELIO_BIN is not set: run `cargo xtask test`")?;
        let mut command = Command::new(&program);
        command.args(["--server", server, "--json", "--data"]).arg(folder).args(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().with_context(|| format!("{} does not start", program.display()))?;
        let (input, results, said) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        Ok(Self {
            words: arguments.join(" "),
            child,
            input,
            results: BufReader::new(results.context("piped")?).lines(),
            said: BufReader::new(said.context("piped")?).lines(),
        })
    }

    /// Types a line.
    pub async fn types(&mut self, line: &str) -> Result<()> {
        let input = self.input.as_mut().context("the input is closed")?;
        Ok(input.write_all(format!("{line}\n").as_bytes()).await?)
    }

    /// The next result.
    pub async fn gives(&mut self) -> Result<Value> {
        let line = tokio::time::timeout(PATIENCE, self.results.next_line()).await;
        match line.with_context(|| format!("helio {} gives nothing", self.words))?? {
            Some(line) => Ok(serde_json::from_str(&line)?),
            None => {
                let mut said = String::new();
                while let Some(line) = self.said.next_line().await? {
                    said.push_str(&line);
                    said.push('\n');
                }
                bail!("helio {} ended; it said: {said}", self.words)
            }
        }
    }

    /// The next result that has this field.
    pub async fn gives_field(&mut self, field: &str) -> Result<String> {
        loop {
            if let Some(text) = self.gives().await?.get(field).and_then(Value::as_str) {
                return Ok(text.to_owned());
            }
        }
    }

    /// Waits for words to the person at the terminal.
    pub async fn says(&mut self, words: &str) -> Result<()> {
        loop {
            let line = tokio::time::timeout(PATIENCE, self.said.next_line()).await;
            let line = line.with_context(|| format!("helio {} does not say {words:?}", self.words))??;
            if line.with_context(|| format!("helio {} ended without {words:?}", self.words))?.contains(words) {
                return Ok(());
            }
        }
    }

    /// Ends it as Ctrl-C does, and waits for that.
    pub async fn interrupts(self) -> Result<Ended> {
        let process = self.child.id().context("it has ended")?;
        Command::new("kill").args(["-INT", &process.to_string()]).status().await?;
        self.ends().await
    }

    /// Ends it at once, as a lost battery does.
    pub async fn kills(mut self) -> Result<()> {
        Ok(self.child.kill().await?)
    }

    /// Waits for the end.
    pub async fn ends(self) -> Result<Ended> {
        self.ends_within(PATIENCE).await
    }

    /// Waits for the end of what takes long.
    pub async fn ends_within(mut self, patience: Duration) -> Result<Ended> {
        // Nothing is left to be typed.
        self.input = None;
        let (mut results, mut said) = (Vec::new(), String::new());
        let reading = async {
            let results = async {
                while let Some(line) = self.results.next_line().await? {
                    results.push(line);
                }
                Ok::<(), anyhow::Error>(())
            };
            let words = async {
                while let Some(line) = self.said.next_line().await? {
                    said.push_str(&line);
                    said.push('\n');
                }
                Ok::<(), anyhow::Error>(())
            };
            tokio::try_join!(results, words)?;
            Ok::<_, anyhow::Error>(self.child.wait().await?.code())
        };
        let code = tokio::time::timeout(patience, reading).await;
        let code = code.with_context(|| format!("helio {} does not end", self.words))??;
        ensure!(!said.contains("panicked"), "helio {} panicked: {said}", self.words);
        Ok(Ended { code, results, said })
    }

    /// Waits for a good end, and gives the results.
    pub async fn succeeds(self) -> Result<Vec<Value>> {
        let words = self.words.clone();
        let ended = self.ends().await?;
        ensure!(ended.code == Some(0), "helio {words} failed: {ended:?}");
        ended.results.iter().map(|line| Ok(serde_json::from_str(line)?)).collect()
    }

    /// Waits for a refusal with these words.
    pub async fn fails(self, words: &str) -> Result<()> {
        let what = self.words.clone();
        let ended = self.ends().await?;
        ensure!(ended.code == Some(1) && ended.said.contains(words), "helio {what} should say {words:?}: {ended:?}");
        Ok(())
    }
}
