use es_core::prelude::*;

/// An order's number, for example `536365` or `demo-1`.
#[derive(
    AggregateId, Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
pub struct OrderId(pub String);

impl From<&str> for OrderId {
    fn from(number: &str) -> Self {
        Self(number.to_owned())
    }
}
