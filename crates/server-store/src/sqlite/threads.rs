//! The writer thread with its group commit, and the reader threads; or neither, where the caller's thread does it all.
//!
//! Every write waits in one bounded queue. The writer takes all that waits (up to a limit), runs each in a savepoint of
//! one transaction, commits once, and only then lets the answers go. Without threads each job is run at once, alone: what
//! a simulator needs, whose runs must not depend on which thread was faster.

use super::Sqlite;
use crate::StoreError;
use rusqlite::{Connection, Savepoint, TransactionBehavior};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex};
use tokio::sync::oneshot;

/// Writes that may wait; the next is refused as busy.
const WRITE_QUEUE_MAX: usize = 8_192;
/// Writes in one commit.
const GROUP_COMMIT_MAX: usize = 512;
/// Reads that may wait.
const READ_QUEUE_MAX: usize = 8_192;

/// Runs in a savepoint and returns what tells the waiting caller, given how the commit ended.
type WriteJob = Box<dyn FnOnce(&mut rusqlite::Transaction<'_>) -> Settle + Send>;
type Settle = Box<dyn FnOnce(Result<(), StoreError>) + Send>;
type ReadJob = Box<dyn FnOnce(&mut Connection) + Send>;

/// Who runs the jobs.
pub(super) enum Workers {
    /// Threads of their own, which commit in groups.
    Threads { writer: Writer, reader: Reader },
    /// The caller, one job after the other.
    Caller(Mutex<CallerRuns>),
}

/// The one connection of a database without threads.
pub(super) struct CallerRuns {
    pub(super) connection: Connection,
    /// Writes until the database fails as if its machine had stopped; `None`: it goes on.
    pub(super) writes_left: Option<u32>,
}

pub(super) struct Writer {
    jobs: SyncSender<WriteJob>,
    line: Line,
}

pub(super) struct Reader {
    jobs: SyncSender<ReadJob>,
    line: Line,
}

/// Counts jobs from the moment at which they are queued until they begin: the channels do not tell their length.
#[derive(Clone, Default)]
struct Line(Arc<AtomicUsize>);

struct InLine(Line);

impl Line {
    fn enter(&self) -> InLine {
        self.0.fetch_add(1, Ordering::Relaxed);
        InLine(self.clone())
    }
}

impl Drop for InLine {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Jobs that have not begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    /// For the writer.
    pub writes: usize,
    /// For a reader.
    pub reads: usize,
}

impl Writer {
    pub(super) fn start(mut connection: Connection) -> Result<Self, StoreError> {
        let (jobs, waiting) = sync_channel::<WriteJob>(WRITE_QUEUE_MAX);
        std::thread::Builder::new()
            .name("store-writer".into())
            .spawn(move || {
                while let Ok(first) = waiting.recv() {
                    run_group(&mut connection, first, &waiting);
                }
            })
            .map_err(|e| StoreError::Engine(Box::new(e)))?;
        Ok(Self { jobs, line: Line::default() })
    }
}

fn run_group(connection: &mut Connection, first: WriteJob, waiting: &Receiver<WriteJob>) {
    let mut settles = Vec::new();
    let mut tx = match connection.transaction_with_behavior(TransactionBehavior::Immediate) {
        Ok(tx) => tx,
        Err(error) => {
            // The caller sees its channel dropped, which reads as `Closed`; say the true reason in the log.
            tracing::error!(%error, "cannot begin a transaction");
            return;
        }
    };
    settles.push(first(&mut tx));
    while settles.len() < GROUP_COMMIT_MAX {
        let Ok(job) = waiting.try_recv() else { break };
        settles.push(job(&mut tx));
    }
    let committed = tx.commit();
    if let Err(error) = &committed {
        tracing::error!(%error, "a group commit failed");
    }
    for settle in settles {
        settle(match &committed {
            Ok(()) => Ok(()),
            Err(error) if error.sqlite_error_code() == Some(rusqlite::ErrorCode::DiskFull) => Err(StoreError::Full),
            Err(_) => Err(StoreError::Engine("the commit failed".into())),
        });
    }
}

impl Reader {
    pub(super) fn start(connections: Vec<Connection>) -> Result<Self, StoreError> {
        let (jobs, waiting) = sync_channel::<ReadJob>(READ_QUEUE_MAX);
        let waiting = Arc::new(Mutex::new(waiting));
        for (index, mut connection) in connections.into_iter().enumerate() {
            let waiting = waiting.clone();
            std::thread::Builder::new()
                .name(format!("store-reader-{index}"))
                .spawn(move || {
                    loop {
                        // The lock is held while waiting: the others queue behind it, which is as good as waiting themselves.
                        let Ok(Ok(job)) = waiting.lock().map(|jobs| jobs.recv()) else { return };
                        job(&mut connection);
                    }
                })
                .map_err(|e| StoreError::Engine(Box::new(e)))?;
        }
        Ok(Self { jobs, line: Line::default() })
    }
}

impl Sqlite {
    /// How much waits for the threads.
    pub fn waiting(&self) -> Waiting {
        let count = |line: &Line| line.0.load(Ordering::Relaxed);
        match &self.workers {
            Workers::Threads { writer, reader } => Waiting { writes: count(&writer.line), reads: count(&reader.line) },
            Workers::Caller(_) => Waiting { writes: 0, reads: 0 },
        }
    }

    /// Runs `job` in the next group commit; its error undoes its own writes only.
    ///
    /// The job is queued before the first await, so calls made in order are run in order.
    pub(super) async fn write<T, F>(&self, job: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Savepoint<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        let writer = match &self.workers {
            Workers::Threads { writer, .. } => writer,
            Workers::Caller(runs) => return runs.lock().map_err(|_| StoreError::Closed)?.write(job),
        };
        let (answer, answered) = oneshot::channel();
        let in_line = writer.line.enter();
        let job: WriteJob = Box::new(move |tx| {
            drop(in_line);
            let result = in_savepoint(tx, job);
            Box::new(move |committed| {
                let _ = answer.send(committed.and(result));
            })
        });
        writer.jobs.try_send(job).map_err(send_error)?;
        answered.await.unwrap_or(Err(StoreError::Closed))
    }

    /// Runs `job` on a reading connection, in one snapshot.
    pub(super) async fn read<T, F>(&self, job: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    {
        let reader = match &self.workers {
            Workers::Threads { reader, .. } => reader,
            Workers::Caller(runs) => return runs.lock().map_err(|_| StoreError::Closed)?.read(job),
        };
        let (answer, answered) = oneshot::channel();
        let in_line = reader.line.enter();
        let job: ReadJob = Box::new(move |connection| {
            drop(in_line);
            let result = connection.transaction().map_err(StoreError::from).and_then(|snapshot| job(&snapshot));
            let _ = answer.send(result);
        });
        reader.jobs.try_send(job).map_err(send_error)?;
        answered.await.unwrap_or(Err(StoreError::Closed))
    }
}

impl CallerRuns {
    /// A commit of its own: a job that fails undoes its own writes only, as in a group.
    fn write<T>(&mut self, job: impl FnOnce(&Savepoint<'_>) -> Result<T, StoreError>) -> Result<T, StoreError> {
        match &mut self.writes_left {
            Some(0) => return Err(StoreError::Closed),
            Some(left) => *left -= 1,
            None => {}
        }
        let mut tx = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let value = in_savepoint(&mut tx, job)?;
        tx.commit()?;
        Ok(value)
    }

    fn read<T>(&mut self, job: impl FnOnce(&Connection) -> Result<T, StoreError>) -> Result<T, StoreError> {
        if self.writes_left == Some(0) {
            return Err(StoreError::Closed);
        }
        let snapshot = self.connection.transaction()?;
        job(&snapshot)
    }
}

fn in_savepoint<T>(
    tx: &mut rusqlite::Transaction<'_>,
    job: impl FnOnce(&Savepoint<'_>) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let savepoint = tx.savepoint()?;
    // Dropping a savepoint rolls it back.
    let value = job(&savepoint)?;
    savepoint.commit()?;
    Ok(value)
}

// Used as `map_err(send_error)`.
#[allow(clippy::needless_pass_by_value)]
fn send_error<T>(error: TrySendError<T>) -> StoreError {
    match error {
        TrySendError::Full(_) => StoreError::Busy,
        TrySendError::Disconnected(_) => StoreError::Closed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_waits_for_the_writer_is_counted_until_it_begins() {
        let folder = tempfile::tempdir().unwrap();
        let store = Sqlite::open(&folder.path().join("heliograph.db")).unwrap();
        let (begun, has_begun) = oneshot::channel();
        let (go_on, may_go_on) = std::sync::mpsc::channel::<()>();
        let first = store.write(move |_| {
            let _ = begun.send(());
            let _ = may_go_on.recv();
            Ok(())
        });
        let second = store.write(|_| Ok(()));
        let between = async {
            has_begun.await.unwrap();
            assert_eq!(store.waiting(), Waiting { writes: 1, reads: 0 });
            drop(go_on);
        };
        let (first, second, ()) = tokio::join!(first, second, between);
        first.and(second).unwrap();
        assert_eq!(store.waiting(), Waiting { writes: 0, reads: 0 });
    }
}
