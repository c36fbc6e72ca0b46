//! What is sent to an order and its members, and what happens to them.

use es_core::prelude::*;

macro_rules! commands {
    ($($name:ident { $($field:ident: $type:ty),* })*) => { $(
        #[derive(Command, Debug, Clone, Serialize, Deserialize)]
        pub struct $name {
            #[target]
            pub order: String,
            $(pub $field: $type,)*
        }
    )* };
}

commands! {
    PlaceOrder { skus: Vec<String> }
    CancelOrder {}
    AddLine { sku: String }
    ChangeQuantity { sku: String, quantity: u32 }
    Reserve { sku: String, quantity: u32 }
    RemoveLine { sku: String }
    RemoveAndLook { sku: String }
    PutLine { sku: String }
    EnsureLine { sku: String }
    FallOver { sku: String }
    FitPart { sku: String, part: u8 }
    TightenPart { sku: String, part: u8 }
    ForcePart { sku: String, part: u8 }
    StripPart { sku: String, part: u8 }
    Look {}
    WrapGift { gift: u8 }
    LabelInvoice { text: String }
    Ship { parcel: u32 }
    Deliver { parcel: u32 }
    Return { slip: u32 }
}

macro_rules! events {
    ($($name:ident { $($field:ident: $type:ty),* })*) => { $(
        #[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
        pub struct $name {
            $(pub $field: $type,)*
        }
    )* };
}

events! {
    OrderPlaced { order: String, skus: Vec<String> }
    OrderCancelled {}
    LineAdded { sku: String }
    LineRemoved { sku: String }
    QuantityChanged { sku: String, quantity: u32 }
    Reserved { sku: String, quantity: u32 }
    PartFitted { sku: String, part: u8 }
    PartTightened { sku: String, part: u8 }
    GiftWrapped { gift: u8 }
    InvoiceLabelled { text: String }
    Shipped { parcel: u32 }
    Delivered { parcel: u32 }
    Returned { slip: u32 }
}

#[derive(Debug, Clone, PartialEq, thiserror::Error, Serialize, Deserialize)]
#[error("there are only {left} left")]
pub struct SoldOut {
    pub left: u32,
}

#[derive(Debug, Clone, PartialEq, thiserror::Error, Serialize, Deserialize)]
#[error("the part broke at turn {turn}")]
pub struct Broke {
    pub turn: u32,
}
