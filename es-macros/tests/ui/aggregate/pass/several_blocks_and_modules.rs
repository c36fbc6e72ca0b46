//! Command handlers in several blocks and modules, events of another module, `Self` everywhere.
#![allow(dead_code)]

mod events {
    use es_core::prelude::*;

    #[derive(Event, Serialize, Deserialize)]
    pub struct Opened(pub String);

    #[derive(Event, Serialize, Deserialize)]
    pub struct Painted;
}

mod shop {
    use es_core::prelude::*;

    #[derive(Command, Clone, Serialize, Deserialize)]
    pub struct Open(#[target] pub String);

    #[aggregate]
    pub struct Shop {
        #[aggregate_identifier]
        pub(super) id: String,
    }

    #[aggregate]
    impl Shop {
        pub const LIMIT: usize = 3;

        #[command_handler]
        pub fn open(Open(id): Open) -> (super::events::Opened,) {
            (super::events::Opened(id),)
        }

        pub fn name(&self) -> &str {
            &self.id
        }

        #[event_sourcing_handler]
        fn on_opened(event: &super::events::Opened) -> Shop {
            Self { id: event.0.clone() }
        }

        #[event_sourcing_handler]
        fn on_painted(self: &mut Self, _: &crate::events::Painted) {}
    }
}

mod painting {
    use super::shop::{Shop, ShopEvent};
    use es_core::prelude::*;

    #[derive(Command, Clone, Serialize, Deserialize)]
    pub struct Paint {
        #[target]
        pub id: String,
    }

    #[derive(Command, Clone, Serialize, Deserialize)]
    pub struct Repaint {
        #[target]
        pub id: String,
    }

    #[aggregate]
    impl super::shop::Shop {
        #[command_handler]
        fn paint(&self, _: &Paint) -> ShopEvent {
            crate::events::Painted.into()
        }

        #[command_handler]
        fn repaint(shop: &mut Root<crate::shop::Shop>, _: &Repaint) {
            shop.apply(crate::events::Painted);
        }
    }

    pub fn describe(event: ShopEvent, _: Shop) -> &'static str {
        match event {
            ShopEvent::Opened(_) => "opened",
            ShopEvent::Painted(_) => "painted",
        }
    }
}

fn main() {}
