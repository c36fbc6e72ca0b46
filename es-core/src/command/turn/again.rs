//! Deciding a command again where the log did not take what it had decided.

use std::ops::ControlFlow;

use super::attempts::{Attempts, Decided};
use super::{Fallible, Journey};
use crate::command::Reply;
use crate::command::handled::SendResult;
use crate::store::RememberedCommand;
use crate::unit::AnyCell;

/// One run up to the hand-over; or what the command was answered, if it was carried out before.
pub(super) type Once<R> = Fallible<ControlFlow<RememberedCommand, Decided<R>>>;

/// A command that can be decided more than once.
pub(super) trait DecidesAgain: Sync {
    type Reply: Reply;

    fn journey(&self) -> &Journey;

    /// Its target's place; none for a free handler.
    fn own_cell(&self) -> Option<&dyn AnyCell>;

    fn decide_once(&self, attempts: &Attempts) -> impl Future<Output = Once<Self::Reply>> + Send;

    /// Waits for the log, and decides again as often as that is due.
    fn ended(
        &self,
        mut decided: Decided<Self::Reply>,
    ) -> impl Future<Output = SendResult<Self::Reply>> + Send {
        async move {
            let mut attempts = Attempts::default();
            loop {
                let ended = self.journey().end(decided, self.own_cell(), &mut attempts).await;
                if let Some(result) = ended {
                    return result;
                }
                decided = match self.decide_once(&attempts).await? {
                    ControlFlow::Continue(decided) => decided,
                    ControlFlow::Break(first) => return self.journey().first_answer(first),
                };
            }
        }
    }
}
