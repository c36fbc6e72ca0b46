//! Whether an effect outside may have happened is told as exactly as it can be known.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context as TaskContext, Poll, Waker};
use std::time::Duration;

use es_core::command::{Backoff, CommandError, HandledBy, Retry};
use es_core::context::{Context, FromContext};
use es_core::prelude::*;
use es_core::store::MemoryLog;

use super::domain::*;
use super::{builder, open};

/// How often somebody asked for paper.
#[derive(Default)]
struct Printer(AtomicUsize);

/// Reaches outside, and cannot be had the first time.
struct Paper;

impl FromContext for Paper {
    const EFFECTS: bool = true;

    fn from_context(context: &Context) -> Result<Self, Fault> {
        let printer = Inject::<Printer>::from_context(context)?;
        match printer.0.fetch_add(1, Ordering::SeqCst) {
            0 => Err(Fault::new("out of paper")),
            _ => Ok(Self),
        }
    }
}

#[derive(Command, Clone, Serialize, Deserialize)]
struct Print {}

#[command_handler]
async fn print(_: Print, _: Paper) -> Result<u8, Infallible> {
    Ok(1)
}

#[derive(Command, Clone, Serialize, Deserialize)]
struct PrintStatement {
    #[target]
    account: String,
}

#[aggregate]
impl Account {
    #[command_handler]
    async fn print_statement(&self, _: PrintStatement, _: Paper) -> Moved {
        Moved { amount: 0 }
    }
}

/// Charges, and prints the receipt.
#[derive(Command, Clone, Serialize, Deserialize)]
struct ChargeAndPrint {
    account: String,
    statement: bool,
}

#[command_handler]
async fn charge_and_print(
    command: ChargeAndPrint,
    commands: CommandGateway,
) -> Result<(), HandlerError<Overdrawn>> {
    let ChargeAndPrint { account, statement } = command;
    let charge = Charge { account: account.clone(), amount: 1 };
    commands.send(charge).await.map_err(HandlerError::nested)?;
    match statement {
        true => commands.send(PrintStatement { account: "b".to_owned() }).await,
        false => commands.send(Print {}).await.map(drop),
    }
    .map_err(HandlerError::nested)
}

async fn retrying() -> (App, Arc<ManualPause>) {
    let pause = ManualPause::new();
    pause.go.add_permits(9);
    let retry = Retry::new(Backoff::starting_at(Duration::ZERO).attempts(2));
    let app = builder(&pause, &Arc::default())
        .provide(Arc::new(Printer::default()))
        .dispatch_interceptor(retry)
        .start()
        .await
        .unwrap();
    open(&app, "a", 0).await;
    open(&app, "b", 0).await;
    (app, pause)
}

#[tokio::test]
async fn a_free_handler_whose_parameter_could_not_be_had_is_run_again() {
    let (app, _) = retrying().await;
    assert_eq!(app.commands().send(Print {}).await.unwrap(), 1);
}

#[tokio::test]
async fn so_is_one_of_an_aggregate() {
    let (app, _) = retrying().await;
    app.commands().send(PrintStatement { account: "a".to_owned() }).await.unwrap();
}

#[tokio::test]
async fn so_is_one_that_a_handler_sent_after_an_effect_of_another() {
    for statement in [false, true] {
        let (app, pause) = retrying().await;
        let both = ChargeAndPrint { account: "a".to_owned(), statement };
        app.commands().send(both).await.unwrap();
        assert_eq!(pause.asked.available_permits(), 1, "charged once");
    }
}

/// May itself run again; what it sends may not.
#[derive(Command, Clone, Serialize, Deserialize)]
struct ChargeThrough {
    #[target]
    account: String,
}

#[aggregate]
impl Account {
    #[command_handler(retry)]
    async fn charge_through(
        &self,
        _: ChargeThrough,
        commands: CommandGateway,
    ) -> Result<Moved, HandlerError<Overdrawn>> {
        let charge = Charge { account: "a".to_owned(), amount: 1 };
        commands.send(charge).await.map_err(HandlerError::nested)?;
        Ok(Moved { amount: 0 })
    }
}

#[test]
fn a_handler_whose_runtime_was_dropped_may_have_had_effects() {
    is_said_to_have_effects(Charge { account: "a".to_owned(), amount: 1 });
}

#[test]
fn so_may_a_command_that_it_sent() {
    is_said_to_have_effects(ChargeThrough { account: "b".to_owned() });
}

fn is_said_to_have_effects<H: 'static, C: HandledBy<H>>(command: C) {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let pause = ManualPause::new();
    let commands = runtime.block_on(async {
        let app = builder(&pause, &Arc::default()).store(MemoryLog::new()).start().await.unwrap();
        open(&app, "a", 0).await;
        open(&app, "b", 0).await;
        app.commands()
    });
    let mut context = TaskContext::from_waker(Waker::noop());
    let mut charging = Box::pin(commands.send(command));
    {
        let _inside = runtime.enter();
        assert!(charging.as_mut().poll(&mut context).is_pending());
    }
    runtime.block_on(pause.until_asked());
    drop(runtime);
    let Poll::Ready(Err(error)) = charging.as_mut().poll(&mut context) else {
        panic!("its task is gone");
    };
    assert!(matches!(error, CommandError::OutcomeUnknown { .. }), "{error}");
    assert!(error.has_effects() && !error.is_retryable(), "{error}");
}
