// A program of the 2021 edition that has `es-core` under the name `events`. Compiled and run by
// `works_from_another_edition_and_under_another_name.rs`.
#![deny(warnings)]

use events::prelude::*;

#[derive(AggregateId, Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[aggregate_id(crate = events)]
pub struct ShopId(u64);

#[derive(Command, Clone, Serialize, Deserialize)]
#[command(crate = events)]
pub struct OpenShop {
    #[target]
    pub shop_id: ShopId,
}

#[derive(Event, Serialize, Deserialize)]
#[event(crate = events)]
pub struct ShopOpened {
    #[tag]
    pub shop_id: ShopId,
}

#[aggregate(crate = events)]
pub struct Shop {
    #[aggregate_identifier]
    shop_id: ShopId,
}

#[aggregate(crate = events)]
impl Shop {
    #[command_handler]
    async fn open(command: OpenShop, _at: Timestamp) -> ShopOpened {
        ShopOpened { shop_id: command.shop_id }
    }

    #[event_sourcing_handler]
    fn on_opened(event: &ShopOpened) -> Self {
        Self { shop_id: event.shop_id.clone() }
    }
}

#[derive(View, Debug, PartialEq, Serialize, Deserialize)]
#[view(crate = events)]
pub struct Row {
    #[key]
    pub shop_id: ShopId,
}

#[derive(Query, Serialize, Deserialize)]
#[query(answer = Option<Row>, crate = events)]
pub struct FindRow(pub ShopId);

#[projection(crate = events)]
impl Row {
    #[event_handler]
    fn on_opened(event: ShopOpened, rows: &mut Views<Row>) -> Result<(), Fault> {
        Ok(rows.upsert(&Row { shop_id: event.shop_id })?)
    }

    #[query_handler]
    fn find(query: &FindRow, rows: &Views<Row>) -> Result<Option<Row>, Fault> {
        Ok(rows.load(&query.0)?)
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let app = App::test().with::<(Shop, Row)>().start().await.unwrap();
    app.commands().send(OpenShop { shop_id: ShopId(7) }).await.unwrap();
    let loaded = app.repository::<Shop>().load(&ShopId(7)).await.unwrap();
    println!("opened {}", loaded.shop_id);
}
