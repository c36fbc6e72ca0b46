//! A decision that is with the log, and who goes on with it.

use std::panic::{AssertUnwindSafe, catch_unwind};

use tokio::runtime::Handle;

use super::attempts::Decided;
use super::outside::{on_a_task, spawn};
use super::{Failure, Journey};
use crate::command::handled::SendResult;
use crate::command::{Reply, Tracked};
use crate::event::CommandId;
use crate::future::BoxFuture;
use crate::store::{Appended, Committed};

/// A first decision that is with the log, while its caller waits.
///
/// A caller that goes away loses the reply and nothing else: a task then waits in its place, and
/// decides again where that is due. Where the log did not take the decision, the same task does so
/// for a caller that is still there, because it may go away meanwhile.
pub(super) struct Waiting<G: GoesOn> {
    command_id: CommandId,
    // Taken by whoever goes on.
    decided: Option<(G, Decided<G::Reply>)>,
}

/// What can go on with a decision without its caller.
pub(super) trait GoesOn {
    type Reply: Reply;

    fn journey(&self) -> &Journey;

    /// Waits for the log, and decides again as often as that is due.
    fn go_on(self, decided: Decided<Self::Reply>) -> BoxFuture<'static, SendResult<Self::Reply>>;
}

impl<G: GoesOn> Waiting<G> {
    pub(super) fn new(goes_on: G, decided: Decided<G::Reply>) -> Self {
        Self { command_id: goes_on.journey().id, decided: Some((goes_on, decided)) }
    }

    /// What the sender is told in the end.
    pub(super) async fn answer(&mut self) -> SendResult<G::Reply> {
        let committed = match &mut self.decided {
            Some((goes_on, decided)) => goes_on.journey().committed(&mut decided.appended).await,
            None => return Err(self.answered()),
        };
        let Some((goes_on, decided)) = self.decided.take() else { return Err(self.answered()) };
        match committed {
            // What most commands come to.
            Some(Ok(Committed { token, .. })) if decided.handed.is_over() => {
                decided.outcome.map(|reply| Tracked { reply, token })
            }
            Some(committed) => {
                let decided = Decided { appended: Appended::ready(committed), ..decided };
                on_a_task(self.command_id, goes_on.go_on(decided)).await?
            }
            None => Err(goes_on.journey().late(decided.handed.stores_nothing)),
        }
    }

    fn answered(&self) -> Failure {
        super::bug("nothing waits for the log", self.command_id)
    }
}

impl<G: GoesOn> Drop for Waiting<G> {
    fn drop(&mut self) {
        let Some((goes_on, decided)) = self.decided.take() else { return };
        // Outside a runtime there is nobody who could go on.
        if Handle::try_current().is_err() {
            return;
        }
        // The command is cloned, which is the user's code.
        if let Ok(going) = catch_unwind(AssertUnwindSafe(|| goes_on.go_on(decided))) {
            drop(spawn(going));
        }
    }
}
