use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use es_core::command::CommandError;
use es_core::event::{Clock, StillClock, Tenant};
use es_core::prelude::*;
use es_core::store::{CommandMemory, EventStore, MemoryLog, ReadError, RememberedCommand};

use super::domain::*;
use super::logs::{LogAround, OvertakenLog, Parts};
use super::shapes::domain::{Account, Import, Open};
use super::{app, app_with};

fn under(key: &str) -> Dispatch {
    Dispatch::new().id(CommandId::from_key(key))
}

#[tokio::test]
async fn a_repeated_create_gets_its_first_answer() {
    let app = app().await;
    let first = app.commands().send_tracked_with(set_up("a"), under("k")).await.unwrap();
    let again = app.commands().send_tracked_with(set_up("a"), under("k")).await.unwrap();
    assert_eq!(first, again);
    assert_eq!(app.repository::<Shelf>().load(&"a".to_owned()).await.unwrap().version.0, 0);
}

#[tokio::test]
async fn a_repetition_runs_nothing_even_when_the_state_has_moved_on() {
    let commands = app().await.commands();
    commands.send(set_up("a")).await.unwrap();
    commands.send(put("a", 9)).await.unwrap();
    assert_eq!(commands.send_with(take("a", 4), under("k")).await.unwrap(), 5);
    commands.send(take("a", 5)).await.unwrap();
    assert_eq!(commands.send_with(take("a", 4), under("k")).await.unwrap(), 5);
    assert_eq!(
        commands.send(take("a", 1)).await.unwrap_err().rejection().unwrap(),
        &ShelfError::TooFew { there: 0 }
    );
}

#[tokio::test]
async fn a_repetition_has_no_second_effect() {
    let (scale, answer) = ManualScale::new();
    let commands = app_with(Arc::clone(&scale) as Arc<dyn Scale>).await.commands();
    commands.send(set_up("a")).await.unwrap();
    for kilograms in [4, 5, 6] {
        answer.send(kilograms).await.unwrap();
    }
    let weighing = || commands.send_with(weigh("a"), under("k"));
    let (first, beside) = tokio::join!(weighing(), weighing());
    assert_eq!((first.unwrap(), beside.unwrap()), (4, 4));
    assert_eq!(weighing().await.unwrap(), 4);
    assert_eq!(scale.asked.available_permits(), 1, "the scale was asked again");
}

#[tokio::test]
async fn what_another_application_does_while_the_state_is_read_is_not_done_again() {
    let log = Arc::new(OvertakenLog::default());
    let (scale, answer) = ManualScale::new();
    let (their_scale, their_answer) = ManualScale::new();
    let on =
        |log, scale| App::test().store(log).with::<Shelf>().provide::<dyn Scale>(scale).start();
    let app = on(Arc::clone(&log) as Arc<dyn EventStore>, Arc::clone(&scale) as _).await.unwrap();
    let other = on(Arc::new(log.inner.clone()) as _, their_scale).await.unwrap();
    other.commands().send(set_up("a")).await.unwrap();
    their_answer.send(4).await.unwrap();
    answer.send(5).await.unwrap();
    log.before_the_next_read(async move {
        assert_eq!(other.commands().send_with(weigh("a"), under("k")).await.unwrap(), 4);
    });
    let answer = app.commands().send_with(weigh("a"), under("k")).await.unwrap();
    assert_eq!(answer, 4, "the first answer");
    assert_eq!(scale.asked.available_permits(), 0, "the shelf was weighed again");
}

#[tokio::test]
async fn repetitions_at_the_same_time_store_once() {
    let app = app().await;
    let commands = app.commands();
    commands.send(set_up("a")).await.unwrap();
    let sends = (0..32).map(|_| {
        let commands = commands.clone();
        tokio::spawn(async move { commands.send_with(put("a", 1), under("k")).await })
    });
    for send in sends.collect::<Vec<_>>() {
        send.await.unwrap().unwrap();
    }
    assert_eq!(app.repository::<Shelf>().load(&"a".to_owned()).await.unwrap().boxes, 1);
}

#[tokio::test]
async fn a_rejection_is_decided_anew() {
    let commands = app().await.commands();
    commands.send(set_up("a")).await.unwrap();
    commands.send_with(take("a", 1), under("k")).await.unwrap_err();
    commands.send(put("a", 1)).await.unwrap();
    assert_eq!(commands.send_with(take("a", 1), under("k")).await.unwrap(), 0);
}

#[tokio::test]
async fn a_command_that_stored_nothing_is_decided_anew() {
    let app = App::test().only::<Account>().start().await.unwrap();
    let commands = app.commands();
    let import = || commands.send_tracked_with(Import::new("a", 1), under("k"));
    assert!(import().await.unwrap().token.is_empty(), "there is nothing to do yet");
    commands.send(Open::new("a", 0)).await.unwrap();
    assert!(!import().await.unwrap().token.is_empty(), "now there is");
    assert_eq!(app.repository::<Account>().load(&"a".to_owned()).await.unwrap().balance, 1);
}

#[tokio::test]
async fn what_else_the_command_says_is_not_compared() {
    let app = app().await;
    let commands = app.commands();
    commands.send(set_up("a")).await.unwrap();
    commands.send(put("a", 9)).await.unwrap();
    assert_eq!(commands.send_with(take("a", 4), under("k")).await.unwrap(), 5);
    assert_eq!(commands.send_with(take("a", 1), under("k")).await.unwrap(), 5);
    assert_eq!(app.repository::<Shelf>().load(&"a".to_owned()).await.unwrap().boxes, 5);
}

#[tokio::test]
async fn another_command_under_the_same_id_is_refused_by_name() {
    let commands = app().await.commands();
    commands.send_with(set_up("a"), under("k")).await.unwrap();
    for error in [
        commands.send_with(set_up("b"), under("k")).await.unwrap_err(),
        commands.send_with(put("a", 1), under("k")).await.unwrap_err(),
    ] {
        assert!(matches!(error, CommandError::CommandIdReused { .. }), "{error}");
        assert!(error.to_string().contains("used for `SetUp to Shelf a` before"), "{error}");
    }
}

#[tokio::test]
async fn every_error_carries_the_id_to_try_again_with() {
    let commands = app().await.commands();
    let id = CommandId::from_key("k");
    let error = commands.send_with(put("a", 1), Dispatch::new().id(id)).await.unwrap_err();
    assert_eq!(error.command_id(), id);
    assert!(matches!(error, CommandError::NotFound { .. }));
}

const HOUR: Duration = Duration::from_hours(1);

/// An application on a clock, with a shelf of nine boxes.
async fn on_a_clock() -> (App, Arc<StillClock>) {
    let clock = Arc::new(StillClock::at("2026-01-01T00:00:00Z".parse().unwrap()));
    let (scale, _) = ManualScale::new();
    let log = MemoryLog::with_clock(Arc::clone(&clock) as Arc<dyn Clock>);
    let app = App::test().store(log).with::<Shelf>().provide::<dyn Scale>(scale);
    let app = app.start().await.unwrap();
    app.commands().send(set_up("a")).await.unwrap();
    app.commands().send(put("a", 9)).await.unwrap();
    (app, clock)
}

#[tokio::test]
async fn an_id_from_outside_is_remembered_for_seven_days() {
    let (app, clock) = on_a_clock().await;
    let commands = app.commands();
    let take = || commands.send_with(take("a", 4), under("k"));
    assert_eq!(take().await.unwrap(), 5);
    clock.advance(7 * 24 * HOUR - Duration::from_secs(1));
    assert_eq!(take().await.unwrap(), 5, "the first answer");
    clock.advance(Duration::from_secs(2));
    assert_eq!(take().await.unwrap(), 1, "it is forgotten");
}

/// The id that the gateway gave to the command whose event is the last one.
async fn last_id(app: &App) -> CommandId {
    let mut history = app.repository::<Shelf>().history(&"a".to_owned()).unwrap();
    let mut last = None;
    while let Some(step) = history.next().await.unwrap() {
        last = step.recorded.metadata.causation_id();
    }
    CommandId(last.unwrap())
}

#[tokio::test]
async fn an_id_that_the_gateway_gave_is_remembered_for_an_hour() {
    let (app, clock) = on_a_clock().await;
    let commands = app.commands();
    assert_eq!(commands.send(take("a", 4)).await.unwrap(), 5);
    let id = last_id(&app).await;
    clock.advance(HOUR - Duration::from_secs(1));
    let again = || commands.send_with(take("a", 4), Dispatch::new().id(id));
    assert_eq!(again().await.unwrap(), 5, "the first answer");
    clock.advance(Duration::from_secs(2));
    assert_eq!(again().await.unwrap(), 1, "it is forgotten");
}

/// A log that counts how often an id is looked up.
#[derive(Default)]
struct Counting {
    inner: MemoryLog,
    looked_up: AtomicUsize,
}

#[async_trait]
impl Parts for Arc<Counting> {
    fn inner(&self) -> MemoryLog {
        self.inner.clone()
    }

    async fn remembered(
        &self,
        tenant: &Tenant,
        id: CommandId,
    ) -> Result<Option<RememberedCommand>, ReadError> {
        self.looked_up.fetch_add(1, Ordering::SeqCst);
        self.inner.remembered(tenant, id).await
    }
}

#[tokio::test]
async fn only_an_id_from_outside_is_looked_up() {
    let (scale, answer) = ManualScale::new();
    let counting = Arc::<Counting>::default();
    let log = Arc::new(LogAround(Arc::clone(&counting))) as Arc<dyn EventStore>;
    let app = App::test().store(log).with::<Shelf>().provide::<dyn Scale>(scale);
    let commands = app.start().await.unwrap().commands();
    commands.send(set_up("a")).await.unwrap();
    commands.send(put("a", 9)).await.unwrap();
    commands.send(take("a", 10)).await.unwrap_err();
    commands.send(count("a")).await.unwrap();
    answer.send(1).await.unwrap();
    commands.send(weigh("a")).await.unwrap();
    assert_eq!(counting.looked_up.load(Ordering::SeqCst), 0);
    commands.send_with(take("a", 1), under("k")).await.unwrap();
    assert_eq!(counting.looked_up.load(Ordering::SeqCst), 1);
}
