use es_core::prelude::*;

/// A customer's number, for example `17850`.
#[derive(
    AggregateId, Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
pub struct CustomerId(pub String);

impl From<&str> for CustomerId {
    fn from(number: &str) -> Self {
        Self(number.to_owned())
    }
}
