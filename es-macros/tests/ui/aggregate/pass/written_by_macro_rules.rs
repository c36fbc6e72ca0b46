//! Blocks and derives that a `macro_rules!` of the user's writes.
#![allow(dead_code)]

use es_core::prelude::*;

macro_rules! shop {
    ($shop:ident, $open:ident, $opened:ident, $id:ty, $method:ident) => {
        #[derive(Command, Clone, Serialize, Deserialize)]
        pub struct $open {
            #[target]
            pub id: $id,
        }

        #[derive(Event, Serialize, Deserialize)]
        pub struct $opened {
            pub id: $id,
        }

        #[aggregate]
        pub struct $shop {
            #[aggregate_identifier]
            id: $id,
        }

        #[aggregate]
        impl $shop {
            #[command_handler]
            fn $method(command: $open, _id: &CommandId) -> Result<$opened, std::io::Error> {
                Ok($opened { id: command.id })
            }

            #[event_sourcing_handler]
            fn on(event: &$opened) -> Self {
                Self { id: event.id.clone() }
            }
        }
    };
}

shop!(Shop, OpenShop, ShopOpened, String, open);
shop!(Market, OpenMarket, MarketOpened, u64, begin);

fn main() {}
