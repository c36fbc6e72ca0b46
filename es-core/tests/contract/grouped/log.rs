use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use async_trait::async_trait;
use es_core::event::{
    Clock, CommandId, Partition, Position, Sequence, StreamId, Tenant, Timestamp,
};
use es_core::store::group::{GroupLimits, write_groups};
use es_core::store::{
    AppendError, AppendQueue, Capabilities, CommandMemory, CommandWindow, Criteria, EventStore,
    Filter, LogId, Marker, Page, Permit, ReadError, RememberedCommand, Snapshot, SnapshotStore,
    StreamVersion, Visit,
};
use es_core::testing::contract::LogSetup;
use tokio::sync::watch;

use super::Bug;
use super::disk::{Disk, Row, Rows};
use super::engine::{Engine, LIMIT_BYTES};

pub(super) struct GroupedLog {
    disk: Arc<Disk>,
    clock: Arc<dyn Clock>,
    queue: AppendQueue,
    is_closed: AtomicBool,
}

impl GroupedLog {
    pub(super) fn open(disk: Arc<Disk>, setup: &LogSetup) -> Self {
        let places = match disk.bug {
            Bug::GivesPlacesWithoutEnd => 4096,
            _ => setup.places.unwrap_or(4096),
        };
        let (queue, receiver) = AppendQueue::bounded(places);
        let mut engine = Engine::new(Arc::clone(&disk), Arc::clone(&setup.clock));
        std::thread::spawn(move || write_groups(&mut engine, receiver, GroupLimits::default()));
        let clock = Arc::clone(&setup.clock);
        Self { disk, clock, queue, is_closed: AtomicBool::new(false) }
    }

    fn rows(&self) -> Result<Rows, ReadError> {
        if self.is_closed.load(Ordering::Acquire) && self.disk.bug != Bug::ReadsAfterItsEnd {
            return Err(ReadError::Closed);
        }
        Ok(self.disk.snapshot())
    }

    fn partition(&self, partition: Partition) -> Result<Rows, ReadError> {
        match partition {
            Partition(0) => self.rows(),
            _ => Err(ReadError::Unsupported { what: "there is only partition 0" }),
        }
    }

    /// The index of tags begins with the tenant, so without one only the empty one is found.
    fn looks_in(&self, filter: &Filter, row: &Row) -> bool {
        self.disk.bug != Bug::LooksForTagsInOneTenantOnly
            || row.event.tenant == filter.tenant.clone().unwrap_or_default()
    }

    /// The planted bug of pipelining is in the writer's loop, which a test cannot change; so what
    /// the loop looks at is taken away instead.
    fn spoilt(&self, permit: Permit) -> Permit {
        if self.disk.bug != Bug::ComparesNumbersOnly {
            return permit;
        }
        let permit = Mutex::new(Some(permit));
        Permit::direct(Arc::new(move |batch| {
            batch.decided_on.clear();
            let permit = permit.lock().unwrap().take().unwrap();
            tokio::task::block_in_place(|| {
                tokio::runtime::Handle::current().block_on(permit.append(std::mem::take(batch)))
            })
        }))
    }
}

#[async_trait]
impl EventStore for GroupedLog {
    fn identity(&self) -> LogId {
        self.disk.identity
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            multi_stream_appends: true,
            tag_conditions: true,
            deadlines: false,
            command_memory: true,
            snapshots: true,
            foreign_writers: true,
            durable: true,
            partitions: 1,
            payload_limit_bytes: LIMIT_BYTES,
        }
    }

    fn try_reserve(&self) -> Result<Permit, AppendError> {
        Ok(self.spoilt(self.queue.try_reserve()?))
    }

    async fn reserve(&self, deadline: Option<Instant>) -> Result<Permit, AppendError> {
        Ok(self.spoilt(self.queue.reserve(deadline).await?))
    }

    async fn read_stream(
        &self,
        stream: &StreamId,
        from: Sequence,
        visit: &mut Visit<'_>,
    ) -> Result<StreamVersion, ReadError> {
        let rows = self.rows()?;
        let end = if self.disk.bug == Bug::EndsLongStreamsEarly { 1000 } else { u64::MAX };
        for row in &rows.events {
            let Some((other, sequence)) = &row.event.stream else { continue };
            let is_wanted = *sequence >= from && sequence.0 < end;
            if is_wanted && self.disk.is_same(other, stream) && visit(&row.event).is_break() {
                break;
            }
        }
        Ok(self.disk.version(&rows, stream))
    }

    async fn source(
        &self,
        tenant: &Tenant,
        criteria: &Criteria,
        after: Marker,
        visit: &mut Visit<'_>,
    ) -> Result<Marker, ReadError> {
        let rows = self.rows()?;
        let found = rows.events.iter().filter(|row| {
            row.event.position > after.0
                && self.disk.is_of(tenant, row)
                && criteria.matches(&row.event.name, |tag| row.has(tag, self.disk.bug))
        });
        for row in found {
            if visit(&row.event).is_break() {
                break;
            }
        }
        match self.disk.bug {
            Bug::GivesTheMarkerOfALaterSnapshot => Ok(Marker(Position(rows.head().0 + 1))),
            _ => Ok(Marker(rows.head())),
        }
    }

    async fn read(
        &self,
        partition: Partition,
        after: Position,
        filter: &Filter,
        limit: usize,
    ) -> Result<Page, ReadError> {
        let rows = self.partition(partition)?;
        let wanted = rows.events.iter().filter(|row| {
            let event = &row.event;
            let tenant = filter.tenant.as_ref().filter(|tenant| !self.disk.is_of(tenant, row));
            event.position > after
                && tenant.is_none()
                && Filter { tenant: None, ..filter.clone() }.matches(
                    &event.tenant,
                    &event.name,
                    |tag| row.has(tag, self.disk.bug) && self.looks_in(filter, row),
                )
        });
        let events: Vec<_> = wanted.take(limit).map(|row| row.event.clone()).collect();
        let last = events.last().map(|event| event.position);
        let up_to = match last {
            _ if limit == 0 => after,
            Some(last) if events.len() == limit && self.disk.bug != Bug::SaysItLookedToTheHead => {
                last
            }
            last if self.disk.bug == Bug::LooksOnlyAtWantedEvents => last.unwrap_or(after),
            _ => rows.head().max(after),
        };
        Ok(Page { events, up_to, head: rows.head() })
    }

    async fn head(&self, partition: Partition) -> Result<Position, ReadError> {
        Ok(self.partition(partition)?.head())
    }

    async fn position_at(
        &self,
        partition: Partition,
        moment: Timestamp,
    ) -> Result<Option<Position>, ReadError> {
        let rows = self.partition(partition)?;
        let mut found = rows.events.iter().filter(|row| row.event.recorded_at >= moment);
        let first = found.next();
        if self.disk.bug == Bug::GoesToTheLastOfManyAtOnce {
            let same = |row: &&Arc<Row>| {
                first.is_some_and(|first| first.event.recorded_at == row.event.recorded_at)
            };
            let last = found.take_while(same).last().or(first);
            return Ok(last.map(|row| row.event.position));
        }
        Ok(first.map(|row| row.event.position))
    }

    fn committed(&self) -> watch::Receiver<Position> {
        self.disk.committed.subscribe()
    }

    async fn close(&self) {
        if self.disk.bug == Bug::ClosesOnlyIfAwaited {
            tokio::task::yield_now().await;
        }
        self.queue.close().await;
        self.is_closed.store(true, Ordering::Release);
        self.disk.committed.send_modify(|_| {});
    }
}

#[async_trait]
impl CommandMemory for GroupedLog {
    async fn remembered(
        &self,
        tenant: &Tenant,
        id: CommandId,
    ) -> Result<Option<RememberedCommand>, ReadError> {
        self.queue.settled(id).await;
        let rows = self.rows()?;
        let now = rows.events.last().map_or(Timestamp::MIN, |row| row.event.recorded_at);
        let now = now.max(self.clock.now());
        let found = rows.commands.get(&(tenant.clone(), id));
        let found = found.filter(|(command, recorded_at)| {
            self.disk.bug == Bug::NeverForgetsACommand
                || now < CommandWindow::default().ends(*recorded_at, command.from_outside)
        });
        Ok(found.map(|(command, _)| command.clone()))
    }
}

#[async_trait]
impl SnapshotStore for GroupedLog {
    fn keep_snapshot(&self, snapshot: Snapshot) {
        self.disk.keep_snapshot(snapshot);
    }

    async fn snapshot(&self, stream: &StreamId) -> Result<Option<Snapshot>, ReadError> {
        self.rows()?;
        Ok(self.disk.kept_snapshot(stream))
    }
}
