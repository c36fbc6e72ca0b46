use serde::Deserialize;

use super::{Description, Item, Price, ProductCode, Quantity};
use crate::said;

/// An [`Item`] in a command: its JSON is the same, and every part is read through its rules.
#[derive(Deserialize)]
#[serde(remote = "Item")]
pub(crate) struct SaidItem {
    #[serde(deserialize_with = "said::text")]
    product: ProductCode,
    #[serde(deserialize_with = "said::text")]
    description: Description,
    #[serde(deserialize_with = "said::number")]
    quantity: Quantity,
    // A text only: a number with a point would have been rounded before it gets here.
    #[serde(deserialize_with = "said::text")]
    unit_price: Price,
}
