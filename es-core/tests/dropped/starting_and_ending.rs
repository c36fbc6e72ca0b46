//! An application that is dropped while it starts or ends has lost nothing that was acknowledged,
//! and another one on the same stores works.

use std::convert::Infallible;

use es_core::command::CommandError;

use super::domain::*;
use super::polls::{Polls, at_every_poll, holds};
use super::views::{Total, TotalOf};
use super::world::{PATIENCE, Stores, World};

/// A further application on the stores carries a command out, and its projection sees everything.
async fn another_works(stores: &Stores) -> Result<(), String> {
    let app = stores.builder().start().await.map_err(|error| error.to_string())?;
    let deposit = Deposit { account: "a".to_owned(), amount: 1 };
    let sent = tokio::time::timeout(PATIENCE, app.commands().send_tracked(deposit)).await;
    let sent = sent.map_err(|_| "the next command hangs")?.map_err(|error| error.to_string())?;
    let caught_up = app.projection::<Total>().caught_up(&sent.token, PATIENCE).await;
    caught_up.map_err(|error| error.to_string())?;
    let times = app.queries().query(TotalOf {}).await.unwrap().0;
    let stored = stores.stored().await.len();
    holds(times == stored, || format!("the view has seen {times} of {stored}"))?;
    app.shutdown(PATIENCE).await.map_err(|error| error.to_string())
}

#[tokio::test]
async fn while_it_starts() {
    let story = async |polls: Polls| {
        let stores = Stores::default();
        let app = stores.builder().start().await.unwrap();
        app.commands().send(Open { account: "a".to_owned(), balance: 0 }).await.unwrap();
        app.shutdown(PATIENCE).await.unwrap();
        let is_through = match polls.of(stores.builder().start()).await {
            None => false,
            Some(app) => {
                drop(app.map_err(|error| error.to_string())?);
                true
            }
        };
        another_works(&stores).await?;
        Ok(is_through)
    };
    assert!(at_every_poll(story).await.unwrap() > 1);
}

#[tokio::test]
async fn while_it_ends() {
    let story = async |polls: Polls| {
        let World { app, stores, .. } = World::start().await;
        let mut sending = Vec::new();
        for amount in 1..=5 {
            let commands = app.commands();
            let deposit = Deposit { account: "a".to_owned(), amount };
            sending.push(tokio::spawn(async move { (amount, commands.send(deposit).await) }));
        }
        tokio::task::yield_now().await;
        let is_through = polls.of(app.shutdown(PATIENCE)).await.is_some();
        let mut told = Vec::new();
        for sending in sending {
            let sent = tokio::time::timeout(PATIENCE, sending).await;
            let (amount, answer): (i64, Result<(), CommandError<Infallible>>) =
                sent.map_err(|_| "a command of before the end hangs")?.unwrap();
            match answer {
                Ok(()) => told.push(format!("a {amount}")),
                Err(CommandError::ShuttingDown { .. }) => {}
                Err(error) => return Err(error.to_string()),
            }
        }
        let stored = stores.stored().await;
        holds(stored == told, || format!("{told:?} were told, {stored:?} are stored"))?;
        another_works(&stores).await?;
        Ok(is_through)
    };
    assert!(at_every_poll(story).await.unwrap() > 4);
}
