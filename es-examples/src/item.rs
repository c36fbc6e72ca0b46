//! What one line of an order or of a credit note is about.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// A product, how many of it, and the price of one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// The product's code in the shop's catalogue.
    pub product: String,
    /// The product's name; may be empty.
    pub description: String,
    /// How many, at least one.
    pub quantity: u32,
    /// The price of one in pounds, above zero.
    pub unit_price: Decimal,
}

/// Why something is not an item one can sell or give back.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidItem {
    /// The quantity is zero.
    #[error("an item needs a quantity of at least 1")]
    Quantity,
    /// The price is zero or negative.
    #[error("the unit price `{0}` is not above zero")]
    Price(Decimal),
    /// Quantity times price, or the new total, has more digits than a `Decimal` holds.
    #[error("the amount has more than 28 digits")]
    TooLarge,
}

impl Item {
    /// Returns quantity times unit price, exactly.
    ///
    /// # Errors
    /// [`InvalidItem`] when the item cannot be sold, or when the product does not fit.
    pub fn amount(&self) -> Result<Decimal, InvalidItem> {
        if self.quantity == 0 {
            return Err(InvalidItem::Quantity);
        }
        if self.unit_price <= Decimal::ZERO {
            return Err(InvalidItem::Price(self.unit_price));
        }
        self.unit_price.checked_mul(Decimal::from(self.quantity)).ok_or(InvalidItem::TooLarge)
    }
}
