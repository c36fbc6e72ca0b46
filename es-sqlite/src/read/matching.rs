use std::collections::BTreeSet;

use rusqlite::{Connection, OptionalExtension, params};

use es_core::event::{Position, RecordedEvent, Tag, Tenant};
use es_core::store::{Criteria, Filter};

use super::row::{NAME, Rows, position};
use crate::error::Failure;

const EVENTS: &str = include_str!("events.sql");
const EVENT: &str = include_str!("event.sql");
const HAS_TAG: &str = include_str!("has_tag.sql");
const TAGGED: &str = include_str!("tagged.sql");
const OF_STREAM: &str = include_str!("of_stream.sql");

/// How many rows one page looks at, so that a filter that matches little does not hold a
/// connection for long.
const LOOKED_AT: usize = 16_384;

/// Which events are wanted: any of the criteria, of one tenant or of all.
pub(crate) struct Wanted {
    criteria: Criteria,
    tenant: Option<Tenant>,
}

/// A part of the log, seen through [`Wanted`].
pub(crate) struct Matches {
    pub(crate) events: Vec<RecordedEvent>,
    /// Everything up to here was looked at.
    pub(crate) up_to: Position,
}

/// Positions beyond `after`, up to `until`, and how many events at most.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Span {
    pub(crate) after: Position,
    pub(crate) until: Position,
    pub(crate) limit: usize,
}

impl Wanted {
    pub(crate) fn criteria(tenant: &Tenant, criteria: &Criteria) -> Self {
        Self { criteria: criteria.clone(), tenant: Some(tenant.clone()) }
    }

    pub(crate) fn filter(filter: &Filter) -> Self {
        let (names, tags) = (filter.names.clone(), filter.tags.clone());
        let criterion = es_core::store::Criterion { tags, names };
        Self { criteria: Criteria(vec![criterion]), tenant: filter.tenant.clone() }
    }

    /// Finds the next matching events.
    pub(crate) fn find(
        &self,
        connection: &Connection,
        rows: &mut Rows,
        span: Span,
    ) -> Result<Matches, Failure> {
        if self.criteria.0.iter().all(|criterion| !criterion.tags.is_empty())
            && let Some(tenant) = &self.tenant
        {
            return self.find_tagged(connection, rows, tenant, span);
        }
        self.scan(connection, rows, span)
    }

    /// Looks at every event.
    fn scan(
        &self,
        connection: &Connection,
        rows: &mut Rows,
        span: Span,
    ) -> Result<Matches, Failure> {
        let mut found = Matches { events: Vec::new(), up_to: span.after };
        let mut statement = connection.prepare_cached(EVENTS)?;
        let mut table = statement.query(params![number(span.after), number(span.until)])?;
        let mut looked_at = 0;
        while let Some(row) = table.next()? {
            let here = position(row)?;
            // Positions have no gaps; a missing row is a lost event.
            if here != found.up_to.next() {
                return Err(Failure::Damaged(found.up_to.next()));
            }
            if self.may_match(connection, rows, row)? {
                let event = rows.event(connection, row)?;
                if self.matches(connection, rows, &event)? {
                    found.events.push(event);
                }
            }
            found.up_to = here;
            looked_at += 1;
            if found.events.len() >= span.limit || looked_at >= LOOKED_AT {
                return Ok(found);
            }
        }
        if found.up_to != span.until {
            return Err(Failure::Damaged(found.up_to.next()));
        }
        Ok(found)
    }

    /// Goes by the first tag of each criterion, which the index finds.
    fn find_tagged(
        &self,
        connection: &Connection,
        rows: &mut Rows,
        tenant: &Tenant,
        span: Span,
    ) -> Result<Matches, Failure> {
        let mut places = BTreeSet::new();
        // Beyond the last entry of a list that was cut off, nothing is known.
        let mut until = number(span.until);
        let entries = span.limit.clamp(1, LOOKED_AT);
        for tag in self.criteria.0.iter().filter_map(|criterion| criterion.tags.first()) {
            for list in lists(connection, rows, tenant, tag, span, entries)? {
                if list.len() >= entries {
                    until = until.min(list.last().copied().unwrap_or(until));
                }
                places.extend(list);
            }
        }
        let mut found = Matches { events: Vec::new(), up_to: span.after };
        for place in places.range(..=until) {
            let mut statement = connection.prepare_cached(EVENT)?;
            let mut table = statement.query([place])?;
            let lost = || Failure::Damaged(Position(u64::try_from(*place).unwrap_or(0)));
            let event = rows.event(connection, table.next()?.ok_or_else(lost)?)?;
            found.up_to = event.position;
            if self.matches(connection, rows, &event)? {
                found.events.push(event);
            }
            if found.events.len() >= span.limit {
                return Ok(found);
            }
        }
        found.up_to = Position(u64::try_from(until).unwrap_or(0));
        Ok(found)
    }

    /// A first look at the row's short columns, before its payload is touched.
    fn may_match(
        &self,
        connection: &Connection,
        rows: &mut Rows,
        row: &rusqlite::Row<'_>,
    ) -> Result<bool, Failure> {
        if self.criteria.0.iter().any(|criterion| criterion.names.is_empty()) {
            return Ok(true);
        }
        let here = position(row)?;
        let id = row.get(NAME).map_err(|error| Failure::from(error).at(here))?;
        let name = rows.facts.name(connection, id).map_err(|failure| failure.at(here))?;
        Ok(self
            .criteria
            .0
            .iter()
            .any(|criterion| criterion.names.iter().any(|n| **n == *name.text)))
    }

    fn matches(
        &self,
        connection: &Connection,
        rows: &mut Rows,
        event: &RecordedEvent,
    ) -> Result<bool, Failure> {
        if self.tenant.as_ref().is_some_and(|tenant| *tenant != event.tenant) {
            return Ok(false);
        }
        for criterion in &self.criteria.0 {
            let named =
                criterion.names.is_empty() || criterion.names.iter().any(|n| **n == *event.name);
            if named && has_all(connection, rows, event, &criterion.tags)? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

fn has_all(
    connection: &Connection,
    rows: &mut Rows,
    event: &RecordedEvent,
    tags: &[Tag],
) -> Result<bool, Failure> {
    for tag in tags {
        if !is_own(event, tag) && !has(connection, rows, event, tag)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The tag an event has by its own stream is not stored.
fn is_own(event: &RecordedEvent, tag: &Tag) -> bool {
    event.stream.as_ref().is_some_and(|(s, _)| s.aggregate() == tag.key && s.id() == tag.value)
}

fn has(
    connection: &Connection,
    rows: &mut Rows,
    event: &RecordedEvent,
    tag: &Tag,
) -> Result<bool, Failure> {
    let Some(key) = rows.facts.name_id(connection, &tag.key)? else {
        return Ok(false);
    };
    let Some(tenant) = rows.facts.name_id(connection, event.tenant.as_str())? else {
        return Ok(false);
    };
    let mut statement = connection.prepare_cached(HAS_TAG)?;
    let row = params![key, tag.value, tenant, number(event.position)];
    Ok(statement.query_row(row, |_| Ok(())).optional()?.is_some())
}

/// The positions that have a tag: those it was given to, and those of the stream it names.
fn lists(
    connection: &Connection,
    rows: &mut Rows,
    tenant: &Tenant,
    tag: &Tag,
    span: Span,
    entries: usize,
) -> Result<[Vec<i64>; 2], Failure> {
    let entries = i64::try_from(entries).unwrap_or(i64::MAX);
    let (after, until) = (number(span.after), number(span.until));
    let positions = |sql: &str, row: &[&dyn rusqlite::ToSql]| -> Result<Vec<i64>, Failure> {
        let mut statement = connection.prepare_cached(sql)?;
        let positions = statement.query_map(row, |row| row.get(0))?;
        Ok(positions.collect::<rusqlite::Result<_>>()?)
    };
    let key = rows.facts.name_id(connection, &tag.key)?;
    let tenant_id = rows.facts.name_id(connection, tenant.as_str())?;
    let (Some(key), Some(tenant_id)) = (key, tenant_id) else {
        return Ok(Default::default());
    };
    let given = positions(TAGGED, params![key, tag.value, tenant_id, after, until, entries])?;
    let stream = es_core::event::StreamId::new(tenant, &tag.key, &tag.value).ok();
    let stream = match &stream {
        Some(stream) => rows.facts.stream_key(connection, stream)?,
        None => None,
    };
    let own = match stream {
        Some(stream) => positions(OF_STREAM, params![stream, after, until, entries])?,
        None => Vec::new(),
    };
    Ok([given, own])
}

/// A position as SQLite's number.
pub(crate) fn number(position: Position) -> i64 {
    i64::try_from(position.0).unwrap_or(i64::MAX)
}
