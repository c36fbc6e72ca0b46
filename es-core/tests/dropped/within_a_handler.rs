//! What a handler sends or loads and drops is undone alone, and its unit of work goes on.

use es_core::prelude::*;

use super::domain::*;
use super::polls::{Polls, at_every_poll, holds};
use super::world::World;

/// Sends a command or loads an account, gives up after so many polls, and does it again.
#[derive(Command, Clone, Serialize, Deserialize)]
pub struct GiveUp {
    pub what: What,
    pub polls: usize,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub enum What {
    Send,
    SendOn,
    Charge,
    Load,
    LoadOrCreate,
}

/// Answers whether the first attempt was through.
#[command_handler(retry)]
pub async fn give_up(
    command: GiveUp,
    commands: CommandGateway,
    accounts: Repository<Account>,
) -> Result<bool, HandlerError<No>> {
    let polls = Polls(command.polls);
    let (a, b) = ("a".to_owned(), "b".to_owned());
    let first = polls.of(async {
        let deposit = Deposit { account: a.clone(), amount: 2 };
        let pay = Pay { from: a.clone(), to: b.clone(), is_refused: false };
        match command.what {
            What::Send => commands.send(deposit).await.map_err(HandlerError::nested),
            What::SendOn => commands.send(pay).await.map_err(HandlerError::nested),
            What::Charge => {
                let charge = Charge { account: b.clone() };
                commands.send(charge).await.map_err(HandlerError::nested)
            }
            What::Load => {
                drop(accounts.load(&b).await?);
                Ok(())
            }
            What::LoadOrCreate => {
                let new = || Opened { account: "new".to_owned(), balance: 0 };
                accounts.load_or_create(&"new".to_owned(), new).await?.apply(Moved { amount: 3 });
                Ok(())
            }
        }
    });
    let is_through = first.await.transpose()?.is_some();
    for account in [a, b] {
        accounts.load(&account).await?.apply(Moved { amount: 9 });
    }
    Ok(is_through)
}

async fn gives_up(what: What, whole: &[&str]) -> usize {
    let story = async |polls: Polls| {
        let world = World::cold().await;
        let give_up = GiveUp { what, polls: polls.0 };
        let sent = world.app.commands().send(give_up).await;
        let is_through = sent.map_err(|error| error.to_string())?;
        let told = world.stores.told.lock().unwrap().len();
        let mut stored = world.end().await?;
        let own = stored.split_off(stored.len().saturating_sub(2));
        holds(own == ["a 9", "b 9"], || format!("{stored:?} {own:?}"))?;
        let expected = if is_through { whole } else { &[] };
        holds(stored == expected, || format!("{stored:?} is not {expected:?}"))?;
        let is_told = is_through && matches!(what, What::SendOn);
        holds(told == usize::from(is_told), || format!("told {told} times"))?;
        Ok(is_through)
    };
    at_every_poll(story).await.unwrap()
}

#[tokio::test]
async fn a_command() {
    assert!(gives_up(What::Send, &["a 2"]).await > 1);
}

#[tokio::test]
async fn a_command_that_sends_on() {
    assert!(gives_up(What::SendOn, &["b 5", "it", "a -6", "b 6"]).await > 1);
}

#[tokio::test]
async fn a_command_with_an_effect_outside() {
    assert!(gives_up(What::Charge, &["b 8"]).await > 1);
}

#[tokio::test]
async fn a_load() {
    assert!(gives_up(What::Load, &[]).await > 1);
}

#[tokio::test]
async fn a_load_that_may_create() {
    assert!(gives_up(What::LoadOrCreate, &["new 3"]).await > 1);
}
