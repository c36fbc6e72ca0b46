use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use es_core::event::Position;
use es_core::store::group::{
    Accepted, CommitError, GroupEngine, GroupError, Resolution, WriteError,
};
use es_core::store::{Append, AppendError, Committed};

/// What an engine is to do; it works where the script says nothing.
#[derive(Default)]
pub(super) struct Script {
    pub(super) begins: VecDeque<Result<(), GroupError>>,
    pub(super) commits: VecDeque<Result<(), CommitError>>,
    pub(super) resolution: Option<Resolution>,
}

/// An engine that stores the names of events. Clones are the same engine.
#[derive(Clone)]
pub(super) struct Scripted(Arc<Mutex<State>>);

struct State {
    script: Script,
    stored: Vec<String>,
    group: Vec<String>,
    commits: usize,
    is_closed: bool,
}

impl Scripted {
    pub(super) fn new(script: Script) -> Self {
        let (stored, group) = (Vec::new(), Vec::new());
        Self(Arc::new(Mutex::new(State { script, stored, group, commits: 0, is_closed: false })))
    }

    pub(super) fn stored(&self) -> Vec<String> {
        self.0.lock().unwrap().stored.clone()
    }

    pub(super) fn commits(&self) -> usize {
        self.0.lock().unwrap().commits
    }

    pub(super) fn is_closed(&self) -> bool {
        self.0.lock().unwrap().is_closed
    }
}

impl State {
    fn flush(&mut self) {
        self.stored.append(&mut self.group);
    }
}

impl GroupEngine for Scripted {
    fn begin(&mut self) -> Result<(), GroupError> {
        self.0.lock().unwrap().script.begins.pop_front().unwrap_or(Ok(()))
    }

    fn write(&mut self, batch: &Append) -> Result<Committed, WriteError> {
        let mut state = self.0.lock().unwrap();
        for event in &batch.events {
            match &*event.name {
                "Refuse" => return Err(AppendError::EventStored(event.id).into()),
                "Break" => {
                    let reason = "the statement failed".to_owned();
                    return Err(WriteError::Broken(GroupError::Unavailable { reason }));
                }
                "Panic" => panic!("the engine fell over"),
                name => state.group.push(name.to_owned()),
            }
        }
        Ok(Committed { first: Some(Position(1)), ..Committed::nothing() })
    }

    fn commit(&mut self) -> Result<(), CommitError> {
        let mut state = self.0.lock().unwrap();
        state.commits += 1;
        let result = state.script.commits.pop_front().unwrap_or(Ok(()));
        if result.is_ok() {
            state.flush();
        }
        result
    }

    fn undo(&mut self) {
        self.0.lock().unwrap().group.clear();
    }

    fn resolve(&mut self, group: &[Accepted]) -> Resolution {
        assert!(!group.is_empty());
        let mut state = self.0.lock().unwrap();
        let resolution = state.script.resolution.take().unwrap();
        match resolution {
            Resolution::Stored => state.flush(),
            Resolution::NotStored | Resolution::Unknown => state.group.clear(),
        }
        resolution
    }

    fn close(&mut self) {
        self.0.lock().unwrap().is_closed = true;
    }
}
