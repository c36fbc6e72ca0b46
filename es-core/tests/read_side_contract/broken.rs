//! A read side with one bug, around a sound one.

use std::any::Any;
use std::rc::Rc;

use async_trait::async_trait;

use es_core::event::Tenant;
use es_core::projection::{
    MemoryReadSide, Preparation, ReadSide, ReadSideError, ReadSideTransaction, Scan, Snapshot,
    Token, TokenKey, ViewPlace, ViewTransaction,
};

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Bug {
    ShowsBatchesEarly,
    KeepsUndoneEvents,
    MixesTenants,
    MixesVersions,
    ForgetsOrder,
    OverwritesBlindly,
    TrustsEveryToken,
    MovesTokenFirst,
    ReadsPresentInSnapshots,
    WritesInSnapshots,
}

pub(crate) struct Broken {
    sound: MemoryReadSide,
    bug: Bug,
}

impl Broken {
    pub(crate) fn new(sound: MemoryReadSide, bug: Bug) -> Self {
        Self { sound, bug }
    }

    fn views(&self, views: Rc<dyn ViewTransaction>) -> Rc<dyn ViewTransaction> {
        Rc::new(BrokenViews { views, sound: self.sound.clone(), bug: self.bug })
    }
}

#[async_trait]
impl ReadSide for Broken {
    fn prepare(&self, version: &Preparation<'_>) -> Result<(), ReadSideError> {
        self.sound.prepare(version)
    }

    fn begin(&self, version: &str) -> Result<Box<dyn ReadSideTransaction>, ReadSideError> {
        let transaction = Some(self.sound.begin(version)?);
        let (sound, bug, version) = (self.sound.clone(), self.bug, version.to_owned());
        Ok(Box::new(BrokenBatch { transaction, sound, bug, version }))
    }

    fn snapshot(&self, version: &str) -> Result<Snapshot, ReadSideError> {
        let snapshot = self.sound.snapshot(version)?;
        let views = match self.bug {
            Bug::ReadsPresentInSnapshots | Bug::WritesInSnapshots => {
                self.sound.begin(version)?.views()
            }
            _ => snapshot.views,
        };
        Ok(Snapshot { views: self.views(views), ..snapshot })
    }

    fn token(&self, key: &TokenKey) -> Result<Option<Token>, ReadSideError> {
        self.sound.token(key)
    }

    fn remedy(&self) -> String {
        self.sound.remedy()
    }

    async fn close(&self) {}
}

struct BrokenBatch {
    transaction: Option<Box<dyn ReadSideTransaction>>,
    sound: MemoryReadSide,
    bug: Bug,
    version: String,
}

impl BrokenBatch {
    fn inner(&mut self) -> &mut dyn ReadSideTransaction {
        self.transaction.as_deref_mut().expect("it has not ended")
    }
}

impl ReadSideTransaction for BrokenBatch {
    fn views(&self) -> Rc<dyn ViewTransaction> {
        let views = self.transaction.as_ref().expect("it has not ended").views();
        Broken::new(self.sound.clone(), self.bug).views(views)
    }

    fn engine(&self) -> Rc<dyn Any> {
        Rc::new(())
    }

    fn savepoint(&mut self) -> Result<(), ReadSideError> {
        self.inner().savepoint()
    }

    fn release(&mut self) -> Result<(), ReadSideError> {
        if self.bug == Bug::ShowsBatchesEarly {
            self.transaction.take().expect("it has not ended").commit()?;
            self.transaction = Some(self.sound.begin(&self.version)?);
        }
        self.inner().release()
    }

    fn rollback_to_savepoint(&mut self) -> Result<(), ReadSideError> {
        match self.bug {
            Bug::KeepsUndoneEvents => self.inner().release(),
            _ => self.inner().rollback_to_savepoint(),
        }
    }

    fn store_token(
        &mut self,
        key: &TokenKey,
        expected: Option<&Token>,
        token: &Token,
    ) -> Result<(), ReadSideError> {
        let stored = self.sound.token(key)?;
        match self.bug {
            Bug::TrustsEveryToken => self.inner().store_token(key, stored.as_ref(), token),
            Bug::MovesTokenFirst => {
                let mut other = self.sound.begin(&self.version)?;
                other.store_token(key, expected, token)?;
                other.commit()
            }
            _ => self.inner().store_token(key, expected, token),
        }
    }

    fn commit(mut self: Box<Self>) -> Result<(), ReadSideError> {
        self.transaction.take().expect("it has not ended").commit()
    }
}

struct BrokenViews {
    views: Rc<dyn ViewTransaction>,
    sound: MemoryReadSide,
    bug: Bug,
}

impl BrokenViews {
    fn with<T>(&self, place: &ViewPlace<'_>, run: impl FnOnce(&ViewPlace<'_>) -> T) -> T {
        let tenant = Tenant::default();
        match self.bug {
            Bug::MixesTenants => run(&ViewPlace { tenant: &tenant, ..*place }),
            Bug::MixesVersions => run(&ViewPlace { version: "orders@1-00c0ffee", ..*place }),
            _ => run(place),
        }
    }
}

impl ViewTransaction for BrokenViews {
    fn load(&self, place: &ViewPlace<'_>, key: &[u8]) -> Result<Option<Vec<u8>>, ReadSideError> {
        match self.bug {
            // Past the batch, which so never learns what its writes rest on.
            Bug::OverwritesBlindly | Bug::ReadsPresentInSnapshots => {
                self.sound.begin(place.version)?.views().load(place, key)
            }
            _ => self.with(place, |place| self.views.load(place, key)),
        }
    }

    fn upsert(
        &self,
        place: &ViewPlace<'_>,
        key: Vec<u8>,
        indexes: Vec<Vec<u8>>,
        row: Vec<u8>,
    ) -> Result<(), ReadSideError> {
        self.with(place, |place| self.views.upsert(place, key, indexes, row))
    }

    fn delete(&self, place: &ViewPlace<'_>, key: &[u8]) -> Result<bool, ReadSideError> {
        self.with(place, |place| self.views.delete(place, key))
    }

    fn scan(&self, place: &ViewPlace<'_>, scan: &Scan) -> Result<Vec<Vec<u8>>, ReadSideError> {
        let mut rows = self.with(place, |place| self.views.scan(place, scan))?;
        if self.bug == Bug::ForgetsOrder {
            rows.sort();
        }
        Ok(rows)
    }

    fn count(&self, place: &ViewPlace<'_>, scan: &Scan) -> Result<u64, ReadSideError> {
        self.with(place, |place| self.views.count(place, scan))
    }
}
