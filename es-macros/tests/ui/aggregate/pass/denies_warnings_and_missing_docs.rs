//! Everything that is written stays silent under the strictest lints.
#![deny(warnings, missing_docs, unused_qualifications, unreachable_pub)]
#![deny(missing_debug_implementations)]
#![deny(clippy::all, clippy::pedantic)]

use es_core::prelude::*;

/// Opens a shop.
#[derive(Debug, Command, Clone, Serialize, Deserialize)]
pub struct OpenShop {
    /// Which.
    #[target]
    pub shop_id: String,
}

/// Closes a shop.
#[derive(Debug, Command, Clone, Serialize, Deserialize)]
pub struct CloseShop {
    /// Which.
    #[target]
    pub shop_id: String,
}

/// A shop was opened.
#[derive(Debug, Event, Serialize, Deserialize)]
pub struct ShopOpened {
    /// Which.
    #[tag]
    pub shop_id: String,
}

/// A shop was closed; nobody outside sees this type.
#[derive(Debug, Event, Serialize, Deserialize)]
struct ShopClosed {
    at: Option<u64>,
}

/// A shop.
#[aggregate]
#[derive(Debug)]
pub struct Shop {
    #[aggregate_identifier]
    shop_id: String,
}

#[aggregate(events(derive(Debug)))]
impl Shop {
    #[command_handler]
    fn open(command: OpenShop) -> ShopOpened {
        ShopOpened { shop_id: command.shop_id }
    }

    #[command_handler]
    async fn close(&self, _: CloseShop, now: Timestamp) -> Option<ShopClosed> {
        let _ = (now, &self.shop_id);
        Some(ShopClosed { at: None })
    }

    #[event_sourcing_handler]
    fn on_opened(event: &ShopOpened) -> Self {
        Self { shop_id: event.shop_id.clone() }
    }

    #[event_sourcing_handler(mark_deleted)]
    fn on_closed(&mut self, event: &ShopClosed) {
        let _ = event.at;
    }
}

/// A row.
#[derive(Debug, View, Serialize, Deserialize)]
pub struct Row {
    /// Which.
    #[key]
    pub shop_id: String,
    /// Where.
    #[index]
    pub city: String,
    #[index]
    size: u32,
}

/// Finds a row.
#[derive(Debug, Query, Serialize, Deserialize)]
#[query(answer = Option<Row>)]
pub struct FindRow {
    /// Which.
    pub shop_id: String,
}

#[projection]
impl Row {
    #[event_handler]
    fn on_opened(event: &ShopOpened, rows: &mut Views<Row>) -> Result<(), Fault> {
        let row = Row { shop_id: event.shop_id.clone(), city: String::new(), size: 0 };
        Ok(rows.upsert(&row)?)
    }

    #[query_handler]
    fn find(query: &FindRow, rows: &Views<Row>) -> Result<Option<Row>, Fault> {
        Ok(rows.load(&query.shop_id)?)
    }
}

#[event_handler]
async fn greet(_event: ShopOpened) {}

fn main() {}
