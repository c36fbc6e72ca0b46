//! What `#[cfg]` takes away leaves nothing behind.
#![allow(dead_code)]

use es_core::prelude::*;

#[derive(Command, Clone, Serialize, Deserialize)]
pub struct OpenShop {
    #[target]
    pub shop_id: String,
}

#[derive(Event, Serialize, Deserialize)]
pub struct ShopOpened {
    pub shop_id: String,
}

#[aggregate]
pub struct Shop {
    #[aggregate_identifier]
    shop_id: String,
}

#[aggregate]
impl Shop {
    #[cfg(not(all()))]
    #[command_handler]
    fn open(command: OpenShop, missing: Missing) -> Option<Missing> {
        nowhere(command)
    }

    #[cfg(all())]
    #[command_handler]
    fn open(command: OpenShop) -> ShopOpened {
        ShopOpened { shop_id: command.shop_id }
    }

    #[cfg(not(all()))]
    #[command_handler]
    fn close(&self, command: Missing) -> Missing {
        nowhere(command)
    }

    #[event_sourcing_handler]
    #[cfg(all())]
    fn on_opened(event: &ShopOpened) -> Self {
        Self { shop_id: event.shop_id.clone() }
    }

    #[event_sourcing_handler]
    #[cfg(not(all()))]
    fn on_missing(&mut self, event: &Missing) {}
}

pub struct Shops;

#[projection]
impl Shops {
    #[cfg(not(all()))]
    #[event_handler]
    fn on_missing(event: &Missing, views: &Missing) {}
}

#[cfg(not(all()))]
#[event_handler]
fn on_missing(event: &Missing) {}

fn describe(event: ShopEvent) {
    let ShopEvent::ShopOpened(_) = event;
}

fn main() {}
