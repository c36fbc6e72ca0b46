//! The running application: the store, the aggregates, the projections, the bank.

use std::{sync::Arc, time::Duration};

use es_core::{event::Partition, prelude::*, projection::Projection, query::Query};
use es_sqlite as _;

use super::{Failure, output::note};
use crate::{
    credit_note::CreditNote,
    customer::{self, Customer},
    import::Import,
    order::{Bank, HouseBank, Order},
};

/// How long the read side may take to catch up with the log; after an import it has much to do.
const PATIENCE: Duration = Duration::from_secs(600);

pub(super) struct Shop {
    pub(super) app: App,
}

impl Shop {
    /// Opens the store and says where it is.
    pub(super) async fn open(url: &str) -> Result<Self, Failure> {
        tell_place(url)?;
        let app = App::builder()
            .store(url.to_owned())
            .with::<Order>()
            .with::<CreditNote>()
            .with::<Import>()
            .with::<(Customer, customer::register)>()
            .provide::<dyn Bank>(Arc::new(HouseBank))
            .start()
            .await
            .map_err(Failure::fault)?;
        Ok(Self { app })
    }

    /// Asks the read side, once this projection has handled everything that is stored by now.
    pub(super) async fn ask<P: Projection, Q: Query>(
        &self,
        query: Q,
    ) -> Result<Q::Answer, Failure> {
        let head = self.app.log().head(Partition::default()).await.map_err(Failure::fault)?;
        self.app.projection::<P>().reached(head, PATIENCE).await.map_err(Failure::fault)?;
        self.app.queries().query(query).await.map_err(Failure::fault)
    }

    pub(super) async fn close(self) -> Result<(), Failure> {
        self.app.shutdown(PATIENCE).await.map_err(Failure::fault)
    }
}

/// Says where the store is: the absolute path of its log, without the options behind it.
fn tell_place(url: &str) -> Result<(), Failure> {
    let path = url.strip_prefix("sqlite:").map(|rest| rest.split('?').next().unwrap_or(rest));
    match path {
        Some(path) if !path.is_empty() => {
            let path = std::path::absolute(path).map_err(Failure::fault)?;
            note(&format!("store {}", path.display()));
        }
        _ => note(&format!("store {url}")),
    }
    Ok(())
}
