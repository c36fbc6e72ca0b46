//! `crate = path` on every macro; `es_core` itself is out of reach.
#![allow(dead_code)]

mod renamed {
    pub mod deep {
        pub use ::es_core as events;
    }
}

mod domain {
    // A module of this name must not matter either: generated paths do not start here.
    mod es_core {}

    use super::renamed::deep::events::prelude::*;

    #[derive(AggregateId, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[aggregate_id(crate = crate::renamed::deep::events)]
    pub struct ShopId(String);

    #[derive(Command, Clone, Serialize, Deserialize)]
    #[command(crate = crate::renamed::deep::events)]
    pub struct OpenShop {
        #[target]
        pub shop_id: ShopId,
    }

    #[derive(Event, Serialize, Deserialize)]
    #[event(crate = crate::renamed::deep::events)]
    pub struct ShopOpened {
        #[tag]
        pub shop_id: ShopId,
    }

    #[aggregate(crate = crate::renamed::deep::events)]
    pub struct Shop {
        #[aggregate_identifier]
        shop_id: ShopId,
    }

    #[aggregate(crate = crate::renamed::deep::events)]
    impl Shop {
        #[command_handler]
        fn open(command: OpenShop, _at: Timestamp) -> ShopOpened {
            ShopOpened { shop_id: command.shop_id }
        }

        #[event_sourcing_handler]
        fn on_opened(event: &ShopOpened) -> Self {
            Self { shop_id: event.shop_id.clone() }
        }
    }

    #[derive(ViewKey, Serialize, Deserialize)]
    #[view_key(crate = crate::renamed::deep::events)]
    pub enum Status {
        Open,
    }

    #[derive(View, Serialize, Deserialize)]
    #[view(crate = crate::renamed::deep::events)]
    pub struct Row {
        #[key]
        pub shop_id: ShopId,
        #[index]
        pub status: Status,
    }

    #[derive(Query, Serialize, Deserialize)]
    #[query(answer = bool, crate = crate::renamed::deep::events)]
    pub struct IsOpen(pub ShopId);

    #[projection(crate = crate::renamed::deep::events)]
    impl Row {
        #[event_handler]
        fn on_opened(_event: &ShopOpened, _rows: &mut Views<Row>) {}
    }

    #[query_handler(crate = crate::renamed::deep::events)]
    fn is_open(_query: &IsOpen) -> bool {
        true
    }

    #[event_handler(crate = crate::renamed::deep::events)]
    async fn greet(_event: &ShopOpened) {}
}

fn main() {}
