//! The order app.
pub mod item;
pub mod money;
pub mod retail;
