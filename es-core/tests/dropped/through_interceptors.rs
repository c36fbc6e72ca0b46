//! A command goes through every interceptor that is included, and is sent again on its way.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use es_core::app::AppBuilder;
use es_core::command::{
    Backoff, CommandError, DispatchInterceptor, Dispatched, Retry, Sending, Spans, Timing,
    Validation,
};
use es_core::future::BoxFuture;

use super::domain::Withdraw;
use super::polls::{Polls, at_every_poll, holds};
use super::world::{PATIENCE, World};

/// Keeps the first answer to itself.
#[derive(Default)]
struct LosesAnAnswer(AtomicBool);

impl DispatchInterceptor for LosesAnAnswer {
    fn intercept<'a>(&'a self, mut sending: Sending<'a>) -> BoxFuture<'a, Dispatched> {
        Box::pin(async move {
            let answer = sending.proceed().await;
            // Whoever is dropped before this has lost its answer already.
            let is_lost = sending.name() == "Withdraw" && !self.0.swap(true, Ordering::SeqCst);
            if is_lost {
                Err(CommandError::Overloaded { command_id: sending.id() })
            } else {
                answer
            }
        })
    }
}

fn with_interceptors(builder: AppBuilder) -> AppBuilder {
    builder
        .dispatch_interceptor(Spans)
        .dispatch_interceptor(Timing::new())
        .dispatch_interceptor(Validation::new())
        .dispatch_interceptor(Retry::new(Backoff::starting_at(Duration::from_millis(1))))
        .dispatch_interceptor(LosesAnAnswer::default())
}

#[tokio::test]
async fn it_takes_effect_once_or_not_at_all() {
    let story = async |polls: Polls| {
        let world = World::start_with(with_interceptors, PATIENCE).await;
        let withdraw = Withdraw { account: "a".to_owned(), amount: 7 };
        let is_through = match polls.of(world.app.commands().send(withdraw)).await {
            None => false,
            Some(answer) => answer.map(|_| true).map_err(|error| error.to_string())?,
        };
        let stored = world.end().await?;
        let is_whole = stored == ["a -7", "a -1"];
        holds(is_whole || !is_through && stored.is_empty(), || format!("{stored:?}"))?;
        Ok(is_through)
    };
    assert!(at_every_poll(story).await.unwrap() > 6);
}
