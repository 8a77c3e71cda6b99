//! The writer thread with its group commit, and the reader threads; or neither, where the caller's thread does it all.
//!
//! Every write waits in one bounded queue. The writer takes all that waits (up to a limit), runs it in one transaction, commits once, and
//! only then lets the answers go. Where one of them fails, all of that is undone, and each is run again in a savepoint of its own: a
//! failing write undoes itself and no other. Savepoints for all of them from the start would cost each a copy of every page that it
//! changes. Without threads each job is run at once, alone: what a simulator needs, whose runs must not depend on which thread was faster.

use super::Sqlite;
use super::hot::{Hot, Touches};
use crate::StoreError;
use rusqlite::{Connection, TransactionBehavior};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex};
use tokio::sync::oneshot;

/// Writes that may wait; the next is refused as busy.
const WRITE_QUEUE_MAX: usize = 8_192;
/// Writes in one commit. What a commit costs beside its writes (the log's frames of pages that all change, a walk through the page cache)
/// weighs where there are few in it.
const GROUP_COMMIT_MAX: usize = 2_048;
/// Reads that may wait.
const READ_QUEUE_MAX: usize = 8_192;

/// A write that waits, and who waits for it.
trait WriteJob: Send {
    /// Does it and keeps what came of it. Run again after a rollback, it does it again.
    fn run(&mut self, db: &Connection, hot: &mut Hot) -> Ran;
    /// Tells the waiting caller, given how the commit ended.
    fn settle(self: Box<Self>, committed: Result<(), StoreError>);
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ran {
    Well,
    /// What it wrote must be undone.
    Failed,
}

type ReadJob = Box<dyn FnOnce(&mut Connection) + Send>;

struct Write<T, F> {
    work: F,
    touches: Touches,
    came_to: Option<Result<T, StoreError>>,
    answer: oneshot::Sender<Result<T, StoreError>>,
    in_line: Option<InLine>,
}

impl<T, F> WriteJob for Write<T, F>
where
    T: Send,
    F: FnMut(&Connection, &mut Hot) -> Result<T, StoreError> + Send,
{
    fn run(&mut self, db: &Connection, hot: &mut Hot) -> Ran {
        self.in_line = None;
        let result = hot.make_way(db, self.touches).and_then(|()| (self.work)(db, hot));
        let ran = if result.is_ok() { Ran::Well } else { Ran::Failed };
        self.came_to = Some(result);
        ran
    }

    fn settle(self: Box<Self>, committed: Result<(), StoreError>) {
        // Its own error says more than that of the commit.
        let result = match (self.came_to, committed) {
            (Some(Err(own)), _) => Err(own),
            (_, Err(commit)) => Err(commit),
            (Some(Ok(value)), Ok(())) => Ok(value),
            (None, Ok(())) => Err(StoreError::Closed),
        };
        // Who does not wait any more needs no answer.
        let _ = self.answer.send(result);
    }
}

/// Who runs the jobs.
pub(super) enum Workers {
    /// Threads of their own, which commit in groups.
    Threads { writer: Writer, reader: Reader },
    /// The caller, one job after the other.
    Caller(Box<Mutex<CallerRuns>>),
}

/// The one connection of a database without threads.
pub(super) struct CallerRuns {
    pub(super) connection: Connection,
    pub(super) hot: Hot,
    /// Writes until the database fails as if its machine had stopped; `None`: it goes on.
    pub(super) writes_left: Option<u32>,
}

pub(super) struct Writer {
    jobs: SyncSender<Box<dyn WriteJob>>,
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
        let (jobs, waiting) = sync_channel(WRITE_QUEUE_MAX);
        std::thread::Builder::new()
            .name("store-writer".into())
            .spawn(move || {
                let mut hot = Hot::default();
                while let Ok(first) = waiting.recv() {
                    run_group(&mut connection, &mut hot, first, &waiting);
                }
            })
            .map_err(|e| StoreError::Engine(Box::new(e)))?;
        Ok(Self { jobs, line: Line::default() })
    }
}

fn run_group(
    connection: &mut Connection,
    hot: &mut Hot,
    first: Box<dyn WriteJob>,
    waiting: &Receiver<Box<dyn WriteJob>>,
) {
    let mut jobs = vec![first];
    let committed = match run_together(connection, hot, &mut jobs, waiting) {
        Ok(Ran::Well) => Ok(()),
        Ok(Ran::Failed) => run_each(connection, hot, &mut jobs),
        Err(error) => Err(error),
    };
    if let Err(error) = &committed {
        // What is in memory is of a transaction that is gone.
        hot.forget();
        tracing::error!(error = error as &dyn std::error::Error, "a group commit failed");
    }
    for job in jobs {
        job.settle(match &committed {
            Ok(()) => Ok(()),
            Err(StoreError::Full) => Err(StoreError::Full),
            Err(_) => Err(StoreError::Engine("the commit failed".into())),
        });
    }
}

/// All that waits, in one transaction. Where one fails, all of it is undone.
fn run_together(
    connection: &mut Connection,
    hot: &mut Hot,
    jobs: &mut Vec<Box<dyn WriteJob>>,
    waiting: &Receiver<Box<dyn WriteJob>>,
) -> Result<Ran, StoreError> {
    // Dropping a transaction rolls it back.
    let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    hot.begin(&tx)?;
    let mut next = 0;
    loop {
        while let Some(job) = jobs.get_mut(next) {
            if job.run(&tx, hot) == Ran::Failed {
                hot.forget();
                return Ok(Ran::Failed);
            }
            next += 1;
        }
        if jobs.len() == GROUP_COMMIT_MAX {
            break;
        }
        let Ok(job) = waiting.try_recv() else { break };
        jobs.push(job);
    }
    hot.flush(&tx)?;
    tx.commit()?;
    Ok(Ran::Well)
}

/// The same once more, each for itself, in one transaction.
fn run_each(connection: &mut Connection, hot: &mut Hot, jobs: &mut [Box<dyn WriteJob>]) -> Result<(), StoreError> {
    let mut tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    hot.begin(&tx)?;
    for job in jobs {
        let savepoint = tx.savepoint()?;
        let ran = job.run(&savepoint, hot);
        // On a full or failing disk SQLite undoes all of it by itself: what came after would be a transaction of its own.
        if savepoint.is_autocommit() {
            return Err(StoreError::Engine("the database has undone a group of writes".into()));
        }
        match ran {
            Ran::Well => {
                hot.flush(&savepoint)?;
                savepoint.commit()?;
            }
            Ran::Failed => {
                hot.forget();
                // Dropping a savepoint rolls it back.
                drop(savepoint);
            }
        }
    }
    tx.commit()?;
    Ok(())
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

    /// Runs `job` in the next group commit; its error undoes its own writes only. It may be run twice, after a rollback.
    ///
    /// The job is queued before the first await, so calls made in order are run in order.
    pub(super) async fn write<T, F>(&self, touches: Touches, mut job: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnMut(&Connection) -> Result<T, StoreError> + Send + 'static,
    {
        self.write_kept(touches, move |db, _| job(db)).await
    }

    /// The same for a job that works with what is kept in memory.
    pub(super) async fn write_kept<T, F>(&self, touches: Touches, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnMut(&Connection, &mut Hot) -> Result<T, StoreError> + Send + 'static,
    {
        let writer = match &self.workers {
            Workers::Threads { writer, .. } => writer,
            Workers::Caller(runs) => return runs.lock().map_err(|_| StoreError::Closed)?.write(touches, work),
        };
        let (answer, answered) = oneshot::channel();
        let in_line = Some(writer.line.enter());
        let job = Box::new(Write { work, touches, came_to: None, answer, in_line });
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
    fn write<T>(
        &mut self,
        touches: Touches,
        mut work: impl FnMut(&Connection, &mut Hot) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        match &mut self.writes_left {
            Some(0) => return Err(StoreError::Closed),
            Some(left) => *left -= 1,
            None => {}
        }
        let Self { connection, hot, .. } = self;
        let committed = (|| {
            let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            hot.begin(&tx)?;
            hot.make_way(&tx, touches)?;
            let value = work(&tx, hot)?;
            hot.flush(&tx)?;
            tx.commit()?;
            Ok(value)
        })();
        if committed.is_err() {
            hot.forget();
        }
        committed
    }

    fn read<T>(&mut self, job: impl FnOnce(&Connection) -> Result<T, StoreError>) -> Result<T, StoreError> {
        if self.writes_left == Some(0) {
            return Err(StoreError::Closed);
        }
        let snapshot = self.connection.transaction()?;
        job(&snapshot)
    }
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
        let mut begun = Some(begun);
        let first = store.write(Touches::Nothing, move |_| {
            let _ = begun.take().map(|begun| begun.send(()));
            let _ = may_go_on.recv();
            Ok(())
        });
        let second = store.write(Touches::Nothing, |_| Ok(()));
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
