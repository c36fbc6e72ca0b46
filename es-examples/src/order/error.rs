use super::BankError;
use crate::item::TooLarge;

/// Why an order refuses a command.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OrderError {
    /// Items are fixed once an order is confirmed.
    #[error("the order is confirmed and takes no more items; place another order")]
    AlreadyConfirmed,
    /// The order was called off.
    #[error("the order was cancelled; place another one")]
    Cancelled,
    /// There is nothing to confirm.
    #[error("the order is empty; add an item first")]
    Empty,
    /// Only confirmed orders are paid.
    #[error("the order is not confirmed; confirm it first")]
    NotConfirmed,
    /// Only paid orders are shipped.
    #[error("the order is not paid; pay it first")]
    NotPaid,
    /// Goods that are on their way cannot be called back.
    #[error("the order was shipped and can no longer be cancelled")]
    Shipped,
    /// The item would make the order too large.
    #[error(transparent)]
    TooLarge(#[from] TooLarge),
    /// What is stored stays as it is.
    #[error("line {0} has another item already; use a line number that is free")]
    AnotherItem(u32),
    /// There are more lines than can be numbered.
    #[error("the order has no free line number; place another order")]
    TooManyLines,
    /// The bank said no.
    #[error("{}", BankError::Declined)]
    Declined,
}
