//! The read side: what the events add up to, kept ready for questions.
//!
//! | projection | rows | answers |
//! |---|---|---|
//! | `order-summary` | one per order | [`FindOrder`], [`ListOrders`] |
//! | `credit-note-summary` | one per credit note | [`ListCreditNotes`] |
//! | `revenue` | one per country, month and customer | [`ReportRevenue`] |
//! | `imported-files` | one per file | [`ListImports`] |

mod credit_note_summary;
mod grouping;
mod imported_file;
mod order_summary;
mod revenue;
mod totals;

pub use credit_note_summary::{CreditNoteList, CreditNoteSummary, ListCreditNotes};
pub use grouping::{Group, Grouping};
pub use imported_file::{ImportedFile, ListImports};
pub use order_summary::{FindOrder, ListOrders, OrderList, OrderSummary};
pub use revenue::{ReportRevenue, Revenue};
pub use totals::Totals;
