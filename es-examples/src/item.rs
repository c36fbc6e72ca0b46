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

/// The most one item, or all items of an order together, may be worth: sums of such amounts are
/// exact in a `Decimal`.
const LIMIT: Decimal = Decimal::from_parts(2_764_472_320, 232_830, 0, false, 0);
const DECIMALS: u32 = 4;

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
    /// The price is finer than amounts are kept.
    #[error("the unit price `{0}` has more than {DECIMALS} decimals")]
    Decimals(Decimal),
    /// The amount, or the new total, is beyond what is kept exactly.
    #[error("the amount is larger than {LIMIT}; check quantity and price")]
    TooLarge,
}

impl Item {
    /// Returns quantity times unit price, exactly.
    ///
    /// # Errors
    /// [`InvalidItem`] when the item cannot be sold.
    pub fn amount(&self) -> Result<Decimal, InvalidItem> {
        if self.quantity == 0 {
            return Err(InvalidItem::Quantity);
        }
        if self.unit_price <= Decimal::ZERO {
            return Err(InvalidItem::Price(self.unit_price));
        }
        if self.unit_price.normalize().scale() > DECIMALS {
            return Err(InvalidItem::Decimals(self.unit_price));
        }
        within_limit(self.unit_price.checked_mul(Decimal::from(self.quantity)))
    }

    /// Returns a total with this item added to it.
    ///
    /// # Errors
    /// [`InvalidItem`] when the item cannot be sold, or the total would be too large.
    pub fn added_to(&self, total: Decimal) -> Result<Decimal, InvalidItem> {
        within_limit(total.checked_add(self.amount()?))
    }
}

fn within_limit(amount: Option<Decimal>) -> Result<Decimal, InvalidItem> {
    amount.filter(|amount| *amount <= LIMIT).ok_or(InvalidItem::TooLarge)
}
