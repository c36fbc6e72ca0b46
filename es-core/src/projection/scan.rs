use super::ViewSchema;
use crate::event::Tenant;

/// Which table: a tenant's part of a view, as one version of a processor knows it.
#[derive(Debug, Clone, Copy)]
pub struct ViewPlace<'a> {
    /// The version whose table it is.
    pub version: &'a str,
    /// The table.
    pub schema: &'a ViewSchema,
    /// Whose rows.
    pub tenant: &'a Tenant,
}

/// Which rows, and in which order: by the index's bytes, then by the key's.
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

impl Scan {
    /// The bytes by which this scan finds and orders a row; `None` if the row lacks the index.
    #[must_use]
    pub fn value<'a>(&self, key: &'a [u8], indexes: &'a [Vec<u8>]) -> Option<&'a [u8]> {
        match self.index {
            None => Some(key),
            Some(number) => indexes.get(number).map(Vec::as_slice),
        }
    }

    /// Tells whether a row belongs to this scan.
    #[must_use]
    pub fn matches(&self, key: &[u8], indexes: &[Vec<u8>]) -> bool {
        self.value(key, indexes).is_some_and(|value| {
            self.from.as_deref().is_none_or(|from| value >= from)
                && self.to.as_deref().is_none_or(|to| value < to)
        })
    }
}
