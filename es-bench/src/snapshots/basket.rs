//! An aggregate with snapshots: a basket, filled many articles at a time.

use es_core::prelude::*;

/// Adds articles to a basket, which begins with the first one.
#[derive(Clone, Debug, Command, Serialize, Deserialize)]
pub(super) struct Fill {
    #[target]
    pub(super) basket_id: String,
    pub(super) articles: usize,
}

#[derive(Clone, Debug, Event, Serialize, Deserialize)]
pub(super) struct ArticleAdded {
    basket_id: String,
    sku: String,
    quantity: u64,
    price: String,
}

#[aggregate(snapshot_every = 1000)]
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Basket {
    #[aggregate_identifier]
    basket_id: String,
    quantity: u64,
}

#[aggregate]
impl Basket {
    #[command_handler]
    fn fill(_basket: Option<&Self>, command: Fill) -> Vec<ArticleAdded> {
        let added = ArticleAdded {
            basket_id: command.basket_id,
            sku: "sku-000001".to_owned(),
            quantity: 3,
            price: "12.50".to_owned(),
        };
        vec![added; command.articles]
    }

    #[event_sourcing_handler]
    fn on_added(&mut self, event: &ArticleAdded) {
        self.basket_id.clone_from(&event.basket_id);
        self.quantity += event.quantity;
    }
}

impl Basket {
    pub(super) fn quantity(&self) -> u64 {
        self.quantity
    }
}
