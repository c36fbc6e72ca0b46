//! Free handlers and what handlers send go through interceptors like everything else.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use es_core::command::{CommandError, DispatchInterceptor, Dispatched, Sending};
use es_core::future::BoxFuture;
use es_core::prelude::*;
use es_core::runtime::Limits;
use es_core::store::{EventStore, MemoryLog};

use super::domain::*;
use super::handling::{Deciding, Stamping, Stopping};
use super::logs::GatedLog;

/// Pours if it can, and says whether it could.
#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub struct PourIfPossible(pub Pour);

#[command_handler]
pub async fn pour_if_possible(
    command: PourIfPossible,
    commands: CommandGateway,
) -> Result<bool, TooFew> {
    Ok(commands.send(command.0).await.is_ok())
}

/// Is never done.
#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub struct PourForEver {}

#[command_handler]
async fn pour_for_ever(_: PourForEver, _purses: Repository<Purse>) {
    std::future::pending().await
}

/// Pours, and tells once that is durable.
#[derive(Command, Clone, Serialize, Deserialize)]
pub struct PourAndTell {
    pub pour: Pour,
    // No resource: with an effect outside it would not be decided again.
    #[serde(skip)]
    pub told: Notes,
}

#[command_handler]
async fn pour_and_tell(
    command: PourAndTell,
    purses: Repository<Purse>,
    unit: UnitOfWork,
) -> Result<(), HandlerError<TooFew>> {
    let PourAndTell { pour: Pour { from, to, coins }, told } = command;
    told.add("decides");
    unit.after_commit(move || told.add("durable"));
    purses.load(&from).await?.apply(CoinsTakenOut { coins });
    purses.load(&to).await?.apply(CoinsPutIn { coins });
    Ok(())
}

/// Has somebody else pour.
#[derive(Command, Clone, Serialize, Deserialize)]
pub struct HavePoured(pub PourAndTell);

#[command_handler]
async fn have_poured(
    command: HavePoured,
    commands: CommandGateway,
) -> Result<(), HandlerError<TooFew>> {
    commands.send(command.0).await.map_err(HandlerError::nested)
}

#[tokio::test]
async fn what_they_add_to_an_inner_command_of_a_free_handler_is_stored_with_its_events() {
    let app = builder().handling_interceptor(Stamping("seal", "blue")).start().await.unwrap();
    fill(&app).await;
    let have = HavePoured(PourAndTell { pour: pour_of(2), told: Notes::default() });
    app.commands().send(have).await.unwrap();
    let stored = es_core::testing::stored(&app).await;
    let [.., taken, put] = stored.rows() else { panic!("{:?}", stored.names()) };
    for event in [taken, put] {
        assert_eq!(event.metadata.get("seal").as_deref(), Some("blue"), "{}", event.name);
    }
}

fn builder() -> es_core::app::AppBuilder {
    App::test().with::<Purse>()
}

pub async fn fill(app: &App) {
    let commands = app.commands();
    commands.send(open("a")).await.unwrap();
    commands.send(open("b")).await.unwrap();
    commands.send(put_in(5)).await.unwrap();
}

pub async fn coins(app: &App) -> [u64; 2] {
    let purses = app.repository::<Purse>();
    let (a, b) = ("a".to_owned(), "b".to_owned());
    [purses.load(&a).await.unwrap().coins, purses.load(&b).await.unwrap().coins]
}

#[tokio::test]
async fn inner_commands_are_sent_and_decided_within_the_outer_one() {
    let notes = Notes::default();
    let app = builder()
        .dispatch_interceptor(Noting("sent", notes.clone()))
        .handling_interceptor(Deciding("decision", notes.clone()));
    let app = app.start().await.unwrap();
    fill(&app).await;
    notes.take();
    assert_eq!(app.commands().send(pour_of(2)).await.unwrap(), 2);
    let expected = [
        "sent: Pour comes",
        "decision: before Pour",
        "sent: PutIn comes",
        "decision: before PutIn",
        "decision: decided CoinsPutIn",
        // It is as durable as the command around it, which is not decided yet.
        "sent: nothing stored",
        "sent: TakeOut comes",
        "decision: before TakeOut",
        "decision: decided CoinsTakenOut",
        "sent: nothing stored",
        "decision: decided CoinsPutIn, CoinsTakenOut",
        "sent: stored",
    ];
    assert_eq!(notes.take(), expected);
}

#[tokio::test]
async fn an_inner_command_that_is_stopped_fails_alone() {
    for (on_the_way_in, on_the_way_out) in [("TakeOut", "-"), ("-", "TakeOut")] {
        let notes = Notes::default();
        let app = builder()
            .handling_interceptor(Deciding("outer", notes.clone()))
            .handling_interceptor(Stopping { on_the_way_in, on_the_way_out });
        let app = app.start().await.unwrap();
        fill(&app).await;
        notes.take();
        let error = app.commands().send(pour_of(2)).await.unwrap_err();
        let CommandError::Nested { error: inner, .. } = &error else { panic!("{error}") };
        assert!(matches!(**inner, CommandError::Vetoed { .. }), "{error}");
        // Whoever let it in sees it leave.
        let left = notes.take();
        assert_eq!(left[left.len() - 2..], [format!("outer: {inner}"), format!("outer: {error}")]);
        assert!(!app.commands().send(PourIfPossible(pour_of(2))).await.unwrap());
        assert_eq!(coins(&app).await, [5, 0]);
    }
}

#[tokio::test]
async fn a_free_handler_is_stopped_by_its_name() {
    let stopping = Stopping { on_the_way_in: "Pour", on_the_way_out: "PourIfPossible" };
    let app = builder().handling_interceptor(stopping).start().await.unwrap();
    fill(&app).await;
    let error = app.commands().send(pour_of(2)).await.unwrap_err();
    assert_eq!(error.to_string(), "not in here");
    let error = app.commands().send(PourIfPossible(pour_of(2))).await.unwrap_err();
    assert_eq!(error.to_string(), "not out of here");
    assert_eq!(coins(&app).await, [5, 0]);
}

#[tokio::test]
async fn what_handling_interceptors_add_belongs_to_one_command_and_does_not_go_along() {
    let app = builder().handling_interceptor(Stamping("checked-by", "ada")).start().await.unwrap();
    fill(&app).await;
    // Each decision starts anew, the inner ones too; the interceptor would say so.
    app.commands().send(pour_of(2)).await.unwrap();
    for metadata in stored_metadata(&app).await {
        assert_eq!(metadata.get("checked-by").as_deref(), Some("ada"));
    }
}

/// Keeps what every command came with.
#[derive(Clone, Default)]
struct Keeping(Arc<Mutex<Vec<(&'static str, Metadata)>>>);

impl DispatchInterceptor for Keeping {
    fn intercept<'a>(&'a self, mut sending: Sending<'a>) -> BoxFuture<'a, Dispatched> {
        self.0.lock().unwrap().push((sending.name(), sending.metadata().clone()));
        Box::pin(async move { sending.proceed().await })
    }
}

#[tokio::test]
async fn inner_commands_come_with_conversation_cause_trace_and_the_keys_that_are_listed() {
    let kept = Keeping::default();
    let app = builder().dispatch_interceptor(kept.clone()).propagate(["user"]).propagate(["desk"]);
    let app = app.start().await.unwrap();
    fill(&app).await;
    kept.0.lock().unwrap().clear();
    let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let id = CommandId::from_key("k");
    let dispatch = Dispatch::new()
        .id(id)
        .meta("correlation_id", "checkout 77")
        .meta("traceparent", trace)
        .meta("tracestate", "vendor=1")
        .meta("user", "ada")
        .meta("password", "secret");
    app.commands().send_with(pour_of(2), dispatch).await.unwrap();
    let kept = kept.0.lock().unwrap().clone();
    let names: Vec<_> = kept.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, ["Pour", "PutIn", "TakeOut"]);
    let causation = id.to_string();
    let gone_along = [
        ("causation_id", causation.as_str()),
        ("correlation_id", "checkout 77"),
        ("traceparent", trace),
        ("tracestate", "vendor=1"),
        ("user", "ada"),
    ];
    for (name, metadata) in &kept[1..] {
        assert_eq!(*metadata, gone_along.into_iter().collect(), "{name}");
    }
}

#[tokio::test]
async fn a_free_handler_has_a_time_limit_too() {
    let limits = Limits { handler_time: Duration::from_millis(20), ..Limits::default() };
    let notes = Notes::default();
    let app = builder().limits(limits).handling_interceptor(Deciding("it", notes.clone()));
    let app = app.start().await.unwrap();
    let error = app.commands().send(PourForEver {}).await.unwrap_err();
    assert!(matches!(error, CommandError::HandlerTimedOut { .. }), "{error}");
    assert_eq!(notes.take(), ["it: before PourForEver".to_owned(), format!("it: {error}")]);
    fill(&app).await;
    assert!(app.commands().send(PourIfPossible(pour_of(1))).await.unwrap());
}

#[tokio::test]
async fn they_see_a_free_decision_that_finds_no_place_in_the_log() {
    let log = MemoryLog::new();
    let notes = Notes::default();
    let app = builder().store(log.clone()).handling_interceptor(Deciding("it", notes.clone()));
    let app = app.start().await.unwrap();
    fill(&app).await;
    notes.take();
    // The purses are live: nothing is read any more.
    log.close().await;
    let (pour, told) = (pour_of(2), Notes::default());
    let error = app.commands().send(PourAndTell { pour, told: told.clone() }).await.unwrap_err();
    assert!(matches!(error, CommandError::ShuttingDown { .. }), "{error}");
    assert_eq!(told.take(), ["decides"], "there was a decision");
    assert_eq!(notes.take(), ["it: before PourAndTell".to_owned(), format!("it: {error}")]);
}

/// Waits until so many notes are there.
async fn until(notes: &Notes, count: usize) {
    while notes.peek().len() < count {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_decision_that_is_made_again_goes_through_them_again_and_is_told_once() {
    let (log, gate) = GatedLog::new();
    let inner = log.inner.clone();
    let notes = Notes::default();
    let app = builder()
        .store(log)
        .dispatch_interceptor(Noting("sent", notes.clone()))
        .handling_interceptor(Deciding("it", notes.clone()));
    let app = app.start().await.unwrap();
    gate.let_through(3);
    fill(&app).await;
    notes.take();
    let told = Notes::default();
    let command = PourAndTell { pour: pour_of(2), told: told.clone() };
    let commands = app.commands();
    let pouring = tokio::spawn(async move { commands.send(command).await });
    until(&told, 1).await;
    // Somebody else changes a purse that it was decided on.
    let other = builder().store(inner).start().await.unwrap();
    other.commands().send(put_in(1)).await.unwrap();
    gate.let_through(1);
    until(&told, 2).await;
    assert_eq!(told.peek(), ["decides", "decides"], "decided twice, and not durable yet");
    gate.let_through(1);
    pouring.await.unwrap().unwrap();
    assert_eq!(told.take(), ["decides", "decides", "durable"], "and before the answer");
    let decision = ["it: before PourAndTell", "it: decided CoinsTakenOut, CoinsPutIn"];
    assert_eq!(
        notes.take(),
        [&["sent: PourAndTell comes"][..], &decision, &decision, &["sent: stored"]].concat()
    );
    assert_eq!(coins(&other).await, [4, 2]);
}
