//! Commands are counted by name and outcome, with the time they took.

use std::time::Duration;

use es_core::command::Timing;
use es_core::prelude::*;

use super::domain::*;

#[tokio::test]
async fn every_command_is_counted_with_its_outcome() {
    let timing = Timing::new();
    let app =
        App::test().with::<Purse>().dispatch_interceptor(timing.clone()).start().await.unwrap();
    let commands = app.commands();
    commands.send(open("a")).await.unwrap();
    commands.send(open("a")).await.unwrap_err();
    commands.send(put_in(5)).await.unwrap();
    commands.send(take_out(9)).await.unwrap_err();
    let late = Dispatch::new().within(Duration::ZERO);
    commands.send_with(take_out(1), late).await.unwrap_err();
    let counts: Vec<_> = timing
        .snapshot()
        .iter()
        .map(|command| (command.name, command.answered, command.rejected, command.failed))
        .collect();
    assert_eq!(counts, [("OpenPurse", 2, 1, 0), ("PutIn", 1, 0, 0), ("TakeOut", 2, 1, 1)]);
    let opened = timing.of("OpenPurse").unwrap();
    assert!(opened.longest > Duration::ZERO && opened.total >= opened.longest);
    assert!(opened.within(1.0) <= opened.longest);
    assert_eq!(opened.classes().map(|(_, count)| count).sum::<u64>(), 2);
    assert!(timing.of("Unheard").is_none());
}
