use es_core::prelude::*;

/// A credit note's number, for example `C536379`.
#[derive(
    AggregateId, Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
pub struct CreditNoteId(pub String);

impl From<&str> for CreditNoteId {
    fn from(number: &str) -> Self {
        Self(number.to_owned())
    }
}
