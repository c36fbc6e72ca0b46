use super::overlay::StoredViews;
use super::{ReadSideError, Scan, ViewPlace, ViewTransaction};

/// An engine's stored rows for queries: what is read is what is stored, and a write fails.
pub struct ReadOnly<S>(pub S);

impl<S: StoredViews> ViewTransaction for ReadOnly<S> {
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
