//! Whoever reads may stop at any time: nothing is passed over, and nobody else notices.

use es_core::aggregate::LoadError;
use es_core::event::Partition;
use es_core::prelude::*;
use es_core::store::{CommitToken, Filter};

use super::domain::*;
use super::polls::{Polls, at_every_poll, holds};
use super::views::{AskSlowly, Total, TotalOf};
use super::world::{PATIENCE, World};

async fn deposited(app: &App, amount: i64) -> CommitToken {
    let deposit = Deposit { account: "a".to_owned(), amount };
    app.commands().send_tracked(deposit).await.unwrap().token
}

#[tokio::test]
async fn an_aggregate_is_loaded_as_it_is_and_as_it_was() {
    let (id, moment) = ("a".to_owned(), Timestamp::MIN);
    let story = async |polls: Polls| {
        let world = World::start().await;
        deposited(&world.app, 7).await;
        let accounts = world.app.repository::<Account>();
        let is_through = polls.of(accounts.load(&id)).await.is_some()
            && polls.of(accounts.load_at(&id, Sequence(0))).await.is_some()
            && polls.of(accounts.load_as_of(&id, moment)).await.is_some();
        let now = accounts.load(&id).await.map_err(|error| error.to_string())?.balance;
        let before = accounts.load_at(&id, Sequence(0)).await.unwrap().balance;
        let never = accounts.load_as_of(&id, moment).await;
        holds(matches!(never, Err(LoadError::NotFound { .. })), || "it was there".to_owned())?;
        holds((now, before) == (7, 0), || format!("{now} and before {before}"))?;
        world.end().await?;
        Ok(is_through)
    };
    assert!(at_every_poll(story).await.unwrap() > 4);
}

/// So many that a history is read in parts.
const MANY: i64 = 300;

#[tokio::test]
async fn a_history_goes_on_where_it_was() {
    let world = World::start().await;
    for amount in 1..=MANY {
        deposited(&world.app, amount).await;
    }
    let story = async |polls: Polls| {
        let mut history = world.app.repository::<Account>().history(&"a".to_owned()).unwrap();
        let (mut seen, mut is_through) = (Vec::new(), true);
        loop {
            // Every step is dropped once before it is made.
            if let Some(step) = polls.of(history.next()).await {
                let Some(step) = step.map_err(|error| error.to_string())? else { break };
                seen.push(step.sequence.0);
                continue;
            }
            is_through = false;
            let step = history.next().await.map_err(|error| error.to_string())?;
            let Some(step) = step else { break };
            seen.push(step.sequence.0);
        }
        let expected: Vec<_> = (0..=u64::try_from(MANY).unwrap()).collect();
        holds(seen == expected, || format!("{seen:?}"))?;
        Ok(is_through)
    };
    assert!(at_every_poll(story).await.unwrap() > 4);
}

#[tokio::test]
async fn a_subscriber_misses_nothing_and_sees_nothing_twice() {
    let story = async |polls: Polls| {
        let world = World::start().await;
        let mut subscription = world.app.events().subscribe_after(Position(0), Filter::all());
        let crowd = world.crowd(6).await;
        let (mut seen, mut is_through) = (Vec::new(), true);
        while seen.len() < 8 {
            let next = match polls.of(subscription.next()).await {
                Some(next) => next,
                None => {
                    is_through = false;
                    let next = tokio::time::timeout(PATIENCE, subscription.next()).await;
                    next.map_err(|_| format!("nothing comes after {seen:?}"))?
                }
            };
            seen.push(next.unwrap().unwrap().position.0);
        }
        holds(seen == (1..=8).collect::<Vec<_>>(), || format!("{seen:?}"))?;
        crowd.all_served().await?;
        Ok(is_through)
    };
    assert!(at_every_poll(story).await.unwrap() > 1);
}

#[tokio::test]
async fn to_subscribe_is_to_see_what_comes_from_then_on() {
    let story = async |polls: Polls| {
        let world = World::start().await;
        let is_through = polls.of(world.app.events().subscribe(Filter::all())).await.is_some();
        let mut subscription = world.app.events().subscribe(Filter::all()).await.unwrap();
        deposited(&world.app, 7).await;
        let next = subscription.next().await.unwrap().unwrap();
        holds(next.position == Position(3), || format!("{}", next.position))?;
        world.end().await?;
        Ok(is_through)
    };
    assert!(at_every_poll(story).await.unwrap() > 4);
}

#[tokio::test]
async fn to_wait_for_ones_own_write_hinders_no_projection() {
    let story = async |polls: Polls| {
        let world = World::start().await;
        let mut token = CommitToken::default();
        for amount in 1..=9 {
            token = deposited(&world.app, amount).await;
        }
        let mut projection = world.app.projection::<Total>();
        let wanted = token.position(Partition::default()).unwrap();
        let is_caught_up = polls.of(projection.caught_up(&token, PATIENCE)).await.is_some();
        let is_reached = polls.of(projection.reached(wanted, PATIENCE)).await.is_some();
        polls.of(projection.changed()).await;
        let all_are = polls.of(world.app.caught_up(PATIENCE)).await.is_some();
        projection.caught_up(&token, PATIENCE).await.map_err(|error| error.to_string())?;
        let total = world.app.queries().query(TotalOf {}).await.unwrap();
        holds(total == (9, 45), || format!("{total:?}"))?;
        world.end().await?;
        Ok(is_caught_up && is_reached && all_are)
    };
    assert!(at_every_poll(story).await.unwrap() >= 1);
}

#[tokio::test]
async fn a_query_is_answered_the_next_time() {
    let story = async |polls: Polls| {
        let world = World::start().await;
        let token = deposited(&world.app, 7).await;
        let queries = world.app.queries();
        world.app.projection::<Total>().caught_up(&token, PATIENCE).await.unwrap();
        let is_through = polls.of(queries.query(TotalOf {})).await.is_some()
            && polls.of(queries.query(AskSlowly {})).await.is_some()
            && polls.of(queries.named("AskSlowly", b"{}")).await.is_some();
        let answers = (queries.query(TotalOf {}).await, queries.query(AskSlowly {}).await);
        let answers = (answers.0.unwrap(), answers.1.unwrap());
        holds(answers == ((1, 7), 7), || format!("{answers:?}"))?;
        world.end().await?;
        Ok(is_through)
    };
    assert!(at_every_poll(story).await.unwrap() > 1);
}
