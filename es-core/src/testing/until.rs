use std::time::Duration;

use crate::projection::{ProjectionHandle, Status};

/// Long enough for a busy machine; nobody waits so long unless it never comes.
const PATIENCE: Duration = Duration::from_secs(60);

/// Waits until a processor is as a test wants it, and gives its status then.
///
/// For what [`caught_up`](crate::app::App::caught_up) does not wait for, such as a handler that
/// fails and its processor that tries again:
///
/// ```standalone_crate
/// # use es_core::prelude::*;
/// use es_core::projection::ProcessorState;
/// use es_core::testing::until;
/// # #[derive(Event, Debug, PartialEq, Serialize, Deserialize)]
/// # struct Rang { bell: String }
/// # #[derive(Command, Clone, Serialize, Deserialize)]
/// # struct Ring { bell: String }
/// # #[command_handler]
/// # fn ring(command: Ring, unit: UnitOfWork) { unit.publish(Rang { bell: command.bell }); }
/// # #[derive(View, Serialize, Deserialize)]
/// # struct Door { #[key] bell: String }
/// # #[projection(name = "doors")]
/// # impl Door {
/// #     #[event_handler]
/// #     fn on_rang(_: &Rang, _: &mut Views<Door>) -> Result<(), Fault> {
/// #         Err(Fault::new("nobody is at home"))
/// #     }
/// # }
/// # #[tokio::main]
/// # async fn main() {
/// # let app = App::test().start().await.unwrap();
/// app.commands().send(Ring { bell: "door".into() }).await.unwrap();
/// let is_failed = |state: &_| matches!(state, ProcessorState::Failed { .. });
/// until(&app.projection::<Door>(), |status| is_failed(&status.state)).await;
/// # }
/// ```
///
/// # Panics
/// It does not come to be so within a minute; says how the processor is then.
pub async fn until(handle: &ProjectionHandle, wanted: impl Fn(&Status) -> bool) -> Status {
    within(PATIENCE, handle, wanted).await
}

async fn within(
    patience: Duration,
    handle: &ProjectionHandle,
    wanted: impl Fn(&Status) -> bool,
) -> Status {
    let mut watched = handle.clone();
    let waiting = async {
        loop {
            let status = watched.status();
            if wanted(&status) {
                return status;
            }
            watched.changed().await;
        }
    };
    match tokio::time::timeout(patience, waiting).await {
        Ok(status) => status,
        Err(_) => {
            panic!("waited {patience:?}, and this is not what was wanted: {:?}", handle.status())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    #[should_panic(expected = "this is not what was wanted: Status { processor: \"tills\"")]
    async fn what_never_comes_is_told_with_how_it_is_instead() {
        within(Duration::ZERO, &ProjectionHandle::absent("tills"), |_| false).await;
    }
}
