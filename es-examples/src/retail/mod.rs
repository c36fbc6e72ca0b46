//! Reading a retailer's export: rows of a CSV file become lines of orders and of credit notes.
//!
//! The file is read twice. Its lines of one invoice are not always adjacent, and an order is
//! confirmed once its last line has been read, so [`Survey`] first notes where each invoice ends;
//! it also hashes the content (the id of the [`Import`](crate::import::Import)) and finds a broken
//! file before the first command is sent. [`Importer`] then sends the commands, many at a time.
//!
//! | row | becomes |
//! |---|---|
//! | digits as number, quantity and price above zero | an item of that order |
//! | `C` + digits, quantity below zero, price above zero | an item of that credit note |
//! | one with another item than is stored as that line | a [`Rejected`] row: what is stored stays |
//! | anything else | a [`Rejected`] row with line number and reason |
//!
//! An invoice that is stored with another customer, country or time, or with more lines, stays as
//! it is, too. Its rows are not rejected, since their items are stored; [`Rejects`] says of it
//! that it differs.

mod answer;
mod columns;
mod earlier;
mod file;
mod importer;
mod line;
mod rejected;
mod rejects;
mod rows;
mod survey;

pub use columns::{ColumnError, Columns};
pub use file::{FileError, RetailFile};
pub use importer::{ImportError, Imported, Importer};
pub use line::{Kind, Line};
pub use rejected::Rejected;
pub use rejects::{Rejects, RejectsError};
pub use rows::{Row, Rows};
pub use survey::Survey;
