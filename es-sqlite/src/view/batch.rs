use std::any::Any;
use std::rc::Rc;

use es_core::projection::overlay::Overlay;
use es_core::projection::{ReadSideError, ReadSideTransaction, Token, TokenKey, ViewTransaction};

use super::table;
use super::work::Work;
use crate::token;

/// A writing transaction: a cache over what is stored, flushed with the token at the end.
pub(super) struct SqliteBatch {
    version: String,
    /// The batch's connection, which its views, its extractors and itself share.
    work: Rc<Work>,
    views: Rc<Overlay<Rc<Work>>>,
    tokens: Vec<(TokenKey, Option<Token>, Token)>,
}

impl SqliteBatch {
    pub(super) fn new(version: &str, work: Work) -> Self {
        let work = Rc::new(work);
        let views = Rc::new(Overlay::over(Rc::clone(&work)));
        Self { version: version.to_owned(), work, views, tokens: Vec::new() }
    }

    /// Fails before anything is written if somebody else moved a token.
    fn check_tokens(&self) -> Result<(), ReadSideError> {
        for (key, expected, _) in &self.tokens {
            let stored = self.work.with(|connection| token::load(connection, key))?;
            if stored != *expected {
                return Err(ReadSideError::Fenced);
            }
        }
        Ok(())
    }

    fn flush(&self) -> Result<(), ReadSideError> {
        let changes = self.views.take_changes();
        if changes.is_empty() {
            return Ok(());
        }
        let flush: i64 = self.work.with(|connection| {
            let sql = include_str!("flush.sql");
            connection.prepare_cached(sql)?.query_row([], |row| row.get(0))
        })?;
        for change in &changes {
            let is_as_expected = self
                .work
                .with(|connection| table::apply(connection, &self.version, flush, change))?;
            if !is_as_expected {
                return Err(ReadSideError::Conflict { view: change.schema.name });
            }
        }
        Ok(())
    }
}

impl ReadSideTransaction for SqliteBatch {
    fn views(&self) -> Rc<dyn ViewTransaction> {
        Rc::clone(&self.views) as Rc<dyn ViewTransaction>
    }

    fn engine(&self) -> Rc<dyn Any> {
        Rc::clone(&self.work) as Rc<dyn Any>
    }

    fn savepoint(&mut self) -> Result<(), ReadSideError> {
        self.views.savepoint();
        self.work.begin_event()
    }

    fn release(&mut self) -> Result<(), ReadSideError> {
        self.work.keep_event()
    }

    fn rollback_to_savepoint(&mut self) -> Result<(), ReadSideError> {
        self.views.undo();
        self.work.undo_event()
    }

    fn store_token(
        &mut self,
        key: &TokenKey,
        expected: Option<&Token>,
        token: &Token,
    ) -> Result<(), ReadSideError> {
        self.tokens.push((key.clone(), expected.cloned(), token.clone()));
        Ok(())
    }

    fn commit(self: Box<Self>) -> Result<(), ReadSideError> {
        self.work.open()?;
        self.check_tokens()?;
        self.flush()?;
        for (key, _, token) in &self.tokens {
            self.work.with(|connection| token::store(connection, key, token))?;
        }
        self.work.commit()
    }
}
