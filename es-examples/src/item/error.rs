use super::limit;

/// What is no quantity.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no quantity; write a whole number from 1 to {max}", max = u32::MAX)]
pub struct InvalidQuantity(pub(super) String);

/// What is no price.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidPrice {
    /// It is no number.
    #[error("`{0}` is no price; write it in pounds like 2.50")]
    NoNumber(String),
    /// It is zero or negative.
    #[error("the price `{0}` is not above zero")]
    NotAboveZero(String),
    /// It is finer than prices are kept.
    #[error("the price `{0}` has more than {limit} decimals", limit = super::price::DECIMALS)]
    TooFine(String),
    /// It is higher than prices are kept.
    #[error("the price `{0}` is larger than {limit}", limit = limit())]
    TooHigh(String),
}

/// What an order or a credit note would be worth is beyond what is kept exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the amount is larger than {}; check quantity and price", limit())]
pub struct TooLarge;
