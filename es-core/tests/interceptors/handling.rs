//! Handling interceptors wrap each decision, within the turn and before the commit.

use std::sync::Arc;
use std::time::Duration;

use es_core::command::{CommandError, CommandMessage, Handled, HandlingInterceptor, Veto};
use es_core::event::{EventId, StreamId, Tenant};
use es_core::prelude::*;
use es_core::runtime::Limits;
use es_core::store::{Append, AppendError, Expectation, Expected, NewEvent};

use super::domain::*;
use super::logs::{GatedLog, append_now};

/// Notes each decision before and after it.
pub struct Deciding(pub &'static str, pub Notes);

impl HandlingInterceptor for Deciding {
    fn before(&self, command: &CommandMessage<'_>, _: &mut Metadata) -> Result<(), Veto> {
        self.1.add(format!("{}: before {}", self.0, command.name()));
        Ok(())
    }

    fn after(&self, _: &CommandMessage<'_>, handled: Handled<'_>) -> Result<(), Veto> {
        self.1.add(match handled {
            Handled::Decided(events) => {
                let names: Vec<_> = events.iter().map(|event| &*event.name).collect();
                format!("{}: decided {}", self.0, names.join(", "))
            }
            Handled::Failed(error) => format!("{}: {error}", self.0),
            _ => "something new".to_owned(),
        });
        Ok(())
    }
}

/// Stops commands by name, on the way in or on the way out.
pub struct Stopping {
    pub on_the_way_in: &'static str,
    pub on_the_way_out: &'static str,
}

impl HandlingInterceptor for Stopping {
    fn before(&self, command: &CommandMessage<'_>, _: &mut Metadata) -> Result<(), Veto> {
        if command.name() == self.on_the_way_in {
            return Err(Veto::new("not in here"));
        }
        Ok(())
    }

    fn after(&self, command: &CommandMessage<'_>, _: Handled<'_>) -> Result<(), Veto> {
        if command.name() == self.on_the_way_out {
            return Err(Veto::new("not out of here"));
        }
        Ok(())
    }
}

/// Adds an entry, unless it was added before.
pub struct Stamping(pub &'static str, pub &'static str);

impl HandlingInterceptor for Stamping {
    fn before(&self, command: &CommandMessage<'_>, metadata: &mut Metadata) -> Result<(), Veto> {
        assert_eq!(command.metadata(), metadata, "it sees what those before it added");
        assert!(metadata.get(self.0).is_none(), "each decision starts anew");
        metadata.insert(self.0, self.1);
        Ok(())
    }
}

async fn app(notes: &Notes) -> App {
    let stopping = Stopping { on_the_way_in: "PutIn", on_the_way_out: "TakeOut" };
    let app = App::test()
        .with::<Purse>()
        .handling_interceptor(Deciding("outer", notes.clone()))
        .handling_interceptor(stopping)
        .handling_interceptor(Deciding("inner", notes.clone()))
        .limits(Limits { handler_time: Duration::from_millis(20), ..Limits::default() });
    let app = app.start().await.unwrap();
    app.commands().send(open("a")).await.unwrap();
    app
}

#[tokio::test]
async fn they_nest_in_the_order_in_which_they_were_given() {
    let notes = Notes::default();
    let app = app(&notes).await;
    let opened = ["outer: before OpenPurse", "inner: before OpenPurse"];
    let decided = ["inner: decided PurseOpened", "outer: decided PurseOpened"];
    assert_eq!(notes.take(), [opened, decided].concat());
    app.commands().send(CountIn { purse: "a".to_owned(), coins: 1 }).await.unwrap();
    let counted = ["outer: before CountIn", "inner: before CountIn"];
    let decided = ["inner: decided CoinsPutIn", "outer: decided CoinsPutIn"];
    assert_eq!(notes.take(), [counted, decided].concat());
}

#[tokio::test]
async fn they_run_within_the_turn_of_their_command() {
    let notes = Notes::default();
    let app = App::test().with::<Purse>().handling_interceptor(Deciding("it", notes.clone()));
    let app = app.start().await.unwrap();
    let commands = app.commands();
    commands.send(open("a")).await.unwrap();
    notes.take();
    let nod = Arc::<tokio::sync::Notify>::default();
    let nodded = CountOnceNodded { purse: "a".to_owned(), nod: Arc::clone(&nod) };
    let mut counting = Box::pin(commands.send(nodded));
    let mut putting = Box::pin(commands.send(put_in(1)));
    let mut behind = Box::pin(commands.send(CountIn { purse: "a".to_owned(), coins: 1 }));
    for _ in 0..16 {
        assert!(waits(&mut counting).await && waits(&mut putting).await);
        assert!(waits(&mut behind).await);
        tokio::task::yield_now().await;
    }
    assert_eq!(notes.take(), ["it: before CountOnceNodded"], "the others are not at work yet");
    nod.notify_one();
    counting.await.unwrap();
    assert_eq!(putting.await.unwrap(), 2);
    behind.await.unwrap();
    let decided = "it: decided CoinsPutIn";
    let one_after_the_other = [decided, "it: before PutIn", decided, "it: before CountIn", decided];
    assert_eq!(notes.take(), one_after_the_other);
}

#[tokio::test]
async fn one_that_stops_the_command_keeps_it_from_the_handler_and_from_those_further_in() {
    let notes = Notes::default();
    let app = app(&notes).await;
    notes.take();
    let error = app.commands().send(put_in(1)).await.unwrap_err();
    assert!(matches!(error, CommandError::Vetoed { .. }), "{error}");
    assert_eq!(error.to_string(), "not in here");
    assert_eq!(notes.take(), ["outer: before PutIn", "outer: not in here"]);
    assert_eq!(app.repository::<Purse>().load(&"a".to_owned()).await.unwrap().coins, 0);
}

#[tokio::test]
async fn one_that_stops_a_decision_leaves_nothing_of_it() {
    let notes = Notes::default();
    let app = app(&notes).await;
    app.commands().send(CountIn { purse: "a".to_owned(), coins: 5 }).await.unwrap();
    notes.take();
    let error = app.commands().send(take_out(3)).await.unwrap_err();
    assert_eq!(error.to_string(), "not out of here");
    let inner = ["inner: before TakeOut", "inner: decided CoinsTakenOut"];
    assert_eq!(
        notes.take(),
        [["outer: before TakeOut", inner[0]], [inner[1], "outer: not out of here"]].concat()
    );
    // Neither in the log nor in the live state.
    let purse = app.repository::<Purse>().load(&"a".to_owned()).await.unwrap();
    assert_eq!((purse.coins, purse.version), (5, Sequence(1)));
    let error = app.commands().send(Tear { purse: "a".to_owned() }).await.unwrap_err();
    assert!(matches!(error, CommandError::Panicked { .. }), "{error}");
    let taken = CountIn { purse: "a".to_owned(), coins: 1 };
    app.commands().send(taken).await.unwrap();
    assert_eq!(app.repository::<Purse>().load(&"a".to_owned()).await.unwrap().coins, 6);
}

#[tokio::test]
async fn they_see_handlers_that_panic_and_those_that_are_cut_off() {
    let notes = Notes::default();
    let app = app(&notes).await;
    notes.take();
    app.commands().send(Tear { purse: "a".to_owned() }).await.unwrap_err();
    let torn = notes.take();
    assert_eq!(torn.len(), 4);
    assert_eq!(torn[2], "inner: the handler panicked: the purse tore; nothing is stored");
    let error = app.commands().send(CountForEver { purse: "a".to_owned() }).await.unwrap_err();
    assert!(matches!(error, CommandError::HandlerTimedOut { .. }), "{error}");
    let late = notes.take();
    assert_eq!(late.len(), 4);
    assert_eq!(late[3], "outer: the handler took longer than 20ms; nothing is stored");
    // The turn is free again.
    app.commands().send(CountIn { purse: "a".to_owned(), coins: 1 }).await.unwrap();
}

#[tokio::test]
async fn what_they_add_is_seen_by_the_handler_and_stored_with_its_events() {
    let app = App::test()
        .with::<Purse>()
        .handling_interceptor(Stamping("checked-by", "ada"))
        .handling_interceptor(Stamping("checked-in", "the north"))
        .start()
        .await
        .unwrap();
    app.commands().send(open("a")).await.unwrap();
    app.commands().send(CountIn { purse: "a".to_owned(), coins: 1 }).await.unwrap();
    let stored = stored_metadata(&app).await;
    assert_eq!(stored.len(), 2);
    for metadata in stored {
        assert_eq!(metadata.get("checked-by").as_deref(), Some("ada"));
        assert_eq!(metadata.get("checked-in").as_deref(), Some("the north"));
        assert!(metadata.causation_id().is_some());
    }
}

#[tokio::test]
async fn a_command_that_is_decided_again_goes_through_them_again_and_is_sent_once() {
    let (log, gate) = GatedLog::new();
    let inner = log.inner.clone();
    let notes = Notes::default();
    let app = App::test()
        .store(log)
        .with::<Purse>()
        .dispatch_interceptor(Noting("sent", notes.clone()))
        .handling_interceptor(Deciding("decision", notes.clone()))
        .handling_interceptor(Stamping("checked-by", "ada"));
    let app = app.start().await.unwrap();
    let commands = app.commands();
    gate.let_through(1);
    commands.send(open("a")).await.unwrap();
    notes.take();
    let mut putting = Box::pin(commands.send(put_in(1)));
    assert!(waits(&mut putting).await, "it is decided and not stored yet");
    std::thread::spawn(move || append_now(&inner, five_coins_by_another()))
        .join()
        .unwrap()
        .unwrap();
    gate.let_through(2);
    assert_eq!(putting.await.unwrap(), 6, "decided on what the other one put in");
    let decision = ["decision: before PutIn", "decision: decided CoinsPutIn"];
    assert_eq!(
        notes.take(),
        [&["sent: PutIn comes"][..], &decision, &decision, &["sent: stored"]].concat()
    );
    let stored = stored_metadata(&app).await;
    assert_eq!(stored.last().unwrap().get("checked-by").as_deref(), Some("ada"));
}

fn five_coins_by_another() -> Append {
    let stream = StreamId::new(&Tenant::default(), "Purse", "a").unwrap();
    let event = NewEvent {
        id: EventId::generate(),
        stream: Some(stream.clone()),
        name: "CoinsPutIn".into(),
        revision: 0,
        payload: br#"{"coins":5}"#.to_vec().into(),
        metadata: Metadata::new(),
        tags: Vec::new(),
    };
    let expectation = Expectation { stream, expected: Expected::Exact(Sequence(0)) };
    Append {
        events: vec![event],
        expectations: [expectation].into_iter().collect(),
        ..Append::default()
    }
}

/// Misbehaves on the way in.
struct Careless;

impl HandlingInterceptor for Careless {
    fn before(&self, command: &CommandMessage<'_>, metadata: &mut Metadata) -> Result<(), Veto> {
        if command.name() == "TakeOut" {
            metadata.insert("tenant", "north");
        }
        Ok(())
    }
}

#[tokio::test]
async fn one_that_misbehaves_stops_its_command_alone() {
    let app = App::test().with::<Purse>().handling_interceptor(Careless).start().await.unwrap();
    app.commands().send(open("a")).await.unwrap();
    let error = app.commands().send(take_out(0)).await.unwrap_err();
    assert!(error.to_string().contains("changed `tenant`, which is too late"), "{error}");
    app.commands().send(CountIn { purse: "a".to_owned(), coins: 1 }).await.unwrap();
    let purse = app.repository::<Purse>().load(&"a".to_owned()).await.unwrap();
    assert_eq!((purse.coins, purse.version), (1, Sequence(1)));
}

#[tokio::test]
async fn a_command_whose_predecessor_was_undone_is_decided_again_and_was_sent_once() {
    let (log, gate) = GatedLog::new();
    let notes = Notes::default();
    let app = App::test()
        .store(log)
        .with::<Purse>()
        .dispatch_interceptor(Noting("sent", notes.clone()))
        .handling_interceptor(Deciding("decision", notes.clone()));
    let app = app.start().await.unwrap();
    let commands = app.commands();
    gate.let_through(1);
    commands.send(open("a")).await.unwrap();
    let mut lost = Box::pin(commands.send(put_in(1)));
    assert!(waits(&mut lost).await);
    notes.take();
    let mut second = Box::pin(commands.send(put_in(5)));
    assert!(waits(&mut second).await);
    let decision = ["decision: before PutIn", "decision: decided CoinsPutIn"];
    assert_eq!(notes.take(), [&["sent: PutIn comes"][..], &decision].concat());
    gate.fail_one();
    gate.let_through(8);
    lost.await.unwrap_err();
    assert_eq!(notes.take(), ["sent: append"]);
    assert_eq!(second.await.unwrap(), 5, "decided again without the coin that was lost");
    assert_eq!(notes.take(), [&decision[..], &["sent: stored"]].concat());
}

#[tokio::test]
async fn they_see_a_decision_that_finds_no_place_in_the_logs_queue() {
    let (log, gate) = GatedLog::new();
    let notes = Notes::default();
    let app = App::test().store(log).with::<Purse>();
    let app = app.handling_interceptor(Deciding("it", notes.clone())).start().await.unwrap();
    let commands = app.commands();
    gate.let_through(1);
    commands.send(open("a")).await.unwrap();
    // The gate is shut: what comes fills the queue.
    let mut others: Vec<_> =
        (0..200).map(|n| Box::pin(commands.send(open(&format!("other {n}"))))).collect();
    for other in &mut others {
        assert!(waits(other).await);
    }
    notes.take();
    let count_in = CountIn { purse: "a".to_owned(), coins: 1 };
    let in_time = Dispatch::new().within(Duration::from_millis(500));
    let error = commands.send_with(count_in, in_time).await.unwrap_err();
    assert!(
        matches!(error, CommandError::Append { source: AppendError::Overloaded, .. }),
        "{error}"
    );
    let (seen, error) = (notes.take(), format!("it: {error}"));
    // The sender is also told that the handler may have had effects outside.
    let is_seen = seen.last().is_some_and(|last| error.starts_with(last.as_str()));
    assert!(seen.len() == 2 && seen[0] == "it: before CountIn" && is_seen, "{seen:?}");
    // Those that wait for a place are withdrawn.
    drop(others);
    gate.let_through(300);
    commands.send(CountIn { purse: "a".to_owned(), coins: 1 }).await.unwrap();
    assert_eq!(app.repository::<Purse>().load(&"a".to_owned()).await.unwrap().coins, 1);
}

/// Polls a future once, and tells whether it waits.
async fn waits<F: Future + Unpin>(future: &mut F) -> bool {
    let poll = |context: &mut std::task::Context<'_>| {
        std::task::Poll::Ready(std::pin::Pin::new(&mut *future).poll(context).is_pending())
    };
    std::future::poll_fn(poll).await
}
