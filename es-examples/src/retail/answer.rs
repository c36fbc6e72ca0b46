//! What becomes of a row whose commands were sent.

use std::future::Future;

use csv::StringRecord;
use es_core::{
    aggregate::LoadError,
    command::{CommandError, DomainError, Rejection},
};

use super::{ImportError, earlier::Head};

/// The answer to the commands of one row, or to one that belongs to no row.
pub(super) enum Answer {
    /// An order was confirmed, or it refused; the rows say why.
    Confirmed,
    /// The row's item is stored, now or since an earlier import.
    Stored,
    /// The row's item is stored, and its invoice says something else than what is stored of it.
    Differs(Told),
    /// The row's item is not stored.
    Refused(Told),
    /// A fault.
    Failed(Box<ImportError>),
}

/// A row that is written down, with the reason.
pub(super) struct Told {
    pub(super) line: u64,
    pub(super) reason: String,
    pub(super) fields: StringRecord,
}

/// A row whose commands are under way.
pub(super) struct Sent {
    /// The line of the file.
    pub(super) line: u64,
    /// The number of the order or of the credit note.
    pub(super) invoice: String,
    /// The item's line number in it.
    pub(super) ordinal: u32,
    pub(super) fields: StringRecord,
}

impl Sent {
    /// Judges what the commands came to: the one that opened the invoice, if that is this row's,
    /// and the one that added the item.
    pub(super) fn answer<E: DomainError>(
        self,
        opened: Result<Option<String>, ImportError>,
        added: Result<(), CommandError<E>>,
        is_other_item: impl FnOnce(&E) -> bool,
    ) -> Answer {
        let stays = match opened {
            Ok(difference) => {
                difference.map(|it| format!("`{}` stays as it is stored: {it}", self.invoice))
            }
            Err(error) => return Answer::Failed(Box::new(error)),
        };
        match added {
            Ok(()) => match stays {
                None => Answer::Stored,
                Some(stays) => Answer::Differs(self.told(format!("the item is stored; {stays}"))),
            },
            Err(error) if error.is_rejection() => {
                let mut reason = if error.rejection().is_some_and(is_other_item) {
                    let Self { invoice, ordinal, .. } = &self;
                    format!("`{invoice}` is stored with another item as its line {ordinal}")
                } else {
                    error.to_string()
                };
                if let Some(stays) = stays {
                    reason = format!("{reason}; {stays}");
                }
                Answer::Refused(self.told(reason))
            }
            Err(error) => Answer::Failed(Box::new(fault(self.line, error))),
        }
    }

    fn told(self, reason: String) -> Told {
        Told { line: self.line, reason, fields: self.fields }
    }
}

/// Opens an invoice. One that an earlier import has opened is as good as a new one; in what it
/// differs is answered.
pub(super) async fn opened<E: DomainError>(
    line: u64,
    head: Head,
    opening: impl Future<Output = Result<(), CommandError<E>>>,
    stored: impl Future<Output = Result<Head, LoadError>>,
) -> Result<Option<String>, ImportError> {
    match opening.await {
        Ok(()) => Ok(None),
        Err(CommandError::AlreadyExists { .. }) => match stored.await {
            Ok(stored) => Ok(head.difference(&stored)),
            Err(source) => Err(ImportError::Load { line, source }),
        },
        Err(error) => Err(fault(line, error)),
    }
}

/// An order that was cancelled in the meantime stays so.
pub(super) fn confirmed<E: DomainError>(line: u64, result: Result<(), CommandError<E>>) -> Answer {
    match result {
        Err(error) if !error.is_rejection() => Answer::Failed(Box::new(fault(line, error))),
        _ => Answer::Confirmed,
    }
}

pub(super) fn fault<E: DomainError>(line: u64, error: CommandError<E>) -> ImportError {
    ImportError::Command { line, source: error.map_rejection(Rejection::new) }
}
