use std::collections::BTreeMap;
use std::ops::ControlFlow;

use super::fold::{fold, known, nameable, names};
use super::{Boundary, BoundaryOf, BoundaryState, tags};
use crate::command::{Command, Refusal};
use crate::context::Context;
use crate::event::{Position, RecordedEvent, Tenant};
use crate::fault::Fault;
use crate::store::{Condition, Criteria, Criterion, EventStore, Marker};

/// Sources a boundary for a command; generated code calls it before the handler.
///
/// The unit of work is stored only if nothing that matches the criteria was stored after what was
/// read here. What the unit itself has staged is folded too.
///
/// # Errors
/// The log cannot be read, an event cannot be folded, or the criteria cannot match anything.
pub async fn source<S: BoundaryOf<C>, C: Command, X>(
    context: &Context,
    command: &C,
) -> Result<Boundary<S>, Refusal<X>> {
    let unit = context.unit()?;
    let criteria = named::<S>(S::criteria(command));
    tags::check::<S>(&criteria, &unit.runtime().shared().aggregate_names)?;
    let criteria = criteria.with_earlier_names(known::<S>());
    let store = &*unit.runtime().shared().store;
    let (state, after) = in_one_read::<S>(store, unit.tenant(), &criteria).await?;
    let mut state = match state {
        Some(state) => state,
        None => by_criterion::<S>(store, unit.tenant(), &criteria, after).await?,
    };
    for event in unit.require(Condition { criteria, after })? {
        let row = event.unrecorded(unit.tenant(), None);
        fold(&mut state, &row, |_| Some(true)).map_err(Fault::from)?;
    }
    Ok(Boundary(state))
}

/// Criteria without names mean the events that the state folds: no other can break a decision.
fn named<S: BoundaryState>(mut criteria: Criteria) -> Criteria {
    for criterion in criteria.0.iter_mut().filter(|criterion| criterion.names.is_empty()) {
        criterion.names = S::EVENTS.iter().map(|event| event.name.to_owned()).collect();
    }
    criteria
}

/// Folds the rows as they come. Gives no state if one of them has become several events, and it
/// depends on the criteria that it matched which of them are wanted: rows carry no tags.
async fn in_one_read<S: BoundaryState>(
    store: &dyn EventStore,
    tenant: &Tenant,
    criteria: &Criteria,
) -> Result<(Option<S>, Marker), Fault> {
    let mut state = S::first();
    let mut folded = Ok(true);
    let mut visit = |row: &RecordedEvent| {
        folded = fold(&mut state, row, |event| {
            let mut possible = criteria.0.iter().filter(|it| nameable(it, &row.name));
            let is_wanted = possible.next().is_some_and(|first| names::<S>(first, event));
            possible.all(|it| names::<S>(it, event) == is_wanted).then_some(is_wanted)
        });
        if matches!(folded, Ok(true)) { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    };
    let after = store.source(tenant, criteria, Marker::default(), &mut visit).await?;
    Ok((folded?.then_some(state), after))
}

/// Reads what each criterion matches by itself, up to the marker: so it is known of each row which
/// criteria it matches. What is stored up to a marker does not change, so all reads see the same.
async fn by_criterion<S: BoundaryState>(
    store: &dyn EventStore,
    tenant: &Tenant,
    criteria: &Criteria,
    until: Marker,
) -> Result<S, Fault> {
    let mut rows: BTreeMap<Position, (RecordedEvent, Vec<&Criterion>)> = BTreeMap::new();
    for criterion in &criteria.0 {
        let mut visit = |row: &RecordedEvent| {
            if row.position > until.0 {
                return ControlFlow::Break(());
            }
            let (_, matched) =
                rows.entry(row.position).or_insert_with(|| (row.clone(), Vec::new()));
            matched.push(criterion);
            ControlFlow::Continue(())
        };
        let alone = Criteria(vec![criterion.clone()]);
        store.source(tenant, &alone, Marker::default(), &mut visit).await?;
    }
    let mut state = S::first();
    for (row, matched) in rows.values() {
        let wanted = |event: &str| Some(matched.iter().any(|it| names::<S>(it, event)));
        fold(&mut state, row, wanted)?;
    }
    Ok(state)
}
