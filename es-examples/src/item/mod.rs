//! What one line of an order or of a credit note is about.
//!
//! Its parts are types of their own, which cannot be made of what makes no sense: whoever has an
//! [`Item`] has one that can be sold, and no handler needs to ask.

mod description;
mod error;
mod price;
mod product;
mod quantity;
mod said;

pub use description::Description;
pub use error::{InvalidPrice, InvalidQuantity, TooLarge};
pub use price::Price;
pub use product::ProductCode;
pub use quantity::Quantity;
pub(crate) use said::SaidItem;

use serde::{Deserialize, Serialize};

use crate::money::Money;

/// A product, how many of it, and the price of one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// The product.
    pub product: ProductCode,
    /// The product's name.
    pub description: Description,
    /// How many.
    pub quantity: Quantity,
    /// The price of one.
    pub unit_price: Price,
}

impl Item {
    /// Returns quantity times unit price, exactly.
    #[must_use]
    pub fn amount(&self) -> Money {
        self.unit_price.money() * self.quantity.get()
    }

    /// Returns a total with this item added to it.
    ///
    /// # Errors
    /// [`TooLarge`] when the new total is beyond what orders are kept to.
    pub fn added_to(&self, total: Money) -> Result<Money, TooLarge> {
        let amount = self.unit_price.money().checked_mul(self.quantity.get());
        let total = amount.and_then(|amount| total.checked_add(amount));
        total.filter(|total| *total <= limit()).ok_or(TooLarge)
    }
}

/// The most one price, or all items of an order together, may be worth: sums of such amounts are
/// exact.
fn limit() -> Money {
    Money::pence(100_000_000_000_000_000)
}
