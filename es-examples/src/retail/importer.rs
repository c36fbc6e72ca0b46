//! The second reading: rows become commands, many of them under way at once.

use std::{
    collections::{HashMap, HashSet},
    future::{Future, poll_fn},
    pin::Pin,
    sync::atomic::{AtomicBool, Ordering},
    task::Poll,
};

use csv::StringRecord;
use es_core::{
    aggregate::{LoadError, ReadOnlyRepository},
    app::App,
    command::{CommandError, CommandGateway, DomainError, Rejection},
    future::BoxFuture,
    store::AppendError,
};
use futures_util::stream::{FuturesUnordered, StreamExt};

use super::earlier::Head;
use super::{FileError, Kind, Line, Rejected, Rejects, RejectsError, RetailFile, Row, Survey};
use crate::{
    credit_note::{AddCredit, CreditNote, CreditNoteError, CreditNoteId, IssueCreditNote},
    import::{FinishImport, ImportId, StartImport},
    order::{AddItem, ConfirmOrder, CreateOrder, Order, OrderError, OrderId, Payment},
};

/// So many commands are under way at most. The log writes what waits in one go, so this is also
/// the size of its largest batches; more of them would only wait longer.
const UNDER_WAY: usize = 2048;

/// How an import ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Imported {
    /// How many rows were read.
    pub rows: u64,
    /// How many of them were not imported.
    pub rejected: u64,
    /// How many of those say something else than what is stored.
    pub differing: u64,
    /// Whether the file was read to its end; otherwise it was stopped, and can be run again.
    pub finished: bool,
}

/// Why an import broke off. What was answered is stored; run again, it goes on from there.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// The file cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// The rejected rows cannot be written down.
    #[error(transparent)]
    Rejects(#[from] RejectsError),
    /// A command met a fault.
    #[error("line {line} could not be stored: {source}")]
    Command {
        /// The line of the row.
        line: u64,
        /// What went wrong.
        source: CommandError<Rejection>,
    },
    /// What is stored cannot be looked at.
    #[error("line {line} could not be compared with what is stored: {source}")]
    Load {
        /// The line of the row.
        line: u64,
        /// What went wrong.
        source: LoadError,
    },
}

/// Imports one file into an application.
pub struct Importer<'i> {
    gateway: CommandGateway,
    orders: ReadOnlyRepository<Order>,
    credit_notes: ReadOnlyRepository<CreditNote>,
    survey: &'i Survey,
    rejects: &'i mut Rejects,
    answered: &'i mut (dyn FnMut(u64) + Send),
    under_way: FuturesUnordered<BoxFuture<'static, Answer>>,
    lines: HashMap<Box<str>, u32>,
    /// The lines that were refused: one row can be for two reasons, and is one row.
    refused: HashSet<u64>,
    differing: u64,
}

impl<'i> Importer<'i> {
    /// Prepares the import of what a survey found; `answered` is told how many rows got their
    /// answer, again and again.
    pub fn new(
        app: &App,
        survey: &'i Survey,
        rejects: &'i mut Rejects,
        answered: &'i mut (dyn FnMut(u64) + Send),
    ) -> Self {
        Self {
            gateway: app.commands(),
            orders: app.repository(),
            credit_notes: app.repository(),
            survey,
            rejects,
            answered,
            under_way: FuturesUnordered::new(),
            lines: HashMap::new(),
            refused: HashSet::new(),
            differing: 0,
        }
    }

    /// Sends the file's commands and waits for their answers; ends early when `stop` is set.
    ///
    /// Everything sent before the end has its answer when this returns, so nothing is lost.
    ///
    /// # Errors
    /// [`ImportError`]; the same import can be run again afterwards.
    pub async fn run(
        mut self,
        file: &RetailFile,
        stop: &AtomicBool,
    ) -> Result<Imported, ImportError> {
        let import_id = ImportId(self.survey.hash.clone());
        let start = StartImport { import_id: import_id.clone(), file: file.name() };
        self.gateway.send(start).await.map_err(|error| fault(1, error))?;

        let sent = self.send_rows(file, stop).await;
        // Also after a failure: what was sent is either stored or reported, never unknown.
        let answers = self.wait_for(0).await;
        let (rows, hash) = sent?;
        answers?;
        self.rejects.flush()?;

        let finished = !stop.load(Ordering::Relaxed) || rows == self.survey.rows;
        let rejected = self.rejects.count();
        if finished {
            if hash != self.survey.hash {
                return Err(FileError::Changed { path: file.path().to_owned() }.into());
            }
            let finish = FinishImport { import_id, rows, rejected };
            self.gateway.send(finish).await.map_err(|error| fault(1, error))?;
        }
        Ok(Imported { rows, rejected, differing: self.differing, finished })
    }

    async fn send_rows(
        &mut self,
        file: &RetailFile,
        stop: &AtomicBool,
    ) -> Result<(u64, String), ImportError> {
        let mut rows = file.rows()?;
        let mut count = 0;
        while !stop.load(Ordering::Relaxed) {
            let Some(row) = rows.next_row()? else { break };
            count += 1;
            self.take_row(row).await?;
        }
        Ok((count, rows.hash()))
    }

    async fn take_row(&mut self, row: Row<'_>) -> Result<(), ImportError> {
        match row.meaning {
            Ok(line) if line.kind == Kind::Sale => self.sell(row.line, row.fields, line).await,
            Ok(line) => self.credit(row.line, row.fields, line).await,
            Err(reason) => {
                self.rejects.add(row.line, &reason, row.fields)?;
                (self.answered)(1);
                Ok(())
            }
        }
    }

    async fn sell(
        &mut self,
        number: u64,
        fields: &StringRecord,
        line: Line<'_>,
    ) -> Result<(), ImportError> {
        let order_id = OrderId::from(line.number);
        let ordinal = self.next_ordinal(line.number);
        if ordinal == 1 {
            let create = CreateOrder {
                order_id: order_id.clone(),
                customer: line.customer.map(str::to_owned),
                country: line.country.to_owned(),
                placed_at: line.at,
            };
            let (gateway, orders) = (self.gateway.clone(), self.orders.clone());
            let (id, row) = (order_id.clone(), fields.clone());
            let created = async move { gateway.send(create).await };
            let stored = async move { orders.load(&id).await.map(|order| Head::from(&*order)) };
            let sent = begun(number, row, self.head_of(&line), created, stored);
            self.send(Box::pin(sent)).await?;
        }
        let add = AddItem { order_id: order_id.clone(), line: Some(ordinal), item: line.item() };
        let (gateway, row) = (self.gateway.clone(), fields.clone());
        let differs = |error: &OrderError| matches!(error, OrderError::AnotherItem(_));
        let sent = async move { of_row(number, row, gateway.send(add).await, differs) };
        self.send(Box::pin(sent)).await?;
        if self.survey.is_last(line.number, number) {
            let confirm = ConfirmOrder { order_id, payment: Payment::Settled };
            let gateway = self.gateway.clone();
            let sent = async move { unless_refused(number, gateway.send(confirm).await) };
            self.send(Box::pin(sent)).await?;
        }
        Ok(())
    }

    async fn credit(
        &mut self,
        number: u64,
        fields: &StringRecord,
        line: Line<'_>,
    ) -> Result<(), ImportError> {
        let credit_note_id = CreditNoteId::from(line.number);
        let ordinal = self.next_ordinal(line.number);
        if ordinal == 1 {
            let issue = IssueCreditNote {
                credit_note_id: credit_note_id.clone(),
                customer: line.customer.map(str::to_owned),
                country: line.country.to_owned(),
                issued_at: line.at,
            };
            let (gateway, notes) = (self.gateway.clone(), self.credit_notes.clone());
            let (id, row) = (credit_note_id.clone(), fields.clone());
            let issued = async move { gateway.send(issue).await };
            let stored = async move { notes.load(&id).await.map(|note| Head::from(&*note)) };
            let sent = begun(number, row, self.head_of(&line), issued, stored);
            self.send(Box::pin(sent)).await?;
        }
        let add = AddCredit { credit_note_id, line: ordinal, item: line.item() };
        let (gateway, row) = (self.gateway.clone(), fields.clone());
        let differs = |error: &CreditNoteError| matches!(error, CreditNoteError::AnotherItem(_));
        let sent = async move { of_row(number, row, gateway.send(add).await, differs) };
        self.send(Box::pin(sent)).await
    }

    fn head_of(&self, line: &Line<'_>) -> Head {
        Head {
            customer: line.customer.map(str::to_owned),
            country: line.country.to_owned(),
            at: line.at,
            lines: self.survey.rows_of(line.number),
        }
    }

    fn next_ordinal(&mut self, number: &str) -> u32 {
        if let Some(last) = self.lines.get_mut(number) {
            *last = last.saturating_add(1);
            return *last;
        }
        self.lines.insert(number.into(), 1);
        1
    }

    /// Sends a command without waiting for its answer. It is polled once here: commands to one
    /// order are decided in the order in which they were first polled.
    async fn send(&mut self, mut command: BoxFuture<'static, Answer>) -> Result<(), ImportError> {
        match poll_once(command.as_mut()).await {
            Poll::Ready(answer) => self.take_answer(answer)?,
            Poll::Pending => self.under_way.push(command),
        }
        self.wait_for(UNDER_WAY).await
    }

    async fn wait_for(&mut self, left: usize) -> Result<(), ImportError> {
        let mut first_failure = Ok(());
        while self.under_way.len() > left {
            let Some(answer) = self.under_way.next().await else { break };
            first_failure = first_failure.and(self.take_answer(answer));
        }
        first_failure
    }

    fn take_answer(&mut self, answer: Answer) -> Result<(), ImportError> {
        match answer {
            Answer::Step => Ok(()),
            Answer::Row => {
                (self.answered)(1);
                Ok(())
            }
            Answer::Refused(refusal) => {
                (self.answered)(1);
                self.reject(refusal)
            }
            Answer::Differs(refusal) => self.reject(refusal),
            Answer::Failed(error) => Err(*error),
        }
    }

    fn reject(&mut self, refusal: Refusal) -> Result<(), ImportError> {
        let Refusal { line, reason, row, differs } = refusal;
        if !self.refused.insert(line) {
            return Ok(());
        }
        self.differing += u64::from(differs);
        Ok(self.rejects.add(line, &Rejected::Refused(reason), &row)?)
    }
}

enum Answer {
    Step,
    Row,
    Refused(Refusal),
    /// The invoice is stored otherwise; its row has an answer of its own.
    Differs(Refusal),
    Failed(Box<ImportError>),
}

struct Refusal {
    line: u64,
    reason: String,
    row: StringRecord,
    differs: bool,
}

/// An invoice that an earlier run has begun is as good as a new one, if it is the same.
async fn begun<E: DomainError>(
    line: u64,
    row: StringRecord,
    head: Head,
    made: impl Future<Output = Result<(), CommandError<E>>>,
    stored: impl Future<Output = Result<Head, LoadError>>,
) -> Answer {
    match made.await {
        Ok(()) => Answer::Step,
        Err(CommandError::AlreadyExists { .. }) => match stored.await {
            Ok(stored) => match head.difference(&stored) {
                None => Answer::Step,
                Some(reason) => Answer::Differs(Refusal { line, reason, row, differs: true }),
            },
            Err(source) => Answer::Failed(Box::new(ImportError::Load { line, source })),
        },
        Err(error) => Answer::Failed(Box::new(fault(line, error))),
    }
}

/// An order that was cancelled in the meantime stays so; the rows it refused are reported.
fn unless_refused<E: DomainError>(line: u64, result: Result<(), CommandError<E>>) -> Answer {
    match result {
        Err(error) if !error.is_rejection() => Answer::Failed(Box::new(fault(line, error))),
        _ => Answer::Step,
    }
}

fn of_row<E: DomainError>(
    line: u64,
    row: StringRecord,
    result: Result<(), CommandError<E>>,
    differs: impl FnOnce(&E) -> bool,
) -> Answer {
    match result {
        Ok(()) => Answer::Row,
        Err(error) if error.is_rejection() || is_too_large(&error) => {
            let (reason, differs) = (error.to_string(), error.rejection().is_some_and(differs));
            Answer::Refused(Refusal { line, reason, row, differs })
        }
        Err(error) => Answer::Failed(Box::new(fault(line, error))),
    }
}

/// A row with more text than an event may have is at fault, not the log.
fn is_too_large<E>(error: &CommandError<E>) -> bool {
    matches!(error, CommandError::Append { source: AppendError::TooLarge { .. }, .. })
}

fn fault<E: DomainError>(line: u64, error: CommandError<E>) -> ImportError {
    ImportError::Command { line, source: error.map_rejection(Rejection::new) }
}

async fn poll_once<F: Future + ?Sized>(mut future: Pin<&mut F>) -> Poll<F::Output> {
    poll_fn(|context| Poll::Ready(future.as_mut().poll(context))).await
}
