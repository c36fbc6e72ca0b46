//! What generated code uses and nobody else may rely on.

pub use std::any::{Any, TypeId};
pub use std::borrow::Cow;
pub use std::boxed::Box;
pub use std::convert::{From, Infallible, Into};
pub use std::option::Option::{self, None, Some};
pub use std::result::Result::{self, Err, Ok};
pub use std::string::String;
pub use std::vec::Vec;

pub use inventory;
pub use serde_json;

pub use crate::aggregate::decode_event;
pub use crate::command::{decide, returned};
pub use crate::future::BoxFuture;
pub use crate::projection::schema_hash;
