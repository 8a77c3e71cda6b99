//! How long the disk takes to keep something: the floor under every acknowledgement.

use anyhow::{Context, Result};
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// A page of a database.
const WRITE_LEN: usize = 4_096;
/// Between two: seldom enough to be no load of its own.
const EVERY: Duration = Duration::from_millis(25);

/// Writes and syncs in a folder, again and again, while something else is measured there.
pub struct SyncProbe {
    over: Arc<AtomicBool>,
    thread: std::thread::JoinHandle<std::io::Result<Vec<f64>>>,
}

impl SyncProbe {
    /// Begins.
    pub fn start(folder: &Path) -> Result<Self> {
        let path = folder.join("sync-probe");
        let mut file = File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
        let over = Arc::new(AtomicBool::new(false));
        let is_over = over.clone();
        let thread = std::thread::spawn(move || {
            let mut took_ms = Vec::new();
            loop {
                file.write_all(&[0x5A; WRITE_LEN])?;
                let began = Instant::now();
                file.sync_data()?;
                took_ms.push(began.elapsed().as_secs_f64() * 1_000.0);
                if is_over.load(Ordering::Relaxed) {
                    std::fs::remove_file(&path)?;
                    return Ok(took_ms);
                }
                std::thread::sleep(EVERY);
            }
        });
        Ok(Self { over, thread })
    }

    /// How long each sync took, in milliseconds.
    pub fn finish(self) -> Result<Vec<f64>> {
        self.over.store(true, Ordering::Relaxed);
        let took = self.thread.join().ok().context("the thread that syncs has panicked")?;
        took.context("a sync has failed")
    }
}
