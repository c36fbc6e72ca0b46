//! The stories find what they look for.

use std::sync::Mutex;
use std::time::Duration;

use es_core::command::{DispatchInterceptor, Dispatched, Sending};
use es_core::future::BoxFuture;
use tokio::sync::Semaphore;

use super::domain::Deposit;
use super::polls::{Polls, at_every_poll, holds};
use super::waiting_log::waits;
use super::world::World;

/// Takes its coin out, waits, and puts it back.
struct Purse(Mutex<Option<u32>>);

impl Purse {
    async fn count(&self) -> u32 {
        let coin = self.0.lock().unwrap().take().unwrap();
        waits().await;
        *self.0.lock().unwrap() = Some(coin);
        coin
    }
}

#[tokio::test]
async fn a_future_that_takes_something_out_before_it_waits_is_found() {
    let story = async |polls: Polls| {
        let purse = Purse(Mutex::new(Some(1)));
        let is_through = polls.of(purse.count()).await.is_some();
        holds(purse.0.lock().unwrap().is_some(), || "the coin is lost".to_owned())?;
        Ok(is_through)
    };
    assert_eq!(at_every_poll(story).await, Err("dropped after 1 polls: the coin is lost".into()));
}

#[tokio::test]
async fn a_future_that_never_ends_is_found() {
    let story = async |polls: Polls| Ok(polls.of(std::future::pending::<()>()).await.is_some());
    let found = tokio::time::timeout(Duration::from_millis(50), at_every_poll(story)).await;
    assert!(found.is_err(), "nobody wakes it");
    let story = async |polls: Polls| {
        let restless = async {
            loop {
                tokio::task::yield_now().await;
            }
        };
        Ok(polls.of(restless).await.is_some())
    };
    assert_eq!(at_every_poll(story).await, Err("it did not end within 500 polls".to_owned()));
}

/// Lets one command through at a time, and forgets to let the next one in if it is dropped.
struct Turnstile(Semaphore);

impl DispatchInterceptor for Turnstile {
    fn intercept<'a>(&'a self, mut sending: Sending<'a>) -> BoxFuture<'a, Dispatched> {
        Box::pin(async move {
            self.0.acquire().await.unwrap().forget();
            let answer = sending.proceed().await;
            self.0.add_permits(1);
            answer
        })
    }
}

#[tokio::test]
async fn a_command_that_keeps_what_it_held_is_found() {
    let story = async |polls: Polls| {
        let turnstile = Turnstile(Semaphore::new(1));
        let with = |builder: es_core::app::AppBuilder| builder.dispatch_interceptor(turnstile);
        let world = World::start_with(with, Duration::from_millis(100)).await;
        let deposit = Deposit { account: "a".to_owned(), amount: 1 };
        let is_through = polls.of(world.app.commands().send(deposit)).await.is_some();
        world.end().await?;
        Ok(is_through)
    };
    let found = at_every_poll(story).await.unwrap_err();
    assert_eq!(found, "dropped after 1 polls: the next command to `a` hangs");
}
