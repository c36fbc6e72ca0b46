//! The running application: the store, the aggregates, the projections, the bank.

use std::{sync::Arc, time::Duration};

use es_core::{
    event::{Partition, Position},
    prelude::*,
    projection::Projection,
    query::Query,
};

use super::{Failure, Place};
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
    pub(super) async fn open(place: &Place) -> Result<Self, Failure> {
        place.must_be_whole()?;
        let starting = App::builder()
            .store(place.url().to_owned())
            .with::<Order>()
            .with::<CreditNote>()
            .with::<Import>()
            .with::<(Customer, customer::register)>()
            .provide::<dyn Bank>(Arc::new(HouseBank))
            .start();
        let started = async { starting.await.map_err(Failure::fault) };
        Ok(Self { app: place.tell_of(started).await? })
    }

    /// Asks the read side, once this projection has handled everything that is stored by now.
    pub(super) async fn ask<P: Projection, Q: Query>(
        &self,
        query: Q,
    ) -> Result<Q::Answer, Failure> {
        self.ask_within::<P, Q>(query, PATIENCE).await
    }

    pub(super) async fn ask_within<P: Projection, Q: Query>(
        &self,
        query: Q,
        patience: Duration,
    ) -> Result<Q::Answer, Failure> {
        let head = self.head().await?;
        self.app.projection::<P>().reached(head, patience).await.map_err(Failure::fault)?;
        self.app.queries().query(query).await.map_err(Failure::fault)
    }

    /// How far the log goes.
    pub(super) async fn head(&self) -> Result<Position, Failure> {
        self.app.log().head(Partition::default()).await.map_err(Failure::fault)
    }

    pub(super) async fn close(self) -> Result<(), Failure> {
        self.app.shutdown(PATIENCE).await.map_err(Failure::fault)
    }
}
