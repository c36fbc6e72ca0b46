//! A veto against a command that a handler sent says which command it was, and for whom.

use std::convert::Infallible;

use es_core::command::{CommandError, DispatchInterceptor, Dispatched, Sending};
use es_core::future::BoxFuture;
use es_core::prelude::*;

use super::per_aggregate::{Install, Lock, Ring, Till};

/// Rings one till after another.
#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub struct RingEach {
    pub tills: Vec<String>,
}

#[command_handler]
pub async fn ring_each(
    command: RingEach,
    commands: CommandGateway,
) -> Result<(), HandlerError<Infallible>> {
    for till in command.tills {
        commands.send(Ring { till, pence: 1 }).await.map_err(HandlerError::nested)?;
    }
    Ok(())
}

/// Has all tills rung.
#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub struct CloseTheDay {}

#[command_handler]
async fn close_the_day(
    _: CloseTheDay,
    commands: CommandGateway,
) -> Result<(), HandlerError<Infallible>> {
    commands.send(both_tills()).await.map_err(HandlerError::nested)
}

struct NotOnSundays;

impl DispatchInterceptor for NotOnSundays {
    fn intercept<'a>(&'a self, mut sending: Sending<'a>) -> BoxFuture<'a, Dispatched> {
        Box::pin(async move {
            let is_sunday = sending.metadata().get("day").as_deref() == Some("Sunday");
            if is_sunday && sending.name() == "RingEach" {
                return Err(sending.veto(Veto::new("not on Sundays")));
            }
            sending.proceed().await
        })
    }
}

fn both_tills() -> RingEach {
    RingEach { tills: vec!["one".to_owned(), "two".to_owned()] }
}

async fn app_with_a_locked_till() -> App {
    let builder = App::test().with::<Till>().dispatch_interceptor(NotOnSundays);
    let app = builder.propagate(["day"]).start().await.unwrap();
    for till in ["one", "two"] {
        app.commands().send(Install { till: till.to_owned() }).await.unwrap();
    }
    app.commands().send(Lock { till: "two".to_owned() }).await.unwrap();
    app
}

#[tokio::test]
async fn the_sender_of_the_outer_command_reads_which_inner_one_was_stopped() {
    let app = app_with_a_locked_till().await;
    let error = app.commands().send(both_tills()).await.unwrap_err();
    let said = "command `Ring` to `Till two` was stopped: two is locked";
    assert_eq!(error.to_string(), said);
    let CommandError::Nested { error, .. } = error else { panic!("{error}") };
    let CommandError::Vetoed { command, target, veto, .. } = *error else { panic!("{error}") };
    assert_eq!((command, target.unwrap().id()), ("Ring", "two"));
    assert_eq!(veto.to_string(), "two is locked", "the veto itself says what it always said");
}

#[tokio::test]
async fn the_innermost_one_is_told_however_deep_it_is() {
    let app = app_with_a_locked_till().await;
    let error = app.commands().send(CloseTheDay {}).await.unwrap_err();
    assert_eq!(error.to_string(), "command `Ring` to `Till two` was stopped: two is locked");
}

#[tokio::test]
async fn a_free_handlers_command_has_no_target_to_tell() {
    let app = app_with_a_locked_till().await;
    let on_sunday = || Dispatch::new().meta("day", "Sunday");
    let error = app.commands().send_with(CloseTheDay {}, on_sunday()).await.unwrap_err();
    assert_eq!(error.to_string(), "command `RingEach` was stopped: not on Sundays");
    // Whoever sent it knows what it was.
    let error = app.commands().send_with(both_tills(), on_sunday()).await.unwrap_err();
    assert_eq!(error.to_string(), "not on Sundays");
}
