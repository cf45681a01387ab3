//! The one thread that writes: what arrives while a group is being made durable is the next group.
use super::core::{Core, reason};
use super::tables::{Operation, Refusal, SWEEP_MAX, Tables};
use super::{Durability, Options};
use crate::{Revision, StateError};
use redb::StorageError;
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot, watch};

/// Most changes made durable at once.
const GROUP_MAX: usize = 1_024;
/// Most bytes of values in one group, but for the last.
const GROUP_BYTES_MAX: usize = 16 << 20;

/// What the thread is asked to do.
pub(super) enum Order {
    Change(Operation, oneshot::Sender<Result<Revision, StateError>>),
    /// Remove what has expired, and make durable what is not.
    Tick,
    /// The same, and tell when nothing expired is left.
    Sweep(oneshot::Sender<Result<usize, StateError>>),
    Compact(oneshot::Sender<Result<(), StateError>>),
}

/// A change that is done, or refused, as soon as its group is kept.
type Answer = (oneshot::Sender<Result<Revision, StateError>>, Result<Revision, StateError>);

pub(super) struct Writer {
    pub(super) core: Arc<Core>,
    pub(super) options: Options,
    /// Tells watchers the last revision kept. Dropping it tells them that the store closed.
    pub(super) changed: watch::Sender<u64>,
    /// Something acknowledged is not yet on disk ([`Durability::EverySecond`]).
    pub(super) dirty: bool,
}

impl Writer {
    /// Works until every handle is gone.
    pub(super) fn run(mut self, mut inbox: mpsc::Receiver<Order>, done: oneshot::Sender<()>) {
        while let Some(first) = inbox.blocking_recv() {
            let mut changes = Vec::new();
            let mut bytes = 0;
            let mut next = Some(first);
            let mut after = Vec::new();
            while let Some(order) = next {
                match order {
                    Order::Change(operation, answer) => {
                        bytes += operation.bytes();
                        changes.push((operation, answer));
                    }
                    other => after.push(other),
                }
                let full = changes.len() >= GROUP_MAX || bytes >= GROUP_BYTES_MAX || !after.is_empty();
                next = if full { None } else { inbox.try_recv().ok() };
            }
            if !changes.is_empty() {
                self.group(changes);
            }
            for order in after {
                self.chore(order);
            }
        }
        if self.dirty {
            self.tick();
        }
        self.core.close();
        drop(self.changed);
        done.send(()).ok();
    }

    fn chore(&mut self, order: Order) {
        match order {
            Order::Tick => self.tick(),
            Order::Sweep(answer) => {
                answer.send(self.sweep_all()).ok();
            }
            Order::Compact(answer) => {
                answer.send(self.core.compact()).ok();
            }
            Order::Change(operation, answer) => self.group(vec![(operation, answer)]),
        }
    }

    /// Nobody waits for it: what fails here fails again, and is told, at the next change.
    fn tick(&mut self) {
        if self.dirty || self.core.is_due() {
            self.transact(&[], SWEEP_MAX).ok();
        }
    }

    fn sweep_all(&mut self) -> Result<usize, StateError> {
        let mut all = 0;
        loop {
            let (_, swept) = self.transact(&[], SWEEP_MAX)?;
            all += swept;
            if swept < SWEEP_MAX {
                return Ok(all);
            }
        }
    }

    fn group(&mut self, changes: Vec<(Operation, oneshot::Sender<Result<Revision, StateError>>)>) {
        let (operations, senders): (Vec<_>, Vec<_>) = changes.into_iter().unzip();
        let answers: Vec<Answer> = match self.transact(&operations, SWEEP_MAX) {
            Ok((answers, _)) => senders.into_iter().zip(answers).collect(),
            Err(why) => senders.into_iter().map(|sender| (sender, Err(again(&why)))).collect(),
        };
        for (sender, answer) in answers {
            // Whoever asked may have stopped waiting.
            sender.send(answer).ok();
        }
    }

    /// One transaction: the changes in order, then some of what has expired. Kept when it returns.
    fn transact(
        &mut self,
        operations: &[Operation],
        sweep_max: usize,
    ) -> Result<(Vec<Result<Revision, StateError>>, usize), StateError> {
        let guard = self.core.database();
        let database = guard.as_ref().ok_or_else(closed)?;
        let mut transaction = database.begin_write().map_err(|why| reason(why.into()))?;
        // Nobody waits for a tick: it makes durable what was acknowledged before.
        let lazy = self.options.durability == Durability::EverySecond && !operations.is_empty();
        if lazy {
            transaction.set_durability(redb::Durability::None).map_err(|why| reason(why.into()))?;
        }
        let now = self.core.now();
        let mut answers = Vec::with_capacity(operations.len());
        let (swept, revision) = {
            let mut tables =
                Tables::open(&transaction, self.options.limits()).map_err(|why| reason(why.into()))?;
            for operation in operations {
                match tables.apply(operation, now) {
                    Ok(revision) => answers.push(Ok(revision)),
                    Err(Refusal::State(why)) => answers.push(Err(why)),
                    Err(Refusal::Storage(why)) => return Err(reason(why.into())),
                }
            }
            let mut sweep = || -> Result<(usize, u64), StorageError> {
                let swept = if sweep_max > 0 { tables.sweep(now)? } else { 0 };
                Ok((swept, tables.revision()?))
            };
            sweep().map_err(|why| reason(why.into()))?
        };
        transaction.commit().map_err(|why| reason(why.into()))?;
        drop(guard);
        self.dirty = lazy;
        self.changed.send_replace(revision);
        Ok((answers, swept))
    }
}

pub(super) fn closed() -> StateError {
    StateError::Unavailable { reason: "it is closed".to_owned() }
}

/// The same failure, for the next of a group.
fn again(why: &StateError) -> StateError {
    match why {
        StateError::Damaged { reason } => StateError::Damaged { reason: reason.clone() },
        other => StateError::Unavailable { reason: other.to_string() },
    }
}
