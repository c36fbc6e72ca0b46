//! Who reads what is there and then waits for more sees every event once.

use std::time::Duration;

use crate::event::{Position, RecordedEvent};
use crate::store::{AppendError, Filter};
use crate::testing::contract::batches::{batch, event_without_stream, one, stream};
use crate::testing::contract::check::{Unkept, Verdict, equal, holds};
use crate::testing::contract::log::{Log, World, at_once};
use crate::testing::contract::promise::promises;

promises!("tail":
    the_hand_over_has_no_hole_wherever_it_falls,
    a_commit_between_looking_and_waiting_is_not_slept_through,
    who_subscribes_late_is_told_of_what_is_there,
    many_readers_follow_at_once,
    a_filtered_reader_follows_past_what_it_does_not_want,
    the_head_and_the_wake_ups_never_go_back,
    a_reader_of_another_writers_log_hands_over_without_a_hole,
);

const PATIENCE: Duration = Duration::from_secs(10);

/// A reader that goes on from its position, in small pages, and waits when it has seen the head.
struct Follower {
    log: Log,
    committed: tokio::sync::watch::Receiver<Position>,
    filter: Filter,
    after: Position,
    seen: Vec<u64>,
}

impl Follower {
    fn new(log: &Log, filter: Filter) -> Self {
        let committed = log.committed();
        Self { log: log.clone(), committed, filter, after: Position(0), seen: Vec::new() }
    }

    /// Reads one page. True if there is more.
    async fn step(&mut self, limit: usize) -> Verdict<bool> {
        let page = self.log.page(self.after, &self.filter, limit).await?;
        self.seen.extend(page.events.iter().map(|event: &RecordedEvent| event.position.0));
        let is_stuck = page.up_to <= self.after && page.up_to < page.head;
        holds(!is_stuck, || format!("expected to get beyond {}, saw {page:?}", self.after))?;
        self.after = page.up_to;
        Ok(page.up_to < page.head)
    }

    /// Follows until a position is seen.
    async fn follow(&mut self, end: Position, limit: usize) -> Verdict {
        loop {
            self.committed.borrow_and_update();
            while self.step(limit).await? {}
            if self.after >= end {
                return Ok(());
            }
            let woken = tokio::time::timeout(PATIENCE, self.committed.changed()).await;
            let what = format!("expected to be woken beyond {}, nothing came", self.after);
            drop(woken.map_err(|_| Unkept::broken(what))?);
        }
    }
}

async fn append(log: &Log, count: usize) -> Result<(), AppendError> {
    log.append(batch((0..count).map(|_| event_without_stream("A")).collect())).await.map(drop)
}

fn everything(to: u64) -> Vec<u64> {
    (1..=to).collect()
}

async fn the_hand_over_has_no_hole_wherever_it_falls(world: &World) -> Verdict {
    let log = world.log().await?;
    let mut head = 10;
    append(&log, 10).await?;
    // The commit falls behind each step of catching up in turn, then on the wait itself.
    for steps in 0..12 {
        let mut follower = Follower::new(&log, Filter::all());
        for _ in 0..steps {
            follower.step(2).await?;
        }
        append(&log, 3).await?;
        head += 3;
        follower.follow(Position(head), 2).await?;
        append(&log, 1).await?;
        head += 1;
        follower.follow(Position(head), 100).await?;
        let what = format!("what was seen with a commit after {steps} pages");
        equal(&what, follower.seen, everything(head))?;
    }
    Ok(())
}

async fn a_commit_between_looking_and_waiting_is_not_slept_through(world: &World) -> Verdict {
    let log = world.log().await?;
    let mut committed = log.committed();
    for round in 1..=50 {
        committed.borrow_and_update();
        let head = log.head_position().await?;
        equal("the head", head, Position(round - 1))?;
        append(&log, 1).await?;
        // Committed and answered before anybody waits.
        let woken = tokio::time::timeout(PATIENCE, committed.changed()).await;
        drop(woken.map_err(|_| Unkept::broken("expected a commit before the wait to end it"))?);
    }
    Ok(())
}

async fn who_subscribes_late_is_told_of_what_is_there(world: &World) -> Verdict {
    let log = world.log().await?;
    for round in 1..=5 {
        append(&log, 1).await?;
        let mut late = log.committed();
        let told = tokio::time::timeout(PATIENCE, late.wait_for(|p| p.0 >= round)).await;
        let what = format!("expected a late subscriber to be told of {round}");
        drop(told.map_err(|_| Unkept::broken(what))?);
    }
    Ok(())
}

/// Lets writers append batches at the same time, until there are so many events.
fn write(log: &Log, writers: u64, batches: u64) -> Vec<tokio::task::JoinHandle<Verdict>> {
    let write = |log: Log| async move {
        for number in 0..batches {
            append(&log, 1 + (number % 3) as usize).await?;
        }
        Verdict::Ok(())
    };
    (0..writers).map(|_| tokio::spawn(write(log.clone()))).collect()
}

async fn many_readers_follow_at_once(world: &World) -> Verdict {
    let log = world.log().await?;
    let readers: Vec<_> = (1..=24).map(|n| (Follower::new(&log, Filter::all()), n)).collect();
    let writers = write(&log, 4, 30);
    let follow = |(mut follower, limit): (Follower, usize)| async move {
        follower.follow(Position(240), limit).await?;
        Verdict::Ok(follower.seen)
    };
    for seen in at_once(readers.into_iter().map(follow)).await? {
        equal("what a reader saw", seen?, everything(240))?;
    }
    for writer in writers {
        writer.await??;
    }
    Ok(())
}

async fn a_filtered_reader_follows_past_what_it_does_not_want(world: &World) -> Verdict {
    let log = world.log().await?;
    let mut follower = Follower::new(&log, Filter::names(["Wanted"]));
    let mut expected = Vec::new();
    for round in 1..=20_u64 {
        append(&log, 2).await?;
        let wanted = log.append(batch(vec![event_without_stream("Wanted")])).await?;
        expected.extend(wanted.first.map(|position| position.0));
        append(&log, 1).await?;
        follower.follow(Position(round * 4), 1).await?;
        equal("what was seen", follower.seen.clone(), expected.clone())?;
    }
    Ok(())
}

async fn the_head_and_the_wake_ups_never_go_back(world: &World) -> Verdict {
    let log = world.log().await?;
    let committed = log.committed();
    let writers = write(&log, 4, 30);
    let (mut head, mut named) = (Position(0), Position(0));
    while head < Position(240) {
        let (next, told) = (log.head_position().await?, *committed.borrow());
        holds(next >= head && told >= named, || {
            format!("expected no step back from {head} and {named}, saw {next} and {told}")
        })?;
        let page = log.page(Position(0), &Filter::names(["Never"]), 1).await?;
        holds(page.head >= next, || format!("expected {page:?} to know the head {next}"))?;
        (head, named) = (next, told);
        tokio::task::yield_now().await;
    }
    for writer in writers {
        writer.await??;
    }
    Ok(())
}

async fn a_reader_of_another_writers_log_hands_over_without_a_hole(world: &World) -> Verdict {
    world.needs_foreign_writers()?;
    let log = world.log().await?;
    let other = world.again(&log).await?;
    let order = stream("1")?;
    for round in 1..=10_u64 {
        let mut follower = Follower::new(&log, Filter::all());
        let writer = if round % 2 == 0 { &log } else { &other };
        writer.append(one(&order, "A")).await?;
        follower.step(3).await?;
        other.append(one(&order, "B")).await?;
        follower.follow(Position(round * 2), 3).await?;
        equal("what was seen", follower.seen, everything(round * 2))?;
    }
    Ok(())
}
