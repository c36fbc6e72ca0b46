//! Reading, beside the writer and never in its way.
//!
//! A read goes page by page, each a snapshot of its own. That is as good as one long snapshot,
//! because committed rows never change: whatever a later page sees is a longer log with the same
//! beginning. So no read holds a snapshot while somebody thinks about what it saw, and the
//! write-ahead log can always be folded back into the database.
//!
//! The first thousand events of a stream are read on the caller's own thread, straight from
//! SQLite's rows: some ten microseconds for the usual, short stream, less than a millisecond for
//! all of them, and handing the work to another thread would take longer on a busy machine. What
//! follows is read ahead on a thread made for blocking, while the caller works on the page before.

pub(crate) mod facts;
pub(crate) mod glance;
pub(crate) mod matching;
pub(crate) mod readers;
pub(crate) mod row;

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;

use rusqlite::{Connection, params};

use es_core::event::{
    Clock, CommandId, Position, RecordedEvent, Sequence, StreamId, Tenant, Timestamp,
};
use es_core::store::{
    Criteria, Filter, Marker, Page, ReadError, RememberedCommand, Snapshot, StreamVersion, Visit,
};

use self::matching::{Matches, Span, Wanted, number};
use self::readers::{Aside, Reader, Readers};
use crate::command_id::{self, Window};
use crate::config::SqliteConfig;
use crate::connect::Connector;
use crate::error::Failure;
use crate::snapshot;
use crate::writer::FileId;

const STREAM_EVENTS: &str = include_str!("read/stream_events.sql");
const VERSION: &str = include_str!("read/version.sql");
const HEAD: &str = include_str!("read/head.sql");
const RECORDED_AT: &str = include_str!("read/recorded_at.sql");

/// How much of a stream one page holds; whatever is reached first ends it.
#[derive(Debug, Clone, Copy)]
struct PageLimit {
    events: usize,
    payload_bytes: usize,
}

const PAGE: PageLimit = PageLimit { events: 512, payload_bytes: 1024 * 1024 };

/// The same for the part on the caller's own thread.
const PAGE_HERE: PageLimit = PageLimit { events: 1024, payload_bytes: 256 * 1024 };

/// A part of the log that is read on the caller's own thread.
const SHORT: u64 = 256;

/// The reading half of the log.
pub(crate) struct Reading {
    path: PathBuf,
    pub(crate) readers: Arc<Readers>,
    clock: Arc<dyn Clock>,
    window: Window,
}

impl Reading {
    pub(crate) fn new(
        connector: Connector,
        file: FileId,
        config: &SqliteConfig,
    ) -> rusqlite::Result<Self> {
        Ok(Self {
            path: connector.path().to_owned(),
            readers: Readers::new(connector, file, config)?,
            clock: Arc::clone(&config.clock),
            window: Window::of(config),
        })
    }

    pub(crate) async fn stream(
        &self,
        stream: &StreamId,
        from: Sequence,
        visit: &mut Visit<'_>,
    ) -> Result<StreamVersion, ReadError> {
        let mut page = StreamPage { stream: stream.clone(), from, limit: PAGE_HERE };
        let of = |failure: Failure| failure.into_read_error(&self.path);
        let mut is_untouched = true;
        let mut see = |event: &RecordedEvent| {
            is_untouched = false;
            visit(event)
        };
        let mut reader = self.readers.take().await.map_err(of)?;
        let end = reader.get().and_then(|reader| page.read(reader, &mut see));
        drop(reader);
        match end {
            // A lock is in the way; another thread waits for it.
            Err(failure) if failure.is_busy() && is_untouched => {}
            end => match end.map_err(of)? {
                StreamEnd { next: Some(next), .. } => page.from = next,
                StreamEnd { version, .. } => return Ok(version),
            },
        }
        page.limit = PAGE;
        let mut ahead = Some(self.ahead(&page).await?);
        let mut version = None;
        while let Some(part) = ahead.take() {
            let (events, end) = part.finish().await.map_err(of)?;
            version = end.version;
            if let Some(next) = end.next {
                page.from = next;
                ahead = Some(self.ahead(&page).await?);
            }
            if events.iter().any(|event| visit(event).is_break()) {
                break;
            }
        }
        Ok(version)
    }

    /// Begins to read a page on another thread.
    async fn ahead(&self, page: &StreamPage) -> Result<Aside<StreamPart>, ReadError> {
        let page = page.clone();
        let ahead = self.readers.begin(move |reader| page.collect(reader)).await;
        ahead.map_err(|failure| failure.into_read_error(&self.path))
    }

    pub(crate) async fn source(
        &self,
        tenant: &Tenant,
        criteria: &Criteria,
        after: Marker,
        visit: &mut Visit<'_>,
    ) -> Result<Marker, ReadError> {
        let until = self.head().await?;
        let wanted = Arc::new(Wanted::criteria(tenant, criteria));
        let mut after = after.0;
        while after < until {
            let wanted = Arc::clone(&wanted);
            let span = Span { after, until, limit: PAGE.events };
            let page = self.aside(move |reader| reader.find(&wanted, span)).await?;
            for event in &page.events {
                if visit(event).is_break() {
                    return Ok(Marker(until));
                }
            }
            after = page.up_to;
        }
        Ok(Marker(until))
    }

    pub(crate) async fn page(
        &self,
        after: Position,
        filter: &Filter,
        limit: usize,
    ) -> Result<Page, ReadError> {
        let wanted = Wanted::filter(filter);
        let head = self.head().await?;
        if after >= head || limit == 0 {
            return Ok(Page { events: Vec::new(), up_to: after, head });
        }
        let span = Span { after, until: head, limit };
        let short = head.0 - after.0 <= SHORT;
        let find = move |reader: &mut Reader| reader.find(&wanted, span);
        let found = if short { self.here(find).await? } else { self.aside(find).await? };
        Ok(Page { events: found.events, up_to: found.up_to, head })
    }

    pub(crate) async fn head(&self) -> Result<Position, ReadError> {
        self.here(|reader| head(&reader.connection)).await
    }

    /// Positions have no gaps and their times never decrease, so halving finds the place.
    pub(crate) async fn position_at(
        &self,
        moment: Timestamp,
    ) -> Result<Option<Position>, ReadError> {
        self.here(move |reader| {
            let head = head(&reader.connection)?;
            let mut statement = reader.connection.prepare_cached(RECORDED_AT)?;
            let (mut low, mut high) = (1, head.0 + 1);
            while low < high {
                let middle = low + (high - low) / 2;
                let recorded: i64 = statement
                    .query_row([number(Position(middle))], |row| row.get(0))
                    .map_err(|error| Failure::from(error).at(Position(middle)))?;
                if recorded < moment.as_microseconds() {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            Ok((low <= head.0).then_some(Position(low)))
        })
        .await
    }

    pub(crate) async fn remembered(
        &self,
        tenant: &Tenant,
        id: CommandId,
    ) -> Result<Option<RememberedCommand>, ReadError> {
        let (tenant, window, now) = (tenant.clone(), self.window, self.clock.now());
        self.here(move |reader| {
            let wanted = command_id::Wanted { tenant: &tenant, id, window, now };
            command_id::find(&reader.connection, &mut reader.rows, wanted)
        })
        .await
    }

    pub(crate) async fn snapshot(&self, stream: &StreamId) -> Result<Option<Snapshot>, ReadError> {
        let stream = stream.clone();
        self.here(move |reader| snapshot::find(&reader.connection, &mut reader.rows, &stream)).await
    }

    async fn here<T: Send + 'static>(
        &self,
        read: impl FnMut(&mut Reader) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, ReadError> {
        self.readers.here(read).await.map_err(|failure| failure.into_read_error(&self.path))
    }

    async fn aside<T: Send + 'static>(
        &self,
        read: impl FnMut(&mut Reader) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, ReadError> {
        self.readers.aside(read).await.map_err(|failure| failure.into_read_error(&self.path))
    }
}

/// One page of one stream.
#[derive(Debug, Clone)]
struct StreamPage {
    stream: StreamId,
    from: Sequence,
    limit: PageLimit,
}

/// Where a page ended.
struct StreamEnd {
    /// Where the next page begins, if there is one and it is wanted.
    next: Option<Sequence>,
    version: StreamVersion,
}

type StreamPart = (Vec<RecordedEvent>, StreamEnd);

impl StreamPage {
    fn collect(&self, reader: &mut Reader) -> Result<StreamPart, Failure> {
        let mut events = Vec::new();
        let end = self.read(reader, &mut |event| {
            events.push(event.clone());
            ControlFlow::Continue(())
        })?;
        Ok((events, end))
    }

    fn read(&self, reader: &mut Reader, visit: &mut Visit<'_>) -> Result<StreamEnd, Failure> {
        let Reader { connection, rows } = reader;
        let mut end = StreamEnd { next: None, version: None };
        let Some(key) = rows.facts.stream_key(connection, &self.stream)? else { return Ok(end) };
        let from = i64::try_from(self.from.0).unwrap_or(i64::MAX);
        let limit = i64::try_from(self.limit.events).unwrap_or(i64::MAX);
        let mut statement = connection.prepare_cached(STREAM_EVENTS)?;
        let mut table = statement.query(params![key, from, limit])?;
        let (mut bytes, mut count, mut next) = (0, 0, self.from);
        let mut is_whole = true;
        while let Some(row) = table.next()? {
            // Sequences have no gaps: behind a row that is missing no checksum is right.
            let event = rows.event_in(connection, row, key, next)?;
            next = next.next();
            count += 1;
            bytes += event.payload.len();
            if visit(&event).is_break() {
                end.version = version(connection, key)?;
                return Ok(end);
            }
            if count == self.limit.events || bytes >= self.limit.payload_bytes {
                is_whole = false;
                break;
            }
        }
        end.version = match next.0.checked_sub(1) {
            Some(last) if is_whole && count > 0 => Some(Sequence(last)),
            _ => version(connection, key)?,
        };
        // A page that ends exactly with the stream needs no other to find that out.
        end.next = Some(next).filter(|next| !is_whole && end.version >= Some(*next));
        Ok(end)
    }
}

impl Reader {
    fn find(&mut self, wanted: &Wanted, span: Span) -> Result<Matches, Failure> {
        wanted.find(&self.connection, &mut self.rows, span)
    }
}

/// The last sequence of a stream.
pub(crate) fn version(connection: &Connection, key: i64) -> Result<StreamVersion, Failure> {
    let last: Option<i64> =
        connection.prepare_cached(VERSION)?.query_row([key], |row| row.get(0))?;
    Ok(last.and_then(|last| u64::try_from(last).ok()).map(Sequence))
}

/// The last position.
pub(crate) fn head(connection: &Connection) -> Result<Position, Failure> {
    let last: Option<i64> = connection.prepare_cached(HEAD)?.query_row([], |row| row.get(0))?;
    Ok(Position(last.and_then(|last| u64::try_from(last).ok()).unwrap_or(0)))
}
