//! What happens before a processor may run: its tables are made, its first token is stored, or the
//! stored one is held against the log.

use std::sync::Arc;

use super::{
    Preparation, ProcessorError, ProcessorPlan, ReadSide, ReadSideError, StartAt, Stores, Token,
};
use crate::event::{EventId, Partition, Position};
use crate::store::{EventStore, Filter, ReadError};

/// Gives the token from which the processor goes on, and the log's head.
pub(super) async fn claim(
    plan: &Arc<ProcessorPlan>,
    stores: &Stores,
) -> Result<(Token, Position), ProcessorError> {
    let processor = || plan.name.clone();
    let partitions = stores.log.capabilities().partitions;
    if partitions > 1 {
        return Err(ProcessorError::Partitions { processor: processor(), partitions });
    }
    let stored = in_read_side(plan, stores, |plan, read_side| {
        read_side.prepare(&Preparation {
            processor: &plan.name,
            version: &plan.version,
            views: &plan.views,
            by_hand: plan.by_hand,
        })?;
        read_side.token(&plan.token_key())
    })
    .await?;
    let in_log = |source| ProcessorError::Log { processor: processor(), source };
    // After the token: another process may move it on meanwhile.
    let head = stores.log.head(Partition::default()).await.map_err(in_log)?;
    match stored {
        Some(token) => match mismatch(&token, &*stores.log, head).await.map_err(in_log)? {
            None => Ok((token, head)),
            Some(Mismatch::Another(found)) => {
                let (processor, remedy) = (processor(), stores.read_side.remedy());
                Err(ProcessorError::WrongLog { processor, found, remedy })
            }
            Some(Mismatch::Lost(found)) => {
                let (processor, remedy) = (processor(), stores.read_side.remedy());
                Err(ProcessorError::LostEvents { processor, found, remedy })
            }
        },
        None => {
            let token = first_token(plan.start_at, &*stores.log, head).await.map_err(in_log)?;
            Ok((store_first(plan, stores, token).await?, head))
        }
    }
}

/// In what a token does not fit the log.
enum Mismatch {
    /// It is of another one.
    Another(String),
    /// It is of this one, which has lost events.
    Lost(String),
}

/// What does not fit, if anything.
async fn mismatch(
    token: &Token,
    log: &dyn EventStore,
    head: Position,
) -> Result<Option<Mismatch>, ReadError> {
    if token.log != log.identity() {
        let (ours, theirs) = (token.log, log.identity());
        let lost = match head.0 {
            0 => {
                ", and empty; if the log was lost, remove the new one with all its files, and restore it \
                  from a backup before you delete anything"
            }
            _ => "",
        };
        let found = format!("its token is of log {ours}, this one is {theirs}{lost}");
        return Ok(Some(Mismatch::Another(found)));
    }
    let position = token.position;
    if position > head {
        return Ok(Some(Mismatch::Lost(format!(
            "the log is shorter than what was read from it (it ends at position {head}, and \
             position {position} was read)"
        ))));
    }
    if token.event != event_at(log, position).await? {
        return Ok(Some(Mismatch::Lost(format!(
            "the log has another event at position {position} than the one that was read there"
        ))));
    }
    Ok(None)
}

async fn first_token(
    start_at: StartAt,
    log: &dyn EventStore,
    head: Position,
) -> Result<Token, ReadError> {
    Ok(match start_at {
        StartAt::Beginning => Token::at_beginning(log.identity(), head),
        StartAt::Head => Token::at_head(log.identity(), head, event_at(log, head).await?),
    })
}

/// The id of the event at a position; `None` at position 0.
pub(super) async fn event_at(
    log: &dyn EventStore,
    position: Position,
) -> Result<Option<EventId>, ReadError> {
    let Some(before) = position.0.checked_sub(1) else {
        return Ok(None);
    };
    let page = log.read(Partition::default(), Position(before), &Filter::all(), 1).await?;
    Ok(page.events.first().filter(|event| event.position == position).map(|event| event.id))
}

async fn store_first(
    plan: &Arc<ProcessorPlan>,
    stores: &Stores,
    token: Token,
) -> Result<Token, ProcessorError> {
    in_read_side(plan, stores, move |plan, read_side| {
        let key = plan.token_key();
        let mut transaction = read_side.begin(&plan.version)?;
        transaction.store_token(&key, None, &token)?;
        match transaction.commit() {
            Ok(()) => Ok(token),
            // Another process was faster; its token is as good as ours.
            Err(ReadSideError::Fenced) => Ok(read_side.token(&key)?.unwrap_or(token)),
            Err(error) => Err(error),
        }
    })
    .await
}

/// Runs blocking work on the read side where blocking is allowed.
pub(super) async fn in_read_side<T: Send + 'static>(
    plan: &Arc<ProcessorPlan>,
    stores: &Stores,
    work: impl FnOnce(&ProcessorPlan, &dyn ReadSide) -> Result<T, ReadSideError> + Send + 'static,
) -> Result<T, ProcessorError> {
    let (task_plan, read_side) = (Arc::clone(plan), Arc::clone(&stores.read_side));
    let processor = plan.name.clone();
    match tokio::task::spawn_blocking(move || work(&task_plan, &*read_side)).await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(source)) => Err(ProcessorError::ReadSide { processor, source }),
        Err(_) => Err(ProcessorError::RuntimeEnded { processor }),
    }
}
