//! A command whose caller is gone is carried out wholly or not at all, and nobody else notices.

use es_core::command::CommandError;
use es_core::prelude::*;

use super::domain::*;
use super::polls::{Polls, at_every_poll, holds};
use super::world::{World, without_crowd};

fn a() -> String {
    "a".to_owned()
}

fn pay(is_refused: bool) -> Pay {
    Pay { from: a(), to: "b".to_owned(), is_refused }
}

/// Sends a command and drops it wherever it waits: what it stores is there as a whole or not at
/// all, alone and in a crowd, with live accounts and with none. Gives the least number of waits.
async fn whole_or_not<R, E: std::fmt::Debug>(
    whole: &[&str],
    send: impl AsyncFn(CommandGateway) -> Result<R, E>,
) -> usize {
    let mut waits = usize::MAX;
    for (size, is_cold) in [(0, false), (0, true), (2, false), (8, true)] {
        let story = async |polls| {
            let world = if is_cold { World::cold().await } else { World::start().await };
            let bank = world.stores.bank.clone();
            let crowd = world.crowd(size).await;
            let answer = polls_of(polls, send(world.app.commands())).await?;
            let crowd = crowd.all_served().await?;
            let stored = without_crowd(world.end().await?, crowd)?;
            check(whole, &stored, polls, answer || bank.was_asked())?;
            Ok(answer)
        };
        waits = waits.min(at_every_poll(story).await.unwrap());
    }
    waits
}

/// True if it was answered, which it must be well.
async fn polls_of<R, E: std::fmt::Debug>(
    polls: Polls,
    sending: impl Future<Output = Result<R, E>>,
) -> Result<bool, String> {
    match polls.of(sending).await {
        None => Ok(false),
        Some(Ok(_)) => Ok(true),
        Some(Err(error)) => Err(format!("{error:?}")),
    }
}

fn check(whole: &[&str], stored: &[String], polls: Polls, is_begun: bool) -> Result<(), String> {
    if stored.is_empty() {
        return holds(!is_begun, || "it was begun, and is not there".to_owned());
    }
    holds(polls.0 > 0, || "nobody asked for it".to_owned())?;
    holds(stored == whole, || format!("{stored:?} is not {whole:?}"))
}

#[tokio::test]
async fn to_a_handler_that_awaits_nothing() {
    let send =
        async |commands: CommandGateway| commands.send(Withdraw { account: a(), amount: 7 }).await;
    assert!(whole_or_not(&["a -7", "a -1"], send).await > 4);
}

#[tokio::test]
async fn to_a_handler_that_asks_somebody_outside() {
    let send = async |commands: CommandGateway| commands.send(Appraise { account: a() }).await;
    assert!(whole_or_not(&["a 3", "a 4"], send).await > 1);
}

#[tokio::test]
async fn to_a_free_handler_with_a_repository() {
    let send = async |commands: CommandGateway| {
        commands.send(Transfer { from: a(), to: "b".to_owned(), amount: 6 }).await
    };
    assert!(whole_or_not(&["a -6", "b 6"], send).await > 1);
}

#[tokio::test]
async fn to_a_free_handler_with_an_effect_outside() {
    let send = async |commands: CommandGateway| commands.send(Charge { account: a() }).await;
    assert!(whole_or_not(&["a 8"], send).await > 1);
}

#[tokio::test]
async fn to_a_handler_that_sends_on() {
    let send = async |commands: CommandGateway| commands.send(pay(false)).await;
    assert!(whole_or_not(&["b 5", "it", "a -6", "b 6"], send).await > 1);
}

#[tokio::test]
async fn to_a_handler_with_a_boundary() {
    let send =
        async |commands: CommandGateway| commands.send(NoteOnce { about: "it".to_owned() }).await;
    assert!(whole_or_not(&["it"], send).await > 1);
}

#[tokio::test]
async fn by_the_name_of_the_command() {
    let send = async |commands: CommandGateway| {
        commands.named("Withdraw", br#"{"account":"a","amount":7}"#).await
    };
    assert!(whole_or_not(&["a -7", "a -1"], send).await > 4);
}

#[tokio::test]
async fn to_a_handler_that_is_found_at_run_time() {
    let send = async |commands: CommandGateway| {
        commands.dispatch::<i64>(Withdraw { account: a(), amount: 7 }).await
    };
    assert!(whole_or_not(&["a -7", "a -1"], send).await > 4);
}

#[tokio::test]
async fn a_creating_one_leaves_a_whole_account_or_none() {
    let story = async |polls: Polls| {
        let world = World::start().await;
        let commands = world.app.commands();
        let open = || commands.send(Open { account: "new".to_owned(), balance: 0 });
        let is_through = polls_of(polls, open()).await?;
        let again = open().await;
        let is_there = matches!(again, Err(CommandError::AlreadyExists { .. }));
        holds(again.is_ok() || is_there, || format!("{again:?}"))?;
        holds(is_there || !is_through, || "it was opened twice".to_owned())?;
        commands.send(Deposit { account: "new".to_owned(), amount: 1 }).await.unwrap();
        let stored = world.end().await?;
        holds(stored == ["new 1"], || format!("{stored:?}"))?;
        Ok(is_through)
    };
    assert!(at_every_poll(story).await.unwrap() > 4);
}

/// The caller does not know what became of it, and asks again under the same id.
async fn once_though_asked_twice<C, H: 'static>(command: C, whole: &[&str])
where
    C: es_core::command::HandledBy<H> + Clone,
{
    let story = async |polls: Polls| {
        let world = World::start().await;
        let id = CommandId::generate();
        let commands = world.app.commands();
        let send = || commands.send_with(command.clone(), Dispatch::new().id(id));
        let is_through = polls_of(polls, send()).await?;
        send().await.map_err(|error| format!("the second time: {error}"))?;
        let stored = world.end().await?;
        holds(stored == whole, || format!("{stored:?} is not {whole:?}"))?;
        Ok(is_through)
    };
    assert!(at_every_poll(story).await.unwrap() > 1);
}

#[tokio::test]
async fn a_repetition_of_one_that_was_dropped_takes_effect_once() {
    once_though_asked_twice(Withdraw { account: a(), amount: 7 }, &["a -7", "a -1"]).await;
    once_though_asked_twice(Appraise { account: a() }, &["a 3", "a 4"]).await;
    once_though_asked_twice(Charge { account: a() }, &["a 8"]).await;
    once_though_asked_twice(pay(false), &["b 5", "it", "a -6", "b 6"]).await;
}

#[tokio::test]
async fn what_is_told_after_the_commit_is_told_once_if_it_is_stored_and_never_if_not() {
    let story = async |polls: Polls| {
        let world = World::start().await;
        let told = world.stores.told.clone();
        let is_through = polls_of(polls, world.app.commands().send(pay(false))).await?;
        let stored = world.end().await?;
        let times = told.lock().unwrap().len();
        let expected = usize::from(!stored.is_empty());
        holds(times == expected, || format!("told {times} times, {stored:?}"))?;
        Ok(is_through)
    };
    assert!(at_every_poll(story).await.unwrap() > 1);
}

#[tokio::test]
async fn an_event_that_is_published_is_there_once_or_not_at_all() {
    let story = async |polls: Polls| {
        let world = World::start().await;
        let events = world.app.event_gateway();
        let publishing = events.publish(Noted { about: "it".to_owned() });
        let is_through = polls_of(polls, publishing).await?;
        let stored = world.end().await?;
        check(&["it"], &stored, polls, is_through)?;
        Ok(is_through)
    };
    assert!(at_every_poll(story).await.unwrap() > 4);
}

#[tokio::test]
async fn one_that_opens_another_account_leaves_both_or_none() {
    let send = async |commands: CommandGateway| {
        commands.send(Split { account: a(), to: "c".to_owned() }).await
    };
    assert!(whole_or_not(&["a -2", "c 2"], send).await > 4);
}

#[tokio::test]
async fn one_that_is_refused_in_the_end_leaves_nothing() {
    let story = async |polls: Polls| {
        let world = World::start().await;
        let answer = polls.of(world.app.commands().send(pay(true))).await;
        let is_refused = matches!(answer, Some(Err(CommandError::Rejected { .. })));
        holds(is_refused || answer.is_none(), || format!("{answer:?}"))?;
        let told = world.stores.told.clone();
        let stored = world.end().await?;
        holds(stored.is_empty() && told.lock().unwrap().is_empty(), || format!("{stored:?}"))?;
        Ok(is_refused)
    };
    assert!(at_every_poll(story).await.unwrap() > 1);
}
