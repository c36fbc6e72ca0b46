use std::sync::Arc;

use bytes::Bytes;

use super::{
    CodecError, Event, EventId, Fragment, Metadata, Partition, Position, Sequence, StreamId,
    Tenant, Timestamp, upcast,
};

/// One stored event as a row of the log, before upcasting and decoding.
#[derive(Debug, Clone)]
pub struct RecordedEvent {
    /// The partition that numbers it.
    pub partition: Partition,
    /// Its place in the partition.
    pub position: Position,
    /// Its own id.
    pub id: EventId,
    /// The tenant, also of an event without a stream.
    pub tenant: Tenant,
    /// The aggregate's stream and the sequence in it; absent for an event published without one.
    pub stream: Option<(StreamId, Sequence)>,
    /// The stored name.
    pub name: Arc<str>,
    /// The revision of the payload's shape.
    pub revision: u32,
    /// The payload as the event type's codec wrote it.
    pub payload: Bytes,
    /// What travelled with it.
    pub metadata: Metadata,
    /// When the store recorded it; never decreases with position.
    pub recorded_at: Timestamp,
}

impl RecordedEvent {
    /// Decodes the payload as an `E`, whatever the row's name is, upcasting an earlier revision.
    ///
    /// For rows that may have become several events see [`RecordedEvent::events`].
    ///
    /// # Errors
    /// The payload does not have the shape of its revision, or the revision is unknown.
    pub fn decode<E: Event>(&self) -> Result<E, CodecError> {
        E::decode(self.revision, &self.payload)
    }

    /// The `E`s in this row, in order: none if it is another event, and more than one if it is an
    /// earlier event that became several.
    ///
    /// # Errors
    /// The payload does not have the shape of its revision, or the revision is unknown.
    pub fn events<E: Event>(&self) -> Result<Vec<E>, CodecError> {
        let own = |row: &Self| (*row.name == *E::NAME).then(|| row.decode::<E>());
        match upcast(std::iter::once(E::LINEAGE), self)? {
            None => own(self).into_iter().collect(),
            Some(rows) => rows.iter().filter_map(own).collect(),
        }
    }

    /// The row as it would be under another name.
    pub(crate) fn renamed(&self, name: &str) -> Self {
        Self { name: Arc::from(name), ..self.clone() }
    }

    /// The row with one of the events that it became.
    pub(crate) fn fragment(&self, fragment: Fragment) -> Self {
        let Fragment { name, revision, payload } = fragment;
        Self { name: Arc::from(name), revision, payload, ..self.clone() }
    }

    /// The sequence in its stream, if it has one.
    #[must_use]
    pub fn sequence(&self) -> Option<Sequence> {
        self.stream.as_ref().map(|(_, sequence)| *sequence)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_row_became_shares_everything_that_stands_beside_the_event() {
        let stream = StreamId::new(&Tenant::default(), "Customer", "ada").unwrap();
        let row = RecordedEvent {
            partition: Partition(0),
            position: Position(7),
            id: EventId::generate(),
            tenant: Tenant::new("acme").unwrap(),
            stream: Some((stream, Sequence(3))),
            name: "CustomerChanged".into(),
            revision: 0,
            payload: Bytes::from_static(b"{}"),
            metadata: Metadata::new().with("user", "bob"),
            recorded_at: Timestamp::from_microseconds(1_700_000_000_000_000),
        };
        let (name, payload) = ("Moved", Bytes::from_static(b"{\"city\":\"Rome\"}"));
        let became = row.fragment(Fragment { name, revision: 2, payload: payload.clone() });
        assert_eq!((&*became.name, became.revision, &became.payload), ("Moved", 2, &payload));
        assert_eq!(
            (became.partition, became.position, became.id),
            (row.partition, row.position, row.id)
        );
        assert_eq!((&became.tenant, &became.stream), (&row.tenant, &row.stream));
        assert_eq!((&became.metadata, became.recorded_at), (&row.metadata, row.recorded_at));
    }
}
