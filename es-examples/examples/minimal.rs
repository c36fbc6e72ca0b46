//! Create and cancel an order: types, aggregate, main.
use es_core::prelude::*;
use es_sqlite as _;

#[derive(Command, Clone, Serialize, Deserialize)]
struct CreateOrder {
    #[target]
    order_id: String,
    product: String,
}
#[derive(Command, Clone, Serialize, Deserialize)]
struct CancelOrder {
    #[target]
    order_id: String,
}
#[derive(Event, Serialize, Deserialize)]
struct OrderCreated {
    order_id: String,
    product: String,
}
#[derive(Event, Serialize, Deserialize)]
struct OrderCancelled {}

#[aggregate]
struct Order {
    #[aggregate_identifier]
    order_id: String,
    product: String,
    cancelled: bool,
}
#[aggregate]
impl Order {
    #[command_handler]
    fn create(c: CreateOrder) -> OrderCreated {
        OrderCreated { order_id: c.order_id, product: c.product }
    }
    #[command_handler]
    fn cancel(&self, _: CancelOrder) -> Option<OrderCancelled> {
        (!self.cancelled).then_some(OrderCancelled {})
    }
    #[event_sourcing_handler]
    fn on_created(e: &OrderCreated) -> Self {
        Order { order_id: e.order_id.clone(), product: e.product.clone(), cancelled: false }
    }
    #[event_sourcing_handler]
    fn on_cancelled(&mut self, _: &OrderCancelled) {
        self.cancelled = true;
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let app = App::builder().store("sqlite:minimal.db").start().await?;
    let (id, product) = (CommandId::generate().to_string(), "pen".to_string());
    app.commands().send(CreateOrder { order_id: id.clone(), product }).await?;
    app.commands().send(CancelOrder { order_id: id.clone() }).await?;
    let order = app.repository::<Order>().load(&id).await?;
    println!("order {} of a {}: cancelled {}", order.order_id, order.product, order.cancelled);
    Ok(app.shutdown(std::time::Duration::from_secs(5)).await?)
}
