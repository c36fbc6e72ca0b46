use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use super::{Accepted, CommitError, GroupEngine, GroupError, GroupLimits, Resolution, WriteError};
use crate::store::queue::AppendReceiver;
use crate::store::{AppendError, QueuedAppend, judge};

/// Writes group after group until the queue is closed and every queued batch is answered.
///
/// Blocks its thread. A place that was reserved before the closing and is used after it is
/// answered `Closed`, which is why the thread ends when the last such place is given back; the
/// engine is closed before that.
pub fn write_groups(engine: &mut dyn GroupEngine, receiver: AppendReceiver, limits: GroupLimits) {
    let AppendReceiver { mut batches, mut closing, closed } = receiver;
    let mut group = Vec::new();
    loop {
        let first = soon(&mut batches).or_else(|| {
            wait(async {
                tokio::select! {
                    biased;
                    first = batches.recv() => first,
                    _ = closing.wait_for(|closing| *closing) => None,
                }
            })
        });
        let Some(first) = first else { break };
        fill(&mut group, first, &mut batches, limits);
        if let Queue::Void(lost) = write_group(engine, &mut group) {
            lost.answer(&mut batches);
        }
    }
    batches.close();
    while let Ok(first) = batches.try_recv() {
        fill(&mut group, first, &mut batches, limits);
        if let Queue::Void(lost) = write_group(engine, &mut group) {
            lost.answer(&mut batches);
        }
    }
    engine.close();
    closed.send_replace(true);
    while let Some(late) = wait(batches.recv()) {
        late.answer(Err(AppendError::Closed));
    }
}

// A caller who sends one command after the other is back within this time, and waking a sleeping
// thread costs about half of it. Only a writer that has just answered looks; then it sleeps.
const LOOK: Duration = Duration::from_micros(150);

/// The next batch, if it comes at once.
fn soon(batches: &mut Batches) -> Option<QueuedAppend> {
    let start = Instant::now();
    loop {
        if let Ok(first) = batches.try_recv() {
            return Some(first);
        }
        if start.elapsed() >= LOOK {
            return None;
        }
        thread::yield_now();
    }
}

type Batches = tokio::sync::mpsc::Receiver<QueuedAppend>;

/// Whether what is queued behind a group can still be judged.
enum Queue {
    Valid,
    Void(Box<Lost>),
}

/// A group that was lost, not yet answered.
struct Lost {
    judged: Judged,
    /// Whether it is certain that nothing of it is stored.
    is_certain: bool,
    reason: String,
    /// The rest of the group, which was never judged.
    behind: Vec<QueuedAppend>,
}

impl Lost {
    /// Fails the group, and everything that was queued behind it until now.
    fn answer(mut self, batches: &mut Batches) {
        // Before the first answer: whoever is told of the loss may send again at once, and that
        // is not behind the group any more.
        while let Ok(queued) = batches.try_recv() {
            self.behind.push(queued);
        }
        let reason = self.reason;
        fail(self.judged, |stores| match stores && !self.is_certain {
            true => AppendError::OutcomeUnknown { reason: reason.clone() },
            false => AppendError::Unavailable { reason: reason.clone() },
        });
        let reason = "the group before it was lost; nothing is stored, try again".to_owned();
        refuse(self.behind.into_iter(), &GroupError::Unavailable { reason });
    }
}

fn fill(
    group: &mut Vec<QueuedAppend>,
    first: QueuedAppend,
    batches: &mut Batches,
    limits: GroupLimits,
) {
    let mut bytes = payload_bytes(&first);
    group.push(first);
    while group.len() < limits.batches && bytes < limits.bytes {
        let Ok(next) = batches.try_recv() else { return };
        bytes += payload_bytes(&next);
        group.push(next);
    }
}

fn payload_bytes(queued: &QueuedAppend) -> usize {
    queued.batch.events.iter().map(|event| event.payload.len()).sum()
}

fn write_group(engine: &mut dyn GroupEngine, group: &mut Vec<QueuedAppend>) -> Queue {
    match attempt(engine, group) {
        Ok(queue) => queue,
        Err(error) if group.len() == 1 => {
            refuse(group.drain(..), &error);
            Queue::Valid
        }
        Err(_) => {
            let mut second = group.split_off(group.len() / 2);
            if let Queue::Void(mut lost) = write_group(engine, group) {
                lost.behind.append(&mut second);
                return Queue::Void(lost);
            }
            write_group(engine, &mut second)
        }
    }
}

/// Judged batches of one group, in queue order, with what each will be told.
struct Judged {
    accepted: Vec<Accepted>,
    /// Refused batches, each with the number of accepted ones before it.
    refused: Vec<(usize, QueuedAppend, AppendError)>,
    stores: bool,
}

/// Writes one transaction. Leaves the group as it was if that broke.
fn attempt(
    engine: &mut dyn GroupEngine,
    group: &mut Vec<QueuedAppend>,
) -> Result<Queue, GroupError> {
    if let Err(error) = engine.begin() {
        refuse(group.drain(..), &error);
        return Ok(Queue::Valid);
    }
    let mut judged =
        Judged { accepted: Vec::with_capacity(group.len()), refused: Vec::new(), stores: false };
    let mut waiting = std::mem::take(group).into_iter();
    while let Some(queued) = waiting.next() {
        if let Err((queued, error)) = judge_one(engine, queued, &mut judged) {
            engine.undo();
            give_back(group, judged, queued, waiting);
            return Err(error);
        }
    }
    Ok(finish(engine, judged))
}

#[expect(clippy::result_large_err, reason = "the batch goes back to the group it came from")]
fn judge_one(
    engine: &mut dyn GroupEngine,
    queued: QueuedAppend,
    judged: &mut Judged,
) -> Result<(), (QueuedAppend, GroupError)> {
    let written = match judge::predecessors(&queued.batch) {
        Ok(()) => engine.write(&queued.batch),
        Err(error) => Err(WriteError::Refused(error)),
    };
    match written {
        Ok(committed) => {
            queued.batch.fate.accept();
            judged.stores |= !queued.batch.stores_nothing();
            judged.accepted.push(Accepted { queued, committed });
            Ok(())
        }
        Err(WriteError::Refused(error)) => {
            judged.refused.push((judged.accepted.len(), queued, error));
            Ok(())
        }
        Err(WriteError::Broken(error)) => Err((queued, error)),
    }
}

/// Puts a group together again in its order, as if it had never been judged.
fn give_back(
    group: &mut Vec<QueuedAppend>,
    judged: Judged,
    broken: QueuedAppend,
    rest: std::vec::IntoIter<QueuedAppend>,
) {
    let mut refused = judged.refused.into_iter().peekable();
    for (index, accepted) in judged.accepted.into_iter().enumerate() {
        while let Some((_, queued, _)) = refused.next_if(|(before, ..)| *before <= index) {
            group.push(queued);
        }
        accepted.queued.batch.fate.withdraw();
        group.push(accepted.queued);
    }
    group.extend(refused.map(|(_, queued, _)| queued));
    group.push(broken);
    group.extend(rest);
}

fn finish(engine: &mut dyn GroupEngine, judged: Judged) -> Queue {
    if !judged.stores {
        // Nothing to flush; what was judged rests on committed state only.
        engine.undo();
        answer(judged);
        return Queue::Valid;
    }
    match engine.commit() {
        Ok(()) => answer(judged),
        Err(CommitError::NotStored(error)) => {
            engine.undo();
            fail(judged, |_| error.clone().into());
        }
        Err(CommitError::Unknown { reason }) => match engine.resolve(&judged.accepted) {
            Resolution::Stored => answer(judged),
            resolution => {
                let is_certain = resolution == Resolution::NotStored;
                let behind = Vec::new();
                return Queue::Void(Box::new(Lost { judged, is_certain, reason, behind }));
            }
        },
    }
    Queue::Valid
}

/// Answers in queue order, so that a caller woken first finds its predecessors settled.
fn answer(judged: Judged) {
    let mut refused = judged.refused.into_iter().peekable();
    for (index, Accepted { queued, committed }) in judged.accepted.into_iter().enumerate() {
        while let Some((_, queued, error)) = refused.next_if(|(before, ..)| *before <= index) {
            queued.answer(Err(error));
        }
        queued.answer(Ok(committed));
    }
    for (_, queued, error) in refused {
        queued.answer(Err(error));
    }
}

/// Fails a whole group, its rejections too: they may rest on events that are not there.
fn fail(judged: Judged, error: impl Fn(bool) -> AppendError) {
    for Accepted { queued, .. } in judged.accepted {
        let stores = !queued.batch.stores_nothing();
        queued.answer(Err(error(stores)));
    }
    for (_, queued, _) in judged.refused {
        queued.answer(Err(error(false)));
    }
}

fn refuse(group: impl Iterator<Item = QueuedAppend>, error: &GroupError) {
    for queued in group {
        queued.answer(Err(error.clone().into()));
    }
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Runs a future on this thread, which sleeps between polls; needs no runtime.
fn wait<T>(future: impl Future<Output = T>) -> T {
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(value) => return value,
            Poll::Pending => thread::park(),
        }
    }
}
