use std::rc::Rc;
use std::sync::Arc;

use uuid::Uuid;

use super::ReadSideHarness;
use crate::event::{EventId, Partition, Position, Tenant};
use crate::projection::{
    Preparation, ReadSide, ReadSideError, ReadSideTransaction, Scan, Token, TokenKey, ViewPlace,
    ViewSchema, ViewTransaction,
};
use crate::store::LogId;
use crate::testing::contract::check::{Unkept, Verdict};

pub(super) const VERSION: &str = "orders@1-00c0ffee";
pub(super) const OTHER: &str = "orders@2-0decaf";

pub(super) const SUMMARY: ViewSchema =
    ViewSchema { name: "Order \"Summary\"", indexes: &["status", "total"], hash: 1 };
pub(super) const DAILY: ViewSchema = ViewSchema { name: "Daily", indexes: &[], hash: 2 };

/// One read side, prepared for two views in two versions.
pub(super) struct Stage {
    harness: Arc<dyn ReadSideHarness>,
    name: String,
    pub(super) read_side: Arc<dyn ReadSide>,
    pub(super) tenant: Tenant,
}

/// What a promise does with one view.
pub(super) struct Table {
    views: Rc<dyn ViewTransaction>,
    version: &'static str,
    schema: &'static ViewSchema,
    tenant: Tenant,
}

impl Stage {
    pub(super) fn open(harness: Arc<dyn ReadSideHarness>, name: String) -> Verdict<Self> {
        let read_side = open(&*harness, &name)?;
        let stage = Self { harness, name, read_side, tenant: Tenant::default() };
        stage.prepare()?;
        Ok(stage)
    }

    pub(super) fn prepare(&self) -> Verdict {
        for version in [VERSION, OTHER] {
            let views = &[SUMMARY, DAILY];
            let by_hand = false;
            self.read_side.prepare(&Preparation {
                processor: "orders",
                version,
                views,
                by_hand,
            })?;
        }
        Ok(())
    }

    /// Closes the read side and opens it again.
    pub(super) fn reopened(&self) -> Verdict<Self> {
        if !self.harness.is_durable() {
            return Err(Unkept::NotApplicable("not durable"));
        }
        tokio::runtime::Handle::current().block_on(self.read_side.close());
        Self::open(Arc::clone(&self.harness), self.name.clone())
    }

    pub(super) fn begin(&self) -> Result<Box<dyn ReadSideTransaction>, ReadSideError> {
        self.read_side.begin(VERSION)
    }

    /// A batch's table.
    pub(super) fn table(&self, batch: &dyn ReadSideTransaction) -> Table {
        self.table_of(batch.views(), &SUMMARY)
    }

    pub(super) fn table_of(
        &self,
        views: Rc<dyn ViewTransaction>,
        schema: &'static ViewSchema,
    ) -> Table {
        Table { views, version: VERSION, schema, tenant: self.tenant.clone() }
    }

    /// The table as a query sees it now.
    pub(super) fn seen(&self) -> Verdict<Table> {
        Ok(self.table_of(self.read_side.snapshot(VERSION)?.views, &SUMMARY))
    }

    /// Writes one row in a batch of its own.
    pub(super) fn put(&self, key: &str, status: &str, total: u8) -> Verdict {
        let batch = self.begin()?;
        self.table(&*batch).put(key, status, total)?;
        Ok(batch.commit()?)
    }

    /// What a query sees under a key.
    pub(super) fn row(&self, key: &str) -> Verdict<Option<String>> {
        self.seen()?.row(key)
    }
}

fn open(harness: &dyn ReadSideHarness, name: &str) -> Verdict<Arc<dyn ReadSide>> {
    harness.open(name).map_err(|fault| Unkept::broken(format!("it cannot be opened: {fault}")))
}

impl Table {
    pub(super) fn of_tenant(mut self, tenant: &str) -> Verdict<Self> {
        self.tenant = Tenant::new(tenant).map_err(|error| Unkept::broken(error.to_string()))?;
        Ok(self)
    }

    pub(super) fn of_version(mut self, version: &'static str) -> Self {
        self.version = version;
        self
    }

    pub(super) fn place(&self) -> ViewPlace<'_> {
        ViewPlace { version: self.version, schema: self.schema, tenant: &self.tenant }
    }

    /// Writes the row `{"<key>": "<status> <total>"}`.
    pub(super) fn put(&self, key: &str, status: &str, total: u8) -> Result<(), ReadSideError> {
        let row = text(key, status, total);
        let indexes = match self.schema.indexes.len() {
            0 => Vec::new(),
            _ => vec![status.as_bytes().to_vec(), vec![total]],
        };
        self.views.upsert(&self.place(), key.as_bytes().to_vec(), indexes, row.into_bytes())
    }

    pub(super) fn delete(&self, key: &str) -> Result<bool, ReadSideError> {
        self.views.delete(&self.place(), key.as_bytes())
    }

    pub(super) fn row(&self, key: &str) -> Verdict<Option<String>> {
        let row = self.views.load(&self.place(), key.as_bytes())?;
        row.map(utf8).transpose()
    }

    pub(super) fn scan(&self, scan: &Scan) -> Verdict<Vec<String>> {
        self.views.scan(&self.place(), scan)?.into_iter().map(utf8).collect()
    }

    pub(super) fn count(&self, scan: &Scan) -> Verdict<u64> {
        Ok(self.views.count(&self.place(), scan)?)
    }
}

/// The row that [`Table::put`] writes.
pub(super) fn text(key: &str, status: &str, total: u8) -> String {
    serde_json::json!({ key: format!("{status} {total}") }).to_string()
}

fn utf8(row: Vec<u8>) -> Verdict<String> {
    String::from_utf8(row).map_err(|_| Unkept::broken("a row came back as other bytes"))
}

pub(super) fn token_key(segment: u32) -> TokenKey {
    TokenKey {
        processor: "orders".to_owned(),
        version: VERSION.to_owned(),
        segment,
        partition: Partition(0),
    }
}

pub(super) fn token(position: u64) -> Token {
    Token {
        log: LogId(Uuid::from_u128(7)),
        position: Position(position),
        event: (position > 0).then(|| EventId(Uuid::from_u128(u128::from(position)))),
        replay_until: Position(0),
        fence: 0,
    }
}
