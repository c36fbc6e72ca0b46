//! What happens when a projection's shape changes between two starts.

use es_core::event::Position;
use es_core::projection::{Processor, ProcessorPlan, Projection, Stores};
use es_core::registry::{Component, Components};

use super::domain::TillRow;
use super::*;

/// The same projection with another declared version.
pub fn plan(version: u32) -> ProcessorPlan {
    let mut components = Components::default();
    TillRow::register(&mut components);
    let mut projections = components.projections;
    projections.iter_mut().for_each(|projection| projection.version = version);
    ProcessorPlan::of_projections(TillRow::PROCESSOR, &projections, components.event_handlers)
        .unwrap()
}

async fn start(world: &World, version: u32) -> Processor {
    let mut resources = es_core::context::Resources::default();
    resources.provide::<Mischief>(Arc::clone(&world.mischief));
    let stores = Stores {
        log: Arc::new(world.log.clone()),
        read_side: Arc::new(world.read_side.clone()),
        resources: Arc::new(resources),
    };
    Processor::start(plan(version), stores).await.unwrap()
}

#[tokio::test]
async fn a_changed_version_starts_anew_beside_the_old_one() {
    let world = World::default();
    let writer = writer(&world.log).await;
    open(&writer, "north").await;
    take(&writer, "north", 3).await;

    let old = start(&world, 1).await;
    old.handle().reached(Position(2), LONG).await.unwrap();
    let new = start(&world, 2).await;
    new.handle().reached(Position(2), LONG).await.unwrap();
    assert_ne!(old.handle().status().version, new.handle().status().version);
    let calls = world.mischief.calls.lock().unwrap().clone();
    assert_eq!(calls.len(), 2, "each version handled the event once: {calls:?}");

    // The old version's code can come back and goes on where it was.
    take(&writer, "north", 4).await;
    old.handle().reached(Position(3), LONG).await.unwrap();
    new.handle().reached(Position(3), LONG).await.unwrap();
    assert_eq!(world.mischief.calls.lock().unwrap().len(), 4);
}
