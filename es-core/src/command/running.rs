use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use crate::event::{CommandId, Tenant};

/// The ids of free commands that are running: each runs alone.
#[derive(Debug, Default)]
pub(crate) struct Running {
    ids: Mutex<HashSet<(Tenant, CommandId)>>,
    ended: Notify,
}

/// An id that runs; dropping it lets the next one with the same id run.
#[derive(Debug)]
pub(crate) struct Alone {
    running: Arc<Running>,
    id: (Tenant, CommandId),
}

impl Running {
    /// Waits until no other command runs under this id.
    ///
    /// # Cancel safety
    /// Dropping the future changes nothing.
    pub(crate) async fn alone(self: &Arc<Self>, tenant: &Tenant, id: CommandId) -> Alone {
        let id = (tenant.clone(), id);
        loop {
            let mut ended = std::pin::pin!(self.ended.notified());
            ended.as_mut().enable();
            if self.ids().insert(id.clone()) {
                return Alone { running: Arc::clone(self), id };
            }
            ended.await;
        }
    }

    fn ids(&self) -> MutexGuard<'_, HashSet<(Tenant, CommandId)>> {
        self.ids.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Alone {
    fn drop(&mut self) {
        self.running.ids().remove(&self.id);
        self.running.ended.notify_waiters();
    }
}
