use std::marker::PhantomData;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{KeyBuffer, ViewKey};

/// A row of a read model. Written by `#[derive(View)]`.
///
/// Its table belongs to one processor: event handlers of another one may not use it, and the
/// application does not start if they do. Query handlers read the views of every processor.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a view",
    label = "not a view",
    note = "add `#[derive(View)]` to `{Self}` and mark its key with `#[key]`"
)]
pub trait View: Serialize + DeserializeOwned + 'static {
    /// The type of the `#[key]` field, or a tuple of several.
    type Key: ViewKey;

    /// The table.
    const SCHEMA: ViewSchema;

    /// Appends the key's bytes.
    fn encode_key(&self, buffer: &mut KeyBuffer);

    /// The bytes of every `#[index]` field, in the order of [`ViewSchema::indexes`].
    fn index_keys(&self) -> Vec<Vec<u8>>;
}

/// A view's table as engines see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ViewSchema {
    /// The table's name; the struct's name unless given.
    pub name: &'static str,
    /// The names of the `#[index]` fields.
    pub indexes: &'static [&'static str],
    /// A hash over field names and written types, or the declared revision; another hash is
    /// another version of the projection.
    pub hash: u64,
}

/// One `#[index]` of a view, for [`Views::by`](super::Views::by) and
/// [`Views::range`](super::Views::range).
pub struct Index<V, K> {
    pub(crate) number: usize,
    types: PhantomData<fn(V, K)>,
}

impl<V, K> Index<V, K> {
    /// The index with this number in the view's schema; generated code calls it.
    #[must_use]
    pub const fn new(number: usize) -> Self {
        Self { number, types: PhantomData }
    }
}

impl<V, K> Clone for Index<V, K> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<V, K> Copy for Index<V, K> {}

/// Mixes one text into a schema's hash (FNV-1a, 64 bits); generated code calls it in a constant.
#[must_use]
pub const fn schema_hash(mut hash: u64, text: &str) -> u64 {
    let bytes = text.as_bytes();
    let mut index = 0;
    while index < bytes.len() {
        #[allow(clippy::indexing_slicing)] // `index < len`, and iterators are not const
        let byte = bytes[index];
        hash = (hash ^ byte as u64).wrapping_mul(0x0100_0000_01b3);
        index += 1;
    }
    // An end mark, so that "ab","c" and "a","bc" differ.
    (hash ^ 0xFF).wrapping_mul(0x0100_0000_01b3)
}
