use std::marker::PhantomData;
use std::ops::{Bound, RangeBounds};
use std::rc::Rc;
use std::sync::Arc;

use super::{
    Batch, FromBatch, Index, KeyBuffer, ReadSideError, Scan, View, ViewKey, ViewPlace,
    ViewTransaction,
};
use crate::context::Needs;
use crate::event::Tenant;
use crate::fault::Fault;

/// A read model's rows inside one batch or query.
///
/// Reads take `&self` and writes `&mut self`, so a query handler, which gets `&Views<T>`, cannot
/// write. Event handlers use the views of their own processor, query handlers those of all.
pub struct Views<T> {
    transaction: Rc<dyn ViewTransaction>,
    version: Arc<str>,
    tenant: Tenant,
    view: PhantomData<fn() -> T>,
}

impl<T: View> Views<T> {
    fn place(&self) -> ViewPlace<'_> {
        ViewPlace { version: &self.version, schema: const { &T::SCHEMA }, tenant: &self.tenant }
    }

    /// Loads the row with a key.
    ///
    /// # Errors
    /// The read side failed, or the row does not decode.
    pub fn load(&self, key: &T::Key) -> Result<Option<T>, ReadSideError> {
        let row = self.transaction.load(&self.place(), &KeyBuffer::of(key))?;
        row.map(|row| decode(&row)).transpose()
    }

    /// Loads all rows, ordered by key.
    ///
    /// # Errors
    /// The read side failed, or a row does not decode.
    pub fn all(&self) -> Result<Vec<T>, ReadSideError> {
        self.scan(&Scan::default())
    }

    /// Loads the rows with a value in an index, ordered by key.
    ///
    /// # Errors
    /// The read side failed, or a row does not decode.
    pub fn by<K: ViewKey>(&self, index: Index<T, K>, value: &K) -> Result<Vec<T>, ReadSideError> {
        self.scan(&equal(index, value))
    }

    /// Loads the rows whose index lies in a range, in the index's order.
    ///
    /// # Errors
    /// The read side failed, or a row does not decode.
    pub fn range<K: ViewKey>(
        &self,
        index: Index<T, K>,
        range: impl RangeBounds<K>,
    ) -> Result<Vec<T>, ReadSideError> {
        self.scan(&within(index, range))
    }

    /// Counts all rows.
    ///
    /// # Errors
    /// The read side failed.
    pub fn count(&self) -> Result<u64, ReadSideError> {
        self.transaction.count(&self.place(), &Scan::default())
    }

    /// Counts the rows with a value in an index.
    ///
    /// # Errors
    /// The read side failed.
    pub fn count_by<K: ViewKey>(
        &self,
        index: Index<T, K>,
        value: &K,
    ) -> Result<u64, ReadSideError> {
        self.transaction.count(&self.place(), &equal(index, value))
    }

    /// Writes a row, whether or not there is one with its key.
    ///
    /// # Errors
    /// The read side failed, or the row cannot be encoded.
    pub fn upsert(&mut self, row: &T) -> Result<(), ReadSideError> {
        let json = serde_json::to_vec(row).map_err(|error| ReadSideError::Unavailable {
            reason: format!("a row of view `{}` cannot be encoded: {error}", T::SCHEMA.name),
        })?;
        let mut key = KeyBuffer::default();
        row.encode_key(&mut key);
        self.transaction.upsert(&self.place(), key.into_bytes(), row.index_keys(), json)
    }

    /// Deletes the row with a key, and tells whether it was there.
    ///
    /// # Errors
    /// The read side failed.
    pub fn delete(&mut self, key: &T::Key) -> Result<bool, ReadSideError> {
        self.transaction.delete(&self.place(), &KeyBuffer::of(key))
    }

    fn scan(&self, scan: &Scan) -> Result<Vec<T>, ReadSideError> {
        let rows = self.transaction.scan(&self.place(), scan)?;
        rows.iter().map(|row| decode(row)).collect()
    }
}

impl<T: View> FromBatch for Views<T> {
    fn from_batch(batch: &Batch) -> Result<Self, Fault> {
        Ok(Self {
            transaction: Rc::clone(&batch.views),
            version: batch.versions.of(&T::SCHEMA)?,
            tenant: batch.tenant.clone(),
            view: PhantomData,
        })
    }

    fn needs(needs: &mut Needs) {
        needs.view(T::SCHEMA);
    }
}

fn decode<T: View>(row: &[u8]) -> Result<T, ReadSideError> {
    serde_json::from_slice(row).map_err(|error| ReadSideError::Undecodable {
        view: T::SCHEMA.name,
        reason: error.to_string(),
    })
}

fn equal<T, K: ViewKey>(index: Index<T, K>, value: &K) -> Scan {
    let bytes = KeyBuffer::of(value);
    Scan {
        index: Some(index.number),
        to: Some(after(bytes.clone())),
        from: Some(bytes),
        limit: None,
    }
}

fn within<T, K: ViewKey>(index: Index<T, K>, range: impl RangeBounds<K>) -> Scan {
    let from = match range.start_bound() {
        Bound::Included(key) => Some(KeyBuffer::of(key)),
        Bound::Excluded(key) => Some(after(KeyBuffer::of(key))),
        Bound::Unbounded => None,
    };
    let to = match range.end_bound() {
        Bound::Included(key) => Some(after(KeyBuffer::of(key))),
        Bound::Excluded(key) => Some(KeyBuffer::of(key)),
        Bound::Unbounded => None,
    };
    Scan { index: Some(index.number), from, to, limit: None }
}

// Encodings are prefix-free, so nothing lies between a value and the value with a zero behind it.
fn after(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.push(0);
    bytes
}
