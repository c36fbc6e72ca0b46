//! What reads: queries, projections, history, subscribers.

use std::time::Duration;

use es_core::prelude::*;
use es_core::store::{CommitToken, Filter};

use super::World;
use super::domain::*;
use super::harness::{for_every_poll, polled};
use super::view::{BalanceOf, BalanceRow};

const PATIENCE: Duration = Duration::from_secs(20);

async fn deposited(world: &World) -> CommitToken {
    let deposit = Deposit { account: "a".to_owned(), amount: 7 };
    world.app.commands().send_tracked(deposit).await.unwrap().token
}

#[tokio::test]
async fn a_wait_for_ones_own_write() {
    let polls = for_every_poll(async |polls| {
        let world = World::new().await;
        let token = deposited(&world).await;
        let projection = world.app.projection::<BalanceRow>();
        let is_through = polled(polls, projection.caught_up(&token, PATIENCE)).await.is_some();
        projection.caught_up(&token, PATIENCE).await.map_err(|error| error.to_string())?;
        let balance = world.app.queries().query(BalanceOf { account: "a".to_owned() }).await;
        match balance.map_err(|error| error.to_string())? {
            Some(107) => Ok(is_through),
            other => Err(format!("the view says {other:?}")),
        }
    });
    polls.await.unwrap();
}

#[tokio::test]
async fn a_query() {
    let world = World::new().await;
    let token = deposited(&world).await;
    let projection = world.app.projection::<BalanceRow>();
    projection.caught_up(&token, PATIENCE).await.unwrap();
    for_every_poll(async |polls| {
        let queries = world.app.queries();
        let answer = polled(polls, queries.query(BalanceOf { account: "a".to_owned() })).await;
        Ok(answer.is_some())
    })
    .await
    .unwrap();
    let next = world.app.queries().query(BalanceOf { account: "a".to_owned() }).await;
    assert_eq!(next.unwrap(), Some(107));
}

#[tokio::test]
async fn a_load_and_a_history() {
    let world = World::new().await;
    deposited(&world).await;
    let (accounts, id) = (world.app.repository::<Account>(), "a".to_owned());
    for_every_poll(async |polls| {
        let is_loaded = polled(polls, accounts.load(&id)).await.is_some();
        let mut history = accounts.history(&id).unwrap();
        let is_stepped = polled(polls, history.next()).await.is_some();
        if !is_stepped {
            // Nothing was passed over.
            let step = history.next().await.map_err(|error| error.to_string())?;
            if step.is_none_or(|step| step.state.balance != 100) {
                return Err("the first step is gone".to_owned());
            }
        }
        Ok(is_loaded && is_stepped)
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn a_subscriber() {
    let polls = for_every_poll(async |polls| {
        let world = World::new().await;
        let subscribing = world.app.events().subscribe(Filter::all());
        drop(polled(polls, subscribing).await);
        let mut subscription = world.app.events().subscribe_after(Position(2), Filter::all());
        let deposit = Deposit { account: "a".to_owned(), amount: 7 };
        let commands = world.app.commands();
        let depositing = tokio::spawn(async move { commands.send(deposit).await });
        let is_through = polled(polls, subscription.next()).await.is_some();
        depositing.await.unwrap().unwrap();
        if !is_through {
            // Whatever was dropped, the next event is the one that comes next.
            let next = tokio::time::timeout(PATIENCE, subscription.next()).await;
            let next = next.map_err(|_| "nothing comes")?.map_err(|error| error.to_string())?;
            let position = next.map(|event| event.position);
            if position != Some(Position(3)) {
                return Err(format!("the next one is at {position:?}"));
            }
        }
        Ok(is_through)
    });
    polls.await.unwrap();
}
