use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, RwLock};

use es_core::event::{
    CommandId, Position, RecordedEvent, Sequence, StreamId, Tag, Tenant, Timestamp,
};
use es_core::store::{LogId, RememberedCommand, Snapshot, StreamVersion};
use tokio::sync::watch;

use super::Bug;

/// What the writers of one log share.
pub(super) struct Disk {
    pub(super) bug: Bug,
    pub(super) identity: LogId,
    pub(super) rows: RwLock<Rows>,
    /// Held from the beginning of a group to its end.
    pub(super) lock: Arc<tokio::sync::Mutex<()>>,
    pub(super) committed: watch::Sender<Position>,
    pub(super) reads: AtomicUsize,
    snapshots: RwLock<HashMap<StreamId, Snapshot>>,
}

#[derive(Clone, Default)]
pub(super) struct Rows {
    pub(super) events: Vec<Arc<Row>>,
    pub(super) commands: HashMap<(Tenant, CommandId), (RememberedCommand, Timestamp)>,
    /// The number of events before the last group.
    pub(super) flushed: usize,
}

pub(super) struct Row {
    pub(super) event: RecordedEvent,
    pub(super) tags: Vec<Tag>,
}

impl Disk {
    pub(super) fn new(bug: Bug) -> Self {
        Self {
            bug,
            identity: LogId::generate(),
            rows: RwLock::default(),
            lock: Arc::default(),
            committed: watch::Sender::default(),
            reads: AtomicUsize::new(0),
            snapshots: RwLock::default(),
        }
    }

    pub(super) fn start_again(&self) {
        if self.bug == Bug::LosesTheLastGroupAtARestart {
            let mut rows = self.rows.write().unwrap();
            let flushed = rows.flushed;
            rows.events.truncate(flushed);
        }
    }

    /// What a reader sees now.
    pub(super) fn snapshot(&self) -> Rows {
        let mut rows = self.rows.read().unwrap().clone();
        let read = self.reads.fetch_add(1, Ordering::Relaxed);
        match self.bug {
            // Not at a round number, so that a reader who waits for the last event finds it.
            Bug::ShowsHalfABatch if read % 2 == 1 && !rows.events.len().is_multiple_of(10) => {
                rows.events.pop();
            }
            // An event committed late: others that came after it are readable before it.
            Bug::SkipsWhatCommitsLate if read % 2 == 1 && rows.events.len() > 1 => {
                let late = rows.events.len() - 2;
                rows.events.remove(late);
            }
            _ => {}
        }
        rows
    }

    pub(super) fn keep_snapshot(&self, snapshot: Snapshot) {
        let mut snapshots = self.snapshots.write().unwrap();
        let key = self.snapshot_key(&snapshot.stream);
        if self.bug == Bug::KeepsTheFirstSnapshot && snapshots.contains_key(&key) {
            return;
        }
        snapshots.insert(key, snapshot);
    }

    pub(super) fn kept_snapshot(&self, stream: &StreamId) -> Option<Snapshot> {
        self.snapshots.read().unwrap().get(&self.snapshot_key(stream)).cloned()
    }

    fn snapshot_key(&self, stream: &StreamId) -> StreamId {
        match self.bug {
            Bug::MixesUpSnapshotsOfTenants => {
                StreamId::new(&Tenant::default(), stream.aggregate(), stream.id()).unwrap()
            }
            _ => stream.clone(),
        }
    }

    pub(super) fn is_same(&self, a: &StreamId, b: &StreamId) -> bool {
        match self.bug {
            Bug::NormalisesIds => {
                let normal = |id: &StreamId| id.id().replace("e\u{301}", "é").to_lowercase();
                a.aggregate() == b.aggregate() && normal(a) == normal(b)
            }
            Bug::IgnoresTenants => a.aggregate() == b.aggregate() && a.id() == b.id(),
            _ => a == b,
        }
    }

    pub(super) fn is_of(&self, tenant: &Tenant, row: &Row) -> bool {
        self.bug == Bug::IgnoresTenants || row.event.tenant == *tenant
    }

    pub(super) fn version(&self, rows: &Rows, stream: &StreamId) -> StreamVersion {
        let mut events = rows.events.iter().rev().filter_map(|row| row.event.stream.as_ref());
        let (_, sequence) = events.find(|(other, _)| self.is_same(other, stream))?;
        Some(Sequence(sequence.0))
    }
}

impl Rows {
    pub(super) fn head(&self) -> Position {
        self.events.last().map(|row| row.event.position).unwrap_or_default()
    }
}

impl Row {
    pub(super) fn has(&self, tag: &Tag, bug: Bug) -> bool {
        if bug == Bug::CutsLongTags {
            let start = |tag: &Tag| tag.value.chars().take(1000).collect::<String>();
            return self.tags.iter().any(|own| own.key == tag.key && start(own) == start(tag));
        }
        self.tags.contains(tag)
    }
}
