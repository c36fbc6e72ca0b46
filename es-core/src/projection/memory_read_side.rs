//! The read side in memory: the readable specification of [`ReadSide`].
//!
//! Everything is one value behind a lock. A snapshot is a shared copy of it, a transaction an
//! [`Overlay`] over the value as it is now, and a commit checks, then changes the value in place.

use std::any::Any;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::rc::Rc;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use super::overlay::{Change, ExpectedRow, Overlay, StoredRow, StoredViews};
use super::{
    Preparation, ReadOnly, ReadSide, ReadSideError, ReadSideTransaction, Scan, Snapshot, Token,
    TokenKey, ViewPlace, ViewTransaction,
};
use crate::event::Tenant;

/// A read side that ends with the process. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct MemoryReadSide(Arc<Mutex<Arc<Content>>>);

#[derive(Debug, Clone, Default)]
struct Content {
    prepared: HashSet<(String, &'static str)>,
    tables: HashMap<(String, &'static str, Tenant), Arc<BTreeMap<Vec<u8>, StoredRow>>>,
    tokens: HashMap<TokenKey, Token>,
    // Never goes back, so that a row that was deleted and written again has another version.
    row_version: u64,
}

impl MemoryReadSide {
    /// An empty read side.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn content(&self) -> MutexGuard<'_, Arc<Content>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl ReadSide for MemoryReadSide {
    fn prepare(&self, version: &Preparation<'_>) -> Result<(), ReadSideError> {
        if version.by_hand {
            return Err(ReadSideError::Unavailable {
                reason: format!(
                    "processor `{}` has a handler with SQL of its own, and the read side is in \
                     memory; use a store URL such as `sqlite:data/orders.db`",
                    version.processor
                ),
            });
        }
        let mut content = self.content();
        let prepared = &mut Arc::make_mut(&mut content).prepared;
        prepared.extend(version.views.iter().map(|view| (version.version.to_owned(), view.name)));
        Ok(())
    }

    fn begin(&self, version: &str) -> Result<Box<dyn ReadSideTransaction>, ReadSideError> {
        Ok(Box::new(Transaction {
            read_side: self.clone(),
            version: version.to_owned(),
            views: Rc::new(Overlay::over(self.clone())),
            tokens: Vec::new(),
        }))
    }

    fn snapshot(&self, _version: &str) -> Result<Snapshot, ReadSideError> {
        let content = Arc::clone(&self.content());
        Ok(Snapshot { views: Rc::new(ReadOnly(content)), engine: Rc::new(()) })
    }

    fn token(&self, key: &TokenKey) -> Result<Option<Token>, ReadSideError> {
        Ok(self.content().tokens.get(key).cloned())
    }

    fn remedy(&self) -> String {
        "it is in memory: start with an empty one".to_owned()
    }

    async fn close(&self) {}
}

struct Transaction {
    read_side: MemoryReadSide,
    version: String,
    views: Rc<Overlay<MemoryReadSide>>,
    tokens: Vec<(TokenKey, Option<Token>, Token)>,
}

impl ReadSideTransaction for Transaction {
    fn views(&self) -> Rc<dyn ViewTransaction> {
        Rc::clone(&self.views) as Rc<dyn ViewTransaction>
    }

    fn engine(&self) -> Rc<dyn Any> {
        Rc::new(())
    }

    fn savepoint(&mut self) -> Result<(), ReadSideError> {
        self.views.savepoint();
        Ok(())
    }

    fn release(&mut self) -> Result<(), ReadSideError> {
        Ok(())
    }

    fn rollback_to_savepoint(&mut self) -> Result<(), ReadSideError> {
        self.views.undo();
        Ok(())
    }

    fn store_token(
        &mut self,
        key: &TokenKey,
        expected: Option<&Token>,
        token: &Token,
    ) -> Result<(), ReadSideError> {
        self.tokens.push((key.clone(), expected.cloned(), token.clone()));
        Ok(())
    }

    fn commit(self: Box<Self>) -> Result<(), ReadSideError> {
        let changes = self.views.take_changes();
        let mut content = self.read_side.content();
        for (key, expected, _) in &self.tokens {
            if content.tokens.get(key) != expected.as_ref() {
                return Err(ReadSideError::Fenced);
            }
        }
        for change in &changes {
            content.check(&self.version, change)?;
        }
        let content = Arc::make_mut(&mut content);
        for change in changes {
            content.apply(&self.version, change);
        }
        content.tokens.extend(self.tokens.into_iter().map(|(key, _, token)| (key, token)));
        Ok(())
    }
}

impl Content {
    fn table(
        &self,
        place: &ViewPlace<'_>,
    ) -> Result<Option<&BTreeMap<Vec<u8>, StoredRow>>, ReadSideError> {
        let (version, view) = (place.version.to_owned(), place.schema.name);
        if !self.prepared.contains(&(version.clone(), view)) {
            return Err(ReadSideError::UnknownView { view });
        }
        Ok(self.tables.get(&(version, view, place.tenant.clone())).map(Arc::as_ref))
    }

    fn rows(&self, place: &ViewPlace<'_>, scan: &Scan) -> Result<Vec<&StoredRow>, ReadSideError> {
        let rows = self.table(place)?.into_iter().flat_map(BTreeMap::values);
        let mut rows: Vec<_> = rows.filter(|row| scan.matches(&row.key, &row.indexes)).collect();
        // The sort is stable, so rows with one value stay ordered by key.
        rows.sort_by_key(|row| scan.value(&row.key, &row.indexes));
        Ok(rows)
    }

    fn check(&self, version: &str, change: &Change) -> Result<(), ReadSideError> {
        let (schema, tenant) = (&change.schema, &change.tenant);
        let table = self.table(&ViewPlace { version, schema, tenant })?;
        let stored = table.and_then(|rows| rows.get(&change.key)).map(|row| row.version);
        let holds = match change.expected {
            ExpectedRow::Any => true,
            ExpectedRow::Absent => stored.is_none(),
            ExpectedRow::Version(version) => stored == Some(version),
        };
        if holds { Ok(()) } else { Err(ReadSideError::Conflict { view: schema.name }) }
    }

    fn apply(&mut self, version: &str, change: Change) {
        self.row_version += 1;
        let table = (version.to_owned(), change.schema.name, change.tenant);
        let rows = Arc::make_mut(self.tables.entry(table).or_default());
        match change.row {
            None => rows.remove(&change.key),
            Some((indexes, row)) => rows.insert(
                change.key.clone(),
                StoredRow { key: change.key, indexes, row, version: self.row_version },
            ),
        };
    }
}

/// The rows as they are now.
impl StoredViews for MemoryReadSide {
    fn load(&self, place: &ViewPlace<'_>, key: &[u8]) -> Result<Option<StoredRow>, ReadSideError> {
        self.content().load(place, key)
    }

    fn scan(&self, place: &ViewPlace<'_>, scan: &Scan) -> Result<Vec<StoredRow>, ReadSideError> {
        self.content().scan(place, scan)
    }

    fn count(&self, place: &ViewPlace<'_>, scan: &Scan) -> Result<u64, ReadSideError> {
        self.content().count(place, scan)
    }
}

// Also alone: the rows as they were when a snapshot was taken.
impl StoredViews for Content {
    fn load(&self, place: &ViewPlace<'_>, key: &[u8]) -> Result<Option<StoredRow>, ReadSideError> {
        Ok(self.table(place)?.and_then(|rows| rows.get(key)).cloned())
    }

    fn scan(&self, place: &ViewPlace<'_>, scan: &Scan) -> Result<Vec<StoredRow>, ReadSideError> {
        let limit = scan.limit.unwrap_or(usize::MAX);
        Ok(self.rows(place, scan)?.into_iter().take(limit).cloned().collect())
    }

    fn count(&self, place: &ViewPlace<'_>, scan: &Scan) -> Result<u64, ReadSideError> {
        Ok(self.rows(place, scan)?.len() as u64)
    }
}
