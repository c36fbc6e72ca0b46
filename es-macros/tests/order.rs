//! The shapes of the front page, called through what the macros wrote.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use es_core::prelude::*;

#[derive(AggregateId, Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct OrderId(String);

#[derive(Command, Clone, Serialize, Deserialize)]
pub struct CreateOrder {
    #[target]
    pub order_id: OrderId,
    pub product: String,
}
#[derive(Command, Clone, Serialize, Deserialize)]
pub struct CancelOrder {
    #[target_aggregate_identifier]
    pub order_id: OrderId,
}
#[derive(Command, Clone, Serialize, Deserialize)]
pub struct PayOrder {
    #[target]
    pub order_id: OrderId,
}
#[derive(Event, Serialize, Deserialize)]
pub struct OrderCreated {
    pub order_id: OrderId,
    pub product: String,
}
#[derive(Event, Serialize, Deserialize)]
pub struct OrderCancelled {
    #[tag]
    pub order_id: OrderId,
}
#[derive(Event, Serialize, Deserialize)]
pub struct OrderPaid {
    pub order_id: OrderId,
}
#[derive(Debug, PartialEq)]
pub enum OrderError {
    Paid,
}
impl std::fmt::Display for OrderError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("paid")
    }
}
impl std::error::Error for OrderError {}

#[derive(Debug, PartialEq)]
pub enum Status {
    Created,
    Cancelled,
    Paid,
}

#[aggregate]
pub struct Order {
    #[aggregate_identifier]
    order_id: OrderId,
    status: Status,
}

#[aggregate]
impl Order {
    #[command_handler]
    fn create(cmd: CreateOrder) -> OrderCreated {
        OrderCreated { order_id: cmd.order_id, product: cmd.product }
    }

    #[command_handler]
    fn cancel(&self, cmd: CancelOrder) -> Result<Option<OrderCancelled>, OrderError> {
        match self.status {
            Status::Created => Ok(Some(OrderCancelled { order_id: cmd.order_id })),
            Status::Cancelled => Ok(None),
            Status::Paid => Err(OrderError::Paid),
        }
    }

    #[command_handler]
    async fn pay(
        order: &mut Root<Self>,
        cmd: &PayOrder,
        id: CommandId,
        _metadata: &Metadata,
    ) -> Result<u64, HandlerError<OrderError>> {
        let _ = (id, cmd);
        order.apply(OrderPaid { order_id: order.order_id.clone() });
        Ok(7)
    }

    #[event_sourcing_handler]
    fn on_created(e: &OrderCreated) -> Self {
        Self { order_id: e.order_id.clone(), status: Status::Created }
    }

    #[event_sourcing_handler]
    fn on_cancelled(&mut self, _: &OrderCancelled) {
        self.status = Status::Cancelled;
    }

    #[event_sourcing_handler]
    fn on_paid(&mut self, _: &OrderPaid) {
        self.status = Status::Paid;
    }
}

#[derive(View, Serialize, Deserialize)]
pub struct OrderSummary {
    #[key]
    pub order_id: OrderId,
    #[index]
    pub status: String,
}
#[derive(Query, Serialize, Deserialize)]
#[query(answer = Option<OrderSummary>)]
pub struct FindOrder {
    pub order_id: OrderId,
}

#[projection(name = "order-summary")]
impl OrderSummary {
    #[event_handler]
    fn on_created(e: &OrderCreated, views: &mut Views<OrderSummary>) -> Result<(), Fault> {
        views.upsert(&OrderSummary { order_id: e.order_id.clone(), status: "created".into() })?;
        Ok(())
    }

    #[query_handler]
    fn find(q: &FindOrder, views: &Views<Self>) -> Result<Option<Self>, Fault> {
        Ok(views.load(&q.order_id)?)
    }
}

#[event_handler]
async fn mail(e: OrderPaid, _at: Timestamp) {
    let _ = e.order_id;
}

#[tokio::test]
async fn dispatches_through_every_shape() {
    let app = App::test().with::<(Order, OrderSummary)>().start().await.unwrap();
    let commands = app.commands();
    let order_id = OrderId("1".into());
    let create = CreateOrder { order_id: order_id.clone(), product: "pen".into() };
    commands.send(create.clone()).await.unwrap();
    let again = commands.send(create).await.unwrap_err();
    assert!(matches!(again, CommandError::AlreadyExists { .. }));
    commands.send(CancelOrder { order_id: order_id.clone() }).await.unwrap();
    let paid: u64 = commands.send(PayOrder { order_id: order_id.clone() }).await.unwrap();
    assert_eq!(paid, 7);
    let rejected = commands.send(CancelOrder { order_id }).await.unwrap_err();
    assert_eq!(rejected.rejection(), Some(&OrderError::Paid));
}
