use std::any::Any;
use std::rc::Rc;

use async_trait::async_trait;

use super::{Scan, Token, TokenKey, ViewPlace, ViewSchema};

/// The store of views and of their processors' tokens. It may be deleted and is then rebuilt.
///
/// Its methods block; the runtime calls them on threads made for that. `memory_read_side.rs` is
/// the readable specification, `testing::contract` the executable one.
#[async_trait]
pub trait ReadSide: Send + Sync + 'static {
    /// Makes what a version of a processor needs, if it is missing.
    ///
    /// # Errors
    /// The store cannot be written.
    fn prepare(&self, version: &Preparation<'_>) -> Result<(), ReadSideError>;

    /// Begins a writing transaction of one version; dropping it undoes it.
    ///
    /// # Errors
    /// The store cannot be opened for writing.
    fn begin(&self, version: &str) -> Result<Box<dyn ReadSideTransaction>, ReadSideError>;

    /// Opens a reading snapshot, on which a write fails; dropping it ends it.
    ///
    /// The version says whose name space SQL written by hand sees.
    ///
    /// # Errors
    /// The store cannot be read.
    fn snapshot(&self, version: &str) -> Result<Snapshot, ReadSideError>;

    /// The stored token.
    ///
    /// # Errors
    /// The store cannot be read.
    fn token(&self, key: &TokenKey) -> Result<Option<Token>, ReadSideError>;

    /// What to do to reset this read side, for error texts: "delete `orders.read.db`".
    fn remedy(&self) -> String;

    /// Releases what is open.
    async fn close(&self);
}

/// What a version of a processor needs of the read side.
#[derive(Debug, Clone, Copy)]
pub struct Preparation<'a> {
    /// The processor.
    pub processor: &'a str,
    /// Its version.
    pub version: &'a str,
    /// The views its handlers use; each version has tables of its own.
    pub views: &'a [ViewSchema],
    /// True if a handler writes SQL by hand: then the version gets a name space of its own, which
    /// unqualified table names follow.
    pub by_hand: bool,
}

/// A reading snapshot, on the thread that opened it.
pub struct Snapshot {
    /// The views inside it.
    pub views: Rc<dyn ViewTransaction>,
    /// The engine's own handle for extractors such as `SqliteTransaction`.
    pub engine: Rc<dyn Any>,
}

/// A writing transaction of the read side, on the thread that began it.
///
/// Views and token become visible together in [`ReadSideTransaction::commit`], or not at all. The
/// engine holds no lock against other writers before it has to: a handler may await a mail server.
pub trait ReadSideTransaction {
    /// The views inside it.
    fn views(&self) -> Rc<dyn ViewTransaction>;

    /// The engine's own handle for extractors such as `SqliteTransaction`.
    fn engine(&self) -> Rc<dyn Any>;

    /// Marks the place to return to; there is one at a time.
    ///
    /// # Errors
    /// The store failed.
    fn savepoint(&mut self) -> Result<(), ReadSideError>;

    /// Keeps what was written since the savepoint.
    ///
    /// # Errors
    /// The store failed.
    fn release(&mut self) -> Result<(), ReadSideError>;

    /// Undoes what was written since the savepoint.
    ///
    /// # Errors
    /// The store failed.
    fn rollback_to_savepoint(&mut self) -> Result<(), ReadSideError>;

    /// Moves the token, checking that it stands where the batch began.
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
    /// `Fenced` if somebody else moved a token, `Conflict` if somebody else changed a row that was
    /// written here, or the store failed. Nothing is visible then.
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

/// Why the read side failed.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReadSideError {
    /// The transaction only reads.
    #[error(
        "`{view}` cannot be written here: query handlers only read; write it in an `#[event_handler]`"
    )]
    ReadOnly {
        /// The view.
        view: &'static str,
    },
    /// Another owner moved the token.
    #[error("the segment belongs to somebody else now; it goes on from the stored token")]
    Fenced,
    /// Another owner changed a row that this batch changed too.
    #[error("a row of view `{view}` was changed by another segment; the batch is repeated")]
    Conflict {
        /// The view.
        view: &'static str,
    },
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
    /// A view was asked for that no running processor has prepared.
    #[error(
        "view `{view}` has no table here; use it in an `#[event_handler]` of a projection that runs"
    )]
    UnknownView {
        /// The view.
        view: &'static str,
    },
    /// The read side is closed.
    #[error("the read side is closed")]
    Closed,
    /// The engine failed.
    #[error("the read side is not available: {reason}")]
    Unavailable {
        /// What happened and what to do.
        reason: String,
    },
}

crate::fault::debug_is_display!(ReadSideError);
