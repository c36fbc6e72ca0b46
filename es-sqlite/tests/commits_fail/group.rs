//! Batches that rest on one another, and what makes their answers true.

use es_core::event::Sequence;
use es_core::event::{CommandId, EventId, RecordedEvent, StreamId};
use es_core::store::{Append, AppendError, Appended, BatchFate, Committed, Expected};
use es_sqlite::SqliteLog;

use crate::support::{batch, command, hand_over, order};

/// A batch that was handed over, with its answer once it is there.
pub struct Asked {
    pub name: &'static str,
    pub events: Vec<EventId>,
    pub command: Option<CommandId>,
    pub rests_on: Option<&'static str>,
    pub fate: BatchFate,
    answer: tokio::task::JoinHandle<Result<Committed, AppendError>>,
}

/// A batch with its answer.
#[derive(Debug)]
pub struct Told {
    pub name: &'static str,
    pub events: Vec<EventId>,
    pub command: Option<CommandId>,
    pub rests_on: Option<&'static str>,
    pub fate: BatchFate,
    pub answer: Result<Committed, AppendError>,
}

/// Hands batches over, each decided on another one or on nothing.
pub struct Group<'a> {
    pub log: &'a SqliteLog,
    pub asked: Vec<Asked>,
}

impl Group<'_> {
    /// What is in one group: a chain, a question about it, a rejection because of it, and a
    /// batch of its own.
    pub async fn fill(&mut self) {
        let a = order("a");
        self.remembered("a", batch(&a, Expected::NoStream, 1), &a).await;
        self.on("a", "b", batch(&a, Expected::Exact(Sequence(0)), 1)).await;
        self.on("b", "question", batch(&a, Expected::Exact(Sequence(1)), 0)).await;
        self.ask("rejected", batch(&a, Expected::NoStream, 1)).await;
        let e = order("e");
        self.remembered("e", batch(&e, Expected::NoStream, 3), &e).await;
    }

    /// What is handed over while the group's commit is under way.
    pub async fn follow(&mut self) {
        self.on("b", "behind", batch(&order("a"), Expected::Exact(Sequence(1)), 1)).await;
        self.ask("other", batch(&order("other"), Expected::NoStream, 2)).await;
    }

    pub async fn ask(&mut self, name: &'static str, batch: Append) {
        self.hand_over(name, batch, None).await;
    }

    async fn remembered(&mut self, name: &'static str, mut batch: Append, target: &StreamId) {
        batch.command = Some(command(CommandId::generate(), target));
        self.hand_over(name, batch, None).await;
    }

    async fn on(&mut self, rests_on: &'static str, name: &'static str, mut batch: Append) {
        let fate = self.asked.iter().find(|asked| asked.name == rests_on).unwrap().fate.clone();
        batch.decided_on.push(fate);
        self.hand_over(name, batch, Some(rests_on)).await;
    }

    async fn hand_over(
        &mut self,
        name: &'static str,
        batch: Append,
        rests_on: Option<&'static str>,
    ) {
        let events = batch.events.iter().map(|event| event.id).collect();
        let command = batch.command.as_ref().map(|command| command.id);
        let (fate, appended): (_, Appended) = hand_over(self.log, batch).await;
        let answer = tokio::spawn(appended);
        self.asked.push(Asked { name, events, command, rests_on, fate, answer });
    }

    pub fn is_answered(&self) -> bool {
        self.asked.iter().all(|asked| asked.answer.is_finished())
    }

    pub async fn told(self) -> Vec<Told> {
        let mut told = Vec::new();
        for Asked { name, events, command, rests_on, fate, answer } in self.asked {
            let answer = answer.await.unwrap();
            told.push(Told { name, events, command, rests_on, fate, answer });
        }
        told
    }
}

/// Says that a batch was judged by the events of one of which nobody knows whether it is stored.
fn judged_in_doubt(one: &Told, told: &[Told]) -> Option<String> {
    // What is refused because of `a` rests on it as much as what was decided on it.
    let base = one.rests_on.or_else(|| (one.name == "rejected").then_some("a"))?;
    let base = told.iter().find(|told| told.name == base)?;
    let is_in_doubt = matches!(base.answer, Err(AppendError::OutcomeUnknown { .. }));
    let is_judged = match &one.answer {
        Ok(_) | Err(AppendError::Conflict { .. }) => true,
        // What is in the same transaction shares its fate; what comes behind it must not begin.
        Err(AppendError::OutcomeUnknown { .. }) => one.name == "behind",
        Err(_) => false,
    };
    (is_in_doubt && is_judged)
        .then(|| format!("`{}` was told {:?}, `{}` is in doubt", one.name, one.answer, base.name))
}

/// Says which answer is not true of what is stored.
pub fn lie(told: &[Told], stored: &[RecordedEvent], may_be_unknown: bool) -> Option<String> {
    let is_there = |id: &EventId| stored.iter().any(|event| event.id == *id);
    let is_stored = |told: &Told| told.events.iter().all(is_there);
    for one in told {
        let name = one.name;
        let parts = one.events.iter().filter(|id| is_there(id)).count();
        if parts != 0 && parts != one.events.len() {
            return Some(format!("`{name}` is stored in part"));
        }
        let base = one.rests_on.and_then(|base| told.iter().find(|told| told.name == base));
        let is_based = base.is_none_or(is_stored);
        if let Some(what) = judged_in_doubt(one, told) {
            return Some(what);
        }
        match &one.answer {
            Ok(_) if parts != one.events.len() => {
                return Some(format!("`{name}` was told stored and is not there"));
            }
            Ok(_) if !is_based => {
                return Some(format!("`{name}` holds, but not what it was decided on"));
            }
            Ok(_) => {}
            Err(AppendError::OutcomeUnknown { .. }) => {
                let is_question = one.events.is_empty();
                if is_question || !may_be_unknown {
                    return Some(format!("`{name}` could have been resolved: {:?}", one.answer));
                }
                continue;
            }
            Err(error) if parts > 0 => {
                return Some(format!("`{name}` was told `{error}` and is there"));
            }
            Err(AppendError::Conflict { stream, actual, .. }) => {
                let last = stored.iter().filter_map(|event| event.stream.as_ref());
                let last = last.filter(|(id, _)| id == stream).map(|(_, sequence)| *sequence).max();
                if last < *actual {
                    return Some(format!("`{name}` conflicts with events that are not there"));
                }
            }
            Err(
                AppendError::Unavailable { .. }
                | AppendError::Busy
                | AppendError::PredecessorUndone,
            ) => {}
            Err(other) => return Some(format!("`{name}` was told something else: {other:?}")),
        }
        if one.fate.is_committed() != one.answer.is_ok() || one.fate.is_pending() {
            return Some(format!("`{name}` was told {:?}, its fate is {:?}", one.answer, one.fate));
        }
    }
    None
}
