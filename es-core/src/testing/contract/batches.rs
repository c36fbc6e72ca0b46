//! Batches to try a log with.

use bytes::Bytes;

use crate::event::{CommandId, EventId, Metadata, Sequence, StreamId, Tag, Tenant};
use crate::store::{
    Append, BatchFate, CommitToken, Condition, Criteria, Criterion, Expectation, Expected, Marker,
    NewEvent, RememberedCommand,
};

use super::check::{Unkept, Verdict};

/// A stream of the aggregate `Order` of the empty tenant.
pub(super) fn stream(id: &str) -> Verdict<StreamId> {
    stream_of(&Tenant::default(), "Order", id)
}

pub(super) fn stream_of(tenant: &Tenant, aggregate: &str, id: &str) -> Verdict<StreamId> {
    StreamId::new(tenant, aggregate, id)
        .map_err(|error| Unkept::broken(format!("expected an id, but: {error}")))
}

pub(super) fn tenant(name: &str) -> Verdict<Tenant> {
    Tenant::new(name).map_err(|error| Unkept::broken(format!("expected a tenant, but: {error}")))
}

/// An event with a small payload.
pub(super) fn event(stream: &StreamId, name: &'static str) -> NewEvent {
    NewEvent { stream: Some(stream.clone()), ..event_without_stream(name) }
}

pub(super) fn event_without_stream(name: &'static str) -> NewEvent {
    NewEvent {
        id: EventId::generate(),
        stream: None,
        name: name.into(),
        revision: 0,
        payload: Bytes::from_static(br#"{"quantity":1}"#),
        metadata: Metadata::new(),
        tags: Vec::new(),
    }
}

pub(super) fn tagged(mut event: NewEvent, key: &'static str, value: &str) -> NewEvent {
    event.tags.push(Tag::new(key, value));
    event
}

pub(super) fn command(id: CommandId) -> RememberedCommand {
    RememberedCommand {
        id,
        name: "CreateOrder".into(),
        target: None,
        reply: Bytes::from_static(br#""receipt""#),
        is_rejection: false,
        from_outside: true,
        token: CommitToken::default(),
    }
}

/// Criteria of one criterion with tags.
pub(super) fn with_tags(tags: &[(&'static str, &str)]) -> Criteria {
    let tags = tags.iter().map(|(key, value)| Tag::new(*key, *value)).collect();
    Criteria(vec![Criterion { tags, names: Vec::new() }])
}

/// Criteria of one criterion with names.
pub(super) fn with_names(names: &[&str]) -> Criteria {
    let names = names.iter().map(|name| (*name).to_owned()).collect();
    Criteria(vec![Criterion { tags: Vec::new(), names }])
}

/// A batch of one event.
pub(super) fn one(stream: &StreamId, name: &'static str) -> Append {
    batch(vec![event(stream, name)])
}

/// A batch of events and nothing else.
pub(super) fn batch(events: Vec<NewEvent>) -> Append {
    Append { events, ..Append::default() }
}

/// A batch that only asks whether a stream looks as expected.
pub(super) fn question(stream: &StreamId, expected: Expected) -> Append {
    Append::default().expecting(stream, expected)
}

impl Append {
    pub(super) fn expecting(mut self, stream: &StreamId, expected: Expected) -> Self {
        self.expectations.push(Expectation { stream: stream.clone(), expected });
        self
    }

    pub(super) fn provided(mut self, criteria: Criteria, after: Marker) -> Self {
        self.conditions.push(Condition { criteria, after });
        self
    }

    pub(super) fn remembering(mut self, command: RememberedCommand) -> Self {
        self.command = Some(command);
        self
    }

    pub(super) fn unless_stored(mut self, id: CommandId) -> Self {
        self.unless_stored = Some(id);
        self
    }

    pub(super) fn resting_on(mut self, fate: &BatchFate) -> Self {
        self.decided_on.push(fate.clone());
        self
    }

    pub(super) fn of(mut self, tenant: &Tenant) -> Self {
        self.tenant = tenant.clone();
        self
    }
}

/// "The stream's last event has this sequence."
pub(super) fn at(sequence: u64) -> Expected {
    Expected::Exact(Sequence(sequence))
}
