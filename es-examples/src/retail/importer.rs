//! The second reading: rows become commands, many of them under way at once.

use std::{
    collections::HashMap,
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
};
use futures_util::{
    future::{OptionFuture, join},
    stream::{FuturesUnordered, StreamExt},
};

use super::answer::{Answer, Sent, Told, confirmed, fault, opened};
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

/// Opens an invoice, and says in what it differs from one that is stored. In a box, because most
/// rows have none, and would carry its size about.
type Opening = BoxFuture<'static, Result<Option<String>, ImportError>>;

/// How an import ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Imported {
    /// How many rows were read.
    pub rows: u64,
    /// How many of them were rejected; the items of the others are stored.
    pub rejected: u64,
    /// How many invoices say something else than what is stored of them, which stays.
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

        let finished = !stop.load(Ordering::Relaxed) || rows == self.survey.rows;
        let (rejected, differing) = (self.rejects.rejected(), self.rejects.differing());
        if finished {
            if hash != self.survey.hash {
                return Err(FileError::Changed { path: file.path().to_owned() }.into());
            }
            let finish = FinishImport { import_id, rows, rejected };
            self.gateway.send(finish).await.map_err(|error| fault(1, error))?;
        }
        Ok(Imported { rows, rejected, differing, finished })
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
                self.rejects.reject(row.line, &reason, row.fields)?;
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
        let is_last = self.survey.is_last(line.number, number);
        let row = self.sent(number, fields, &line);
        let opening = (row.ordinal == 1).then(|| {
            let (head, id) = (self.head_of(&line), order_id.clone());
            let Head { customer, country, at: placed_at, .. } = head.clone();
            let create = CreateOrder { order_id: id.clone(), customer, country, placed_at };
            let (gateway, orders) = (self.gateway.clone(), self.orders.clone());
            let created = async move { gateway.send(create).await };
            let stored = async move { orders.load(&id).await.map(|order| Head::from(&*order)) };
            Box::pin(opened(number, head, created, stored)) as Opening
        });
        let add = AddItem { order_id: order_id.clone(), line: Some(row.ordinal), item: line.item };
        let gateway = self.gateway.clone();
        let added = Box::pin(async move { gateway.send(add).await });
        let is_other = |error: &OrderError| matches!(error, OrderError::AnotherItem(_));
        self.send_row(row, opening, added, is_other).await?;
        if is_last {
            let confirm = ConfirmOrder { order_id, payment: Payment::Settled };
            let gateway = self.gateway.clone();
            let sent = async move { confirmed(number, gateway.send(confirm).await) };
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
        let row = self.sent(number, fields, &line);
        let opening = (row.ordinal == 1).then(|| {
            let (head, id) = (self.head_of(&line), credit_note_id.clone());
            let Head { customer, country, at, .. } = head.clone();
            let credit_note_id = id.clone();
            let issue = IssueCreditNote { credit_note_id, customer, country, issued_at: at };
            let (gateway, notes) = (self.gateway.clone(), self.credit_notes.clone());
            let issued = async move { gateway.send(issue).await };
            let stored = async move { notes.load(&id).await.map(|note| Head::from(&*note)) };
            Box::pin(opened(number, head, issued, stored)) as Opening
        });
        let add = AddCredit { credit_note_id, line: row.ordinal, item: line.item };
        let gateway = self.gateway.clone();
        let added = Box::pin(async move { gateway.send(add).await });
        let is_other = |error: &CreditNoteError| matches!(error, CreditNoteError::AnotherItem(_));
        self.send_row(row, opening, added, is_other).await
    }

    /// Sends what a row asks for: first its invoice is opened, if no row did that before.
    async fn send_row<E: DomainError>(
        &mut self,
        row: Sent,
        opening: Option<Opening>,
        added: BoxFuture<'static, Result<(), CommandError<E>>>,
        is_other_item: fn(&E) -> bool,
    ) -> Result<(), ImportError> {
        let answer = async move {
            let (opened, added) = join(OptionFuture::from(opening), added).await;
            row.answer(opened.unwrap_or(Ok(None)), added, is_other_item)
        };
        self.send(Box::pin(answer)).await
    }

    fn head_of(&self, line: &Line<'_>) -> Head {
        Head {
            customer: line.customer.clone(),
            country: line.country.clone(),
            at: line.at,
            lines: self.survey.rows_of(line.number),
        }
    }

    /// Gives a row its place in its invoice.
    fn sent(&mut self, number: u64, fields: &StringRecord, line: &Line<'_>) -> Sent {
        let (invoice, ordinal) = (line.number.to_owned(), self.next_ordinal(line.number));
        Sent { line: number, invoice, ordinal, fields: fields.clone() }
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
            Answer::Confirmed => return Ok(()),
            Answer::Failed(error) => return Err(*error),
            Answer::Stored => {}
            Answer::Differs(Told { line, reason, fields }) => {
                self.rejects.differs(line, &reason, &fields)?;
            }
            Answer::Refused(Told { line, reason, fields }) => {
                self.rejects.reject(line, &Rejected::Refused(reason), &fields)?;
            }
        }
        (self.answered)(1);
        Ok(())
    }
}

async fn poll_once<F: Future + ?Sized>(mut future: Pin<&mut F>) -> Poll<F::Output> {
    poll_fn(|context| Poll::Ready(future.as_mut().poll(context))).await
}
