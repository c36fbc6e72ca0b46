//! Tenants share a log and nothing else.

use crate::event::{Position, Sequence, Tenant};
use crate::store::{Criteria, Criterion, Filter, Marker};
use crate::testing::contract::batches::{
    batch, event, event_without_stream, one, stream_of, tagged, tenant, with_tags,
};
use crate::testing::contract::check::{Verdict, equal};
use crate::testing::contract::log::World;
use crate::testing::contract::promise::promises;

promises!("tenants":
    one_id_of_two_tenants_is_two_streams,
    events_without_a_stream_belong_to_the_tenant_of_their_batch,
    a_filter_by_tenant_finds_all_and_only_its_events,
    source_gives_the_events_of_its_tenant,
    conditions_look_at_their_own_tenant,
);

async fn one_id_of_two_tenants_is_two_streams(world: &World) -> Verdict {
    let log = world.log().await?;
    let (a, b) = (tenant("a")?, tenant("b")?);
    let streams = [
        stream_of(&Tenant::default(), "Order", "1")?,
        stream_of(&a, "Order", "1")?,
        stream_of(&b, "Order", "1")?,
    ];
    for (stream, tenant) in streams.iter().zip([&Tenant::default(), &a, &b]) {
        let first = one(stream, "A").expecting(stream, crate::store::Expected::NoStream);
        log.append(first.of(tenant)).await?;
    }
    for stream in &streams {
        equal("the version", log.version(stream).await?, Some(Sequence(0)))?;
        let tenants: Vec<_> =
            log.stream(stream).await?.into_iter().map(|event| event.tenant).collect();
        equal("the tenant", tenants, vec![stream.tenant().clone()])?;
    }
    Ok(())
}

async fn events_without_a_stream_belong_to_the_tenant_of_their_batch(world: &World) -> Verdict {
    let log = world.log().await?;
    let a = tenant("a")?;
    log.append(batch(vec![event_without_stream("A")]).of(&a)).await?;
    log.append(batch(vec![event_without_stream("A")])).await?;
    let tenants: Vec<_> = log.all().await?.into_iter().map(|event| event.tenant).collect();
    equal("the tenants", tenants, vec![a, Tenant::default()])
}

async fn a_filter_by_tenant_finds_all_and_only_its_events(world: &World) -> Verdict {
    let log = world.log().await?;
    let (a, b) = (tenant("a")?, tenant("b")?);
    for _ in 0..4 {
        for tenant in [&a, &b] {
            log.append(one(&stream_of(tenant, "Order", "1")?, "A").of(tenant)).await?;
            log.append(batch(vec![event_without_stream("B")]).of(tenant)).await?;
        }
    }
    for (tenant, first) in [(a, 1_u64), (b, 3)] {
        let filter = Filter { tenant: Some(tenant), ..Filter::all() };
        let seen: Vec<_> = log.filtered(&filter, 3).await?.iter().map(|e| e.position.0).collect();
        let expected =
            (0..4).flat_map(|round| [first + round * 4, first + round * 4 + 1]).collect();
        equal(&format!("the positions of {:?}", filter.tenant), seen, expected)?;
    }
    Ok(())
}

async fn source_gives_the_events_of_its_tenant(world: &World) -> Verdict {
    world.needs_conditions()?;
    let log = world.log().await?;
    let (a, b) = (tenant("a")?, tenant("b")?);
    for tenant in [&a, &b, &a] {
        let order = stream_of(tenant, "Order", "1")?;
        log.append(batch(vec![tagged(event(&order, "A"), "sku", "x")]).of(tenant)).await?;
    }
    let everything = Criteria(vec![Criterion::default()]);
    let by_stream = with_tags(&[("Order", "1")]);
    for criteria in [&with_tags(&[("sku", "x")]), &by_stream, &everything] {
        let (events, marker) = log.source_of(&a, criteria, Marker::default()).await?;
        let seen: Vec<_> = events.iter().map(|event| event.position.0).collect();
        equal("the positions of tenant a", seen, vec![1, 3])?;
        equal("the marker", marker, Marker(Position(3)))?;
    }
    Ok(())
}

async fn conditions_look_at_their_own_tenant(world: &World) -> Verdict {
    world.needs_conditions()?;
    let log = world.log().await?;
    let (a, b) = (tenant("a")?, tenant("b")?);
    let take = |tenant: &Tenant| {
        batch(vec![tagged(event_without_stream("Taken"), "seat", "1")])
            .provided(with_tags(&[("seat", "1")]), Marker::default())
            .of(tenant)
    };
    log.append(take(&a)).await?;
    log.append(take(&b)).await?;
    log.refused(take(&b), "a broken condition", |error| {
        matches!(error, crate::store::AppendError::ConditionFailed { .. })
    })
    .await?;
    Ok(())
}
