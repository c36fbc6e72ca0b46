//! The user's own `Result`, `Option`, `Box`, `String`, `Vec`, `Some`, `Ok` … meet nothing.
#![allow(dead_code, non_snake_case)]

mod domain {
    use es_core::{
        AggregateId, Command, Event, Query, View, aggregate, command_handler, event_handler,
        event_sourcing_handler, projection, query_handler,
    };
    use serde::{Deserialize, Serialize};

    pub struct Result;
    pub struct Option;
    pub struct Box;
    pub struct String;
    pub struct Vec;
    pub struct From;
    pub struct Into;
    pub struct Send;
    pub struct Sized;
    pub struct Default;
    pub struct Clone;
    pub struct Fn;
    pub struct Iterator;
    pub fn Some() {}
    pub fn None() {}
    pub fn Ok() {}
    pub fn Err() {}
    pub fn drop() {}

    #[derive(AggregateId, ::core::clone::Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
    pub struct ShopId(u64);

    #[derive(Command, ::core::clone::Clone, Serialize, Deserialize)]
    pub struct OpenShop {
        #[target]
        pub shop_id: ShopId,
    }

    #[derive(Command, ::core::clone::Clone, Serialize, Deserialize)]
    pub struct CloseShop {
        #[target]
        pub shop_id: ShopId,
    }

    #[derive(Event, Serialize, Deserialize)]
    pub struct ShopOpened {
        #[tag]
        pub shop_id: ShopId,
    }

    #[aggregate]
    pub struct Shop {
        #[aggregate_identifier]
        shop_id: ShopId,
    }

    #[aggregate]
    impl Shop {
        #[command_handler]
        fn open(command: OpenShop) -> ::core::option::Option<ShopOpened> {
            ::core::option::Option::Some(ShopOpened { shop_id: command.shop_id })
        }

        #[command_handler]
        async fn close(
            shop: &mut ::es_core::aggregate::Root<Self>,
            _command: CloseShop,
            _id: ::es_core::event::CommandId,
        ) -> ::core::result::Result<u64, ::std::io::Error> {
            ::core::result::Result::Ok(shop.shop_id.0)
        }

        #[event_sourcing_handler]
        fn on_opened(event: &ShopOpened) -> Self {
            Self { shop_id: ::core::clone::Clone::clone(&event.shop_id) }
        }
    }

    #[derive(View, Serialize, Deserialize)]
    pub struct Row {
        #[key]
        pub shop_id: ShopId,
        #[index]
        pub open: bool,
    }

    #[derive(Query, Serialize, Deserialize)]
    #[query(answer = bool)]
    pub struct IsOpen(pub ShopId);

    #[projection]
    impl Row {
        #[event_handler]
        fn on_opened(_event: ShopOpened, _rows: &mut ::es_core::projection::Views<Row>) {}

        #[query_handler]
        fn is_open(_query: &IsOpen) -> bool {
            true
        }
    }

    #[event_handler]
    async fn greet(_event: &ShopOpened) {}
}

fn main() {}
