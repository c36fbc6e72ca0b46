use std::any::Any;
use std::rc::Rc;

use async_trait::async_trait;

use super::ViewSchema;
use crate::event::{EventId, Partition, Position, Tenant};
use crate::store::LogId;

/// The store of views and of their processors' tokens. It may be deleted and is then rebuilt.
///
/// Its methods block; the runtime calls them on threads made for that.
#[async_trait]
pub trait ReadSide: Send + Sync + 'static {
    /// Makes the tables of these views if they are missing.
    ///
    /// # Errors
    /// The store cannot be written.
    fn prepare(&self, processor: &str, version: &str, views: &[ViewSchema])
    -> Result<(), ReadSideError>;

    /// Begins a writing transaction; dropping it undoes it.
    ///
    /// # Errors
    /// The store cannot be written, or another writer held it for too long.
    fn begin(&self, version: &str) -> Result<Box<dyn ReadSideTransaction>, ReadSideError>;

    /// Opens a reading snapshot, on which a write fails.
    ///
    /// # Errors
    /// The store cannot be read.
    fn snapshot(&self, version: &str) -> Result<Rc<dyn ViewTransaction>, ReadSideError>;

    /// The stored token.
    ///
    /// # Errors
    /// The store cannot be read.
    fn token(&self, key: &TokenKey) -> Result<Option<Token>, ReadSideError>;

    /// Releases what is open.
    async fn close(&self);
}

/// A writing transaction of the read side, on the thread that began it.
pub trait ReadSideTransaction {
    /// The views inside it.
    fn views(&self) -> Rc<dyn ViewTransaction>;

    /// The engine's own handle for extractors such as `SqliteTransaction`.
    fn engine(&self) -> Rc<dyn Any>;

    /// Marks a place to return to.
    ///
    /// # Errors
    /// The store failed.
    fn savepoint(&mut self) -> Result<(), ReadSideError>;

    /// Keeps what was written since the last savepoint.
    ///
    /// # Errors
    /// The store failed.
    fn release(&mut self) -> Result<(), ReadSideError>;

    /// Undoes what was written since the last savepoint.
    ///
    /// # Errors
    /// The store failed.
    fn rollback_to_savepoint(&mut self) -> Result<(), ReadSideError>;

    /// Moves the token, checking that it stands where the batch began and that its fence is ours.
    ///
    /// # Errors
    /// `Fenced` if somebody else moved it.
    fn store_token(
        &mut self,
        key: &TokenKey,
        expected: Option<&Token>,
        token: &Token,
    ) -> Result<(), ReadSideError>;

    /// Makes everything visible at once.
    ///
    /// # Errors
    /// The store failed; nothing is visible then.
    fn commit(self: Box<Self>) -> Result<(), ReadSideError>;
}

/// Loads and changes views. Every call takes `&self`, so any number of extractors share one.
pub trait ViewTransaction {
    /// The row with this key, as JSON.
    ///
    /// # Errors
    /// The store failed.
    fn load(&self, place: &ViewPlace<'_>, key: &[u8]) -> Result<Option<Vec<u8>>, ReadSideError>;

    /// Writes a row.
    ///
    /// # Errors
    /// The store failed, or the transaction only reads.
    fn upsert(
        &self,
        place: &ViewPlace<'_>,
        key: Vec<u8>,
        indexes: Vec<Vec<u8>>,
        row: Vec<u8>,
    ) -> Result<(), ReadSideError>;

    /// Deletes a row, and tells whether it was there.
    ///
    /// # Errors
    /// The store failed, or the transaction only reads.
    fn delete(&self, place: &ViewPlace<'_>, key: &[u8]) -> Result<bool, ReadSideError>;

    /// The rows of a scan, in order.
    ///
    /// # Errors
    /// The store failed.
    fn scan(&self, place: &ViewPlace<'_>, scan: &Scan) -> Result<Vec<Vec<u8>>, ReadSideError>;

    /// The number of rows of a scan, whatever its limit.
    ///
    /// # Errors
    /// The store failed.
    fn count(&self, place: &ViewPlace<'_>, scan: &Scan) -> Result<u64, ReadSideError>;
}

/// Which rows of which view: a tenant's part of its table.
#[derive(Debug, Clone, Copy)]
pub struct ViewPlace<'a> {
    /// The table.
    pub schema: &'a ViewSchema,
    /// Whose rows.
    pub tenant: &'a Tenant,
}

/// Which rows, and in which order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scan {
    /// The index to go by; `None` is the key.
    pub index: Option<usize>,
    /// The first value, inclusive; `None` from the beginning.
    pub from: Option<Vec<u8>>,
    /// The end, exclusive; `None` to the end.
    pub to: Option<Vec<u8>>,
    /// At most this many.
    pub limit: Option<usize>,
}

/// Names one token.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TokenKey {
    /// The processor.
    pub processor: String,
    /// The projection version: its name, view shapes and declared version.
    pub version: String,
    /// The segment's number.
    pub segment: u32,
    /// The log's partition.
    pub partition: Partition,
}

/// How far a segment has handled a partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// The log it belongs to.
    pub log: LogId,
    /// Everything up to here is handled.
    pub position: Position,
    /// The event at that position, to notice another history with the same numbers.
    pub event: Option<EventId>,
    /// Up to here a replay runs; 0 without one.
    pub replay_until: Position,
    /// Raised when somebody takes the segment over.
    pub fence: u64,
}

/// Why the read side failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadSideError {
    /// The transaction only reads.
    #[error("`{view}` cannot be written here: query handlers only read")]
    ReadOnly {
        /// The view.
        view: &'static str,
    },
    /// Another owner moved the token.
    #[error("the segment belongs to somebody else now")]
    Fenced,
    /// Another writer held the store for too long.
    #[error("the read side is locked by another process; try again")]
    Busy,
    /// A stored row is not the view's shape.
    #[error("a row of view `{view}` cannot be decoded: {reason}; rebuild the projection")]
    Undecodable {
        /// The view.
        view: &'static str,
        /// What is wrong.
        reason: String,
    },
    /// A view was asked for that the processor has not prepared.
    #[error("view `{view}` has no table yet; no running projection writes it")]
    UnknownView {
        /// The view.
        view: &'static str,
    },
    /// The engine failed.
    #[error("the read side is not available: {reason}")]
    Unavailable {
        /// What happened and what to do.
        reason: String,
    },
}

