//! Dispatch interceptors wrap the whole send: once, in order, and see the durable answer.

use std::time::Duration;

use es_core::command::{Answer, CommandError, DispatchInterceptor, Dispatched, Sending, Veto};
use es_core::future::BoxFuture;
use es_core::prelude::*;

use super::domain::*;
use super::logs::GatedLog;

/// An interceptor that is one function.
struct With<F>(F);

impl<F> DispatchInterceptor for With<F>
where
    F: for<'a> Fn(Sending<'a>) -> BoxFuture<'a, Dispatched> + Send + Sync + 'static,
{
    fn intercept<'a>(&'a self, sending: Sending<'a>) -> BoxFuture<'a, Dispatched> {
        (self.0)(sending)
    }
}

fn with<F>(function: F) -> With<F>
where
    F: for<'a> Fn(Sending<'a>) -> BoxFuture<'a, Dispatched> + Send + Sync + 'static,
{
    With(function)
}

#[tokio::test]
async fn they_nest_in_the_order_in_which_they_were_given() {
    let notes = Notes::default();
    let app = App::test()
        .with::<Purse>()
        .dispatch_interceptor(Noting("outer", notes.clone()))
        .dispatch_interceptor(Noting("inner", notes.clone()))
        .start()
        .await
        .unwrap();
    app.commands().send(open("a")).await.unwrap();
    let both =
        ["outer: OpenPurse comes", "inner: OpenPurse comes", "inner: stored", "outer: stored"];
    assert_eq!(notes.take(), both);
}

#[tokio::test]
async fn every_way_of_sending_goes_through_them_once() {
    let notes = Notes::default();
    let noting = Noting("it", notes.clone());
    let app = App::test().with::<Purse>().dispatch_interceptor(noting).start().await.unwrap();
    let commands = app.commands();
    let stored = |name: &str| [format!("it: {name} comes"), "it: stored".to_owned()];
    commands.send(open("a")).await.unwrap();
    assert_eq!(notes.take(), stored("OpenPurse"));
    assert_eq!(commands.send_with(put_in(1), Dispatch::new()).await.unwrap(), 1);
    assert_eq!(notes.take(), stored("PutIn"));
    assert_eq!(commands.send_tracked(put_in(1)).await.unwrap().reply, 2);
    assert_eq!(notes.take(), stored("PutIn"));
    assert_eq!(commands.send_tracked_with(put_in(1), Dispatch::new()).await.unwrap().reply, 3);
    assert_eq!(notes.take(), stored("PutIn"));
    assert_eq!(commands.dispatch::<u64>(put_in(1)).await.unwrap(), 4);
    assert_eq!(notes.take(), stored("PutIn"));
    let json = commands.named("PutIn", br#"{"purse":"a","coins":1}"#).await.unwrap();
    assert_eq!((json.get(), notes.take()), ("5", stored("PutIn").to_vec()));
}

#[tokio::test]
async fn they_see_the_answer_when_it_is_durable_and_not_before() {
    let (log, gate) = GatedLog::new();
    let notes = Notes::default();
    let noting = Noting("it", notes.clone());
    let app =
        App::test().store(log).with::<Purse>().dispatch_interceptor(noting).start().await.unwrap();
    let commands = app.commands();
    let mut opening = Box::pin(commands.send(open("a")));
    for _ in 0..8 {
        tokio::task::yield_now().await;
        let waiting = std::future::poll_fn(|context| {
            std::task::Poll::Ready(opening.as_mut().poll(context).is_pending())
        });
        assert!(waiting.await, "it was answered before it was durable");
    }
    assert_eq!(notes.take(), ["it: OpenPurse comes"]);
    gate.let_through(1);
    opening.await.unwrap();
    assert_eq!(notes.take(), ["it: stored"]);
    gate.fail_one();
    commands.send(put_in(1)).await.unwrap_err();
    assert_eq!(notes.take(), ["it: PutIn comes", "it: append"]);
}

#[tokio::test]
async fn the_domains_error_comes_through_with_its_type() {
    let notes = Notes::default();
    let noting = Noting("it", notes.clone());
    let app = App::test().with::<Purse>().dispatch_interceptor(noting).start().await.unwrap();
    app.commands().send(open("a")).await.unwrap();
    let error = app.commands().send(take_out(1)).await.unwrap_err();
    assert_eq!(error.rejection(), Some(&TooFew { there: 0 }));
    let error = app.commands().dispatch::<()>(take_out(1)).await.unwrap_err();
    assert_eq!(error.rejection().unwrap().downcast_ref(), Some(&TooFew { there: 0 }));
    assert!(notes.take().contains(&"it: rejected".to_owned()));
}

#[derive(Debug, PartialEq, thiserror::Error)]
#[error("`{command}` is not for you")]
struct NotForYou {
    command: &'static str,
}

#[tokio::test]
async fn a_veto_stops_the_command_before_what_is_further_in() {
    let notes = Notes::default();
    let veto = with(|sending| {
        Box::pin(async move {
            let command = sending.name();
            Err(sending.veto(NotForYou { command }))
        })
    });
    let app = App::test()
        .with::<Purse>()
        .dispatch_interceptor(veto)
        .dispatch_interceptor(Noting("it", notes.clone()))
        .start()
        .await
        .unwrap();
    let id = CommandId::from_key("k");
    let error = app.commands().send_with(open("a"), Dispatch::new().id(id)).await.unwrap_err();
    let CommandError::Vetoed { command_id, veto, .. } = &error else { panic!("{error}") };
    assert_eq!(*command_id, id);
    assert_eq!(veto.downcast_ref(), Some(&NotForYou { command: "OpenPurse" }));
    assert_eq!(error.to_string(), "`OpenPurse` is not for you");
    assert!(!error.is_rejection() && !error.is_retryable());
    assert!(notes.take().is_empty());
    assert!(app.repository::<Purse>().load(&"a".to_owned()).await.is_err());
}

#[tokio::test]
async fn they_see_the_command_and_what_they_add_is_stored_with_its_events() {
    let stamp = with(|mut sending| {
        Box::pin(async move {
            let message = sending.message();
            let coins = message.downcast_ref::<PutIn>().map_or(0, |command| command.coins);
            let target = message.target().unwrap().to_string();
            sending.metadata_mut().insert("seen", format!("{coins} for {target}"));
            sending.proceed().await
        })
    });
    let app = App::test().with::<Purse>().dispatch_interceptor(stamp).start().await.unwrap();
    app.commands().send(open("a")).await.unwrap();
    app.commands().send(put_in(7)).await.unwrap();
    let seen: Vec<_> = stored_metadata(&app)
        .await
        .iter()
        .map(|metadata| metadata.get("seen").unwrap().into_owned())
        .collect();
    assert_eq!(seen, ["0 for Purse a", "7 for Purse a"]);
}

#[tokio::test]
async fn a_tenant_set_by_one_is_the_tenant_of_the_command() {
    let at_home = with(|mut sending| {
        Box::pin(async move {
            sending.metadata_mut().insert("tenant", "north");
            sending.proceed().await
        })
    });
    let notes = Notes::default();
    let told = notes.clone();
    let tell = with(move |mut sending| {
        told.add(sending.message().target().unwrap().to_string());
        Box::pin(async move { sending.proceed().await })
    });
    let app = App::test()
        .with::<Purse>()
        .dispatch_interceptor(at_home)
        .dispatch_interceptor(tell)
        .start()
        .await
        .unwrap();
    app.commands().send(open("a")).await.unwrap();
    assert_eq!(notes.take(), ["north/Purse a"]);
    assert!(app.repository::<Purse>().load(&"a".to_owned()).await.is_err(), "it is in `north`");
}

#[tokio::test]
async fn a_deadline_set_by_one_counts() {
    let at_once = with(|mut sending| {
        Box::pin(async move {
            sending.set_deadline(std::time::Instant::now());
            sending.proceed().await
        })
    });
    let app = App::test().with::<Purse>().dispatch_interceptor(at_once).start().await.unwrap();
    let error = app.commands().send(open("a")).await.unwrap_err();
    assert!(matches!(error, CommandError::DeadlineExceeded { .. }), "{error}");
}

#[tokio::test]
async fn they_see_the_conversation_that_the_command_begins_or_belongs_to() {
    let notes = Notes::default();
    let told = notes.clone();
    let tell = with(move |mut sending| {
        told.add(sending.metadata().get("correlation_id").unwrap().into_owned());
        Box::pin(async move { sending.proceed().await })
    });
    let app = App::test().with::<Purse>().dispatch_interceptor(tell).start().await.unwrap();
    let id = CommandId::from_key("k");
    app.commands().send_with(open("a"), Dispatch::new().id(id)).await.unwrap();
    let dispatch = Dispatch::new().meta("correlation_id", "checkout 77");
    app.commands().send_with(put_in(1), dispatch).await.unwrap();
    assert_eq!(notes.take(), [id.to_string(), "checkout 77".to_owned()]);
    let stored = stored_metadata(&app).await;
    assert_eq!(stored[0].correlation_id(), Some(id.0));
    assert_eq!(stored[1].get("correlation_id").as_deref(), Some("checkout 77"));
}

#[tokio::test]
async fn a_command_sent_on_twice_is_carried_out_once() {
    let twice = with(|mut sending| {
        Box::pin(async move {
            let first = sending.proceed().await?;
            let second = sending.proceed().await?;
            assert_eq!(first.downcast_ref::<u64>(), second.downcast_ref::<u64>());
            assert_eq!(first.token(), second.token());
            Ok(second)
        })
    });
    let app = App::test().with::<Purse>().dispatch_interceptor(twice).start().await.unwrap();
    app.commands().send(open("a")).await.unwrap();
    assert_eq!(app.commands().send(put_in(3)).await.unwrap(), 3);
    assert_eq!(app.repository::<Purse>().load(&"a".to_owned()).await.unwrap().coins, 3);
}

#[tokio::test]
async fn the_answer_of_another_command_is_not_taken_for_this_ones() {
    let kept = std::sync::Mutex::new(None::<Answer>);
    let kept = std::sync::Arc::new(kept);
    let swap = with(move |mut sending| {
        let kept = std::sync::Arc::clone(&kept);
        Box::pin(async move {
            let answer = sending.proceed().await?;
            let earlier = kept.lock().unwrap().replace(answer);
            earlier.ok_or_else(|| sending.veto(Veto::new("kept")))
        })
    });
    let app = App::test().with::<Purse>().dispatch_interceptor(swap).start().await.unwrap();
    app.commands().send(open("a")).await.unwrap_err();
    let error = app.commands().send(put_in(1)).await.unwrap_err();
    assert!(error.to_string().contains("gave the answer of another command"), "{error}");
}

#[tokio::test]
async fn a_shutdown_waits_for_commands_in_interceptors_no_longer_than_for_others() {
    let notes = Notes::default();
    let noting = Noting("it", notes.clone());
    let app = App::test().with::<Purse>().dispatch_interceptor(noting).start().await.unwrap();
    let commands = app.commands();
    app.shutdown(Duration::from_secs(5)).await.unwrap();
    let error = commands.send(open("a")).await.unwrap_err();
    assert!(matches!(error, CommandError::ShuttingDown { .. }), "{error}");
    assert_eq!(notes.take(), ["it: OpenPurse comes", "it: shutting_down"]);
}
