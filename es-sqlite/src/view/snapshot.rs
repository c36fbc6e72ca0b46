use std::rc::Rc;

use es_core::projection::overlay::StoredViews;
use es_core::projection::{ReadSideError, Scan, ViewPlace, ViewTransaction};

use super::work::Work;

/// Views on a connection that only reads.
pub(super) struct ReadOnly(pub(super) Rc<Work>);

impl ViewTransaction for ReadOnly {
    fn load(&self, place: &ViewPlace<'_>, key: &[u8]) -> Result<Option<Vec<u8>>, ReadSideError> {
        Ok(self.0.load(place, key)?.map(|row| row.row))
    }

    fn upsert(
        &self,
        place: &ViewPlace<'_>,
        _key: Vec<u8>,
        _indexes: Vec<Vec<u8>>,
        _row: Vec<u8>,
    ) -> Result<(), ReadSideError> {
        Err(ReadSideError::ReadOnly { view: place.schema.name })
    }

    fn delete(&self, place: &ViewPlace<'_>, _key: &[u8]) -> Result<bool, ReadSideError> {
        Err(ReadSideError::ReadOnly { view: place.schema.name })
    }

    fn scan(&self, place: &ViewPlace<'_>, scan: &Scan) -> Result<Vec<Vec<u8>>, ReadSideError> {
        Ok(self.0.scan(place, scan)?.into_iter().map(|row| row.row).collect())
    }

    fn count(&self, place: &ViewPlace<'_>, scan: &Scan) -> Result<u64, ReadSideError> {
        self.0.count(place, scan)
    }
}
