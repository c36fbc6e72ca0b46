//! An interceptor that makes a failure of what a handler sent: nothing of that command stays.

use std::convert::Infallible;
use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use es_core::command::{Backoff, CommandError, DispatchInterceptor, Dispatched, Retry, Sending};
use es_core::future::BoxFuture;
use es_core::prelude::*;
use es_core::store::AppendError;
use tokio::sync::Notify;

use super::domain::*;
use super::{balance, builder, names, open};

/// Sends a command of the test's choice until it is told to give up, and goes on whatever came of
/// it.
#[derive(Command, Clone, Serialize, Deserialize)]
struct Try {
    what: What,
    #[serde(skip)]
    gives_up: Arc<Notify>,
}

#[derive(Clone, Serialize, Deserialize)]
enum What {
    Tell,
    Charge,
    ChargeTwice,
    Refuse,
}

#[command_handler]
async fn try_it(
    command: Try,
    commands: CommandGateway,
    unit: UnitOfWork,
) -> Result<String, Infallible> {
    let account = "a".to_owned();
    let sending = async {
        match command.what {
            What::Tell => told(commands.send(Tell { account, amount: 5, fails: false }).await),
            What::Charge => told(commands.send(Charge { account, amount: 5 }).await),
            What::ChargeTwice => {
                let charge = Charge { account, amount: 5 };
                commands.send(charge.clone()).await.unwrap();
                told(commands.send(charge).await)
            }
            What::Refuse => told(commands.send(Refuse { account }).await),
        }
    };
    let said = tokio::select! {
        said = sending => said,
        () = command.gives_up.notified() => "given up".to_owned(),
    };
    unit.publish(Noted { about: "it goes on".to_owned() });
    Ok(said)
}

fn told<R>(sent: Result<R, CommandError<Overdrawn>>) -> String {
    sent.map_or_else(|error| error.kind().to_owned(), |_| "done".to_owned())
}

/// What an interceptor makes of the answers to one command.
#[derive(Clone, Copy)]
enum Makes {
    Veto,
    Panic,
    Nothing,
    Refusal,
    /// A failure that sending again can help with, of this answer alone.
    FailureOf(usize),
    /// The answer to the command sent once more.
    AnotherAttempt,
}

struct Making(Makes, AtomicUsize, Arc<Notify>);

impl DispatchInterceptor for Making {
    fn intercept<'a>(&'a self, mut sending: Sending<'a>) -> BoxFuture<'a, Dispatched> {
        Box::pin(async move {
            let answer = sending.proceed().await;
            // Those that the handler under test sends, and not what these send themselves.
            if !["Charge", "Refuse", "Tell"].contains(&sending.name())
                || sending.message().downcast_ref().is_some_and(|tell: &Tell| tell.amount == 0)
            {
                return answer;
            }
            let (command_id, nth) = (sending.id(), self.1.fetch_add(1, Ordering::SeqCst));
            let source = AppendError::Busy;
            match self.0 {
                Makes::Veto => Err(sending.veto(Veto::new("not out of here"))),
                Makes::Panic => panic!("slipped"),
                Makes::Nothing => {
                    self.2.notify_one();
                    pending().await
                }
                Makes::Refusal => {
                    let error = es_core::command::Rejection::new(Overdrawn { missing: 9 });
                    Err(CommandError::Rejected { command_id, error })
                }
                Makes::FailureOf(failed) if nth == failed => {
                    Err(CommandError::Append { command_id, source, has_effects: false })
                }
                Makes::FailureOf(_) => answer,
                Makes::AnotherAttempt => sending.proceed().await,
            }
        })
    }
}

struct Ended {
    said: String,
    balance: i64,
    names: Vec<String>,
    told: Vec<String>,
    asked: usize,
}

async fn tried(makes: Makes, what: What) -> Ended {
    let (pause, told) = (ManualPause::new(), Arc::new(Told::default()));
    pause.go.add_permits(9);
    let gives_up = Arc::new(Notify::new());
    let retry = Retry::new(Backoff::starting_at(Duration::ZERO).attempts(3));
    let app = builder(&pause, &told)
        .dispatch_interceptor(retry)
        .dispatch_interceptor(Making(makes, AtomicUsize::new(0), Arc::clone(&gives_up)))
        .start()
        .await
        .unwrap();
    open(&app, "a", 0).await;
    let said = app.commands().send(Try { what, gives_up }).await.unwrap();
    let told = told.lock().unwrap().clone();
    let asked = pause.asked.available_permits();
    Ended { said, balance: balance(&app, "a").await, names: names(&app).await, told, asked }
}

async fn nothing_stays(makes: Makes, said: &str) {
    let ended = tried(makes, What::Tell).await;
    assert_eq!(ended.said, said);
    assert_eq!((ended.balance, ended.names), (0, vec!["Noted".to_owned()]));
    assert!(ended.told.is_empty(), "{:?}", ended.told);
}

#[tokio::test]
async fn nothing_stays_of_a_command_that_an_interceptor_stops_on_its_way_back() {
    nothing_stays(Makes::Veto, "vetoed").await;
}

#[tokio::test]
async fn nothing_stays_of_a_command_whose_interceptor_panics_on_its_way_back() {
    nothing_stays(Makes::Panic, "panicked").await;
}

#[tokio::test]
async fn nothing_stays_of_a_command_that_is_given_up_while_an_interceptor_has_its_answer() {
    nothing_stays(Makes::Nothing, "given up").await;
}

#[tokio::test]
async fn nothing_stays_of_a_command_whose_success_an_interceptor_turns_into_a_refusal() {
    nothing_stays(Makes::Refusal, "rejected").await;
}

#[tokio::test]
async fn a_command_that_is_sent_again_after_an_interceptor_failed_it_is_carried_out_once() {
    let ended = tried(Makes::FailureOf(0), What::Tell).await;
    assert_eq!((ended.said.as_str(), ended.balance), ("done", 5));
    assert_eq!(ended.names, ["Moved", "Noted"]);
    assert_eq!(ended.told, ["outer", "outer"], "its own and its inner command's");
}

#[tokio::test]
async fn an_effect_is_not_repeated_because_an_interceptor_failed_its_command() {
    let ended = tried(Makes::FailureOf(0), What::Charge).await;
    assert_eq!((ended.said.as_str(), ended.asked), ("append", 1));
    assert_eq!((ended.balance, ended.names), (0, vec!["Noted".to_owned()]));
}

#[tokio::test]
async fn nor_is_it_where_another_command_had_one_before() {
    let ended = tried(Makes::FailureOf(1), What::ChargeTwice).await;
    assert_eq!((ended.said.as_str(), ended.asked), ("append", 2));
    assert_eq!(ended.names, ["Moved", "Noted"], "the first charge stays");
}

#[tokio::test]
async fn a_refusal_that_passes_through_an_interceptor_keeps_what_it_recorded() {
    let ended = tried(Makes::Refusal, What::Refuse).await;
    assert_eq!((ended.said.as_str(), ended.balance), ("rejected", 1));
    assert_eq!(ended.names, ["Moved", "Noted"]);
    let ended = tried(Makes::Veto, What::Refuse).await;
    assert_eq!((ended.said.as_str(), ended.balance), ("vetoed", 0), "that is no refusal");
}

#[tokio::test]
async fn what_an_interceptor_sends_twice_and_answers_is_carried_out_twice() {
    let ended = tried(Makes::AnotherAttempt, What::Tell).await;
    assert_eq!((ended.said.as_str(), ended.balance), ("done", 10));
}
