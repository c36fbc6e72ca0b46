//! What a batch has read and written and not yet flushed, over an engine's stored rows.
//!
//! Every engine uses it, so that all of them answer alike: a row is loaded once per batch, a
//! batch sees its own writes, an event's writes are undone with its savepoint, and a flush knows
//! which version of each row its writes rest on. Rejected: writing through at once, which costs a
//! statement per write, takes the engine's write lock while handlers run, and leaves nothing that
//! could notice a lost update between two segments.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;
use std::sync::Arc;

use super::{ReadSideError, Scan, ViewPlace, ViewSchema, ViewTransaction};
use crate::event::Tenant;

/// A row as an engine has stored it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredRow {
    /// The key's bytes.
    pub key: Vec<u8>,
    /// The bytes of every index.
    pub indexes: Vec<Vec<u8>>,
    /// The row as JSON.
    pub row: Vec<u8>,
    /// The hidden version; another one is another state of the row, also after it was deleted.
    pub version: u64,
}

/// An engine's stored rows.
pub trait StoredViews {
    /// The row with a key.
    ///
    /// # Errors
    /// The store failed.
    fn load(&self, place: &ViewPlace<'_>, key: &[u8]) -> Result<Option<StoredRow>, ReadSideError>;

    /// The rows of a scan, in its order.
    ///
    /// # Errors
    /// The store failed.
    fn scan(&self, place: &ViewPlace<'_>, scan: &Scan) -> Result<Vec<StoredRow>, ReadSideError>;

    /// The number of rows of a scan, whatever its limit.
    ///
    /// # Errors
    /// The store failed.
    fn count(&self, place: &ViewPlace<'_>, scan: &Scan) -> Result<u64, ReadSideError>;
}

macro_rules! shared {
    ($($pointer:ident),*) => { $(
        impl<S: StoredViews + ?Sized> StoredViews for $pointer<S> {
            fn load(
                &self,
                place: &ViewPlace<'_>,
                key: &[u8],
            ) -> Result<Option<StoredRow>, ReadSideError> {
                (**self).load(place, key)
            }

            fn scan(
                &self,
                place: &ViewPlace<'_>,
                scan: &Scan,
            ) -> Result<Vec<StoredRow>, ReadSideError> {
                (**self).scan(place, scan)
            }

            fn count(&self, place: &ViewPlace<'_>, scan: &Scan) -> Result<u64, ReadSideError> {
                (**self).count(place, scan)
            }
        }
    )* };
}

shared!(Rc, Arc);

/// What a stored row must be like for a change to be right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExpectedRow {
    /// The batch wrote it without looking.
    Any,
    /// It was not there.
    Absent,
    /// It had this hidden version.
    Version(u64),
}

/// One row to flush.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The table.
    pub schema: ViewSchema,
    /// Whose row.
    pub tenant: Tenant,
    /// The key's bytes.
    pub key: Vec<u8>,
    /// What the change rests on.
    pub expected: ExpectedRow,
    /// The index bytes and the JSON to write; `None` deletes the row.
    pub row: Option<(Vec<Vec<u8>>, Vec<u8>)>,
}

/// A batch's cache over an engine's stored rows.
#[derive(Debug)]
pub struct Overlay<S> {
    stored: S,
    cache: RefCell<Cache>,
}

#[derive(Debug, Default)]
struct Cache {
    tables: HashMap<&'static str, Table>,
    // What each write since the savepoint replaced, newest last.
    undo: Vec<Undo>,
}

#[derive(Debug)]
struct Table {
    schema: ViewSchema,
    tenants: HashMap<Tenant, BTreeMap<Vec<u8>, Entry>>,
}

#[derive(Debug, Clone)]
struct Entry {
    base: ExpectedRow,
    now: Option<(Vec<Vec<u8>>, Vec<u8>)>,
    is_changed: bool,
}

#[derive(Debug)]
struct Undo {
    view: &'static str,
    tenant: Tenant,
    key: Vec<u8>,
    before: Option<Entry>,
}

impl<S: StoredViews> Overlay<S> {
    /// An empty cache.
    #[must_use]
    pub fn over(stored: S) -> Self {
        Self { stored, cache: RefCell::default() }
    }

    /// The engine's rows.
    pub fn stored(&self) -> &S {
        &self.stored
    }

    /// Marks the place that [`Overlay::undo`] returns to.
    pub fn savepoint(&self) {
        self.cache.borrow_mut().undo.clear();
    }

    /// Undoes what was written since the savepoint; what was read stays.
    pub fn undo(&self) {
        let cache = &mut *self.cache.borrow_mut();
        while let Some(undo) = cache.undo.pop() {
            let rows = cache.tables.get_mut(undo.view).map(|table| table.rows(&undo.tenant));
            let Some(rows) = rows else { continue };
            match undo.before {
                Some(entry) => rows.insert(undo.key, entry),
                None => rows.remove(&undo.key),
            };
        }
    }

    /// Takes what has to be flushed, ordered by view, tenant and key.
    #[must_use]
    pub fn take_changes(&self) -> Vec<Change> {
        let cache = std::mem::take(&mut *self.cache.borrow_mut());
        let mut changes = Vec::new();
        for table in cache.tables.into_values() {
            for (tenant, rows) in table.tenants {
                let changed = rows.into_iter().filter(|(_, entry)| entry.is_changed);
                changes.extend(changed.map(|(key, entry)| Change {
                    schema: table.schema,
                    tenant: tenant.clone(),
                    key,
                    expected: entry.base,
                    row: entry.now,
                }));
            }
        }
        // One order for everybody, so that two segments that lock rows cannot wait in a circle.
        changes.sort_by(|a, b| {
            (a.schema.name, &a.tenant, &a.key).cmp(&(b.schema.name, &b.tenant, &b.key))
        });
        changes
    }

    /// The cached entry, loaded if the batch has not seen the row yet.
    fn seen(&self, place: &ViewPlace<'_>, key: &[u8]) -> Result<Entry, ReadSideError> {
        if let Some(entry) = self.cache.borrow().entry(place, key) {
            return Ok(entry.clone());
        }
        let stored = self.stored.load(place, key)?;
        let entry = stored.map_or(ABSENT, Entry::from);
        self.cache.borrow_mut().rows(place).insert(key.to_vec(), entry.clone());
        Ok(entry)
    }

    fn write(&self, place: &ViewPlace<'_>, key: Vec<u8>, now: Option<(Vec<Vec<u8>>, Vec<u8>)>) {
        let cache = &mut *self.cache.borrow_mut();
        let rows = cache.rows(place);
        let before = rows.get(&key).cloned();
        let base = before.as_ref().map_or(ExpectedRow::Any, |entry| entry.base);
        rows.insert(key.clone(), Entry { base, now, is_changed: true });
        let (view, tenant) = (place.schema.name, place.tenant.clone());
        cache.undo.push(Undo { view, tenant, key, before });
    }

    /// Keeps the versions of rows that a scan has shown, so that a write to one rests on them.
    fn remember(&self, place: &ViewPlace<'_>, rows: &[StoredRow]) {
        let mut cache = self.cache.borrow_mut();
        let known = cache.rows(place);
        for row in rows {
            if !known.contains_key(&row.key) {
                known.insert(row.key.clone(), row.clone().into());
            }
        }
    }
}

const ABSENT: Entry = Entry { base: ExpectedRow::Absent, now: None, is_changed: false };

impl From<StoredRow> for Entry {
    fn from(row: StoredRow) -> Self {
        let base = ExpectedRow::Version(row.version);
        Self { base, now: Some((row.indexes, row.row)), is_changed: false }
    }
}

impl Table {
    fn rows(&mut self, tenant: &Tenant) -> &mut BTreeMap<Vec<u8>, Entry> {
        // Not `entry`, which would clone the tenant at every look.
        if !self.tenants.contains_key(tenant) {
            self.tenants.insert(tenant.clone(), BTreeMap::new());
        }
        self.tenants.entry(tenant.clone()).or_default()
    }
}

impl Cache {
    fn rows(&mut self, place: &ViewPlace<'_>) -> &mut BTreeMap<Vec<u8>, Entry> {
        let table = self
            .tables
            .entry(place.schema.name)
            .or_insert_with(|| Table { schema: *place.schema, tenants: HashMap::new() });
        table.rows(place.tenant)
    }

    fn known(&self, place: &ViewPlace<'_>) -> Option<&BTreeMap<Vec<u8>, Entry>> {
        self.tables.get(place.schema.name)?.tenants.get(place.tenant)
    }

    fn entry(&self, place: &ViewPlace<'_>, key: &[u8]) -> Option<&Entry> {
        self.known(place)?.get(key)
    }

    /// The keys that the batch has written.
    fn changed(&self, place: &ViewPlace<'_>) -> Vec<(Vec<u8>, Entry)> {
        let rows = self.known(place).into_iter().flatten();
        let changed = rows.filter(|(_, entry)| entry.is_changed);
        changed.map(|(key, entry)| (key.clone(), entry.clone())).collect()
    }
}

impl<S: StoredViews> ViewTransaction for Overlay<S> {
    fn load(&self, place: &ViewPlace<'_>, key: &[u8]) -> Result<Option<Vec<u8>>, ReadSideError> {
        Ok(self.seen(place, key)?.now.map(|(_, row)| row))
    }

    fn upsert(
        &self,
        place: &ViewPlace<'_>,
        key: Vec<u8>,
        indexes: Vec<Vec<u8>>,
        row: Vec<u8>,
    ) -> Result<(), ReadSideError> {
        self.write(place, key, Some((indexes, row)));
        Ok(())
    }

    fn delete(&self, place: &ViewPlace<'_>, key: &[u8]) -> Result<bool, ReadSideError> {
        let was_there = self.seen(place, key)?.now.is_some();
        if was_there {
            self.write(place, key.to_vec(), None);
        }
        Ok(was_there)
    }

    fn scan(&self, place: &ViewPlace<'_>, scan: &Scan) -> Result<Vec<Vec<u8>>, ReadSideError> {
        let changed = self.cache.borrow().changed(place);
        let wider = Scan {
            // Changed rows may hide stored ones, which the next ones then have to replace.
            limit: scan.limit.map(|limit| limit.saturating_add(changed.len())),
            ..scan.clone()
        };
        let mut rows = self.stored.scan(place, &wider)?;
        self.remember(place, &rows);
        if !changed.is_empty() {
            merge(&mut rows, changed, scan);
        }
        rows.truncate(scan.limit.unwrap_or(usize::MAX));
        Ok(rows.into_iter().map(|row| row.row).collect())
    }

    fn count(&self, place: &ViewPlace<'_>, scan: &Scan) -> Result<u64, ReadSideError> {
        let mut count = self.stored.count(place, scan)?;
        let changed = self.cache.borrow().changed(place);
        for (key, entry) in changed {
            let stored = self.stored.load(place, &key)?;
            let was = stored.is_some_and(|row| scan.matches(&key, &row.indexes));
            let is = entry.now.is_some_and(|(indexes, _)| scan.matches(&key, &indexes));
            count = count.saturating_add(u64::from(is)).saturating_sub(u64::from(was));
        }
        Ok(count)
    }
}

/// Puts the batch's own rows in place of the stored ones.
fn merge(rows: &mut Vec<StoredRow>, changed: Vec<(Vec<u8>, Entry)>, scan: &Scan) {
    rows.retain(|row| changed.binary_search_by(|(key, _)| key.cmp(&row.key)).is_err());
    for (key, entry) in changed {
        let Some((indexes, row)) = entry.now else {
            continue;
        };
        if scan.matches(&key, &indexes) {
            rows.push(StoredRow { key, indexes, row, version: 0 });
        }
    }
    rows.sort_by(|a, b| {
        let value = |row: &StoredRow| scan.value(&row.key, &row.indexes).map(<[u8]>::to_vec);
        (value(a), &a.key).cmp(&(value(b), &b.key))
    });
}
