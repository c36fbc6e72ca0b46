//! What a processor does whose token or engine turns out to be unusable while it runs.

use std::sync::atomic::Ordering;

use es_core::event::{Partition, Position};
use es_core::projection::{
    CaughtUpError, Processor, ProcessorPlan, ReadSide, Stores, Token, TokenKey,
};

use super::doubles::{ExchangedLog, PanickingReadSide};
use super::versions::plan;
use super::*;

fn stores(world: &World, log: Arc<ExchangedLog>, read_side: Arc<dyn ReadSide>) -> Stores {
    let mut resources = es_core::context::Resources::default();
    resources.provide::<Mischief>(Arc::clone(&world.mischief));
    Stores { log, read_side, resources: Arc::new(resources) }
}

/// What another process does that takes the segment over.
fn take_over(read_side: &dyn ReadSide, plan: &ProcessorPlan) {
    let key = TokenKey {
        processor: plan.name().to_owned(),
        version: plan.version().to_owned(),
        segment: 0,
        partition: Partition::default(),
    };
    let stored = read_side.token(&key).unwrap().unwrap();
    let taken = Token { fence: stored.fence + 1, ..stored.clone() };
    let mut transaction = read_side.begin(plan.version()).unwrap();
    transaction.store_token(&key, Some(&stored), &taken).unwrap();
    transaction.commit().unwrap();
}

#[tokio::test]
async fn a_processor_whose_log_was_exchanged_does_not_run_however_often_it_looks() {
    let world = World::default();
    let ours = writer(&world.log).await;
    open(&ours, "north").await;
    let log = Arc::new(ExchangedLog::new(world.log.clone()));
    let read_side = Arc::new(world.read_side.clone());
    let stores = stores(&world, Arc::clone(&log), read_side);
    let processor = Processor::start(plan(1), stores).await.unwrap();
    let handle = processor.handle();
    handle.reached(Position(1), LONG).await.unwrap();

    let other = MemoryLog::new();
    let theirs = writer(&other).await;
    open(&theirs, "north").await;
    take(&theirs, "north", 5).await;
    take_over(&world.read_side, &plan(1));
    log.exchange(other);
    take(&ours, "north", 5).await; // wakes it
    until(&handle, |status| matches!(status.state, ProcessorState::WrongLog { .. })).await;

    // An empty log has nothing that it could fail at.
    log.exchange(MemoryLog::new());
    let mut looks = log.looks.subscribe();
    let before = *looks.borrow_and_update();
    let looked = looks.wait_for(|looks| *looks >= before + 6);
    tokio::time::timeout(LONG, looked).await.unwrap().unwrap();
    for position in [Position(1), Position(2)] {
        let error = handle.reached(position, LONG).await.unwrap_err();
        assert!(matches!(error, CaughtUpError::WrongLog { .. }), "{error}");
    }
}

#[test]
fn a_panic_of_the_engine_does_not_leave_its_thread_marked_as_inside_the_batch() {
    // One thread for all blocking work: the batch that panics, and who waits afterwards.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .max_blocking_threads(1)
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let world = World::default();
        let writer = writer(&world.log).await;
        let log = Arc::new(ExchangedLog::new(world.log.clone()));
        let read_side = Arc::new(PanickingReadSide::default());
        let stores = stores(&world, log, Arc::clone(&read_side) as Arc<dyn ReadSide>);
        let processor = Processor::start(plan(1), stores).await.unwrap();
        let handle = processor.handle();

        read_side.panics.store(true, Ordering::SeqCst);
        open(&writer, "north").await;
        failure(&handle).await;
        let waiting = handle.clone();
        let here = tokio::runtime::Handle::current();
        let wait = move || here.block_on(waiting.reached(Position(0), LONG));
        tokio::task::spawn_blocking(wait).await.unwrap().unwrap();

        read_side.panics.store(false, Ordering::SeqCst);
        until(&handle, |status| status.position == Position(1)).await;
    });
}
