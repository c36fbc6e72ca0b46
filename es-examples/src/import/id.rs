use es_core::prelude::*;

/// The SHA-256 of a file's content, in hexadecimal digits.
#[derive(
    AggregateId, Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
pub struct ImportId(pub String);
