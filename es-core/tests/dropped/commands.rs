//! Commands, of every shape.

use es_core::prelude::*;

use super::World;
use super::domain::*;
use super::harness::{for_every_poll, polled};

/// Sends one command in a new world for every number of polls; the sum of both accounts is what it
/// was, or what the command makes of it.
macro_rules! dropped {
    ($name:ident, $change:expr, |$world:ident, $commands:ident| $send:expr) => {
        #[tokio::test]
        async fn $name() {
            let polls = for_every_poll(async |polls| {
                let $world = World::new().await;
                let $commands = $world.app.commands();
                let is_through = polled(polls, $send).await.is_some();
                let change: i64 = $change;
                $world.check(|sum| sum == 200 + change || (!is_through && sum == 200)).await?;
                // The next one works, and stores.
                let before = $world.stored("a").await;
                let next = Deposit { account: "a".to_owned(), amount: 1 };
                $world.app.commands().send(next).await.map_err(|error| error.to_string())?;
                let after = $world.stored("a").await;
                if after < before + 1 {
                    return Err(format!("{before} became {after}"));
                }
                Ok(is_through)
            });
            assert!(polls.await.unwrap() > 1, "it never awaited");
        }
    };
}

fn deposit(amount: i64) -> Deposit {
    Deposit { account: "a".to_owned(), amount }
}

dropped!(a_command_of_an_aggregate, 7, |world, commands| commands.send(deposit(7)));

dropped!(a_command_with_an_id, 7, |world, commands| {
    let dispatch = Dispatch::new().id(CommandId::from_key("seven"));
    commands.send_with(deposit(7), dispatch)
});

dropped!(a_command_by_its_name, 7, |world, commands| {
    commands.dispatch::<serde_json::Value>(deposit(7))
});

dropped!(a_command_that_is_refused, 0, |world, commands| {
    commands.send(Withdraw { account: "a".to_owned(), amount: 1000 })
});

dropped!(a_free_command_with_repositories, 0, |world, commands| {
    let (from, to) = ("a".to_owned(), "b".to_owned());
    commands.send(Transfer { from, to, amount: 7 })
});

dropped!(a_free_command_with_commands_of_its_own, 0, |world, commands| {
    let (from, to) = ("a".to_owned(), "b".to_owned());
    commands.send(Pay { from, to, amount: 7 })
});

dropped!(a_free_command_that_is_refused_half_way, 0, |world, commands| {
    let (from, to) = ("a".to_owned(), "b".to_owned());
    commands.send(Pay { from, to, amount: 1000 })
});

dropped!(a_command_that_makes_another_aggregate, -7, |world, commands| {
    let (account, to) = ("a".to_owned(), "c".to_owned());
    commands.send(Split { account, to, amount: 7 })
});

// From the start of its handler on it is carried out without its caller.
dropped!(a_command_with_an_effect_outside, 7, |world, commands| {
    world.pause.go.add_permits(1);
    commands.send(Charge { account: "a".to_owned(), amount: 7 })
});

#[tokio::test]
async fn a_published_event() {
    let polls = for_every_poll(async |polls| {
        let world = World::new().await;
        let gateway = world.app.event_gateway();
        let published = gateway.publish(Noted { about: "it".to_owned() });
        let is_through = polled(polls, published).await.is_some();
        world.check(|sum| sum == 200).await?;
        gateway.publish(Noted { about: "next".to_owned() }).await.map_err(|it| it.to_string())?;
        Ok(is_through)
    });
    assert!(polls.await.unwrap() > 1);
}
