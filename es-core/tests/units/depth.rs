//! How deep commands may be nested: deep enough, and never so deep that the process falls.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use es_core::command::{
    Backoff, CommandError, DispatchInterceptor, Dispatched, Retry, Sending, Spans, Timing,
    Validation,
};
use es_core::future::BoxFuture;
use es_core::prelude::*;
use es_core::runtime::Limits;

use super::domain::*;
use super::{builder, names};

/// Notes how deep it is, and sends itself as often as it says.
#[derive(Command, Clone, Serialize, Deserialize)]
struct Descend {
    levels: usize,
}

#[command_handler]
async fn descend(
    command: Descend,
    commands: CommandGateway,
    unit: UnitOfWork,
) -> Result<usize, HandlerError<Infallible>> {
    unit.publish(Noted { about: command.levels.to_string() });
    let Some(levels) = command.levels.checked_sub(1) else { return Ok(0) };
    Ok(1 + commands.send(Descend { levels }).await.map_err(HandlerError::nested)?)
}

/// The same for a handler of an aggregate, which sends the command to another one.
#[derive(Command, Clone, Serialize, Deserialize)]
struct PassOn {
    #[target]
    stair: u64,
}

#[derive(Event, Clone, Serialize, Deserialize)]
struct Passed {
    stair: u64,
}

#[aggregate]
struct Stair {
    #[aggregate_identifier]
    stair: u64,
}

#[aggregate]
impl Stair {
    #[command_handler]
    async fn pass_on(
        command: PassOn,
        commands: CommandGateway,
    ) -> Result<Passed, HandlerError<Infallible>> {
        let stair = command.stair;
        if let Some(stair) = stair.checked_sub(1) {
            commands.send(PassOn { stair }).await.map_err(HandlerError::nested)?;
        }
        Ok(Passed { stair })
    }

    #[event_sourcing_handler]
    fn on_passed(event: &Passed) -> Self {
        Self { stair: event.stair }
    }
}

/// Goes on whatever comes of it.
#[derive(Command, Clone, Serialize, Deserialize)]
struct TryToDescend {
    levels: usize,
}

#[command_handler]
async fn try_to_descend(
    command: TryToDescend,
    commands: CommandGateway,
    unit: UnitOfWork,
) -> Result<Result<usize, String>, Infallible> {
    unit.publish(Noted { about: "before".to_owned() });
    let sent = commands.send(Descend { levels: command.levels }).await;
    unit.publish(Noted { about: "after".to_owned() });
    Ok(sent.map_err(|error| error.to_string()))
}

struct Passing;

impl DispatchInterceptor for Passing {
    fn intercept<'a>(&'a self, mut sending: Sending<'a>) -> BoxFuture<'a, Dispatched> {
        Box::pin(async move { sending.proceed().await })
    }
}

async fn app(limits: Limits) -> App {
    let builder = builder(&ManualPause::new(), &Arc::default());
    builder.with::<Stair>().limits(limits).start().await.unwrap()
}

async fn intercepted() -> App {
    let retry = Retry::new(Backoff::starting_at(Duration::ZERO).attempts(3));
    let builder = builder(&ManualPause::new(), &Arc::default())
        .with::<Stair>()
        .dispatch_interceptor(Spans)
        .dispatch_interceptor(Timing::new())
        .dispatch_interceptor(Passing)
        .dispatch_interceptor(Passing)
        .dispatch_interceptor(Passing)
        .dispatch_interceptor(Validation::new())
        .dispatch_interceptor(retry);
    builder.start().await.unwrap()
}

const ENDLESS: usize = usize::MAX;

#[tokio::test]
async fn a_handler_that_sends_its_own_command_without_end_is_told() {
    for app in [app(Limits::default()).await, intercepted().await] {
        let error = app.commands().send(Descend { levels: ENDLESS }).await.unwrap_err();
        let said = error.to_string();
        assert!(said.starts_with("`Descend` is nested in more than 10 commands"), "{said}");
        assert!(said.ends_with("raise `Limits::nested_commands`"), "{said}");
        assert!(matches!(error, CommandError::Nested { .. }) && !error.is_retryable(), "{error:?}");
        assert!(names(&app).await.is_empty());
        let error = app.commands().send(PassOn { stair: u64::MAX }).await.unwrap_err();
        assert!(error.to_string().starts_with("`PassOn` is nested in more than 10"), "{error}");
    }
}

#[tokio::test]
async fn commands_are_nested_as_deep_as_the_limit_says() {
    for app in [app(Limits::default()).await, intercepted().await] {
        assert_eq!(app.commands().send(Descend { levels: 10 }).await.unwrap(), 10);
        app.commands().send(PassOn { stair: 10 }).await.unwrap();
        assert_eq!(names(&app).await, [["Noted"; 11], ["Passed"; 11]].concat());
    }
    let app = app(Limits { nested_commands: 0, ..Limits::default() }).await;
    assert_eq!(app.commands().send(Descend { levels: 0 }).await.unwrap(), 0);
    app.commands().send(Descend { levels: 1 }).await.unwrap_err();
}

#[tokio::test]
async fn what_is_nested_too_deep_is_undone_and_its_sender_goes_on() {
    let app = app(Limits { nested_commands: 3, ..Limits::default() }).await;
    let said = app.commands().send(TryToDescend { levels: ENDLESS }).await.unwrap().unwrap_err();
    assert!(said.contains("more than 3 commands"), "{said}");
    assert_eq!(names(&app).await, ["Noted"; 2], "those of the sender");
    let went = app.commands().send(TryToDescend { levels: 2 }).await.unwrap();
    assert_eq!(went.unwrap(), 2);
}
