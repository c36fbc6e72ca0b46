//! Who waits for more is woken.

use std::time::Duration;

use tokio::sync::watch;

use crate::event::Position;
use crate::testing::contract::batches::{batch, event_without_stream, one, stream};
use crate::testing::contract::check::{Unkept, Verdict, holds};
use crate::testing::contract::log::World;
use crate::testing::contract::promise::promises;

promises!("wake-ups":
    a_commit_wakes_readers,
    a_wake_up_names_a_readable_position,
    closing_wakes_readers,
);

async fn woken(committed: &mut watch::Receiver<Position>) -> Verdict {
    match tokio::time::timeout(Duration::from_secs(10), committed.changed()).await {
        Ok(_) => Ok(()),
        Err(_) => Err(Unkept::broken("expected a reader to be woken, for 10 s nothing came")),
    }
}

async fn a_commit_wakes_readers(world: &World) -> Verdict {
    let log = world.log().await?;
    let mut committed = log.committed();
    for round in 1..=5_u64 {
        log.append(one(&stream("1")?, "A")).await?;
        while *committed.borrow_and_update() < Position(round) {
            woken(&mut committed).await?;
        }
    }
    Ok(())
}

async fn a_wake_up_names_a_readable_position(world: &World) -> Verdict {
    let log = world.log().await?;
    let mut committed = log.committed();
    let writer = tokio::spawn({
        let log = log.clone();
        async move {
            for _ in 0..100 {
                log.append(batch(vec![event_without_stream("A")])).await?;
            }
            Ok::<_, crate::store::AppendError>(())
        }
    });
    loop {
        let named = *committed.borrow_and_update();
        let head = log.head_position().await?;
        holds(head >= named, || format!("expected {named} to be readable, the head is {head}"))?;
        if named >= Position(100) {
            break;
        }
        woken(&mut committed).await?;
    }
    Ok(writer.await??)
}

async fn closing_wakes_readers(world: &World) -> Verdict {
    let log = world.log().await?;
    log.append(one(&stream("1")?, "A")).await?;
    let mut committed = log.committed();
    while *committed.borrow_and_update() < Position(1) {
        woken(&mut committed).await?;
    }
    log.close().await;
    woken(&mut committed).await
}
